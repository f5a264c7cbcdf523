"""Separatrix: through its public estimator, and the engine alone."""

from __future__ import annotations

import math
import warnings
from functools import partial
from time import perf_counter

import numpy as np
from cases import Case
from sklearn.exceptions import ConvergenceWarning

import separatrix as sx
from contenders import Contender, Trained
from separatrix.engine import get_engine
from separatrix.engine.base import Data, Monitor, Plan, Run, State, Task
from separatrix.network import SGD, Adam, Optimizer


def estimator(case: Case, epochs: int, dtype: str, **settings: object) -> sx.MLPClassifier:
    """Return the estimator that trains the case."""
    parameters = {
        "activation": case.activation,
        "solver": _optimizer(case),
        "alpha": 0.0,
        "batch_size": case.batch_size or "full",
        "learning_rate_init": case.rate,
        "max_iter": epochs,
        "shuffle": bool(case.orders),
        "random_state": 0,
        "tol": 0.0,
        "n_iter_no_change": math.inf,
        "init": case.start,
        "dtype": dtype,
    }
    return sx.MLPClassifier(case.hidden, **(parameters | settings))


def fit(case: Case, epochs: int, dtype: str) -> Trained:
    """Call `MLPClassifier.fit`: checks of the input and all."""
    clf, seconds = _fitted(case, epochs, dtype)
    return Trained(seconds, (clf.coefs_, clf.intercepts_), losses=clf.loss_curve_)


def training(case: Case, epochs: int, dtype: str) -> Trained:
    """Call `MLPClassifier.fit`, and count the seconds of its training loop only."""
    clf, _ = _fitted(case, epochs, dtype)
    seconds = float(clf.history_.seconds.sum())
    return Trained(seconds, (clf.coefs_, clf.intercepts_), losses=clf.loss_curve_)


def _fitted(case: Case, epochs: int, dtype: str) -> tuple[sx.MLPClassifier, float]:
    X = case.X.astype(dtype)
    clf = estimator(case, epochs, dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        started = perf_counter()
        clf.fit(X, case.y)
        return clf, perf_counter() - started


def advance(case: Case, epochs: int, dtype: str) -> Trained:
    """Call the compiled engine once, its buffers ready."""
    optimizer = _optimizer(case)
    theta = case.network.join(*case.start).astype(dtype)
    state = State.start(theta, optimizer, np.random.RandomState(0))
    plan = Plan(
        case.network,
        optimizer,
        batch_size=case.rows_per_step,
        order="shuffle" if case.orders else "sequential",
        monitor=Monitor("loss", 0.0, math.inf),
    )
    T = case.y[:, np.newaxis].astype(dtype)
    task = Task(
        Run(plan, state, Data(case.X.astype(dtype), T)), np.full(epochs * case.steps_per_epoch, case.rate)
    )
    engine = get_engine("numba")
    started = perf_counter()
    engine.advance([task])
    seconds = perf_counter() - started
    return Trained(seconds, case.network.split(state.theta))


def _optimizer(case: Case) -> Optimizer:
    return Adam(epsilon_hat=False) if case.optimizer == "adam" else SGD()


CONTENDERS = [
    Contender(f"Separatrix {what}, {dtype}", dtype, partial(train, dtype=dtype), length)
    for what, train, length in (
        ("fit", fit, "recipe"),
        ("training", training, "recipe"),
        ("engine", advance, "steady"),
    )
    for dtype in ("float32", "float64")
]
