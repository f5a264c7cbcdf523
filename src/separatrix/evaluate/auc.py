"""The area under the ROC curve with DeLong's variance, for two classes or more.

The formulas use influence values: the contribution of each row to the error of the estimate. Their sum of
squares is the variance, and the difference of two models' influence values gives the variance of the
difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from separatrix.evaluate.intervals import LEVEL, FloatArray, IntArray, Interval, proportion_interval

_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))


def auc_influence(codes: IntArray, proba: FloatArray) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the AUC and the contribution of each row to its error.

    With more than two classes it is the mean of the areas of each class against the rest (scikit-learn's
    ``multi_class="ovr", average="macro"``). Every class must have a row.

    Parameters
    ----------
    codes : array of shape (n_rows,)
        Each row's class, as a column of `proba`.
    proba : array of shape (n_rows, n_classes)
        Probabilities; with two classes the second is positive.

    Returns
    -------
    auc : float
    influence : array of shape (n_rows,)

    References
    ----------
    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988); by mid-ranks as X. Sun and W. Xu,
    IEEE Signal Processing Letters 21 (2014). As influence values, and so for a mean of areas:
    E. LeDell, M. Petersen, M. van der Laan, Electronic Journal of Statistics 9 (2015).

    Examples
    --------
    >>> auc, influence = auc_influence(np.array([0, 0, 1, 1]), np.c_[[.9, .6, .7, .2], [.1, .4, .3, .8]])
    >>> auc, influence.round(3).tolist()
    (0.75, [0.125, -0.125, -0.125, 0.125])
    """
    n_classes = proba.shape[1]
    columns = [1] if n_classes == 2 else range(n_classes)
    areas, influences = zip(
        *(_binary_influence(codes == column, proba[:, column]) for column in columns), strict=True
    )
    return math.fsum(areas) / len(areas), np.asarray(np.mean(influences, axis=0))


def _binary_influence(
    positive: npt.NDArray[np.bool_], score: FloatArray
) -> tuple[float, npt.NDArray[np.float64]]:
    """Return AUC and influence values of `score` for two classes, by mid-ranks (Sun and Xu 2014)."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    rank = stats.rankdata(score)
    placement = np.empty(len(score))
    placement[positive] = (rank[positive] - stats.rankdata(score[positive])) / n_negative
    placement[~positive] = 1 - (rank[~positive] - stats.rankdata(score[~positive])) / n_positive
    auc = math.fsum(placement[positive]) / n_positive
    return auc, (placement - auc) / np.where(positive, n_positive, n_negative)


def influence_error(codes: IntArray, influence: FloatArray) -> float:
    """Return the standard error that follows from influence values; every class needs two rows or more.

    The values of a class with n rows are scaled by n / (n - 1), which for two classes gives exactly DeLong's
    estimate.
    """
    counts = np.bincount(codes)[codes]
    return math.sqrt(math.fsum(influence**2 * (counts / (counts - 1))))


def undefined_reason(codes: IntArray, labels: Sequence[Any]) -> str:
    """Return why these rows do not define an AUC, or an empty string if they do."""
    absent = [repr(label) for code, label in enumerate(labels) if not (codes == code).any()]
    return f"no row of class {', '.join(absent)}" if absent else ""


def auc_interval(codes: IntArray, proba: FloatArray, labels: Sequence[Any]) -> Interval:
    """Return the AUC with DeLong's interval on the logit scale, which keeps it between 0 and 1.

    If all pairs are in the right order (AUC 1), or all in the wrong one (AUC 0), DeLong's variance is zero.
    The smallest class then gives as many disjoint, independent pairs as it has rows, all of them right, and
    Wilson's interval for this number of successes is used instead. If all scores are equal, there is no
    interval.

    Parameters
    ----------
    codes : array of shape (n_rows,)
        Each row's class, as a column of `proba`.
    proba : array of shape (n_rows, n_classes)
        Probabilities.
    labels : sequence of n_classes labels
        To name the class without rows, if the AUC is undefined.

    References
    ----------
    G. Qin and L. Hotilovac, Comparison of non-parametric confidence intervals for the area under the ROC
    curve of a continuous-scale diagnostic test, Statistical Methods in Medical Research 17 (2008).

    Examples
    --------
    >>> positive = np.array([0.1, 0.4, 0.3, 0.8, 0.6, 0.2])
    >>> print(auc_interval(np.array([0, 0, 1, 1, 1, 0]), np.c_[1 - positive, positive], ["no", "yes"]))
    0.889 [0.261, 0.995]
    """
    if reason := undefined_reason(codes, labels):
        return Interval(None, reason=reason)
    auc, influence = auc_influence(codes, proba)
    n_smallest = int(np.bincount(codes).min())
    if auc in (0.0, 1.0):
        stand_in = proportion_interval(round(auc * n_smallest), n_smallest)
        return Interval(auc, stand_in.low, stand_in.high)
    if n_smallest == 1:
        return Interval(auc, reason="a class has one row only")
    error = influence_error(codes, influence)
    if error == 0:
        return Interval(auc, reason="no spread over the rows")
    centre, reach = special.logit(auc), _Z * error / (auc * (1 - auc))
    return Interval(auc, float(special.expit(centre - reach)), float(special.expit(centre + reach)))


def auc_difference(
    codes: IntArray, proba_a: FloatArray, proba_b: FloatArray
) -> tuple[Interval, float | None]:
    """Return the AUC of a minus the AUC of b on the same rows, and its p-value in the paired DeLong test.

    Every class must have a row. The p-value is two-sided; it is None if the rows do not define it.

    Examples
    --------
    >>> codes = np.array([0, 0, 0, 1, 1, 1])
    >>> a, b = np.array([.1, .2, .5, .4, .8, .9]), np.array([.1, .6, .5, .4, .8, .3])
    >>> difference, p_value = auc_difference(codes, np.c_[1 - a, a], np.c_[1 - b, b])
    >>> print(difference, f"{p_value:.2f}")
    0.333 [-0.200, 0.867] 0.22
    """
    auc_a, influence_a = auc_influence(codes, proba_a)
    auc_b, influence_b = auc_influence(codes, proba_b)
    difference = auc_a - auc_b
    if np.bincount(codes).min() == 1:
        return Interval(difference, reason="a class has one row only"), None
    error = influence_error(codes, influence_a - influence_b)
    if error < 1e-12:
        return Interval(difference, reason="no spread over the rows"), None
    reach = _Z * error
    p_value = float(2 * stats.norm.sf(abs(difference) / error))
    return Interval(difference, difference - reach, difference + reach), p_value
