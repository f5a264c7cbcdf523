"""A small picture of a network for notebooks: SVG and HTML as text, without a drawing library."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.explain.diagram import DiagramLayer, NetworkDiagram, network_diagram
from separatrix.explain.inputs import as_model
from separatrix.model import Model

Array = NDArray[Any]

# The ends of the signed colours that the other pictures have, too (ColorBrewer's PRGn).
_NEGATIVE, _POSITIVE = (118, 42, 131), (27, 120, 55)
_MAX_EDGES = 400  # of all layers; the picture stays small
_MAX_LAYERS = 24  # deeper networks have the facts alone
_STRENGTHS = 5  # kinds of lines, from faint to strong

_STEP, _GAP, _RADIUS, _TOP = 22, 96, 7, 44  # pixels: between units, between layers; a unit; the headings
_CHARACTER = 6.3  # pixels


def network_svg(estimator: Any, *, max_units: int = 8) -> str:
    """Return a network's diagram as SVG, of some kB.

    Parameters
    ----------
    estimator : Model, fitted estimator or pipeline that ends in one
    max_units : int, default=8
        Units shown of each layer, fewer for deep networks.

    Raises
    ------
    ParameterError
        If there is no network in it, or `max_units` is no positive integer.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> network_svg(Model(Network.mlp(2, (4,), 1), np.zeros(17)))[:38]
    '<svg xmlns="http://www.w3.org/2000/svg'
    """
    n_gaps = len(as_model(estimator).network.layers)
    room = max(1, int((_MAX_EDGES / n_gaps) ** 0.5))
    d = network_diagram(estimator, max_units=min(max_units, room))
    left, right = (
        _RADIUS + 8 + _CHARACTER * max(map(len, layer.names)) for layer in (d.layers[0], d.layers[-1])
    )
    left, right = max(left, 34), max(right, 34)
    width, height = left + right + _GAP * n_gaps, _TOP + _STEP * (d.height + 0.2)
    middle = _TOP + _STEP * d.height / 2
    columns = [(left + _GAP * k, middle - _STEP * layer.y) for k, layer in enumerate(d.layers)]
    label = escape(f"network {d.network} with {d.n_parameters} parameters")
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
    """Return a network's diagram and the facts of its training as HTML, for a notebook.

    Parameters
    ----------
    estimator, max_units :
        As for `network_svg`.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> "17" in network_html(Model(Network.mlp(2, (4,), 1), np.zeros(17)))
    True
    """
    model = as_model(estimator)
    picture = network_svg(model, max_units=max_units) if len(model.network.layers) <= _MAX_LAYERS else ""
    facts = "".join(
        f'<span style="opacity:.7">{escape(name)}</span><span>{escape(value)}</span>'
        for name, value in _facts(model).items()
    )
    grid = "display:grid;grid-template-columns:max-content minmax(0,26em);gap:.15em .9em;text-align:left"
    return (
        f'<div class="separatrix-network" style="font:12px sans-serif;max-width:100%;overflow-x:auto">'
        f'{picture}<div style="{grid}">{facts}</div></div>'
    )


def _facts(model: Model) -> dict[str, str]:
    training = model.training or {}
    history, stop = training.get("history") or {}, training.get("stop") or {}
    facts = {"network": str(model.network), "parameters": f"{model.n_parameters:,}"}
    if history.get("loss"):
        facts["epochs"] = str(len(history["loss"]))
        facts["last loss"] = f"{float(history['loss'][-1]):.4g}"
    if stop.get("message"):
        facts["end"] = str(stop["message"])
    return facts


def _edges(d: NetworkDiagram, columns: list[tuple[float, Array]]) -> list[str]:
    """Return one path for all connections of a strength and sign, the faintest first."""
    lines: dict[tuple[int, bool], list[str]] = {}
    for ((x0, above), (x1, below)), w in zip(pairwise(columns), d.weights, strict=True):
        strengths = np.ceil(_STRENGTHS * np.sqrt(np.abs(w) / (d.largest_weight or 1.0))).astype(int)
        for i, j in np.argwhere(strengths > 0).tolist():
            line = f"M{x0:.0f} {above[i]:.0f}L{x1:.0f} {below[j]:.0f}"
            lines.setdefault((int(strengths[i, j]), bool(w[i, j] > 0)), []).append(line)
    return [
        f'<path d="{"".join(parts)}" fill="none" stroke="{_color(is_positive)}" '
        f'stroke-width="{0.5 * strength:.1f}" stroke-opacity="{strength / _STRENGTHS:.1f}"/>'
        for (strength, is_positive), parts in sorted(lines.items())
    ]


def _column(
    layer: DiagramLayer, x: float, y: Array, *, is_input: bool, fold_y: float, d: NetworkDiagram
) -> str:
    """Return a layer's units, with the heading, the names, and how many units are left out."""
    biases = layer.biases if len(layer.biases) else np.zeros(len(y))
    noun = "input" if is_input else "unit"
    heading = f"{layer.n_units} {noun}{'s' * (layer.n_units > 1)}"
    texts = [_text(x, 28, heading, "middle")]
    if not is_input:
        texts.append(_text(x, 14, layer.title, "middle"))
    anchor, shift = ("end", -_RADIUS - 4) if is_input else ("start", _RADIUS + 4)
    texts += [_text(x + shift, y[k] + 4, name, anchor) for k, name in enumerate(layer.names)]
    if layer.n_folded:
        texts.append(_text(x, fold_y + 4, f"… {layer.n_folded} more", "middle"))
    circles = [
        f'<circle cx="{x:.0f}" cy="{height:.0f}" r="{_RADIUS}" '
        f'fill="{_color(bias > 0, (abs(bias) / (d.largest_bias or 1.0)) ** 0.5)}" stroke="currentColor"/>'
        for height, bias in zip(y, biases, strict=True)
    ]
    return "".join(circles + texts)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'


def _color(is_positive: bool, share: float = 1.0) -> str:
    """Return the colour of a sign, mixed with white down to no `share` of its own."""
    color = np.array(_POSITIVE if is_positive else _NEGATIVE)
    return "#" + "".join(f"{round(part):02x}" for part in 255 - share * (255 - color))
