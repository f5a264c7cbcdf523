"""Loss curves: training and validation loss by epoch, of one training or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.explain.subject import history_of, kept_epoch, last_step
from separatrix.plots.axes import SMALL_TEXT, is_small, new_axes, settings, shrink_texts, size_in_points
from separatrix.plots.palette import curve_colors
from separatrix.plots.ticks import set_log_ticks
from separatrix.train import History
from separatrix.train.history import KeptEpoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Array = NDArray[Any]

_CHARACTER, _HANDLE = 4.7, 43.0  # of the legend, in points
_DASHES = {"train": "-", "validation": "--"}


@dataclass(frozen=True, eq=False)
class Curve:
    """One quantity of one training.

    Attributes
    ----------
    run : str
        Name of the training; empty if there is only one.
    name : str
        Such as "training loss".
    values : float64 ndarray of shape (n_epochs,)
    which : {"train", "validation"}
    marked_epoch : int or None
        The best epoch, counted from 1.
    is_kept : bool
        Whether the marked epoch is the one whose parameters were restored, rather than merely the best of
        this curve.
    """

    run: str
    name: str
    values: Array
    which: str
    marked_epoch: int | None = None
    is_kept: bool = False


class LossCurveDisplay:
    """Loss, and metrics if asked, after every epoch.

    The legend names each curve's lowest epoch, or the one whose parameters were kept and why, and the value
    there; where there is no room for that, the curves alone. "Running" is the mean of the batch losses while
    the epoch went on, penalty included; estimators with ``track_training=True`` have the true loss at the end
    of each epoch.

    Parameters
    ----------
    losses : sequence of Curve
    metrics : sequence of Curve, default=()
    xlabel : str, default="epoch"

    Attributes
    ----------
    note : str
        What was best at the epochs kept, which heads the legend.
    ax_ : Axes
        Of the losses.
    metric_ax_ : Axes or None
    figure_ : Figure
    lines_ : list of Line2D
        A line for each of `losses`, then for each of `metrics`.

    Examples
    --------
    >>> from separatrix.train import History
    >>> display = LossCurveDisplay.from_history(History(loss=np.array([0.7, 0.3, 0.2])))
    >>> [line.get_label() for line in display.lines_]
    ['training loss, running (lowest 0.2, epoch 3)']
    """

    ax_: Axes
    metric_ax_: Axes | None
    figure_: Figure
    lines_: list[Line2D]

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
        **plot_parameters: Any,
    ) -> LossCurveDisplay:
        """Draw the curves of the last call of `fit` of one estimator or several.

        Parameters
        ----------
        estimator : Model, fitted MLPClassifier or MLPRegressor, pipeline, sequence or mapping of them
            Several have the names of the mapping, else their networks'.
        which : sequence of {"train", "validation"}, default=("train", "validation")
            The losses to draw, where there are any.
        metrics : sequence of str, default=()
            Of `History`: "train_score", "validation_score", or a name of its `metrics`.
        **plot_parameters :
            As for `plot`.

        Returns
        -------
        LossCurveDisplay

        Raises
        ------
        DataError
            If an estimator has no such curve.
        ParameterError
            If a setting breaks its rule.
        """
        runs = _named(estimator, _network_name)
        histories = {name: history_of(run) for name, run in runs.items()}
        kept = {name: kept_epoch(run) for name, run in runs.items()}
        return cls._of(histories, kept, which, metrics).plot(**plot_parameters)

    @classmethod
    def from_history(
        cls,
        history: History | Sequence[History] | Mapping[str, History],
        *,
        which: Sequence[str] = ("train", "validation"),
        metrics: Sequence[str] = (),
        **plot_parameters: Any,
    ) -> LossCurveDisplay:
        """Draw the curves of one history or several.

        Parameters
        ----------
        history : History, sequence or mapping of them
        which, metrics, **plot_parameters :
            As for `from_estimator`.

        Returns
        -------
        LossCurveDisplay

        Raises
        ------
        DataError
            If a history has no such curve.
        ParameterError
            If a setting breaks its rule.
        """
        histories = _named(history, lambda _: "run")
        return cls._of(histories, dict.fromkeys(histories), which, metrics).plot(**plot_parameters)

    @classmethod
    def _of(
        cls,
        histories: Mapping[str, History],
        kept: Mapping[str, KeptEpoch | None],
        which: Sequence[str],
        metrics: Sequence[str],
    ) -> LossCurveDisplay:
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
    ) -> LossCurveDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : Axes, optional
            Of the losses; by default a new figure's.
        metric_ax : Axes, optional
            Of the metrics; needed if there are metrics and an `ax`. A new figure has it below.
        log : bool, default=True
            Whether the loss is on a logarithmic scale.
        line_kw : mapping, optional
            For `Axes.plot`.

        Returns
        -------
        LossCurveDisplay

        Raises
        ------
        ParameterError
            If there are metrics and an `ax`, but no `metric_ax`.
        """
        check.boolean("log", log)
        if ax is not None and metric_ax is None and self.metrics:
            raise ParameterError("metric_ax must be given along with ax to draw metrics, got None.")
        is_tight = ax is not None and is_small(ax)
        if ax is None:
            ax, metric_ax = _new_axes(metric_ax, bool(self.metrics))
        self.ax_, self.figure_ = ax, cast("Figure", ax.figure)
        self.metric_ax_ = metric_ax if self.metrics else None
        self.lines_ = _draw(ax, self.losses, log, line_kw, is_tight, self.note)
        ax.set_ylabel("loss")
        lowest_ax = ax
        if metric_ax is not None and self.metrics:
            self.lines_ += _draw(metric_ax, self.metrics, False, line_kw, is_tight)
            metric_ax.set_ylabel("score")
            lowest_ax = metric_ax
        lowest_ax.set_xlabel(self.xlabel)
        if is_tight:
            for drawn in filter(None, (self.ax_, self.metric_ax_)):
                shrink_texts(drawn)
        return self


def _loss_curve(run: str, history: History, which: str, kept: KeptEpoch | None) -> Curve:
    if which == "validation":
        values, name = history.validation_loss, "validation loss"
    elif len(history.train_loss):
        values, name = history.train_loss, "training loss"
    else:
        values, name = history.loss, "training loss, running"
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
    """Return runs by name; numbered where a name comes twice."""
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


def _draw(
    ax: Axes,
    curves: Sequence[Curve],
    log: bool,
    line_kw: Mapping[str, Any] | None,
    is_tight: bool,
    note: str = "",
) -> list[Line2D]:
    """Draw the curves, one colour a run, or one for each curve of a single run."""
    looks = list(dict.fromkeys(curve.run or curve.name for curve in curves))
    colors = dict(zip(looks, curve_colors(len(looks)), strict=True))
    labels = list(map(_label, curves))
    needed = _CHARACTER * max(map(len, labels)) + _HANDLE
    if is_tight or needed > size_in_points(ax)[0]:
        labels, is_tight = list(map(_name, curves)), True
    lines = []
    for curve, label in zip(curves, labels, strict=True):
        look = {
            "color": colors[curve.run or curve.name],
            "linestyle": _DASHES[curve.which],
            "linewidth": 1.4,
            "label": label,
        }
        if curve.marked_epoch is not None:
            look |= {"marker": "o", "markeredgecolor": "white", "markevery": [curve.marked_epoch - 1]}
        values = np.where(np.isfinite(curve.values), curve.values, np.nan)
        epochs = np.arange(1, len(values) + 1)
        lines += ax.plot(epochs, values, **settings(look, line_kw))
    shown = np.concatenate([curve.values for curve in curves])
    shown = shown[np.isfinite(shown) & (shown > 0)]
    if log and len(shown):
        ax.set_yscale("log")
        set_log_ticks(ax.yaxis, shown.min(), shown.max())
    ax.grid(alpha=0.3)
    text: dict[str, Any]
    if is_tight:
        text = {"fontsize": SMALL_TEXT, "handlelength": 2, "labelspacing": 0.2, "borderpad": 0.3}
    else:
        text = {"fontsize": "small", "handlelength": 3}
    ax.legend(**text | {"title": note or None, "title_fontsize": text["fontsize"]})
    return lines


def _name(curve: Curve) -> str:
    return f"{curve.run}: {curve.name}" if curve.run else curve.name


def _label(curve: Curve) -> str:
    named = _name(curve)
    if curve.marked_epoch is None:
        return named
    value, kind = curve.values[curve.marked_epoch - 1], "kept" if curve.is_kept else "lowest"
    return f"{named} ({kind} {value:.3g}, epoch {curve.marked_epoch})"


def _new_axes(metric_ax: Axes | None, with_metrics: bool) -> tuple[Axes, Axes | None]:
    """Return the axes of a new figure: one for the losses, and one below if metrics need it."""
    from matplotlib import pyplot as plt

    if metric_ax is not None or not with_metrics:
        return new_axes(), metric_ax
    axes = plt.subplots(2, 1, figsize=(6.4, 6.4), sharex=True, layout="constrained")[1]
    return axes[0], axes[1]
