import math

import numpy as np
import pytest

from separatrix.engine.base import Chunk
from separatrix.network.schedules import Constant
from separatrix.train import LoopSettings
from separatrix.train.observer import Observer

NONE = np.empty(0)


def a_chunk(n_epochs: int, halt=None) -> Chunk:
    return Chunk(np.arange(float(n_epochs)), NONE, NONE, NONE, NONE, NONE, halt)


def observe(run, listeners=(), **kwargs) -> Observer:
    return Observer(LoopSettings(0.1, Constant(), 10, **kwargs), listeners, run.state)


def test_listeners_are_told_where_training_is(make_run):
    run, events = make_run(), []
    run.state.epoch = 100
    observer = observe(run, [events.append])
    run.state.epoch = 104
    observer.write(a_chunk(4), np.full(4, 0.1), 2.0)
    assert observer.tell() is None
    (event,) = events
    assert (event.epoch, event.max_epochs, event.seconds >= 0) == (104, 110, True)
    assert event.history.loss.tolist() == [0, 1, 2, 3]
    assert event.history.seconds.tolist() == [0.5] * 4
    assert np.shares_memory(event.theta, run.state.theta)


def test_every_listener_hears_every_event(make_run):
    heard = []
    listeners = [lambda event: True, lambda event: heard.append(event)]
    assert observe(make_run(), listeners).tell() == "callback"
    assert len(heard) == 1


def test_a_keyboard_interrupt_of_a_listener_is_a_stop(make_run):
    def press(event):
        raise KeyboardInterrupt

    assert observe(make_run(), [press]).tell() == "interrupted"


@pytest.mark.parametrize("wish", [True, False])
def test_who_wants_every_epoch(make_run, wish):
    def listener(event):
        return None

    listener.every_epoch = wish
    assert observe(make_run(), [listener]).every_epoch is wish
    assert observe(make_run(), metrics={"m": lambda theta: 0.0}).every_epoch


def test_no_metric_is_taken_of_a_network_that_diverged(make_run):
    observer = observe(make_run(), metrics={"m": lambda theta: 1.0})
    assert observer.write(a_chunk(1), np.ones(1), 1.0) == {"m": 1.0}
    assert math.isnan(observer.write(a_chunk(1, "diverged"), np.ones(1), 1.0)["m"])
    np.testing.assert_array_equal(observer.history().metrics["m"], [1.0, math.nan])
