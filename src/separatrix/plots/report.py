"""Report: displays of scikit-learn that judge predictions, side by side in one figure."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    PredictionErrorDisplay,
    RocCurveDisplay,
    mean_absolute_error,
    r2_score,
)

from separatrix.data.column import as_numbers
from separatrix.data.column_values import as_column
from separatrix.data.labels import Labels
from separatrix.decision import Decision, decision_of_model
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.explain.subject import shortened
from separatrix.explain.tables import schema_of
from separatrix.plots.axes import as_written, figure_of, style, wrapped_to
from separatrix.plots.display import ModelDisplay, Subject
from separatrix.plots.palette import N_COLORS, class_colors, class_markers, ink, marker_scale
from separatrix.plots.sizes import axes_size, figure_size, text_points, text_scale

Array = NDArray[Any]

_DASHES = ("-", "--", ":")  # the next for each time that the colours repeat
_LONGEST_NAME = 18  # in characters
_LEGEND_LINES = 4  # that fit into the axes
_TICK_CHARACTERS = 36  # of class names that fit side by side
_ROWS_OF_A_POINT = 10  # of a calibration curve, at least
_CURVES = (
    ("ROC: rows found against false alarms", "false alarms (false positive rate)", "found (recall)"),
    ("Precision and recall", "found (recall)", "right among those flagged (precision)"),
    ("Calibration: do probabilities come true?", "predicted probability", "how often it came true"),
)
_UNNAMED = re.compile(r"_child\d+")  # matplotlib's label of a line that was given none


class ReportDisplay(ModelDisplay):
    """Quality of the predictions of a classifier or a regressor.

    For a classifier: confusion matrix, shaded by the fraction of each true class, ROC curves,
    precision-recall curves and calibration curves with at least ten rows a point; of two classes, those of
    the rarer, otherwise those of each class against the rest. For a regressor: predicted values and
    residuals, with R² and the mean absolute error.

    Parameters
    ----------
    y_true : ndarray of shape (n_rows,)
        Indices of classes, or numbers.
    y_pred : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Probabilities, or numbers.
    classes : ndarray of shape (n_classes,) or None
        Labels of the classes; None for numbers.
    pos_label : label, optional
        Of two classes, the one whose curves are drawn; by default the one with fewer rows.
    decision : Decision, optional
        Of two classes: with a threshold, the answers of the confusion matrix are those from it on; by default
        the likeliest classes.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
    ax_ : matplotlib Axes
        The first of them.
    figure_ : matplotlib Figure
    displays_ : dict of str to list of scikit-learn displays
        By "confusion", "roc", "precision_recall", "calibration", or "predicted", "residuals".

    Examples
    --------
    >>> display = ReportDisplay.from_predictions(["a", "b", "b"], [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]])
    >>> display.displays_["roc"][0].roc_auc
    1.0
    """

    def __init__(
        self,
        y_true: Array,
        y_pred: Array,
        classes: Array | None,
        *,
        pos_label: Any = None,
        decision: Decision | None = None,
    ) -> None:
        self.y_true = y_true
        self.y_pred = y_pred
        self.classes = classes
        if pos_label is not None and (classes is None or pos_label not in classes.tolist()):
            known = "numbers" if classes is None else ", ".join(map(str, classes.tolist()))
            raise ParameterError("pos_label", f"must be one of the classes, {known}, got {pos_label!r}.")
        self.pos_label = pos_label
        self.decision = decision or Decision()
        if classes is not None:
            self.decision.fits(len(classes))

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        pos_label: Any = None,
        ax: Sequence[Axes] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Predict rows and draw the report.

        Parameters
        ----------
        estimator : Model, Ensemble, or fitted classifier or regressor
            Any with `predict_proba` and `classes_`, or with `predict`. If a model keeps a decision, its
            threshold gives the answers of the confusion matrix.
        X, y : rows and targets
            Preferably rows that were not used in training.
        pos_label : label, optional
            Of two classes, the one whose curves are drawn; by default the positive one of a threshold that
            the model keeps, else the one with fewer rows.
        ax : sequence of matplotlib Axes, optional
            Four for classes, two for numbers; by default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If `y` holds other classes, or has several columns.
        """
        classes = getattr(estimator, "classes_", getattr(estimator, "classes", None))
        predicted = estimator.predict(X) if classes is None else estimator.predict_proba(X)
        schema = schema_of(estimator)
        if schema is not None:  # labels that the training has joined are one class
            name = getattr(y, "name", None) or "y"
            y = schema.read_target(as_column(y, name))
            y = as_numbers(y, name) if classes is None else Labels(classes).match(y, name)
        decision = decision_of_model(estimator) if isinstance(estimator, AnyModel) else None
        if pos_label is None and decision is not None and decision.threshold is not None:
            pos_label = np.asarray(classes).tolist()[decision.positive]
        return cls.from_predictions(
            y, predicted, classes=classes, pos_label=pos_label, decision=decision, ax=ax, **kwargs
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_pred: Any,
        *,
        classes: Any = None,
        pos_label: Any = None,
        decision: Decision | None = None,
        ax: Sequence[Axes] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the report of predictions.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            Labels or numbers.
        y_pred : array-like of shape (n_rows, n_classes) or (n_rows,)
            Probabilities of the classes, or predicted numbers.
        classes : array-like of shape (n_classes,), optional
            In the order of the columns; by default the sorted labels of `y_true`.
        pos_label : label, optional
            Of two classes, the one whose curves are drawn; by default the one with fewer rows.
        decision : Decision, optional
            Of two classes: its threshold gives the answers of the confusion matrix; by default they are the
            likeliest classes. The probabilities are taken as they are.
        ax : sequence of matplotlib Axes, optional
            Four for classes, two for numbers; by default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If `y_true` and `y_pred` do not have the same rows, or a row has several labels or numbers.
        """
        truth, predicted = np.asarray(y_true), np.asarray(y_pred)
        if truth.ndim != 1 or len(truth) != len(predicted) or predicted.ndim not in (1, 2):
            raise DataError(
                "a report needs one target and one prediction for each row, got y_true and y_pred of shapes "
                f"{truth.shape} and {predicted.shape}; draw one report for each column."
            )
        if predicted.ndim == 1:
            return cls(truth, predicted, None, pos_label=pos_label).plot(ax, **kwargs)
        labels = np.unique(truth) if classes is None else np.asarray(classes)
        if len(labels) != predicted.shape[1]:
            raise DataError(
                f"y_pred must have a column for each of {len(labels)} classes, got {predicted.shape[1]}; "
                "pass classes in the order of its columns."
            )
        codes = Labels(labels).encode(np.ravel(truth))
        return cls(codes, predicted, labels, pos_label=pos_label, decision=decision).plot(ax, **kwargs)

    def plot(
        self,
        ax: Sequence[Axes] | None = None,
        *,
        confusion_kw: Mapping[str, Any] | None = None,
        curve_kw: Mapping[str, Any] | None = None,
        calibration_kw: Mapping[str, Any] | None = None,
        residual_kw: Mapping[str, Any] | None = None,
    ) -> Self:
        """Draw the report.

        Parameters
        ----------
        ax : sequence of matplotlib Axes, optional
            Four for classes, two for numbers; by default those of a new figure.
        confusion_kw, curve_kw, calibration_kw, residual_kw : mapping, optional
            Passed to `ConfusionMatrixDisplay`, the lines of the curves, `CalibrationDisplay`, and
            `PredictionErrorDisplay`.

        Raises
        ------
        ParameterError
            If `ax` holds another number of axes.
        """
        n_axes = 2 if self.classes is None else 4
        axes = (
            _new_axes(n_axes, 0 if self.classes is None else len(self.classes))
            if ax is None
            else list(np.ravel(np.asarray(ax, dtype=object)))
        )
        if len(axes) != n_axes:
            raise ParameterError("ax", f"must hold {n_axes} Axes, got {len(axes)}.")
        self.axes_, self.ax_, self.figure_ = axes, axes[0], figure_of(axes[0])
        if self.classes is None:
            self.displays_ = self._draw_numbers(residual_kw)
        else:
            self.displays_ = {
                "confusion": [self._draw_confusion(confusion_kw)],
                **self._draw_curves(curve_kw, calibration_kw),
            }
        return self

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the report cannot be drawn of this model and table; None if it can."""
        return subject.missing_target()

    def _draw_numbers(self, residual_kw: Mapping[str, Any] | None) -> dict[str, list[Any]]:
        kinds = {"predicted": "actual_vs_predicted", "residuals": "residual_vs_predicted"}
        look = {"scatter_kwargs": {"alpha": 0.5, "s": 16}, "line_kwargs": {"color": ink()}}
        r2, error = r2_score(self.y_true, self.y_pred), mean_absolute_error(self.y_true, self.y_pred)
        titles = (f"Predicted and true values: R² {r2:.3f}", f"Errors: {error:.3g} on average")
        displays: dict[str, list[Any]] = {}
        for ax, (name, kind), title in zip(self.axes_, kinds.items(), titles, strict=True):
            drawn = PredictionErrorDisplay.from_predictions(
                self.y_true, self.y_pred, kind=kind, ax=ax, **style(look, residual_kw)
            )
            displays[name] = [drawn]
            _set_title(ax, title)
            for axis in (ax.xaxis, ax.yaxis):  # round numbers, at any size of the texts
                axis.set_major_locator(MaxNLocator(4))
            ax.set(xlabel="predicted", ylabel="true" if name == "predicted" else "true − predicted")
        return displays

    def _draw_confusion(self, confusion_kw: Mapping[str, Any] | None) -> Any:
        names = self._names
        look = {"cmap": "Blues", "colorbar": False, "display_labels": names, "labels": range(len(names))}
        if max(map(len, names)) * len(names) * text_scale() > _TICK_CHARACTERS:
            look["xticks_rotation"] = "vertical"
        ax = self.axes_[0]
        display = ConfusionMatrixDisplay.from_predictions(
            self.y_true, self.decision.indices(self.y_pred), ax=ax, **style(look, confusion_kw)
        )
        _shade_by_row(display)
        ax.set(xlabel="predicted class", ylabel="true class")
        cut = self.decision.threshold
        by = "" if cut is None else f"; {names[self.decision.positive]} from a probability of {cut:.4g} on"
        _set_title(ax, f"Confusion matrix: rows, and their fraction as shade{by}")
        return display

    def _draw_curves(
        self, curve_kw: Mapping[str, Any] | None, calibration_kw: Mapping[str, Any] | None
    ) -> dict[str, list[Any]]:
        """Draw the curves of one of two classes, or of each class against the rest."""
        names = self._names
        colors, markers = class_colors(len(names)), class_markers(len(names))
        displays: dict[str, list[Any]] = {"roc": [], "precision_recall": [], "calibration": []}
        shown = self._shown
        for code in shown:
            is_class, p, last = self.y_true == code, self.y_pred[:, code], code == shown[-1]
            color = {"color": colors[code], "linestyle": _DASHES[code // N_COLORS % len(_DASHES)]}
            line = style(color, curve_kw)
            shared = {"name": names[code], "curve_kwargs": line}
            for name, display, ax in (
                ("roc", RocCurveDisplay, self.axes_[1]),
                ("precision_recall", PrecisionRecallDisplay, self.axes_[2]),
            ):
                chance = last and name == "roc"
                with _no_warning_of_legends():
                    displays[name].append(
                        display.from_predictions(is_class, p, ax=ax, plot_chance_level=chance, **shared)
                    )
            marker = {"marker": markers[code], "markersize": 4 * marker_scale(markers[code]) ** 0.5}
            n_points = int(np.clip(len(p) // _ROWS_OF_A_POINT, 1, 10))
            look = {"n_bins": n_points, "strategy": "quantile"} | marker | color
            named = f"{names[code]}: {len(p) // n_points} rows a point"
            displays["calibration"].append(
                CalibrationDisplay.from_predictions(
                    is_class, p, name=named, ax=self.axes_[3], **style(look, calibration_kw)
                )
            )
        is_long = len(names) > _LEGEND_LINES
        beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)} if is_long else {}
        for ax, (title, x_label, y_label) in zip(self.axes_[1:], _CURVES, strict=True):
            _set_title(ax, title)
            ax.set(xlabel=x_label, ylabel=y_label, ylim=(-0.02, 1.02))
            ax.set_aspect("auto" if is_long else "equal")  # a legend beside a square would be cut off
            for reference in ax.lines:
                if reference.get_color() in {"k", "black"}:  # scikit-learn's lines of reference
                    reference.set_color(ink())
            # Named one by one: matplotlib leaves out names that begin with an underscore.
            handles = [line for line in ax.lines if not _UNNAMED.fullmatch(str(line.get_label()))]
            ax.legend(handles=handles, fontsize=text_points("x-small" if is_long else "small"), **beside)
        return displays

    @property
    def _shown(self) -> list[int]:
        """The classes whose curves are drawn."""
        assert self.classes is not None
        if len(self.classes) > 2:
            return list(range(len(self.classes)))
        if self.pos_label is not None:
            return [self.classes.tolist().index(self.pos_label)]
        counts = np.bincount(self.y_true, minlength=2)
        return [0 if counts[0] < counts[1] else 1]

    @property
    def _names(self) -> list[str]:
        return [as_written(shortened(label, _LONGEST_NAME)) for label in np.asarray(self.classes).tolist()]


def _set_title(ax: Axes, title: str) -> None:
    """Write a title in lines that are not much longer than the axes."""
    size = text_points("medium")
    ax.set_title(wrapped_to(title, 1.1 * axes_size(ax)[0], size), fontsize=size)


@contextmanager
def _no_warning_of_legends() -> Iterator[None]:
    """Ignore that scikit-learn's own legend, which is replaced, lacks names that begin with an underscore."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No artists with labels found")
        yield


def _shade_by_row(display: Any) -> None:
    """Shade each count by its fraction of the true class, so that a rare class is seen; fit the numbers."""
    counts = display.confusion_matrix
    fractions = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    display.im_.set_data(fractions)
    display.im_.set_clim(0, 1)
    if display.text_ is None:
        return
    longest = max(len(text.get_text()) for text in display.text_.flat)
    cell = 0.6 * min(axes_size(display.ax_)) / len(counts)
    size = min(text_points("medium"), cell / (0.6 * longest + 0.4))
    for text, fraction in zip(display.text_.flat, fractions.flat, strict=True):
        text.set(color="white" if fraction > 0.5 else "black", fontsize=max(size, 4.0))


def _new_axes(n_axes: int, n_classes: int) -> list[Axes]:
    """Return the axes of a new figure, which is larger for more classes."""
    n_rows, scale = n_axes // 2, max(1.0, n_classes / 7)
    figsize = figure_size((10.0 * scale, 4.4 * scale * n_rows))
    return list(plt.subplots(n_rows, 2, figsize=figsize, layout="constrained", squeeze=False)[1].flat)
