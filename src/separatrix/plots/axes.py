"""Axes: what every picture does before and after it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import ParameterError
from separatrix.plots.palette import class_colors, class_markers, marker_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure, FigureBase
    from matplotlib.legend import Legend

Array = NDArray[Any]

NEUTRAL = "#595959"  # of points whose class is not told
SMALL_TEXT = "x-small"
_LEGEND_AREA = 45.0
_NARROW, _SMALL_WIDTH, _SMALL_HEIGHT = 250.0, 190.0, 145.0  # points
_LEGEND_CHARACTERS = 72  # that fit side by side under a figure of the default width


def new_axes(figsize: tuple[float, float] | None = None) -> Axes:
    """Return the axes of a new pyplot figure, laid out so that nothing is cut off."""
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained", figsize=figsize)[1]


def figure_of(ax: Axes) -> Figure:
    """Return the figure that the axes stand in, the outermost of nested ones."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ParameterError(
            "ax must stand in a figure, got axes that were removed from theirs; make new ones."
        )
    return figure


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of the axes; a layout that is done when the figure is drawn may shrink them."""
    box = ax.get_window_extent()
    return box.width * 72 / figure_of(ax).dpi, box.height * 72 / figure_of(ax).dpi


def is_small(ax: Axes) -> bool:
    """Tell axes in which texts of the usual size do not fit, such as one of four in a figure."""
    width, height = size_in_points(ax)
    return width < _SMALL_WIDTH or height < _SMALL_HEIGHT


def is_narrow(ax: Axes) -> bool:
    """Tell axes above which a legend of the usual size does not fit."""
    return size_in_points(ax)[0] < _NARROW


def shrink_texts(ax: Axes) -> None:
    """Write ticks and labels of small axes so small that they fit between those of `plt.subplots(2, 2)`."""
    ax.tick_params(labelsize=SMALL_TEXT, pad=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.labelpad = 1.0
        axis.label.set_fontsize(SMALL_TEXT)


def wrapped(text: object, width: int = 40) -> str:
    """Return a long name as several lines."""
    return fill(str(text), width)


def draw_class_points(
    ax: Axes, points: Array, codes: Array | None, classes: Sequence[object], **kwargs: Any
) -> list[PathCollection]:
    """Draw points (n_rows, 2) in the colour and with the marker of their class; grey where `codes` is None.

    `kwargs` go to `Axes.scatter`, before what is set here; `s` is the area of a dot.
    """
    area = kwargs.pop("s", float(np.clip(6000 / max(len(points), 1), 11, 40)))
    style = {"edgecolors": "white", "linewidths": 0.06 * area**0.5, "zorder": 3} | kwargs
    if codes is None:
        return [ax.scatter(points[:, 0], points[:, 1], s=area, **{"c": NEUTRAL} | style)]
    n = len(classes)
    looks = zip(classes, class_colors(n), class_markers(n), strict=True)
    return [
        ax.scatter(
            points[codes == code, 0],
            points[codes == code, 1],
            s=area * marker_scale(marker),
            **{"c": color, "marker": marker, "label": wrapped(label, 30)} | style,
        )
        for code, (label, color, marker) in enumerate(looks)
    ]


def add_legend(
    figure: FigureBase, ax: Axes, handles: Sequence[Any], *, is_own: bool, **kwargs: Any
) -> Legend:
    """Explain the handles: above the axes of a figure made for them, else in the axes' corner."""
    if is_own:
        longest = max(len(line) for handle in handles for line in str(handle.get_label()).split("\n"))
        n_columns = max(1, min(len(handles), _LEGEND_CHARACTERS // (longest + 9)))
        above = settings({"loc": "outside upper center", "ncols": n_columns, "frameon": False}, kwargs)
        legend: Legend = figure.legend(handles=handles, **above)
    else:
        size = SMALL_TEXT if is_small(ax) else "medium"
        look = {"loc": "upper right", "framealpha": 0.9, "fontsize": size}
        legend = ax.legend(handles=handles, **settings(look, kwargs))
    _enlarge([handle for handle in legend.legend_handles if hasattr(handle, "set_sizes")])
    return legend


def fit_labels(ax: Axes, *, small: bool) -> None:
    """Make the labels at small axes smaller, and break a long one beside them."""
    if small:
        shrink_texts(ax)
        ax.set_ylabel(wrapped(ax.get_ylabel(), 18))


def legend_above(ax: Axes, handles: Sequence[Any], **kwargs: Any) -> Legend:
    """Explain the handles above the axes, where they hide nothing, in as many columns as fit.

    At narrow axes a label ends before its first colon.
    """
    small = is_narrow(ax)
    labels = [str(handle.get_label()) for handle in handles]
    if small:
        labels = [label.partition(":")[0] for label in labels]
    longest = max(map(len, labels))
    width = (longest + 4) * 3.5 if small else (longest + 6) * 4.4
    n_columns = int(size_in_points(ax)[0] / width)
    above = {
        "loc": "lower left",
        "bbox_to_anchor": (0.0, 1.01),
        "borderaxespad": 0.0,
        "frameon": False,
        "fontsize": "x-small" if small else "small",
        "ncols": min(max(n_columns, 1), len(handles)),
    }
    if small:
        above |= {"handlelength": 1.4, "handletextpad": 0.5, "columnspacing": 1.0, "labelspacing": 0.2}
        above |= {"markerscale": 0.8}
    return ax.legend(handles, labels, **settings(above, kwargs))


def _enlarge(markers: Sequence[Any]) -> None:
    """Make a legend's markers readable however small the points are."""
    smallest = min((marker.get_sizes().min() for marker in markers), default=_LEGEND_AREA)
    for marker in markers:
        marker.set_sizes(marker.get_sizes() * max(1.0, _LEGEND_AREA / smallest))


def add_colorbar(
    figure: FigureBase, mappable: ScalarMappable, axes: Sequence[Axes], **kwargs: Any
) -> Colorbar:
    """Put a colour bar beside axes, as high as they are; `Figure.colorbar`'s own ignores their aspect."""
    from matplotlib.transforms import Bbox

    bar = figure.colorbar(mappable, ax=list(axes), **kwargs)
    place = cast("Any", bar.ax.get_axes_locator())

    def beside(ax: Any, renderer: Any) -> Bbox:
        box, drawn = place(ax, renderer), Bbox.union([each.get_position() for each in axes])
        return Bbox.from_extents(box.x0, drawn.y0, box.x1, drawn.y1)

    bar.ax.set_axes_locator(beside)
    return bar


def settings(defaults: Mapping[str, Any], chosen: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return an artist's keyword arguments: the defaults, and what the caller chose instead."""
    return dict(defaults) | dict(chosen or {})
