"""Table files: CSV, TSV, JSON lines and Parquet, plain or gzipped, also through standard input and output."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import sys
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from separatrix.data.table import Column, Kind, Table, is_text, refuse_duplicates, table_from_frame
from separatrix.errors import DataError, OutputError, did_you_mean
from separatrix.files import atomic_write

if TYPE_CHECKING:
    import polars

MISSING_WORDS = ("", "NA", "NaN", "nan", "null", "NULL", "N/A", "?")
"""What a cell of a CSV or TSV file may say instead of a value (spaces around it do not count)."""


TextColumns = Collection[str] | Literal["all"]
"""Names of columns whose cells are read as text, whatever they spell; "all" for every column."""

_PARSED_KINDS: tuple[Kind, ...] = ("whole", "number", "truth")


def is_read_as_text(name: str, text_columns: TextColumns) -> bool:
    """Return whether a column is read as text, whatever its cells spell."""
    return text_columns == "all" or name in text_columns


def sniffed_separator(content: bytes) -> str:
    """Return the commonest of comma, semicolon and tab in the first line, outside quotes.

    Examples
    --------
    >>> sniffed_separator(b'"a,b";c;d')
    ';'
    """
    first_line = re.sub(rb'"[^"]*"', b"", content.partition(b"\n")[0])
    return max(",;\t", key=lambda separator: first_line.count(separator.encode()))


def read_csv(content: bytes, separator: str, label: str, text_columns: TextColumns = ()) -> Table:
    r"""Read the bytes of a CSV file whose every cell counts for the type of its column.

    Parameters
    ----------
    content : bytes
        UTF-8 text with a header line.
    separator : str
        One character.
    label : str
        What errors call the file.
    text_columns : collection of str, or "all"
        Columns to keep as text whatever their cells spell.

    Returns
    -------
    Table
        Possibly without rows.

    Raises
    ------
    DataError
        If the text is not UTF-8, a line has too many or too few cells, or names are missing or repeated.

    Examples
    --------
    >>> read_csv(b"age;sex\n31;f\nNA;m\n", ";", "people").columns
    {'age': array([31., nan]), 'sex': array(['f', 'm'], dtype=object)}
    """
    columns = {}
    for name, cells in read_words(content, separator, label).items():
        kind: Kind = "text" if is_read_as_text(name, text_columns) else narrowest_kind(cells)
        columns[name] = typed(cells, kind)
    return Table(columns)


def read_words(content: bytes, separator: str, label: str, lines_before: int = 0) -> dict[str, polars.Series]:
    """Return each column's cells as text without spaces around them, null where a cell says it is missing.

    `lines_before` are those of the file that `content` leaves out after the header: errors count them.
    """
    import polars as pl

    if b"\0" in content:
        raise DataError(f"{label} is binary or not UTF-8, not a text table; save it as CSV in UTF-8.")
    # A carriage return alone ends a line for the csv module but not for Polars.
    content = re.sub(rb"\r\n?", b"\n", content) if b"\r" in content else content
    try:
        cells = pl.read_csv(content, separator=separator, has_header=False, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        _checked_lines(content, separator, label, lines_before)
        raise DataError(
            f"{label} cannot be read as CSV: {str(error).splitlines()[0].rstrip('.')}."
        ) from error
    # Polars pads short and blank lines with nulls: only a gap in the last column can be one of them.
    if cells[:, -1].null_count():
        cells = cells.filter(_checked_lines(content, separator, label, lines_before))
    names = [(name or "").strip() for name in cells.row(0)]
    for position, name in enumerate(names, start=1):
        if not name:
            raise DataError(f"column {position} of {label} has no name; name it in the header line.")
    refuse_duplicates(names, label)
    return {name: words(column) for name, column in zip(names, cells[1:].get_columns(), strict=True)}


def words(cells: polars.Series) -> polars.Series:
    """Return raw cells without spaces around them, null where one says that it is missing."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped.is_in(MISSING_WORDS), None)


def narrowest_kind(cells: polars.Series) -> Kind:
    """Return the narrowest kind that holds all cells of a column."""
    if cells.null_count() == len(cells):
        return "empty"
    for kind in _PARSED_KINDS:
        if _parsed(cells, kind).null_count() == cells.null_count():
            return kind
    return "text"


def typed(cells: polars.Series, kind: Kind) -> Column:
    """Return cells as a column of a kind that holds all of them."""
    if kind == "text":
        return np.asarray(cells.to_numpy())
    return table_from_frame(_parsed(cells, "whole" if kind == "empty" else kind).to_frame("")).columns[""]


def _parsed(cells: polars.Series, kind: Kind) -> polars.Series:
    """Return cells as values of a kind other than text, null where one is no such value."""
    import polars as pl

    if kind == "truth":
        lowered = cells.str.to_lowercase()
        return lowered.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return cells.cast(pl.Int64 if kind == "whole" else pl.Float64, strict=False)


def _checked_lines(content: bytes, separator: str, label: str, lines_before: int) -> list[bool]:
    """Mark the lines that are not blank; raise for the first with too many or too few cells."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        line += lines_before * (line > 1)
        raise DataError(
            f"{label} is not UTF-8 text (first in line {line}); save it as CSV in UTF-8."
        ) from error
    widths: list[int] = []
    for line, width in _record_widths(text, separator, label):
        if width not in (0, widths[0] if widths else width):
            raise DataError(
                f"line {line + lines_before} of {label} has {width} cells where the header has {widths[0]}; "
                "correct it (a cell with a separator in it needs quotes)."
            )
        if not widths and width == 0:
            raise DataError(f"{label} begins with a blank line; begin with the header line.")
        widths.append(width)
    return [width > 0 for width in widths]


def _record_widths(text: str, separator: str, label: str) -> Iterator[tuple[int, int]]:
    """Yield, for each record, the line on which it begins and its number of cells (0: blank line)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, len(record)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{label} cannot be read as CSV from line {line} on: {error}.") from error


FORMATS = {".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_KNOWN = f"{', '.join(FORMATS)}, each also with .gz"


def read_table(source: Any, *, text_columns: TextColumns = ()) -> Table:
    r"""Read a table from a file, from standard input or from a data frame.

    Every cell of a CSV file counts for the type of its column: whole numbers, numbers, true/false (in any
    case), else text; dates stay text. The separator of a CSV file (comma, semicolon or tab) is the commonest
    in its first line. Blank lines are skipped.

    Parameters
    ----------
    source : path-like, polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.ndjson`, each also with `.gz`; `-` is standard input, in any
        of these.
    text_columns : collection of str, or "all"
        Columns of a CSV or TSV file to keep as text even if all their cells spell numbers (postcodes, say).

    Returns
    -------
    Table
        At least one row.

    Raises
    ------
    DataError
        If there is no such file, or no table in it; the sentence says what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "people.csv"
    ...     _ = path.write_text("age,sex\n31,f\n?,m\n")
    ...     read_table(path).columns
    {'age': array([31., nan]), 'sex': array(['f', 'm'], dtype=object)}
    """
    if not isinstance(source, str | os.PathLike):
        return _with_rows(table_from_frame(source), "the data frame")
    label = "standard input" if str(source) == "-" else f"'{os.fspath(source)}'"
    if str(source) == "-":
        content = sys.stdin.buffer.read()
        content = _decompressed(content, label) if content.startswith(b"\x1f\x8b") else content
        file_format = _sniffed_format(content)
    else:
        content, file_format = _file_content(Path(source), label)
    if not content.strip():
        raise DataError(f"{label} is empty; a table needs a header line and rows.")
    if file_format in ("csv", "tsv"):
        separator = "\t" if file_format == "tsv" else sniffed_separator(content)
        return _with_rows(read_csv(content, separator, label, text_columns), label)
    return _with_rows(table_from_frame(_read_typed(content, file_format, label)), label)


def write_table(columns: Mapping[str, Any] | Table, path: str | os.PathLike[str]) -> None:
    """Write columns to a table file, whole or not at all.

    Parameters
    ----------
    columns : Table or mapping of str to array-like of shape (n_rows,)
        What to write; a missing value becomes an empty cell or null.
    path : path-like
        `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.ndjson`, each also with `.gz`; `-` is CSV on standard out.

    Raises
    ------
    OutputError
        If the extension is none of these, or the file cannot be written.

    Examples
    --------
    >>> write_table({"age": [31, None], "sex": ["f", "m"]}, "people.doc")
    Traceback (most recent call last):
    ...
    separatrix.errors.OutputError: cannot write 'people.doc': the extension must be one of .csv, .tsv, \
.parquet, .jsonl, .ndjson, each also with .gz.
    """
    write_pieces([columns.columns if isinstance(columns, Table) else columns], path)


def format_of(path: Path) -> tuple[str | None, bool]:
    """Return the format that an extension stands for, None if unknown, and whether it is gzipped."""
    zipped = path.suffix.lower() == ".gz"
    return FORMATS.get((Path(path.stem) if zipped else path).suffix.lower()), zipped


def output_format(path: str | os.PathLike[str]) -> tuple[str, bool]:
    """Return the format of a table file to write, and whether it is gzipped; ``-`` is CSV.

    Raises
    ------
    OutputError
        If the extension is unknown.
    """
    if os.fspath(path) == "-":
        return "csv", False
    file_format, zipped = format_of(Path(path))
    if file_format is None:
        raise OutputError(f"cannot write '{os.fspath(path)}': the extension must be one of {_KNOWN}.")
    return file_format, zipped


def _file_content(path: Path, label: str) -> tuple[bytes, str]:
    if path.is_dir():
        raise DataError(f"{label} is a folder; give the name of a table file in it.")
    if not path.exists():
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file {label}.{did_you_mean(path.name, siblings)}")
    file_format, zipped = format_of(path)
    if file_format is None:
        raise DataError(f"{label} is of no known kind; the extension must be one of {_KNOWN}.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{label} cannot be read: {error.strerror}.") from error
    return (_decompressed(content, label) if zipped else content), file_format


def _decompressed(content: bytes, label: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{label} is not a whole gzip file; compress it anew.") from error


def _sniffed_format(content: bytes) -> str:
    if content.startswith(b"PAR1"):
        return "parquet"
    return "jsonl" if content.lstrip().startswith(b"{") else "csv"


def _with_rows(table: Table, label: str) -> Table:
    if table.n_rows == 0:
        raise DataError(
            f"{label} has {'column names but' if table.columns else 'no columns and'} no rows; add some."
        )
    return table


def _read_typed(content: bytes, file_format: str, label: str) -> polars.DataFrame:
    import polars as pl

    try:
        if file_format == "parquet":
            return pl.read_parquet(io.BytesIO(content))
        return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
    except pl.exceptions.PolarsError as error:
        if file_format == "jsonl":
            _refuse_bad_json(content, label)
        kind = "Parquet" if file_format == "parquet" else "JSON lines"
        raise DataError(
            f"{label} cannot be read as {kind}: {str(error).splitlines()[0].rstrip('.')}."
        ) from error


def _refuse_bad_json(content: bytes, label: str) -> None:
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            is_record = not line.strip() or isinstance(json.loads(line), dict)
        except ValueError:
            is_record = False
        if not is_record:
            raise DataError(
                f'line {number} of {label} is not a JSON object; each line must be like {{"age": 31}}.'
            )


GROUP_ROWS = 2**16  # of a row group of a Parquet file


def write_pieces(
    pieces: Iterable[Mapping[str, Any]],
    path: str | os.PathLike[str],
    kinds: Mapping[str, Kind] | None = None,
    group_rows: int = GROUP_ROWS,
) -> None:
    r"""Write a table piece by piece.

    Parameters
    ----------
    pieces : iterable of mapping of str to array-like of shape (n_rows,)
        All with the same columns.
    path : path-like
        As for `separatrix.data.write_table`.
    kinds : mapping of str to Kind
        What the cells of a column are in the whole table, where one piece does not tell.
    group_rows : int
        Rows of a row group of a Parquet file, of `GROUP_ROWS` at most: several are in memory at once.

    Raises
    ------
    OutputError
        If the extension is unknown, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "t.csv"
    ...     write_pieces([{"a": [1]}, {"a": [None]}], path, {"a": "whole"})
    ...     path.read_text()
    'a\n1\n\n'
    """
    file_format, zipped = output_format(path)
    frames = (_frame(piece, kinds) for piece in pieces)
    if os.fspath(path) == "-":
        for content in _encoded(frames, file_format):
            sys.stdout.buffer.write(content)
        return
    with atomic_write(path) as temporary, temporary.open("wb") as raw, ExitStack() as stack:
        file = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0)) if zipped else raw
        if file_format == "parquet":
            _write_parquet(frames, file, min(group_rows, GROUP_ROWS))
        else:
            for content in _encoded(frames, file_format):
                file.write(content)


def _frame(piece: Mapping[str, Any], kinds: Mapping[str, Kind] | None) -> polars.DataFrame:
    import polars as pl

    dtypes = {"whole": pl.Int64, "truth": pl.Boolean, "text": pl.String}
    series = []
    for name, column in Table(dict(piece)).columns.items():
        values = (
            pl.Series(name, column.tolist(), dtype=pl.String)
            if is_text(column)
            else pl.Series(name, column, nan_to_null=True)
        )
        kind = (kinds or {}).get(name)
        series.append(values if kind is None else values.cast(dtypes.get(kind, pl.Float64)))
    return pl.DataFrame(series)


def _encoded(frames: Iterator[polars.DataFrame], file_format: str) -> Iterator[bytes]:
    for number, frame in enumerate(frames):
        if file_format == "jsonl":
            yield frame.write_ndjson().encode()
        else:
            separator = "\t" if file_format == "tsv" else ","
            yield frame.write_csv(separator=separator, include_header=number == 0).encode()


def _write_parquet(frames: Iterator[polars.DataFrame], file: Any, group_rows: int) -> None:
    """Write row groups as the frames come; Polars asks for the next when it has room for it."""
    from polars.exceptions import PolarsError
    from polars.io.plugins import register_io_source

    first = next(frames)
    raised: list[Exception] = []

    def all_frames(*wishes: object) -> Iterator[polars.DataFrame]:
        try:
            yield from chain([first], frames)
        except Exception as error:
            raised.append(error)
            raise

    lazy = register_io_source(all_frames, schema=first.schema)
    try:
        lazy.sink_parquet(file, row_group_size=group_rows)
    except PolarsError:
        if raised:  # Polars tells of it in words of its own
            raise raised[0] from None
        raise
