"""Hidden: what every unit of a network makes of each place on a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import ParameterError
from separatrix.explain.inputs import as_inputs, as_model
from separatrix.explain.names import layer_activations, output_names
from separatrix.explain.plane import Kind, Place, Plane, grid_rows, make_plane
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, HEADS

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LayerView:
    """The units of one layer, seen over a plane.

    Attributes
    ----------
    activation : str
        The layer's function; of the last layer that of its outputs.
    n_units : int
        Units that the layer has; the arrays may hold fewer.
    sums, outputs : ndarray of shape (n, n, n_shown)
        The units' weighted sums and what they make of them. The sums of classes, of which only differences
        count, are less the largest of the others.
    limits : ndarray of shape (n_shown, 2)
        Each unit's scale: the range of a bounded function; of others from minus to plus the largest size.
    weights : ndarray of shape (n_shown before, n_shown)
        To these units from those shown of the layer before, or from the inputs.
    """

    activation: str
    n_units: int
    sums: Array
    outputs: Array
    limits: Array
    weights: Array


@dataclass(frozen=True, eq=False)
class HiddenUnits:
    """All layers of a network, seen over a plane.

    Attributes
    ----------
    plane : Plane
    layers : tuple of LayerView
        The hidden layers, then the outputs.
    output_names : list of str
        What the outputs are.
    """

    plane: Plane
    layers: tuple[LayerView, ...]
    output_names: list[str]


def hidden_units(
    estimator: Any,
    X: Any,
    *,
    features: Sequence[str | int] | None = None,
    plane: Kind = "features",
    at: Place = None,
    grid_resolution: int = 80,
    max_units: int = 20,
) -> HiddenUnits:
    """Compute what every unit makes of each place on a plane.

    Parameters
    ----------
    estimator : Model, fitted estimator of this package, or pipeline that ends in one
    X, features, plane, at, grid_resolution
        As in `make_plane`.
    max_units : int
        Units of a layer beyond the first so many are left out.

    Raises
    ------
    ParameterError
        If the network has no hidden layer, or the plane is not determined.
    DataError
        If `X` does not fit the network.

    Examples
    --------
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(2, (3,), 1, activation="tanh"), np.ones(13))
    >>> seen = hidden_units(model, [[0.0, 0.0], [1.0, 1.0]], grid_resolution=5)
    >>> [layer.outputs.shape for layer in seen.layers]
    [(5, 5, 3), (5, 5, 1)]
    """
    with_hidden_layers(estimator)  # a plane is not worth laying for a network without
    cut = make_plane(estimator, X, features=features, plane=plane, at=at, grid_resolution=grid_resolution)
    return units_over(estimator, cut, X, max_units=max_units)


def units_over(estimator: Any, plane: Plane, X: Any, *, max_units: int) -> HiddenUnits:
    """Compute what every unit makes of a given plane; `X` only tells what its rows are held in."""
    model = with_hidden_layers(estimator)
    x = as_inputs(estimator, grid_rows(plane, X))
    head = HEADS[model.network.head]
    functions = [ACTIVATIONS[layer.activation].value for layer in model.network.layers[:-1]]
    shape = (len(plane.v), len(plane.u), -1)
    views, before = [], model.network.n_in
    parts = zip(
        [*functions, head.output], layer_activations(model), model.coefs, model.intercepts, strict=True
    )
    for function, name, w, b in parts:
        z = x @ w + b if b.size else x @ w
        x = function(z)
        if name == "softmax":
            z = z - _largest_of_the_others(z)
        outputs = x[:, :max_units].reshape(shape)
        views.append(
            LayerView(
                activation=name,
                n_units=x.shape[1],
                sums=z[:, :max_units].reshape(shape),
                outputs=outputs,
                limits=_limits(name, outputs),
                weights=w[:before, :max_units],
            )
        )
        before = max_units
    return HiddenUnits(plane, tuple(views), output_names(model)[:max_units])


def with_hidden_layers(estimator: Any) -> Model:
    """Return the estimator's network; a `ParameterError` if it has no hidden layer."""
    model = as_model(estimator)
    if len(model.network.layers) < 2:
        raise ParameterError(
            f"the network must have a hidden layer, got {model.network}; use DecisionBoundaryDisplay, or set "
            "hidden_layer_sizes."
        )
    return model


def _largest_of_the_others(z: Array) -> Array:
    """Return for each column the largest of the other columns in its row."""
    second, first = np.sort(z, axis=1)[:, -2:].T[:, :, np.newaxis]
    others: Array = np.where(z == first, second, first)
    return others


def _limits(activation: str, outputs: Array) -> Array:
    """Return the scale of each unit's outputs, (n_units, 2)."""
    n_units = outputs.shape[-1]
    if activation in {"logistic", "softmax"}:
        return np.tile([0.0, 1.0], (n_units, 1))
    if activation == "tanh":
        return np.tile([-1.0, 1.0], (n_units, 1))
    size = np.abs(outputs).max(axis=(0, 1))
    size = np.where(size > 0, size, 1.0)
    return np.column_stack([-size, size])
