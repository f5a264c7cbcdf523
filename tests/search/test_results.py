from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.random import RandomState

from separatrix.engine.base import State
from separatrix.errors import DataError
from separatrix.estimators.checked_rows import Paused
from separatrix.network import SGD
from separatrix.search.results import Outcome, Results
from separatrix.search.trials import TrialResult

PAUSED = Paused(State.start(np.zeros(2), SGD(), RandomState(0)), 0.1, [1.0, 0.5], 0.01)


def result(candidate, split, score=0.5, paused=None):
    reason = "max_iter" if paused is None else "paused"
    return TrialResult(candidate, split, {"score": score}, reason=reason, paused=paused, n_epochs=2)


def results_of(*found):
    results = Results(n_splits=2)
    for one in found:
        results.add(one)
    return results


def test_a_candidate_is_complete_with_all_its_splits():
    results = results_of(result(1, 1), result(0, 0), result(1, 0), result(-1, 0), result(-1, 1))
    assert results.complete() == [1]
    assert results.has(-1)
    assert [trial.split for trial in results.of(1)] == [0, 1]


def test_the_best_straight_line_is_the_one_that_counts():
    results = results_of(*(result(c, s, c / 10) for c in (-2, -1) for s in (0, 1)), result(-3, 0, 9.0))
    assert [trial.candidate for trial in results.straight_line()] == [-1, -1]
    assert Results(n_splits=2).straight_line() == []


def test_candidates_are_ranked_by_their_mean_and_those_without_one_come_last():
    scores = {0: (0.2, 0.4), 1: (math.nan, 0.9), 2: (0.5, 0.5), 3: (0.4, 0.2)}
    results = results_of(*(result(c, s, scores[c][s]) for c in scores for s in (0, 1)))
    assert results.ranked() == [2, 0, 3, 1]


def test_an_interrupted_round_takes_back_what_it_did_not_finish():
    results = results_of(*(result(c, s, paused=PAUSED) for c in range(3) for s in (0, 1)))
    before = results.copy()
    results.add(result(0, 0, 0.7))
    results.add(result(0, 1, 0.7))
    results.add(result(1, 0, 0.9))
    results.forget_parts(before)
    assert results.mean(0) == 0.7
    assert results.mean(1) == 0.5
    assert results.discarded == {1, 2}


def test_an_interrupted_first_round_keeps_whole_candidates_alone():
    results = Results(n_splits=2)
    before = results.copy()
    for one in (result(0, 0), result(0, 1), result(1, 1)):
        results.add(one)
    results.forget_parts(before)
    assert results.complete() == [0]
    assert results.get(1, 1) is None


def test_where_all_were_discarded_all_are_judged():
    results = results_of(result(0, 0, paused=PAUSED), result(0, 1, paused=PAUSED))
    results.discard([0])
    outcome = Outcome(results, [{"max_iter": 10}], math.nan)
    assert outcome.survivors == [0]
    assert outcome.epochs(lambda params: params["max_iter"]) == (4, 20)


def test_the_best_are_survivors_with_a_score():
    results = results_of(
        *(result(c, s, score) for c, score in enumerate([0.1, 0.3, math.nan]) for s in (0, 1))
    )
    outcome = Outcome(results, [{}] * 3, math.nan)
    assert outcome.best("score", 5) == [1, 0]
    assert np.isnan(outcome.baseline_scores("score")).all()


def test_where_all_failed_the_first_error_is_told():
    failed = [TrialResult(0, split, exception=RuntimeError("broken")) for split in (0, 1)]
    with pytest.raises(DataError, match="all 2 trials failed, the first with RuntimeError: broken"):
        Outcome(results_of(*failed), [{}], math.nan).tell_failures()
