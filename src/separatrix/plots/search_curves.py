"""Learning curves of the best candidates of a search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import DataError
from separatrix.plots.axes import set_log_ticks, style
from separatrix.plots.legends import legend_above
from separatrix.plots.palette import background, curve_colors, ink
from separatrix.plots.search_display import SearchDisplay
from separatrix.select.candidates import LossCurve, candidate_names, mean_curve

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None


class SearchCurvesDisplay(SearchDisplay):
    """Training loss after every epoch of the best candidates, and of the smallest that is as good.

    A line is the mean over the splits; the band is from the lowest to the highest loss. A training that has
    stopped keeps its last loss. A triangle at the end marks a candidate that was still improving, on some
    split, when it reached `max_iter`. The legend names the layers, and the parameters in which the candidates
    differ.

    Parameters
    ----------
    candidates : Candidates
    best, smallest_as_good : int
        Indices of the candidates that the verdict names.
    baseline_scores : ndarray of shape (n_splits,), optional
        Not drawn: a straight line is fitted without epochs.

    Attributes
    ----------
    shown_ : list of int
        The candidates drawn, the best first.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
    bands_ : list of matplotlib FillBetweenPolyCollection
    limits_ : matplotlib Line2D or None
        The triangles.

    Examples
    --------
    >>> from separatrix.select.candidates import Candidates, LossCurve
    >>> none = np.zeros(2, dtype=int)
    >>> curve = LossCurve(np.array([1, 2, 3]), np.array([0.7, 0.5, 0.4]))
    >>> candidates = Candidates(
    ...     "accuracy", [{}] * 2, [(2,), (4,)], np.array([9, 17]), np.array([[0.6, 0.8], [0.9, 0.8]]),
    ...     np.full(2, 80), np.full(2, 20), none, none, [[curve, curve]] * 2,
    ... )
    >>> display = SearchCurvesDisplay(candidates, best=1, smallest_as_good=0).plot()
    >>> [line.get_label() for line in display.lines_]
    ['4 (best)', '2 (smallest as good)']
    """

    def plot(
        self,
        ax: Axes | None = None,
        *,
        n_best: int = 5,
        log: bool = True,
        line_kw: Keywords = None,
        band_kw: Keywords = None,
        legend_kw: Keywords = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure. A figure with several axes needs ``layout="constrained"``, as
            the legend is above the axes.
        n_best : int, default=5
            Number of candidates, by their mean score.
        log : bool, default=True
            Whether the loss is on a logarithmic scale.
        line_kw, band_kw, legend_kw : mapping, optional
            Passed to `Axes.plot`, `Axes.fill_between` and `Axes.legend`.

        Raises
        ------
        DataError
            If the search kept no curves of these candidates.
        ParameterError
            If a parameter is invalid.
        """
        check.integer("n_best", n_best, 1)
        check.boolean("log", log)
        self.shown_ = self._chosen(n_best)
        ax = self._begin(ax, (6.4, 5.2))
        header, names = candidate_names(self.candidates, self.shown_)
        self._draw_curves(names, line_kw, band_kw)
        self._set_axes(log)
        self._explain(header, legend_kw)
        self._fit_texts(ax)
        return self

    def _chosen(self, n_best: int) -> list[int]:
        """Return the candidates to draw, the best first."""
        c = self.candidates
        order = np.argsort(-c.mean, kind="stable")[: min(n_best, int(self._has_score.sum()))].tolist()
        wanted = [self.best, *(index for index in order if index != self.best)][:n_best]
        if self.smallest_as_good not in wanted:
            wanted.append(self.smallest_as_good)
        shown = [index for index in wanted if self._curves(index)]
        if not shown:
            raise DataError(
                "learning curves need candidates whose curves the search has kept, got none; fit it again so "
                "that it keeps them, or draw SearchHeatmapDisplay or SearchParetoDisplay, which need none."
            )
        return shown

    def _curves(self, index: int) -> list[LossCurve]:
        """Return the curves of a candidate that were kept."""
        kept = self.candidates.curves
        return [curve for curve in kept[index] if len(curve.epochs)] if len(kept) else []

    def _draw_curves(self, names: list[str], line_kw: Keywords, band_kw: Keywords) -> None:
        c, ax = self.candidates, self.ax_
        colors = curve_colors(len(self.shown_))
        self.lines_, self.bands_, ends = [], [], []
        for index, name, color in zip(self.shown_, names, colors, strict=True):
            curve = mean_curve(self._curves(index))
            is_smallest = index == self.smallest_as_good
            look = {"color": color, "linewidth": 1.6, "label": self._label(index, name)}
            look["linestyle"] = "--" if is_smallest and index != self.best else "-"
            (line,) = ax.plot(curve.epochs, curve.mean, **style(look, line_kw))
            self.lines_.append(line)
            band = {"color": line.get_color(), "alpha": 0.13, "linewidth": 0}
            self.bands_.append(ax.fill_between(curve.epochs, curve.low, curve.high, **style(band, band_kw)))
            if c.n_limited[index]:
                ends.append((curve.epochs[-1], curve.mean[-1]))
        self.limits_ = self._draw_limits(ends)

    def _draw_limits(self, ends: list[tuple[float, float]]) -> Line2D | None:
        if not ends:
            return None
        (limits,) = self.ax_.plot(
            *np.array(ends).T,
            linestyle="none",
            marker=">",
            color=background(),
            markeredgecolor=ink(),
            clip_on=False,
            zorder=3,
            label="still improving at max_iter",
        )
        return limits

    def _label(self, index: int, name: str) -> str:
        roles = {"best": self.best, "smallest as good": self.smallest_as_good}
        named = [role for role, candidate in roles.items() if candidate == index]
        return f"{name} ({', '.join(named)})" if named else name

    def _set_axes(self, log: bool) -> None:
        ax = self.ax_
        losses = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in self.lines_])
        ax.set(xlabel="epoch", ylabel="mean training loss")
        ax.grid(alpha=0.3)
        if log and (losses > 0).all():
            ax.set_yscale("log")
            set_log_ticks(ax.yaxis, *ax.get_ylim())

    def _explain(self, header: str, legend_kw: Keywords) -> None:
        limits = [self.limits_] if self.limits_ else []
        look = {"title": header, "title_fontsize": self._fontsize, "alignment": "left"}
        handles = [*self.lines_, *limits, *self._left_out()]
        legend_above(self.ax_, handles, small=self._is_small, is_own=self._is_own, **style(look, legend_kw))
