"""Target columns: the task that they suggest, and their values as labels or numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.data.column import MAX_NUMBERED_CLASSES, are_whole, as_numbers, as_text
from separatrix.data.column_values import as_column
from separatrix.data.statistics import TargetStatistics

if TYPE_CHECKING:
    from separatrix.data.streams import Stream

Array = NDArray[Any]
Task = Literal["classification", "regression"]

FEW_CLASSES, ROWS_A_CLASS = 5, 5
"""More different whole numbers than these are classes if each comes five times on average."""


def infer_task(stream: Stream, name: str) -> tuple[Task, str]:
    """Return the task of a target column, and the reason; reading stops when the task is known.

    Parameters
    ----------
    stream : Stream
        `TableStream(table)` for a table in memory.
    name : str
        The target column.

    Returns
    -------
    task : {"classification", "regression"}
        Text, truth values and a few different whole numbers are classes; all else is numbers.
    reason : str
        A few words.

    Raises
    ------
    DataError
        If the column does not exist, or a cell that was read is empty.

    Examples
    --------
    >>> from separatrix.data.streams import TableStream
    >>> from separatrix.data.table import Table
    >>> stream = TableStream(Table({"member": ["no", "yes", "no"], "price": [0.5, 1.25, 2.0]}))
    >>> infer_task(stream, "member"), infer_task(stream, "price")
    (('classification', 'text'), ('regression', 'numbers with fractions'))
    """
    stream.require(name)
    kind = stream.kinds[name]
    if kind in ("text", "truth"):
        return "classification", "text" if kind == "text" else "true or false"
    target = TargetStatistics(name, kind)
    most = max(2, min(MAX_NUMBERED_CLASSES, stream.n_rows // 2))
    if most > FEW_CLASSES:
        most = max(FEW_CLASSES, min(most, stream.n_rows // ROWS_A_CLASS))
    for piece in stream.pieces:
        for _, column in stream.read(piece, [name]):
            with stream.located(piece):
                target.add_labels(column)
        if not target.are_whole:
            return "regression", "numbers with fractions"
        if target.n_labels is None or target.n_labels > most:
            is_last = piece == stream.pieces[-1]
            n = target.n_labels if is_last and target.n_labels is not None else f"more than {most}"
            return "regression", f"{n} different whole numbers"
    return "classification", f"{target.n_labels} different whole numbers"


def class_target(y: ArrayLike, name: str) -> Array:
    """Return a target column in memory as class labels; numbers with fractions become text.

    Parameters
    ----------
    y : array-like of shape (n_rows,)
    name : str
        Name of the column.

    Raises
    ------
    DataError
        If there is only one class, or every row has a class of its own.

    Examples
    --------
    >>> class_target(np.array([1.0, 2.0, 1.0]), "grade")
    array([1, 2, 1])
    """
    column = as_column(y, name)
    if column.dtype.kind == "f" and not are_whole(column):
        column = as_text(column)
    return TargetStatistics.of(column, name).labels().match(column, name)


def number_target(y: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return a target column in memory as finite numbers.

    Parameters
    ----------
    y : array-like of shape (n_rows,)
    name : str
        Name of the column.

    Raises
    ------
    DataError
        If a cell is not a finite number, or all are equal.

    Examples
    --------
    >>> number_target(np.array([1, 3]), "price")
    array([1., 3.])
    """
    values = as_numbers(as_column(y, name), name)
    TargetStatistics.of(values, name).numbers()
    return values
