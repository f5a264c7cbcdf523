"""The points as the last hidden layer hands them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from separatrix.explain.hidden import HiddenSpace, hidden_space
from separatrix.plots.boundary import DecisionBoundaryDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure


class HiddenSpaceDisplay:
    """The points as the last hidden layer hands them on, bent until straight lines can part them.

    Make it by `from_estimator`.

    Parameters
    ----------
    space : HiddenSpace
        What `separatrix.explain.hidden_space` returns.
    y : array-like of shape (n_rows,), optional
        The points' classes; without it they are grey.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    boundary_ : DecisionBoundaryDisplay
        It holds the other artists.
    mesh_ : matplotlib LineCollection or None
        Straight lines of the input plane; only for two inputs and two units.

    Examples
    --------
    >>> from separatrix import HiddenSpaceDisplay, MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> network = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> display = HiddenSpaceDisplay.from_estimator(network, X, y)
    """

    ax_: Axes
    figure_: Figure
    boundary_: DecisionBoundaryDisplay
    mesh_: LineCollection | None

    def __init__(self, space: HiddenSpace, y: Any = None) -> None:
        self.space = space
        self.boundary_ = DecisionBoundaryDisplay(space.grid, y)

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
        """Compute and draw.

        Parameters
        ----------
        estimator : Model, fitted classifier of this package, or pipeline that ends in one
        X : array-like or table of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,), optional
            The points' classes.
        grid_resolution : int
            Points along each side.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        **kwargs
            As for `DecisionBoundaryDisplay.plot`.

        Raises
        ------
        ParameterError
            If there are no two hidden units to look at, or the network is no classifier.
        DataError
            If `X` or `y` does not fit.
        """
        space = hidden_space(estimator, X, grid_resolution=grid_resolution)
        return cls(space, y).plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, **kwargs: Any) -> Self:
        """Draw; the keyword arguments are those of `DecisionBoundaryDisplay.plot`."""
        from matplotlib.collections import LineCollection

        self.boundary_.plot(ax, **kwargs)
        self.ax_, self.figure_ = self.boundary_.ax_, self.boundary_.figure_
        self.mesh_ = None
        if self.space.mesh:
            self.mesh_ = LineCollection(self.space.mesh, colors="0.35", linewidths=0.5, alpha=0.7, zorder=1)
            self.ax_.add_collection(self.mesh_, autolim=False)
        self.ax_.set_title(f"as seen by {self.space.layer}")
        return self
