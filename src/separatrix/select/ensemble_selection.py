"""Ensemble selection: which candidates to average, and with what weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from separatrix import check
from separatrix.errors import DataError
from separatrix.evaluate.intervals import FloatArray, IntArray

Score = Callable[[npt.NDArray[Any], FloatArray], float]
Scores = Callable[[FloatArray], FloatArray]
"""Takes predictions of several candidates, (n_candidates, ...), and returns the score of each."""

BLOCK_NUMBERS = 2**22
"""Numbers of the attempts that are scored at once, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class EnsembleSelection:
    """The candidates that were added to an ensemble, and its score after each addition.

    The score of the best ensemble is optimistic, because the ensemble was chosen by this score.

    Attributes
    ----------
    added : int ndarray of shape (n_added,)
        Indices of candidates in the order in which they were added; one may be added several times.
    scores : float ndarray of shape (n_added,)
        Mean score over the test folds after each addition.
    n_candidates : int
        Number of candidates to choose from.
    """

    added: IntArray
    scores: FloatArray
    n_candidates: int

    @property
    def n_members(self) -> int:
        """Number of additions with the highest score; of several, the smallest."""
        return int(self.scores.argmax()) + 1

    @property
    def counts(self) -> IntArray:
        """How often each candidate is in the best ensemble, (n_candidates,): the weights of the mean."""
        return np.bincount(self.added[: self.n_members], minlength=self.n_candidates).astype(np.intp)


def select_ensemble(
    predictions: FloatArray,
    y_true: npt.ArrayLike,
    score: Score,
    *,
    n_test: Sequence[int] | None = None,
    n_members: int = 50,
    n_first: int = 5,
) -> EnsembleSelection:
    """Choose candidates whose mean prediction scores best, one after another, each as often as it helps.

    The ensemble starts with the best single candidates: at most `n_first`, and as many as score best
    together. Then each step adds the candidate with which the ensemble's score is highest. The best of all
    these ensembles is returned, because later ones overfit the rows they are chosen by. Trainings that
    diverged, whose predictions are not all finite, are left out.

    Parameters
    ----------
    predictions : ndarray of shape (n_candidates, n_rows) or (n_candidates, n_rows, n_outputs)
        Predictions of each candidate for the rows of each test fold, after training on the other folds: the
        folds of the first repeat one after another, then those of the next. Every mean is thus one of
        networks trained on the same rows, as the members will be. A mean over repeats would be too good for
        candidates that vary from one training to the next.
    y_true : array-like of shape (n_rows,) or (n_rows, n_outputs)
        True values in the same order.
    score : callable
        ``score(y_true, prediction)`` for the rows of one fold; higher is better.
    n_test : sequence of int, optional
        Number of rows of each fold; the scores of the folds are averaged. By default all rows are one fold.
    n_members : int
        Total number of additions.
    n_first : int
        Highest number of candidates to start with, which reduces overfitting; 1 starts with the best one.

    Returns
    -------
    EnsembleSelection

    Raises
    ------
    DataError
        If no candidate has finite predictions and a finite score, or the shapes do not match.
    ParameterError
        If `n_members` or `n_first` is below 1.

    References
    ----------
    R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes: Ensemble selection from libraries of models, ICML
    2004: section 2.1 (with replacement), section 2.2 (sorted initialisation).

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 3.0])
    >>> low, high, wild = y - 1, y + 2, 9 * y
    >>> chosen = select_ensemble(np.array([low, high, wild]), y, lambda t, p: -np.mean((t - p) ** 2))
    >>> chosen.counts
    array([2, 1, 0])
    >>> chosen.scores[:3].tolist()
    [-1.0, -0.25, 0.0]
    """
    check.integer("n_members", n_members, 1)
    check.integer("n_first", n_first, 1)
    truth = np.asarray(y_true)
    folds = _folds(np.shape(predictions), len(truth), n_test)

    def mean_score(prediction: FloatArray) -> float:
        mean = float(np.mean([score(truth[fold], prediction[fold]) for fold in folds]))
        return mean if np.isfinite(mean) else -np.inf

    finite = np.array([bool(np.isfinite(one).all()) for one in predictions])

    def scores(many: FloatArray) -> FloatArray:
        return np.array([mean_score(one) for one in many])

    return select_by_scores(predictions, scores, n_members=n_members, n_first=n_first, usable=finite)


def select_by_scores(
    predictions: FloatArray,
    scores: Scores,
    *,
    n_members: int = 50,
    n_first: int = 5,
    usable: npt.NDArray[np.bool_] | None = None,
) -> EnsembleSelection:
    """Choose as `select_ensemble` does, by a function that scores many predictions at once.

    Parameters
    ----------
    predictions : ndarray of shape (n_candidates, ...)
    scores : callable
        Takes predictions of shape (n, ...), returns the n scores; higher is better.
    n_members, n_first : int
        As of `select_ensemble`.
    usable : bool ndarray of shape (n_candidates,), optional
        Which candidates may be chosen; by default all whose score is finite.

    Returns
    -------
    EnsembleSelection

    Raises
    ------
    DataError
        If no candidate has a finite score.

    Examples
    --------
    >>> y, candidates = np.array([1.0, 2.0]), np.array([[0.0, 1.0], [3.0, 4.0]])
    >>> select_by_scores(candidates, lambda many: -((many - y) ** 2).mean(axis=1)).counts
    array([2, 1])
    """
    possible = np.ones(len(predictions), bool) if usable is None else usable
    alone = np.full(len(predictions), -np.inf)
    alone[possible] = scores(predictions[possible])
    chosen_from = np.flatnonzero(np.isfinite(alone))
    if len(chosen_from) == 0:
        raise DataError("no candidate has finite predictions and a finite score; train at a lower rate.")
    best = chosen_from[np.argsort(-alone[chosen_from], kind="stable")][: min(n_first, n_members)]
    sums = np.cumsum(predictions[best], axis=0, dtype=np.float64)
    found = [float(scores((total / n)[np.newaxis])[0]) for n, total in enumerate(sums, 1)]
    n_added = int(np.argmax(found)) + 1
    added, found, total = best[:n_added].tolist(), found[:n_added], sums[n_added - 1]
    step = max(1, BLOCK_NUMBERS // max(total.size, 1))
    while len(added) < n_members:
        blocks = [chosen_from[start : start + step] for start in range(0, len(chosen_from), step)]
        attempts = np.concatenate([scores((total + predictions[b]) / (len(added) + 1)) for b in blocks])
        chosen = int(np.argmax(attempts))
        added.append(int(chosen_from[chosen]))
        found.append(float(attempts[chosen]))
        total += predictions[added[-1]]
    return EnsembleSelection(np.array(added), np.array(found), len(predictions))


def _folds(shape: tuple[int, ...], n_rows: int, n_test: Sequence[int] | None) -> list[slice]:
    """Return the rows of each fold, which follow one another."""
    sizes = [n_rows] if n_test is None else [int(size) for size in n_test]
    if len(shape) not in (2, 3) or shape[1] != n_rows or sum(sizes) != n_rows or min(sizes, default=0) < 1:
        raise DataError(
            f"predictions must have shape (n_candidates, {n_rows}) or (n_candidates, {n_rows}, n_outputs), "
            f"and n_test sum to {n_rows}, one row for each of y_true, got {shape} and {sizes}."
        )
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
