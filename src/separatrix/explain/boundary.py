"""Boundary: the probability of each class over a plane, and with it the line between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.blas import one_blas_thread
from separatrix.data.table import Column, as_numbers
from separatrix.errors import DataError, ParameterError
from separatrix.explain.plane import Kind, Place, Plane, grid_rows, make_plane
from separatrix.explain.subject import as_model, class_labels, is_network
from separatrix.explain.tables import as_table, in_container_of
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, HEADS

Array = NDArray[Any]

BLOCK_ROWS = 2048  # of the grid at once: the hidden layers' values stay in the cache


@dataclass(frozen=True, eq=False)
class DecisionGrid:
    """The probabilities over a plane.

    Attributes
    ----------
    plane : Plane
        The grid's coordinates, what they mean, and the points on it.
    classes : ndarray of shape (n_classes,)
        Their labels.
    probability : ndarray of shape (n, n) or (n, n, n_classes)
        At (i, j) that of (``plane.u[j]``, ``plane.v[i]``): of two classes the second's.
    """

    plane: Plane
    classes: Array
    probability: Array

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes."""
        return self.probability.ndim == 2

    def leads(self) -> list[Array]:
        """Return for each boundary a quantity of shape (n, n) whose zero line it is.

        For two classes, how far the second's probability exceeds one half; for more, how far each class but
        the last exceeds the likeliest of the others.
        """
        if self.is_binary:
            return [self.probability - 0.5]
        n_classes = self.probability.shape[-1]
        return [
            self.probability[..., k] - np.delete(self.probability, k, axis=-1).max(axis=-1)
            for k in range(n_classes - 1)
        ]


def decision_grid(
    estimator: Any,
    X: Any,
    *,
    features: Sequence[str | int] | None = None,
    plane: Kind = "features",
    at: Place = None,
    grid_resolution: int = 200,
) -> DecisionGrid:
    """Compute a classifier's probabilities over a plane through its rows.

    Parameters
    ----------
    estimator : Model or fitted classifier
        Any with ``predict_proba``.
    X, features, plane, at, grid_resolution
        As in `make_plane`.

    Returns
    -------
    DecisionGrid
        Of a network in float32.

    Raises
    ------
    ParameterError
        If the estimator is no classifier, or the plane is not determined.
    DataError
        If `X` does not fit the estimator.

    Examples
    --------
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(2, (), 1), [1.0, 0.0, 0.0], classes=["left", "right"])
    >>> grid = decision_grid(model, [[-1.0, 0.0], [1.0, 1.0]], grid_resolution=3)
    >>> grid.plane.u
    array([-1.2,  0. ,  1.2])
    >>> grid.probability[0].round(2).tolist()
    [0.23000000417232513, 0.5, 0.7699999809265137]
    """
    class_labels(estimator)  # a plane is not worth laying for what is no classifier
    cut = make_plane(estimator, X, features=features, plane=plane, at=at, grid_resolution=grid_resolution)
    return grid_over(estimator, cut, X)


def given_grid(xx0: Any, xx1: Any, response: Any, X: Any = None, *, classes: Any = None) -> DecisionGrid:
    """Take probabilities that someone has computed over a grid.

    Parameters
    ----------
    xx0, xx1 : array-like of shape (n, m), or (m,) and (n,)
        The grid as `numpy.meshgrid` returns it, or its two axes: evenly spaced and ascending.
    response : array-like of shape (n, m), (n, m, n_classes), (n * m,) or (n * m, n_classes)
        The second class's probability at each place, or those of all classes.
    X : array-like or table of shape (n_rows, 2), optional
        Points to show, whose columns' names the axes get.
    classes : array-like of shape (n_classes,), optional
        Their labels; by default 0, 1, …

    Raises
    ------
    DataError
        If these do not fit each other, or are no grid or no probabilities.

    Examples
    --------
    >>> grid = given_grid([0.0, 1.0, 2.0], [0.0, 1.0], [[0.1, 0.5, 0.9], [0.1, 0.5, 0.9]])
    >>> grid.plane.u, grid.is_binary
    (array([0., 1., 2.]), True)
    """
    u, v = _axis_of("xx0", xx0, 0), _axis_of("xx1", xx1, 1)
    names, points = ["x1", "x2"], np.empty((0, 2))
    if X is not None:
        table = as_table(None, X)
        names = table.column_names
        if len(names) != 2:
            raise DataError(
                f"X must have the two columns of the grid, got {len(names)}; leave out the others."
            )
        points = np.column_stack([as_numbers(column, name) for name, column in table.columns.items()])
    probability = _given_probability(response, (len(v), len(u)))
    n_classes = 2 if probability.ndim == 2 else probability.shape[2]
    labels = np.arange(n_classes) if classes is None else np.asarray(classes)
    if labels.shape != (n_classes,):
        raise DataError(f"classes must be {n_classes} labels, as response has them, got {labels.tolist()}.")
    plane = Plane(u, v, names[0], names[1], "", points, origin={}, along_u={}, along_v={})
    return DecisionGrid(plane, labels, probability)


def _axis_of(name: str, values: Any, along: int) -> Array:
    """Return the coordinates of a grid's columns or rows."""
    grid = np.asarray(values, np.float64)
    axis = grid if grid.ndim == 1 else np.take(grid, 0, axis=along) if grid.ndim == 2 else np.empty(0)
    steps = np.diff(axis)
    is_even = steps.size > 0 and steps.min() > 0 and np.allclose(steps, steps.mean())
    if not is_even or (grid.ndim == 2 and np.ptp(grid, axis=along).any()):
        raise DataError(
            f"{name} must be one axis of an evenly spaced, ascending grid, got shape {grid.shape}; make it "
            "by xx0, xx1 = np.meshgrid(np.linspace(...), np.linspace(...))."
        )
    return axis


def _given_probability(response: Any, shape: tuple[int, int]) -> Array:
    """Return probabilities as a `DecisionGrid` holds them."""
    given = np.asarray(response, np.float64)
    of_classes = given.shape[2:] if given.shape[:2] == shape else given.shape[1:]
    if given.shape not in (shape + of_classes, (shape[0] * shape[1], *of_classes)) or len(of_classes) > 1:
        raise DataError(
            f"response must have a probability, or one for each class, at each of {shape[0]} x {shape[1]} "
            f"places, got shape {given.shape}."
        )
    probability = given.reshape(shape + of_classes)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise DataError(
            f"response must hold probabilities, from 0 to 1, got {given.min():g} to {given.max():g}; take "
            "predict_proba."
        )
    return probability[..., -1] if probability.shape[2:] in ((1,), (2,)) else probability


def grid_over(estimator: Any, plane: Plane, X: Any) -> DecisionGrid:
    """Compute a classifier's probabilities over a given plane; `X` only tells what its rows are held in."""
    classes = class_labels(estimator)
    if is_network(estimator):
        probability = _network_probability(as_model(estimator), plane, X)
    elif hasattr(estimator, "predict_proba"):
        probability = np.asarray(estimator.predict_proba(grid_rows(plane, X)))
    else:
        raise ParameterError(
            f"estimator must have predict_proba, got {type(estimator).__name__}; choose a classifier that "
            "tells probabilities."
        )
    shape = (len(plane.v), len(plane.u))
    if len(classes) == 2:
        return DecisionGrid(plane, classes, probability[:, -1].reshape(shape))
    return DecisionGrid(plane, classes, probability.reshape(*shape, len(classes)))


def _network_probability(model: Model, plane: Plane, X: Any) -> Array:
    """Return the head's output at every point of the grid, (n², n_out)."""
    first, across, up = _first_sums(model, plane, X)
    logits = np.empty((len(up), len(across), model.network.n_out), np.float32)
    step = max(1, BLOCK_ROWS // len(across))

    def fill(start: int) -> None:
        block = slice(start, start + step)
        z = (up[block, np.newaxis] + (across + first)).reshape(-1, across.shape[1])
        logits[block] = _from_first_layer(model, z).reshape(logits[block].shape)

    with one_blas_thread, ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, len(up), step)))
    flat = logits.reshape(-1, model.network.n_out)
    probability: Array = HEADS[model.network.head].output(flat)
    if model.network.head == "quadratic" and model.network.n_out > 1:
        probability = probability / probability.sum(axis=1, keepdims=True)
    return probability


def _first_sums(model: Model, plane: Plane, X: Any) -> tuple[Array, Array, Array]:
    """Return the first layer's sums at the origin (1, units) and what each way adds to them (n, units).

    Each column of a table is encoded by itself and the sums are linear in what comes out, so that the sums
    over a plane are sums of these three, and no grid of inputs is needed.
    """
    w, b = model.coefs[0], model.intercepts[0]

    def sums(columns: dict[str, Column]) -> Array:
        product: Array = model.inputs(in_container_of(X, columns)) @ w
        return product

    origin = sums({name: values[:1] for name, values in plane.line({}).items()})
    across, up = (sums(plane.line(along)) - origin for along in (plane.along_u, plane.along_v))
    first = origin + b if b.size else origin
    return first.astype(np.float32), across.astype(np.float32), up.astype(np.float32)


def _from_first_layer(model: Model, z: Array) -> Array:
    """Return the logits from the first layer's sums, which are overwritten."""
    layers = model.network.layers
    for layer, w, b in zip(layers[:-1], model.coefs[1:], model.intercepts[1:], strict=True):
        a = _IN_PLACE.get(layer.activation, ACTIVATIONS[layer.activation].value)(z)
        z = a @ w.astype(np.float32)
        if b.size:
            z += b.astype(np.float32)
    return z


def _logistic_in_place(z: Array) -> Array:
    z *= 0.5
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5
    return z


# The common activations without new arrays: half the time for a grid of 500 by 500.
_IN_PLACE: dict[str, Callable[[Array], Array]] = {
    "logistic": _logistic_in_place,
    "tanh": lambda z: np.tanh(z, out=z),
    "relu": lambda z: np.maximum(z, 0, out=z),
}
