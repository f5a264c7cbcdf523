from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix import HiddenSpaceDisplay, Model, Network
from separatrix.errors import ParameterError

X = np.random.RandomState(0).randn(40, 2)
Y = (X[:, 0] > 0).astype(int)


def random_model(*sizes: int, head: str = "binary", **parts: object) -> Model:
    network = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation="tanh")
    return Model(network, np.random.RandomState(3).randn(network.n_parameters), **parts)


def test_the_space_holds_the_points_the_line_and_the_bent_lines() -> None:
    display = HiddenSpaceDisplay.from_estimator(random_model(2, 2, 1), X, Y, grid_resolution=20)
    points = np.concatenate([artist.get_offsets() for artist in display.boundary_.points_])
    assert_allclose(np.sort(points, axis=0), np.sort(display.space.grid.plane.points, axis=0))
    assert display.mesh_ is not None
    assert len(display.mesh_.get_segments()) == 34
    assert display.ax_.get_title() == "as seen by the hidden layer (2 units)"
    assert display.ax_.get_xlabel() == "unit 1"


def test_of_more_units_the_axes_say_what_they_are() -> None:
    model = random_model(2, 6, 1)
    theta = model.theta.copy()
    theta[-1] -= np.median(model.decision_function(X))  # so that the line runs through the points
    display = HiddenSpaceDisplay.from_estimator(replace(model, theta=theta), X, Y, grid_resolution=20)
    assert display.mesh_ is None
    assert display.ax_.get_xlabel().startswith("along the output's weights\nplane with ")
    (line,) = display.boundary_.lines_
    assert_allclose(np.ptp(line.get_paths()[0].vertices[:, 0]), 0, atol=1e-3)  # across the weights


def test_numbers_have_no_space_parted_by_lines() -> None:
    with pytest.raises(ParameterError, match="must be a classifier, got a model that predicts"):
        HiddenSpaceDisplay.from_estimator(random_model(2, 3, 1, head="regression"), X)
