"""Trained: a trained network with a sample of its training rows, as a diagnosis looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Data
from separatrix.engine.numpy_engine import layer_sums_and_outputs
from separatrix.network import HEADS, Network
from separatrix.train.guess import guess_loss
from separatrix.train.history import History
from separatrix.train.stops import Stop

Array = NDArray[Any]

SAMPLE_ROWS = 500
ROWS_PER_CLASS = 20  # of each class in the sample, if there are so many


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network, a sample of its training rows, and how it was trained.

    Attributes
    ----------
    network : Network
    theta : ndarray of shape (n_parameters,)
    data : Data
        The sample, as `sample` draws it.
    n_rows : int
        All training rows.
    names : sequence of str
        Names of the inputs.
    classes : sequence of str
        Names of the classes; empty for numbers.
    history : History
    stop : Stop
    learning_rate : float or None
        At the start; None for L-BFGS.
    alpha : float
        The penalty.
    has_found_rate : bool
        Whether a range test found the rate.
    columns : sequence of str
        The column of the table that each input is made of; empty without a table.
    """

    network: Network
    theta: Array
    data: Data
    n_rows: int
    names: Sequence[str]
    classes: Sequence[str]
    history: History
    stop: Stop
    learning_rate: float | None
    alpha: float
    has_found_rate: bool = False
    columns: Sequence[str] = ()

    @cached_property
    def X(self) -> Array:
        """The sampled rows, dense, in float64."""
        X = self.data.X
        return np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)

    @cached_property
    def layers(self) -> list[tuple[Array, Array]]:
        """Sums and values of each layer for the sampled rows."""
        return list(layer_sums_and_outputs(self.network, self.theta.astype(np.float64), self.X))

    @property
    def z(self) -> Array:
        """The logits."""
        return self.layers[-1][0]

    @cached_property
    def loss(self) -> float:
        """Mean loss of the sampled rows, weighted as in training."""
        return float(np.average(HEADS[self.network.head].loss(self.z, self.data.T), weights=self.data.weight))

    @cached_property
    def guess(self) -> float:
        """Mean loss of the sampled rows for the best constant prediction."""
        return guess_loss(self.network.head, self.data.T, self.data.weight)

    @cached_property
    def labels(self) -> Array | None:
        """The class of each sampled row; None if rows have no class, or several."""
        head, T = HEADS[self.network.head], self.data.T
        if head.task != "classification" or not head.is_exclusive:
            return None
        return T.argmax(axis=1) if T.shape[1] > 1 else T[:, 0].astype(np.intp)

    @cached_property
    def score(self) -> float:
        """Accuracy, weighted as in training, or R², of the sampled rows."""
        head = HEADS[self.network.head]
        if self.labels is None or self.data.weight is None:
            return head.score(self.z, self.data.T)
        return float(np.average(head.predicted_classes(self.z) == self.labels, weights=self.data.weight))


def sample(data: Data, head: str, seed: int = 0) -> Data:
    """Return at most some 500 rows that count in training, with rows of every class.

    A row of a class that has a larger share of the sample than of the data has a smaller weight, so that
    weighted means are those of the training.

    Examples
    --------
    >>> data = Data(np.zeros((2000, 1)), np.r_[np.ones(3), np.zeros(1997)][:, np.newaxis])
    >>> rows = sample(data, "binary")
    >>> int(rows.T.sum()), round(float(np.average(rows.T[:, 0], weights=rows.weight)), 4)
    (3, 0.0015)
    """
    if data.n_rows <= SAMPLE_ROWS:
        return data.take(np.arange(data.n_rows))
    counted = np.arange(data.n_rows) if data.weight is None else np.flatnonzero(data.weight > 0)
    generator = np.random.default_rng(seed)
    chosen = generator.choice(counted, min(SAMPLE_ROWS, len(counted)), replace=False)
    if HEADS[head].task != "classification" or not HEADS[head].is_exclusive:
        return data.take(np.sort(chosen))
    codes = (data.T.argmax(axis=1) if data.T.shape[1] > 1 else data.T[:, 0].astype(np.intp))[counted]
    of_classes = [chosen]
    for code in np.unique(codes):
        rows = counted[codes == code]
        of_classes.append(generator.choice(rows, min(ROWS_PER_CLASS, len(rows)), replace=False))
    places = np.searchsorted(counted, np.unique(np.concatenate(of_classes)))
    share = np.bincount(codes) / np.maximum(np.bincount(codes[places]), 1)
    rows = data.take(counted[places])
    weight = share[codes[places]] if rows.weight is None else rows.weight * share[codes[places]]
    return replace(rows, weight=weight)
