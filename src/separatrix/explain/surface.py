"""Loss surface: the loss over a plane in the space of the parameters, and the path that training took there.

The plane is spanned by two chosen parameters or, by default, by the two principal directions of the recorded
path (Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 7.2). A path in many dimensions
does not lie in such a plane: each snapshot has its distance from the plane, and the loss that the network
really had. Chosen parameters need no path: their plane goes through the trained network.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.blas import one_blas_thread
from separatrix.engine.base import Data
from separatrix.engine.numpy_engine import layer_outputs
from separatrix.errors import DataError, ParameterError
from separatrix.explain.plane import component_label, principal_axes
from separatrix.explain.subject import as_model, as_recording, last_step, parameter_index, parameter_names
from separatrix.explain.tables import encoded_data, some_rows
from separatrix.model import Model
from separatrix.network import HEADS, Network

Array = NDArray[Any]
Limits = tuple[tuple[float, float], tuple[float, float]]

MAX_ROWS = 2000  # rows that a surface is computed from by default
_BLOCK = 2**18  # activations computed at once: with fewer, small networks lose more time in calls
_ON_PLANE = 1e-6  # of the path's size; smaller distances are rounding errors


@dataclass(frozen=True, eq=False)
class LossSurface:
    """The loss over a plane, and the path of the training projected onto it.

    The network at (u, v) has the parameters ``origin + u * directions[0] + v * directions[1]``.

    Attributes
    ----------
    origin : ndarray of shape (n_parameters,)
    directions : ndarray of shape (2, n_parameters)
        Orthonormal.
    u, v : ndarray of shape (grid_resolution,)
        Coordinates of the grid.
    loss : ndarray of shape (grid_resolution, grid_resolution)
        Mean loss of the rows without penalty, one row for each `v`. Not finite where it overflows.
    labels : tuple of two str
        Labels of u and v.
    trained : ndarray of shape (2,)
        Coordinates of the fitted network, which lies in the plane.
    trained_loss : float
        Its loss.
    epochs : ndarray of shape (n_snapshots,)
        Empty if nothing was recorded, as are all arrays of the path.
    path : ndarray of shape (n_snapshots, 2)
        Snapshots, projected onto the plane.
    path_loss : ndarray of shape (n_snapshots,)
        Loss of the snapshots themselves, *not* of their projections.
    projected_loss : ndarray of shape (n_snapshots,)
        Loss of the projections: the height of the surface under each snapshot.
    distance : ndarray of shape (n_snapshots,)
        Euclidean distance of each snapshot's parameters from the plane.
    explained : ndarray of shape (2,) or None
        Fraction of the path's variance along each principal direction; None for chosen parameters.
    n_rows, n_rows_given : int
        Number of rows that the loss is averaged over, and of those they were sampled from.
    """

    origin: Array
    directions: Array
    u: Array
    v: Array
    loss: Array
    labels: tuple[str, str]
    trained: Array
    trained_loss: float
    epochs: Array
    path: Array
    path_loss: Array
    projected_loss: Array
    distance: Array
    explained: Array | None
    n_rows: int
    n_rows_given: int

    @property
    def on_plane(self) -> Array:
        """Whether each snapshot lies in the plane, up to rounding: bool, (n_snapshots,)."""
        points = np.vstack([self.path, self.trained])
        size = np.abs(points).max() + np.ptp(points, axis=0).max()
        on_plane: Array = self.distance <= _ON_PLANE * size
        return on_plane

    @property
    def ends_elsewhere(self) -> bool:
        """Whether the fitted network is not the end of the path: after early stopping, or without a path."""
        return not len(self.path) or not np.array_equal(self.path[-1], self.trained)


def loss_surface(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    parameters: Sequence[int | str] | None = None,
    sample_weight: Any = None,
    grid_resolution: int = 50,
    limits: Limits | None = None,
    margin: float = 0.25,
    max_rows: int | None = MAX_ROWS,
) -> LossSurface:
    """Compute the loss of some rows over a plane in the space of the parameters.

    This takes ``grid_resolution ** 2`` forward passes.

    Parameters
    ----------
    estimator : Model, fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
        The plane goes through its network. A recording is needed only if `parameters` are not given.
    X, y : rows and targets
        Usually those of the training.
    parameters : sequence of two int or str, optional
        Indices in ``theta``, or names as in `parameter_names`. By default both parameters of a network that
        has two, else the principal directions of the path: the leading right singular vectors of the centred
        snapshots. Each snapshot counts once, however many epochs lie between them.
    sample_weight : array-like of shape (n_rows,), optional
        Weight of each row in the loss.
    grid_resolution : int, default=50
        Points along each side of the grid.
    limits : ((u_low, u_high), (v_low, v_high)), optional
        Ends of the grid. By default it covers the path, with a margin. Without a path, it reaches from 0 to
        twice the trained parameters, with a margin.
    margin : float, default=0.25
        Fraction of the extent that is added on each side.
    max_rows : int or None, default=2000
        If there are more rows, a fixed random sample of this size is used; `n_rows` reports it. None uses all
        rows.

    Returns
    -------
    LossSurface

    Raises
    ------
    DataError
        If no parameters are chosen and the recording is missing or too short, or if the rows do not fit.
    ParameterError
        If the network has no such parameter, or an argument is not valid.

    Examples
    --------
    >>> from separatrix import MLPClassifier
    >>> X, y = [[1.0, 0.0], [0.0, 1.0]], [1, 0]
    >>> clf = MLPClassifier((), solver="lbfgs", alpha=1.0, init="zeros", fit_intercept=False, record=1)
    >>> surface = loss_surface(clf.fit(X, y), X, y)
    >>> surface.labels
    ('w[x1]', 'w[x2]')
    >>> surface.path_loss[[0, -1]].round(3)
    array([0.693, 0.513])
    """
    check.integer("grid_resolution", grid_resolution, 2)
    check.number("margin", margin, 0.0)
    if max_rows is not None:
        check.integer("max_rows", max_rows, 1)
    model, all_rows = as_model(estimator), encoded_data(estimator, X, y, sample_weight)
    data = some_rows(all_rows, max_rows)
    theta = model.theta.astype(np.float64)
    if parameters is None and model.n_parameters == 2:
        parameters = (0, 1)
    epochs, thetas = _snapshots(estimator, len(theta), is_needed=parameters is None)
    if parameters is None:
        origin, directions, explained = _principal_plane(thetas, theta)
        labels = tuple(component_label(k + 1, fraction) for k, fraction in enumerate(explained))
    else:
        origin, directions, labels = _parameter_plane(model, theta, parameters)
        explained = None
    trained, path = directions @ (theta - origin), (thetas - origin) @ directions.T
    u, v = _grid(path, trained, limits, margin, grid_resolution)

    def loss_at(points: Array) -> Array:
        return losses(model.network, points.astype(model.theta.dtype), data)

    def loss_along(height: float) -> Array:
        return loss_at(origin + np.column_stack([u, np.full(len(u), height)]) @ directions)

    with one_blas_thread, ThreadPoolExecutor(os.cpu_count()) as pool:
        loss = np.stack(list(pool.map(loss_along, v)))
        path_loss, projected_loss = loss_at(thetas), loss_at(origin + path @ directions)
        (trained_loss,) = loss_at(theta[np.newaxis])
    return LossSurface(
        origin=origin,
        directions=directions,
        u=u,
        v=v,
        loss=loss,
        labels=(labels[0], labels[1]),
        trained=trained,
        trained_loss=float(trained_loss),
        epochs=epochs,
        path=path,
        path_loss=path_loss,
        projected_loss=projected_loss,
        distance=np.linalg.norm(thetas - origin - path @ directions, axis=1),
        explained=explained,
        n_rows=data.n_rows,
        n_rows_given=all_rows.n_rows,
    )


def largest_weights(model: Model) -> tuple[int, int]:
    """Return the indices in ``theta`` of the two weights with the largest absolute values.

    A network with two parameters in total gives both, even if one is a bias.

    Raises
    ------
    ParameterError
        If the network has fewer than two parameters.

    Examples
    --------
    >>> largest_weights(Model(Network.mlp(3, (), 1), [1.0, -3.0, 2.0, 9.0]))
    (1, 2)
    """
    if model.n_parameters < 2:
        raise ParameterError(
            "estimator", f"must have two or more parameters, got {model.n_parameters} of {model.network}."
        )
    sizes = np.full(model.n_parameters, -1.0)
    for s in model.network.layout:
        sizes[s.weight] = np.abs(model.theta[s.weight])
    first, second = np.sort(np.argsort(-sizes, kind="stable")[:2]).tolist()
    return first, second


def losses(network: Network, thetas: Array, data: Data) -> Array:
    """Return the loss of many networks on the same rows, as `Engine.loss_and_score` does for one.

    Parameters
    ----------
    network : Network
    thetas : ndarray of shape (n_networks, n_parameters)
    data : Data

    Returns
    -------
    float64 ndarray of shape (n_networks,)
        Weighted mean over the rows, without penalty.

    Examples
    --------
    >>> net = Network.mlp(1, (), 1, head="regression", fit_intercept=False)
    >>> losses(net, np.array([[1.0], [3.0]]), Data(np.array([[1.0]]), np.array([[1.0]])))
    array([0., 2.])
    """
    n_rows, head = data.n_rows, HEADS[network.head]
    step = max(1, _BLOCK // (n_rows * max(network.sizes)))
    means = np.empty(len(thetas))
    with np.errstate(over="ignore", invalid="ignore"):  # far from the path a loss may overflow
        for start in range(0, len(thetas), step):
            block = thetas[start : start + step]
            z = layer_outputs(network, block, data.X)[-1]
            T = np.tile(data.T, (len(block), 1))
            loss = head.loss(z.reshape(len(T), network.n_out), T).reshape(len(block), n_rows)
            means[start : start + step] = np.average(loss.astype(np.float64), axis=1, weights=data.weight)
    return means / network.n_out if head.averages_outputs else means


def _snapshots(estimator: Any, n_parameters: int, *, is_needed: bool) -> tuple[Array, Array]:
    """Return the recorded epochs and parameters; empty arrays if nothing was recorded and none are needed."""
    if not is_needed and getattr(last_step(estimator), "recording_", None) is None:
        return np.empty(0, np.int64), np.empty((0, n_parameters))
    recording = as_recording(estimator)
    return recording.epochs, recording.thetas.astype(np.float64)


def _parameter_plane(
    model: Model, theta: Array, parameters: Sequence[int | str]
) -> tuple[Array, Array, tuple[str, ...]]:
    """Return the plane in which two parameters vary and all others are as trained."""
    indices = [] if isinstance(parameters, str) else [parameter_index(model, name) for name in parameters]
    if len(indices) != 2 or indices[0] == indices[1]:
        raise ParameterError("parameters", f"must be two different weights or biases, got {parameters!r}.")
    origin = theta.copy()
    origin[indices] = 0.0
    directions = np.zeros((2, len(theta)))
    directions[[0, 1], indices] = 1.0
    names = parameter_names(model)
    return origin, directions, tuple(names[index] for index in indices)


def _principal_plane(thetas: Array, theta: Array) -> tuple[Array, Array, Array]:
    """Return the plane through `theta` along the path's principal directions, and the variance explained."""
    if len(thetas) < 3 or len(theta) < 2:
        raise DataError(
            "principal directions need a path of at least 3 snapshots of 2 or more parameters, got "
            f'{len(thetas)} of {len(theta)}; fit with record="auto", or choose two parameters.'
        )
    _, directions, explained = principal_axes(thetas)
    return theta, directions, explained


def _grid(
    path: Array, trained: Array, limits: Limits | None, margin: float, resolution: int
) -> tuple[Array, Array]:
    if limits is None:
        if len(path):
            points = np.vstack([path, trained])
            low, high = points.min(axis=0), points.max(axis=0)
        else:
            low, high = trained - np.abs(trained), trained + np.abs(trained)
        # A direction in which nothing moved still has some extent.
        extent = np.maximum(high - low, 0.1 * (high - low).max() or 1.0)
        middle = (low + high) / 2
        ends = np.column_stack([middle - (0.5 + margin) * extent, middle + (0.5 + margin) * extent])
    else:
        ends = np.array(limits, dtype=np.float64)
        if ends.shape != (2, 2) or not np.isfinite(ends).all() or not (ends[:, 0] < ends[:, 1]).all():
            raise ParameterError(
                "limits", f"must be ((u_low, u_high), (v_low, v_high)) with low < high, got {limits!r}."
            )
    (u_low, u_high), (v_low, v_high) = ends.tolist()
    return np.linspace(u_low, u_high, resolution), np.linspace(v_low, v_high, resolution)
