"""Links: how well one column alone predicts the target, on rows that it was not fitted on.

A number is cut into bins of equal size, a category is used as it is. In each of five folds the target of a
bin is estimated from the other folds. The link is then the area under the ROC curve of these estimates, the
mean over the classes with a row in each fold, or their correlation with a target of numbers (that of the
number itself, if larger). A class with rows in one fold would be estimated from rows without it, and count
against every column.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column, are_whole, as_text, is_text

Array = NDArray[Any]

LEAST_ROWS = 30
BINS, MOST_LEVELS, MOST_CLASSES, FOLDS = 32, 200, 20, 5
GIVES_AWAY = 0.995
"""Link from which a column gives the target away."""


class LinkTarget:
    """A target that links are computed with.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        Labels or numbers.

    Examples
    --------
    >>> target = LinkTarget(np.array(["no", "yes"] * 50, dtype=object))
    >>> target.measure, round(target.link(np.array([1.0, 5.0] * 50)), 3)
    ('AUC', 1.0)
    """

    def __init__(self, column: Column) -> None:
        text = np.array([] if not is_text(column) else [cell is None for cell in column.tolist()], dtype=bool)
        self.known = ~text if is_text(column) else np.isfinite(column.astype(np.float64))
        values = column[self.known]
        self.n_rows = len(values)
        labels = _labels(values)
        self.measure = "AUC" if labels is not None else "correlation"
        if labels is not None:
            kinds, codes = np.unique(labels, return_inverse=True)
            self.indicators = np.eye(len(kinds))[codes]
            folds = [np.bincount(codes[fold::FOLDS], minlength=len(kinds)) for fold in range(FOLDS)]
            are_in_all = np.all(folds, axis=0)
            if are_in_all.any():
                self.indicators = self.indicators[:, are_in_all]
        else:
            self.indicators = values.astype(np.float64)[:, np.newaxis]
        self.folds = np.arange(self.n_rows) % FOLDS

    @property
    def is_usable(self) -> bool:
        """Whether there are rows enough, and more than one class or number."""
        if self.n_rows < LEAST_ROWS:
            return False
        return bool(np.ptp(self.indicators) > 0)

    def link(self, column: Column) -> float:
        """Return the link of a column of text or numbers, of the rows that the target has.

        Where the estimates are worse than a guess, as chance may have it, it is that of a guess: 0.5 or 0.
        """
        codes = _bins(column[self.known])
        estimates = self._estimates(codes)
        if self.measure == "AUC":
            aucs = [_auc(estimates[:, k], t > 0) for k, t in enumerate(self.indicators.T)]
            return max(0.5, float(np.mean(aucs)))
        y = self.indicators[:, 0]
        found = _correlation(estimates[:, 0], y)
        if not is_text(column):
            numbers = column[self.known].astype(np.float64)
            present = np.isfinite(numbers)
            found = max(found, abs(_correlation(numbers[present], y[present])))
        return max(0.0, found)

    def _estimates(self, codes: Array) -> Array:
        """Return the estimate of each row's target from the rows of its bin in other folds."""
        n_bins = int(codes.max()) + 1
        cells = self.folds * n_bins + codes
        counts = np.bincount(cells, minlength=FOLDS * n_bins).reshape(FOLDS, n_bins)
        others = counts.sum(axis=0) - counts
        estimates = np.empty_like(self.indicators)
        for k, t in enumerate(self.indicators.T):
            sums = np.bincount(cells, t, minlength=FOLDS * n_bins).reshape(FOLDS, n_bins)
            left = sums.sum(axis=0) - sums
            prior = left.sum(axis=1, keepdims=True) / others.sum(axis=1, keepdims=True)
            estimates[:, k] = ((left + prior) / (others + 1.0))[self.folds, codes]
        return estimates


def _labels(values: Column) -> Array | None:
    """Return few different labels or whole numbers as text; None for numbers."""
    if is_text(values):
        return values.astype(str) if len(set(values.tolist())) <= MOST_CLASSES else _frequent(values)
    if values.dtype == bool or (are_whole(values) and len(np.unique(values)) <= MOST_CLASSES):
        return as_text(values).astype(str)
    return None


def _frequent(values: Column) -> Array:
    frequent = {level for level, _ in Counter(values.tolist()).most_common(MOST_CLASSES - 1)}
    return np.array([level if level in frequent else "" for level in values.tolist()])


def _bins(column: Column) -> Array:
    """Return the bin of each value; missing values have one of their own."""
    if is_text(column):
        frequent = [level for level, _ in Counter(column.tolist()).most_common(MOST_LEVELS)]
        numbers = {level: number for number, level in enumerate(frequent)}
        cells = (numbers.get(cell, MOST_LEVELS) for cell in column.tolist())
        return np.fromiter(cells, np.intp, len(column))
    values = column.astype(np.float64)
    present = ~np.isnan(values)
    codes = np.full(len(values), BINS, dtype=np.intp)
    distinct = np.unique(values[present])
    if len(distinct) > BINS:
        distinct = np.unique(np.quantile(values[present], np.linspace(0, 1, BINS + 1)[1:-1]))
    codes[present] = np.searchsorted(distinct, values[present]).clip(0, BINS - 1)
    return codes


def _auc(estimates: Array, is_class: Array) -> float:
    """Return the area under the ROC curve; ties count one half."""
    _, index = np.unique(estimates, return_inverse=True)
    positive, negative = np.bincount(index, is_class), np.bincount(index, ~is_class)
    below = np.cumsum(negative) - negative
    total = positive.sum() * negative.sum()
    return float((positive * (below + negative / 2)).sum() / total) if total else 0.5


def _correlation(one: Array, other: Array) -> float:
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    one, other = one / np.abs(one).max(), other / np.abs(other).max()
    return float(np.corrcoef(one, other)[0, 1])
