"""Mixture: which networks at which epochs are averaged, and how sure their mean may be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from separatrix.decision import LEAST, Decision
from separatrix.select import select_by_scores

Array = NDArray[Any]

N_FIRST, N_MEMBERS = 5, 30


def greedy_counts(probability: Array, weight: Array | None = None) -> Array:
    """Return how often each candidate is chosen for the mean with the lowest log-loss.

    See `separatrix.select.select_ensemble`.

    Parameters
    ----------
    probability : ndarray of shape (n_candidates, n_rows)
        What each candidate gives the true class of each row.
    weight : ndarray of shape (n_rows,), optional

    Returns
    -------
    int ndarray of shape (n_candidates,)

    Examples
    --------
    >>> greedy_counts(np.array([[0.75, 0.25], [0.25, 0.75], [0.125, 0.125]]))
    array([1, 1, 0])
    """

    def scores(p: Array) -> Array:
        return np.asarray(np.average(np.log(np.maximum(p, LEAST)), axis=-1, weights=weight))

    return select_by_scores(probability, scores, n_members=N_MEMBERS, n_first=N_FIRST).counts


def greedy_counts_of_numbers(prediction: Array, truth: Array, weight: Array | None = None) -> Array:
    """Return how often each candidate is chosen for the lowest squared error; see `greedy_counts`."""

    def scores(p: Array) -> Array:
        return np.asarray(-np.average((p - truth) ** 2, axis=-1, weights=weight))

    return select_by_scores(prediction, scores, n_members=N_MEMBERS, n_first=N_FIRST).counts


def fitted_temperature(probability: Array, codes: Array, weight: Array | None = None) -> float:
    """Return the square root of the temperature with the lowest log-loss.

    The root, as the out-of-fold mean is of one network a candidate where the prediction is of all folds'
    networks, which is less sure by itself.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Weinberger: On calibration of modern neural networks, ICML 2017, section
    4.2.
    """
    rows = np.arange(len(codes))

    def loss(log_temperature: float) -> float:
        p = Decision(math.exp(log_temperature)).probabilities(probability)[rows, codes]
        return float(-np.average(np.log(np.maximum(p, LEAST)), weights=weight))

    found = minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded")
    return math.exp(found.x / 2)
