"""Tasks: whether a target column tells classes or numbers, and its values as one or the other."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix.data.table import as_column, as_numbers, as_text, is_text
from separatrix.errors import DataError

Array = NDArray[Any]
Task = Literal["classification", "regression"]

MAX_NUMBERED_CLASSES = 20
"""Whole numbers count as classes up to so many different ones, as long as each comes twice on average."""


def infer_task(y: Array) -> tuple[Task, str]:
    """Tell what a target column without gaps asks for, and why.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        As `separatrix.data.split_target` returns it.

    Returns
    -------
    task : {"classification", "regression"}
        Text, truth values and few different whole numbers are classes; all else is numbers.
    reason : str
        A few words.

    Examples
    --------
    >>> infer_task(np.array(["no", "yes", "no"]))
    ('classification', 'text')
    >>> infer_task(np.array([0.5, 1.25, 2.0]))
    ('regression', 'numbers with fractions')
    """
    column = as_column(y, "target")
    if is_text(column):
        return "classification", "text"
    if column.dtype == bool:
        return "classification", "true or false"
    if not _are_whole(column):
        return "regression", "numbers with fractions"
    n_values = len(np.unique(column))
    if n_values <= max(2, min(MAX_NUMBERED_CLASSES, len(column) // 2)):
        return "classification", f"{n_values} different whole numbers"
    return "regression", f"{n_values} different whole numbers"


def class_target(y: Array, name: str) -> Array:
    """Return a target column as class labels: text, truth values or whole numbers.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
    name : str
        What errors call the column.

    Raises
    ------
    DataError
        If there is one class only, or every row has its own.

    Examples
    --------
    >>> class_target(np.array([1.0, 2.0, 1.0]), "grade")
    array([1, 2, 1])
    """
    labels = _as_labels(y, name)
    n_classes = len(np.unique(labels))
    if n_classes == 1:
        raise DataError(
            f"the target column '{name}' is {labels[0]} in every row; a classifier needs rows of two or more "
            "classes."
        )
    if n_classes == len(labels) and n_classes > 2:
        raise DataError(
            f"the target column '{name}' has a different value in each of the {n_classes} rows: it is an "
            "identifier, not a class; choose another target."
        )
    return labels


def number_target(y: Array, name: str) -> NDArray[np.float64]:
    """Return a target column as finite numbers.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
    name : str
        What errors call the column.

    Raises
    ------
    DataError
        If a cell is no finite number, or all are equal.

    Examples
    --------
    >>> number_target(np.array([1, 3]), "price")
    array([1., 3.])
    """
    values = as_numbers(as_column(y, name), name)
    if np.ptp(values) == 0:
        raise DataError(
            f"the target column '{name}' is {values[0]:g} in every row; there is nothing to predict."
        )
    return values


def known_labels(y: Array, classes: Array, name: str) -> Array:
    """Return a target column as labels of a trained model, whatever type a file gave them.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
    classes : ndarray of shape (n_classes,)
        The labels that there are.
    name : str
        What errors call the column.

    Raises
    ------
    DataError
        If a row has another label.

    Examples
    --------
    >>> known_labels(np.array([1, 2]), np.array(["1", "2", "x"]), "code")
    array(['1', '2'], dtype='<U1')
    """
    by_text = {str(label): position for position, label in enumerate(classes.tolist())}
    words = as_text(as_column(_as_labels(y, name), name)).tolist()
    unknown = sorted({word for word in words if word not in by_text})
    if unknown:
        row = words.index(unknown[0]) + 1
        raise DataError(
            f"the target column '{name}' has '{unknown[0]}' in row {row}, which is none of the classes "
            f"trained on: {', '.join(by_text)}; correct or remove such rows, or train with them."
        )
    labels: Array = classes[[by_text[word] for word in words]]
    return labels


def _are_whole(numbers: Array) -> bool:
    return bool((np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) < 2**53)).all())


def _as_labels(y: Array, name: str) -> Array:
    column = as_column(y, name)
    if is_text(column):
        return column.astype(str)
    if column.dtype == np.float64:
        return column.astype(np.int64) if _are_whole(column) else as_text(column).astype(str)
    return column
