"""Results: the finished trials of a search, candidate by candidate."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import FitFailedWarning

from separatrix.errors import DataError
from separatrix.search.space import Params
from separatrix.search.trials import TrialResult
from separatrix.select import Candidates

Array = NDArray[Any]


class Results:
    """The finished trials so far; candidates and splits may come in any order.

    Candidates are numbered from 0; -1 is the linear baseline.

    Parameters
    ----------
    params : mapping of int to dict
        The parameters of every candidate.
    n_splits : int
    score_names : sequence of str, optional
        Candidates are ranked by the first score. By default these are the scores that were found.
    error_score : float, default=nan
        Replaces a score that failed.

    Attributes
    ----------
    params, n_splits, error_score :
        The parameters.
    discarded : set of int
        Candidates that were not trained to the end.
    """

    def __init__(
        self,
        params: Mapping[int, Params],
        n_splits: int,
        score_names: Sequence[str] | None = None,
        error_score: float = math.nan,
    ) -> None:
        self.params = dict(params)
        self.n_splits = n_splits
        self.error_score = error_score
        self.discarded: set[int] = set()
        self._score_names = score_names
        self._trials: dict[int, dict[int, TrialResult]] = {}
        self._means: dict[int, float] = {}

    # During the search.

    def add(self, result: TrialResult) -> None:
        """Add a result; it replaces that of the same training when it was paused."""
        self._trials.setdefault(result.candidate, {})[result.split] = result
        self._means.pop(result.candidate, None)

    def get(self, candidate: int, split: int) -> TrialResult | None:
        """Return a result, or None."""
        return self._trials.get(candidate, {}).get(split)

    def is_final(self, candidate: int, split: int) -> bool:
        """Return whether a training has ended."""
        result = self.get(candidate, split)
        return result is not None and result.reason != "paused"

    def is_paused(self, candidate: int) -> bool:
        """Return whether any training of a candidate is paused."""
        return any(result.reason == "paused" for result in self._trials[candidate].values())

    def is_complete(self, candidate: int) -> bool:
        """Return whether a candidate was tried on all splits."""
        return len(self._trials.get(candidate, {})) == self.n_splits

    def complete(self) -> list[int]:
        """Return the numbers of the candidates that were tried on all splits, without the linear baseline."""
        return sorted(c for c in self._trials if c >= 0 and self.is_complete(c))

    def trials_of(self, candidate: int) -> list[TrialResult]:
        """Return a candidate's results in the order of the splits."""
        return [self._trials[candidate][split] for split in range(self.n_splits)]

    def mean(self, candidate: int) -> float:
        """Return the mean of a candidate's first score; -inf if a score is missing."""
        if candidate not in self._means:  # kept, because progress asks after every chunk
            name = self._score_names[0] if self._score_names else None
            scores = [
                next(iter(result.scores.values()), math.nan)
                if name is None
                else result.scores.get(name, math.nan)
                for result in self.trials_of(candidate)
            ]
            mean = float(np.mean(scores))
            self._means[candidate] = -math.inf if math.isnan(mean) else mean
        return self._means[candidate]

    def ranked(self) -> list[int]:
        """Return the complete candidates, the best first."""
        return sorted(self.complete(), key=lambda candidate: (-self.mean(candidate), candidate))

    def discard(self, candidates: Iterable[int]) -> None:
        """Mark candidates as not trained any further, and drop their paused state."""
        for candidate in candidates:
            self.discarded.add(candidate)
            trials = self._trials[candidate]
            self._trials[candidate] = {s: replace(result, paused=None) for s, result in trials.items()}

    def copy(self) -> Results:
        """Return a copy that later results do not change."""
        copied = Results(self.params, self.n_splits, self._score_names, self.error_score)
        copied.discarded = set(self.discarded)
        copied._trials = {candidate: dict(trials) for candidate, trials in self._trials.items()}
        return copied

    def undo_unfinished(self, before: Results) -> None:
        """Reset candidates that an interrupted round did not finish to their state `before` the round."""
        for candidate in list(self._trials):
            earlier = before._trials.get(candidate, {})
            if all(self._has_advanced(candidate, split, earlier) for split in range(self.n_splits)):
                continue
            self._means.pop(candidate, None)
            if len(earlier) == self.n_splits:
                self._trials[candidate] = earlier
                self.discard([candidate])
            else:
                del self._trials[candidate]

    def _has_advanced(self, candidate: int, split: int, earlier: dict[int, TrialResult]) -> bool:
        result = self.get(candidate, split)
        return result is not None and (result.reason != "paused" or result is not earlier.get(split))

    # After the search.

    def completed(self) -> Results:
        """Return the complete candidates alone, numbered from 0 as in `cv_results_`, and the baseline."""
        kept = self.complete()
        numbers = {c: c for c in self._trials if c < 0} | {old: new for new, old in enumerate(kept)}
        params = {new: self.params[old] for old, new in numbers.items()}
        completed = Results(params, self.n_splits, self._score_names, self.error_score)
        completed.discarded = {numbers[candidate] for candidate in self.discarded}
        completed._trials = {new: self._trials[old] for old, new in numbers.items()}
        return completed

    @property
    def score_names(self) -> list[str]:
        """The names of the scores."""
        if self._score_names is not None:
            return list(self._score_names)
        return list(dict.fromkeys(name for trial in self._all_trials() for name in trial.scores))

    @property
    def candidate_params(self) -> list[Params]:
        """The parameters of the complete candidates."""
        return [self.params[candidate] for candidate in self.complete()]

    def is_discarded(self) -> Array:
        """Return which of the complete candidates were discarded."""
        return np.array([candidate in self.discarded for candidate in self.complete()], dtype=bool)

    def survivors(self) -> list[int]:
        """Return the indices of the complete candidates that were not discarded.

        All, if a search was interrupted so early that it had discarded all of them.
        """
        survivors: list[int] = np.flatnonzero(~self.is_discarded()).tolist()
        return survivors or list(range(len(self.complete())))

    def best(self, name: str, n: int) -> list[int]:
        """Return the indices of the up to `n` survivors with the highest mean score, the best first."""
        means = self.scores(name).mean(axis=1)
        order = sorted(self.survivors(), key=lambda index: (-means[index], index))
        return [index for index in order if not math.isnan(means[index])][:n]

    def scores(self, name: str) -> Array:
        """Return a score of shape (n_candidates, n_splits)."""
        return np.array(
            [[trial.scores.get(name, self.error_score) for trial in trials] for trials in self._table()]
        )

    def baseline_scores(self, name: str) -> Array:
        """Return the score of the linear baseline on each split; NaN if it was not tried on all."""
        trials = self.baseline_trials()
        return np.array([trial.scores.get(name, np.nan) for trial in trials] or [np.nan] * self.n_splits)

    def baseline_trials(self) -> list[TrialResult]:
        """Return the results of the linear baseline; empty if it was not tried on all splits."""
        return self.trials_of(-1) if self.is_complete(-1) else []

    def n_epochs(self, max_iter: Callable[[Params], int]) -> tuple[int, int]:
        """Return the number of epochs trained, and its maximum without early discarding."""
        trained = sum(trial.n_epochs for trial in self._all_trials())
        saved = sum(
            max_iter(params) - trial.n_epochs
            for params, trials in zip(self.candidate_params, self._table(), strict=True)
            for trial in trials
            if trial.reason == "paused"
        )
        return trained, trained + saved

    def scikit_learn_trials(self, is_multimetric: bool) -> list[dict[str, Any]]:
        """Return a dict for each trial, candidate by candidate, as scikit-learn's searches have them."""
        names = self.score_names

        def formatted(scores: dict[str, float]) -> Any:
            filled = {name: scores.get(name, self.error_score) for name in names}
            return filled if is_multimetric else filled[names[0]]

        return [
            {
                "test_scores": formatted(trial.scores),
                "train_scores": formatted(trial.train_scores),
                "fit_time": trial.fit_seconds,
                "score_time": trial.score_seconds,
            }
            for trial in self._all_trials()
        ]

    def columns(self) -> dict[str, Array]:
        """Return the columns of `cv_results_` that scikit-learn does not have."""
        table = self._table()
        return {
            "n_parameters": np.array([max(trial.n_parameters for trial in trials) for trials in table]),
            "mean_n_epochs": np.array([np.mean([trial.n_epochs for trial in trials]) for trials in table]),
            "n_diverged": self._count("diverged"),
            "n_limited": self._count("max_iter"),
            "is_discarded": self.is_discarded(),
        }

    def candidates(self, layers: str, metric: str, n_train: Array, n_test: Array) -> Candidates:
        """Return the survivors with their first score, for a verdict and displays.

        Parameters
        ----------
        layers : str
            The name of the architecture in the parameters of a candidate.
        metric : str
            scikit-learn's name of the first score.
        n_train, n_test : int ndarray of shape (n_splits,)
        """
        survivors = self.survivors()
        table, columns, complete = self._table(), self.columns(), self.candidate_params
        params = [complete[index] for index in survivors]
        return Candidates(
            metric=metric,
            params=params,
            hidden_layer_sizes=[tuple(p[layers]) for p in params],
            n_parameters=columns["n_parameters"][survivors],
            scores=self.scores(self.score_names[0])[survivors],
            n_train=n_train,
            n_test=n_test,
            n_diverged=columns["n_diverged"][survivors],
            n_limited=columns["n_limited"][survivors],
            curves=[[trial.curve for trial in table[i] if trial.curve is not None] for i in survivors],
        )

    def warn_of_failures(self) -> None:
        """Warn of trainings and scores that failed.

        Raises
        ------
        DataError
            If all failed.
        """
        trials = self._all_trials()
        failures = [trial.exception for trial in trials if trial.exception is not None]
        if not failures:
            self._warn_of_baseline()
            return
        if not any(trial.scores for trial in trials):
            raise DataError(
                f"no candidate could be trained and scored: all {len(trials)} trials failed, the first with "
                f"{_in_words(failures[0])}"
            ) from failures[0]
        warnings.warn(
            f"{len(failures)} of {len(trials)} trials failed in training or scoring, and count as "
            f"error_score={self.error_score}; the first error was {_in_words(failures[0])}",
            FitFailedWarning,
            stacklevel=5,
        )

    def _warn_of_baseline(self) -> None:
        exceptions = [trial.exception for trial in self.baseline_trials() if trial.exception is not None]
        if exceptions:
            warnings.warn(
                "The linear baseline could not be trained or scored on every fold, and networks are not "
                f"compared with it: {_in_words(exceptions[0])}",
                FitFailedWarning,
                stacklevel=6,
            )

    def _table(self) -> list[list[TrialResult]]:
        """Return the trials of the complete candidates."""
        return [self.trials_of(candidate) for candidate in self.complete()]

    def _all_trials(self) -> list[TrialResult]:
        return [trial for trials in self._table() for trial in trials]

    def _count(self, reason: str) -> Array:
        return np.array([sum(trial.reason == reason for trial in trials) for trials in self._table()])


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
