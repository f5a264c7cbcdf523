"""Activation curves: an activation function while the weight or the bias before it is moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError
from separatrix.network import ACTIVATIONS

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ActivationCurves:
    """The value of a unit with one input, ``g(w x + b)``, for several weights and for several biases.

    Attributes
    ----------
    name : str
        The activation ``g``.
    x : ndarray of shape (n,)
        The input.
    weights : tuple of float
    steepness : ndarray of shape (n_weights, n)
        ``g(w x)`` for each weight.
    biases : tuple of float
    place : ndarray of shape (n_biases, n)
        ``g(x + b)`` for each bias.
    """

    name: str
    x: Array
    weights: tuple[float, ...]
    steepness: Array
    biases: tuple[float, ...]
    place: Array


def activation_curves(
    name: str,
    *,
    weights: Sequence[float] = (0.5, 1.0, 4.0),
    biases: Sequence[float] = (-3.0, 0.0, 3.0),
    limits: tuple[float, float] = (-6.0, 6.0),
    grid_resolution: int = 401,
) -> ActivationCurves:
    """Compute an activation function for several weights and biases.

    Parameters
    ----------
    name : str
        One of ``separatrix.network.ACTIVATIONS``.
    weights : sequence of float
        A larger weight makes the curve steeper.
    biases : sequence of float
        A larger bias moves the curve to the left.
    limits : pair of float
        Ends of the input.
    grid_resolution : int
        Points along the input.

    Returns
    -------
    ActivationCurves

    Raises
    ------
    ParameterError
        If there is no such activation, or no weight or bias.

    Examples
    --------
    >>> curves = activation_curves("logistic", weights=(1.0, 2.0), limits=(-1.0, 1.0), grid_resolution=3)
    >>> curves.steepness.round(3).tolist()
    [[0.269, 0.5, 0.731], [0.119, 0.5, 0.881]]
    """
    check.choice("name", name, ACTIVATIONS)
    check.integer("grid_resolution", grid_resolution, 2)
    for parameter, values in (("weights", weights), ("biases", biases)):
        if len(values) == 0:
            raise ParameterError(parameter, "must hold one number or more, got none.")
    if not limits[0] < limits[1]:
        raise ParameterError("limits", f"must be the lower and the upper end, got {limits!r}.")
    x, value = np.linspace(*limits, grid_resolution), ACTIVATIONS[name].value
    w, b = np.array(weights, dtype=np.float64), np.array(biases, dtype=np.float64)
    return ActivationCurves(
        name,
        x,
        tuple(w.tolist()),
        value(w[:, np.newaxis] * x),
        tuple(b.tolist()),
        value(x + b[:, np.newaxis]),
    )
