"""Loss curves: training and validation loss by epoch, of one training or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.explain.subject import history_of, kept_epoch, last_step
from separatrix.model import Model
from separatrix.plots.axes import as_written, set_log_ticks, style, wrapped_to
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.legends import legend_above
from separatrix.plots.palette import background, curve_colors
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import axes_size, figure_size
from separatrix.train import History
from separatrix.train.history import KeptEpoch

Array = NDArray[Any]

_DASHES = {"train": "-", "validation": "--"}


@dataclass(frozen=True, eq=False)
class Curve:
    """One quantity of one training.

    Attributes
    ----------
    run : str
        Name of the training, or an empty string if there is only one.
    name : str
        Such as "training loss".
    values : float64 ndarray of shape (n_epochs,)
    which : {"train", "validation"}
    marked_epoch : int or None
        The best epoch, counted from 1.
    is_kept : bool
        Whether the marked epoch is the one whose parameters were kept; otherwise it is the lowest point of
        this curve.
    """

    run: str
    name: str
    values: Array
    which: str
    marked_epoch: int | None = None
    is_kept: bool = False


class LossCurveDisplay(ModelDisplay):
    """Loss after every epoch, and metrics if there are some to draw.

    The legend, above the axes of a new figure, gives the lowest value of each curve and its epoch, or the
    epoch whose parameters were kept and why; if there is no room for that, only the names of the curves. The
    training loss is the mean over the batches of the epoch, with the penalty; estimators with
    ``track_training=True`` have the true loss at the end of each epoch.

    Parameters
    ----------
    losses : sequence of Curve
    metrics : sequence of Curve, default=()
    xlabel : str, default="epoch"

    Attributes
    ----------
    note : str
        What was best at the epochs whose parameters were kept; the title of the legend.
    ax_ : matplotlib Axes
        Of the losses.
    metric_ax_ : matplotlib Axes or None
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        A line for each of `losses`, then for each of `metrics`.

    Examples
    --------
    >>> from separatrix.train import History
    >>> display = LossCurveDisplay.from_history(History(loss=np.array([0.7, 0.3, 0.2])))
    >>> [line.get_label() for line in display.lines_]
    ['training loss (lowest 0.2, epoch 3)']
    """

    panel_width = 4.0

    def __init__(
        self, losses: Sequence[Curve], metrics: Sequence[Curve] = (), *, xlabel: str = "epoch"
    ) -> None:
        self.losses = list(losses)
        self.metrics = list(metrics)
        self.xlabel = xlabel
        self.note = ""

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        which: Sequence[str] = ("train", "validation"),
        metrics: Sequence[str] = (),
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the curves of the last call of `fit` of one estimator or several.

        Parameters
        ----------
        estimator : Model, fitted MLPClassifier or MLPRegressor, pipeline, sequence or mapping of them
            Several are named by the keys of the mapping, or by their networks.
        which : sequence of {"train", "validation"}, default=("train", "validation")
            The losses to draw, if the training has them.
        metrics : sequence of str, default=()
            "train_score", "validation_score", or a name in ``history_.metrics``.
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If an estimator has no such curve.
        ParameterError
            If a parameter is invalid.
        """
        runs = _named(estimator, _network_name)
        histories = {name: history_of(run) for name, run in runs.items()}
        kept = {name: kept_epoch(run) for name, run in runs.items()}
        return cls._of(histories, kept, which, metrics).plot(ax, **kwargs)

    @classmethod
    def from_history(
        cls,
        history: History | Sequence[History] | Mapping[str, History],
        *,
        which: Sequence[str] = ("train", "validation"),
        metrics: Sequence[str] = (),
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the curves of one history or several.

        Parameters
        ----------
        history : History, sequence or mapping of them
        which, metrics, ax, **kwargs
            As for `from_estimator`.

        Raises
        ------
        DataError
            If a history has no such curve.
        ParameterError
            If a parameter is invalid.
        """
        histories = _named(history, lambda _: "run")
        return cls._of(histories, dict.fromkeys(histories), which, metrics).plot(ax, **kwargs)

    @classmethod
    def _of(
        cls,
        histories: Mapping[str, History],
        kept: Mapping[str, KeptEpoch | None],
        which: Sequence[str],
        metrics: Sequence[str],
    ) -> Self:
        which = (which,) if isinstance(which, str) else which
        metrics = (metrics,) if isinstance(metrics, str) else metrics
        for name in which:
            check.choice("which", name, _DASHES)
        losses, others = [], []
        for name, history in histories.items():
            run = name if len(histories) > 1 else ""
            found = [_loss_curve(run, history, side, kept[name]) for side in which]
            if not any(len(curve.values) for curve in found):
                raise DataError(
                    f"the training {name!r} has no {' or '.join(which)} loss; give fit X_val and y_val, or "
                    "set early_stopping=True."
                )
            losses += [curve for curve in found if len(curve.values)]
            others += [_metric_curve(run, history, metric) for metric in metrics]
        by_iterations = all(len(history.learning_rate) == 0 for history in histories.values())
        reasons = dict.fromkeys(epoch.reason for epoch in kept.values() if epoch and epoch.reason)
        display = cls(losses, others, xlabel="iteration" if by_iterations else "epoch")
        display.note = f"kept: {', '.join(reasons)}" if reasons else ""
        return display

    def plot(
        self,
        ax: Axes | None = None,
        *,
        metric_ax: Axes | None = None,
        log: bool = True,
        line_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes of the losses, by default those of a new figure.
        metric_ax : matplotlib Axes, optional
            Axes of the metrics, by default below the losses in a new figure; needed if there are metrics and
            `ax` is given.
        log : bool, default=True
            Whether the loss is on a logarithmic scale.
        line_kw : mapping, optional
            Passed to `Axes.plot`.

        Raises
        ------
        ParameterError
            If there are metrics and an `ax`, but no `metric_ax`.
        """
        check.boolean("log", log)
        if ax is not None and metric_ax is None and self.metrics:
            raise ParameterError("metric_ax", "must be given together with ax to draw metrics, got None.")
        if ax is None and metric_ax is None and self.metrics:
            ax, metric_ax = _two_axes()
        ax = self._begin(ax)
        self.metric_ax_ = metric_ax if self.metrics else None
        self.lines_ = self._draw(ax, self.losses, log, line_kw, self.note)
        ax.set_ylabel("loss")
        if self.metric_ax_ is not None:
            self.lines_ += self._draw(self.metric_ax_, self.metrics, False, line_kw)
            self.metric_ax_.set_ylabel("score")
        (self.metric_ax_ or ax).set_xlabel(self.xlabel)
        self._fit_texts(ax, self.metric_ax_)
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the curves cannot be drawn of this model; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        return None if (subject.model.training or {}).get("history") else "the model file has no history"

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the curves of a model's training; the table is not needed."""
        return cls.from_estimator(subject.model)

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw axes for the whole training; the curves grow."""
        markers = {"marker": "o", "markevery": [-1], "clip_on": False}
        display = cls.from_history(scene.history, ax=figure.subplots(), line_kw=markers)
        ax, start = display.ax_, int(scene.epochs[0])
        for line, curve in zip(display.lines_, display.losses, strict=True):
            line.set_label(curve.name)
        ax.legend(fontsize="small")
        ax.set_xlim(start, start + scene.history.n_epochs)
        ax.set_ylim(ax.get_ylim())
        ends = scene.recording.epochs[scene.reached] - start
        curves = [np.asarray(line.get_ydata()) for line in display.lines_]
        epochs = start + np.arange(1, scene.history.n_epochs + 1)

        def update(frame: int) -> None:
            n, marked = int(ends[frame]), int(scene.epochs[frame]) - start
            for line, values in zip(display.lines_, curves, strict=True):
                line.set_data(epochs[:n], values[:n])
                line.set_markevery([marked - 1] if marked > 0 else [])

        return Panel(display.lines_, update)

    def _draw(
        self,
        ax: Axes,
        curves: Sequence[Curve],
        log: bool,
        line_kw: Mapping[str, Any] | None,
        note: str = "",
    ) -> list[Line2D]:
        """Draw the curves, with one colour for each run, or for each curve if there is one run."""
        looks = list(dict.fromkeys(curve.run or curve.name for curve in curves))
        colors = dict(zip(looks, curve_colors(len(looks)), strict=True))
        # Of several trainings with one curve each, the name of the training is enough.
        is_run = len({curve.run for curve in curves}) == len(curves) > 1
        names = [as_written(curve.run) if is_run else _name(curve) for curve in curves]
        lines: list[Line2D] = []
        for curve, name in zip(curves, names, strict=True):
            look: dict[str, Any] = {
                "color": colors[curve.run or curve.name],
                "linestyle": _DASHES[curve.which],
                "linewidth": 1.4,
                "label": _label(curve, name),
            }
            if curve.marked_epoch is not None:
                look |= {
                    "marker": "o",
                    "markeredgecolor": background(),
                    "markevery": [curve.marked_epoch - 1],
                }
            values = np.where(np.isfinite(curve.values), curve.values, np.nan)
            lines += ax.plot(np.arange(1, len(values) + 1), values, **style(look, line_kw))
        shown = np.concatenate([curve.values for curve in curves])
        shown = shown[np.isfinite(shown) & (shown > 0)]
        if log and len(shown):
            ax.set_yscale("log")
            set_log_ticks(ax.yaxis, shown.min(), shown.max())
        ax.grid(alpha=0.3)
        # Named one by one: matplotlib leaves out names that begin with an underscore.
        there = [handle for handle in ax.get_legend_handles_labels()[0] if handle not in lines]
        shared: dict[str, Any] = {"handles": [*there, *lines], "title": as_written(note) or None}
        self._explain(ax, lines, names, shared)
        return lines

    def _explain(
        self, ax: Axes, lines: Sequence[Line2D], names: Sequence[str], shared: dict[str, Any]
    ) -> None:
        """Add the legend: above the axes of a new figure, where it lies on no curve, else in given axes."""
        size = self._fontsize
        text: dict[str, Any] = {"fontsize": size, "title_fontsize": size, "handlelength": 2.5}

        def add() -> Legend:
            if self._is_own:
                return legend_above(ax, small=False, is_own=True, alignment="left", **text, **shared)
            return ax.legend(**text, **shared, labelspacing=0.2, borderpad=0.3)

        legend = add()
        if self._is_small or legend.get_window_extent().width > ax.bbox.width:
            for line, name in zip(lines, names, strict=True):
                line.set_label(wrapped_to(name, 0.8 * axes_size(ax)[0], size))
            legend.remove()
            add()


def _loss_curve(run: str, history: History, which: str, kept: KeptEpoch | None) -> Curve:
    if which == "validation":
        values, name = history.validation_loss, "validation loss"
    elif len(history.train_loss):
        values, name = history.train_loss, "training loss"
    else:
        values, name = history.loss, "training loss"
    finite = np.isfinite(values)
    if kept:
        return Curve(run, name, values, which, kept.index + 1 or None, is_kept=True)
    best = int(np.where(finite, values, np.inf).argmin()) + 1 if finite.any() else None
    return Curve(run, name, values, which, best)


def _metric_curve(run: str, history: History, name: str) -> Curve:
    curves = {"train_score": history.train_score, "validation_score": history.validation_score}
    curves |= history.metrics
    there = [known for known, values in curves.items() if len(values)]
    if name not in there:
        raise DataError(
            f"metrics must be among those followed in training, {', '.join(map(repr, there)) or 'none'}, got "
            f"{name!r}; fit with metrics=, validation rows or track_training=True."
            f"{did_you_mean(name, there)}"
        )
    which = "train" if name.startswith("train_") else "validation"
    return Curve(run, name.replace("_", " "), curves[name], which)


def _named(runs: Any, name_of: Any) -> dict[str, Any]:
    """Return runs by name, with a number if a name occurs twice."""
    if isinstance(runs, Mapping):
        named = {str(name): run for name, run in runs.items()}
    elif isinstance(runs, Sequence) and not hasattr(runs, "steps"):
        names = [name_of(run) for run in runs]
        named = {
            f"{name} ({number})" if names.count(name) > 1 else name: run
            for number, (name, run) in enumerate(zip(names, runs, strict=True), start=1)
        }
    else:
        named = {name_of(runs): runs}
    if not named:
        raise DataError("a loss curve needs one training or more, got none; give fitted estimators.")
    return named


def _network_name(estimator: Any) -> str:
    last = last_step(estimator)
    return str(getattr(last, "network_", getattr(last, "network", type(last).__name__)))


def _name(curve: Curve) -> str:
    return as_written(f"{curve.run}, {curve.name}" if curve.run else curve.name)


def _label(curve: Curve, named: str) -> str:
    if curve.marked_epoch is None:
        return named
    value, kind = curve.values[curve.marked_epoch - 1], "kept" if curve.is_kept else "lowest"
    return f"{named} ({kind} {value:.3g}, epoch {curve.marked_epoch})"


def _two_axes() -> tuple[Axes, Axes]:
    """Return the axes of a new figure: one for the losses, and one below for the metrics."""
    axes = plt.subplots(2, 1, figsize=figure_size((6.4, 6.4)), sharex=True, layout="constrained")[1]
    return axes[0], axes[1]
