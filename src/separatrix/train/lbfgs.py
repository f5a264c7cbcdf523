"""L-BFGS: SciPy's minimiser on an engine's loss and gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

from separatrix.blas import one_blas_thread
from separatrix.engine.base import Chunk, Data, Engine, Run
from separatrix.errors import ParameterError
from separatrix.network import LBFGS
from separatrix.train.base import Callback, LoopSettings, Training, TrainingResult
from separatrix.train.interrupt import Interrupt
from separatrix.train.stops import Reason, Stop

Array = NDArray[Any]

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
    with Interrupt() as interrupt:
        minimization = _Minimization(run, settings, engine, callbacks, interrupt, first_epoch=run.state.epoch)
        return minimization.train(run.plan.optimizer)


class _Minimization(Training):
    """One call of `minimize`, step by step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reason: Reason | None = None
        self.lap = perf_counter()

    def train(self, optimizer: LBFGS) -> TrainingResult:
        with one_blas_thread:  # more may round otherwise
            result = scipy.optimize.minimize(
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
        return self.end(result)

    def objective(self, x: Array) -> tuple[float, Array]:
        """Return the loss and its gradient, computed in the dtype of ``theta``."""
        theta = x.astype(self.state.theta.dtype)
        loss, gradient = self.engine.loss_and_gradient(self.run.plan, theta, self.run.data)
        return loss, gradient.astype(np.float64)

    def after_iteration(self, intermediate_result: Any) -> None:
        """Write an iterate to state and history and call the callbacks; SciPy knows the parameter's name."""
        state, loss = self.state, float(intermediate_result.fun)
        theta = intermediate_result.x.astype(state.theta.dtype)
        if not (math.isfinite(loss) and np.isfinite(theta).all()):
            self.reason = "diverged"
            raise StopIteration
        state.theta[:] = state.best_theta[:] = theta
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
