from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from separatrix import MLPClassifier, MLPRegressor
from separatrix.estimators.checked_rows import check_rows, fit_rows, paused_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = [
    {},
    {"solver": "sgd", "learning_rate": "invscaling"},
    {"solver": "sgd", "learning_rate": "adaptive", "tol": 1e-2, "n_iter_no_change": 2},
    {"learning_rate": "cosine"},
    {"early_stopping": True, "n_iter_no_change": 5},
    {"early_stopping": True, "scoring": "loss", "restore_best": False},
    {"dropout": 0.3, "batch_size": 16},
    {"shuffle": "replacement", "dtype": "float32"},
    {"class_weight": "balanced", "hidden_layer_sizes": ()},
    {"solver": "lbfgs"},
]


def names(settings):
    return "-".join(f"{name}={value}" for name, value in settings.items()) or "defaults"


def same(first, second):
    assert first.theta_.dtype == second.theta_.dtype
    np.testing.assert_array_equal(first.theta_, second.theta_)
    assert first.loss_curve_ == second.loss_curve_
    assert first.stop_.reason == second.stop_.reason


@pytest.mark.parametrize("settings", SETTINGS, ids=names)
def test_a_fit_on_checked_rows_is_a_fit(settings):
    X, y = load_iris(return_X_y=True, as_frame=True)
    network = MLPClassifier(**({"hidden_layer_sizes": (5,), "max_iter": 40, "random_state": 3} | settings))
    rows = check_rows(network, X, y)
    checked = fit_rows(copy.copy(network), rows)
    alone = network.fit(X, y)
    same(checked, alone)
    np.testing.assert_array_equal(checked.predict_proba(X), alone.predict_proba(X))
    assert checked.feature_names_in_.tolist() == X.columns.tolist()


@pytest.mark.parametrize("pauses", [[13], [1, 2, 39], [7, 20]])
@pytest.mark.parametrize("settings", SETTINGS, ids=names)
def test_a_paused_training_goes_on_to_the_same_bits(settings, pauses):
    X, y = load_iris(return_X_y=True)
    network = MLPClassifier(**({"hidden_layer_sizes": (5,), "max_iter": 40, "random_state": 3} | settings))
    rows = check_rows(network, X, y)
    paused = None
    for epoch in [*pauses, None]:
        part = fit_rows(copy.copy(network), rows, paused=paused, pause_at=epoch)
        paused = pickle.loads(pickle.dumps(paused_of(part, paused)))
        if paused is None:
            break
        assert part.stop_.message == f"Training was paused after epoch {epoch}."
        assert len(paused.loss) == epoch
    same(part, fit_rows(copy.copy(network), rows))


def test_what_is_paused_is_left_as_it_is():
    X, y = load_diabetes(return_X_y=True)
    network = MLPRegressor(hidden_layer_sizes=(3,), max_iter=20, random_state=0)
    rows = check_rows(network, X, y)
    paused = paused_of(fit_rows(copy.copy(network), rows, pause_at=5))
    first = fit_rows(copy.copy(network), rows, paused=paused)
    same(fit_rows(copy.copy(network), rows, paused=paused), first)


def test_the_estimator_that_checks_rows_stays_as_it_is():
    X, y = load_iris(return_X_y=True)
    random_state = np.random.RandomState(0)
    network = MLPClassifier((4,), random_state=random_state)
    before = random_state.get_state()[1].copy()
    check_rows(network, X, y)
    assert not hasattr(network, "theta_")
    assert network.hidden_layer_sizes == (4,)
    np.testing.assert_array_equal(random_state.get_state()[1], before)
