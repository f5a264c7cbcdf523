"""The dense layer over rows, forward and backward: vectors for small layers, products for large ones."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import hot
from separatrix.engine._simd import accumulate, lanes, load, spread, store, zeros

# Columns of the layer table (int64, one row a layer).
N_IN, N_OUT, WEIGHT, BIAS, ROW_IN, ROW_OUT, ACTIVATION, MATRIX = range(8)

# Units are taken four at a time, so that four sums grow side by side and one load serves all four.


@hot
def dense(theta, layers, number, A, n):
    """Set ``z = x W + b``: rows ROW_OUT… of A from rows ROW_IN…."""
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    if layers[number, MATRIX]:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W.T, A[x : x + n_in], A[z : z + n_out])
        if b >= 0:
            for o in range(n_out):
                for r in range(0, n, lanes(A)):
                    store(A, z + o, r, load(A, z + o, r) + spread(theta, b + o))
        return
    fours = n_out - n_out % 4
    for r in range(0, n, lanes(A)):
        for o in range(0, fours, 4):
            z0, z1, z2, z3 = zeros(A), zeros(A), zeros(A), zeros(A)
            if b >= 0:
                z0, z1 = spread(theta, b + o), spread(theta, b + o + 1)
                z2, z3 = spread(theta, b + o + 2), spread(theta, b + o + 3)
            for i in range(n_in):
                v, p = load(A, x + i, r), w + i * n_out + o
                z0 += v * spread(theta, p)
                z1 += v * spread(theta, p + 1)
                z2 += v * spread(theta, p + 2)
                z3 += v * spread(theta, p + 3)
            store(A, z + o, r, z0)
            store(A, z + o + 1, r, z1)
            store(A, z + o + 2, r, z2)
            store(A, z + o + 3, r, z3)
        for o in range(fours, n_out):
            z0 = zeros(A)
            if b >= 0:
                z0 = spread(theta, b + o)
            for i in range(n_in):
                z0 += load(A, x + i, r) * spread(theta, w + i * n_out + o)
            store(A, z + o, r, z0)


@hot
def dense_gradient(layers, number, A, D, n, gradient, product):
    """Add ``dw = x^T dz`` and ``db = sum of dz`` to the gradient; `product` is room for a large ``dw``."""
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    if b >= 0:
        for o in range(n_out):
            s0 = zeros(A)
            for r in range(0, n, lanes(A)):
                s0 += load(D, z + o, r)
            accumulate(gradient, b + o, s0)
    if layers[number, MATRIX]:
        for o in range(n_out):  # the product runs over whole rows, also where the batch is shorter
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
            s0, s1, s2, s3 = zeros(A), zeros(A), zeros(A), zeros(A)
            for r in range(0, n, lanes(A)):
                v = load(A, x + i, r)
                s0 += v * load(D, z + o, r)
                s1 += v * load(D, z + o + 1, r)
                s2 += v * load(D, z + o + 2, r)
                s3 += v * load(D, z + o + 3, r)
            p = w + i * n_out + o
            accumulate(gradient, p, s0)
            accumulate(gradient, p + 1, s1)
            accumulate(gradient, p + 2, s2)
            accumulate(gradient, p + 3, s3)
        for o in range(fours, n_out):
            s0 = zeros(A)
            for r in range(0, n, lanes(A)):
                s0 += load(A, x + i, r) * load(D, z + o, r)
            accumulate(gradient, w + i * n_out + o, s0)


@hot
def dense_dx(theta, layers, number, D, n):
    """Set ``dx = dz W^T``: rows ROW_IN… of D from rows ROW_OUT…."""
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, x, z = layers[number, WEIGHT], layers[number, ROW_IN], layers[number, ROW_OUT]
    if layers[number, MATRIX]:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W, D[z : z + n_out], D[x : x + n_in])
        return
    fours = n_in - n_in % 4
    for r in range(0, n, lanes(D)):
        for i in range(0, fours, 4):
            s0, s1, s2, s3 = zeros(D), zeros(D), zeros(D), zeros(D)
            for o in range(n_out):
                d, p = load(D, z + o, r), w + i * n_out + o
                s0 += d * spread(theta, p)
                s1 += d * spread(theta, p + n_out)
                s2 += d * spread(theta, p + 2 * n_out)
                s3 += d * spread(theta, p + 3 * n_out)
            store(D, x + i, r, s0)
            store(D, x + i + 1, r, s1)
            store(D, x + i + 2, r, s2)
            store(D, x + i + 3, r, s3)
        for i in range(fours, n_in):
            s0 = zeros(D)
            for o in range(n_out):
                s0 += load(D, z + o, r) * spread(theta, w + i * n_out + o)
            store(D, x + i, r, s0)
