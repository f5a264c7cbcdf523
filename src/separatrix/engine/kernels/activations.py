"""Activations over rows, forward and backward; formulas as in `separatrix.spec.activations`."""

from __future__ import annotations

from separatrix.engine._jit import kernel
from separatrix.engine.kernels.functions import exp_negative, logistic, normal_cdf, softplus, tanh
from separatrix.spec.activations import ACTIVATIONS, LEAKY_SLOPE, SELU_ALPHA, SELU_SCALE

CODES = {name: code for code, name in enumerate(ACTIVATIONS)}
_LOGISTIC, _TANH, _RELU, _LEAKY, _ELU, _SELU, _GELU, _SILU, _SOFTPLUS = range(1, 10)
_SELU_SLOPE = SELU_SCALE * SELU_ALPHA


@kernel
def activate(code, A, S, first, n_units, n):
    """Turn the z in rows ``A[first : first + n_units]`` into ``g(z)``; gelu and silu keep ``g'(z)`` in S."""
    for u in range(first, first + n_units):
        if code == _LOGISTIC:
            for r in range(n):
                A[u, r] = logistic(A[u, r])
        elif code == _TANH:
            for r in range(n):
                A[u, r] = tanh(A[u, r])
        elif code == _RELU:
            for r in range(n):
                z = A[u, r]
                A[u, r] = z if z > 0 else type(z)(0.0)
        elif code == _LEAKY:
            for r in range(n):
                z = A[u, r]
                A[u, r] = z if z > 0 else z * type(z)(LEAKY_SLOPE)
        elif code == _ELU:
            for r in range(n):
                z = A[u, r]
                A[u, r] = z if z > 0 else exp_negative(abs(z)) - type(z)(1.0)
        elif code == _SELU:
            for r in range(n):
                z = A[u, r]
                below = type(z)(_SELU_SLOPE) * (exp_negative(abs(z)) - type(z)(1.0))
                A[u, r] = type(z)(SELU_SCALE) * z if z > 0 else below
        elif code == _GELU:
            for r in range(n):
                z = A[u, r]
                phi = normal_cdf(z)
                density = type(z)(0.3989422804014327) * exp_negative(z * z * type(z)(0.5))
                A[u, r] = z * phi
                S[u, r] = phi + z * density
        elif code == _SILU:
            for r in range(n):
                z = A[u, r]
                s = logistic(z)
                A[u, r] = z * s
                S[u, r] = s + z * s * (type(z)(1.0) - s)
        elif code == _SOFTPLUS:
            for r in range(n):
                A[u, r] = softplus(A[u, r])


@kernel
def times_derivative(code, A, S, D, first, n_units, n):
    """Multiply the rows ``D[first : first + n_units]`` by ``g'``, written from the outputs in A."""
    for u in range(first, first + n_units):
        if code == _LOGISTIC:
            for r in range(n):
                a = A[u, r]
                D[u, r] *= a * (type(a)(1.0) - a)
        elif code == _TANH:
            for r in range(n):
                a = A[u, r]
                D[u, r] *= type(a)(1.0) - a * a
        elif code == _RELU:
            for r in range(n):
                a = A[u, r]
                D[u, r] = D[u, r] if a > 0 else type(a)(0.0)
        elif code == _LEAKY:
            for r in range(n):
                a = A[u, r]
                D[u, r] *= type(a)(1.0) if a > 0 else type(a)(LEAKY_SLOPE)
        elif code == _ELU:
            for r in range(n):
                a = A[u, r]
                D[u, r] *= type(a)(1.0) if a > 0 else a + type(a)(1.0)
        elif code == _SELU:
            for r in range(n):
                a = A[u, r]
                D[u, r] *= type(a)(SELU_SCALE) if a > 0 else a + type(a)(_SELU_SLOPE)
        elif code == _GELU or code == _SILU:
            for r in range(n):
                D[u, r] *= S[u, r]
        elif code == _SOFTPLUS:
            for r in range(n):
                a = A[u, r]
                D[u, r] *= type(a)(1.0) - exp_negative(a)
