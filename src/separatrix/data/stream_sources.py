"""Opening files, lazy frames and tables as streams."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

from separatrix.data.column import TYPES, Kind, joined_kind
from separatrix.data.files.compression import decompressed
from separatrix.data.files.formats import FORMATS, TableFormat, format_of, is_pattern, streamed_suffixes
from separatrix.data.files.sources import ScannedTable, Source, polars_errors
from separatrix.data.frames import kind_of_type, table_from_frame
from separatrix.data.original_columns import readable_table
from separatrix.data.parquet_stream import (
    ParquetFile,
    ParquetStream,
    joined_kinds,
    kinds_of_frame,
    require_same_columns,
)
from separatrix.data.read_options import ReadOptions
from separatrix.data.small_files import with_small_files_joined
from separatrix.data.streams import Stream, TableStream
from separatrix.data.table import Table
from separatrix.data.table_files import TableFile, no_file, warn_of, with_table
from separatrix.errors import DataError


def _cast(frame: Any, kinds: Mapping[str, Kind]) -> Any:
    """Return a lazy frame whose columns are of these kinds; those that are keep their type."""
    import polars as pl

    return frame.select(
        pl.nth(index) if kind_of_type(dtype) == kinds[name] else pl.nth(index).cast(TYPES[kinds[name]])
        for index, (name, dtype) in enumerate(frame.collect_schema().items())
    )


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
    if table_format is FORMATS[".xlsx"]:
        raise DataError(
            f"'{path}' is a workbook, which is read whole, as a sheet has 1,048,576 rows at most; leave the "
            "bound on the memory out, or save the sheet as CSV."
        )
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
        Files of any format but workbooks, or patterns of their names; several are one table, in that order.
        A lazy frame is evaluated once, and another file than a Parquet file is read once, into a temporary
        Parquet file in the folder that TMPDIR names.
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
    if isinstance(source, list | tuple) and len(source) == 1:
        source = source[0]
    if isinstance(source, str | os.PathLike):
        source, options = with_table(source, options)
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
        if is_polars:
            yield _with_rows(TableStream(readable_table(source), source))
        else:
            yield _with_rows(TableStream(table_from_frame(source)))


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
        files = with_small_files_joined(files, folder, piece_bytes)
        return ParquetStream(files, piece_bytes, sources=paths)
    scanned = _scanned_together(sources, table_format, options)
    names = [source.label for source in sources]
    kinds = joined_kinds(names, [kinds_of_frame(each.frame) for each in scanned])
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
    table_format, compression = format_of(path)
    if compression is None and table_format is FORMATS[".parquet"]:
        return Source(path, label)
    own = Path(tempfile.mkdtemp(dir=folder))
    plain = path if compression is None else decompressed(path, compression, label, own)
    return Source(plain, label, own)


def _paths(sources: Sequence[Source]) -> Iterator[Path]:
    for source in sources:
        assert isinstance(source.content, Path)
        yield source.content


def _scanned_together(
    sources: Sequence[Source], table_format: TableFormat, options: ReadOptions
) -> list[ScannedTable]:
    """Scan files of one table: a text column in one file is text in all, whatever its cells spell there."""

    def scan(source: Source, options: ReadOptions) -> ScannedTable:
        with polars_errors(f"{source.label} cannot be read as {table_format.name}"):
            return table_format.scan(source, options)

    scanned = [scan(source, options) for source in sources]
    if len(sources) == 1 or not table_format.keeps_spelling:
        return scanned
    kinds = [kinds_of_frame(each.frame) for each in scanned]
    require_same_columns([source.label for source in sources], kinds)
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
