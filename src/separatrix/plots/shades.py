"""Shades: the probabilities over a plane as an image, and the class that is predicted everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.image import AxesImage
from matplotlib.text import Text
from numpy.typing import NDArray

from separatrix.explain.boundary import DecisionGrid
from separatrix.plots.axes import style, wrapped
from separatrix.plots.palette import background, class_colors, class_tints, probability_colormap

Array = NDArray[Any]


def draw_shades(ax: Axes, grid: DecisionGrid, image_kw: Mapping[str, Any] | None = None) -> AxesImage:
    """Draw the probabilities as an image; with two classes its colours have a scale."""
    plane = grid.plane
    look: dict[str, Any] = {
        "origin": "lower",
        "extent": (plane.u[0], plane.u[-1], plane.v[0], plane.v[-1]),
        "interpolation": "bilinear",
        "zorder": 0,
    }
    if grid.is_binary:
        colors = probability_colormap(*class_colors(2))
        look |= {"cmap": colors, "norm": TwoSlopeNorm(grid.threshold, 0.0, 1.0)}
    return ax.imshow(shades_of(grid), **style(look, image_kw))


def shades_of(grid: DecisionGrid) -> Array:
    """Return the probability of the second class, or colours if there are more than two."""
    return (
        grid.probability if grid.is_binary else class_tints(grid.probability, class_colors(len(grid.classes)))
    )


def write_everywhere(ax: Axes, grid: DecisionGrid, fontsize: float | str) -> Text:
    """Write at the foot of the axes which class is predicted everywhere; nothing if there is a boundary."""
    box = {"boxstyle": "round,pad=0.3", "facecolor": background(), "edgecolor": "none", "alpha": 0.8}
    return ax.text(
        0.5,
        0.03,
        everywhere(grid),
        transform=ax.transAxes,
        ha="center",
        va="bottom",
        fontsize=fontsize,
        bbox=box,
        zorder=5,
    )


def everywhere(grid: DecisionGrid) -> str:
    """Return the class that is predicted everywhere, in words; empty if there is a boundary."""
    code = grid.only_class
    return "" if code is None else wrapped(f"{grid.classes[code]} everywhere", 30)
