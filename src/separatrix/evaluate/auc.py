"""The area under the ROC curve with DeLong's variance, for two classes and for more.

Written with influence values: what each row adds to the estimate's error. Their sum of squares is the
variance; the difference of two models' influence values gives the variance of the difference.
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
    """AUC, and what each row adds to its error.

    With more than two classes it is the mean of the one-against-the-rest areas (scikit-learn's
    ``multi_class="ovr", average="macro"``). Every class must be among the rows.

    Parameters
    ----------
    codes : array of shape (n_rows,)
        Each row's class, as a column of `proba`.
    proba : array of shape (n_rows, n_classes)
        Probabilities; of two classes the second counts as positive.

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
    parts = [_binary_influence(codes == column, proba[:, column]) for column in columns]
    return (
        math.fsum(area for area, _ in parts) / len(parts),
        np.asarray(np.mean([influence for _, influence in parts], axis=0)),
    )


def _binary_influence(
    positive: npt.NDArray[np.bool_], score: FloatArray
) -> tuple[float, npt.NDArray[np.float64]]:
    """AUC and influence of `score` for a yes/no question, by mid-ranks (Sun and Xu 2014)."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    rank = stats.rankdata(score)
    placement = np.empty(len(score))
    placement[positive] = (rank[positive] - stats.rankdata(score[positive])) / n_negative
    placement[~positive] = 1 - (rank[~positive] - stats.rankdata(score[~positive])) / n_positive
    auc = math.fsum(placement[positive]) / n_positive
    return auc, (placement - auc) / np.where(positive, n_positive, n_negative)


def influence_error(codes: IntArray, influence: FloatArray) -> float:
    """Return the standard error that influence values amount to; every class needs two rows or more.

    Each class's part is scaled by n / (n - 1), which for two classes is DeLong's estimate exactly.
    """
    counts = np.bincount(codes)[codes]
    return math.sqrt(math.fsum(influence**2 * (counts / (counts - 1))))


def undefined_reason(codes: IntArray, labels: Sequence[Any]) -> str:
    """Say why these rows do not define an AUC, or return an empty string where they do."""
    absent = [repr(label) for code, label in enumerate(labels) if not (codes == code).any()]
    return f"no row of class {', '.join(absent)}" if absent else ""


def auc_interval(codes: IntArray, proba: FloatArray, labels: Sequence[Any]) -> Interval:
    """AUC with DeLong's interval on the logit scale, which keeps it between 0 and 1.

    Where every pair is ordered rightly (AUC 1, or wrongly, AUC 0) DeLong's variance is zero. The smallest
    class then gives as many disjoint, independent pairs as it has rows, all of them right, and Wilson's
    interval of that many successes stands in. Where all scores are equal no interval is given.

    Parameters
    ----------
    codes : array of shape (n_rows,)
        Each row's class, as a column of `proba`.
    proba : array of shape (n_rows, n_classes)
        Probabilities.
    labels : sequence of n_classes labels
        For the reason, where a class has no rows and the AUC is undefined.

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
    """Paired DeLong test: AUC of a minus AUC of b on the same rows, and its two-sided p-value.

    Every class must be among the rows.

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
