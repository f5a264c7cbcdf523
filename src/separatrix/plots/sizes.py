"""Sizes: of texts and figures, from those of matplotlib's style, and a style with larger ones for slides."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Literal

import matplotlib as mpl
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from separatrix import check

TextSize = Literal["medium", "small", "x-small"]

_USUAL_POINTS, _USUAL_WIDTH = 10.0, 6.4  # of matplotlib's default style: labels in points, figures in inches
_FITTING = 1.15  # texts larger than usual by this factor fit without a larger figure
_SMALLER: dict[str, float] = {"medium": 1.0, "small": 0.833, "x-small": 0.694}  # matplotlib's factors
_CONTEXTS = {"paper": 8.0, "notebook": 10.0, "talk": 15.0, "poster": 20.0}


def context(name: str = "talk") -> AbstractContextManager[None]:
    """Return a context in which all texts and lines have the size that a medium needs.

    Figures that displays make become larger, too, but less than their texts. Other parameters of matplotlib
    stay as they are: the context can be combined with any style.

    Parameters
    ----------
    name : {"paper", "notebook", "talk", "poster"}, default="talk"
        Texts of 8, 10, 15 or 20 points.

    Raises
    ------
    ParameterError
        If there is no such context.

    Examples
    --------
    >>> import separatrix as sx
    >>> model = sx.Model(sx.Network.mlp(2, (3,), 1), [0.5] * 13)
    >>> with sx.plots.context("talk"):
    ...     display = sx.NetworkDiagramDisplay.from_estimator(model)
    >>> display.ax_.title.get_fontsize()
    15.0
    """
    check.choice("name", name, _CONTEXTS)
    points = _CONTEXTS[name]
    scale = points / _USUAL_POINTS
    sizes = ("axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
    thick = {"axes.linewidth": 0.8, "grid.linewidth": 0.8, "lines.linewidth": 1.5, "lines.markersize": 6.0}
    chosen: dict[Any, float] = {"font.size": points, "figure.titlesize": points}
    chosen |= dict.fromkeys(sizes, points) | {key: scale * value for key, value in thick.items()}
    return mpl.rc_context(chosen)


def text_points(size: TextSize) -> float:
    """Return the size in points of a text beside what is drawn; "medium" is that of the ticks of an axis."""
    ticks = FontProperties(size=rcParams["xtick.labelsize"]).get_size_in_points()
    return float(_SMALLER[size] * ticks)


def text_scale() -> float:
    """Return how much larger texts are than in matplotlib's default style; 1 if they are smaller."""
    largest = max(
        FontProperties(size=rcParams[name]).get_size_in_points()
        for name in ("xtick.labelsize", "axes.labelsize", "legend.fontsize")
    )
    return max(1.0, largest / _USUAL_POINTS)


def figure_size(inches: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return the size of a new figure: that which it has with usual texts, or the style's, enlarged.

    Figures grow by less than their texts, so that texts become larger in relation to them.
    """
    width, height = inches or rcParams["figure.figsize"]
    scale = text_scale() if inches else text_scale() * _USUAL_WIDTH / width
    growth = scale**0.5 if scale > _FITTING else 1.0
    return growth * width, growth * height


def axes_size(ax: Axes) -> tuple[float, float]:
    """Return width and height of the axes in points; a layout done at drawing time may shrink them."""
    box, figure = ax.get_window_extent(), ax.get_figure(root=True)
    assert figure is not None
    return box.width * 72 / figure.dpi, box.height * 72 / figure.dpi


def text_size(text: str, fontsize: str | float) -> tuple[float, float]:
    """Return width and height of a text in points."""
    font, lines = FontProperties(size=fontsize), text.split("\n")
    widths = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines if line
    ]
    return max(widths, default=0.0), 1.2 * font.get_size_in_points() * len(lines)
