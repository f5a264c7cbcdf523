from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from separatrix.errors import ParameterError
from separatrix.explain import activation_curves
from separatrix.network import ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_weight_scales_the_input_and_the_bias_is_added(name: str) -> None:
    curves = activation_curves(name, weights=(0.5, 3.0), biases=(-2.0, 1.0), grid_resolution=13)
    value = ACTIVATIONS[name].value
    assert_allclose(curves.steepness, [value(0.5 * curves.x), value(3.0 * curves.x)])
    assert_allclose(curves.place, [value(curves.x - 2.0), value(curves.x + 1.0)])
    assert_array_equal(curves.x, np.linspace(-6, 6, 13))


def test_the_slope_at_0_is_the_weight_times_that_of_the_function() -> None:
    curves = activation_curves("logistic", weights=(1.0, 2.0, 8.0), limits=(-1e-4, 1e-4), grid_resolution=3)
    slopes = (curves.steepness[:, 2] - curves.steepness[:, 0]) / 2e-4
    assert_allclose(slopes, [0.25, 0.5, 2.0], rtol=1e-6)


def test_the_curve_with_a_bias_is_at_one_half_where_the_sum_is_0() -> None:
    curves = activation_curves("logistic", biases=(-3.0, 3.0), grid_resolution=13)
    assert curves.place[0, curves.x == 3.0] == curves.place[1, curves.x == -3.0] == 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "sigmoid"}, "name must be one of"),
        ({"weights": ()}, "weights must hold one number or more"),
        ({"biases": ()}, "biases must hold one number or more"),
        ({"limits": (1.0, 1.0)}, "limits must be the lower and the upper end"),
    ],
)
def test_wrong_values(settings: dict, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        activation_curves(**{"name": "tanh"} | settings)
