"""What a page of the playground opens with: an artificial data set, a table, or a network with its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import as_numbers, as_text, is_text, missing_rows
from separatrix.data.column_options import ColumnOptions
from separatrix.data.column_values import as_column
from separatrix.data.datasets import TARGET
from separatrix.data.frames import columns_of
from separatrix.data.labels import Labels
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.streams import TableStream
from separatrix.data.table import Table, require_target
from separatrix.data.targets import infer_task
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.estimators.to_model import to_model
from separatrix.playground.date_parts import date_parts
from separatrix.playground.shown_model import described, model_columns, shown_network
from separatrix.text import plural

TOYS = ("circles", "ten-points", "gaussians", "moons", "bumps", "spiral", "xor", "checkerboard")
"""The artificial data sets that the page draws itself."""

MAX_ROWS = 20_000
"""Rows that a page holds; of a larger table a sample."""

MAX_LINES = 2
"""Sentences for the command line on the columns; those on the target and on columns left out are first."""

MAX_LEVELS = 12
"""Different texts of a column up to which the page takes it as an input."""

FORMAT = 1


@dataclass(frozen=True)
class Start:
    """What a page opens with.

    Attributes
    ----------
    name : str
        What the page calls the data.
    values : dict
        What the page reads, as values that JSON can hold.
    notes : tuple of str
        Sentences on rows that were left out and on columns, for the command line.
    page_notes : tuple of str
        All of them, for the page; empty if they are `notes`.
    """

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    page_notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int | None:
        """Rows in the page; None if the page draws the points itself."""
        return self.values.get("n_rows")

    def to_json_values(self) -> dict[str, Any]:
        """Return everything that the page reads."""
        notes = list(self.page_notes or map(_capital, self.notes))
        return {"format": FORMAT, "name": self.name, "notes": notes, **self.values}


def start_of_toy(name: str = "") -> Start:
    """Return a start with an artificial data set, which the page draws itself; without a name, its first.

    Examples
    --------
    >>> start_of_toy("spiral").values
    {'kind': 'toy', 'toy': 'spiral'}
    """
    if name and name not in TOYS:
        raise ParameterError(
            "data", f"must be one of {', '.join(TOYS)}, got '{name}'.{did_you_mean(name, list(TOYS))}"
        )
    return Start(name, {"kind": "toy", "toy": name})


def start_of_table(
    table: Table, target: str = TARGET, name: str = "", options: ColumnOptions | None = None
) -> Start:
    """Return a start with a table; the page chooses two columns first, and offers all.

    What the columns are is decided from all rows, as for a fit: the page has the columns that a fit encodes.

    Parameters
    ----------
    table : Table
    target : str
        The column to predict; rows without a value there are left out.
    name : str
    options : ColumnOptions, optional
        What the user says about the columns.

    Raises
    ------
    ParameterError
        If an option names a column that does not exist, or the target.
    DataError
        If there is no such column, no other column that can be used, or no row.
    """
    require_target(table.columns, target)
    schema = learn_schema(table, target, options).require_used()
    has_target = ~missing_rows(schema.read_target(table.columns[target]))
    rows, notes = _sampled(has_target, f"have no value in '{target}'")
    shown = schema.apply_all(table.take(rows))
    task, reason = infer_task(TableStream(shown), target)
    decided, not_taken = _decided(schema), _left_out(shown, target)
    rest = len(decided) - MAX_LINES
    more = [f"Run separatrix look for {plural(rest, 'more line')} about the columns."] if rest > 0 else []
    page_notes = (*map(_capital, notes), *map(_without_option, decided), *not_taken)
    notes = (*notes, *decided[:MAX_LINES], *more, *not_taken)
    order = [*(each for each in shown.columns if each != target), target]
    parts = date_parts(schema)
    values = {
        "kind": "table",
        "columns": [
            {"name": each, "cells": _cells(shown.columns[each])}
            | ({"date": parts[each]} if each in parts else {})
            for each in order
        ],
        "target": target,
        "task": task,
        "reason": reason,
        "n_rows": len(rows),
    }
    return Start(name or "your data", values, notes, page_notes)


def start_of_model(model: AnyModel, table: Table, y: Any, name: str = "") -> Start:
    """Return a start with the network of a model, its weights, and rows to show it on.

    Parameters
    ----------
    model : Model or Ensemble
        Of an ensemble the network with the largest weight is shown.
    table : Table
        The columns that the model takes.
    y : array-like of shape (n_rows,)
        Classes of the model, or numbers; rows without a value are left out.
    name : str

    Raises
    ------
    ParameterError
        If the page cannot show the model.
    DataError
        If the rows do not fit it.
    """
    shown, notes = shown_network(model)
    target = shown.target_name or TARGET
    column = as_column(y, target)
    if shown.encoder is not None and shown.encoder.schema is not None:
        column = shown.encoder.schema.read_target(column)
    rows, left_out = _sampled(~missing_rows(column), f"have no value in '{target}'")
    column = column[rows]
    if shown.classes is not None:
        t: NDArray[Any] = np.asarray(Labels(shown.classes).encode(column, target))
        classes = [_text_of(label) for label in shown.classes.tolist()]
    else:
        t, classes = as_numbers(column, target), None
    values = {
        "kind": "model",
        "columns": model_columns(shown, table.take(rows)),
        "target": target,
        "y": t.tolist(),
        "classes": classes,
        "network": shown.network.to_dict(),
        "theta": np.asarray(shown.theta, dtype=np.float64).tolist(),
        "described": described(shown),
        "n_rows": len(rows),
    }
    return Start(name or "your model", values, (*notes, *left_out))


def start_from(data: Sequence[Any], name: str) -> Start:
    """Return the start for the arguments of `playground`."""
    if not data or (len(data) == 1 and isinstance(data[0], str)):
        return start_of_toy(*data)
    if len(data) == 2:
        table, target = _table_of(data[0]), _name_of(data[1])
        if target in table.columns:
            raise DataError(f"X has a column '{target}', which is the name of y; rename one of the two.")
        return start_of_table(Table({**table.columns, target: data[1]}), target, name)
    if len(data) == 3:
        model = data[0] if isinstance(data[0], AnyModel) else to_model(data[0])
        return start_of_model(model, _table_of(data[1], model), data[2], name)
    raise ParameterError(
        "data", f"must be nothing, a name, X and y, or a model, X and y, got {len(data)} argument(s)."
    )


def _sampled(usable: NDArray[np.bool_], why: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return the rows that the page holds, and sentences on those left out."""
    rows, notes = np.flatnonzero(usable), []
    if len(rows) < len(usable):
        notes.append(f"{len(usable) - len(rows):,} of {len(usable):,} rows {why} and are left out.")
    if not len(rows):
        raise DataError("the table has no row that can be used; give at least one row with a target.")
    if len(rows) > MAX_ROWS:
        notes.append(f"the page holds a sample of {MAX_ROWS:,} of {len(rows):,} rows, drawn with seed 0.")
        rows = np.sort(np.random.RandomState(0).choice(rows, MAX_ROWS, replace=False))
    return rows, tuple(notes)


def _decided(schema: Schema) -> list[str]:
    """Return sentences on what was decided about the columns."""
    first = ("Target", "Left out")
    lines = sorted(schema.lines(None), key=lambda line: first.index(line[0]) if line[0] in first else 2)
    headings = {"Note": "", "Written": "How numbers are written: "}
    return [f"{headings.get(heading, f'{heading}: ')}{sentence}." for heading, sentence in lines]


def _capital(sentence: str) -> str:
    """Return a sentence with a capital, as the page has it; none that begins with the name of a column."""
    return sentence[:1].upper() + sentence[1:]


def _without_option(sentence: str) -> str:
    """Return a sentence without the option that it names in brackets: the page has no such option."""
    return re.sub(r" \(join_spellings [^)]*\)", "", sentence)


def _left_out(table: Table, target: str) -> list[str]:
    """Return a sentence on the categories that the page does not take as inputs."""
    many = [
        f"'{name}'"
        for name, column in table.columns.items()
        if name != target and is_text(column) and len(set(as_text(column).tolist()) - {None}) > MAX_LEVELS
    ]
    if not many:
        return []
    names = ", ".join(many)
    return [f"{names}: more than {MAX_LEVELS} different values, so the page leaves this out of the inputs."]


def _cells(column: NDArray[Any]) -> list[Any]:
    """Return cells as numbers, text and None; truth values become text."""
    cells: list[Any] = column.tolist()
    if is_text(column) or column.dtype == np.bool_:
        return list(as_text(column).tolist())
    if column.dtype.kind == "f":
        return [cell if np.isfinite(cell) else None for cell in cells]
    return cells


def _table_of(X: Any, model: AnyModel | None = None) -> Table:
    """Return columns by name; those of an array are called as the model calls them, else x1, x2, …."""
    columns = columns_of(X)
    if columns is not None:
        return Table(dict(columns))
    rows = np.asarray(X.toarray() if hasattr(X, "toarray") else X)
    if rows.ndim != 2:
        raise DataError(f"X must have shape (n_rows, n_columns), got {rows.shape}; reshape it.")
    names = getattr(model, "feature_names", None)
    if names is None or len(names) != rows.shape[1]:
        names = [f"x{j + 1}" for j in range(rows.shape[1])]
    return Table({name: rows[:, j] for j, name in enumerate(names)})


def _name_of(y: Any) -> str:
    name = getattr(y, "name", None)
    return name if isinstance(name, str) and name else TARGET


def _text_of(label: Any) -> str:
    return str(as_text(as_column([label], "class"))[0])
