"""The first layer of coded rows (see `separatrix.data.coded_rows`): sums of some rows of its weights.

Units are the lanes here, as the weights of one feature stand side by side in theta. All sums are in the order
of the rows.
"""

from __future__ import annotations

from separatrix.engine._jit import kernel
from separatrix.engine.kernels.layers import N_IN, N_OUT, ROW_OUT, WEIGHT
from separatrix.engine.lanes import lanes, load, spread, store, zeros

# Columns of the table of blocks (int64, one row a block): first feature, number of features, whether it is
# cumulative.
FIRST, SIZE, CUMULATIVE = range(3)


@kernel
def prepare_codes(theta, layers, data, buffers, learn):
    """Fill the sums of weights that every row uses, and empty the sums of the gradient if `learn` is true.

    `buffers.below` (n_coded, pitch) gets, of a cumulative block, the sum of the weights of the features
    before each one; `buffers.of_center` (2, pitch) the product of the centre and the weights.
    """
    below, of_center, change = buffers.below, buffers.of_center, buffers.change
    n_dense, n_out, w = layers[0, N_IN], layers[0, N_OUT], layers[0, WEIGHT]
    for o in range(0, n_out, lanes(theta)):
        center = zeros(theta)
        for b in range(len(data.blocks)):
            if data.blocks[b, CUMULATIVE] != 0:
                s = zeros(theta)
                for f in range(data.blocks[b, FIRST], data.blocks[b, FIRST] + data.blocks[b, SIZE]):
                    store(below, f, o, s)
                    weight = load(theta, 0, w + (n_dense + f) * n_out + o)
                    s = s + weight
                    center = center + weight * spread(data.center, f)
        store(of_center, 0, o, center)
        store(of_center, 1, o, zeros(theta))
    if learn:
        for f in range(2 * len(data.center)):
            for o in range(0, n_out, lanes(theta)):
                store(change, f, o, zeros(theta))


@kernel
def add_codes(theta, layers, data, order, start, n, buffers):
    """Add the coded features' part to the sums of the first layer; arguments as of `load_block`."""
    A, wide, below, of_center = buffers.A, buffers.wide, buffers.below, buffers.of_center
    n_dense, n_out, w, z = layers[0, N_IN], layers[0, N_OUT], layers[0, WEIGHT], layers[0, ROW_OUT]
    for r in range(n):
        row = order[start + r] if len(order) > 0 else start + r
        for o in range(0, n_out, lanes(A)):
            s = zeros(A) - load(of_center, 0, o)
            for b in range(len(data.blocks)):
                code = data.codes[row, b]
                if code >= 0:
                    f = data.blocks[b, FIRST] + code
                    s = s + load(theta, 0, w + (n_dense + f) * n_out + o) * data.amounts[row, b]
                    if data.blocks[b, CUMULATIVE] != 0:
                        s = s + load(below, f, o)
            store(wide, r, o, s)
    for first in range(0, n, 16):  # a tile of rows, so that a cache line is used whole
        for o in range(n_out):
            for r in range(first, min(first + 16, n)):
                A[z + o, r] += wide[r, o]


@kernel
def add_codes_gradient(layers, data, order, start, n, buffers):
    """Add each row's dz to the sums of its features, in `buffers.change` (2 n_coded, pitch).

    The first half has the sums for the features' values, the second those for the features before them.
    """
    D, wide, change, of_center = buffers.D, buffers.wide, buffers.change, buffers.of_center
    n_out, z, n_coded = layers[0, N_OUT], layers[0, ROW_OUT], len(data.center)
    for first in range(0, n, 16):
        for o in range(n_out):
            for r in range(first, min(first + 16, n)):
                wide[r, o] = D[z + o, r]
    for r in range(n):
        row = order[start + r] if len(order) > 0 else start + r
        for o in range(0, n_out, lanes(D)):
            dz = load(wide, r, o)
            store(of_center, 1, o, load(of_center, 1, o) + dz)
            for b in range(len(data.blocks)):
                code = data.codes[row, b]
                if code >= 0:
                    f = data.blocks[b, FIRST] + code
                    store(change, f, o, load(change, f, o) + dz * data.amounts[row, b])
                    if data.blocks[b, CUMULATIVE] != 0:
                        store(change, n_coded + f, o, load(change, n_coded + f, o) + dz)


@kernel
def finish_codes_gradient(layers, data, buffers):
    """Write the gradient of the coded features' weights, when all rows have been added."""
    gradient, change, of_center = buffers.gradient, buffers.change, buffers.of_center
    n_dense, n_out, w = layers[0, N_IN], layers[0, N_OUT], layers[0, WEIGHT]
    n_coded = len(data.center)
    for b in range(len(data.blocks)):
        first, last = data.blocks[b, FIRST], data.blocks[b, FIRST] + data.blocks[b, SIZE] - 1
        if data.blocks[b, CUMULATIVE] != 0:  # a weight counts for all rows whose feature comes later
            for o in range(0, n_out, lanes(gradient)):
                later = zeros(gradient)
                total = load(of_center, 1, o)
                for f in range(last, first - 1, -1):
                    own = load(change, f, o) + later - total * spread(data.center, f)
                    later = later + load(change, n_coded + f, o)
                    store(change, f, o, own)
        for f in range(first, last + 1):
            p = w + (n_dense + f) * n_out
            for o in range(n_out):
                gradient[0, p + o] = change[f, o]
