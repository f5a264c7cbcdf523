"""Target columns: their statistics, learned in one pass over the pieces, and the task that these suggest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.data.labels import Labels
from separatrix.data.statistics import LEVELS, NumberStatistics
from separatrix.data.table import (
    Column,
    Kind,
    are_whole,
    as_column,
    as_numbers,
    as_text,
    is_text,
    kind_of,
    require_values,
)
from separatrix.errors import DataError

if TYPE_CHECKING:
    from separatrix.data.streams import Stream

Array = NDArray[Any]
Task = Literal["classification", "regression"]

MAX_NUMBERED_CLASSES = 20
"""Most different whole numbers that count as classes, if each comes twice on average."""

_LABEL_TYPES: dict[Kind, type[np.generic]] = {"text": np.str_, "truth": np.bool_}


class TargetStatistics:
    """Statistics of a target column: rows of each label, if there are few labels, and moments of numbers.

    A column in memory is one piece.

    Parameters
    ----------
    name : str
        Name of the column.
    kind : {"empty", "whole", "number", "truth", "text"}
        What its cells are in the whole table.
    max_labels : int
        Labels are counted while there are at most this number.

    Attributes
    ----------
    n_rows : int
        Number of rows added.

    Examples
    --------
    >>> target = TargetStatistics.of(["no", "yes", "no"], "member")
    >>> target.labels().classes.tolist(), target.counts()
    (['no', 'yes'], [2, 1])
    """

    def __init__(self, name: str, kind: Kind, max_labels: int = LEVELS) -> None:
        self.name, self.kind, self.n_rows = name, kind, 0
        self._max_labels, self._are_whole = max_labels, True
        self._counts: Counter[Any] | None = Counter()
        self._numbers = NumberStatistics(name, median_rows=0)

    @classmethod
    def of(cls, values: ArrayLike, name: str) -> TargetStatistics:
        """Return the statistics of a column in memory."""
        column = as_column(values, name)
        target = cls(name, kind_of(column), max_labels=max(LEVELS, len(column)))
        target.add(column)
        return target

    def add(self, column: Column) -> None:
        """Add the cells of some rows; a `DataError` if one is empty or infinite."""
        self.add_labels(column, weight=1)
        self.n_rows += len(column)
        if self.kind != "text":
            self._numbers.add(column)

    def add_labels(self, column: Column, weight: int = 0) -> None:
        """Add the labels of some rows, but not their numbers; with weight 0 the rows are not counted."""
        require_values(column, self.name)
        if self.kind != "text" and self._are_whole:
            self._are_whole = are_whole(column)
        if self._counts is None or not self._are_whole:
            self._counts = None
            return
        if self.kind == "text":
            counts = Counter(as_text(column).tolist())
        else:
            values, rows = np.unique(column, return_counts=True)
            counts = Counter(dict(zip(values.tolist(), rows.tolist(), strict=True)))
        for label, count in counts.items():
            self._counts[label] += weight * count
        if len(self._counts) > self._max_labels:
            self._counts = None

    @property
    def n_labels(self) -> int | None:
        """Number of different labels; None for fractions, and for more than `max_labels`."""
        return None if self._counts is None else len(self._counts)

    @property
    def are_whole(self) -> bool:
        """Whether no number has a fraction."""
        return self._are_whole

    def labels(self) -> Labels:
        """Return the classes, sorted: text, truth values or whole numbers.

        Raises
        ------
        DataError
            If there is only one class, every row has a class of its own, or numbers have fractions.
        """
        what = f"the target column '{self.name}'"
        if not self._are_whole:
            raise DataError(
                f"{what} has numbers with fractions, which are no classes; use MLPRegressor, or another "
                "target."
            )
        if self._counts is None or (len(self._counts) == self.n_rows and self.n_rows > 2):
            number = f"more than {self._max_labels:,} different values in {self.n_rows:,}"
            if self._counts is not None:
                number = f"a different value in each of the {self.n_rows}"
            raise DataError(
                f"{what} has {number} rows: it is an identifier, not a class; choose another target."
            )
        if len(self._counts) == 1:
            raise DataError(
                f"{what} is {next(iter(self._counts))} in every row; a classifier needs rows of two or more "
                "classes."
            )
        return Labels(np.array(sorted(self._counts)).astype(_LABEL_TYPES.get(self.kind, np.int64)))

    def counts(self) -> list[int]:
        """Return the number of rows of each class in `labels`, without those added with weight 0."""
        counts = self._counts or Counter()
        return [counts[label] for label in sorted(counts)]

    def numbers(self) -> NumberStatistics:
        """Return the statistics of the numbers.

        Raises
        ------
        DataError
            If the column is text, or all its numbers are equal.
        """
        what = f"the target column '{self.name}'"
        if self.kind == "text":
            raise DataError(
                f"{what} has text where numbers are needed; use MLPClassifier, or another target."
            )
        if self._numbers.low == self._numbers.high:
            raise DataError(f"{what} is {self._numbers.low:g} in every row; there is nothing to predict.")
        return self._numbers


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
    if not is_text(column) and not are_whole(column):
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
