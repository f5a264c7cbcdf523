from __future__ import annotations

import math

import numpy as np
import pytest

from separatrix.network import ACTIVATIONS, Activation
from separatrix.network.activations import logistic, softplus

Z = np.array([-9.0, -2.0, -0.3, 0.4, 1.0, 8.0])
TEXTBOOK = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "selu": lambda z: 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * (math.exp(z) - 1)),
    "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z / (1 + math.exp(-z)),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "mish": lambda z: z * math.tanh(math.log(1 + math.exp(z))),
}
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


@every_activation
def test_value_is_the_textbook_s(activation: Activation) -> None:
    expected = [TEXTBOOK[activation.name](z) for z in Z]
    np.testing.assert_allclose(activation.value(Z), expected, rtol=1e-11)


@every_activation
def test_derivative_is_the_slope(activation: Activation) -> None:
    h = 1e-6
    slope = (activation.value(Z + h) - activation.value(Z - h)) / (2 * h)
    np.testing.assert_allclose(activation.derivative(Z, activation.value(Z)), slope, rtol=1e-6, atol=1e-9)


@every_activation
def test_derivative_from_output_does_not_read_z(activation: Activation) -> None:
    a = activation.value(Z)
    without_z = activation.derivative(np.full_like(Z, np.nan), a)
    assert np.isfinite(without_z).all() == activation.from_output


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_overflows(activation: Activation, dtype: type) -> None:
    z = np.array([-1000.0, 0.0, 1000.0], dtype)
    a = activation.value(z)
    derivative = activation.derivative(z, a)
    assert a.dtype == derivative.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(derivative).all()


@every_activation
def test_value_is_a_new_array(activation: Activation) -> None:
    z = Z.copy()
    activation.value(z)[:] = 7.0
    np.testing.assert_array_equal(z, Z)


def test_logistic_and_softplus_keep_their_digits_far_out() -> None:
    np.testing.assert_allclose(logistic(np.array([-700.0])), np.exp([-700.0]), rtol=1e-12)
    np.testing.assert_allclose(softplus(np.array([-40.0, 1000.0])), [math.exp(-40.0), 1000.0], rtol=1e-12)
