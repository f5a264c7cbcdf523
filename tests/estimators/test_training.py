from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import make_scorer, recall_score

from separatrix.estimators import MLPClassifier, MLPRegressor

Rows = tuple[np.ndarray, np.ndarray]
SETTINGS: dict[str, Any] = {
    "hidden_layer_sizes": (4,),
    "random_state": 0,
    "early_stopping": True,
    "learning_rate_init": 0.05,
    "n_iter_no_change": 4,
}


def stalled(scores: list[float], tol: float) -> int:
    """Return how many epochs in a row, at the end, did not improve the best value by `tol`."""
    count, best = 0, -np.inf
    for score in scores:
        count = count + 1 if score < best + tol else 0
        best = max(best, score)
    return count


@pytest.mark.parametrize("scoring", [None, "loss", "roc_auc", "neg_log_loss", make_scorer(recall_score)])
def test_early_stopping_monitors_the_scoring(engine: str, rows: Rows, scoring: Any) -> None:
    X, y = rows
    clf = MLPClassifier(**SETTINGS, scoring=scoring, engine=engine).fit(
        X[:70], y[:70], X_val=X[70:], y_val=y[70:]
    )
    assert clf.stop_.reason == "early_stopped"
    assert stalled(clf.validation_scores_, clf.tol) == 5
    assert clf.best_validation_score_ == max(clf.validation_scores_)
    assert clf.stop_.best_epoch == 1 + int(np.argmax(clf.validation_scores_))
    assert clf.best_loss_ is None
    if scoring is None:
        assert_allclose(clf.best_validation_score_, clf.score(X[70:], y[70:]))
    elif scoring == "loss":
        assert clf.validation_scores_ == (-clf.history_.validation_loss).tolist()
    elif callable(scoring):
        assert clf.best_validation_score_ == recall_score(y[70:], clf.predict(X[70:]))


def test_the_loss_and_its_scorer_agree(engine: str, rows: Rows) -> None:
    by_loss, by_scorer = (
        MLPClassifier(**SETTINGS, scoring=scoring, engine=engine).fit(*rows)
        for scoring in ("loss", "neg_log_loss")
    )
    assert_allclose(by_loss.validation_scores_, by_scorer.validation_scores_)
    assert np.array_equal(by_loss.theta_, by_scorer.theta_)


def test_metrics_use_row_weights(engine: str, rows: Rows) -> None:
    X, y = rows
    weight = np.random.RandomState(0).rand(50)
    clf = MLPClassifier(**SETTINGS, metrics=["accuracy", "roc_auc"], engine=engine)
    clf.fit(X[:70], y[:70], X_val=X[70:], y_val=y[70:], sample_weight_val=weight)
    assert list(clf.history_.metrics) == ["validation_accuracy", "validation_roc_auc"]
    assert_allclose(clf.history_.metrics["validation_accuracy"], clf.history_.validation_score)


def largest_error(estimator: Any, X: np.ndarray, y: np.ndarray) -> float:
    return float(-np.abs(estimator.predict(X) - y).max())


def weighted_error(estimator: Any, X: np.ndarray, y: np.ndarray, sample_weight: Any = None) -> float:
    return float(-np.average(np.abs(estimator.predict(X) - y), weights=sample_weight))


@pytest.mark.parametrize(
    ("scoring", "is_weighted"),
    [
        ("neg_max_error", False),
        (largest_error, False),
        (weighted_error, True),
        ("neg_mean_absolute_error", True),
    ],
)
def test_only_a_scorer_with_sample_weight_gets_row_weights(
    rows: Rows, scoring: Any, is_weighted: bool
) -> None:
    X, _ = rows
    weight = np.linspace(0.0, 1.0, 50)
    reg = MLPRegressor(**SETTINGS, scoring=scoring)
    reg.fit(X[:70], X[:70, 0], X_val=X[70:], y_val=X[70:, 0], sample_weight_val=weight)
    by_hand = weighted_error if is_weighted else largest_error
    keywords = {"sample_weight": weight} if is_weighted else {}
    assert_allclose(reg.best_validation_score_, by_hand(reg, X[70:], X[70:, 0], **keywords))


def test_a_scorer_without_sample_weight_works_with_class_weights(rows: Rows) -> None:
    clf = MLPClassifier(**SETTINGS, class_weight="balanced", metrics=["neg_negative_likelihood_ratio"])
    assert clf.fit(*rows).history_.metrics["validation_neg_negative_likelihood_ratio"].size == clf.n_iter_


def test_metrics_of_a_regressor(engine: str, rows: Rows) -> None:
    X, _ = rows
    for y in (X[:, 0], X[:, :2]):
        reg = MLPRegressor(**SETTINGS, metrics=["r2"], scoring="neg_mean_absolute_error", engine=engine).fit(
            X, y
        )
        assert_allclose(reg.history_.metrics["validation_r2"], reg.history_.validation_score)
        assert reg.validation_scores_ == reg.history_.metrics["validation_neg_mean_absolute_error"].tolist()
