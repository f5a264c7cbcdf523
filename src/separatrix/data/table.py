"""A table: named columns of equal length. A column is a one-dimensional array of one of four kinds.

The kinds are `bool` and `int64` (neither can have missing values), `float64` (NaN is a missing value) and
`object` (text: every value is a `str`, or `None` if it is missing).
"""

from __future__ import annotations

import numbers
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.errors import DataError, did_you_mean
from separatrix.text import aligned, plural

Column = NDArray[Any]

Kind = Literal["empty", "whole", "number", "truth", "text"]
"""What the cells of a column are, from the narrowest on; "empty" if all are missing."""

TYPES: dict[Kind, type] = {"empty": type(None), "whole": int, "number": float, "truth": bool, "text": str}
"""Python's type of the cells of each kind, which Polars takes for its own."""


def as_column(values: ArrayLike, name: str) -> Column:
    """Return one-dimensional values as a column of one of the four kinds.

    Smaller number types are widened; whole numbers too large for `int64` become floats; dates become ISO
    text, and durations become days; the categories of pandas become text, also if they are numbers; objects
    become numbers if all of them are numbers (also decimal ones), else text.

    Parameters
    ----------
    values : array-like of shape (n_rows,)
        Numbers, booleans, text or dates; `None` and NaN are missing.
    name : str
        What errors call the column.

    Returns
    -------
    ndarray of shape (n_rows,)
        Of dtype `bool`, `int64`, `float64` or `object`.

    Raises
    ------
    DataError
        If the values are not one-dimensional or of none of these kinds.

    Examples
    --------
    >>> as_column([1, None, 3], "age")
    array([ 1., nan,  3.])
    >>> as_column(["b", None, 7], "code")
    array(['b', None, '7'], dtype=object)
    """
    if _is_categorical(values):
        return _from_categories(values, name)
    array = np.asarray(values)
    if array.ndim != 1:
        raise DataError(f"column '{name}' must be one-dimensional, got shape {array.shape}.")
    kind = array.dtype.kind
    if kind == "b":
        return array
    if kind in "iu":
        fits = array.dtype != np.uint64 or array.size == 0 or array.max() <= np.iinfo(np.int64).max
        return array.astype(np.int64 if fits else np.float64, copy=False)
    if kind == "f":
        return array.astype(np.float64, copy=False)
    if kind == "M":
        dates = np.datetime_as_string(array).astype(object)
        dates[np.isnat(array)] = None
        return dates
    if kind == "m":
        return np.where(np.isnat(array), np.nan, array / np.timedelta64(1, "D"))
    if kind in "OUT":
        return _from_objects(array.astype(object, copy=False))
    raise DataError(f"column '{name}' holds values of type {array.dtype}; turn them into numbers or text.")


def _from_objects(array: Column) -> Column:
    """Return objects as numbers if all of them are numbers, else as text."""
    items = array.tolist()
    types = set(map(type, items))
    if str in types and types <= {str, type(None)}:
        return array
    items = [None if isinstance(item, float | np.floating) and np.isnan(item) else item for item in items]
    present = [item for item in items if item is not None]
    if any(isinstance(item, Decimal | timedelta) for item in present):
        present, items = [_as_real(item) for item in present], [_as_real(item) for item in items]
    if not all(isinstance(item, numbers.Real | np.bool) for item in present):
        return np.array([None if item is None else str(item) for item in items], dtype=object)
    if present and len(present) == len(items):
        if all(isinstance(item, bool | np.bool) for item in present):
            return np.array(present, dtype=bool)
        if all(isinstance(item, int | np.integer) and -(2**63) <= item < 2**63 for item in present):
            return np.array(present, dtype=np.int64)
    return np.array([np.nan if item is None else float(item) for item in items])


def _as_real(item: Any) -> Any:
    """Return a decimal number as a float, and a duration as days; others as they are."""
    if isinstance(item, timedelta):
        return item / timedelta(days=1)
    return float(item) if isinstance(item, Decimal) else item


def kind_of(column: Column) -> Kind:
    """Return what the cells of a column are.

    Examples
    --------
    >>> kind_of(as_column([1, None], "age"))
    'number'
    """
    kinds: dict[str, Kind] = {"b": "truth", "i": "whole", "f": "number", "O": "text"}
    return kinds[column.dtype.kind]


def joined_kind(one: Kind, other: Kind) -> Kind:
    """Return the narrowest kind that holds the cells of a column in two files.

    Examples
    --------
    >>> joined_kind("whole", "number"), joined_kind("empty", "truth"), joined_kind("truth", "whole")
    ('number', 'truth', 'text')
    """
    if one == other or other == "empty":
        return one
    if one == "empty":
        return other
    return "number" if {one, other} == {"whole", "number"} else "text"


def are_whole(column: Column) -> bool:
    """Return whether all numbers of a column are whole, and small enough for a float to hold exactly."""
    whole = np.isfinite(column) & (column == np.floor(column)) & (np.abs(column) < 2**53)
    return bool(whole.all())


def is_text(column: Column) -> bool:
    """Return whether a column holds text rather than numbers.

    Examples
    --------
    >>> is_text(as_column(["b", "a"], "code"))
    True
    """
    return column.dtype == object


def missing_rows(column: Column) -> NDArray[np.bool_]:
    """Return which rows of a column have no value.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As `as_column` returns it.

    Returns
    -------
    ndarray of bool of shape (n_rows,)
        True where the value is missing.

    Examples
    --------
    >>> missing_rows(as_column(["b", None], "code"))
    array([False,  True])
    """
    if is_text(column):
        return np.array([value is None for value in column.tolist()], dtype=bool)
    return np.isnan(column)


def as_numbers(column: Column, name: str) -> NDArray[np.float64]:
    """Return a column as finite floats, with NaN for missing values.

    Text is accepted if every cell spells a number, or every cell is true or false.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As `as_column` returns it.
    name : str
        What errors call the column.

    Returns
    -------
    ndarray of float64 of shape (n_rows,)
        The numbers.

    Raises
    ------
    DataError
        If a cell is text or infinite; rows count from 1, without the header line.

    Examples
    --------
    >>> as_numbers(as_column(["12", None, "abc"], "age"), "age")
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: column 'age' has text 'abc' in row 3 where numbers are needed; correct it \
or leave the cell empty.
    """
    if is_text(column):
        parsed = [_parsed(cell) for cell in column.tolist()]
        if None in parsed:
            parsed = _parsed_truth(column) or parsed
        _require_none(np.array([number is None for number in parsed]), column, name, "text '{}'")
        values = np.array(parsed, dtype=np.float64)
    else:
        values = column.astype(np.float64, copy=False)
    _require_none(np.isinf(values), column, name, "the infinite value {}")
    return values


def _parsed(cell: str | None) -> float | None:
    """Return the number that a cell spells, NaN for a missing cell, None for other text."""
    if cell is None:
        return np.nan
    try:
        return float(cell)
    except ValueError:
        return None


def _parsed_truth(column: Column) -> list[float | None] | None:
    """Return 1 for true, 0 for false and NaN for a missing cell; None if there is another cell."""
    numbers = {"true": 1.0, "false": 0.0, None: np.nan}
    cells = [None if cell is None else cell.lower() for cell in column.tolist()]
    return [numbers[cell] for cell in cells] if numbers.keys() >= set(cells) else None


def _require_none(bad: NDArray[np.bool_], column: Column, name: str, what: str) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        which = f"row {rows[0] + 1}" + (f" (first of {rows.size})" if rows.size > 1 else "")
        raise DataError(
            f"column '{name}' has {what.format(column[rows[0]])} in {which} where numbers are needed; "
            f"correct {'them' if rows.size > 1 else 'it'} or leave the cell empty."
        )


def as_text(column: Column) -> Column:
    """Return a column as text; a whole number is written without a decimal point, whatever its type.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        As `as_column` returns it.

    Returns
    -------
    ndarray of object of shape (n_rows,)
        `str`, or `None` for a missing value.

    Examples
    --------
    >>> as_text(as_column([1.0, 2.5, None], "grade"))
    array(['1', '2.5', None], dtype=object)
    """
    if is_text(column):
        return column
    return np.array([_written(value) for value in column.tolist()], dtype=object)


def _written(value: bool | int | float) -> str | None:
    if isinstance(value, float):
        if np.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


SHOWN_ROWS = 5
"""Rows that the repr of a table has."""


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Named columns of equal length, in order.

    Parameters
    ----------
    columns : dict of str to array-like of shape (n_rows,)
        Kept as `separatrix.data.table.as_column` returns them: `bool` and `int64` if no value is missing,
        `float64` with NaN for missing values, text as `object` with `None` for missing values. A name that
        is a number becomes text, as in pandas' frames of arrays.
    ordered : dict of str to tuple of str, optional
        Levels of columns of ordered categories, from the lowest to the highest.
    categories : collection of str, optional
        Columns of other categories, also if these are numbers.

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
        object.__setattr__(self, "columns", columns)

    def __getitem__(self, name: str | int) -> Column:
        """Return a column; a `DataError` if it does not exist."""
        require_column(str(name), self.columns)
        return self.columns[str(name)]

    def __repr__(self) -> str:
        """Return the size, the kinds of cells and the first rows."""
        shown = list(self.columns)[:12]
        head = [as_text(self.columns[name][:SHOWN_ROWS]).tolist() for name in shown]
        cells = [["" if cell is None else cell[:20] for cell in column] for column in head]
        kinds: list[str] = [kind_of(self.columns[name]) for name in shown]
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

    def drop(self, name: str) -> Table:
        """Return the table without column `name`; a `DataError` if it does not exist."""
        require_column(name, self.columns)
        return self._with({other: column for other, column in self.columns.items() if other != name})

    def select(self, names: Sequence[str]) -> Table:
        """Return the columns `names`, in that order; a `DataError` if one does not exist."""
        for name in names:
            require_column(name, self.columns)
        return self._with({name: self.columns[name] for name in names})

    def take(self, row_indices: ArrayLike) -> Table:
        """Return the rows at `row_indices`, in that order."""
        rows = np.asarray(row_indices, dtype=np.intp)
        return self._with({name: column[rows] for name, column in self.columns.items()})

    def _with(self, columns: dict[str, Column]) -> Table:
        ordered = {name: levels for name, levels in self.ordered.items() if name in columns}
        return Table(columns, ordered, [name for name in self.categories if name in columns])


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
        raise DataError(
            f"the target column '{name}' is empty in {missing.size} of {len(target)} rows (first: row "
            f"{missing[0] + 1}); fill in or remove these rows, or leave them out with target_missing='drop' "
            "(--target-missing drop)."
        )


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


def table_from_frame(frame: Any) -> Table:
    """Return the table of a Polars or pandas data frame; a `Table` is returned as it is.

    Categories become text, also if they are numbers, and the order of ordered ones is kept; dates and times
    become ISO text; durations become days; decimal numbers become floats.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame, pandas.DataFrame, pyarrow.Table or Table
        The index of a pandas frame is ignored.

    Returns
    -------
    Table
        The columns of the frame.

    Raises
    ------
    DataError
        If `frame` is neither, two columns have the same name, or a column holds values of another type,
        such as lists.

    Examples
    --------
    >>> import polars
    >>> table_from_frame(polars.DataFrame({"age": [31, None]})).columns
    {'age': array([31., nan])}
    """
    if isinstance(frame, Table):
        return frame
    library = type(frame).__module__.partition(".")[0]
    if library == "pyarrow":
        import polars

        frame, library = polars.from_arrow(frame), "polars"
    if library == "polars":
        frame = frame.collect() if hasattr(frame, "collect") else frame
        columns = {series.name: _from_polars(series) for series in frame}
        return Table(columns, {}, [name for name in columns if _is_polars_category(frame[name])])
    if library == "pandas":
        names = [str(name) for name in frame.columns]
        require_unique(names, "the data frame")
        series = {name: frame.iloc[:, j] for j, name in enumerate(names)}
        ordered = {name: levels for name, each in series.items() if (levels := _levels(each))}
        categories = [name for name, each in series.items() if _is_categorical(each)]
        return Table({name: _from_pandas(each) for name, each in series.items()}, ordered, categories)
    raise DataError(
        f"a table must be a Polars or pandas DataFrame or a pyarrow Table, got {type(frame).__name__}."
    )


def columns_of(X: Any) -> Mapping[str, Any] | None:
    """Return the columns of a mapping, a `Table` or a data frame; None for other objects, such as arrays.

    A mapping of names to single values is one row, and a list of mappings has a row for each.

    Examples
    --------
    >>> columns_of({"age": [31, 42]})
    {'age': [31, 42]}
    >>> columns_of([{"age": 31}, {"age": 42, "sex": "f"}]) == {"age": [31, 42], "sex": [None, "f"]}
    True
    """
    if hasattr(type(X), "tocsr"):  # some sparse matrices are mappings
        return None
    if isinstance(X, Mapping):
        is_row = bool(X) and all(value is None or np.ndim(value) == 0 for value in X.values())
        return {str(name): [values] if is_row else values for name, values in X.items()}
    if isinstance(X, list) and X and all(isinstance(row, Mapping) for row in X):
        names = dict.fromkeys(name for row in X for name in row)
        return {str(name): [row.get(name) for row in X] for name in names}
    if isinstance(X, Table):
        return X.columns
    # The type has the attribute, too: a Polars LazyFrame warns when the object is asked.
    return table_from_frame(X).columns if hasattr(type(X), "columns") else None


def frame_from_table(table: Table) -> Any:
    """Return a table as a Polars data frame; `table_from_frame` is the inverse.

    Parameters
    ----------
    table : Table

    Returns
    -------
    polars.DataFrame

    Examples
    --------
    >>> table = table_from_frame(frame_from_table(Table({"age": [31, None], "sex": [None, "f"]})))
    >>> table.columns
    {'age': array([31., nan]), 'sex': array([None, 'f'], dtype=object)}
    """
    import polars as pl

    return pl.DataFrame(
        [
            pl.Series(name, column.tolist(), dtype=pl.String)
            if is_text(column)
            else pl.Series(name, column, nan_to_null=True)
            for name, column in table.columns.items()
        ]
    )


def kind_of_type(dtype: Any) -> Kind:
    """Return what the cells of a Polars column of a type are; "text" for types that cannot be read, too."""
    import polars as pl

    if dtype == pl.Null:
        return "empty"
    if dtype == pl.Boolean:
        return "truth"
    if dtype.is_integer():
        return "whole"
    return "number" if dtype.is_numeric() else "text"


def require_unique(names: Sequence[str], source: str) -> None:
    """Raise a `DataError` if column names occur more than once in `source`."""
    repeated = [f"'{name}'" for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(f"{source} has more than one column named {', '.join(repeated)}; rename all but one.")


def _from_polars(series: Any) -> Column:
    """Return the column of a Polars series."""
    import polars as pl

    if series.dtype == pl.Duration:
        return np.asarray((series.dt.total_microseconds() / 86_400_000_000).cast(pl.Float64).to_numpy())
    dtype, kind = series.dtype, kind_of_type(series.dtype)
    if kind == "text" and dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time):
        raise DataError(
            f"column '{series.name}' holds values of type {dtype}; turn them into numbers or text."
        )
    values = series.cast(TYPES[kind], strict=False)
    if kind != "text" and values.null_count():  # missing, or too large for int64
        values = series.cast(pl.Float64)
    return np.asarray(values.to_numpy())


def _from_pandas(series: Any) -> Column:
    """Return the column of a pandas series."""
    if _is_categorical(series):
        return _from_categories(series, str(series.name))
    missing = series.isna().to_numpy()
    if series.dtype.kind == "m":
        return as_column(series.to_numpy(dtype="timedelta64[ns]"), str(series.name))
    if series.dtype.kind in "biuf":
        return np.asarray(
            series.to_numpy(dtype=np.float64, na_value=np.nan) if missing.any() else series.to_numpy()
        )
    if series.dtype.kind == "M":
        series = series.astype(str)
    values = series.astype(object).to_numpy(copy=True)
    values[missing] = None
    return np.asarray(values)


def _is_polars_category(series: Any) -> bool:
    """Return whether a Polars series has categories."""
    import polars as pl

    return series.dtype in (pl.Categorical, pl.Enum)


def _levels(series: Any) -> tuple[str, ...]:
    """Return the levels of a pandas series of ordered categories, from low to high; none of others."""
    if not _is_categorical(series) or not series.cat.ordered:
        return ()
    return tuple(as_text(as_column(_from_pandas(series.cat.categories.to_series()), "")).tolist())


def _is_categorical(values: Any) -> bool:
    """Return whether values are a categorical, a series or an index of pandas with categories."""
    return not isinstance(values, np.ndarray) and str(getattr(values, "dtype", None)) == "category"


def _from_categories(values: Any, name: str) -> Column:
    """Return categories as text, whatever their type; the code -1 is a missing value."""
    coded = getattr(values, "cat", values)
    categories = as_text(as_column(_from_pandas(coded.categories.to_series()), name))
    return np.asarray(np.array([*categories, None], dtype=object)[np.asarray(coded.codes)])
