"""Table files, plain or compressed, and standard input, read in the formats of `FORMATS`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from separatrix.data.files.compression import decompressed, recognised_compression
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.formats import TableFormat, format_of, recognised_format, unknown_kind
from separatrix.data.files.sources import ScannedTable, Source, polars_errors
from separatrix.data.frames import table_from_frame
from separatrix.data.read_options import ReadOptions, TextColumns
from separatrix.data.row_names import RowNames
from separatrix.data.table import Table
from separatrix.errors import DataError, did_you_mean, warn

if TYPE_CHECKING:
    import polars


class ReadWarning(UserWarning):
    """Something about a table file was guessed, or left out."""


@dataclass(frozen=True)
class TableFile:
    """One table file or several, and how they are to be read; `open_table` makes it.

    Attributes
    ----------
    source : path-like, or sequence of path-like
    options : ReadOptions
    """

    source: Any
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, eq=False)
class FileTable:
    """The table of a file in memory, in the types of Polars.

    Attributes
    ----------
    frame : polars.DataFrame
    layout : CsvLayout or None
        That of a text file.
    source : path-like
        The file; ``-`` for standard input.
    """

    frame: polars.DataFrame
    layout: CsvLayout | None = None
    source: Any = "-"

    def to_table(self) -> Table:
        """Return the table."""
        names = RowNames.of_file(self.source, np.arange(self.frame.height), self.layout)
        table = replace(table_from_frame(self.frame), row_names=names)
        if self.layout is None:
            return table
        return replace(table, written=self.layout.written, na=self.layout.na)


def read_table(
    source: Any,
    *,
    sep: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    na: str | Iterable[str] = (),
    header: bool | None = None,
    skip_rows: int | None = None,
    sheet: str | int | None = None,
    table: str | None = None,
    text_columns: TextColumns = (),
) -> Table:
    r"""Read a table from a file, from standard input or from a data frame.

    What a text file does not say is found from its beginning and checked on the whole file: encoding (UTF-8,
    UTF-16 with a byte order mark, else Windows-1252), separator (comma, semicolon, tab, ``|`` or spaces),
    decimal sign, title lines and names. Every cell counts for the type of its column: whole numbers, numbers,
    true/false (in any case), else text. Whole numbers with zeros before them or more digits than a float has
    stay text, as do dates. Blank lines are skipped.

    Parameters
    ----------
    source : path-like, TableFile, polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        A file with an extension of `FORMATS`, each also compressed (`.gz`, `.bz2`, `.xz`, `.zst`, `.zip`);
        ``-`` is standard input; ``file.sqlite?table=people`` is a table of a database.
    sep : str, optional
        The separator: a character, or comma, semicolon, pipe, tab or space.
    decimal : {'.', ','}, optional
        The decimal sign.
    encoding : str, optional
        The encoding, such as ``utf-8``, ``cp1252`` or ``utf-16``.
    na : str or iterable of str, default=()
        Words for a missing value, in addition to the empty cell, ``?``, ``NA``, ``N/A``, ``NaN``, ``null``,
        ``None`` and their variants.
    header : bool, optional
        Whether the table begins with the names of its columns. If not, they are column_1, column_2, …
    skip_rows : int, optional
        Lines to skip before the names.
    sheet : str or int, optional
        The sheet of a workbook, by name or by number from 1; by default the first.
    table : str, optional
        The table of a database; by default the only one.
    text_columns : collection of str or "all"
        Columns of a text file to keep as text even if all their cells spell numbers, such as postcodes.

    Returns
    -------
    Table
        At least one row.

    Raises
    ------
    DataError
        If there is no such file, or no table in it; the sentence says what to do.
    ParameterError
        If an option breaks its rule, or has no use for the file.

    Warns
    -----
    ReadWarning
        If something was guessed or left out; the sentence names the option that overrules it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "people.csv"
    ...     _ = path.write_text("age;height\n31;1,75\n?;1,8\n")
    ...     read_table(path).columns
    {'age': array([31., nan]), 'height': array([1.75, 1.8 ])}
    """
    options = ReadOptions(sep, decimal, encoding, na, header, skip_rows, sheet, table, text_columns)
    if isinstance(source, TableFile):
        source, options = source.source, options if options != ReadOptions() else source.options
    if isinstance(source, str | os.PathLike):
        return read_file(source, options).to_table()
    options.require_use((), "a data frame", "no file")
    read = table_from_frame(source)
    _require_rows(read.n_rows, len(read.columns), "the data frame")
    return read


def open_table(source: Any, **options: Any) -> TableFile:
    """Return a table file, or several that are one table, with the way to read it; it is not read yet.

    It can be given wherever a path can, such as to ``fit_table``, also for a table that is read in pieces.

    Parameters
    ----------
    source : path-like, or sequence of path-like
    **options :
        As of `read_table`.

    Returns
    -------
    TableFile

    Raises
    ------
    ParameterError
        If an option breaks its rule.

    Examples
    --------
    >>> open_table("people.csv", sep=";", decimal=",").options.decimal
    ','
    """
    return TableFile(source, ReadOptions(**options))


def find_layout(source: str | os.PathLike[str], **options: Any) -> CsvLayout:
    r"""Return the layout of a CSV file, as `read_table` finds it.

    Parameters
    ----------
    source : path-like
        A CSV file, compressed or not.
    **options :
        As of `read_table`.

    Returns
    -------
    CsvLayout
        Its `notes` say what was guessed.

    Raises
    ------
    DataError
        If there is no such file, or it is no CSV file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "people.csv"
    ...     _ = path.write_text("age;height\n31;1,75\n?;1,8\n")
    ...     layout = find_layout(path)
    >>> layout.sep, layout.decimal, layout.encoding, layout.notes
    (';', ',', 'utf-8', ())
    """
    content, table_format = _content(source)
    scanned = _scanned(content, table_format, ReadOptions(**options))
    if scanned.layout is None:
        raise DataError(f"{content.label} is {table_format.name}, which has no layout to be found.")
    return scanned.layout


def _require_rows(n_rows: int, n_columns: int, label: str) -> None:
    """Raise a `DataError` if a table has no rows."""
    if n_rows == 0:
        missing = "column names but no rows" if n_columns else "no columns and no rows"
        raise DataError(f"{label} has {missing}; add some.")


def read_file(source: str | os.PathLike[str], options: ReadOptions | None = None) -> FileTable:
    """Return a file or standard input as `read_table` reads it, but in the types of Polars."""
    options = ReadOptions() if options is None else options
    source, options = with_table(source, options)
    content, table_format = _content(source)
    scanned = _scanned(content, table_format, options)
    with polars_errors(f"{content.label} cannot be read as {table_format.name}"):
        frame = scanned.frame.collect()
    _require_rows(frame.height if frame.width else 0, frame.width, content.label)
    warn_of(scanned.notes)
    return FileTable(frame, scanned.layout, source)


def _scanned(content: Source, table_format: TableFormat, options: ReadOptions) -> ScannedTable:
    options.require_use(table_format.options, content.label, table_format.name)
    with polars_errors(f"{content.label} cannot be read as {table_format.name}"):
        return table_format.scan(content, options)


def warn_of(notes: Sequence[str]) -> None:
    """Warn of what was guessed or left out."""
    for each in notes:
        warn(each, ReadWarning)


def with_table(source: str | os.PathLike[str], options: ReadOptions) -> tuple[Any, ReadOptions]:
    """Return the file and the options of ``file.sqlite?table=people``."""
    name, query, table = str(source).rpartition("?table=")
    if not query or Path(str(source)).exists():
        return source, options
    return name, ReadOptions(**{**vars(options), "table": options.table or table})


def _content(source: str | os.PathLike[str]) -> tuple[Source, TableFormat]:
    """Return the content of a file or of standard input, decompressed, and its format."""
    if str(source) == "-":
        content = Source(sys.stdin.buffer.read(), "standard input")
        assert isinstance(content.content, bytes)
        if compression := recognised_compression(content.content):
            content = Source(decompressed(content.content, compression, content.label, None), content.label)
        table_format = recognised_format(content.read())
    else:
        content, table_format = _file_content(Path(source), f"'{os.fspath(source)}'")
    if isinstance(content.content, bytes) and not content.content.strip():
        raise DataError(f"{content.label} is empty; a table needs a header line and rows.")
    return content, table_format


def _file_content(path: Path, label: str) -> tuple[Source, TableFormat]:
    """Return the content of a file, decompressed, and its format."""
    if path.is_dir():
        raise DataError(f"{label} is a folder; give the name of a table file in it.")
    if not path.exists():
        raise no_file(path)
    table_format, compression = format_of(path)
    inner = Path(path.stem) if compression else path
    if table_format is None and inner.suffix:
        raise DataError(unknown_kind(path))
    source = Source(Source(path, label).read(), label)
    assert isinstance(source.content, bytes)
    if compression is not None:
        source = Source(decompressed(source.content, compression, label, None), label)
    table_format = table_format or recognised_format(source.read())
    return (Source(path, label) if table_format.from_path else source), table_format


def no_file(path: Path) -> DataError:
    """Return the error for a file that does not exist."""
    siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    return DataError(f"there is no file '{path}'.{did_you_mean(path.name, siblings)}")
