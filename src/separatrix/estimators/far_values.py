"""Far values: a warning for columns and targets whose values lie far from zero, close together.

A network cannot use such a column: beside its size, the differences between its values are rounding errors or
nearly so. A table's encoder standardises columns and targets in float64; an array is taken as it is.
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


def far_columns(X: Array) -> Array:
    """Return the indices of columns with values far from zero, close together.

    Examples
    --------
    >>> far_columns(np.array([[1e8, 1.0, 1e12], [1e8 + 1, 1.0, 1e12], [1e8 - 1, 1.0, 0.0]]))
    array([0])
    """
    low, high = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
    return np.flatnonzero(np.maximum(np.abs(low), np.abs(high)) > FAR * np.maximum(high - low, 1.0))


def warn_of_far_values(rows: TrainingRows) -> None:
    """Warn if a column, or a target that is a number, lies far from zero; the caller is called by `fit`."""
    X, T = rows.data.X, rows.data.T
    if not hasattr(X, "indptr"):
        for j in far_columns(X).tolist():
            names = rows.attributes.get("feature_names_in_")
            column = f"column {j + 1} of X" if names is None else f"column '{names[j]}'"
            cure = "standardise it, for example with StandardScaler in a pipeline, or leave it out"
            warnings.warn(f"{column} {_values(X[:, j])}; {cure}.", stacklevel=4)
    if rows.targets.classes is None and len(far_columns(T)):
        cure = "standardise it, for example with TransformedTargetRegressor, or use fit_table, which does so"
        warnings.warn(f"y {_values(T[:, far_columns(T)[0]])}; {cure}.", stacklevel=4)


def _values(column: Array) -> str:
    """Return what is said of the values of a column."""
    low, high = column.min(), column.max()
    if low == high:
        return f"is {low:.10g} in every row of {column.dtype} numbers"
    return f"lies far from zero, with values from {low:.10g} to {high:.10g} only"
