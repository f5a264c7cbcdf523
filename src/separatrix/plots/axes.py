"""Axes: new axes, texts as they are written, ticks and files, for all displays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import FuncFormatter, Locator, LogLocator, MaxNLocator, NullFormatter, NullLocator
from numpy.typing import NDArray

from separatrix.errors import OutputError, ParameterError
from separatrix.files import atomic_write, check_writable
from separatrix.plots.sizes import axes_size, figure_size, text_points, text_size

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None

DPI = 120  # of files


def new_axes(figsize: tuple[float, float] | None = None) -> Axes:
    """Return the axes of a new pyplot figure, laid out so that nothing is cut off.

    The size in inches is that for texts of the usual size.
    """
    return plt.subplots(layout="constrained", figsize=figure_size(figsize))[1]


def make_higher(figure: FigureBase, points: float) -> None:
    """Make a figure higher, for what was added above its axes; a subfigure stays as it is."""
    if isinstance(figure, Figure):
        figure.set_figheight(figure.get_figheight() + max(points, 0.0) / 72)


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
    height = axes_size(ax)[1]
    small = min(text_points("x-small"), max(0.075 * height, 6.0))
    ax.tick_params(labelsize=small, pad=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.labelpad = 1.0
        axis.label.set_fontsize(small)
    # A layout done later makes room for titles and legends.
    label = _broken(ax.get_ylabel(), 0.6 * height, small)
    ax.set_ylabel(label.replace("\\\n$", "\\$\n"))  # the mark of `as_written` stays before its character


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
