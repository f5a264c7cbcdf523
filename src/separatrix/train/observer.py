"""Observer: writes the history, takes the metrics and tells the callbacks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Chunk, State
from separatrix.train.base import Callback, LoopSettings, TrainingProgress
from separatrix.train.history import CURVES, History, HistoryLog

Array = NDArray[Any]


class Observer:
    """All that looks on while one call trains, and changes nothing.

    Attributes
    ----------
    every_epoch : bool
        Whether a metric or a callback wants chunks of one epoch.
    last_epoch : int
        The last epoch that the call may reach.
    """

    def __init__(self, settings: LoopSettings, callbacks: Sequence[Callback], state: State) -> None:
        wishes = [getattr(callback, "every_epoch", False) for callback in callbacks]
        self.every_epoch = bool(settings.metrics) or any(wishes)
        self.last_epoch = state.epoch + settings.max_epochs
        self._metrics = settings.metrics
        self._listeners = callbacks
        self._state = state
        self._log = HistoryLog(tuple(settings.metrics))
        self._started = perf_counter()

    def write(self, chunk: Chunk, rates: Array, seconds: float) -> dict[str, float]:
        """Add a chunk to the history; `rates` are those of each epoch's last step. Return the metrics now."""
        curves = {
            "loss": chunk.loss,
            "learning_rate": rates,
            "seconds": np.full(len(chunk.loss), seconds / len(chunk.loss)),
            "train_loss": chunk.train_loss,
            "train_score": chunk.train_score,
            "validation_loss": chunk.validation_loss,
            "validation_score": chunk.validation_score,
        }
        diverged = chunk.halt == "diverged"
        values = {
            name: math.nan if diverged else float(metric(self._state.theta))
            for name, metric in self._metrics.items()
        }
        self._log.extend(curves, values)
        return values

    def go_on(self, history: History, last_epoch: int) -> None:
        """Begin with the epochs of an interrupted call, which could reach `last_epoch`."""
        self.last_epoch = last_epoch
        self._log.extend({name: getattr(history, name) for name in CURVES}, history.metrics)

    def tell(self) -> Literal["callback", "interrupted"] | None:
        """Call every callback; return what their answers end the training with."""
        if not self._listeners:
            return None
        seconds = perf_counter() - self._started
        event = TrainingProgress(
            self._state.epoch, self.last_epoch, self.history(), self._state.theta, seconds
        )
        try:
            wishes = [callback(event) for callback in self._listeners]
        except KeyboardInterrupt:
            return "interrupted"
        return "callback" if any(wishes) else None

    def history(self) -> History:
        """Return the history so far."""
        return self._log.history()
