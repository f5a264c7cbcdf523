from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_circles
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from separatrix.errors import DataError
from separatrix.estimators import MLPClassifier
from separatrix.explain.kept import Kept, history_of, kept_epoch
from separatrix.model import Model
from separatrix.network import Network
from separatrix.train import History

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(
    ("scoring", "curve", "reason"),
    [
        (None, lambda history: history.validation_score, "best validation score"),
        ("loss", lambda history: -history.validation_loss, "lowest validation loss"),
        ("roc_auc", lambda history: history.metrics["validation_roc_auc"], "best validation roc auc"),
    ],
)
def test_it_says_what_was_best(scoring, curve, reason):
    X, y = make_circles(200, noise=0.2, factor=0.5, random_state=2)
    settings = {"early_stopping": True, "learning_rate_init": 0.05, "random_state": 3, "engine": "numpy"}
    stopped = MLPClassifier((6,), scoring=scoring, **settings).fit(X, y)
    epoch = int(np.argmax(curve(stopped.history_))) + 1
    assert kept_epoch(stopped) == Kept(epoch, epoch - 1, reason)
    assert kept_epoch(make_pipeline(stopped)) == kept_epoch(stopped)
    of_model = kept_epoch(stopped.to_model())
    assert (of_model.epoch, of_model.place) == (epoch, epoch - 1)
    assert of_model.reason.startswith(("best validation", "lowest validation"))


def test_the_last_epoch_is_not_told():
    X, y = make_circles(50, random_state=0)
    assert kept_epoch(MLPClassifier((2,), max_iter=3, engine="numpy").fit(X, y)) is None
    assert kept_epoch(Model(Network.mlp(1, (), 1), [1.0, 2.0])) is None


def test_an_epoch_before_the_history_has_no_place_in_it():
    history = History(loss=np.array([0.3, 0.2])).to_dict()
    for best in (0, 4):
        training = {"history": history, "stop": {"epoch": 6, "best_epoch": best}}
        model = Model(Network.mlp(1, (), 1), [1.0, 2.0], training=training)
        assert kept_epoch(model) == Kept(best, -1, "")


@pytest.mark.parametrize("subject", [LogisticRegression(), Model(Network.mlp(1, (), 1), [1.0, 2.0])])
def test_without_a_history_the_cure_is_told(subject):
    with pytest.raises(DataError, match=f"^{type(subject).__name__} has no history of a training; fit it"):
        history_of(subject)
