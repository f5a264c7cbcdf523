"""Decision boundary: the class that a classifier predicts at each point of a plane, and its probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from contourpy import contour_generator
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from separatrix.data.labels import Labels
from separatrix.errors import DataError, ParameterError
from separatrix.explain.boundary import DecisionGrid, decision_grid, given_grid, grid_over
from separatrix.explain.plane import Plane, PlaneKind, RowLike
from separatrix.explain.subject import at_epoch, class_labels, last_step
from separatrix.plots.axes import make_higher, style, wrapped, wrapped_to
from separatrix.plots.display import ModelDisplay, Panel, Subject
from separatrix.plots.legends import add_colorbar, add_legend
from separatrix.plots.marked import marked_point
from separatrix.plots.palette import ink
from separatrix.plots.plane_caption import caption_of
from separatrix.plots.points import (
    draw_class_points,
    draw_rings,
    point_area,
    predictions_of,
    ringed_points,
)
from separatrix.plots.scene import Scene
from separatrix.plots.shades import draw_shades, everywhere, shades_of, write_everywhere
from separatrix.plots.sizes import axes_size, figure_size, text_points, text_size

Array = NDArray[Any]

_COMPARED_COLUMNS = 3
_WIDTH, _COMPARED_WIDTH = 4.6, 3.4  # of the axes alone and beside others, in inches
_FILM_RESOLUTION = 120  # points along each side of the plane: one for three pixels


class DecisionBoundaryDisplay(ModelDisplay):
    """Decision boundary of a classifier over a plane: probabilities as colour, the boundary, and the points.

    A ring is around each point whose class the classifier predicts wrong. If the plane leaves out columns or
    components in which rows differ, a point may lie on another colour than that of its prediction, and a note
    above the axes says so.

    Create it with `from_estimator`, with `from_predictions` from your own grid of probabilities, or with
    `compare` for several classifiers side by side.

    Parameters
    ----------
    grid : DecisionGrid
        What `separatrix.explain.decision_grid` or `separatrix.explain.given_grid` returns.
    y : array-like of shape (n_rows,), optional
        The class of each of the plane's points; without it they are grey.
    y_pred : array-like of shape (n_rows,), optional
        The class that is predicted for each of them; without it no point has a ring.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage
    lines_ : list of matplotlib QuadContourSet
        Lines between the classes, at most one fewer than there are classes.
    points_ : list of matplotlib PathCollection
        One for each class.
    rings_ : matplotlib PathCollection or None
        Around the points that are predicted wrong; None without `y` and `y_pred`.
    everywhere_ : matplotlib Text
        The class that is predicted everywhere, where there is no boundary; else empty.
    legend_ : matplotlib Legend or None

    Examples
    --------
    >>> from separatrix import DecisionBoundaryDisplay, MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> network = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> display = DecisionBoundaryDisplay.from_estimator(network, X, y)
    """

    panel_width = 4.4

    def __init__(self, grid: DecisionGrid, y: Any = None, y_pred: Any = None) -> None:
        self.grid = grid
        self.codes, predicted = self._encoded("y", y), self._encoded("y_pred", y_pred)
        self.is_wrong = None if self.codes is None or predicted is None else self.codes != predicted

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        features: Sequence[str | int] | None = None,
        plane: PlaneKind = "features",
        at: RowLike = None,
        grid_resolution: int = 200,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw the decision boundary of a classifier.

        Parameters
        ----------
        estimator : Model, Ensemble or fitted classifier
            Any classifier with ``predict_proba``.
        X : array-like or table of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,), optional
            The points' classes.
        features : pair of str or int, optional
            The two columns that span the plane; needed if there are more than two.
        plane : {"features", "pca"}, default="features"
            Two columns, or the plane of the first two principal components.
        at : int or mapping of str to value, optional
            The row of `X`, or the values, at which the other columns are fixed; by default their medians.
        grid_resolution : int, default=200
            Points along each side.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If the estimator is not a classifier, or the plane is not determined.
        DataError
            If `X` or `y` does not fit the estimator.
        """
        grid = decision_grid(
            estimator, X, features=features, plane=plane, at=at, grid_resolution=grid_resolution
        )
        return cls(grid, y, predictions_of(estimator, X, y)).plot(ax, **kwargs)

    @classmethod
    def from_predictions(
        cls,
        xx0: Any,
        xx1: Any,
        response: Any,
        X: Any = None,
        y: Any = None,
        *,
        y_pred: Any = None,
        classes: Any = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw given probabilities over a grid.

        Parameters
        ----------
        xx0, xx1 : array-like of shape (n, m), or (m,) and (n,)
            The grid as `numpy.meshgrid` returns it, or its two axes: evenly spaced and ascending.
        response : array-like of shape (n, m), (n, m, n_classes), (n * m,) or (n * m, n_classes)
            The second class's probability at each grid point, or those of all classes.
        X : array-like or table of shape (n_rows, 2), optional
            The points to show.
        y : array-like of shape (n_rows,), optional
            Their classes.
        y_pred : array-like of shape (n_rows,), optional
            The classes that are predicted for them: those that differ from `y` have a ring.
        classes : array-like of shape (n_classes,), optional
            The classes' labels; by default 0, 1, …
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If the shapes do not match, the grid is not evenly spaced, or `response` holds no probabilities.

        Examples
        --------
        >>> xx0, xx1 = np.meshgrid(np.linspace(-2, 2, 50), np.linspace(-1, 1, 40))
        >>> ring = 1 / (1 + np.exp(5 * (xx0**2 + xx1**2 - 1)))
        >>> display = DecisionBoundaryDisplay.from_predictions(xx0, xx1, ring, classes=["outer", "inner"])
        """
        return cls(given_grid(xx0, xx1, response, X, classes=classes), y, y_pred).plot(ax, **kwargs)

    @classmethod
    def compare(
        cls,
        estimators: Mapping[str, Any] | Sequence[Any],
        X: Any,
        y: Any = None,
        *,
        features: Sequence[str | int] | None = None,
        plane: PlaneKind = "features",
        at: RowLike = None,
        grid_resolution: int = 200,
        **kwargs: Any,
    ) -> list[Self]:
        """Draw several classifiers side by side in a new figure, with the same axes, colours and scale.

        Parameters
        ----------
        estimators : mapping of str to classifier, or sequence of classifiers
            The classifiers by title; the title of a classifier in a sequence is the name of its class.
        X, y, features, plane, at, grid_resolution
            As for `from_estimator`.
        **kwargs
            As for `plot`.

        Returns
        -------
        list of DecisionBoundaryDisplay

        Raises
        ------
        ParameterError
            If there are no classifiers, or they have different classes.
        """
        named = _named(estimators)
        where: dict[str, Any] = {"features": features, "plane": plane, "at": at}
        grids = [decision_grid(model, X, **where, grid_resolution=grid_resolution) for _, model in named]
        displays = [
            cls(grid, y, predictions_of(model, X, y)) for grid, (_, model) in zip(grids, named, strict=True)
        ]
        _require_same_classes(named, displays)
        n_columns = min(len(named), _COMPARED_COLUMNS)
        n_rows = math.ceil(len(named) / n_columns)
        figure, axes = plt.subplots(
            n_rows,
            n_columns,
            squeeze=False,
            sharex=True,
            sharey=True,
            layout="constrained",
            figsize=figure_size(_figure_size(displays[0].grid.plane, n_rows, n_columns, _COMPARED_WIDTH)),
        )
        for ax in axes.flat[len(named) :]:
            ax.set_axis_off()
        shown = list(axes.flat[: len(named)])
        for display, ax, (title, _) in zip(displays, shown, named, strict=True):
            display.plot(ax, **{"colorbar": False, "legend": False} | kwargs)
            ax.set_title(wrapped_to(title, 72 * _COMPARED_WIDTH, rcParams["axes.titlesize"]))
            ax.set(xlabel=None, ylabel=None)
        first = displays[0]
        sides = axes_size(shown[0])
        x_label, y_label = first._axis_labels(n_columns * sides[0], n_rows * sides[1])
        figure.supxlabel(x_label, fontsize=rcParams["axes.labelsize"])
        figure.supylabel(y_label, fontsize=rcParams["axes.labelsize"])
        if first.grid.is_binary:
            add_colorbar(figure, first.image_, shown, label=first._scale_label())
        if first.codes is not None:
            ringed = [display.rings_ for display in displays if display._has_wrong][:1]
            legend = add_legend(figure, shown[0], [*first.points_, *ringed], is_own=True)
            for text in legend.get_texts()[len(first.points_) :]:
                text.set_text("wrong")
            for display in displays:
                display.legend_ = legend
        return displays

    @classmethod
    def from_epochs(
        cls, estimator: Any, X: Any, y: Any = None, *, epochs: Sequence[int], **kwargs: Any
    ) -> list[Self]:
        """Draw the networks of several epochs side by side.

        Parameters
        ----------
        estimator : fitted MLPClassifier, or a pipeline that ends in one
            Fitted with `record`.
        X, y
            As for `from_estimator`.
        epochs : sequence of int
            Recorded epochs; 0 is the untrained network.
        **kwargs
            As for `compare`.

        Returns
        -------
        list of DecisionBoundaryDisplay

        Raises
        ------
        DataError
            If an epoch was not recorded.

        Examples
        --------
        >>> import warnings
        >>> from separatrix import DecisionBoundaryDisplay, MLPClassifier
        >>> from sklearn.datasets import make_circles
        >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
        >>> network = MLPClassifier((8,), "tanh", max_iter=20, record=10, random_state=0)
        >>> with warnings.catch_warnings(action="ignore"):
        ...     displays = DecisionBoundaryDisplay.from_epochs(network.fit(X, y), X, y, epochs=(0, 20))
        >>> [display.ax_.get_title() for display in displays]
        ['untrained', 'epoch 20']
        """
        titles = [f"epoch {epoch}" if epoch else "untrained" for epoch in epochs]
        networks = [at_epoch(estimator, epoch) for epoch in epochs]
        return cls.compare(dict(zip(titles, networks, strict=True)), X, y, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        colorbar: bool = True,
        legend: bool = True,
        image_kw: Mapping[str, Any] | None = None,
        line_kw: Mapping[str, Any] | None = None,
        point_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the decision boundary.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure, with the legend above them.
        colorbar, legend : bool, default=True
            Whether to add a colour bar (for two classes) and a legend of the points.
        image_kw, line_kw, point_kw : mapping, optional
            Passed to `Axes.imshow`, `Axes.contour` and `Axes.scatter`.
        """
        plane = self.grid.plane
        ax = self._begin(ax, _figure_size(plane, 1, 1, _WIDTH))
        self.image_ = draw_shades(ax, self.grid, image_kw)
        line = style({"colors": [ink()], "linewidths": 1.6, "zorder": 2}, line_kw)
        self.lines_ = [
            ax.contour(plane.u, plane.v, margin, [0.0], **line)
            for margin in self.grid.margins()
            if margin.min() < 0 < margin.max()
        ]
        classes, chosen = self.grid.classes.tolist(), dict(point_kw or {})
        if self._is_small:
            chosen = {"s": 0.5 * point_area(len(plane.points))} | chosen
        self.points_ = draw_class_points(ax, plane.points, self.codes, classes, **chosen)
        self.rings_ = None
        if self.codes is not None and self.is_wrong is not None:
            self.rings_ = draw_rings(ax, plane.points, self.codes, self.is_wrong, area=chosen.get("s"))
        self.everywhere_ = write_everywhere(ax, self.grid, self._fontsize)
        ax.set(xlim=plane.u[[0, -1]], ylim=plane.v[[0, -1]], aspect="equal" if _aspect(plane) else "auto")
        x_label, y_label = self._axis_labels(*(0.9 * length for length in axes_size(ax)))
        ax.set(xlabel=x_label, ylabel=y_label)
        if colorbar and self.grid.is_binary:
            self._fit_texts(add_colorbar(self.figure_, self.image_, [ax], label=self._scale_label()).ax)
        self._fit_texts(ax)
        self._write_caption()
        has_legend = legend and self.codes is not None
        ringed = [self.rings_] if self._has_wrong and not self._is_small else []
        self.legend_ = self._add_legend([*self.points_, *ringed]) if has_legend else None
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the boundary cannot be drawn of this model and table; None if it can."""
        if subject.model.classes is None or not subject.model.has_one_target:
            return "it needs a classifier with one target"
        return subject.missing_plane()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the boundary of a model over the rows of a table."""
        s = subject
        plane: dict[str, Any] = {"features": s.features, "plane": s.plane}
        if s.epochs is not None:
            return cls.from_epochs(s.model, s.table, s.y, epochs=s.epochs, **plane)[0]
        return cls.from_estimator(s.model, s.table, s.y, **plane)

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the points; the probabilities and the boundary change."""
        class_labels(scene.estimator)  # raises an error if it is not a classifier
        plane = scene.make_plane(_FILM_RESOLUTION)

        def grid_at(frame: int) -> DecisionGrid:
            return grid_over(scene.at(frame), plane, scene.rows)

        has_points = scene.y is not None
        display = cls(grid_at(0), scene.y, predictions_of(scene.at(0), scene.rows, scene.y))
        look = None if has_points else {"s": 0}
        display.plot(figure.subplots(), colorbar=False, legend=False, point_kw=look)
        ax = display.ax_
        if display.grid.is_binary:  # named above, as the panel to the right has a name on its left
            bar = add_colorbar(figure, display.image_, [ax])
            bar.ax.set_title(display._scale_label(), fontsize="medium")
        ax.set_anchor("N")  # under the legend, however high the panel is
        rings = [] if display.rings_ is None else [display.rings_]
        if has_points:
            for ring in rings:
                ring.set_label("wrong")  # their number changes
            add_legend(figure, ax, [*display.points_, *rings], is_own=True)
        for contours in display.lines_:
            contours.remove()
        lines = LineCollection([], colors=[ink()], linewidths=1.6)
        ax.add_collection(lines, autolim=False)
        mark = marked_point(scene, ax, scene.point_on(plane))

        def update(frame: int) -> None:
            grid = grid_at(frame)
            display.image_.set_data(shades_of(grid))
            mark.update(frame)
            segments: list[Any] = []
            for margin in grid.margins():
                segments += contour_generator(grid.plane.u, grid.plane.v, margin).lines(0.0)
            lines.set_segments(segments)
            display.everywhere_.set_text(everywhere(grid))
            now = cls(grid, scene.y, predictions_of(scene.at(frame), scene.rows, scene.y))
            for ring in rings:
                if now.codes is not None and now.is_wrong is not None:
                    ring.set_offsets(ringed_points(plane.points, now.codes, now.is_wrong))

        # The frame of the axes comes last, as the image covers half of it.
        above = [*display.points_, *rings, display.everywhere_, *ax.spines.values()]
        return Panel([display.image_, lines, *above, *mark.moving], update)

    def _encoded(self, name: str, y: Any) -> Array | None:
        """Return the codes of the points' classes."""
        if y is None:
            return None
        codes = Labels(self.grid.classes).encode(np.ravel(y), name)
        n_points = len(self.grid.plane.points)
        if len(codes) != n_points:
            raise DataError(f"X and {name} must have the same rows, got {n_points} and {len(codes)}.")
        return codes

    @property
    def _has_wrong(self) -> bool:
        return self.is_wrong is not None and bool(self.is_wrong.any())

    def _write_caption(self) -> None:
        """Write above the axes that points may lie on other colours than those of their predictions."""
        lines = caption_of(self.grid.plane, self.is_wrong)
        if lines and not self._is_small:
            width, size = axes_size(self.ax_)[0], text_points("small")
            caption = "\n".join(wrapped_to(line, width, size) for line in lines)
            self.ax_.set_title(caption, fontsize=size)
            if self._is_own:
                make_higher(self.figure_, text_size(caption, size)[1])

    def _axis_labels(self, x_points: float, y_points: float) -> tuple[str, str]:
        """Return the labels of the axes, in lines that are not longer than these."""
        plane, size = self.grid.plane, rcParams["axes.labelsize"]
        lines = [wrapped_to(text, x_points, size) for text in (plane.u_label, plane.note) if text]
        return "\n".join(lines), wrapped_to(plane.v_label, y_points, size)

    def _scale_label(self) -> str:
        return wrapped(f"P({self.grid.classes[1]})", 36)


def _aspect(plane: Plane) -> float | None:
    """Return width by height at equal scales if both ranges are of similar length, else None."""
    ratio = float(np.ptp(plane.u) / np.ptp(plane.v))
    return ratio if 0.5 <= ratio <= 2 else None


def _figure_size(plane: Plane, n_rows: int, n_columns: int, width: float) -> tuple[float, float]:
    """Return the inches that axes of this width need together with labels and colour bar."""
    height = width / (_aspect(plane) or 4 / 3)
    return width * n_columns + 1.6, min(height, 1.2 * width) * n_rows + 1.0


def _named(estimators: Mapping[str, Any] | Sequence[Any]) -> list[tuple[str, Any]]:
    if isinstance(estimators, Mapping):
        named = [(str(name), estimator) for name, estimator in estimators.items()]
    else:
        named = [(type(last_step(estimator)).__name__, estimator) for estimator in estimators]
    if not named:
        raise ParameterError("estimators", "must be one or more classifiers, got none.")
    return named


def _require_same_classes(named: list[tuple[str, Any]], displays: Sequence[DecisionBoundaryDisplay]) -> None:
    first = displays[0].grid.classes.tolist()
    for (name, _), display in zip(named, displays, strict=True):
        if display.grid.classes.tolist() != first:
            raise ParameterError(
                "estimators",
                f"must all have the classes {first}, got {display.grid.classes.tolist()} of '{name}'; "
                "compare classifiers of one task.",
            )
