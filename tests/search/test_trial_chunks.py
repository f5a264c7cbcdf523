from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_moons

from separatrix import ArchitectureSearchCV, MLPClassifier
from separatrix.search.trial_chunks import ChunkSizer
from separatrix.search.trials import Trial, TrialResult

TRIALS = [Trial(candidate, 0, {}) for candidate in range(1000)]


def finished(trial: Trial, seconds: float) -> TrialResult:
    return TrialResult(trial.candidate, trial.split, fit_seconds=seconds)


def test_chunks_take_about_the_same_time_once_times_are_known() -> None:
    cost = {trial.candidate: 1.0 + trial.candidate % 3 for trial in TRIALS}
    sizer = ChunkSizer(lambda trial: cost[trial.candidate], seconds=1.0)
    chunks = []
    for chunk in sizer.chunks(TRIALS):
        chunks.append(chunk)
        for trial in chunk:
            sizer.add(trial, finished(trial, 0.01 * cost[trial.candidate]))
    assert [trial for chunk in chunks for trial in chunk] == TRIALS
    seconds = [sum(0.01 * cost[trial.candidate] for trial in chunk) for chunk in chunks]
    assert len(chunks[0]) == 1
    assert seconds[10:-1] == pytest.approx([1.0] * len(seconds[10:-1]), abs=0.03)


def test_a_chunk_has_at_most_as_many_trials_as_are_finished() -> None:
    sizer = ChunkSizer(lambda trial: 1.0, seconds=1.0)
    chunks = sizer.chunks(TRIALS)
    sizes = []
    for _ in range(4):
        sizes.append(len(next(chunks)))
        for trial in TRIALS[:2]:
            sizer.add(trial, finished(trial, 1e-6))
    assert sizes == [1, 2, 4, 6]


def test_times_that_change_change_the_chunks() -> None:
    sizer = ChunkSizer(lambda trial: 1.0, seconds=1.0)
    for trial in TRIALS[:100]:
        sizer.add(trial, finished(trial, 1e-4))
    for trial in TRIALS[100:200]:
        sizer.add(trial, finished(trial, 0.1))
    assert len(next(sizer.chunks(TRIALS[200:]))) == 11


def test_an_error_ends_the_search_in_threads_without_a_warning_of_joblib() -> None:
    X, y = make_moons(100, noise=0.2, random_state=0)
    calls = []

    def fail(estimator: Any, X: Any, y: Any) -> float:
        calls.append(1)
        if len(calls) > 5:
            raise ZeroDivisionError("a scorer's own")
        return 0.0

    alphas = np.logspace(-4, 0, 40)
    search = ArchitectureSearchCV(
        MLPClassifier(max_iter=5), [()], {"alpha": alphas}, scoring=fail, n_jobs=2, error_score="raise"
    )
    with pytest.raises(ZeroDivisionError, match="a scorer's own"):
        search.fit(X, y)
    assert len(calls) < 205  # the other trials are not started
