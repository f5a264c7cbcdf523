"""Palette: colours and markers of all displays, so that a class looks the same in each of them.

Classes have the colours of Okabe and Ito and two of Tol's, which colour-blind readers can tell apart, and a
marker each. Signs (of weights, of activations) have other colours than classes. Text, lines on the background
and the grid take their colours from matplotlib's ``rcParams``, so that styles such as "dark_background" work.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from matplotlib import colormaps, rcParams
from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap
from matplotlib.typing import ColorType
from numpy.typing import NDArray

Array = NDArray[Any]

# Blue and vermilion for the classes 0 and 1; yellow last, as it is hard to see on white.
_CLASSES = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#595959",
    "#882255",
    "#999933",
    "#F0E442",
)
N_COLORS = len(_CLASSES)
NEUTRAL = "#595959"  # of points without a class
_MARKERS = ("o", "*", "s", "^", "D", "v", "P", "X", "p", "h")
_MARKER_SCALES = {"*": 2.4, "^": 1.3, "v": 1.3, "P": 1.3, "X": 1.3}
_CURVES = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#0072B2", "#D55E00")
_TINT = 0.36  # of a class's colour in its tint, so that points in the full colour stand out


def ink() -> ColorType:
    """Return the colour of text and of black lines in the current style."""
    return cast("ColorType", rcParams["text.color"])


def background() -> ColorType:
    """Return the colour of the background of axes in the current style."""
    return cast("ColorType", rcParams["axes.facecolor"])


def grid_color() -> ColorType:
    """Return the colour of grid lines in the current style."""
    return cast("ColorType", rcParams["grid.color"])


def class_colors(n_classes: int) -> list[str]:
    """Return a colour for each class, as ``#RRGGBB``; they repeat after ten classes.

    Examples
    --------
    >>> class_colors(2)
    ['#0072B2', '#D55E00']
    """
    return [_CLASSES[code % N_COLORS] for code in range(n_classes)]


def class_markers(n_classes: int) -> list[str]:
    """Return a matplotlib marker for each class.

    They repeat after ten classes, each time with the next colour.

    Examples
    --------
    >>> class_markers(3)
    ['o', '*', 's']
    """
    n = len(_MARKERS)
    return [_MARKERS[(code + code // n) % n] for code in range(n_classes)]


def marker_scale(marker: str) -> float:
    """Return the factor on a marker's area that makes it look as large as a dot."""
    return _MARKER_SCALES.get(marker, 1.0)


def curve_colors(n_curves: int) -> list[ColorType]:
    """Return a colour for each of several curves that do not stand for classes; the first is that of text.

    Examples
    --------
    >>> curve_colors(2)
    ['black', '#009E73']
    """
    colors: tuple[ColorType, ...] = (ink(), *_CURVES)
    return [colors[number % len(colors)] for number in range(n_curves)]


def probability_colormap(low: str = _CLASSES[0], high: str = _CLASSES[1]) -> Colormap:
    """Return the colours of a probability: a tint of `low` for 0, white for one half, a tint of `high` for 1.

    Points in the full colours stand out on tints.
    """
    return LinearSegmentedColormap.from_list(
        "probability", [tuple(_tinted(low)), (1.0, 1.0, 1.0), tuple(_tinted(high))]
    )


def class_tints(probability: Array, colors: list[str]) -> Array:
    """Return the tint of the likeliest class at each point, fainter where it is less likely.

    Parameters
    ----------
    probability : ndarray of shape (..., n_classes)
    colors : list of str
        One for each class.

    Returns
    -------
    ndarray of shape (..., 3)
        Red, green and blue from 0 to 1; white where all classes are equally likely.

    Examples
    --------
    >>> class_tints(np.array([[0.5, 0.5]]), class_colors(2)).tolist()
    [[1.0, 1.0, 1.0]]
    """
    n_classes = probability.shape[-1]
    tints = np.array([_tinted(color) for color in colors])
    strength = (probability.max(axis=-1, keepdims=True) * n_classes - 1) / (n_classes - 1)
    shades: Array = 1 - np.clip(strength, 0, 1) * (1 - tints[probability.argmax(axis=-1)])
    return shades


def signed_colormap() -> Colormap:
    """Return the colours of weights and activations: purple below zero, white, green above."""
    # Without the darkest ends, on which a black line could not be seen. The ends are the colours of diagrams
    # in notebooks, `NEGATIVE` and `POSITIVE` of `separatrix.explain.diagram`.
    return ListedColormap(colormaps["PRGn"](np.linspace(0.15, 0.85, 256)), "signed")


def sequential_colormap() -> Colormap:
    """Return the colours of values without a sign, such as losses or epochs, from dark to light."""
    return colormaps["viridis"]


def _tinted(color: str) -> Array:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    tint: Array = 1 - _TINT * (1 - rgb)
    return tint
