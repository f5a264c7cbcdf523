from __future__ import annotations

import numpy as np
import pytest

from separatrix.network.units import dead_units, saturated_units


@pytest.mark.parametrize(
    ("activation", "expected"), [("relu", [True, False]), ("leaky_relu", [False, False])]
)
def test_only_relu_units_can_be_dead(activation: str, expected: list[bool]) -> None:
    assert dead_units(activation, np.array([[0.0, 0.0], [0.0, 2.0]])).tolist() == expected


def test_a_unit_is_saturated_if_it_is_flat_for_more_than_95_in_100_rows() -> None:
    z = np.full((100, 3), 9.0)
    z[:5, 1], z[:4, 2] = 0.0, 0.0
    assert saturated_units("tanh", z, np.tanh(z)).tolist() == [True, False, True]


def test_the_slope_of_a_saturated_unit_is_below_a_hundredth_of_the_steepest() -> None:
    # 1 - tanh(z)^2 = 0.01 at z = 2.993; a (1 - a) = 0.0025 at z = 5.989
    z = np.array([[2.98, 3.01]])
    assert saturated_units("tanh", z, np.tanh(z)).tolist() == [False, True]
    z = np.array([[5.97, 6.01]])
    assert saturated_units("logistic", z, 1 / (1 + np.exp(-z))).tolist() == [False, True]


def test_functions_without_two_ends_are_never_saturated() -> None:
    z = np.full((3, 2), -50.0)
    assert not saturated_units("softplus", z, np.zeros((3, 2))).any()
