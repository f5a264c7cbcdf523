"""Hidden: what every unit of a network makes of each place on a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.numpy_engine import layer_outputs
from separatrix.errors import ParameterError
from separatrix.explain.boundary import DecisionGrid, grid_over
from separatrix.explain.plane import Kind, Place, Plane, grid_rows, make_plane, principal_axes, span
from separatrix.explain.subject import (
    input_names,
    layer_activations,
    model_with_hidden_layers,
    output_names,
)
from separatrix.explain.tables import as_table, encoded_rows
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, HEADS, Network

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
    model_with_hidden_layers(estimator)  # a plane is not worth laying for a network without
    cut = make_plane(estimator, X, features=features, plane=plane, at=at, grid_resolution=grid_resolution)
    return units_over(estimator, cut, X, max_units=max_units)


def units_over(estimator: Any, plane: Plane, X: Any, *, max_units: int) -> HiddenUnits:
    """Compute what every unit makes of a given plane; `X` only tells what its rows are held in."""
    model = model_with_hidden_layers(estimator)
    x = encoded_rows(estimator, grid_rows(plane, X))
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


@dataclass(frozen=True, eq=False)
class HiddenSpace:
    """The rows by what the last hidden layer makes of them, where the network parts them by straight lines.

    Attributes
    ----------
    grid : DecisionGrid
        The network's last layer over that space: its points are the rows.
    layer : str
        The layer, and how many units it has.
    mesh : list of ndarray of shape (n, 2)
        Straight lines of the input plane as they are bent on the way; only where there are two inputs and two
        units, so that both are whole.
    """

    grid: DecisionGrid
    layer: str
    mesh: list[Array]


def hidden_space(estimator: Any, X: Any, *, grid_resolution: int = 200) -> HiddenSpace:
    """Compute the rows as the last hidden layer hands them on, and how the last layer parts them.

    Parameters
    ----------
    estimator : Model, fitted classifier of this package, or pipeline that ends in one
    X : array-like or table of shape (n_rows, n_columns)
    grid_resolution : int
        Points along each side of the space.

    Returns
    -------
    HiddenSpace
        Of two units their own plane. Of more, with two or three classes, a plane through their mean in which
        the network's line stands as it is: what is not in it does not change the output. With more classes,
        the plane in which what the outputs read varies most.

    Raises
    ------
    ParameterError
        If there are no two hidden units to look at, or the network is no classifier.
    DataError
        If `X` does not fit the network.
    """
    model = model_with_hidden_layers(estimator)
    network = model.network
    n_units = network.layers[-2].units
    if n_units < 2:
        raise ParameterError(
            "the last hidden layer must have two or more units to be looked at as a space, got 1; use "
            "HiddenUnitsDisplay."
        )
    last = Model(
        Network(n_units, network.layers[-1:], network.head),
        model.theta[network.layout[-1].weight.start :],
        classes=model.classes,
        feature_names=[f"unit {number}" for number in range(1, n_units + 1)],
    )
    rows = layer_outputs(network, model.theta, encoded_rows(estimator, X))[-2]
    if n_units == 2:
        plane = make_plane(last, rows, grid_resolution=grid_resolution)
    else:
        plane = _output_plane(last, rows, grid_resolution)
    n_hidden = len(network.layers) - 1
    name = f"hidden layer {n_hidden}" if n_hidden > 1 else "the hidden layer"
    mesh = _mesh(estimator, model, X) if n_units == 2 and len(as_table(estimator, X).columns) == 2 else []
    return HiddenSpace(grid_over(last, plane, rows), f"{name} ({n_units} units)", mesh)


def _output_plane(last: Model, rows: Array, n: int) -> Plane:
    """Return the plane in which what the last layer reads from its units' outputs varies most."""
    w = last.coefs[0]
    # Only differences between a softmax's sums count, and only the part of the rows along those weights.
    read = w - w.mean(axis=1, keepdims=True) if w.shape[1] > 1 else w
    basis, sizes, _ = np.linalg.svd(read, full_matrices=False)
    basis = basis[:, sizes > 1e-6 * sizes.max()]
    middle = rows.mean(axis=0)
    if basis.shape[1] == 1:
        across = basis[:, 0] * np.sign(basis[:, 0] @ read[:, -1])
        rest = rows - middle - np.outer((rows - middle) @ across, across)
        directions = np.stack([across, principal_axes(rest)[1][0]])
        labels = ("along the output's weights", "most of the rest")
    else:
        directions = principal_axes((rows - middle) @ basis)[1] @ basis.T
        labels = ("what the outputs read, 1", "what the outputs read, 2")
    points = (rows - middle) @ directions.T
    u, v = span(points[:, 0], n), span(points[:, 1], n)
    names = input_names(last)
    share = points.var(axis=0).sum() / (rows.var(axis=0).sum() or 1.0)
    return Plane(
        u=u,
        v=v,
        u_label=labels[0],
        v_label=labels[1],
        note=f"plane with {share:.0%} of the units' variance",
        points=points,
        origin=dict(zip(names, middle, strict=True)),
        along_u={name: u * step for name, step in zip(names, directions[0], strict=True)},
        along_v={name: v * step for name, step in zip(names, directions[1], strict=True)},
    )


def _mesh(estimator: Any, model: Model, X: Any, n_lines: int = 17, n: int = 129) -> list[Array]:
    """Return lines across and up the input plane as the last hidden layer sees them."""
    plane = make_plane(estimator, X, grid_resolution=n)
    bent = layer_outputs(model.network, model.theta, encoded_rows(estimator, grid_rows(plane, X)))[-2]
    lattice = bent.reshape(n, n, 2)
    places = np.linspace(0, n - 1, n_lines).astype(int)
    return [*lattice[places], *lattice[:, places].transpose(1, 0, 2)]
