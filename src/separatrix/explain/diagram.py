"""Network diagram: units, connections and what stands beside them, laid out on a plane.

Layers too wide to be read are folded: they show the units whose outgoing weights (of an output unit, the
incoming ones) are largest in sum of absolute values, in their own order, and tell how many are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.explain.inputs import as_model
from separatrix.explain.names import input_names, layer_activations, output_names, shortened
from separatrix.model import Model

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class DiagramLayer:
    """One column of a diagram.

    Attributes
    ----------
    title : str
        "input", or the name of the layer's function.
    n_units : int
        Shown or not.
    units : ndarray of shape (n_shown,)
        Numbers of the units shown, ascending.
    y : ndarray of shape (n_shown,)
        Heights, one apart, around 0; the first unit on top.
    fold_y : float or None
        Height of the note on what is left out; None where nothing is.
    names : tuple of str
        Of the units shown; empty for hidden layers.
    biases : ndarray of shape (n_shown,) or (0,)
        Of the units shown; none for inputs.
    """

    title: str
    n_units: int
    units: Array
    y: Array
    fold_y: float | None
    names: tuple[str, ...]
    biases: Array

    @property
    def n_folded(self) -> int:
        """Units left out."""
        return self.n_units - len(self.units)


@dataclass(frozen=True, eq=False)
class NetworkDiagram:
    """A network to be drawn.

    Attributes
    ----------
    network : str
        As in "2-4-1".
    n_parameters : int
    layers : tuple of DiagramLayer
        The inputs first.
    weights : tuple of ndarray, each of shape (n_shown, n_shown of the next layer)
        Of the connections between the units shown.
    largest_weight, largest_bias : float
        Largest absolute values in the network, shown or not: the ends of their scales.
    """

    network: str
    n_parameters: int
    layers: tuple[DiagramLayer, ...]
    weights: tuple[Array, ...]
    largest_weight: float
    largest_bias: float

    @property
    def is_folded(self) -> bool:
        """Whether units are left out anywhere."""
        return any(layer.n_folded for layer in self.layers)

    @property
    def height(self) -> float:
        """Extent of the highest column."""
        return max(len(layer.y) + (layer.fold_y is not None) for layer in self.layers)


def network_diagram(estimator: Any, *, max_units: int = 20) -> NetworkDiagram:
    """Lay out a network.

    Parameters
    ----------
    estimator : Model, fitted estimator or pipeline that ends in one
    max_units : int, default=20
        Units shown of each layer; wider ones are folded.

    Returns
    -------
    NetworkDiagram

    Raises
    ------
    ParameterError
        If there is no network in it, or `max_units` is no positive integer.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(2, (3,), 1), np.arange(13.0), feature_names=["age", "dose"])
    >>> diagram = network_diagram(model, max_units=2)
    >>> [layer.names for layer in diagram.layers]
    [('age', 'dose'), (), ('P(1)',)]
    >>> diagram.layers[1].units, diagram.layers[1].n_folded
    (array([1, 2]), 1)
    """
    check.integer("max_units", max_units, 1)
    model = as_model(estimator)
    weights, biases = model.coefs, model.intercepts
    shown = [_shown(strength, max_units) for strength in _strengths(weights)]
    layers = tuple(
        _layer(model, number, units, biases[number - 1] if number else np.empty(0))
        for number, units in enumerate(shown)
    )
    return NetworkDiagram(
        network=str(model.network),
        n_parameters=model.n_parameters,
        layers=layers,
        weights=tuple(w[np.ix_(*shown[k : k + 2])] for k, w in enumerate(weights)),
        largest_weight=max(float(np.abs(w).max()) for w in weights),
        largest_bias=max(float(np.abs(b).max(initial=0.0)) for b in biases),
    )


def _strengths(weights: list[Array]) -> list[Array]:
    """Return for each layer how much each unit says."""
    return [*(np.abs(w).sum(axis=1) for w in weights), np.abs(weights[-1]).sum(axis=0)]


def _shown(strength: Array, max_units: int) -> Array:
    if len(strength) <= max_units:
        return np.arange(len(strength))
    return np.sort(np.argsort(-strength, kind="stable")[:max_units])


def _layer(model: Model, number: int, units: Array, biases: Array) -> DiagramLayer:
    n_layers = len(model.network.layers)
    n_units = model.network.sizes[number]
    names = input_names(model) if number == 0 else output_names(model) if number == n_layers else []
    is_folded = len(units) < n_units
    heights = np.arange(len(units) + is_folded)
    heights = heights[-1] / 2 - heights
    return DiagramLayer(
        title="input" if number == 0 else layer_activations(model)[number - 1],
        n_units=n_units,
        units=units,
        y=heights[: len(units)],
        fold_y=float(heights[-1]) if is_folded else None,
        names=tuple(shortened(names[unit]) for unit in units) if names else (),
        biases=biases[units] if len(biases) else biases,
    )
