"""The fitted function: what a model of one input answers along it, and how it came to that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import DataError
from separatrix.explain.curve import FittedCurve, fitted_curve
from separatrix.explain.tables import class_codes
from separatrix.plots.axes import draw_class_points, figure_of, new_axes, settings, wrapped
from separatrix.plots.palette import class_colors, sequential_colormap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D

Array = NDArray[Any]


class FunctionFitDisplay:
    """A model's curve over the points; of a recorded training, the curves of several epochs.

    Make it by `from_estimator`.

    Parameters
    ----------
    curve : FittedCurve
        What `separatrix.explain.fitted_curve` returns.
    y : array-like of shape (n_rows,), optional
        The points' classes or numbers; without it no points are drawn.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        One for each epoch; of more than two classes one for each class.
    points_ : list of matplotlib PathCollection
    legend_ : matplotlib Legend or None

    Examples
    --------
    >>> from separatrix import FunctionFitDisplay, MLPClassifier
    >>> from separatrix.data import make_bumps
    >>> X, y = make_bumps()
    >>> network = MLPClassifier((10,), "tanh", solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
    >>> display = FunctionFitDisplay.from_estimator(network, X, y)
    """

    ax_: Axes
    figure_: Figure
    lines_: list[Line2D]
    points_: list[PathCollection]
    legend_: Legend | None

    def __init__(self, curve: FittedCurve, y: Any = None) -> None:
        self.curve = curve
        self.name = getattr(y, "name", None)  # of a pandas or Polars series
        self.codes = None if y is None or curve.classes is None else class_codes(curve.classes, y)
        self.heights = _heights(curve, self.codes, y)
        if self.heights is not None and self.heights.shape != curve.points.shape:
            raise DataError(
                f"X and y must have the same rows, one number or label each, got {curve.points.shape} and "
                f"{self.heights.shape}."
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        epochs: int | Sequence[int] | None = None,
        grid_resolution: int = 500,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw.

        Parameters
        ----------
        estimator : Model or fitted estimator
        X : array-like or table of shape (n_rows, 1)
        y : array-like of shape (n_rows,), optional
            The points' classes or numbers.
        epochs : int or sequence of int, optional
            So many recorded epochs, or the recorded ones nearest to these; else the fitted model.
        grid_resolution : int
            Points along the curve.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If there is more than one input, or epochs are asked for of more than two classes.
        DataError
            If epochs are asked for and none were recorded, or `y` does not fit.
        """
        curve = fitted_curve(estimator, X, epochs=epochs, grid_resolution=grid_resolution)
        return cls(curve, y).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        legend: bool = True,
        line_kw: Mapping[str, Any] | None = None,
        point_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        legend : bool
            Whether to explain curves and points; to the right of the axes of a new figure.
        line_kw, point_kw : mapping, optional
            Passed to `Axes.plot` and `Axes.scatter`.
        """
        is_own = ax is None
        self.ax_ = ax = new_axes() if ax is None else ax
        self.figure_ = figure_of(ax)
        curve = self.curve
        classes = [] if curve.classes is None else curve.classes.tolist()
        self.points_ = []
        if self.heights is not None:
            points = np.column_stack([curve.points, self.heights])
            self.points_ = draw_class_points(ax, points, self.codes, classes, **dict(point_kw or {}))
        self.lines_ = []
        for values, look in zip(curve.values, self._looks(), strict=True):
            self.lines_ += ax.plot(curve.x, values, **settings(look | {"zorder": 4}, line_kw))
        ax.set_xlim(curve.x[0], curve.x[-1])
        ax.set_xlabel(wrapped(curve.x_label, 60))
        if classes:
            ax.set_ylim(-0.06, 1.06)
            ax.set_ylabel(wrapped(f"P({classes[1]})" if len(classes) == 2 else "probability"))
        elif self.name is not None:
            ax.set_ylabel(wrapped(self.name))
        ax.grid(alpha=0.3)
        self.legend_ = None
        shown = [*self.lines_, *(self.points_ if classes and self.codes is not None else [])]
        handles = [handle for handle in shown if not str(handle.get_label()).startswith("_")]
        if legend and handles:
            place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "frameon": False}
            self.legend_ = ax.legend(handles=handles, **place if is_own else {})
        return self

    def _looks(self) -> list[dict[str, Any]]:
        """Return color, width and label of each curve."""
        curve, n_curves = self.curve, len(self.curve.values)
        if curve.classes is not None and len(curve.classes) > 2:
            return [{"color": color} for color in class_colors(n_curves)]
        if n_curves == 1:
            label = f"epoch {curve.epochs[0]}" if curve.epochs else None
            return [{"color": "black", "linewidth": 1.8, "label": label}]
        # From light to dark, so that the eye ends where the training did.
        shades = sequential_colormap()(np.linspace(0.86, 0.1, n_curves))
        return [
            {
                "color": "black" if number == n_curves - 1 else shade,
                "linewidth": 2.2 if number == n_curves - 1 else 1.4,
                "label": f"epoch {epoch}" if epoch else "untrained",
            }
            for number, (shade, epoch) in enumerate(zip(shades, curve.epochs, strict=True))
        ]


def _heights(curve: FittedCurve, codes: Array | None, y: Any) -> Array | None:
    """Return where the points stand: at their number, or at the probability that their class should have."""
    if y is None:
        return None
    if curve.classes is None or codes is None:
        return np.asarray(y, dtype=np.float64)
    return codes.astype(np.float64) if len(curve.classes) == 2 else np.ones(len(codes))
