"""Table files: CSV, TSV, JSON lines and Parquet, plain or gzipped, also through standard input and output."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.data.columns import Column, is_text
from separatrix.data.csv_text import read_csv, sniffed_separator
from separatrix.data.tables import Table, table_from_frame
from separatrix.errors import DataError, OutputError, did_you_mean
from separatrix.files import atomic_write

if TYPE_CHECKING:
    import polars

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_KNOWN = f"{', '.join(_FORMATS)}, each also with .gz"


def read_table(source: Any, *, text_columns: Collection[str] = ()) -> Table:
    r"""Read a table from a file, from standard input or from a data frame.

    Every cell of a CSV file counts for the type of its column: whole numbers, numbers, true/false (in any
    case), else text; dates stay text. The separator of a CSV file (comma, semicolon or tab) is the commonest
    in its first line. Blank lines are skipped.

    Parameters
    ----------
    source : path-like, polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.ndjson`, each also with `.gz`; `-` is standard input, in any
        of these.
    text_columns : collection of str
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
    import polars as pl

    table = columns if isinstance(columns, Table) else Table(dict(columns))
    file_format, zipped = ("csv", False) if os.fspath(path) == "-" else format_of(Path(path))
    if file_format is None:
        raise OutputError(f"cannot write '{os.fspath(path)}': the extension must be one of {_KNOWN}.")
    frame = pl.DataFrame([_polars_series(name, column) for name, column in table.columns.items()])
    content = _encoded(frame, file_format)
    if os.fspath(path) == "-":
        sys.stdout.buffer.write(content)
        return
    with atomic_write(path) as temporary:
        temporary.write_bytes(gzip.compress(content, mtime=0) if zipped else content)


def format_of(path: Path) -> tuple[str | None, bool]:
    """Return the format that an extension stands for, None if unknown, and whether it is gzipped."""
    zipped = path.suffix.lower() == ".gz"
    return _FORMATS.get((Path(path.stem) if zipped else path).suffix.lower()), zipped


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


def _polars_series(name: str, column: Column) -> polars.Series:
    import polars as pl

    if is_text(column):
        return pl.Series(name, column.tolist(), dtype=pl.String)
    return pl.Series(name, column, nan_to_null=True)


def _encoded(frame: polars.DataFrame, file_format: str) -> bytes:
    buffer = io.BytesIO()
    if file_format == "parquet":
        frame.write_parquet(buffer)
    elif file_format == "jsonl":
        frame.write_ndjson(buffer)
    else:
        frame.write_csv(buffer, separator="\t" if file_format == "tsv" else ",")
    return buffer.getvalue()
