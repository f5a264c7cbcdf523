"""A column of a table: a one-dimensional array of one of four kinds, and its cells as numbers or text.

The kinds are `bool` and `int64` (neither can have missing values), `float64` (NaN is a missing value) and
`object` (text: every value is a `str`, or `None` if it is missing).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import DataError

Column = NDArray[Any]


Kind = Literal["empty", "whole", "number", "truth", "text"]
"""What the cells of a column are, from the narrowest on; "empty" if all are missing."""


TYPES: dict[Kind, type] = {"empty": type(None), "whole": int, "number": float, "truth": bool, "text": str}
"""Python's type of the cells of each kind, which Polars takes for its own."""


def kind_of(column: Column) -> Kind:
    """Return what the cells of a column are.

    Examples
    --------
    >>> from separatrix.data.column_values import as_column
    >>> kind_of(as_column([1, None], "age"))
    'number'
    """
    kinds: dict[str, Kind] = {"b": "truth", "i": "whole", "f": "number", "O": "text"}
    return kinds[column.dtype.kind]


def joined_kind(one: Kind, other: Kind) -> Kind:
    """Return the narrowest kind that holds the cells of a column in two files.

    Examples
    --------
    >>> joined_kind("whole", "number"), joined_kind("empty", "truth"), joined_kind("truth", "whole")
    ('number', 'truth', 'text')
    """
    if one == other or other == "empty":
        return one
    if one == "empty":
        return other
    return "number" if {one, other} == {"whole", "number"} else "text"


MAX_NUMBERED_CLASSES = 20
"""Most different whole numbers that count as classes of a target, if each comes twice on average."""


def are_whole(column: Column) -> bool:
    """Return whether all numbers of a column are whole, and small enough for a float to hold exactly."""
    whole = np.isfinite(column) & (column == np.floor(column)) & (np.abs(column) < 2**53)
    return bool(whole.all())


def is_text(column: Column) -> bool:
    """Return whether a column holds text rather than numbers.

    Examples
    --------
    >>> from separatrix.data.column_values import as_column
    >>> is_text(as_column(["b", "a"], "code"))
    True
    """
    return column.dtype == object


def missing_rows(column: Column) -> NDArray[np.bool_]:
    """Return which rows of a column have no value.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As `as_column` returns it.

    Returns
    -------
    ndarray of bool of shape (n_rows,)
        True where the value is missing.

    Examples
    --------
    >>> from separatrix.data.column_values import as_column
    >>> missing_rows(as_column(["b", None], "code"))
    array([False,  True])
    """
    if is_text(column):
        return np.array([value is None for value in column.tolist()], dtype=bool)
    return np.isnan(column)


def as_numbers(column: Column, name: str) -> NDArray[np.float64]:
    """Return a column as finite floats, with NaN for missing values.

    Text is accepted if every cell spells a number, or every cell is true or false.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As `as_column` returns it.
    name : str
        What errors call the column.

    Returns
    -------
    ndarray of float64 of shape (n_rows,)
        The numbers.

    Raises
    ------
    DataError
        If a cell is text or infinite; rows count from 1, without the header line.

    Examples
    --------
    >>> from separatrix.data.column_values import as_column
    >>> as_numbers(as_column(["12", None, "abc"], "age"), "age")
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: column 'age' has text 'abc' in row 3 where numbers are needed; correct it \
or leave the cell empty.
    """
    if is_text(column):
        parsed = [_parsed(cell) for cell in column.tolist()]
        if None in parsed:
            parsed = _parsed_truth(column) or parsed
        _require_none(np.array([number is None for number in parsed]), column, name, "text '{}'")
        values = np.array(parsed, dtype=np.float64)
    else:
        values = column.astype(np.float64, copy=False)
    _require_none(np.isinf(values), column, name, "the infinite value {}")
    return values


def _parsed(cell: str | None) -> float | None:
    """Return the number that a cell spells, NaN for a missing cell, None for other text."""
    if cell is None:
        return np.nan
    try:
        return float(cell)
    except ValueError:
        return None


def _parsed_truth(column: Column) -> list[float | None] | None:
    """Return 1 for true, 0 for false and NaN for a missing cell; None if there is another cell."""
    numbers = {"true": 1.0, "false": 0.0, None: np.nan}
    cells = [None if cell is None else cell.lower() for cell in column.tolist()]
    return [numbers[cell] for cell in cells] if numbers.keys() >= set(cells) else None


def _require_none(bad: NDArray[np.bool_], column: Column, name: str, what: str) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        which = f"row {rows[0] + 1}" + (f" (first of {rows.size})" if rows.size > 1 else "")
        raise DataError(
            f"column '{name}' has {what.format(column[rows[0]])} in {which} where numbers are needed; "
            f"correct {'them' if rows.size > 1 else 'it'} or leave the cell empty."
        )


def as_text(column: Column) -> Column:
    """Return a column as text; a whole number is written without a decimal point, whatever its type.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As `as_column` returns it.

    Returns
    -------
    ndarray of object of shape (n_rows,)
        `str`, or `None` for a missing value.

    Examples
    --------
    >>> from separatrix.data.column_values import as_column
    >>> as_text(as_column([1.0, 2.5, None], "grade"))
    array(['1', '2.5', None], dtype=object)
    """
    if is_text(column):
        return column
    return np.array([cell_text(value) for value in column.tolist()], dtype=object)


def cell_text(value: bool | int | float | str | None) -> str | None:
    """Return a cell as text, as `as_text` writes it.

    Examples
    --------
    >>> [cell_text(value) for value in (2, 2.0, 2.5, True, "2", float("nan"), None)]
    ['2', '2', '2.5', 'True', '2', None, None]
    """
    if value is None:
        return None
    if isinstance(value, float):
        if np.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
