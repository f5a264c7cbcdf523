"""JSON lines: one object in each line of a file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.files.written_pieces import written_pieces
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError

if TYPE_CHECKING:
    import polars

    from separatrix.data.files.csv_layout import CsvLayout


CHUNK_BYTES = 2**24
"""Bytes of lines that are read at once, of a file that is read in pieces."""


def scan_json_lines(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a file of JSON lines."""
    if source.folder is None:
        return ScannedTable(_read(source.read(), source.label).lazy())
    frames = _pieces(source)
    first = next(frames, None)
    if first is None:
        raise DataError(f"{source.label} is empty; it must have an object in each line.")
    return ScannedTable(written_pieces(chain([first], frames), source.folder))


def _read(content: bytes, label: str, first_line: int = 1) -> polars.DataFrame:
    import polars as pl

    try:
        return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
    except pl.exceptions.PolarsError:
        _check_lines(content, label, first_line)
        raise


def _pieces(source: Source) -> Iterator[polars.DataFrame]:
    """Yield the frames of some lines each."""
    line = 1
    with source.opened() as file:
        while content := file.read(CHUNK_BYTES):
            content += file.readline()
            if content.strip():
                yield _read(content, source.label, line)
            line += content.count(b"\n")


def _check_lines(content: bytes, label: str, first_line: int) -> None:
    """Raise a `DataError` for the first line that is not a JSON object."""
    for number, line in enumerate(content.splitlines(), start=first_line):
        try:
            is_record = not line.strip() or isinstance(json.loads(line, parse_constant=_refused), dict)
        except (ValueError, RecursionError):
            is_record = False
        if not is_record:
            raise DataError(
                f'line {number} of {label} is not a JSON object; each line must be like {{"age": 31}}.'
            )


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def write_json_lines(
    frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int, layout: CsvLayout | None = None
) -> None:
    """Write data frames."""
    for frame in frames:
        file.write(frame.write_ndjson().encode())
