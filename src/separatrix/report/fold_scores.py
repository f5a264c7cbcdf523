"""Fold scores: the scores of a model on every fold as one report, with intervals that allow for overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.evaluate.classification import ClassificationReport
from separatrix.evaluate.comparison import COST
from separatrix.evaluate.intervals import Interval
from separatrix.evaluate.regression import RegressionReport
from separatrix.select.corrected_ttest import corrected_t_test

Array = NDArray[Any]
AnyReport = ClassificationReport | RegressionReport

CLASS_SCORES = {
    "log-loss": "log_loss",
    "accuracy": "accuracy",
    "ROC AUC": "roc_auc",
    "balanced accuracy": "balanced_accuracy",
    "average precision": "average_precision",
    "Brier score": "brier",
    COST: "cost",
}
NUMBER_SCORES = {"R²": "r2", "RMSE": "rmse", "MAE": "mae"}

_MOST_ONE = ("accuracy", "roc_auc", "balanced_accuracy", "average_precision", "r2")


def scores_of(metric: str, reports: Sequence[AnyReport]) -> Array | None:
    """Return a score of each fold; None if it is undefined on one of them.

    Parameters
    ----------
    metric : str
        One of `CLASS_SCORES` or `NUMBER_SCORES`, or "mean squared error".
    reports : sequence of report
        Of one model, one for each fold.
    """
    if metric == "mean squared error":
        root = scores_of("RMSE", reports)
        return None if root is None else root**2
    found = [_interval(metric, report) for report in reports]
    values = [None if each is None else each.value for each in found]
    return None if any(value is None for value in values) else np.array(values, np.float64)


def over_folds(
    pooled: AnyReport, reports: Sequence[AnyReport], n_train: Sequence[int], n_test: Sequence[int]
) -> AnyReport:
    """Return a report whose scores are means over folds, with an interval of the mean.

    It is the wider one, on each side, of two. The interval of the pooled rows ignores how much another
    training would change. The corrected interval of the folds does not, but rests on few of them, whose
    scores may be close by chance. A score that is undefined on a fold stays that of the pooled rows.

    Parameters
    ----------
    pooled : report
        Of all rows of the first repeat: confusion matrix, precision, recall and F1 are taken from it.
    reports : sequence of report
        One for each fold.
    n_train, n_test : sequence of int
        Rows of each fold.

    References
    ----------
    C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52 (2003).

    Examples
    --------
    >>> from separatrix.evaluate import regression_report
    >>> folds = [regression_report([1.0, 2.0, 4.0], predicted) for predicted in ([1, 2, 3], [1, 2, 6])]
    >>> found = over_folds(folds[0], folds, [6, 6], [3, 3])
    >>> round(found.per_target[0].mae.value, 3)
    0.5
    """

    def interval(metric: str) -> Interval | None:
        of_all = _interval(metric, pooled)
        if of_all is None:
            return None
        has_interval = any(
            each is not None and each.low is not None for each in map(partial(_interval, metric), reports)
        )
        rows = of_all if has_interval else replace(of_all, low=None, high=None)
        return _corrected(rows, scores_of(metric, reports), n_train, n_test, metric)

    if isinstance(pooled, RegressionReport):
        (row,) = pooled.per_target
        scores: dict[str, Any] = {field: interval(metric) for metric, field in NUMBER_SCORES.items()}
        return replace(pooled, per_target=(replace(row, **scores),))
    scores = {field: interval(metric) for metric, field in CLASS_SCORES.items()}
    return replace(pooled, **scores)


def _interval(metric: str, report: AnyReport) -> Interval | None:
    """Return a score; None for a cost where no costs were given."""
    if isinstance(report, RegressionReport):
        return getattr(report.per_target[0], NUMBER_SCORES[metric])  # type: ignore[no-any-return]
    return getattr(report, CLASS_SCORES[metric])  # type: ignore[no-any-return]


def _corrected(
    pooled: Interval, scores: Array | None, n_train: Sequence[int], n_test: Sequence[int], metric: str
) -> Interval:
    if scores is None:
        return pooled
    found = corrected_t_test(scores, np.zeros_like(scores), n_train, n_test).difference
    if found.value is None or found.low is None or found.high is None:
        return found
    below, above = found.value - found.low, found.high - found.value
    if pooled.value is not None and pooled.low is not None and pooled.high is not None:
        # The spread of few folds may be small by chance.
        below, above = max(below, pooled.value - pooled.low), max(above, pooled.high - pooled.value)
    elif found.low == found.high:
        return Interval(found.value, reason="the same on every fold")
    field = CLASS_SCORES.get(metric) or NUMBER_SCORES[metric]
    low, high = found.value - below, found.value + above
    return Interval(
        found.value,
        low if field in ("r2", "cost") else max(0.0, low),
        min(1.0, high) if field in _MOST_ONE else high,
    )
