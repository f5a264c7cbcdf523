from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import DataError, ParameterError
from separatrix.select import selection_bias
from separatrix.select.selection_bias import _repeats


def sizes(n_folds: int, n_repeats: int = 1) -> tuple[np.ndarray, np.ndarray]:
    n_splits = n_folds * n_repeats
    return np.full(n_splits, 10 * (n_folds - 1)), np.full(n_splits, 10)


@pytest.mark.slow
@pytest.mark.parametrize("n_folds", [5, 10])
def test_the_corrected_score_of_the_best_of_pure_noise_is_that_of_the_others(n_folds):
    best, corrected = [], []
    for seed in range(40):
        scores = np.random.default_rng(seed).normal(0.5, 0.05, (200, n_folds))
        best.append(scores.mean(axis=1).max())
        corrected.append(selection_bias(scores, *sizes(n_folds)).score.value)
    assert min(best) > 0.53
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.01)


def test_rows_tested_again_in_every_repeat_do_not_count_as_new_ones():
    # The noise belongs to the rows, so that every repeat has the same noise in other folds.
    best, corrected = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        noise = rng.normal(0.5, 0.2, (100, 50))
        repeats = [rng.permutation(50).reshape(5, 10) for _ in range(8)]
        scores = np.concatenate([noise[:, folds].mean(axis=2) for folds in repeats], axis=1)
        best.append(scores.mean(axis=1).max())
        corrected.append(selection_bias(scores, *sizes(5, 8)).score.value)
    assert np.mean(best) > 0.55
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.015)


def test_a_clear_winner_has_no_bias():
    scores = np.random.default_rng(0).normal(0.5, 0.02, (50, 10))
    scores[7] += 0.4
    result = selection_bias(scores, *sizes(5, 2))
    assert result.bias == 0
    assert result.score.value == pytest.approx(scores[7].mean())
    assert scores[7].min() <= result.score.low < result.score.value < result.score.high <= scores[7].max()


def test_two_folds_by_hand():
    # Fold one drawn twice chooses the first candidate, with score 1 on fold two; fold two the second, with 0.
    result = selection_bias([[6.0, 1.0], [0.0, 5.0]], [10, 10], [10, 10], n_bootstraps=4000)
    # The first is best (3.5): out of bag it has the gap 0 on fold two and 6 on fold one.
    assert result.bias == pytest.approx(3, abs=0.15)
    assert result.score.value == pytest.approx(0.5, abs=0.15)
    assert (result.score.low, result.score.high) == (0, 1)


def test_a_single_candidate_has_no_bias():
    result = selection_bias([[0.1, 0.2, 0.6]], *sizes(3))
    assert result.bias == 0
    assert result.score.value == pytest.approx(0.3)


def test_candidates_without_a_score_are_left_out():
    scores = np.random.default_rng(0).normal(size=(20, 10))
    spoilt = np.insert(scores, 3, np.where(np.arange(10) == 2, np.nan, 100), axis=0)
    assert selection_bias(spoilt, *sizes(5, 2)) == selection_bias(scores, *sizes(5, 2))


def test_the_seed_decides():
    scores = np.random.default_rng(0).normal(size=(20, 10))
    results = [
        selection_bias(scores, *sizes(10), random_state=seed) for seed in (1, np.random.default_rng(1), 2)
    ]
    assert results[0] == results[1] != results[2]


def test_one_split_defines_nothing():
    result = selection_bias([[0.5], [0.6]], [8], [2])
    assert result.bias is None
    assert str(result.score) == "undefined (one split only)"


@pytest.mark.parametrize(
    ("n_train", "n_test", "repeats"),
    [
        ([6, 7, 7, 6, 7, 7], [4, 3, 3, 4, 3, 3], [[0, 1, 2], [3, 4, 5]]),
        ([5, 5], [5, 5], [[0, 1]]),
        ([8, 8, 8], [2, 2, 2], [[0, 1, 2]]),  # three random splits, or time series
        ([5, 5, 5], [5, 5, 5], [[0, 1, 2]]),
        ([7, 8, 6], [3, 2, 4], [[0, 1, 2]]),
        ([6, 4, 7, 7], [4, 6, 3, 3], [[0, 1, 2, 3]]),
    ],
)
def test_repeats_are_found_by_their_rows(n_train, n_test, repeats):
    found = _repeats(np.array(n_train, float), np.array(n_test, float))
    assert [list(splits) for splits in found] == repeats


def test_bad_input():
    with pytest.raises(ParameterError, match="n_bootstraps must be an integer of at least 100, got 10"):
        selection_bias([[0.5, 0.6]], [8, 8], [2, 2], n_bootstraps=10)
    with pytest.raises(DataError, match="must hold a candidate with a finite score on every split"):
        selection_bias([[np.nan, 0.6]], [8, 8], [2, 2])
    with pytest.raises(DataError, match=r"must have shape \(n_candidates, n_splits\)"):
        selection_bias([0.5, 0.6], [8, 8], [2, 2])
