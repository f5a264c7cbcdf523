"""Streams of Parquet files, whose row groups are the pieces.

Every table that is not in memory is one of these: another kind of file, or a lazy frame, is first written to
a temporary Parquet file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import Any

from separatrix.data.column import Column, Kind, joined_kind
from separatrix.data.files.csv_files import small_chunks
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.parquet_files import scan_parquet
from separatrix.data.files.sources import Source, polars_errors
from separatrix.data.frames import kind_of_type, table_from_frame
from separatrix.data.original_columns import common_types
from separatrix.data.read_options import ReadOptions
from separatrix.data.streams import Piece, Stream, bounded_rows, slices
from separatrix.errors import DataError, OutputError

TEXT_BYTES, NUMBER_BYTES = 160, 12
"""Approximate memory of a cell while it is read and encoded."""


COLUMN_FACTOR = 2
"""Memory of a column while a part of it is read, as a multiple of its size in the row group."""


_KINDS_IN_WORDS = {"whole": "numbers", "number": "numbers", "truth": "true or false", "text": "text"}


_END_BYTES = 2**16  # the bytes at either end of a file that its fingerprint digests


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file of a stream.

    Attributes
    ----------
    path : Path
    name : str
        What errors call it.
    types : dict of str to polars.DataType
        The types of its columns.
    group_rows : list of int
        Rows of each row group, in order.
    largest_column : int
        Bytes of the largest column of a row group, before compression.
    """

    path: Path
    name: str
    types: dict[str, Any]
    group_rows: list[int]
    largest_column: int = 0

    @property
    def kinds(self) -> dict[str, Kind]:
        """What the cells of its columns are."""
        return {name: kind_of_type(dtype) for name, dtype in self.types.items()}

    @cached_property
    def _scan(self) -> Any:
        """The lazy frame, kept because it keeps the file's metadata."""
        return scan_parquet(Source(self.path, self.name), ReadOptions()).frame

    def columns(self, names: Sequence[str], piece: Piece) -> dict[str, Column]:
        """Return columns of a piece; an error of Polars becomes a sentence."""
        return table_from_frame(self.frame(names, piece)).columns

    def frame(self, names: Sequence[str], piece: Piece) -> Any:
        """Return columns of a piece as a Polars data frame."""
        import polars as pl

        order = list(self.types)  # by index, as in Polars names such as "*" stand for several columns
        with polars_errors(f"{self.name} cannot be read as Parquet"):
            selected = self._scan.select(pl.nth(order.index(name)) for name in names)
            return selected.slice(piece.start, piece.n_rows).collect()

    @classmethod
    def read(cls, path: Path, shown: Path | None = None) -> ParquetFile:
        """Return a file that the user wrote, which errors call `shown`."""
        name = f"'{shown or path}'"
        with polars_errors(f"{name} cannot be read as Parquet"):
            types = dict(scan_parquet(Source(path, name), ReadOptions()).frame.collect_schema())
        return cls(path, name, types, *_row_groups(path, name))

    @classmethod
    def write(cls, frame: Any, path: Path, name: str, piece_bytes: int) -> ParquetFile:
        """Write a lazy frame to a temporary file whose row groups are pieces."""
        import polars as pl

        types = dict(frame.collect_schema())
        group_rows = _piece_rows(kinds_of_frame(frame), piece_bytes)
        try:
            with small_chunks():
                frame.sink_parquet(path, row_group_size=group_rows, compression="lz4", statistics=False)
        except OSError as error:
            raise OutputError(
                f"cannot write the rows of {name} to '{path.parent}': {error.strerror or error}; set TMPDIR "
                "to a folder with more room."
            ) from error
        n_rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
        starts = range(0, n_rows, group_rows)
        return cls(path, name, types, [min(group_rows, n_rows - start) for start in starts])


class ParquetStream(Stream):
    """One table in Parquet files. A piece is one or more row groups, or some rows of one.

    Polars reads the columns of a row group whole, even for a piece of some of its rows.

    Parameters
    ----------
    files : sequence of ParquetFile
    piece_bytes : int
        Memory that a piece may take.
    sources : sequence of Path
        The user's files, for the fingerprint; none for a lazy frame.
    layout : CsvLayout, optional
    """

    def __init__(
        self,
        files: Sequence[ParquetFile],
        piece_bytes: int,
        sources: Sequence[Path],
        layout: CsvLayout | None = None,
    ) -> None:
        self.layout = layout
        self._files, self._sources = list(files), list(sources)
        if sources:
            self.source = sources[0] if len(sources) == 1 else list(sources)
        self.names = tuple(file.name for file in files)
        self.kinds = joined_kinds(self.names, [file.kinds for file in files])
        self._types = common_types([file.types for file in files])
        self._most = _piece_rows(self.kinds, piece_bytes)
        self._at_once = [_columns_at_once(file, piece_bytes) for file in files]
        self.pieces = tuple(self._pieces(self._most))

    def cut(self, n_rows: int) -> ParquetStream:
        """Return a stream of smaller pieces."""
        stream = copy(self)
        stream.pieces = tuple(self._pieces(min(bounded_rows(n_rows), self._most)))
        return stream

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns, which are read a few at a time."""
        at_once = self._at_once[piece.file]
        for start in range(0, len(columns), at_once):
            yield from self._files[piece.file].columns(columns[start : start + at_once], piece).items()

    def originals(self, piece: Piece) -> dict[str, Any]:
        """Return the columns that have one type in all files, which are read a few at a time."""
        file, at_once = self._files[piece.file], self._at_once[piece.file]
        names = list(self._types)
        starts = range(0, len(names), at_once)
        frames = (file.frame(names[start : start + at_once], piece) for start in starts)
        return {series.name: series.cast(self._types[series.name]) for frame in frames for series in frame}

    def fingerprint(self) -> dict[str, Any]:
        """Return the fingerprints of the user's files; for a lazy frame, a digest of its values."""
        if self._sources:
            return {"files": [_file_fingerprint(path) for path in self._sources]}
        with self._files[0].path.open("rb") as content:
            digest = hashlib.file_digest(content, "blake2b").hexdigest()
        return {"rows": self.n_rows, "columns": self.kinds, "digest": digest[:16]}

    def _pieces(self, most: int) -> Iterator[Piece]:
        """Yield pieces of at most `most` rows that end where row groups do, or lie within one."""
        rows_before = 0
        for number, file in enumerate(self._files):
            begin = end = 0
            for n_rows in file.group_rows:
                if end > begin and end - begin + n_rows > most:
                    yield from slices(number, begin, end, most, rows_before)
                    begin = end
                end += n_rows
            if end > begin:
                yield from slices(number, begin, end, most, rows_before)
            rows_before += end


def _row_groups(path: Path, name: str) -> tuple[list[int], int]:
    """Return the rows of each row group, and the bytes of the largest column; Polars does not report them."""
    try:
        from pyarrow.parquet import read_metadata
    except ImportError as error:
        raise DataError(
            f"{name} is read in pieces with PyArrow, which is not installed: pip install "
            "'separatrix[parquet]'."
        ) from error
    try:
        metadata = read_metadata(path)
    except (ValueError, OSError) as error:
        raise DataError(f"{name} cannot be read as Parquet: {str(error).rstrip('.')}.") from error
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    sizes = (group.column(i).total_uncompressed_size for group in groups for i in range(group.num_columns))
    return [group.num_rows for group in groups], max(sizes, default=0)


def _columns_at_once(file: ParquetFile, piece_bytes: int) -> int:
    """Return the number of columns of a row group that fit into memory together."""
    largest = max(file.largest_column * COLUMN_FACTOR, 1)
    if largest > 4 * piece_bytes:
        raise DataError(
            f"{file.name} has row groups of {max(file.group_rows):,} rows, with {largest / 1e6:.0f} MB to "
            "read for a single column, too much for the memory allowed; write it with smaller row groups, or "
            "raise memory."
        )
    return max(1, piece_bytes // (2 * largest))


def kinds_of_frame(frame: Any) -> dict[str, Kind]:
    """Return what the cells of a lazy frame's columns are."""
    return {name: kind_of_type(dtype) for name, dtype in frame.collect_schema().items()}


def _piece_rows(kinds: Mapping[str, Kind], piece_bytes: int) -> int:
    """Return the number of rows of such columns that a piece may have."""
    bytes_a_row = sum(TEXT_BYTES if kind == "text" else NUMBER_BYTES for kind in kinds.values())
    return bounded_rows(piece_bytes // max(bytes_a_row, 1))


def joined_kinds(names: Sequence[str], kinds: Sequence[Mapping[str, Kind]]) -> dict[str, Kind]:
    """Return the kinds of the columns over all files.

    Raises
    ------
    DataError
        If the files do not all have the same columns, each of one kind.
    """
    require_same_columns(names, kinds)
    first = kinds[0]
    for name, other in zip(names[1:], kinds[1:], strict=True):
        for column in first:
            ours, theirs = (_KINDS_IN_WORDS.get(some[column]) for some in (first, other))
            if ours is not None and theirs is not None and ours != theirs:
                raise DataError(
                    f"column '{column}' is {ours} in {names[0]} and {theirs} in {name}; write the same kind "
                    "of values in all files."
                )
    return {column: reduce(joined_kind, (some[column] for some in kinds)) for column in first}


def require_same_columns(names: Sequence[str], kinds: Sequence[Mapping[str, Kind]]) -> None:
    """Raise a `DataError` if files of one table do not have the same columns."""
    first = kinds[0]
    for name, other in zip(names[1:], kinds[1:], strict=True):
        for lacking, having, missing in (
            (name, names[0], first.keys() - other.keys()),
            (names[0], name, other.keys() - first.keys()),
        ):
            if missing:
                raise DataError(
                    f"{lacking} lacks the column '{min(missing)}' that {having} has; the files of one table "
                    "must have the same columns."
                )


def _file_fingerprint(path: Path) -> dict[str, Any]:
    """Return a file's name, size, time of change and a digest of its two ends."""
    size, changed = path.stat().st_size, path.stat().st_mtime_ns
    with path.open("rb") as file:
        content = file.read(_END_BYTES)
        file.seek(max(0, size - _END_BYTES))
        content += file.read(_END_BYTES)
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    return {"file": path.name, "bytes": size, "changed": changed, "digest": digest}
