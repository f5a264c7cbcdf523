from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.random import RandomState

from separatrix.engine.base import State
from separatrix.errors import DataError
from separatrix.estimators.training import Paused
from separatrix.network import SGD
from separatrix.search.results import Results
from separatrix.search.trials import TrialResult

PAUSED = Paused(State.start(np.zeros(2), SGD(), RandomState(0)), 0.1, [1.0, 0.5], 0.01)


def result(candidate, split, score=0.5, paused=None):
    reason = "max_iter" if paused is None else "paused"
    return TrialResult(candidate, split, {"score": score}, reason=reason, paused=paused, n_epochs=2)


def results_of(*found, n_splits=2, params=None):
    results = Results(params or {one.candidate: {} for one in found}, n_splits)
    for one in found:
        results.add(one)
    return results


def test_a_candidate_is_complete_with_all_its_splits():
    results = results_of(result(1, 1), result(0, 0), result(1, 0), result(-1, 0), result(-1, 1))
    assert results.complete() == [1]
    assert results.is_complete(-1)
    assert [trial.split for trial in results.trials_of(1)] == [0, 1]


def test_complete_candidates_are_numbered_from_0():
    found = (result(c, s, c / 10) for c, s in [(-1, 0), (-1, 1), (0, 0), (1, 0), (1, 1), (2, 1), (2, 0)])
    results = results_of(*found, params={c: {"alpha": c} for c in range(-1, 3)})
    results.discard([2])
    completed = results.completed()
    assert completed.complete() == [0, 1]
    assert completed.candidate_params == [{"alpha": 1}, {"alpha": 2}]
    assert completed.discarded == {1}
    np.testing.assert_array_equal(completed.scores("score"), [[0.1, 0.1], [0.2, 0.2]])
    np.testing.assert_array_equal(completed.baseline_scores("score"), [-0.1, -0.1])


def test_the_best_linear_baseline_is_the_one_that_counts():
    results = results_of(*(result(c, s, c / 10) for c in (-2, -1) for s in (0, 1)), result(-3, 0, 9.0))
    assert [trial.candidate for trial in results.baseline_trials()] == [-1, -1]
    assert results_of().baseline_trials() == []


def test_candidates_are_ranked_by_their_mean_and_those_without_one_come_last():
    scores = {0: (0.2, 0.4), 1: (math.nan, 0.9), 2: (0.5, 0.5), 3: (0.4, 0.2)}
    results = results_of(*(result(c, s, scores[c][s]) for c in scores for s in (0, 1)))
    assert results.ranked() == [2, 0, 3, 1]


def test_an_interrupted_round_is_undone_for_the_candidates_that_it_did_not_finish():
    results = results_of(*(result(c, s, paused=PAUSED) for c in range(3) for s in (0, 1)))
    before = results.copy()
    results.add(result(0, 0, 0.7))
    results.add(result(0, 1, 0.7))
    results.add(result(1, 0, 0.9))
    results.undo_unfinished(before)
    assert results.mean(0) == 0.7
    assert results.mean(1) == 0.5
    assert results.discarded == {1, 2}


def test_an_interrupted_first_round_keeps_complete_candidates_alone():
    results = results_of()
    before = results.copy()
    for one in (result(0, 0), result(0, 1), result(1, 1)):
        results.add(one)
    results.undo_unfinished(before)
    assert results.complete() == [0]
    assert results.get(1, 1) is None


def test_if_all_were_discarded_all_are_judged():
    found = (result(0, 0, paused=PAUSED), result(0, 1, paused=PAUSED))
    results = results_of(*found, params={0: {"max_iter": 10}})
    results.discard([0])
    assert results.survivors() == [0]
    assert results.n_epochs(lambda params: params["max_iter"]) == (4, 20)


def test_the_best_are_survivors_with_a_score():
    results = results_of(
        *(result(c, s, score) for c, score in enumerate([0.1, 0.3, math.nan]) for s in (0, 1))
    )
    assert results.best("score", 5) == [1, 0]
    assert np.isnan(results.baseline_scores("score")).all()


def test_if_all_failed_the_error_has_the_first_exception():
    failed = [TrialResult(0, split, exception=RuntimeError("broken")) for split in (0, 1)]
    with pytest.raises(DataError, match="all 2 trials failed, the first with RuntimeError: broken"):
        results_of(*failed).warn_of_failures()
