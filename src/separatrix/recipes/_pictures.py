"""The recipes' drawings: plain static pictures, in colours that the colour-blind can tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import OutputError
from separatrix.files import atomic_write, check_writable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]

# Okabe & Ito's colours: blue and vermilion for the classes, which have a marker each, too; others for curves.
COLOURS = {"blue": "#0072B2", "red": "#D55E00"}
MARKERS = {"blue": "o", "red": "*"}
SIZES = {"blue": 1.0, "red": 2.2}  # a star of the same area looks smaller
LINES = ("#000000", "#009E73", "#CC79A7")
DPI = 120

_GRID = 201  # points along each side of the probability's background


class Classifier(Protocol):
    """What can tell probabilities: a model or an estimator."""

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n_rows, n_classes)."""
        ...


def prepare_folder(folder: Path) -> None:
    """Make the folder of the pictures, before any work is spent; `OutputError` if it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder '{folder}': {error.strerror or error}; choose another."
        ) from error
    check_writable(folder / "picture.png")


def panels(n_rows: int, n_columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of `n_rows` times `n_columns` panels, each `width` by `height` inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(n_columns * width, n_rows * height), layout="constrained")
    return figure, list(figure.subplots(n_rows, n_columns, squeeze=False).flat)


def save(figure: Figure, path: Path) -> Path:
    """Write a picture, whole or not at all."""
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=DPI)
    return path


def draw_plane(
    ax: Axes,
    X: Array,
    y: Array,
    model: Classifier,
    *,
    colours: tuple[str, str] = ("blue", "red"),
    size: float = 14.0,
) -> Any:
    """Draw the probability of class 1 over the plane, the boundary, and the points; return the background.

    `colours` are those of class 0 and class 1.
    """
    from matplotlib.colors import LinearSegmentedColormap

    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.1 * (high - low)
    u, v = (np.linspace(a, b, _GRID) for a, b in zip(low - margin, high + margin, strict=True))
    U, V = np.meshgrid(u, v)
    P = model.predict_proba(np.column_stack([U.ravel(), V.ravel()]))[:, 1].reshape(U.shape)
    shades = LinearSegmentedColormap.from_list("", [COLOURS[colours[0]], "white", COLOURS[colours[1]]])
    background = ax.pcolormesh(U, V, P, cmap=shades, vmin=0, vmax=1, alpha=0.55, rasterized=True)
    if P.min() < 0.5 < P.max():
        ax.contour(U, V, P, [0.5], colors="black", linewidths=1.8)
    draw_points(ax, X[:, 0], X[:, 1], y, colours=colours, size=size)
    return background


def draw_points(
    ax: Axes, u: Array, v: Array, y: Array, *, colours: tuple[str, str] = ("blue", "red"), size: float = 14.0
) -> None:
    """Draw points in the colour and with the marker of their class."""
    for label, colour in enumerate(colours):
        is_class = y == label
        ax.scatter(
            u[is_class],
            v[is_class],
            s=size * SIZES[colour],
            c=COLOURS[colour],
            marker=MARKERS[colour],
            edgecolors="white",
            linewidths=0.4,
            label=colour,
            zorder=3,
        )


def draw_losses(ax: Axes, curves: Mapping[str, tuple[Array, Array]]) -> None:
    """Draw (epochs, loss) curves by name, the loss on a logarithmic scale."""
    from matplotlib.ticker import LogLocator, NullFormatter

    for (name, (epochs, loss)), colour in zip(curves.items(), LINES, strict=False):
        ax.plot(epochs, loss, color=colour, linewidth=1.3, label=name)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.grid(alpha=0.3)
    if len(curves) > 1:
        ax.legend()


def draw_fits(ax: Axes, X: Array, y: Array, models: Mapping[str, Classifier]) -> None:
    """Draw the probability of class 1 along a line by several networks, and the points, at 0 and 1."""
    x = np.linspace(X.min(), X.max(), 1000)
    draw_points(ax, X[:, 0], y, y)
    for (name, model), colour, dashes in zip(models.items(), LINES, ("-", "--", ":"), strict=False):
        ax.plot(
            x,
            model.predict_proba(x[:, np.newaxis])[:, 1],
            dashes,
            color=colour,
            linewidth=1.4,
            label=name,
            zorder=4,
        )
    ax.set_ylim(-0.1, 1.1)
    ax.grid(alpha=0.3)


def draw_surface(ax: Axes, u: Array, v: Array, loss: Array, path: Array) -> Any:
    """Draw a loss over two weights, and the path of the weights on it; return the background.

    `loss` has a row for each of `v` and a column for each of `u`; `path` is of shape (n_steps + 1, 2).
    """
    levels = np.geomspace(loss.min(), loss.max(), 25)
    background = ax.contourf(u, v, loss, levels, norm="log", cmap="viridis")
    ax.plot(path[:, 0], path[:, 1], "o-", color="white", markeredgecolor="black", linewidth=1.5, markersize=6)
    return background
