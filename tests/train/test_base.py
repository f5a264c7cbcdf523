import math

import numpy as np
import pytest

from separatrix.engine import get_engine
from separatrix.engine.base import Chunk
from separatrix.errors import ParameterError
from separatrix.network.schedules import Constant
from separatrix.train import LoopSettings
from separatrix.train.base import Training
from separatrix.train.interrupt import Interrupt

NONE = np.empty(0)
RIGHT = {"learning_rate": 0.1, "schedule": Constant(), "max_epochs": 9, "metrics": {"auc": lambda theta: 0.5}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", float("inf")),
        ("max_epochs", 0),
        ("max_epochs", 1.5),
        ("restore_best", 1),
        ("monitored_metric", "acu"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ParameterError, match=rf"^{name} must be .* got {value!r}"):
        LoopSettings(**RIGHT | {name: value})


def test_a_monitored_metric_needs_metrics():
    with pytest.raises(ParameterError, match=r"^monitored_metric must be one of metrics"):
        LoopSettings(**RIGHT | {"metrics": {}, "monitored_metric": "auc"})


def a_chunk(n_epochs: int, halt=None) -> Chunk:
    return Chunk(np.arange(float(n_epochs)), NONE, NONE, NONE, NONE, NONE, halt)


def begin(run, callbacks=(), **kwargs) -> Training:
    settings = LoopSettings(0.1, Constant(), 10, **kwargs)
    return Training(run, settings, get_engine("numpy"), callbacks, Interrupt(), first_epoch=run.state.epoch)


def test_callbacks_are_given_the_progress(make_run):
    run, calls = make_run(), []
    run.state.epoch = 100
    training = begin(run, [calls.append])
    run.state.epoch = 104
    training.write(a_chunk(4), np.full(4, 0.1), 2.0)
    assert training.call_callbacks() is None
    (progress,) = calls
    assert (progress.epoch, progress.max_epochs, progress.seconds >= 0) == (104, 110, True)
    assert progress.history.loss.tolist() == [0, 1, 2, 3]
    assert progress.history.seconds.tolist() == [0.5] * 4
    assert np.shares_memory(progress.theta, run.state.theta)


def test_every_callback_is_called_every_time(make_run):
    calls = []
    callbacks = [lambda progress: True, lambda progress: calls.append(progress)]
    assert begin(make_run(), callbacks).call_callbacks() == "callback"
    assert len(calls) == 1


def test_a_keyboard_interrupt_in_a_callback_is_a_stop(make_run):
    def press(progress):
        raise KeyboardInterrupt

    assert begin(make_run(), [press]).call_callbacks() == "interrupted"


@pytest.mark.parametrize("every_epoch", [True, False])
def test_callbacks_and_metrics_can_need_every_epoch(make_run, every_epoch):
    def callback(progress):
        return None

    callback.every_epoch = every_epoch
    assert begin(make_run(), [callback]).every_epoch is every_epoch
    assert begin(make_run(), metrics={"m": lambda theta: 0.0}).every_epoch


def test_no_metric_is_computed_for_a_network_that_diverged(make_run):
    training = begin(make_run(), metrics={"m": lambda theta: 1.0})
    assert training.write(a_chunk(1), np.ones(1), 1.0) == {"m": 1.0}
    assert math.isnan(training.write(a_chunk(1, "diverged"), np.ones(1), 1.0)["m"])
    np.testing.assert_array_equal(training.history.metrics["m"], [1.0, math.nan])
