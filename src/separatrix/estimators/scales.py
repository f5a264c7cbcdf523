"""Scales: warnings for columns and targets that a network can hardly learn from as they are.

Beside the size of values that lie far from zero, close together, their differences are rounding errors or
nearly so. Of columns with very different scales, the large ones decide alone. A table's encoder standardises
columns and targets in float64; an array is taken as it is.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.estimators.training_rows import TrainingRows

Array = NDArray[Any]

FAR = 1e4
"""How many times as large as their range, or as 1, values must be."""


LARGE = 1e3
"""A standard deviation, or a mean in standard deviations, that is not that of standardised numbers."""

UNEVEN = 100.0
"""How many times as large as another column's a standard deviation is, if they are not on one scale."""

SMALL = 10.0
"""Values up to this size give no warning: every rule asks for larger ones."""

_SAMPLE_ROWS = 1000


def far_columns(X: Array) -> Array:
    """Return the indices of columns with values far from zero, close together.

    Examples
    --------
    >>> far_columns(np.array([[1e8, 1.0, 1e12], [1e8 + 1, 1.0, 1e12], [1e8 - 1, 1.0, 0.0]]))
    array([0])
    """
    low, high = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
    return np.flatnonzero(np.maximum(np.abs(low), np.abs(high)) > FAR * np.maximum(high - low, 1.0))


def unscaled_columns(X: Array) -> list[int]:
    """Return the columns to name if columns are not standardised; none if they may be.

    These are the columns with the largest and the smallest standard deviation, or one with a large scale or
    mean.

    Examples
    --------
    >>> unscaled_columns(np.array([[0.1, 30000.0], [0.2, 52000.0], [0.4, 41000.0]]))
    [1, 0]
    """
    spread, mean = X.std(axis=0, dtype=np.float64), np.abs(X.mean(axis=0, dtype=np.float64))
    moving = np.flatnonzero(spread > 0)
    if not moving.size:
        return []
    widest, narrowest = (int(moving[at(spread[moving])]) for at in (np.argmax, np.argmin))
    if spread[widest] > SMALL and spread[widest] > UNEVEN * spread[narrowest]:
        return [widest, narrowest]
    if spread[widest] > LARGE:
        return [widest]
    far = moving[(mean[moving] / spread[moving]).argmax()]
    return [int(far)] if mean[far] >= LARGE * max(spread[far], 0.1) else []


def warn_of_scales(rows: TrainingRows) -> None:
    """Warn of columns, or a target that is a number, far from zero or not standardised.

    The caller is called by `fit`, whose caller the warning names.
    """
    X, T = rows.data.X, rows.data.T
    if not hasattr(X, "indptr") and max(X.max(), -X.min()) > SMALL:  # most fits need no more than this
        far = far_columns(X)
        for j in far.tolist():
            cure = "standardise it, for example with StandardScaler in a pipeline, or leave it out"
            warnings.warn(f"{_name(rows, j)} {_values(X[:, j])}; {cure}.", stacklevel=4)
        usual = np.setdiff1d(np.arange(X.shape[1]), far)
        some = X[:: -(-len(X) // _SAMPLE_ROWS), usual]
        unscaled = unscaled_columns(some)
        if unscaled:
            found = " and ".join(f"{_name(rows, int(usual[j]))} {_scale(some[:, j])}" for j in unscaled)
            cure = (
                "standardise X, for example with StandardScaler in a pipeline, or use fit_table, which does"
            )
            warnings.warn(f"the columns of X are not on one scale: {found}; {cure}.", stacklevel=4)
    if rows.targets.classes is not None:
        return
    cure = "standardise it, for example with TransformedTargetRegressor, or use fit_table, which does so"
    if len(far_columns(T)):
        warnings.warn(f"y {_values(T[:, far_columns(T)[0]])}; {cure}.", stacklevel=4)
    elif rows.targets.head == "regression" and max(abs(T.mean(dtype=np.float64)), T.std()) > LARGE:
        warnings.warn(f"y {_scale(T)}; {cure}.", stacklevel=4)


def _name(rows: TrainingRows, j: int) -> str:
    """Return how a column is named in a sentence."""
    names = rows.attributes.get("feature_names_in_")
    return f"column {j + 1} of X" if names is None else f"column '{names[j]}'"


def _scale(column: Array) -> str:
    """Return what is said of the scale of a column."""
    return f"has mean {column.mean(dtype=np.float64):.3g} and standard deviation {column.std():.3g}"


def _values(column: Array) -> str:
    """Return what is said of the values of a column."""
    low, high = column.min(), column.max()
    if low == high:
        return f"is {low:.10g} in every row of {column.dtype} numbers"
    return f"lies far from zero, with values from {low:.10g} to {high:.10g} only"
