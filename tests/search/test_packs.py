from __future__ import annotations

from separatrix.search.packs import Pacer
from separatrix.search.trials import Trial, TrialResult

TRIALS = [Trial(candidate, 0, {}) for candidate in range(10)]


def sizes(packs):
    return [len(pack) for pack in packs]


def test_what_is_not_known_is_tried_one_by_one():
    assert sizes(Pacer(lambda trial: 1.0, 1.0).packs(TRIALS)) == [1] * 10


def test_a_pack_is_worth_the_seconds_asked_for():
    pacer = Pacer(lambda trial: 1.0, 1.0)
    pacer.learn(TRIALS[0], TrialResult(0, 0, fit_seconds=0.2, score_seconds=0.05))
    assert sizes(pacer.packs(TRIALS)) == [4, 4, 2]


def test_packs_follow_the_cost_and_what_is_learnt_on_the_way():
    pacer = Pacer(lambda trial: 4.0 if trial.candidate < 2 else 1.0, 1.0)
    pacer.learn(TRIALS[0], TrialResult(0, 0, fit_seconds=1.0))
    packs = pacer.packs(TRIALS)
    assert len(next(packs)) == 1
    pacer.learn(TRIALS[1], TrialResult(1, 0, fit_seconds=3.0))
    assert len(next(packs)) == 1
    assert sizes(packs) == [2, 2, 2, 2]


def test_every_trial_is_in_one_pack():
    pacer = Pacer(lambda trial: 1.0 + trial.candidate, 1.0)
    pacer.learn(TRIALS[3], TrialResult(3, 0, fit_seconds=0.7))
    assert [trial for pack in pacer.packs(TRIALS) for trial in pack] == TRIALS
