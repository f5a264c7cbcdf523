from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix import Model, Network
from separatrix.engine.numpy_engine import layer_outputs
from separatrix.errors import ParameterError
from separatrix.explain import hidden_space

X = np.random.RandomState(0).randn(60, 2)


def random_model(*sizes: int, head: str = "binary") -> Model:
    network = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation="tanh")
    return Model(network, np.random.RandomState(3).randn(network.n_parameters))


def test_two_units_are_shown_as_they_are_with_the_bent_lines() -> None:
    model = random_model(2, 4, 2, 1)
    space = hidden_space(model, X, grid_resolution=30)
    hidden = layer_outputs(model.network, model.theta, X)[-2]
    assert_allclose(space.grid.plane.points, hidden)
    assert len(space.mesh) == 34
    assert all(np.abs(line).max() <= 1 for line in space.mesh)
    assert space.layer == "hidden layer 2 (2 units)"


@pytest.mark.parametrize(
    ("sizes", "head"), [((2, 6, 1), "binary"), ((2, 5, 6, 3), "multiclass"), ((2, 2, 1), "binary")]
)
def test_up_to_three_classes_every_point_is_on_its_side_of_the_line(sizes: Any, head: str) -> None:
    model = random_model(*sizes, head=head)
    grid = hidden_space(model, X, grid_resolution=400).grid
    cut = grid.plane
    columns = np.abs(cut.u - cut.points[:, :1]).argmin(axis=1)
    rows = np.abs(cut.v - cut.points[:, 1:]).argmin(axis=1)
    shown, own = grid.probability[rows, columns], model.predict_proba(X)
    assert_allclose(shown, own[:, 1] if grid.is_binary else own, atol=0.04)  # half a step of the grid


def test_of_many_classes_the_plane_is_that_of_what_the_outputs_read() -> None:
    grid = hidden_space(random_model(2, 8, 6, head="multiclass"), X, grid_resolution=10).grid
    assert grid.probability.shape == (10, 10, 6)
    assert "of the units' variance" in grid.plane.note


def test_there_must_be_hidden_units_to_look_at() -> None:
    with pytest.raises(ParameterError, match="must have a hidden layer, got 2-1"):
        hidden_space(Model(Network.mlp(2, (), 1), np.zeros(3)), X)
    with pytest.raises(ParameterError, match="two or more units"):
        hidden_space(random_model(2, 1, 1), X)
