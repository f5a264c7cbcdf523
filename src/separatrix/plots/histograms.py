"""Histograms: the values of the hidden units, layer by layer and epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from separatrix.errors import ParameterError
from separatrix.explain.activation_histograms import (
    ActivationHistograms,
    LayerHistogram,
    activation_histograms,
    histograms_of,
    shown_inputs,
)
from separatrix.explain.subject import model_with_hidden_layers
from separatrix.model import Model
from separatrix.plots.axes import figure_of, style, wrapped_to
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.grid import new_grid
from separatrix.plots.palette import curve_colors, ink
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import text_points
from separatrix.text import plural

Array = NDArray[Any]

_WIDTH, _HEIGHT = 2.7, 1.7  # of one axes, in inches


class ActivationHistogramsDisplay(ModelDisplay):
    r"""The values of the units of each hidden layer, with a row for each epoch and a column for each layer.

    Above each histogram is the number of dead units (0 for every row) and of saturated ones (at an end of
    their range for nearly every row), which hardly learn. Heights are on a square-root scale, so that rare
    values stay visible. Create it with `from_estimator`.

    Parameters
    ----------
    histograms : ActivationHistograms
        What `separatrix.explain.activation_histograms` returns.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_epochs, n_layers)
    figure_ : matplotlib Figure
    bars_ : list of list of matplotlib StepPatch
        For each epoch, one for each layer.

    Examples
    --------
    >>> from separatrix import ActivationHistogramsDisplay, Model, Network
    >>> net = Network.mlp(1, (2,), 1, activation="relu")
    >>> model = Model(net, [1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    >>> display = ActivationHistogramsDisplay.from_estimator(model, [[1.0], [4.0]])
    >>> display.axes_[0, 0].get_title()
    'layer 1: 2 relu units\n1 dead'
    """

    panel_width = 4.0

    def __init__(self, histograms: ActivationHistograms) -> None:
        self.histograms = histograms

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        epochs: int | Sequence[int] | None = None,
        bins: int = 40,
        axes: Any = None,
        **kwargs: Any,
    ) -> Self:
        """Count and draw the values of the units.

        Parameters
        ----------
        estimator : Model, fitted estimator of this package, or pipeline that ends in one
        X : array-like or table of shape (n_rows, n_columns)
            Of more than 5,000 rows a fixed sample is counted, and the picture says so.
        epochs : int or sequence of int, optional
            Number of recorded epochs, or the epochs, each replaced by the nearest that was recorded. By
            default, only the network itself.
        bins : int, default=40
        axes : array-like of matplotlib Axes of shape (n_epochs, n_layers), optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If the network has no hidden layer.
        DataError
            If `epochs` is given and nothing was recorded, or `X` does not fit.
        """
        return cls(activation_histograms(estimator, X, epochs=epochs, bins=bins)).plot(axes, **kwargs)

    def plot(self, axes: Any = None, *, fill_kw: Mapping[str, Any] | None = None) -> Self:
        """Draw the histograms.

        Parameters
        ----------
        axes : array-like of matplotlib Axes of shape (n_epochs, n_layers), optional
            By default those of a new figure.
        fill_kw : mapping, optional
            Passed to `Axes.stairs`.

        Raises
        ------
        ParameterError
            If the shape of `axes` is wrong.
        """
        h = self.histograms
        n_rows, n_columns = len(h.layers), len(h.activations)
        if axes is None:
            grid = new_grid(n_rows, n_columns, _WIDTH, _HEIGHT, sharex="col", sharey="col")
        else:
            grid = np.asarray(axes, dtype=object)
            if grid.size != n_rows * n_columns:
                raise ParameterError(
                    "axes", f"must be {n_rows} times {n_columns}, a row for each epoch, got {grid.size}."
                )
            grid = grid.reshape(n_rows, n_columns)
        self.axes_: Array = grid
        self.ax_, self.figure_ = grid[0, 0], figure_of(grid[0, 0])
        color = curve_colors(2)[1]
        self.bars_ = []
        for row, layers in enumerate(h.layers):
            bars = []
            for n, (ax, layer, edges) in enumerate(zip(grid[row], layers, h.edges, strict=True)):
                look: dict[str, Any] = {"fill": True, "facecolor": color, "edgecolor": ink()}
                bars.append(ax.stairs(layer.fractions, edges, **style(look, fill_kw)))
                ax.set_title(
                    _title(n, h.activations[n], layer, is_first=row == 0), fontsize=text_points("small")
                )
                ax.margins(x=0)
                ax.set_yscale("function", functions=(np.sqrt, np.square))
                ax.set_yticks([])
                ax.grid(alpha=0.3, axis="x")
            self.bars_.append(bars)
            if h.epochs:
                epoch = h.epochs[row]
                grid[row, 0].set_ylabel(
                    f"epoch {epoch}" if epoch else "untrained", fontsize=text_points("small")
                )
        if axes is None:
            height, size = 60 * self.figure_.get_figheight(), text_points("small")
            self.figure_.supylabel(
                wrapped_to(f"fraction of the values{_sample(h)} (square-root scale)", height, size),
                fontsize=size,
            )
        for ax, name in zip(grid[-1], h.activations, strict=True):
            ax.set_xlabel(f"value of a {name} unit", fontsize=text_points("small"))
        return self

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw one histogram for each hidden layer, above each other; its bars and its counts change."""
        model = model_with_hidden_layers(scene.estimator)
        rows, n_rows = shown_inputs(scene.estimator, scene.rows)
        seen = replace(histograms_of(model.network, list(scene.thetas), rows), n_rows_given=n_rows)
        n_layers = len(seen.activations)
        grid = figure.subplots(n_layers, 1, squeeze=False)
        display = cls(replace(seen, layers=seen.layers[:1])).plot(grid.T)
        bars = display.bars_[0]
        heights = [max(layer.fractions.max() for layer in each) for each in zip(*seen.layers, strict=True)]
        for ax, height in zip(grid[:, 0], heights, strict=True):
            ax.set_ylim(0, 1.05 * height)

        def update(frame: int) -> None:
            for number, (bar, layer) in enumerate(zip(bars, seen.layers[frame], strict=True)):
                bar.set_data(layer.fractions)
                text = _title(number, seen.activations[number], layer, is_first=True)
                grid[number, 0].title.set_text(text)

        return Panel([*bars, *(ax.title for ax in grid[:, 0])], update)

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the histograms cannot be drawn of this model and table; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        if len(subject.model.network.layers) < 2:
            return "the network has no hidden layer"
        return subject.missing_table()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the values of a model's units for the rows of a table."""
        return cls.from_estimator(subject.model, subject.table, epochs=subject.epochs)


def _sample(histograms: ActivationHistograms) -> str:
    """Return of which rows the values are, if not of all."""
    n_rows, n_given = histograms.n_rows, histograms.n_rows_given
    return f" of {n_rows:,} of {n_given:,} rows" if n_rows < n_given else ""


def _title(n: int, name: str, layer: LayerHistogram, *, is_first: bool) -> str:
    """Return what stands above a histogram: the layer in the first row, and its units that hardly learn."""
    counts = {"dead": layer.n_dead, "saturated": layer.n_saturated}
    found = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    head = f"layer {n + 1}: {plural(layer.n_units, f'{name} unit')}"
    idle = found or "none dead or saturated"
    return f"{head}\n{idle}" if is_first else idle
