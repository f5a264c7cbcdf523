"""The network itself: its units, its connections, and how strong each is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.explain.diagram import DiagramLayer, NetworkDiagram, network_diagram
from separatrix.plots.axes import SMALL_TEXT, is_small, new_axes, settings, shrink_texts, size_in_points
from separatrix.plots.palette import signed_colormap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure

Array = NDArray[Any]

_UNIT_INCHES = 0.3  # between two units of a layer, on a figure made for the diagram
_LAYER_INCHES = 1.7
_CHARACTER, _LINE = 4.3, 9.4  # of small text, in points


class NetworkDiagramDisplay:
    """A network's units and connections.

    A connection's width and colour tell its weight, a unit's colour its bias. Of layers with more than
    `max_units` units only those with the largest weights are drawn, which the picture says. On small axes of
    one's own there is no title, and above each layer only the number of its units.

    Parameters
    ----------
    diagram : NetworkDiagram

    Attributes
    ----------
    ax_ : Axes
    figure_ : Figure
    edges_ : LineCollection
        All connections, the weakest first.
    units_ : list of PathCollection
        The units of each layer.
    colorbar_ : Colorbar or None

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(2, (3,), 1), np.linspace(-1, 1, 13))
    >>> display = NetworkDiagramDisplay.from_estimator(model)
    >>> len(display.edges_.get_segments())
    9
    """

    ax_: Axes
    figure_: Figure
    edges_: LineCollection
    units_: list[PathCollection]
    colorbar_: Colorbar | None

    def __init__(self, diagram: NetworkDiagram) -> None:
        self.diagram = diagram

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, max_units: int = 20, **plot_parameters: Any
    ) -> NetworkDiagramDisplay:
        """Draw a network.

        Parameters
        ----------
        estimator : Model, fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
        max_units : int, default=20
            Units drawn of each layer; wider ones are folded.
        **plot_parameters :
            As for `plot`.

        Returns
        -------
        NetworkDiagramDisplay

        Raises
        ------
        ParameterError
            If there is no network in it, or a setting breaks its rule.
        """
        return cls(network_diagram(estimator, max_units=max_units)).plot(**plot_parameters)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        colorbar: bool = True,
        edge_kw: Mapping[str, Any] | None = None,
        unit_kw: Mapping[str, Any] | None = None,
        text_kw: Mapping[str, Any] | None = None,
    ) -> NetworkDiagramDisplay:
        """Draw the network.

        Parameters
        ----------
        ax : Axes, optional
            By default a new figure's, as large as the network needs.
        colorbar : bool, default=True
            Whether the scale of the weights stands beside it.
        edge_kw, unit_kw, text_kw : mapping, optional
            For the `LineCollection`, `Axes.scatter` and `Axes.text`.

        Returns
        -------
        NetworkDiagramDisplay
        """
        check.boolean("colorbar", colorbar)
        d = self.diagram
        self._is_small = ax is not None and is_small(ax)
        if ax is None:
            ax = new_axes((2.2 + _LAYER_INCHES * len(d.weights), 1.8 + _UNIT_INCHES * max(d.height, 3)))
        self.ax_, self.figure_ = ax, cast("Figure", ax.figure)
        ax.set_axis_off()
        self.edges_ = self._draw_edges(edge_kw)
        self.colorbar_ = self._draw_colorbar() if colorbar else None
        self._set_limits()
        diameter = self._unit_points()
        self.units_ = [
            ax.scatter(
                np.full(len(layer.units), x),
                layer.y,
                **settings(_unit_look(layer, d.largest_bias) | {"s": diameter**2}, unit_kw),
            )
            for x, layer in enumerate(d.layers)
        ]
        for x, layer in enumerate(d.layers):
            self._write(x, layer, diameter, text_kw)
        if not self._is_small:
            ax.set_title(self._title(), fontsize="medium", pad=32)
        return self

    def update(self, diagram: NetworkDiagram) -> None:
        """Show in the artists drawn the same units with the weights and biases of another time."""
        segments, values = _connections(diagram)
        self.edges_.set_segments(segments)
        self.edges_.set_array(values)
        self.edges_.set_linewidth(_widths(diagram, values).tolist())
        for units, layer in zip(self.units_, diagram.layers, strict=True):
            units.set_array(_biases(layer))

    def _draw_edges(self, edge_kw: Mapping[str, Any] | None) -> LineCollection:
        from matplotlib.collections import LineCollection

        d = self.diagram
        segments, values = _connections(d)
        look = {"linewidths": _widths(d, values)} | _signed(d.largest_weight)
        lines = LineCollection(segments, array=values, **settings(look, edge_kw))
        self.ax_.add_collection(lines, autolim=False)
        return lines

    def _set_limits(self) -> None:
        """Leave room for the units; on small axes also for all that is written, which else stands around."""
        d = self.diagram
        ends = np.array([[-0.2, len(d.weights) + 0.2], [-d.height / 2, d.height / 2]])
        if self._is_small:
            sides = [max(map(len, layer.names), default=0) for layer in (d.layers[0], d.layers[-1])]
            rooms = ([_CHARACTER * n + 7 for n in sides], [0.0, _LINE * 3])  # in points
            for axis, (room, points) in enumerate(zip(rooms, size_in_points(self.ax_), strict=True)):
                scale = np.ptp(ends[axis]) / max(points - sum(room), 0.3 * points)
                ends[axis] += np.array([-1, 1]) * room * scale
        self.ax_.set(xlim=ends[0], ylim=ends[1])

    def _unit_points(self) -> float:
        """Return a unit's diameter in points, so that units of a layer keep apart."""
        points = size_in_points(self.ax_)[1] / float(np.ptp(self.ax_.get_ylim()))
        return float(np.clip(0.6 * points, 3.0, 8.0 if self._is_small else 15.0))

    def _write(self, x: int, layer: DiagramLayer, diameter: float, text_kw: Mapping[str, Any] | None) -> None:
        """Write the heading of a layer, the names of its units, and how many are left out."""
        is_input = x == 0
        plain = settings({"fontsize": SMALL_TEXT if self._is_small else "small"}, text_kw)
        noun = "input" if is_input else "unit"
        heading = f"{layer.n_units} {noun}{'s' * (layer.n_units > 1)}"
        if self._is_small:
            heading = str(layer.n_units)
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
                name,
                (x, y),
                (side * (diameter / 2 + 4), 0),
                textcoords="offset points",
                ha="right" if is_input else "left",
                va="center",
                **plain,
            )
        if layer.fold_y is not None:
            self.ax_.text(x, layer.fold_y, f"… {layer.n_folded} more", ha="center", va="center", **plain)

    def _title(self) -> str:
        d = self.diagram
        title = f"{d.network}: {d.n_parameters} parameter{'s' * (d.n_parameters > 1)}"
        return title + ("\nof wide layers, the units with the largest weights" if d.is_folded else "")

    def _draw_colorbar(self) -> Colorbar:
        from matplotlib.ticker import MaxNLocator

        bar = self.figure_.colorbar(
            self.edges_, ax=self.ax_, location="bottom", shrink=0.6, aspect=30, pad=0.04
        )
        bias = self.diagram.largest_bias
        if self._is_small:
            bar.set_label("weight; units: bias" if bias else "weight")
            shrink_texts(bar.ax)
            bar.ax.xaxis.set_major_locator(MaxNLocator(2, symmetric=True))
            return bar
        label = "weight of a connection" + (f"; units: bias, to ±{bias:.2g}" if bias else "")
        bar.set_label(label, fontsize="small")
        bar.ax.tick_params(labelsize="small")
        bar.ax.xaxis.set_major_locator(MaxNLocator(4, symmetric=True))
        return bar


def _connections(d: NetworkDiagram) -> tuple[list[Array], Array]:
    """Return the ends of all connections and their weights, the weakest first: the strongest are on top."""
    ends = []
    for x, (left, right) in enumerate(pairwise(d.layers)):
        sources, targets = (y.ravel() for y in np.meshgrid(left.y, right.y, indexing="ij"))
        xs = np.full(len(sources), float(x))
        ends.append(np.stack([np.stack([xs, sources], 1), np.stack([xs + 1, targets], 1)], 1))
    values = np.concatenate([w.ravel() for w in d.weights])
    order = np.argsort(np.abs(values))
    return list(np.concatenate(ends)[order]), values[order]


def _widths(d: NetworkDiagram, values: Array) -> Array:
    widest = np.clip(32 / np.sqrt(max(w.size for w in d.weights)), 1.0, 3.2)
    widths: Array = 0.4 + widest * np.abs(values) / (d.largest_weight or 1.0)
    return widths


def _signed(largest: float) -> dict[str, Any]:
    """Return colours from -largest to largest; by the square root, so that small values have one, too."""
    from matplotlib.colors import FuncNorm

    def root(values: Array) -> Array:
        rooted: Array = np.sign(values) * np.sqrt(np.abs(values))
        return rooted

    def square(values: Array) -> Array:
        squared: Array = np.sign(values) * np.square(values)
        return squared

    end = largest or 1.0
    return {"cmap": signed_colormap(), "norm": FuncNorm((root, square), -end, end)}


def _biases(layer: DiagramLayer) -> Array:
    """Return the units' biases; zeros, which are white, where there are none."""
    return layer.biases if len(layer.biases) else np.zeros(len(layer.units))


def _unit_look(layer: DiagramLayer, largest_bias: float) -> dict[str, Any]:
    look = {"c": _biases(layer), "edgecolors": "black", "linewidths": 0.8, "zorder": 3}
    return look | _signed(largest_bias)
