"""Rows: what `fit` trains and tests on, what `search` searches on, and how that was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.cli.tables import chosen_target, features_and_target, read_source, source_name
from separatrix.data.labels import Labels
from separatrix.data.streams import TableStream
from separatrix.data.table import Table, is_text
from separatrix.data.targets import Task, class_target, infer_task, number_target
from separatrix.errors import ParameterError, did_you_mean

TASKS: tuple[Task, ...] = ("classification", "regression")


@dataclass(frozen=True)
class LabelledRows:
    """Rows to learn from.

    Attributes
    ----------
    source, target : str
        Names of the table and of the column to predict.
    task, reason : str
        Classes or numbers, and why.
    features : Table
    y : ndarray
        Labels or numbers.
    """

    source: str
    target: str
    task: Task
    reason: str
    features: Table
    y: NDArray[Any]


@dataclass(frozen=True)
class Rows(LabelledRows):
    """Training and test rows.

    Attributes
    ----------
    test_features : Table
    test_y : ndarray
    split : str
        Where the test rows are from.
    """

    test_features: Table
    test_y: NDArray[Any]
    split: str


def read_rows(
    source: str, target: str | None, task: str | None, test: str | None, test_size: float, random_state: int
) -> Rows:
    """Read a table, decide on target and task, and set test rows aside or read them from another table."""
    table = read_source(source)
    whole = _labelled(table, source, target, task)
    name, chosen, features, y = whole.target, whole.task, whole.features, whole.y
    if test is None:
        parts, split = _held_out(features, y, chosen, test_size, random_state)
    else:
        test_features, test_y = features_and_target(read_source(test, _text_columns(table)), name)
        is_class = chosen == "classification"
        test_y = Labels(np.unique(y)).match(test_y, name) if is_class else number_target(test_y, name)
        parts, split = (features, y, test_features, test_y), f"from {source_name(test)}"
    return Rows(whole.source, name, chosen, whole.reason, *parts, split=split)


def read_labelled(source: str, target: str | None, task: str | None) -> LabelledRows:
    """Read a table, and decide on target and task."""
    return _labelled(read_source(source), source, target, task)


def _labelled(table: Table, source: str, target: str | None, task: str | None) -> LabelledRows:
    name = chosen_target(table, target)
    features, y = features_and_target(table, name)
    chosen, reason = (
        infer_task(TableStream(table), name) if task is None else (checked_task(task), "as asked")
    )
    y = class_target(y, name) if chosen == "classification" else number_target(y, name)
    return LabelledRows(source_name(source), name, chosen, reason, features, y)


def _held_out(
    features: Table, y: NDArray[Any], task: Task, test_size: float, random_state: int
) -> tuple[tuple[Table, NDArray[Any], Table, NDArray[Any]], str]:
    from separatrix.evaluate.splits import holdout_rows

    stratified = task == "classification"
    train, test = holdout_rows(len(y), test_size, random_state, labels=y if stratified else None)
    return (
        (features.take(train), y[train], features.take(test), y[test]),
        f"{'stratified, ' if stratified else ''}seed {random_state}",
    )


def _text_columns(table: Table) -> list[str]:
    return [name for name, column in table.columns.items() if is_text(column)]


def checked_task(task: str) -> Task:
    """Return a task that was asked for; a `ParameterError` if there is no such."""
    for known in TASKS:
        if task == known:
            return known
    raise ParameterError(
        f"--task must be one of {', '.join(TASKS)}, got '{task}'.{did_you_mean(task, TASKS)}"
    )
