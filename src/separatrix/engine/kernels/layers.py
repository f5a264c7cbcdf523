"""The dense layer over rows, forward and backward: loops for small layers, matrix products for large ones."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import kernel

# Columns of the layer table (int64, one row a layer).
N_IN, N_OUT, WEIGHT, BIAS, ROW_IN, ROW_OUT, ACTIVATION, MATRIX, DROPOUT = range(9)


@kernel
def dense(theta, layer, A, n):
    """Set ``z = x W + b``: rows ROW_OUT… of A from rows ROW_IN…."""
    n_in, n_out = layer[N_IN], layer[N_OUT]
    w, b, x, z = layer[WEIGHT], layer[BIAS], layer[ROW_IN], layer[ROW_OUT]
    if layer[MATRIX]:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W.T, A[x : x + n_in], A[z : z + n_out])
        if b >= 0:
            for o in range(n_out):
                bias = theta[b + o]
                for r in range(n):
                    A[z + o, r] += bias
        return
    odd = n_in % 4
    for o in range(n_out):
        bias = theta[b + o] if b >= 0 else type(theta[0])(0.0)
        # the inputs left over by fours come first, together with the bias
        if odd == 0:
            for r in range(n):
                A[z + o, r] = bias
        elif odd == 1:
            w0 = theta[w + o]
            for r in range(n):
                A[z + o, r] = bias + w0 * A[x, r]
        elif odd == 2:
            w0, w1 = theta[w + o], theta[w + n_out + o]
            for r in range(n):
                A[z + o, r] = bias + w0 * A[x, r] + w1 * A[x + 1, r]
        else:
            w0, w1, w2 = theta[w + o], theta[w + n_out + o], theta[w + 2 * n_out + o]
            for r in range(n):
                A[z + o, r] = bias + w0 * A[x, r] + w1 * A[x + 1, r] + w2 * A[x + 2, r]
        for i in range(odd, n_in, 4):
            v = w + i * n_out + o
            w0, w1, w2, w3 = theta[v], theta[v + n_out], theta[v + 2 * n_out], theta[v + 3 * n_out]
            for r in range(n):
                A[z + o, r] += (w0 * A[x + i, r] + w1 * A[x + i + 1, r]) + (
                    w2 * A[x + i + 2, r] + w3 * A[x + i + 3, r]
                )


@kernel
def dense_gradient(layer, A, D, n, gradient, product):
    """Add ``dw = x^T dz`` and ``db = sum of dz`` to the gradient; `product` is room for a large ``dw``."""
    n_in, n_out = layer[N_IN], layer[N_OUT]
    w, b, x, z = layer[WEIGHT], layer[BIAS], layer[ROW_IN], layer[ROW_OUT]
    zero = type(gradient[0])(0.0)
    if b >= 0:
        for o in range(n_out):
            s = zero
            for r in range(n):
                s += D[z + o, r]
            gradient[b + o] += s
    if layer[MATRIX]:
        for o in range(n_out):  # the product runs over whole rows, also where the batch is shorter
            for r in range(n, D.shape[1]):
                D[z + o, r] = zero
        dw = product[: n_in * n_out]
        np.dot(A[x : x + n_in], D[z : z + n_out].T, dw.reshape(n_in, n_out))
        for p in range(n_in * n_out):
            gradient[w + p] += dw[p]
        return
    odd = n_in % 4
    for o in range(n_out):
        for i in range(odd):
            s = zero
            for r in range(n):
                s += A[x + i, r] * D[z + o, r]
            gradient[w + i * n_out + o] += s
        for i in range(odd, n_in, 4):
            s0, s1, s2, s3 = zero, zero, zero, zero
            for r in range(n):
                d = D[z + o, r]
                s0 += A[x + i, r] * d
                s1 += A[x + i + 1, r] * d
                s2 += A[x + i + 2, r] * d
                s3 += A[x + i + 3, r] * d
            v = w + i * n_out + o
            gradient[v] += s0
            gradient[v + n_out] += s1
            gradient[v + 2 * n_out] += s2
            gradient[v + 3 * n_out] += s3


@kernel
def dense_dx(theta, layer, D, n):
    """Set ``dx = dz W^T``: rows ROW_IN… of D from rows ROW_OUT…."""
    n_in, n_out = layer[N_IN], layer[N_OUT]
    w, x, z = layer[WEIGHT], layer[ROW_IN], layer[ROW_OUT]
    if layer[MATRIX]:
        W = theta[w : w + n_in * n_out].reshape(n_in, n_out)
        np.dot(W, D[z : z + n_out], D[x : x + n_in])
        return
    odd = n_out % 4
    for i in range(n_in):
        v = w + i * n_out
        if odd == 0:
            for r in range(n):
                D[x + i, r] = type(theta[0])(0.0)
        elif odd == 1:
            w0 = theta[v]
            for r in range(n):
                D[x + i, r] = w0 * D[z, r]
        elif odd == 2:
            w0, w1 = theta[v], theta[v + 1]
            for r in range(n):
                D[x + i, r] = w0 * D[z, r] + w1 * D[z + 1, r]
        else:
            w0, w1, w2 = theta[v], theta[v + 1], theta[v + 2]
            for r in range(n):
                D[x + i, r] = w0 * D[z, r] + w1 * D[z + 1, r] + w2 * D[z + 2, r]
        for o in range(odd, n_out, 4):
            w0, w1, w2, w3 = theta[v + o], theta[v + o + 1], theta[v + o + 2], theta[v + o + 3]
            for r in range(n):
                D[x + i, r] += (w0 * D[z + o, r] + w1 * D[z + o + 1, r]) + (
                    w2 * D[z + o + 2, r] + w3 * D[z + o + 3, r]
                )
