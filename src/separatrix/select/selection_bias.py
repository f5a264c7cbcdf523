"""By how much the best of many candidates owes its score to having been picked for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from separatrix.errors import DataError, ParameterError
from separatrix.evaluate.intervals import LEVEL, FloatArray, IntArray, Interval

MIN_BOOTSTRAPS = 100  # the ends of the interval are percentiles


@dataclass(frozen=True)
class SelectionBias:
    """What the best candidate's score is worth.

    Attributes
    ----------
    score : Interval
        What a candidate that is picked for the highest mean may be expected to score, with its 95 % interval.
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
    """Estimate how much the mean score of the best candidate flatters it: bootstrap bias-corrected CV.

    Every bootstrap draws as many folds as there are, with replacement, picks the candidate with the highest
    mean on them, and scores it on the folds that were not drawn. The mean of these out-of-bag scores
    estimates what picking the best really yields; the bias is the highest mean over all folds minus that.
    (In-bag minus out-of-bag would overstate it: a bootstrap holds some folds twice, so that its best is
    luckier than the real one.) It is computed as the mean of "the overall best out of bag minus the picked
    one out of bag", which has the same expectation and is exactly zero where one candidate is always picked.

    What is drawn is folds of one repeat, where Tsamardinos et al. draw rows:

    - Any metric will do, and no predictions are needed; but few folds have few different bootstraps. The
      estimate is rough, and the interval wide: percentiles of scores on the third of the folds not drawn.
    - A bootstrap knows less than the whole search (some two thirds of the folds of one repeat), so it picks
      worse. As in the paper, the corrected score errs on the low side.
    - Folds of different repeats share test rows. In bag and out of bag are therefore always parts of the same
      repeat: a new one is taken to begin wherever the test folds so far add up to a multiple of all rows. If
      they do not (`ShuffleSplit`), all count as one repeat, and shared rows make the bias look too small.

    Parameters
    ----------
    scores : array-like of shape (n_candidates, n_splits)
        Higher is better. Candidates with a score that is not finite are left out.
    n_train, n_test : array-like of shape (n_splits,)
        Rows trained on and tested on, from which the repeats are told.
    random_state : int or Generator
        Seed of the draws.
    n_bootstraps : int
        At least 100; rounded up to a multiple of the number of repeats.

    Raises
    ------
    DataError
        If no candidate has all its scores, or the shapes do not fit.
    ParameterError
        If `n_bootstraps` is too small.

    References
    ----------
    I. Tsamardinos, E. Greasidou, G. Borboudakis, Bootstrapping the out-of-sample predictions for efficient
    and accurate cross-validation, Machine Learning 107 (2018): BBC-CV and its percentile interval.

    Examples
    --------
    The best of 200 that all guess looks better than guessing:

    >>> scores = np.random.default_rng(0).normal(0.5, 0.05, (200, 10))
    >>> best = selection_bias(scores, [90] * 10, [10] * 10)
    >>> f"{scores.mean(axis=1).max():.2f} is worth {best.score.value:.2f}"
    '0.55 is worth 0.51'
    """
    values, train, test = (np.asarray(array, dtype=np.float64) for array in (scores, n_train, n_test))
    if values.ndim != 2 or train.shape != values.shape[1:] or test.shape != train.shape:
        raise DataError(
            "scores must have shape (n_candidates, n_splits) and n_train and n_test (n_splits,), got "
            f"{values.shape}, {train.shape} and {test.shape}; pass them for the same splits."
        )
    if n_bootstraps < MIN_BOOTSTRAPS:
        raise ParameterError(
            f"n_bootstraps must be at least {MIN_BOOTSTRAPS}, got {n_bootstraps}; leave it at 1000."
        )
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
    picked, gaps = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    bias = float(gaps.mean())
    low, high = np.quantile(picked, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return SelectionBias(Interval(float(values[best].mean()) - bias, float(low), float(high)), bias)


def _repeats(n_train: FloatArray, n_test: FloatArray) -> list[IntArray]:
    """Return the splits of each repeat: those whose test folds follow each other and add up to all rows."""
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
    """Return the picked candidate's out-of-bag score in each bootstrap, and how far that of `best` is above.

    Bootstraps that hold every fold have nothing out of bag and are left out.
    """
    n_folds = scores.shape[1]
    counts = generator.multinomial(n_folds, np.full(n_folds, 1 / n_folds), size=n_bootstraps)
    counts = counts[(counts == 0).any(axis=1)]
    outside = (counts == 0) / (counts == 0).sum(axis=1, keepdims=True)
    picks = (scores @ counts.T).argmax(axis=0)
    picked = scores[picks]
    return (picked * outside).sum(axis=1), ((scores[best] - picked) * outside).sum(axis=1)
