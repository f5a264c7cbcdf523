"""Random draws: MT19937, the draws of NumPy's `RandomState`, and the stateless hash of dropout masks."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import hot, kernel


@kernel
def renew(key):
    """Turn the state of MT19937 (Matsumoto & Nishimura 1998) into the next 624 words."""
    # Three loops without a wrapped index, the first two of which vectorise.
    for k in range(227):
        key[k] = key[k + 397] ^ _twisted(key[k], key[k + 1])
    for k in range(227, 623):
        key[k] = key[k - 227] ^ _twisted(key[k], key[k + 1])
    key[623] = key[396] ^ _twisted(key[623], key[0])


@hot
def _twisted(word, following):
    y = (word & np.uint32(0x80000000)) | (following & np.uint32(0x7FFFFFFF))
    return (y >> np.uint32(1)) ^ (np.uint32(0x9908B0DF) if y & np.uint32(1) else np.uint32(0))


@kernel
def temper(word):
    """Return the output of MT19937 for a word of its state."""
    y = np.int64(word)
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C5680
    y ^= (y << 15) & 0xEFC60000
    return y ^ (y >> 18)


@kernel
def bounded(key, position, largest):
    """Return an integer in [0, largest] as `RandomState` draws it: masked, drawn again when too large."""
    mask = mask_of(largest)
    value = largest + 1
    while value > largest:
        if position[0] == 624:
            renew(key)
            position[0] = 0
        value = temper(key[position[0]]) & mask
        position[0] += 1
    return value


@kernel
def mask_of(largest):
    """Return the bits that a number up to `largest` may have."""
    mask = largest
    for shift in (1, 2, 4, 8, 16):
        mask |= mask >> shift
    return mask


@kernel
def shuffle(rows, key, position):
    """Shuffle in place with the draws of ``RandomState.shuffle``.

    First all partners are drawn, then the rows are exchanged, so that no exchange waits for a draw. A draw
    that is too large is written over by the next: a branch that is taken at random one time in four made a
    shuffle seven times slower.
    """
    partners = np.empty(len(rows), np.int32)
    i = len(rows) - 1
    mask = mask_of(i)
    while i > 0:
        if position[0] == 624:
            renew(key)
            position[0] = 0
        p = position[0]
        while p < 624 and i > mask >> 1:
            value = temper(key[p]) & mask
            partners[i] = value
            i -= value <= i
            p += 1
        position[0] = p
        if i <= mask >> 1:
            mask >>= 1
    for i in range(len(rows) - 1, 0, -1):
        j = partners[i]
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
def drop(A, first, n_units, n, offset, fraction, seed, step, layer):
    """Set the dropped outputs of a layer to 0 and divide the others by ``1 - fraction``.

    Parameters
    ----------
    A : (units, block)
    first, n_units, n : int
        The layer's first row in A, its units, and the block's rows.
    offset : int
        Index of the block's first row in the batch.
    fraction : float
        Probability of being dropped.
    seed, step, layer : int
        What the mask depends on.
    """
    threshold = np.uint32(np.int64(np.floor(fraction * 4294967296.0)))
    scale = type(A[0, 0])(1.0 / (1.0 - fraction))
    for u in range(n_units):
        key = unit_key(seed, step, layer, u)
        for r in range(n):
            h = mix32(np.uint32(key + np.uint32(np.uint32(offset + r) * np.uint32(0x9E3779B9))))
            A[first + u, r] = type(scale)(0.0) if h < threshold else A[first + u, r] * scale


@kernel
def drop_backward(A, D, first, n_units, n, offset, fraction, seed, step, layer):
    """Apply the mask of `drop` to ``dz`` in D, and multiply the outputs in A by ``1 - fraction`` again."""
    threshold = np.uint32(np.int64(np.floor(fraction * 4294967296.0)))
    keep = type(A[0, 0])(1.0 - fraction)
    scale = type(A[0, 0])(1.0 / (1.0 - fraction))
    for u in range(n_units):
        key = unit_key(seed, step, layer, u)
        for r in range(n):
            h = mix32(np.uint32(key + np.uint32(np.uint32(offset + r) * np.uint32(0x9E3779B9))))
            D[first + u, r] = type(scale)(0.0) if h < threshold else D[first + u, r] * scale
            A[first + u, r] *= keep
