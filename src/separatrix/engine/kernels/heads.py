"""Heads over rows: loss, ``dz`` and score; formulas as in `separatrix.spec.heads`."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import kernel
from separatrix.engine.kernels.functions import exp_negative, log1p_unit, log_normal, logistic
from separatrix.spec.heads import HEADS

CODES = {name: code for code, name in enumerate(HEADS)}
_BINARY, _MULTILABEL, _MULTICLASS, _REGRESSION, _QUADRATIC, _POISSON = range(6)


@kernel
def loss_and_dz(code, A, D, T, weight, R, first, n_out, n):
    """Return the weighted sum of the losses; rows `first`… of A hold z, those of D receive ``dz``."""
    zero, one, half = type(A[0, 0])(0.0), type(A[0, 0])(1.0), type(A[0, 0])(0.5)
    total = zero
    if code == _MULTICLASS:
        return _softmax(A, D, T, weight, R, first, n_out, n)
    for o in range(n_out):
        u = first + o
        if code == _BINARY or code == _MULTILABEL:
            for r in range(n):
                z, t, w = A[u, r], T[o, r], weight[r]
                e = exp_negative(abs(z))
                p = (one if z >= 0 else e) / (one + e)
                total += w * (max(z, zero) + log1p_unit(e) - t * z)
                D[u, r] = w * (p - t)
        elif code == _REGRESSION:
            for r in range(n):
                d, w = A[u, r] - T[o, r], weight[r]
                total += w * half * d * d
                D[u, r] = w * d
        elif code == _QUADRATIC:
            for r in range(n):
                a, w = logistic(A[u, r]), weight[r]
                d = a - T[o, r]
                total += w * half * d * d
                D[u, r] = w * d * a * (one - a)
        else:
            for r in range(n):
                z, t, w = A[u, r], T[o, r], weight[r]
                mean = np.exp(z)
                log_t = np.log(t) if t > 0 else zero
                total += w * (t * log_t - t * z - t + mean)
                D[u, r] = w * (mean - t)
    return total


@kernel
def _softmax(A, D, T, weight, R, first, n_out, n):
    total = type(A[0, 0])(0.0)
    for r in range(n):
        R[0, r] = A[first, r]
        R[1, r] = type(A[0, 0])(0.0)
    for u in range(first + 1, first + n_out):
        for r in range(n):
            R[0, r] = max(R[0, r], A[u, r])
    for u in range(first, first + n_out):
        for r in range(n):
            e = exp_negative(R[0, r] - A[u, r])
            D[u, r] = e
            R[1, r] += e
    for c in range(n_out):
        u = first + c
        for r in range(n):
            w = weight[r]
            chosen = type(w)(1.0) if T[0, r] == type(w)(c) else type(w)(0.0)
            total += w * chosen * (R[0, r] - A[u, r])
            D[u, r] = w * (D[u, r] / R[1, r] - chosen)
    for r in range(n):
        total += weight[r] * log_normal(R[1, r])
    return total


@kernel
def add_score(code, A, T, weight, R, first, n_out, n, score):
    """Add this block's share of the score: weight of right rows to ``score[0]``, or squared errors by output."""
    one, zero = type(A[0, 0])(1.0), type(A[0, 0])(0.0)
    if code == _REGRESSION or code == _POISSON:
        for o in range(n_out):
            for r in range(n):
                z = A[first + o, r]
                d = T[o, r] - (z if code == _REGRESSION else np.exp(z))
                score[o] += weight[r] * d * d
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
            score[0] += weight[r] if R[1, r] == right else zero
        return
    for r in range(n):
        R[0, r] = one
    for o in range(n_out):
        for r in range(n):
            if (A[first + o, r] > 0) != (T[o, r] > type(one)(0.5)):
                R[0, r] = zero
    for r in range(n):
        score[0] += weight[r] * R[0, r]
