from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix import GradientDisplay, Model, Network
from separatrix.data.table import Table
from separatrix.plots.display import Subject

X = np.random.RandomState(0).randn(20, 2)
Y = np.where(X[:, 0] > 0.3, "yes", "no")
NETWORK = Network.mlp(2, (3,), 1, activation="tanh")
MODEL = Model(NETWORK, np.random.RandomState(1).randn(NETWORK.n_parameters), classes=["no", "yes"])


def test_the_slope_of_the_tangent_is_the_gradient_and_that_of_the_loss_there() -> None:
    display = GradientDisplay.from_estimator(MODEL, X, Y, grid_resolution=2001)
    (x0, x1), (y0, y1) = display.tangent_.get_data()
    gradient = (y1 - y0) / (x1 - x0)
    assert gradient == pytest.approx(display.slope.gradient)
    x, loss = display.line_.get_data()
    assert gradient == pytest.approx(np.interp(display.slope.value, x, np.gradient(loss, x)), rel=1e-3)


def test_the_point_lies_on_the_loss_and_on_the_tangent() -> None:
    display = GradientDisplay.from_estimator(MODEL, X, Y)
    (x,), (y,) = display.point_.get_data()
    assert y == pytest.approx(np.interp(x, *display.line_.get_data()), rel=1e-4)
    assert y == pytest.approx(np.interp(x, *display.tangent_.get_data()))
    index = np.flatnonzero(MODEL.theta == x)
    assert len(index) == 1


@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_the_arrow_goes_against_the_slope_by_rate_times_gradient(rate: float) -> None:
    display = GradientDisplay.from_estimator(MODEL, X, Y, learning_rate=rate)
    start, end = display.step_.xyann[0], display.step_.xy[0]
    assert_allclose(end - start, -rate * display.slope.gradient)


def test_a_step_out_of_the_axes_is_not_drawn() -> None:
    assert GradientDisplay.from_estimator(MODEL, X, Y, learning_rate=1e6).step_ is None
    assert GradientDisplay.from_estimator(MODEL, X, Y).step_ is None


def test_the_command_line_chooses_the_parameter() -> None:
    table = Table({"x1": X[:, 0], "x2": X[:, 1]})
    display = GradientDisplay.draw(Subject(MODEL, table, Y, parameters=["layer 1: b[0]", "layer 0: b[0]"]))
    assert display.ax_.get_xlabel() == "layer 1: b[0]"
