"""Heads over rows: loss, ``dz`` and score; formulas as in `separatrix.network.heads`."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import kernel
from separatrix.engine.kernels.functions import exp_negative, log1p_unit, log_normal, logistic
from separatrix.engine.lanes import absolute, lanes, load, maximum, store, total, where, zeros
from separatrix.network.heads import HEADS

CODES = {name: code for code, name in enumerate(HEADS)}
_BINARY, _MULTILABEL, _MULTICLASS = CODES["binary"], CODES["multilabel"], CODES["multiclass"]
_REGRESSION, _QUADRATIC, _POISSON = CODES["regression"], CODES["quadratic"], CODES["poisson"]


@kernel
def loss_and_dz(code, A, D, T, weight, R, first, n_out, n):
    """Return the weighted sum of the losses of a block, and set ``dz``.

    Parameters
    ----------
    code : int
        Of the head.
    A, D : (units, block)
        ``z`` is read from the rows of A from `first` on, ``dz`` written to the same rows of D.
    T : (n_targets, block)
    weight : (1, block)
    R : (4, block)
        Memory for intermediate results.
    first, n_out, n : int
        First row of the output layer, its units, and rows of data.
    """
    if code == _MULTICLASS:
        return _softmax(A, D, T, weight, R, first, n_out, n)
    if code == _POISSON:
        return _poisson(A, D, T, weight, first, n_out, n)
    s = zeros(A)
    for o in range(n_out):
        u = first + o
        if code == _BINARY or code == _MULTILABEL:
            for r in range(0, n, lanes(A)):
                z, t, w = load(A, u, r), load(T, o, r), load(weight, 0, r)
                e = exp_negative(absolute(z))
                # softplus(z) - t z, written so that a confident right answer keeps its small loss
                s = s + w * (maximum(z, 0.0) - t * z + log1p_unit(e))
                store(D, u, r, w * (where(z >= 0.0, 1.0, e) / (e + 1.0) - t))
        elif code == _REGRESSION:
            for r in range(0, n, lanes(A)):
                d = load(A, u, r) - load(T, o, r)
                wd = d * load(weight, 0, r)
                s = s + wd * d * 0.5
                store(D, u, r, wd)
        elif code == _QUADRATIC:
            for r in range(0, n, lanes(A)):
                a = logistic(load(A, u, r))
                d = a - load(T, o, r)
                wd = d * load(weight, 0, r)
                s = s + wd * d * 0.5
                store(D, u, r, wd * (a * (1.0 - a)))
        else:
            raise AssertionError("this head has no kernel")
    return float(total(s))


@kernel
def _softmax(A, D, T, weight, R, first, n_out, n):
    s = zeros(A)
    for r in range(0, n, lanes(A)):
        largest = load(A, first, r)
        for u in range(first + 1, first + n_out):
            largest = maximum(largest, load(A, u, r))
        all_e = zeros(A)
        for u in range(first, first + n_out):
            e = exp_negative(largest - load(A, u, r))
            store(D, u, r, e)
            all_e = all_e + e
        t, w = load(T, 0, r), load(weight, 0, r)
        s = s + w * log_normal(all_e)
        for c in range(n_out):
            u = first + c
            chosen = where(t == float(c), w, 0.0)
            s = s + chosen * (largest - load(A, u, r))
            store(D, u, r, w * (load(D, u, r) / all_e) - chosen)
    return float(total(s))


@kernel
def _poisson(A, D, T, weight, first, n_out, n):
    s = 0.0
    for o in range(n_out):
        u = first + o
        for r in range(n):
            z, t, w = float(A[u, r]), float(T[o, r]), float(weight[0, r])
            mean = np.exp(z)
            log_t = np.log(t) if t > 0.0 else 0.0
            s += w * (t * log_t - t * z - t + mean)
            D[u, r] = w * (mean - t)
    return s


@kernel
def add_score(code, A, T, weight, R, first, n_out, n, score):
    """Add the weight of the block's right rows to ``score[0]``, or squared errors to those of each output.

    Arguments as of `loss_and_dz`; `score` is float64 (n_out,).
    """
    one, zero = type(A[0, 0])(1.0), type(A[0, 0])(0.0)
    if code == _REGRESSION or code == _POISSON:
        for o in range(n_out):
            for r in range(n):
                z = A[first + o, r]
                d = T[o, r] - (z if code == _REGRESSION else np.exp(z))
                score[o] += weight[0, r] * d * d
        return
    if code == _MULTICLASS or (code == _QUADRATIC and n_out > 1):
        for r in range(n):  # R: largest z and its output; largest t and its output
            R[0, r], R[1, r] = A[first, r], zero
            R[2, r], R[3, r] = T[0, r], zero
        for o in range(1, n_out):
            for r in range(n):
                if A[first + o, r] > R[0, r]:
                    R[0, r], R[1, r] = A[first + o, r], type(one)(o)
                if code == _QUADRATIC and T[o, r] > R[2, r]:
                    R[2, r], R[3, r] = T[o, r], type(one)(o)
        for r in range(n):
            right = R[3, r] if code == _QUADRATIC else T[0, r]
            score[0] += weight[0, r] if R[1, r] == right else zero
        return
    if code != _BINARY and code != _MULTILABEL and code != _QUADRATIC:
        raise AssertionError("this head has no kernel for its score")
    for r in range(n):
        R[0, r] = one
    for o in range(n_out):
        for r in range(n):
            if (A[first + o, r] > 0) != (T[o, r] > type(one)(0.5)):
                R[0, r] = zero
    for r in range(n):
        score[0] += weight[0, r] * R[0, r]
