"""The searches that every contender carries out, as plain values: rows, folds, networks, training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import loguniform
from sklearn.datasets import make_moons
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

import separatrix as sx
from separatrix.network import Network, initial_theta

Array = np.ndarray[Any, Any]
Params = dict[str, Any]  # hidden_layer_sizes, activation, learning_rate_init
Parameters = tuple[list[Array], list[Array]]  # weights (n_in, n_out) and biases (n_out,) of each layer

EPOCHS = 200
BATCH_SIZE = 200
SEED = 0
# What scikit-learn's estimator and ours are both given: every network trains all epochs.
TRAINING: Params = {
    "solver": "adam",
    "alpha": 0.0,
    "batch_size": BATCH_SIZE,
    "max_iter": EPOCHS,
    "tol": 0.0,
    "n_iter_no_change": math.inf,
    "random_state": SEED,
}
ARCHITECTURES = sx.architectures(depths=(0, 1, 2, 3), widths=(1, 2, 4, 8, 16, 32))
SPACE = {"activation": ["relu", "tanh", "logistic"], "learning_rate_init": loguniform(1e-3, 1e-1)}

_FORMULAS = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "logistic": expit}


@dataclass(frozen=True, eq=False)
class Fold:
    """Points, float32 (n_rows, 2), and classes, float32 (n_rows,), to train on and to test on."""

    X: Array
    y: Array
    X_test: Array
    y_test: Array


@dataclass(frozen=True, eq=False)
class Search:
    """Candidates on the five folds of two half moons; they are drawn, or all combinations of lists."""

    hidden_layer_sizes: Sequence[tuple[int, ...]]
    space: Mapping[str, Any]
    n_candidates: int | None = None
    n_rows: int = 1000

    @cached_property
    def rows(self) -> tuple[Array, Array]:
        return make_moons(self.n_rows, noise=0.2, random_state=0)

    @cached_property
    def splits(self) -> list[tuple[Array, Array]]:
        return list(StratifiedKFold(5, shuffle=True, random_state=0).split(*self.rows))

    @cached_property
    def folds(self) -> list[Fold]:
        X, y = (part.astype(np.float32) for part in self.rows)
        return [Fold(X[train], y[train], X[test], y[test]) for train, test in self.splits]

    @cached_property
    def candidates(self) -> list[Params]:
        """What our search draws: the same for everyone."""
        search = self.ours(n_jobs=1).set_params(estimator__max_iter=1)
        return list(search.fit(*self.rows).cv_results_["params"])

    def ours(self, n_jobs: int, store: Any = None) -> sx.ArchitectureSearchCV:
        """Return our search, unfitted."""
        batch_size = min(BATCH_SIZE, *(len(train) for train, _ in self.splits))
        return sx.ArchitectureSearchCV(
            sx.MLPClassifier(**(TRAINING | {"batch_size": batch_size}), dtype="float32"),
            self.hidden_layer_sizes,
            self.space,
            n_candidates=self.n_candidates,
            cv=self.splits,
            scoring="neg_log_loss",
            refit=False,
            n_jobs=n_jobs,
            random_state=SEED,
            store=store,
            ensemble_size=0,
        )


def equal_shapes(hidden: tuple[int, ...], activation: str, n_rates: int, n_rows: int = 1000) -> Search:
    """Return a search of networks that differ in the learning rate alone."""
    rates = SPACE["learning_rate_init"].rvs(n_rates, random_state=SEED)
    return Search([hidden], {"activation": [activation], "learning_rate_init": rates.tolist()}, n_rows=n_rows)


def start(params: Params) -> Parameters:
    """Return where everyone starts: what our estimator and scikit-learn's draw from the seed."""
    theta, _ = _draw(params)
    return _network(params).split(theta)


def batches(params: Params, fold: Fold) -> Array:
    """Return the row numbers of every step, (n_steps, BATCH_SIZE): the shuffles of those estimators."""
    _, shuffler = _draw(params)
    order = np.arange(len(fold.X))
    orders = []
    for _ in range(EPOCHS):
        shuffler.shuffle(order)
        orders.append(order.copy())
    return np.concatenate(orders).reshape(-1, BATCH_SIZE)


def test_loss(params: Params, trained: Parameters, fold: Fold) -> float:
    """Return the mean cross-entropy on a fold's test rows."""
    a = fold.X_test.astype(np.float64)
    for w, b in zip(*trained, strict=True):
        z = a @ w + b
        a = _FORMULAS[params["activation"]](z)
    return float(log_loss(fold.y_test, expit(z[:, 0]).astype(np.float32)))


def _network(params: Params) -> Network:
    hidden, activation = params["hidden_layer_sizes"], params["activation"]
    return Network.mlp(2, hidden, 1, activation=activation, head="binary")


def _draw(params: Params) -> tuple[Array, np.random.RandomState]:
    """Return the first parameters, and the generator after them."""
    generator = np.random.RandomState(SEED)
    return initial_theta(_network(params), "glorot", generator, np.float32), generator
