"""The network itself: its units, its connections, and how strong each is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from separatrix.explain.diagram import DiagramLayer, NetworkDiagram, network_diagram
from separatrix.plots.axes import new_axes, settings
from separatrix.plots.palette import signed_colormap
from separatrix.spec import _check

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure

Array = NDArray[Any]

_UNIT_INCHES = 0.3  # between two units of a layer, on a figure made for the diagram
_LAYER_INCHES = 1.7


class NetworkDiagramDisplay:
    """A network's units and connections.

    A connection's width and colour tell its weight, a unit's colour its bias. Of layers with more than
    `max_units` units only those with the largest weights are drawn, which the picture says.

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
        _check.boolean("colorbar", colorbar)
        d = self.diagram
        if ax is None:
            ax = new_axes((2.2 + _LAYER_INCHES * len(d.weights), 1.8 + _UNIT_INCHES * max(d.height, 3)))
        self.ax_, self.figure_ = ax, cast("Figure", ax.figure)
        ax.set_axis_off()
        ax.set_xlim(-0.2, len(d.weights) + 0.2)
        ax.set_ylim(-d.height / 2, d.height / 2)
        diameter = self._unit_points()
        self.edges_ = self._draw_edges(edge_kw)
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
        ax.set_title(self._title(), fontsize="medium", pad=32)
        self.colorbar_ = self._draw_colorbar() if colorbar else None
        return self

    def _draw_edges(self, edge_kw: Mapping[str, Any] | None) -> LineCollection:
        from matplotlib.collections import LineCollection

        ends, weights = [], []
        for x, ((left, right), w) in enumerate(
            zip(pairwise(self.diagram.layers), self.diagram.weights, strict=True)
        ):
            sources, targets = (y.ravel() for y in np.meshgrid(left.y, right.y, indexing="ij"))
            xs = np.full(len(sources), float(x))
            ends.append(np.stack([np.stack([xs, sources], 1), np.stack([xs + 1, targets], 1)], 1))
            weights.append(w.ravel())
        segments, values = np.concatenate(ends), np.concatenate(weights)
        order = np.argsort(np.abs(values))  # the strongest on top
        largest = self.diagram.largest_weight
        widest = np.clip(32 / np.sqrt(max(w.size for w in self.diagram.weights)), 1.0, 3.2)
        look = {"linewidths": 0.4 + widest * np.abs(values[order]) / (largest or 1.0)} | _signed(largest)
        lines = LineCollection(list(segments[order]), array=values[order], **settings(look, edge_kw))
        self.ax_.add_collection(lines, autolim=False)
        return lines

    def _unit_points(self) -> float:
        """Return a unit's diameter in points, so that units of a layer keep apart."""
        height = self.ax_.get_window_extent().height / self.figure_.dpi * 72
        return float(np.clip(0.6 * height / self.diagram.height, 3.0, 15.0))

    def _write(self, x: int, layer: DiagramLayer, diameter: float, text_kw: Mapping[str, Any] | None) -> None:
        """Write the heading of a layer, the names of its units, and how many are left out."""
        is_input = x == 0
        plain = settings({"fontsize": "small"}, text_kw)
        noun = "input" if is_input else "unit"
        heading = f"{layer.n_units} {noun}{'s' * (layer.n_units > 1)}"
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
        label = "weight of a connection" + (f"; units: bias, to ±{bias:.2g}" if bias else "")
        bar.set_label(label, fontsize="small")
        bar.ax.tick_params(labelsize="small")
        bar.ax.xaxis.set_major_locator(MaxNLocator(4, symmetric=True))
        return bar


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


def _unit_look(layer: DiagramLayer, largest_bias: float) -> dict[str, Any]:
    """Return the colours of units: their biases, or white where there are none."""
    biases = layer.biases if len(layer.biases) else np.zeros(len(layer.units))
    return {"c": biases, "edgecolors": "black", "linewidths": 0.8, "zorder": 3} | _signed(largest_bias)
