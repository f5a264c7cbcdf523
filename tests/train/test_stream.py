"""Training on a stream: the same rows, batches and bits for every size of buffer, after every checkpoint."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from separatrix.engine.base import Data, Monitor, Plan, Run, State
from separatrix.network import SGD, Adam, Network, initial_theta
from separatrix.network.schedules import Adaptive, Constant, Cosine
from separatrix.train import LoopSettings, train
from separatrix.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from separatrix.train.stream import StreamCallbacks as Called
from separatrix.train.stream import StreamPosition, train_stream

N, BATCH = 230, 20


class Rows:
    """`N` rows in chunks of 37, each epoch from another row on; counts how often they are read."""

    n_rows = N

    def __init__(self, dtype=np.float64, weighted=False):
        draw = np.random.RandomState(0)
        X = draw.normal(size=(N, 3)).astype(dtype)
        weight = draw.rand(N).astype(dtype) if weighted else None
        self.data = Data(X, (X[:, :1] > 0.1).astype(dtype), weight)
        self.epochs = []

    def chunks(self, epoch, skip):
        self.epochs.append(epoch)
        order = np.roll(np.arange(N), epoch * 50)[skip:]
        for start in range(0, len(order), 37):
            part = order[start : start + 37]
            weight = None if self.data.weight is None else self.data.weight[part]
            yield Data(self.data.X[part], self.data.T[part], weight)


def make(dtype=np.float64, optimizer=None, order="shuffle", monitor=None, dropout=0.0, batch_size=BATCH):
    network = Network.mlp(3, (5,), 1, activation="tanh", head="binary", dropout=dropout)
    plan = Plan(
        network,
        optimizer or Adam(),
        batch_size=batch_size,
        order=order,
        monitor=monitor or Monitor("nothing"),
        dropout_seed=7,
    )
    random_state = np.random.RandomState(1)
    theta = initial_theta(network, "glorot", random_state, dtype)
    return plan, State.start(theta, plan.optimizer, random_state)


def settings(max_epochs=4, schedule=None, **others):
    return LoopSettings(0.05, schedule or Constant(), max_epochs, **others)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [BATCH, 1000])
@pytest.mark.parametrize("quantity", ["loss", "validation_loss", "validation_score"])
def test_rows_that_fit_into_one_buffer_train_as_without_a_stream(engine, dtype, batch_size, quantity):
    rows = Rows(dtype, weighted=True)
    validation = rows.data.take(slice(50))
    monitor = Monitor(quantity, tol=0.0)
    plan, state = make(dtype, monitor=monitor, dropout=0.2, batch_size=batch_size)
    outcome = train_stream(
        plan, state, rows, 10 * N, settings(restore_best=True), engine, validation=validation
    )
    plan, other = make(dtype, monitor=monitor, dropout=0.2, batch_size=batch_size)
    expected = train(Run(plan, other, rows.data, validation), settings(restore_best=True), engine)
    assert rows.epochs == [0]
    assert outcome.theta.tobytes() == expected.theta.tobytes()
    for name in ("loss", "validation_loss", "validation_score"):
        found, wanted = getattr(outcome.history, name), getattr(expected.history, name)
        np.testing.assert_allclose(found, wanted, rtol=0 if name == "loss" else 1e-6, err_msg=name)
    assert (state.step, state.epoch, state.best_epoch) == (other.step, other.epoch, other.best_epoch)
    tolerance = 0 if quantity == "loss" else 1e-6  # blocks of validation rows have another size
    np.testing.assert_allclose(state.best_value, other.best_value, rtol=tolerance)
    assert outcome.stop == expected.stop


def test_batches_are_full_but_the_last_and_all_rows_come_once(engine):
    rows = Rows()
    plan, state = make(order="sequential", optimizer=SGD(momentum=0.9))
    outcome = train_stream(plan, state, rows, 70, settings(3), engine)
    plan, other = make(order="sequential", optimizer=SGD(momentum=0.9))
    for epoch in range(3):
        order = np.roll(np.arange(N), epoch * 50)
        data = Data(rows.data.X[order], rows.data.T[order])
        expected = train(Run(plan, other, data), settings(1), engine)
    assert state.step == 3 * -(-N // BATCH)
    np.testing.assert_allclose(outcome.theta, expected.theta, rtol=1e-12)
    np.testing.assert_allclose(outcome.history.loss[-1:], expected.history.loss, rtol=1e-12)


@pytest.mark.parametrize("stop_at", [1, 2, 5, 9, 11])
def test_continuing_from_a_checkpoint_gives_the_same_bits(engine, stop_at, tmp_path):
    validation = Data(Rows().data.X[:50], Rows().data.T[:50])
    monitor = Monitor("validation_loss", tol=0.0, n_iter_no_change=2)
    plan, state = make(monitor=monitor, dropout=0.3)
    loop_settings = settings(4, Cosine(), restore_best=True)
    whole = train_stream(plan, state, Rows(), 90, loop_settings, engine, validation=validation)

    kept = []

    def keep(position: StreamPosition, is_last: bool) -> None:
        kept.append(position)
        if len(kept) == stop_at:
            checkpoint = Checkpoint({}, {}, other, position)
            save_checkpoint(checkpoint, tmp_path / "fit.ckpt")

    plan, other = make(monitor=monitor, dropout=0.3)
    train_stream(
        plan,
        other,
        Rows(),
        90,
        loop_settings,
        engine,
        validation=validation,
        callbacks=Called(on_position=keep),
    )
    found = load_checkpoint(tmp_path / "fit.ckpt")
    again = train_stream(
        plan, found.state, Rows(), 90, loop_settings, engine, validation=validation, position=found.position
    )
    assert again.theta.tobytes() == whole.theta.tobytes()
    for name in ("loss", "learning_rate", "validation_loss", "validation_score"):
        np.testing.assert_array_equal(getattr(again.history, name), getattr(whole.history, name))
    assert again.stop == whole.stop


def test_a_training_in_one_buffer_continues_to_the_same_bits(engine, tmp_path):
    plan, state = make()
    whole = train_stream(plan, state, Rows(), N, settings(5), engine)

    def keep(position, is_last):
        if state.epoch == 3:
            save_checkpoint(Checkpoint({}, {}, state, position), tmp_path / "fit.ckpt")

    plan, state = make()
    train_stream(plan, state, Rows(), N, settings(5), engine, callbacks=Called(on_position=keep))
    found = load_checkpoint(tmp_path / "fit.ckpt")
    again = train_stream(plan, found.state, Rows(), N, settings(5), engine, position=found.position)
    assert again.theta.tobytes() == whole.theta.tobytes()


def test_the_loss_stalls_and_the_best_is_kept(engine):
    plan, state = make(monitor=Monitor("loss", tol=10.0, n_iter_no_change=1))
    outcome = train_stream(plan, state, Rows(), 60, settings(50), engine)
    assert outcome.stop.reason == "converged"
    assert outcome.history.n_epochs == 3
    plan, state = make(monitor=Monitor("loss", tol=10.0, n_iter_no_change=1))
    outcome = train_stream(plan, state, Rows(), 60, settings(6, Adaptive()), engine)
    assert outcome.learning_rate < 0.05


def test_a_metric_can_be_monitored(engine):
    values = iter([0.1, 0.5, 0.2, 0.3, 0.4, 0.4])
    plan, state = make(monitor=Monitor("nothing", 0.0, 1))
    loop_settings = settings(
        50, restore_best=True, metrics={"m": lambda theta: next(values)}, monitored_metric="m"
    )
    outcome = train_stream(plan, state, Rows(), 60, loop_settings, engine)
    assert outcome.stop.reason == "early_stopped"
    assert outcome.stop.best_epoch == 2
    assert outcome.history.metrics["m"].tolist() == [0.1, 0.5, 0.2, 0.3]


def test_divergence_keeps_the_best(engine):
    rows = Rows()
    plan, state = make(optimizer=SGD(), monitor=Monitor("loss"))
    first = state.theta.copy()
    rows.data.X[100] = np.nan
    outcome = train_stream(plan, state, rows, 60, settings(3), engine)
    assert outcome.stop.reason == "diverged"
    np.testing.assert_array_equal(outcome.theta, first)


def test_ctrl_c_ends_after_the_buffer_at_hand(engine):
    kept, done = [], []

    def on_rows(epoch, n, of):
        done.append((epoch, n, of))
        if n == 120:
            signal.raise_signal(signal.SIGINT)

    plan, state = make(monitor=Monitor("loss"))
    callbacks = Called(
        on_rows=on_rows, on_position=lambda position, last: kept.append((position.n_rows, last))
    )
    outcome = train_stream(plan, state, Rows(), 60, settings(50), engine, callbacks=callbacks)
    assert outcome.stop.reason == "interrupted"
    assert done == [(0, 60, N), (0, 120, N)]
    assert kept == [(0, False), (60, False), (120, True)]
    assert outcome.history.n_epochs == 1


def test_callbacks_are_called_after_every_epoch(engine):
    epochs = []

    def listen(event):
        epochs.append((event.epoch, event.max_epochs, event.history.n_epochs))
        return event.epoch == 2

    plan, state = make()
    outcome = train_stream(plan, state, Rows(), 60, settings(5), engine, callbacks=Called([listen]))
    assert epochs == [(1, 5, 1), (2, 5, 2)]
    assert outcome.stop.reason == "callback"


def test_an_error_of_the_rows_ends_the_training(engine):
    class Broken(Rows):
        def chunks(self, epoch, skip):
            yield next(super().chunks(epoch, skip))
            raise OSError("gone")

    plan, state = make()
    with pytest.raises(OSError, match="gone"):
        train_stream(plan, state, Broken(), 20, settings(), engine)


def test_ctrl_c_at_the_end_of_an_epoch_keeps_the_whole_epoch(engine):
    kept = []

    def press(event):
        signal.raise_signal(signal.SIGINT)

    plan, state = make(monitor=Monitor("loss"))
    callbacks = Called(
        [press], on_position=lambda position, last: kept.append((state.epoch, position.n_rows, last))
    )
    outcome = train_stream(plan, state, Rows(), 120, settings(50), engine, callbacks=callbacks)
    assert outcome.stop.reason == "interrupted"
    assert kept == [(0, 0, False), (0, 120, False), (1, 0, True)]


def press_at(call):
    """Return a function that presses Ctrl-C when it is called for the `call`-th time, from 0."""
    calls = iter(range(10**6))

    def press(*arguments):
        if next(calls) == call:
            signal.raise_signal(signal.SIGINT)

    return press


@pytest.mark.slow
@pytest.mark.parametrize("capacity", [60, N])
@pytest.mark.parametrize("monitor", [Monitor("nothing"), Monitor("loss", tol=10.0, n_iter_no_change=3)])
@pytest.mark.parametrize("call", range(1, 12))
def test_ctrl_c_while_a_checkpoint_is_kept_changes_no_bit(engine, tmp_path, capacity, monitor, call):
    plan, state = make(monitor=monitor)
    whole = train_stream(plan, state, Rows(), capacity, settings(6), engine)
    press = press_at(call)

    def keep(position, is_last):
        kept.append((len(position.history.loss), position.n_rows, is_last))
        save_checkpoint(Checkpoint({}, {}, state, position), tmp_path / "fit.ckpt")
        press()

    kept = []
    plan, state = make(monitor=monitor)
    cut = train_stream(plan, state, Rows(), capacity, settings(6), engine, callbacks=Called(on_position=keep))
    if cut.stop.reason != "interrupted":
        assert cut.theta.tobytes() == whole.theta.tobytes()
        return
    epochs, n_rows, is_last = kept[-1]
    assert is_last
    assert cut.history.n_epochs == epochs + (n_rows > 0)
    assert (cut.history.loss > 0).all()
    found = load_checkpoint(tmp_path / "fit.ckpt")
    again = train_stream(plan, found.state, Rows(), capacity, settings(6), engine, position=found.position)
    assert again.theta.tobytes() == whole.theta.tobytes()
    assert again.stop == whole.stop


def test_ctrl_c_before_the_first_row_is_done_is_an_interrupt(engine):
    kept = []
    press = press_at(0)

    def keep(position, is_last):
        kept.append((position.n_rows, is_last))
        press()

    plan, state = make()
    with pytest.raises(KeyboardInterrupt):
        train_stream(plan, state, Rows(), 60, settings(), engine, callbacks=Called(on_position=keep))
    assert kept == [(0, False), (0, True)]


@pytest.mark.parametrize("schedule", [Constant(), Adaptive()])
def test_ctrl_c_in_the_epoch_that_stalls_or_is_the_last_changes_nothing(engine, schedule):
    for monitor in (Monitor("loss", tol=10.0, n_iter_no_change=1), Monitor("nothing")):
        plan, state = make(monitor=monitor)
        whole = train_stream(plan, state, Rows(), 60, settings(4, schedule), engine)
        press = press_at(whole.history.n_epochs - 1)
        plan, state = make(monitor=monitor)
        callbacks = Called([press])
        again = train_stream(plan, state, Rows(), 60, settings(4, schedule), engine, callbacks=callbacks)
        assert again.stop == whole.stop
        assert again.theta.tobytes() == whole.theta.tobytes()
