"""Results: what finished trials add up to, candidate by candidate."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import FitFailedWarning

from separatrix.errors import DataError
from separatrix.search.folds import Split
from separatrix.search.space import Params
from separatrix.search.trials import TrialResult
from separatrix.select.candidates import Candidates

Array = NDArray[Any]


class Results:
    """The results so far; candidates come in any order, and so do their splits.

    Numbers below 0 are those of the straight lines that candidates are held against.

    Attributes
    ----------
    n_splits : int
    first_score : str or None
        The name of the score that candidates are ranked by; None is the first there is.
    discarded : set of int
        Candidates that were not trained to the end.
    """

    def __init__(self, n_splits: int, first_score: str | None = None) -> None:
        self.n_splits = n_splits
        self.first_score = first_score
        self.discarded: set[int] = set()
        self._found: dict[int, dict[int, TrialResult]] = {}
        self._means: dict[int, float] = {}

    def add(self, result: TrialResult) -> None:
        """Take a result in; it replaces that of the same training when it was paused."""
        self._found.setdefault(result.candidate, {})[result.split] = result
        self._means.pop(result.candidate, None)

    def get(self, candidate: int, split: int) -> TrialResult | None:
        """Return a result, or None."""
        return self._found.get(candidate, {}).get(split)

    def is_final(self, candidate: int, split: int) -> bool:
        """Return whether a training has ended."""
        result = self.get(candidate, split)
        return result is not None and result.reason != "paused"

    def can_go_on(self, candidate: int) -> bool:
        """Return whether some training of a candidate is paused."""
        return any(result.reason == "paused" for result in self._found[candidate].values())

    def has(self, candidate: int) -> bool:
        """Return whether a candidate was tried on all splits."""
        return len(self._found.get(candidate, {})) == self.n_splits

    def of(self, candidate: int) -> list[TrialResult]:
        """Return a candidate's results in the order of the splits."""
        return [self._found[candidate][split] for split in range(self.n_splits)]

    def complete(self) -> list[int]:
        """Return the numbers of the candidates that were tried on all splits, but for straight lines."""
        return sorted(candidate for candidate in self._found if candidate >= 0 and self.has(candidate))

    def straight_line(self) -> list[TrialResult]:
        """Return the results of the best straight line; empty if none was tried on all splits."""
        lines = [candidate for candidate in self._found if candidate < 0 and self.has(candidate)]
        return self.of(max(lines, key=self.mean)) if lines else []

    def mean(self, candidate: int) -> float:
        """Return a candidate's mean of its first score; -inf if one is missing."""
        if candidate not in self._means:  # asked for all candidates after every pack
            name = self.first_score
            scores = [
                next(iter(result.scores.values()), math.nan)
                if name is None
                else result.scores.get(name, math.nan)
                for result in self.of(candidate)
            ]
            mean = float(np.mean(scores))
            self._means[candidate] = -math.inf if math.isnan(mean) else mean
        return self._means[candidate]

    def ranked(self) -> list[int]:
        """Return the complete candidates, the best first."""
        return sorted(self.complete(), key=lambda candidate: (-self.mean(candidate), candidate))

    def discard(self, candidates: Iterable[int]) -> None:
        """Note that candidates are not trained any further, and let go of what they would go on with."""
        for candidate in candidates:
            self.discarded.add(candidate)
            found = self._found[candidate]
            self._found[candidate] = {split: replace(result, paused=None) for split, result in found.items()}

    def copy(self) -> Results:
        """Return a copy, of which results are no part."""
        copied = Results(self.n_splits, self.first_score)
        copied.discarded = set(self.discarded)
        copied._found = {candidate: dict(found) for candidate, found in self._found.items()}
        return copied

    def forget_parts(self, before: Results) -> None:
        """Take the candidates that an interrupted round did not finish as they were `before` it."""
        for candidate in list(self._found):
            earlier = before._found.get(candidate, {})
            if all(self._went_on(candidate, split, earlier) for split in range(self.n_splits)):
                continue
            self._means.pop(candidate, None)
            if len(earlier) == self.n_splits:
                self._found[candidate] = earlier
                self.discard([candidate])
            else:
                del self._found[candidate]

    def _went_on(self, candidate: int, split: int, earlier: dict[int, TrialResult]) -> bool:
        result = self.get(candidate, split)
        return result is not None and (result.reason != "paused" or result is not earlier.get(split))


class Outcome:
    """The scores and facts of the candidates that were tried on all splits.

    Parameters
    ----------
    results : Results
    params : sequence of dict
        Of all candidates, by their numbers.
    error_score : float
        Stands for a score that failed.
    names : sequence of str, optional
        Of the scores; by default those that were found.

    Attributes
    ----------
    params : list of dict
    trials : list of list of TrialResult
    survivors : list of int
        Positions of the candidates that were not discarded, or of all, if a search was interrupted so early
        that none went on.
    names : list of str
        Of the scores.
    failures : list of Exception
        What trainings and scorers have raised.
    """

    def __init__(
        self,
        results: Results,
        params: Sequence[Params],
        error_score: float,
        names: Sequence[str] | None = None,
    ) -> None:
        numbers = results.complete()
        self.params = [params[number] for number in numbers]
        self.trials = [results.of(number) for number in numbers]
        self.discarded = np.array([number in results.discarded for number in numbers], dtype=bool)
        survivors = np.flatnonzero(~self.discarded).tolist()
        self.survivors: list[int] = survivors or list(range(len(numbers)))
        every = [trial for trials in self.trials for trial in trials]
        found = list(dict.fromkeys(name for trial in every for name in trial.scores))
        self.names = found if names is None else list(names)
        self.has_scores = bool(found)
        self.failures = [trial.exception for trial in every if trial.exception is not None]
        self._baseline = results.straight_line()
        self._n_splits = results.n_splits
        self._error_score = error_score

    def tell_failures(self) -> None:
        """Warn of trainings and scores that failed.

        Raises
        ------
        DataError
            If there is no other.
        """
        for trial in self._baseline:
            if trial.exception is not None and not self.failures:
                warnings.warn(
                    "The straight line could not be trained or scored on every fold, and networks are not "
                    f"held against it: {type(trial.exception).__name__}: {trial.exception}",
                    FitFailedWarning,
                    stacklevel=5,
                )
                break
        if not self.failures:
            return
        first = f"{type(self.failures[0]).__name__}: {self.failures[0]}"
        n_trials = self._n_splits * len(self.trials)
        if not self.has_scores:
            raise DataError(
                f"no candidate could be trained and scored: all {n_trials} trials failed, the first with "
                f"{first}"
            ) from self.failures[0]
        warnings.warn(
            f"{len(self.failures)} of {n_trials} trials failed in training or scoring, and count as "
            f"error_score={self._error_score}; the first error was {first}",
            FitFailedWarning,
            stacklevel=5,
        )

    def scores(self, name: str) -> Array:
        """Return a score of shape (n_candidates, n_splits)."""
        return np.array([[self._of(trial, name) for trial in trials] for trials in self.trials])

    def baseline_scores(self, name: str) -> Array:
        """Return the straight line's score on each split; NaN if it was not tried on all."""
        if not self._baseline:
            return np.full(self._n_splits, np.nan)
        return np.array([trial.scores.get(name, np.nan) for trial in self._baseline])

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
            "is_discarded": self.discarded,
        }

    def _count(self, condition: Callable[[TrialResult], bool]) -> Array:
        return np.array([sum(map(condition, trials)) for trials in self.trials])

    def candidates(self, layers: str, name: str, metric: str, splits: Sequence[Split]) -> Candidates:
        """Return the survivors as the value that verdict and pictures start from."""
        facts = {key: values[self.survivors] for key, values in self.facts().items()}
        params = [self.params[position] for position in self.survivors]
        trials = [self.trials[position] for position in self.survivors]
        return Candidates(
            metric=metric,
            params=params,
            hidden_layer_sizes=[tuple(p[layers]) for p in params],
            n_parameters=facts["n_parameters"],
            scores=self.scores(name)[self.survivors],
            n_train=np.array([len(train) for train, _ in splits]),
            n_test=np.array([len(test) for _, test in splits]),
            n_diverged=facts["n_diverged"],
            n_limited=facts["n_limited"],
            curves=[[trial.curve for trial in found if trial.curve is not None] for found in trials],
        )

    def epochs(self, max_iter: Callable[[Params], int]) -> tuple[int, int]:
        """Return the epochs trained, and those there would have been at most without discarding."""
        trained = sum(trial.n_epochs for trials in self.trials for trial in trials)
        saved = sum(
            max_iter(params) - trial.n_epochs
            for params, trials in zip(self.params, self.trials, strict=True)
            for trial in trials
            if trial.reason == "paused"
        )
        return trained, trained + saved

    def best(self, name: str, n: int) -> list[int]:
        """Return the positions of the survivors with the highest mean, the best first."""
        means = self.scores(name).mean(axis=1)
        order = sorted(self.survivors, key=lambda position: (-means[position], position))
        return [position for position in order if not math.isnan(means[position])][:n]
