"""Writing a table that comes in pieces, whole or not at all."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.data.columns import is_text
from separatrix.data.csv_text import Kind
from separatrix.data.table_files import format_of
from separatrix.data.tables import Table
from separatrix.errors import OutputError
from separatrix.files import atomic_write

if TYPE_CHECKING:
    import polars

GROUP_ROWS = 2**16  # of a row group of a Parquet file


def write_pieces(
    pieces: Iterable[Mapping[str, Any]],
    path: str | os.PathLike[str],
    kinds: Mapping[str, Kind],
    group_rows: int = GROUP_ROWS,
) -> None:
    r"""Write a table piece by piece.

    Parameters
    ----------
    pieces : iterable of mapping of str to array-like of shape (n_rows,)
        All with the same columns.
    path : path-like
        As for `separatrix.data.write_table`.
    kinds : mapping of str to Kind
        What the cells of a column are in the whole table, where one piece does not tell.
    group_rows : int
        Rows of a row group of a Parquet file, of `GROUP_ROWS` at most: several are in memory at once.

    Raises
    ------
    OutputError
        If the extension is unknown, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "t.csv"
    ...     write_pieces([{"a": [1]}, {"a": [None]}], path, {"a": "whole"})
    ...     path.read_text()
    'a\n1\n\n'
    """
    frames = (_frame(piece, kinds) for piece in pieces)
    file_format, zipped = ("csv", False) if os.fspath(path) == "-" else format_of(Path(path))
    if file_format is None:
        raise OutputError(f"cannot write '{os.fspath(path)}': its extension is that of no table file.")
    if os.fspath(path) == "-":
        for content in _encoded(frames, file_format):
            sys.stdout.buffer.write(content)
        return
    with (
        atomic_write(path) as temporary,
        gzip.open(temporary, "wb") if zipped else temporary.open("wb") as file,
    ):
        if file_format == "parquet":
            _write_parquet(frames, file, min(group_rows, GROUP_ROWS))
            return
        for content in _encoded(frames, file_format):
            file.write(content)


def _frame(piece: Mapping[str, Any], kinds: Mapping[str, Kind]) -> polars.DataFrame:
    import polars as pl

    dtypes = {"whole": pl.Int64, "truth": pl.Boolean, "text": pl.String}
    series = []
    for name, column in Table(dict(piece)).columns.items():
        values = (
            pl.Series(name, column.tolist(), dtype=pl.String)
            if is_text(column)
            else pl.Series(name, column, nan_to_null=True)
        )
        series.append(values.cast(dtypes.get(kinds[name], pl.Float64)) if name in kinds else values)
    return pl.DataFrame(series)


def _encoded(frames: Iterator[polars.DataFrame], file_format: str) -> Iterator[bytes]:
    for number, frame in enumerate(frames):
        if file_format == "jsonl":
            yield frame.write_ndjson().encode()
        else:
            separator = "\t" if file_format == "tsv" else ","
            yield frame.write_csv(separator=separator, include_header=number == 0).encode()


def _write_parquet(frames: Iterator[polars.DataFrame], file: Any, group_rows: int) -> None:
    """Write row groups as the frames come; Polars asks for the next when it has room for it."""
    from polars.exceptions import PolarsError
    from polars.io.plugins import register_io_source

    first = next(frames)
    raised: list[Exception] = []

    def all_frames(*wishes: object) -> Iterator[polars.DataFrame]:
        try:
            yield from chain([first], frames)
        except Exception as error:
            raised.append(error)
            raise

    lazy = register_io_source(all_frames, schema=first.schema)
    try:
        lazy.sink_parquet(file, row_group_size=group_rows)
    except PolarsError:
        if raised:  # Polars tells of it in words of its own
            raise raised[0] from None
        raise
