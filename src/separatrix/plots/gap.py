"""Gap: the training loss against the validation loss, and how far they are apart."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import DataError, ParameterError
from separatrix.explain.subject import history_of, kept_epoch
from separatrix.model import Model
from separatrix.plots.axes import set_log_ticks
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.legends import legend_above
from separatrix.plots.palette import background, curve_colors, ink
from separatrix.plots.scene import Scene
from separatrix.train import History

Array = NDArray[Any]

_SIZE = (6.0, 4.2)  # inches
NO_VALIDATION = "its training had no validation rows; give fit X_val and y_val, or set early_stopping=True"


class GeneralizationGapDisplay(ModelDisplay):
    """The loss of the training rows and that of rows which the network did not train on, and the gap between.

    A network that overfits learns its training rows better and better while the loss of the other rows rises
    again: the gap opens. A mark shows the epoch with the lowest validation loss. Create it with
    `from_estimator` or `from_history`.

    Parameters
    ----------
    training, validation : ndarray of shape (n_epochs,)
        The losses of every epoch.
    is_running : bool, default=False
        Whether the training loss is the mean over the batches of the epoch, and not that at its end.
    kept : int or None, default=None
        The epoch whose parameters were kept, from 1; None for the last.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        Training and validation.
    gap_ : matplotlib PolyCollection
        The area between them.
    best_epoch_ : int
        The epoch with the lowest validation loss, from 1.

    Examples
    --------
    >>> from separatrix import GeneralizationGapDisplay
    >>> from separatrix.train import History
    >>> losses = np.array([0.7, 0.4, 0.2]), np.array([0.7, 0.5, 0.6])
    >>> display = GeneralizationGapDisplay.from_history(History(loss=losses[0], validation_loss=losses[1]))
    >>> display.best_epoch_, round(display.gap_at(3), 3)
    (2, 0.4)
    """

    panel_width = 4.0

    def __init__(
        self, training: Array, validation: Array, *, is_running: bool = False, kept: int | None = None
    ) -> None:
        self.training, self.validation = np.asarray(training), np.asarray(validation)
        if self.training.shape != self.validation.shape or not np.isfinite(self.validation).any():
            raise DataError(
                "training and validation must be the losses of the same epochs, got "
                f"{len(self.training)} and {len(self.validation)}: {NO_VALIDATION}."
            )
        self.is_running, self.kept = is_running, kept
        self.best_epoch_ = int(np.nanargmin(self.validation)) + 1

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None, **kwargs: Any) -> Self:
        """Draw the gap of the last training of an estimator.

        Parameters
        ----------
        estimator : Model with a history, fitted MLPClassifier or MLPRegressor, or a pipeline
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If there were no validation rows.
        """
        kept = kept_epoch(estimator)
        return cls._of(history_of(estimator), kept.index + 1 if kept else None).plot(ax, **kwargs)

    @classmethod
    def from_history(cls, history: History, *, ax: Axes | None = None, **kwargs: Any) -> Self:
        """Draw the gap of a training.

        Parameters
        ----------
        history : History
        ax : matplotlib Axes, optional
            By default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If there were no validation rows.
        """
        return cls._of(history, None).plot(ax, **kwargs)

    @classmethod
    def _of(cls, history: History, kept: int | None) -> Self:
        if not len(history.validation_loss):
            raise DataError(f"a gap needs the validation loss: {NO_VALIDATION}.")
        is_running = not len(history.train_loss)
        training = history.loss if is_running else history.train_loss
        return cls(training, history.validation_loss, is_running=is_running, kept=kept)

    def gap_at(self, epoch: int) -> float:
        """Return the validation loss minus the training loss of an epoch, from 1."""
        check.integer("epoch", epoch, 1)
        if epoch > len(self.validation):
            raise ParameterError(
                "epoch", f"must be at most {len(self.validation)}, the last one, got {epoch}."
            )
        return float(self.validation[epoch - 1] - self.training[epoch - 1])

    def plot(self, ax: Axes | None = None, *, log: bool = False) -> Self:
        """Draw the losses and the gap.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure.
        log : bool, default=False
            Whether the loss is on a logarithmic scale.
        """
        check.boolean("log", log)
        ax = self._begin(ax, _SIZE)
        epochs, n = np.arange(1, len(self.training) + 1), len(self.training)
        color = curve_colors(3)[2]
        running = ", mean over each epoch's batches" if self.is_running else ""
        (train,) = ax.plot(epochs, self.training, color=ink(), linewidth=1.8, label=f"training{running}")
        marked = self.best_epoch_ - 1
        (validation,) = ax.plot(
            epochs,
            self.validation,
            color=color,
            linewidth=1.8,
            linestyle="--",
            marker="o",
            markevery=[marked],
            markeredgecolor=background(),
            markersize=8,
            label=f"validation: lowest {self.validation[marked]:.3g}, epoch {self.best_epoch_}",
        )
        self.lines_ = [train, validation]
        self.gap_ = ax.fill_between(
            epochs,
            self.training,
            self.validation,
            color=color,
            alpha=0.25,
            linewidth=0,
            label=f"gap: {self.gap_at(self.best_epoch_):.3g} there, {self.gap_at(n):.3g} at the end",
        )
        if self.kept is not None:
            ax.axvline(self.kept, color=ink(), linewidth=0.9, linestyle=":")
        if log:
            shown = np.concatenate([self.training, self.validation])
            shown = shown[np.isfinite(shown) & (shown > 0)]
            ax.set_yscale("log")
            set_log_ticks(ax.yaxis, shown.min(), shown.max())
        ax.set_xlabel("epoch" if self.kept is None else f"epoch (dotted: {self.kept}, kept)")
        ax.set_ylabel("loss")
        ax.margins(x=0.01)
        ax.grid(alpha=0.3)
        self._fit_texts(ax)
        legend_above(ax, [*self.lines_, self.gap_], small=self._is_small, is_own=self._is_own, ncols=1)
        return self

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw axes for the whole training; the losses grow, and the gap with them."""
        display = cls._of(scene.history, None).plot(figure.subplots())
        ax, (train, validation) = display.ax_, display.lines_
        if (legend := ax.get_legend()) is not None:  # its numbers are those of the end
            legend.remove()
        train.set_label("training")
        validation.set(label="validation", marker="None")
        display.gap_.set_label("gap")
        legend_above(ax, [train, validation, display.gap_], small=False)
        start = int(scene.epochs[0])
        epochs = start + np.arange(1, len(display.training) + 1)
        ends = (scene.recording.epochs[scene.reached] - start).tolist()
        ax.set_xlim(start, epochs[-1])
        ax.set_ylim(ax.get_ylim())

        def update(frame: int) -> None:
            n = ends[frame]
            train.set_data(epochs[:n], display.training[:n])
            validation.set_data(epochs[:n], display.validation[:n])
            display.gap_.set_data(epochs[:n], display.training[:n], display.validation[:n])

        return Panel([display.gap_, train, validation], update)

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the gap cannot be drawn of this model; None if it can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        if not (subject.model.training or {}).get("history"):
            return "the model file has no history"
        has_validation = len(history_of(subject.model).validation_loss) > 0
        return None if has_validation else NO_VALIDATION.partition(";")[0]

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the gap of a model's training; the table is not needed."""
        return cls.from_estimator(subject.model)
