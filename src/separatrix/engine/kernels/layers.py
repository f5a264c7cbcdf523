"""The dense layer over rows, forward and backward, in tiles of four units."""

from __future__ import annotations

from separatrix.engine._jit import kernel
from separatrix.engine.lanes import (
    add_product,
    add_sum,
    add_sums,
    lanes,
    load,
    load_tile,
    spread,
    spread_tile,
    store,
    store_tile,
    zero_tile,
    zeros,
)

# Columns of the layer table (int64, one row a layer). Of coded rows the first layer's N_IN counts the plain
# inputs alone, N_WEIGHTS the weights of all. N_DX counts the first inputs whose derivatives are needed: those
# of the embedding in the first layer, all in the others.
N_IN, N_OUT, WEIGHT, BIAS, ROW_IN, ROW_OUT, ACTIVATION, N_WEIGHTS, N_DX = range(9)

# Four units (a tile) and two vectors of rows, or two inputs, are computed at a time: eight sums side by side,
# so that every number that is loaded is used in two or four of them. Remaining units are computed one by one.
# If the rows end with the first vector of a pair, the second computes values behind them in the block, which
# are not used. Below each layer's inputs A has a row of ones, whose weights are the biases.


@kernel
def dense(theta, layers, number, A, n):
    """Set ``z = x W + b`` for one layer.

    Parameters
    ----------
    theta : (1, n_parameters), as `gradient`
    layers : int64 (n_layers, 9)
        The layer table: sizes, offsets in theta, first rows in A.
    number : int
        The layer, from 0.
    A : (units, block)
        ``x`` is read from the rows at ROW_IN, ``z`` written to those at ROW_OUT.
    n : int
        Rows of data, a multiple of the lanes.
    """
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    fours = n_out - n_out % 4
    for r in range(0, n, 2 * lanes(A)):
        q = r + lanes(A)
        for o in range(0, fours, 4):
            s = spread_tile(theta, b + o, 1) if b >= 0 else zero_tile(A)
            t = s
            for i in range(n_in):
                weights = spread_tile(theta, w + i * n_out + o, 1)
                s = add_product(s, load(A, x + i, r), weights)
                t = add_product(t, load(A, x + i, q), weights)
            store_tile(A, z + o, r, s)
            store_tile(A, z + o, q, t)
        for o in range(fours, n_out):
            r0 = spread(theta, b + o) if b >= 0 else zeros(A)
            q0 = r0
            for i in range(n_in):
                w0 = spread(theta, w + i * n_out + o)
                r0 = r0 + load(A, x + i, r) * w0
                q0 = q0 + load(A, x + i, q) * w0
            store(A, z + o, r, r0)
            store(A, z + o, q, q0)


@kernel
def dense_gradient(layers, number, A, D, n, gradient):
    """Add ``dw = x^T dz`` and ``db = sum of dz`` of one layer to the gradient; arguments as of `dense`.

    Parameters
    ----------
    D : (units, block)
        ``dz`` is read from the rows at ROW_OUT.
    gradient : (1, n_parameters)
    """
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    last = n_in if b >= 0 else n_in - 1  # with the row of ones
    fours = n_out - n_out % 4
    for i in range(0, last + 1, 2):
        j = min(i + 1, last)
        for o in range(0, fours, 4):
            s, t = zero_tile(A), zero_tile(A)
            for r in range(0, n, lanes(A)):
                dz = load_tile(D, z + o, r)
                s = add_product(s, load(A, x + i, r), dz)
                t = add_product(t, load(A, x + j, r), dz)
            add_sums(gradient, o + (w + i * n_out if i < n_in else b), 1, s)
            if j > i:
                add_sums(gradient, o + (w + j * n_out if j < n_in else b), 1, t)
    in_fours = n_in - n_in % 4
    for o in range(fours, n_out):
        for i in range(0, in_fours, 4):
            s = zero_tile(A)
            for r in range(0, n, lanes(A)):
                s = add_product(s, load(D, z + o, r), load_tile(A, x + i, r))
            add_sums(gradient, w + i * n_out + o, n_out, s)
        for i in range(in_fours, last + 1):
            r0 = zeros(A)
            for r in range(0, n, lanes(A)):
                r0 = r0 + load(A, x + i, r) * load(D, z + o, r)
            add_sum(gradient, o + (w + i * n_out if i < n_in else b), r0)


@kernel
def dense_dx(theta, layers, number, D, n):
    """Set ``dx = dz W^T`` of one layer: rows of D at ROW_IN from those at ROW_OUT; see `dense`."""
    n_dx, n_out = layers[number, N_DX], layers[number, N_OUT]
    w, x, z = layers[number, WEIGHT], layers[number, ROW_IN], layers[number, ROW_OUT]
    fours = n_dx - n_dx % 4
    for r in range(0, n, 2 * lanes(D)):
        q = r + lanes(D)
        for i in range(0, fours, 4):
            s = zero_tile(D)
            t = s
            for o in range(n_out):
                weights = spread_tile(theta, w + i * n_out + o, n_out)
                s = add_product(s, load(D, z + o, r), weights)
                t = add_product(t, load(D, z + o, q), weights)
            store_tile(D, x + i, r, s)
            store_tile(D, x + i, q, t)
        for i in range(fours, n_dx):
            r0, q0 = zeros(D), zeros(D)
            for o in range(n_out):
                w0 = spread(theta, w + i * n_out + o)
                r0 = r0 + load(D, z + o, r) * w0
                q0 = q0 + load(D, z + o, q) * w0
            store(D, x + i, r, r0)
            store(D, x + i, q, q0)
