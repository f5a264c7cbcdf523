"""Reports of `fit` and `evaluate`: values for JSON, tables and sentences for people, and advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType

from separatrix.cli.console import Row, some, table
from separatrix.data.targets import Task
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.evaluate import (
    ClassificationReport,
    Interval,
    RegressionReport,
)
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.comparison import COST
from separatrix.report.advice import missed_class
from separatrix.text import plain_spec, plural


def value_text(y: NDArray[Any], task: Task) -> str:
    """Return the classes of a target with their rows, or its range and mean."""
    if task == "regression":
        return number_text(y.min(), y.max(), y.mean())
    classes, counts = np.unique(y, return_counts=True)
    return class_text(classes.tolist(), counts.tolist())


def number_text(low: float, high: float, mean: float) -> str:
    """Return a range and a mean.

    Examples
    --------
    >>> number_text(25.0, 346.0, 152.1335)
    '25 to 346, mean 152.13'
    """
    spread = high - low
    if spread > 0:  # what is nearly 0 beside the others is 0: targets come from single precision
        low, high, mean = (0.0 if abs(v) < 1e-6 * spread else v for v in (low, high, mean))
    return f"{_number(low)} to {_number(high)}, mean {_number(mean)}"


def _number(value: float) -> str:
    """Return a number of the table: five digits, without zeros at the end."""
    text = f"{value:{plain_spec(value, 5)}}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def class_text(classes: Sequence[Any], counts: Sequence[int], limit: int = 10) -> str:
    """Return the classes with their rows and fractions."""
    total = sum(counts)
    shown = (f"{label}: {n:,} ({n / total:.1%})" for label, n in zip(classes, counts, strict=True))
    return some(shown, limit)


def unseen_lines(unseen: Mapping[str, int]) -> list[Row]:
    """Return the line on values of text columns that training did not see, if there are any."""
    if not unseen:
        return []
    values = some(f"{plural(number, 'value')} of '{name}'" for name, number in unseen.items())
    return [("Unseen", f"{values} not seen in training")]


def preprocessing_values(model: AnyModel) -> dict[str, Any]:
    """Return how the columns are encoded."""
    return {"preprocessing": None if model.encoder is None else model.encoder.to_dict()}


def network_values(model: AnyModel) -> dict[str, Any]:
    """Return the network, or the networks of an ensemble, and the classes."""
    classes = None if model.classes is None else model.classes.tolist()
    if isinstance(model, Ensemble):
        members = [
            {**network_values(one)["network"], "weight": weight}
            for one, weight in zip(model.models, model.fractions.tolist(), strict=True)
        ]
        n_parameters = model.n_parameters
        return {"ensemble": {"n_parameters": n_parameters, "classes": classes, "networks": members}}
    network = {
        **model.network.to_dict(),
        "n_parameters": model.n_parameters,
        "dtype": model.theta.dtype.name,
        "classes": classes,
    }
    return {"network": network}


def assessment_parts(assessment: Assessment, noun: str) -> list[RenderableType]:
    """Return the report on the network, all models side by side, and the verdicts."""
    report = assessment.model
    heading = f"On {plural(report.n_rows, noun)}, with 95 % intervals:"
    parts: list[RenderableType] = [heading]
    if isinstance(report, ClassificationReport):
        parts.append(_class_table(report))
    parts.append(_side_by_side(assessment))
    verdicts = [assessment.cut_note] if assessment.cut_note else []
    verdicts += _undefined(report) + [comparison.verdict for comparison in assessment.comparisons]
    of_classes = (assessment.cost_verdict, assessment.cost_advice, missed_class(assessment))
    verdicts += [sentence for sentence in of_classes if sentence]
    verdicts += [
        f"The solver of {name} stopped at its limit: it could be better." for name in assessment.unconverged
    ]
    verdicts += [note for note in (assessment.weight_note, *assessment.notes) if note]
    if verdicts:
        parts.append("\n".join(verdicts))
    return parts


def _undefined(report: ClassificationReport | RegressionReport) -> list[str]:
    """Return why a metric that the rows do not define has no value."""
    if isinstance(report, ClassificationReport):
        metrics = {"ROC AUC": report.roc_auc}
    else:
        metrics = {"R²": report.per_target[0].r2}
    return [f"{name} is undefined: {each.reason}." for name, each in metrics.items() if each.value is None]


def _class_table(report: ClassificationReport) -> RenderableType:
    rows = (
        (str(row.label), _cell(row.precision), _cell(row.recall), _cell(row.f1), f"{row.support:,}")
        for row in report.per_class
    )
    return table(("", "precision", "recall", "F1", "rows"), rows)


def _side_by_side(assessment: Assessment) -> RenderableType:
    model = assessment.model
    is_rare = isinstance(model, ClassificationReport) and (model.has_rare_class or assessment.is_weighted)
    metrics = {name: _metrics(report, is_rare) for name, report in assessment.reports.items()}
    first = next(iter(metrics.values()))
    rows = ((metric, *(cells[metric] for cells in metrics.values())) for metric in first)
    return table(("", *metrics), rows)


def _metrics(report: ClassificationReport | RegressionReport, is_rare: bool) -> dict[str, str]:
    """Return the scores of a model; with a rare class, or weights, those that accuracy hides, too."""
    if isinstance(report, ClassificationReport):
        scores = {} if report.cost is None else {COST: report.cost}
        scores["accuracy"] = report.accuracy
        if is_rare:
            scores["balanced accuracy"] = report.balanced_accuracy
        scores["ROC AUC"] = report.roc_auc
        if is_rare:
            scores["average precision"] = report.average_precision
        scores["log-loss"] = report.log_loss
        if is_rare:
            scores["Brier score"] = report.brier
        return {name: _cell(score) for name, score in scores.items()}
    (row,) = report.per_target
    return {"R²": _cell(row.r2), "RMSE": _number_cell(row.rmse), "MAE": _number_cell(row.mae)}


def _number_cell(interval: Interval) -> str:
    return _cell(interval, plain_spec(interval.value or 0.0, 4))


def _cell(interval: Interval, spec: str = "z.3f") -> str:
    """Return an interval as a cell, or its value alone if the rows define no interval."""
    if interval.value is None:
        return "undefined"
    return f"{interval.value:{spec}}" if interval.low is None else format(interval, spec)
