"""Decisions: the calibration and the threshold of a model, chosen on rows that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict

from separatrix.decision import Decision, positive_index, rarer_class
from separatrix.errors import ParameterError
from separatrix.evaluate.calibration import fitted_decision
from separatrix.evaluate.thresholds import Cost, threshold_table
from separatrix.report.importance import stratified_rows

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
        decision = Decision()
        if self.calibrate:
            assert y is not None
            assert proba is not None
            decision = fitted_decision(y, proba, classes)
            proba = decision.probabilities(proba)
        threshold = self.threshold
        if self.cost is not None:
            assert y is not None
            assert proba is not None
            label = classes.tolist()[positive]
            threshold = threshold_table(y, proba[:, positive], label=label, cost=self.cost).cheapest
        return Decision(decision.temperature, decision.offsets, threshold, positive)


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
    """
    kept = getattr(estimator, "oof_", None)
    if kept is not None and len(kept) == len(y):
        known = np.isfinite(kept).all(axis=1)
        return y[known], np.asarray(kept, np.float64)[known]
    if len(y) > MAX_ROWS:
        codes = np.unique(y, return_inverse=True)[1]
        rows = stratified_rows(codes, MAX_ROWS, np.random.RandomState(0), least=N_FOLDS)
        X, y = X[rows], y[rows]
    proba = cross_val_predict(clone(estimator), X, y, cv=N_FOLDS, method="predict_proba")
    return y, np.asarray(proba, np.float64)


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
