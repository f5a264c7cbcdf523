from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from separatrix import Model, Network
from separatrix.errors import DataError
from separatrix.explain import trace
from separatrix.plots.step import StepDisplay


def traced(hidden=(3,), rows=1):
    network = Network.mlp(2, hidden, 1)
    model = Model(network, np.random.default_rng(0).normal(size=network.n_parameters))
    return trace(model, np.ones((rows, 2)), [1] * rows, learning_rate=0.1)


def test_the_numbers_are_those_of_the_step():
    step = traced()
    display = StepDisplay.from_trace(step)
    forward, backward = ([text.get_text() for text in texts] for texts in display.values_)
    assert forward == [f"{v:.3g}" for name in ("x", "a1", "a2") for v in step[name][0]]
    assert backward == [f"{v:.3g}" for name in ("dz1", "dz2") for v in step[name][0]]
    assert len(display.axes_[0].texts) > len(forward)  # those of the connections


def test_wide_layers_are_folded_and_have_no_numbers_on_connections():
    display = StepDisplay.from_trace(traced((40,)), max_units=5)
    assert len(display.values_[1]) == 5 + 1
    gradients = display.diagrams_[1].diagram
    assert gradients.weights[0].shape == (2, 5)


def test_own_axes_are_used():
    figure, axes = plt.subplots(2, 1)
    display = StepDisplay.from_trace(traced(), axes=axes)
    assert display.figure_ is figure


def test_several_rows_are_refused():
    with pytest.raises(DataError, match="a step is drawn of one row, and this trace has 2"):
        StepDisplay(traced(rows=2))
