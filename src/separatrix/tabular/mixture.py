"""Mixture: which networks at which epochs are averaged, and how sure their mean may be.

The greedy choice is that of `separatrix.select.select_ensemble` for a loss that is a mean over rows: all
candidates are tried at once, as there are more than a hundred, and the best few are always the first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from separatrix.decision import LEAST
from separatrix.ensemble import tempered

Array = NDArray[Any]

N_FIRST, N_MEMBERS = 5, 30


def greedy_counts(probability: Array, weight: Array | None = None) -> Array:
    """Return how often each candidate is chosen for the mean with the lowest log-loss.

    Starts with the `N_FIRST` candidates that are best alone, then adds the candidate that helps the mean
    most, again and again, also one that is in already; the best mean on the way is kept.

    Parameters
    ----------
    probability : ndarray of shape (n_candidates, n_rows)
        What each candidate gives the true class of each row.
    weight : ndarray of shape (n_rows,), optional

    Returns
    -------
    int ndarray of shape (n_candidates,)

    References
    ----------
    R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes: Ensemble selection from libraries of models, ICML
    2004, sections 2.1 and 2.2.
    """

    def loss(p: Array) -> Array:
        logs = np.log(np.maximum(p, LEAST))
        return -np.average(logs, axis=-1, weights=weight)

    return _greedy(loss, probability)


def greedy_counts_of_numbers(prediction: Array, truth: Array, weight: Array | None = None) -> Array:
    """Return how often each candidate is chosen for the lowest squared error; see `greedy_counts`."""
    return _greedy(lambda p: np.average((p - truth) ** 2, axis=-1, weights=weight), prediction)


def _greedy(loss: Any, predictions: Array) -> Array:
    first = np.argsort(loss(predictions), kind="stable")[:N_FIRST]
    total = predictions[first].sum(axis=0, dtype=np.float64)
    added = first.tolist()
    losses = [
        float(loss(predictions[first[: i + 1]].mean(axis=0, dtype=np.float64))) for i in range(len(first))
    ]
    while len(added) < N_MEMBERS:
        attempts = loss((total + predictions) / (len(added) + 1))
        best = int(attempts.argmin())
        added.append(best)
        losses.append(float(attempts[best]))
        total += predictions[best]
    n_kept = int(np.argmin(losses)) + 1
    return np.bincount(added[:n_kept], minlength=len(predictions))


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
        p = tempered(probability, math.exp(log_temperature))[rows, codes]
        return float(-np.average(np.log(np.maximum(p, LEAST)), weights=weight))

    found = minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded")
    return math.exp(found.x / 2)
