"""Parquet and Arrow files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions

SAMPLE_ROWS = 256
"""Rows by which the size of a file is judged."""

if TYPE_CHECKING:
    from pathlib import Path

    import polars

    from separatrix.data.files.csv_layout import CsvLayout


def scan_parquet(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a Parquet file, as pandas describes them if it has written the file.

    The index is no column, and categories are text whatever their type.
    """
    import polars as pl

    content = source.content
    frame = pl.scan_parquet(content, glob=False)
    metadata = pl.read_parquet_metadata(io.BytesIO(content) if isinstance(content, bytes) else content)
    index, categories = _pandas_columns(metadata.get("pandas", "{}"))
    if not index and not categories:
        return ScannedTable(frame)
    return ScannedTable(
        frame.select(
            _as_category(pl.nth(number), dtype) if name in categories else pl.nth(number)
            for number, (name, dtype) in enumerate(frame.collect_schema().items())
            if name not in index
        )
    )


def expanded_bytes(path: Path) -> int:
    """Return about how many bytes the cells of a Parquet file take in memory, judged by its first rows.

    The sizes in the file are those of its own encoding, in which a million equal cells take a few bytes.
    A file that cannot be read has none: its reader says why.
    """
    import polars as pl

    try:
        frame = pl.scan_parquet(path, glob=False)
        first, n_rows = frame.head(SAMPLE_ROWS).collect(), frame.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        return 0
    return int(first.estimated_size() * n_rows / max(first.height, 1))


def _pandas_columns(metadata: str) -> tuple[set[str], set[str]]:
    """Return the columns that are the index and those of categories; none if pandas did not write this."""
    try:
        pandas = json.loads(metadata)
        # An index of consecutive numbers is described by a dictionary, and has no column.
        index = {name for name in pandas["index_columns"] if isinstance(name, str)}
        categories = {
            each.get("field_name", each["name"])
            for each in pandas["columns"]
            if each["pandas_type"] == "categorical"
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return set(), set()
    return index, categories


def _as_category(values: polars.Expr, dtype: polars.DataType) -> polars.Expr:
    """Return numbers and truth values as text, as `separatrix.data.column.as_text` writes them."""
    import polars as pl

    if dtype == pl.Boolean:
        return values.replace_strict({True: "True", False: "False"}, return_dtype=pl.String)
    if dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        return pl.when(values == whole).then(whole.cast(pl.String)).otherwise(values.cast(pl.String))
    return values.cast(pl.String) if dtype.is_integer() else values


def scan_arrow(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of an Arrow file, also known as Feather."""
    import polars as pl

    content = source.content
    return ScannedTable(
        pl.scan_ipc(io.BytesIO(content) if isinstance(content, bytes) else content, glob=False)
    )


def write_parquet(
    frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int, layout: CsvLayout | None = None
) -> None:
    """Write row groups as the frames come; Polars asks for the next when it has room for it."""
    from polars.exceptions import PolarsError
    from polars.io.plugins import register_io_source

    first = next(frames)
    raised: list[Exception] = []

    def all_frames(*request: object) -> Iterator[polars.DataFrame]:
        try:
            yield from chain([first], frames)
        except Exception as error:
            raised.append(error)
            raise

    lazy = register_io_source(all_frames, schema=first.schema)
    try:
        lazy.sink_parquet(file, row_group_size=group_rows)
    except PolarsError:
        if raised:  # Polars reports it in its own words
            raise raised[0] from None
        raise


def write_arrow(
    frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int, layout: CsvLayout | None = None
) -> None:
    """Write all data frames at once."""
    import polars as pl

    pl.concat(list(frames)).write_ipc(file)
