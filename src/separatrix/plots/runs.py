"""Runs: the same network trained with several learning rates, or from several initial weights."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from separatrix.data.table import Table
from separatrix.errors import ParameterError
from separatrix.explain.subject import history_of, last_step
from separatrix.explain.tables import as_table
from separatrix.plots.axes import set_log_ticks, wrapped
from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.curve import FunctionFitDisplay
from separatrix.plots.display import Display
from separatrix.plots.legends import add_legend, legend_above
from separatrix.plots.palette import curve_colors
from separatrix.plots.sizes import text_points, text_scale

Array = NDArray[Any]

_SIDE, _HEIGHT = 2.7, 2.6  # of a picture and of the losses, in inches
_ABOVE = 0.6  # the titles of the pictures, and the legend above them
_DASHES = ("-", "--", "-.", ":")


class RunComparisonDisplay(Display):
    """The same network trained several times, with one setting changed: what it learned, and its losses.

    Above is the boundary of each run, or its curve if there is one input. Below are the losses of all runs on
    one scale. Create it with `from_rates`, `from_seeds` or `from_settings`, which fit copies of an
    estimator.

    Parameters
    ----------
    runs : mapping of str to fitted estimator
        By title.
    X, y : rows and targets
        The rows that are drawn.

    Attributes
    ----------
    runs : dict of str to fitted estimator
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
        Of the losses.
    displays_ : list of DecisionBoundaryDisplay or FunctionFitDisplay
        One for each run; empty if the network has more than two inputs.
    lines_ : list of matplotlib Line2D
        The losses.

    Examples
    --------
    >>> from separatrix import MLPClassifier, RunComparisonDisplay
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.4, random_state=0)
    >>> network = MLPClassifier((4,), "tanh", max_iter=50, random_state=0)
    >>> display = RunComparisonDisplay.from_rates(network, X, y, rates=(0.001, 0.1))
    >>> list(display.runs)
    ['rate 0.001', 'rate 0.1']
    """

    def __init__(self, runs: Mapping[str, Any], X: Any, y: Any) -> None:
        if not runs:
            raise ParameterError("runs", "must hold one fitted estimator or more, got none.")
        self.runs, self.X, self.y = dict(runs), X, y

    @classmethod
    def from_rates(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        rates: Sequence[float] = (0.001, 0.01, 0.1, 1.0),
        **kwargs: Any,
    ) -> Self:
        """Train with several learning rates.

        Parameters
        ----------
        estimator : MLPClassifier or MLPRegressor, or a pipeline that ends in one
            Copies of it are fitted; it need not be fitted itself, and is not changed.
        X, y : rows and targets
            Rows in a `separatrix.data.Table` are trained on as by `fit_table`.
        rates : sequence of float, default=(0.001, 0.01, 0.1, 1.0)
        **kwargs
            As for `plot`.
        """
        settings = {f"rate {rate:g}": {"learning_rate_init": rate} for rate in rates}
        return cls.from_settings(estimator, X, y, settings, **kwargs)

    @classmethod
    def from_seeds(
        cls, estimator: Any, X: Any, y: Any, *, seeds: Sequence[int] = (0, 1, 2), **kwargs: Any
    ) -> Self:
        """Train from several initial weights.

        Parameters
        ----------
        estimator, X, y
            As for `from_rates`.
        seeds : sequence of int, default=(0, 1, 2)
            Values of `random_state`, which draws the initial weights.
        **kwargs
            As for `plot`.
        """
        settings = {f"seed {seed}": {"random_state": seed} for seed in seeds}
        return cls.from_settings(estimator, X, y, settings, **kwargs)

    @classmethod
    def from_settings(
        cls, estimator: Any, X: Any, y: Any, settings: Mapping[str, Mapping[str, Any]], **kwargs: Any
    ) -> Self:
        """Train with several settings.

        Parameters
        ----------
        estimator, X, y
            As for `from_rates`.
        settings : mapping of str to mapping of str to value
            For each title, the parameters that are changed.
        **kwargs
            As for `plot`.

        Notes
        -----
        The warnings of single runs are left out: that some do not learn is what the display shows.
        """
        runs = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for title, changed in settings.items():
                copy = clone(estimator)
                last_step(copy).set_params(**changed)
                runs[title] = copy.fit_table(X, y) if isinstance(X, Table) else copy.fit(X, y)
        return cls(runs, X, y).plot(**kwargs)

    def plot(self, *, log: bool = True) -> Self:
        """Draw the runs in a new figure.

        Parameters
        ----------
        log : bool, default=True
            Whether the losses are on a logarithmic scale.
        """
        n, scale = len(self.runs), text_scale()
        n_columns = len(as_table(next(iter(self.runs.values())), self.X).columns)
        is_classifier = hasattr(next(iter(self.runs.values())), "predict_proba")
        has_pictures = n_columns == 1 or (n_columns == 2 and is_classifier)
        height = _HEIGHT + (_SIDE + _ABOVE if has_pictures else 0.6)
        self.figure_ = plt.figure(figsize=(max(_SIDE * n, 5.4) * scale, height * scale), layout="constrained")
        # Subfigures have no room of their own around titles.
        cast("Any", self.figure_.get_layout_engine()).set(w_pad=0.06 * scale, h_pad=0.06 * scale)
        self.displays_: list[Any] = []
        losses: Any = self.figure_
        if has_pictures:
            parts: Any = self.figure_.subfigures(2, 1, height_ratios=(_SIDE + _ABOVE, _HEIGHT))
            above, losses = parts
            self._draw_pictures(above, n_columns)
        self.ax_ = losses.subplots()
        self._draw_losses(log)
        return self

    def _draw_pictures(self, figure: Any, n_columns: int) -> None:
        axes = figure.subplots(1, len(self.runs), squeeze=False, sharex=True, sharey=True)[0]
        for ax, (title, run) in zip(axes, self.runs.items(), strict=True):
            if n_columns == 1:
                display: Any = FunctionFitDisplay.from_estimator(run, self.X, self.y, ax=ax, legend=False)
            else:
                look: dict[str, Any] = {"colorbar": False, "legend": False, "grid_resolution": 120}
                display = DecisionBoundaryDisplay.from_estimator(run, self.X, self.y, ax=ax, **look)
            ax.set_title(
                f"{wrapped(title, 24)}\n{_score(run, self.X, self.y)}", fontsize=text_points("small")
            )
            ax.tick_params(labelsize=text_points("x-small"))
            ax.set(xlabel=None, ylabel=None)
            self.displays_.append(display)
        first = self.displays_[0]
        if first.codes is not None:
            rings = [each.rings_ for each in self.displays_ if np.any(each.is_wrong)][:1]
            handles, small = [*first.points_, *rings], text_points("small")
            legend = add_legend(figure, axes[0], handles, is_own=True, fontsize=small)
            for text in legend.get_texts()[len(first.points_) :]:
                text.set_text("wrong")

    def _draw_losses(self, log: bool) -> None:
        ax, self.lines_ = self.ax_, []
        for number, ((title, run), color) in enumerate(
            zip(self.runs.items(), curve_colors(len(self.runs)), strict=True)
        ):
            history = history_of(run)
            values = history.train_loss if len(history.train_loss) else history.loss
            values = np.where(np.isfinite(values), values, np.nan)
            look: dict[str, Any] = {"color": color, "linestyle": _DASHES[number % 4], "linewidth": 1.6}
            self.lines_ += ax.plot(np.arange(1, len(values) + 1), values, label=title, **look)
        shown = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in self.lines_])
        shown = shown[np.isfinite(shown) & (shown > 0)]
        if log and len(shown):
            ax.set_yscale("log")
            set_log_ticks(ax.yaxis, shown.min(), shown.max())
        ax.set_xlabel("epoch")
        ax.set_ylabel("training loss")
        ax.grid(alpha=0.3)
        legend_above(ax, self.lines_, small=False)


def _score(run: Any, X: Any, y: Any) -> str:
    score = float(run.score(X, y))
    return f"{score:.1%} right" if hasattr(run, "predict_proba") else f"R² {score:.2f}"
