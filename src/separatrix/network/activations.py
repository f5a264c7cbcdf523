"""Activations: the functions of the hidden units.

Each entry of `ACTIVATIONS` has two formulas, the value and the derivative. Where possible the derivative is
written from the output ``a``, so that a training step need not keep ``z``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LEAKY_SLOPE = 0.01  # as torch.nn.LeakyReLU
SELU_SCALE = 1.0507009873554804934193349852946  # Klambauer et al. 2017, eq. 2
SELU_ALPHA = 1.6732632423543772848170429916717
_SQRT_HALF = math.sqrt(0.5)
_DENSITY_AT_0 = 1.0 / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class Activation:
    """An elementwise function and its derivative.

    Attributes
    ----------
    name : str
        As in `Dense.activation`.
    value : callable
        ``value(z) -> a``, a new array.
    derivative : callable
        ``derivative(z, a) -> g'(z)``; `z` is read only if `from_output` is False.
    from_output : bool
        Whether the derivative needs only the output ``a``. If not, the engines keep what it needs.
    glorot_factor : float
        ``(n_in + n_out)`` times the square of the bound of the initialiser `glorot`: 6, or 2 for `logistic`,
        as in scikit-learn.
    derivative_formula : str
        The derivative as text, from the output ``{a}`` or from ``{z}``.
    """

    name: str
    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]
    from_output: bool = True
    glorot_factor: float = 6.0
    derivative_formula: str = ""

    def derivative_text(self, z: str, a: str) -> str:
        """Return the derivative as text, for the names or numbers `z` and `a`.

        Examples
        --------
        >>> ACTIVATIONS["tanh"].derivative_text("z1", "a1")
        '(1 - a1^2)'
        """
        return (self.derivative_formula or f"{self.name}'({{z}})").format(z=z, a=a)


def logistic(z: Array) -> Array:
    """Return ``1 / (1 + exp(-z))``, without overflow at either end."""
    e = np.exp(-np.abs(z))
    a: Array = np.maximum(e, z >= 0) / (1 + e)  # exp(min(z, 0)) above, faster than with np.where
    return a


def softplus(z: Array) -> Array:
    """Return ``log(1 + exp(z))``, without overflow of the exponential."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _erf(x: Array) -> Array:
    # NumPy has no error function and the browser's Python may lack SciPy: math.erf, element by element.
    value: Array = np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype)
    return value


def _normal_cdf(z: Array) -> Array:
    probability: Array = (1 + _erf(z * _SQRT_HALF)) / 2
    return probability


def _gelu_derivative(z: Array, a: Array) -> Array:
    return _normal_cdf(z) + z * np.exp(-z * z / 2) * _DENSITY_AT_0


def _elu(z: Array) -> Array:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def _silu_derivative(z: Array, a: Array) -> Array:
    s = logistic(z)
    derivative: Array = s + a * (1 - s)
    return derivative


def _mish(z: Array) -> Array:
    value: Array = z * np.tanh(softplus(z))
    return value


def _mish_derivative(z: Array, a: Array) -> Array:
    t = np.tanh(softplus(z))
    derivative: Array = t + z * (1 - t * t) * logistic(z)
    return derivative


def _selu(z: Array) -> Array:
    return np.where(z > 0, SELU_SCALE * z, SELU_SCALE * SELU_ALPHA * np.expm1(np.minimum(z, 0)))


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", lambda z: z.copy(), lambda z, a: np.ones_like(a), derivative_formula="1"),
        Activation(
            "logistic",
            logistic,
            lambda z, a: a * (1 - a),
            glorot_factor=2.0,
            derivative_formula="{a} * (1 - {a})",
        ),
        Activation("tanh", np.tanh, lambda z, a: 1 - a * a, derivative_formula="(1 - {a}^2)"),
        Activation(
            "relu",
            lambda z: np.maximum(z, 0),
            lambda z, a: (a > 0).astype(a.dtype),
            derivative_formula="({a} > 0)",
        ),
        Activation(
            "leaky_relu",
            lambda z: np.where(z > 0, z, LEAKY_SLOPE * z),
            lambda z, a: np.where(a > 0, 1, LEAKY_SLOPE).astype(a.dtype),
        ),
        Activation("elu", _elu, lambda z, a: np.where(a > 0, 1, a + 1)),  # Clevert et al. 2016, alpha = 1
        Activation("selu", _selu, lambda z, a: np.where(a > 0, SELU_SCALE, a + SELU_SCALE * SELU_ALPHA)),
        Activation("gelu", lambda z: z * _normal_cdf(z), _gelu_derivative, from_output=False),
        Activation("silu", lambda z: z * logistic(z), _silu_derivative, from_output=False),
        Activation("softplus", softplus, lambda z, a: -np.expm1(-a)),
        Activation("mish", _mish, _mish_derivative, from_output=False),  # Misra 2019, eq. 1
    )
}
