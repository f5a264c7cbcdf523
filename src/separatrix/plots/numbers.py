"""Numbers on a diagram of a network: on its connections and below its units."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from numpy.typing import NDArray

from separatrix.explain.diagram import NetworkDiagram
from separatrix.plots.sizes import axes_size, text_points

Array = NDArray[Any]

_BESIDE_UNIT = 9  # below the middle of a unit, in points


def numbers_of(d: NetworkDiagram, unit_format: str = "{:.3g}", *, with_edges: bool = True) -> list[str]:
    """Return the texts of `write_numbers`: the numbers of the units, then those of the connections."""
    texts = [unit_format.format(value + 0.0) for layer in d.layers for value in layer.biases]
    if with_edges:
        texts += [f"{value + 0.0:.2g}" for w in d.weights for value in w.ravel()]
    return texts


def write_numbers(
    ax: Axes, d: NetworkDiagram, unit_format: str = "{:.3g}", *, with_edges: bool = True, **kwargs: Any
) -> list[Annotation]:
    """Write the number of each unit below it, and those of the connections where they lie on no other text.

    Parameters
    ----------
    ax : matplotlib Axes
        With the diagram, and its limits set.
    d : NetworkDiagram
    unit_format : str
        As in "bias {:.2g}".
    with_edges : bool
    **kwargs
        Passed to `Axes.annotate`.

    Returns
    -------
    list of matplotlib Annotation
        In the order of `numbers_of`.
    """
    below, on_edge = text_points("x-small"), text_points("x-small")
    texts = numbers_of(d, unit_format, with_edges=with_edges)
    places = [(x, float(y)) for x, layer in enumerate(d.layers) for y in layer.y[: len(layer.biases)]]
    below_unit: dict[str, Any] = {"xytext": (0, -_BESIDE_UNIT), "textcoords": "offset points", "va": "top"}
    below_unit |= kwargs
    written = [
        _write(ax, place, text, below, **below_unit) for place, text in zip(places, texts, strict=False)
    ]
    if not with_edges:
        return written
    scale = np.array([np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())]) / axes_size(ax)  # of a point
    below_units = np.array([[x, y - 1.3 * (_BESIDE_UNIT + below / 2) * scale[1]] for x, y in places])
    placed = [*below_units, *np.array([[x, y] for x, layer in enumerate(d.layers) for y in layer.y])]
    longest = max(map(len, texts[len(written) :]), default=1)
    room = np.array([0.62 * longest * on_edge, 1.5 * on_edge]) * scale
    for x, (w, (left, right)) in enumerate(zip(d.weights, pairwise(d.layers), strict=True)):
        for i, j in np.ndindex(*w.shape):
            start, end = np.array([x, left.y[i]]), np.array([x + 1, right.y[j]])
            point = _free_point(start, end, placed, room)
            placed.append(point)
            text = texts[len(written)]
            written.append(
                _write(ax, (float(point[0]), float(point[1])), text, on_edge, va="center", **kwargs)
            )
    return written


def _free_point(start: Array, end: Array, placed: Sequence[Array], room: Array) -> Array:
    """Return a point of a connection whose label does not lie on those that are already placed."""
    candidates = start + np.linspace(0.15, 0.85, 29)[:, np.newaxis] * (end - start)
    distances = np.abs(candidates[:, np.newaxis] - np.array(placed)) / room
    free = distances.max(axis=2).min(axis=1)
    best: Array = candidates[int((free >= 1).argmax() if (free >= 1).any() else free.argmax())]
    return best


def _write(ax: Axes, point: tuple[float, float], text: str, size: float, **kwargs: Any) -> Annotation:
    box = {"boxstyle": "round,pad=0.1", "facecolor": ax.get_facecolor(), "edgecolor": "none", "alpha": 0.8}
    look: dict[str, Any] = {"ha": "center", "fontsize": size, "bbox": box, "zorder": 4}
    return ax.annotate(text, point, **look | kwargs)
