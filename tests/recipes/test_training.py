from __future__ import annotations

import math
import signal

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from separatrix.estimators import MLPClassifier
from separatrix.network import SGD
from separatrix.recipes._training import snapshots, train

X, Y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])


def test_the_limit_is_no_cause_for_a_warning() -> None:
    classifier = train(MLPClassifier((2,), max_iter=5, n_iter_no_change=math.inf, record=1), X, Y)
    assert classifier.n_iter_ == 5
    models = snapshots(classifier)
    assert list(models) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(models[5].predict_proba(X), classifier.predict_proba(X), rtol=1e-14)


def test_without_a_recording_there_are_no_snapshots() -> None:
    assert snapshots(train(MLPClassifier((2,), max_iter=2), X, Y)) == {}


def test_divergence_does_warn() -> None:
    classifier = MLPClassifier((2,), "identity", solver=SGD(), learning_rate_init=1e30, engine="numpy")
    with pytest.warns(ConvergenceWarning, match="diverged"):
        train(classifier, 1e30 * X, Y)


def test_ctrl_c_ends_the_recipe() -> None:
    classifier = MLPClassifier((2,), max_iter=10_000, n_iter_no_change=math.inf)
    classifier.set_callbacks(lambda event: signal.raise_signal(signal.SIGINT))
    with pytest.warns(UserWarning, match="interrupted"), pytest.raises(KeyboardInterrupt):
        train(classifier, X, Y)
