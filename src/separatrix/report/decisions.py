"""Decisions: the calibration and the threshold of a model, chosen on rows that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict

from separatrix.decision import Decision, positive_index, rarer_class
from separatrix.errors import ParameterError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.cost import Cost, cost_interval
from separatrix.evaluate.intervals import Interval
from separatrix.evaluate.splits import stratified_rows
from separatrix.text import plural
from separatrix.train.interrupt import complete_or_interrupted

Array = NDArray[Any]

MAX_ROWS = 20_000
"""Rows on which a network is trained again for its out-of-fold probabilities; of more, a sample."""

N_FOLDS = 3


@dataclass(frozen=True)
class DecisionChoice:
    """What is asked of a decision.

    Attributes
    ----------
    calibrate : bool
        Whether to mend the probabilities.
    threshold : float or None
        A threshold that is given.
    cost : Cost or None
        What a miss and a false alarm cost: the cheapest threshold is chosen.
    positive : object
        Of two classes: the positive one, as it is written; None is the rarer one.
    """

    calibrate: bool = False
    threshold: float | None = None
    cost: Cost | None = None
    positive: Any = None

    def __post_init__(self) -> None:
        """Check that a threshold is asked for once, and is one."""
        if self.threshold is not None and self.cost is not None:
            raise ParameterError("threshold", "is chosen by cost; give one of them.")
        Decision(threshold=self.threshold)

    def check_classes(self, n_classes: int | None) -> None:
        """Raise a `ParameterError` for what needs classes, or two of them; None is a target of numbers."""
        of_two = {"cost": self.cost, "threshold": self.threshold, "positive": self.positive}
        asked = [name for name, value in of_two.items() if value is not None]
        if n_classes is None:
            names = [*(["calibrate"] if self.calibrate else []), *asked]
            if names:
                raise ParameterError(names[0], "needs classes, and the task is regression; leave it out.")
        elif n_classes != 2 and asked:
            raise ParameterError(
                asked[0], f"needs two classes, and the target has {n_classes}; leave it out."
            )

    @property
    def needs_rows(self) -> bool:
        """Whether probabilities of training rows are needed."""
        return self.calibrate or self.cost is not None

    def decide(
        self, y: Array | None, proba: Array | None, classes: Array, counts: Sequence[int] | Array
    ) -> Decision:
        """Return the decision.

        Parameters
        ----------
        y : array of shape (n_rows,)
            Labels of training rows; None if no rows are needed.
        proba : array of shape (n_rows, n_classes)
            Probabilities of these rows by models that were not trained on them.
        classes : array of shape (n_classes,)
        counts : array of shape (n_classes,)
            Training rows of each class.

        Raises
        ------
        ParameterError
            If a threshold, costs or a positive class are asked of other than two classes.

        Examples
        --------
        >>> y, p = np.array(["no"] * 6 + ["yes"] * 2), np.linspace(0.1, 0.8, 8)
        >>> choice = DecisionChoice(cost=Cost(fn=10))
        >>> round(choice.decide(y, np.c_[1 - p, p], np.array(["no", "yes"]), [6, 2]).threshold, 3)
        0.65
        """
        self.check_classes(len(classes))
        given = self.positive
        positive = rarer_class(counts) if given is None else positive_index(given, classes.tolist())
        rule = AnswerRule(self.calibrate, self.threshold, self.cost, positive)
        codes = None if y is None else np.searchsorted(classes, y)
        return rule.decide(codes, proba, classes)


def out_of_fold(estimator: Any, X: Array, y: Array) -> tuple[Array, Array]:
    """Return labels and probabilities of training rows by models that were not trained on them.

    A tabular estimator has kept them. Of another one, clones are trained on folds; of many rows on a sample
    that has the classes' fractions, and rows of every class.

    Parameters
    ----------
    estimator : fitted classifier
    X : array of shape (n_rows, n_features)
        The rows that it was trained on.
    y : array of shape (n_rows,)
        Labels.

    Returns
    -------
    y, proba : arrays of shape (n_rows,) and (n_rows, n_classes)

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended the training of a clone.
    """
    kept = getattr(estimator, "oof_", None)
    if kept is not None and len(kept) == len(y):
        known = np.isfinite(kept).all(axis=1)
        return y[known], np.asarray(kept, np.float64)[known]
    if len(y) > MAX_ROWS:
        codes = np.unique(y, return_inverse=True)[1]
        rows = stratified_rows(codes, MAX_ROWS, np.random.RandomState(0), least=N_FOLDS)
        X, y = X[rows], y[rows]
    with complete_or_interrupted():
        proba = cross_val_predict(clone(estimator), X, y, cv=N_FOLDS, method="predict_proba")
    return y, np.asarray(proba, np.float64)


LEAST_POSITIVE = 30
"""Positive rows below which a cut that was chosen on them may be far from the cheapest."""


@dataclass(frozen=True)
class CutCost:
    """What a kept cut costs on the rows that chose it, by models that were not trained on them.

    Attributes
    ----------
    label : object
        The positive class.
    n_rows, n_positive, n_caught : int
        Rows, those of the positive class, and those of these that are flagged.
    kept, half : Interval
        Mean cost of a row at the kept cut, and at 0.5.
    """

    label: Any
    n_rows: int
    n_positive: int
    n_caught: int
    kept: Interval
    half: Interval

    @classmethod
    def of(cls, y: Array, proba: Array, classes: Array, decision: Decision, cost: Cost) -> CutCost:
        """Return the cost of a decision's threshold.

        Parameters
        ----------
        y : array of shape (n_rows,)
            Labels.
        proba : array of shape (n_rows, n_classes)
            Probabilities, not calibrated.
        classes : array of shape (n_classes,)
        decision : Decision
            With a threshold.
        cost : Cost

        Examples
        --------
        >>> y, p = np.array(["no"] * 6 + ["yes"] * 2), np.linspace(0.1, 0.8, 8)
        >>> decision, classes = Decision(threshold=0.65), np.array(["no", "yes"])
        >>> found = CutCost.of(y, np.c_[1 - p, p], classes, decision, Cost(fn=1))
        >>> print(found.sentence)
        0.000 a row at this cut, 0.250 [-0.137, 0.637] at 0.5 (8 training rows, 2 of them 'yes')
        """
        assert decision.threshold is not None
        label = classes[decision.positive]
        is_positive = np.asarray(y == label)
        p = decision.probabilities(proba)[:, decision.positive]
        kept, half = (cost_interval(cost.of_rows(is_positive, p >= cut)) for cut in (decision.threshold, 0.5))
        n_caught = int((is_positive & (p >= decision.threshold)).sum())
        return cls(label, len(y), int(is_positive.sum()), n_caught, kept, half)

    @property
    def sentence(self) -> str:
        """The costs, and on which rows, in words."""
        of = f"{plural(self.n_rows, 'training row')}, {self.n_positive:,} of them '{self.label}'"
        return f"{_cost_text(self.kept)} a row at this cut, {_cost_text(self.half)} at 0.5 ({of})"

    @property
    def warning(self) -> str:
        """Why the cut is not to be relied on, and the cure; empty if it is."""
        rows = f"{plural(self.n_positive, 'training row')} of '{self.label}'"
        if not self.n_caught:
            return (
                f"the kept cut flags none of {rows}: at these costs no flag pays; raise the cost of a miss "
                "(--cost fn=…), add columns that say more, or give --threshold."
            )
        if self.n_positive < LEAST_POSITIVE:
            return (
                f"the kept cut rests on {rows} alone, and may flag none of new ones: collect more, or give "
                "--threshold."
            )
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Return the values that JSON can hold."""
        return {**asdict(self), "label": str(self.label)}


def _cost_text(interval: Interval) -> str:
    return f"{interval.value:.3f}" if interval.low is None or interval.low == interval.high else str(interval)


def read_cost(text: str) -> Cost:
    """Read costs as they are typed.

    Examples
    --------
    >>> read_cost("fn=10,fp=1")
    Cost(fn=10.0, fp=1.0, tp=0.0, tn=0.0)
    """
    costs: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        try:
            costs[name.strip()] = float(value)
        except ValueError as error:
            raise ParameterError("cost", f"must be numbers such as fn=10,fp=1, got '{text}'.") from error
    return Cost.from_mapping(costs)


def decision_text(decision: Decision, classes: Sequence[Any], cost: Mapping[str, float] | Cost | None) -> str:
    """Return a decision in words.

    Examples
    --------
    >>> print(decision_text(Decision(threshold=0.1), ["no", "yes"], Cost(fn=9)))
    'yes' from a probability of 0.1 on, the cheapest on training rows (a miss costs 9, a false alarm 1)
    """
    parts = []
    if decision.is_calibrated:
        parts.append("probabilities calibrated on training rows by networks that were not trained on them")
    if decision.threshold is not None:
        why = "as asked"
        if isinstance(cost, Cost):
            why = f"the cheapest on training rows (a miss costs {cost.fn:g}, a false alarm {cost.fp:g})"
        label = classes[decision.positive]
        parts.append(f"'{label}' from a probability of {decision.threshold:.4g} on, {why}")
    return "; ".join(parts)
