"""Activations over rows, forward and backward; formulas as in `separatrix.network.activations`."""

from __future__ import annotations

import math

from separatrix.engine._jit import kernel
from separatrix.engine.kernels.functions import exp_negative, logistic, softplus, tanh
from separatrix.engine.lanes import absolute, lanes, load, maximum, store, where
from separatrix.network.activations import ACTIVATIONS, LEAKY_SLOPE, SELU_ALPHA, SELU_SCALE

CODES = {name: code for code, name in enumerate(ACTIVATIONS)}
_IDENTITY, _LOGISTIC, _TANH = CODES["identity"], CODES["logistic"], CODES["tanh"]
_RELU, _LEAKY, _ELU, _SELU = CODES["relu"], CODES["leaky_relu"], CODES["elu"], CODES["selu"]
_GELU, _SILU, _SOFTPLUS, _MISH = CODES["gelu"], CODES["silu"], CODES["softplus"], CODES["mish"]
_SELU_SLOPE = SELU_SCALE * SELU_ALPHA


@kernel
def activate(code, A, S, first, n_units, n):
    """Replace ``z`` in rows ``A[first : first + n_units]`` by ``g(z)``.

    Activations whose derivative cannot be written from the output store ``g'(z)`` in S.
    """
    for u in range(first, first + n_units):
        if code == _LOGISTIC:
            for r in range(0, n, lanes(A)):
                store(A, u, r, logistic(load(A, u, r)))
        elif code == _TANH:
            for r in range(0, n, lanes(A)):
                store(A, u, r, tanh(load(A, u, r)))
        elif code == _RELU:
            for r in range(0, n, lanes(A)):
                store(A, u, r, maximum(load(A, u, r), 0.0))
        elif code == _LEAKY:
            for r in range(0, n, lanes(A)):
                z = load(A, u, r)
                store(A, u, r, where(z > 0.0, z, z * LEAKY_SLOPE))
        elif code == _ELU:
            for r in range(0, n, lanes(A)):
                z = load(A, u, r)
                store(A, u, r, where(z > 0.0, z, exp_negative(absolute(z)) - 1.0))
        elif code == _SELU:
            for r in range(0, n, lanes(A)):
                z = load(A, u, r)
                store(
                    A, u, r, where(z > 0.0, z * SELU_SCALE, (exp_negative(absolute(z)) - 1.0) * _SELU_SLOPE)
                )
        elif code == _GELU:
            for r in range(n):
                z = float(A[u, r])
                cdf = 0.5 * (1.0 + math.erf(z * 0.7071067811865476))
                A[u, r] = z * cdf
                S[u, r] = cdf + z * 0.3989422804014327 * math.exp(-0.5 * z * z)
        elif code == _SILU:
            for r in range(0, n, lanes(A)):
                z = load(A, u, r)
                s = logistic(z)
                store(A, u, r, z * s)
                store(S, u, r, s + z * s * (1.0 - s))
        elif code == _SOFTPLUS:
            for r in range(0, n, lanes(A)):
                store(A, u, r, softplus(load(A, u, r)))
        elif code == _MISH:
            _mish(A, S, u, n)
        elif code != _IDENTITY:
            raise AssertionError("this activation has no kernel")


@kernel
def _mish(A, S, u, n):
    # A call of its own: inlined, its registers slow down the other activations.
    for r in range(0, n, lanes(A)):
        z = load(A, u, r)
        # t = tanh(softplus(z)) = p / (p + q), without a difference that loses digits
        e = exp_negative(absolute(z))
        p = where(z >= 0.0, e + e + 1.0, e * (e + 2.0))
        q = where(z >= 0.0, e * e * 2.0, 2.0)
        t = p / (p + q)
        slope = (q / (p + q)) * (t + 1.0) * (where(z >= 0.0, 1.0, e) / (e + 1.0))
        store(A, u, r, z * t)
        store(S, u, r, t + z * slope)


@kernel
def times_derivative(code, A, S, D, first, n_units, n):
    """Multiply the rows ``D[first : first + n_units]`` by ``g'``, from the outputs in A, or kept in S."""
    for u in range(first, first + n_units):
        if code == _LOGISTIC:
            for r in range(0, n, lanes(A)):
                a = load(A, u, r)
                store(D, u, r, load(D, u, r) * (a * (1.0 - a)))
        elif code == _TANH:
            for r in range(0, n, lanes(A)):
                a = load(A, u, r)
                store(D, u, r, load(D, u, r) * (1.0 - a * a))
        elif code == _RELU:
            for r in range(0, n, lanes(A)):
                store(D, u, r, where(load(A, u, r) > 0.0, load(D, u, r), 0.0))
        elif code == _LEAKY:
            for r in range(0, n, lanes(A)):
                d = load(D, u, r)
                store(D, u, r, where(load(A, u, r) > 0.0, d, d * LEAKY_SLOPE))
        elif code == _ELU:
            for r in range(0, n, lanes(A)):
                a, d = load(A, u, r), load(D, u, r)
                store(D, u, r, where(a > 0.0, d, d * (a + 1.0)))
        elif code == _SELU:
            for r in range(0, n, lanes(A)):
                a, d = load(A, u, r), load(D, u, r)
                store(D, u, r, d * where(a > 0.0, SELU_SCALE, a + _SELU_SLOPE))
        elif code == _GELU or code == _SILU or code == _MISH:
            for r in range(0, n, lanes(A)):
                store(D, u, r, load(D, u, r) * load(S, u, r))
        elif code == _SOFTPLUS:
            for r in range(0, n, lanes(A)):
                store(D, u, r, load(D, u, r) * (1.0 - exp_negative(maximum(load(A, u, r), 0.0))))
        elif code != _IDENTITY:
            raise AssertionError("this activation has no kernel for its derivative")
