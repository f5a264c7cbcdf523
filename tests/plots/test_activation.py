from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from separatrix import ActivationDisplay, Model, Network
from separatrix.errors import ParameterError
from separatrix.network import ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_lines_are_the_function_with_weight_and_bias(name: str) -> None:
    display = ActivationDisplay.from_names(name, weights=(0.5, 2.0), biases=(-1.0, 3.0))
    ((by_weight, by_bias),) = display.lines_
    value = ACTIVATIONS[name].value
    for line, w in zip(by_weight, (0.5, 2.0), strict=True):
        assert_allclose(line.get_ydata(), value(w * line.get_xdata()))
    for line, b in zip(by_bias, (-1.0, 3.0), strict=True):
        assert_allclose(line.get_ydata(), value(line.get_xdata() + b))


def test_all_activations_by_default() -> None:
    display = ActivationDisplay.from_names()
    titles = [ax.get_title() for ax in display.axes_[:, 0]]
    assert titles == [f"{name}(w x)" for name in ACTIVATIONS]


def test_the_functions_of_a_network_each_once() -> None:
    network = Network.mlp(2, (3, 3), 1, activation="tanh")
    display = ActivationDisplay.from_estimator(Model(network, np.ones(network.n_parameters)))
    assert [curves.name for curves in display.curves] == ["tanh", "logistic"]


def test_given_axes() -> None:
    axes = plt.subplots(1, 2)[1]
    assert ActivationDisplay.from_names("relu", axes=axes).axes_[0, 1] is axes[1]
    with pytest.raises(ParameterError, match="axes must be 2, two for each activation, got 1"):
        ActivationDisplay.from_names("relu", axes=axes[0])
