"""History: the curves of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def _empty() -> Array:
    return np.empty(0)


@dataclass(frozen=True)
class KeptEpoch:
    """An epoch whose parameters were kept.

    Attributes
    ----------
    epoch : int
        Counted from the first training; 0 for the untrained network.
    index : int
        In the arrays of the history; -1 if it belongs to an earlier one, or is before the first epoch.
    reason : str
        Such as "best validation score"; empty if no curve of the history is best there.
    """

    epoch: int
    index: int
    reason: str


@dataclass(frozen=True, eq=False)
class History:
    """One float64 entry per epoch in each array; an array that was not asked for is empty.

    Attributes
    ----------
    loss : ndarray of shape (n_epochs,)
        Running mean of the batch losses, penalty included (scikit-learn's ``loss_curve_``).
    learning_rate : ndarray of shape (n_epochs,)
        Rate of the epoch's last step; empty for L-BFGS, which has none.
    seconds : ndarray of shape (n_epochs,)
        The time of the chunk that the epoch was in, divided by the chunk's epochs.
    train_loss, train_score, validation_loss, validation_score : ndarray of shape (n_epochs,)
        At the end of the epoch, as in `separatrix.engine.base.Chunk`.
    metrics : dict of str to ndarray of shape (n_epochs,)
        NaN for an epoch that diverged.

    Examples
    --------
    >>> history = History(loss=np.array([0.7, math.inf]))
    >>> history.n_epochs
    2
    >>> history.to_dict()["loss"]
    [0.7, 'inf']
    """

    loss: Array = field(default_factory=_empty)
    learning_rate: Array = field(default_factory=_empty)
    seconds: Array = field(default_factory=_empty)
    train_loss: Array = field(default_factory=_empty)
    train_score: Array = field(default_factory=_empty)
    validation_loss: Array = field(default_factory=_empty)
    validation_score: Array = field(default_factory=_empty)
    metrics: dict[str, Array] = field(default_factory=dict)

    @property
    def n_epochs(self) -> int:
        """Epochs trained."""
        return len(self.loss)

    def kept_epoch(self, epoch: int, last_epoch: int, *, scoring: str | None = None) -> KeptEpoch:
        """Return where an epoch is in these arrays, and which curve is best there.

        Parameters
        ----------
        epoch : int
            The epoch whose parameters were kept, counted from the first training.
        last_epoch : int
            The epoch at which this history ends, counted in the same way.
        scoring : str, optional
            The metric that was monitored, which is then named first.
        """
        index = max(epoch - 1 - (last_epoch - self.n_epochs), -1)
        return KeptEpoch(epoch, index, self._best_at(index, f"validation_{scoring}") if index >= 0 else "")

    def _best_at(self, index: int, monitored: str) -> str:
        """Return what is best at an index: of several, first the monitored metric, then the loss."""
        scores = {"validation_score": self.validation_score} | self.metrics
        if monitored in scores:
            scores = {monitored: scores[monitored]} | scores
        curves = {} if monitored in scores else {"lowest validation loss": -self.validation_loss}
        curves |= {f"best {name.replace('_', ' ')}": values for name, values in scores.items()}
        curves["lowest validation loss"] = -self.validation_loss
        curves["lowest training loss"] = -self.loss
        for name, values in curves.items():
            best = np.max(values, initial=-np.inf, where=~np.isnan(values))
            if index < len(values) and values[index] == best:
                return name
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Return lists by name; numbers that JSON does not have are strings: 'nan', 'inf', '-inf'."""
        curves: dict[str, Any] = {name: _to_list(getattr(self, name)) for name in CURVES}
        return curves | {"metrics": {name: _to_list(values) for name, values in self.metrics.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> History:
        """Return the history that `to_dict` described."""
        curves = {name: _to_array(values[name]) for name in CURVES}
        return cls(**curves, metrics={name: _to_array(curve) for name, curve in values["metrics"].items()})


CURVES = tuple(f.name for f in fields(History) if f.name != "metrics")


class HistoryWriter:
    """Writes a history, epoch by epoch.

    Buffers double when full and are never written twice, so that the history so far is a set of views: a
    callback may have one every epoch, at a cost that does not grow with the epochs.
    """

    def __init__(self, metric_names: Sequence[str] = ()) -> None:
        self._curves = {name: _Curve() for name in CURVES}
        self._metrics = {name: _Curve() for name in metric_names}

    def extend(self, curves: Mapping[str, ArrayLike], metrics: Mapping[str, ArrayLike]) -> None:
        """Append the given epochs to each named curve and metric."""
        for name, values in curves.items():
            curve = self._curves[name]
            if np.size(values):
                curve.extend(np.atleast_1d(values))
        for name, values in metrics.items():
            self._metrics[name].extend(np.atleast_1d(values))

    def history(self) -> History:
        """Return the history so far."""
        return History(
            **{name: curve.values() for name, curve in self._curves.items()},
            metrics={name: curve.values() for name, curve in self._metrics.items()},
        )


class _Curve:
    def __init__(self) -> None:
        self._buffer, self._n = np.empty(16), 0

    def extend(self, values: Array) -> None:
        end = self._n + len(values)
        if end > len(self._buffer):
            self._buffer = np.concatenate([self._buffer[: self._n], np.empty(2 * end - self._n)])
        self._buffer[self._n : end] = values
        self._n = end

    def values(self) -> Array:
        return self._buffer[: self._n]


def _to_list(values: Array) -> list[float | str]:
    return [value if math.isfinite(value) else str(value) for value in values.tolist()]


def _to_array(values: Sequence[float | str]) -> Array:
    return np.array([float(value) for value in values], dtype=np.float64)
