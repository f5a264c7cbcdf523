"""Marked: a row that a film marks in its panels, with what the network says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from separatrix.explain.tables import as_table
from separatrix.plots.axes import wrapped
from separatrix.plots.display import Panel
from separatrix.plots.palette import background, ink
from separatrix.plots.scene import Scene

_GAP = 10  # from the mark to its text, in points


def marked_point(scene: Scene, ax: Axes, at: tuple[float, float] | None) -> Panel:
    """Return the mark of the scene's row at a place, and its text, which changes; nothing without a row."""
    if at is None:
        return Panel([], lambda frame: None)
    look: dict[str, Any] = {"color": "black", "markeredgecolor": "white", "markersize": 13, "zorder": 7}
    (mark,) = ax.plot(*at, "X", **look)
    text = _text_beside(ax, at)

    def update(frame: int) -> None:
        text.set_text(_answer(scene, frame)[0])

    return Panel([mark, text], update)


def marked_value(scene: Scene, ax: Axes) -> Panel:
    """Return the mark of the scene's row on the curve of its one input, which moves with the curve."""
    if scene.point is None:
        return Panel([], lambda frame: None)
    (column,) = as_table(scene.estimator, scene.point).columns.values()
    x = float(column[0])
    look: dict[str, Any] = {"color": ink(), "markeredgecolor": background(), "markersize": 13, "zorder": 7}
    (mark,) = ax.plot([x], [0.0], "X", **look)
    text = _text_beside(ax, (x, 0.0))

    def update(frame: int) -> None:
        answer, height = _answer(scene, frame)
        mark.set_data([x], [height])
        text.xy = (x, height)
        text.set_text(answer)

    return Panel([mark, text], update)


def _text_beside(ax: Axes, at: tuple[float, float]) -> Annotation:
    """Return an empty text beside a place, on the side where there is more room."""
    low, high = ax.get_xlim()
    is_left = at[0] < (low + high) / 2
    box = {"boxstyle": "round,pad=0.2", "facecolor": background(), "edgecolor": "none", "alpha": 0.85}
    return ax.annotate(
        "",
        at,
        (_GAP if is_left else -_GAP, 0),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="center",
        bbox=box,
        zorder=7,
    )


def _answer(scene: Scene, frame: int) -> tuple[str, float]:
    """Return what the network of a frame says of the row, in words, and the height that a curve gives it."""
    network = scene.at(frame)
    if scene.model.classes is None:
        value = float(np.ravel(network.predict(scene.point))[0])
        return f"{value:.3g}", value
    probabilities = np.ravel(network.predict_proba(scene.point))
    likeliest = 1 if len(probabilities) == 2 else int(probabilities.argmax())
    p = float(probabilities[likeliest])
    return f"P({wrapped(scene.model.classes[likeliest], 24)}) = {p:.2f}", p
