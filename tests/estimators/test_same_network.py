"""The same `random_state` gives the same network as scikit-learn: predictions, curves and counts."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as scikit
from numpy.testing import assert_allclose
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

import separatrix.estimators as ours

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.parametrize("engine", ["numpy", "numba"]),
]

TOLERANCE = 1e-6


@pytest.fixture(autouse=True)
def _stratified_for_any_number_of_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scikit-learn stratify more than two classes, too: it does two only, ours any number."""
    module = scikit._multilayer_perceptron

    def split(X: Any, T: Any, *others: Any, stratify: Any = None, **parameters: Any) -> Any:
        is_multiclass = T.dtype == bool and T.ndim == 2 and (T.sum(axis=1) == 1).all() and T.shape[1] > 1
        codes = T.argmax(axis=1) if is_multiclass else stratify
        return train_test_split(X, T, *others, stratify=codes, **parameters)

    monkeypatch.setattr(module, "train_test_split", split)


SMALL = {"hidden_layer_sizes": (7, 5), "max_iter": 25, "batch_size": 32, "random_state": 3}


@dataclass
class Task:
    kind: str
    X: np.ndarray
    y: np.ndarray

    def both(self, engine: str, **parameters: Any) -> tuple[Any, Any]:
        name = "MLPRegressor" if self.kind.startswith("regression") else "MLPClassifier"
        return getattr(ours, name)(**parameters, engine=engine), getattr(scikit, name)(**parameters)


def make_task(kind: str) -> Task:
    n_targets = int(kind[-1]) if kind.startswith("regression") else 0
    if n_targets:
        X, y = make_regression(150, 6, n_informative=4, n_targets=n_targets, random_state=0)
        return Task(kind, X, y / 100)
    if kind == "multilabel":
        X, y = make_multilabel_classification(150, 6, n_classes=3, random_state=0)
        return Task(kind, X / 5, y)
    n_classes = 2 if kind == "binary" else 4
    return Task(kind, *make_classification(150, 6, n_informative=4, n_classes=n_classes, random_state=0))


KINDS = ("binary", "multiclass", "multilabel", "regression1", "regression2", "regression3")
TRAININGS: dict[str, dict[str, Any]] = {
    "adam": {},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.05},
    "plain descent": {"solver": "sgd", "momentum": 0.0, "shuffle": False, "learning_rate_init": 0.1},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False, "activation": "tanh"},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.5, "power_t": 0.3},
    "adaptive": {
        "solver": "sgd",
        "learning_rate": "adaptive",
        "learning_rate_init": 0.1,
        "tol": 0.05,
        "n_iter_no_change": 1,
        "max_iter": 40,
    },
    "stalled": {"tol": 0.5, "n_iter_no_change": 3},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 4, "learning_rate_init": 0.02},
    "early stopping, sgd": {
        "solver": "sgd",
        "early_stopping": True,
        "learning_rate": "adaptive",
        "learning_rate_init": 0.1,
        "validation_fraction": 0.3,
        "tol": 0.01,
        "n_iter_no_change": 2,
    },
    "full batch": {"batch_size": "auto", "activation": "logistic", "alpha": 0.1, "learning_rate_init": 0.05},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "lbfgs": {"solver": "lbfgs", "max_iter": 12},
}
# With several targets scikit-learn gives L-BFGS a loss that its gradient does not belong to.
CASES = [
    (kind, training)
    for kind in KINDS
    for training in TRAININGS
    if training != "lbfgs" or kind not in {"regression2", "regression3"}
]


def output(estimator: Any, X: np.ndarray) -> np.ndarray:
    return estimator.predict_proba(X) if hasattr(estimator, "predict_proba") else estimator.predict(X)


def assert_same(mine: Any, theirs: Any, X: np.ndarray) -> None:
    assert_allclose(output(mine, X), output(theirs, X), rtol=0, atol=TOLERANCE)
    assert np.array_equal(mine.predict(X) > 0.5, theirs.predict(X) > 0.5)
    for name in ("n_iter_", "n_layers_", "n_outputs_", "out_activation_", "t_", "n_features_in_"):
        assert getattr(mine, name) == getattr(theirs, name), name
    assert_allclose(mine.loss_, theirs.loss_, atol=TOLERANCE)
    for a, b in zip(mine.coefs_ + mine.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True):
        assert_allclose(a, b, rtol=0, atol=10 * TOLERANCE)
    if mine.solver == "lbfgs":
        return
    for name in ("loss_curve_", "best_loss_", "validation_scores_", "best_validation_score_"):
        ours_, theirs_ = getattr(mine, name), getattr(theirs, name)
        assert (ours_ is None) == (theirs_ is None), name
        if ours_ is not None:
            assert_allclose(ours_, theirs_, atol=TOLERANCE, err_msg=name)


def fitted(estimator: Any, kind: str, weighted: bool) -> Any:
    task = make_task(kind)
    weight = np.random.RandomState(1).uniform(0.2, 2.0, len(task.y)) if weighted else None
    return estimator.fit(task.X, task.y, sample_weight=weight)


@cache
def of_scikit_learn(kind: str, training: str, weighted: bool) -> Any:
    """Return scikit-learn's estimator, fitted once for both engines."""
    _, theirs = make_task(kind).both("numpy", **{**SMALL, **TRAININGS[training]})
    return fitted(theirs, kind, weighted)


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("kind", "training"), CASES)
def test_fit(engine: str, kind: str, training: str, weighted: bool) -> None:
    task = make_task(kind)
    mine, _ = task.both(engine, **{**SMALL, **TRAININGS[training]})
    assert_same(fitted(mine, kind, weighted), of_scikit_learn(kind, training, weighted), task.X)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", ["adam", "sgd", "invscaling", "adaptive"])
def test_partial_fit(engine: str, kind: str, training: str) -> None:
    task = make_task(kind)
    mine, theirs = task.both(engine, **{**SMALL, **TRAININGS[training]})
    classes = {"classes": np.unique(task.y)} if kind in {"binary", "multiclass"} else {}
    if kind == "multilabel":
        classes = {"classes": np.arange(3)}
    for part in (slice(0, 60), slice(60, 100), slice(100, 150)) * 2:
        for model in (mine, theirs):
            model.partial_fit(task.X[part], task.y[part], **classes)
        classes = {}
        assert_same(mine, theirs, task.X)


@pytest.mark.parametrize("kind", ["binary", "regression1"])
@pytest.mark.parametrize("training", ["adam", "sgd", "invscaling", "adaptive", "stalled", "lbfgs"])
def test_warm_start(engine: str, kind: str, training: str) -> None:
    task = make_task(kind)
    mine, theirs = task.both(engine, **{**SMALL, **TRAININGS[training], "max_iter": 8, "warm_start": True})
    for _ in range(3):
        assert_same(mine.fit(task.X, task.y), theirs.fit(task.X, task.y), task.X)


def test_warm_start_with_early_stopping(engine: str) -> None:
    task = make_task("multiclass")
    mine, theirs = task.both(engine, **SMALL, early_stopping=True, warm_start=True)
    for _ in range(2):
        assert_same(mine.fit(task.X, task.y), theirs.fit(task.X, task.y), task.X)


def test_partial_fit_after_fit(engine: str) -> None:
    task = make_task("binary")
    mine, theirs = task.both(engine, **SMALL)
    for model in (mine, theirs):
        model.fit(task.X, task.y).partial_fit(task.X, task.y).partial_fit(task.X, task.y)
    assert_same(mine, theirs, task.X)


def test_one_generator_through_several_calls(engine: str) -> None:
    task = make_task("binary")
    mine, theirs = task.both(engine, **SMALL)
    for model in (mine, theirs):
        model.set_params(random_state=np.random.RandomState(5)).fit(task.X, task.y).fit(task.X, task.y)
    assert_same(mine, theirs, task.X)


def test_poisson_loss(engine: str) -> None:
    X, y = make_regression(120, 4, random_state=0)
    y = np.floor(np.exp(y / 100))
    task = Task("regression1", X, y)
    for solver in ("adam", "sgd", "lbfgs"):
        mine, theirs = task.both(engine, **{**SMALL, "solver": solver, "max_iter": 10}, loss="poisson")
        assert_same(mine.fit(X, y), theirs.fit(X, y), X)


def test_float32_stays_float32(engine: str) -> None:
    task = make_task("multiclass")
    X = task.X.astype(np.float32)
    mine, theirs = task.both(engine, **SMALL)
    mine.fit(X, task.y)
    theirs.fit(X, task.y)
    assert mine.theta_.dtype == mine.coefs_[0].dtype == theirs.coefs_[0].dtype == np.float32
    assert_allclose(mine.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


def test_the_same_warnings(engine: str) -> None:
    task = make_task("binary")
    for model in task.both(engine, **{**SMALL, "max_iter": 2}):
        with pytest.warns(ConvergenceWarning):
            model.fit(task.X, task.y)
    mine, theirs = task.both(engine, **{**SMALL, "tol": 1.0})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theirs.fit(task.X, task.y)
    # Both have converged by this tolerance; ours adds that nothing is learned yet.
    with pytest.warns(ConvergenceWarning, match=r"did not improve by tol=1 .*has learned hardly anything"):
        mine.fit(task.X, task.y)
    for model in task.both(engine, **{**SMALL, "batch_size": 1000}):
        with pytest.warns(UserWarning, match="clipped"):
            model.fit(task.X, task.y)


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_scikit_learns_parameters_come_first(engine: str, name: str) -> None:
    mine = inspect.signature(getattr(ours, name)).parameters
    theirs = inspect.signature(getattr(scikit, name)).parameters
    first = list(mine.values())[: len(theirs)]
    assert [(p.name, p.kind, p.default) for p in first] == [
        (p.name, p.kind, p.default) for p in theirs.values()
    ]
    assert {p.kind for p in list(mine.values())[len(theirs) :]} == {inspect.Parameter.KEYWORD_ONLY}
