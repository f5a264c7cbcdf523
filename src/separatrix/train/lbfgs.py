"""L-BFGS: SciPy's minimiser on an engine's loss and gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

from separatrix.blas import one_blas_thread
from separatrix.engine.base import Chunk, Data, Engine, Objective, Run
from separatrix.errors import ParameterError
from separatrix.network import LBFGS, Penalty
from separatrix.train.base import Callback, LoopSettings, Training, TrainingResult
from separatrix.train.interrupt import Interrupt
from separatrix.train.stops import Reason, Stop

Array = NDArray[Any]

# Rows times parameters of a chunk, a fraction of a second of work: between chunks Ctrl-C is noticed.
CHUNK_WORK, LEAST_ROWS = 500_000_000, 512

# SciPy stops, too, where an iteration lowers the loss by less than this fraction. A smaller tolerance of the
# derivatives is out of reach unless this is smaller, too: near a minimum the loss falls with their square.
LOSS_FRACTION = 2.220446049250313e-09  # SciPy's default, and so scikit-learn's


def minimize(
    run: Run, settings: LoopSettings, engine: Engine, callbacks: Sequence[Callback] = ()
) -> TrainingResult:
    """Train a network with L-BFGS, as scikit-learn does: all rows at once, no learning rate, no dropout.

    One iteration counts as one epoch. Training ends where no derivative is larger than the monitor's `tol`,
    or no iteration lowers the loss any more; nothing else is monitored, so `restore_best` changes nothing.
    With a `tol` below the default it goes on until the derivatives are that small, where scikit-learn's
    networks end earlier.

    Parameters
    ----------
    run, settings, engine, callbacks :
        As for `train`; the plan's optimizer is `LBFGS`. SciPy's own arithmetic is float64, whatever the dtype
        of ``theta``.

    Returns
    -------
    TrainingResult

    Raises
    ------
    ParameterError
        If the plan's optimizer is another.

    Examples
    --------
    >>> from separatrix.engine import get_engine
    >>> from separatrix.engine.base import Plan, State
    >>> from separatrix.network import Network
    >>> from separatrix.network.schedules import Constant
    >>> network = Network.mlp(1, (), 1, head="regression")
    >>> data = Data(np.array([[-1.0], [1.0]]), np.array([[-1.0], [3.0]]))
    >>> state = State.start(np.zeros(2), LBFGS(), np.random.RandomState(0))
    >>> run = Run(Plan(network, LBFGS()), state, data)
    >>> minimize(run, LoopSettings(0.1, Constant(), max_epochs=200), get_engine("numpy")).theta.round(3)
    array([2., 1.])
    """
    if not isinstance(run.plan.optimizer, LBFGS):
        raise ParameterError("optimizer", f"must be LBFGS() here, got {run.plan.optimizer!r}; call train.")
    engine.prepare(run)
    with Interrupt() as interrupt:
        minimization = _Minimization(run, settings, engine, callbacks, interrupt, first_epoch=run.state.epoch)
        return minimization.train(run.plan.optimizer)


def chunks_of(data: Data, n_parameters: int) -> list[tuple[Data, float]]:
    """Return chunks of rows with their weights, by the number of parameters; small data are one chunk.

    Examples
    --------
    >>> data = Data(np.zeros((2000, 1)), np.zeros((2000, 1)))
    >>> [(chunk.n_rows, weight) for chunk, weight in chunks_of(data, 500_000)]
    [(1000, 1000.0), (1000, 1000.0)]
    """
    n_rows = max(LEAST_ROWS, CHUNK_WORK // n_parameters)
    chunks = [data.take(slice(i, i + n_rows)) for i in range(0, data.n_rows, n_rows)]
    if len(chunks) < 2:
        return [(data, 1.0)]
    weights = [
        float(chunk.n_rows if chunk.weight is None else chunk.weight.sum(dtype=float)) for chunk in chunks
    ]
    return [pair for pair in zip(chunks, weights, strict=True) if pair[1] > 0]


class _InterruptedError(Exception):
    """Ctrl-C came during an evaluation."""


class _Minimization(Training):
    """One call of `minimize`, step by step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reason: Reason | None = None
        self.lap = perf_counter()
        self.n_evaluations = 0
        self.loss = math.nan
        self.chunks = chunks_of(self.run.data, self.state.theta.size)

    def train(self, optimizer: LBFGS) -> TrainingResult:
        try:
            with one_blas_thread:  # more may round otherwise
                result: Any = scipy.optimize.minimize(
                    self.objective,
                    self.state.theta.astype(np.float64),
                    method="L-BFGS-B",
                    jac=True,
                    callback=self.after_iteration,
                    options={
                        "maxfun": optimizer.max_fun,
                        "maxiter": self.settings.max_epochs,
                        "gtol": self.run.plan.monitor.tol,
                        "ftol": min(LOSS_FRACTION, self.run.plan.monitor.tol**2),
                    },
                )
        except _InterruptedError:
            self.reason = "interrupted"
            interrupted = {"fun": self.loss, "nit": self.state.epoch - self.first_epoch}
            interrupted |= {"nfev": self.n_evaluations, "status": 1, "success": False}
            result = SimpleNamespace(**interrupted)
        return self.end(result)

    def objective(self, x: Array) -> tuple[float, Array]:
        """Return the loss and its gradient, in the dtype of ``theta``, chunk by chunk."""
        theta = x.astype(self.state.theta.dtype)
        if len(self.chunks) == 1:
            loss, gradient = self.of_all_rows(theta)
        else:
            loss, gradient = self.sum_of_chunks(theta)
        if not self.n_evaluations:
            self.loss = loss
        self.n_evaluations += 1
        return loss, gradient.astype(np.float64)

    @cached_property
    def of_all_rows(self) -> Objective:
        """The loss and its gradient of small data, as a function: setting it up takes longer than a call."""
        return self.engine.objective(self.run.plan, self.run.data, self.state.theta.dtype)

    def sum_of_chunks(self, theta: Array) -> tuple[float, Array]:
        """Return loss and gradient over all rows; each chunk has an equal share of the penalty."""
        plan, n = self.run.plan, len(self.chunks)
        plan = replace(plan, penalty=Penalty(plan.penalty.l2 / n, plan.penalty.l1 / n))
        total = sum(weight for _, weight in self.chunks)
        loss, gradient = 0.0, np.zeros(theta.size)
        for chunk, weight in self.chunks:
            # The first evaluation is completed, so that a loss is known.
            if self.n_evaluations and self.interrupt.requested:
                raise _InterruptedError
            loss_of_chunk, gradient_of_chunk = self.engine.loss_and_gradient(plan, theta, chunk)
            loss += weight / total * loss_of_chunk
            gradient += weight / total * gradient_of_chunk
        return loss, gradient

    def after_iteration(self, intermediate_result: Any) -> None:
        """Write an iterate to state and history and call the callbacks; SciPy knows the parameter's name."""
        state, loss = self.state, float(intermediate_result.fun)
        theta = intermediate_result.x.astype(state.theta.dtype)
        if not (math.isfinite(loss) and np.isfinite(theta).all()):
            self.reason = "diverged"
            raise StopIteration
        state.theta[:] = state.best_theta[:] = theta
        self.loss = loss
        state.epoch += 1
        state.best_epoch, state.best_value = state.epoch, -loss  # no iteration raises the loss
        self.write_iteration(loss)
        self.reason = self.call_callbacks()
        if self.interrupt.requested:
            self.reason = "interrupted"
        if self.reason is not None:
            raise StopIteration

    def write_iteration(self, loss: float) -> None:
        run, epoch = self.run, self.state.epoch
        train_loss, train_score = self.evaluate(run.data if run.track_training else None)
        validation_loss, validation_score = self.evaluate(run.validation)
        seconds, self.lap = perf_counter() - self.lap, perf_counter()
        due = self.recorder.due(epoch, epoch)
        snapshots = np.tile(self.state.theta, (len(due), 1))
        self.recorder.add(due, snapshots)
        chunk = Chunk(np.array([loss]), train_loss, train_score, validation_loss, validation_score, snapshots)
        self.write(chunk, np.empty(0), seconds)

    def evaluate(self, data: Data | None) -> tuple[Array, Array]:
        """Return loss and score as arrays of one epoch, or of none without data."""
        if data is None:
            return np.empty(0), np.empty(0)
        loss, score = self.engine.loss_and_score(self.run.plan.network, self.state.theta, data)
        return np.array([loss]), np.array([score])

    def end(self, result: Any) -> TrainingResult:
        """Return the result."""
        state, reason = self.state, self.reason
        if reason is None:
            if not math.isfinite(result.fun):
                reason = "diverged"
            else:
                reason = "max_iter" if result.status == 1 else "converged"
        after = f"after {result.nit} iterations and {result.nfev} evaluations of the loss"
        message = {
            "converged": f"L-BFGS {'converged' if result.success else 'found no further descent'} {after}.",
            "max_iter": f"L-BFGS reached its limit {after}; raise max_iter or max_fun.",
            "interrupted": f"L-BFGS was interrupted {after}.",
            "diverged": f"L-BFGS diverged {after}; standardise the features.",
            "callback": f"A callback ended L-BFGS {after}.",
        }[reason]
        self.recorder.add_last(state.epoch, state.theta)
        best_epoch = state.epoch if reason == "diverged" else None
        return TrainingResult(
            state.theta.copy(),
            self.history,
            self.recorder.recording(),
            Stop(reason, state.epoch, best_epoch, message),
            self.settings.learning_rate,
            float(result.fun),
        )
