"""Judging: the decision that a model keeps, and the page about it, as `judging_options` ask."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from separatrix.cli.fitting import Fitted
from separatrix.data.schema import AppliedTable
from separatrix.data.table import Table, require_column
from separatrix.decision import Decision
from separatrix.ensemble import AnyModel
from separatrix.errors import ParameterError
from separatrix.estimators.table_source import group_numbers
from separatrix.evaluate.thresholds import Cost
from separatrix.report.decisions import DecisionChoice, decision_text, out_of_fold, read_cost
from separatrix.report.judging import CrossAssessment, cross_assess, repeats_for
from separatrix.tabular.table_fitting import TabularFit

CHOSEN = (
    "The calibration or the threshold was chosen on training rows, which are among these: scores that depend "
    "on it look a little too good."
)


def check_report(path: Path | None, model_path: Path | None = None) -> None:
    """Raise an `OutputError` before the training if the page could not be written after it."""
    if path is not None:
        from separatrix.report.report import check_report_path  # only here: matplotlib is slow to import

        check_report_path(path)


def check_folds(*, folds: bool, report: Path | None, is_read_whole: bool) -> None:
    """Raise a `ParameterError` before the training for an option that needs all rows after it."""
    name = "folds" if folds else "report"
    if (folds or report is not None) and not is_read_whole:
        raise ParameterError(
            name, "needs a table that is read whole; leave out memory and checkpoint, or use evaluate."
        )


def parsed_cost(text: str | None) -> Cost | None:
    """Return costs as they were typed; None if there are none."""
    return None if text is None else read_cost(text)


def refuse_decision(choice: DecisionChoice) -> None:
    """Raise a `ParameterError` for an option that needs classes."""
    name = "calibrate" if choice.calibrate else "threshold" if choice.threshold is not None else "cost"
    raise ParameterError(name, "needs classes, and the task is regression; leave it out.")


def with_decision(model: AnyModel, fitted: Fitted, choice: DecisionChoice) -> AnyModel:
    """Return a model with the calibration and the threshold that were asked for."""
    if not choice.is_asked or model.classes is None:
        return model
    y, proba = None, None
    if choice.needs_rows:
        X = fitted.features if isinstance(fitted, TabularFit) else fitted.X
        y, proba = out_of_fold(fitted.estimator, X, fitted.y)  # type: ignore[arg-type]
    return replace(model, decision=choice.decide(y, proba, model.classes))


def judged_by_folds(
    fitted: Fitted, decision: Decision | None, *, is_chosen: bool, trees: bool
) -> CrossAssessment:
    """Judge what was fitted by cross-validation over training and test rows together.

    The decision is that of the model; `is_chosen` is whether training rows have chosen it.
    """
    features, test = judged_tables(fitted)
    names = [name for name in features.columns if name != fitted.target.name]
    columns = {name: np.concatenate([features.columns[name], test.columns[name]]) for name in names}
    y = np.concatenate([fitted.y, fitted.y_test])
    groups = fitted.groups if isinstance(fitted, TabularFit) else None
    found = cross_assess(
        fitted.estimator,
        replace(features, columns=columns),
        y,
        groups=None if groups is None else _all_groups(groups, test),
        decision=decision,
        target=fitted.target.name,
        class_weight=class_weights(fitted),
        trees=trees,
        n_repeats=repeats_for(len(y)),
        on_fit=_show_fold if sys.stderr.isatty() else None,
    )
    if decision is None or not is_chosen:
        return found
    notes = (*found.assessment.notes, CHOSEN)
    return replace(found, assessment=replace(found.assessment, notes=notes))


def _all_groups(train: Table, test: Table) -> NDArray[Any]:
    """Return the number of the group of each training row, then of each test row."""
    ((name, column),) = train.columns.items()
    require_column(name, test.columns)
    return group_numbers(Table({name: np.concatenate([column, test.columns[name]])}), name)


def _show_fold(done: int, total: int) -> None:
    typer.echo(f"\rjudging: {done} of {total} trainings", err=True, nl=done == total)


def judged_tables(fitted: Fitted) -> tuple[AppliedTable, Table]:
    """Return the training and the test rows of a table that was read whole."""
    if isinstance(fitted, TabularFit):
        return fitted.features, fitted.test_rows
    assert fitted.features is not None  # `check_folds` has seen to it
    assert fitted.test_features is not None
    return fitted.features, fitted.test_features


def class_weights(fitted: Fitted) -> dict[Any, float] | None:
    """Return the weight of each class in a training; None if classes were not weighted."""
    weights, labels = fitted.target.weights, fitted.target.labels
    if weights is None or labels is None:
        return None
    return dict(zip(labels.classes.tolist(), weights, strict=True))


def write_fit_report(
    path: Path,
    model: AnyModel,
    fitted: Fitted,
    *,
    source: str,
    model_file: Path,
    cost: Cost | None,
    trees: bool,
    folds: CrossAssessment | None = None,
) -> None:
    """Write the page about a model that was fitted on a table."""
    X, X_test = judged_tables(fitted)
    write_report(
        path,
        model,
        X_test,
        fitted.y_test,
        train=(X, fitted.y),
        class_weight=class_weights(fitted),
        folds=folds,
        target=fitted.target.name,
        source=source,
        model_file=model_file,
        cost=cost,
        trees=trees,
    )


def write_report(path: Path, model: AnyModel, X: Table, y: NDArray[Any], **parts: Any) -> None:
    """Write the page about a model and its test rows; `parts` as for `Report.from_estimator`."""
    from separatrix.report import Report

    Report.from_estimator(model, X, y, **parts).save(path)


def decision_lines(model: AnyModel, cost: Cost | None) -> list[tuple[str, str]]:
    """Return the line on a model's calibration and threshold, if it has any."""
    if model.decision is None or model.classes is None:
        return []
    costs: Mapping[str, float] | Cost | None = cost
    return [("Decision", decision_text(model.decision, model.classes.tolist()[-1], costs))]
