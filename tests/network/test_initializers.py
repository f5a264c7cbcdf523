from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from separatrix.errors import ParameterError
from separatrix.network import INITIALIZERS, Network, initial_theta

REFERENCE = json.loads(
    Path(__file__).parents[1].joinpath("reference", "torch_reference.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    "entry", REFERENCE["initial"], ids=lambda e: f"{e['n_in']}-{e['hidden']}, {e['seed']}"
)
def test_torch_draws_what_pytorch_draws(entry: dict[str, Any]) -> None:
    net = Network.mlp(entry["n_in"], entry["hidden"], entry["n_out"], head="multilabel")
    # PyTorch's generator, too, is seeded with the lower 32 bits.
    theta = initial_theta(net, "torch", np.random.RandomState(entry["seed"] % 2**32), np.float32)
    assert theta.tolist() == entry["theta"]


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
def test_glorot_is_scikit_learn_s(activation: str) -> None:
    X, y = np.eye(3), [0, 1, 2]
    theirs = MLPClassifier(
        (4, 5), activation=activation, random_state=3, solver="sgd", learning_rate_init=1e-300
    ).partial_fit(X, y, classes=y)
    net = Network.mlp(3, (4, 5), 3, activation=activation, head="multiclass")
    theta = initial_theta(net, "glorot", np.random.RandomState(3))
    np.testing.assert_array_equal(theta, net.join(theirs.coefs_, theirs.intercepts_))


@pytest.mark.parametrize(("init", "numerator"), [("he", 2.0), ("lecun", 1.0)])
def test_he_and_lecun_have_their_variance(init: str, numerator: float) -> None:
    net = Network.mlp(50, (400,), 1)
    theta = initial_theta(net, init, np.random.RandomState(0))
    weights, biases = net.split(theta)
    assert weights[0].var() == pytest.approx(numerator / 50, rel=0.02)
    assert abs(weights[0]).max() <= np.sqrt(3 * numerator / 50)
    assert not any(b.any() for b in biases)


def test_uniform01_is_numpy_s_rand() -> None:
    net = Network.mlp(2, (5,), 1)
    weights, biases = net.split(initial_theta(net, "uniform01", np.random.RandomState(7)))
    generator = np.random.RandomState(7)
    for w in weights:
        np.testing.assert_array_equal(w, generator.rand(*w.shape))
    assert not any(b.any() for b in biases)


def test_zeros() -> None:
    assert not initial_theta(Network.mlp(2, (5,), 1), "zeros", np.random.RandomState(7)).any()


@pytest.mark.parametrize("init", INITIALIZERS)
def test_dtype_only_rounds_and_biases_may_be_missing(init: str) -> None:
    net = Network.mlp(3, (4,), 2, head="multilabel", fit_intercept=False)
    theta = initial_theta(net, init, np.random.RandomState(1))
    single = initial_theta(net, init, np.random.RandomState(1), np.float32)
    assert len(theta) == 3 * 4 + 4 * 2
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, theta.astype(np.float32))


def test_unknown_name() -> None:
    with pytest.raises(ParameterError, match=r"init must be one of .*'glorot'.* got 'glorott'.*'glorot'\?"):
        initial_theta(Network.mlp(1, (), 1), "glorott", np.random.RandomState(0))
