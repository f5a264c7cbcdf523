"""Axes: new axes, texts, points, legends, ticks, names beside points and files, for all displays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, cast

import numpy as np
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure, FigureBase
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.text import Annotation
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, Locator, LogLocator, MaxNLocator, NullFormatter, NullLocator
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from separatrix.errors import OutputError, ParameterError
from separatrix.files import atomic_write, check_writable
from separatrix.plots.palette import NEUTRAL, background, class_colors, class_markers, marker_scale

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None

SMALL_TEXT = "x-small"
DPI = 120  # of files
MAX_POINTS = 5000  # drawn of rows
_LEGEND_AREA = 45.0  # of the smallest marker in a legend, in square points

_GAP, _PAD = 8.0, 2.5  # between a point and its name, and around a name, in points
# Where a name may stand: right and up of its point, in order of preference.
_SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
_SAMPLES = 2000  # along a path


def new_axes(figsize: tuple[float, float] | None = None) -> Axes:
    """Return the axes of a new pyplot figure, laid out so that nothing is cut off."""
    return plt.subplots(layout="constrained", figsize=figsize)[1]


def figure_of(ax: Axes) -> Figure:
    """Return the outermost figure that holds the axes."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ParameterError(
            "ax", "must be in a figure, got axes that were removed from theirs; create new ones."
        )
    return figure


def style(defaults: Mapping[str, Any], chosen: Keywords) -> dict[str, Any]:
    """Return the keyword arguments of an artist: the defaults, replaced by those that the caller chose."""
    return dict(defaults) | dict(chosen or {})


# Texts and their sizes


def axes_size(ax: Axes) -> tuple[float, float]:
    """Return width and height of the axes in points; a layout done at drawing time may shrink them."""
    box = ax.get_window_extent()
    return box.width * 72 / figure_of(ax).dpi, box.height * 72 / figure_of(ax).dpi


def text_size(text: str, fontsize: str | float) -> tuple[float, float]:
    """Return width and height of a text in points."""
    font, lines = FontProperties(size=fontsize), text.split("\n")
    widths = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines if line
    ]
    return max(widths, default=0.0), 1.2 * font.get_size_in_points() * len(lines)


def as_written(name: object) -> str:
    r"""Return a name such that matplotlib draws it as it is written, and does not read a formula in it.

    Examples
    --------
    >>> print(as_written("$10-$20"))
    \$10-\$20
    """
    text = str(name)
    return text.replace("$", r"\$") if rcParams["text.parse_math"] else text


def wrapped(text: object, width: int = 40) -> str:
    """Return a long name as several lines of at most `width` characters, which are drawn as written."""
    return as_written(fill(str(text), width))


def wrapped_to(text: str, points: float, fontsize: str | float) -> str:
    """Return a text as lines that are at most about `points` wide, and drawn as written."""
    return as_written(_broken(text, points, fontsize))


def _broken(text: str, points: float, fontsize: str | float) -> str:
    if not text:
        return text
    return fill(text, max(int(points * len(text) / text_size(text, fontsize)[0]), 8))


def shrink_texts(ax: Axes) -> None:
    """Make ticks and labels small, and break a label that is longer than the y axis."""
    ax.tick_params(labelsize=SMALL_TEXT, pad=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.labelpad = 1.0
        axis.label.set_fontsize(SMALL_TEXT)
    # A layout done later makes room for titles and legends.
    label = _broken(ax.get_ylabel(), 0.6 * axes_size(ax)[1], SMALL_TEXT)
    ax.set_ylabel(label.replace("\\\n$", "\\$\n"))  # the mark of `as_written` stays before its character


# Points, legends, colour bars


def draw_class_points(
    ax: Axes, points: Array, codes: Array | None, classes: Sequence[object], **kwargs: Any
) -> list[PathCollection]:
    """Draw points (n_rows, 2) in the colour and with the marker of their class; grey where `codes` is None.

    A rarer class lies above more frequent ones. Of many points a sample is drawn that keeps the fractions of
    the classes. `kwargs` are passed to `Axes.scatter` and replace the defaults; `s` is the area of a dot.
    """
    if len(points) > MAX_POINTS:
        rows = stratified_rows(len(points), codes, MAX_POINTS)
        points, codes = points[rows], None if codes is None else codes[rows]
    area = kwargs.pop("s", float(np.clip(6000 / max(len(points), 1), 11, 40)))
    look = {"edgecolors": "white", "linewidths": 0.06 * area**0.5, "zorder": 3} | kwargs
    if codes is None:
        return [ax.scatter(points[:, 0], points[:, 1], s=area, **{"c": NEUTRAL} | look)]
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


def stratified_rows(n_rows: int, codes: Array | None, n_most: int) -> Array:
    """Return the numbers of `n_most` rows, evenly from all classes, in order; one of each class at least.

    Examples
    --------
    >>> codes = np.array([0] * 990 + [1] * 10)
    >>> rows = stratified_rows(1000, codes, 100)
    >>> len(rows), int(codes[rows].sum())
    (100, 1)
    """
    if n_rows <= n_most:
        return np.arange(n_rows)
    order = np.random.RandomState(0).permutation(n_rows)
    if codes is not None:
        order = order[np.argsort(codes[order], kind="stable")]
    rows = order[np.linspace(0, n_rows - 1, n_most).round().astype(np.intp)]
    if codes is not None:
        firsts = order[np.unique(codes[order], return_index=True)[1]]
        absent = firsts[~np.isin(codes[firsts], codes[rows])]
        rows = np.concatenate([rows, absent])
    return np.sort(rows)


def add_legend(
    figure: FigureBase, ax: Axes, handles: Sequence[Any], *, is_own: bool, small: bool = False, **kwargs: Any
) -> Legend:
    """Add a legend above the axes of a figure made for them, else in the corner of the axes."""
    if is_own:
        above = style({"loc": "outside upper center", "frameon": False}, kwargs)
        legend = _in_columns(
            lambda n: figure.legend(handles=handles, **{"ncols": n} | above),
            len(handles),
            cast("Any", figure).bbox.width,
        )
    else:
        look = {"loc": "upper right", "framealpha": 0.9, "fontsize": SMALL_TEXT if small else "medium"}
        legend = ax.legend(handles=handles, **style(look, kwargs))
    markers: list[Any] = [handle for handle in legend.legend_handles if hasattr(handle, "set_sizes")]
    smallest = min((marker.get_sizes().min() for marker in markers), default=_LEGEND_AREA)
    for marker in markers:  # readable, however small the points are
        marker.set_sizes(marker.get_sizes() * max(1.0, _LEGEND_AREA / smallest))
    return legend


def legend_above(ax: Axes, handles: Sequence[Any], *, small: bool, **kwargs: Any) -> Legend:
    """Add a legend above the axes, where it hides nothing, in as many columns as fit.

    If `small`, a label ends before its first colon.
    """
    labels = [str(handle.get_label()) for handle in handles]
    look: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (0.0, 1.01),
        "borderaxespad": 0.0,
        "frameon": False,
        "fontsize": "small",
    }
    if small:
        labels = [label.partition(":")[0] for label in labels]
        look |= {"fontsize": SMALL_TEXT, "handlelength": 1.4, "handletextpad": 0.5, "columnspacing": 1.0}
        look |= {"labelspacing": 0.2, "markerscale": 0.8}
    chosen = style(look, kwargs)
    return _in_columns(
        lambda n: ax.legend(handles, labels, **{"ncols": n} | chosen), len(handles), ax.bbox.width
    )


def _in_columns(add: Callable[[int], Legend], n_handles: int, width: float) -> Legend:
    """Return the legend that `add` makes with the most columns that fit into a width in pixels."""
    n_columns = n_handles
    legend = add(n_columns)
    while n_columns > 1 and legend.get_window_extent().width > width:
        legend.remove()
        n_columns -= 1
        legend = add(n_columns)
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


# Ticks of a logarithmic axis


def log_tick_values(low: float, high: float) -> list[float]:
    """Return the numbers to write on a logarithmic axis from `low` to `high`.

    Examples
    --------
    >>> log_tick_values(0.09, 2.5)
    [0.1, 0.2, 0.5, 1.0, 2.0]
    """
    values = [float(f"{value:.6g}") for value in _log_locator(low, high).tick_values(low, high)]
    return [value for value in values if low <= value <= high]


def set_log_ticks(axis: Axis, low: float, high: float) -> None:
    """Write plain numbers on a logarithmic axis that runs from `low` to `high`."""
    axis.set_major_locator(_log_locator(low, high))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def _log_locator(low: float, high: float) -> Locator:
    if high < 5 * low:
        return MaxNLocator(6)
    return LogLocator(subs=(1.0, 2.0, 5.0) if high < 1e3 * low else (1.0,))


# Names beside points


def write_beside(
    ax: Axes, names: Sequence[tuple[str, Array]], path: Array, *, fontsize: str = "small"
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
    fontsize : str

    Returns
    -------
    list of matplotlib Annotation
    """
    line = _along(ax.transData.transform(path))
    written: list[Annotation] = []
    for name, point in names:
        drawn = [_write(ax, name, point, side, fontsize) for side in _SIDES]
        best = min(range(len(drawn)), key=lambda k: (_covered(ax, drawn[k], line, written), k))
        for k, text in enumerate(drawn):
            if k != best:
                text.remove()
        written.append(drawn[best])
    return written


def _write(ax: Axes, name: str, point: Array, side: tuple[int, int], fontsize: str) -> Annotation:
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


# Files


def prepare_folder(folder: Path) -> None:
    """Create a folder for image files before any work is done; `OutputError` if it is not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder '{folder}': {error.strerror or error}; choose another."
        ) from error
    check_writable(folder / "picture.png")


def draw_without_screen() -> None:
    """Make matplotlib draw to files only, even if there is a screen, on which it would open windows."""
    import matplotlib as mpl

    mpl.use("agg")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the path's suffix, and close it.

    The file is complete or not there; `OutputError` if it cannot be written.
    """
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=DPI)
    plt.close(figure)
