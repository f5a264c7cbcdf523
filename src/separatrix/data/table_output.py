"""Writing tables: whole or not at all, in the formats of `separatrix.data.files.formats`."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.data.column import TYPES, Kind
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.formats import FORMATS, TableFormat, format_of, written_suffixes
from separatrix.data.frames import can_be_read, frame_from_table
from separatrix.data.table import Table
from separatrix.errors import DataError, OutputError
from separatrix.files import atomic_write

if TYPE_CHECKING:
    import polars

GROUP_ROWS = 2**16  # of a row group of a Parquet file

ZIPPED = ".gz"
"""The extension of compressed files that can be written."""


def write_table(columns: Mapping[str, Any] | Table, path: str | os.PathLike[str]) -> None:
    """Write columns to a table file, whole or not at all.

    Parameters
    ----------
    columns : Table or mapping of str to array-like of shape (n_rows,)
        What to write; a missing value becomes an empty cell or null.
    path : path-like
        `.csv`, `.tsv`, `.parquet`, `.jsonl`, `.ndjson`, `.arrow` or `.feather`, each also with `.gz`; `-` is
        CSV on standard out.

    Raises
    ------
    OutputError
        If the extension is none of these, or the file cannot be written.

    Examples
    --------
    >>> write_table({"age": [31, None], "sex": ["f", "m"]}, "people.doc")
    Traceback (most recent call last):
    ...
    separatrix.errors.OutputError: cannot write 'people.doc': the extension must be one of .csv, .tsv, \
.parquet, .jsonl, .ndjson, .arrow, .feather, each also with .gz.
    """
    write_pieces([columns.columns if isinstance(columns, Table) else columns], path)


def write_pieces(
    pieces: Iterable[Mapping[str, Any]],
    path: str | os.PathLike[str],
    kinds: Mapping[str, Kind] | None = None,
    group_rows: int = GROUP_ROWS,
    layout: CsvLayout | None = None,
) -> None:
    r"""Write a table piece by piece, whole or not at all.

    Parameters
    ----------
    pieces : iterable of mapping of str to array-like of shape (n_rows,)
        All with the same columns.
    path : path-like
        As for `write_table`.
    kinds : mapping of str to Kind, optional
        What the cells of a column are in the whole table, where one piece does not show it.
    group_rows : int
        Rows of a row group of a Parquet file, at most `GROUP_ROWS`: several are in memory at once.
    layout : CsvLayout, optional
        That of the CSV file which the rows are from: a CSV file is written in the same.

    Raises
    ------
    OutputError
        If the extension is unknown, or the file cannot be written.
    DataError
        If a column has a type that the format cannot hold, such as lists in CSV.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "t.csv"
    ...     write_pieces([{"a": [1]}, {"a": [None]}], path, {"a": "whole"})
    ...     path.read_text()
    'a\n1\n\n'
    """
    table_format, is_zipped = output_format(path)
    frames = (_frame(piece, kinds or {}, table_format) for piece in pieces)
    write = table_format.write
    assert write is not None
    if os.fspath(path) == "-":
        write(frames, sys.stdout.buffer, group_rows, layout)
        return
    with atomic_write(path) as temporary, temporary.open("wb") as raw, ExitStack() as stack:
        file: Any = raw
        if is_zipped:
            file = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
        write(frames, file, min(group_rows, GROUP_ROWS), layout)


def output_format(path: str | os.PathLike[str]) -> tuple[TableFormat, bool]:
    """Return the format of a table file to write, and whether it is gzipped; `-` is CSV.

    Raises
    ------
    OutputError
        If the extension is unknown.
    """
    if os.fspath(path) == "-":
        return FORMATS[".csv"], False
    table_format, compression = format_of(Path(path))
    suffix = Path(path).suffix.lower()
    if table_format is None or table_format.write is None or (compression and suffix != ZIPPED):
        known = f"{', '.join(written_suffixes())}, each also with {ZIPPED}"
        if table_format is FORMATS[".xlsx"]:
            known += "; workbooks are only read, so write .csv, which Excel opens, too"
        raise OutputError(f"cannot write '{os.fspath(path)}': the extension must be one of {known}.")
    return table_format, compression is not None


def _frame(
    piece: Mapping[str, Any], kinds: Mapping[str, Kind], table_format: TableFormat
) -> polars.DataFrame:
    """Return a piece as a data frame: columns of a known kind in their type, Polars series as they are."""
    import polars as pl

    columns = {name: values for name, values in piece.items() if isinstance(values, pl.Series)}
    for series in frame_from_table(Table({name: piece[name] for name in piece if name not in columns})):
        known = series.name in kinds
        columns[series.name] = series.cast(TYPES[kinds[series.name]]) if known else series
    for name, series in columns.items():
        if not (table_format.keeps_types or can_be_read(series.dtype)):
            raise DataError(
                f"column '{name}' holds values of type {series.dtype}, which {table_format.name} cannot "
                "hold; write a .parquet or .arrow file, or leave the column out."
            )
    return pl.DataFrame([columns[name] for name in piece])
