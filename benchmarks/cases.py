"""The four training loops of the tutorials, as plain values that every contender reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from sklearn.datasets import make_circles, make_moons
from sklearn.model_selection import train_test_split

from separatrix.data.datasets import make_bumps, make_ten_points
from separatrix.network import Network, initial_theta

Array = np.ndarray[Any, Any]
Parameters = tuple[list[Array], list[Array]]  # weights (n_in, n_out) and biases (n_out,) of each layer


@dataclass(frozen=True, eq=False)
class Case:
    """A network, its data and how it is trained; two classes, cross-entropy, one logistic output."""

    name: str
    X: Array  # float64 (n_rows, n_in)
    y: Array  # int64 (n_rows,)
    hidden: tuple[int, ...]
    activation: str
    optimizer: str  # "adam", or "sgd" without momentum
    rate: float
    epochs: int
    init: str
    batch_size: int = 0  # 0: all rows
    orders: Sequence[Array] = ()  # row order of each epoch; rows as they stand where there is none

    @property
    def rows_per_step(self) -> int:
        return self.batch_size or len(self.X)

    @property
    def batches(self) -> list[slice]:
        n = len(self.X)
        return [slice(i, min(i + self.rows_per_step, n)) for i in range(0, n, self.rows_per_step)]

    @property
    def steps_per_epoch(self) -> int:
        return len(self.batches)

    @cached_property
    def network(self) -> Network:
        return Network.mlp(self.X.shape[1], self.hidden, 1, activation=self.activation, head="binary")

    @cached_property
    def start(self) -> Parameters:
        """Where everyone starts: float64 arrays of numbers that float32 has, too."""
        theta = initial_theta(self.network, self.init, np.random.RandomState(1), np.float32)
        return self.network.split(theta.astype(np.float64))

    def loss(self, parameters: Parameters) -> float:
        """Return the mean cross-entropy over all rows, in float64."""
        a = self.X
        for w, b in zip(*parameters, strict=True):
            z = a @ np.asarray(w, np.float64) + np.asarray(b, np.float64)
            a = _ACTIVATIONS[self.activation](z)
        return float(np.mean(np.logaddexp(0.0, z[:, 0]) - self.y * z[:, 0]))


_ACTIVATIONS = {
    "logistic": lambda z: 1.0 / (1.0 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
}


def _circles() -> Case:
    X, y = make_circles(500, noise=0.15, factor=0.25, random_state=1)
    return Case("circles", X, y, (4,), "logistic", "adam", 0.1, 130, "torch")


def _ten_points() -> Case:
    X, y = make_ten_points()
    return Case("ten-points", X, y, (2, 4), "logistic", "sgd", 0.001, 10_000, "torch")


def _moons() -> Case:
    X, y = make_moons(1000, noise=0.1, random_state=1)
    X, _, y, _ = train_test_split(X, y, test_size=0.2, random_state=25)
    return Case("moons", X, y, (5, 3), "tanh", "sgd", 0.1, 5000, "uniform01")


def _bumps() -> Case:
    X, y = make_bumps()
    return Case("bumps", X, y, (20,), "logistic", "adam", 0.01, 7000, "torch", batch_size=32)


@cache
def loop_cases() -> list[Case]:
    """Return the four loops."""
    return [_circles(), _ten_points(), _moons(), _bumps()]


@cache
def large_case() -> Case:
    """Return a table of ordinary size, its rows in a new random order each epoch."""
    generator = np.random.RandomState(0)
    X = generator.standard_normal((40_000, 100)).astype(np.float32).astype(np.float64)
    y = (X[:, :10].sum(axis=1) + X[:, 10] * X[:, 11] * 3 > 0).astype(np.int64)
    epochs = 2
    order, shuffler, orders = np.arange(len(X)), np.random.RandomState(0), []
    for _ in range(epochs):  # the draws of scikit-learn with random_state=0
        shuffler.shuffle(order)
        orders.append(order.copy())
    return Case("large", X, y, (256, 256), "relu", "adam", 0.001, epochs, "he", batch_size=256, orders=orders)
