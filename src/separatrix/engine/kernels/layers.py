"""The dense layer over rows, forward and backward: vectors for small layers, products for large ones."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import hot
from separatrix.engine.lanes import accumulate, lanes, load, spread, store, zeros

# Columns of the layer table (int64, one row a layer). Of coded rows the first layer's N_IN counts the plain
# inputs alone, N_WEIGHTS the weights of all. N_DX counts the first inputs whose derivatives are needed: those
# of the embedding in the first layer, all in the others.
N_IN, N_OUT, WEIGHT, BIAS, ROW_IN, ROW_OUT, ACTIVATION, PRODUCT, N_WEIGHTS, N_DX = range(10)
# What a matrix product computes: nothing, the gradient, or everything. A sum over rows needs a sum over lanes
# for every weight, which a product does not. Elsewhere a product is faster only if the weights leave the
# cache.
NOTHING, GRADIENT, ALL = range(3)

# Four units and two vectors of rows are computed at a time: eight sums side by side, so that every number
# that is loaded is used in two or four of them. Remaining units are computed one by one. If the rows end with
# the first vector of a pair, the second computes values behind them in the block, which are not used.


@hot
def dense(theta, layers, number, A, n):
    """Set ``z = x W + b`` for one layer.

    Parameters
    ----------
    theta : (n_parameters,)
    layers : int64 (n_layers, 10)
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
    if layers[number, PRODUCT] == ALL:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W.T, A[x : x + n_in], A[z : z + n_out])
        if b >= 0:
            for o in range(n_out):
                for r in range(0, n, lanes(A)):
                    store(A, z + o, r, load(A, z + o, r) + spread(theta, b + o))
        return
    fours = n_out - n_out % 4
    for r in range(0, n, 2 * lanes(A)):
        q = r + lanes(A)
        for o in range(0, fours, 4):
            r0, r1, r2, r3 = zeros(A), zeros(A), zeros(A), zeros(A)
            if b >= 0:
                r0, r1 = spread(theta, b + o), spread(theta, b + o + 1)
                r2, r3 = spread(theta, b + o + 2), spread(theta, b + o + 3)
            q0, q1, q2, q3 = r0, r1, r2, r3
            for i in range(n_in):
                p = w + i * n_out + o
                w0, w1 = spread(theta, p), spread(theta, p + 1)
                w2, w3 = spread(theta, p + 2), spread(theta, p + 3)
                v = load(A, x + i, r)
                r0, r1, r2, r3 = r0 + v * w0, r1 + v * w1, r2 + v * w2, r3 + v * w3
                v = load(A, x + i, q)
                q0, q1, q2, q3 = q0 + v * w0, q1 + v * w1, q2 + v * w2, q3 + v * w3
            store_four(A, z + o, r, r0, r1, r2, r3)
            store_four(A, z + o, q, q0, q1, q2, q3)
        for o in range(fours, n_out):
            r0 = zeros(A)
            if b >= 0:
                r0 = spread(theta, b + o)
            q0 = r0
            for i in range(n_in):
                w0 = spread(theta, w + i * n_out + o)
                r0 = r0 + load(A, x + i, r) * w0
                q0 = q0 + load(A, x + i, q) * w0
            store(A, z + o, r, r0)
            store(A, z + o, q, q0)


@hot
def dense_gradient(layers, number, A, D, n, gradient, product):
    """Add ``dw = x^T dz`` and ``db = sum of dz`` of one layer to the gradient; arguments as of `dense`.

    Parameters
    ----------
    D : (units, block)
        ``dz`` is read from the rows at ROW_OUT.
    gradient : (n_parameters,)
    product : (n,)
        Memory for a ``dw`` that is a matrix product.
    """
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    if b >= 0:
        for o in range(n_out):
            r0 = zeros(A)
            for r in range(0, n, lanes(A)):
                r0 = r0 + load(D, z + o, r)
            accumulate(gradient, b + o, r0)
    if layers[number, PRODUCT] != NOTHING:
        for o in range(n_out):  # the product uses the whole block, even if the batch is shorter
            for r in range(n, D.shape[1], lanes(A)):
                store(D, z + o, r, zeros(A))
        dw = product[: n_in * n_out]
        np.dot(A[x : x + n_in], D[z : z + n_out].T, dw.reshape(n_in, n_out))
        for p in range(n_in * n_out):
            gradient[w + p] += dw[p]
        return
    fours = n_out - n_out % 4
    for i in range(n_in):
        for o in range(0, fours, 4):
            r0, r1, r2, r3 = zeros(A), zeros(A), zeros(A), zeros(A)
            for r in range(0, n, lanes(A)):
                v = load(A, x + i, r)
                r0 = r0 + v * load(D, z + o, r)
                r1 = r1 + v * load(D, z + o + 1, r)
                r2 = r2 + v * load(D, z + o + 2, r)
                r3 = r3 + v * load(D, z + o + 3, r)
            p = w + i * n_out + o
            accumulate(gradient, p, r0)
            accumulate(gradient, p + 1, r1)
            accumulate(gradient, p + 2, r2)
            accumulate(gradient, p + 3, r3)
        for o in range(fours, n_out):
            r0 = zeros(A)
            for r in range(0, n, lanes(A)):
                r0 = r0 + load(A, x + i, r) * load(D, z + o, r)
            accumulate(gradient, w + i * n_out + o, r0)


@hot
def dense_dx(theta, layers, number, D, n):
    """Set ``dx = dz W^T`` of one layer: rows of D at ROW_IN from those at ROW_OUT; see `dense`."""
    n_dx, n_out = layers[number, N_DX], layers[number, N_OUT]
    w, x, z = layers[number, WEIGHT], layers[number, ROW_IN], layers[number, ROW_OUT]
    if layers[number, PRODUCT] == ALL:
        W = theta[w : w + n_dx * n_out].reshape(n_dx, n_out)
        np.dot(W, D[z : z + n_out], D[x : x + n_dx])
        return
    fours = n_dx - n_dx % 4
    for r in range(0, n, 2 * lanes(D)):
        q = r + lanes(D)
        for i in range(0, fours, 4):
            r0, r1, r2, r3 = zeros(D), zeros(D), zeros(D), zeros(D)
            q0, q1, q2, q3 = r0, r1, r2, r3
            for o in range(n_out):
                p = w + i * n_out + o
                w0, w1 = spread(theta, p), spread(theta, p + n_out)
                w2, w3 = spread(theta, p + 2 * n_out), spread(theta, p + 3 * n_out)
                d = load(D, z + o, r)
                r0, r1, r2, r3 = r0 + d * w0, r1 + d * w1, r2 + d * w2, r3 + d * w3
                d = load(D, z + o, q)
                q0, q1, q2, q3 = q0 + d * w0, q1 + d * w1, q2 + d * w2, q3 + d * w3
            store_four(D, x + i, r, r0, r1, r2, r3)
            store_four(D, x + i, q, q0, q1, q2, q3)
        for i in range(fours, n_dx):
            r0, q0 = zeros(D), zeros(D)
            for o in range(n_out):
                w0 = spread(theta, w + i * n_out + o)
                r0 = r0 + load(D, z + o, r) * w0
                q0 = q0 + load(D, z + o, q) * w0
            store(D, x + i, r, r0)
            store(D, x + i, q, q0)


@hot
def store_four(A, first, r, v0, v1, v2, v3):
    """Set one vector of rows of four units."""
    store(A, first, r, v0)
    store(A, first + 1, r, v1)
    store(A, first + 2, r, v2)
    store(A, first + 3, r, v3)
