"""What a training is given and returns, and what the loop and L-BFGS have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.engine.base import Chunk, Engine, Run
from separatrix.errors import ParameterError
from separatrix.network import Schedule
from separatrix.train.divergence import First
from separatrix.train.history import CURVES, History, HistoryWriter
from separatrix.train.interrupt import Interrupt
from separatrix.train.recording import Recorder, Recording
from separatrix.train.stops import Stop

Array = NDArray[Any]
Record = int | Literal["auto"] | Sequence[int] | None


@dataclass(frozen=True)
class LoopSettings:
    """How long to train, at which rate, and what to keep; everything else is in the plan.

    Attributes
    ----------
    learning_rate : float
        The rate that the schedule's factors multiply.
    schedule : Schedule
        Continues at `State.step`; its planned end is the last epoch that this call may reach.
    max_epochs : int
        Epochs of this call, at least 1; earlier ones do not count.
    record : int, "auto", sequence of int or None
        The epochs whose parameters are kept; see `recording_epochs`.
    restore_best : bool
        Whether to end with the parameters of the best epoch according to the monitor.
    metrics : mapping of str to callable
        Each takes ``theta`` and returns a number. They are computed after every epoch.
    monitored_metric : str or None
        The metric, higher being better, that the monitor's `tol` and `n_iter_no_change` apply to. The
        monitor's own quantity must then be "nothing". NaN is the worst value.
    pause_at : int or None
        The epoch, counted over the whole training, after which to return without an end: nothing is
        restored, and a call with the same state and the remaining epochs gives the same bits as one call.
    first : {"untrained", "trained", "of other rows"}
        What the first parameters are that the end is compared with; those of other rows are not. See
        `separatrix.train.divergence`.

    Raises
    ------
    ParameterError
        If a value breaks its rule.

    Examples
    --------
    >>> from separatrix.network.schedules import Constant
    >>> LoopSettings(0.1, Constant(), max_epochs=130, record="auto").max_epochs
    130
    """

    learning_rate: float
    schedule: Schedule
    max_epochs: int
    record: Record = None
    restore_best: bool = False
    metrics: Mapping[str, Callable[[Array], float]] = field(default_factory=dict)
    monitored_metric: str | None = None
    pause_at: int | None = None
    first: First = "untrained"

    def __post_init__(self) -> None:
        check.number("learning_rate", self.learning_rate, 0.0, open_low=True)
        check.integer("max_epochs", self.max_epochs, 1)
        check.boolean("restore_best", self.restore_best)
        if self.monitored_metric is not None and not self.metrics:
            raise ParameterError(
                "monitored_metric",
                f"must be one of metrics, which is empty, got {self.monitored_metric!r}.",
            )
        if self.monitored_metric is not None:
            check.choice("monitored_metric", self.monitored_metric, self.metrics)


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    """What a callback is called with.

    Attributes
    ----------
    epoch : int
        Epochs done, including those of earlier calls.
    max_epochs : int
        The last epoch that this call may reach, counted in the same way.
    history : History
        Of this call, so far.
    theta : ndarray of shape (n_parameters,)
        The parameters now: a view, to be copied if kept and never written to.
    seconds : float
        Since the call began.
    """

    epoch: int
    max_epochs: int
    history: History
    theta: Array
    seconds: float


Callback = Callable[[TrainingProgress], bool | None]
"""Called after every chunk of epochs; True asks to stop. A callable with a true attribute `every_epoch` is
called after every epoch."""


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """The result of a training.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        A copy of the state's parameters at the end.
    history : History
    recording : Recording or None
    stop : Stop
    learning_rate : float
        The rate to continue with: that of the settings, divided by `Adaptive` where training stalled.
    loss : float
        Of the last epoch; if there was none, as where L-BFGS begins at a minimum, that of ``theta``.
    """

    theta: Array
    history: History
    recording: Recording | None
    stop: Stop
    learning_rate: float
    loss: float


@dataclass
class Training:
    """A training while it runs: its history, its recording and the calls of its callbacks.

    Attributes
    ----------
    first_epoch : int
        Epochs done before those that `LoopSettings.max_epochs` counts.
    """

    run: Run
    settings: LoopSettings
    engine: Engine
    callbacks: Sequence[Callback]
    interrupt: Interrupt
    first_epoch: int

    def __post_init__(self) -> None:
        settings, self.state = self.settings, self.run.state
        self.last_epoch = self.first_epoch + settings.max_epochs
        self.history_writer = HistoryWriter(tuple(settings.metrics))
        self.recorder = Recorder(settings.record, settings.max_epochs, self.state.epoch, self.state.theta)
        self.started = perf_counter()

    @property
    def every_epoch(self) -> bool:
        """Whether a metric or a callback needs chunks of one epoch."""
        return bool(self.settings.metrics) or any(getattr(c, "every_epoch", False) for c in self.callbacks)

    @property
    def history(self) -> History:
        """The history so far."""
        return self.history_writer.history()

    def write(self, chunk: Chunk, rates: Array, seconds: float) -> dict[str, float]:
        """Write a chunk to the history and return the metrics now.

        `rates` has the rate of each epoch's last step.
        """
        curves = {name: getattr(chunk, name) for name in CURVES if hasattr(chunk, name)}
        if chunk.halt == "diverged" and len(chunk.validation_score):  # as the metrics below
            curves["validation_score"] = np.append(chunk.validation_score[:-1], math.nan)
        curves["learning_rate"] = rates
        curves["seconds"] = np.full(len(chunk.loss), seconds / len(chunk.loss))
        metrics = {
            name: math.nan if chunk.halt == "diverged" else float(metric(self.state.theta))
            for name, metric in self.settings.metrics.items()
        }
        self.history_writer.extend(curves, metrics)
        return metrics

    def call_callbacks(self) -> Literal["callback", "interrupted"] | None:
        """Call every callback; return the reason to stop that their answers give."""
        if not self.callbacks:
            return None
        progress = TrainingProgress(
            epoch=self.state.epoch,
            max_epochs=self.last_epoch,
            history=self.history,
            theta=self.state.theta,
            seconds=perf_counter() - self.started,
        )
        try:
            answers = [callback(progress) for callback in self.callbacks]
        except KeyboardInterrupt:
            return "interrupted"
        return "callback" if any(answers) else None
