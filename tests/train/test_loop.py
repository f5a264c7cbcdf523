import math
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from separatrix.engine.base import Monitor, Run
from separatrix.errors import ParameterError
from separatrix.network import SCHEDULES, SGD, Adam
from separatrix.network.schedules import Adaptive, Constant, WarmUp
from separatrix.train import LoopSettings, TrainingProgress, TrainingResult, loop, train

CONSTANT = Constant()


def every_epoch(callback: Callable[[TrainingProgress], Any]) -> Callable[[TrainingProgress], Any]:
    callback.every_epoch = True
    return callback


def scripted(values: list[float]) -> Callable[[Any], float]:
    remaining = iter(values)
    return lambda theta: next(remaining)


def bits(run: Run, outcome: TrainingResult) -> dict[str, bytes]:
    history = outcome.history.to_dict() | {"seconds": None}
    arrays = {"theta": outcome.theta, "slots": run.state.slots, "thetas": outcome.recording.thetas}
    return {name: array.tobytes() for name, array in arrays.items()} | {"history": repr(history).encode()}


class Spy:
    """An engine that records the lengths of the chunks and may call a function before each."""

    def __init__(self, engine, before=lambda: None):
        self.name, self._engine, self._before, self.lengths = engine.name, engine, before, []

    def prepare(self, run):
        self._engine.prepare(run)

    def advance(self, tasks, n_threads=1):
        self._before()
        self.lengths += [task.n_epochs for task in tasks]
        return self._engine.advance(tasks, n_threads)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_chunks_change_no_bit(engine, make_run, monkeypatch, schedule):
    monkeypatch.setattr(loop, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", math.inf)
    settings = LoopSettings(0.5, schedule(), max_epochs=60, record=7, restore_best=True)
    results, lengths = [], []
    for growth, callbacks in ((3, ()), (8, ()), (8, [every_epoch(lambda event: None)])):
        monkeypatch.setattr(loop, "CHUNK_GROWTH", growth)
        monitor = Monitor("validation_loss", tol=1e-3, n_iter_no_change=3)
        run = make_run(monitor=monitor, validated=True, track_training=True)
        spy = Spy(engine)
        results.append(bits(run, train(run, settings, spy, callbacks)))
        lengths.append(spy.lengths)
    assert results[0] == results[1] == results[2]
    assert lengths[0][:2] == [1, 3]
    assert lengths[1][:2] == [1, 8]
    assert set(lengths[2]) == {1}


def test_chunks_follow_the_clock(engine, make_run, monkeypatch):
    clock = iter(np.arange(1000.0))  # every chunk seems to take a second
    monkeypatch.setattr(loop, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(loop, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 4.0)
    spy = Spy(engine)
    outcome = train(make_run(), LoopSettings(0.1, CONSTANT, 30), spy)
    assert spy.lengths == [1, 4, 16, 9]
    assert outcome.history.seconds.tolist() == [1.0] + [1 / 4] * 4 + [1 / 16] * 16 + [1 / 9] * 9


def test_a_small_training_is_one_chunk(engine, make_run):
    spy = Spy(engine)
    train(make_run(), LoopSettings(0.1, CONSTANT, 30), spy)
    assert spy.lengths == [30]


@pytest.mark.parametrize("schedule", ["constant", "invscaling", "adaptive"])
def test_it_trains_as_scikit_learn_does(engine, make_run, schedule):
    run = make_run(optimizer=SGD(0.9, nesterovs_momentum=True), monitor=Monitor(tol=1e-3, n_iter_no_change=2))
    theirs = MLPClassifier(
        (4,),
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        batch_size=10,
        learning_rate=schedule,
        learning_rate_init=0.5,
        max_iter=2000,
        random_state=0,
        tol=1e-3,
        n_iter_no_change=2,
    ).fit(run.data.X, run.data.T[:, 0])
    outcome = train(run, LoopSettings(0.5, SCHEDULES[schedule](), 2000), engine)
    assert outcome.stop.reason == "converged"
    np.testing.assert_allclose(outcome.history.loss, theirs.loss_curve_, rtol=1e-7)
    np.testing.assert_allclose(
        outcome.theta, run.plan.network.join(theirs.coefs_, theirs.intercepts_), rtol=1e-6
    )


def test_adaptive_divides_the_rate_until_it_is_tiny(engine, make_run):
    run = make_run(monitor=Monitor(tol=10.0, n_iter_no_change=1))
    outcome = train(run, LoopSettings(1e-4, Adaptive(), 100), engine)
    rates = [1e-4 / 5**k for k in range(4)]
    np.testing.assert_allclose(outcome.history.learning_rate, np.repeat(rates, [3, 2, 2, 2]))
    assert outcome.stop.reason == "converged"
    assert outcome.learning_rate == pytest.approx(rates[-1])


def test_adaptive_continues_in_a_second_call_where_the_first_ended(engine, make_run):
    whole, parts = (make_run(monitor=Monitor(tol=10.0, n_iter_no_change=1)) for _ in range(2))
    settings = LoopSettings(1e-4, Adaptive(), 6)
    expected = train(whole, settings, engine)
    for _ in range(6):
        outcome = train(parts, replace(settings, max_epochs=1), engine)
        settings = replace(settings, learning_rate=outcome.learning_rate)
    assert outcome.theta.tobytes() == expected.theta.tobytes()


@pytest.mark.parametrize("optimizer", [SGD(0.9), Adam()], ids=["sgd", "adam"])
def test_training_continues_where_it_ended(engine, make_run, optimizer):
    whole, parts = (make_run(optimizer=optimizer, monitor=Monitor()) for _ in range(2))
    settings = LoopSettings(0.05, CONSTANT, 12, record=4)
    expected = train(whole, settings, engine)
    first = train(parts, replace(settings, max_epochs=5), engine)
    second = train(parts, replace(settings, max_epochs=7), engine)
    assert second.theta.tobytes() == expected.theta.tobytes()
    assert [*first.history.loss, *second.history.loss] == expected.history.loss.tolist()
    assert (first.stop.epoch, second.stop.epoch) == (5, 12)
    assert expected.recording.epochs.tolist() == [0, 4, 8, 12]
    assert first.recording.epochs.tolist() == [0, 4, 5]
    assert second.recording.epochs.tolist() == [5, 9, 12]
    assert second.recording.thetas[0].tobytes() == first.theta.tobytes()


def test_the_limit(engine, make_run):
    run = make_run(monitor=Monitor())
    outcome = train(run, LoopSettings(0.1, CONSTANT, 3), engine)
    assert (outcome.stop.reason, outcome.stop.epoch, outcome.stop.best_epoch) == ("max_iter", 3, None)
    assert "raise max_iter" in outcome.stop.message
    assert outcome.history.n_epochs == 3
    assert outcome.recording is None
    assert outcome.theta is not run.state.theta
    assert outcome.theta.tobytes() == run.state.theta.tobytes()


@pytest.mark.parametrize("quantity", ["validation_loss", "validation_score"])
def test_early_stopping_restores_the_best_epoch(engine, make_run, quantity):
    run = make_run(monitor=Monitor(quantity, tol=0.0, n_iter_no_change=3), validated=True)
    outcome = train(run, LoopSettings(2.0, CONSTANT, 500, record=1, restore_best=True), engine)
    assert outcome.stop.reason == "early_stopped"
    curve = getattr(outcome.history, quantity) * (-1 if quantity == "validation_loss" else 1)
    assert outcome.stop.best_epoch == int(curve.argmax()) + 1
    assert outcome.stop.best_epoch < outcome.stop.epoch
    assert outcome.theta.tobytes() == outcome.recording.thetas[outcome.stop.best_epoch].tobytes()
    assert outcome.theta.tobytes() == run.state.theta.tobytes()
    assert outcome.recording.epochs.tolist() == [*range(outcome.stop.epoch + 1)]


def test_a_monitored_metric(engine, make_run):
    run = make_run(monitor=Monitor("nothing", tol=0.0, n_iter_no_change=2))
    values = [0.1, math.nan, 0.5, 0.4, math.nan, 0.3]
    settings = LoopSettings(
        0.1,
        CONSTANT,
        50,
        record=1,
        restore_best=True,
        metrics={"auc": scripted(values)},
        monitored_metric="auc",
    )
    outcome = train(run, settings, engine)
    assert (outcome.stop.reason, outcome.stop.epoch, outcome.stop.best_epoch) == ("early_stopped", 6, 3)
    assert "auc" in outcome.stop.message
    np.testing.assert_array_equal(outcome.history.metrics["auc"], values)
    assert outcome.theta.tobytes() == outcome.recording.thetas[3].tobytes()


def test_a_metric_that_is_never_a_number_restores_nothing(engine, make_run):
    run = make_run(monitor=Monitor("nothing", n_iter_no_change=2))
    metrics = {"r2": lambda theta: math.nan}
    settings = LoopSettings(
        0.1, CONSTANT, 9, record=9, restore_best=True, metrics=metrics, monitored_metric="r2"
    )
    outcome = train(run, settings, engine)
    assert (outcome.stop.epoch, outcome.stop.best_epoch) == (9, None)
    assert outcome.theta.tobytes() == outcome.recording.thetas[-1].tobytes()


def test_metrics_see_the_parameters_after_each_epoch(engine, make_run):
    metrics = {"first": lambda theta: theta[0]}
    outcome = train(make_run(), LoopSettings(0.1, CONSTANT, 5, record=1, metrics=metrics), engine)
    assert outcome.history.metrics["first"].tolist() == outcome.recording.thetas[1:, 0].tolist()


@pytest.mark.parametrize("batch_size", [10, 32])
def test_divergence_restores_the_best_parameters(engine, make_run, batch_size):
    run = make_run(head="regression", monitor=Monitor(n_iter_no_change=1000), batch_size=batch_size)
    loss_before = engine.loss_and_score(run.plan.network, run.state.theta, run.data)[0]
    outcome = train(run, LoopSettings(100.0, WarmUp(3000), 3000, record=1), engine)
    stop, history = outcome.stop, outcome.history
    assert (stop.reason, stop.epoch) == ("diverged", history.n_epochs)
    assert stop.best_epoch == int(np.nanargmin(history.loss)) + 1
    assert np.isfinite(outcome.theta).all()
    assert outcome.theta.tobytes() == run.state.theta.tobytes()
    assert engine.loss_and_score(run.plan.network, outcome.theta, run.data)[0] < loss_before
    assert np.isfinite(outcome.recording.thetas).all()
    rate = history.learning_rate[-1]
    assert f"diverged in epoch {stop.epoch} at learning rate {rate:g}" in stop.message
    assert f"divide the learning rate by 10, to {rate / 10:g}" in stop.message


def test_divergence_in_the_first_epoch_restores_the_initial_parameters(engine, make_run):
    run = make_run(head="regression", scale=1e200)
    before = run.state.theta.copy()
    settings = LoopSettings(0.1, CONSTANT, 9, metrics={"m": lambda theta: 1 / 0}, monitored_metric="m")
    outcome = train(run, settings, engine)
    assert (outcome.stop.reason, outcome.stop.best_epoch) == ("diverged", 0)
    assert "initial parameters" in outcome.stop.message
    assert outcome.theta.tobytes() == before.tobytes()
    assert np.isnan(outcome.history.metrics["m"]).all()


def test_a_callback_stops_training(engine, make_run):
    outcome = train(
        make_run(), LoopSettings(0.1, CONSTANT, 50), engine, [every_epoch(lambda event: event.epoch == 4)]
    )
    assert (outcome.stop.reason, outcome.stop.epoch) == ("callback", 4)


def test_an_exception_of_a_callback_leaves_a_state_to_continue_from(engine, make_run):
    @every_epoch
    def broken(event: TrainingProgress) -> None:
        if event.epoch == 5:
            raise ZeroDivisionError

    whole, parts = make_run(), make_run()
    expected = train(whole, LoopSettings(0.1, CONSTANT, 12), engine)
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError):
        train(parts, LoopSettings(0.1, CONSTANT, 12), engine, [broken])
    assert signal.getsignal(signal.SIGINT) is handler
    assert train(parts, LoopSettings(0.1, CONSTANT, 7), engine).theta.tobytes() == expected.theta.tobytes()


@pytest.fixture
def own_handler() -> Iterator[list[int]]:
    """Install a SIGINT handler; yield the list of signals that it received."""
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: received.append(number))
    yield received
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_ctrl_c_keeps_the_current_parameters(engine, make_run, own_handler):
    handler = signal.getsignal(signal.SIGINT)
    timers = []

    def press_soon(event: TrainingProgress) -> None:
        if not timers:
            timers.append(threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)))
            timers[0].start()

    outcome = train(make_run(), LoopSettings(1e-3, CONSTANT, 10**8, record=10**8), engine, [press_soon])
    timers[0].join()
    assert outcome.stop.reason == "interrupted"
    assert outcome.stop.epoch == outcome.history.n_epochs
    assert outcome.recording.epochs.tolist() == [0, outcome.stop.epoch]
    assert outcome.theta.tobytes() == outcome.recording.thetas[-1].tobytes()
    assert own_handler == []
    assert signal.getsignal(signal.SIGINT) is handler


def test_ctrl_c_keeps_the_best_parameters_where_asked(engine, make_run, own_handler):
    @every_epoch
    def press(event: TrainingProgress) -> None:
        if event.epoch == 4:
            signal.raise_signal(signal.SIGINT)

    monitor = Monitor("nothing", n_iter_no_change=math.inf)
    metrics = {"m": scripted([1.0, 3.0, 2.0, 1.0])}
    settings = LoopSettings(
        0.1, CONSTANT, 9, record=1, restore_best=True, metrics=metrics, monitored_metric="m"
    )
    outcome = train(make_run(monitor=monitor), settings, engine, [press])
    assert (outcome.stop.reason, outcome.stop.epoch, outcome.stop.best_epoch) == ("interrupted", 4, 2)
    assert outcome.theta.tobytes() == outcome.recording.thetas[2].tobytes()


def test_a_second_ctrl_c_raises_at_once(engine, make_run):
    def press_twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    run = make_run()
    with pytest.raises(KeyboardInterrupt):
        train(run, LoopSettings(0.1, CONSTANT, 9), Spy(engine, press_twice))
    assert run.state.epoch == 0
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.parametrize(
    ("quantity", "metric"), [("validation_loss", None), ("validation_score", None), ("loss", "auc")]
)
def test_the_monitored_quantity_must_be_computed(engine, make_run, quantity, metric):
    settings = LoopSettings(0.1, CONSTANT, 9, metrics={"auc": lambda theta: 0.0}, monitored_metric=metric)
    with pytest.raises(ParameterError, match=r"monitor\.quantity"):
        train(make_run(monitor=Monitor(quantity)), settings, engine)
