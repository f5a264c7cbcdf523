"""Streams: tables that are read in pieces of bounded size, repeatedly, in any order of the pieces.

A table in memory is a stream of a few pieces; `separatrix.data.parquet_stream` has those of files.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column, Kind, is_text
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.original_columns import require_readable
from separatrix.data.row_names import RowNames
from separatrix.data.table import Table, require_column
from separatrix.errors import DataError

if TYPE_CHECKING:
    import polars

MOST_ROWS = 2**17
"""Most rows of a piece: larger pieces are read no faster, and smaller ones are shuffled better."""


LEAST_ROWS = 256
"""Fewest rows that a piece is cut into."""


def bounded_rows(n_rows: int) -> int:
    """Return a number of rows that a piece may have, as near as possible to `n_rows`."""
    return max(LEAST_ROWS, min(MOST_ROWS, n_rows))


def row_keys(seed: int, first_row: int, n_rows: int) -> NDArray[np.uint64]:
    """Return 64 random bits for each row of a table: the same for the same seed and index of the row.

    The mixer is that of SplitMix64 (Steele, Lea & Flood 2014).

    Examples
    --------
    >>> bool((row_keys(1, 10, 5)[2:] == row_keys(1, 12, 3)).all())
    True
    """
    start = (seed * 0xD1342543DE82EF95 + first_row + 1) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        x = (np.uint64(start) + np.arange(n_rows, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@dataclass(frozen=True)
class Piece:
    """Consecutive rows of a stream.

    Attributes
    ----------
    file : int
        Index of the file that they are in.
    start, stop : int
        Their rows in that file: from `start` to before `stop`.
    first_row : int
        Index of the first row in the whole stream.
    """

    file: int
    start: int
    stop: int
    first_row: int

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    def keys(self, seed: int) -> NDArray[np.uint64]:
        """Return the keys of the rows; see `row_keys`."""
        return row_keys(seed, self.first_row, self.n_rows)


class Stream(ABC):
    """A table in pieces.

    Attributes
    ----------
    names : tuple of str
        What errors call the files.
    kinds : dict of str to Kind
        The columns, in order, and what their cells are over all files.
    pieces : tuple of Piece
        In order; together they are the whole table.
    layout : CsvLayout or None
        That of the first file, if it is a CSV file.
    source : path-like, sequence of path-like or None
        The files that have the same rows; None if they are not known.
    """

    names: tuple[str, ...]
    kinds: dict[str, Kind]
    pieces: tuple[Piece, ...]
    layout: CsvLayout | None = None
    source: Any = None

    @property
    def written(self) -> Mapping[str, str]:
        """How the numbers of columns are written in the file, in words."""
        return {} if self.layout is None else self.layout.written

    @property
    def na(self) -> tuple[str, ...]:
        """Words for a missing value with which the file was read, besides those that always are such."""
        return () if self.layout is None else self.layout.na

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return sum(piece.n_rows for piece in self.pieces)

    @property
    def text_columns(self) -> list[str]:
        """Names of the columns of text."""
        return [name for name, kind in self.kinds.items() if kind == "text"]

    @abstractmethod
    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns of a piece one by one, in that order, so that few are in memory at once."""

    @abstractmethod
    def originals(self, piece: Piece) -> dict[str, Any]:
        """Return columns of a piece as Polars series in the type in which they came, where it is known."""

    @abstractmethod
    def fingerprint(self) -> dict[str, Any]:
        """Return values that differ between different tables, and that JSON can hold."""

    @abstractmethod
    def cut(self, n_rows: int) -> Stream:
        """Return the same table in pieces of at most `n_rows` rows, or of `LEAST_ROWS` if that is more."""

    def row_names(self, rows: Any) -> RowNames | None:
        """Return where rows are in the files, by their numbers from 0; None if that is not known."""
        return None if self.source is None else RowNames.of_file(self.source, rows, self.layout)

    @contextmanager
    def located(self, piece: Piece, row: int = 0) -> Iterator[None]:
        """Add to a `DataError` that it counts rows from row `row` of a piece, if that is not the first."""
        try:
            yield
        except DataError as error:
            first = piece.start + row
            if first == 0:
                raise
            name = self.names[piece.file]
            raise DataError(f"counted from row {first + 1:,} of {name} on, {error}") from error

    def require(self, column: str) -> None:
        """Raise a `DataError` if there is no such column."""
        require_column(column, self.kinds)


class TableStream(Stream):
    """A table in memory, in pieces.

    Examples
    --------
    >>> stream = TableStream(Table({"age": [31, 52], "sex": ["f", None]}))
    >>> stream.kinds, list(stream.read(stream.pieces[0], ["age"]))
    ({'age': 'whole', 'sex': 'text'}, [('age', array([31, 52]))])
    """

    def __init__(self, table: Table, frame: polars.DataFrame | None = None) -> None:
        self.names = ("the table",)
        self.table, self._frame = table, frame
        names = table.column_names if frame is None else frame.columns
        columns = table.columns
        self.kinds = {name: table.kind(name) if name in columns else "text" for name in names}
        self.pieces = tuple(slices(0, 0, table.n_rows, MOST_ROWS))

    @property
    def written(self) -> Mapping[str, str]:
        """How the numbers of columns are written in the file that the table was read from, in words."""
        return self.table.written

    @property
    def na(self) -> tuple[str, ...]:
        """Words for a missing value with which the table was read, besides those that always are such."""
        return self.table.na

    def row_names(self, rows: Any) -> RowNames | None:
        """Return where rows are in the file or the frame that the table is from."""
        return None if self.table.row_names is None else self.table.row_names.take(rows)

    def cut(self, n_rows: int) -> TableStream:
        """Return a stream of smaller pieces."""
        stream = copy(self)
        stream.pieces = tuple(slices(0, 0, self.n_rows, bounded_rows(n_rows)))
        return stream

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield views of the table's columns; a `DataError` for a type that no table can hold."""
        for name in columns:
            if self._frame is not None:
                require_readable(self._frame.get_column(name))
            yield name, self.table.columns[name][piece.start : piece.stop]

    def originals(self, piece: Piece) -> dict[str, Any]:
        """Return slices of the columns of the data frame, if the table is from one."""
        if self._frame is None:
            return {}
        return {series.name: series for series in self._frame.slice(piece.start, piece.n_rows)}

    def fingerprint(self) -> dict[str, Any]:
        """Return number of rows, names of the columns and a digest of the values."""
        digest = hashlib.blake2b(digest_size=8)
        for column in self.table.columns.values():
            digest.update(repr(column.tolist()).encode() if is_text(column) else column.tobytes())
        return {"rows": self.n_rows, "columns": list(self.kinds), "digest": digest.hexdigest()}


def slices(file: int, begin: int, end: int, most: int, rows_before: int = 0) -> Iterator[Piece]:
    """Yield pieces of at most `most` of a file's rows, all of about one size."""
    edges = np.linspace(begin, end, -(-(end - begin) // most) + 1).astype(int).tolist()
    for start, stop in pairwise(edges):
        yield Piece(file, start, stop, rows_before + start)
