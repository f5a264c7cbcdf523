"""Codes of text by the target: what a level of a column says of the class or the number to predict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from separatrix.data.codes import LevelCode, check_numbers
from separatrix.data.column import Column

Array = NDArray[Any]

PRIOR_ROWS = 10.0
"""A level's mean target is shrunk towards that of all rows as if so many of them had this level, too."""


@dataclass(frozen=True)
class TargetCode:
    """Text as what its level says of the target: the log-odds of each class, or the mean of a number.

    Each level's counts are shrunk towards those of all rows by `PRIOR_ROWS` rows. A value that training did
    not have is 0 everywhere. Rows that a code was fitted on should not be encoded by it: see
    `cross_fitted`.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of (str or None)
    values : tuple of tuple of float
        For each level one number per feature.

    References
    ----------
    D. Micci-Barreca: A preprocessing scheme for high-cardinality categorical attributes in classification and
    prediction problems, SIGKDD Explorations 3(1), 2001, eq. 3 and 4.
    """

    kind: ClassVar[str] = "target"
    reads_text: ClassVar[bool] = True
    name: str
    levels: tuple[str | None, ...]
    values: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        object.__setattr__(self, "levels", tuple(self.levels))
        object.__setattr__(self, "values", tuple(tuple(row) for row in self.values))
        check_numbers(**{f"values of level {i}": row for i, row in enumerate(self.values)})
        if len(self.levels) != len(self.values) or len({len(row) for row in self.values}) != 1:
            raise ValueError("values must have one row of numbers for each level")

    @classmethod
    def fit(
        cls,
        name: str,
        levels: tuple[str | None, ...],
        indices: Array,
        targets: Array,
        weight: Array | None = None,
    ) -> TargetCode:
        """Learn from the level of each row and its target; see `target_values`."""
        values = target_values(indices, len(levels), targets, weight)
        return cls(name, levels, tuple(map(tuple, values.tolist())))

    @property
    def feature_names(self) -> list[str]:
        """`name (target)`, numbered if there are several."""
        n = len(self.values[0])
        return [f"{self.name} (target)"] if n == 1 else [f"{self.name} (target {k})" for k in range(n)]

    def encode(self, column: Column, out: Array) -> None:
        """Write the features into `out` of shape (n_rows, n_features)."""
        out[:] = self._table[LevelCode(self.name, self.levels).codes(column)]

    @cached_property
    def _table(self) -> Array:
        """The values, and a row of zeros at index -1."""
        return np.vstack([np.array(self.values), np.zeros(len(self.values[0]))])


def target_values(indices: Array, n_levels: int, targets: Array, weight: Array | None = None) -> Array:
    """Return what each level says of the target.

    Parameters
    ----------
    indices : int ndarray of shape (n_rows,)
        The level of each row; -1 is none.
    n_levels : int
    targets : ndarray of shape (n_rows, k)
        Class indicators (k classes; of two, one column is returned), or standardised numbers (k = 1).
    weight : ndarray of shape (n_rows,), optional

    Returns
    -------
    ndarray of shape (n_levels, n_features)
    """
    w = np.ones(len(indices)) if weight is None else weight
    known = indices >= 0
    at, w_known = indices[known], w[known]
    total = np.bincount(at, w_known, n_levels)[:, np.newaxis]
    sums = np.stack([np.bincount(at, w_known * t[known], n_levels) for t in targets.T], axis=1)
    if targets.shape[1] == 1:
        values: Array = sums / (total + PRIOR_ROWS)
        return values
    if len(w) == 0:
        return np.zeros((n_levels, 1 if targets.shape[1] == 2 else targets.shape[1]))
    prior = np.maximum(w @ targets / w.sum(), 1e-9)
    p = (sums + PRIOR_ROWS * prior) / (total + PRIOR_ROWS)
    logs: Array = np.log(p) - np.log(prior)
    return logs[:, 1:] - logs[:, :1] if logs.shape[1] == 2 else logs


def cross_fitted(
    indices: Array, n_levels: int, targets: Array, part: Array, weight: Array | None = None
) -> Array:
    """Return the feature of each row, by what the rows of all other parts say of its level.

    A row's own target is then not in its feature, as it is not in that of a new row.

    Parameters
    ----------
    indices : int ndarray of shape (n_rows,)
        The level of each row; -1 is none, whose features are 0.
    n_levels : int
    targets : ndarray of shape (n_rows, k)
        As in `target_values`.
    part : int ndarray of shape (n_rows,)
        The part that each row is in.
    weight : ndarray of shape (n_rows,), optional

    Returns
    -------
    ndarray of shape (n_rows, n_features)

    Examples
    --------
    >>> town, rich = np.array([0, 0, 1, 1]), np.array([[1.0], [1.0], [-1.0], [-1.0]])
    >>> cross_fitted(town, 2, rich, np.array([0, 1, 0, 1]))[:, 0].round(2)
    array([ 0.09,  0.09, -0.09, -0.09])
    """
    features = np.zeros((len(indices), target_values(indices[:0], n_levels, targets[:0]).shape[1]))
    for number in np.unique(part):
        mine = part == number
        others = ~mine
        w = None if weight is None else weight[others]
        values = target_values(indices[others], n_levels, targets[others], w)
        known = mine & (indices >= 0)
        features[known] = values[indices[known]]
    return features
