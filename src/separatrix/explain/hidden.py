"""Hidden layers: the output of every unit over a plane, and the space of the last hidden layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.labels import Labels
from separatrix.engine.numpy_engine import layer_outputs, layer_sums_and_outputs
from separatrix.errors import DataError, ParameterError
from separatrix.explain.boundary import DecisionGrid, grid_over, threshold_of
from separatrix.explain.plane import (
    Plane,
    PlaneKind,
    RowLike,
    grid_rows,
    make_plane,
    plane_along,
    principal_axes,
)
from separatrix.explain.subject import (
    class_labels,
    input_names,
    layer_activations,
    model_with_hidden_layers,
    output_names,
    shortened,
)
from separatrix.explain.tables import MAX_ROWS, as_table, encoded_rows, rows_of, stratified_rows
from separatrix.model import Model
from separatrix.network import Network

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LayerView:
    """The units of one layer over a plane.

    Attributes
    ----------
    activation : str
        Name of the layer's function; for the last layer, of the output function.
    n_units : int
        Units of the layer; the arrays may hold fewer.
    sums, outputs : ndarray of shape (n, n, n_shown)
        Weighted sums and outputs of the units. Only differences between the sums of classes matter; each has
        the largest of the others subtracted.
    limits : ndarray of shape (n_shown, 2)
        Scale of each unit: the range of a bounded function, else minus and plus the largest absolute value.
    weights : ndarray of shape (n_shown of the layer before, n_shown)
        Weights from the units shown of the layer before, or from the inputs; (0, n_shown) from inputs with
        an embedding, as they have no weight of their own.
    """

    activation: str
    n_units: int
    sums: Array
    outputs: Array
    limits: Array
    weights: Array


@dataclass(frozen=True, eq=False)
class HiddenUnits:
    """All layers of a network over a plane.

    Attributes
    ----------
    plane : Plane
    layers : tuple of LayerView
        The hidden layers, then the outputs.
    output_names : list of str
    """

    plane: Plane
    layers: tuple[LayerView, ...]
    output_names: list[str]


def hidden_units(
    estimator: Any,
    X: Any,
    *,
    features: Sequence[str | int] | None = None,
    plane: PlaneKind = "features",
    at: RowLike = None,
    grid_resolution: int = 80,
    max_units: int = 20,
) -> HiddenUnits:
    """Compute the output of every unit at each point of a plane.

    Parameters
    ----------
    estimator : Model, fitted estimator of this package, or pipeline that ends in one
    X, features, plane, at, grid_resolution
        As in `make_plane`.
    max_units : int
        Units kept of each layer: the first ones.

    Returns
    -------
    HiddenUnits

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
    model_with_hidden_layers(estimator)  # raises before the plane is computed
    cut = make_plane(estimator, X, features=features, plane=plane, at=at, grid_resolution=grid_resolution)
    return units_over(estimator, cut, X, max_units=max_units)


def units_over(estimator: Any, plane: Plane, X: Any, *, max_units: int) -> HiddenUnits:
    """Compute the output of every unit over a plane; rows are passed in the container that `X` is."""
    model = model_with_hidden_layers(estimator)
    layers = layer_sums_and_outputs(model.network, model.theta, encoded_rows(estimator, grid_rows(plane, X)))
    shape = (len(plane.v), len(plane.u), -1)
    views: list[LayerView] = []
    n_before = model.network.n_in if model.network.embedding is None else 0
    for name, w, (z, a) in zip(layer_activations(model), model.coefs, layers, strict=True):
        if len(views) == len(model.coefs) - 1:
            a = model.head.output(z)
        if name == "softmax":
            z = z - _largest_of_the_others(z)
        outputs = a[:, :max_units].reshape(shape)
        views.append(
            LayerView(
                activation=name,
                n_units=a.shape[1],
                sums=z[:, :max_units].reshape(shape),
                outputs=outputs,
                limits=_limits(name, outputs),
                weights=w[:n_before, :max_units],
            )
        )
        n_before = max_units
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
    """The rows as outputs of the last hidden layer, where the network's boundaries are straight lines.

    Attributes
    ----------
    grid : DecisionGrid
        The network's last layer over that space; its points are the rows.
    layer : str
        Name of the layer, with its number of units.
    mesh : list of ndarray of shape (n, 2)
        Images of straight lines in the input plane; only with two inputs and two units, where both spaces
        can be shown completely.
    rows : ndarray of int
        Numbers of the rows that are shown.
    n_rows_given : int
        Of which they are a sample, or all.
    """

    grid: DecisionGrid
    layer: str
    mesh: list[Array]
    rows: Array
    n_rows_given: int


def hidden_space(estimator: Any, X: Any, y: Any = None, *, grid_resolution: int = 200) -> HiddenSpace:
    """Compute the outputs of the last hidden layer, and how the last layer separates the classes there.

    Parameters
    ----------
    estimator : Model, fitted classifier of this package, or pipeline that ends in one
    X : array-like or table of shape (n_rows, n_columns)
        Of more than 5,000 rows a fixed sample is shown.
    y : array-like of shape (n_rows,), optional
        The classes: the sample then keeps their fractions, and has a row of each at least.
    grid_resolution : int
        Points along each side of the space.

    Returns
    -------
    HiddenSpace
        With two units, their own plane. With more units and two or three classes, a plane through their mean
        that contains the direction of the output weights: directions outside it do not change the output, so
        the boundaries are exact. With more classes, the plane in which the inputs of the outputs vary most.

    Raises
    ------
    ParameterError
        If the last hidden layer has fewer than two units, or the network is not a classifier.
    DataError
        If `X` does not fit the network, or `y` does not fit `X`.
    """
    model = model_with_hidden_layers(estimator)
    classes = class_labels(estimator)  # raises an error if it is not a classifier
    network = model.network
    n_units = network.layers[-2].units
    if n_units < 2:
        raise ParameterError(
            "estimator",
            "must have two or more units in its last hidden layer, to be shown as a space, got 1; use "
            "HiddenUnitsDisplay.",
        )
    last = Model(
        Network(n_units, network.layers[-1:], network.head),
        model.theta[network.layout[-1].weight.start :],
        classes=model.classes,
        feature_names=[f"unit {number}" for number in range(1, n_units + 1)],
    )
    n_rows = as_table(estimator, X).n_rows
    shown = stratified_rows(n_rows, _codes(classes, y, n_rows), MAX_ROWS)
    if len(shown) < n_rows:
        X = rows_of(estimator, X, shown)
    rows = layer_outputs(network, model.theta, encoded_rows(estimator, X))[-2]
    if n_units == 2:
        plane = make_plane(last, rows, grid_resolution=grid_resolution)
    else:
        plane = _output_plane(last, rows, grid_resolution)
    n_hidden = len(network.layers) - 1
    name = f"hidden layer {n_hidden}" if n_hidden > 1 else "the hidden layer"
    mesh = _mesh(estimator, model, X) if n_units == 2 and len(as_table(estimator, X).columns) == 2 else []
    grid = replace(grid_over(last, plane, rows), threshold=threshold_of(estimator))
    return HiddenSpace(grid, f"{name} ({n_units} units)", mesh, shown, n_rows)


def _codes(classes: Array, y: Any, n_rows: int) -> Array | None:
    """Return the codes of the rows' classes, if they are known."""
    if y is None:
        return None
    codes = Labels(np.asarray(classes)).encode(np.ravel(y), "y")
    if len(codes) != n_rows:
        raise DataError(f"X and y must have the same rows, got {n_rows} and {len(codes)}.")
    return codes


def _output_plane(last: Model, rows: Array, n: int) -> Plane:
    """Return the plane in which the sums of the last layer vary most."""
    w = last.coefs[0]
    # Only differences between the sums of a softmax matter.
    differences = w - w.mean(axis=1, keepdims=True) if w.shape[1] > 1 else w
    basis, sizes, _ = np.linalg.svd(differences, full_matrices=False)
    basis = basis[:, sizes > 1e-6 * sizes.max()]
    middle = rows.mean(axis=0)
    if basis.shape[1] == 1:
        across = basis[:, 0] * np.sign(basis[:, 0] @ differences[:, -1])
        rest = rows - middle - np.outer((rows - middle) @ across, across)
        directions = np.stack([across, principal_axes(rest)[1][0]])
        labels = (f"towards {shortened(_high_class(last))} →", "where points differ most otherwise")
    else:
        directions = principal_axes((rows - middle) @ basis)[1] @ basis.T
        labels = ("where the outputs differ most", "where they differ most otherwise")
    points = (rows - middle) @ directions.T
    fraction = points.var(axis=0).sum() / (rows.var(axis=0).sum() or 1.0)
    return plane_along(
        input_names(last),
        middle,
        directions,
        points,
        n,
        labels=labels,
        note=f"{fraction:.0%} of the variance of the {rows.shape[1]} units",
        origin={},
        variance=float(fraction),
        is_exact=basis.shape[1] <= 2,
    )


def _high_class(last: Model) -> object:
    """Return the class whose probability rises along the weights of the output."""
    assert last.classes is not None
    return last.classes.tolist()[-1]


def _mesh(estimator: Any, model: Model, X: Any, n_lines: int = 17, n: int = 129) -> list[Array]:
    """Return the images of horizontal and vertical lines of the input plane in the last hidden layer."""
    plane = make_plane(estimator, X, grid_resolution=n)
    outputs = layer_outputs(model.network, model.theta, encoded_rows(estimator, grid_rows(plane, X)))[-2]
    images = outputs.reshape(n, n, 2)
    indices = np.linspace(0, n - 1, n_lines).astype(int)
    return [*images[indices], *images[:, indices].transpose(1, 0, 2)]
