"""Corrected t-test: whether two mean scores of cross-validation differ, given that the splits share rows.

The training sets of different folds share most of their rows, and the test sets of different repeats share
some. The scores of the splits are therefore correlated, and their plain standard error is too small: with
enough repeats, any difference would become significant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from separatrix.errors import DataError
from separatrix.evaluate.intervals import LEVEL, FloatArray, Interval

# If a difference is the same on all splits, rounding gives it a spread of this size, not of zero.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class CorrectedTest:
    """The difference of two mean scores over the same splits.

    Attributes
    ----------
    difference : Interval
        First mean minus second, positive if the first is better, with its 95 % interval.
    p_value : float or None
        Two-sided, of no difference; None if the splits do not define it.
    """

    difference: Interval
    p_value: float | None

    @property
    def is_significant(self) -> bool:
        """Whether p < 0.05; False if it is not defined."""
        return self.p_value is not None and self.p_value < 1 - LEVEL


def corrected_standard_error(
    scores: npt.ArrayLike, n_train: npt.ArrayLike, n_test: npt.ArrayLike
) -> FloatArray:
    """Return Nadeau and Bengio's standard error of mean scores over correlated splits.

    The plain standard error is S / √J, where S is the standard deviation of the scores of J splits (divisor
    J - 1). Theirs is ``S * sqrt(1 / J + n_test / n_train)``, which does not shrink to zero however many
    repeats there are. The second term assumes a correlation of n_test / (n_train + n_test) between any two
    splits. This is the correlation of random splits if the model hardly depends on which rows it was trained
    on, and a rule of thumb otherwise. If the splits differ in size, the mean of n_test / n_train is used.

    Parameters
    ----------
    scores : array-like of shape (..., n_splits)
        For example one row for each candidate.
    n_train, n_test : array-like of shape (n_splits,)
        Number of training and test rows.

    Returns
    -------
    ndarray of shape (...)
        NaN if a score is not finite, or with one split.

    Raises
    ------
    DataError
        If the shapes do not match.

    References
    ----------
    C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52 (2003): the
    denominator of the corrected resampled t-test, t = mean / √((1/J + n₂/n₁) S²).

    Examples
    --------
    >>> corrected_standard_error([[0.8, 0.9, 0.7], [0.8, 0.8, 0.8]], [100] * 3, [50] * 3).round(4).tolist()
    [0.0913, 0.0]
    """
    values = np.asarray(scores, dtype=np.float64)
    train, test = np.asarray(n_train), np.asarray(n_test)
    if values.ndim == 0 or train.shape != values.shape[-1:] or test.shape != train.shape:
        raise DataError(
            "scores, n_train and n_test must have one value for every split, got shapes "
            f"{values.shape}, {train.shape} and {test.shape}; pass them for the same splits."
        )
    n_splits = values.shape[-1]
    errors = np.full(values.shape[:-1], np.nan)
    if n_splits > 1:
        finite = np.isfinite(values).all(axis=-1)
        factor = math.sqrt(1 / n_splits + np.mean(test / train))
        errors[finite] = values[finite].std(axis=-1, ddof=1) * factor
    return errors


def corrected_t_test(
    first: npt.ArrayLike, second: npt.ArrayLike, n_train: npt.ArrayLike, n_test: npt.ArrayLike
) -> CorrectedTest:
    """Test whether two models' scores on the same splits differ: the corrected resampled t-test.

    The mean difference, divided by `corrected_standard_error` of the differences, is compared with Student's
    t distribution with n_splits - 1 degrees of freedom. A difference that is the same on every split has
    p = 0, or p = 1 if it is zero.

    If one of the two was chosen because it scored best, the p-value is optimistic.

    Parameters
    ----------
    first, second : array-like of shape (n_splits,)
        Scores; higher is better.
    n_train, n_test : array-like of shape (n_splits,)
        Number of training and test rows.

    Raises
    ------
    DataError
        If the shapes do not match.

    References
    ----------
    C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52 (2003); for repeated
    cross-validation R. R. Bouckaert and E. Frank, PAKDD 2004, LNCS 3056.

    Examples
    --------
    >>> test = corrected_t_test([0.9, 0.8, 0.9, 0.8], [0.7, 0.7, 0.6, 0.7], [75] * 4, [25] * 4)
    >>> print(test.difference, f"{test.p_value:.3f}")
    0.175 [-0.058, 0.408] 0.096
    """
    scores = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if scores[0].ndim != 1 or scores[0].shape != scores[1].shape:
        raise DataError(
            "first and second must each have one score for every split, got shapes "
            f"{scores[0].shape} and {scores[1].shape}; pass scores on the same splits."
        )
    if not np.isfinite(scores).all():
        return CorrectedTest(Interval(None, reason="a split without score"), None)
    gains = scores[0] - scores[1]
    error = float(corrected_standard_error(gains, n_train, n_test))
    difference = float(gains.mean())
    if math.isnan(error):
        return CorrectedTest(Interval(difference, reason="one split only"), None)
    rounding = _ROUNDING * float(np.abs(scores).max())
    if error <= rounding:
        p_value = 1.0 if abs(difference) <= rounding else 0.0
        return CorrectedTest(Interval(difference, difference, difference), p_value)
    freedom = len(gains) - 1
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, freedom)) * error
    p_value = float(2 * stats.t.sf(abs(difference) / error, freedom))
    return CorrectedTest(Interval(difference, difference - reach, difference + reach), p_value)
