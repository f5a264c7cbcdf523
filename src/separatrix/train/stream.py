"""Training on more rows than memory holds: while one buffer is trained on, a thread fills the other.

An epoch takes all rows once. Each buffer except the epoch's last holds whole batches only, so that all
batches except the very last are full. If all rows fit into one buffer, it is filled once, and training gives
the same bits as `separatrix.train.train`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Chunk, Data, Engine, Monitor, Plan, Run, State, Task
from separatrix.network import TrainingLength
from separatrix.train.base import Callback, LoopSettings, TrainingResult
from separatrix.train.divergence import Judge
from separatrix.train.history import CURVES, History
from separatrix.train.interrupt import Interrupt
from separatrix.train.loop import Epochs, TrainingLoop
from separatrix.train.stops import Reason

Array = NDArray[Any]


class RowStream(Protocol):
    """Rows to train on that do not fit into memory at once."""

    @property
    def n_rows(self) -> int:
        """Rows of an epoch."""
        ...

    def chunks(self, epoch: int, skip: int) -> Iterator[Data]:
        """Yield the rows of an epoch (from 0), without the first `skip`; the same ones each time."""
        ...


@dataclass
class StreamPosition:
    """How far a training on a stream has come; with the `State`, all that is needed to continue it.

    Attributes
    ----------
    learning_rate : float
        As in `TrainingResult`.
    n_rows : int
        Rows of the current epoch that are done.
    loss : float
        Their mean loss.
    seconds : float
        The time they took.
    history : History
        The epochs before.
    """

    learning_rate: float
    n_rows: int = 0
    loss: float = 0.0
    seconds: float = 0.0
    history: History = field(default_factory=History)


@dataclass(frozen=True)
class StreamCallbacks:
    """What is called while a network trains on a stream.

    Attributes
    ----------
    callbacks : sequence of Callback
        Called after every epoch.
    on_rows : callable or None
        Called after every buffer with the number of epochs done, the rows of this epoch that are done, and
        the rows of an epoch.
    on_position : callable or None
        Called after every buffer with the position, while the state belongs to it, and with True if the
        training is about to be interrupted.
    """

    callbacks: Sequence[Callback] = ()
    on_rows: Callable[[int, int, int], object] | None = None
    on_position: Callable[[StreamPosition, bool], object] | None = None


def train_stream(
    plan: Plan,
    state: State,
    rows: RowStream,
    capacity: int,
    settings: LoopSettings,
    engine: Engine,
    *,
    validation: Data | None = None,
    callbacks: StreamCallbacks | None = None,
    position: StreamPosition | None = None,
) -> TrainingResult:
    """Train a network on a stream of rows until there is a reason to stop.

    Parameters
    ----------
    plan : Plan
        Its order "shuffle" shuffles the rows of each buffer.
    state : State
        Fresh, or that of `position`; changed in place.
    rows : RowStream
    capacity : int
        Rows of a buffer; rounded down to whole batches.
    settings : LoopSettings
        Without a recording.
    engine : Engine
    validation : Data, optional
        Its loss and score are computed after every epoch.
    callbacks : StreamCallbacks, optional
    position : StreamPosition, optional
        Where to continue; by default at the beginning.

    Returns
    -------
    TrainingResult
        As of `train`. Ctrl-C ends training after the current buffer: an epoch that it cuts short counts as
        one, unless none of its rows is done. Before any row is done it raises `KeyboardInterrupt`.

    Examples
    --------
    >>> from separatrix.engine import get_engine
    >>> from separatrix.network import SGD, Network
    >>> from separatrix.network.schedules import Constant
    >>> class Line:
    ...     n_rows = 4
    ...     def chunks(self, epoch, skip):
    ...         x = np.array([[-1.0], [1.0], [0.0], [2.0]])[skip:]
    ...         yield Data(x, 2 * x + 1)
    >>> state = State.start(np.zeros(2), SGD(), np.random.RandomState(0))
    >>> plan = Plan(Network.mlp(1, (), 1, head="regression"), SGD(), batch_size=2)
    >>> settings = LoopSettings(0.2, Constant(), max_epochs=100)
    >>> result = train_stream(plan, state, Line(), 2, settings, get_engine("numpy"))
    >>> result.theta.round(1), result.history.n_epochs
    (array([2., 1.]), 19)
    """
    position = position or StreamPosition(settings.learning_rate)
    callbacks = callbacks or StreamCallbacks()
    capacity = min(rows.n_rows, max(1, capacity // plan.batch_size) * plan.batch_size)
    kind: type[_OneBuffer] | type[_TwoBuffers] = _OneBuffer if capacity == rows.n_rows else _TwoBuffers
    with closing(kind(rows, capacity, state.epoch, position.n_rows)) as buffers:
        run = Run(plan, state, buffers.first(), validation)
        judge = Judge(run)
        engine.prepare(replace(run, plan=_without_monitor(run.plan), validation=None))
        with Interrupt() as interrupt:
            loop = TrainingLoop(run, settings, engine, callbacks.callbacks, interrupt, first_epoch=0)
            loop.rate = position.learning_rate
            curves = {name: getattr(position.history, name) for name in CURVES}
            loop.history_writer.extend(curves, position.history.metrics)
            return loop.train(StreamedRows(loop, buffers, rows.n_rows, position, callbacks), judge)


class StreamedRows:
    """The source whose rows come in buffers: an epoch is one call of the engine for each buffer."""

    def __init__(
        self,
        loop: TrainingLoop,
        buffers: _Buffers,
        n_rows: int,
        position: StreamPosition,
        callbacks: StreamCallbacks,
    ) -> None:
        self.loop, self.run, self.state = loop, loop.run, loop.run.state
        self.buffers, self.n_rows, self.position, self.callbacks = buffers, n_rows, position, callbacks
        self.length = TrainingLength(-(-n_rows // self.run.plan.batch_size), loop.last_epoch, n_rows)
        self.last_rate = float(self.rates_of(np.array([max(0, self.state.step - 1)]))[0])
        self.report_position(is_last=False)

    def train_epochs(self) -> Epochs | None:
        """Train on the remaining rows of an epoch."""
        position, state = self.position, self.state
        before = state.theta.copy()
        chunk: Chunk | None = None
        while not (self.is_done(chunk) or self.loop.interrupt.requested):
            if chunk is not None:
                self.report_position(is_last=False)
            chunk = self.train_buffer()
        is_cut = not self.is_done(chunk)
        if is_cut:
            self.report_position(is_last=True)
        if position.n_rows == 0:
            if state.epoch == 0:
                raise KeyboardInterrupt
            return None
        state.epoch += 1
        return Epochs(
            chunk=self.epoch_chunk(chunk, before),
            rates=np.array([self.last_rate]),
            seconds=position.seconds,
            end_before_interrupt=not is_cut,
        )

    def finish(self, epochs: Epochs, reason: Reason | None) -> None:
        """Begin the next epoch, and report the position unless training ends here."""
        self.position = StreamPosition(self.loop.rate, history=self.loop.history)
        if reason is None or (reason == "interrupted" and epochs.end_before_interrupt):
            self.report_position(is_last=reason is not None)

    def rates_of(self, steps: Array) -> Array:
        """Return the learning rates of some steps."""
        return self.loop.rate * self.loop.settings.schedule.factors(steps, self.length)

    def is_done(self, chunk: Chunk | None) -> bool:
        """Return whether the epoch is over after the chunk of its last buffer."""
        return self.position.n_rows >= self.n_rows or (chunk is not None and chunk.halt is not None)

    def train_buffer(self) -> Chunk:
        """Train on the rows of one buffer."""
        position, state = self.position, self.state
        started = perf_counter()
        run = self.buffers.next(self.run)
        rates = self.rates_of(state.step + np.arange(run.steps_per_epoch))
        epoch = state.epoch
        (chunk,) = self.loop.engine.advance([Task(run, rates)])
        state.epoch = epoch  # to the engine, a buffer is an epoch
        if not self.buffers.keeps_order:
            state.rows = np.empty(0, np.int32)
        self.last_rate = float(rates[-1])
        position.n_rows += run.data.n_rows
        position.loss += (float(chunk.loss[0]) - position.loss) * (run.data.n_rows / position.n_rows)
        position.seconds += perf_counter() - started
        if self.callbacks.on_rows is not None:
            self.callbacks.on_rows(epoch, position.n_rows, self.n_rows)
        return chunk

    def epoch_chunk(self, last: Chunk | None, before: Array) -> Chunk:
        """Return the epoch as the engine would report it; `before` are the parameters at its start."""
        none, run, state = np.empty(0), self.run, self.state
        loss, halt = self.position.loss, last.halt if last is not None else None
        chunk = Chunk(np.array([loss]), none, none, none, none, none, halt)
        validated: tuple[float, ...] = ()
        if run.validation is not None:
            validated = self.loop.engine.loss_and_score(run.plan.network, state.theta, run.validation)
            chunk = replace(
                chunk, validation_loss=np.array(validated[:1]), validation_score=np.array(validated[1:])
            )
        monitor = run.plan.monitor
        value = monitor.value(loss, *validated)
        if halt is None and value is not None:
            # The loss of a full batch was computed before its only step.
            is_before = monitor.quantity == "loss" and self.length.steps_per_epoch == 1
            if state.update_best(value, before if is_before else state.theta, monitor):
                chunk = replace(chunk, halt="stalled")
        return chunk

    def report_position(self, is_last: bool) -> None:
        """Call the callback that is given the position."""
        if self.callbacks.on_position is not None:
            self.callbacks.on_position(self.position, is_last)


class _OneBuffer:
    """All rows in one buffer, filled once."""

    keeps_order = True  # each epoch shuffles the order of the one before

    def __init__(self, rows: RowStream, capacity: int, epoch: int, skip: int) -> None:
        filler = _Filler(rows, capacity, 0, 0)
        self._data = filler.fill()
        filler.close()
        self._run: Run | None = None

    def first(self) -> Data:
        return self._data

    def next(self, run: Run) -> Run:
        if self._run is None:
            self._run = Run(_without_monitor(run.plan), run.state, self._data)
        return self._run

    def close(self) -> None:
        pass


class _TwoBuffers:
    """Two buffers: one is trained on while the other is filled."""

    keeps_order = False  # each buffer is shuffled from its own order

    def __init__(self, rows: RowStream, capacity: int, epoch: int, skip: int) -> None:
        self._filler = _Filler(rows, capacity, epoch, skip)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="separatrix-rows")
        self._future: Future[Data] = self._pool.submit(self._filler.fill)

    def first(self) -> Data:
        return self._future.result()

    def next(self, run: Run) -> Run:
        data = self._future.result()
        self._future = self._pool.submit(self._filler.fill)
        return Run(_without_monitor(run.plan), run.state, data)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._filler.close()


_Buffers = _OneBuffer | _TwoBuffers


class _Filler:
    """Fills two buffers in turn, from one epoch to the next."""

    def __init__(self, rows: RowStream, capacity: int, epoch: int, skip: int) -> None:
        self._capacity = capacity
        self._chunks = _endless(rows, epoch, skip)
        self._left: Data | None = None
        self._buffers: list[Data] = []
        self._turn = 0

    def fill(self) -> Data:
        """Return the next rows: as many as fit, or the rest of the epoch."""
        n = 0
        while n < self._capacity:
            chunk = None  # frees the last one before the next is made
            chunk, self._left = self._left, None
            chunk = chunk or next(self._chunks)
            if chunk is None:
                if n > 0:
                    break
                continue
            buffer = self._buffer(like=chunk)
            taken = min(chunk.n_rows, self._capacity - n)
            for target, array in zip(buffer.arrays, chunk.arrays, strict=True):
                target[n : n + taken] = array[:taken]
            n += taken
            if taken < chunk.n_rows:
                self._left = chunk.take(slice(taken, None))
        filled = self._buffers[self._turn].take(slice(n))
        self._turn = 1 - self._turn
        return filled

    def close(self) -> None:
        self._chunks.close()

    def _buffer(self, like: Data) -> Data:
        if self._turn == len(self._buffers):
            empty = [np.empty((self._capacity, *array.shape[1:]), array.dtype) for array in like.arrays]
            self._buffers.append(Data(*empty))
        return self._buffers[self._turn]


def _endless(rows: RowStream, epoch: int, skip: int) -> Any:
    """Yield the chunks of one epoch after the other, None after each."""
    while True:
        yield from rows.chunks(epoch, skip)
        yield None
        epoch, skip = epoch + 1, 0


def _without_monitor(plan: Plan) -> Plan:
    """Return the plan of a single buffer, whose loss is not that of an epoch."""
    return replace(plan, monitor=Monitor("nothing"))
