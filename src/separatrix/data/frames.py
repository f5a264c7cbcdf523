"""Data frames as tables, and tables as data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from separatrix.data.column import TYPES, Column, Kind, as_text, is_text
from separatrix.data.column_values import as_column, from_pandas, is_categorical
from separatrix.data.row_names import RowNames
from separatrix.data.table import Table, require_unique
from separatrix.errors import DataError


def table_from_frame(frame: Any) -> Table:
    """Return the table of a Polars or pandas data frame; a `Table` is returned as it is.

    Categories become text, also if they are numbers, and the order of ordered ones is kept; dates and times
    become ISO text; durations become days; decimal numbers become floats; text without a character but spaces
    is a missing value.

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
        categories = [name for name in columns if _is_polars_category(frame[name])]
        truths = [name for name in columns if kind_of_type(frame[name].dtype) == "truth"]
        return Table(columns, {}, categories, _with_gaps(columns, truths), row_names=RowNames.of_rows(frame))
    if library == "pandas":
        require_unique([str(name) for name in frame.columns], "the data frame")
        series = {str(name): each for name, each in frame.items()}
        ordered = {name: levels for name, each in series.items() if (levels := _levels(each))}
        categories = [name for name, each in series.items() if is_categorical(each)]
        columns = {name: from_pandas(each) for name, each in series.items()}
        truths = [name for name, each in series.items() if str(each.dtype) in ("boolean", "bool[pyarrow]")]
        gaps = _with_gaps(columns, truths)
        return Table(columns, ordered, categories, gaps, row_names=RowNames.of_rows(frame))
    raise DataError(
        f"a table must be a Polars or pandas DataFrame or a pyarrow Table, got {type(frame).__name__}."
    )


def _with_gaps(columns: Mapping[str, Column], truths: Sequence[str]) -> list[str]:
    """Return the columns of true and false that have missing values: they have become numbers."""
    return [name for name in truths if columns[name].dtype != bool and not np.isnan(columns[name]).all()]


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


def can_be_read(dtype: Any) -> bool:
    """Return whether a table can hold the values of a Polars type."""
    import polars as pl

    text = (pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time)
    return kind_of_type(dtype) != "text" or dtype in text or dtype == pl.Duration


def _from_polars(series: Any) -> Column:
    """Return the column of a Polars series."""
    import polars as pl

    if series.dtype == pl.Duration:
        return np.asarray((series.dt.total_microseconds() / 86_400_000_000).cast(pl.Float64).to_numpy())
    kind = kind_of_type(series.dtype)
    if not can_be_read(series.dtype):
        raise DataError(
            f"column '{series.name}' holds values of type {series.dtype}; turn them into numbers or text."
        )
    values = series.alias("cells").cast(TYPES[kind], strict=False)  # Polars takes some names for patterns
    if kind == "text" and (is_blank := values.str.strip_chars() == "").any():
        values = values.set(is_blank, None)
    if kind != "text" and values.null_count():  # missing, or too large for int64
        values = series.cast(pl.Float64)
    return np.asarray(values.to_numpy())


def _is_polars_category(series: Any) -> bool:
    """Return whether a Polars series has categories."""
    import polars as pl

    return series.dtype in (pl.Categorical, pl.Enum)


def _levels(series: Any) -> tuple[str, ...]:
    """Return the levels of a pandas series of ordered categories, from low to high; none of others."""
    if not is_categorical(series) or not series.cat.ordered:
        return ()
    return tuple(as_text(as_column(from_pandas(series.cat.categories.to_series()), "")).tolist())
