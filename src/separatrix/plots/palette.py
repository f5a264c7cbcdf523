"""Palette: colours and markers of all displays, so that a class looks the same in each of them.

Classes have the colours of Okabe and Ito and two of Tol's, which colour-blind readers can tell apart, and a
marker each. Signs (of weights, of activations) have other colours than classes. In grey print, the ends of a
scale differ in lightness. Text, lines and the middle of a scale take their colours from matplotlib's
``rcParams``, so that styles such as "dark_background" work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import numpy as np
from matplotlib import colormaps, rcParams
from matplotlib.colors import Colormap, ListedColormap, to_rgb
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
_MARKERS = ("o", "*", "s", "^", "D", "v", "P", "X", "p", "h")
_MARKER_SCALES = {"*": 2.4, "^": 1.3, "v": 1.3, "P": 1.3, "X": 1.3}
_CURVES = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#0072B2", "#D55E00")
# How much of its colour a class has in its tint: at equal probabilities, where the step to the next class
# must be seen, and where the class is certain. Points in the full colour stand out. Low is darker in grey.
_FAINTEST, _STRONGEST = 0.08, 0.42
_STRONGEST_LOW, _STRONGEST_HIGH = 0.52, 0.36
_IS_SWAPPED = ContextVar("_IS_SWAPPED", default=False)


def ink() -> ColorType:
    """Return the colour of text and of black lines in the current style."""
    return cast("ColorType", rcParams["text.color"])


def background() -> ColorType:
    """Return the colour of the background of axes in the current style."""
    return cast("ColorType", rcParams["axes.facecolor"])


def muted(strength: float = 0.65) -> ColorType:
    """Return the colour of text with only some of its contrast to the background: 0 is the background."""
    return _mixed(ink(), strength)


def is_dark() -> bool:
    """Return whether the background of the current style is darker than its text."""
    return sum(to_rgb(background())) < sum(to_rgb(ink()))


def grid_color() -> ColorType:
    """Return the colour of grid lines in the current style."""
    return cast("ColorType", rcParams["grid.color"])


@contextmanager
def swapped_classes() -> Iterator[None]:
    """Give the first of two classes colour and marker of the second, and the second those of the first.

    For pictures beside others, in which the first class is red.
    """
    token = _IS_SWAPPED.set(True)
    try:
        yield
    finally:
        _IS_SWAPPED.reset(token)


def class_colors(n_classes: int) -> list[str]:
    """Return a colour for each class, as ``#RRGGBB``; they repeat after ten classes.

    Examples
    --------
    >>> class_colors(2)
    ['#0072B2', '#D55E00']
    """
    return [_CLASSES[code % N_COLORS] for code in _order(n_classes)]


def class_markers(n_classes: int) -> list[str]:
    """Return a matplotlib marker for each class.

    They repeat after ten classes, each time with the next colour.

    Examples
    --------
    >>> class_markers(3)
    ['o', '*', 's']
    """
    n = len(_MARKERS)
    return [_MARKERS[(code + code // n) % n] for code in _order(n_classes)]


def _order(n_classes: int) -> list[int]:
    order = list(range(n_classes))
    return order[::-1] if n_classes == 2 and _IS_SWAPPED.get() else order


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


def probability_colormap(low: str | None = _CLASSES[0], high: str = _CLASSES[1]) -> Colormap:
    """Return the colours of a probability: tints of `low` below one half, of `high` above, fainter near it.

    At one half there is a small step, so that the two sides can be seen. Without `low`, the lower half has
    the colour of the background.
    """
    certainty = np.linspace(0.0, 1.0, 128)
    lower = np.tile(to_rgb(background()), (128, 1))
    if low is not None:
        lower = _tints(low, certainty[::-1], _STRONGEST_LOW)
    return ListedColormap(np.vstack([lower, _tints(high, certainty, _STRONGEST_HIGH)]), "probability")


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
        Red, green and blue from 0 to 1, nearly those of the background where all classes are equally likely.

    Examples
    --------
    >>> class_tints(np.array([[0.5, 0.5]]), class_colors(2)).round(2).tolist()
    [[0.92, 0.96, 0.98]]
    """
    n_classes = probability.shape[-1]
    certainty = (probability.max(axis=-1) * n_classes - 1) / (n_classes - 1)
    likeliest = np.array([to_rgb(color) for color in colors])[probability.argmax(axis=-1)]
    return _tints(likeliest, np.clip(certainty, 0, 1), _STRONGEST)


def signed_colormap() -> Colormap:
    """Return the colours of weights and activations: purple below zero, green above, the ground at zero."""
    # Purple is darker than green, also in grey print. The ends are the colours of diagrams in notebooks,
    # `NEGATIVE` and `POSITIVE` of `separatrix.explain.diagram`.
    n = 128
    shades = colormaps["PRGn"](np.concatenate([np.linspace(0.1, 0.5, n), np.linspace(0.5, 0.8, n)]))[:, :3]
    if is_dark():  # the same ends, with the background instead of white between them
        strength = np.concatenate([np.linspace(1, 0, n), np.linspace(0, 1, n)])
        ends = np.repeat(shades[[0, -1]], n, axis=0)
        shades = _blended(ends, strength)
    return ListedColormap(shades, "signed")


def ordered_colors(n_curves: int) -> list[ColorType]:
    """Return a colour for each of several curves in an order, such as epochs: the last is that of text."""
    ends = (0.45, 1.0) if is_dark() else (0.85, 0.1)
    shades = sequential_colormap()(np.linspace(*ends, max(n_curves - 1, 1)))
    return [*map(tuple, shades[: n_curves - 1].tolist()), ink()]


def sequential_colormap() -> Colormap:
    """Return the colours of values without a sign, such as losses or epochs, from dark to light."""
    return colormaps["viridis"]


def _mixed(color: ColorType, strength: float) -> ColorType:
    """Return a colour of which `strength` is left, and the rest is the background's."""
    return tuple(_blended(np.array(to_rgb(color)), np.array(strength)).tolist())


def _blended(color: Array, strength: Array) -> Array:
    ground = np.array(to_rgb(background()))
    blended: Array = ground + strength[..., np.newaxis] * (color - ground)
    return blended


def _tints(color: Any, certainty: Array, strongest: float) -> Array:
    rgb = np.array(to_rgb(color)) if isinstance(color, str) else color
    return _blended(rgb, _FAINTEST + (strongest - _FAINTEST) * certainty)
