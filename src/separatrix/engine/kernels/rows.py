"""Rows of data as columns of the block."""

from __future__ import annotations

from separatrix.engine._jit import VECTOR_BYTES, hot, inlined, kernel
from separatrix.engine.lanes import lanes, load, load_rows, load_square, store, store_square, turned, zeros
from separatrix.engine.planes import pitch, plane

PAIR = 2 * VECTOR_BYTES // 4  # a block is whole pairs of vectors wide; see `kernels.layers`


@inlined
def load_block(data, order, start, n, total, inputs, n_in, T, weight):
    """Copy rows into the block, as columns, and divide their weights by `total`.

    Parameters
    ----------
    data : KernelData
    order : int32 (n_rows,) or (0,)
        Row order; empty if rows are taken as they are in `data`.
    start, n : int
        Index of the first row in the order, and number of rows; n is at most the width of the block.
    total : float
        Weight of the batch.
    inputs, n_in :
        The rows of the inputs in A, and their number.
    T, weight :
        Of the buffers, filled as `inputs`. Columns from n to the next whole vector get weight 0.
    """
    ordered = len(order) > 0
    if len(data.starts) > 0:
        load_sparse(data, order, start, n, n_in, inputs)
    else:
        turn_rows(plane(data.X), plane(order), ordered, start, n, n_in, inputs)
    turn_rows(plane(data.T), plane(order), ordered, start, n, data.T.shape[1], T)
    weighted = len(data.weight) > 0
    load_weights(plane(data.weight), weighted, plane(order), ordered, start, n, total, weight)


@kernel
def turn_rows(X, order, ordered, start, n, width, A):
    """Copy n rows of X into A[:width], as columns; those from n to the next whole vector get 0."""
    zero = type(A[0, 0])(0.0)
    in_blocks, rows_in_blocks = width - width % lanes(A), n - n % lanes(A)
    for r in range(0, rows_in_blocks, lanes(A)):
        for i in range(0, in_blocks, lanes(A)):
            if ordered:
                store_square(A, i, r, turned(load_rows(X, order, start + r, i)))
            else:
                store_square(A, i, r, turned(load_square(X, start + r, i)))
    for first in range(0, n, PAIR):  # a tile of rows, so that a cache line is written whole
        last = min(first + PAIR, n)
        for i in range(in_blocks if last <= rows_in_blocks else 0, width):
            if ordered:
                for r in range(first, last):
                    A[i, r] = X[order[start + r], i]
            else:
                for r in range(first, last):
                    A[i, r] = X[start + r, i]
    for r in range(n, -(-n // lanes(A)) * lanes(A)):
        for i in range(width):
            A[i, r] = zero


@kernel
def load_weights(given, weighted, order, ordered, start, n, total, weight):
    """Set the weights of n rows, divided by `total`, and those of the next columns to 0."""
    scale = type(weight[0, 0])(1.0 / total)
    for r in range(0, n, lanes(weight)):
        store(weight, 0, r, zeros(weight) + scale)
    if weighted:
        for r in range(n):
            weight[0, r] = scale * given[order[start + r] if ordered else start + r]
    for r in range(n, -(-n // lanes(weight)) * lanes(weight)):
        weight[0, r] = type(scale)(0.0)


@kernel
def load_sparse(data, order, start, n, n_in, A):
    """Copy n rows of a sparse X into A; arguments as of `load_block`."""
    for i in range(n_in):
        for r in range(n):
            A[i, r] = type(A[0, 0])(0.0)
    for r in range(n):
        row = order[start + r] if len(order) > 0 else start + r
        for k in range(data.starts[row], data.starts[row + 1]):
            A[data.columns[k], r] += data.values[k]


@kernel
def pack(inputs, T, weight, packed, kept, n_in, n_targets):
    """Copy the loaded block to `packed`, as its block number `kept`.

    A full batch need then not turn the same rows into columns at every step.
    """
    first = kept * (n_in + n_targets + 1)
    for r in range(0, pitch(T), lanes(T)):
        for i in range(n_in):
            store(packed, first + i, r, load(inputs, i, r))
        for t in range(n_targets):
            store(packed, first + n_in + t, r, load(T, t, r))
        store(packed, first + n_in + n_targets, r, load(weight, 0, r))


@kernel
def unpack(inputs, T, weight, packed, kept, n_in, n_targets):
    """Copy block number `kept` back from `packed`."""
    first = kept * (n_in + n_targets + 1)
    for r in range(0, pitch(T), lanes(T)):
        for i in range(n_in):
            store(inputs, i, r, load(packed, first + i, r))
        for t in range(n_targets):
            store(T, t, r, load(packed, first + n_in + t, r))
        store(weight, 0, r, load(packed, first + n_in + n_targets, r))


@hot
def total_weight(data, order, start, n):
    """Return the sum of the weights of n rows; arguments as of `load_block`."""
    if len(data.weight) == 0:
        return float(n)
    total = 0.0
    for r in range(start, start + n):
        total += data.weight[order[r] if len(order) else r]
    return total
