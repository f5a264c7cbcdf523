"""Given tables: a file, a frame or an array, and a target that is one of its columns or beside it."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from os import PathLike
from typing import Any

import numpy as np

from separatrix.data.column import as_text
from separatrix.data.column_values import as_column, is_categorical
from separatrix.data.datasets import TARGET
from separatrix.data.frames import table_from_frame
from separatrix.data.table import Table
from separatrix.data.table_files import TableFile, read_table
from separatrix.errors import DataError, ParameterError


def given_table(source: Any) -> Table:
    """Return a table that is read whole: a file, a data frame, or an array, whose columns are 0, 1 and so on.

    Raises
    ------
    DataError
        If it is none of these, or cannot be read.

    Examples
    --------
    >>> given_table(np.array([[31.0, 2.0], [52.0, 0.0]])).column_names
    ['0', '1']
    """
    if isinstance(source, np.ndarray):
        if source.ndim != 2:
            raise DataError(f"an array of rows and columns is needed, got one of shape {source.shape}.")
        return Table({str(number): as_column(cells, str(number)) for number, cells in enumerate(source.T)})
    if isinstance(source, str | PathLike | TableFile):
        return read_table(source)
    return table_from_frame(source)


def with_target_column(source: Any, target: Any) -> tuple[Any, str]:
    """Return a table with its target, and the name of the target.

    Where the target is an array of labels or numbers, it becomes a column of the table: of its own name, or
    'target' if it has none, or if the table has a column of that name with other values.

    Raises
    ------
    ParameterError
        If `target` is neither a name nor one value for each row, or the table has it as a column.

    Examples
    --------
    >>> table, name = with_target_column(Table({"x": [1, 2]}), np.array(["no", "yes"]))
    >>> name, table.column_names
    ('target', ['x', 'target'])
    """
    if isinstance(target, str | Integral):
        return _with_values(source, str(target)), str(target)
    named = isinstance(target, list | tuple) and all(isinstance(name, str) for name in target)
    table = source if isinstance(source, str | PathLike) else given_table(source)
    n_rows = None if not isinstance(table, Table) else table.n_rows
    if n_rows is None or np.ndim(target) != 1 or len(target) != n_rows:
        got = f"{list(target)!r}" if named else f"{type(target).__name__} of shape {np.shape(target)}"
        raise ParameterError(
            "target",
            f"must name one column, or be one label or number for each row of a frame, got {got}; for "
            "several targets fit a model of each.",
        )
    assert isinstance(table, Table)
    own = getattr(target, "name", None)
    name = TARGET if own is None else str(own)
    if name in table.columns and not _is_same(target, table, name):
        name = TARGET
    if name in table.columns:
        raise ParameterError(
            "target", f"is called '{name}', as a column of the table; leave that out, or name it: '{name}'."
        )
    values = np.asarray(target) if is_categorical(target) else target
    return replace(table, columns={**table.columns, name: values}), name


def _with_values(source: Any, name: str) -> Any:
    """Return a frame of pandas with the values of a target of categories, so that labels keep their type."""
    for column in getattr(source, "columns", ()) if hasattr(source, "iloc") else ():
        if str(column) == name and is_categorical(source[column]):
            source = source.copy(deep=False)
            source[column] = np.asarray(source[column])
            break
    return source


def _is_same(target: Any, table: Table, name: str) -> bool:
    """Return whether a target has the cells of a column."""
    return bool(np.array_equal(as_text(as_column(target, name)), as_text(table.columns[name])))
