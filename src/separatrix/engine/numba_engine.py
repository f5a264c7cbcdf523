"""The compiled engine: builds a kernel's tables and buffers from a plan, calls it, and reads the results.

Measured and rejected: views of single layers inside the step (their reference counts cost as much as the
arithmetic), and a row pitch other than the block (no gain, and wide layers slower).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.coded_rows import CodedRows
from separatrix.engine._jit import VECTOR_BYTES
from separatrix.engine.base import NEEDS_ALL_ROWS, Chunk, Data, Objective, Plan, Run, Task
from separatrix.engine.generators import state_words
from separatrix.engine.kernels import activations, heads, layers, optimizers, rows, training
from separatrix.errors import ParameterError
from separatrix.network import ACTIVATIONS, HEADS, LBFGS, SGD, Network

Array = NDArray[Any]

# Rows of a block: a network of a dozen units stays in the first cache.
BLOCK = 512
CACHE_LINE = 64  # bytes

# A full batch up to this size is kept in the kernels' own layout.
PACKED_BYTES = 4 * 2**20

_NO_ROWS, _NO_KEY = np.empty(0, np.int32), np.empty(0, np.uint32)
_HALTS = {training.STALLED: "stalled", training.DIVERGED: "diverged"}


def kernels_ready(dtype: Any) -> bool:
    """Return whether the kernels of this dtype are compiled already, which takes some seconds.

    Examples
    --------
    >>> isinstance(kernels_ready("float32"), bool)
    True
    """
    return training.training.on_disk(np.dtype(dtype).name)


class NumbaEngine:
    """Trains with compiled kernels; one network on one thread, with the interpreter's lock released.

    Examples
    --------
    >>> NumbaEngine().name
    'numba'
    """

    name = "numba"

    def prepare(self, run: Run) -> None:
        """Compile or load the kernels and make the run's workspace."""
        if isinstance(run.plan.optimizer, LBFGS):
            theta, row = run.state.theta, run.data.take(slice(0, 1))
            if not training.gradient.is_loaded(theta.dtype.name):
                self.loss_and_gradient(run.plan, theta, row)
            evaluates = run.track_training or run.validation is not None
            if evaluates and not training.evaluation.is_loaded(theta.dtype.name):
                self.loss_and_score(run.plan.network, theta, row)
        elif training.training.is_loaded(run.state.theta.dtype.name):
            run.workspace = _workspace(run)
        else:
            _advance(Task(run, np.empty(0)))

    def advance(self, tasks: Sequence[Task], n_threads: int = 1) -> list[Chunk]:
        """Advance every task's run, in place (see `separatrix.engine.base.Engine`)."""
        if n_threads == 1 or len(tasks) == 1:
            return [_advance(task) for task in tasks]
        with ThreadPoolExecutor(n_threads) as pool:
            return list(pool.map(_advance, tasks))

    def loss_and_gradient(self, plan: Plan, theta: Array, data: Data) -> tuple[float, Array]:
        """Return the objective and its gradient (see `separatrix.engine.base.Engine`)."""
        return self.objective(plan, data, theta.dtype)(theta)

    def objective(self, plan: Plan, data: Data, dtype: Any) -> Objective:
        """Return the objective as a function (see `separatrix.engine.base.Engine`)."""
        workspace = _Workspace(plan, data, None, dtype, data.n_rows)
        n_parameters, buffers = plan.network.n_parameters, workspace.buffers
        arguments = workspace.plan, workspace.data, n_parameters, buffers
        kernel = training.gradient.load(workspace.kind, arguments)

        def loss_and_gradient(theta: Array) -> tuple[float, Array]:
            workspace.with_theta(theta)
            loss, penalty, _ = kernel(*arguments)
            return loss + penalty, buffers.gradient[0, :n_parameters]

        return loss_and_gradient

    def loss_and_score(self, network: Network, theta: Array, data: Data) -> tuple[float, float]:
        """Return weighted mean loss and score (see `separatrix.engine.base.Engine`)."""
        workspace = _Workspace(Plan(network, SGD()), data, None, theta.dtype, data.n_rows)
        arguments = workspace.plan, workspace.data, len(theta), workspace.with_theta(theta)
        loss, score = training.evaluation.load(workspace.kind, arguments)(*arguments)
        return loss, score


class _Workspace:
    """A kernel's arguments except the state, built once for a run."""

    def __init__(self, plan: Plan, data: Data, validation: Data | None, dtype: Any, batch_size: int) -> None:
        self.kind = np.dtype(dtype).name
        data = _embeddable(plan.network, data)
        validation = None if validation is None else _embeddable(plan.network, validation)
        n_plain = data.X.dense.shape[1] if isinstance(data.X, CodedRows) else plan.network.n_in
        self.plan = _kernel_plan(plan, dtype, n_plain)
        self.data = _kernel_data(plan.network, data, dtype)
        self.validation = (
            _no_rows(self.data) if validation is None else _kernel_data(plan.network, validation, dtype)
        )
        largest = batch_size
        if validation is not None:
            largest = max(batch_size, min(validation.n_rows, BLOCK))
        fixed = batch_size >= data.n_rows and plan.order != "replacement"
        n_fixed = data.n_rows if fixed else 0
        self.buffers = _buffers(plan, n_plain, data.T.shape[1], dtype, largest, n_fixed)
        table = self.plan.layers
        self.buffers.A[table[:, layers.ROW_IN] + table[:, layers.N_IN]] = 1.0  # see `kernels.layers`

    def with_theta(self, theta: Array) -> training.Buffers:
        """Return the buffers, with these parameters in them."""
        self.buffers.theta[0, : len(theta)] = theta
        return self.buffers


def _workspace(run: Run) -> _Workspace:
    return _Workspace(run.plan, run.data, run.validation, run.state.theta.dtype, run.batch_size)


def _advance(task: Task) -> Chunk:
    run, state = task.run, task.run.state
    if isinstance(run.plan.optimizer, LBFGS):
        raise ParameterError("optimizer", NEEDS_ALL_ROWS)
    if run.workspace is None:
        run.workspace = _workspace(run)
    space = run.workspace
    ahead = task.snapshots[(task.snapshots > state.epoch) & (task.snapshots <= state.epoch + task.n_epochs)]
    history = np.full((task.n_epochs, 5), np.nan)
    snapshots = np.empty((len(ahead), len(state.theta)), state.theta.dtype)
    with _kernel_state(run, draws=len(task.rates) > 0) as kernel_state:
        arguments = (
            space.plan,
            space.data,
            space.validation,
            kernel_state,
            space.buffers,
            run.batch_size,
            np.ascontiguousarray(task.rates, np.float64),
            run.track_training,
            ahead.astype(np.int64),
            history,
            snapshots,
        )
        done, taken, halt = training.training.load(space.kind, arguments)(*arguments)
    columns = np.ascontiguousarray(history[:done].T)
    none = np.empty(0)
    return Chunk(
        loss=columns[training.LOSS],
        train_loss=columns[training.TRAIN_LOSS] if run.track_training else none,
        train_score=columns[training.TRAIN_SCORE] if run.track_training else none,
        validation_loss=columns[training.VALID_LOSS] if run.validation else none,
        validation_score=columns[training.VALID_SCORE] if run.validation else none,
        snapshots=snapshots[:taken],
        halt=_HALTS.get(halt),  # type: ignore[arg-type]
    )


@contextmanager
def _kernel_state(run: Run, draws: bool) -> Iterator[training.KernelState]:
    """Yield the state as the kernels change it, and read it back."""
    state, buffers = run.state, run.workspace.buffers
    # a full batch keeps its order, unless rows are drawn with replacement
    draws = draws and (
        run.plan.order == "replacement" or (run.plan.order == "shuffle" and run.steps_per_epoch > 1)
    )
    if draws and len(state.rows) != run.data.n_rows:
        state.rows = np.arange(run.data.n_rows, dtype=np.int32)
    with (
        _key_and_position(state.random_state) if draws else nullcontext((_NO_KEY, np.zeros(1, np.int64))) as (
            key,
            position,
        )
    ):
        n_parameters = len(state.theta)
        theta, slots = (array[:, :n_parameters] for array in (buffers.theta, buffers.slots))
        theta[0], slots[:] = state.theta, state.slots
        kernel_state = training.KernelState(
            best=state.best_theta,
            rows=state.rows if draws else _NO_ROWS,
            key=key,
            position=position,
            counts=np.array([state.step, state.epoch, state.best_epoch, state.stale], np.int64),
            values=np.array([*state.powers, state.best_value]),
        )
        yield kernel_state
        state.theta[:], state.slots[:] = theta[0], slots
    state.step, state.epoch, state.best_epoch, state.stale = kernel_state.counts.tolist()
    state.powers = kernel_state.values[:2].copy()
    state.best_value = float(kernel_state.values[2])


@contextmanager
def _key_and_position(random_state: RandomState) -> Iterator[tuple[Array, Array]]:
    """Yield the words of a generator and the position of the next, and set it to what they become."""
    views = state_words(random_state)
    if views is None:
        name, words, index, *normal_draws = random_state.get_state(legacy=True)
        key, position = np.array(words, np.uint32), np.array([index], np.int64)
        yield key, position
        random_state.set_state((name, key, int(position[0]), *normal_draws))
        return
    with random_state._bit_generator.lock:
        position = views[1].astype(np.int64)
        try:
            yield views[0], position
        finally:  # the words have been written already
            views[1][:] = position


def _kernel_plan(plan: Plan, dtype: Any, n_plain: int) -> training.KernelPlan:
    monitor, slices = plan.monitor, plan.optimizer.slices(plan.network)
    return training.KernelPlan(
        **_of_network(plan.network, n_plain),
        optimizer=optimizers.CODES[plan.optimizer.name],
        hyper=np.array(plan.optimizer.hyper()),
        slices=np.array([(part.start, part.stop) for part in slices], np.int64).reshape(-1, 2),
        factors=np.array([(part.rate, part.decay) for part in slices], np.float64).reshape(-1, 2),
        l2=float(plan.penalty.l2),
        l1=float(plan.penalty.l1),
        dropout_seed=int(plan.dropout_seed),
        order=training.ORDERS[plan.order],
        quantity=training.QUANTITIES[monitor.quantity],
        tol=float(monitor.tol),
        patience=float(monitor.n_iter_no_change),
        loss_limit=float(plan.loss_limit),
    )


# Kernels write to none of these arrays: networks of a search share them.
@lru_cache(maxsize=256)
def _of_network(network: Network, n_plain: int) -> dict[str, Any]:
    """Return the fields of a kernel's plan that the network alone decides."""
    dropout = np.array([layer.dropout for layer in network.layers], np.float64)
    return {
        "layers": _layer_table(network, n_plain),
        "embedded": np.array(network.embedded, np.int64),
        "n_frequencies": network.frequencies.stop,
        "dropout": dropout,
        "max_dropout": float(dropout.max()),
        "head": heads.CODES[network.head],
        "loss_scale": 1.0 / network.n_out if HEADS[network.head].averages_outputs else 1.0,
    }


def _layer_table(network: Network, n_plain: int) -> Array:
    table = np.zeros((len(network.layers), 9), np.int64)
    n_in, n_dx, row_in = network.n_embedded + n_plain, network.n_embedded, 0
    for entry, layer, s in zip(table, network.layers, network.layout, strict=True):
        bias = s.bias.start if layer.use_bias else -1
        code = activations.CODES[layer.activation]
        row_out = row_in + n_in + 1
        entry[:] = n_in, s.n_out, s.weight.start, bias, row_in, row_out, code, s.n_in * s.n_out, n_dx
        n_in, n_dx, row_in = s.n_out, s.n_out, row_out
    return table


def _embeddable(network: Network, data: Data) -> Data:
    """Return the rows, not coded if coded features have an embedding."""
    X = data.X
    if isinstance(X, CodedRows) and max(network.embedded, default=-1) >= X.dense.shape[1]:
        return replace(data, X=X.toarray())
    return data


def _kernel_data(network: Network, data: Data, dtype: Any) -> training.KernelData:
    X = data.X
    spread = None
    if HEADS[network.head].task == "regression":
        spread = _spread(data.T.astype(np.float64), data.weight)
    rows: dict[str, tuple[Any, Any]] = {
        "T": (data.T, dtype),
        "weight": (data.weight, dtype),
        "spread": (spread, np.float64),
    }
    if hasattr(X, "indptr"):
        rows |= {"values": (X.data, dtype), "columns": (X.indices, np.int64), "starts": (X.indptr, np.int64)}
    elif isinstance(X, CodedRows):
        blocks = [(start, b.size, b.is_cumulative) for start, b in zip(X.starts, X.blocks, strict=True)]
        rows |= {
            "X": (X.dense, dtype),
            "codes": (X.codes, np.int32),
            "amounts": (X.values, dtype),
            "blocks": (np.array(blocks, np.int64).reshape(-1, 3), np.int64),
            "center": (X.center, dtype),
        }
    else:
        rows["X"] = X, dtype
    given = {name: _plain(array, kind) for name, (array, kind) in rows.items() if array is not None}
    return _nothing(np.dtype(dtype))._replace(**given)


@lru_cache(maxsize=2)
def _nothing(dtype: Any) -> training.KernelData:
    """Return rows of no kind, in the types of the kernels."""
    none, rows = np.empty(0), np.empty((0, 0))
    kinds: dict[str, Any] = {"columns": np.int64, "starts": np.int64, "codes": np.int32, "blocks": np.int64}
    kinds["spread"] = np.float64
    shapes = {"X": rows, "codes": rows, "amounts": rows, "blocks": np.empty((0, 3)), "T": rows}
    return training.KernelData(
        **{
            name: _plain(shapes.get(name, none), kinds.get(name, dtype))
            for name in training.KernelData._fields
        }
    )


def _spread(T: Array, weight: Array | None) -> Array:
    """Return the mean square of each target about its mean."""
    w = np.ones(len(T)) if weight is None else weight.astype(np.float64)
    with np.errstate(all="ignore"):  # weights of 0 have no mean; a run whose targets overflow diverges
        mean = w @ T / w.sum()
        spread: Array = w @ (T - mean) ** 2 / w.sum()
    return spread


def _plain(array: Array, dtype: Any) -> Array:
    """Return an array as kernels read data; it is copied only if its layout or dtype is another."""
    return _read_only(np.ascontiguousarray(array, dtype))


def _read_only(array: Array) -> Array:
    """Return a view that cannot be written to.

    To Numba a read-only array (a memory map, or an array shared with another process) is another type, and a
    kernel is compiled for one type only. Kernels do not write to data, so all data are given as read-only.
    """
    view = array.view()
    view.flags.writeable = False
    return view


def _no_rows(like: training.KernelData) -> training.KernelData:
    return training.KernelData(*(part[:0] for part in like))


def _buffers(
    plan: Plan, n_plain: int, n_targets: int, dtype: Any, largest_batch: int, n_fixed: int
) -> training.Buffers:
    """Return arrays of zeros that each begin at a cache line: a vector then lies in one line, not in two."""
    itemsize = np.dtype(dtype).itemsize
    network, n_slots = plan.network, plan.optimizer.n_slots
    places, size = _layout(network, n_slots, n_plain, n_targets, itemsize, largest_batch, n_fixed)
    # one allocation, which takes as long as any of them
    memory = np.zeros(size + CACHE_LINE // itemsize, dtype)
    memory = memory[-memory.ctypes.data % CACHE_LINE // itemsize :]
    arrays = {name: memory[start:stop].reshape(shape) for name, shape, start, stop in places}
    return training.Buffers(score=np.empty(network.n_out), **arrays)


@lru_cache(maxsize=256)
def _layout(
    network: Network,
    n_slots: int,
    n_plain: int,
    n_targets: int,
    itemsize: int,
    largest_batch: int,
    n_fixed: int,
) -> tuple[list[tuple[str, tuple[int, ...], int, int]], int]:
    """Return name, shape, start and stop of each buffer in memory, and the end of the last."""
    block = math.ceil(largest_batch / math.ceil(largest_batch / BLOCK) / rows.PAIR) * rows.PAIR
    n_columns = n_plain + n_targets + 1
    keep = n_fixed * n_columns * itemsize <= PACKED_BYTES
    n_blocks = math.ceil(n_fixed / block) if keep else 0
    units = network.n_embedded + n_plain + sum(network.sizes[1:]) + len(network.layers)
    n_coded, n_lanes = network.n_in - n_plain, VECTOR_BYTES // itemsize
    pitch = -(-network.sizes[1] // n_lanes) * n_lanes if n_coded else 0
    keeps = not all(ACTIVATIONS[layer.activation].from_output for layer in network.layers)
    n_padded = (math.ceil(network.n_parameters / n_lanes) + 2) * n_lanes  # a panel reads two vectors
    shapes: dict[str, tuple[int, ...]] = {
        "theta": (1, n_padded),
        "before": (1, n_padded),
        "slots": (n_slots, n_padded),
        "gradient": (1, n_padded),
        "A": (units, block),
        "S": (units if keeps else 0, block),
        "D": (units, block),
        "T": (n_targets, block),
        "R": (4, block),
        "weight": (1, block),
        "panel": (layers.DEPTH, 2 * n_lanes),
        "wide": (block, pitch),
        "below": (n_coded, pitch),
        "change": (2 * n_coded, pitch),
        "of_center": (2, pitch),
        "packed": (n_blocks * n_columns, block),
    }
    line = CACHE_LINE // itemsize
    places, start = [], 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        places.append((name, shape, start, start + size))
        start += -(-size // line) * line
    return places, start
