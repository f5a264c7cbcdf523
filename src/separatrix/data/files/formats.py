"""The formats of table files. A format is one entry of `FORMATS`."""

from __future__ import annotations

import glob
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from separatrix.data.files.compression import COMPRESSIONS, Compression, compression_of
from separatrix.data.files.csv_files import CSV_OPTIONS, scan_csv, write_csv
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.json_files import scan_json
from separatrix.data.files.json_lines import scan_json_lines, write_json_lines
from separatrix.data.files.parquet_files import (
    expanded_bytes,
    scan_arrow,
    scan_parquet,
    write_arrow,
    write_parquet,
)
from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.files.sqlite_files import SQLITE_OPTIONS, scan_sqlite
from separatrix.data.files.workbook_files import WORKBOOK_OPTIONS, scan_workbook
from separatrix.data.read_options import ReadOptions

if TYPE_CHECKING:
    import polars

_FROM_PANDAS = "read it with pandas, and pass the data frame"
_CURES = {
    ".rds": "write it with R's write.csv",
    ".rdata": "write it with R's write.csv",
    **dict.fromkeys(
        (".dta", ".sav", ".sas7bdat", ".xpt", ".html", ".h5", ".orc", ".pickle", ".pkl"), _FROM_PANDAS
    ),
}
"""What to do with files of other kinds."""


@dataclass(frozen=True)
class TableFormat:
    """A format of table files.

    Attributes
    ----------
    name : str
        What errors call it.
    scan : callable
        Takes a `Source` and `ReadOptions`; returns a `ScannedTable`.
    write : callable or None
        Takes an iterator of Polars data frames, a binary file, the rows of a row group and the layout of the
        CSV file that the rows are from; None if such files are only read.
    starts : bytes
        First bytes of a file, by which standard input is recognised; empty if there are none.
    keeps_spelling : bool
        Whether text is written as it was read.
    keeps_types : bool
        Whether a file holds values of any type.
    in_pieces : bool
        Whether a file can be read in pieces.
    from_path : bool
        Whether a file is read by its path only.
    options : collection of str
        The fields of `ReadOptions` that it uses.
    """

    name: str
    scan: Callable[[Source, ReadOptions], ScannedTable]
    write: Callable[[Iterator[polars.DataFrame], BinaryIO, int, CsvLayout | None], None] | None = None
    starts: bytes = b""
    keeps_spelling: bool = False
    keeps_types: bool = False
    in_pieces: bool = False
    from_path: bool = False
    options: Collection[str] = ()


_CSV = TableFormat("CSV", scan_csv, write_csv, keeps_spelling=True, in_pieces=True, options=CSV_OPTIONS)
_TSV = TableFormat(
    "TSV",
    partial(scan_csv, sep="\t"),
    partial(write_csv, sep="\t"),
    keeps_spelling=True,
    in_pieces=True,
    options=CSV_OPTIONS,
)
_TEXT = TableFormat("CSV", scan_csv, in_pieces=True, options=CSV_OPTIONS)
_PARQUET = TableFormat(
    "Parquet", scan_parquet, write_parquet, starts=b"PAR1", keeps_types=True, in_pieces=True
)
_JSON_LINES = TableFormat("JSON lines", scan_json_lines, write_json_lines, starts=b"{", in_pieces=True)
_JSON = TableFormat("JSON", scan_json, starts=b"[{")
_ARROW = TableFormat("Arrow", scan_arrow, write_arrow, starts=b"ARROW1", keeps_types=True, in_pieces=True)
_WORKBOOK = TableFormat("a workbook", scan_workbook, starts=b"PK", options=WORKBOOK_OPTIONS)
_SQLITE = TableFormat(
    "an SQLite database",
    scan_sqlite,
    starts=b"SQLite format 3",
    in_pieces=True,
    from_path=True,
    options=SQLITE_OPTIONS,
)

FORMATS: dict[str, TableFormat] = {
    ".csv": _CSV,
    ".tsv": _TSV,
    ".parquet": _PARQUET,
    ".jsonl": _JSON_LINES,
    ".ndjson": _JSON_LINES,
    ".json": _JSON,
    ".arrow": _ARROW,
    ".feather": _ARROW,
    ".xlsx": _WORKBOOK,
    ".xls": _WORKBOOK,
    ".ods": _WORKBOOK,
    ".sqlite": _SQLITE,
    ".db": _SQLITE,
    ".txt": _TEXT,
    ".tab": _TEXT,
    ".dat": _TEXT,
    ".data": _TEXT,
}
"""Each extension, and its format; the command line lists these."""


def format_of(path: Path) -> tuple[TableFormat | None, Compression | None]:
    """Return the format that an extension stands for, None if unknown, and how the file is compressed."""
    compression = compression_of(path)
    return FORMATS.get((Path(path.stem) if compression else path).suffix.lower()), compression


def recognised_format(content: bytes) -> TableFormat:
    """Return the format that the first bytes of standard input show."""
    for table_format in FORMATS.values():
        if table_format.starts and content.lstrip().startswith(table_format.starts):
            return table_format
    return FORMATS[".csv"]


def unknown_kind(path: Path) -> str:
    """Return the sentence on a file that cannot be read."""
    cure = _CURES.get(path.suffix.lower(), f"save it as CSV, or {_FROM_PANDAS}")
    kinds = f"{', '.join(FORMATS)}, each also with {COMPRESSED}"
    return f"'{path}' is of no known kind; {cure}. The kinds are {kinds}."


COMPRESSED = f"{', '.join([*COMPRESSIONS][:-1])} or {[*COMPRESSIONS][-1]}"
"""The extensions of compressed files, in words."""


def written_suffixes() -> list[str]:
    """Return the extensions of files that can be written."""
    return [suffix for suffix, table_format in FORMATS.items() if table_format.write is not None]


def streamed_suffixes() -> list[str]:
    """Return the extensions of files that can be read in pieces."""
    return [suffix for suffix, table_format in FORMATS.items() if table_format.in_pieces]


def is_larger(source: str, n_bytes: int) -> bool:
    """Return whether a source is a pattern, or a file of more than `n_bytes` that can be read in pieces.

    The bytes are those of the file, and of the cells of a Parquet file, which may take a millionth in it.
    """
    path = Path(source.rpartition("?table=")[0] or source)
    if is_pattern(source):
        return True
    table_format, _ = format_of(path)
    if table_format is None or not table_format.in_pieces or not path.is_file():
        return False
    if path.stat().st_size > n_bytes:
        return True
    return path.suffix.lower() == ".parquet" and expanded_bytes(path) > n_bytes


def is_pattern(source: str) -> bool:
    """Return whether a source is a pattern of file names, and not the name of a file."""
    return glob.has_magic(source) and not Path(source).exists() and "?table=" not in source
