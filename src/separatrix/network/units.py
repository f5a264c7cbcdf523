"""Units that hardly learn: dead ones, 0 for every row, and saturated ones, at an end of their range."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.network.activations import ACTIVATIONS

Array = NDArray[Any]

FLAT = 0.01  # of the steepest slope
MOST_ROWS = 0.95  # of the rows
_STEEPEST = {"logistic": 0.25, "tanh": 1.0}  # of the functions with two ends


def dead_units(activation: str, a: Array) -> Array:
    """Return which units of a layer are dead: 0 for every row, so that no row changes their weights.

    Parameters
    ----------
    activation : str
        Only units with relu can be dead.
    a : ndarray of shape (n_rows, n_units)
        The units' values.

    Returns
    -------
    bool ndarray of shape (n_units,)

    Examples
    --------
    >>> dead_units("relu", np.array([[0.0, 1.0], [0.0, 0.0]])).tolist()
    [True, False]
    """
    dead: Array = (a == 0).all(axis=0) & (activation == "relu")
    return dead


def saturated_units(activation: str, z: Array, a: Array) -> Array:
    """Return which units of a layer are saturated: nearly flat for 95 % of the rows or more.

    Parameters
    ----------
    activation : str
        Only units with logistic or tanh, whose values have two ends, can be saturated.
    z, a : ndarray of shape (n_rows, n_units)
        The units' sums and values.

    Returns
    -------
    bool ndarray of shape (n_units,)
        True where the slope is below 1 % of the function's steepest.

    Examples
    --------
    >>> z = np.array([[9.0, 0.5], [-9.0, 9.0]])
    >>> saturated_units("tanh", z, np.tanh(z)).tolist()
    [True, False]
    """
    if activation not in _STEEPEST:
        return np.zeros(a.shape[1], bool)
    slope = ACTIVATIONS[activation].derivative(z, a)
    flat: Array = (slope < FLAT * _STEEPEST[activation]).mean(axis=0) > MOST_ROWS
    return flat
