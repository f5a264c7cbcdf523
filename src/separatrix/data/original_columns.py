"""Original columns: those of a data frame as they came, which a `Table` would give another type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from separatrix.data.frames import can_be_read, table_from_frame
from separatrix.data.table import Table

if TYPE_CHECKING:
    import polars

Types = Mapping[str, Any]


def common_types(files: Sequence[Types]) -> dict[str, Any]:
    """Return the type of each column over all files of a table; columns that have no common one are left out.

    Examples
    --------
    >>> import polars
    >>> common_types([{"a": polars.Int8, "b": polars.Date}, {"a": polars.Int64, "b": polars.String}])
    {'a': Int64}
    """
    joined = {name: reduce(_joined, (file[name] for file in files)) for name in files[0]}
    return {name: dtype for name, dtype in joined.items() if dtype is not None}


def readable_table(frame: polars.DataFrame) -> Table:
    """Return the columns of a data frame that a table can hold.

    Examples
    --------
    >>> import polars
    >>> readable_table(polars.DataFrame({"a": [1], "photo": [b"..."]})).column_names
    ['a']
    """
    names = [name for name, dtype in frame.schema.items() if can_be_read(dtype)]
    return table_from_frame(frame.select(frame.get_column(name) for name in names))


def require_readable(series: polars.Series) -> None:
    """Raise a `DataError` if no table can hold the values of a column."""
    if not can_be_read(series.dtype):
        table_from_frame(series.to_frame())


def _joined(one: Any, other: Any) -> Any:
    """Return the type that holds the values of two exactly, None if there is none."""
    import polars as pl

    if one == other or other == pl.Null:
        return one
    if one == pl.Null:
        return other
    if one is not None and other is not None and one.is_integer() and other.is_integer():
        frames = [pl.DataFrame({"": pl.Series(dtype=each)}) for each in (one, other)]
        return pl.concat(frames, how="vertical_relaxed").dtypes[0]
    return None
