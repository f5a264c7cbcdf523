"""Reports on classifiers: how good their probabilities are on test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, confusion_matrix

from separatrix.data.labels import Labels
from separatrix.decision import Decision
from separatrix.errors import DataError
from separatrix.evaluate.auc import auc_interval, undefined_reason
from separatrix.evaluate.cost import Cost, cost_interval
from separatrix.evaluate.intervals import (
    FloatArray,
    IntArray,
    Interval,
    f1_interval,
    intervals_note,
    mean_interval,
    mean_of_proportions,
    precision_interval,
    proportion_interval,
)
from separatrix.text import aligned

_SUM_TOLERANCE = 1e-3  # wide enough for probabilities that were rounded when written to a file


@dataclass(frozen=True)
class ClassRow:
    """Metrics of one class; `support` is the number of rows whose true class it is."""

    label: Any
    precision: Interval
    recall: Interval
    f1: Interval
    support: int


RARE = 0.1
"""A class with a smaller fraction of the rows is rare: accuracy then says little."""


@dataclass(frozen=True, repr=False)
class ClassificationReport:
    """Metrics of a classifier on test rows, each with its 95 % interval.

    Attributes
    ----------
    classes : tuple of labels
    per_class : tuple of ClassRow
        In the order of `classes`.
    accuracy : Interval
        Of the answer: the most probable class (of equally probable ones, the first), or that of `threshold`.
        Wilson's interval.
    roc_auc : Interval
        DeLong's interval. With two classes the second is positive; with more, the mean of each class against
        the rest.
    log_loss : Interval
        Natural logarithm, probabilities clipped to [eps, 1 - eps] of their dtype, as in scikit-learn.
    brier : Interval
        Mean squared error of the probabilities, halved for two classes, as in scikit-learn.
    balanced_accuracy : Interval
        Mean recall of the classes; its interval combines those of the recalls.
    average_precision : Interval
        Area under the precision-recall curve of the positive class; of more than two classes, the mean of
        each class against the rest, without an interval.
    confusion : tuple of tuples of int
        ``confusion[i][j]`` rows have the true class i and the predicted class j.
    n_rows : int
    threshold : float or None, default=None
        Of two classes: the probability of the positive one from which on it is the answer; None is the
        likeliest class. Precision, recall, F1, accuracies and the confusion matrix depend on it.
    positive : int, default=1
        Of two classes: the index of the positive one.
    cost : Interval or None, default=None
        Of two classes: the mean cost of a row, with Student's interval; None if no costs were given.
    """

    classes: tuple[Any, ...]
    per_class: tuple[ClassRow, ...]
    accuracy: Interval
    roc_auc: Interval
    log_loss: Interval
    brier: Interval
    balanced_accuracy: Interval
    average_precision: Interval
    confusion: tuple[tuple[int, ...], ...]
    n_rows: int
    threshold: float | None = None
    positive: int = 1
    cost: Interval | None = None

    @property
    def has_rare_class(self) -> bool:
        """Whether a class has fewer than a tenth of the rows, so that accuracy says little."""
        return min(row.support for row in self.per_class) < RARE * self.n_rows

    @property
    def answer_rule(self) -> str:
        """Which class is the answer, in words, if it is not the most probable one; empty otherwise."""
        if self.threshold is None:
            return ""
        return f"'{self.classes[self.positive]}' is the answer from a probability of {self.threshold:.4g} on"

    def __repr__(self) -> str:
        """Return the table of `to_text`."""
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return asdict(self)

    def to_text(self) -> str:
        """Return an aligned table as plain text."""
        table = [("", "precision", "recall", "F1", "rows")]
        table += [
            (str(row.label), str(row.precision), str(row.recall), str(row.f1), str(row.support))
            for row in self.per_class
        ]
        summary = [
            ("accuracy", str(self.accuracy)),
            ("ROC AUC", str(self.roc_auc)),
            ("log-loss", str(self.log_loss)),
            ("Brier score", str(self.brier)),
            ("balanced accuracy", str(self.balanced_accuracy)),
            ("average precision", str(self.average_precision)),
        ]
        if self.cost is not None:
            summary.append(("cost of a row", str(self.cost)))
        rule = f"; {self.answer_rule}" if self.answer_rule else ""
        return f"{aligned(table)}\n\n{aligned(summary)}\n\n{intervals_note(self.n_rows)}{rule}."


def row_log_losses(codes: IntArray, proba: FloatArray) -> npt.NDArray[np.float64]:
    """Return minus the logarithm of each row's probability of its true class, clipped as in scikit-learn.

    Examples
    --------
    >>> row_log_losses(np.array([0, 1]), np.array([[0.5, 0.5], [1.0, 0.0]])).round(3).tolist()
    [0.693, 36.044]
    """
    eps = np.finfo(proba.dtype).eps
    chosen = np.clip(proba[np.arange(len(codes)), codes], eps, 1 - eps)
    return -np.log(chosen.astype(np.float64))


def classification_report(
    y_true: npt.ArrayLike,
    proba: npt.ArrayLike,
    classes: npt.ArrayLike,
    *,
    threshold: float | None = None,
    positive: int = 1,
    cost: Cost | None = None,
) -> ClassificationReport:
    """Compute metrics of the probabilities of a binary or multiclass classifier.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
        True labels.
    proba : array-like of shape (n_rows, n_classes)
        Predicted probabilities; each row sums to one.
    classes : array-like of shape (n_classes,)
        The label of each column.
    threshold : float, optional
        Of two classes: the probability of the positive one from which on it is the answer; by default the
        most probable class is.
    positive : int, default=1
        Of two classes: the index of the positive one.
    cost : Cost, optional
        Of two classes: what wrong answers cost.

    Returns
    -------
    ClassificationReport
        A metric that the rows do not define (such as the AUC if a class has no rows) has value None and a
        reason.

    Raises
    ------
    DataError
        If `y_true` has labels that are not in `classes`, or `proba` is not a matrix of probabilities.
    ParameterError
        If `threshold` is not between 0 and 1, or it or a cost is given and there are not two classes.

    Examples
    --------
    >>> proba = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]]
    >>> report = classification_report(["no", "yes", "yes", "no"], proba, ["no", "yes"])
    >>> print(report.accuracy)
    0.750 [0.301, 0.954]
    >>> report.confusion
    ((2, 0), (1, 1))
    >>> classification_report(["no", "yes", "yes", "no"], proba, ["no", "yes"], threshold=0.35).confusion
    ((2, 0), (0, 2))
    """
    labels, codes = encoded_labels(y_true, classes)
    matrix = distribution_matrix(proba, len(codes), len(labels))
    decision = Decision(threshold=threshold, positive=positive)
    decision.fits(len(labels))
    answers = decision.indices(matrix)
    counts = confusion_matrix(codes, answers, labels=np.arange(len(labels)))
    squared = np.sum((matrix - np.eye(len(labels))[codes]) ** 2, axis=1)
    per_class = tuple(_class_row(label, code, counts) for code, label in enumerate(labels))
    return ClassificationReport(
        classes=labels,
        per_class=per_class,
        accuracy=proportion_interval(int(np.trace(counts)), len(codes)),
        roc_auc=auc_interval(codes, matrix, labels),
        log_loss=mean_interval(row_log_losses(codes, matrix)),
        brier=mean_interval(squared / 2 if len(labels) == 2 else squared),
        balanced_accuracy=mean_of_proportions([row.recall for row in per_class], labels),
        average_precision=_average_precision(codes, matrix, labels, positive),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        n_rows=len(codes),
        threshold=threshold,
        positive=positive,
        cost=None if cost is None else cost_interval(cost.of_answers(codes, answers, labels, positive)),
    )


def _class_row(label: Any, code: int, counts: IntArray) -> ClassRow:
    hits, support, predicted = int(counts[code, code]), int(counts[code].sum()), int(counts[:, code].sum())
    return ClassRow(
        label=label,
        precision=proportion_interval(hits, predicted, reason="never predicted"),
        recall=proportion_interval(hits, support, reason="no such row"),
        f1=f1_interval(hits, support - hits, predicted - hits, reason="no such row, never predicted"),
        support=support,
    )


def _average_precision(
    codes: IntArray, proba: FloatArray, labels: tuple[Any, ...], positive: int
) -> Interval:
    """Return the average precision of the positive one of two classes, or the mean over all classes."""
    if reason := undefined_reason(codes, labels):
        return Interval(None, reason=reason)
    if len(labels) == 2:
        is_positive = codes == positive
        value = float(average_precision_score(is_positive, proba[:, positive]))
        return precision_interval(value, int(is_positive.sum()))
    values = [average_precision_score(codes == code, proba[:, code]) for code in range(len(labels))]
    return Interval(float(np.mean(values)), reason="a mean over classes")


@dataclass(frozen=True, repr=False)
class MultilabelReport:
    """Metrics of a classifier that predicts several labels for each row, each true or false.

    Attributes
    ----------
    labels : tuple of labels
    per_label : tuple of ClassificationReport
        One for each label, with the classes False and True.
    subset_accuracy : Interval
        Fraction of rows with every label right.
    log_loss : Interval
        Mean over rows of the mean over labels.
    n_rows : int
    """

    labels: tuple[Any, ...]
    per_label: tuple[ClassificationReport, ...]
    subset_accuracy: Interval
    log_loss: Interval
    n_rows: int

    def __repr__(self) -> str:
        """Return the table of `to_text`."""
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return asdict(self)

    def to_text(self) -> str:
        """Return an aligned table as plain text: for each label the metrics of its True rows."""
        table: list[tuple[str, ...]] = [("", "precision", "recall", "F1", "ROC AUC", "rows")]
        for label, report in zip(self.labels, self.per_label, strict=True):
            yes = report.per_class[1]
            scores = (yes.precision, yes.recall, yes.f1, report.roc_auc)
            table.append((str(label), *map(str, scores), str(yes.support)))
        summary = [("all labels right", str(self.subset_accuracy)), ("log-loss", str(self.log_loss))]
        return f"{aligned(table)}\n\n{aligned(summary)}\n\n{intervals_note(self.n_rows)}."


def multilabel_report(y_true: npt.ArrayLike, proba: npt.ArrayLike, labels: Sequence[Any]) -> MultilabelReport:
    """Compute metrics of the probabilities of a multilabel classifier.

    Parameters
    ----------
    y_true : array-like of shape (n_rows, n_labels)
        0 or 1 (False or True).
    proba : array-like of shape (n_rows, n_labels)
        Probability of each label.
    labels : sequence of n_labels labels
        The name of each column.

    Raises
    ------
    DataError
        If `y_true` has other values than 0 and 1, the shapes differ, or a value of `proba` is not a
        probability.

    Examples
    --------
    >>> report = multilabel_report([[0, 1], [1, 1], [1, 0]], [[.2, .9], [.8, .7], [.4, .1]], ["red", "big"])
    >>> print(report.subset_accuracy)
    0.667 [0.208, 0.939]
    """
    truth = np.asarray(y_true)
    if (
        truth.ndim != 2
        or truth.size == 0
        or truth.shape[1] != len(labels)
        or not np.isin(truth, (0, 1)).all()
    ):
        raise DataError(
            f"y_true must be zeros and ones, with one column for each of the {len(labels)} labels, got shape "
            f"{truth.shape} with values {np.unique(truth)[:5].tolist()}; encode the labels first."
        )
    truth = truth.astype(bool)
    matrix = probability_matrix(proba, *truth.shape)
    pairs = np.stack([1 - matrix, matrix], axis=2)
    losses = [row_log_losses(truth[:, i].astype(np.intp), pairs[:, i]) for i in range(len(labels))]
    right = (matrix > 0.5) == truth
    return MultilabelReport(
        labels=tuple(labels),
        per_label=tuple(
            classification_report(truth[:, i], pairs[:, i], (False, True)) for i in range(len(labels))
        ),
        subset_accuracy=proportion_interval(int(right.all(axis=1).sum()), len(truth)),
        log_loss=mean_interval(np.mean(losses, axis=0)),
        n_rows=len(truth),
    )


def encoded_labels(
    y_true: npt.ArrayLike, classes: npt.ArrayLike, *, name: str = "y_true"
) -> tuple[tuple[Any, ...], IntArray]:
    """Return the classes as plain Python values, and the code of each row's label.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
    classes : array-like of shape (n_classes,)
    name : str
        Name of `y_true` in errors.

    Raises
    ------
    DataError
        If there are not two or more different classes, or `y_true` is empty, not one column, or has a label
        that is not one of them.
    """
    labels = Labels(classes)
    values = tuple(labels.classes.tolist())
    if len(values) < 2 or len(set(values)) < len(values):
        raise DataError(f"classes must be two or more different labels, got {values}; name each class once.")
    codes = labels.encode(y_true, name)
    if len(codes) == 0:
        raise DataError(f"{name} must have one or more labels, got none; pass one label for each row.")
    return values, codes


def probability_matrix(
    proba: npt.ArrayLike, n_rows: int, n_columns: int, *, name: str = "proba"
) -> FloatArray:
    """Return `proba` as a float array of shape (n_rows, n_columns) with values from 0 to 1.

    A float32 matrix stays float32: its precision decides where the log-loss is clipped.

    Raises
    ------
    DataError
        If the shape is different or a value is not a probability.
    """
    matrix = np.asarray(proba)
    if matrix.dtype != np.float32:
        matrix = matrix.astype(np.float64)
    if matrix.shape != (n_rows, n_columns):
        raise DataError(
            f"{name} must have shape {(n_rows, n_columns)}, with a row for each label and a column for each "
            f"class, got {matrix.shape}; pass what predict_proba returns for these rows."
        )
    bad = ~((matrix >= 0) & (matrix <= 1))
    if bad.any():
        raise DataError(
            f"{name} must be between 0 and 1, got {matrix[bad][0]}; pass probabilities, not logits."
        )
    return matrix


def distribution_matrix(
    proba: npt.ArrayLike, n_rows: int, n_columns: int, *, name: str = "proba"
) -> FloatArray:
    """Return `proba` as `probability_matrix` does, and check that each row sums to one."""
    matrix = probability_matrix(proba, n_rows, n_columns, name=name)
    sums = matrix.sum(axis=1)
    wrong = np.abs(sums - 1) > _SUM_TOLERANCE
    if wrong.any():
        raise DataError(
            f"each row of {name} must sum to 1, got {sums[wrong][0]:g}; divide each row by its sum."
        )
    return matrix
