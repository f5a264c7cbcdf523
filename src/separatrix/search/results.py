"""Results: what finished trials add up to, candidate by candidate."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.evaluate.candidates import Candidates
from separatrix.search.folds import Split
from separatrix.search.space import Params
from separatrix.search.trials import TrialResult

Array = NDArray[Any]

BASELINE = -1  # the candidate number of the straight line that all are held against


class Results:
    """The results so far; candidates come in any order, and so do their splits."""

    def __init__(self, n_splits: int) -> None:
        self.n_splits = n_splits
        self._found: dict[int, dict[int, TrialResult]] = {}

    def add(self, result: TrialResult) -> None:
        """Take a result in."""
        self._found.setdefault(result.candidate, {})[result.split] = result

    def has(self, candidate: int, split: int | None = None) -> bool:
        """Return whether a candidate was tried on a split, or on all."""
        splits = self._found.get(candidate, {})
        return len(splits) == self.n_splits if split is None else split in splits

    def of(self, candidate: int) -> list[TrialResult]:
        """Return a candidate's results in the order of the splits."""
        return [self._found[candidate][split] for split in range(self.n_splits)]

    def complete(self) -> list[int]:
        """Return the numbers of the candidates that were tried on all splits, but for the straight line."""
        return sorted(candidate for candidate in self._found if candidate != BASELINE and self.has(candidate))


class Outcome:
    """The scores and facts of the candidates that were tried on all splits.

    Parameters
    ----------
    results : Results
    params : sequence of dict
        Of all candidates, by their numbers.
    error_score : float
        Stands for a score that failed.

    Attributes
    ----------
    numbers : list of int
    params : list of dict
    names : list of str
        Of the scores.
    """

    def __init__(self, results: Results, params: Sequence[Params], error_score: float) -> None:
        self.numbers = results.complete()
        self.params = [params[number] for number in self.numbers]
        self.trials = [results.of(number) for number in self.numbers]
        self.baseline = results.of(BASELINE) if results.has(BASELINE) else []
        every = [trial for trials in self.trials for trial in trials]
        self.names = list(dict.fromkeys(name for trial in every for name in trial.scores))
        self.failures = [trial.exception for trial in every if trial.exception is not None]
        self._n_splits = results.n_splits
        self._error_score = error_score

    def scores(self, name: str) -> Array:
        """Return a score of shape (n_candidates, n_splits)."""
        return np.array([[self._of(trial, name) for trial in trials] for trials in self.trials])

    def baseline_scores(self, name: str) -> Array:
        """Return the straight line's score on each split; NaN if it was not tried on all."""
        if not self.baseline:
            return np.full(self._n_splits, np.nan)
        return np.array([self._of(trial, name) for trial in self.baseline])

    def _of(self, trial: TrialResult, name: str) -> float:
        return trial.scores.get(name, self._error_score)

    def as_scikit_learn_has_it(self, is_multimetric: bool) -> list[dict[str, Any]]:
        """Return a dict for each trial, candidate by candidate, as scikit-learn formats them."""

        def plain(scores: dict[str, float]) -> Any:
            filled = {name: scores.get(name, self._error_score) for name in self.names}
            return filled if is_multimetric else filled[self.names[0]]

        return [
            {
                "test_scores": plain(trial.scores),
                "train_scores": plain(trial.train_scores),
                "fit_time": trial.fit_seconds,
                "score_time": trial.score_seconds,
            }
            for trials in self.trials
            for trial in trials
        ]

    def facts(self) -> dict[str, Array]:
        """Return what a search knows of its candidates besides scikit-learn's columns."""
        return {
            "n_parameters": np.array([max(trial.n_parameters for trial in trials) for trials in self.trials]),
            "mean_n_epochs": np.array(
                [np.mean([trial.n_epochs for trial in trials]) for trials in self.trials]
            ),
            "n_diverged": self._count(lambda trial: trial.reason == "diverged"),
            "n_limited": self._count(lambda trial: trial.reason == "max_iter"),
        }

    def _count(self, condition: Callable[[TrialResult], bool]) -> Array:
        return np.array([sum(map(condition, trials)) for trials in self.trials])

    def candidates(self, layers: str, name: str, metric: str, splits: Sequence[Split]) -> Candidates:
        """Return the value that verdict and pictures start from."""
        facts = self.facts()
        return Candidates(
            metric=metric,
            params=self.params,
            hidden_layer_sizes=[tuple(params[layers]) for params in self.params],
            n_parameters=facts["n_parameters"],
            scores=self.scores(name),
            n_train=np.array([len(train) for train, _ in splits]),
            n_test=np.array([len(test) for _, test in splits]),
            n_diverged=facts["n_diverged"],
            n_limited=facts["n_limited"],
            curves=[[trial.curve for trial in trials if trial.curve is not None] for trials in self.trials],
        )

    def best(self, name: str, n: int) -> list[int]:
        """Return the positions of the candidates with the highest mean, the best first."""
        means = self.scores(name).mean(axis=1)
        order = np.argsort(-np.where(np.isnan(means), -math.inf, means), kind="stable")
        return [int(i) for i in order[:n] if not math.isnan(means[i])]
