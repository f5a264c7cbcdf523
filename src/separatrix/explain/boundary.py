"""Decision boundary: the probability of each class over a plane."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.blas import one_blas_thread
from separatrix.data.column import Column, as_numbers
from separatrix.engine.numpy_engine import sums_and_outputs_from
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.explain.plane import Plane, PlaneKind, RowLike, grid_rows, make_plane
from separatrix.explain.subject import as_model, class_labels, is_network, last_step
from separatrix.explain.tables import as_table, in_container_of
from separatrix.model import Model

Array = NDArray[Any]

BLOCK_ROWS = 2048  # grid points computed at once: the hidden layers' values stay in the cache


@dataclass(frozen=True, eq=False)
class DecisionGrid:
    """The probabilities over a plane.

    Attributes
    ----------
    plane : Plane
        Coordinates of the grid, their meaning, and the points on the plane.
    classes : ndarray of shape (n_classes,)
        Labels.
    probability : ndarray of shape (n, n) or (n, n, n_classes)
        Entry (i, j) is the probability at (``plane.u[j]``, ``plane.v[i]``). With two classes there is no last
        axis, and it is the probability of the second.
    threshold : float
        With two classes, the probability of the second from which on it is the answer.
    """

    plane: Plane
    classes: Array
    probability: Array
    threshold: float = 0.5

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes."""
        return self.probability.ndim == 2

    @property
    def only_class(self) -> int | None:
        """Index of the class that is the answer everywhere; None if there is a boundary."""
        if self.is_binary:
            answers = (self.probability >= self.threshold).astype(np.intp)
        else:
            answers = self.probability.argmax(axis=-1)
        return int(answers.flat[0]) if (answers == answers.flat[0]).all() else None

    def margins(self) -> list[Array]:
        """Return an array of shape (n, n) for each boundary, which is 0 on that boundary.

        With two classes, the second's probability minus the threshold. With more, for each class except the
        last, its probability minus the largest of the others.
        """
        if self.is_binary:
            return [self.probability - self.threshold]
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
    plane: PlaneKind = "features",
    at: RowLike = None,
    grid_resolution: int = 200,
) -> DecisionGrid:
    """Compute a classifier's probabilities over a plane through the rows.

    Parameters
    ----------
    estimator : Model or fitted classifier
        Any classifier with ``predict_proba``.
    X, features, plane, at, grid_resolution
        As in `make_plane`.

    Returns
    -------
    DecisionGrid
        For a network, in float32.

    Raises
    ------
    ParameterError
        If the estimator is not a classifier, or the plane is not determined.
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
    class_labels(estimator)  # raises before the plane is computed
    cut = make_plane(estimator, X, features=features, plane=plane, at=at, grid_resolution=grid_resolution)
    return grid_over(estimator, cut, X)


def given_grid(xx0: Any, xx1: Any, response: Any, X: Any = None, *, classes: Any = None) -> DecisionGrid:
    """Return probabilities that were computed elsewhere as a `DecisionGrid`.

    Parameters
    ----------
    xx0, xx1 : array-like of shape (n, m), or (m,) and (n,)
        The grid as `numpy.meshgrid` returns it, or its two axes: evenly spaced and ascending.
    response : array-like of shape (n, m), (n, m, n_classes), (n * m,) or (n * m, n_classes)
        Probability of the second class at each point, or those of all classes.
    X : array-like or table of shape (n_rows, 2), optional
        Points to show. The names of its columns become the labels of the axes.
    classes : array-like of shape (n_classes,), optional
        Labels; by default 0, 1, …

    Returns
    -------
    DecisionGrid

    Raises
    ------
    DataError
        If the shapes do not match, the grid is not evenly spaced, or a value is not a probability.

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
                f"X must have the two columns of the grid, got {len(names)}; pass these two only."
            )
        points = np.column_stack([as_numbers(column, name) for name, column in table.columns.items()])
    probability = _given_probability(response, (len(v), len(u)))
    n_classes = 2 if probability.ndim == 2 else probability.shape[2]
    labels = np.arange(n_classes) if classes is None else np.asarray(classes)
    if labels.shape != (n_classes,):
        raise DataError(
            f"classes must be {n_classes} labels, one for each class of response, got {labels.tolist()}."
        )
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
            "with xx0, xx1 = np.meshgrid(np.linspace(...), np.linspace(...))."
        )
    return axis


def _given_probability(response: Any, shape: tuple[int, int]) -> Array:
    """Return probabilities as a `DecisionGrid` holds them."""
    given = np.asarray(response, np.float64)
    of_classes = given.shape[2:] if given.shape[:2] == shape else given.shape[1:]
    if given.shape not in (shape + of_classes, (shape[0] * shape[1], *of_classes)) or len(of_classes) > 1:
        raise DataError(
            f"response must have a probability, or one for each class, at each of {shape[0]} x {shape[1]} "
            f"points, got shape {given.shape}."
        )
    probability = given.reshape(shape + of_classes)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise DataError(
            f"response must hold probabilities, from 0 to 1, got {given.min():g} to {given.max():g}; use "
            "predict_proba."
        )
    return probability[..., -1] if probability.shape[2:] in ((1,), (2,)) else probability


def grid_over(estimator: Any, plane: Plane, X: Any) -> DecisionGrid:
    """Compute a classifier's probabilities over a plane; rows are passed in the container that `X` is."""
    classes = class_labels(estimator)
    if is_network(estimator) and as_model(estimator).network.embedding is None:
        probability = _network_probability(as_model(estimator), plane, X)
    elif hasattr(estimator, "predict_proba"):
        probability = np.asarray(estimator.predict_proba(grid_rows(plane, X)))
    else:
        raise ParameterError(
            "estimator",
            f"must have predict_proba, got {type(estimator).__name__}; choose a classifier that predicts "
            "probabilities.",
        )
    shape = (len(plane.v), len(plane.u))
    if len(classes) == 2:
        second = probability[:, -1].reshape(shape)
        return DecisionGrid(plane, classes, second, threshold_of(estimator))
    return DecisionGrid(plane, classes, probability.reshape(*shape, len(classes)))


def threshold_of(estimator: Any) -> float:
    """Return the threshold that a model, an ensemble or a network's estimator answers with, usually 0.5."""
    last = last_step(estimator)
    model = as_model(last) if is_network(last) else last
    threshold = model.threshold if isinstance(model, AnyModel) else None
    return 0.5 if threshold is None else threshold


def _network_probability(model: Model, plane: Plane, X: Any) -> Array:
    """Return the probability of each class at every point of the grid, (n², n_classes)."""
    first, across, up = _first_sums(model, plane, X)
    theta = model.theta.astype(np.float32)
    logits = np.empty((len(up), len(across), model.network.n_out), np.float32)
    step = max(1, BLOCK_ROWS // len(across))

    def fill(start: int) -> None:
        block = slice(start, start + step)
        z = (up[block, np.newaxis] + (across + first)).reshape(-1, across.shape[1])
        *_, (_, outputs) = sums_and_outputs_from(model.network, theta, z)
        logits[block] = outputs.reshape(logits[block].shape)

    with one_blas_thread, ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, len(up), step)))
    return model.head.probabilities(logits.reshape(-1, model.network.n_out))


def _first_sums(model: Model, plane: Plane, X: Any) -> tuple[Array, Array, Array]:
    """Return the first layer's sums at the origin (1, units) and what each axis adds to them (n, units).

    Each column of a table is encoded on its own, and the sums are linear in the encoded columns. The sums
    over a plane are therefore sums of these three arrays, and no grid of inputs is needed.
    """
    w, b = model.coefs[0], model.intercepts[0]

    def sums(columns: dict[str, Column]) -> Array:
        product: Array = model.inputs(in_container_of(X, columns)) @ w
        return product

    origin = sums({name: values[:1] for name, values in plane.line({}).items()})
    across, up = (sums(plane.line(along)) - origin for along in (plane.along_u, plane.along_v))
    first = origin + b if b.size else origin
    return first.astype(np.float32), across.astype(np.float32), up.astype(np.float32)
