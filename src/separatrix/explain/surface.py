"""Loss surface: the loss over a plane in the space of the parameters, and the path that training took there.

The plane is that of two chosen parameters, or, for networks with more, that of the two principal directions
of the recorded path (Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 7.2). A path
in many dimensions does not lie in such a plane: each snapshot comes with its distance from the plane and with
the loss that the network really had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from separatrix.engine.base import Data
from separatrix.errors import DataError, ParameterError
from separatrix.explain.inputs import as_model, as_recording
from separatrix.explain.names import parameter_index, parameter_names
from separatrix.explain.plane import component_label, principal_axes
from separatrix.explain.rows import data_of
from separatrix.model import Model
from separatrix.spec import ACTIVATIONS, HEADS, Network, _check

Array = NDArray[Any]
Limits = tuple[tuple[float, float], tuple[float, float]]

_BLOCK = 2**16  # activations computed at once: what fits the second cache
_ON_PLANE = 1e-6  # of the path's size; smaller distances are rounding


@dataclass(frozen=True, eq=False)
class LossSurface:
    """A loss over a plane, and the path of the training projected onto it.

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
        What u and v are.
    epochs : ndarray of shape (n_snapshots,)
    path : ndarray of shape (n_snapshots, 2)
        Snapshots, projected onto the plane.
    path_loss : ndarray of shape (n_snapshots,)
        Loss of the snapshots themselves, *not* of their projections.
    projected_loss : ndarray of shape (n_snapshots,)
        Loss of the projections: the surface's height under each snapshot.
    distance : ndarray of shape (n_snapshots,)
        Euclidean distance of each snapshot's parameters from the plane.
    explained : ndarray of shape (2,) or None
        Share of the path's variance along each principal direction; None for chosen parameters.
    """

    origin: Array
    directions: Array
    u: Array
    v: Array
    loss: Array
    labels: tuple[str, str]
    epochs: Array
    path: Array
    path_loss: Array
    projected_loss: Array
    distance: Array
    explained: Array | None

    @property
    def on_plane(self) -> Array:
        """Whether each snapshot lies in the plane, up to rounding; bool, (n_snapshots,)."""
        size = np.abs(self.path).max() + np.ptp(self.path, axis=0).max()
        on_plane: Array = self.distance <= _ON_PLANE * size
        return on_plane


def loss_surface(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    parameters: Sequence[int | str] | None = None,
    sample_weight: Any = None,
    grid_resolution: int = 60,
    limits: Limits | None = None,
    margin: float = 0.25,
) -> LossSurface:
    """Compute the loss of some rows over a plane in the space of the parameters.

    It takes ``grid_resolution ** 2`` forward passes: some of the rows will do where there are many thousands.

    Parameters
    ----------
    estimator : fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
        Trained with a recording. The plane goes through its network.
    X, y : rows and targets
        Usually those of the training.
    parameters : sequence of two int or str, optional
        Places in ``theta``, or names as `parameter_names` gives them. By default both parameters of a network
        that has two, else the principal directions of the path: the leading right singular vectors of the
        snapshots, centred, each counted once however many epochs lie between them.
    sample_weight : array-like of shape (n_rows,), optional
        Weight of each row in the loss.
    grid_resolution : int, default=60
        Points along each side of the grid.
    limits : ((u_low, u_high), (v_low, v_high)), optional
        Ends of the grid; by default the path with a margin.
    margin : float, default=0.25
        Share of the path's extent that is added on each side.

    Returns
    -------
    LossSurface

    Raises
    ------
    DataError
        If there is no recording or too short a one, or the rows do not fit.
    ParameterError
        If a parameter is not in the network, or a setting breaks its rule.

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
    _check.integer("grid_resolution", grid_resolution, 2)
    _check.number("margin", margin, 0.0)
    model, recording = as_model(estimator), as_recording(estimator)
    data = data_of(estimator, X, y, sample_weight)
    thetas = recording.thetas.astype(np.float64)
    theta = model.theta.astype(np.float64)
    if parameters is None and model.n_parameters == 2:
        parameters = (0, 1)
    if parameters is None:
        origin, directions, explained = _principal_plane(thetas, theta)
        labels = tuple(component_label(k + 1, share) for k, share in enumerate(explained))
    else:
        origin, directions, labels = _parameter_plane(model, theta, parameters)
        explained = None
    path = (thetas - origin) @ directions.T
    distance = np.linalg.norm(thetas - origin - path @ directions, axis=1)
    u, v = _grid(path, limits, margin, grid_resolution)
    U, V = np.meshgrid(u, v)
    plane = origin + np.column_stack([U.ravel(), V.ravel()]) @ directions

    def loss_at(points: Array) -> Array:
        return losses(model.network, points.astype(model.theta.dtype), data)

    return LossSurface(
        origin=origin,
        directions=directions,
        u=u,
        v=v,
        loss=loss_at(plane).reshape(U.shape),
        labels=(labels[0], labels[1]),
        epochs=recording.epochs,
        path=path,
        path_loss=loss_at(thetas),
        projected_loss=loss_at(origin + path @ directions),
        distance=distance,
        explained=explained,
    )


def losses(network: Network, thetas: Array, data: Data) -> Array:
    """Return the loss of many networks on the same rows, as `Engine.loss_and_score` reports it.

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
    # Threads only get in each other's way in products as small as these.
    # Far from the path a loss may overflow.
    with threadpool_limits(1, "blas"), np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(thetas), step):
            block = thetas[start : start + step]
            z = _logits(network, block, data.X)
            T = np.tile(data.T, (len(block), 1))
            loss = head.loss(z.reshape(len(T), network.n_out), T).reshape(len(block), n_rows)
            means[start : start + step] = np.average(loss.astype(np.float64), axis=1, weights=data.weight)
    return means / network.n_out if head.averages_outputs else means


def _logits(network: Network, thetas: Array, X: Array) -> Array:
    """Return the logits of several networks, (n_networks, n_rows, n_out)."""
    x = X
    for layer, s in zip(network.layers, network.layout, strict=True):
        z = np.matmul(x, thetas[:, s.weight].reshape(-1, s.n_in, s.n_out))
        if layer.use_bias:
            z += thetas[:, np.newaxis, s.bias]
        x = ACTIVATIONS[layer.activation].value(z)
    return x


def _parameter_plane(
    model: Model, theta: Array, parameters: Sequence[int | str]
) -> tuple[Array, Array, tuple[str, ...]]:
    """Return the plane in which two parameters vary, and all others are as trained."""
    places = [] if isinstance(parameters, str) else [parameter_index(model, name) for name in parameters]
    if len(places) != 2 or places[0] == places[1]:
        raise ParameterError(f"parameters must be two different weights or biases, got {parameters!r}.")
    origin = theta.copy()
    origin[places] = 0.0
    names = parameter_names(model)
    return origin, np.eye(len(theta))[places], tuple(names[place] for place in places)


def _principal_plane(thetas: Array, theta: Array) -> tuple[Array, Array, Array]:
    """Return the plane through `theta` along the path's two principal directions, and what they explain."""
    if len(thetas) < 3 or len(theta) < 2:
        raise DataError(
            f"the principal directions of a path need 3 snapshots of 2 or more parameters, got {len(thetas)} "
            f'of {len(theta)}; fit with record="auto", or choose two parameters.'
        )
    _, directions, explained = principal_axes(thetas)
    return theta, directions, explained


def _grid(path: Array, limits: Limits | None, margin: float, resolution: int) -> tuple[Array, Array]:
    if limits is None:
        low, high = path.min(axis=0), path.max(axis=0)
        # A direction in which nothing moved still shows some ground.
        extent = np.maximum(high - low, 0.1 * (high - low).max() or 1.0)
        middle = (low + high) / 2
        ends = np.column_stack([middle - (0.5 + margin) * extent, middle + (0.5 + margin) * extent])
    else:
        ends = np.array(limits, dtype=np.float64)
        if ends.shape != (2, 2) or not np.isfinite(ends).all() or not (ends[:, 0] < ends[:, 1]).all():
            raise ParameterError(
                f"limits must be ((u_low, u_high), (v_low, v_high)) with low < high, got {limits!r}."
            )
    (u_low, u_high), (v_low, v_high) = ends.tolist()
    return np.linspace(u_low, u_high, resolution), np.linspace(v_low, v_high, resolution)
