"""Streams: tables that are read in pieces of bounded size, repeatedly, in any order of the pieces.

A table in memory is a stream of a few pieces. Every other stream is Parquet: another kind of file, or a lazy
frame, is first written to a temporary Parquet file whose row groups are the pieces.
"""

from __future__ import annotations

import glob
import hashlib
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.compression import decompressed
from separatrix.data.csv_files import small_chunks
from separatrix.data.csv_layout import CsvLayout
from separatrix.data.formats import FORMATS, TableFormat, format_of, is_pattern, streamed_suffixes
from separatrix.data.parquet_files import scan_parquet
from separatrix.data.read_options import ReadOptions
from separatrix.data.sources import ScannedTable, Source, polars_errors
from separatrix.data.table import (
    TYPES,
    Column,
    Kind,
    Table,
    is_text,
    joined_kind,
    kind_of,
    kind_of_type,
    require_column,
    table_from_frame,
)
from separatrix.data.table_files import TableFile, no_file, warn_of
from separatrix.errors import DataError, OutputError

MOST_ROWS = 2**17
"""Most rows of a piece: larger pieces are read no faster, and smaller ones are shuffled better."""

LEAST_ROWS = 256
"""Fewest rows that a piece is cut into."""

TEXT_BYTES, NUMBER_BYTES = 160, 12
"""Approximate memory of a cell while it is read and encoded."""

COLUMN_FACTOR = 2
"""Memory of a column while a part of it is read, as a multiple of its size in the row group."""

_KINDS_IN_WORDS = {"whole": "numbers", "number": "numbers", "truth": "true or false", "text": "text"}
_END_BYTES = 2**16  # the bytes at either end of a file that its fingerprint digests


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
    """

    names: tuple[str, ...]
    kinds: dict[str, Kind]
    pieces: tuple[Piece, ...]
    layout: CsvLayout | None = None

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
    def gapped(self, piece: Piece) -> dict[str, Any]:
        """Return whole numbers and truth values with missing ones, which a `Table` cannot hold, as series."""

    @abstractmethod
    def fingerprint(self) -> dict[str, Any]:
        """Return values that differ between different tables, and that JSON can hold."""

    @abstractmethod
    def cut(self, n_rows: int) -> Stream:
        """Return the same table in pieces of at most `n_rows` rows, or of `LEAST_ROWS` if that is more."""

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

    def __init__(self, table: Table, gapped: Mapping[str, Any] | None = None) -> None:
        self.names = ("the table",)
        self.table, self._gapped = table, gapped or {}
        self.kinds = {name: kind_of(column) for name, column in table.columns.items()}
        self.pieces = tuple(_slices(0, 0, table.n_rows, MOST_ROWS))

    def cut(self, n_rows: int) -> TableStream:
        """Return a stream of smaller pieces."""
        stream = copy(self)
        stream.pieces = tuple(_slices(0, 0, self.n_rows, min(max(n_rows, LEAST_ROWS), MOST_ROWS)))
        return stream

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield views of the table's columns."""
        for name in columns:
            yield name, self.table.columns[name][piece.start : piece.stop]

    def gapped(self, piece: Piece) -> dict[str, Any]:
        """Return slices of the series."""
        return {name: series.slice(piece.start, piece.n_rows) for name, series in self._gapped.items()}

    def fingerprint(self) -> dict[str, Any]:
        """Return number of rows, names of the columns and a digest of the values."""
        digest = hashlib.blake2b(digest_size=8)
        for column in self.table.columns.values():
            digest.update(repr(column.tolist()).encode() if is_text(column) else column.tobytes())
        return {"rows": self.n_rows, "columns": list(self.kinds), "digest": digest.hexdigest()}


def _slices(file: int, begin: int, end: int, most: int, rows_before: int = 0) -> Iterator[Piece]:
    """Yield pieces of at most `most` of a file's rows, all of about one size."""
    edges = np.linspace(begin, end, -(-(end - begin) // most) + 1).astype(int).tolist()
    for start, stop in pairwise(edges):
        yield Piece(file, start, stop, rows_before + start)


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file of a stream.

    Attributes
    ----------
    path : Path
    name : str
        What errors call it.
    kinds : dict of str to Kind
        What the cells of its columns are.
    group_rows : list of int
        Rows of each row group, in order.
    largest_column : int
        Bytes of the largest column of a row group, before compression.
    """

    path: Path
    name: str
    kinds: dict[str, Kind]
    group_rows: list[int]
    largest_column: int = 0

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

        order = list(self.kinds)  # by index, as in Polars names such as "*" stand for several columns
        with polars_errors(f"{self.name} cannot be read as Parquet"):
            selected = self._scan.select(pl.nth(order.index(name)) for name in names)
            return selected.slice(piece.start, piece.n_rows).collect()

    @classmethod
    def read(cls, path: Path, shown: Path | None = None) -> ParquetFile:
        """Return a file that the user wrote, which errors call `shown`."""
        name = f"'{shown or path}'"
        with polars_errors(f"{name} cannot be read as Parquet"):
            kinds = _kinds_of(scan_parquet(Source(path, name), ReadOptions()).frame)
        return cls(path, name, kinds, *_row_groups(path, name))

    @classmethod
    def write(cls, frame: Any, path: Path, name: str, piece_bytes: int) -> ParquetFile:
        """Write a lazy frame to a temporary file whose row groups are pieces."""
        import polars as pl

        kinds = _kinds_of(frame)
        group_rows = _piece_rows(kinds, piece_bytes)
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
        return cls(path, name, kinds, [min(group_rows, n_rows - start) for start in starts])


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
        self.names = tuple(file.name for file in files)
        self.kinds = _joined_kinds(self.names, [file.kinds for file in files])
        self._most = _piece_rows(self.kinds, piece_bytes)
        self._at_once = [_columns_at_once(file, piece_bytes) for file in files]
        self.pieces = tuple(self._pieces(self._most))

    def cut(self, n_rows: int) -> ParquetStream:
        """Return a stream of smaller pieces."""
        stream = copy(self)
        stream.pieces = tuple(self._pieces(min(max(n_rows, LEAST_ROWS), self._most)))
        return stream

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns, which are read a few at a time."""
        at_once = self._at_once[piece.file]
        for start in range(0, len(columns), at_once):
            yield from self._files[piece.file].columns(columns[start : start + at_once], piece).items()

    def gapped(self, piece: Piece) -> dict[str, Any]:
        """Return series, which are read a few at a time."""
        file, at_once = self._files[piece.file], self._at_once[piece.file]
        names = [name for name, kind in self.kinds.items() if kind in ("whole", "truth")]
        starts = range(0, len(names), at_once)
        frames = (file.frame(names[start : start + at_once], piece) for start in starts)
        return {name: series for frame in frames for name, series in _whole_with_gaps(frame).items()}

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
                    yield from _slices(number, begin, end, most, rows_before)
                    begin = end
                end += n_rows
            if end > begin:
                yield from _slices(number, begin, end, most, rows_before)
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


def _kinds_of(frame: Any) -> dict[str, Kind]:
    """Return what the cells of a lazy frame's columns are."""
    return {name: kind_of_type(dtype) for name, dtype in frame.collect_schema().items()}


def _cast(frame: Any, kinds: Mapping[str, Kind]) -> Any:
    """Return a lazy frame whose columns are of these kinds."""
    import polars as pl

    names = enumerate(frame.collect_schema())
    return frame.select(pl.nth(index).cast(TYPES[kinds[name]]) for index, name in names)


def _piece_rows(kinds: Mapping[str, Kind], piece_bytes: int) -> int:
    """Return the number of rows of such columns that a piece may have."""
    bytes_a_row = sum(TEXT_BYTES if kind == "text" else NUMBER_BYTES for kind in kinds.values())
    return max(LEAST_ROWS, min(MOST_ROWS, piece_bytes // max(bytes_a_row, 1)))


def _joined_kinds(names: Sequence[str], kinds: Sequence[Mapping[str, Kind]]) -> dict[str, Kind]:
    """Return the kinds of the columns over all files.

    Raises
    ------
    DataError
        If the files do not all have the same columns, each of one kind.
    """
    _require_same_columns(names, kinds)
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


def _require_same_columns(names: Sequence[str], kinds: Sequence[Mapping[str, Kind]]) -> None:
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


def _paths_of(source: Any) -> list[Path]:
    """Return the files of a path, of a pattern such as ``part-*.parquet``, or of several of these.

    Raises
    ------
    DataError
        If there are none, or one does not exist or cannot be read in pieces.
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
    """Raise a `DataError` if a file cannot be read in pieces."""
    if str(path) == "-":
        raise DataError("standard input can be read only once; save it to a file to train on it in pieces.")
    if path.is_dir():
        raise DataError(f"'{path}' is a folder; name its files, as in '{path / '*.parquet'}'.")
    if not path.exists():
        raise no_file(path)
    suffixes = streamed_suffixes()
    table_format, _ = format_of(path)
    if table_format is None or not table_format.in_pieces:
        raise DataError(
            f"'{path}' cannot be read in pieces, which only {', '.join(suffixes)} files can; write it as one "
            "of them."
        )


@contextmanager
def open_stream(source: Any, piece_bytes: int, options: ReadOptions | None = None) -> Iterator[Stream]:
    """Open a table to be read in pieces.

    Parameters
    ----------
    source : path-like, sequence of path-like, TableFile, polars.LazyFrame, Table, data frame or Stream
        CSV, Parquet or Arrow files, or patterns of their names; several are one table, in that order.
        A lazy frame is evaluated once, and a CSV or Arrow file is read once, into a temporary Parquet file in
        the folder that TMPDIR names.
    piece_bytes : int
        Memory that a piece may take.
    options : ReadOptions, optional
        How files are to be read.

    Yields
    ------
    Stream

    Raises
    ------
    DataError
        If there is no such file, no row in it, or the files do not fit together.
    OutputError
        If the temporary file cannot be written.

    Examples
    --------
    >>> with open_stream(Table({"age": [31, 52]}), 2**20) as stream:
    ...     stream.n_rows
    2
    """
    options = ReadOptions() if options is None else options
    if isinstance(source, TableFile):
        source, options = source.source, source.options.with_text(options.text_columns)
    is_lazy = hasattr(type(source), "sink_parquet")
    if isinstance(source, Stream):
        yield source
    elif is_lazy or not (isinstance(source, Table) or hasattr(type(source), "columns")):
        with tempfile.TemporaryDirectory(prefix="separatrix-") as folder:
            if is_lazy:
                yield _with_rows(_lazy_stream(source, Path(folder), piece_bytes))
            else:
                yield _with_rows(_file_stream(_paths_of(source), Path(folder), piece_bytes, options))
    else:
        is_polars = hasattr(type(source), "get_columns")
        yield _with_rows(
            TableStream(table_from_frame(source), _whole_with_gaps(source) if is_polars else None)
        )


def _whole_with_gaps(frame: Any) -> dict[str, Any]:
    """Return the columns of a Polars data frame that are gapped: of truth values, and of `int64` numbers."""
    import polars as pl

    gapped = [series for series in frame if series.null_count()]
    truth = {series.name: series for series in gapped if series.dtype == pl.Boolean}
    columns = [series for series in gapped if series.dtype.is_integer()]
    whole = {series.name: series.cast(int, strict=False) for series in columns}
    return truth | {
        each.name: whole[each.name] for each in columns if whole[each.name].null_count() == each.null_count()
    }


def _lazy_stream(frame: Any, folder: Path, piece_bytes: int) -> Stream:
    """Return the stream of a lazy frame."""
    with polars_errors("the lazy frame cannot be read"):
        file = ParquetFile.write(frame, folder / "0.parquet", "the lazy frame", piece_bytes)
    return ParquetStream([file], piece_bytes, sources=())


def _file_stream(paths: list[Path], folder: Path, piece_bytes: int, options: ReadOptions) -> Stream:
    """Return the stream of files of one format; another format than Parquet is first turned into Parquet."""
    formats = [format_of(path)[0] for path in paths]
    table_format = formats[0]
    assert table_format is not None
    for path, other in zip(paths, formats, strict=True):
        if other is not table_format:
            raise DataError(
                f"'{path}' is of another format than '{paths[0]}'; write all files in one format."
            )
        options.require_use(table_format.options, f"'{path}'", table_format.name)
    sources = [_plain_source(path, folder) for path in paths]
    if table_format is FORMATS[".parquet"]:
        files = [ParquetFile.read(*each) for each in zip(_paths(sources), paths, strict=True)]
        return ParquetStream(files, piece_bytes, sources=paths)
    scanned = _scanned_alike(sources, table_format, options)
    names = [source.label for source in sources]
    kinds = _joined_kinds(names, [_kinds_of(each.frame) for each in scanned])
    files = []
    for each, name in zip(scanned, names, strict=True):
        with polars_errors(f"{name} cannot be read as {table_format.name}"):
            path = folder / f"{len(files)}.parquet"
            files.append(ParquetFile.write(_cast(each.frame, kinds), path, name, piece_bytes))
        warn_of(each.notes)
    return ParquetStream(files, piece_bytes, sources=paths, layout=scanned[0].layout)


def _plain_source(path: Path, folder: Path) -> Source:
    """Return a file as a source, with a folder of its own for what is converted; decompressed if need be."""
    label = f"'{path}'"
    own = Path(tempfile.mkdtemp(dir=folder))
    compression = format_of(path)[1]
    plain = path if compression is None else decompressed(path, compression, label, own)
    return Source(plain, label, own)


def _paths(sources: Sequence[Source]) -> Iterator[Path]:
    for source in sources:
        assert isinstance(source.content, Path)
        yield source.content


def _scanned_alike(
    sources: Sequence[Source], table_format: TableFormat, options: ReadOptions
) -> list[ScannedTable]:
    """Scan files of one table: a text column in one file is text in all, whatever its cells spell there."""

    def scan(source: Source, options: ReadOptions) -> ScannedTable:
        with polars_errors(f"{source.label} cannot be read as {table_format.name}"):
            return table_format.scan(source, options)

    scanned = [scan(source, options) for source in sources]
    if len(sources) == 1 or not table_format.keeps_spelling:
        return scanned
    kinds = [_kinds_of(each.frame) for each in scanned]
    _require_same_columns([source.label for source in sources], kinds)
    joined = {column: reduce(joined_kind, (some[column] for some in kinds)) for column in kinds[0]}
    text = [column for column, kind in joined.items() if kind == "text"]
    return [
        each
        if all(some[column] in ("text", "empty") for column in text)
        else scan(source, options.with_text(text))
        for source, each, some in zip(sources, scanned, kinds, strict=True)
    ]


def _with_rows(stream: Stream) -> Stream:
    """Return a stream; raise a `DataError` if it has no rows."""
    if stream.n_rows == 0:
        raise DataError(f"{' and '.join(stream.names[:2])} has no rows; add some.")
    return stream
