"""SQLite databases: one table or view, read through the standard library."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import polars

SQLITE_OPTIONS = ("table",)


def scan_sqlite(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a table: numbers where all values are, else text."""
    import polars as pl

    if not isinstance(source.content, Path):
        raise DataError(f"{source.label} is a database, which is read from a file only; name the file.")
    try:
        with closing(sqlite3.connect(f"{source.content.absolute().as_uri()}?mode=ro", uri=True)) as database:
            name = _table(database, options.table, source.label)
            quoted = name.replace('"', '""')
            cursor = database.execute(f'SELECT * FROM "{quoted}"')
            names = [column[0] for column in cursor.description]
            columns = list(zip(*cursor, strict=True)) or [()] * len(names)
    except sqlite3.Error as error:
        raise DataError(f"{source.label} cannot be read as an SQLite database: {error}.") from error
    return ScannedTable(pl.DataFrame([_series(*each) for each in zip(names, columns, strict=True)]).lazy())


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
    """Return values as numbers if all are, else as text; null where there is none."""
    import polars as pl

    types = {type(value) for value in values} - {type(None)}
    if types <= {int} and types:
        return pl.Series(name, values, dtype=pl.Int64)
    if types <= {int, float} and types:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    if bytes in types:
        raise DataError(f"column '{name}' holds bytes; leave it out of the table.")
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
