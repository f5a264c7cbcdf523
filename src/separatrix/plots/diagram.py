"""Network diagram: units and connections, with weights and biases as colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import FuncNorm
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from separatrix import check
from separatrix.explain.diagram import DiagramLayer, NetworkDiagram, network_diagram
from separatrix.explain.subject import NO_WEIGHT_OF_AN_INPUT
from separatrix.model import Model
from separatrix.plots.axes import as_written, style, wrapped_to
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.numbers import numbers_of, write_numbers
from separatrix.plots.palette import ink, signed_colormap
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import axes_size, text_points, text_scale, text_size

Array = NDArray[Any]

MAX_CONNECTIONS = 300  # drawn, the strongest
FEW_CONNECTIONS = 30  # fewer have their weights written on them
_NUMBERED_INCHES = 0.5  # between two units with numbers below them
_UNIT_INCHES = 0.3  # between two units of a layer, on a figure made for the diagram
_LAYER_INCHES = 1.7


class NetworkDiagramDisplay(ModelDisplay):
    """Units and connections of a network.

    The width and colour of a connection show its weight, the fill of a unit its bias. If there are fewer than
    30 connections, the weights are written on them and the biases below the units. Of a layer with more than
    `max_units` units only those with the largest weights are drawn, and of more than 300 connections only the
    strongest; a note says so. On small axes there is no title, and above each layer only the number of its
    units.

    Parameters
    ----------
    diagram : NetworkDiagram

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    edges_ : matplotlib LineCollection
        All connections, the weakest first.
    units_ : list of matplotlib PathCollection
        The units of each layer.
    numbers_ : list of matplotlib Annotation
        Weights and biases, where they are written.
    colorbar_ : matplotlib Colorbar or None

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(2, (3,), 1), np.linspace(-1, 1, 13))
    >>> display = NetworkDiagramDisplay.from_estimator(model)
    >>> len(display.edges_.get_segments())
    9
    """

    panel_width = 4.4

    def __init__(self, diagram: NetworkDiagram) -> None:
        self.diagram = diagram

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, max_units: int = 8, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Lay out and draw a network.

        Parameters
        ----------
        estimator : Model, fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
        max_units : int, default=8
            Units drawn of each layer; wider layers are folded.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If the estimator has no network, or a parameter is invalid.
        """
        return cls(network_diagram(estimator, max_units=max_units)).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        colorbar: bool = True,
        values: bool | None = None,
        edge_kw: Mapping[str, Any] | None = None,
        unit_kw: Mapping[str, Any] | None = None,
        text_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the network.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure, as large as the network needs.
        colorbar : bool, default=True
            Whether to add the scale of the weights.
        values : bool, optional
            Whether to write weights and biases; by default, if there are fewer than 30 connections and room.
        edge_kw, unit_kw, text_kw : mapping, optional
            Passed to `LineCollection`, `Axes.scatter` and `Axes.annotate`.

        Raises
        ------
        ParameterError
            If `colorbar` or `values` is neither True nor False.
        """
        check.boolean("colorbar", colorbar)
        if values is not None:
            check.boolean("values", values)
        d = self.diagram
        is_few = sum(w.size for w in d.weights) < FEW_CONNECTIONS
        step = _UNIT_INCHES if values is False or not is_few else _NUMBERED_INCHES
        ax = self._begin(ax, (self._width(), 1.8 + step * max(d.height, 3)))
        ax.set_axis_off()
        self.edges_ = self._draw_edges(edge_kw)
        self.colorbar_ = self._draw_colorbar() if colorbar else None
        self._set_limits()
        diameter = self._unit_points()
        self.units_ = [
            ax.scatter(
                np.full(len(layer.units), x),
                layer.y,
                **style(_unit_look(layer, d.largest_bias) | {"s": diameter**2}, unit_kw),
            )
            for x, layer in enumerate(d.layers)
        ]
        for x, layer in enumerate(d.layers):
            self._write(x, layer, diameter, text_kw)
        has_numbers = values if values is not None else is_few and not self._is_small
        self.numbers_ = write_numbers(ax, d, "bias {:.2g}", **dict(text_kw or {})) if has_numbers else []
        size = text_points("medium")
        title = wrapped_to(self._title(), axes_size(ax)[0], size)
        pad = text_size("title\nheading", self._fontsize)[1] + 8
        self._set_title(title, fontsize=size, pad=pad, va="bottom")
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the diagram cannot be drawn of this model; None if it can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        return None if subject.model.network.embedding is None else NO_WEIGHT_OF_AN_INPUT

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the diagram of a model; the table is not needed."""
        return cls.from_estimator(subject.model)

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the network, with one scale for all frames; its weights and biases change."""
        network, thetas = scene.model.network, scene.thetas
        trained = network_diagram(scene.at(-1))
        scaled = replace(
            trained,
            largest_weight=max(float(np.abs(thetas[:, s.weight]).max()) for s in network.layout),
            largest_bias=max(float(np.abs(thetas[:, s.bias]).max(initial=0.0)) for s in network.layout),
        )

        def diagram_at(frame: int) -> NetworkDiagram:
            # In folded layers the units shown remain those of the trained network.
            weights, biases = network.split(thetas[frame])
            layers = [scaled.layers[0]]
            for layer, b in zip(scaled.layers[1:], biases, strict=True):
                layers.append(replace(layer, biases=b[layer.units] if b.size else b))
            shown = tuple(
                w[np.ix_(left.units, right.units)]
                for w, (left, right) in zip(weights, pairwise(layers), strict=True)
            )
            return replace(scaled, layers=tuple(layers), weights=shown)

        display = cls(scaled).plot(figure.subplots())
        return Panel(
            [display.edges_, *display.units_, *display.numbers_],
            lambda frame: display.update(diagram_at(frame)),
        )

    def update(self, diagram: NetworkDiagram) -> None:
        """Show the weights and biases of another time for the same units."""
        segments, values = _connections(diagram)
        self.edges_.set_segments(segments)
        self.edges_.set_array(values)
        self.edges_.set_linewidth(_widths(diagram, values).tolist())
        for units, layer in zip(self.units_, diagram.layers, strict=True):
            units.set_array(_biases(layer))
        if self.numbers_:
            for number, text in zip(self.numbers_, numbers_of(diagram, "bias {:.2g}"), strict=True):
                number.set_text(text)

    def _draw_edges(self, edge_kw: Mapping[str, Any] | None) -> LineCollection:
        d = self.diagram
        segments, values = _connections(d)
        look = {"linewidths": _widths(d, values)} | _signed(d.largest_weight)
        lines = LineCollection(segments, array=values, **style(look, edge_kw))
        self.ax_.add_collection(lines, autolim=False)
        return lines

    def _set_limits(self) -> None:
        """Leave room for the units; on small axes also for the texts, which otherwise are around the axes."""
        d = self.diagram
        ends = np.array([[-0.2, len(d.weights) + 0.2], [-d.height / 2, d.height / 2]])
        if self._is_small:
            sides = [
                text_size("\n".join(layer.names), self._fontsize)[0] for layer in (d.layers[0], d.layers[-1])
            ]
            above = text_size("title\nheading", self._fontsize)[1]
            rooms = ([side + 10 for side in sides], [0.0, above + 10])  # in points
            for axis, (room, points) in enumerate(zip(rooms, axes_size(self.ax_), strict=True)):
                scale = np.ptp(ends[axis]) / max(points - sum(room), 0.3 * points)
                ends[axis] += np.array([-1, 1]) * room * scale
        self.ax_.set(xlim=ends[0], ylim=ends[1])

    def _unit_points(self) -> float:
        """Return the diameter of a unit in points, small enough that the units of a layer do not touch."""
        points = axes_size(self.ax_)[1] / float(np.ptp(self.ax_.get_ylim()))
        return float(np.clip(0.6 * points, 3.0, 8.0 if self._is_small else 15.0))

    def _write(self, x: int, layer: DiagramLayer, diameter: float, text_kw: Mapping[str, Any] | None) -> None:
        """Write the heading of a layer, the names of its units, and how many are left out."""
        is_input = x == 0
        plain = style({"fontsize": self._fontsize}, text_kw)
        heading = str(layer.n_units) if self._is_small else layer.heading
        self.ax_.annotate(
            heading if is_input else f"{layer.title}\n{heading}",
            (x, self.diagram.height / 2),
            (0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            **plain,
        )
        side = -1 if is_input else 1
        for name, y in zip(layer.names, layer.y, strict=False):
            self.ax_.annotate(
                as_written(name),
                (x, y),
                (side * (diameter / 2 + 4), 0),
                textcoords="offset points",
                ha="right" if is_input else "left",
                va="center",
                **plain,
            )
        if layer.fold_y is not None:
            self.ax_.text(x, layer.fold_y, layer.fold_note, ha="center", va="center", **plain)

    def _title(self) -> str:
        d = self.diagram
        lines = [d.title]
        if d.is_folded:
            lines.append("of wide layers, the units with the largest weights")
        n_shown = sum(w.size for w in d.weights)
        if n_shown > MAX_CONNECTIONS:
            lines.append(f"the {MAX_CONNECTIONS} strongest of {n_shown} connections")
        return "; ".join(lines)

    def _width(self) -> float:
        """Return the width of a figure with room for the names of inputs and outputs, in inches."""
        size = text_points("small")
        names = [text_size("\n".join(layer.names), size)[0] for layer in self.diagram.layers]
        # Of texts of the usual size, as the figure grows with them.
        width: float = sum(names) / 72 / text_scale() ** 0.5
        return 2.0 + _LAYER_INCHES * len(self.diagram.weights) + width

    def _draw_colorbar(self) -> Colorbar:
        bar = self.figure_.colorbar(
            self.edges_, ax=self.ax_, location="bottom", shrink=0.6, aspect=30, pad=0.04
        )
        bias = self.diagram.largest_bias
        if self._is_small:
            bar.set_label("weight; units: bias" if bias else "weight")
            self._fit_texts(bar.ax)
            bar.ax.xaxis.set_major_locator(MaxNLocator(2, symmetric=True))
            return bar
        label = "weight of a connection" + (f"; fill of a unit: its bias, to ±{bias:.2g}" if bias else "")
        size = text_points("small")
        bar.set_label(wrapped_to(label, 0.9 * axes_size(self.ax_)[0], size), fontsize=size)
        bar.ax.tick_params(labelsize=size)
        bar.ax.xaxis.set_major_locator(MaxNLocator(4, symmetric=True))
        return bar


def _connections(d: NetworkDiagram) -> tuple[list[Array], Array]:
    """Return the ends of all connections and their weights, the weakest first: strong ones are on top."""
    ends = []
    for x, (left, right) in enumerate(pairwise(d.layers)):
        sources, targets = (y.ravel() for y in np.meshgrid(left.y, right.y, indexing="ij"))
        xs = np.full(len(sources), float(x))
        ends.append(np.stack([np.stack([xs, sources], 1), np.stack([xs + 1, targets], 1)], 1))
    values = np.concatenate([w.ravel() for w in d.weights])
    order = np.argsort(np.abs(values))[-MAX_CONNECTIONS:]
    return list(np.concatenate(ends)[order]), values[order]


def _widths(d: NetworkDiagram, values: Array) -> Array:
    widest = np.clip(32 / np.sqrt(max(w.size for w in d.weights)), 1.0, 3.2)
    widths: Array = 0.4 + widest * np.abs(values) / (d.largest_weight or 1.0)
    return widths


def _signed(largest: float) -> dict[str, Any]:
    """Return colours from -largest to largest, by the square root, so that small values are coloured, too."""
    end = largest or 1.0
    root, square = (lambda x: np.sign(x) * np.sqrt(np.abs(x))), (lambda x: np.sign(x) * np.square(x))
    return {"cmap": signed_colormap(), "norm": FuncNorm((root, square), -end, end)}


def _biases(layer: DiagramLayer) -> Array:
    """Return the biases of the units; zeros, which are white, if there are none."""
    return layer.biases if len(layer.biases) else np.zeros(len(layer.units))


def _unit_look(layer: DiagramLayer, largest_bias: float) -> dict[str, Any]:
    look = {"c": _biases(layer), "edgecolors": ink(), "linewidths": 0.8, "zorder": 3}
    return look | _signed(largest_bias)
