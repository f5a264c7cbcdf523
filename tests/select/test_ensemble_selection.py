"""Which candidates make the best mean, held against the obvious way of finding it."""

from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import DataError, ParameterError
from separatrix.select import ensemble_selection, select_by_scores, select_ensemble

TRUTH = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 0])


def log_score(y, p):
    return float(np.log(p[np.arange(len(y)), y]).mean())


def squared_score(y, p):
    return -float(((y - p) ** 2).mean())


def probabilities(n_candidates, seed=0):
    p = np.random.RandomState(seed).uniform(0.05, 0.95, (n_candidates, len(TRUTH)))
    return np.stack([1 - p, p], axis=2)


def slow_greedy(predictions, y, score, n_members, folds):
    """Add one candidate after another to a list, and average the whole list again each time."""
    added, scores = [], []
    for _ in range(n_members):
        attempts = []
        for candidate in range(len(predictions)):
            mean = np.mean([predictions[one] for one in [*added, candidate]], axis=0)
            attempts.append(np.mean([score(y[rows], mean[rows]) for rows in folds]))
        added.append(int(np.argmax(attempts)))
        scores.append(max(attempts))
    return added, scores


@pytest.mark.parametrize("n_test", [None, [10], [4, 3, 3], [1, 9]])
def test_after_the_best_the_steps_are_greedy(n_test):
    predictions = probabilities(7)
    chosen = select_ensemble(predictions, TRUTH, log_score, n_test=n_test, n_members=12, n_first=1)
    ends = np.cumsum(n_test or [10])
    folds = [np.arange(end - size, end) for size, end in zip(n_test or [10], ends, strict=True)]
    added, scores = slow_greedy(predictions, TRUTH, log_score, 12, folds)
    assert chosen.added.tolist() == added
    np.testing.assert_allclose(chosen.scores, scores, rtol=1e-12)


def test_the_best_prefix_is_kept():
    chosen = select_ensemble(probabilities(7), TRUTH, log_score, n_members=30, n_first=1)
    n = chosen.n_members
    assert n < 30
    assert chosen.scores[n - 1] == chosen.scores.max()
    assert (chosen.scores[: n - 1] < chosen.scores.max()).all()
    assert chosen.counts.tolist() == [chosen.added[:n].tolist().count(i) for i in range(7)]


def test_the_counts_give_the_score():
    predictions = probabilities(9, seed=3)
    chosen = select_ensemble(predictions, TRUTH, log_score)
    mean = np.average(predictions, axis=0, weights=chosen.counts)
    assert log_score(TRUTH, mean) == pytest.approx(chosen.scores.max())
    assert chosen.scores.max() > max(log_score(TRUTH, p) for p in predictions)


def test_it_starts_with_the_best_ones_that_score_best_together():
    y = np.zeros(4)
    # The best two cancel; the third spoils their mean.
    predictions = np.array([y + 5, y + 1.5, y + 1, y - 1])
    chosen = select_ensemble(predictions, y, squared_score, n_members=4, n_first=3)
    assert chosen.added[:2].tolist() == [2, 3]
    assert chosen.scores[:2].tolist() == [-1.0, 0.0]
    assert chosen.n_members == 2
    assert chosen.counts.tolist() == [0, 0, 1, 1]


def test_at_most_n_members_are_added_first():
    chosen = select_ensemble(probabilities(9), TRUTH, log_score, n_members=2, n_first=5)
    assert len(chosen.added) == 2
    assert select_ensemble(probabilities(9), TRUTH, log_score, n_members=1).counts.sum() == 1


def test_of_two_equal_candidates_the_first_is_taken():
    same = probabilities(1)
    chosen = select_ensemble(np.concatenate([same, same, same]), TRUTH, log_score, n_members=4)
    assert chosen.counts.tolist() == [1, 0, 0]


def test_numbers_of_one_and_of_several_outputs():
    y = np.arange(6.0)
    one = select_ensemble(np.array([y - 1, y + 1]), y, squared_score)
    assert one.counts.tolist() == [1, 1]
    pairs = np.column_stack([y, -y])
    two = select_ensemble(np.array([pairs - 1, pairs + 1]), pairs, squared_score)
    assert two.counts.tolist() == [1, 1]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_trainings_that_failed_are_left_out(bad):
    predictions = probabilities(5)
    expected = select_ensemble(predictions[1:], TRUTH, log_score).counts.tolist()
    predictions[0, 3] = bad
    assert select_ensemble(predictions, TRUTH, log_score).counts.tolist() == [0, *expected]
    with pytest.raises(DataError, match="no candidate has finite predictions and a finite score"):
        select_ensemble(predictions[:1], TRUTH, log_score)
    with pytest.raises(DataError, match="no candidate"):
        select_ensemble(predictions, TRUTH, lambda y, p: float("nan"))


def test_the_arguments_are_not_changed():
    predictions = probabilities(4)
    before = predictions.copy()
    select_ensemble(predictions, TRUTH, log_score)
    np.testing.assert_array_equal(predictions, before)


def test_float32_sums_keep_their_digits():
    predictions = probabilities(6)
    expected = select_ensemble(predictions, TRUTH, log_score)
    found = select_ensemble(predictions.astype(np.float32), TRUTH, log_score)
    assert found.added.tolist() == expected.added.tolist()
    assert found.scores.dtype == np.float64


@pytest.mark.parametrize(
    ("shape", "n_test"), [((3, 9, 2), None), ((3,), None), ((3, 10, 2), [5, 4]), ((3, 10), [10, 0])]
)
def test_shapes_that_do_not_fit(shape, n_test):
    with pytest.raises(DataError, match="predictions must have shape"):
        select_ensemble(np.ones(shape), TRUTH, log_score, n_test=n_test)


@pytest.mark.parametrize("name", ["n_members", "n_first"])
def test_parameters_out_of_range(name):
    with pytest.raises(ParameterError, match=f"{name} must be an integer of at least 1, got 0"):
        select_ensemble(probabilities(2), TRUTH, log_score, **{name: 0})


def test_scores_of_many_at_once_choose_the_same(monkeypatch):
    draw = np.random.RandomState(0)
    y, predictions = draw.rand(30), draw.rand(12, 30)
    one_by_one = select_ensemble(predictions, y, lambda t, p: -float(np.mean((t - p) ** 2)))
    at_once = select_by_scores(predictions, lambda many: -((many - y) ** 2).mean(axis=1))
    assert at_once.added.tolist() == one_by_one.added.tolist()
    monkeypatch.setattr(ensemble_selection, "BLOCK_NUMBERS", 70)  # two candidates at a time
    in_blocks = select_by_scores(predictions, lambda many: -((many - y) ** 2).mean(axis=1))
    assert in_blocks.added.tolist() == one_by_one.added.tolist()
