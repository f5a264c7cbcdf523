"""Reports on regressors: how good their predictions are on test rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from separatrix.errors import DataError
from separatrix.evaluate.intervals import FloatArray, Interval, intervals_note, mean_interval
from separatrix.text import aligned


@dataclass(frozen=True)
class TargetRow:
    """Metrics of one target: R² has no unit, RMSE and MAE have the unit of the target."""

    name: str
    r2: Interval
    rmse: Interval
    mae: Interval


@dataclass(frozen=True, repr=False)
class RegressionReport:
    """Metrics of a regressor on test rows, each with its 95 % interval, for each target."""

    per_target: tuple[TargetRow, ...]
    n_rows: int

    def __repr__(self) -> str:
        """Return the table of `to_text`."""
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return asdict(self)

    def to_text(self) -> str:
        """Return an aligned table as plain text."""
        table = [("", "R²", "RMSE", "MAE")]
        table += [(row.name, str(row.r2), f"{row.rmse:.4g}", f"{row.mae:.4g}") for row in self.per_target]
        return f"{aligned(table)}\n\n{intervals_note(self.n_rows)}."


def regression_report(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, names: Sequence[str] | None = None
) -> RegressionReport:
    """Compute metrics of the predictions of one or several targets.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,) or (n_rows, n_targets)
        True and predicted values.
    names : sequence of n_targets names, optional
        By default ``y``, or ``y0``, ``y1`` and so on.

    Returns
    -------
    RegressionReport
        RMSE and MAE have the interval of a mean loss (`mean_interval`). The interval of R² is the same for
        the ratio 1 - R², by its influence values. R² of a constant target has value None and a reason.

    Raises
    ------
    DataError
        If the shapes differ or a value is not finite.

    Examples
    --------
    >>> report = regression_report([1.0, 2.0, 3.0, 4.0, 5.0], [1.1, 1.8, 3.3, 4.0, 4.9])
    >>> print(report.per_target[0].mae)
    0.140 [0.051, 0.385]
    """
    truth, predicted = target_matrix(y_true, name="y_true"), target_matrix(y_pred, name="y_pred")
    same_shape(truth, predicted, name="y_pred")
    n_rows, n_targets = truth.shape
    if names is None:
        names = ["y"] if n_targets == 1 else [f"y{i}" for i in range(n_targets)]
    if len(names) != n_targets:
        raise DataError(
            f"names must have {n_targets} entries, one for each target, got {len(names)}; name each column "
            "once."
        )
    rows = (_target_row(name, truth[:, i], predicted[:, i]) for i, name in enumerate(names))
    return RegressionReport(per_target=tuple(rows), n_rows=n_rows)


def _target_row(name: str, truth: FloatArray, predicted: FloatArray) -> TargetRow:
    squared = (truth - predicted) ** 2
    mse = mean_interval(squared)
    rmse = Interval(_root(mse.value), _root(mse.low), _root(mse.high), mse.reason)
    return TargetRow(name, _r2_interval(truth, squared), rmse, mean_interval(np.abs(truth - predicted)))


def _root(value: float | None) -> float | None:
    return None if value is None else math.sqrt(value)


def _r2_interval(truth: FloatArray, squared: FloatArray) -> Interval:
    """Return the interval of R² = 1 - u / v, with u / v by the delta method.

    Here u is the mean squared distance from the prediction, and v that from the mean.
    """
    spread = (truth - truth.mean()) ** 2
    variance = float(spread.mean())
    if np.ptp(truth) == 0:
        return Interval(None, reason="the target is the same on every row")
    ratio = float(squared.mean()) / variance
    unexplained = mean_interval(ratio + (squared - ratio * spread) / variance)
    if unexplained.low is None or unexplained.high is None:
        return Interval(1 - ratio, reason=unexplained.reason)
    return Interval(1 - ratio, 1 - unexplained.high, 1 - unexplained.low)


def target_matrix(values: npt.ArrayLike, *, name: str) -> npt.NDArray[np.float64]:
    """Return finite numbers in shape (n_rows, n_targets); one target may be one-dimensional."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim == 1:
        matrix = matrix[:, np.newaxis]
    if matrix.ndim != 2 or matrix.size == 0:
        raise DataError(
            f"{name} must have shape (n_rows,) or (n_rows, n_targets), got {np.shape(values)}; reshape it."
        )
    if not np.isfinite(matrix).all():
        raise DataError(f"{name} must be finite, got {matrix[~np.isfinite(matrix)][0]}; remove such rows.")
    return matrix


def same_shape(y_true: FloatArray, y_pred: FloatArray, *, name: str) -> None:
    """Raise a `DataError` if predictions and truth differ in shape."""
    if y_true.shape != y_pred.shape:
        raise DataError(
            f"{name} must have y_true's shape {y_true.shape}, got {y_pred.shape}; predict the same rows."
        )
