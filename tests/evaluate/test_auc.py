from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from separatrix.evaluate import Interval, auc_difference, auc_interval, proportion_interval
from separatrix.evaluate.auc import auc_influence, influence_error


def two_columns(score: np.ndarray) -> np.ndarray:
    return np.column_stack([1 - score, score])


def binary_rows(rng: np.random.Generator, n_rows: int, *, digits: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return class codes and scores rounded to `digits`, so that there are ties."""
    codes = np.r_[0, 0, 1, 1, rng.integers(0, 2, n_rows - 4)]
    return codes, stats.norm.cdf(rng.normal(codes * 1.0, 1)).round(digits)


def multiclass_rows(rng: np.random.Generator, n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    codes = np.r_[0, 0, 1, 1, 2, 2, rng.choice(3, n_rows - 6, p=[0.5, 0.3, 0.2])]
    logits = rng.normal(size=(n_rows, 3))
    logits[np.arange(n_rows), codes] += 1.5
    proba = np.exp(logits)
    return codes, proba / proba.sum(axis=1, keepdims=True)


def delong_covariance(codes: np.ndarray, scores: list[np.ndarray]) -> np.ndarray:
    """DeLong et al. (1988), equations 4 to 8, pair by pair: the slow, obvious second implementation."""
    components = []
    for score in scores:
        difference = score[codes == 1][:, np.newaxis] - score[codes == 0]
        wins = (difference > 0) + 0.5 * (difference == 0)
        components.append((wins.mean(axis=1), wins.mean(axis=0)))
    positive, negative = (np.cov([c[i] for c in components]) for i in (0, 1))
    return positive / (codes == 1).sum() + negative / (codes == 0).sum()


@pytest.mark.parametrize("seed", range(5))
def test_variance_is_delongs(seed):
    codes, score = binary_rows(np.random.default_rng(seed), 25)
    auc, influence = auc_influence(codes, two_columns(score))
    assert auc == pytest.approx(roc_auc_score(codes, score), abs=1e-14)
    slow = delong_covariance(codes, [score, score])[0, 0]
    assert influence_error(codes, influence) ** 2 == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_paired_difference_is_delongs(seed):
    rng = np.random.default_rng(seed)
    codes, first = binary_rows(rng, 30)
    second = rng.random(30).round(1)
    interval, p_value = auc_difference(codes, two_columns(first), two_columns(second))
    covariance = delong_covariance(codes, [first, second])
    error = np.sqrt(np.array([1, -1]) @ covariance @ [1, -1])
    difference = roc_auc_score(codes, first) - roc_auc_score(codes, second)
    assert interval.value == pytest.approx(difference, abs=1e-14)
    assert interval.high - interval.low == pytest.approx(2 * 1.959963984540054 * error, rel=1e-10)
    assert p_value == pytest.approx(2 * stats.norm.sf(abs(difference) / error), rel=1e-10)


def test_multiclass_value_is_sklearns():
    codes, proba = multiclass_rows(np.random.default_rng(0), 60)
    assert auc_influence(codes, proba)[0] == pytest.approx(roc_auc_score(codes, proba, multi_class="ovr"))


@pytest.mark.slow
@pytest.mark.parametrize("make_rows", [binary_rows, multiclass_rows])
def test_standard_error_agrees_with_the_bootstrap(make_rows):
    rng = np.random.default_rng(1)
    codes, proba = make_rows(rng, 200)
    if proba.ndim == 1:
        proba = two_columns(proba)
    error = influence_error(codes, auc_influence(codes, proba)[1])
    drawn = (rng.integers(0, 200, 200) for _ in range(1000))
    bootstrap = np.std([auc_influence(codes[rows], proba[rows])[0] for rows in drawn], ddof=1)
    assert error == pytest.approx(bootstrap, rel=0.1)


@pytest.mark.slow
def test_the_interval_covers_the_true_value_as_often_as_it_should():
    rng = np.random.default_rng(2)
    truth = stats.norm.cdf(1 / np.sqrt(2))  # of two unit normals one apart
    intervals = []
    for _ in range(1000):
        codes, score = binary_rows(rng, 80, digits=12)
        intervals.append(auc_interval(codes, two_columns(score), [0, 1]))
    assert 0.93 <= np.mean([interval.low <= truth <= interval.high for interval in intervals]) <= 0.97


@pytest.mark.parametrize(("sign", "value"), [(1, 1.0), (-1, 0.0)])
def test_perfect_order_uses_wilsons_interval(sign, value):
    codes = np.array([0] * 12 + [1] * 8)
    score = 0.5 + sign * 0.4 * (codes - 0.5)
    expected = proportion_interval(round(8 * value), 8)
    assert auc_interval(codes, two_columns(score), [0, 1]) == Interval(value, expected.low, expected.high)


@pytest.mark.parametrize(
    ("codes", "score", "value", "reason"),
    [
        ([1, 1, 1], [0.2, 0.9, 0.8], None, "no row of class 'no'"),
        ([0, 1, 0], [0.2, 0.5, 0.8], 0.5, "a class has one row only"),
        ([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5, "no spread over the rows"),
    ],
)
def test_the_reason_why_there_is_no_interval(codes, score, value, reason):
    interval = auc_interval(np.array(codes), two_columns(np.array(score)), ["no", "yes"])
    assert interval == Interval(value, reason=reason)


def test_a_model_against_itself_has_no_difference():
    codes, score = binary_rows(np.random.default_rng(3), 20)
    difference, p_value = auc_difference(codes, two_columns(score), two_columns(score))
    assert difference.value == 0
    assert p_value is None
