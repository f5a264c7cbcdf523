"""Names of points on a path: each written where it covers neither the path nor another name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from separatrix.plots.axes import figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

Array = NDArray[Any]

_GAP, _PAD = 8.0, 2.5  # between a point and its name, and around a name, in points
# Right and up of the point; the better first.
_PLACES = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
_SAMPLES = 2000  # along a path
_BOX = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}


def write_beside(
    ax: Axes, names: Sequence[tuple[str, Array]], path: Array, *, fontsize: str = "small"
) -> list[Annotation]:
    """Write names beside points of axes whose limits are set.

    Parameters
    ----------
    ax : Axes
    names : sequence of (str, ndarray of shape (2,))
        Each with its point.
    path : ndarray of shape (n_points, 2)
        What is not to be covered.
    fontsize : str
    """
    line = _along(ax.transData.transform(path))
    written: list[Annotation] = []
    for name, point in names:
        drawn = [_write(ax, name, point, place, fontsize) for place in _PLACES]
        best = min(range(len(drawn)), key=lambda k: (_covered(ax, drawn[k], line, written), k))
        for k, text in enumerate(drawn):
            if k != best:
                text.remove()
        written.append(drawn[best])
    return written


def _write(ax: Axes, name: str, point: Array, place: tuple[int, int], fontsize: str) -> Annotation:
    right, up = place
    return ax.annotate(
        name,
        (float(point[0]), float(point[1])),
        (_GAP * right, _GAP * up),
        textcoords="offset points",
        ha=("right", "center", "left")[right + 1],
        va=("top", "center", "bottom")[up + 1],
        fontsize=fontsize,
        bbox=dict(_BOX),
        zorder=6,
    )


def _covered(ax: Axes, text: Annotation, line: Array, written: Sequence[Annotation]) -> float:
    """Return how bad a place is: samples of the path that it covers, much more for a name or the edge."""
    box = text.get_window_extent().padded(_PAD * figure_of(ax).dpi / 72)
    inside = (box.min <= line) & (line <= box.max)
    is_cut = not all(ax.bbox.contains(x, y) for x, y in (box.min, box.max))
    lies_on_name = any(box.overlaps(other.get_window_extent()) for other in written)
    return float(inside.all(axis=1).sum()) + _SAMPLES * (is_cut + 2 * lies_on_name)


def _along(path: Array) -> Array:
    """Return points along a path, near enough that none of its lines is missed."""
    ends = np.linspace(0, len(path) - 1, max(_SAMPLES, len(path)))
    return np.column_stack([np.interp(ends, np.arange(len(path)), path[:, k]) for k in (0, 1)])
