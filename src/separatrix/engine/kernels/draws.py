"""Random draws: MT19937, what NumPy's `RandomState` makes of it, and the stateless hash of dropout masks."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import kernel


@kernel
def next_raw(key, position):
    """Return the next 32-bit output of MT19937 (Matsumoto & Nishimura 1998) and move `position` (1,) on."""
    if position[0] == 624:
        for k in range(624):
            y = (np.int64(key[k]) & 0x80000000) | (np.int64(key[(k + 1) % 624]) & 0x7FFFFFFF)
            twist = 0x9908B0DF if y & 1 else 0
            key[k] = np.uint32(np.int64(key[(k + 397) % 624]) ^ (y >> 1) ^ twist)
        position[0] = 0
    y = np.int64(key[position[0]])
    position[0] += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C5680
    y ^= (y << 15) & 0xEFC60000
    return y ^ (y >> 18)


@kernel
def bounded(key, position, largest):
    """Return an integer in [0, largest] as `RandomState` draws it: masked, drawn again when too large."""
    mask = largest
    for shift in (1, 2, 4, 8, 16):
        mask |= mask >> shift
    value = next_raw(key, position) & mask
    while value > largest:
        value = next_raw(key, position) & mask
    return value


@kernel
def shuffle(rows, key, position):
    """Shuffle in place with the draws of ``RandomState.shuffle``."""
    for i in range(len(rows) - 1, 0, -1):
        j = bounded(key, position, i)
        rows[i], rows[j] = rows[j], rows[i]


@kernel
def draw_with_replacement(rows, key, position):
    """Fill with the draws of ``RandomState.randint(0, n, n)``."""
    n = len(rows)
    for i in range(n):
        rows[i] = bounded(key, position, n - 1) if n > 1 else 0


@kernel
def mix32(x):
    """Return `separatrix.engine.base.mix32` of a uint32; vectorises over rows."""
    x = np.uint32(x ^ np.uint32(x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x = np.uint32(x ^ np.uint32(x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x846CA68B))
    return np.uint32(x ^ np.uint32(x >> np.uint32(16)))


@kernel
def unit_key(seed, step, layer, unit):
    """Return `separatrix.engine.base.uniform_hash`."""
    key = mix32(np.uint32(seed ^ 0x9E3779B9))
    key = mix32(np.uint32(np.int64(key) ^ (step & 0xFFFFFFFF)))
    return mix32(np.uint32(np.int64(key) ^ ((layer * 0x85EBCA6B + unit) & 0xFFFFFFFF)))


@kernel
def drop(A, first, n_units, n, offset, share, seed, step, layer):
    """Set the dropped outputs of a layer to zero and divide the kept ones by their share.

    The block's first row is row `offset` of the batch.
    """
    threshold = np.uint32(np.int64(np.floor(share * 4294967296.0)))
    scale = type(A[0, 0])(1.0 / (1.0 - share))
    for u in range(n_units):
        key = unit_key(seed, step, layer, u)
        for r in range(n):
            h = mix32(np.uint32(key + np.uint32(np.uint32(offset + r) * np.uint32(0x9E3779B9))))
            A[first + u, r] = type(scale)(0.0) if h < threshold else A[first + u, r] * scale


@kernel
def drop_backward(A, D, first, n_units, n, offset, share, seed, step, layer):
    """Pass ``dz`` through the same mask, and give the kept outputs their undropped size back."""
    threshold = np.uint32(np.int64(np.floor(share * 4294967296.0)))
    keep = type(A[0, 0])(1.0 - share)
    scale = type(A[0, 0])(1.0 / (1.0 - share))
    for u in range(n_units):
        key = unit_key(seed, step, layer, u)
        for r in range(n):
            h = mix32(np.uint32(key + np.uint32(np.uint32(offset + r) * np.uint32(0x9E3779B9))))
            D[first + u, r] = type(scale)(0.0) if h < threshold else D[first + u, r] * scale
            A[first + u, r] *= keep
