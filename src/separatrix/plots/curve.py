"""Fitted function: the predictions of a model of one input along that input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from separatrix.data.labels import Labels
from separatrix.errors import DataError
from separatrix.explain.curve import FittedCurve, fitted_curve
from separatrix.explain.subject import as_model, is_network
from separatrix.plots.axes import style, wrapped
from separatrix.plots.display import ModelDisplay, Panel, Subject
from separatrix.plots.legends import add_legend
from separatrix.plots.marked import marked_value
from separatrix.plots.palette import class_colors, ink, ordered_colors
from separatrix.plots.points import draw_class_points, draw_rings, predictions_of, ringed_points
from separatrix.plots.scene import Scene

Array = NDArray[Any]


class FunctionFitDisplay(ModelDisplay):
    """Predictions of a model of one input as a curve, at the end of the training or at several epochs.

    Create it with `from_estimator`.

    Parameters
    ----------
    curve : FittedCurve
        What `separatrix.explain.fitted_curve` returns.
    y : array-like of shape (n_rows,), optional
        The points' classes or numbers; without it no points are drawn.
    y_name : str, optional
        Name of the numbers that are predicted; by default that of a series `y`.
    y_pred : array-like of shape (n_rows,), optional
        The classes that are predicted for the points: those that differ from `y` have a ring.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        One for each epoch; for more than two classes one for each class.
    points_ : list of matplotlib PathCollection
    rings_ : matplotlib PathCollection or None
        Around the points that are predicted wrong; None without `y_pred`.
    legend_ : matplotlib Legend or None

    Examples
    --------
    >>> from separatrix import FunctionFitDisplay, MLPClassifier
    >>> from separatrix.data import make_bumps
    >>> X, y = make_bumps()
    >>> network = MLPClassifier((10,), "tanh", solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
    >>> display = FunctionFitDisplay.from_estimator(network, X, y)
    """

    panel_width = 4.4

    def __init__(
        self, curve: FittedCurve, y: Any = None, y_name: str | None = None, y_pred: Any = None
    ) -> None:
        self.curve = curve
        # A pandas or Polars series has a name, too.
        self.name = y_name or getattr(y, "name", None) or "prediction"
        self.codes = _codes(curve, y)
        predicted = _codes(curve, y_pred)
        self.is_wrong: Array | None = None
        if self.codes is not None and predicted is not None:
            self.is_wrong = np.not_equal(self.codes, predicted)
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
        """Compute and draw the curve of a model.

        Parameters
        ----------
        estimator : Model, Ensemble or fitted estimator
        X : array-like or table of shape (n_rows, 1)
        y : array-like of shape (n_rows,), optional
            The points' classes or numbers.
        epochs : int or sequence of int, optional
            Number of recorded epochs to draw, or the epochs themselves, each replaced by the nearest that was
            recorded. By default, only the fitted model is drawn.
        grid_resolution : int, default=500
            Points along the curve.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If there is more than one input, or `epochs` is given for more than two classes.
        DataError
            If `epochs` is given and none were recorded, or `y` does not fit.
        """
        curve = fitted_curve(estimator, X, epochs=epochs, grid_resolution=grid_resolution)
        name = as_model(estimator).target_name if is_network(estimator) else None
        # Of several networks, one point may be right for one and wrong for another.
        predicted = predictions_of(estimator, X, y) if epochs is None and curve.classes is not None else None
        return cls(curve, y, name, predicted).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        legend: bool = True,
        line_kw: Mapping[str, Any] | None = None,
        point_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        legend : bool, default=True
            Whether to add a legend of curves and points; in a new figure it is to the right of the axes.
        line_kw, point_kw : mapping, optional
            Passed to `Axes.plot` and `Axes.scatter`.
        """
        ax, curve = self._begin(ax), self.curve
        classes = [] if curve.classes is None else curve.classes.tolist()
        self.points_, self.rings_ = [], None
        if self.heights is not None:
            points = np.column_stack([curve.points, self.heights])
            self.points_ = draw_class_points(ax, points, self.codes, classes, **dict(point_kw or {}))
            if self.codes is not None and self.is_wrong is not None:
                area = dict(point_kw or {}).get("s")
                self.rings_ = draw_rings(ax, points, self.codes, self.is_wrong, area=area)
        self.lines_ = []
        for values, look in zip(curve.values, self._looks(), strict=True):
            self.lines_ += ax.plot(curve.x, values, **style(look | {"zorder": 4}, line_kw))
        ax.set_xlim(curve.x[0], curve.x[-1])
        ax.set_xlabel(wrapped(curve.x_label, 60))
        if classes:
            ax.set_ylim(-0.06, 1.06)
            ax.set_ylabel(wrapped(f"P({classes[1]})" if len(classes) == 2 else "probability"))
        else:
            ax.set_ylabel(wrapped(self.name))
            for drawn in self.points_:
                drawn.set_label("rows")
        ax.grid(alpha=0.3)
        self._fit_texts(ax)
        self.legend_ = None
        handles: list[Any] = [line for line in self.lines_ if not str(line.get_label()).startswith("_")]
        handles += self.points_
        if self.rings_ is not None and self.is_wrong is not None and self.is_wrong.any():
            handles.append(self.rings_)
        if legend and handles:
            beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "frameon": False}
            inside = {"fontsize": self._fontsize} if self._is_small else {}
            self.legend_ = ax.legend(handles=handles, **beside if self._is_own else inside)
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the curve cannot be drawn of this model and table; None if it can."""
        if len(subject.columns) != 1:
            return f"it needs a model of one input, and this one has {len(subject.columns)}"
        return subject.missing_table()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the curve of a model, or of the networks of several epochs."""
        return cls.from_estimator(subject.model, subject.table, subject.y, epochs=subject.epochs)

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the points; the curve changes."""
        display = cls(fitted_curve(scene.at(-1), scene.rows), scene.y, y_pred=_predicted(scene, -1))
        display.plot(figure.subplots(), legend=False)
        rings = [] if display.rings_ is None else [display.rings_]
        for ring in rings:
            ring.set_label("wrong")  # their number changes
        if display.codes is not None:
            add_legend(figure, display.ax_, [*display.points_, *rings], is_own=True)
        display.ax_.set_ylim(display.ax_.get_ylim())
        mark = marked_value(scene, display.ax_)

        def update(frame: int) -> None:
            mark.update(frame)
            curve = fitted_curve(scene.at(frame), scene.rows)
            for line, values in zip(display.lines_, curve.values, strict=True):
                line.set_ydata(values)
            now = cls(curve, scene.y, y_pred=_predicted(scene, frame))
            for ring in rings:
                if now.codes is not None and now.heights is not None and now.is_wrong is not None:
                    points = np.column_stack([curve.points, now.heights])
                    ring.set_offsets(ringed_points(points, now.codes, now.is_wrong))

        return Panel([*display.lines_, *rings, *mark.moving], update)

    def _looks(self) -> list[dict[str, Any]]:
        """Return colour, width and label of each curve."""
        curve, n_curves = self.curve, len(self.curve.values)
        if curve.classes is not None and len(curve.classes) > 2:
            return [{"color": color} for color in class_colors(n_curves)]
        if n_curves == 1:
            label = _epoch_label(curve.epochs[0], curve.asked[0]) if curve.epochs else "prediction"
            return [{"color": ink(), "linewidth": 1.8, "label": label}]
        return [
            {
                "color": color,
                # Neighbours, which may lie close to each other, differ in more than their colour.
                "linestyle": ("-", "--")[(n_curves - 1 - number) % 2],
                "linewidth": 2.2 if number == n_curves - 1 else 1.4,
                "label": _epoch_label(epoch, asked),
            }
            for number, (color, epoch, asked) in enumerate(
                zip(ordered_colors(n_curves), curve.epochs, curve.asked, strict=True)
            )
        ]


def _epoch_label(epoch: int, asked: int) -> str:
    named = f"epoch {epoch}" if epoch else "untrained"
    return named if epoch == asked else f"{named} ({asked} asked)"


def _codes(curve: FittedCurve, y: Any) -> Array | None:
    """Return the codes of classes; None for numbers."""
    return None if y is None or curve.classes is None else Labels(curve.classes).encode(np.ravel(y))


def _predicted(scene: Scene, frame: int) -> Any:
    """Return the classes that the network of a frame predicts; None for numbers."""
    return None if scene.model.classes is None else predictions_of(scene.at(frame), scene.rows, scene.y)


def _heights(curve: FittedCurve, codes: Array | None, y: Any) -> Array | None:
    """Return the heights of the points: their numbers, or the probability that their class should have."""
    if y is None:
        return None
    if curve.classes is None or codes is None:
        return np.asarray(y, dtype=np.float64)
    return codes.astype(np.float64) if len(curve.classes) == 2 else np.ones(len(codes))
