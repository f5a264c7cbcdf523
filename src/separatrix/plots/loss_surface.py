"""Loss surface: the loss over a plane of parameters, with the path of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, cast

import numpy as np
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm
from matplotlib.figure import SubFigure
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import DataError, ParameterError
from separatrix.explain.surface import MAX_ROWS, Limits, LossSurface, largest_weights, loss_surface
from separatrix.model import Model
from separatrix.plots.axes import (
    as_written,
    log_tick_values,
    new_axes,
    set_log_ticks,
    style,
    wrapped_to,
)
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.palette import ink, sequential_colormap
from separatrix.plots.points import write_beside
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import axes_size, figure_size, text_points, text_scale

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None

_LEVELS = 25
_FEW_SNAPSHOTS = 40
_FILM_MARGIN = 0.5  # beside the path of a film, of its length: a minimum beyond the last step is in sight
_CROSS: dict[str, Any] = {
    "marker": "X",
    "markersize": 10,
    "color": "white",
    "markeredgecolor": "black",
    "linestyle": "none",
    "zorder": 5,
}
_FLOOR = 1e-9  # of the highest loss: the lowest value of the logarithmic scale
_PROJECTED = "the training does not stay in this plane: each point is seen from above"
_SIMPLE_POINTS = 25  # of a path that leaves the plane; more of them are a band
_OFF_PLANE = "Diamonds lie off this plane, by up to {:.3g}: their colour is their own loss, within the scale"
_OFF_PLANE_3D = "Diamonds lie off this plane, by up to {:.3g}: they stand at their own loss"


class LossSurfaceDisplay(ModelDisplay):
    """Loss over a plane of parameters, and the path of the training.

    Snapshots in the plane are dots. Other snapshots are diamonds at their projections; their colour is the
    loss that the network had, and a strip below shows their distance from the plane. In three dimensions they
    stand at their own loss, on a stem from the surface. If the fitted network is not the end of the path,
    because nothing was recorded or an earlier epoch was kept, it is a cross.

    Parameters
    ----------
    surface : LossSurface

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    surface_ : matplotlib QuadContourSet or Poly3DCollection
        The filled contours, or the surface in three dimensions.
    path_ : matplotlib Line2D or None
        The path; None if nothing was recorded.
    snapshots_ : list of matplotlib PathCollection
        The dots and the diamonds.
    trained_ : matplotlib Line2D or None
        The cross.
    names_ : list of matplotlib Annotation
        The epochs written beside the path; empty in three dimensions.
    distance_ax_ : matplotlib Axes or None
        The strip of distances.
    colorbar_ : matplotlib Colorbar or None

    Examples
    --------
    >>> from separatrix import MLPClassifier
    >>> from separatrix.data import make_gaussians
    >>> X, y = make_gaussians()
    >>> clf = MLPClassifier((), solver="lbfgs", fit_intercept=False, record="auto", random_state=0).fit(X, y)
    >>> LossSurfaceDisplay.from_estimator(clf, X, y).ax_.get_xlabel()
    'w[x1]'
    """

    panel_width = 4.6

    path_: Any
    names_: list[Annotation]

    def __init__(self, surface: LossSurface) -> None:
        self.surface = surface

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        parameters: Sequence[int | str] | None = None,
        sample_weight: Any = None,
        grid_resolution: int = 50,
        limits: Limits | None = None,
        margin: float = 0.25,
        max_rows: int | None = MAX_ROWS,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute and draw the loss around a network, with the path of the training if it was recorded.

        Parameters
        ----------
        estimator : Model, fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
            Fitted with ``record="auto"`` or another recording, unless `parameters` are given.
        X, y : rows and targets
            Usually the training rows. The loss is their mean, without penalty.
        parameters : sequence of two int or str, optional
            Names such as "w[x1]" or "layer 0: w[x1, 2]", or indices in ``theta_``. By default both parameters
            of a network with two, else the first two principal components of the path (Li et al. 2018,
            section 7.2).
        sample_weight, grid_resolution, limits, margin, max_rows
            As for `separatrix.explain.loss_surface`.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If `parameters` is not given and nothing was recorded, or the rows do not fit.
        ParameterError
            If a parameter is not in the network, or an argument is invalid.
        """
        surface = loss_surface(
            estimator,
            X,
            y,
            parameters=parameters,
            sample_weight=sample_weight,
            grid_resolution=grid_resolution,
            limits=limits,
            margin=margin,
            max_rows=max_rows,
        )
        return cls(surface).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: Literal["contour", "surface"] = "contour",
        simple: bool = True,
        distance_ax: Axes | None = None,
        colorbar: bool = True,
        surface_kw: Keywords = None,
        path_kw: Keywords = None,
        snapshot_kw: Keywords = None,
    ) -> Self:
        """Draw the surface.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure. They must be three-dimensional if `kind` is "surface".
        kind : {"contour", "surface"}, default="contour"
        simple : bool, default=True
            Whether the words are those of a first course, and of a path that leaves the plane at most 25
            snapshots are drawn. Otherwise all are, with their distances from the plane and the share of the
            path's variance on each axis.
        distance_ax : matplotlib Axes, optional
            Axes of the distances from the plane. A new figure has them if there are distances to show, but
            not in three dimensions or if `simple`.
        colorbar : bool, default=True
            Whether to add the scale of the loss.
        surface_kw, path_kw, snapshot_kw : mapping, optional
            Passed to `Axes.contourf` or `Axes3D.plot_surface`, `Axes.plot`, and `Axes.scatter`.

        Raises
        ------
        ParameterError
            If `kind` is invalid, or `ax` has not the dimensions that it needs.
        """
        check.choice("kind", kind, ("contour", "surface"))
        check.boolean("simple", simple)
        in_3d = kind == "surface"
        if ax is not None and hasattr(ax, "plot_surface") != in_3d:
            projection = "projection='3d'" if in_3d else "no projection"
            raise ParameterError("ax", f"must have {projection} for kind={kind!r}, got {type(ax).__name__}.")
        if ax is None:
            ax, distance_ax = _new_axes(
                in_3d, distance_ax is None and not self._is_exact and not simple, distance_ax
            )
            ax = self._begin(ax)
            self._is_own = True
        else:
            ax = self._begin(ax)
        self._is_simple = simple
        self.names_, self.distance_ax_ = [], distance_ax
        draw = self._draw_in_3d if in_3d else self._draw_contours
        draw(surface_kw, path_kw, snapshot_kw)
        size = text_points("small")
        self._set_title(wrapped_to(self._caption(in_3d), axes_size(ax)[0], size), fontsize=size)
        self.colorbar_ = self._draw_colorbar(in_3d) if colorbar else None
        if distance_ax is not None:
            self._draw_distances(distance_ax)
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the surface cannot be drawn of this model and table; None if it can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        if subject.model.n_parameters < 2:
            return "it needs two parameters, and the network has one"
        return subject.missing_target()

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the loss of a model over two parameters, by default the two largest weights."""
        model, parameters = cast("Model", subject.model), subject.parameters
        chosen = parameters or largest_weights(model)
        display = cls.from_estimator(model, subject.table, subject.y, parameters=chosen)
        if parameters is None and model.n_parameters > 2:
            title = f"the two largest weights; {display.ax_.get_title()}"
            size = text_points("small")
            display.ax_.set_title(wrapped_to(title, axes_size(display.ax_)[0], size), fontsize=size)
        return display

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the loss over two parameters, or principal components; the path grows."""
        if scene.y is None:
            raise DataError(
                "X and y must be given for the view 'surface', which shows their loss; pass them, as in "
                "animate(estimator, path, X, y)."
            )
        surface = loss_surface(scene.estimator, scene.rows, scene.y, margin=_FILM_MARGIN)
        display = cls(surface).plot(figure.subplots())
        for still in (*display.snapshots_, *display.names_, *filter(None, [display.trained_])):
            still.remove()
        projected = "" if surface.on_plane.all() else "projected: the path leaves this plane"
        display.ax_.set_title(projected, fontsize=text_points("small"))
        if len(surface.path) <= _FEW_SNAPSHOTS:
            display.path_.set(marker="o", markersize=5, markeredgecolor="black", markeredgewidth=0.6)
        (now,) = display.ax_.plot([], [], "o", color="white", markeredgecolor="black", markersize=8)
        positions = (scene.thetas - surface.origin) @ surface.directions.T

        def update(frame: int) -> None:
            display.path_.set_data(*surface.path[: scene.reached[frame] + 1].T)
            now.set_data(*positions[frame, :, np.newaxis])

        return Panel([display.path_, now], update)

    @property
    def _is_exact(self) -> bool:
        return bool(self.surface.on_plane.all())

    def _caption(self, in_3d: bool) -> str:
        """Return a note on the plane and on what lies off it."""
        s = self.surface
        n_others = len(s.origin) - 2
        others = f"the other {n_others} parameters as trained" if n_others > 1 else "the third as trained"
        if not self._is_exact and self._is_simple:
            return _PROJECTED
        if not self._is_exact:
            return (_OFF_PLANE_3D if in_3d else _OFF_PLANE).format(s.distance.max())
        return others if n_others and s.explained is None else ""

    @property
    def _range(self) -> tuple[float, float]:
        """Lowest and highest loss of the colours, both positive."""
        s = self.surface
        # A snapshot far from the plane may have any loss. If it counted, the surface could be one colour.
        values = np.concatenate([s.loss.ravel(), s.path_loss[s.on_plane], [s.trained_loss]])
        high = float(values[np.isfinite(values)].max(initial=1e-300))
        low = max(float(np.nanmin(values)), _FLOOR * high)
        return (low, high) if low < high else (low / 2, high * 2)

    def _colors(self) -> dict[str, Any]:
        return {"cmap": sequential_colormap(), "norm": LogNorm(*self._range)}

    def _markers(self) -> list[tuple[Array, dict[str, Any]]]:
        """Return the snapshots on and off the plane, each with its marker style."""
        s = self.surface
        edge = 0.6 if len(s.epochs) <= _FEW_SNAPSHOTS else 0.4  # of many, only edges would be seen
        look = {
            "s": float(np.clip(500 / max(len(s.epochs), 1), 18, 45)),
            "edgecolors": "white",
            "linewidths": edge,
            "path_effects": [withStroke(linewidth=2.5 * edge, foreground="black")],
            "zorder": 3,
        } | self._colors()
        kinds = [(s.on_plane, "o"), (~s.on_plane, "D")]
        if self._is_simple and not self._is_exact:
            kinds = [(_spread(s.path, _SIMPLE_POINTS), "o")]
        own = s.path_loss.clip(*self._range)
        return [(shown, look | {"marker": marker, "c": own[shown]}) for shown, marker in kinds if shown.any()]

    def _draw_contours(self, surface_kw: Keywords, path_kw: Keywords, snapshot_kw: Keywords) -> None:
        s, ax, (low, high) = self.surface, self.ax_, self._range
        loss = np.ma.masked_invalid(s.loss).clip(low, high)
        levels = np.geomspace(low, high, _LEVELS)
        self.surface_ = ax.contourf(s.u, s.v, loss, **style({"levels": levels} | self._colors(), surface_kw))
        line = {"color": "white", "linewidth": 1.4}
        self._draw_path(s.path, s.trained, style(line, path_kw), dict(snapshot_kw or {}))
        x_label, y_label = map(self._worded, s.labels)
        if self._is_small:
            x_label = wrapped_to(x_label, 0.8 * axes_size(ax)[0], text_points("x-small"))
        else:
            x_label = wrapped_to(x_label, axes_size(ax)[0], rcParams["axes.labelsize"])
            y_label = wrapped_to(y_label, 0.8 * axes_size(ax)[1], rcParams["axes.labelsize"])
        ax.set(xlim=s.u[[0, -1]], ylim=s.v[[0, -1]], xlabel=x_label, ylabel=y_label)
        self._fit_texts(ax)
        self._name_points()

    def _draw_path(self, path: Array, trained: Array, line: dict[str, Any], snapshot: dict[str, Any]) -> None:
        """Draw the path, its snapshots and the fitted network: points in two or three dimensions."""
        s, ax = self.surface, self.ax_
        line = {"linestyle": "-" if self._is_exact else ":"} | line
        self.path_ = ax.plot(*path.T, **line)[0] if len(path) else None
        self.snapshots_ = [
            ax.scatter(*path[shown].T, **style(look, snapshot)) for shown, look in self._markers()
        ]
        self.trained_ = ax.plot(*trained[:, np.newaxis], **_CROSS)[0] if s.ends_elsewhere else None

    def _draw_in_3d(self, surface_kw: Keywords, path_kw: Keywords, snapshot_kw: Keywords) -> None:
        s, ax, (low, high) = self.surface, cast("Any", self.ax_), self._range
        # Three-dimensional axes have no logarithmic scale.
        loss = np.where(np.isfinite(s.loss), s.loss, high).clip(low, high)
        own, ground = np.log10(s.path_loss.clip(low, high)), np.log10(s.projected_loss.clip(low, high))
        colors = self._colors()
        faces = colors["cmap"](colors["norm"](loss))
        look = {"facecolors": faces, "rstride": 1, "cstride": 1, "linewidth": 0, "antialiased": False}
        ax.computed_zorder = False  # otherwise the surface hides the path
        self.surface_ = ax.plot_surface(
            *np.meshgrid(s.u, s.v), np.log10(loss), **style({"zorder": 1} | look, surface_kw)
        )
        line = {"color": ink(), "linewidth": 1.2, "zorder": 3}
        trained = np.append(s.trained, np.log10(np.clip(s.trained_loss, low, high)))
        snapshot = style({"depthshade": False, "zorder": 4}, snapshot_kw)
        self._draw_path(np.column_stack([s.path, own]), trained, style(line, path_kw), snapshot)
        for (u, v), bottom, top in zip(
            s.path[~s.on_plane], ground[~s.on_plane], own[~s.on_plane], strict=True
        ):
            ax.plot([u, u], [v, v], [bottom, top], color=ink(), linewidth=0.4, zorder=2)
        names = [self._worded(label).replace(" (", "\n(") for label in s.labels]
        size = text_points("x-small" if self._is_small or text_scale() > 1 else "medium")
        look = {"fontsize": size, "labelpad": 4 if self._is_small else 0.8 * size + 4}
        ax.set_xlabel(as_written(names[0]), **look)
        ax.set_ylabel(as_written(names[1]), **look)
        ticks = log_tick_values(low, high)[:: 2 if self._is_small else 1]
        ax.set_zticks(np.log10(ticks), [f"{tick:g}" for tick in ticks])
        if self._is_small or text_scale() > 1:
            ax.tick_params(labelsize=size, pad=0)
            ax.locator_params(axis="both", nbins=4)
        # The colour bar has the name of the vertical axis.
        ax.set_box_aspect(None, zoom=0.85)

    def _draw_colorbar(self, in_3d: bool) -> Colorbar:
        s = self.surface
        rows = "" if s.n_rows == s.n_rows_given else f" of {s.n_rows} of {s.n_rows_given} rows"
        fraction = 0.25 if self._is_small else 0.15  # of the axes' width
        bar = self.figure_.colorbar(
            ScalarMappable(**self._colors()), ax=self.ax_, shrink=0.7 if in_3d else 1.0, fraction=fraction
        )
        label = f"mean loss{rows}" if rows or not self._is_simple else "loss"
        if not self._is_simple and not self._is_small:
            label += ", without penalty"
        bar.set_label(wrapped_to(label, 0.9 * axes_size(self.ax_)[1], rcParams["axes.labelsize"]))
        self._fit_texts(bar.ax)
        set_log_ticks(bar.ax.yaxis, *self._range)
        return bar

    def _draw_distances(self, ax: Axes) -> None:
        ax.plot(self.surface.epochs, self.surface.distance, color=ink(), linewidth=1.2)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("epoch")
        ax.set_ylabel("distance\nfrom plane", fontsize=text_points("small"))
        ax.grid(alpha=0.3)

    def _worded(self, label: str) -> str:
        """Return the name of an axis in the words, and of the length, that are wanted."""
        plain = _plain(label) if self._is_simple else label
        return _short(plain) if self._is_small else plain

    def _name_points(self) -> None:
        """Write the epochs beside the first and the last snapshot and the cross."""
        s = self.surface
        names = [(f"epoch {s.epochs[end]}", s.path[end]) for end in (0, -1) if len(s.path)]
        if self.trained_ is not None:
            names.append((self._trained_name(), s.trained))
        path = np.vstack([s.path, s.trained])
        self.names_ = write_beside(self.ax_, names, path, fontsize=self._fontsize)

    def _trained_name(self) -> str:
        s = self.surface
        if not len(s.path):
            return "trained"
        here = s.epochs[(s.path == s.trained).all(axis=1) & s.on_plane]
        return f"epoch {here[-1]}, kept" if len(here) else "kept"


def _spread(path: Array, n_most: int) -> Array:
    """Return which points of a path to draw, bool: at most `n_most`, evenly along it."""
    shown = np.zeros(len(path), dtype=bool)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    wanted = np.linspace(0.0, along[-1], n_most)
    shown[np.abs(along[:, np.newaxis] - wanted).argmin(axis=0)] = True
    return shown


def _plain(label: str) -> str:
    """Return the name of an axis in the words of a first course."""
    return label.replace("principal component ", "direction ").replace("of variance", "of the movement")


def _short(label: str) -> str:
    return label.replace("principal ", "").replace(" of variance", "").replace(" of the movement", "")


def _new_axes(in_3d: bool, with_distances: bool, distance_ax: Axes | None) -> tuple[Axes, Axes | None]:
    """Return the axes of a new figure, and those of the distances."""
    if in_3d:
        figure = plt.figure(figsize=figure_size((7.2, 5.4)), layout="constrained")
        return figure.add_subplot(projection="3d"), distance_ax
    if not with_distances:
        return new_axes(), distance_ax
    ratios = {"height_ratios": (5, 1)}
    axes = plt.subplots(2, 1, figsize=figure_size((6.4, 5.8)), layout="constrained", gridspec_kw=ratios)[1]
    return axes[0], axes[1]
