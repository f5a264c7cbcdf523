"""The page about a network that a search has chosen: it is trained again on folds, which judge it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from separatrix.data.column import as_numbers
from separatrix.data.column_values import as_column
from separatrix.data.labels import Labels
from separatrix.data.table import Table, split_target
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.evaluate.thresholds import Cost
from separatrix.model import Model
from separatrix.report import Report
from separatrix.report.judging import cross_assess, repeats_for
from separatrix.search.table_search import TableSearch

CHOSEN = "; its size was chosen on the same rows, so that its scores look a little too good"


def write_search_report(
    path: Path,
    found: TableSearch,
    table: Table,
    *,
    source: str,
    model_file: Path,
    cost: Cost | None,
    trees: bool,
) -> None:
    """Write the page about the network that was chosen, judged by folds over all rows."""
    model, name = found.model, found.setup.target
    assert isinstance(model, Model)
    settings = dict((model.training or {})["settings"])
    features, cells = split_target(table, name)
    column = as_column(cells, name)
    if model.classes is None:
        estimator, y = MLPRegressor(**settings), as_numbers(column, name)
    else:
        estimator, y = MLPClassifier(**settings), Labels(model.classes).match(column, name)
    folds = cross_assess(estimator, features, y, target=name, trees=trees, n_repeats=repeats_for(len(y)))
    assessment = replace(folds.assessment, rows=folds.assessment.rows + CHOSEN)
    Report.from_estimator(
        model,
        folds=replace(folds, assessment=assessment),
        target=name,
        source=source,
        model_file=model_file,
        cost=cost,
    ).save(path)
