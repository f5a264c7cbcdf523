"""Vectors of lanes as NumPy arrays: what kernels use where the compiler is off.

Vectors are values: there is no `+=`, which would change a NumPy array that has two names.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from separatrix.engine._jit import VECTOR_BYTES

__all__ = [
    "absolute",
    "add_product",
    "add_sum",
    "add_sums",
    "add_tile",
    "lanes",
    "load",
    "load_rows",
    "load_square",
    "load_tile",
    "maximum",
    "minimum",
    "power_of_two",
    "rint",
    "root",
    "split_exponent",
    "spread",
    "spread_tile",
    "store",
    "store_before",
    "store_square",
    "store_tile",
    "total",
    "turned",
    "where",
    "zero_tile",
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


def store_before(A: Any, u: int, r: int, end: int, v: Any) -> None:
    """Set ``A[u, r : r + lanes]``, as far as column `end`."""
    A[u, r : min(end, r + lanes(A))] = v[: end - r]


def spread(theta: Any, p: int) -> Any:
    """Return a vector whose every lane is ``theta[p]``."""
    return np.full(lanes(theta), theta.flat[p])


def zeros(A: Any) -> Any:
    """Return a vector of zeros of an array's dtype."""
    return np.zeros(lanes(A), A.dtype)


def add_sum(gradient: Any, p: int, v: Any) -> None:
    """Add the sum of the lanes to ``gradient[p]``."""
    gradient.flat[p] += v.sum()


def load_tile(A: Any, u: int, r: int) -> Any:
    """Return a tile: four vectors, of rows u to u + 3."""
    return tuple(load(A, u + k, r) for k in range(4))


def store_tile(A: Any, u: int, r: int, tile: Any) -> None:
    """Set four vectors, of rows u to u + 3."""
    for k in range(4):
        store(A, u + k, r, tile[k])


def spread_tile(theta: Any, p: int, step: int) -> Any:
    """Return four vectors: all lanes of the first are ``theta[p]``, of the next ``theta[p + step]``."""
    return tuple(spread(theta, p + k * step) for k in range(4))


def zero_tile(A: Any) -> Any:
    """Return four vectors of zeros of an array's dtype."""
    return tuple(zeros(A) for k in range(4))


def add_product(tile: Any, v: Any, factors: Any) -> Any:
    """Return a tile plus the products of a vector and the vectors of another tile."""
    return tuple(tile[k] + v * factors[k] for k in range(4))


def add_sums(gradient: Any, p: int, step: int, tile: Any) -> None:
    """Add the sums of the four vectors' lanes to ``gradient[p]``, ``gradient[p + step]`` and so on."""
    for k in range(4):
        gradient.flat[p + k * step] += tile[k].sum()


def add_tile(gradient: Any, p: int, step: int, tile: Any) -> None:
    """Add four vectors to the numbers from ``gradient[p]`` on, ``gradient[p + step]`` and so on."""
    for k in range(4):
        gradient.flat[p + k * step : p + k * step + lanes(gradient)] += tile[k]


def load_square(A: Any, u: int, r: int) -> Any:
    """Return a square, as many vectors as lanes: columns from r on, of the rows from u on."""
    return tuple(load(A, u + k, r) for k in range(lanes(A)))


def load_rows(A: Any, order: Any, start: int, r: int) -> Any:
    """Return a square as `load_square` does, of the rows ``order[start]``, ``order[start + 1]`` and so on."""
    return tuple(load(A, order[start + k], r) for k in range(lanes(A)))


def store_square(A: Any, u: int, r: int, square: Any) -> None:
    """Set columns from r on, of the rows from u on."""
    for k, v in enumerate(square):
        store(A, u + k, r, v)


def turned(square: Any) -> Any:
    """Return a square whose vectors are the columns of this one."""
    return tuple(np.transpose(square))


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
