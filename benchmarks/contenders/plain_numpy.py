"""NumPy by hand: one line a formula, one flat vector for the optimiser, nothing computed twice."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from cases import Case

from contenders import Contender, Trained


@np.errstate(over="ignore")  # of exp in a logistic unit, where the result is 0 as it should be
def train(case: Case, epochs: int, dtype: str) -> Trained:
    """Train as one would write it without a framework."""
    X, T = case.X.astype(dtype), case.y[:, np.newaxis].astype(dtype)
    batches = [(X[rows], T[rows]) for rows in case.batches]
    theta = case.network.join(*case.start).astype(dtype)
    gradient = np.empty_like(theta)
    weights, biases = case.network.split(theta)
    dws, dbs = case.network.split(gradient)
    update = (
        _adam(theta, gradient, case.rate) if case.optimizer == "adam" else _sgd(theta, gradient, case.rate)
    )
    forward = np.tanh if case.activation == "tanh" else _logistic
    losses = []
    started = perf_counter()
    for _ in range(epochs):
        total = 0.0
        for x, t in batches:
            outputs = [x]
            for w, b in zip(weights[:-1], biases[:-1], strict=True):
                outputs.append(forward(outputs[-1] @ w + b))
            z = outputs[-1] @ weights[-1] + biases[-1]
            e = np.exp(-np.abs(z))
            total += float((np.maximum(z, 0) - t * z + np.log1p(e)).sum())
            dz = (np.where(z >= 0, 1, e) / (1 + e) - t) / len(x)
            for layer in range(len(weights) - 1, -1, -1):
                a = outputs[layer]
                np.matmul(a.T, dz, out=dws[layer])
                dz.sum(axis=0, out=dbs[layer])
                if layer:
                    dz = dz @ weights[layer].T * (1 - a * a if case.activation == "tanh" else a * (1 - a))
            update()
        losses.append(total / len(X))
    return Trained(perf_counter() - started, (weights, biases), losses=losses)


def _logistic(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _adam(theta: Any, gradient: Any, rate: float) -> Any:
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    step = 0

    def update() -> None:
        nonlocal m, v, step, theta
        step += 1
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient * gradient
        theta -= rate / (1 - 0.9**step) * m / (np.sqrt(v) / (1 - 0.999**step) ** 0.5 + 1e-8)

    return update


def _sgd(theta: Any, gradient: Any, rate: float) -> Any:
    def update() -> None:
        nonlocal theta
        theta -= rate * gradient

    return update


_CASES = ("circles", "ten-points", "moons", "bumps")
CONTENDERS = [
    Contender(f"plain NumPy, {dtype}", dtype, partial(train, dtype=dtype), cases=_CASES)
    for dtype in ("float32", "float64")
]
