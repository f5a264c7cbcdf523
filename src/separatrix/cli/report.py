"""Reports of `fit` and `evaluate`: values for JSON, tables and sentences for people, and advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType

from separatrix.cli.console import Row, seconds_text, some, summary, table
from separatrix.cli.inspect import column_lines, network_text, solver_text
from separatrix.cli.options import in_option_names
from separatrix.cli.table_input import TableInput
from separatrix.data.targets import Task
from separatrix.estimators.table_fitting import TableFit
from separatrix.evaluate import (
    ClassificationReport,
    Interval,
    RegressionReport,
    baseline_predictions,
    baseline_probabilities,
)
from separatrix.evaluate.assessment import Assessment, assess_classifier, assess_regressor
from separatrix.evaluate.baselines import DUMMY
from separatrix.evaluate.classification import row_log_losses
from separatrix.evaluate.comparison import Comparison
from separatrix.model import Model
from separatrix.text import plain_spec, plural

FAR_BELOW = 0.5
"""Fraction of the test loss below which the training loss is that of an overfitted network."""


def target_text(fit: TableFit) -> str:
    """Return the classes of the target with their rows, or its range and mean, in training and test rows."""
    kept, y = fit.target.statistics, fit.y_test
    if fit.target.labels is not None:
        counts = np.bincount(fit.target.labels.encode(y), minlength=len(fit.target.labels))
        return class_text(fit.target.labels.texts, (counts + kept["class_counts"]).tolist())
    mean = (kept["mean"] * fit.n_rows + y.sum()) / (fit.n_rows + len(y))
    return number_text(min(kept["minimum"], y.min()), max(kept["maximum"], y.max()), mean)


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


def assess_fit(model: Model, fitted: TableFit) -> Assessment:
    """Judge a model on the test rows of its fit, beside the baselines."""
    X, X_test, y, y_test = fitted.X, fitted.X_test, fitted.y, fitted.y_test
    if model.classes is not None:
        baselines = baseline_probabilities(X, y, X_test, model.classes)
        line_first = dict(reversed(baselines.items()))
        return assess_classifier(y_test, model.predict_proba(X_test), model.classes, line_first)
    line_first = dict(reversed(baseline_predictions(X, y, X_test).items()))
    return assess_regressor(y_test, model.predict(X_test), line_first, target=fitted.target.name)


def fit_parts(
    tables: TableInput, fit: TableFit, model: Model, assessment: Assessment, hint: str | None
) -> list[RenderableType]:
    """Return the report of a fit for people; `hint` is the advice on it, if there is any."""
    parts = [_fit_summary(tables, fit, model, with_advice=hint is None)]
    parts += assessment_parts(assessment, "test row")
    return parts if hint is None else [*parts, hint]


def _fit_summary(tables: TableInput, fit: TableFit, model: Model, *, with_advice: bool) -> RenderableType:
    """Return what was trained on, how, and how it ended, with the advice of the training or without it."""
    assert model.encoder is not None
    assert model.training is not None
    training = model.training
    n_rows, n_test = fit.n_rows, len(fit.y_test)
    columns = plural(len(model.encoder.columns) + len(model.encoder.dropped), "column")
    found_rate = training.get("learning_rate_init")
    epochs = f"{plural(training['n_iter'], 'epoch')} in {seconds_text(training['seconds'])}"
    lines = [
        ("Data", f"{tables.name}: {plural(n_rows + n_test, 'row')}, {columns} to predict from"),
        ("Target", f"{tables.target}, {tables.task} ({tables.reason}): {target_text(fit)}"),
        *column_lines(model.encoder),
        ("Split", f"{plural(n_rows, 'row')} to train, {n_test:,} to test ({tables.split or fit.split})"),
        *unseen_lines(fit.unseen),
        ("Network", network_text(model)),
        ("Training", f"{solver_text(training['settings'], n_rows, found_rate)}; {epochs}"),
        ("Ended", _ending(training["stop"]["message"], with_advice=with_advice)),
    ]
    return summary(lines)


def _ending(message: str, *, with_advice: bool) -> str:
    if not with_advice:
        message = message.partition("; raise ")[0].rstrip(".") + "."
    return in_option_names(message)


def unseen_lines(unseen: Mapping[str, int]) -> list[Row]:
    """Return the line on values of text columns that training did not see, if there are any."""
    if not unseen:
        return []
    values = some(f"{plural(number, 'value')} of '{name}'" for name, number in unseen.items())
    return [("Unseen", f"{values} not seen in training")]


def fit_values(
    tables: TableInput, fit: TableFit, model: Model, assessment: Assessment, path: Path
) -> dict[str, Any]:
    """Return the report of a fit as values that JSON can hold."""
    training = {name: value for name, value in (model.training or {}).items() if name != "history"}
    return {
        "data": {
            "source": tables.name,
            "target": tables.target,
            "task": tables.task,
            "task_reason": tables.reason,
            "n_train": fit.n_rows,
            "n_test": len(fit.y_test),
            "split": tables.split or fit.split,
            "unseen": fit.unseen,
            **preprocessing_values(model),
        },
        "network": network_values(model),
        "training": training,
        "test": assessment.to_dict(),
        "model": str(path),
    }


def preprocessing_values(model: Model) -> dict[str, Any]:
    """Return how the columns are encoded."""
    return {"preprocessing": None if model.encoder is None else model.encoder.to_dict()}


def network_values(model: Model) -> dict[str, Any]:
    """Return the network and its classes."""
    classes = None if model.classes is None else model.classes.tolist()
    return {
        **model.network.to_dict(),
        "n_parameters": model.n_parameters,
        "dtype": model.theta.dtype.name,
        "classes": classes,
    }


def assessment_parts(assessment: Assessment, noun: str) -> list[RenderableType]:
    """Return the report on the network, all models side by side, and the verdicts."""
    report = assessment.model
    parts: list[RenderableType] = [f"On {plural(report.n_rows, noun)}, with 95 % intervals:"]
    if isinstance(report, ClassificationReport):
        parts.append(_class_table(report))
    parts.append(_side_by_side(assessment))
    verdicts = _undefined(report) + [comparison.verdict for comparison in assessment.comparisons]
    verdicts += [
        f"The solver of {name} stopped at its limit: it could be better." for name in assessment.unconverged
    ]
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
    metrics = {name: _metrics(report) for name, report in assessment.reports.items()}
    first = next(iter(metrics.values()))
    rows = ((metric, *(cells[metric] for cells in metrics.values())) for metric in first)
    return table(("", *metrics), rows)


def _metrics(report: ClassificationReport | RegressionReport) -> dict[str, str]:
    if isinstance(report, ClassificationReport):
        return {
            "accuracy": _cell(report.accuracy),
            "ROC AUC": _cell(report.roc_auc),
            "log-loss": _cell(report.log_loss),
        }
    (row,) = report.per_target
    return {"R²": _cell(row.r2), "RMSE": _number_cell(row.rmse), "MAE": _number_cell(row.mae)}


def _number_cell(interval: Interval) -> str:
    return _cell(interval, plain_spec(interval.value or 0.0, 4))


def _cell(interval: Interval, spec: str = "z.3f") -> str:
    """Return an interval as a cell, or its value alone if the rows define no interval."""
    if interval.value is None:
        return "undefined"
    return f"{interval.value:{spec}}" if interval.low is None else format(interval, spec)


def advice(assessment: Assessment, model: Model, fitted: TableFit) -> str | None:
    """Return a sentence if the network is worse than a baseline, and there is something to try."""
    worse = {each.names[1]: each for each in assessment.comparisons if each.outcome == "worse"}
    training: Mapping[str, Any] = model.training or {}
    reason = training["stop"]["reason"]
    if not worse or reason == "diverged":  # the warning has said what to do
        return None
    test_loss = next(iter(worse.values())).primary.first
    training_loss = _training_loss(model, fitted)
    overfits = test_loss is not None and training_loss < FAR_BELOW * test_loss
    cure = "a larger --alpha"
    if not training["settings"]["early_stopping"]:
        cure = f"--early-stopping or {cure}"
    if overfits and model.classes is None:
        return f"The network fits the training rows far better than the test rows; try {cure}."
    if overfits or (DUMMY in worse and _is_too_sure(worse[DUMMY], training_loss)):
        return f"The network's probabilities are too sure of themselves; try {cure}."
    if DUMMY not in worse:
        return None
    loss = training["history"]["loss"]
    if reason == "max_iter" and loss[-1] <= loss[0]:
        return "The network has learned too little; raise --max-iter."
    return "The network has not learned; lower --rate."


def _is_too_sure(against_dummy: Comparison, training_loss: float) -> bool:
    """Return whether a network that did learn is right more often than the dummy."""
    dummy_loss = against_dummy.primary.second
    return (
        dummy_loss is not None
        and training_loss < dummy_loss
        and any(
            test.metric == "accuracy" and test.advantage.value is not None and test.advantage.value > 0
            for test in against_dummy.others
        )
    )


def _training_loss(model: Model, fitted: TableFit) -> float:
    """Return the mean loss of the training rows, in the unit of the comparisons."""
    labels = fitted.target.labels
    if labels is not None:
        return float(row_log_losses(labels.encode(fitted.y), model.predict_proba(fitted.X)).mean())
    return float(np.mean((model.predict(fitted.X) - fitted.y) ** 2))
