"""Selection bias: by how much the score of the best candidate is too good because it was chosen by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from separatrix import check
from separatrix.errors import DataError
from separatrix.evaluate.intervals import LEVEL, FloatArray, IntArray, Interval

MIN_BOOTSTRAPS = 100  # the ends of the interval are percentiles


@dataclass(frozen=True)
class SelectionBias:
    """The score of the best candidate, corrected for the choice.

    Attributes
    ----------
    score : Interval
        Expected score of a candidate that is chosen for the highest mean, with its 95 % interval.
    bias : float or None
        The highest mean minus `score`; None with one split, which defines neither.
    """

    score: Interval
    bias: float | None


def selection_bias(
    scores: npt.ArrayLike,
    n_train: npt.ArrayLike,
    n_test: npt.ArrayLike,
    *,
    random_state: int | np.random.Generator = 0,
    n_bootstraps: int = 1000,
) -> SelectionBias:
    """Estimate the bias of the best candidate's mean score: bootstrap bias-corrected cross-validation.

    Each bootstrap draws as many folds as there are, with replacement, chooses the candidate with the highest
    mean on them, and scores it on the folds that were not drawn. The mean of these out-of-bag scores
    estimates the score of a candidate chosen in this way; the bias is the highest mean over all folds minus
    that. (In-bag minus out-of-bag would overstate the bias: a bootstrap has some folds twice, so that its
    highest mean tends to be higher than that of the whole search.) It is computed as the mean of "the overall
    best out of bag minus the chosen one out of bag", which has the same expectation, and is exactly zero if
    the same candidate is always chosen.

    Folds of one repeat are drawn, where Tsamardinos et al. draw rows:

    - This works for any metric, and needs no predictions; but few folds have few different bootstraps. The
      estimate is rough, and the interval wide: percentiles of scores on the third of the folds not drawn.
    - A bootstrap has less data than the whole search (some two thirds of the folds of one repeat), so its
      choice is worse. As in the paper, the corrected score tends to be too low.
    - Folds of different repeats share test rows. Folds in bag and out of bag are therefore always from the
      same repeat: a new repeat is assumed to begin where the test folds so far add up to a multiple of all
      rows. If they never do (`ShuffleSplit`), all folds count as one repeat, and shared rows make the bias
      too small.

    Parameters
    ----------
    scores : array-like of shape (n_candidates, n_splits)
        Higher is better. Candidates with a score that is not finite are left out.
    n_train, n_test : array-like of shape (n_splits,)
        Number of training and test rows, from which the repeats are found.
    random_state : int or Generator
        Seed of the draws.
    n_bootstraps : int
        At least 100; rounded up to a multiple of the number of repeats.

    Raises
    ------
    DataError
        If no candidate has all its scores, or the shapes do not match.
    ParameterError
        If `n_bootstraps` is too small.

    References
    ----------
    I. Tsamardinos, E. Greasidou, G. Borboudakis, Bootstrapping the out-of-sample predictions for efficient
    and accurate cross-validation, Machine Learning 107 (2018): BBC-CV and its percentile interval.

    Examples
    --------
    The best of 200 candidates that all guess seems better than guessing:

    >>> scores = np.random.default_rng(0).normal(0.5, 0.05, (200, 10))
    >>> best = selection_bias(scores, [90] * 10, [10] * 10)
    >>> f"mean {scores.mean(axis=1).max():.2f}, corrected {best.score.value:.2f}"
    'mean 0.55, corrected 0.51'
    """
    values, train, test = (np.asarray(array, dtype=np.float64) for array in (scores, n_train, n_test))
    if values.ndim != 2 or train.shape != values.shape[1:] or test.shape != train.shape:
        raise DataError(
            "scores must have shape (n_candidates, n_splits) and n_train and n_test (n_splits,), got "
            f"{values.shape}, {train.shape} and {test.shape}; pass them for the same splits."
        )
    check.integer("n_bootstraps", n_bootstraps, MIN_BOOTSTRAPS)
    values = values[np.isfinite(values).all(axis=1)]
    if not values.size:
        raise DataError("scores must hold a candidate with a finite score on every split, got none; add one.")
    if values.shape[1] == 1:
        return SelectionBias(Interval(None, reason="one split only"), None)
    repeats = _repeats(train, test)
    generator = np.random.default_rng(random_state)
    best = int(values.mean(axis=1).argmax())
    drawn = [
        _out_of_bag(values[:, folds], best, generator, -(-n_bootstraps // len(repeats))) for folds in repeats
    ]
    chosen, gaps = (np.concatenate(arrays) for arrays in zip(*drawn, strict=True))
    bias = float(gaps.mean())
    low, high = np.quantile(chosen, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return SelectionBias(Interval(float(values[best].mean()) - bias, float(low), float(high)), bias)


def _repeats(n_train: FloatArray, n_test: FloatArray) -> list[IntArray]:
    """Return the splits of each repeat: consecutive ones whose test folds add up to all rows."""
    n_rows = n_train[0] + n_test[0]
    ends = n_test.cumsum()
    n_complete = int((ends % n_rows == 0).sum())
    splits = np.arange(len(ends))
    if ends[-1] != n_complete * n_rows:
        return [splits]
    return np.split(splits, np.flatnonzero(ends[:-1] % n_rows == 0) + 1)


def _out_of_bag(
    scores: FloatArray, best: int, generator: np.random.Generator, n_bootstraps: int
) -> tuple[FloatArray, FloatArray]:
    """Return the chosen candidate's out-of-bag score in each bootstrap, and that of `best` minus it.

    Bootstraps with every fold have no fold out of bag and are left out.
    """
    n_folds = scores.shape[1]
    counts = generator.multinomial(n_folds, np.full(n_folds, 1 / n_folds), size=n_bootstraps)
    counts = counts[(counts == 0).any(axis=1)]
    outside = (counts == 0) / (counts == 0).sum(axis=1, keepdims=True)
    chosen = scores[(scores @ counts.T).argmax(axis=0)]
    return (chosen * outside).sum(axis=1), ((scores[best] - chosen) * outside).sum(axis=1)
