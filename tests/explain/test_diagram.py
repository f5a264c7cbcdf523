from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import ParameterError
from separatrix.explain import network_diagram
from separatrix.model import Model
from separatrix.network import Network


def random_model(*sizes: int, **settings: bool) -> Model:
    n_in, *hidden, n_out = sizes
    network = Network.mlp(n_in, hidden, n_out, head="binary" if n_out == 1 else "multiclass", **settings)
    return Model(network, np.random.default_rng(0).normal(size=network.n_parameters))


def test_a_small_network_is_shown_whole() -> None:
    model = random_model(2, 4, 3)
    diagram = network_diagram(model)
    assert (diagram.network, diagram.n_parameters) == ("2-4-3", 27)
    assert not diagram.is_folded
    assert [layer.n_units for layer in diagram.layers] == [2, 4, 3]
    for shown, w in zip(diagram.weights, model.coefs, strict=True):
        np.testing.assert_array_equal(shown, w)
    for layer, b in zip(diagram.layers[1:], model.intercepts, strict=True):
        np.testing.assert_array_equal(layer.biases, b)
    assert diagram.largest_weight == max(abs(w).max() for w in model.coefs)
    assert diagram.largest_bias == max(abs(b).max() for b in model.intercepts)


def test_columns_are_centred_and_their_first_unit_is_on_top() -> None:
    for layer in network_diagram(random_model(2, 7, 30, 1), max_units=5).layers:
        heights = [*layer.y, *([] if layer.fold_y is None else [layer.fold_y])]
        assert sum(heights) == pytest.approx(0)
        assert np.all(np.diff(heights) == -1)


def test_a_wide_layer_shows_the_units_with_the_largest_outgoing_weights() -> None:
    model = random_model(30, 100, 4)
    diagram = network_diagram(model, max_units=8)
    inputs, hidden, outputs = diagram.layers
    assert (inputs.n_folded, hidden.n_folded, outputs.n_folded) == (22, 92, 0)
    strength = np.abs(model.coefs[1]).sum(axis=1)
    assert sorted(hidden.units) == hidden.units.tolist()
    assert strength[hidden.units].min() > np.delete(strength, hidden.units).max()
    np.testing.assert_array_equal(diagram.weights[0], model.coefs[0][np.ix_(inputs.units, hidden.units)])
    assert inputs.names == tuple(f"x{unit + 1}" for unit in inputs.units)
    assert diagram.height == 9


def test_a_wide_output_shows_the_units_with_the_largest_incoming_weights() -> None:
    model = random_model(3, 12)
    shown = network_diagram(model, max_units=4).layers[1].units
    strength = np.abs(model.coefs[0]).sum(axis=0)
    assert set(shown) == set(np.argsort(-strength)[:4])


def test_a_network_without_biases_has_none() -> None:
    diagram = network_diagram(random_model(2, 3, 1, fit_intercept=False))
    assert diagram.largest_bias == 0
    assert all(len(layer.biases) == 0 for layer in diagram.layers)


def test_a_long_name_is_cut() -> None:
    model = Model(Network.mlp(1, (), 1), np.zeros(2), feature_names=["n" * 100])
    (name,) = network_diagram(model).layers[0].names
    assert name == "n" * 23 + "…"


def test_what_has_no_network_is_refused() -> None:
    with pytest.raises(ParameterError, match="got dict"):
        network_diagram({})
    with pytest.raises(ParameterError, match="max_units must be an integer of at least 1, got 0"):
        network_diagram(random_model(1, 1), max_units=0)
