"""Further trainings from other first weights."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.datasets import make_circles, make_moons

from separatrix.data.datasets import load_dataset
from separatrix.errors import ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor

X, Y = make_circles(120, noise=0.05, factor=0.4, random_state=0)


def fitted(n_init, X=X, y=Y, **settings):
    network = MLPClassifier(
        **{"hidden_layer_sizes": (2,), "activation": "tanh", "learning_rate_init": 0.05, "max_iter": 60}
        | {"random_state": 0, "engine": "numpy", "n_init": n_init}
        | settings
    )
    with warnings.catch_warnings(action="ignore"):
        return network.fit(X, y)


def loss_of(network, X=X, y=Y):
    return -np.log(network.predict_proba(X)[np.arange(len(y)), y]).mean()


@pytest.mark.slow
def test_the_network_with_the_lowest_loss_is_kept():
    losses = [loss_of(fitted(n)) for n in (1, 2, 3, 4, 5)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]
    assert fitted(5).n_trainings_ == 5


def test_the_first_training_is_that_of_one_alone():
    one, two = fitted(1), fitted(2)
    assert one.n_trainings_ == 1
    assert loss_of(two) < loss_of(one) or two.loss_curve_ == one.loss_curve_


def test_the_attributes_are_those_of_the_kept_network():
    network = fitted(5)
    assert len(network.loss_curve_) == network.n_iter_ == network.history_.n_epochs
    assert network.t_ == network.n_iter_ * len(X)
    assert network.diagnosis_ is not None
    assert_array_equal(network.to_model().theta, network.theta_)


def test_the_same_seed_gives_the_same_network():
    assert_array_equal(fitted(4).theta_, fitted(4).theta_)


def test_auto_trains_once_where_the_first_network_is_good_enough():
    X, y = make_moons(200, noise=0.05, random_state=0)
    good = fitted("auto", X, y, hidden_layer_sizes=(16,), max_iter=300)
    assert good.score(X, y) == 1
    assert good.n_trainings_ == 1


def test_auto_trains_again_where_nothing_was_learned():
    stuck = fitted("auto", learning_rate_init=1e-6, max_iter=5)
    assert stuck.n_trainings_ == 16


def test_validation_rows_are_the_same_for_all_trainings():
    network = fitted(4, early_stopping=True, scoring="loss")
    assert network.best_validation_score_ is not None
    assert len(network.validation_scores_) == network.n_iter_


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_numbers(solver):
    x = np.linspace(-3, 3, 60)[:, np.newaxis]
    network = MLPRegressor(
        hidden_layer_sizes=(3,), activation="tanh", solver=solver, n_init=4, max_iter=50, random_state=0
    )
    once = clone(network).set_params(n_init=1)
    with warnings.catch_warnings(action="ignore"):
        network.fit(x, np.sin(2 * x[:, 0]))
        once.fit(x, np.sin(2 * x[:, 0]))
    assert network.n_trainings_ == 4
    assert network.score(x, np.sin(2 * x[:, 0])) >= once.score(x, np.sin(2 * x[:, 0]))


def test_a_table():
    table = load_dataset("ten-points")
    settings = {"max_iter": 20, "random_state": 0, "engine": "numpy"}
    with warnings.catch_warnings(action="ignore"):
        network = MLPClassifier((2,), n_init=3, **settings).fit_table(table, "target")
    assert network.n_trainings_ == 3
    assert network.to_model().predict(table).shape == (10,)


def test_a_warm_start_continues_once():
    network = fitted(3, warm_start=True)
    with warnings.catch_warnings(action="ignore"):
        network.fit(X, Y)
    assert network.n_trainings_ == 1


def test_ctrl_c_in_the_first_training_ends_all():
    network = MLPClassifier((2,), n_init=4, max_iter=50, engine="numpy", random_state=0)
    n_epochs = []

    def interrupt(event):
        n_epochs.append(event)
        raise KeyboardInterrupt

    network.set_callbacks(interrupt)
    with warnings.catch_warnings(action="ignore"):
        network.fit(X, Y)
    assert network.stop_.reason == "interrupted"
    assert network.n_trainings_ == 1


@pytest.mark.parametrize("value", [0, 1.5, "many", True])
def test_other_values_are_refused(value):
    with pytest.raises(ParameterError, match="n_init must be"):
        fitted(value)


def test_many_fits_on_the_same_rows_train_once():
    from separatrix.estimators.training_rows import read_rows

    network = MLPClassifier((2,), n_init=2)
    with pytest.raises(ParameterError, match="n_init must be 1 where many networks are fitted"):
        network.fit_rows(read_rows(network, network.settings(), X, Y))


def test_ctrl_c_in_a_further_training_is_said_although_an_earlier_network_is_kept(monkeypatch):
    restart, calls = MLPClassifier._restart, []

    def interrupted(self, *arguments):
        restart(self, *arguments)
        calls.append(1)
        if len(calls) == 2:
            self.theta_ = 100 * self.theta_  # worse than the first
            self.stop_ = replace(self.stop_, reason="interrupted")

    monkeypatch.setattr(MLPClassifier, "_restart", interrupted)
    network = fitted(5)
    assert network.n_trainings_ == 3
    assert network.stop_.reason == "interrupted"
    assert network.stop_.message.startswith("Ctrl-C ended training 3 of 5; ")
    assert loss_of(network) <= loss_of(fitted(1))
