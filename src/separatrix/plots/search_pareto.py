"""Pareto front of a search: the scores against the number of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import BoundaryNorm, ListedColormap
from numpy.typing import NDArray

from separatrix import check
from separatrix.plots.axes import set_log_ticks, style
from separatrix.plots.legends import legend_above
from separatrix.plots.palette import ink, sequential_colormap
from separatrix.plots.search_display import SearchDisplay, note_handle
from separatrix.select.candidates import lower_fence, pareto_front

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None

_ROOM = 0.5  # fraction of the axes that may be added to show the worst
_LIGHTEST = 0.92  # of the colour map: its end cannot be seen on white


class SearchParetoDisplay(SearchDisplay):
    """Mean score of every candidate against its number of parameters.

    The step line is the Pareto front, the best of all networks up to each size, with a standard error above
    and below. The band is one standard error of the best; networks in it are as good. Networks far worse than
    the others and the straight line are triangles at the edge, so that they do not compress the axis.

    Parameters
    ----------
    candidates : Candidates
    best, smallest_as_good : int
        Indices of the candidates that the verdict names.
    baseline_scores : ndarray of shape (n_splits,), optional
        Scores of a straight line.

    Attributes
    ----------
    front : int ndarray of shape (n_front,)
        The candidates of the Pareto front, the smallest first.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    points_ : matplotlib PathCollection
        The candidates that have a score and are within the axes, in their order.
    beyond_ : matplotlib PathCollection or None
        The triangles.
    front_ : matplotlib Line2D
    errors_ : matplotlib ErrorbarContainer
        The standard errors of the front.
    marks_ : list of matplotlib Line2D
        The best, and the smallest as good if it is another.
    band_ : matplotlib Rectangle or None
        None if there is one split, which gives no standard error.
    baseline_ : matplotlib Line2D or None
    colorbar_ : matplotlib Colorbar or None

    Examples
    --------
    >>> from separatrix.select.candidates import Candidates
    >>> none = np.zeros(2, dtype=int)
    >>> candidates = Candidates(
    ...     "accuracy", [{}] * 2, [(), (4,)], np.array([3, 17]), np.array([[0.6, 0.8], [0.9, 0.8]]),
    ...     np.full(2, 80), np.full(2, 20), none, none,
    ... )
    >>> SearchParetoDisplay(candidates, best=1, smallest_as_good=0).plot().front.tolist()
    [0, 1]
    """

    @cached_property
    def front(self) -> Array:
        """The candidates of the Pareto front, the smallest first."""
        return pareto_front(self.candidates.n_parameters, self.candidates.mean)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        colorbar: bool = True,
        point_kw: Keywords = None,
        front_kw: Keywords = None,
        mark_kw: Keywords = None,
        band_kw: Keywords = None,
        baseline_kw: Keywords = None,
        legend_kw: Keywords = None,
    ) -> Self:
        """Draw the scores and the Pareto front.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure. A figure with several axes needs ``layout="constrained"``, as
            the legend is above the axes.
        colorbar : bool, default=True
            Whether to add a colour bar; the colours are the numbers of hidden layers.
        point_kw, front_kw, mark_kw, band_kw, baseline_kw, legend_kw : mapping, optional
            Passed to `Axes.scatter`, `Axes.step`, `Axes.plot`, `Axes.axhspan`, `Axes.axhline` and
            `Axes.legend`.

        Raises
        ------
        ParameterError
            If `colorbar` is neither True nor False.
        """
        check.boolean("colorbar", colorbar)
        ax = self._begin(ax)
        self._draw_references(band_kw, baseline_kw)
        self._draw_front(front_kw)
        self._draw_points(point_kw)
        self._draw_marks(mark_kw)
        self._set_axes()
        legend_above(ax, self._handles(), small=self._is_small, is_own=self._is_own, **dict(legend_kw or {}))
        self._fit_texts(ax)
        self.colorbar_ = self._draw_colorbar() if colorbar else None
        if self.colorbar_ is not None:
            self._fit_texts(self.colorbar_.ax)
        return self

    @property
    def _shown(self) -> Array:
        """Return the mean score of each candidate, with the sign that is shown."""
        return np.asarray(self.metric.sign * self.candidates.mean)

    @property
    def _is_beyond(self) -> Array:
        """Return which candidates would compress the axis."""
        mean = self.candidates.mean
        worst = min(lower_fence(mean), mean[self.front].min(), mean[self.smallest_as_good])
        if self.baseline_scores is not None:
            worst = min(worst, float(np.mean(self.baseline_scores)))
        # Those that are only a little worse need little room.
        return np.asarray(mean < worst - _ROOM * (mean[self.front].max() - worst))

    def _draw_references(self, band_kw: Keywords, baseline_kw: Keywords) -> None:
        ax, best = self.ax_, self._shown[self.best]
        error = self._error(self.candidates.scores[self.best])
        self.band_ = self.baseline_ = None
        if np.isfinite(error):
            band = {"color": "#B8B8B8", "alpha": 0.4, "linewidth": 0, "zorder": 0}
            band |= {"label": "one standard error: as good"}
            ends = best, best - self.metric.sign * error
            self.band_ = ax.axhspan(min(ends), max(ends), **style(band, band_kw))
        if self.baseline_scores is not None:
            height = self.metric.sign * float(np.mean(self.baseline_scores))
            line = {"color": ink(), "linestyle": "--", "linewidth": 1.2, "zorder": 1}
            line |= {"label": f"straight line: {height:.3g}"}
            self.baseline_ = ax.axhline(height, **style(line, baseline_kw))

    def _draw_front(self, front_kw: Keywords) -> None:
        sizes, shown = self.candidates.n_parameters, self._shown
        x, y = sizes[self.front], shown[self.front]
        look = {
            "color": "#D55E00",
            "linewidth": 1.4,
            "zorder": 2,
            "label": "Pareto front: best up to each size",
        }
        chosen = style(look, front_kw)
        end = sizes[self._has_score].max()
        (self.front_,) = self.ax_.step([*x, end], [*y, y[-1]], where="post", **chosen)
        errors = np.array([self._error(self.candidates.scores[index]) for index in self.front])
        self.errors_ = self.ax_.errorbar(
            x,
            y,
            np.nan_to_num(errors),
            fmt="none",
            ecolor=self.front_.get_color(),
            elinewidth=1,
            capsize=2,
            zorder=2,
        )

    def _draw_points(self, point_kw: Keywords) -> None:
        cmap, norm, depths = self._colors()
        codes = np.searchsorted(depths, [len(sizes) for sizes in self.candidates.hidden_layer_sizes])
        n = len(self.candidates)
        look: dict[str, Any] = {
            "s": float(np.clip(4000 / n, 9, 30)) * (0.6 if self._is_small else 1),
            "edgecolors": "white",
            "linewidths": 0.4,
            "zorder": 3,
        }
        beyond = self._is_beyond
        within = self._has_score & ~beyond
        sizes, shown = self.candidates.n_parameters, self._shown
        colors = {"cmap": cmap, "norm": norm}
        self.points_ = self.ax_.scatter(
            sizes[within], shown[within], c=codes[within], **style(look | colors, point_kw)
        )
        self.beyond_ = None
        if beyond.any():
            at_edge = 0.01 if self.metric.sign > 0 else 0.99
            marker = {"marker": "v" if self.metric.sign > 0 else "^", "s": 2 * look["s"], "clip_on": False}
            self.beyond_ = self.ax_.scatter(
                sizes[beyond],
                np.full(beyond.sum(), at_edge),
                c=codes[beyond],
                transform=self.ax_.get_xaxis_transform(),
                **style(look | colors | marker, point_kw),
            )

    def _draw_marks(self, mark_kw: Keywords) -> None:
        self.marks_ = []
        for (index, label), (marker, size) in zip(self._roles, (("*", 13), ("D", 8)), strict=False):
            look = {
                "marker": marker,
                "markersize": size * (0.7 if self._is_small else 1),
                "color": "#D55E00",
                "markeredgecolor": "black",
                "linestyle": "none",
                "zorder": 4,
                "label": label,
            }
            x, y = self.candidates.n_parameters[index], self._shown[index]
            self.marks_ += self.ax_.plot([x], [y], **style(look, mark_kw))

    def _set_axes(self) -> None:
        ax, sizes = self.ax_, self.candidates.n_parameters[self._has_score]
        low, high = sizes.min() / 1.2, sizes.max() * 1.2
        ax.set(xscale="log", xlim=(low, high), xlabel="parameters", ylabel=self.metric.mean_label)
        if self._is_small and high > 20 * low:
            high = max(high, 1e3 * low)  # then only powers of ten are written
        set_log_ticks(ax.xaxis, low, high)
        ax.grid(alpha=0.3)

    def _colors(self) -> tuple[Any, Any, Array]:
        """Return the colours of the depths, and the depths."""
        depths = np.unique([len(sizes) for sizes in self.candidates.hidden_layer_sizes])
        n = len(depths)
        cmap = ListedColormap(sequential_colormap()(np.linspace(0, _LIGHTEST, n)), "depth")
        return cmap, BoundaryNorm(np.arange(n + 1) - 0.5, n), depths

    def _draw_colorbar(self) -> Colorbar:
        bar = self.figure_.colorbar(self.points_, ax=self.ax_, label="hidden layers")
        depths = self._colors()[2]
        bar.set_ticks(range(len(depths)), labels=[str(depth) for depth in depths])
        bar.ax.tick_params(length=0)
        return bar

    def _handles(self) -> list[Any]:
        drawn = [*self.marks_, self.front_, self.band_, self.baseline_]
        handles = [artist for artist in drawn if artist is not None]
        if self.beyond_ is not None:
            n = int(self._is_beyond.sum())
            handles.append(note_handle(f"{n} far worse: at the edge"))
        return [*handles, *self._left_out()]
