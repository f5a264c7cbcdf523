"""Calibration: how often a class comes true beside the probability it was given, and how to mend it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.model_selection import StratifiedKFold

from separatrix.decision import LEAST, Decision
from separatrix.errors import DataError
from separatrix.evaluate.classification import distribution_matrix, encoded_labels
from separatrix.evaluate.intervals import FloatArray, IntArray, Interval, proportion_interval
from separatrix.evaluate.splits import stratified_rows

_SHRINKAGE = 1e-3  # on the offsets: they stay finite where a class is separated from the others


@dataclass(frozen=True)
class CalibrationBin:
    """Rows of similar probability: the mean of it, the fraction that was positive, and how many rows."""

    predicted: float
    observed: Interval
    n_rows: int


def calibration_bins(
    is_positive: npt.ArrayLike, proba: npt.ArrayLike, *, n_bins: int = 10, is_rare: bool = False
) -> list[CalibrationBin]:
    """Group rows by their probability, and compare it with the fraction of positive rows in each group.

    Parameters
    ----------
    is_positive : array-like of bool of shape (n_rows,)
    proba : array-like of shape (n_rows,)
        Probability of the positive class.
    n_bins : int, default=10
        Groups of about equally many rows; rows of the same probability stay together.
    is_rare : bool, default=False
        Whether groups instead have about equally many expected positive rows: of a rare class, most groups of
        equally many rows would have none.

    Returns
    -------
    list of CalibrationBin
        With Wilson's intervals, by rising probability.

    Examples
    --------
    >>> bins = calibration_bins([False, True, True, True], [0.2, 0.2, 0.9, 0.9], n_bins=2)
    >>> [(bin.predicted, bin.observed.value, bin.n_rows) for bin in bins]
    [(0.2, 0.5, 2), (0.9, 1.0, 2)]
    """
    positive, p = np.asarray(is_positive, bool), np.asarray(proba, np.float64)
    inner = np.linspace(0, 1, n_bins + 1)[1:-1]
    edges = np.unique(np.quantile(p, inner))
    if is_rare and p.sum() > 0:
        ascending = np.sort(p)
        reached = np.cumsum(ascending) / p.sum()
        edges = np.unique(ascending[np.searchsorted(reached, inner).clip(max=len(p) - 1)])
    group = np.searchsorted(edges, p, side="right")
    return [
        CalibrationBin(
            float(p[group == g].mean()),
            proportion_interval(int(positive[group == g].sum()), int((group == g).sum())),
            int((group == g).sum()),
        )
        for g in np.unique(group)
    ]


def fitted_decision(y_true: npt.ArrayLike, proba: npt.ArrayLike, classes: npt.ArrayLike) -> Decision:
    """Return the calibration of probabilities of rows that a classifier was not trained on.

    Temperature and offsets minimise the log-loss; with two classes this is Platt's calibration. Offsets mend
    the frequencies that class weights have shifted.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
        Labels.
    proba : array-like of shape (n_rows, n_classes)
    classes : array-like of shape (n_classes,)

    Raises
    ------
    DataError
        If a class has no row, or `proba` is not a matrix of probabilities.

    References
    ----------
    J. Platt (1999); for more classes "bias-corrected temperature scaling": A. Alexandari, A. Kundaje,
    A. Shrikumar, Maximum likelihood with bias-corrected calibration, ICML (2020).

    Examples
    --------
    >>> decision = fitted_decision([0] * 90 + [1] * 10, [[0.5, 0.5]] * 100, [0, 1])
    >>> decision.probabilities(np.array([[0.5, 0.5]])).round(2)
    array([[0.9, 0.1]])
    """
    labels, codes = encoded_labels(y_true, classes)
    matrix = distribution_matrix(proba, len(codes), len(labels)).astype(np.float64)
    counts = np.bincount(codes, minlength=len(labels))
    if not counts.all():
        absent = repr(labels[int(counts.argmin())])
        raise DataError(f"a calibration needs rows of every class, and there is none of {absent}; add some.")
    logs = np.log(np.maximum(matrix, LEAST))
    truth = np.eye(len(labels))[codes]

    def loss(values: FloatArray) -> tuple[float, FloatArray]:
        slope, offsets = np.exp(values[0]), np.append(0.0, values[1:])
        z = slope * logs + offsets
        top = z.max(axis=1, keepdims=True)
        total = top + np.log(np.exp(z - top).sum(axis=1, keepdims=True))
        difference = np.exp(z - total) - truth
        gradient = np.append(slope * (difference * logs).sum(), difference[:, 1:].sum(axis=0)) / len(codes)
        penalty = _SHRINKAGE / len(codes)
        value = float(np.mean(total[:, 0] - (z * truth).sum(axis=1))) + penalty * float(values @ values)
        return value, gradient + 2 * penalty * values

    found = minimize(loss, np.zeros(len(labels)), jac=True, method="L-BFGS-B")
    offsets = np.append(0.0, found.x[1:])
    return Decision(float(np.exp(-found.x[0])), tuple((offsets - offsets.mean()).tolist()))


MAX_ROWS = 20_000
"""Rows that a model is trained on for its out-of-fold probabilities; of more, a sample."""


def out_of_fold_probabilities(
    answers: Callable[[IntArray, IntArray], FloatArray], codes: IntArray, n_classes: int, *, n_splits: int = 3
) -> tuple[IntArray, FloatArray] | None:
    """Return probabilities of training rows by models that were not trained on them.

    Parameters
    ----------
    answers : callable
        Takes numbers of training rows and of held-out rows; returns the probabilities of the held-out rows,
        of shape (n_held_out, n_classes), by a model that was trained on the training rows.
    codes : ndarray of shape (n_rows,)
        Class numbers.
    n_classes : int
    n_splits : int, default=3
        Number of folds, at most; there are fewer if every class has fewer rows.

    Returns
    -------
    tuple of (rows, proba) or None
        The numbers of the rows, all of them or a sample with the classes' fractions, and their
        probabilities. None if a class has no row, every class has one row only, or the training rows of a
        fold have one class only: no model then predicts the rows of the others.

    Examples
    --------
    >>> codes = np.array([0] * 90 + [1] * 10)
    >>> half = lambda rows, held_out: np.full((len(held_out), 2), 0.5)
    >>> rows, proba = out_of_fold_probabilities(half, codes, 2)
    >>> len(rows), proba.shape
    (100, (100, 2))
    """
    rows = np.arange(len(codes))
    if len(codes) > MAX_ROWS:
        rows = stratified_rows(codes, MAX_ROWS, np.random.RandomState(0), least=n_splits)
    counts = np.bincount(codes, minlength=n_classes)
    n_folds = min(n_splits, int(counts.max()))
    if not counts.all() or n_folds < 2:
        return None
    proba = np.empty((len(rows), n_classes))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class")
        splits = list(StratifiedKFold(n_folds, shuffle=True, random_state=0).split(rows, codes[rows]))
    if any(len(np.unique(codes[rows[train]])) < 2 for train, _ in splits):
        return None
    for train, held_out in splits:
        proba[held_out] = answers(rows[train], rows[held_out])
    return rows, proba
