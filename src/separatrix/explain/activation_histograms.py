"""Activation histograms: which values the units of each hidden layer take, at several epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.engine.numpy_engine import layer_sums_and_outputs
from separatrix.errors import DataError
from separatrix.explain.curve import nearest_recorded
from separatrix.explain.subject import as_recording, model_with_hidden_layers
from separatrix.explain.tables import MAX_ROWS, as_table, encoded_rows, rows_of, stratified_rows
from separatrix.network import Network
from separatrix.network.units import dead_units, saturated_units

Array = NDArray[Any]

_ENDS = {"logistic": (0.0, 1.0), "tanh": (-1.0, 1.0)}


@dataclass(frozen=True, eq=False)
class LayerHistogram:
    """The values of the units of one hidden layer at one epoch.

    Attributes
    ----------
    fractions : ndarray of shape (n_bins,)
        Of all values, one for each row and unit.
    n_units, n_dead, n_saturated : int
        Units of the layer; dead ones are 0 for every row, saturated ones at an end of their range for 95 % of
        the rows or more.
    """

    fractions: Array
    n_units: int
    n_dead: int
    n_saturated: int


@dataclass(frozen=True, eq=False)
class ActivationHistograms:
    """The values of the units of all hidden layers at several epochs.

    Attributes
    ----------
    epochs : tuple of int
        Empty if only the network itself is shown.
    activations : tuple of str
        Of each hidden layer.
    edges : tuple of ndarray of shape (n_bins + 1,)
        The bins of each layer, which are the same at all epochs.
    layers : tuple of tuple of LayerHistogram
        For each epoch, for each hidden layer.
    n_rows, n_rows_given : int
        Rows that were counted, and of which they are a sample, or all.
    """

    epochs: tuple[int, ...]
    activations: tuple[str, ...]
    edges: tuple[Array, ...]
    layers: tuple[tuple[LayerHistogram, ...], ...]
    n_rows: int
    n_rows_given: int


def activation_histograms(
    estimator: Any, X: Any, *, epochs: int | Sequence[int] | None = None, bins: int = 40
) -> ActivationHistograms:
    """Count the values that the units of each hidden layer take.

    Parameters
    ----------
    estimator : Model, fitted estimator of this package, or pipeline that ends in one
    X : array-like or table of shape (n_rows, n_columns)
        Of more than 5,000 rows a fixed sample is counted.
    epochs : int or sequence of int, optional
        Number of recorded epochs, evenly spaced; or a sequence, for the recorded epochs nearest to these. By
        default, only the network itself.
    bins : int, default=40
        Bins of each layer: over the range of its function if it has two ends, else over all values.

    Returns
    -------
    ActivationHistograms

    Raises
    ------
    ParameterError
        If the network has no hidden layer.
    DataError
        If `epochs` is given and nothing was recorded, or `X` does not fit.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(1, (2,), 1, activation="relu"), [1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    >>> seen = activation_histograms(model, [[1.0], [4.0]], bins=4)
    >>> seen.layers[0][0].fractions.tolist(), seen.layers[0][0].n_dead
    ([0.5, 0.25, 0.0, 0.25], 1)
    """
    check.integer("bins", bins, 2)
    model = model_with_hidden_layers(estimator)
    rows, n_rows = shown_inputs(estimator, X)
    if n_rows == 0:
        raise DataError("X has no rows; pass the rows to look at.")
    shown: tuple[int, ...] = ()
    thetas = [model.theta]
    if epochs is not None:
        recording = as_recording(estimator)
        indices = nearest_recorded(recording.epochs, epochs)
        shown, thetas = tuple(recording.epochs[indices].tolist()), list(recording.thetas[indices])
    found = histograms_of(model.network, thetas, rows, bins=bins)
    return replace(found, epochs=shown, n_rows_given=n_rows)


def shown_inputs(estimator: Any, X: Any) -> tuple[Array, int]:
    """Return the encoded rows that are counted, a fixed sample of many, and how many `X` has."""
    n_rows = as_table(estimator, X).n_rows
    shown = stratified_rows(n_rows, None, MAX_ROWS)
    return encoded_rows(estimator, X if len(shown) == n_rows else rows_of(estimator, X, shown)), n_rows


def histograms_of(
    network: Network, thetas: Sequence[Array], rows: Array, *, bins: int = 40
) -> ActivationHistograms:
    """Count the values of the units of a network at several sets of parameters, with the same bins.

    Parameters
    ----------
    network : Network
        With a hidden layer.
    thetas : sequence of ndarray of shape (n_parameters,)
    rows : ndarray of shape (n_rows, n_in)
        Encoded.
    bins : int, default=40

    Returns
    -------
    ActivationHistograms
        Without epochs; the rows are all that are given.

    Raises
    ------
    DataError
        If a value is not finite.
    """

    def layers_at(theta: Array) -> list[tuple[Array, Array]]:
        return list(layer_sums_and_outputs(network, theta, rows))[:-1]

    names = [layer.activation for layer in network.layers[:-1]]
    limits = [_ENDS.get(name) for name in names]
    if None in limits:  # in a pass of its own, as the values of many networks may not fit into memory
        seen = np.array([[(a.min(), a.max()) for _, a in layers_at(theta)] for theta in thetas])
        found = zip(seen[..., 0].min(axis=0), seen[..., 1].max(axis=0), strict=True)
        limits = [known or range_ for known, range_ in zip(limits, found, strict=True)]
    edges = [_edges(name, limit, bins) for name, limit in zip(names, limits, strict=True)]
    histograms = tuple(
        tuple(
            _histogram(name, z, a, at)
            for name, (z, a), at in zip(names, layers_at(theta), edges, strict=True)
        )
        for theta in thetas
    )
    return ActivationHistograms((), tuple(names), tuple(edges), histograms, len(rows), len(rows))


def _edges(name: str, limits: Any, bins: int) -> Array:
    low, high = limits
    if not np.isfinite([low, high]).all():
        raise DataError(f"the values of a {name} layer are not finite; draw an earlier epoch.")
    return np.linspace(low, high if high > low else low + 1.0, bins + 1)


def _histogram(name: str, z: Array, a: Array, edges: Array) -> LayerHistogram:
    counts = np.histogram(a, edges)[0]
    return LayerHistogram(
        fractions=counts / a.size,
        n_units=a.shape[1],
        n_dead=int(dead_units(name, a).sum()),
        n_saturated=int(saturated_units(name, z, a).sum()),
    )
