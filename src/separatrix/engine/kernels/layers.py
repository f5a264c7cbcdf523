"""The dense layer over rows, forward and backward: loops for small layers, matrix products for large ones."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import kernel

# Columns of the layer table (int64, one row a layer).
N_IN, N_OUT, WEIGHT, BIAS, ROW_IN, ROW_OUT, ACTIVATION, MATRIX, DROPOUT = range(9)


# Inputs and outputs are taken four at a time, which saves loads and stores. Where fewer are left, the last one
# stands in for the missing, with weight 0: one loop serves all sizes, and compiles once.


@kernel
def dense(theta, layers, number, A, n):
    """Set ``z = x W + b``: rows ROW_OUT… of A from rows ROW_IN…."""
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    if layers[number, MATRIX]:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W.T, A[x : x + n_in], A[z : z + n_out])
    for o in range(n_out):
        bias = theta[b + o] if b >= 0 else type(theta[0])(0.0)
        if layers[number, MATRIX]:
            for r in range(n):
                A[z + o, r] += bias
            continue
        for i in range(0, n_in, 4):
            w0, w1, w2, w3 = four(theta, w + i * n_out + o, n_out, n_in - i)
            x0, x1, x2, x3 = four_rows(x + i, n_in - i)
            if i == 0:
                for r in range(n):
                    A[z + o, r] = (bias + w0 * A[x0, r] + w1 * A[x1, r]) + (w2 * A[x2, r] + w3 * A[x3, r])
            else:
                for r in range(n):
                    A[z + o, r] += (w0 * A[x0, r] + w1 * A[x1, r]) + (w2 * A[x2, r] + w3 * A[x3, r])


@kernel
def dense_gradient(layers, number, A, D, n, gradient, product):
    """Add ``dw = x^T dz`` and ``db = sum of dz`` to the gradient; `product` is room for a large ``dw``."""
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    zero = type(gradient[0])(0.0)
    if b >= 0:
        for o in range(n_out):
            s0 = zero
            for r in range(n):
                s0 += D[z + o, r]
            gradient[b + o] += s0
    if layers[number, MATRIX]:
        for o in range(n_out):  # the product runs over whole rows, also where the batch is shorter
            for r in range(n, D.shape[1]):
                D[z + o, r] = zero
        dw = product[: n_in * n_out]
        np.dot(A[x : x + n_in], D[z : z + n_out].T, dw.reshape(n_in, n_out))
        for p in range(n_in * n_out):
            gradient[w + p] += dw[p]
        return
    for o in range(n_out):
        for i in range(0, n_in, 4):
            x0, x1, x2, x3 = four_rows(x + i, n_in - i)
            s0, s1, s2, s3 = zero, zero, zero, zero
            for r in range(n):
                d = D[z + o, r]
                s0 += A[x0, r] * d
                s1 += A[x1, r] * d
                s2 += A[x2, r] * d
                s3 += A[x3, r] * d
            v = w + i * n_out + o
            gradient[v] += s0
            if n_in - i > 1:
                gradient[v + n_out] += s1
            if n_in - i > 2:
                gradient[v + 2 * n_out] += s2
            if n_in - i > 3:
                gradient[v + 3 * n_out] += s3


@kernel
def dense_dx(theta, layers, number, D, n):
    """Set ``dx = dz W^T``: rows ROW_IN… of D from rows ROW_OUT…."""
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, x, z = layers[number, WEIGHT], layers[number, ROW_IN], layers[number, ROW_OUT]
    if layers[number, MATRIX]:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W, D[z : z + n_out], D[x : x + n_in])
        return
    for i in range(n_in):
        for o in range(0, n_out, 4):
            w0, w1, w2, w3 = four(theta, w + i * n_out + o, 1, n_out - o)
            z0, z1, z2, z3 = four_rows(z + o, n_out - o)
            if o == 0:
                for r in range(n):
                    D[x + i, r] = (w0 * D[z0, r] + w1 * D[z1, r]) + (w2 * D[z2, r] + w3 * D[z3, r])
            else:
                for r in range(n):
                    D[x + i, r] += (w0 * D[z0, r] + w1 * D[z1, r]) + (w2 * D[z2, r] + w3 * D[z3, r])


@kernel
def four(theta, first, stride, left):
    """Return four weights, `stride` apart; 0 for those beyond the `left` that there are."""
    zero = type(theta[0])(0.0)
    return (
        theta[first],
        theta[first + stride] if left > 1 else zero,
        theta[first + 2 * stride] if left > 2 else zero,
        theta[first + 3 * stride] if left > 3 else zero,
    )


@kernel
def four_rows(first, left):
    """Return four row numbers; the last one again for those beyond the `left` that there are."""
    return first, first + min(1, left - 1), first + min(2, left - 1), first + min(3, left - 1)
