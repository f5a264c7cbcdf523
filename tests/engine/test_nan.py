"""Parameters that are NaN give a loss that is NaN, with every activation and head: nothing hides them."""

import numpy as np
import pytest

from separatrix.engine import ENGINES, get_engine
from separatrix.engine.base import Data, Plan
from separatrix.network import ACTIVATIONS, HEADS, SGD, Network

pytestmark = pytest.mark.compiles


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [name for name in ENGINES if name != "auto"])
@pytest.mark.promise("A parameter that is NaN gives a loss that is NaN, in both engines")
def test_parameters_that_are_nan_give_a_loss_that_is_nan(name, dtype, record_property):
    engine, rng, n_cases = get_engine(name), np.random.default_rng(0), 0
    X = rng.normal(size=(37, 3)).astype(dtype)
    for activation in ACTIVATIONS:
        for head in HEADS:
            n_out = 1 if head == "binary" else 3
            network = Network.mlp(3, (4,), n_out, activation=activation, head=head)
            T = rng.integers(0, 2, (37, 1 if head == "multiclass" else n_out)).astype(dtype)
            theta = rng.normal(size=network.n_parameters).astype(dtype)
            for layer in network.layout:  # a weight, and a bias, of each layer
                for part in (layer.weight, layer.bias):
                    changed = theta.copy()
                    changed[part.start] = np.nan
                    assert np.isfinite(engine.loss_and_gradient(Plan(network, SGD()), theta, Data(X, T))[0])
                    loss, gradient = engine.loss_and_gradient(Plan(network, SGD()), changed, Data(X, T))
                    assert np.isnan(loss), (activation, head)
                    assert np.isnan(gradient).any()
                    assert np.isnan(engine.loss_and_score(network, changed, Data(X, T))[0])
                    n_cases += 1
    record_property("figure", f"{name}, {dtype}: {n_cases} of {n_cases} losses")
