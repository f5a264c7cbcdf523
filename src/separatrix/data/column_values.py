"""Values of arrays, lists and pandas series as columns of a table."""

from __future__ import annotations

import numbers
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from separatrix.data.column import Column, as_text
from separatrix.errors import DataError


def as_column(values: ArrayLike, name: str) -> Column:
    """Return one-dimensional values as a column of one of the four kinds.

    Smaller number types are widened; whole numbers too large for `int64` become floats; dates become ISO
    text, and durations become days; the categories of pandas become text, also if they are numbers; objects
    become numbers if all of them are numbers (also decimal ones), else text.

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
    if is_categorical(values):
        return from_categories(values, name)
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
    if kind == "m":
        return np.where(np.isnat(array), np.nan, array / np.timedelta64(1, "D"))
    if kind in "OUT":
        return _from_objects(array.astype(object, copy=False), name)
    raise DataError(f"column '{name}' holds values of type {array.dtype}; turn them into numbers or text.")


def _from_objects(array: Column, name: str) -> Column:
    """Return objects as numbers if all of them are numbers, else as text."""
    items = array.tolist()
    types = set(map(type, items))
    if str in types and types <= {str, type(None)}:
        return array
    if bytes in types:
        raise DataError(f"column '{name}' holds bytes; decode them to text first, such as with str.decode.")
    items = [None if is_missing(item) else item for item in items]
    present = [item for item in items if item is not None]
    if any(isinstance(item, Decimal | timedelta) for item in present):
        present, items = [_as_real(item) for item in present], [_as_real(item) for item in items]
    if not all(isinstance(item, numbers.Real | np.bool) for item in present):
        return np.array([None if item is None else str(item) for item in items], dtype=object)
    if present and len(present) == len(items):
        if all(isinstance(item, bool | np.bool) for item in present):
            return np.array(present, dtype=bool)
        if all(isinstance(item, int | np.integer) and -(2**63) <= item < 2**63 for item in present):
            return np.array(present, dtype=np.int64)
    return np.array([np.nan if item is None else float(item) for item in items])


def are_truths(values: Any) -> bool:
    """Return whether objects are true or false, at least one of them, besides missing ones.

    Examples
    --------
    >>> are_truths([True, None]), are_truths([1, None]), are_truths(np.array([1.0, np.nan]))
    (True, False, False)
    """
    if getattr(values, "dtype", np.dtype(object)) != np.dtype(object):
        return False
    known = (cell for cell in np.asarray(values, object).ravel() if not is_missing(cell))
    first = next(known, None)
    return isinstance(first, bool | np.bool) and all(isinstance(cell, bool | np.bool) for cell in known)


def is_missing(item: Any) -> bool:
    """Return whether an object stands for a missing value: None, NaN, or NA and NaT of pandas and NumPy.

    Those of pandas are known by the names of their types, so that pandas need not be imported.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(np.datetime64("NaT")), is_missing("")
    (True, True, True, False)
    """
    if item is None or isinstance(item, float | np.floating):
        return item is None or bool(np.isnan(item))
    if isinstance(item, np.datetime64 | np.timedelta64):
        return bool(np.isnat(item))
    return type(item).__name__ in ("NAType", "NaTType")


def _as_real(item: Any) -> Any:
    """Return a decimal number as a float, and a duration as days; others as they are."""
    if isinstance(item, timedelta):
        return item / timedelta(days=1)
    return float(item) if isinstance(item, Decimal) else item


def from_pandas(series: Any) -> Column:
    """Return the column of a pandas series; text without a character but spaces is a missing value."""
    if is_categorical(series):
        return from_categories(series, str(series.name))
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf":  # NaN is its missing value
        return np.asarray(series.to_numpy())
    missing = series.isna().to_numpy()
    if series.dtype.kind == "m":
        return as_column(series.to_numpy(dtype="timedelta64[ns]"), str(series.name))
    if series.dtype.kind in "biuf":
        return np.asarray(
            series.to_numpy(dtype=np.float64, na_value=np.nan) if missing.any() else series.to_numpy()
        )
    if series.dtype.kind == "M":
        series = series.astype(str)
    values = series.astype(object).to_numpy(copy=True)
    values[missing] = None
    is_blank = [isinstance(value, str) and not value.strip() for value in values.tolist()]
    if any(is_blank):
        values[is_blank] = None
    return np.asarray(values)


def is_categorical(values: Any) -> bool:
    """Return whether values are a categorical, a series or an index of pandas with categories."""
    dtype = getattr(values, "dtype", None)
    return not isinstance(dtype, np.dtype) and str(dtype) == "category"  # the text of NumPy's is slow to make


def from_categories(values: Any, name: str) -> Column:
    """Return categories as text, whatever their type; the code -1 is a missing value."""
    coded = getattr(values, "cat", values)
    categories = coded.categories.to_numpy(dtype=object)
    if set(map(type, categories.tolist())) - {str}:
        categories = as_text(as_column(from_pandas(coded.categories.to_series()), name))
    return np.asarray(np.array([*categories, None], dtype=object)[np.asarray(coded.codes)])
