"""Step: the network with the numbers of one step of gradient descent, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from separatrix.errors import DataError
from separatrix.explain.diagram import NetworkDiagram, network_diagram
from separatrix.explain.trace import Trace
from separatrix.plots.axes import figure_of
from separatrix.plots.diagram import FEW_CONNECTIONS, NetworkDiagramDisplay
from separatrix.plots.display import Display
from separatrix.plots.numbers import write_numbers
from separatrix.plots.sizes import figure_size, text_points, text_size
from separatrix.text import distinct_texts

Array = NDArray[Any]

_TITLES = ("Forward: the value of each unit", "Backward: the blame of each unit")


class StepDisplay(Display):
    """One step of gradient descent on one row, drawn on the network.

    On the left, the number below a unit is its value, and a connection shows what it adds to the sum of the
    next unit. On the right, the number is the unit's blame, the derivative of the loss with respect to its
    sum, and a connection shows the derivative with respect to its weight. Green is positive, purple negative.

    Parameters
    ----------
    trace : Trace
        Of one row.
    max_units : int, default=8
        Units drawn of each layer; wider layers show those with the largest weights.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        Forward and backward.
    figure_ : matplotlib Figure
    diagrams_ : list of NetworkDiagramDisplay
    values_ : list of list of matplotlib Annotation
        The numbers below the units, forward and backward.

    Raises
    ------
    DataError
        If the trace has several rows.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> from separatrix.explain import trace
    >>> model = Model(Network.mlp(2, (3,), 1), np.linspace(-1, 1, 13))
    >>> display = StepDisplay.from_trace(trace(model, [1.0, 2.0], 1, learning_rate=0.1))
    >>> [text.get_text() for text in display.values_[0][:2]]
    ['1', '2']
    """

    def __init__(self, trace: Trace, max_units: int = 8) -> None:
        if trace.n_rows != 1:
            raise DataError(f"a step is drawn of one row, and this trace has {trace.n_rows}; trace one row.")
        self.trace, self.max_units = trace, max_units

    @classmethod
    def from_trace(cls, trace: Trace, *, max_units: int = 8, axes: Sequence[Axes] | None = None) -> Self:
        """Draw a step.

        Parameters
        ----------
        trace, max_units
            As for the class.
        axes : pair of matplotlib Axes, optional
            By default those of a new figure.
        """
        return cls(trace, max_units).plot(axes)

    def plot(self, axes: Sequence[Axes] | None = None) -> Self:
        """Draw the step.

        Parameters
        ----------
        axes : pair of matplotlib Axes, optional
            By default those of a new figure.
        """
        laid_out = network_diagram(self.trace.model, max_units=self.max_units)
        if axes is None:
            size = (2 * (1.4 + 1.9 * len(laid_out.weights)), 1.4 + 0.55 * max(laid_out.height, 3))
            _, axes = plt.subplots(1, 2, figsize=figure_size(size), layout="constrained")
        self.axes_ = list(axes)
        self.ax_, self.figure_ = self.axes_[0], figure_of(self.axes_[0])
        self.diagrams_, self.values_ = [], []
        n_edges = sum(w.size for w in laid_out.weights)
        for ax, title, diagram in zip(self.axes_, _TITLES, self._diagrams(laid_out), strict=True):
            drawn = NetworkDiagramDisplay(diagram).plot(ax, colorbar=False, values=False)
            points = text_points("medium")
            pad = text_size("title\nheading", text_points("small"))[1] + 8
            ax.set_title(title, fontsize=points, pad=pad)
            self.diagrams_.append(drawn)
            numbers = write_numbers(ax, diagram, with_edges=n_edges < FEW_CONNECTIONS)
            self.values_.append(numbers[: sum(layer.biases.size for layer in diagram.layers)])
        self.figure_.supxlabel(self._caption(), fontsize=text_points("small"))
        return self

    def _diagrams(self, laid_out: NetworkDiagram) -> tuple[NetworkDiagram, NetworkDiagram]:
        """Return the layout with values and contributions, and with blames and gradients."""
        trace, n_layers = self.trace, len(laid_out.weights)
        values = [trace["x" if n == 0 else f"a{n}"][0] for n in range(n_layers + 1)]
        blames = [np.zeros(0), *(trace[f"dz{n}"][0] for n in range(1, n_layers + 1))]
        added = [values[n][:, np.newaxis] * w for n, w in enumerate(trace.model.coefs)]
        gradients = [trace[f"dW{n}"] for n in range(1, n_layers + 1)]
        return _with_numbers(laid_out, values, added), _with_numbers(laid_out, blames, gradients)

    def _caption(self) -> str:
        before, after = distinct_texts(float(self.trace["loss"]), float(self.trace["new loss"]), 3)
        rate = self.trace.learning_rate
        return f"loss {before} before the step, {after} after it (learning rate {rate:g})"


def _with_numbers(d: NetworkDiagram, units: Sequence[Array], edges: Sequence[Array]) -> NetworkDiagram:
    """Return a layout with other numbers in place of biases and weights."""
    layers = tuple(
        replace(layer, biases=numbers[layer.units] if numbers.size else numbers)
        for layer, numbers in zip(d.layers, units, strict=True)
    )
    weights = tuple(
        numbers[np.ix_(left.units, right.units)]
        for numbers, (left, right) in zip(edges, pairwise(layers), strict=True)
    )
    return replace(
        d,
        layers=layers,
        weights=weights,
        largest_weight=max(float(np.abs(w).max()) for w in weights),
        largest_bias=max(float(np.abs(layer.biases).max(initial=0.0)) for layer in layers),
    )
