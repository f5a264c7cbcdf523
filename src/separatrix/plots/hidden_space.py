"""Hidden space: the outputs of the last hidden layer for each point."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from separatrix.explain.hidden import HiddenSpace, hidden_space
from separatrix.explain.tables import rows_of
from separatrix.model import Model
from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Subject
from separatrix.plots.palette import ink
from separatrix.plots.points import predictions_of
from separatrix.plots.sizes import text_points, text_scale


class HiddenSpaceDisplay(ModelDisplay):
    """Outputs of the last hidden layer for each point, in which straight lines separate the classes.

    Create it with `from_estimator`.

    Parameters
    ----------
    space : HiddenSpace
        What `separatrix.explain.hidden_space` returns.
    y : array-like of shape (n_rows,), optional
        The points' classes; without it they are grey.
    y_pred : array-like of shape (n_rows,), optional
        The classes that the network predicts for them: those that differ from `y` have a ring.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    boundary_ : DecisionBoundaryDisplay
        The display that holds the other artists.
    mesh_ : matplotlib LineCollection or None
        Straight lines of the input plane, as this layer outputs them; only for two inputs and two units.

    Examples
    --------
    >>> from separatrix import HiddenSpaceDisplay, MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> network = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> display = HiddenSpaceDisplay.from_estimator(network, X, y)
    """

    def __init__(self, space: HiddenSpace, y: Any = None, y_pred: Any = None) -> None:
        self.space = space
        self.boundary_ = DecisionBoundaryDisplay(space.grid, y, y_pred)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        grid_resolution: int = 200,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw the outputs of the last hidden layer.

        Parameters
        ----------
        estimator : Model, fitted classifier of this package, or pipeline that ends in one
        X : array-like or table of shape (n_rows, n_columns)
            Of more than 5,000 rows a fixed sample is shown, and the title says so.
        y : array-like of shape (n_rows,), optional
            The points' classes: the sample then keeps their fractions.
        grid_resolution : int, default=200
            Points along each side.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `DecisionBoundaryDisplay.plot`.

        Raises
        ------
        ParameterError
            If the last hidden layer has fewer than two units, or the network is not a classifier.
        DataError
            If `X` or `y` does not fit.
        """
        space = hidden_space(estimator, X, y, grid_resolution=grid_resolution)
        if len(space.rows) < space.n_rows_given:
            X, y = rows_of(estimator, X, space.rows), None if y is None else np.ravel(y)[space.rows]
        return cls(space, y, predictions_of(estimator, X, y)).plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, **kwargs: Any) -> Self:
        """Draw the points; `ax` and `**kwargs` are those of `DecisionBoundaryDisplay.plot`."""
        self.boundary_.plot(ax, **kwargs)
        self.ax_, self.figure_ = self.boundary_.ax_, self.boundary_.figure_
        self.mesh_ = None
        if self.space.mesh:
            self.mesh_ = LineCollection(self.space.mesh, colors=[ink()], linewidths=0.5, alpha=0.5, zorder=1)
            self.ax_.add_collection(self.mesh_, autolim=False)
        size = text_points("x-small" if self.boundary_._is_small else "small")
        first = f"the outputs of {self.space.layer}"
        n_shown, n_rows = len(self.space.rows), self.space.n_rows_given
        sample = f"a sample of {n_shown:,} of {n_rows:,} rows" if n_shown < n_rows else ""
        self.ax_.set_title("\n".join(filter(None, [first, sample, self.ax_.get_title()])), fontsize=size)
        if self.boundary_._is_own and text_scale() > 1:
            self.figure_.draw_without_rendering()  # a long legend of large texts takes two passes to lay out
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the points cannot be drawn of this model and table; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        layers = subject.model.network.layers
        if subject.model.classes is None or len(layers) < 2 or layers[-2].units < 2:
            return "it needs a classifier whose last hidden layer has two units or more"
        return subject.missing_table()
