"""The candidates that none of their size or smaller beats."""

from __future__ import annotations

import numpy as np

from separatrix.evaluate.inputs import IntArray
from separatrix.evaluate.intervals import FloatArray


def pareto_front(n_parameters: IntArray, mean: FloatArray) -> IntArray:
    """Return the candidates that score higher than every other that is not larger, the smallest first.

    Parameters
    ----------
    n_parameters : int ndarray of shape (n_candidates,)
    mean : float ndarray of shape (n_candidates,)
        Scores, higher is better; those that are not finite are passed over.

    Examples
    --------
    >>> pareto_front(np.array([9, 3, 5, 9]), np.array([0.9, 0.7, 0.6, 0.8])).tolist()
    [1, 0]
    """
    scores = np.where(np.isfinite(mean), mean, -np.inf)
    order = np.lexsort((-scores, n_parameters))
    before = np.maximum.accumulate(np.concatenate([[-np.inf], scores[order]]))[:-1]
    return np.asarray(order[scores[order] > before])


def lower_fence(mean: FloatArray) -> float:
    """Return Tukey's outer fence: a score below it is far out (Exploratory Data Analysis, 1977, section 2D).

    Examples
    --------
    >>> lower_fence(np.array([1.0, 2.0, 3.0, 4.0, -50.0]))
    -5.0
    """
    low, high = np.quantile(mean[np.isfinite(mean)], (0.25, 0.75))
    return float(low - 3 * (high - low))
