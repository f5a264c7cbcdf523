"""A table: named columns of equal length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.data.column import (
    MAX_NUMBERED_CLASSES,
    Column,
    Kind,
    are_whole,
    as_text,
    is_text,
    kind_of,
    missing_rows,
)
from separatrix.data.column_values import are_truths, as_column
from separatrix.data.row_names import RowNames
from separatrix.errors import DataError, did_you_mean
from separatrix.text import aligned, plural

SHOWN_ROWS = 5
"""Rows that the repr of a table has."""


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Named columns of equal length, in order.

    Parameters
    ----------
    columns : dict of str to array-like of shape (n_rows,)
        Kept as `separatrix.data.column_values.as_column` returns them: `bool` and `int64` if no value is
        missing, `float64` with NaN for missing values, text as `object` with `None` for missing values. A
        name that is a number becomes text, as in pandas' frames of arrays.
    ordered : dict of str to tuple of str, optional
        Levels of columns of ordered categories, from the lowest to the highest.
    categories : collection of str, optional
        Columns of other categories, also if these are numbers.
    truths : collection of str, optional
        Columns of true and false that have missing values, so that they are kept as 1, 0 and NaN.
    written : dict of str to str, optional
        How the numbers of columns are written in the file that they are from, such as ``a decimal comma``.
    na : tuple of str, optional
        Words for a missing value with which the table was read, besides those that are always such words.
    row_names : RowNames, optional
        Where the rows are in the file or the frame that the table is from.

    Raises
    ------
    DataError
        If the lengths differ, two columns have the same name, or a column is of none of these kinds.

    Examples
    --------
    >>> table = Table({"age": [31, 52], "sex": ["f", None]})
    >>> table.n_rows, table.column_names
    (2, ['age', 'sex'])
    >>> table.select(["age"]).take([1])["age"]
    array([52])
    >>> table
    Table of 2 rows and 2 columns
    age    sex
    whole  text
    31     f
    52
    """

    columns: dict[str, Column]
    ordered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    categories: Collection[str] = ()
    truths: Collection[str] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    na: tuple[str, ...] = ()
    row_names: RowNames | None = None

    def __post_init__(self) -> None:
        """Turn every column into its kind and compare the lengths."""
        require_unique(list(map(str, self.columns)), "the table")
        columns = {str(name): as_column(values, str(name)) for name, values in self.columns.items()}
        for name, column in columns.items():
            if len(column) != len(next(iter(columns.values()))):
                first = next(iter(columns))
                raise DataError(
                    f"all columns must be of one length: '{first}' has {len(columns[first])} rows, "
                    f"'{name}' has {len(column)}."
                )
        truths = {*self.truths, *(str(name) for name, values in self.columns.items() if are_truths(values))}
        gaps = tuple(name for name in columns if name in truths and columns[name].dtype == np.float64)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "truths", gaps)

    def __getitem__(self, name: str | int) -> Column:
        """Return a column; a `DataError` if it does not exist."""
        require_column(str(name), self.columns)
        return self.columns[str(name)]

    def __repr__(self) -> str:
        """Return the size, the kinds of cells and the first rows."""
        shown = list(self.columns)[:12]
        first = self.take(np.arange(min(SHOWN_ROWS, self.n_rows)))
        head = [first.text(name).tolist() for name in shown]
        cells = [["" if cell is None else cell[:20] for cell in column] for column in head]
        kinds: list[str] = [self.kind(name) for name in shown]
        rows = [shown, kinds, *map(list, zip(*cells, strict=True))]
        more = len(self.columns) - len(shown)
        if more:
            rows[0].append(f"… ({more} more)")
        size = (
            f"{type(self).__name__} of {plural(self.n_rows, 'row')} and {plural(len(self.columns), 'column')}"
        )
        dots = ["…"] if self.n_rows > SHOWN_ROWS else []
        return "\n".join([size, aligned(rows), *dots]) if shown else size

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), ()))

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self.columns)

    def drop(self, name: str) -> Self:
        """Return the table without column `name`; a `DataError` if it does not exist."""
        require_column(name, self.columns)
        return self._with({other: column for other, column in self.columns.items() if other != name})

    def select(self, names: Sequence[str]) -> Self:
        """Return the columns `names`, in that order; a `DataError` if one does not exist."""
        for name in names:
            require_column(name, self.columns)
        return self._with({name: self.columns[name] for name in names})

    def take(self, row_indices: ArrayLike) -> Self:
        """Return the rows at `row_indices`, in that order."""
        rows = np.asarray(row_indices, dtype=np.intp)
        taken = self._with({name: column[rows] for name, column in self.columns.items()})
        return taken if self.row_names is None else replace(taken, row_names=self.row_names.take(rows))

    def _with(self, columns: dict[str, Column]) -> Self:
        ordered = {name: levels for name, levels in self.ordered.items() if name in columns}
        categories = [name for name in self.categories if name in columns]
        truths = [name for name in self.truths if name in columns]
        return replace(self, columns=columns, ordered=ordered, categories=categories, truths=truths)

    def text(self, name: str) -> Column:
        """Return a column as text; true and false are not 1 and 0, also if values are missing."""
        column = self.columns[name]
        if name not in self.truths:
            return as_text(column)
        text = as_text(column != 0)
        text[np.isnan(column)] = None
        return text

    def kind(self, name: str) -> Kind:
        """Return what the cells of a column are."""
        return "truth" if name in self.truths else kind_of(self.columns[name])


def require_column(name: str, columns: Collection[str]) -> None:
    """Raise a `DataError` if there is no column `name`."""
    if name not in columns:
        known = ", ".join(columns)
        raise DataError(
            f"there is no column '{name}'; the columns are: {known}.{did_you_mean(name, columns)}"
        )


def require_values(target: Column, name: str) -> None:
    """Raise a `DataError` if a cell of the target column `name` is empty."""
    missing = np.flatnonzero(missing_rows(target))
    if missing.size:
        as_class = "; 'class' makes them a class" if _may_have_classes(target) else ""
        raise DataError(
            f"the target column '{name}' is empty in {missing.size} of {len(target)} rows (first: row "
            f"{missing[0] + 1}); fill in or remove these rows, or leave them out with target_missing='drop' "
            f"(--target-missing drop){as_class} (cells such as NA and None are empty, too)."
        )


def _may_have_classes(target: Column) -> bool:
    """Return whether a target with empty cells has text, or few different whole numbers."""
    if is_text(target):
        return True
    known = target[~missing_rows(target)]
    return are_whole(known) and len(np.unique(known)) <= MAX_NUMBERED_CLASSES


def require_target(columns: Collection[str], target: str) -> None:
    """Raise a `DataError` if there is no column `target`, or none besides it."""
    require_column(target, columns)
    if not set(columns) - {target}:
        raise DataError(
            f"there is no column besides the target '{target}'; a model needs columns to predict it from."
        )


def split_target(table: Table, name: str | int) -> tuple[Table, NDArray[Any]]:
    """Split a table into features and target.

    Parameters
    ----------
    table : Table
        With the column `name`.
    name : str or int
        The target; 3 is the column '3'.

    Returns
    -------
    features : Table
        All other columns.
    y : ndarray of shape (n_rows,)
        The target, unchanged: `int64`, `bool`, `float64` or text (NumPy `str`).

    Raises
    ------
    DataError
        If the column does not exist, has a missing value, or is the only one.

    Examples
    --------
    >>> features, y = split_target(Table({"age": [31, 52], "sex": ["f", "m"]}), "sex")
    >>> features.column_names, y
    (['age'], array(['f', 'm'], dtype='<U1'))
    """
    name = str(name)
    require_target(table.columns, name)
    target = table.columns[name]
    require_values(target, name)
    return table.drop(name), target.astype(str) if is_text(target) else target


def require_unique(names: Sequence[str], source: str) -> None:
    """Raise a `DataError` if column names occur more than once in `source`."""
    repeated = [f"'{name}'" for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(f"{source} has more than one column named {', '.join(repeated)}; rename all but one.")
