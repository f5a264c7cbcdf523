"""Plain arrays: the usual input, recognised in microseconds where scikit-learn's checks take 0.3 ms.

A plain array needs no conversion and breaks no rule, so that scikit-learn's checks would return it as it is.
Everything else goes through them, with their conversions, errors and warnings.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.base import BaseEstimator

Array = NDArray[Any]


def is_plain_matrix(X: Any, dtypes: DTypeLike | tuple[DTypeLike, ...]) -> bool:
    """Return whether `X` is a C-ordered matrix of finite numbers in one of these dtypes.

    Examples
    --------
    >>> is_plain_matrix(np.ones((2, 3)), np.float64), is_plain_matrix([[1.0]], np.float64)
    (True, False)
    """
    if type(X) is not np.ndarray or X.ndim != 2 or not X.size or not X.flags.c_contiguous:
        return False
    accepted = dtypes if isinstance(dtypes, tuple) else (dtypes,)
    return any(X.dtype == dtype for dtype in accepted) and _has_finite_sum(X)


def is_plain_labels(y: Any, n_rows: int) -> bool:
    """Return whether `y` holds a whole number or a truth value for each row.

    Examples
    --------
    >>> is_plain_labels(np.array([0, 1, 1, 0]), 4), is_plain_labels(np.array(["no", "yes"]), 2)
    (True, False)
    """
    return type(y) is np.ndarray and y.shape == (n_rows,) and y.dtype.kind in "iub"


def is_plain_numbers(y: Any, n_rows: int) -> bool:
    """Return whether `y` holds a finite number for each row, or several.

    Examples
    --------
    >>> is_plain_numbers(np.array([0.5, np.nan]), 2), is_plain_numbers(np.ones((2, 3)), 2)
    (False, True)
    """
    if type(y) is not np.ndarray or y.ndim not in {1, 2} or len(y) != n_rows or not y.size:
        return False
    return y.dtype.kind in "iu" or (y.dtype in (np.float32, np.float64) and _has_finite_sum(y))


def fits_fitted(estimator: BaseEstimator, X: Array) -> bool:
    """Return whether an estimator was fitted on as many columns, without names."""
    fitted = vars(estimator)
    return fitted.get("n_features_in_") == X.shape[1] and "feature_names_in_" not in fitted


def set_features(estimator: BaseEstimator, X: Array) -> None:
    """Set the fitted attributes that depend on the columns, as scikit-learn's `validate_data` does."""
    estimator.n_features_in_ = X.shape[1]
    vars(estimator).pop("feature_names_in_", None)


def _has_finite_sum(array: Array) -> bool:
    """Return whether the sum is finite; if not, a value may be infinite, or the sum too large."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum()))
