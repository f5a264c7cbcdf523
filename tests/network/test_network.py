from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from separatrix.errors import ParameterError
from separatrix.network import ACTIVATIONS, HEADS, Dense, Network

DENSE = st.builds(
    Dense,
    st.integers(1, 9),
    st.sampled_from(list(ACTIVATIONS)),
    st.booleans(),
    st.floats(0.0, 1.0, exclude_max=True),
)
NETWORKS = st.builds(
    lambda n_in, hidden, n_out, use_bias, head: Network(
        n_in, (*hidden, Dense(1 if head == "binary" else n_out, use_bias=use_bias)), head
    ),
    st.integers(1, 9),
    st.lists(DENSE, max_size=3),
    st.integers(2, 5),
    st.booleans(),
    st.sampled_from(list(HEADS)),
)


@given(NETWORKS)
def test_split_and_join_are_inverse(net: Network) -> None:
    theta = np.arange(net.n_parameters, dtype=float)
    weights, biases = net.split(theta)
    assert [w.shape for w in weights] == list(zip(net.sizes[:-1], net.sizes[1:], strict=True))
    assert [b.size for b in biases] == [layer.units * layer.use_bias for layer in net.layers]
    np.testing.assert_array_equal(net.join(weights, biases), theta)


@given(NETWORKS)
def test_the_layout_covers_theta_without_gaps(net: Network) -> None:
    ends = [0, *(end for s in net.layout for end in (s.weight.stop, s.bias.stop))]
    assert [start for s in net.layout for start in (s.weight.start, s.bias.start)] == ends[:-1]
    assert ends[-1] == net.n_parameters


@given(NETWORKS)
def test_to_dict_survives_json(net: Network) -> None:
    assert Network.from_dict(json.loads(json.dumps(net.to_dict()))) == net


def test_to_dict_turns_numpy_s_numbers_into_plain_ones() -> None:
    net = Network(
        np.int64(2),
        (Dense(np.int32(3), "tanh", np.True_, np.float32(0.5)), Dense(1)),
        "binary",
    )
    assert Network.from_dict(json.loads(json.dumps(net.to_dict()))) == net


def test_split_gives_views() -> None:
    net = Network.mlp(2, (), 1)
    theta = np.zeros(3)
    weights, biases = net.split(theta)
    weights[0][1, 0], biases[0][0] = 5.0, 7.0
    assert theta.tolist() == [0.0, 5.0, 7.0]


def test_mlp_takes_one_activation_and_dropout_or_one_each() -> None:
    net = Network.mlp(2, (3, 4), 2, activation=["tanh", "relu"], dropout=0.5, head="multiclass")
    assert net.layers == (
        Dense(3, "tanh", dropout=0.5),
        Dense(4, "relu", dropout=0.5),
        Dense(2),
    )
    assert str(net) == "2-3-4-2"
    assert (net.n_out, net.sizes) == (2, (2, 3, 4, 2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0), "units must be an integer of at least 1, got 0."),
        (lambda: Dense(2.0), "units must be an integer of at least 1, got 2.0."),
        (lambda: Dense(True), "units must be an integer of at least 1, got True."),
        (lambda: Dense(1, "tanhh"), "got 'tanhh'. Did you mean 'tanh'?"),
        (lambda: Dense(1, None), "activation must be one of 'identity', 'logistic', "),
        (lambda: Dense(1, use_bias=1), "use_bias must be True or False, got 1."),
        (lambda: Dense(1, dropout=1.0), "dropout must be a number in [0, 1), got 1.0."),
        (lambda: Dense(1, dropout=-0.1), "dropout must be a number in [0, 1), got -0.1."),
        (lambda: Network(0, (Dense(1),), "binary"), "n_in must be an integer of at least 1, got 0."),
        (lambda: Network(1, (Dense(1),), "binar"), "head must be one of "),
        (lambda: Network(1, (), "binary"), "layers must hold at least the output layer, got an empty tuple."),
        (
            lambda: Network(1, (Dense(1, "tanh"),), "binary"),
            "layers must end in a layer with activation 'identity'",
        ),
        (
            lambda: Network(1, (Dense(2),), "binary"),
            "head 'binary' needs 1 output unit, got 2; use 'multiclass'.",
        ),
        (
            lambda: Network(1, (Dense(1),), "multiclass"),
            "head 'multiclass' needs at least 2 output units, got 1.",
        ),
        (
            lambda: Network.mlp(1, (2, 3), 1, activation=["tanh"]),
            "activation must be one value or one for each of 2 hidden layers, got ['tanh'].",
        ),
        (
            lambda: Network.mlp(1, (), 1).join([np.zeros((2, 1))], [np.zeros(1)]),
            "layer 0 needs weights of shape (1, 1) and 1 biases, got (2, 1) and 1.",
        ),
        (
            lambda: Network.mlp(1, (), 1).join([], []),
            "weights and biases must have one array for each of 1 layers, got 0 and 0.",
        ),
    ],
)
def test_errors_name_parameter_rule_and_value(make: Any, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {},
        [],
        {"n_in": 1, "layers": 3, "head": "binary"},
        {"n_in": 1, "layers": ["dense"], "head": "binary"},
        {"n_in": 1, "layers": [{"units": 1}], "head": "binary"},
        {"n_in": 1, "layers": [{"kind": "conv", "units": 1}], "head": "binary"},
        {"n_in": 1, "layers": [{"kind": "dense", "units": 1, "surprise": 1}], "head": "binary"},
        {"n_in": 1, "layers": [{"kind": "dense", "units": "1"}], "head": "binary"},
        {"n_in": 1, "layers": [{"kind": "dense", "units": 1}], "head": ["binary"]},
    ],
)
def test_a_foreign_description_is_a_parameter_error(values: Any) -> None:
    with pytest.raises(ParameterError):
        Network.from_dict(values)
