from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from separatrix.select import Candidates, corrected_standard_error


def candidates(metric: str = "accuracy") -> Candidates:
    return Candidates(
        metric,
        params=[{}, {}],
        hidden_layer_sizes=[(), (2,)],
        n_parameters=np.array([3, 9]),
        scores=np.array([[0.5, 0.7, 0.9], [0.6, np.nan, 0.8]]),
        n_train=np.full(3, 20),
        n_test=np.full(3, 10),
        n_diverged=np.array([0, 1]),
        n_limited=np.zeros(2, int),
    )


def test_mean_and_standard_error_are_missing_where_a_score_is():
    tried = candidates()
    assert len(tried) == 2
    np.testing.assert_allclose(tried.mean, [0.7, np.nan])
    expected = corrected_standard_error(tried.scores, tried.n_train, tried.n_test)
    np.testing.assert_array_equal(tried.standard_error, expected)


def test_nobody_can_exchange_the_scores():
    with pytest.raises(dataclasses.FrozenInstanceError):
        candidates().scores = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("metric", "name", "sign"),
    [
        ("neg_log_loss", "log-loss", -1),
        ("neg_brier_score", "Brier score", -1),
        ("neg_root_mean_squared_error", "root mean squared error", -1),
        ("roc_auc", "ROC AUC", 1),
        ("r2", "R²", 1),
        ("balanced_accuracy", "balanced accuracy", 1),
    ],
)
def test_the_metric_is_named_in_words(metric, name, sign):
    tried = candidates(metric)
    assert tried.shown_metric.name == name
    assert tried.shown_metric.sign == sign
