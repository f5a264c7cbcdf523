"""Gradient: the loss as a function of one weight, with its tangent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from separatrix.errors import DataError
from separatrix.explain.slope import MAX_ROWS, LossSlope, loss_slope
from separatrix.model import Model
from separatrix.plots.axes import style, wrapped
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.legends import legend_above
from separatrix.plots.palette import background, curve_colors, ink
from separatrix.plots.scene import Scene

Array = NDArray[Any]

_SIZE = (5.6, 4.2)  # inches
_TANGENT = 0.5  # of the curve's width
_FILM_RESOLUTION = 61  # values of the parameter


class GradientDisplay(ModelDisplay):
    """What a gradient is: the loss while one weight is moved, and the tangent at its value.

    The slope of the tangent is the gradient: by how much the loss grows for each unit that the weight grows.
    An arrow shows one step of gradient descent, against the slope, if the learning rate is known. Create it
    with `from_estimator`.

    Parameters
    ----------
    slope : LossSlope
        What `separatrix.explain.loss_slope` returns.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_, tangent_ : matplotlib Line2D
        The loss, and its tangent.
    point_ : matplotlib Line2D
        The network itself.
    step_ : matplotlib Annotation or None
        The arrow of the step.

    Examples
    --------
    >>> from separatrix import GradientDisplay, Model, Network
    >>> model = Model(Network.mlp(1, (), 1), [2.0, 0.0])
    >>> display = GradientDisplay.from_estimator(model, [[-1.0], [1.0]], [1, 0], parameter="w[x1]")
    >>> round(display.slope.gradient, 3)
    0.881
    """

    panel_width = 4.0

    def __init__(self, slope: LossSlope) -> None:
        self.slope = slope

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        parameter: int | str | None = None,
        width: float | None = None,
        learning_rate: float | None = None,
        grid_resolution: int = 201,
        max_rows: int | None = MAX_ROWS,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw the loss along one parameter.

        Parameters
        ----------
        estimator : Model, fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
            ``clf.at_epoch(0)`` is the untrained network; that of a trained one is nearly flat.
        X, y : rows and targets
        parameter, width, learning_rate, grid_resolution, max_rows
            As for `separatrix.explain.loss_slope`.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If there is no such parameter, or a value is out of its range.
        DataError
            If the rows do not fit the network.
        """
        settings: dict[str, Any] = {
            "parameter": parameter,
            "width": width,
            "learning_rate": learning_rate,
            "grid_resolution": grid_resolution,
            "max_rows": max_rows,
        }
        return cls(loss_slope(estimator, X, y, **settings)).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        line_kw: Mapping[str, Any] | None = None,
        tangent_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the loss and its tangent.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        line_kw, tangent_kw : mapping, optional
            Passed to `Axes.plot`.
        """
        slope = self.slope
        ax = self._begin(ax, _SIZE)
        color = curve_colors(2)[1]
        loss = np.where(np.isfinite(slope.loss), slope.loss, np.nan)
        look: dict[str, Any] = {"color": ink(), "linewidth": 2.0, "label": "loss", "zorder": 3}
        (self.line_,) = ax.plot(slope.values, loss, **style(look, line_kw))
        low, high = np.nanmin(loss), np.nanmax(loss)
        margin = 0.08 * (high - low) or 1.0
        half = 0.5 * _TANGENT * (slope.values[-1] - slope.values[0])
        ends = slope.value + np.array([-half, half])
        look = {"color": color, "linewidth": 2.0, "zorder": 4}
        look["label"] = f"tangent: slope {slope.gradient:.3g}, the gradient"
        (self.tangent_,) = ax.plot(ends, slope.tangent(ends), **style(look, tangent_kw))
        (self.point_,) = ax.plot(
            [slope.value],
            [slope.value_loss],
            "o",
            color=color,
            markeredgecolor=background(),
            markersize=9,
            zorder=6,
            label=f"the network: weight {slope.value:.3g}, loss {slope.value_loss:.3g}",
        )
        self.step_ = self._draw_step(ax)
        ax.set_ylim(low - margin, high + margin)
        ax.set_xlim(slope.values[0], slope.values[-1])
        ax.set_xlabel(wrapped(slope.name, 50))
        is_sample = slope.n_rows < slope.n_rows_given
        ax.set_ylabel(f"loss of {slope.n_rows} of {slope.n_rows_given} rows" if is_sample else "loss")
        ax.grid(alpha=0.3)
        self._fit_texts(ax)
        handles: list[Any] = [self.line_, self.tangent_, self.point_]
        if self.step_ is not None:
            end = f"one step at rate {slope.learning_rate:g}: weight {slope.next_value:.3g}"
            handles.append(Line2D([], [], color=ink(), marker=">", label=end))
        legend_above(ax, handles, small=self._is_small, is_own=self._is_own, ncols=1)
        return self

    def _draw_step(self, ax: Axes) -> Any:
        """Draw the step of gradient descent as an arrow along the axis of the weight."""
        slope, end = self.slope, self.slope.next_value
        if end is None or not slope.values[0] <= end <= slope.values[-1] or end == slope.value:
            return None
        arrow = {"arrowstyle": "-|>", "color": ink(), "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
        start = (slope.value, slope.value_loss)
        step = ax.annotate("", (end, slope.value_loss), start, arrowprops=arrow, zorder=7)
        return step

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the axes of the parameter that changes most; the loss, the tangent and the weight move."""
        if scene.y is None:
            raise DataError(
                "X and y must be given for the view 'gradient', which shows their loss; pass them, as in "
                "animate(estimator, path, X, y)."
            )
        parameter = int(np.abs(scene.thetas[-1] - scene.thetas[0]).argmax())
        moved = scene.thetas[:, parameter]
        margin = max(0.4 * float(np.ptp(moved)), 1.0)
        low, high = float(moved.min()) - margin, float(moved.max()) + margin
        settings: dict[str, Any] = {"parameter": parameter, "grid_resolution": _FILM_RESOLUTION}

        def slope_at(frame: int) -> LossSlope:
            value = float(moved[frame])
            reach = max(high - value, value - low)
            return loss_slope(scene.at(frame), scene.rows, scene.y, width=reach, **settings)

        display = cls(slope_at(0)).plot(figure.subplots())
        ax, (line, tangent, point) = display.ax_, (display.line_, display.tangent_, display.point_)
        seen = np.concatenate([slope_at(frame).loss for frame in {0, len(moved) // 2, len(moved) - 1}])
        seen = seen[np.isfinite(seen)]
        ax.set(xlim=(low, high), ylim=(seen.min() - 0.05 * np.ptp(seen), seen.max() + 0.05 * np.ptp(seen)))
        if display.step_ is not None:
            display.step_.remove()
        tangent.set_label("tangent: its slope is the gradient")
        point.set_label("the network")
        legend_above(ax, [line, tangent, point], small=False, ncols=1)
        half = 0.25 * _TANGENT * (high - low)

        def update(frame: int) -> None:
            slope = slope_at(frame)
            ends = slope.value + np.array([-half, half])
            line.set_data(slope.values, np.where(np.isfinite(slope.loss), slope.loss, np.nan))
            tangent.set_data(ends, slope.tangent(ends))
            point.set_data([slope.value], [slope.value_loss])

        return Panel([line, tangent, point], update)

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the loss cannot be drawn of this model and table; None if it can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        return subject.missing_target()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the loss along the first of the chosen parameters, or the one with the largest gradient."""
        parameter = None if subject.parameters is None else subject.parameters[0]
        return cls.from_estimator(subject.model, subject.table, subject.y, parameter=parameter)
