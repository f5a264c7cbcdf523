from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from separatrix import MLPClassifier, Model, Network
from separatrix.engine.numpy_engine import layer_outputs
from separatrix.errors import DataError
from separatrix.explain import activation_histograms
from separatrix.explain.activation_histograms import histograms_of

X = np.random.RandomState(0).randn(50, 2)


@pytest.fixture(scope="module")
def recorded() -> MLPClassifier:
    network = MLPClassifier((4, 3), "tanh", max_iter=10, learning_rate_init=0.1, record=1, random_state=0)
    with pytest.warns(match="limit"):
        return network.fit(X, X[:, 0] > 0)


def test_the_fractions_are_those_of_the_layer_outputs_of_the_epoch(recorded: MLPClassifier) -> None:
    seen = activation_histograms(recorded, X, epochs=(0, 10), bins=8)
    assert seen.epochs == (0, 10)
    assert seen.n_rows == 50
    for row, epoch in enumerate(seen.epochs):
        outputs = layer_outputs(recorded.network_, recorded.recording_.thetas[epoch], X)[:-1]
        for layer, a, edges in zip(seen.layers[row], outputs, seen.edges, strict=True):
            assert_array_equal(edges, np.linspace(-1, 1, 9))
            assert_allclose(layer.fractions, np.histogram(a, edges)[0] / a.size)
            assert layer.fractions.sum() == pytest.approx(1.0)


def test_dead_and_saturated_units_are_counted() -> None:
    network = Network.mlp(2, (3,), 1, activation="relu")
    dead = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    model = Model(
        network, network.join([np.array(dead), np.ones((3, 1))], [np.array([-1.0, 0, -2]), np.zeros(1)])
    )
    (layer,) = activation_histograms(model, X).layers[0]
    assert (layer.n_units, layer.n_dead, layer.n_saturated) == (3, 2, 0)
    network = Network.mlp(2, (2,), 1, activation="tanh")
    model = Model(
        network, network.join([np.zeros((2, 2)), np.ones((2, 1))], [np.array([9.0, 0.1]), np.zeros(1)])
    )
    (layer,) = activation_histograms(model, X).layers[0]
    assert (layer.n_dead, layer.n_saturated) == (0, 1)


def test_a_layer_without_two_ends_has_the_range_of_its_values_at_all_epochs() -> None:
    network = MLPClassifier((4,), "relu", max_iter=5, learning_rate_init=0.1, record=1, random_state=0)
    with pytest.warns(match="limit"):
        network.fit(X, X[:, 0] > 0)
    seen = activation_histograms(network, X, epochs=range(6))
    largest = max(layer_outputs(network.network_, theta, X)[0].max() for theta in network.recording_.thetas)
    assert_allclose(seen.edges[0][[0, -1]], [0.0, largest])


def test_epochs_need_a_recording(recorded: MLPClassifier) -> None:
    with pytest.raises(DataError, match="has no recording"):
        activation_histograms(recorded.to_model(), X, epochs=2)
    with pytest.raises(DataError, match="no rows"):
        activation_histograms(recorded, X[:0])


def test_of_many_rows_a_sample_is_counted() -> None:
    rows = np.random.RandomState(1).randn(7000, 2)
    model = Model(Network.mlp(2, (3,), 1, activation="tanh"), np.random.RandomState(3).randn(13))
    seen = activation_histograms(model, rows)
    assert (seen.n_rows, seen.n_rows_given) == (5000, 7000)
    every = histograms_of(model.network, [model.theta], rows)
    assert (every.n_rows, every.n_rows_given) == (7000, 7000)
    assert_allclose(seen.layers[0][0].fractions, every.layers[0][0].fractions, atol=0.02)
