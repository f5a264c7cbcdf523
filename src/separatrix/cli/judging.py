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
from separatrix.cli.judging_options import FEW_ROWS, JudgingOptions
from separatrix.cli.table_input import TableInput
from separatrix.data.column_values import as_column
from separatrix.data.schema import AppliedTable
from separatrix.data.table import Table
from separatrix.data.targets import class_target
from separatrix.decision import Decision, decision_of_model, positive_index
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.table_source import group_numbers
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.classification import ClassificationReport
from separatrix.evaluate.cost import Cost
from separatrix.report.cross_validation import N_FOLDS, CrossAssessment, Folding, cross_assess, repeats_for
from separatrix.report.decisions import CutCost, DecisionChoice, decision_text, out_of_fold
from separatrix.report.folds import check_foldable
from separatrix.tabular.ensemble_fitting import TabularFit
from separatrix.text import plural

LEAST_ROWS = 10
"""Fewer rows are not split into folds, unless that is asked for."""

CHOSEN = (
    "The calibration or the threshold was chosen on training rows, which are among these: scores that depend "
    "on it look a little too good."
)


def check_report(path: Path | None, model_path: Path | None = None) -> None:
    """Raise an `OutputError` before the training if the page could not be written after it."""
    if path is not None:
        from separatrix.report.report import check_report_path  # only here: matplotlib is slow to import

        check_report_path(path)


def check_read_whole(options: JudgingOptions, *, is_read_whole: bool) -> None:
    """Raise a `ParameterError` before the training for an option that needs all rows after it."""
    name = "folds" if options.folds else "report"
    if (options.folds or options.report is not None) and not is_read_whole:
        raise ParameterError(
            name, "needs a table that is read whole; leave out memory and checkpoint, or use evaluate."
        )


def check_classes(choice: DecisionChoice, tables: TableInput) -> None:
    """Raise a `ParameterError` before the training for an option that the classes do not allow."""
    if tables.task == "regression":
        choice.check_classes(None)
    elif isinstance(tables.source, Table) and choice != DecisionChoice():
        classes = np.unique(_labels(tables, tables.source)).tolist()
        choice.check_classes(len(classes))
        if choice.positive is not None:
            positive_index(choice.positive, classes)


def check_folds(n_folds: int, tables: TableInput, groups: str | None) -> None:
    """Raise a `DataError` before the training for a table that cannot be split into folds."""
    assert isinstance(tables.source, Table)  # checked by `check_read_whole`
    is_class = tables.task == "classification"
    target = tables.source.columns[tables.target]
    y = _labels(tables, tables.source) if is_class else target
    of_groups = None if groups is None else group_numbers(tables.source, groups)
    check_foldable(y, n_folds, of_groups, is_class=is_class)


def _labels(tables: TableInput, table: Table) -> NDArray[Any]:
    column = tables.schema.read_target(table.columns[tables.target])
    return class_target(as_column(column, tables.target), tables.target)


def has_few_rows(n_folds: int, tables: TableInput, groups: str | None) -> bool:
    """Return whether a table has so few rows that folds judge it, and enough for folds."""
    if not LEAST_ROWS <= tables.n_rows < FEW_ROWS:
        return False
    try:
        check_folds(n_folds, tables, groups)
    except DataError:
        return False
    return True


def few_rows_text(n_test_rows: int, tables: TableInput) -> str:
    """Return the advice where few test rows judge: folds, or what stands in their way."""
    few = f"{plural(n_test_rows, 'test row')} say{'s' if n_test_rows == 1 else ''} little"
    if isinstance(tables.source, Table):
        try:
            check_folds(N_FOLDS, tables, None)
        except DataError as error:
            return f"{few}, and --folds {N_FOLDS} is no way out: {error}"
    return f"{few}; --folds {N_FOLDS} judges by cross-validation over all rows."


def with_decision(model: AnyModel, fitted: Fitted, choice: DecisionChoice) -> tuple[AnyModel, CutCost | None]:
    """Return a model with the calibration and the threshold that were asked for, and its positive class.

    If costs have chosen the threshold, return also what it costs.
    """
    if model.classes is None:
        return model, None
    y, proba = None, None
    if choice.needs_rows:
        X = fitted.features if isinstance(fitted, TabularFit) else fitted.X
        y, proba = out_of_fold(fitted.estimator, X, fitted.y)  # type: ignore[arg-type]
    decision = choice.decide(y, proba, model.classes, fitted.target.statistics["class_counts"])
    found = None
    if choice.cost is not None:
        assert y is not None
        assert proba is not None
        found = CutCost.of(y, proba, model.classes, decision, choice.cost)
    return (model if decision == Decision() else replace(model, decision=decision)), found


def judged_by_folds(
    fitted: Fitted, model: AnyModel, n_folds: int, *, is_chosen: bool, trees: bool, cost: Cost | None = None
) -> CrossAssessment:
    """Judge what was fitted on all rows by cross-validation over them.

    The decision is that of the model; `is_chosen` is whether training rows have chosen it.
    """
    features = fitted.features
    assert features is not None  # checked by `check_read_whole`
    columns = {name: cells for name, cells in features.columns.items() if name != fitted.target.name}
    groups = fitted.groups if isinstance(fitted, TabularFit) else None
    found = cross_assess(
        fitted.estimator,
        replace(features, columns=columns),
        fitted.y,
        groups=None if groups is None else group_numbers(groups, next(iter(groups.columns))),
        decision=None if model.classes is None else decision_of_model(model),
        target=fitted.target.name,
        class_weight=class_weights(fitted),
        trees=trees,
        cost=cost,
        folding=Folding(n_folds, repeats_for(len(fitted.y))),
        on_fit=show_fold if sys.stderr.isatty() else None,
    )
    if not is_chosen:
        return found
    notes = (*found.assessment.notes, CHOSEN)
    return replace(found, assessment=replace(found.assessment, notes=notes))


def show_fold(done: int, total: int) -> None:
    """Show how many trainings of folds are done."""
    end = "\n" if done == total else "\r"  # the next line takes its place, also one on Ctrl-C
    typer.echo(f"judging: {done} of {total} trainings{end}", err=True, nl=False)


def judged_tables(fitted: Fitted) -> tuple[AppliedTable, Table]:
    """Return the training and the test rows of a table that was read whole."""
    if isinstance(fitted, TabularFit):
        return fitted.features, fitted.test_rows
    assert fitted.features is not None  # checked by `check_folds`
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
    X, y, train = None, None, None
    if folds is None:
        features, X = judged_tables(fitted)
        y, train = fitted.y_test, (features, fitted.y)
    write_report(
        path,
        model,
        X,
        y,
        train=train,
        class_weight=class_weights(fitted),
        folds=folds,
        target=fitted.target.name,
        source=source,
        model_file=model_file,
        cost=cost,
        trees=trees,
    )


def write_report(
    path: Path, model: AnyModel, X: Table | None = None, y: NDArray[Any] | None = None, **parts: Any
) -> None:
    """Write the page about a model and its test rows; `parts` as for `Report.from_estimator`."""
    from separatrix.report import Report

    Report.from_estimator(model, X, y, **parts).save(path)


def cut_warnings(found: CutCost | None, assessment: Assessment | None) -> list[str]:
    """Return why a cut that costs have chosen is not to be relied on."""
    if found is None:
        return []
    warnings = [found.warning] if found.warning else []
    report = None if assessment is None else assessment.model
    if isinstance(report, ClassificationReport):
        row = report.per_class[report.positive]
        if found.n_caught and row.support and row.recall.value == 0:
            rows = plural(row.support, "row")
            warnings.append(f"of {rows} of '{row.label}' that judge the model, the kept cut flags none.")
    return warnings


def decision_lines(model: AnyModel, cost: Cost | None, found: CutCost | None = None) -> list[tuple[str, str]]:
    """Return the lines on a model's calibration and threshold, if it has any, and on what the cut costs."""
    if model.decision is None or model.classes is None:
        return []
    costs: Mapping[str, float] | Cost | None = cost
    text = decision_text(model.decision, model.classes.tolist(), costs)
    lines = [("Decision", text)] if text else []
    return lines if found is None else [*lines, ("Cost", found.sentence)]
