"""Network diagram: the layout of units and connections with their labels, and an SVG image of it.

Wide layers are folded: they show the units whose outgoing weights (for outputs, incoming weights) have the
largest sum of absolute values, in the order of the layer, and the number of units left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.explain.subject import (
    as_model,
    input_names,
    layer_activations,
    model_without_embedding,
    output_names,
    shortened,
)
from separatrix.model import Model
from separatrix.text import plural

Array = NDArray[Any]

NEGATIVE, POSITIVE = (117, 41, 130), (90, 174, 97)  # purple and green of ColorBrewer's PRGn
_MAX_EDGES = 400  # of all layers, so that the image stays small
_MAX_LAYERS = 24  # deeper networks have no image
_STRENGTHS = 5  # kinds of lines, from faint to strong

_STEP, _GAP, _RADIUS, _TOP = 22, 96, 7, 44  # pixels: between units, between layers; a unit; the headings
_CHARACTER = 6.3  # pixels


@dataclass(frozen=True, eq=False)
class DiagramLayer:
    """One column of a diagram.

    Attributes
    ----------
    title : str
        "input", or the name of the layer's function.
    n_units : int
        Number of units, including those left out.
    units : ndarray of shape (n_shown,)
        Indices of the units shown, ascending.
    y : ndarray of shape (n_shown,)
        Heights of the units shown, in steps of 1 around 0; the first unit is on top.
    fold_y : float or None
        Height of the note on the units left out; None if there are none.
    names : tuple of str
        Names of the units shown; empty for hidden layers.
    biases : ndarray of shape (n_shown,) or (0,)
        Biases of the units shown; empty for inputs.
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
        """Number of units left out."""
        return self.n_units - len(self.units)

    @property
    def heading(self) -> str:
        """Number of units, as in "3 units"."""
        return plural(self.n_units, "input" if self.title == "input" else "unit")

    @property
    def fold_note(self) -> str:
        """Number of units left out, as in "… 5 more"."""
        return f"… {self.n_folded} more"


@dataclass(frozen=True, eq=False)
class NetworkDiagram:
    """The layout of a network.

    Attributes
    ----------
    network : str
        Sizes of the layers, as in "2-4-1".
    n_parameters : int
    layers : tuple of DiagramLayer
        The inputs first.
    weights : tuple of ndarray, each of shape (n_shown, n_shown of the next layer)
        Weights of the connections between the units shown.
    largest_weight, largest_bias : float
        Largest absolute values in the whole network: the ends of the scales.
    """

    network: str
    n_parameters: int
    layers: tuple[DiagramLayer, ...]
    weights: tuple[Array, ...]
    largest_weight: float
    largest_bias: float

    @property
    def title(self) -> str:
        """Layers and number of parameters, as in "2-4-1: 17 parameters"."""
        return f"{self.network}: {plural(self.n_parameters, 'parameter')}"

    @property
    def is_folded(self) -> bool:
        """Whether a layer has units left out."""
        return any(layer.n_folded for layer in self.layers)

    @property
    def height(self) -> float:
        """Height of the highest column."""
        return max(len(layer.y) + (layer.fold_y is not None) for layer in self.layers)


def network_diagram(estimator: Any, *, max_units: int = 20) -> NetworkDiagram:
    """Lay out a network.

    Parameters
    ----------
    estimator : Model, fitted estimator or pipeline that ends in one
    max_units : int, default=20
        Maximum number of units shown of each layer.

    Returns
    -------
    NetworkDiagram

    Raises
    ------
    ParameterError
        If the estimator has no network, or one with an embedding, or `max_units` is not a positive integer.

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
    model = model_without_embedding(estimator)
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
    """Return for each layer the sums of the absolute weights of its units."""
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


def network_svg(estimator: Any, *, max_units: int = 8) -> str:
    """Return a network's diagram as SVG, a text of some kB.

    Parameters
    ----------
    estimator : Model, fitted estimator or pipeline that ends in one
    max_units : int, default=8
        Maximum number of units shown of each layer; fewer are shown of deep networks.

    Returns
    -------
    str

    Raises
    ------
    ParameterError
        If the estimator has no network, or `max_units` is not a positive integer.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> network_svg(Model(Network.mlp(2, (4,), 1), np.zeros(17)))[:38]
    '<svg xmlns="http://www.w3.org/2000/svg'
    """
    n_gaps = len(as_model(estimator).network.layers)
    most_units = max(1, int((_MAX_EDGES / n_gaps) ** 0.5))
    d = network_diagram(estimator, max_units=min(max_units, most_units))
    left, right = (
        _RADIUS + 8 + _CHARACTER * max(map(len, layer.names)) for layer in (d.layers[0], d.layers[-1])
    )
    left, right = max(left, 34), max(right, 34)
    width, height = left + right + _GAP * n_gaps, _TOP + _STEP * (d.height + 0.2)
    middle = _TOP + _STEP * d.height / 2
    columns = [(left + _GAP * k, middle - _STEP * layer.y) for k, layer in enumerate(d.layers)]
    label = escape(f"network {d.title}")
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" '
            f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            'font-family="sans-serif" font-size="11" fill="currentColor">',
            *_edges(d, columns),
            *(
                _column(layer, x, y, is_input=k == 0, fold_y=middle - _STEP * (layer.fold_y or 0.0), d=d)
                for k, (layer, (x, y)) in enumerate(zip(d.layers, columns, strict=True))
            ),
            "</svg>",
        ]
    )


def network_html(estimator: Any, *, max_units: int = 8) -> str:
    """Return a network's diagram and a summary of its training as HTML, for a notebook.

    Parameters
    ----------
    estimator, max_units :
        As for `network_svg`.

    Returns
    -------
    str

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> "17" in network_html(Model(Network.mlp(2, (4,), 1), np.zeros(17)))
    True
    """
    model = as_model(estimator)
    picture = network_svg(model, max_units=max_units) if len(model.network.layers) <= _MAX_LAYERS else ""
    summary = "".join(
        f'<span style="opacity:.7">{escape(name)}</span><span>{escape(value)}</span>'
        for name, value in _summary(model).items()
    )
    grid = "display:grid;grid-template-columns:max-content minmax(0,26em);gap:.15em .9em;text-align:left"
    return (
        f'<div class="separatrix-network" style="font:12px sans-serif;max-width:100%;overflow-x:auto">'
        f'{picture}<div style="{grid}">{summary}</div></div>'
    )


def _summary(model: Model) -> dict[str, str]:
    training = model.training or {}
    history, stop = training.get("history") or {}, training.get("stop") or {}
    summary = {"network": str(model.network), "parameters": f"{model.n_parameters:,}"}
    if history.get("loss"):
        summary["epochs"] = str(len(history["loss"]))
        summary["last loss"] = f"{float(history['loss'][-1]):.4g}"
    if stop.get("message"):
        summary["end"] = str(stop["message"])
    return summary


def _edges(d: NetworkDiagram, columns: list[tuple[float, Array]]) -> list[str]:
    """Return one path for all connections of a strength and sign, the faintest first."""
    lines: dict[tuple[int, bool], list[str]] = {}
    for ((x0, above), (x1, below)), w in zip(pairwise(columns), d.weights, strict=True):
        strengths = np.ceil(_STRENGTHS * np.sqrt(np.abs(w) / (d.largest_weight or 1.0))).astype(int)
        for i, j in np.argwhere(strengths > 0).tolist():
            line = f"M{x0:.0f} {above[i]:.0f}L{x1:.0f} {below[j]:.0f}"
            lines.setdefault((int(strengths[i, j]), bool(w[i, j] > 0)), []).append(line)
    return [
        f'<path d="{"".join(segments)}" fill="none" stroke="{_color(is_positive)}" '
        f'stroke-width="{0.5 * strength:.1f}" stroke-opacity="{strength / _STRENGTHS:.1f}"/>'
        for (strength, is_positive), segments in sorted(lines.items())
    ]


def _column(
    layer: DiagramLayer, x: float, y: Array, *, is_input: bool, fold_y: float, d: NetworkDiagram
) -> str:
    """Return a layer's units with their heading and names, and the note on the units left out."""
    biases = layer.biases if len(layer.biases) else np.zeros(len(y))
    texts = [_text(x, 28, layer.heading, "middle")]
    if not is_input:
        texts.append(_text(x, 14, layer.title, "middle"))
    anchor, shift = ("end", -_RADIUS - 4) if is_input else ("start", _RADIUS + 4)
    texts += [_text(x + shift, y[k] + 4, name, anchor) for k, name in enumerate(layer.names)]
    if layer.n_folded:
        texts.append(_text(x, fold_y + 4, layer.fold_note, "middle"))
    circles = [
        f'<circle cx="{x:.0f}" cy="{height:.0f}" r="{_RADIUS}" '
        f'fill="{_color(bias > 0, (abs(bias) / (d.largest_bias or 1.0)) ** 0.5)}" stroke="currentColor"/>'
        for height, bias in zip(y, biases, strict=True)
    ]
    return "".join(circles + texts)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'


def _color(is_positive: bool, fraction: float = 1.0) -> str:
    """Return the colour of a sign, of which `fraction` is not white."""
    color = np.array(POSITIVE if is_positive else NEGATIVE)
    return "#" + "".join(f"{round(value):02x}" for value in 255 - fraction * (255 - color))
