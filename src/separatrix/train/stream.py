"""Training on more rows than memory: one shuffle buffer is trained on while a thread fills the other.

An epoch takes all rows once. Each buffer but the epoch's last holds whole batches only, so that all batches
are full but the very last one. Where all rows fit into one buffer it is filled once, and training is that of
`separatrix.train.train`, to the bit.
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
from separatrix.train.history import History
from separatrix.train.interrupt import Interrupt
from separatrix.train.loop import Descent
from separatrix.train.stops import Reason

Array = NDArray[Any]


class RowStream(Protocol):
    """Rows to train on, too many to hold."""

    @property
    def n_rows(self) -> int:
        """Rows of an epoch."""
        ...

    def chunks(self, epoch: int, skip: int) -> Iterator[Data]:
        """Yield the rows of an epoch (from 0), without the first `skip`; the same ones each time."""
        ...


@dataclass
class StreamPosition:
    """How far a training on a stream has come; with the `State`, all that is needed to go on.

    Attributes
    ----------
    learning_rate : float
        As in `TrainingResult`.
    n_rows : int
        Rows of the epoch that are done.
    loss : float
        Their mean loss.
    seconds : float
        What they took.
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
        Called after every buffer with the epochs done, and the rows of this epoch that are done and due.
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
    """Train a network on a stream of rows until something stops it.

    Parameters
    ----------
    plan : Plan
        Its order "shuffle" shuffles the rows of each buffer.
    state : State
        Fresh, or that of `position`; changed in place.
    rows : RowStream
    capacity : int
        Rows of a buffer; made a multiple of the batches.
    settings : LoopSettings
        Without a recording.
    engine : Engine
    validation : Data, optional
        Its loss and score are taken after every epoch.
    callbacks : StreamCallbacks, optional
    position : StreamPosition, optional
        Where to go on; by default at the beginning.

    Returns
    -------
    TrainingResult
        As of `train`. Ctrl-C ends it after the buffer at hand: the epoch that it cuts short counts as one,
        unless no row of it is done; before any row is done it raises `KeyboardInterrupt`.

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
    >>> outcome = train_stream(plan, state, Line(), 2, settings, get_engine("numpy"))
    >>> outcome.theta.round(1), outcome.history.n_epochs
    (array([2., 1.]), 19)
    """
    position = position or StreamPosition(settings.learning_rate)
    capacity = min(rows.n_rows, max(1, capacity // plan.batch_size) * plan.batch_size)
    kind: type[_Resident] | type[_Prefetch] = _Resident if capacity == rows.n_rows else _Prefetch
    with closing(kind(rows, capacity, state.epoch, position.n_rows)) as buffers:
        run = Run(plan, state, buffers.first(), validation)
        engine.prepare(replace(run, plan=_unwatched(plan), validation=None))
        with Interrupt() as interrupt:
            called = callbacks or StreamCallbacks()
            descent = _StreamDescent(run, settings, engine, called.callbacks, interrupt)
            return descent.train_on(buffers, rows.n_rows, position, called)


class _StreamDescent(Descent):
    """One call of `train_stream`, step by step."""

    def train_on(
        self, buffers: _Buffers, n_rows: int, position: StreamPosition, callbacks: StreamCallbacks
    ) -> TrainingResult:
        batch_size = self.run.plan.batch_size
        self.buffers, self.n_rows, self.position, self.called = buffers, n_rows, position, callbacks
        self.progress = TrainingLength(-(-n_rows // batch_size), self.settings.max_epochs, n_rows)
        self.rate = position.learning_rate
        last_step = np.array([max(0, self.state.step - 1)])
        self.last_rate = float(self.rate * self.settings.schedule.factors(last_step, self.progress)[0])
        self.observer.go_on(position.history, self.settings.max_epochs)
        self.tell_keeper(is_last=False)
        reason: Reason | None = "max_iter" if self.state.epoch >= self.settings.max_epochs else None
        while reason is None:
            reason = self.take_epoch()
        return self.end(reason)

    def take_epoch(self) -> Reason | None:
        """Train on what is left of an epoch; return why to stop after it, or None to go on."""
        position, state = self.position, self.state
        before = state.theta.copy()
        chunk: Chunk | None = None
        while position.n_rows < self.n_rows and not (chunk and chunk.halt) and not self.interrupt.requested:
            if chunk is not None:
                self.tell_keeper(is_last=False)
            chunk = self.take_buffer()
        self.is_cut = position.n_rows < self.n_rows and not (chunk and chunk.halt)
        if self.is_cut:
            self.tell_keeper(is_last=True)
        if position.n_rows == 0:
            if state.epoch == 0:
                raise KeyboardInterrupt
            return "interrupted"
        state.epoch += 1
        judged = self.judged(position.loss, chunk)
        metrics = self.observer.write(judged, np.array([self.last_rate]), position.seconds)
        # A full batch's loss was taken before its only step.
        theta = before if self.progress.steps_per_epoch == 1 else state.theta
        reason = self.decide(judged, self.watch_epoch(judged, metrics, theta))
        self.position = StreamPosition(self.rate, history=self.observer.history())
        if reason is None or (reason == "interrupted" and not self.is_cut):
            self.tell_keeper(is_last=reason is not None)
        return reason

    def take_buffer(self) -> Chunk:
        """Train on the rows of one buffer."""
        position, state = self.position, self.state
        started = perf_counter()
        run = self.buffers.next(self.run)
        steps = state.step + np.arange(run.steps_per_epoch)
        rates = self.rate * self.settings.schedule.factors(steps, self.progress)
        epoch = state.epoch
        (chunk,) = self.engine.advance([Task(run, rates)])
        state.epoch = epoch  # to the engine, a buffer is an epoch
        if isinstance(self.buffers, _Prefetch):  # each buffer is shuffled anew, whatever was before it
            state.rows = np.empty(0, np.int32)
        self.last_rate = float(rates[-1])
        position.n_rows += run.data.n_rows
        position.loss += (float(chunk.loss[0]) - position.loss) * (run.data.n_rows / position.n_rows)
        position.seconds += perf_counter() - started
        if self.called.on_rows is not None:
            self.called.on_rows(epoch, position.n_rows, self.n_rows)
        return chunk

    def judged(self, loss: float, last: Chunk | None) -> Chunk:
        """Return the epoch as the engine would report it, with loss and score on the validation rows."""
        none, validation = np.empty(0), self.run.validation
        halt = last.halt if last is not None else None
        judged = Chunk(np.array([loss]), none, none, none, none, none, halt)
        if validation is None:
            return judged
        loss, score = self.engine.loss_and_score(self.run.plan.network, self.state.theta, validation)
        return replace(judged, validation_loss=np.array([loss]), validation_score=np.array([score]))

    def watch_epoch(self, chunk: Chunk, metrics: dict[str, float], theta: Array) -> bool:
        """Return whether what is watched has stalled."""
        watched = self.run.plan.monitor.quantity
        if chunk.halt == "diverged" or watched == "nothing":
            return self.watch(chunk, metrics)
        value = {
            "loss": -chunk.loss,
            "validation_loss": -chunk.validation_loss,
            "validation_score": chunk.validation_score,
        }[watched]
        return self.compare(float(value[0]), theta)

    def reason(self, wish: Reason | None, is_stalled: bool) -> Reason | None:
        """Return why to stop here; after a whole epoch its own reasons come before Ctrl-C.

        What went on from the checkpoint would not stop where the uninterrupted training does, else.
        """
        if wish == "interrupted" and not self.is_cut:
            return self.own_reason(is_stalled) or wish
        return super().reason(wish, is_stalled)

    def tell_keeper(self, is_last: bool) -> None:
        if self.called.on_position is not None:
            self.called.on_position(self.position, is_last)

    def loss_rose(self, history: History) -> bool:
        """Return whether the last loss is above the first: the rows are not there to be asked."""
        return bool(history.loss[-1] > history.loss[0])


class _Resident:
    """All rows in one buffer, filled once."""

    def __init__(self, rows: RowStream, capacity: int, epoch: int, skip: int) -> None:
        filler = _Filler(rows, capacity, 0, 0)
        self._data = filler.fill()
        filler.close()
        self._run: Run | None = None

    def first(self) -> Data:
        return self._data

    def next(self, run: Run) -> Run:
        if self._run is None:
            self._run = Run(_unwatched(run.plan), run.state, self._data)
        return self._run

    def close(self) -> None:
        pass


class _Prefetch:
    """Two buffers: one is trained on while the other is filled."""

    def __init__(self, rows: RowStream, capacity: int, epoch: int, skip: int) -> None:
        self._filler = _Filler(rows, capacity, epoch, skip)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="separatrix-rows")
        self._future: Future[Data] = self._pool.submit(self._filler.fill)

    def first(self) -> Data:
        return self._future.result()

    def next(self, run: Run) -> Run:
        data = self._future.result()
        self._future = self._pool.submit(self._filler.fill)
        return Run(_unwatched(run.plan), run.state, data)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._filler.close()


_Buffers = _Resident | _Prefetch


class _Filler:
    """Fills two buffers in turn, from one epoch to the next."""

    def __init__(self, rows: RowStream, capacity: int, epoch: int, skip: int) -> None:
        self._capacity = capacity
        self._chunks = _endless(rows, epoch, skip)
        self._left: Data | None = None
        self._buffers: list[Data] = []
        self._turn = 0

    def fill(self) -> Data:
        """Return the next rows, as many as there is room for or as the epoch still has."""
        n = 0
        while n < self._capacity:
            chunk = None  # lets go of the last one before the next is made
            chunk, self._left = self._left, None
            chunk = chunk or next(self._chunks)
            if chunk is None:
                if n > 0:
                    break
                continue
            buffer = self._buffer(like=chunk)
            taken = min(chunk.n_rows, self._capacity - n)
            for target, part in zip(buffer.arrays, chunk.arrays, strict=True):
                target[n : n + taken] = part[:taken]
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
            empty = [np.empty((self._capacity, *part.shape[1:]), part.dtype) for part in like.arrays]
            self._buffers.append(Data(*empty))
        return self._buffers[self._turn]


def _endless(rows: RowStream, epoch: int, skip: int) -> Any:
    """Yield the chunks of one epoch after the other, None after each."""
    while True:
        yield from rows.chunks(epoch, skip)
        yield None
        epoch, skip = epoch + 1, 0


def _unwatched(plan: Plan) -> Plan:
    """Return the plan of a single buffer, whose loss tells nothing of an epoch."""
    return replace(plan, monitor=Monitor("nothing"))
