import math

import pytest

from separatrix.engine.base import Monitor
from separatrix.train.stops import Details, Stop


@pytest.mark.parametrize(
    ("reason", "monitor", "options", "words"),
    [
        ("converged", Monitor(), {}, "The training loss did not improve by tol=0.0001 for more than "),
        ("early_stopped", Monitor("validation_score"), {}, "The validation score did not improve"),
        ("early_stopped", Monitor("nothing"), {"metric": "auc"}, "The auc did not improve"),
        ("max_iter", Monitor(), {}, "limit of 9 epochs before it converged; raise max_iter"),
        ("max_iter", Monitor("nothing"), {}, "limit of 9 epochs."),
        ("interrupted", Monitor("loss", n_iter_no_change=math.inf), {}, "interrupted after epoch 7."),
        ("diverged", Monitor(), {"learning_rate": 0.5}, "divide the learning rate by 10, to 0.05"),
        ("callback", Monitor(), {}, "A callback ended training after epoch 7."),
    ],
)
def test_messages(reason, monitor, options, words):
    stop = Stop(reason, 7, None, Details(monitor, max_epochs=9, **options))
    assert (stop.reason, stop.epoch, stop.best_epoch) == (reason, 7, None)
    assert words in stop.message
    assert stop.message.endswith(".")


@pytest.mark.parametrize(("best_epoch", "kept"), [(0, "initial parameters"), (5, "parameters of epoch 5")])
def test_what_was_kept(best_epoch, kept):
    stop = Stop("diverged", 7, best_epoch, Details(Monitor(), max_epochs=9, learning_rate=1.0))
    assert stop.best_epoch == best_epoch
    assert f"the {kept} are kept" in stop.message


def test_an_earlier_epoch_that_is_kept_needs_no_longer_training() -> None:
    monitor = Monitor("validation_loss")
    kept = Stop("max_iter", 100, 40, Details(monitor, max_epochs=100))
    assert "raise max_iter" not in kept.message
    last = Stop("max_iter", 100, 100, Details(monitor, max_epochs=100))
    assert "raise max_iter" in last.message
