"""What the hidden units see, unit by unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from separatrix.explain.hidden import HiddenUnits, LayerView, hidden_units
from separatrix.explain.plane import Kind, Place
from separatrix.plots.axes import SMALL_TEXT, figure_of, is_small, new_axes, settings, wrapped
from separatrix.plots.palette import class_colors, probability_colormap, signed_colormap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Array = NDArray[Any]

_ROWS = 5  # tiles above each other; a longer layer goes on beside them
_STEP = 1.12  # from tile to tile, whose sides are 1
_GAP = 0.75  # between layers
_LINE, _CHARACTER = 0.19, 0.085  # of text
_PAD = 0.12  # between tiles and text
_INCHES = 0.95  # of a tile's side


@dataclass(frozen=True)
class _Block:
    """Where a layer's tiles stand: their lower left corners, in tiles."""

    corners: list[tuple[float, float]]
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


class HiddenUnitsDisplay:
    """What every unit of a network makes of each place on a plane, in the network's own order.

    A column for each layer, then the outputs. Green is above the middle of the unit's scale and purple below;
    on the black line the unit's weighted sum is zero. Lines between units are weights: green above zero,
    purple below, the wider the larger. On small axes of one's own the layers are numbered and no more is
    written. Make it by `from_estimator`.

    Parameters
    ----------
    units : HiddenUnits
        What `separatrix.explain.hidden_units` returns.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    images_ : list of list of matplotlib AxesImage
        For each layer, one for each of its units.
    zero_lines_ : matplotlib LineCollection
        Where the units' weighted sums are zero.
    frames_ : matplotlib LineCollection
        Around the tiles.
    weights_ : list of matplotlib LineCollection
        One between each two layers of which no unit is left out.

    Examples
    --------
    >>> from separatrix import HiddenUnitsDisplay, MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> network = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> display = HiddenUnitsDisplay.from_estimator(network, X)
    """

    ax_: Axes
    figure_: Figure
    images_: list[list[AxesImage]]
    zero_lines_: LineCollection
    frames_: LineCollection
    weights_: list[LineCollection]

    def __init__(self, units: HiddenUnits) -> None:
        self.units = units

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        features: Sequence[str | int] | None = None,
        plane: Kind = "features",
        at: Place = None,
        grid_resolution: int = 80,
        max_units: int = 20,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw.

        Parameters
        ----------
        estimator : Model, fitted estimator of this package, or pipeline that ends in one
        X : array-like or table of shape (n_rows, n_columns)
        features, plane, at
            The plane, as for `DecisionBoundaryDisplay`.
        grid_resolution : int
            Points along each side of a tile.
        max_units : int
            Units shown of each layer.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure, as large as the network needs.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If the network has no hidden layer, or the plane is not determined.
        DataError
            If `X` does not fit the network.
        """
        units = hidden_units(
            estimator,
            X,
            features=features,
            plane=plane,
            at=at,
            grid_resolution=grid_resolution,
            max_units=max_units,
        )
        return cls(units).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        image_kw: Mapping[str, Any] | None = None,
        line_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        image_kw, line_kw : mapping, optional
            Passed to `Axes.imshow` and, for the lines of zero, `LineCollection`.
        """
        from matplotlib.collections import LineCollection

        self._is_small = ax is not None and is_small(ax)
        names_width = self._names_width()
        blocks = _blocks(self.units.layers, names_width)
        width = blocks[-1].right + names_width
        headings = [self._heading(number) for number in range(len(blocks))]
        reading = self._reading(max(50, int(12 * width)))
        top = max(block.top + _text_height(heading) for block, heading in zip(blocks, headings, strict=True))
        foot = min(block.bottom for block in blocks) - (_text_height("…") if self._is_folded() else _PAD)
        bottom = foot - _text_height(reading)
        size = (max(_INCHES * (width + 0.8), 4.0), _INCHES * (top - bottom))
        self.ax_ = ax = new_axes(size) if ax is None else ax
        self.figure_ = figure_of(ax)
        self._blocks = blocks
        self.weights_ = [
            _draw_weights(ax, before, after)
            for before, after in pairwise(blocks)
            if max(len(before.corners), len(after.corners)) <= _ROWS
        ]
        self.images_ = [self._draw_layer(ax, number, block, image_kw) for number, block in enumerate(blocks)]
        style = settings({"colors": "black", "linewidths": 1.0, "zorder": 3}, line_kw)
        self.zero_lines_ = LineCollection([], **style)
        corners = [corner for block in blocks for corner in block.corners]
        self.frames_ = LineCollection(
            [_square(x, y) for x, y in corners], colors="0.3", linewidths=0.8, zorder=4
        )
        for lines in (self.zero_lines_, self.frames_):
            ax.add_collection(lines, autolim=False)
        text_size = SMALL_TEXT if self._is_small else "medium"
        for block, heading in zip(blocks, headings, strict=True):
            ax.text(block.middle, block.top + _PAD, heading, ha="center", va="bottom", fontsize=text_size)
        self.update(self.units)
        ax.text(width / 2, foot, reading, ha="center", va="top", fontsize="small", color="0.3")
        ax.set_xlim(-0.4, width + 0.4)
        ax.set_ylim(bottom, top)
        ax.set_aspect("equal")
        ax.set_axis_off()
        return self

    def update(self, units: HiddenUnits) -> None:
        """Show in the artists drawn the same units as they were at another time."""
        zero_lines: list[Array] = []
        for layer, block, images in zip(units.layers, self._blocks, self.images_, strict=True):
            for unit, (image, (x, y)) in enumerate(zip(images, block.corners, strict=True)):
                image.set_data(layer.outputs[..., unit])
                image.set_clim(*layer.limits[unit])
                zero_lines += _zero_lines(layer.sums[..., unit], x, y)
        self.zero_lines_.set_segments(zero_lines)
        for lines, layer in zip(self.weights_, self._weighted(units), strict=True):
            _set_weights(lines, layer.weights)

    def _weighted(self, units: HiddenUnits) -> list[LayerView]:
        """Return the layers to which weights are drawn."""
        n_shown = [len(block.corners) for block in self._blocks]
        return [
            layer
            for layer, pair in zip(units.layers[1:], pairwise(n_shown), strict=True)
            if max(pair) <= _ROWS
        ]

    def _draw_layer(
        self, ax: Axes, number: int, block: _Block, image_kw: Mapping[str, Any] | None
    ) -> list[AxesImage]:
        layer, is_output = self.units.layers[number], number == len(self.units.layers) - 1
        n_folded = layer.n_units - len(block.corners)
        if n_folded:
            note = f"+{n_folded}" if self._is_small else f"… {n_folded} more"
            size = SMALL_TEXT if self._is_small else "medium"
            ax.text(block.middle, block.bottom - _PAD, note, ha="center", va="top", fontsize=size)
        images = []
        for unit, (x, y) in enumerate(block.corners):
            images.append(
                ax.imshow(
                    layer.outputs[..., unit],
                    **settings(
                        {
                            "cmap": self._output_colors(unit) if is_output else signed_colormap(),
                            "extent": (x, x + 1, y, y + 1),
                            "origin": "lower",
                            "interpolation": "bilinear",
                            "zorder": 2,
                        },
                        image_kw,
                    ),
                )
            )
            if is_output and layer.outputs.shape[-1] > 1:
                name = wrapped(self.units.output_names[unit], 16)
                ax.text(x + 1 + _PAD, y + 0.5, name, ha="left", va="center", fontsize="small")
        return images

    def _heading(self, number: int) -> str:
        layers = self.units.layers
        layer = layers[number]
        if self._is_small:
            return str(number + 1) if number < len(layers) - 1 else "out"
        if number < len(layers) - 1:
            return f"hidden {number + 1}\n{layer.activation}"
        names = self.units.output_names
        return f"output\n{wrapped(names[0], 16)}" if len(names) == 1 else "outputs"

    def _names_width(self) -> float:
        """Return the room that the names of several outputs need beside them, in tiles."""
        names = self.units.output_names
        lines = [line for name in names for line in wrapped(name, 16).split("\n")]
        return _PAD + _CHARACTER * max(map(len, lines)) if len(names) > 1 else 0.0

    def _output_colors(self, unit: int) -> Any:
        names, layer = self.units.output_names, self.units.layers[-1]
        if layer.activation not in {"logistic", "softmax"}:
            return signed_colormap()
        if len(names) == 1:
            return probability_colormap()
        return probability_colormap("#FFFFFF", class_colors(len(names))[unit])

    def _reading(self, width: int) -> str:
        if self._is_small:
            return ""
        plane = self.units.plane
        colors = "green: high · purple: low · line: sum is zero"
        lines = (f"across: {plane.u_label}", f"up: {plane.v_label}", plane.note, colors)
        return "\n".join(wrapped(line, width) for line in lines if line)

    def _is_folded(self) -> bool:
        return any(layer.n_units > layer.outputs.shape[-1] for layer in self.units.layers)


def _blocks(layers: Sequence[LayerView], names_width: float) -> list[_Block]:
    """Set every layer's tiles beside the last's, in the middle of the height; names beside the outputs."""
    blocks, left = [], 0.0
    for layer in layers:
        across = _STEP + (names_width if layer is layers[-1] else 0.0)
        n = layer.outputs.shape[-1]
        n_columns = math.ceil(n / _ROWS)
        n_rows = math.ceil(n / n_columns)
        height, width = (n_rows - 1) * _STEP + 1, (n_columns - 1) * across + 1
        corners = [
            (left + unit // n_rows * across, height / 2 - 1 - unit % n_rows * _STEP) for unit in range(n)
        ]
        blocks.append(_Block(corners, left, left + width, height / 2, -height / 2))
        left += width + _GAP
    return blocks


def _text_height(text: str) -> float:
    """Return the room that lines of text need beside the tiles, in tiles."""
    return _LINE * (text.count("\n") + 1) + 2 * _PAD


def _zero_lines(sums: Array, x: float, y: float) -> list[Array]:
    """Return the lines on which sums are zero, on the tile whose lower left corner is (x, y)."""
    from contourpy import contour_generator

    across, up = (np.linspace(low, low + 1, n) for low, n in ((x, sums.shape[1]), (y, sums.shape[0])))
    return list(cast("Any", contour_generator(across, up, sums).lines(0.0)))


def _square(x: float, y: float) -> list[tuple[float, float]]:
    return [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]


def _draw_weights(ax: Axes, before: _Block, after: _Block) -> LineCollection:
    from matplotlib.collections import LineCollection

    ends = [((x0 + 1, y0 + 0.5), (x1, y1 + 0.5)) for x0, y0 in before.corners for x1, y1 in after.corners]
    lines = LineCollection(ends, zorder=1)
    ax.add_collection(lines, autolim=False)
    return lines


def _set_weights(lines: LineCollection, weights: Array) -> None:
    """Show weights as width and colour."""
    shares = weights.ravel() / (np.abs(weights).max() or 1.0)
    lines.set_color(list(map(tuple, signed_colormap()(np.where(shares > 0, 1.0, 0.0)).tolist())))
    lines.set_linewidth((0.3 + 3.2 * np.abs(shares)).tolist())
