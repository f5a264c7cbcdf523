"""SQLite databases: one table or view, read through the standard library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.data.column import cell_text
from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.files.written_pieces import written_pieces
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import polars

SQLITE_OPTIONS = ("table",)

PIECE_ROWS = 20_000
"""Rows that are read at once, of a table that is read in pieces."""


def scan_sqlite(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a table: numbers where all values are, else text."""
    if not isinstance(source.content, Path):
        raise DataError(f"{source.label} is a database, which is read from a file only; name the file.")
    try:
        with closing(sqlite3.connect(f"{source.content.absolute().as_uri()}?mode=ro", uri=True)) as database:
            name = _table(database, options.table, source.label)
            quoted = name.replace('"', '""')
            cursor = database.execute(f'SELECT * FROM "{quoted}"')
            if source.folder is None:
                rows = cursor.fetchall()
                return ScannedTable(_frame(cursor, rows).lazy())
            return ScannedTable(written_pieces(_pieces(cursor), source.folder))
    except sqlite3.Error as error:
        raise DataError(f"{source.label} cannot be read as an SQLite database: {error}.") from error


def _pieces(cursor: sqlite3.Cursor) -> Iterator[polars.DataFrame]:
    """Yield frames of some rows each, one at least."""
    rows = cursor.fetchmany(PIECE_ROWS)
    yield _frame(cursor, rows)
    while rows := cursor.fetchmany(PIECE_ROWS):
        yield _frame(cursor, rows)


def _frame(cursor: sqlite3.Cursor, rows: Sequence[Any]) -> polars.DataFrame:
    import polars as pl

    names = [column[0] for column in cursor.description]
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pl.DataFrame([_series(*each) for each in zip(names, columns, strict=True)])


def _table(database: sqlite3.Connection, wanted: str | None, label: str) -> str:
    """Return the name of the table to read: the one asked for, or the only one."""
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    tables = [row[0] for row in database.execute(query)]
    if wanted is None and len(tables) == 1:
        return str(tables[0])
    if wanted in tables:
        return str(wanted)
    listed = f"the tables of {label} are: {', '.join(tables)}" if tables else f"{label} has no tables"
    if wanted is None:
        raise DataError(f"{listed}; name one, as in table='{tables[0] if tables else 'people'}'.")
    raise DataError(f"there is no table '{wanted}'; {listed}.{did_you_mean(wanted, tables)}")


def _series(name: str, values: Sequence[Any]) -> polars.Series:
    """Return values as numbers if all are, else as text, where 1.0 is "1"; null where there is none."""
    import polars as pl

    types = {type(value) for value in values} - {type(None)}
    if not types:
        return pl.Series(name, values, dtype=pl.Null)
    if types <= {int}:
        return pl.Series(name, values, dtype=pl.Int64)
    if types <= {int, float}:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    if bytes in types:
        raise DataError(f"column '{name}' holds bytes; leave it out of the table.")
    return pl.Series(name, [cell_text(value) for value in values], dtype=pl.String)
