"""Assessments: the report of a model, those of its baselines, and whether the model is better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from separatrix.data.column import as_numbers
from separatrix.data.column_values import as_column
from separatrix.data.labels import Labels
from separatrix.data.table import Table, split_target
from separatrix.data.target_rows import left_out_text, rows_with_target
from separatrix.decision import Decision, decision_of_model
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import ParameterError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.baselines import DUMMY, Baseline
from separatrix.evaluate.classification import ClassificationReport, classification_report
from separatrix.evaluate.comparison import (
    COST,
    LOG_LOSS,
    ROC_AUC,
    Comparison,
    PairedTest,
    compare_classifiers,
    compare_regressors,
)
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.intervals import LEVEL
from separatrix.evaluate.regression import RegressionReport, regression_report
from separatrix.evaluate.thresholds import Cut, Thresholds, threshold_table
from separatrix.text import p_text, plain_spec

CLEARLY_CHEAPER = 0.1
"""Fraction of the cost of one answer for all rows by which another cut must be cheaper to be named."""

MODEL, LINE, ENSEMBLE = "network", "linear model", "ensemble"
"""What a model is called."""


@dataclass(frozen=True)
class Assessment:
    """A model and its baselines on the same test rows.

    Attributes
    ----------
    reports : dict of str to report
        The report of the model, then of each baseline.
    comparisons : tuple of Comparison
        The model compared with each baseline.
    unconverged : tuple of str
        Baselines that did not converge, and could therefore be better.
    name : str, default="network"
        What the model is called.
    rows : str, default=""
        Which rows judge, in words, if they are no test rows that were held out once.
    is_weighted : bool, default=False
        Whether the model and its baselines were trained with class weights: the AUC then decides.
    is_calibrated : bool, default=False
        Whether the probabilities of all of them were calibrated afterwards: the log-loss then decides.
    notes : tuple of str
        Sentences on what went wrong while judging.
    is_cheapest : bool, default=False
        Whether the baselines cut where it was cheapest.
    thresholds : Thresholds or None
        If costs were given: what the model does at many cuts; None if a class has no row.
    """

    reports: Mapping[str, ClassificationReport | RegressionReport]
    comparisons: tuple[Comparison, ...]
    unconverged: tuple[str, ...]
    name: str = MODEL
    rows: str = ""
    is_weighted: bool = False
    is_calibrated: bool = False
    notes: tuple[str, ...] = ()
    is_cheapest: bool = False
    thresholds: Thresholds | None = None

    @property
    def cost_note(self) -> str:
        """The cheapest cut on these rows, and what it costs, as a sentence; empty if no costs were given."""
        table = self.thresholds
        if table is None:
            return ""
        costs = f"a miss costs {table.cost.fn:g}, a false alarm {table.cost.fp:g}"
        if not table.pays:
            least = f"{table.least.cost:.3f} a row ({costs})"
            return f"No cut pays on these rows: flagging none is cheapest, at {least}."
        return (
            f"Cheapest on these rows would be a cut of {table.cheapest:.4g}, at {table.least.cost:.3f} a row "
            f"({costs}); chosen on them, it looks a little too good."
        )

    @property
    def cost_tests(self) -> dict[str, PairedTest]:
        """The test of the cost of a row beside each baseline, by its name; empty if no costs were given."""
        tests = ((each.names[1], test) for each in self.comparisons for test in each.others)
        return {name: test for name, test in tests if test.metric == COST}

    @property
    def cost_verdict(self) -> str:
        """What a row costs with the model and with each baseline, as a sentence; empty without costs."""
        tests = self.cost_tests
        if not tests:
            return ""
        parts = [f"{_cost_difference(test)} than with {_called(name)}" for name, test in tests.items()]
        own = next(iter(tests.values())).first
        return f"At these costs a row costs {own:.3f} with the {self.name}: {', '.join(parts)}.{self._cuts}"

    @property
    def _cuts(self) -> str:
        """Where each of those whose costs are compared cuts, as a sentence."""
        if not self.is_cheapest:
            return f" The answers of all are those of a cut of {self._cut_text}."
        # Folds judge the rows that they choose cuts on.
        rows = "these rows" if self.rows else "training rows"
        return (
            f" The {self.name} cuts at {self._cut_text}, each of the others where it is cheapest on {rows}."
        )

    @property
    def cost_advice(self) -> str:
        """What follows if the model is not clearly cheaper than one answer for all rows; else empty."""
        test = self.cost_tests.get(DUMMY)
        if test is None or test.advantage.value is None:
            return ""
        if test.advantage.value <= 0 and (better := self._better_cut(test)) is not None:
            return (
                f"At these costs the {self.name} does not pay with its cut of {self._cut_text}: the same "
                f"answer for every row (the dummy) is as cheap or cheaper. A cut of {better.threshold:.4g} "
                f"costs {better.cost:.3f} a row on these rows, which looks a little too good: separatrix fit "
                "--cost chooses the cut on training rows."
            )
        if test.advantage.value <= 0:
            return (
                f"At these costs the {self.name} does not pay: the same answer for every row (the dummy) is "
                "as cheap or cheaper. Use that, add columns that say more, or see whether a miss costs more "
                "than was given."
            )
        if test.p_value is not None and test.p_value < 1 - LEVEL:
            return ""
        return (
            f"At these costs the {self.name} does not clearly pay: it is cheaper than the same answer for "
            "every row (the dummy), but this could be chance; more rows would decide."
        )

    def _better_cut(self, test: PairedTest) -> Cut | None:
        """Return the cheapest cut on these rows, if it is clearly cheaper than one answer for all rows."""
        table, dummy = self.thresholds, test.second
        if table is None or dummy is None or not table.pays:
            return None
        return table.least if dummy - table.least.cost >= CLEARLY_CHEAPER * abs(dummy) else None

    @property
    def _cut_text(self) -> str:
        return f"{getattr(self.model, 'threshold', None) or 0.5:.4g}"

    @property
    def cut_note(self) -> str:
        """The cut of each model, as a sentence; empty where the most probable class is the answer."""
        model = self.model
        if not isinstance(model, ClassificationReport) or not model.answer_rule:
            return ""
        others = {name: each for name, each in self.reports.items() if name != self.name}
        cuts = {name: getattr(each, "threshold", None) or 0.5 for name, each in others.items()}
        if set(cuts.values()) <= {model.threshold}:
            whom = "" if not cuts else f", of the {self.name} and of the baselines"
            return f"{model.answer_rule}{whom}."
        listed = ", ".join(f"{cut:.4g} of {_called(name)}" for name, cut in cuts.items())
        return f"{model.answer_rule} of the {self.name}, {listed}."

    @property
    def decided_by(self) -> str:
        """The metric whose test decides the comparisons, if there are any."""
        return self.comparisons[0].primary.metric if self.comparisons else ""

    @property
    def weight_note(self) -> str:
        """What class weights mean for the scores, as a sentence; empty without class weights."""
        if not self.is_weighted:
            return ""
        if self.is_calibrated:
            return (
                "Classes were weighted, also for the baselines, and the probabilities of all were calibrated "
                "afterwards on training rows: they are frequencies again, and the log-loss decides."
            )
        sentence = (
            "Classes were weighted, also for the baselines: probabilities are then no frequencies, unless "
            "they are calibrated (--calibrate)"
        )
        if self.decided_by == ROC_AUC:
            return f"{sentence}, and the ROC AUC decides."
        why = "is not defined on these rows" if not self.rows else "is not defined on every fold"
        return f"{sentence}. The log-loss decides, as the ROC AUC {why}: a class has no row there."

    @property
    def model(self) -> ClassificationReport | RegressionReport:
        """The model's report."""
        return self.reports[self.name]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return {
            "reports": {name: report.to_dict() for name, report in self.reports.items()},
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "unconverged": list(self.unconverged),
            "name": self.name,
            "rows": self.rows,
            "is_weighted": self.is_weighted,
            "is_calibrated": self.is_calibrated,
            "notes": list(self.notes),
            "is_cheapest": self.is_cheapest,
            "cost_verdict": self.cost_verdict,
            "cost_advice": self.cost_advice,
            "thresholds": None if self.thresholds is None else self.thresholds.to_dict(),
        }


def model_name(model: AnyModel) -> str:
    """Return what sentences call a model: the network, the linear model, or the ensemble.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model_name(Model(Network.mlp(1, (), 1), [1.0, 0.0], training={"settings": {"solver": "lbfgs"}}))
    'linear model'
    """
    if isinstance(model, Ensemble):
        return ENSEMBLE
    solver = (model.training or {}).get("settings", {}).get("solver")
    is_line = len(model.network.layers) == 1 and model.network.embedding is None and solver == "lbfgs"
    return LINE if is_line else MODEL


def _cost_difference(test: PairedTest) -> str:
    """Return ``0.0146 [-0.0310, 0.0602] less``, or ``more``, with the p-value."""
    gain = test.advantage
    word = "less" if gain.value is None or gain.value >= 0 else "more"
    size = -gain if word == "more" else gain
    shown = format(size, plain_spec(size.value or 0.0, 3)) if size.low is not None else f"{size.value:.3g}"
    p_value = "" if test.p_value is None else f" (p {p_text(test.p_value)})"
    return f"{shown} {word}{p_value}"


def _called(name: str) -> str:
    return f"the {name}" if name == DUMMY else name


def assess_classifier(
    y_true: npt.ArrayLike,
    proba: npt.ArrayLike,
    classes: npt.ArrayLike,
    baselines: Mapping[str, Baseline],
    *,
    name: str = MODEL,
    is_weighted: bool = False,
    decision: Decision | None = None,
    cost: Cost | None = None,
) -> Assessment:
    """Compute reports of a classifier and its baselines, and compare them.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
    proba : array-like of shape (n_rows, n_classes)
    classes : array-like of shape (n_classes,)
    baselines : mapping of str to Baseline
        As `table_baselines` or `baseline_probabilities` returns.
    name : str, default="network"
        What the model is called.
    is_weighted : bool, default=False
        Whether all were trained with class weights: the AUC then decides, as weights shift the probabilities
        that the log-loss judges.
    decision : Decision, optional
        Its threshold makes the model's answers, and it says which class is positive. The baselines answer by
        their own thresholds.
    cost : Cost, optional
        Of two classes: what wrong answers cost. It is judged, too.

    Raises
    ------
    DataError
        As `classification_report`.

    Examples
    --------
    >>> dummy = Baseline([[0.5, 0.5]] * 40)
    >>> assessment = assess_classifier([0, 1] * 20, [[0.9, 0.1], [0.2, 0.8]] * 20, [0, 1], {"dummy": dummy})
    >>> assessment.comparisons[0].outcome
    'better'
    """
    decision = decision or Decision()
    threshold, positive = decision.threshold, decision.positive
    is_shifted = is_weighted and not decision.is_calibrated
    decided_by = ROC_AUC if is_shifted else LOG_LOSS
    found = _assessment(
        name,
        Baseline(np.asarray(proba), threshold=threshold),
        baselines,
        lambda each: classification_report(
            y_true, each.predictions, classes, threshold=each.threshold, positive=positive, cost=cost
        ),
        lambda each, names: compare_classifiers(
            y_true,
            proba,
            each.predictions,
            classes,
            names=names,
            decided_by=decided_by,
            threshold_a=threshold,
            threshold_b=each.threshold,
            positive=positive,
            cost=cost,
        ),
    )
    return replace(
        found,
        is_weighted=is_weighted,
        is_calibrated=is_weighted and not is_shifted,
        is_cheapest=cost is not None and threshold is not None,
        thresholds=None if cost is None else _thresholds(y_true, np.asarray(proba), classes, decision, cost),
    )


def _thresholds(
    y_true: npt.ArrayLike, proba: npt.NDArray[Any], classes: npt.ArrayLike, decision: Decision, cost: Cost
) -> Thresholds | None:
    label = np.asarray(classes).tolist()[decision.positive]
    if len(np.unique(np.asarray(y_true))) < 2:
        return None
    p = proba[:, decision.positive]
    return threshold_table(y_true, p, label=label, cost=cost, kept=decision.threshold)


def assess_regressor(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    baselines: Mapping[str, Baseline],
    *,
    target: str = "y",
    name: str = MODEL,
) -> Assessment:
    """Compute reports of a regressor with one target and its baselines, and compare them.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
    baselines : mapping of str to Baseline
        As `table_baselines` or `baseline_predictions` returns.
    target : str, default="y"
        Name of the target.
    name : str, default="network"
        What the model is called.

    Raises
    ------
    DataError
        As `regression_report`.

    Examples
    --------
    >>> assess_regressor([1.0, 2.0, 4.0], [1.0, 2.0, 3.0], {}).model.per_target[0].mae.value
    0.333...
    """
    return _assessment(
        name,
        Baseline(np.asarray(y_pred)),
        baselines,
        lambda each: regression_report(y_true, each.predictions, names=[target]),
        lambda each, names: compare_regressors(y_true, y_pred, each.predictions, names=names),
    )


def assess(
    model: AnyModel, table: Table, target: str | int | None = None, *, cost: Cost | None = None
) -> Assessment:
    """Assess a model on a table with the target, and compare it with a guess from its training rows.

    Parameters
    ----------
    model : Model or Ensemble
        Of one target.
    table : Table
        Rows that the model was not trained on. Those without a target are left out, and a note says so.
    target : str or int, default=None
        Column with the true values; by default the target that the model was trained on.
    cost : Cost, optional
        Of two classes: what wrong answers cost. It is judged, too.

    Raises
    ------
    ParameterError
        If the model has several targets, or does not know its target's name and none is given, or costs are
        given and it has not two classes.
    DataError
        If the table does not fit the model, or a label is none of its classes.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], feature_names=["x"])
    >>> table = Table({"x": [2.0, -1.0, 0.5], "y": ["yes", "no", "yes"]})
    >>> assess(model, table, "y").model.accuracy.value
    1.0
    """
    if not model.has_one_target:
        raise ParameterError("model", "must have one target, got several; use the reports of this package.")
    name = model.target_name if target is None else str(target)
    if name is None:
        raise ParameterError("target", "must name the column with the true values, as the model does not.")
    schema = None if model.encoder is None else model.encoder.schema
    n_rows = table.n_rows
    table, n_left_out = rows_with_target(table, name, schema)
    if schema is not None:
        table = schema.with_target_read(table, name)
    features, y = split_target(table, name)
    notes = (left_out_text(n_left_out, n_rows, name),) if n_left_out else ()
    called = model_name(model)
    dummy = _dummy(model, len(y))
    if model.classes is not None:
        labels = Labels(model.classes).match(y, name)
        proba = model.predict_proba(features)
        decision = decision_of_model(model)
        cut = AnswerRule.of_model(decision, cost).of_constant().threshold
        dummy = {other: replace(each, threshold=cut) for other, each in dummy.items()}
        found = assess_classifier(
            labels, proba, model.classes, dummy, name=called, decision=decision, cost=cost
        )
        return replace(found, notes=notes)
    if cost is not None:
        raise ParameterError("cost", "needs classes, and the task is regression; leave it out.")
    numbers = as_numbers(as_column(y, name), name)
    found = assess_regressor(numbers, model.predict(features), dummy, target=name, name=called)
    return replace(found, notes=notes)


def _dummy(model: AnyModel, n_rows: int) -> dict[str, Baseline]:
    """Return the dummy of the training rows, if the model has the statistics of their target."""
    target = (model.training or {}).get("target")
    if not isinstance(target, dict):
        return {}
    if "class_counts" in target:
        counts = np.asarray(target["class_counts"], dtype=float)
        return {DUMMY: Baseline(np.tile(counts / counts.sum(), (n_rows, 1)))}
    return {DUMMY: Baseline(np.full(n_rows, float(target["mean"])))}


def _assessment(
    name: str,
    model: Baseline,
    baselines: Mapping[str, Baseline],
    report: Callable[[Baseline], ClassificationReport | RegressionReport],
    compare: Callable[[Baseline, tuple[str, str]], Comparison],
) -> Assessment:
    return Assessment(
        {name: report(model)} | {other: report(each) for other, each in baselines.items()},
        tuple(compare(each, (f"the {name}", other)) for other, each in baselines.items()),
        tuple(other for other, baseline in baselines.items() if not baseline.converged),
        name,
    )
