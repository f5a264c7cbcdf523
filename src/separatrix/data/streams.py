"""Streams: tables that are read in pieces of bounded size, again and again, in any order of the pieces."""

from __future__ import annotations

import glob
import hashlib
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from separatrix.data.columns import Column, is_text
from separatrix.data.csv_text import Kind
from separatrix.data.tables import Table, table_from_frame
from separatrix.errors import DataError, OutputError, did_you_mean

SUFFIXES = (".csv", ".tsv", ".parquet")
MOST_ROWS = 2**17
"""Rows of a piece at most: so many are read as fast as more, and smaller pieces are shuffled better."""

LEAST_ROWS = 256
"""Rows of a piece of a file that is cut anywhere, at least, if there are as many."""

_KINDS_IN_WORDS = {"whole": "numbers", "number": "numbers", "truth": "true or false", "text": "text"}
_ENDS = 2**16  # bytes at either end of a file that tell whether it is the same file


@dataclass(frozen=True)
class Piece:
    """Some rows of a stream that follow each other.

    Attributes
    ----------
    file : int
        Number of the file that they are in.
    start, stop : int
        Where they are in it: rows of a Parquet file, bytes of a CSV file.
    first_row : int
        Number of the first row in the whole stream, from 0.
    n_rows : int
    lines_before : int
        Lines of a CSV file between its header and the piece.
    """

    file: int
    start: int
    stop: int
    first_row: int
    n_rows: int
    lines_before: int = 0


class Stream(ABC):
    """A table in pieces.

    Attributes
    ----------
    names : tuple of str
        Of the files, as errors call them.
    kinds : dict of str to Kind
        The columns, in order, and what their cells are over all files.
    pieces : tuple of Piece
        In order; together they are the whole table.
    """

    names: tuple[str, ...]
    kinds: dict[str, Kind]
    pieces: tuple[Piece, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return sum(piece.n_rows for piece in self.pieces)

    @abstractmethod
    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield some columns of a piece one by one, in that order, so that few need be in memory."""

    @abstractmethod
    def fingerprint(self) -> dict[str, Any]:
        """Return what tells this table from another, as values that JSON can hold."""

    def cut(self, most: int) -> Stream:
        """Return the same table in pieces of at most so many rows, if they can be cut anywhere."""
        return self

    @contextmanager
    def located(self, piece: Piece, row: int = 0) -> Iterator[None]:
        """Say where rows are counted from, in what is raised about row `row` of a piece and on."""
        try:
            yield
        except DataError as error:
            before = sum(
                other.n_rows
                for other in self.pieces
                if other.file == piece.file and other.first_row < piece.first_row
            )
            if before + row == 0 or "line " in str(error):
                raise
            name = self.names[piece.file]
            raise DataError(f"counted from row {before + row + 1:,} of {name} on, {error}") from error

    def require(self, column: str) -> None:
        """Raise a `DataError` if there is no such column."""
        if column not in self.kinds:
            raise DataError(
                f"there is no column '{column}'; the columns are: {', '.join(self.kinds)}."
                + did_you_mean(column, self.kinds)
            )


class TableStream(Stream):
    """A table in memory, in pieces.

    Examples
    --------
    >>> stream = TableStream(Table({"age": [31, 52], "sex": ["f", None]}))
    >>> stream.kinds, list(stream.read(stream.pieces[0], ["age"]))
    ({'age': 'whole', 'sex': 'text'}, [('age', array([31, 52]))])
    """

    def __init__(self, table: Table) -> None:
        self.names = ("the table",)
        self._table = table
        kinds: dict[str, Kind] = {"b": "truth", "i": "whole", "f": "number", "O": "text"}
        self.kinds = {name: kinds[column.dtype.kind] for name, column in table.columns.items()}
        self.pieces = tuple(slices(0, 0, table.n_rows, MOST_ROWS))

    def cut(self, most: int) -> TableStream:
        """Return a stream of smaller pieces."""
        stream = copy(self)
        stream.pieces = tuple(slices(0, 0, self.n_rows, min(max(most, LEAST_ROWS), MOST_ROWS)))
        return stream

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield views of the table's columns."""
        for name in columns:
            yield name, self._table.columns[name][piece.start : piece.stop]

    def fingerprint(self) -> dict[str, Any]:
        """Return size, names and a digest of the values."""
        digest = hashlib.blake2b(digest_size=8)
        for column in self._table.columns.values():
            digest.update(repr(column.tolist()).encode() if is_text(column) else column.tobytes())
        return {"rows": self.n_rows, "columns": list(self.kinds), "digest": digest.hexdigest()}


def slices(file: int, begin: int, end: int, most: int, rows_before: int = 0) -> Iterator[Piece]:
    """Yield pieces of at most so many of a file's rows, all of about one size."""
    edges = np.linspace(begin, end, -(-(end - begin) // most) + 1).astype(int).tolist()
    for start, stop in pairwise(edges):
        yield Piece(file, start, stop, rows_before + start, stop - start)


def refuse_other_columns(names: Sequence[str], kinds: Sequence[Mapping[str, Kind]]) -> None:
    """Raise a `DataError` if the files do not all have the same columns, each of one kind."""
    first, *others = kinds
    for name, other in zip(names[1:], others, strict=True):
        for absent, lacking, having in ((first, name, names[0]), (other, names[0], name)):
            missing = [column for column in absent if column not in (other if lacking == name else first)]
            if missing:
                raise DataError(
                    f"{lacking} lacks the column '{missing[0]}' that {having} has; the files of one table "
                    "must have the same columns."
                )
        for column in first:
            ours, theirs = (_KINDS_IN_WORDS.get(part[column]) for part in (first, other))
            if ours is not None and theirs is not None and ours != theirs:
                raise DataError(
                    f"column '{column}' is {ours} in {names[0]} and {theirs} in {name}; make the files alike."
                )


def file_fingerprint(path: Path) -> dict[str, Any]:
    """Return a file's name, size, time of change and a digest of its two ends."""
    size, changed = path.stat().st_size, path.stat().st_mtime_ns
    with path.open("rb") as file:
        content = file.read(_ENDS)
        file.seek(max(0, size - _ENDS))
        content += file.read(_ENDS)
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    return {"file": path.name, "bytes": size, "changed": changed, "digest": digest}


def is_larger(source: str, n_bytes: int) -> bool:
    """Return whether a source is a pattern, or a file of so many bytes that can be read in pieces."""
    path = Path(source)
    if is_pattern(source):
        return True
    return path.suffix.lower() in SUFFIXES and path.is_file() and path.stat().st_size > n_bytes


def is_pattern(source: str) -> bool:
    """Return whether a source is a pattern of names and not a name itself."""
    return glob.has_magic(source) and not Path(source).exists()


def paths_of(source: Any) -> list[Path]:
    """Return the files that a path, a pattern such as ``part-*.parquet``, or several of them stand for.

    Raises
    ------
    DataError
        If there are none, or one is not there or cannot be read in pieces.
    """
    listed = [source] if isinstance(source, str | os.PathLike) else list(source)
    if not listed:
        raise DataError("source must name one table file or more, got none.")
    paths: list[Path] = []
    for each in listed:
        text = os.fspath(each)
        found = sorted(glob.glob(text)) if is_pattern(text) else [text]
        if not found:
            raise DataError(f"no file matches '{text}'; correct the pattern.")
        paths += map(Path, found)
    for path in paths:
        _check_file(path)
    return paths


def _check_file(path: Path) -> None:
    if str(path) == "-":
        raise DataError("standard input can be read only once; save it to a file to train on it in pieces.")
    if path.is_dir():
        raise DataError(f"'{path}' is a folder; name its files, as in '{path / '*.parquet'}'.")
    if not path.exists():
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file '{path}'.{did_you_mean(path.name, siblings)}")
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            f"'{path}' cannot be read in pieces, which only {', '.join(SUFFIXES)} files can; write it as one "
            "of them."
        )


@contextmanager
def opened(source: Any, piece_bytes: int, text_columns: Collection[str] = ()) -> Iterator[Stream]:
    """Open a table to be read in pieces.

    Parameters
    ----------
    source : path-like, sequence of path-like, polars.LazyFrame, Table, data frame or Stream
        `.csv`, `.tsv` and `.parquet` files, or patterns of their names; several are one table, in that order.
        A lazy frame is evaluated once, into a temporary Parquet file.
    piece_bytes : int
        What a piece may take in memory.
    text_columns : collection of str
        Columns of a CSV or TSV file to keep as text even if all their cells spell numbers.

    Yields
    ------
    Stream

    Raises
    ------
    DataError
        If there is no such file, no row in it, or the files do not fit together.
    OutputError
        If a lazy frame's rows cannot be written.

    Examples
    --------
    >>> with opened(Table({"age": [31, 52]}), 2**20) as stream:
    ...     stream.n_rows
    2
    """
    if isinstance(source, Stream):
        yield source
    elif isinstance(source, Table):
        yield _with_rows(TableStream(source))
    elif hasattr(type(source), "sink_parquet"):
        with tempfile.TemporaryDirectory(prefix="separatrix-") as folder:
            yield _with_rows(_lazy_stream(source, Path(folder) / "rows.parquet", piece_bytes))
    elif hasattr(type(source), "columns"):
        yield _with_rows(TableStream(table_from_frame(source)))
    else:
        yield _with_rows(_file_stream(paths_of(source), piece_bytes, text_columns))


def _lazy_stream(frame: Any, path: Path, piece_bytes: int) -> Stream:
    import polars as pl

    from separatrix.data.parquet_stream import ParquetStream, kinds_of, rows_of

    try:
        rows = rows_of(kinds_of(frame.collect_schema()), piece_bytes)
        frame.sink_parquet(path, row_group_size=rows)
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"the lazy frame cannot be read: {str(error).splitlines()[0].rstrip('.')}."
        ) from error
    except OSError as error:
        raise OutputError(
            f"cannot write the lazy frame's rows to '{path.parent}': {error.strerror or error}; set TMPDIR "
            "to a folder with more room."
        ) from error
    return ParquetStream([path], piece_bytes, names=["the lazy frame"])


def _file_stream(paths: list[Path], piece_bytes: int, text_columns: Collection[str]) -> Stream:
    from separatrix.data.csv_stream import CsvStream
    from separatrix.data.parquet_stream import ParquetStream

    is_parquet = [path.suffix.lower() == ".parquet" for path in paths]
    if any(is_parquet) != all(is_parquet):
        odd = paths[is_parquet.index(not is_parquet[0])]
        raise DataError(f"'{odd}' is of another format than '{paths[0]}'; write all files in one format.")
    if is_parquet[0]:
        return ParquetStream(paths, piece_bytes)
    return CsvStream(paths, piece_bytes, text_columns)


def _with_rows(stream: Stream) -> Stream:
    if stream.n_rows == 0:
        raise DataError(f"{' and '.join(stream.names[:2])} has no rows; add some.")
    return stream
