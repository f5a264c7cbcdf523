from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import ParameterError
from separatrix.explain.names import (
    input_names,
    layer_activations,
    output_names,
    parameter_index,
    parameter_names,
)
from separatrix.model import Model
from separatrix.network import Network


def model(network: Network, **parts: object) -> Model:
    return Model(network, np.zeros(network.n_parameters), **parts)  # type: ignore[arg-type]


def test_names_stand_in_the_order_of_theta() -> None:
    network = Network.mlp(2, (2,), 1)
    names = parameter_names(model(network, feature_names=["age", "dose"]))
    assert names[:5] == [
        "layer 0: w[age, 0]",
        "layer 0: w[age, 1]",
        "layer 0: w[dose, 0]",
        "layer 0: w[dose, 1]",
        "layer 0: b[0]",
    ]
    assert names[-1] == "layer 1: b[0]"
    weights, biases = network.split(np.arange(network.n_parameters))
    assert names.index("layer 1: w[1, 0]") == weights[1][1, 0]
    assert names.index("layer 0: b[1]") == biases[0][1]


@pytest.mark.parametrize("sizes", [(2, 3, 1), (1, 1), (4, 3), (2, 5, 4, 3)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_every_parameter_has_a_name_of_its_own(sizes: tuple[int, ...], fit_intercept: bool) -> None:
    n_in, *hidden, n_out = sizes
    head = "binary" if n_out == 1 else "multiclass"
    network = Network.mlp(n_in, hidden, n_out, head=head, fit_intercept=fit_intercept)
    names = parameter_names(model(network))
    assert len(set(names)) == len(names) == network.n_parameters
    assert [parameter_index(model(network), name) for name in names] == list(range(len(names)))


def test_an_unknown_name_is_answered_with_one_that_is() -> None:
    with pytest.raises(ParameterError, match=r"such as 'w\[age\]' or 'b', got 'w\[aeg\]'\. Did you mean"):
        parameter_index(model(Network.mlp(2, (), 1), feature_names=["age", "dose"]), "w[aeg]")


def test_a_name_wins_over_a_number() -> None:
    swapped = model(Network.mlp(2, (), 1), feature_names=["1", "0"])
    assert parameter_index(swapped, "w[1]") == 0


def test_outputs_are_called_by_their_classes() -> None:
    assert output_names(model(Network.mlp(1, (), 3, head="multiclass"), classes=["a", "b", "c"])) == list(
        "abc"
    )
    assert output_names(model(Network.mlp(1, (), 1))) == ["P(1)"]
    assert output_names(model(Network.mlp(1, (), 1, head="regression"), target_name="price")) == ["price"]
    assert output_names(model(Network.mlp(1, (), 2, head="regression"))) == ["y1", "y2"]
    assert input_names(model(Network.mlp(2, (), 1))) == ["x1", "x2"]


@pytest.mark.parametrize(
    ("head", "n_out", "function"),
    [
        ("binary", 1, "logistic"),
        ("quadratic", 2, "logistic"),
        ("multilabel", 2, "logistic"),
        ("multiclass", 2, "softmax"),
        ("regression", 1, "identity"),
        ("poisson", 1, "exp"),
    ],
)
def test_the_last_function_is_the_heads(head: str, n_out: int, function: str) -> None:
    assert layer_activations(model(Network.mlp(1, (3,), n_out, activation="tanh", head=head))) == [
        "tanh",
        function,
    ]
