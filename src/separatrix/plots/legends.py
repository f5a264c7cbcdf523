"""Legends and colour bars, which hide nothing of what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import FigureBase
from matplotlib.legend import Legend
from matplotlib.transforms import Bbox

from separatrix.plots.axes import figure_of, make_higher, style
from separatrix.plots.sizes import text_points

_LEGEND_AREA = 45.0  # of the smallest marker in a legend, in square points
# A marker is nearer to its own word than to the one before; lengths in font sizes.
_CLOSE: dict[str, Any] = {"handletextpad": 0.4, "columnspacing": 1.6}


def add_legend(
    figure: FigureBase, ax: Axes, handles: Sequence[Any], *, is_own: bool, **kwargs: Any
) -> Legend:
    """Add a legend above the axes of a figure made for them, which becomes higher, else in their corner."""
    look: dict[str, Any] = {"fontsize": text_points("medium")} | _CLOSE
    if is_own:
        above = style(look | {"loc": "outside upper center", "frameon": False}, kwargs)
        legend = _in_columns(
            lambda n: figure.legend(handles=handles, **{"ncols": n} | above),
            len(handles),
            0.98 * cast("Any", figure).bbox.width,
        )
        _make_room(figure, legend)
    else:
        legend = ax.legend(handles=handles, **style(look | {"loc": "upper right", "framealpha": 0.9}, kwargs))
    markers: list[Any] = [handle for handle in legend.legend_handles if hasattr(handle, "set_sizes")]
    smallest = min((marker.get_sizes().min() for marker in markers), default=_LEGEND_AREA)
    for marker in markers:  # readable, however small the points are
        marker.set_sizes(marker.get_sizes() * max(1.0, _LEGEND_AREA / smallest))
    return legend


def legend_above(
    ax: Axes, handles: Sequence[Any], *, small: bool, is_own: bool = False, **kwargs: Any
) -> Legend:
    """Add a legend above the axes, where it hides nothing, in as many columns as fit.

    If `small`, a label ends before its first colon. A figure that was made for the axes (`is_own`) becomes
    higher by the legend.
    """
    labels = [str(handle.get_label()) for handle in handles]
    look: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (0.0, 1.01),
        "borderaxespad": 0.0,
        "frameon": False,
        "fontsize": text_points("small"),
    } | _CLOSE
    if small:
        labels = [label.partition(":")[0] for label in labels]
        look |= {"fontsize": text_points("x-small"), "handlelength": 1.4, "columnspacing": 1.0}
        look |= {"labelspacing": 0.2, "markerscale": 0.8}
    chosen = style(look, kwargs)
    legend = _in_columns(
        lambda n: ax.legend(handles, labels, **{"ncols": n} | chosen), len(handles), ax.bbox.width
    )
    if is_own:
        _make_room(figure_of(ax), legend)
    return legend


def _make_room(figure: FigureBase, legend: Legend) -> None:
    """Make a figure higher by the legend's lines after the first."""
    first_line = 2.4 * legend.prop.get_size_in_points()
    height = legend.get_window_extent().height * 72 / cast("Any", figure).dpi
    make_higher(figure, height - first_line)


def _in_columns(add: Callable[[int], Legend], n_handles: int, width: float) -> Legend:
    """Return the legend that `add` makes with as few lines as fit into a width in pixels, evenly filled."""
    n_columns = max(n_handles, 1)
    legend = add(n_columns)
    while n_columns > 1 and legend.get_window_extent().width > width:
        legend.remove()
        n_columns -= 1
        legend = add(n_columns)
    n_lines = -(-n_handles // n_columns)
    if n_lines > 1 and -(-n_handles // n_lines) < n_columns:
        legend.remove()
        legend = add(-(-n_handles // n_lines))
    return legend


def add_colorbar(
    figure: FigureBase, mappable: ScalarMappable, axes: Sequence[Axes], **kwargs: Any
) -> Colorbar:
    """Add a colour bar beside axes, as high as they are; `Figure.colorbar` ignores their aspect."""
    bar = figure.colorbar(mappable, ax=list(axes), **kwargs)
    locate = cast("Any", bar.ax.get_axes_locator())

    def beside(ax: Any, renderer: Any) -> Bbox:
        box, drawn = locate(ax, renderer), Bbox.union([each.get_position() for each in axes])
        return Bbox.from_extents(box.x0, drawn.y0, box.x1, drawn.y1)

    bar.ax.set_axes_locator(beside)
    return bar
