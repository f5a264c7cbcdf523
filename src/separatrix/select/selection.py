"""Selection: the best of many candidates, and the smallest that is as good."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from separatrix.errors import DataError
from separatrix.evaluate.baselines import LOGISTIC_REGRESSION
from separatrix.evaluate.intervals import FloatArray
from separatrix.select.candidates import Candidates
from separatrix.select.corrected_ttest import CorrectedTest, corrected_standard_error, corrected_t_test
from separatrix.select.selection_bias import selection_bias
from separatrix.select.verdict import Verdict
from separatrix.select.verdict_text import verdict_warnings


def select(
    candidates: Candidates,
    baseline_scores: npt.ArrayLike,
    *,
    linear_baseline: str = LOGISTIC_REGRESSION,
    random_state: int | np.random.Generator = 0,
    n_bootstraps: int = 1000,
) -> Verdict:
    """Choose the best candidate and the smallest that is as good, and compare them with a linear baseline.

    Parameters
    ----------
    candidates : Candidates
        A candidate without a score on every split is not chosen.
    baseline_scores : array-like of shape (n_splits,)
        Scores of a linear model on the same splits; NaN if it has none.
    linear_baseline : str
        Name of this model in the verdict.
    random_state : int or Generator
        Seed of the bootstraps.
    n_bootstraps : int
        Number of bootstraps for the selection bias.

    Raises
    ------
    DataError
        If no candidate has all its scores, or there is not one baseline score for every split.
    ParameterError
        If `n_bootstraps` is no integer of at least 100.

    References
    ----------
    The one-standard-error rule: L. Breiman, J. Friedman, R. Olshen, C. Stone, Classification and Regression
    Trees (1984), section 3.4.3; here with the standard error of `corrected_standard_error`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> folds = rng.normal(0, 0.01, 10)
    >>> candidates = Candidates(
    ...     metric="accuracy", params=[{}, {}], hidden_layer_sizes=[(2,), (8, 8)],
    ...     n_parameters=np.array([9, 105]), scores=np.stack([0.94 + folds, 0.942 + folds]),
    ...     n_train=np.full(10, 90), n_test=np.full(10, 10),
    ...     n_diverged=np.zeros(2, int), n_limited=np.zeros(2, int))
    >>> verdict = select(candidates, 0.88 + rng.normal(0, 0.01, 10))
    >>> verdict.best, verdict.smallest_as_good, verdict.baseline_is_enough
    (1, 0, False)
    """
    mean, error = candidates.mean, candidates.standard_error
    if not np.isfinite(mean).any():
        n_diverged = int((candidates.n_diverged > 0).sum())
        raise DataError(
            f"candidates must hold one with a score on every split, got none of {len(candidates)} ("
            f"{n_diverged} diverged); lower learning_rate_init, or find out why training or scoring failed."
        )
    baseline = np.asarray(baseline_scores, dtype=np.float64)
    n_splits = candidates.scores.shape[1]
    if baseline.shape != (n_splits,):
        raise DataError(
            f"baseline_scores must have one score for each of the {n_splits} splits, got shape "
            f"{baseline.shape}; score the baseline on the candidates' splits."
        )
    best, smallest, threshold = _choose(mean, error, candidates.n_parameters)
    baseline_mean = float(baseline.mean())
    baseline_error = float(corrected_standard_error(baseline, candidates.n_train, candidates.n_test))
    has_baseline = math.isfinite(baseline_mean)
    is_linear = np.array([not layers for layers in candidates.hidden_layer_sizes])

    def test(index: int, other: FloatArray) -> CorrectedTest:
        return corrected_t_test(candidates.scores[index], other, candidates.n_train, candidates.n_test)

    def is_better_than(line: FloatArray) -> bool:
        """Return whether the best is significantly better."""
        found = test(best, line)
        return found.is_significant and (found.difference.value or 0.0) > 0

    return Verdict(
        candidates=candidates,
        mean=mean,
        standard_error=error,
        best=best,
        smallest_as_good=smallest,
        threshold=threshold,
        linear_baseline=linear_baseline,
        baseline_scores=baseline,
        baseline_mean=baseline_mean,
        baseline_standard_error=baseline_error,
        baseline_is_enough=any(
            line.mean() >= threshold and not is_better_than(line)
            for line in [baseline, *candidates.scores[is_linear & (mean >= threshold)]]
        ),
        best_vs_baseline=test(best, baseline) if has_baseline else None,
        smallest_vs_baseline=test(smallest, baseline) if has_baseline else None,
        smallest_vs_best=test(smallest, candidates.scores[best]),
        selection=selection_bias(
            candidates.scores,
            candidates.n_train,
            candidates.n_test,
            random_state=random_state,
            n_bootstraps=n_bootstraps,
        ),
        warnings=verdict_warnings(candidates, best, smallest, None if has_baseline else linear_baseline),
    )


def _choose(
    mean: FloatArray, error: FloatArray, n_parameters: npt.NDArray[np.intp]
) -> tuple[int, int, float]:
    """Return the best, the smallest that is as good, and the lowest mean that counts as good."""
    rank = np.where(np.isfinite(mean), mean, -np.inf)
    best = int(np.lexsort((n_parameters, -rank))[0])
    threshold = float(mean[best] - np.nan_to_num(error[best]))
    as_good = np.flatnonzero(rank >= threshold)
    smallest = int(as_good[np.lexsort((-rank[as_good], n_parameters[as_good]))[0]])
    return best, smallest, threshold
