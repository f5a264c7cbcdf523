"""Reports of `fit` and `evaluate`: values for JSON, tables and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from separatrix.cli.console import Row, count, facts, table
from separatrix.cli.describe import (
    column_facts,
    network_diagram,
    seconds_words,
    solver_words,
    unseen_words,
)
from separatrix.cli.options import in_option_names
from separatrix.cli.summary import Summary
from separatrix.evaluate import ClassificationReport, Interval, RegressionReport
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.text import plain_spec
from separatrix.model import Model

UNSEEN = "Unseen"


def fit_facts(summary: Summary, model: Model, *, with_advice: bool) -> RenderableType:
    """Return what was trained on, how, and how it ended, with the advice of the training or without it."""
    assert model.encoder is not None
    assert model.training is not None
    training, about = model.training, summary
    n_rows = count(about.n_train + about.n_test, "row")
    lines: list[Row] = [
        ("Data", f"{about.source}: {n_rows}, {count(about.n_columns, 'column')} to predict from"),
        ("Target", f"{about.target}, {about.task} ({about.reason}): {about.values}"),
        *column_facts(model.encoder),
        ("Split", f"{count(about.n_train, 'row')} to train, {about.n_test:,} to test ({about.split})"),
        *unseen_facts(about.unseen),
        ("Network", network_diagram(model)),
        (
            "Training",
            f"{solver_words(training['settings'], about.n_train)}; {count(training['n_iter'], 'epoch')}"
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


def fit_values(summary: Summary, model: Model, assessment: Assessment, path: Path) -> dict[str, Any]:
    """Return the report of a fit as values that JSON can hold."""
    training = {name: value for name, value in (model.training or {}).items() if name != "history"}
    return {
        "data": {
            "source": summary.source,
            "target": summary.target,
            "task": summary.task,
            "task_reason": summary.reason,
            "n_train": summary.n_train,
            "n_test": summary.n_test,
            "split": summary.split,
            "unseen": dict(summary.unseen),
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
