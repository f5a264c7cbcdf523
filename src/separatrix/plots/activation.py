"""Activations: what the weight and the bias before an activation function do to its curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from separatrix.errors import ParameterError
from separatrix.explain.activation_curves import ActivationCurves, activation_curves
from separatrix.explain.subject import as_model, layer_activations
from separatrix.model import Model
from separatrix.network import ACTIVATIONS
from separatrix.plots.axes import figure_of, style
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Subject
from separatrix.plots.grid import new_grid
from separatrix.plots.palette import curve_colors, ink
from separatrix.plots.sizes import text_points

Array = NDArray[Any]

_ABREAST = 4  # activations from which they stand in two columns
_WIDTH, _HEIGHT = 3.4, 2.3  # of one axes, in inches
_DASHES = ("-", "--", "-.", ":")


class ActivationDisplay(ModelDisplay):
    """Activation functions with weight and bias moved: the weight changes the steepness, the bias the place.

    Each function has two axes. On the left are the curves ``g(w x)`` of several weights, on the right the
    curves ``g(x + b)`` of several biases. Create it with `from_names`, or with `from_estimator` for the
    functions of a network.

    Parameters
    ----------
    curves : sequence of ActivationCurves
        What `separatrix.explain.activation_curves` returns.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_activations, 2)
    figure_ : matplotlib Figure
    lines_ : list of pair of list of matplotlib Line2D
        For each activation, the lines of the weights and those of the biases.

    Examples
    --------
    >>> from separatrix import ActivationDisplay
    >>> display = ActivationDisplay.from_names("logistic", weights=(1, 4), biases=(-2, 2))
    >>> [line.get_label() for lines in display.lines_[0] for line in lines]
    ['w = 1', 'w = 4', 'b = -2', 'b = 2']
    """

    def __init__(self, curves: Sequence[ActivationCurves]) -> None:
        if not curves:
            raise ParameterError("curves", "must hold one activation or more, got none.")
        self.curves = list(curves)

    @classmethod
    def from_names(
        cls, names: str | Sequence[str] | None = None, *, axes: Any = None, line_kw: Any = None, **kwargs: Any
    ) -> Self:
        """Compute and draw activations by name.

        Parameters
        ----------
        names : str or sequence of str, optional
            By default all that hidden layers can have.
        axes, line_kw
            As for `plot`.
        **kwargs
            `weights`, `biases` and `limits`, as for `separatrix.explain.activation_curves`.

        Raises
        ------
        ParameterError
            If a name is unknown.
        """
        chosen = list(ACTIVATIONS) if names is None else [names] if isinstance(names, str) else list(names)
        return cls([activation_curves(name, **kwargs) for name in chosen]).plot(axes, line_kw=line_kw)

    @classmethod
    def from_estimator(cls, estimator: Any, **kwargs: Any) -> Self:
        """Compute and draw the functions of a network's layers, each once.

        Parameters
        ----------
        estimator : Model, fitted estimator of this package, or pipeline that ends in one
        **kwargs
            As for `from_names`.
        """
        return cls.from_names(_names(as_model(estimator)), **kwargs)

    def plot(self, axes: Any = None, *, line_kw: Mapping[str, Any] | None = None) -> Self:
        """Draw the curves.

        Parameters
        ----------
        axes : array-like of matplotlib Axes, optional
            Two for each activation; by default those of a new figure.
        line_kw : mapping, optional
            Passed to `Axes.plot`.

        Raises
        ------
        ParameterError
            If the number of axes is wrong.
        """
        n = len(self.curves)
        if axes is None:
            n_columns = 1 if n < _ABREAST else 2
            grid = new_grid(-(-n // n_columns), 2 * n_columns, _WIDTH, _HEIGHT)
            pairs = grid.reshape(-1, 2)
            for ax in pairs[n:].ravel():
                ax.set_axis_off()
            pairs = pairs[:n]
        else:
            given = np.asarray(axes, dtype=object).ravel()
            if len(given) != 2 * n:
                raise ParameterError("axes", f"must be {2 * n}, two for each activation, got {len(given)}.")
            pairs = given.reshape(-1, 2)
        self.axes_: Array = pairs
        self.ax_, self.figure_ = pairs[0, 0], figure_of(pairs[0, 0])
        self.lines_ = [
            (
                _draw(left, curves, "w", curves.weights, curves.steepness, f"{curves.name}(w x)", line_kw),
                _draw(right, curves, "b", curves.biases, curves.place, f"{curves.name}(x + b)", line_kw),
            )
            for (left, right), curves in zip(pairs, self.curves, strict=True)
        ]
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the functions cannot be drawn of this model; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        return None if _names(subject.model) else "the network has no activation function"

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the functions of a model's layers; the table is not needed."""
        return cls.from_estimator(subject.model)


def _names(model: Model) -> list[str]:
    """Return the functions of a network's layers that are curves of one number."""
    return [name for name in dict.fromkeys(layer_activations(model)) if name in ACTIVATIONS]


def _draw(
    ax: Axes,
    curves: ActivationCurves,
    symbol: str,
    moved: Sequence[float],
    values: Array,
    label: str,
    line_kw: Mapping[str, Any] | None,
) -> list[Line2D]:
    """Draw the curves of several weights or biases into one axes."""
    ax.axhline(0.0, color=ink(), linewidth=0.6, alpha=0.4)
    ax.axvline(0.0, color=ink(), linewidth=0.6, alpha=0.4)
    lines: list[Line2D] = []
    for number, (value, heights, color) in enumerate(
        zip(moved, values, curve_colors(len(moved)), strict=True)
    ):
        look: dict[str, Any] = {"color": color, "linestyle": _DASHES[number % 4], "linewidth": 1.8}
        lines += ax.plot(curves.x, heights, **style(look | {"label": f"{symbol} = {value:g}"}, line_kw))
    both = np.concatenate([curves.steepness, curves.place])
    ends = np.array([curves.place.min(), curves.place.max()])  # a steep line would flatten all others
    if np.ptp(both) <= 1.5 * np.ptp(ends):
        ends = np.array([both.min(), both.max()])
    margin = 0.08 * float(np.ptp(ends)) or 1.0
    ax.set_ylim(ends[0] - margin, ends[1] + margin)
    ax.set_xlim(curves.x[0], curves.x[-1])
    ax.yaxis.set_major_locator(MaxNLocator(4, prune="lower"))  # none beside the first tick of x
    ax.set_xlabel("x")
    ax.set_title(label, fontsize=text_points("medium"))
    ax.grid(alpha=0.3)
    ax.legend(fontsize=text_points("small"), handlelength=1.8, framealpha=0.8)
    return lines
