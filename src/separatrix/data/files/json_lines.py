"""JSON lines: one object in each line of a file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError

if TYPE_CHECKING:
    import polars

    from separatrix.data.files.csv_layout import CsvLayout


def scan_json_lines(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a file of JSON lines."""
    import polars as pl

    content = source.read()
    try:
        return ScannedTable(pl.read_ndjson(io.BytesIO(content), infer_schema_length=None).lazy())
    except pl.exceptions.PolarsError:
        _check_lines(content, source.label)
        raise


def _check_lines(content: bytes, label: str) -> None:
    """Raise a `DataError` for the first line that is not a JSON object."""
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            is_record = not line.strip() or isinstance(json.loads(line), dict)
        except ValueError:
            is_record = False
        if not is_record:
            raise DataError(
                f'line {number} of {label} is not a JSON object; each line must be like {{"age": 31}}.'
            )


def write_json_lines(
    frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int, layout: CsvLayout | None = None
) -> None:
    """Write data frames."""
    for frame in frames:
        file.write(frame.write_ndjson().encode())
