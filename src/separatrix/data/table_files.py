"""Table files: the formats that can be read and written, plain or gzipped, also by standard input and output.

A format is one entry of `FORMATS`.
"""

from __future__ import annotations

import csv
import glob
import gzip
import io
import json
import os
import re
import sys
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, tee
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from separatrix.data.table import TYPES, Kind, Table, frame_from_table, require_unique, table_from_frame
from separatrix.errors import DataError, OutputError, SeparatrixError, did_you_mean
from separatrix.files import atomic_write

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True)
class AsWritten:
    """All columns of a CSV or TSV file as text, and the cells of columns that are not `used` as written.

    The cells of the columns `used` have no spaces around them, and some words are missing values.
    """

    used: Collection[str]


TextColumns = Collection[str] | Literal["all"] | AsWritten
"""Columns of a CSV or TSV file to keep as text even if all their cells spell numbers."""

Source = Path | bytes

MISSING_WORDS = (
    *("", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "?"),
)
"""What a cell of a CSV or TSV file may say instead of a value (spaces around it do not count)."""

GROUP_ROWS = 2**16  # of a row group of a Parquet file
HEADER_BYTES = 2**16
CHUNK_BYTES = 2**18
"""Bytes of a CSV file that Polars parses at once; by default it takes 200 MB more, and is no faster."""

CHUNK_VARIABLE = "POLARS_CSV_CHUNK_SIZE"

_chunks_lock = threading.Lock()
_n_in_small_chunks = 0
_chunk_size_before: str | None = None

SAMPLE_ROWS = 10_000
"""Rows of a CSV file whose kinds decide which kinds are tried on all rows."""

_PARSED_KINDS: tuple[Kind, ...] = ("whole", "number", "truth")
_WIDER: dict[Kind, tuple[Kind, ...]] = {
    "empty": _PARSED_KINDS,
    "whole": ("whole", "number"),
    "number": ("number",),
    "truth": ("truth",),
    "text": (),
}


@dataclass(frozen=True)
class TableFormat:
    """A format of table files.

    Attributes
    ----------
    name : str
        What errors call it.
    scan : callable
        Takes a path or bytes, what errors call it, and `text_columns`; returns a Polars lazy frame.
    write : callable
        Takes an iterator of Polars data frames, a binary file and the rows of a row group.
    starts : bytes
        First bytes of a file, by which standard input is recognised; empty if there are none.
    keeps_spelling : bool
        Whether text is written as it was read.
    in_pieces : bool
        Whether a file can be read in pieces.
    """

    name: str
    scan: Callable[[Source, str, TextColumns], polars.LazyFrame]
    write: Callable[[Iterator[polars.DataFrame], BinaryIO, int], None]
    starts: bytes = b""
    keeps_spelling: bool = False
    in_pieces: bool = False


def read_table(source: Any, *, text_columns: TextColumns = ()) -> Table:
    r"""Read a table from a file, from standard input or from a data frame.

    Every cell of a CSV file counts for the type of its column: whole numbers, numbers, true/false (in any
    case), else text; dates stay text. The separator of a CSV file (comma, semicolon or tab) is the most
    frequent in its first line. Blank lines are skipped.

    Parameters
    ----------
    source : path-like, polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.ndjson`, each also with `.gz`; `-` is standard input, in any
        of these.
    text_columns : collection of str or "all"
        Columns of a CSV or TSV file to keep as text even if all their cells spell numbers, such as postcodes.

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
    if isinstance(source, str | os.PathLike):
        return table_from_frame(read_frame(source, text_columns))
    table = table_from_frame(source)
    _require_rows(table.n_rows, len(table.columns), "the data frame")
    return table


def _require_rows(n_rows: int, n_columns: int, label: str) -> None:
    """Raise a `DataError` if a table has no rows."""
    if n_rows == 0:
        missing = "column names but no rows" if n_columns else "no columns and no rows"
        raise DataError(f"{label} has {missing}; add some.")


def read_frame(source: str | os.PathLike[str], text_columns: TextColumns = ()) -> polars.DataFrame:
    """Return a file or standard input as `read_table` reads it, but in the types of Polars."""
    if str(source) == "-":
        label, content = "standard input", sys.stdin.buffer.read()
        content = _decompressed(content, label) if content.startswith(b"\x1f\x8b") else content
        table_format = _recognised(content)
    else:
        label = f"'{os.fspath(source)}'"
        content, table_format = _file_content(Path(source), label)
    if not content.strip():
        raise DataError(f"{label} is empty; a table needs a header line and rows.")
    with polars_errors(f"{label} cannot be read as {table_format.name}"):
        frame = table_format.scan(content, label, text_columns).collect()
    _require_rows(frame.height if frame.width else 0, frame.width, label)
    return frame


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


def write_pieces(
    pieces: Iterable[Mapping[str, Any]],
    path: str | os.PathLike[str],
    kinds: Mapping[str, Kind] | None = None,
    group_rows: int = GROUP_ROWS,
) -> None:
    r"""Write a table piece by piece, whole or not at all.

    Parameters
    ----------
    pieces : iterable of mapping of str to array-like of shape (n_rows,)
        All with the same columns.
    path : path-like
        As for `write_table`.
    kinds : mapping of str to Kind, optional
        What the cells of a column are in the whole table, where one piece does not show it.
    group_rows : int
        Rows of a row group of a Parquet file, at most `GROUP_ROWS`: several are in memory at once.

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
    frames = (_frame(piece, kinds or {}) for piece in pieces)
    table_format, is_zipped = output_format(path)
    if os.fspath(path) == "-":
        table_format.write(frames, sys.stdout.buffer, group_rows)
        return
    with atomic_write(path) as temporary, temporary.open("wb") as raw, ExitStack() as stack:
        file: Any = raw
        if is_zipped:
            file = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
        table_format.write(frames, file, min(group_rows, GROUP_ROWS))


def format_of(path: Path) -> tuple[TableFormat | None, bool]:
    """Return the format that an extension stands for, None if unknown, and whether it is gzipped."""
    is_zipped = path.suffix.lower() == ".gz"
    return FORMATS.get((Path(path.stem) if is_zipped else path).suffix.lower()), is_zipped


def streamed_suffixes() -> list[str]:
    """Return the extensions of files that can be read in pieces."""
    return [suffix for suffix, table_format in FORMATS.items() if table_format.in_pieces]


def is_larger(source: str, n_bytes: int) -> bool:
    """Return whether a source is a pattern, or a file of more than `n_bytes` that can be read in pieces."""
    path = Path(source)
    if is_pattern(source):
        return True
    return path.suffix.lower() in streamed_suffixes() and path.is_file() and path.stat().st_size > n_bytes


def is_pattern(source: str) -> bool:
    """Return whether a source is a pattern of file names, and not the name of a file."""
    return glob.has_magic(source) and not Path(source).exists()


def output_format(path: str | os.PathLike[str]) -> tuple[TableFormat, bool]:
    """Return the format of a table file to write, and whether it is gzipped; `-` is CSV.

    Raises
    ------
    OutputError
        If the extension is unknown.
    """
    table_format, is_zipped = (_CSV, False) if os.fspath(path) == "-" else format_of(Path(path))
    if table_format is None:
        raise OutputError(f"cannot write '{os.fspath(path)}': the extension must be one of {_known()}.")
    return table_format, is_zipped


def no_file(path: Path) -> DataError:
    """Return the error for a file that does not exist."""
    siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    return DataError(f"there is no file '{path}'.{did_you_mean(path.name, siblings)}")


@contextmanager
def polars_errors(problem: str) -> Iterator[None]:
    """Turn an error of Polars into a `DataError`: the problem, and the reason that Polars gives."""
    import polars as pl

    try:
        yield
    except SeparatrixError:
        raise
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{problem}: {str(error).splitlines()[0].rstrip('.')}.") from error


@contextmanager
def small_chunks() -> Iterator[None]:
    """Make Polars parse CSV files in chunks of `CHUNK_BYTES`; it reads this variable for each query.

    Threads may be here at the same time: the first sets the variable, the last restores it.
    """
    global _n_in_small_chunks, _chunk_size_before
    with _chunks_lock:
        if _n_in_small_chunks == 0:
            _chunk_size_before = os.environ.get(CHUNK_VARIABLE)
            os.environ[CHUNK_VARIABLE] = str(CHUNK_BYTES)
        _n_in_small_chunks += 1
    try:
        yield
    finally:
        with _chunks_lock:
            _n_in_small_chunks -= 1
            if _n_in_small_chunks == 0:
                os.environ.pop(CHUNK_VARIABLE, None)
                if _chunk_size_before is not None:
                    os.environ[CHUNK_VARIABLE] = _chunk_size_before


def sniffed_separator(content: bytes) -> str:
    """Return the most frequent of comma, semicolon and tab in the first line, outside quotes.

    Examples
    --------
    >>> sniffed_separator(b'"a,b";c;d')
    ';'
    """
    first_line = re.sub(rb'"[^"]*"', b"", content.partition(b"\n")[0])
    return max(",;\t", key=lambda separator: first_line.count(separator.encode()))


def _known() -> str:
    return f"{', '.join(FORMATS)}, each also with .gz"


def _file_content(path: Path, label: str) -> tuple[bytes, TableFormat]:
    if path.is_dir():
        raise DataError(f"{label} is a folder; give the name of a table file in it.")
    if not path.exists():
        raise no_file(path)
    table_format, is_zipped = format_of(path)
    if table_format is None:
        raise DataError(f"{label} is of no known kind; the extension must be one of {_known()}.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{label} cannot be read: {error.strerror}.") from error
    return (_decompressed(content, label) if is_zipped else content), table_format


def _decompressed(content: bytes, label: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{label} is not a whole gzip file; compress it again.") from error


def _recognised(content: bytes) -> TableFormat:
    """Return the format of standard input."""
    for table_format in FORMATS.values():
        if table_format.starts and content.lstrip().startswith(table_format.starts):
            return table_format
    return FORMATS[".csv"]


# Parquet and JSON lines


def _scan_parquet(source: Source, label: str, text_columns: TextColumns) -> polars.LazyFrame:
    """Return the columns of a Parquet file, as pandas describes them if it has written the file.

    The index is no column, and categories are text whatever their type.
    """
    import polars as pl

    frame = pl.scan_parquet(source, glob=False)
    metadata = pl.read_parquet_metadata(source if isinstance(source, Path) else io.BytesIO(source))
    if "pandas" not in metadata:
        return frame
    pandas = json.loads(metadata["pandas"])
    # An index of consecutive numbers is described by a dictionary, and has no column.
    index = {name for name in pandas["index_columns"] if isinstance(name, str)}
    categories = {
        each.get("field_name", each["name"])
        for each in pandas["columns"]
        if each["pandas_type"] == "categorical"
    }
    return frame.select(
        _as_category(pl.nth(number), dtype) if name in categories else pl.nth(number)
        for number, (name, dtype) in enumerate(frame.collect_schema().items())
        if name not in index
    )


def _as_category(values: polars.Expr, dtype: polars.DataType) -> polars.Expr:
    """Return numbers and truth values as text, as `separatrix.data.table.as_text` writes them."""
    import polars as pl

    if dtype == pl.Boolean:
        return values.replace_strict({True: "True", False: "False"}, return_dtype=pl.String)
    if dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        return pl.when(values == whole).then(whole.cast(pl.String)).otherwise(values.cast(pl.String))
    return values.cast(pl.String) if dtype.is_integer() else values


def _scan_json_lines(source: Source, label: str, text_columns: TextColumns) -> polars.LazyFrame:
    import polars as pl

    content = source.read_bytes() if isinstance(source, Path) else source
    try:
        return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None).lazy()
    except pl.exceptions.PolarsError:
        _check_json_lines(content, label)
        raise


def _check_json_lines(content: bytes, label: str) -> None:
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


# CSV and TSV


def _scan_csv(
    source: Source, label: str, text_columns: TextColumns, separator: str | None = None
) -> polars.LazyFrame:
    """Return the columns of a CSV file, of the narrowest kinds that hold all their cells.

    A file is read once to find the kinds, and again when the lazy frame is evaluated.
    """
    import polars as pl

    as_written = isinstance(text_columns, AsWritten)
    if isinstance(source, bytes) and re.search(rb"\r(?!\n)" if as_written else rb"\r", source):
        # A carriage return alone ends a line for the csv module but not for Polars.
        source = re.sub(rb"\r\n?", b"\n", source)
    beginning, n_quotes = _checked_bytes(source, label)
    separator = separator or sniffed_separator(beginning)
    names = _header(source, separator, label)
    if n_quotes % 2:
        _blank_rows(source, separator, label)  # raises for an open quote, before Polars reads on to the end
    # Columns are numbered: in Polars names such as "*" stand for several.
    numbers = [str(number) for number in range(len(names))]
    cells = pl.scan_csv(source, separator=separator, infer_schema=False, new_columns=numbers, glob=False)
    try:
        cells = cells.collect().lazy() if isinstance(source, bytes) else cells
        sampled, _ = _kinds(cells.head(SAMPLE_ROWS), dict.fromkeys(numbers, _PARSED_KINDS))
        tried = {
            number: () if _is_text(name, text_columns) else _WIDER[sampled[number]]
            for number, name in zip(numbers, names, strict=True)
        }
        kinds, n_without_last = _kinds(cells, tried)
    except pl.exceptions.PolarsError:
        _blank_rows(source, separator, label)
        raise
    # Polars fills short and blank lines with nulls: only a row without its last cell can be one of them.
    if n_without_last and (blank := _blank_rows(source, separator, label)):
        cells = cells.with_row_index("row").filter(~pl.col("row").is_in(blank))
    unused = [
        number
        for number, name in zip(numbers, names, strict=True)
        if isinstance(text_columns, AsWritten) and name not in text_columns.used
    ]
    words = cells.select(pl.col(number) if number in unused else _words(number) for number in numbers)
    return words.select(
        (pl.col(number) if number in unused else _parsed(number, kinds[number])).alias(name)
        for number, name in zip(numbers, names, strict=True)
    )


def _is_text(name: str, text_columns: TextColumns) -> bool:
    """Return whether a column is text whatever its cells spell."""
    return text_columns == "all" or isinstance(text_columns, AsWritten) or name in text_columns


def _checked_bytes(source: Source, label: str) -> tuple[bytes, int]:
    """Return the beginning of a CSV file and its number of quotes; a `DataError` if it is no text table."""
    beginning, n_quotes = b"", 0
    with _opened(source, label) as file:
        for block in iter(partial(file.read, HEADER_BYTES), b""):
            if b"\0" in block:
                raise DataError(f"{label} is binary or not UTF-8, not a text table; save it as CSV in UTF-8.")
            beginning, n_quotes = beginning or block, n_quotes + block.count(b'"')
    if not beginning.strip():
        raise DataError(f"{label} is empty; a table needs a header line and rows.")
    header = beginning.partition(b"\n")[0].removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
    if b"\r" in header:
        raise DataError(
            f"{label} ends its lines with a carriage return alone; save it with newlines as line ends."
        )
    if not header.strip():
        raise DataError(f"{label} begins with a blank line; begin with the header line.")
    return beginning, n_quotes


def _header(source: Source, separator: str, label: str) -> list[str]:
    """Return the names of the columns."""
    with _csv_records(source, separator, label) as records:
        names = [name.strip() for name in next(records)[1]]
    for position, name in enumerate(names, start=1):
        if not name:
            raise DataError(f"column {position} of {label} has no name; name it in the header line.")
    require_unique(names, label)
    return names


def _kinds(cells: polars.LazyFrame, tried: Mapping[str, tuple[Kind, ...]]) -> tuple[dict[str, Kind], int]:
    """Return the narrowest kind tried that holds all cells of each column, and the nulls in the last one."""
    import polars as pl

    counts = [pl.col("last").null_count().alias("without last")]
    for column, kinds in tried.items():
        counts.append(pl.col(column).count().alias(f"{column} present"))
        counts += [_parsed(column, kind).count().alias(f"{column} {kind}") for kind in kinds]
    last = pl.col(list(tried)[-1]).alias("last")
    with small_chunks():
        n = (
            cells.select(last, *map(_words, tried))
            .select(counts)
            .collect(engine="streaming")
            .row(0, named=True)
        )

    def narrowest(column: str) -> Kind:
        n_present = n[f"{column} present"]
        if n_present == 0:
            return "empty"
        return next((kind for kind in tried[column] if n[f"{column} {kind}"] == n_present), "text")

    return {column: narrowest(column) for column in tried}, n["without last"]


def _words(column: str) -> polars.Expr:
    """Return cells without spaces around them, null where one says that it is missing."""
    import polars as pl

    words = pl.col(column).str.strip_chars()
    return pl.when(~words.is_in(MISSING_WORDS)).then(words).alias(column)


def _parsed(column: str, kind: Kind) -> polars.Expr:
    """Return cells as values of a kind, null where one is no such value."""
    import polars as pl

    words = pl.col(column)
    if kind == "text":
        return words.str.replace_all("\r\n?", "\n")
    if kind == "truth":
        lowered = words.str.to_lowercase()
        return lowered.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return words.cast(TYPES[kind], strict=False)


def _blank_rows(source: Source, separator: str, label: str) -> list[int]:
    """Return the indices of blank lines; a `DataError` for the first line with too many or too few cells."""
    blank = []
    with _csv_records(source, separator, label) as records:
        _, header = next(records)
        for row, (line, record) in enumerate(records):
            if not record:
                blank.append(row)
            elif len(record) != len(header):
                raise DataError(
                    f"line {line} of {label} has {len(record)} cells where the header has {len(header)}; "
                    "correct it (a cell with a separator in it needs quotes)."
                )
    return blank


@contextmanager
def _csv_records(source: Source, separator: str, label: str) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Open the records of a CSV file, each with the line on which it begins."""

    def records(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        counted, lines = tee(_lines(file, label))
        reader = csv.reader(lines, delimiter=separator, strict=True)
        line = 1
        try:
            for record in reader:
                n_quotes = sum(text.count('"') for text in islice(counted, reader.line_num + 1 - line))
                if n_quotes % 2:
                    raise DataError(
                        f"line {line} of {label} has a quote within a cell; put the cell in quotes, and "
                        'write each quote in it twice, as in "5"" pipe".'
                    )
                yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"{label} cannot be read as CSV from line {line} on: {_csv_problem(str(error))}."
            ) from error

    with _opened(source, label) as file:
        yield records(file)


def _csv_problem(error: str) -> str:
    """Return what the csv module complains about, and the cure."""
    if "new-line character" in error:
        return "a line ends with a carriage return alone; save the file with newlines as line ends"
    if "field limit" in error:
        limit = f"{csv.field_size_limit():,} characters"
        return f"a cell has more than {limit} (shorten it), or a quote has no end; close its quotes"
    return f"{error}; close its quotes"


def _lines(file: BinaryIO, label: str) -> Iterator[str]:
    """Yield the lines of a text file; a `DataError` for the first that is not UTF-8."""
    for number, line in enumerate(file, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DataError(
                f"{label} is not UTF-8 text (first in line {number}); save it as CSV in UTF-8."
            ) from error


def _opened(source: Source, label: str) -> BinaryIO:
    try:
        return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise DataError(f"{label} cannot be read: {error.strerror}.") from error


# Writing


def _frame(piece: Mapping[str, Any], kinds: Mapping[str, Kind]) -> polars.DataFrame:
    """Return a piece as a data frame: columns of a known kind in their type, Polars series as they are."""
    import polars as pl

    columns = {name: values for name, values in piece.items() if isinstance(values, pl.Series)}
    for series in frame_from_table(Table({name: piece[name] for name in piece if name not in columns})):
        known = series.name in kinds
        columns[series.name] = series.cast(TYPES[kinds[series.name]]) if known else series
    return pl.DataFrame([columns[name] for name in piece])


def _write_csv(
    frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int, separator: str = ","
) -> None:
    for number, frame in enumerate(frames):
        file.write(frame.write_csv(separator=separator, include_header=number == 0).encode())


def _write_json_lines(frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int) -> None:
    for frame in frames:
        file.write(frame.write_ndjson().encode())


def _write_parquet(frames: Iterator[polars.DataFrame], file: BinaryIO, group_rows: int) -> None:
    """Write row groups as the frames come; Polars asks for the next when it has room for it."""
    from polars.exceptions import PolarsError
    from polars.io.plugins import register_io_source

    first = next(frames)
    raised: list[Exception] = []

    def all_frames(*request: object) -> Iterator[polars.DataFrame]:
        try:
            yield from chain([first], frames)
        except Exception as error:
            raised.append(error)
            raise

    lazy = register_io_source(all_frames, schema=first.schema)
    try:
        lazy.sink_parquet(file, row_group_size=group_rows)
    except PolarsError:
        if raised:  # Polars reports it in its own words
            raise raised[0] from None
        raise


_CSV = TableFormat("CSV", _scan_csv, _write_csv, keeps_spelling=True, in_pieces=True)
_TSV = TableFormat(
    "TSV",
    partial(_scan_csv, separator="\t"),
    partial(_write_csv, separator="\t"),
    keeps_spelling=True,
    in_pieces=True,
)
_PARQUET = TableFormat("Parquet", _scan_parquet, _write_parquet, starts=b"PAR1", in_pieces=True)
_JSON_LINES = TableFormat("JSON lines", _scan_json_lines, _write_json_lines, starts=b"{")

FORMATS: dict[str, TableFormat] = {
    ".csv": _CSV,
    ".tsv": _TSV,
    ".parquet": _PARQUET,
    ".jsonl": _JSON_LINES,
    ".ndjson": _JSON_LINES,
}
"""Each extension, and its format; the command line lists these."""
