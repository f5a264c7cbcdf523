from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix import MLPClassifier, Model, Network
from separatrix.engine.numpy_engine import layer_outputs
from separatrix.errors import DataError, ParameterError
from separatrix.explain import hidden_space, hidden_units
from separatrix.explain.plane import grid_rows
from separatrix.network import PeriodicEmbedding

X = np.random.RandomState(0).randn(60, 2)


def random_model(*sizes: int, head: str = "binary", activation: str = "tanh") -> Model:
    network = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation=activation)
    return Model(network, np.random.RandomState(3).randn(network.n_parameters))


def test_each_layer_is_what_the_engine_computes() -> None:
    model = random_model(2, 5, 3, 1)
    seen = hidden_units(model, X, grid_resolution=6)
    rows = grid_rows(seen.plane, X)
    *hidden, _ = layer_outputs(model.network, model.theta, rows)
    for layer, outputs in zip(seen.layers, [*hidden, model.predict_proba(rows)[:, 1:]], strict=True):
        assert_allclose(layer.outputs.reshape(36, -1), outputs)
    assert_allclose(np.tanh(seen.layers[0].sums), seen.layers[0].outputs)
    assert [layer.activation for layer in seen.layers] == ["tanh", "tanh", "logistic"]
    assert_allclose(seen.layers[1].weights, model.coefs[1])


def test_the_sum_of_a_class_is_zero_where_another_becomes_more_probable() -> None:
    outputs = hidden_units(random_model(2, 4, 3, head="multiclass"), X, grid_resolution=9).layers[-1]
    is_likeliest = outputs.outputs.argmax(axis=-1)[..., np.newaxis] == np.arange(3)
    assert ((outputs.sums > 0) == is_likeliest).all()


def test_units_beyond_max_units_are_only_counted() -> None:
    seen = hidden_units(random_model(2, 30, 4, 1), X, grid_resolution=4, max_units=6)
    first, second, _ = seen.layers
    assert (first.n_units, first.outputs.shape) == (30, (4, 4, 6))
    assert (second.n_units, second.weights.shape) == (4, (6, 4))


@pytest.mark.parametrize(
    ("activation", "limits"), [("tanh", (-1, 1)), ("logistic", (0, 1)), ("relu", None), ("identity", None)]
)
def test_the_scale_of_a_unit_is_symmetric(activation: str, limits: tuple[float, float] | None) -> None:
    layer = hidden_units(random_model(2, 3, 1, activation=activation), X, grid_resolution=5).layers[0]
    size = np.abs(layer.outputs).max(axis=(0, 1))
    expected = np.column_stack([-size, size]) if limits is None else np.tile(limits, (3, 1))
    assert_allclose(layer.limits, expected)


def test_a_dead_unit_has_a_scale() -> None:
    model = Model(Network.mlp(2, (1,), 1, activation="relu"), [0.0, 0.0, -1.0, 1.0, 0.0])
    assert_allclose(hidden_units(model, X, grid_resolution=3).layers[0].limits, [[-1, 1]])


def test_a_network_without_hidden_layer_is_an_error() -> None:
    with pytest.raises(ParameterError, match="must have a hidden layer, got 2-1"):
        hidden_units(Model(Network.mlp(2, (), 1), np.zeros(3)), X)


def test_an_estimator_is_its_network() -> None:
    classifier = MLPClassifier((3,), solver="lbfgs", random_state=0, engine="numpy").fit(X, X[:, 0] > 0)
    by_model = hidden_units(classifier.to_model(), X, grid_resolution=3)
    by_estimator = hidden_units(classifier, X, grid_resolution=3)
    assert_allclose(by_estimator.layers[0].outputs, by_model.layers[0].outputs)


def test_two_units_are_the_axes_and_lines_of_the_input_have_images() -> None:
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
def test_with_up_to_three_classes_points_are_on_the_right_side_of_the_boundary(sizes: Any, head: str) -> None:
    model = random_model(*sizes, head=head)
    grid = hidden_space(model, X, grid_resolution=400).grid
    cut = grid.plane
    columns = np.abs(cut.u - cut.points[:, :1]).argmin(axis=1)
    rows = np.abs(cut.v - cut.points[:, 1:]).argmin(axis=1)
    shown, own = grid.probability[rows, columns], model.predict_proba(X)
    assert_allclose(shown, own[:, 1] if grid.is_binary else own, atol=0.04)  # half a step of the grid


def test_with_many_classes_the_plane_follows_the_output_weights() -> None:
    grid = hidden_space(random_model(2, 8, 6, head="multiclass"), X, grid_resolution=10).grid
    assert grid.probability.shape == (10, 10, 6)
    assert grid.plane.note.endswith("% of the variance of the 8 units")
    assert not grid.plane.is_exact  # six classes differ in more than two directions


def test_a_space_needs_two_hidden_units() -> None:
    with pytest.raises(ParameterError, match="must have a hidden layer, got 2-1"):
        hidden_space(Model(Network.mlp(2, (), 1), np.zeros(3)), X)
    with pytest.raises(ParameterError, match="two or more units"):
        hidden_space(random_model(2, 1, 1), X)


def test_inputs_with_an_embedding_have_no_weights() -> None:
    network = Network.mlp(2, (3,), 1, embedding=PeriodicEmbedding(2))
    model = Model(network, np.random.RandomState(3).randn(network.n_parameters))
    first, second = hidden_units(model, X, grid_resolution=4).layers
    assert first.weights.shape == (0, 3)
    assert_allclose(second.weights, model.coefs[1])


def test_of_many_rows_the_space_shows_a_sample_that_keeps_a_rare_class() -> None:
    rows = np.random.RandomState(1).randn(12_000, 2)
    y = np.zeros(12_000, int)
    y[[17, 11_000]] = 1
    model = random_model(2, 6, 1)
    space = hidden_space(model, rows, y, grid_resolution=5)
    assert (len(space.rows), space.n_rows_given) == (5000, 12_000)
    assert y[space.rows].sum() >= 1
    small = hidden_space(model, rows[space.rows], grid_resolution=5)
    assert_allclose(space.grid.plane.points, small.grid.plane.points)
    assert small.rows.tolist() == list(range(5000))
    with pytest.raises(DataError, match="X and y must have the same rows, got 12000 and 3"):
        hidden_space(model, rows, y[:3])
