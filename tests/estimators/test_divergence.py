"""No training ends in silence with a network that is worse than the untrained one."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, mean_squared_error

from separatrix import DivergenceWarning
from separatrix.data.datasets import make_spiral
from separatrix.estimators import MLPClassifier, MLPRegressor

# Columns are unscaled on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:the columns of X are not on one scale", "ignore:y has mean")

SCALES = (1.0, 1e3, 1e6, 1e9, 1e12)
RATES = (1e-4, 1e-1, 10.0, 1e3)
SOLVERS, ACTIVATIONS, DTYPES = ("adam", "sgd"), ("relu", "tanh"), ("float32", "float64")


def loss_of(network: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the loss of the training rows, computed by scikit-learn or from its logarithms."""
    if isinstance(network, MLPRegressor):
        return mean_squared_error(y, network.predict(X).astype(np.float64)) / 2
    return float(-network.predict_log_proba(X)[np.arange(len(y)), y].mean(dtype=np.float64))


@pytest.mark.slow
@pytest.mark.promise("A training ends better than it began, or warns: a grid of 160 fits a task")
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_each_fit_ends_better_than_it_began_or_warns(kind: type, record_property: Any) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(100, 4))
    y: Any = rows[:, 0] - rows[:, 1] + 0.1 * rng.normal(size=100)
    y = (y > 0).astype(int) if kind is MLPClassifier else y
    silent, n_fits, n_warned = [], 0, 0
    for scale, rate, solver, activation, dtype in itertools.product(
        SCALES, RATES, SOLVERS, ACTIVATIONS, DTYPES
    ):
        X = (rows * scale).astype(dtype)
        parameters = {
            **{"hidden_layer_sizes": (6,), "activation": activation, "solver": solver, "random_state": 0},
        }
        trained = kind(**parameters, learning_rate_init=rate, max_iter=25, alpha=0.0)
        untrained = kind(**parameters, learning_rate_init=1e-300, max_iter=1, alpha=0.0)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            trained.fit(X, y)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            untrained.fit(X, y)
        before, after = loss_of(untrained, X, y), loss_of(trained, X, y)
        warned = any(issubclass(w.category, DivergenceWarning) for w in caught)
        assert np.isfinite(trained.theta_).all()
        assert after <= before * (1 + 1e-5)  # whether it warned or not, the better network is kept
        if not warned and after >= before:
            silent.append((scale, rate, solver, activation, dtype))
        n_fits, n_warned = n_fits + 1, n_warned + warned
    assert n_fits == 160
    assert not silent
    assert n_warned > 20  # the grid does contain divergence
    record_property("figure", f"{n_fits - len(silent)} of {n_fits} fits; {n_warned} warned")


@pytest.mark.parametrize("seed", range(5))
def test_a_training_on_rows_whose_classes_alternate_is_kept(seed: int) -> None:
    X, y = make_spiral(400)
    assert len(set(y[::2])) == 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network = MLPClassifier((4,), "logistic", random_state=seed).fit(X, y)
    assert not any(issubclass(w.category, DivergenceWarning) for w in caught)
    assert loss_of(network, X, y) == pytest.approx(network.loss_curve_[-1], abs=1e-3)


def test_the_warning_names_the_cure_and_the_line_that_called_fit() -> None:
    X = np.random.default_rng(0).normal(size=(100, 3)) * 1e9
    with pytest.warns(DivergenceWarning, match="standardise the features, or divide the learning rate") as w:
        MLPRegressor(hidden_layer_sizes=(4,), solver="sgd", random_state=0).fit(X, X[:, 0])
    assert w[0].filename == __file__


def test_partial_fit_warns_of_an_explosion() -> None:
    X = np.random.default_rng(0).normal(size=(100, 3)) * 1e100
    network = MLPRegressor(hidden_layer_sizes=(4,), solver="sgd", random_state=0).partial_fit(X, X[:, 0])
    with pytest.warns(DivergenceWarning, match="the initial parameters are kept"):
        network.partial_fit(X, X[:, 0])
    assert np.isfinite(network.theta_).all()


def test_lbfgs_that_begins_at_its_optimum_has_a_loss() -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = (X[:, 0] > 0).astype(int)
    network = MLPClassifier((), solver="lbfgs", tol=1e9, random_state=0, alpha=0.0).fit(X, y)
    assert network.n_iter_ == 0
    assert network.loss_ == pytest.approx(log_loss(y, network.predict_proba(X)))
