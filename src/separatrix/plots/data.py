"""Data: the rows alone, before any network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from numpy.typing import NDArray

from separatrix.data.column import as_numbers
from separatrix.data.labels import Labels
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError
from separatrix.explain.plane import PlaneKind, RowLike, make_plane
from separatrix.explain.subject import last_step
from separatrix.explain.tables import as_table
from separatrix.plots.axes import style, wrapped
from separatrix.plots.display import ModelDisplay, Subject
from separatrix.plots.legends import add_colorbar
from separatrix.plots.palette import sequential_colormap
from separatrix.plots.points import draw_class_points

Array = NDArray[Any]

_MAX_CLASSES = 20  # of whole numbers; more are numbers
_SIZE = (5.2, 4.4)  # inches


class DataDisplay(ModelDisplay):
    """The rows alone: two columns as a plane, or one column against the target.

    Classes have the colours and markers that they have in all other pictures. A target of numbers is the
    height above one column, or a colour over two. Create it with `from_data`, or with `from_estimator` for
    the columns and names that a model reads.

    Parameters
    ----------
    points : ndarray of shape (n_rows, 2)
        What is drawn.
    labels : pair of str
        Names of the axes.
    classes : sequence of str or None
        The classes; None for a target of numbers, or no target.
    values : ndarray of shape (n_rows,) or None
        The code of each row's class, or its number.
    target : str
        Name of a target of numbers.
    note : str
        What the axes leave out.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    points_ : list of matplotlib PathCollection
        One for each class.
    legend_ : matplotlib Legend or None

    Examples
    --------
    >>> from separatrix import DataDisplay
    >>> from sklearn.datasets import make_moons
    >>> X, y = make_moons(100, noise=0.1, random_state=0)
    >>> display = DataDisplay.from_data(X, y)
    >>> [len(points.get_offsets()) for points in display.points_]
    [50, 50]
    """

    def __init__(
        self,
        points: Array,
        labels: tuple[str, str],
        *,
        classes: Sequence[object] | None = None,
        values: Array | None = None,
        target: str = "y",
        note: str = "",
    ) -> None:
        if values is not None and len(values) != len(points):
            raise DataError(
                f"X and y must have the same rows, got {len(points)} and {len(values)}; pass the targets of "
                "the rows."
            )
        self.points, self.labels, self.target, self.note = points, labels, target, note
        self.classes = None if classes is None else list(classes)
        self.values = values

    @classmethod
    def from_data(
        cls,
        X: Any,
        y: Any = None,
        *,
        features: Sequence[str | int] | None = None,
        plane: PlaneKind = "features",
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw rows and their targets.

        Parameters
        ----------
        X : array-like or table of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,), optional
            Classes or numbers. Whole numbers are classes if there are at most 20 of them.
        features : pair of str or int, optional
            The two columns that are drawn; needed if there are more than two.
        plane : {"features", "pca"}, default="features"
            Two columns, or the first two principal components.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If `X` and `y` have not the same rows, or one column has no target.
        ParameterError
            If the two columns are not determined.
        """
        classes = None if y is None else _classes_of(np.ravel(np.asarray(y)))
        return cls._of(None, X, y, classes, features, plane, None).plot(ax, **kwargs)

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
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the rows in the columns that a model reads, with its classes.

        Parameters
        ----------
        estimator : Model, Ensemble or fitted estimator
        X, y, features, plane, at, ax
            As for `DecisionBoundaryDisplay.from_estimator`.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If `X` or `y` does not fit the estimator.
        ParameterError
            If the two columns are not determined.
        """
        last = last_step(estimator)
        classes = last.classes if isinstance(last, AnyModel) else getattr(last, "classes_", None)
        return cls._of(estimator, X, y, classes, features, plane, at).plot(ax, **kwargs)

    @classmethod
    def _of(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        classes: Any,
        features: Sequence[str | int] | None,
        plane: PlaneKind,
        at: RowLike,
    ) -> Self:
        target = str(getattr(y, "name", None) or "y")
        values = None if y is None else np.ravel(np.asarray(y))
        if values is not None:
            values = values.astype(float) if classes is None else Labels(np.asarray(classes)).encode(values)
        names = None if classes is None else np.asarray(classes).tolist()
        table = as_table(estimator, X)
        if len(table.columns) != 1:
            seen = make_plane(estimator, X, features=features, plane=plane, at=at, grid_resolution=2)
            note = seen.note if plane == "pca" else ""
            labels = (seen.u_label, seen.v_label)
            return cls(seen.points, labels, classes=names, values=values, target=target, note=note)
        if values is None:
            raise DataError("y must be given for one column, got none; pass the target of each row.")
        (name,) = table.column_names
        x = as_numbers(table.columns[name], name)
        if len(x) != len(values):
            raise DataError(f"X and y must have the same rows, got {len(x)} and {len(values)}.")
        heights = np.column_stack([x, values])
        return cls(heights, (name, target), classes=names, values=values, target=target)

    def plot(
        self, ax: Axes | None = None, *, legend: bool = True, point_kw: Mapping[str, Any] | None = None
    ) -> Self:
        """Draw the rows.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        legend : bool, default=True
            Whether to add a legend of the classes, or a colour bar of the numbers.
        point_kw : mapping, optional
            Passed to `Axes.scatter`.
        """
        ax = self._begin(ax, _SIZE)
        self.legend_ = None
        self.points_: list[PathCollection]
        is_height = self.values is not None and np.array_equal(self.points[:, 1], self.values, equal_nan=True)
        if self.classes is None and self.values is not None and not is_height:
            look = style({"c": self.values, "cmap": sequential_colormap(), "s": 24, "zorder": 3}, point_kw)
            self.points_ = [ax.scatter(self.points[:, 0], self.points[:, 1], **look)]
            if legend:
                bar = add_colorbar(self.figure_, self.points_[0], [ax], label=wrapped(self.target))
                self._fit_texts(bar.ax)
        else:
            codes = None if self.classes is None else self.values
            names = self.classes or []
            self.points_ = draw_class_points(ax, self.points, codes, names, **dict(point_kw or {}))
            if legend and codes is not None and not is_height:
                self.legend_ = self._add_legend(self.points_)
        lines = [wrapped(text, 44) for text in (self.labels[0], self.note) if text]
        ax.set_xlabel("\n".join(lines))
        if self.classes is not None and is_height:
            ax.set_yticks(range(len(self.classes)), [wrapped(name, 20) for name in self.classes])
            ax.set_ylim(-0.5, len(self.classes) - 0.5)
        else:
            ax.set_ylabel(wrapped(self.labels[1]))
        ax.grid(alpha=0.3)
        self._fit_texts(ax)
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the rows cannot be drawn; None if they can."""
        if not subject.model.has_one_target:
            return "it needs one target"
        if len(subject.columns) == 1:
            return subject.missing_target()
        return subject.missing_plane()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the rows of a table in the columns that a model reads."""
        s = subject
        return cls.from_estimator(s.model, s.table, s.y, features=s.features, plane=s.plane)


def _classes_of(y: Array) -> Array | None:
    """Return the classes of a target; None if it holds numbers."""
    if y.dtype.kind in "OUSb":
        return np.unique(y.astype(str) if y.dtype.kind == "O" else y)
    found: Array = np.unique(y)
    is_whole = bool(np.isfinite(found).all() and np.equal(found, np.round(found)).all())
    return found if is_whole and len(found) <= _MAX_CLASSES else None
