"""Vectors of lanes as NumPy arrays: what kernels use where the compiler is off.

Vectors are values: there is no `+=`, which would change a NumPy array that has two names.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from separatrix.engine._jit import VECTOR_BYTES

__all__ = [
    "absolute",
    "accumulate",
    "lanes",
    "load",
    "load_part",
    "maximum",
    "minimum",
    "power_of_two",
    "rint",
    "root",
    "split_exponent",
    "spread",
    "store",
    "store_before",
    "store_part",
    "total",
    "where",
    "zeros",
]


def lanes(A: Any) -> int:
    """Return how many numbers of an array's dtype fill a vector."""
    return VECTOR_BYTES // int(A.itemsize)


def load(A: Any, u: int, r: int) -> Any:
    """Return ``A[u, r : r + lanes]``."""
    return A[u, r : r + lanes(A)].copy()


def store(A: Any, u: int, r: int, v: Any) -> None:
    """Set ``A[u, r : r + lanes]``."""
    A[u, r : r + lanes(A)] = v


def load_part(theta: Any, p: int) -> Any:
    """Return ``theta[p : p + lanes]``; lanes beyond the end of the array mean nothing."""
    whole = zeros(theta)
    part = theta[p : p + lanes(theta)]
    whole[: len(part)] = part
    return whole


def store_part(theta: Any, p: int, v: Any) -> None:
    """Set ``theta[p : p + lanes]``, as far as the array goes."""
    theta[p : p + lanes(theta)] = v[: len(theta) - p]


def store_before(theta: Any, p: int, end: int, v: Any) -> None:
    """Set ``theta[p : p + lanes]``, as far as index `end`."""
    theta[p : min(end, p + lanes(theta))] = v[: end - p]


def spread(theta: Any, p: int) -> Any:
    """Return a vector whose every lane is ``theta[p]``."""
    return np.full(lanes(theta), theta[p])


def zeros(A: Any) -> Any:
    """Return a vector of zeros of an array's dtype."""
    return np.zeros(lanes(A), A.dtype)


def accumulate(gradient: Any, p: int, v: Any) -> None:
    """Add the sum of the lanes to ``gradient[p]``."""
    gradient[p] += v.sum()


def total(v: Any) -> Any:
    """Return the sum of the lanes."""
    return v.sum()


def where(mask: Any, a: Any, b: Any) -> Any:
    """Return `a` in the lanes where the mask is true, else `b`."""
    return np.where(mask, a, b).astype(np.result_type(a, b))


def minimum(a: Any, b: Any) -> Any:
    """Return the smaller one, lane by lane; a NaN in `a` stays."""
    return np.minimum(a, b)


def maximum(a: Any, b: Any) -> Any:
    """Return the larger one, lane by lane; a NaN in `a` stays."""
    return np.maximum(a, b)


def root(v: Any) -> Any:
    """Return the square root."""
    return np.sqrt(v)


def absolute(v: Any) -> Any:
    """Return ``|v|``."""
    return np.abs(v)


def rint(v: Any) -> Any:
    """Return the nearest integers, as floats."""
    return np.rint(v)


def power_of_two(k: Any) -> Any:
    """Return ``2 ** k`` for integers k as floats, within the range of normal numbers."""
    return np.ldexp(np.ones_like(k), k.astype(int))


def split_exponent(x: Any) -> Any:
    """Return k and m with ``x = 2 ** k m`` and m in [sqrt(1/2), sqrt(2)), for normal x > 0."""
    m, k = np.frexp(x)
    low = m < np.sqrt(0.5)
    return (k - low).astype(x.dtype), np.where(low, 2 * m, m).astype(x.dtype)
