"""What every engine takes and returns: plan, data, state, run, chunk, and the protocol itself.

An engine advances runs by whole epochs. Everything that training needs from one call to the next is in
`State`, so that cutting the same training into other chunks changes no bit of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, assert_never

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.network import Network, Optimizer, Penalty

Array = NDArray[Any]
Bits = TypeVar("Bits", int, NDArray[Any])

Order = Literal["sequential", "shuffle", "replacement"]
Quantity = Literal["loss", "validation_loss", "validation_score", "nothing"]
Halt = Literal["stalled", "diverged"]

NEEDS_ALL_ROWS = "must work batch by batch here, got LBFGS(); call separatrix.train.minimize instead."


@dataclass(frozen=True)
class Monitor:
    """The rule of early stopping: which quantity must improve, and by how much.

    An epoch whose value is not better than the best so far by `tol` counts as stalled; more than
    `n_iter_no_change` such epochs in a row halt the run (scikit-learn's rule). Values are compared as
    "higher is better": losses with their sign changed.

    Attributes
    ----------
    quantity : {"loss", "validation_loss", "validation_score", "nothing"}
        `loss` is the running mean of the batch losses.
    tol : float
    n_iter_no_change : float
        May be infinite.
    """

    quantity: Quantity = "loss"
    tol: float = 1e-4
    n_iter_no_change: float = 10

    def value(
        self, loss: float, validation_loss: float = math.nan, validation_score: float = math.nan
    ) -> float | None:
        """Return the value of an epoch that is compared (higher is better); None if nothing is.

        Examples
        --------
        >>> Monitor("validation_loss").value(0.5, 0.75, 0.9)
        -0.75
        """
        match self.quantity:
            case "loss":
                return -loss
            case "validation_loss":
                return -validation_loss
            case "validation_score":
                return validation_score
            case "nothing":
                return None
            case _:
                assert_never(self.quantity)


def compare_with_best(
    value: float, best: float, stale: int, tol: float, patience: float
) -> tuple[bool, int, bool]:
    """Return (is it the best so far, stalled epochs in a row, has the run stalled) for a new value.

    The kernels compile this function, so that there is one rule.
    """
    stale = 0 if value >= best + tol else stale + 1  # NaN is never an improvement
    return value > best, stale, stale > patience


@dataclass(frozen=True)
class Plan:
    """How a network is trained.

    Attributes
    ----------
    network : Network
    optimizer : Optimizer
    penalty : Penalty
    batch_size : int
        Rows of a step. A number not below the number of rows means one full batch, which keeps its order.
    order : {"sequential", "shuffle", "replacement"}
        The order of the data; in each epoch a `RandomState.shuffle` of the last order (scikit-learn's); or
        ``RandomState.randint(0, n_rows, n_rows)``, so that a row may come twice or not at all.
    dropout_seed : int
        Seed of the dropout masks, in [0, 2**32).
    monitor : Monitor
    loss_limit : float
        An epoch with a higher mean loss halts the run: it has diverged.
    """

    network: Network
    optimizer: Optimizer
    penalty: Penalty = field(default_factory=Penalty)
    batch_size: int = 200
    order: Order = "shuffle"
    dropout_seed: int = 0
    monitor: Monitor = field(default_factory=Monitor)
    loss_limit: float = math.inf


@dataclass(frozen=True)
class Data:
    """Rows to train or validate on, all of one float dtype.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_in), C order, or scipy.sparse CSR
    T : ndarray of shape (n_rows, n_targets), C order
        One column per output; for head `multiclass` one column of class indices.
    weight : ndarray of shape (n_rows,) or None
        Weight of each row; None means 1.
    """

    X: Any
    T: Array
    weight: Array | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.T.shape[0])

    @property
    def arrays(self) -> tuple[Any, ...]:
        """X, T and, if given, the weight: one entry per row in each."""
        return (self.X, self.T) if self.weight is None else (self.X, self.T, self.weight)

    def take(self, rows: Any) -> Data:
        """Return some of the rows: views for a slice, copies for an array of indices or truth values.

        Examples
        --------
        >>> data = Data(np.array([[1.0], [2.0], [3.0]]), np.array([[10.0], [20.0], [30.0]]))
        >>> data.take([2, 0]).T.tolist()
        [[30.0], [10.0]]
        """
        return Data(*(array[rows] for array in self.arrays))


@dataclass
class State:
    """Everything that changes while a network is trained.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
    slots : ndarray of shape (optimizer.n_slots, n_parameters)
        Moments: SGD's velocity; Adam's first and second moment; the squares of RMSprop and Adagrad.
    random_state : RandomState
        Of the row order.
    rows : int32 ndarray of shape (n_rows,)
        The row order of the last epoch; empty until it is needed.
    powers : float64 ndarray of shape (2,)
        ``beta_1 ** step`` and ``beta_2 ** step``, multiplied step by step.
    step, epoch : int
        Batches and epochs done; a batch whose rows all have weight 0 counts, though it changes nothing.
    best_theta, best_value, best_epoch :
        Parameters of the best epoch so far, its monitored value (higher is better) and its number (from 1).
        If the training loss is monitored, a full batch's loss belongs to the parameters *before* its step,
        and those are kept.
    first_theta : ndarray of shape (n_parameters,)
        The initial parameters.
    stale : int
        Stalled epochs in a row.
    """

    theta: Array
    slots: Array
    random_state: RandomState
    rows: Array = field(default_factory=lambda: np.empty(0, np.int32))
    powers: Array = field(default_factory=lambda: np.ones(2))
    step: int = 0
    epoch: int = 0
    best_theta: Array = field(default_factory=lambda: np.empty(0))
    best_value: float = -math.inf
    best_epoch: int = 0
    first_theta: Array = field(default_factory=lambda: np.empty(0))
    stale: int = 0

    @classmethod
    def start(cls, theta: Array, optimizer: Optimizer, random_state: RandomState) -> State:
        """Return the state before the first step."""
        return cls(
            theta=theta,
            slots=np.zeros((optimizer.n_slots, len(theta)), theta.dtype),
            random_state=random_state,
            best_theta=theta.copy(),
            first_theta=theta.copy(),
        )

    def update_best(self, value: float, theta: Array, monitor: Monitor) -> bool:
        """Compare an epoch's value (higher is better), that of `theta`, with the best so far.

        Return whether the run has stalled. Its count of stalled epochs then starts again, since the caller
        may continue at a smaller rate.
        """
        is_best, self.stale, is_stalled = compare_with_best(
            value, self.best_value, self.stale, monitor.tol, monitor.n_iter_no_change
        )
        if is_best and is_finite(theta):
            self.best_theta[:], self.best_value, self.best_epoch = theta, value, self.epoch
        if is_stalled:
            self.stale = 0
        return is_stalled


@dataclass
class Run:
    """One training, as an engine sees it.

    Attributes
    ----------
    plan : Plan
    state : State
        Changed in place.
    data : Data
        The training rows.
    validation : Data or None
        If given, its loss and score are computed after every epoch.
    track_training : bool
        Whether the true loss and score of the training rows are computed after every epoch, too.
    workspace : object
        The engine's buffers, kept from chunk to chunk.
    """

    plan: Plan
    state: State
    data: Data
    validation: Data | None = None
    track_training: bool = False
    workspace: Any = None

    @property
    def batch_size(self) -> int:
        """Rows of a step, not more than there are."""
        return min(self.plan.batch_size, self.data.n_rows)

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch; the last may be smaller."""
        return -(-self.data.n_rows // self.batch_size)


@dataclass(frozen=True)
class Task:
    """One run and how far to advance it.

    Attributes
    ----------
    run : Run
    rates : float64 ndarray of shape (n_epochs * steps_per_epoch,)
        Learning rate of each step.
    snapshots : int64 ndarray
        The epochs (counted from 1 over the whole training, ascending) after which ``theta`` is copied.
    """

    run: Run
    rates: Array
    snapshots: Array = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def n_epochs(self) -> int:
        """Number of epochs to train."""
        return len(self.rates) // self.run.steps_per_epoch


@dataclass(frozen=True)
class Chunk:
    """Several epochs of a run; arrays have one entry per epoch, or none if they were not asked for.

    Attributes
    ----------
    loss : float64 ndarray
        Running mean of the batch losses, penalty included (scikit-learn's `loss_curve_`).
    train_loss, train_score, validation_loss, validation_score : float64 ndarray
        At the end of each epoch, without penalty, weighted by row. The score is the accuracy (subset
        accuracy for `multilabel`), or R² for `regression` and `poisson`.
    snapshots : ndarray of shape (n_snapshots, n_parameters)
    halt : {"stalled", "diverged"} or None
        `stalled`: the monitor ended the run after the last of these epochs. `diverged`: the last epoch has a
        loss that is above the plan's limit or not finite, or led to parameters that are not finite; training
        cannot continue.
    """

    loss: Array
    train_loss: Array
    train_score: Array
    validation_loss: Array
    validation_score: Array
    snapshots: Array
    halt: Halt | None = None


Objective = Callable[[Array], tuple[float, Array]]
"""Takes ``theta`` and returns the objective and its gradient."""


class Engine(Protocol):
    """The methods of an engine. Engines hold no state."""

    name: str

    def prepare(self, run: Run) -> None:
        """Do what is needed once before a run, such as compiling, so that no epoch's time includes it."""
        ...

    def advance(self, tasks: Sequence[Task], n_threads: int = 1) -> list[Chunk]:
        """Advance every task's run, in place; one network never uses more than one thread."""
        ...

    def loss_and_gradient(self, plan: Plan, theta: Array, data: Data) -> tuple[float, Array]:
        """Return the objective and its gradient, without dropout.

        The objective is the weighted mean of the losses, summed over outputs, plus the penalty.
        """
        ...

    def objective(self, plan: Plan, data: Data, dtype: Any) -> Objective:
        """Return `loss_and_gradient` as a function of ``theta``, of this dtype, for many calls.

        The gradient may be memory of the function, which its next call writes again.
        """
        ...

    def loss_and_score(self, network: Network, theta: Array, data: Data) -> tuple[float, float]:
        """Return weighted mean loss as reported (without penalty) and score, as in `Chunk`."""
        ...


def is_finite(theta: Array) -> bool:
    """Return whether every parameter is finite: their sum is not, if one of them is not."""
    return math.isfinite(theta.sum())


def uniform_hash(seed: int, step: int, layer: int, unit: int) -> int:
    """Return the 32-bit key of one unit's dropout mask in one step.

    Row r of the batch is dropped where ``mix32(key + r * 0x9E3779B9) < floor(dropout * 2**32)``, in 32 bits.

    Counter-based (Salmon et al. 2011), with the mixer "lowbias32" (Wellons 2018): without state, so that any
    engine, thread or language computes the same mask.
    """
    key = mix32(seed ^ 0x9E3779B9)
    key = mix32(key ^ (step & 0xFFFFFFFF))
    return mix32(key ^ ((layer * 0x85EBCA6B + unit) & 0xFFFFFFFF))


def mix32(x: Bits) -> Bits:
    """Return a 32-bit integer whose every bit depends on every bit of `x`: an integer, or uint32 array."""
    x = x & 0xFFFFFFFF
    x = x ^ (x >> 16)
    x = x * 0x7FEB352D & 0xFFFFFFFF
    x = x ^ (x >> 15)
    x = x * 0x846CA68B & 0xFFFFFFFF
    return x ^ (x >> 16)
