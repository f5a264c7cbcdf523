"""Sparse rows: a check that a sparse matrix is whole, before compiled code reads it."""

from __future__ import annotations

from typing import Any

from separatrix.errors import DataError


def check_sparse(X: Any) -> None:
    """Raise a `DataError` for a sparse matrix whose indices point outside of it.

    Compiled code, also SciPy's and scikit-learn's, would read other memory, or end the process.

    Parameters
    ----------
    X : object
        A matrix of `scipy.sparse`, or anything else.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> X = csr_matrix([[0.0, 1.0], [2.0, 0.0]])
    >>> check_sparse(X)
    >>> X.indices[0] = 9
    >>> check_sparse(X)
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: X is a broken sparse matrix (indices must be < 2); build it again.
    """
    try:
        if hasattr(X, "check_format"):
            X.check_format(full_check=True)
        elif hasattr(X, "coords") and hasattr(X, "tocsr"):
            for indices, length in zip(X.coords, X.shape, strict=True):
                if len(indices) and not (indices.min() >= 0 and indices.max() < length):
                    raise ValueError(f"indices must be in [0, {length})")
                if len(indices) != len(X.data):
                    raise ValueError("indices and values must have the same number")
    except (ValueError, TypeError) as error:
        raise DataError(f"X is a broken sparse matrix ({error}); build it again.") from error
