"""Points: rows in the colours of their classes, rings around those that are wrong, names beside points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.text import Annotation
from numpy.typing import NDArray

from separatrix.explain.tables import MAX_ROWS, stratified_rows
from separatrix.plots.axes import figure_of, wrapped
from separatrix.plots.palette import background, class_colors, class_markers, ink, marker_scale, muted
from separatrix.plots.sizes import text_points

Array = NDArray[Any]

_RING = 4.5  # area of a ring around a dot, in areas of the dot

_GAP, _PAD = 8.0, 2.5  # between a point and its name, and around a name, in points
# Where a name may stand: right and up of its point, in order of preference.
_SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
_SAMPLES = 2000  # along a path


def draw_class_points(
    ax: Axes, points: Array, codes: Array | None, classes: Sequence[object], **kwargs: Any
) -> list[PathCollection]:
    """Draw points (n_rows, 2) in the colour and with the marker of their class; grey where `codes` is None.

    A rarer class lies above more frequent ones. Of many points a sample is drawn that keeps the fractions of
    the classes. `kwargs` are passed to `Axes.scatter` and replace the defaults; `s` is the area of a dot.
    """
    if len(points) > MAX_ROWS:
        rows = stratified_rows(len(points), codes, MAX_ROWS)
        points, codes = points[rows], None if codes is None else codes[rows]
    area = kwargs.pop("s", point_area(len(points)))
    look = {"edgecolors": background(), "linewidths": 0.06 * area**0.5, "zorder": 3} | kwargs
    if codes is None:
        return [ax.scatter(points[:, 0], points[:, 1], s=area, **{"c": [muted(0.75)]} | look)]
    n = len(classes)
    looks = zip(classes, class_colors(n), class_markers(n), strict=True)
    counts = np.bincount(codes, minlength=n)
    above = {code: 0.01 * place for place, code in enumerate(np.argsort(-counts, kind="stable").tolist())}
    return [
        ax.scatter(
            points[codes == code, 0],
            points[codes == code, 1],
            s=area * marker_scale(marker),
            **{"c": color, "marker": marker, "label": wrapped(label, 30)}
            | look
            | {"zorder": look["zorder"] + above[code]},
        )
        for code, (label, color, marker) in enumerate(looks)
    ]


def point_area(n_rows: int) -> float:
    """Return the area of a dot in square points: smaller if there are many."""
    return float(np.clip(6000 / max(n_rows, 1), 11, 40))


def draw_rings(
    ax: Axes, points: Array, codes: Array, is_wrong: Array, *, area: float | None = None
) -> PathCollection:
    """Draw a ring around each point (n_rows, 2) that is wrong, of those that `draw_class_points` draws.

    The label counts all that are wrong. `area` is that of a dot.
    """
    n_wrong, n_rows = int(is_wrong.sum()), len(points)
    ringed = ringed_points(points, codes, is_wrong)
    look: dict[str, Any] = {
        "s": _RING * (point_area(n_rows) if area is None else area),
        "facecolors": "none",
        "edgecolors": [ink()],
        "linewidths": 1.1,
        "zorder": 3.5,
        "label": f"wrong: {n_wrong} of {n_rows}",
    }
    return ax.scatter(ringed[:, 0], ringed[:, 1], **look)


def predictions_of(estimator: Any, X: Any, y: Any) -> Any:
    """Return the classes that are predicted for rows whose classes are known; None for others."""
    return None if y is None else estimator.predict(X)


def ringed_points(points: Array, codes: Array, is_wrong: Array) -> Array:
    """Return those points that are drawn and wrong."""
    rows = stratified_rows(len(points), codes, MAX_ROWS)
    wrong: Array = points[rows][is_wrong[rows]]
    return wrong


def write_beside(
    ax: Axes, names: Sequence[tuple[str, Array]], path: Array, *, fontsize: float | None = None
) -> list[Annotation]:
    """Write names beside points so that they cover neither a path nor each other.

    Parameters
    ----------
    ax : matplotlib Axes
        Axes whose limits are set.
    names : sequence of (str, ndarray of shape (2,))
        Each name with its point.
    path : ndarray of shape (n_points, 2)
        The path that is to stay visible.
    fontsize : float, optional
        In points.

    Returns
    -------
    list of matplotlib Annotation
    """
    line = _along(ax.transData.transform(path))
    written: list[Annotation] = []
    size = text_points("small") if fontsize is None else fontsize
    for name, point in names:
        drawn = [_write(ax, name, point, side, size) for side in _SIDES]
        best = min(range(len(drawn)), key=lambda k: (_covered(ax, drawn[k], line, written), k))
        for k, text in enumerate(drawn):
            if k != best:
                text.remove()
        written.append(drawn[best])
    return written


def _write(ax: Axes, name: str, point: Array, side: tuple[int, int], fontsize: float) -> Annotation:
    right, up = side
    box = {"boxstyle": "round,pad=0.2", "facecolor": background(), "edgecolor": "none", "alpha": 0.75}
    return ax.annotate(
        name,
        (float(point[0]), float(point[1])),
        (_GAP * right, _GAP * up),
        textcoords="offset points",
        ha=("right", "center", "left")[right + 1],
        va=("top", "center", "bottom")[up + 1],
        fontsize=fontsize,
        bbox=box,
        zorder=6,
    )


def _covered(ax: Axes, text: Annotation, line: Array, written: Sequence[Annotation]) -> float:
    """Return how many samples of the path a name covers, and far more if it meets a name or the edge."""
    box = text.get_window_extent().padded(_PAD * figure_of(ax).dpi / 72)
    inside = (box.min <= line) & (line <= box.max)
    is_cut = not all(ax.bbox.contains(x, y) for x, y in (box.min, box.max))
    lies_on_name = any(box.overlaps(other.get_window_extent()) for other in written)
    return float(inside.all(axis=1).sum()) + _SAMPLES * (is_cut + 2 * lies_on_name)


def _along(path: Array) -> Array:
    """Return points along a path, close enough that no segment is missed."""
    ends = np.linspace(0, len(path) - 1, max(_SAMPLES, len(path)))
    return np.column_stack([np.interp(ends, np.arange(len(path)), path[:, k]) for k in (0, 1)])
