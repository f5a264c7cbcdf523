"""Rows: those that a tabular fit trains on, in an order of their own, each as often as its weight says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.codes import LevelCode
from separatrix.data.column import Column, is_text
from separatrix.errors import DataError, ParameterError, warn
from separatrix.tabular.training import Split
from separatrix.text import plural

Array = NDArray[Any]

MOST_COPIES = 5
"""Whole weights count as copies of rows up to this mean; larger ones are weights, as others are."""


@dataclass(frozen=True)
class Rows:
    """The rows to train on.

    Attributes
    ----------
    rows : int ndarray of shape (n_kept,)
        Which rows of the table, sorted by their cells, so that their order in the table does not matter.
    weight : ndarray of shape (n_kept,) or None
        The weight of each; None if all are equal.
    splits : list of (training rows, held-out rows) or None
        As given, in numbers of kept rows.
    places : int ndarray of shape (n_rows,)
        Where each row of the table is among those kept; -1 is a row of weight 0.
    """

    rows: Array
    weight: Array | None
    splits: list[Split] | None
    places: Array

    @classmethod
    def of(
        cls,
        columns: Mapping[str, Column],
        y: Array,
        weight: Array | None = None,
        splits: Sequence[Split] | None = None,
    ) -> Rows:
        """Return the rows of a table to train on.

        A row of weight 2 counts as two equal rows: if all weights are whole numbers, a row is kept as often.
        Else equal rows are kept once, with the sum of their weights. Rows that differ in their folds differ.
        """
        w = np.ones(len(y)) if weight is None else weight
        kept = np.flatnonzero(w > 0)
        if len(kept) == 0:
            return cls(kept, None, None if splits is None else [], np.full(len(y), -1))
        keys = _keys(columns, y, splits or ())
        _, first, index = np.unique(keys[kept], axis=0, return_index=True, return_inverse=True)
        index = index.ravel()
        total = np.bincount(index, w[kept])
        copies = _copies(total, weight is not None, len(kept))
        starts = np.cumsum(copies) - copies
        # The first of several equal rows has the first copy, and so on.
        order = np.argsort(index, kind="stable")
        number = np.empty(len(index), np.intp)
        number[order] = np.arange(len(index)) - np.searchsorted(index[order], index[order])
        places = np.full(len(y), -1)
        places[kept] = starts[index] + number % copies[index]
        merged = None if (copies * total[0] == total * copies[0]).all() else total
        rows = np.repeat(kept[first], copies)
        of_row = np.repeat(np.arange(len(first)), copies)
        if splits is not None:
            distinct = np.full(len(y), -1)
            distinct[kept] = index
            splits = [(_among(of_row, distinct[a]), _among(of_row, distinct[b])) for a, b in splits]
        return cls(rows, merged, None if splits is None else list(splits), places)


def check_target(y: Any) -> None:
    """Raise a `DataError` for a number in `y` that is missing or infinite.

    Examples
    --------
    >>> check_target([1.0, float("nan"), 3.0])
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: Input y contains NaN in 1 of 3 rows, first in row 2; fill it in, or leave \
such rows out.
    """
    values = np.asarray(y)
    if values.dtype.kind != "f" or values.ndim != 1 or np.isfinite(values).all():
        return
    faulty = np.flatnonzero(~np.isfinite(values))
    what = "NaN" if np.isnan(values[faulty[0]]) else "infinity"
    raise DataError(
        f"Input y contains {what} in {len(faulty):,} of {plural(len(values), 'row')}, first in row "
        f"{faulty[0] + 1:,}; fill it in, or leave such rows out."
    )


def n_folds_of(groups: Any, n_rows: int, n_folds: int) -> int:
    """Return in how many folds groups can be put: at most `n_folds`, after a warning if there are fewer."""
    if len(groups) != n_rows:
        raise DataError(f"y and groups must have the same number of rows, got {n_rows} and {len(groups)}.")
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        problem = f"must have two different values or more, got one in all {n_rows} rows; leave it out."
        raise ParameterError("groups", problem)
    if n_groups < n_folds:
        warn(f"the rows are split into {n_groups} folds, not {n_folds}, as groups has {n_groups} values.")
    return min(n_groups, n_folds)


def _copies(total: Array, is_weighted: bool, n_rows: int) -> Array:
    """Return how often each of the different rows is kept."""
    once = np.ones(len(total), np.intp)
    if (total != np.rint(total)).any() or total.max() > 2**53:
        return once
    whole = total.astype(np.int64)
    copies: Array = whole // np.gcd.reduce(whole)
    return once if is_weighted and copies.sum() > MOST_COPIES * n_rows else copies


def _keys(columns: Mapping[str, Column], y: Array, splits: Sequence[Split]) -> Array:
    """Return numbers that two rows have in common if they are equal, and in the same folds."""
    keys = [y.astype(np.float64)]
    for column in columns.values():
        if is_text(column):
            code = LevelCode.fit(column, "", len(column))
            keys.append(code.codes(column).astype(np.float64))
        else:
            keys.append(np.nan_to_num(column.astype(np.float64), nan=-np.inf))
    for rows, held_out in splits:
        role = np.zeros(len(y))
        role[rows] += 1
        role[held_out] += 2
        keys.append(role)
    return np.stack(keys, axis=1)


def _among(of_row: Array, chosen: Array) -> Array:
    """Return which kept rows are copies of chosen ones."""
    return np.flatnonzero(np.isin(of_row, chosen[chosen >= 0]))
