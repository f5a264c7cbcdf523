"""Parquet files in pieces: slices of rows, of which only the pages that hold them are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from separatrix.data.columns import Column
from separatrix.data.csv_text import Kind
from separatrix.data.parquet_footer import RowGroup, row_groups
from separatrix.data.streams import MOST_ROWS, Piece, Stream, file_fingerprint, refuse_other_columns, slices
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
        self.kinds = {
            name: next((part[name] for part in kinds if part[name] != "empty"), "empty") for name in kinds[0]
        }
        bytes_a_row = sum(TEXT_BYTES if kind == "text" else NUMBER_BYTES for kind in self.kinds.values())
        most = max(256, min(MOST_ROWS, piece_bytes // max(bytes_a_row, 1)))
        pieces: list[Piece] = []
        self._at_once: list[int] = []
        for file in range(len(paths)):
            groups = self._row_groups(file)
            self._at_once.append(self._columns_at_once(file, groups, piece_bytes))
            first = pieces[-1].first_row + pieces[-1].n_rows if pieces else 0
            pieces += slices(file, sum(group.n_rows for group in groups), most, first)
        self.pieces = tuple(pieces)

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns, of which a few are read at once."""
        at_once = self._at_once[piece.file]
        for start in range(0, len(columns), at_once):
            with self._readable(piece.file) as frame:
                part = frame.select(columns[start : start + at_once]).slice(piece.start, piece.n_rows)
                read = table_from_frame(part).columns
            yield from read.items()

    def fingerprint(self) -> dict[str, Any]:
        """Return the files' fingerprints; of a lazy frame's rows their number and columns alone."""
        if self.names == ("the lazy frame",):
            return {"rows": self.n_rows, "columns": self.kinds}
        return {"files": [file_fingerprint(path) for path in self._paths]}

    def _kinds(self, file: int) -> dict[str, Kind]:
        import polars as pl

        with self._readable(file) as frame:
            schema = frame.collect_schema()
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

    def _row_groups(self, file: int) -> list[RowGroup]:
        try:
            return row_groups(self._paths[file])
        except (ValueError, OSError) as error:
            raise DataError(f"{self.names[file]} cannot be read as Parquet: {error}.") from error

    def _columns_at_once(self, file: int, groups: list[RowGroup], piece_bytes: int) -> int:
        """Return how many columns of the largest row group can be in memory together."""
        largest = max((group.largest_column for group in groups), default=0) * COLUMN_FACTOR
        if largest > 2 * piece_bytes:
            n_rows = max(group.n_rows for group in groups)
            raise DataError(
                f"{self.names[file]} has row groups of {n_rows:,} rows, with {largest / 1e6:.0f} MB to read "
                "for a single column, too much for the memory allowed; write it with smaller row groups, or "
                "raise memory."
            )
        return max(1, piece_bytes // (4 * max(largest, 1)))

    @contextmanager
    def _readable(self, file: int) -> Iterator[Any]:
        """Give a file's lazy frame; what Polars raises becomes a sentence."""
        import polars as pl

        try:
            yield pl.scan_parquet(self._paths[file], glob=False)
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise DataError(f"{self.names[file]} cannot be read as Parquet: {reason}.") from error
