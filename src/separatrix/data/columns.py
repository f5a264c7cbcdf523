"""A column: a one-dimensional array of one of four kinds, and the ways to look at it.

The kinds are `bool`, `int64` (neither can have gaps), `float64` (NaN is a missing value) and `object` (text:
every value is a `str`, or `None` where it is missing).
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.errors import DataError

Column = NDArray[Any]


def as_column(values: ArrayLike, name: str) -> Column:
    """Bring one-dimensional values into one of the four kinds.

    Narrower numbers are widened; whole numbers too large for `int64` become floats; dates become ISO text;
    objects become numbers where all are, else text.

    Parameters
    ----------
    values : array-like of shape (n_rows,)
        Numbers, booleans, text or dates; `None` and NaN are missing.
    name : str
        What errors call the column.

    Returns
    -------
    ndarray of shape (n_rows,)
        Of dtype `bool`, `int64`, `float64` or `object`.

    Raises
    ------
    DataError
        If the values are not one-dimensional or of none of these kinds.

    Examples
    --------
    >>> as_column([1, None, 3], "age")
    array([ 1., nan,  3.])
    >>> as_column(["b", None, 7], "code")
    array(['b', None, '7'], dtype=object)
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise DataError(f"column '{name}' must be one-dimensional, got shape {array.shape}.")
    kind = array.dtype.kind
    if kind == "b":
        return array
    if kind in "iu":
        fits = array.dtype != np.uint64 or array.size == 0 or array.max() <= np.iinfo(np.int64).max
        return array.astype(np.int64 if fits else np.float64, copy=False)
    if kind == "f":
        return array.astype(np.float64, copy=False)
    if kind == "M":
        dates = np.datetime_as_string(array).astype(object)
        dates[np.isnat(array)] = None
        return dates
    if kind in "OUT":
        return _from_objects(array.astype(object, copy=False))
    raise DataError(f"column '{name}' holds values of type {array.dtype}; turn them into numbers or text.")


def _from_objects(array: Column) -> Column:
    items = array.tolist()
    types = set(map(type, items))
    if str in types and types <= {str, type(None)}:
        return array
    gaps = [
        item is None or (isinstance(item, float | np.floating) and bool(np.isnan(item))) for item in items
    ]
    present = [item for item, gap in zip(items, gaps, strict=True) if not gap]
    if not all(isinstance(item, numbers.Real | np.bool) for item in present):
        words = [None if gap else str(item) for item, gap in zip(items, gaps, strict=True)]
        return np.array(words, dtype=object)
    if present and not any(gaps):
        if all(isinstance(item, bool | np.bool) for item in present):
            return np.array(present, dtype=bool)
        if all(isinstance(item, int | np.integer) and -(2**63) <= item < 2**63 for item in present):
            return np.array(present, dtype=np.int64)
    return np.array([np.nan if gap else float(item) for item, gap in zip(items, gaps, strict=True)])


def is_text(column: Column) -> bool:
    """Tell whether a column holds text rather than numbers.

    Examples
    --------
    >>> is_text(as_column(["b", "a"], "code"))
    True
    """
    return column.dtype == object


def missing_rows(column: Column) -> NDArray[np.bool_]:
    """Mark the rows in which a column has no value.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As :func:`as_column` returns it.

    Returns
    -------
    ndarray of bool of shape (n_rows,)
        True where the value is missing.

    Examples
    --------
    >>> missing_rows(as_column(["b", None], "code"))
    array([False,  True])
    """
    if is_text(column):
        return np.array([value is None for value in column.tolist()], dtype=bool)
    return np.isnan(column)


def as_numbers(column: Column, name: str) -> NDArray[np.float64]:
    """Return a column as finite floats with NaN where a value is missing.

    Text is accepted where every cell spells a number.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As :func:`as_column` returns it.
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
    >>> as_numbers(as_column(["12", None, "abc"], "age"), "age")
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: column 'age' has text 'abc' in row 3 where numbers are due; correct it or \
leave the cell empty.
    """
    if is_text(column):
        parsed = [_parsed(cell) for cell in column.tolist()]
        _refuse(np.array([number is None for number in parsed]), column, name, "text '{}'")
        values = np.array(parsed, dtype=np.float64)
    else:
        values = column.astype(np.float64, copy=False)
    _refuse(np.isinf(values), column, name, "the infinite value {}")
    return values


def _parsed(cell: str | None) -> float | None:
    """Return the number that a cell spells, NaN for a missing cell, None for other text."""
    if cell is None:
        return np.nan
    try:
        return float(cell)
    except ValueError:
        return None


def _refuse(bad: NDArray[np.bool_], column: Column, name: str, what: str) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        which = f"row {rows[0] + 1}" + (f" (first of {rows.size})" if rows.size > 1 else "")
        raise DataError(
            f"column '{name}' has {what.format(column[rows[0]])} in {which} where numbers are due; "
            f"correct {'them' if rows.size > 1 else 'it'} or leave the cell empty."
        )


def as_text(column: Column) -> Column:
    """Return a column as text; a whole number is spelt without a decimal point, whatever its type.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As :func:`as_column` returns it.

    Returns
    -------
    ndarray of object of shape (n_rows,)
        `str`, or `None` where a value is missing.

    Examples
    --------
    >>> as_text(as_column([1.0, 2.5, None], "grade"))
    array(['1', '2.5', None], dtype=object)
    """
    if is_text(column):
        return column
    return np.array([_spelt(value) for value in column.tolist()], dtype=object)


def _spelt(value: bool | int | float) -> str | None:
    if isinstance(value, float):
        if np.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
