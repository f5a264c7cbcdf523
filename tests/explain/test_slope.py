from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix import MLPClassifier, Model, Network
from separatrix.engine.base import Data
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import ParameterError
from separatrix.explain import loss_slope, parameter_names

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(20, 2)
HEADS = {
    "binary": (1, (X[:, 0] > 0).astype(int)),
    "multiclass": (3, RANDOM.randint(0, 3, 20)),
    "regression": (2, RANDOM.randn(20, 2)),
}


def model_of(head: str) -> tuple[Model, np.ndarray]:
    n_out, y = HEADS[head]
    network = Network.mlp(2, (3,), n_out, head=head, activation="tanh")
    return Model(network, np.random.RandomState(1).randn(network.n_parameters)), y


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("index", [0, 4, -1])
def test_the_gradient_is_the_slope_of_the_loss(head: str, index: int) -> None:
    model, y = model_of(head)
    slope = loss_slope(model, X, y, parameter=index % model.n_parameters, width=1e-5, grid_resolution=3)
    measured = (slope.loss[2] - slope.loss[0]) / (slope.values[2] - slope.values[0])
    assert slope.gradient == pytest.approx(measured, rel=1e-5, abs=1e-9)
    assert slope.loss[1] == pytest.approx(slope.value_loss)


def test_the_tangent_touches_the_loss_and_has_the_gradient_as_slope() -> None:
    model, y = model_of("binary")
    slope = loss_slope(model, X, y)
    heights = slope.tangent([slope.value, slope.value + 2.0])
    assert heights[0] == slope.value_loss
    assert (heights[1] - heights[0]) / 2.0 == pytest.approx(slope.gradient)


def test_all_other_parameters_stay() -> None:
    model, y = model_of("binary")
    slope = loss_slope(model, X, y, parameter="layer 1: b[0]", width=3.0, grid_resolution=7)
    moved = []
    for value in slope.values:
        theta = model.theta.copy()
        theta[-1] = value
        moved.append(NumpyEngine().loss_and_score(model.network, theta, Data(X, y[:, np.newaxis]))[0])
    assert_allclose(slope.loss, moved)
    assert_allclose(slope.values[[0, -1]], model.theta[-1] + np.array([-3.0, 3.0]))


def test_by_default_the_parameter_with_the_largest_gradient() -> None:
    model, y = model_of("binary")
    chosen = loss_slope(model, X, y)
    others = [loss_slope(model, X, y, parameter=name, grid_resolution=3) for name in parameter_names(model)]
    assert abs(chosen.gradient) == max(abs(other.gradient) for other in others)
    assert chosen.learning_rate is None
    assert chosen.next_value is None


def test_the_step_is_that_of_gradient_descent_at_the_rate_of_the_estimator() -> None:
    _, y = model_of("binary")
    network = MLPClassifier((3,), "tanh", learning_rate_init=0.25, max_iter=20, record=1, random_state=0)
    with pytest.warns(match="limit"):
        network.fit(X, y)
    slope = loss_slope(network, X, y)
    assert slope.next_value == slope.value - 0.25 * slope.gradient
    assert abs(loss_slope(network.at_epoch(0), X, y).gradient) > abs(slope.gradient)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"parameter": 99}, "parameter must be from 0 to 12"),
        ({"parameter": "layer 0: w[x9, 0]"}, "parameter must name weights or biases"),
        ({"width": 0.0}, "width must be"),
        ({"learning_rate": -1.0}, "learning_rate must be"),
    ],
)
def test_wrong_values(settings: dict, message: str) -> None:
    model, y = model_of("binary")
    with pytest.raises(ParameterError, match=message):
        loss_slope(model, X, y, **settings)


def test_many_rows_are_sampled_and_it_is_said():
    model = Model(Network.mlp(1, (), 1, head="regression"), [2.0, 0.0])
    rows = np.linspace(-1, 1, 5000)[:, np.newaxis]
    slope = loss_slope(model, rows, rows[:, 0])
    assert (slope.n_rows, slope.n_rows_given) == (2000, 5000)
    every = loss_slope(model, rows, rows[:, 0], max_rows=None)
    assert every.n_rows == 5000
    assert slope.value_loss == pytest.approx(every.value_loss, rel=0.1)
