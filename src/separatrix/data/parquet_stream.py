"""Parquet files in pieces: some whole row groups, or some rows of one.

Of a row group the columns that are wanted are read whole, a few at a time, whatever rows of it a piece has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import reduce
from pathlib import Path
from typing import Any

from separatrix.data.columns import Column
from separatrix.data.csv_text import Kind, joined_kind
from separatrix.data.parquet_footer import RowGroup, row_groups
from separatrix.data.streams import (
    LEAST_ROWS,
    MOST_ROWS,
    Piece,
    Stream,
    file_fingerprint,
    refuse_other_columns,
    slices,
)
from separatrix.data.tables import table_from_frame
from separatrix.errors import DataError

TEXT_BYTES, NUMBER_BYTES = 160, 12
"""What a cell takes while it is read and encoded, about."""

COLUMN_FACTOR = 2
"""How many times its bytes in the row group a column takes while a slice of it is read, about."""


class ParquetStream(Stream):
    """One table in Parquet files."""

    def __init__(self, paths: Sequence[Path], piece_bytes: int, names: Sequence[str] = ()) -> None:
        self._paths = list(paths)
        self.names = tuple(names or [f"'{path}'" for path in paths])
        kinds = [self._kinds(file) for file in range(len(paths))]
        refuse_other_columns(self.names, kinds)
        self.kinds = {name: reduce(joined_kind, (part[name] for part in kinds)) for name in kinds[0]}
        self._most = rows_of(self.kinds, piece_bytes)
        self._groups = [self._row_groups(file) for file in range(len(paths))]
        self._at_once = [
            self._columns_at_once(file, groups, piece_bytes) for file, groups in enumerate(self._groups)
        ]
        self.pieces = tuple(self._pieces(self._most))

    def cut(self, most: int) -> ParquetStream:
        """Return a stream of smaller pieces."""
        stream = copy(self)
        stream.pieces = tuple(self._pieces(min(max(most, LEAST_ROWS), self._most)))
        return stream

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns, of which a few are read at once."""
        at_once = self._at_once[piece.file]
        for start in range(0, len(columns), at_once):
            with self._readable(piece.file) as frame:
                part = frame.select(columns[start : start + at_once]).slice(piece.start, piece.n_rows)
                read = table_from_frame(part).columns
            yield from read.items()

    def fingerprint(self) -> dict[str, Any]:
        """Return the files' fingerprints; of a lazy frame a digest of what it was evaluated to."""
        if self.names == ("the lazy frame",):
            with self._paths[0].open("rb") as content:
                digest = hashlib.file_digest(content, "blake2b").hexdigest()
            return {"rows": self.n_rows, "columns": self.kinds, "digest": digest[:16]}
        return {"files": [file_fingerprint(path) for path in self._paths]}

    def _pieces(self, most: int) -> Iterator[Piece]:
        """Yield pieces that hold whole row groups, where these are small, or lie within one."""
        rows_before = 0
        for file, groups in enumerate(self._groups):
            begin = end = 0
            for group in groups:
                if end > begin and end - begin + group.n_rows > most:
                    yield from slices(file, begin, end, most, rows_before)
                    begin = end
                end += group.n_rows
            if end > begin:
                yield from slices(file, begin, end, most, rows_before)
            rows_before += end

    def _kinds(self, file: int) -> dict[str, Kind]:
        with self._readable(file) as frame:
            return kinds_of(frame.collect_schema())

    def _row_groups(self, file: int) -> list[RowGroup]:
        try:
            return row_groups(self._paths[file])
        except (ValueError, OSError) as error:
            raise DataError(f"{self.names[file]} cannot be read as Parquet: {error}.") from error

    def _columns_at_once(self, file: int, groups: list[RowGroup], piece_bytes: int) -> int:
        """Return how many columns of the largest row group can be in memory together."""
        largest = max((group.largest_column for group in groups), default=0) * COLUMN_FACTOR
        if largest > 4 * piece_bytes:
            n_rows = max(group.n_rows for group in groups)
            raise DataError(
                f"{self.names[file]} has row groups of {n_rows:,} rows, with {largest / 1e6:.0f} MB to read "
                "for a single column, too much for the memory allowed; write it with smaller row groups, or "
                "raise memory."
            )
        return max(1, piece_bytes // (2 * max(largest, 1)))

    @contextmanager
    def _readable(self, file: int) -> Iterator[Any]:
        """Give a file's lazy frame; what Polars raises becomes a sentence."""
        import polars as pl

        try:
            yield pl.scan_parquet(self._paths[file], glob=False)
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise DataError(f"{self.names[file]} cannot be read as Parquet: {reason}.") from error


def kinds_of(schema: Mapping[str, Any]) -> dict[str, Kind]:
    """Return what the cells of columns of Polars' types are."""
    import polars as pl

    kinds: dict[str, Kind] = {}
    for name, dtype in schema.items():
        if dtype == pl.Null:
            kinds[name] = "empty"
        elif dtype == pl.Boolean:
            kinds[name] = "truth"
        elif dtype.is_numeric():
            kinds[name] = "whole" if dtype.is_integer() else "number"
        else:
            kinds[name] = "text"  # what is neither is refused when it is read
    return kinds


def rows_of(kinds: Mapping[str, Kind], piece_bytes: int) -> int:
    """Return how many rows of such columns a piece may have."""
    bytes_a_row = sum(TEXT_BYTES if kind == "text" else NUMBER_BYTES for kind in kinds.values())
    return max(LEAST_ROWS, min(MOST_ROWS, piece_bytes // max(bytes_a_row, 1)))
