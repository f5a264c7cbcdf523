"""The training loop: advance by a chunk of epochs, write it down, tell the callbacks, decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Chunk, Engine, Run, Task, watch
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import ParameterError
from separatrix.network import LBFGS, TrainingLength
from separatrix.network.schedules import Adaptive
from separatrix.train.base import Callback, LoopSettings, TrainingResult
from separatrix.train.call import Call
from separatrix.train.history import History
from separatrix.train.interrupt import Interrupt
from separatrix.train.lbfgs import minimize
from separatrix.train.stops import Reason, describe

Array = NDArray[Any]

CHUNK_SECONDS = 0.03  # long enough to cost nothing, short enough for Ctrl-C and a progress bar
FIRST_SECONDS = 0.002
CHUNK_GROWTH = 8  # at most, from one chunk to the next: a first measurement may be far off
SMALLEST_RATE = 1e-6  # scikit-learn's, for `Adaptive`


def train(
    run: Run, settings: LoopSettings, engine: Engine, callbacks: Sequence[Callback] = ()
) -> TrainingResult:
    """Train a network until something stops it.

    The run's state may be fresh or that of an earlier call: training goes on from it, and ends with
    ``run.state.theta`` equal to the outcome's. How epochs are cut into chunks changes no bit of the result.

    Parameters
    ----------
    run : Run
        Its state is changed in place.
    settings : LoopSettings
    engine : Engine
    callbacks : sequence of Callback
        Told after every chunk, but for one that diverged. An exception raised by one of them propagates and
        leaves the state as it was after the last epoch.

    Returns
    -------
    TrainingResult
        Ctrl-C, divergence and all other ends are values there; only a second Ctrl-C raises
        `KeyboardInterrupt`. A training that diverged ends with `State.best_theta`: the best parameters by
        what is watched, or the initial ones where that is nothing. With `restore_best` so does any other.

    Raises
    ------
    ParameterError
        If what is to be watched is not there to be watched.

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
    >>> outcome = train(run, LoopSettings(0.5, Constant(), max_epochs=200), get_engine("numpy"))
    >>> outcome.theta.round(1), outcome.stop.reason
    (array([2., 1.]), 'converged')
    """
    _check_watched(run, settings)
    if isinstance(run.plan.optimizer, LBFGS):
        return minimize(run, settings, engine, callbacks)
    engine.prepare(run)
    with Interrupt() as interrupt:
        return Descent(run, settings, engine, callbacks, interrupt).train()


class Descent(Call):
    """One call of `train`, step by step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.progress = TrainingLength(
            self.run.steps_per_epoch, self.observer.last_epoch, self.run.data.n_rows
        )
        self.rate = self.settings.learning_rate
        self.chunk_length = self.first_length()
        self.first = self.state.theta.copy()

    @property
    def last_epoch(self) -> int:
        """The epoch to return after."""
        end, pause_at = self.observer.last_epoch, self.settings.pause_at
        return end if pause_at is None else min(end, pause_at)

    def train(self) -> TrainingResult:
        """Train until there is a reason to stop."""
        reason: Reason | None = None
        while reason is None:
            rates = self.next_rates()
            chunk, seconds = self.advance(rates)
            metrics = self.write(chunk, rates, seconds)
            reason = self.decide(chunk, self.watch(chunk, metrics))
            self.chunk_length = self.next_length(len(chunk.loss), seconds)
        return self.end(reason)

    def next_rates(self) -> Array:
        """Return the rate of every step of the next chunk."""
        n_epochs = min(self.chunk_length, self.last_epoch - self.state.epoch)
        steps = self.state.step + np.arange(n_epochs * self.run.steps_per_epoch)
        return self.rate * self.settings.schedule.factors(steps, self.progress)

    def advance(self, rates: Array) -> tuple[Chunk, float]:
        """Let the engine train one chunk; return it and its seconds."""
        first = self.state.epoch + 1
        last = self.state.epoch + len(rates) // self.run.steps_per_epoch
        task = Task(self.run, rates, self.recorder.due(first, last))
        started = perf_counter()
        (chunk,) = self.engine.advance([task])
        seconds = perf_counter() - started
        last_finite = self.state.epoch - (chunk.halt == "diverged")
        epochs = task.snapshots[task.snapshots <= last_finite]
        self.recorder.add(epochs, chunk.snapshots[: len(epochs)])
        return chunk, seconds

    def write(self, chunk: Chunk, rates: Array, seconds: float) -> dict[str, float]:
        """Write the chunk down; return the metrics after it."""
        last_rates = rates.reshape(-1, self.run.steps_per_epoch)[: len(chunk.loss), -1]
        return self.observer.write(chunk, last_rates, seconds)

    def watch(self, chunk: Chunk, metrics: dict[str, float]) -> bool:
        """Return whether what is watched has stalled; a metric is watched here, all else by the engine."""
        if self.settings.monitored_metric is None or chunk.halt == "diverged":
            return chunk.halt == "stalled"
        value = metrics[self.settings.monitored_metric]
        return self.compare(-math.inf if math.isnan(value) else value, self.state.theta)

    def compare(self, value: float, theta: Array) -> bool:
        """Compare a watched value, that of `theta`, with the best so far; return whether it stalled."""
        state, monitor = self.state, self.run.plan.monitor
        is_best, state.stale, is_stalled = watch(
            value, state.best_value, state.stale, monitor.tol, monitor.n_iter_no_change
        )
        if is_best:
            state.best_theta[:], state.best_value, state.best_epoch = theta, value, state.epoch
        if is_stalled:
            state.stale = 0
        return is_stalled

    def decide(self, chunk: Chunk, is_stalled: bool) -> Reason | None:
        """Return why to stop here, or None to go on."""
        if chunk.halt == "diverged":
            return "diverged"
        if is_stalled and isinstance(self.settings.schedule, Adaptive) and self.rate > SMALLEST_RATE:
            self.rate /= 5.0
            is_stalled = False
        wish = self.observer.tell()
        return self.reason("interrupted" if self.interrupt.requested else wish, is_stalled)

    def reason(self, wish: Reason | None, is_stalled: bool) -> Reason | None:
        """Return why to stop here; a wish comes first."""
        return wish or self.own_reason(is_stalled)

    def own_reason(self, is_stalled: bool) -> Reason | None:
        """Return why to stop here though nobody wishes it."""
        if is_stalled:
            return "converged" if self.run.plan.monitor.quantity == "loss" else "early_stopped"
        if self.state.epoch < self.last_epoch:
            return None
        return "paused" if self.last_epoch < self.observer.last_epoch else "max_iter"

    def first_length(self) -> int:
        """Return the epochs of the first chunk: some 2 ms by a cautious guess of the engine's pace."""
        if self.observer.every_epoch:
            return 1
        epoch = 1e-9 * self.run.data.n_rows * len(self.state.theta) + 1e-6 * self.run.steps_per_epoch
        return max(1, int(FIRST_SECONDS / epoch))

    def next_length(self, n_epochs: int, seconds: float) -> int:
        """Return the epochs of the next chunk, from the pace of the last."""
        if self.observer.every_epoch:
            return 1
        return max(1, int(n_epochs * min(CHUNK_GROWTH, CHUNK_SECONDS / max(seconds, 1e-9))))

    def end(self, reason: Reason) -> TrainingResult:
        """Restore the best parameters where asked and put the outcome together."""
        state, settings, history = self.state, self.settings, self.observer.history()
        if reason != "diverged":
            self.recorder.add_last(state.epoch, state.theta)
        best_epoch = None
        restores = settings.restore_best and state.best_epoch > 0 and reason != "paused"
        if reason == "diverged" or restores:
            state.theta[:], best_epoch = state.best_theta, state.best_epoch
        stop = describe(
            reason,
            state.epoch,
            best_epoch,
            monitor=self.run.plan.monitor,
            max_epochs=settings.max_epochs,
            learning_rate=float(history.learning_rate[-1]),
            metric=settings.monitored_metric,
            loss_rose=self.loss_rose(history),
        )
        recording = self.recorder.recording()
        return TrainingResult(state.theta.copy(), history, recording, stop, self.rate)

    def loss_rose(self, history: History) -> bool:
        """Return whether training left the network worse than it found it."""
        if not history.loss[-1] > history.loss[0] / 2:
            return False
        if self.run.steps_per_epoch == 1:  # the first loss is that of the first parameters
            return bool(history.loss[-1] > history.loss[0])
        data, network = self.run.data, self.run.plan.network
        rows = data.take(slice(None, None, -(-data.n_rows // 1000)))
        before, after = (
            NumpyEngine().loss_and_score(network, t, rows)[0] for t in (self.first, self.state.theta)
        )
        return after > before


def _check_watched(run: Run, settings: LoopSettings) -> None:
    watched = run.plan.monitor.quantity
    if settings.monitored_metric is not None and watched != "nothing":
        raise ParameterError(
            f"monitor.quantity must be 'nothing' where monitored_metric is {settings.monitored_metric!r}, "
            f"got {watched!r}."
        )
    if watched.startswith("validation") and run.validation is None:
        raise ParameterError(f"validation must be given where monitor.quantity is {watched!r}, got None.")
