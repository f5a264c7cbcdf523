"""Reports of `fit` and `evaluate`: values for JSON, tables and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType

from separatrix.cli.console import Row, count, facts, table
from separatrix.cli.describe import (
    class_words,
    column_facts,
    network_diagram,
    seconds_words,
    solver_words,
    unseen_words,
)
from separatrix.cli.estimator_options import in_option_names
from separatrix.cli.rows import LabelledRows, Rows
from separatrix.data.tasks import Task
from separatrix.evaluate import ClassificationReport, Interval, RegressionReport
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.intervals import plain_spec
from separatrix.model import Model

UNSEEN = "Unseen"


def fit_facts(rows: Rows, model: Model, *, with_advice: bool) -> RenderableType:
    """Return what was trained on, how, and how it ended, with the advice of the training or without it."""
    assert model.encoder is not None
    assert model.training is not None
    training = model.training
    n_train, n_test = len(rows.y), len(rows.test_y)
    lines: list[Row] = [
        ("Data", f"{rows.source}: {count(n_train + n_test, 'row')}, {columns_words(rows)}"),
        ("Target", f"{rows.target}, {rows.task} ({rows.reason}): {_target(rows)}"),
        *column_facts(model.encoder),
        ("Split", f"{count(n_train, 'row')} to train, {n_test:,} to test ({rows.split})"),
        *unseen_facts(model.encoder.count_unseen(rows.test_features.columns)),
        ("Network", network_diagram(model)),
        (
            "Training",
            f"{solver_words(training['settings'], n_train)}; {count(training['n_iter'], 'epoch')}"
            f" in {seconds_words(training['seconds'])}",
        ),
        ("Ended", _end(training["stop"]["message"], with_advice)),
    ]
    return facts(lines)


def _end(message: str, with_advice: bool) -> str:
    kept = message if with_advice else message.partition("; raise ")[0].rstrip(".") + "."
    return in_option_names(kept)


def unseen_facts(unseen: Mapping[str, int]) -> list[Row]:
    """Return the line on values that training did not see, if there are any."""
    return [(UNSEEN, f"{unseen_words(unseen)} not seen in training")] if unseen else []


def columns_words(rows: LabelledRows) -> str:
    """Return how many columns there are to predict from."""
    return f"{count(len(rows.features.columns), 'column')} to predict from"


def _target(rows: Rows) -> str:
    return target_words(np.concatenate([rows.y, rows.test_y]), rows.task)


def target_words(y: NDArray[Any], task: Task) -> str:
    """Return the classes with their rows, or the range of the numbers."""
    if task == "regression":
        return f"{_number(y.min())} to {_number(y.max())}, mean {_number(y.mean())}"
    classes, counts = np.unique(y, return_counts=True)
    return class_words(classes.tolist(), counts.tolist())


def _number(value: float) -> str:
    """Return a number of the table: five digits, without zeros at the end."""
    text = f"{value:{plain_spec(value, 5)}}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def fit_values(rows: Rows, model: Model, assessment: Assessment, path: Path) -> dict[str, Any]:
    """Return the report of a fit as values that JSON can hold."""
    assert model.encoder is not None
    training = {name: value for name, value in (model.training or {}).items() if name != "history"}
    return {
        "data": {
            "source": rows.source,
            "target": rows.target,
            "task": rows.task,
            "task_reason": rows.reason,
            "n_train": len(rows.y),
            "n_test": len(rows.test_y),
            "split": rows.split,
            "unseen": model.encoder.count_unseen(rows.test_features.columns),
            **preprocessing_values(model),
        },
        "network": network_values(model),
        "training": training,
        "test": assessment.to_dict(),
        "model": str(path),
    }


def preprocessing_values(model: Model) -> dict[str, Any]:
    """Return what is done to the columns."""
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


def assessment_parts(assessment: Assessment, rows_are: str) -> list[RenderableType]:
    """Return the model's report, all models side by side, and the verdicts."""
    model = assessment.model
    heading = f"On {count(model.n_rows, rows_are)}, with 95 % intervals:"
    per_class = [_class_table(model)] if isinstance(model, ClassificationReport) else []
    verdicts = [comparison.verdict for comparison in assessment.comparisons]
    verdicts += [
        f"The solver of {name} stopped at its limit: it could be better." for name in assessment.unconverged
    ]
    return [heading, *per_class, _side_by_side(assessment), *(["\n".join(verdicts)] if verdicts else [])]


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
    """Return an interval, or as much of it as the rows define, in the room of a cell."""
    if interval.value is None:
        return "undefined"
    return f"{interval.value:{spec}}" if interval.low is None else format(interval, spec)
