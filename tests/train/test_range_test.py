from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.random import RandomState
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits, make_circles

from separatrix.engine import get_engine
from separatrix.engine.base import Data
from separatrix.errors import ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.network import SGD, Adam, Network, Penalty, initial_theta
from separatrix.train.range_test import range_test

X, Y = make_circles(200, noise=0.05, factor=0.4, random_state=0)


def fitted(**settings):
    network = MLPClassifier((4,), "logistic", learning_rate_init="auto", random_state=0, **settings)
    with warnings.catch_warnings(action="ignore"):
        return network.fit(X, Y)


def test_a_network_learns_that_does_not_at_the_default_rate():
    with warnings.catch_warnings(action="ignore"):
        default = MLPClassifier((4,), "logistic", random_state=0).fit(X, Y)
    assert default.score(X, Y) < 0.8
    found = fitted()
    assert found.score(X, Y) > 0.95
    assert 0.01 < found.learning_rate_init_ <= 0.1


def test_the_rate_depends_on_the_arguments_alone():
    network = Network.mlp(2, (3,), 1)
    theta = np.random.default_rng(0).normal(size=network.n_parameters)
    data = Data(X, Y[:, np.newaxis].astype(float))
    rates = {range_test(network, Adam(), Penalty(), theta, data, 20, get_engine("numpy")) for _ in range(2)}
    assert len(rates) == 1
    before = theta.copy()
    range_test(network, SGD(), Penalty(), theta, data, 20, get_engine("numpy"))
    assert_array_equal(theta, before)


@pytest.mark.slow
def test_rows_that_are_soon_learned_do_not_raise_the_rate():
    X, y = load_digits(return_X_y=True)
    data = Data(X[:800] / 16, y[:800, np.newaxis].astype(float))
    network = Network.mlp(64, (64,), 10, head="multiclass")
    theta = initial_theta(network, "glorot", RandomState(0))
    rate = range_test(network, Adam(), Penalty(), theta, data, 200, get_engine("numpy"))
    assert 0.001 < rate < 0.02  # at 0.1, the largest, the loss of a training swings
    numbers = Data(data.X, (data.T - 4.5) / 3)
    plain = Network.mlp(64, (64,), 1, head="regression")
    theta = initial_theta(plain, "glorot", RandomState(0))
    # The squared error of numbers is not kept small by a margin, and rises at large rates.
    assert range_test(plain, Adam(), Penalty(), theta, numbers, 200, get_engine("numpy")) > rate


def test_a_rare_class_is_not_learned_where_its_share_is():
    draw = np.random.default_rng(0)
    data = Data(draw.normal(size=(4000, 1)), (np.arange(4000) < 8)[:, np.newaxis].astype(float))
    network = Network.mlp(1, (4,), 1)
    theta = initial_theta(network, "glorot", RandomState(0))
    # A guess has a loss of 0.014 on these rows, which is 2 % of the first loss.
    assert range_test(network, Adam(), Penalty(), theta, data, 1000, get_engine("numpy")) == 0.1


def test_no_rate_where_nothing_can_fall():
    network = Network.mlp(1, (), 1, head="regression")
    data = Data(np.zeros((10, 1)), np.zeros((10, 1)))
    assert range_test(network, Adam(), Penalty(), np.zeros(2), data, 10, get_engine("numpy")) is None
    flat = MLPRegressor(
        hidden_layer_sizes=(), learning_rate_init="auto", engine="numpy", init="zeros", max_iter=2
    )
    with warnings.catch_warnings(action="ignore"):
        assert flat.fit([[0.0], [0.0]], [0.0, 0.0]).learning_rate_init_ == 0.001


def test_the_found_rate_is_that_of_a_training_with_the_number():
    found = fitted(max_iter=20)
    with warnings.catch_warnings(action="ignore"):
        given = MLPClassifier(
            (4,), "logistic", learning_rate_init=found.learning_rate_init_, random_state=0, max_iter=20
        ).fit(X, Y)
    assert_array_equal(found.theta_, given.theta_)


def test_a_continued_training_keeps_its_rate():
    network = MLPClassifier((4,), learning_rate_init="auto", random_state=0, engine="numpy")
    network.partial_fit(X, Y, classes=[0, 1])
    rate = network.learning_rate_init_
    network.partial_fit(100 * X, Y)
    assert network.learning_rate_init_ == rate


def test_the_model_knows_the_rate():
    found = fitted(max_iter=2, engine="numpy")
    assert found.to_model().training["learning_rate_init"] == found.learning_rate_init_
    assert fitted(max_iter=2, solver="lbfgs").learning_rate_init_ == 0.001


def test_another_word_is_refused():
    with pytest.raises(ParameterError, match="learning_rate_init must be a number"):
        MLPClassifier(learning_rate_init="fast").fit(X, Y)
