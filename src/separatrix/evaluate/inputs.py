"""Checks of what a caller passes: labels, classes, probabilities and numbers, as arrays that fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from separatrix.errors import DataError
from separatrix.evaluate.intervals import FloatArray

IntArray = npt.NDArray[np.intp]

_SUM_TOLERANCE = 1e-3  # wide enough for probabilities that were rounded when written to a file


def class_labels(classes: npt.ArrayLike) -> tuple[Any, ...]:
    """Return `classes` as plain Python values; DataError where one comes twice or there are not two."""
    labels = tuple(np.asarray(classes).tolist())
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise DataError(f"classes must be two or more different labels, got {labels}; name each class once.")
    return labels


def class_codes(y_true: npt.ArrayLike, labels: Sequence[Any]) -> IntArray:
    """Return each row's position in `labels`, shape (n_rows,).

    Raises
    ------
    DataError
        If `y_true` is empty, not one column, or holds labels that are not in `labels`.
    """
    truth = np.asarray(y_true)
    if truth.ndim != 1 or len(truth) == 0:
        raise DataError(
            f"y_true must be one column of one or more labels, got shape {truth.shape}; pass one label a row."
        )
    position = {label: code for code, label in enumerate(labels)}
    values = truth.tolist()
    unknown = list(dict.fromkeys(value for value in values if value not in position))
    if unknown:
        named = ", ".join(map(repr, unknown[:5])) + (", ..." if len(unknown) > 5 else "")
        raise DataError(
            f"y_true must hold only the classes {', '.join(map(repr, labels))}, got {named}; "
            "correct or leave out these rows, or train with them."
        )
    return np.array([position[value] for value in values], dtype=np.intp)


def probability_matrix(
    proba: npt.ArrayLike, n_rows: int, n_columns: int, *, name: str = "proba"
) -> FloatArray:
    """Return `proba` as a float array of shape (n_rows, n_columns) with values from 0 to 1.

    A float32 matrix stays float32: its precision sets where the log-loss is clipped.

    Raises
    ------
    DataError
        If the shape is another or a value is not a probability.
    """
    matrix = np.asarray(proba)
    if matrix.dtype != np.float32:
        matrix = matrix.astype(np.float64)
    if matrix.shape != (n_rows, n_columns):
        raise DataError(
            f"{name} must have shape {(n_rows, n_columns)}, one row a label and one column a class, "
            f"got {matrix.shape}; pass what predict_proba returns for these rows."
        )
    bad = ~((matrix >= 0) & (matrix <= 1))
    if bad.any():
        raise DataError(
            f"{name} must lie between 0 and 1, got {matrix[bad][0]}; pass probabilities, not logits."
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


def target_matrix(values: npt.ArrayLike, *, name: str) -> npt.NDArray[np.float64]:
    """Return finite numbers as shape (n_rows, n_targets); one column may come without its second axis."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim == 1:
        matrix = matrix[:, np.newaxis]
    if matrix.ndim != 2 or matrix.size == 0:
        raise DataError(
            f"{name} must have shape (n_rows,) or (n_rows, n_targets), got {np.shape(values)}; reshape it."
        )
    if not np.isfinite(matrix).all():
        raise DataError(f"{name} must be finite, got {matrix[~np.isfinite(matrix)][0]}; leave out such rows.")
    return matrix


def same_shape(y_true: FloatArray, y_pred: FloatArray, *, name: str) -> None:
    """Raise DataError where predictions and truth differ in shape."""
    if y_true.shape != y_pred.shape:
        raise DataError(
            f"{name} must have y_true's shape {y_true.shape}, got {y_pred.shape}; predict the same rows."
        )
