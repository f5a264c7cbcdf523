"""Unit curves: for one input, the curve of each hidden unit, what it adds to the output, and the sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from separatrix import check
from separatrix.data.labels import Labels
from separatrix.errors import DataError, ParameterError
from separatrix.explain.unit_curves import UnitCurves, unit_curves
from separatrix.model import Model
from separatrix.plots.axes import figure_of, style, wrapped
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.grid import new_grid
from separatrix.plots.palette import curve_colors, grid_color, ink
from separatrix.plots.points import draw_class_points, draw_rings, predictions_of, ringed_points
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import text_points

Array = NDArray[Any]

_WIDTH, _HEIGHT = 6.4, 2.3  # of each axes, in inches
_FILM_RESOLUTION = 200  # points along a curve
_TITLES = ("The value of each unit", "What each unit adds, and their sum", "What the network answers")


class UnitCurvesDisplay(ModelDisplay):
    """How the hidden units of a network of one input make its curve, from top to bottom.

    At the top is the value of each unit of the last hidden layer. In the middle is what it adds to the sum of
    the output, its value times its weight, and as a thick line the sum of all with the bias. At the bottom is
    the answer of the network, the output function of that sum, over the points. Create it with
    `from_estimator`.

    Parameters
    ----------
    curves : UnitCurves
        What `separatrix.explain.unit_curves` returns.
    y : array-like of shape (n_rows,), optional
        The points' classes or numbers.
    y_pred : array-like of shape (n_rows,), optional
        The classes that are predicted for the points: those that differ from `y` have a ring.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (3,)
    figure_ : matplotlib Figure
    value_lines_, contribution_lines_ : list of matplotlib Line2D
        One for each unit.
    sum_line_, output_line_ : matplotlib Line2D
    points_ : list of matplotlib PathCollection
    rings_ : matplotlib PathCollection or None
        Around the points that are predicted wrong; None without `y_pred`.

    Examples
    --------
    >>> from separatrix import MLPRegressor, UnitCurvesDisplay
    >>> X = np.linspace(-3, 3, 40)[:, np.newaxis]
    >>> network = MLPRegressor(hidden_layer_sizes=(6,), activation="tanh", solver="lbfgs", random_state=0)
    >>> display = UnitCurvesDisplay.from_estimator(network.fit(X, np.sin(X[:, 0])), X, np.sin(X[:, 0]))
    >>> len(display.contribution_lines_)
    6
    """

    panel_width = 4.4

    def __init__(self, curves: UnitCurves, y: Any = None, y_pred: Any = None) -> None:
        self.curves = curves
        self.is_wrong: Array | None = None
        self.codes: Array | None = None
        self.heights: Array | None = None
        if y is not None:
            targets = np.ravel(np.asarray(y))
            if targets.shape != curves.points.shape:
                raise DataError(
                    f"X and y must have the same rows, got {len(curves.points)} and {len(targets)}."
                )
            if curves.classes is None:
                self.heights = targets.astype(np.float64)
            else:
                self.codes = Labels(curves.classes).encode(targets)
                self.heights = (self.codes == _shown_class(curves)).astype(np.float64)
                if y_pred is not None:
                    self.is_wrong = self.codes != Labels(curves.classes).encode(np.ravel(y_pred))

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        output: int = -1,
        grid_resolution: int = 500,
        axes: Any = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw the curves of a network.

        Parameters
        ----------
        estimator : Model, fitted estimator of this package, or pipeline that ends in one
            ``clf.at_epoch(10)`` is the network of an epoch.
        X : array-like or table of shape (n_rows, 1)
        y : array-like of shape (n_rows,), optional
        output : int, default=-1
            Index of the output, if there are several.
        grid_resolution : int, default=500
            Points along the curves.
        axes : array-like of three matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If there is more than one input, or no hidden layer.
        DataError
            If `X` or `y` does not fit the network.
        """
        curves = unit_curves(estimator, X, output=output, grid_resolution=grid_resolution)
        predicted = None if curves.classes is None else predictions_of(estimator, X, y)
        return cls(curves, y, predicted).plot(axes, **kwargs)

    def plot(
        self,
        axes: Any = None,
        *,
        max_units: int = 6,
        line_kw: Mapping[str, Any] | None = None,
        point_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        axes : array-like of three matplotlib Axes, optional
            By default those of a new figure.
        max_units : int, default=6
            Units in colour and in the legend: those that add the widest curves. The others are grey.
        line_kw, point_kw : mapping, optional
            Passed to `Axes.plot` for the units, and to `Axes.scatter`.

        Raises
        ------
        ParameterError
            If there are not three axes.
        """
        check.integer("max_units", max_units, 0)
        curves = self.curves
        given = new_grid(3, 1, _WIDTH, _HEIGHT, sharex=True) if axes is None else np.asarray(axes, object)
        self.axes_: Array = given.ravel()
        if len(self.axes_) != 3:
            raise ParameterError("axes", f"must be three axes, got {len(self.axes_)}.")
        top, middle, bottom = self.axes_
        self.ax_, self.figure_ = top, figure_of(top)
        added = curves.contributions
        widest = np.argsort(-np.ptp(added, axis=1), kind="stable")[:max_units].tolist()
        colors = curve_colors(len(widest) + 1)[1:]
        self.value_lines_ = self._draw_units(top, curves.values, widest, colors, line_kw)
        self.contribution_lines_ = self._draw_units(middle, added, widest, colors, line_kw)
        bias = "" if curves.bias == 0 else f" with the bias {curves.bias:.3g}"
        (self.sum_line_,) = middle.plot(
            curves.x, curves.sum, color=ink(), linewidth=2.4, zorder=5, label=f"sum{bias}"
        )
        (self.output_line_,) = bottom.plot(curves.x, curves.output, color=ink(), linewidth=2.0, zorder=5)
        self.points_ = self._draw_points(bottom, point_kw)
        for ax, title in zip(self.axes_, _TITLES, strict=True):
            ax.set_title(title, fontsize=text_points("medium"))
            ax.grid(alpha=0.3)
        handles = [self.sum_line_, *(self.contribution_lines_[unit] for unit in widest)]
        look: dict[str, Any] = {"fontsize": text_points("small"), "frameon": False, "borderaxespad": 0.0}
        middle.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), **look)
        bottom.set_xlim(curves.x[0], curves.x[-1])
        bottom.set_xlabel(wrapped(curves.x_label, 60))
        function = curves.output_function
        of_sum = "" if function == "identity" else f"\n= {function}(sum)"
        bottom.set_ylabel(wrapped(curves.output_name, 24) + of_sum)
        return self

    def _draw_units(
        self, ax: Axes, curves: Array, colored: list[int], colors: list[Any], line_kw: Any
    ) -> list[Line2D]:
        lines: list[Line2D] = []
        for unit, heights in enumerate(curves):
            is_colored = unit in colored
            look: dict[str, Any] = {
                "color": colors[colored.index(unit)] if is_colored else grid_color(),
                "linewidth": 1.5 if is_colored else 0.9,
                "zorder": 4 if is_colored else 3,
                "label": f"unit {unit + 1}",
            }
            lines += ax.plot(self.curves.x, heights, **style(look, line_kw))
        return lines

    def _draw_points(self, ax: Axes, point_kw: Mapping[str, Any] | None) -> list[Any]:
        self.rings_ = None
        if self.heights is None:
            return []
        points = np.column_stack([self.curves.points, self.heights])
        classes = [] if self.curves.classes is None else self.curves.classes.tolist()
        drawn = draw_class_points(ax, points, self.codes, classes, **dict(point_kw or {}))
        handles = list(drawn)
        if self.codes is not None and self.is_wrong is not None:
            area = dict(point_kw or {}).get("s")
            self.rings_ = draw_rings(ax, points, self.codes, self.is_wrong, area=area)
            handles += [self.rings_] if self.is_wrong.any() else []
        if self.codes is not None:
            look: dict[str, Any] = {"fontsize": text_points("small"), "frameon": False, "borderaxespad": 0.0}
            ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), **look)
        return drawn

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the points and the axes of the trained network; the curves change."""

        def curves_at(frame: int) -> UnitCurves:
            return unit_curves(scene.at(frame), scene.rows, grid_resolution=_FILM_RESOLUTION)

        axes = figure.subplots(3, 1, sharex=True)

        def predicted(frame: int) -> Any:
            no_class = scene.model.classes is None
            return None if no_class else predictions_of(scene.at(frame), scene.rows, scene.y)

        display = cls(curves_at(-1), scene.y, predicted(-1)).plot(axes)
        rings = [] if display.rings_ is None else [display.rings_]
        for ax in axes[1:]:
            if (legend := ax.get_legend()) is not None:  # "bias" changes, and there is little room
                legend.remove()
        for ax in axes:
            ax.set_ylim(ax.get_ylim())
        lines = [*display.value_lines_, *display.contribution_lines_]

        def update(frame: int) -> None:
            curves = curves_at(frame)
            heights = [*curves.values, *curves.contributions]
            for line, height in zip(lines, heights, strict=True):
                line.set_ydata(height)
            display.sum_line_.set_ydata(curves.sum)
            display.output_line_.set_ydata(curves.output)
            now = cls(curves, scene.y, predicted(frame))
            for ring in rings:
                if now.codes is not None and now.heights is not None and now.is_wrong is not None:
                    points = np.column_stack([curves.points, now.heights])
                    ring.set_offsets(ringed_points(points, now.codes, now.is_wrong))

        return Panel([*lines, display.sum_line_, display.output_line_, *rings], update)

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the curves cannot be drawn of this model and table; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        if len(subject.columns) != 1:
            return f"it needs a model of one input, and this one has {len(subject.columns)}"
        if len(subject.model.network.layers) < 2:
            return "the network has no hidden layer"
        if not subject.model.has_one_target:
            return "it needs one target"
        return subject.missing_table()


def _shown_class(curves: UnitCurves) -> int:
    """Return the class whose probability the output is."""
    assert curves.classes is not None
    n_classes = len(curves.classes)
    return 1 if n_classes == 2 and curves.output_function == "logistic" else curves.output_index
