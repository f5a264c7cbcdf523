"""Hidden units: the output of every unit of a network over a plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import SubFigure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import NDArray

from separatrix.explain.hidden import HiddenUnits, LayerView, hidden_units, units_over
from separatrix.explain.plane import PlaneKind, RowLike
from separatrix.explain.subject import model_with_hidden_layers, shortened
from separatrix.explain.tables import stratified_rows
from separatrix.model import Model
from separatrix.plots.axes import as_written, style, wrapped, wrapped_to
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.palette import (
    background,
    class_colors,
    ink,
    muted,
    probability_colormap,
    signed_colormap,
)
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import figure_size, text_points, text_size

Array = NDArray[Any]

_ROWS = 5  # tiles on top of each other; a longer layer has several columns
_STEP = 1.12  # from tile to tile, whose sides are 1
_GAP = 0.75  # between layers
_PAD = 0.12  # between tiles and text
_INCHES = 0.95  # of a tile's side, where texts have the usual size
_INPUT_STEP = 0.32  # between the inputs, for their names
_MAX_LINKED = 10  # units of two layers between which weights are drawn
_MAX_ROWS = 120  # drawn on each tile
_FILM_RESOLUTION, _FILM_UNITS = 50, 10  # points along each side of a tile, and units of a layer, in a film


@dataclass(frozen=True)
class _Block:
    """The tiles of a layer: their lower left corners and their outline, in tiles."""

    corners: list[tuple[float, float]]
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


class HiddenUnitsDisplay(ModelDisplay):
    """Output of every unit of a network over a plane, in the order of the network.

    First are the two inputs, then there is a column for each hidden layer, then one for the outputs. Units
    are numbered from 1. Green is above the middle of the unit's scale and purple below; on the line the
    weighted sum of the unit is zero. Faint points are the rows. A unit whose output is the same everywhere
    says so. Lines between units are weights: green above zero, purple below, wider for larger weights. On
    small axes the layers are numbered, and there is no other text. Create it with `from_estimator`.

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
        The lines on which the weighted sums of the units are zero.
    frames_ : matplotlib LineCollection
        The frames of the tiles.
    inputs_ : list of matplotlib AxesImage
        The inputs.
    rows_ : matplotlib PathCollection
        The rows, on each tile.
    numbers_ : list of list of matplotlib Text
        The numbers of the hidden units, by layer.
    constants_ : list of list of matplotlib Text
        "off everywhere" or "always" and the value, on units that do not vary; else empty.
    weights_ : list of matplotlib LineCollection
        The weights between each two layers of at most ten units.
    legend_ : matplotlib Legend or None

    Examples
    --------
    >>> from separatrix import HiddenUnitsDisplay, MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> network = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> display = HiddenUnitsDisplay.from_estimator(network, X)
    """

    panel_width = 5.4

    def __init__(self, units: HiddenUnits) -> None:
        self.units = units

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        features: Sequence[str | int] | None = None,
        plane: PlaneKind = "features",
        at: RowLike = None,
        grid_resolution: int = 80,
        max_units: int = 20,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw the outputs of the units.

        Parameters
        ----------
        estimator : Model, fitted estimator of this package, or pipeline that ends in one
        X : array-like or table of shape (n_rows, n_columns)
        features, plane, at
            The plane, as for `DecisionBoundaryDisplay`.
        grid_resolution : int, default=80
            Points along each side of a tile.
        max_units : int, default=20
            Units drawn of each layer.
        ax : matplotlib Axes, optional
            By default those of a new figure, as large as the network needs.
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
        """Draw the outputs of the units.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        image_kw, line_kw : mapping, optional
            Passed to `Axes.imshow` and, for the lines where sums are zero, `LineCollection`.
        """
        ax = self._begin(ax, (4.0, 4.0))
        names_width = self._names_width()
        self._inputs = _input_block()
        self._blocks = blocks = _blocks(self.units.layers, names_width, self._inputs.right + _GAP)
        width = blocks[-1].right + names_width
        headings = [self._heading(number) for number in range(len(blocks))]
        note = self._note(72 * _inches() * width)
        top = max(block.top + _text_height(heading) for block, heading in zip(blocks, headings, strict=True))
        foot = min(block.bottom for block in blocks) - (_text_height("…") if self._is_folded() else _PAD)
        bottom = foot - _text_height(note) - (0.0 if self._is_small else _text_height("legend"))
        if self._is_own:
            self.figure_.set_size_inches(max(_inches() * (width + 0.8), 4.0), _inches() * (top - bottom))
        self.inputs_ = self._draw_inputs(image_kw)
        self.weights_ = [self._draw_weights(number) for number in self._weighted()]
        self.images_ = [self._draw_layer(number, image_kw) for number in range(len(blocks))]
        self.zero_lines_ = LineCollection(
            [], **style({"colors": [ink()], "linewidths": 1.0, "zorder": 3}, line_kw)
        )
        corners = [corner for block in (self._inputs, *blocks) for corner in block.corners]
        self.frames_ = LineCollection(
            [_square(x, y) for x, y in corners], colors=[muted()], linewidths=0.8, zorder=4
        )
        for lines in (self.zero_lines_, self.frames_):
            ax.add_collection(lines, autolim=False)
        self.rows_ = self._draw_rows(corners)
        self.numbers_ = [self._write_units(block, _number) for block in blocks[:-1]]
        self.constants_ = [self._write_units(block, None) for block in blocks]
        for block, heading in zip(blocks, headings, strict=True):
            self._write(block.middle, block.top + _PAD, heading, va="bottom")
        self.update(self.units)
        ax.text(width / 2, foot, note, ha="center", va="top", fontsize=text_points("small"), color=muted(0.8))
        self.legend_ = None if self._is_small else self._explain(width / 2, bottom)
        ax.set(xlim=(-0.4, width + 0.4), ylim=(bottom, top), aspect="equal")
        ax.set_axis_off()
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the units cannot be drawn of this model and table; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        if len(subject.model.network.layers) == 1:
            return "the network has no hidden layer"
        return subject.missing_plane()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the units of a model over the rows of a table."""
        s = subject
        return cls.from_estimator(s.model, s.table, features=s.features, plane=s.plane)

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the texts; outputs, lines where sums are zero, and weights change."""
        model_with_hidden_layers(scene.estimator)  # raises an error if there are none
        plane = scene.make_plane(_FILM_RESOLUTION)

        def units_at(frame: int) -> HiddenUnits:
            return units_over(scene.at(frame), plane, scene.rows, max_units=_FILM_UNITS)

        display = cls(units_at(0)).plot(figure.subplots())
        images = [image for layer in display.images_ for image in layer]
        texts = [text for layer in (*display.numbers_, *display.constants_) for text in layer]
        moving = [*display.weights_, *images, display.zero_lines_, display.rows_, display.frames_, *texts]
        return Panel(moving, lambda frame: display.update(units_at(frame)))

    def update(self, units: HiddenUnits) -> None:
        """Show the outputs and weights of another time for the same units."""
        zero_lines: list[Array] = []
        for layer, texts in zip(units.layers, self.constants_, strict=True):
            for unit, text in enumerate(texts):
                text.set_text("" if self._is_small else _constant(layer.outputs[..., unit]))
        for layer, block, images in zip(units.layers, self._blocks, self.images_, strict=True):
            for unit, (image, (x, y)) in enumerate(zip(images, block.corners, strict=True)):
                image.set_data(layer.outputs[..., unit])
                image.set_clim(*layer.limits[unit])
                zero_lines += _zero_lines(layer.sums[..., unit], x, y)
        self.zero_lines_.set_segments(zero_lines)
        for lines, number in zip(self.weights_, self._weighted(), strict=True):
            _set_weights(lines, units.layers[number].weights)

    def _weighted(self) -> list[int]:
        """Return the indices of the layers whose weights are drawn."""
        n_shown = [len(block.corners) for block in self._blocks]
        # The inputs are those of the network only if the plane has all of them.
        n_before = [2 if self.units.layers[0].weights.shape[0] == 2 else np.inf, *n_shown]
        # Beyond the first, columns of outputs stand behind the names of others.
        most = [_MAX_LINKED] * (len(n_shown) - 1) + [_ROWS]
        return [k for k, n in enumerate(n_shown) if n <= most[k] and n_before[k] <= _MAX_LINKED]

    def _draw_weights(self, number: int) -> LineCollection:
        before, after = [self._inputs, *self._blocks][number : number + 2]
        ends = [((x0 + 1, y0 + 0.5), (x1, y1 + 0.5)) for x0, y0 in before.corners for x1, y1 in after.corners]
        lines = LineCollection(ends, zorder=1)
        self.ax_.add_collection(lines, autolim=False)
        return lines

    def _draw_layer(self, number: int, image_kw: Mapping[str, Any] | None) -> list[AxesImage]:
        layer, block, is_output = (
            self.units.layers[number],
            self._blocks[number],
            number == len(self._blocks) - 1,
        )
        n_folded = layer.n_units - len(block.corners)
        if n_folded:
            note = f"+{n_folded}" if self._is_small else f"… {n_folded} more"
            self._write(block.middle, block.bottom - _PAD, note, va="top")
        images = []
        for unit, (x, y) in enumerate(block.corners):
            look = {
                "cmap": self._output_colors(unit) if is_output else signed_colormap(),
                "extent": (x, x + 1, y, y + 1),
                "origin": "lower",
                "interpolation": "bilinear",
                "zorder": 2,
            }
            images.append(self.ax_.imshow(layer.outputs[..., unit], **style(look, image_kw)))
            if is_output and len(block.corners) > 1:
                name = wrapped(self.units.output_names[unit], 16)
                size = text_points("small")
                self.ax_.text(x + 1 + _PAD, y + 0.5, name, ha="left", va="center", fontsize=size)
        return images

    def _draw_inputs(self, image_kw: Mapping[str, Any] | None) -> list[AxesImage]:
        """Draw the values of the two axes of the plane, as the first layer gets them."""
        ramps = (np.linspace(-1, 1, 50)[np.newaxis], np.linspace(-1, 1, 50)[:, np.newaxis])
        look: dict[str, Any] = {"cmap": signed_colormap(), "origin": "lower", "aspect": "auto", "zorder": 2}
        images = []
        for (x, y), ramp, name in zip(self._inputs.corners, ramps, self._input_names(), strict=True):
            extent = {"extent": (x, x + 1, y, y + 1)}
            images.append(self.ax_.imshow(ramp, **style(look | extent, image_kw)))
            if not self._is_small:
                self.ax_.text(x + 0.5, y - 0.05, name, ha="center", va="top", fontsize=text_points("x-small"))
        heading = "in" if self._is_small else "inputs"
        self._write(self._inputs.middle, self._inputs.top + _PAD, heading, va="bottom")
        return images

    def _input_names(self) -> list[str]:
        plane = self.units.plane
        names = (plane.u_label, plane.v_label)
        size = text_points("x-small")
        longest = int(72 * _inches() * 1.5 / text_size("x", size)[0])
        return [as_written(shortened(name.partition(" (")[0], max(longest, 4))) for name in names]

    def _draw_rows(self, corners: Sequence[tuple[float, float]]) -> PathCollection:
        """Draw the rows of the table on each tile, faintly."""
        plane = self.units.plane
        points = plane.points[stratified_rows(len(plane.points), None, _MAX_ROWS)]
        low = np.array([plane.u[0], plane.v[0]])
        on_tile = (points - low) / (np.array([plane.u[-1], plane.v[-1]]) - low)
        at = np.concatenate([on_tile + corner for corner in corners])
        return self.ax_.scatter(at[:, 0], at[:, 1], s=1.5, color=[ink()], alpha=0.35, linewidths=0, zorder=3)

    def _write_units(self, block: _Block, written: Callable[[int], str] | None) -> list[Text]:
        """Write a text on each tile of a layer: in its corner, or empty ones in its middle."""
        box = {"boxstyle": "square,pad=0.1", "facecolor": background(), "edgecolor": "none", "alpha": 0.7}
        look: dict[str, Any] = {"bbox": box, "zorder": 4.5, "fontsize": text_points("x-small")}
        if written is None:
            at, look = (0.5, 0.3), look | {"ha": "center", "va": "center"}
        else:
            at, look = (0.06, 0.94), look | {"ha": "left", "va": "top"}
        if written is not None and self._is_small:
            return []
        return [
            self.ax_.text(x + at[0], y + at[1], "" if written is None else written(unit), **look)
            for unit, (x, y) in enumerate(block.corners)
        ]

    def _explain(self, x: float, y: float) -> Legend:
        """Add the legend below the note."""
        ends = signed_colormap()([1.0, 0.0])
        swatches = [
            Patch(facecolor=color, edgecolor=muted(), label=label)
            for color, label in zip(map(tuple, ends.tolist()), ("high", "low"), strict=True)
        ]
        line = Line2D([], [], color=ink(), linewidth=1.0, label="sum is zero")
        return self.ax_.legend(
            handles=[*swatches, line],
            loc="lower center",
            bbox_to_anchor=(x, y),
            bbox_transform=self.ax_.transData,
            ncols=3,
            frameon=False,
            fontsize=text_points("small"),
            handlelength=1.4,
            borderaxespad=0.0,
            borderpad=0.1,
            columnspacing=1.2,
            handletextpad=0.4,
        )

    def _write(self, x: float, y: float, text: str, *, va: Literal["bottom", "top"]) -> None:
        size = text_points("x-small" if self._is_small else "medium")
        self.ax_.text(x, y, text, ha="center", va=va, fontsize=size)

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
        """Return the width of the names beside several outputs, in tiles."""
        names = self.units.output_names
        if len(names) == 1:
            return 0.0
        lines = "\n".join(wrapped(name, 16) for name in names)
        return 2 * _PAD + _in_tiles(text_size(lines, text_points("small"))[0])

    def _output_colors(self, unit: int) -> Any:
        names, layer = self.units.output_names, self.units.layers[-1]
        if layer.activation not in {"logistic", "softmax"}:
            return signed_colormap()
        if len(names) == 1:
            return probability_colormap()
        return probability_colormap(None, class_colors(len(names))[unit])

    def _note(self, width: float) -> str:
        """Return how to read the tiles, in lines of at most `width` points."""
        if self._is_small:
            return ""
        plane = self.units.plane
        has_embedding = not len(self.units.layers[0].weights)
        lines = (
            f"across each tile: {plane.u_label}",
            f"up each tile: {plane.v_label}",
            "no lines from the inputs, which have an embedding" if has_embedding else "",
            plane.note,
        )
        size = text_points("small")
        return "\n".join(wrapped_to(line, max(width, 200.0), size) for line in lines if line)

    def _is_folded(self) -> bool:
        return any(layer.n_units > layer.outputs.shape[-1] for layer in self.units.layers)


def _input_block() -> _Block:
    """Return the tiles of the two inputs, with room for a name below each."""
    height = 2 + 2 * _INPUT_STEP
    corners = [(0.0, height / 2 - 1 - k * (1 + _INPUT_STEP)) for k in (0, 1)]
    return _Block(corners, 0.0, 1.0, height / 2, -height / 2)


def _number(unit: int) -> str:
    return str(unit + 1)


def _constant(outputs: Array) -> str:
    """Return in words that a unit's output is the same everywhere; empty if it is not."""
    low, high = float(outputs.min()), float(outputs.max())
    if high - low > 1e-3 * max(abs(low), abs(high), 1e-3):
        return ""
    return "off\neverywhere" if abs(high) < 1e-6 else f"always\n{high:.2g}"


def _blocks(layers: Sequence[LayerView], names_width: float, left: float) -> list[_Block]:
    """Return the tiles of each layer beside those of the layer before, centred; names are beside outputs."""
    blocks = []
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
    """Return the height of lines of text above or below the tiles, in tiles."""
    return _in_tiles(text_size(text, text_points("medium"))[1]) + 2 * _PAD if text else _PAD


def _in_tiles(points: float) -> float:
    return points / (72 * _inches())


def _inches() -> float:
    """Return the side of a tile in inches."""
    return figure_size((_INCHES, _INCHES))[0]


def _zero_lines(sums: Array, x: float, y: float) -> list[Array]:
    """Return the lines on which sums are zero, on the tile whose lower left corner is (x, y)."""
    across, up = (np.linspace(low, low + 1, n) for low, n in ((x, sums.shape[1]), (y, sums.shape[0])))
    return list(cast("Any", contour_generator(across, up, sums).lines(0.0)))


def _square(x: float, y: float) -> list[tuple[float, float]]:
    return [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]


def _set_weights(lines: LineCollection, weights: Array) -> None:
    """Show weights as width and colour."""
    strengths = weights.ravel() / (np.abs(weights).max() or 1.0)
    lines.set_color(list(map(tuple, signed_colormap()(np.where(strengths > 0, 1.0, 0.0)).tolist())))
    lines.set_linewidth((0.3 + 3.2 * np.abs(strengths)).tolist())
