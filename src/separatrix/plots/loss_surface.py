"""The loss over a plane of parameters, with the path of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import ParameterError
from separatrix.explain.surface import Limits, LossSurface, loss_surface
from separatrix.plots import palette
from separatrix.plots.axes import new_axes, settings
from separatrix.plots.ticks import log_tick_values, set_log_ticks
from separatrix.spec import _check

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None

_LEVELS = 25
_FEW_SNAPSHOTS = 40
_FLOOR = 1e-9  # share of the highest loss at which a logarithmic scale ends
_OFF_PLANE = "Diamonds lie off this plane, by up to {:.3g}: their colour is their own loss, within the scale"
_OFF_PLANE_3D = "Diamonds lie off this plane, by up to {:.3g}: they stand at their own loss"


class LossSurfaceDisplay:
    """A loss surface and the descent on it.

    Snapshots in the plane are dots. Those that are not are diamonds at their projections; their colour is the
    loss that the network really had, and a strip below shows how far from the plane each is. In three
    dimensions they stand at their own loss, on a stem from the surface.

    Parameters
    ----------
    surface : LossSurface

    Attributes
    ----------
    ax_ : Axes
    figure_ : Figure
    surface_ : artist
        The filled contours, or the surface in three dimensions.
    path_ : artist
        The line.
    snapshots_ : list of artist
        The dots, the diamonds.
    distance_ax_ : Axes or None
        The strip.
    colorbar_ : Colorbar or None

    Examples
    --------
    >>> from separatrix import MLPClassifier
    >>> from separatrix.data import make_gaussians
    >>> X, y = make_gaussians()
    >>> clf = MLPClassifier((), solver="lbfgs", fit_intercept=False, record="auto", random_state=0).fit(X, y)
    >>> LossSurfaceDisplay.from_estimator(clf, X, y).ax_.get_xlabel()
    'w[x1]'
    """

    ax_: Axes
    figure_: Figure
    surface_: Any
    path_: Any
    snapshots_: Any
    distance_ax_: Axes | None
    colorbar_: Colorbar | None

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
        grid_resolution: int = 60,
        limits: Limits | None = None,
        margin: float = 0.25,
        **plot_parameters: Any,
    ) -> LossSurfaceDisplay:
        """Compute and draw the loss surface of an estimator that recorded its training.

        Parameters
        ----------
        estimator : fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
            Fitted with ``record="auto"`` or another recording.
        X, y : rows and targets
            Usually those of the training. The loss is their mean, without penalty.
        parameters : sequence of two int or str, optional
            Names such as "w[x1]" or "layer 0: w[x1, 2]", or places in ``theta_``. By default both parameters
            of a network with two, else the first principal components of the path (Li et al. 2018,
            section 7.2).
        sample_weight, grid_resolution, limits, margin :
            As for `separatrix.explain.loss_surface`.
        **plot_parameters :
            As for `plot`.

        Returns
        -------
        LossSurfaceDisplay

        Raises
        ------
        DataError
            If nothing was recorded, or the rows do not fit.
        ParameterError
            If a parameter is not in the network, or a setting breaks its rule.
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
        )
        return cls(surface).plot(**plot_parameters)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: Literal["contour", "surface"] = "contour",
        distance_ax: Axes | None = None,
        colorbar: bool = True,
        surface_kw: Keywords = None,
        path_kw: Keywords = None,
        snapshot_kw: Keywords = None,
    ) -> LossSurfaceDisplay:
        """Draw the surface.

        Parameters
        ----------
        ax : Axes, optional
            In three dimensions for ``kind="surface"``. By default of a new figure.
        kind : {"contour", "surface"}, default="contour"
        distance_ax : Axes, optional
            For the distances from the plane. A new figure has one where there are distances to tell, but not
            in three dimensions.
        colorbar : bool, default=True
        surface_kw, path_kw, snapshot_kw : mapping, optional
            For `Axes.contourf` or `Axes3D.plot_surface`, `Axes.plot`, and `Axes.scatter`.

        Returns
        -------
        LossSurfaceDisplay

        Raises
        ------
        ParameterError
            If `kind` is none of these, or `ax` has not the dimensions that it needs.
        """
        _check.choice("kind", kind, ("contour", "surface"))
        in_3d = kind == "surface"
        if ax is not None and hasattr(ax, "plot_surface") != in_3d:
            projection = "projection='3d'" if in_3d else "no projection"
            raise ParameterError(f"ax must have {projection} for kind={kind!r}, got {type(ax).__name__}.")
        if ax is None:
            ax, distance_ax = _new_axes(in_3d, distance_ax is None and not self._is_exact, distance_ax)
        self.ax_, self.figure_, self.distance_ax_ = ax, cast("Figure", ax.figure), distance_ax
        draw = self._draw_in_3d if in_3d else self._draw_contours
        draw(surface_kw, path_kw, snapshot_kw)
        if not self._is_exact:
            caption = _OFF_PLANE_3D if in_3d else _OFF_PLANE
            ax.set_title(caption.format(self.surface.distance.max()), fontsize="small")
        self.colorbar_ = self._draw_colorbar(in_3d) if colorbar else None
        if distance_ax is not None:
            self._draw_distances(distance_ax)
        return self

    @property
    def _is_exact(self) -> bool:
        return bool(self.surface.on_plane.all())

    @property
    def _range(self) -> tuple[float, float]:
        """Lowest and highest loss shown, both positive."""
        s = self.surface
        # a snapshot far from the plane may have any loss: were it counted, the surface would be one colour
        values = np.concatenate([s.loss.ravel(), s.path_loss[s.on_plane]])
        high = float(values[np.isfinite(values)].max(initial=1e-300))
        low = max(float(np.nanmin(values)), _FLOOR * high)
        return (low, high) if low < high else (low / 2, high * 2)

    def _colors(self) -> dict[str, Any]:
        from matplotlib.colors import LogNorm

        return {"cmap": palette.sequential_colormap(), "norm": LogNorm(*self._range)}

    def _markers(self) -> list[tuple[Array, dict[str, Any]]]:
        """Return which snapshots are drawn how: those in the plane, those that are not."""
        from matplotlib.patheffects import withStroke

        s = self.surface
        edge = 0.6 if len(s.epochs) <= _FEW_SNAPSHOTS else 0.4  # else edges are all that is seen
        look = {
            "s": float(np.clip(500 / len(s.epochs), 18, 45)),
            "edgecolors": "white",
            "linewidths": edge,
            "path_effects": [withStroke(linewidth=2.5 * edge, foreground="black")],
            "zorder": 3,
        } | self._colors()
        kinds = ((s.on_plane, "o"), (~s.on_plane, "D"))
        own = s.path_loss.clip(*self._range)
        return [(shown, look | {"marker": marker, "c": own[shown]}) for shown, marker in kinds if shown.any()]

    def _draw_contours(self, surface_kw: Keywords, path_kw: Keywords, snapshot_kw: Keywords) -> None:
        s, ax, (low, high) = self.surface, self.ax_, self._range
        loss = np.ma.masked_invalid(s.loss).clip(low, high)
        levels = np.geomspace(low, high, _LEVELS)
        self.surface_ = ax.contourf(
            s.u, s.v, loss, **settings({"levels": levels} | self._colors(), surface_kw)
        )
        line = {"color": "white", "linewidth": 1.4, "linestyle": "-" if self._is_exact else ":"}
        (self.path_,) = ax.plot(*s.path.T, **settings(line, path_kw))
        self.snapshots_ = [
            ax.scatter(s.path[shown, 0], s.path[shown, 1], **settings(look, snapshot_kw))
            for shown, look in self._markers()
        ]
        self._name_ends()
        ax.set(xlim=s.u[[0, -1]], ylim=s.v[[0, -1]], xlabel=s.labels[0], ylabel=s.labels[1])

    def _draw_in_3d(self, surface_kw: Keywords, path_kw: Keywords, snapshot_kw: Keywords) -> None:
        s, ax, (low, high) = self.surface, cast("Any", self.ax_), self._range
        # Three-dimensional axes know no logarithmic scale.
        loss = np.where(np.isfinite(s.loss), s.loss, high).clip(low, high)
        own, ground = np.log10(s.path_loss.clip(low, high)), np.log10(s.projected_loss.clip(low, high))
        colors = self._colors()
        faces = colors["cmap"](colors["norm"](loss))
        look = {"facecolors": faces, "rstride": 1, "cstride": 1, "linewidth": 0, "antialiased": False}
        ax.computed_zorder = False  # else the surface hides the path
        self.surface_ = ax.plot_surface(
            *np.meshgrid(s.u, s.v), np.log10(loss), **settings({"zorder": 1} | look, surface_kw)
        )
        line = {"color": "black", "linewidth": 1.2, "linestyle": "-" if self._is_exact else ":", "zorder": 3}
        (self.path_,) = ax.plot(*s.path.T, own, **settings(line, path_kw))
        for (u, v), bottom, top in zip(
            s.path[~s.on_plane], ground[~s.on_plane], own[~s.on_plane], strict=True
        ):
            ax.plot([u, u], [v, v], [bottom, top], color="black", linewidth=0.4, zorder=2)
        self.snapshots_ = [
            ax.scatter(
                *s.path[shown].T,
                own[shown],
                depthshade=False,
                **settings(look | {"zorder": 4}, snapshot_kw),
            )
            for shown, look in self._markers()
        ]
        names = [label.replace(" (", "\n(") for label in s.labels]
        ax.set_xlabel(names[0], labelpad=12)
        ax.set_ylabel(names[1], labelpad=12)
        ticks = log_tick_values(low, high)
        ax.set_zticks(np.log10(ticks), [f"{tick:g}" for tick in ticks])
        ax.set_zlabel("loss", labelpad=12)
        ax.set_box_aspect(None, zoom=0.85)

    def _draw_colorbar(self, in_3d: bool) -> Colorbar:
        from matplotlib.cm import ScalarMappable

        bar = self.figure_.colorbar(
            ScalarMappable(**self._colors()),
            ax=self.ax_,
            label="mean loss, without penalty",
            shrink=0.7 if in_3d else 1.0,
        )
        set_log_ticks(bar.ax.yaxis, *self._range)
        return bar

    def _draw_distances(self, ax: Axes) -> None:
        ax.plot(self.surface.epochs, self.surface.distance, color="black", linewidth=1.2)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("epoch")
        ax.set_ylabel("distance\nfrom plane", fontsize="small")
        ax.grid(alpha=0.3)

    def _name_ends(self) -> None:
        """Write the epoch beside the first and the last snapshot, on the side away from the path."""
        s = self.surface
        near = len(s.path) // 10 + 1
        for end, inner in ((0, min(near, len(s.path) - 1)), (-1, max(-1 - near, -len(s.path)))):
            right, up = (s.path[end] - s.path[inner]) / (np.ptp(s.u), np.ptp(s.v))
            sideways = abs(right) > 2 * abs(up)
            self.ax_.annotate(
                f"epoch {s.epochs[end]}",
                s.path[end],
                (9 * np.sign(right), 0) if sideways else (0, 9 if up > 0 else -9),
                textcoords="offset points",
                ha=("left" if right > 0 else "right") if sideways else "center",
                va="center" if sideways else ("bottom" if up > 0 else "top"),
                fontsize="small",
                bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
            )


def _new_axes(in_3d: bool, with_distances: bool, distance_ax: Axes | None) -> tuple[Axes, Axes | None]:
    """Return the axes of a new figure, and those for the distances."""
    from matplotlib import pyplot as plt

    if in_3d:
        figure = plt.figure(figsize=(7.2, 5.4), layout="constrained")
        return figure.add_subplot(projection="3d"), distance_ax
    if not with_distances:
        return new_axes(), distance_ax
    ratios = {"height_ratios": (5, 1)}
    axes = plt.subplots(2, 1, figsize=(6.4, 5.8), layout="constrained", gridspec_kw=ratios)[1]
    return axes[0], axes[1]
