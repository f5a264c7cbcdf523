"""The training loop: train some epochs, write them to the history, call the callbacks, decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Chunk, Data, Engine, Run, Task
from separatrix.errors import ParameterError
from separatrix.network import LBFGS, TrainingLength
from separatrix.network.schedules import Adaptive
from separatrix.train.base import Callback, LoopSettings, Training, TrainingResult
from separatrix.train.divergence import Judge, objective
from separatrix.train.interrupt import Interrupt
from separatrix.train.lbfgs import minimize
from separatrix.train.stops import Details, Reason, Stop

Array = NDArray[Any]

CHUNK_SECONDS = 0.03  # long enough to cost nothing, short enough for Ctrl-C and a progress bar
FIRST_SECONDS = 0.002
CHUNK_GROWTH = 8  # at most, from one chunk to the next: a first measurement may be far off
SMALLEST_RATE = 1e-6  # scikit-learn's, for `Adaptive`


def train(
    run: Run, settings: LoopSettings, engine: Engine, callbacks: Sequence[Callback] = ()
) -> TrainingResult:
    """Train a network until there is a reason to stop.

    The run's state may be fresh or that of an earlier call: training continues from it, and ends with
    ``run.state.theta`` equal to the result's. How epochs are cut into chunks changes no bit of the result.

    Parameters
    ----------
    run : Run
        Its state is changed in place.
    settings : LoopSettings
    engine : Engine
    callbacks : sequence of Callback
        Called after every chunk except one that diverged. An exception raised by a callback propagates and
        leaves the state as it was after the last epoch.

    Returns
    -------
    TrainingResult
        Ctrl-C, divergence and all other ends are values of its `stop`; only a second Ctrl-C raises
        `KeyboardInterrupt`. A training that diverged (see `separatrix.train.divergence`) ends with
        `State.best_theta`, the best parameters according to the monitor, or with the initial ones if nothing
        is monitored or their loss is lower. With `restore_best` every training ends with the best.

    Raises
    ------
    ParameterError
        If the monitored quantity is not computed.

    Examples
    --------
    >>> from separatrix.engine import get_engine
    >>> from separatrix.engine.base import Data, Plan, State
    >>> from separatrix.network import SGD, Network
    >>> from separatrix.network.schedules import Constant
    >>> network = Network.mlp(1, (), 1, head="regression")
    >>> data = Data(np.array([[-1.0], [1.0]]), np.array([[-1.0], [3.0]]))
    >>> state = State.start(np.zeros(2), SGD(), np.random.RandomState(0))
    >>> run = Run(Plan(network, SGD()), state, data)
    >>> result = train(run, LoopSettings(0.5, Constant(), max_epochs=200), get_engine("numpy"))
    >>> result.theta.round(1), result.stop.reason
    (array([2., 1.]), 'converged')
    """
    _check_monitor(run, settings)
    if isinstance(run.plan.optimizer, LBFGS):
        return minimize(run, settings, engine, callbacks)
    judge = Judge(run)
    engine.prepare(run)
    with Interrupt() as interrupt:
        loop = TrainingLoop(run, settings, engine, callbacks, interrupt, first_epoch=run.state.epoch)
        return loop.train(ResidentRows(loop), judge)


@dataclass(frozen=True, eq=False)
class Epochs:
    """Epochs that a source has trained.

    Attributes
    ----------
    chunk : Chunk
        With `halt` set to "stalled" if the monitor found so.
    rates : ndarray of shape (n_epochs,)
        Rate of each epoch's last step.
    seconds : float
    end_before_interrupt : bool
        Whether another reason to stop comes before Ctrl-C, so that a training that is continued from a
        checkpoint stops where an uninterrupted one does.
    """

    chunk: Chunk
    rates: Array
    seconds: float
    end_before_interrupt: bool = False


class Source(Protocol):
    """The rows to train on, and how many of them the engine is given at once."""

    def train_epochs(self) -> Epochs | None:
        """Train one or more epochs; None if Ctrl-C came before the first row."""
        ...

    def finish(self, epochs: Epochs, reason: Reason | None) -> None:
        """Take note of whether training stops after these epochs."""
        ...


class TrainingLoop(Training):
    """One call of `train` or `train_stream`, step by step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rate = self.settings.learning_rate

    @property
    def return_epoch(self) -> int:
        """The epoch to return after."""
        pause_at = self.settings.pause_at
        return self.last_epoch if pause_at is None else min(self.last_epoch, pause_at)

    def train(self, source: Source, judge: Judge) -> TrainingResult:
        """Train until there is a reason to stop."""
        reason = self.reason_to_end(is_stalled=False)
        while reason is None:
            epochs = source.train_epochs()
            if epochs is None:
                reason = "interrupted"
                break
            metrics = self.write(epochs.chunk, epochs.rates, epochs.seconds)
            reason = self.decide(epochs, self.is_stalled(epochs.chunk, metrics))
            source.finish(epochs, reason)
        return self.end(reason, judge)

    def is_stalled(self, chunk: Chunk, metrics: dict[str, float]) -> bool:
        """Return whether the monitored value stalled; the source compares all values except metrics."""
        if self.settings.monitored_metric is None or chunk.halt == "diverged":
            return chunk.halt == "stalled"
        value = metrics[self.settings.monitored_metric]
        value = -math.inf if math.isnan(value) else value
        return self.state.update_best(value, self.state.theta, self.run.plan.monitor)

    def decide(self, epochs: Epochs, is_stalled: bool) -> Reason | None:
        """Return why to stop here, or None to continue."""
        if epochs.chunk.halt == "diverged":
            return "diverged"
        if is_stalled and isinstance(self.settings.schedule, Adaptive) and self.rate > SMALLEST_RATE:
            self.rate /= 5.0
            is_stalled = False
        request = self.call_callbacks()
        if self.interrupt.requested:
            request = "interrupted"
        end = self.reason_to_end(is_stalled)
        if request == "interrupted" and epochs.end_before_interrupt:
            return end or request
        return request or end

    def reason_to_end(self, is_stalled: bool) -> Reason | None:
        """Return why training ends here without a request to stop."""
        if is_stalled:
            return "converged" if self.run.plan.monitor.quantity == "loss" else "early_stopped"
        if self.state.epoch < self.return_epoch:
            return None
        return "paused" if self.return_epoch < self.last_epoch else "max_iter"

    def end(self, reason: Reason, judge: Judge) -> TrainingResult:
        """Restore the best parameters if asked for, and return the result."""
        state, settings, history = self.state, self.settings, self.history
        if reason != "diverged":
            self.recorder.add_last(state.epoch, state.theta)
        restores = settings.restore_best and state.best_epoch > 0 and reason != "paused"
        last_loss = None
        if reason not in {"diverged", "paused"}:
            kept = state.best_theta if restores else state.theta
            if judge.is_no_better(kept, settings.first):
                last_loss = float(history.loss[-1])
                reason = reason if reason in {"interrupted", "callback"} else "diverged"
        is_lost = reason == "diverged" or last_loss is not None
        best_epoch = self.restore_best(judge.rows, is_lost) if is_lost or restores else None
        details = Details(
            self.run.plan.monitor,
            settings.max_epochs,
            float(history.learning_rate[-1]),
            settings.monitored_metric,
            last_loss,
        )
        stop = Stop(reason, state.epoch, best_epoch, details)
        theta, loss = state.theta.copy(), float(history.loss[-1])
        return TrainingResult(theta, history, self.recorder.recording(), stop, self.rate, loss)

    def restore_best(self, rows: Data, is_lost: bool) -> int:
        """Restore the best parameters, also the first ones if the training is lost; return their epoch."""
        state = self.state
        state.theta[:], best_epoch = state.best_theta, state.best_epoch
        if is_lost and best_epoch:
            rows = self.run.validation or rows
            if objective(self.run, state.first_theta, rows) <= objective(self.run, state.best_theta, rows):
                state.theta[:], best_epoch = state.first_theta, 0
        return best_epoch


class ResidentRows:
    """The source whose rows are in memory: the engine trains a chunk of several epochs at once."""

    def __init__(self, loop: TrainingLoop) -> None:
        self.loop, self.run = loop, loop.run
        self.length = TrainingLength(self.run.steps_per_epoch, loop.last_epoch, self.run.data.n_rows)
        self.n_epochs = self._first_n_epochs()

    def train_epochs(self) -> Epochs:
        """Train one chunk."""
        loop, state, steps_per_epoch = self.loop, self.run.state, self.run.steps_per_epoch
        n_epochs = min(self.n_epochs, loop.return_epoch - state.epoch)
        steps = state.step + np.arange(n_epochs * steps_per_epoch)
        rates = loop.rate * loop.settings.schedule.factors(steps, self.length)
        task = Task(self.run, rates, loop.recorder.due(state.epoch + 1, state.epoch + n_epochs))
        started = perf_counter()
        (chunk,) = loop.engine.advance([task])
        seconds = perf_counter() - started
        last_finite = state.epoch - (chunk.halt == "diverged")
        recorded = task.snapshots[task.snapshots <= last_finite]
        loop.recorder.add(recorded, chunk.snapshots[: len(recorded)])
        return Epochs(chunk, rates.reshape(-1, steps_per_epoch)[: len(chunk.loss), -1], seconds)

    def finish(self, epochs: Epochs, reason: Reason | None) -> None:
        """Set the length of the next chunk from the speed of this one."""
        if not self.loop.every_epoch:
            self.n_epochs = grown(len(epochs.chunk.loss), epochs.seconds)

    def _first_n_epochs(self) -> int:
        """Return the epochs of the first chunk: some 2 ms by a cautious guess of the engine's speed."""
        if self.loop.every_epoch:
            return 1
        seconds = 1e-9 * self.run.data.n_rows * len(self.run.state.theta) + 1e-6 * self.run.steps_per_epoch
        return max(1, int(FIRST_SECONDS / seconds))


def grown(n_epochs: int, seconds: float) -> int:
    """Return the number of epochs of the next chunk, after a chunk of `n_epochs` that took `seconds`.

    Examples
    --------
    >>> grown(10, 0.003), grown(10, 0.06), grown(10, 3.0)
    (80, 5, 1)
    """
    growth = min(CHUNK_GROWTH, CHUNK_SECONDS / max(seconds, 1e-9))
    return max(1, int(n_epochs * growth))


def _check_monitor(run: Run, settings: LoopSettings) -> None:
    quantity = run.plan.monitor.quantity
    if settings.monitored_metric is not None and quantity != "nothing":
        raise ParameterError(
            "monitor.quantity",
            f"must be 'nothing' where monitored_metric is {settings.monitored_metric!r}, got {quantity!r}.",
        )
    if quantity.startswith("validation") and run.validation is None:
        raise ParameterError("validation", f"must be given where monitor.quantity is {quantity!r}, got None.")
