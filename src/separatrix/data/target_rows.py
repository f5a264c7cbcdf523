"""Target rows: the rows of a table that have a target, where others are to be left out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from separatrix.data.column import Column, missing_rows
from separatrix.data.column_values import as_column
from separatrix.data.schema import Schema
from separatrix.data.stream_sources import open_stream
from separatrix.data.streams import Stream
from separatrix.data.table import Table
from separatrix.data.table_output import write_pieces
from separatrix.errors import DataError
from separatrix.text import plural


def with_target(table: Table, schema: Schema) -> tuple[Table, Schema]:
    """Return the rows of a table in memory that have a target, and the schema with the number of others.

    Examples
    --------
    >>> from separatrix.data.schema_learning import learn_schema
    >>> table = Table({"x": [1, 2, 3], "y": ["no", None, "yes"]})
    >>> rows, schema = with_target(table, learn_schema(table, "y"))
    >>> rows["x"], schema.n_without_target
    (array([1, 3]), 1)
    """
    assert schema.target is not None
    rows, n_left_out = rows_with_target(table, schema.target.name, schema)
    return rows, replace(schema, n_without_target=n_left_out) if n_left_out else schema


def rows_with_target(table: Table, name: str, schema: Schema | None = None) -> tuple[Table, int]:
    """Return the rows of a table in memory whose target `name` has a value, and how many others there are.

    With a `schema`, a target has a value if its reader finds one: an empty cell may be a class of its own.

    Raises
    ------
    DataError
        If there is no such column, or no row has a target.

    Examples
    --------
    >>> rows, n_left_out = rows_with_target(Table({"x": [1, 2, 3], "y": ["no", None, "yes"]}), "y")
    >>> rows["x"], n_left_out
    (array([1, 3]), 1)
    """
    target = table[name]
    missing = missing_rows(target if schema is None else schema.read_target(target))
    if not missing.any():
        return table, 0
    if missing.all():
        raise no_target(name, len(missing))
    rows = table.take(np.flatnonzero(~missing))
    if name in table.truths:  # without gaps, it is true or false again
        truth = {**rows.columns, name: rows.columns[name].astype(bool)}
        rows = replace(rows, columns=truth, truths=[each for each in rows.truths if each != name])
    return rows, int(missing.sum())


def left_out_text(n_left_out: int, n_rows: int, name: str) -> str:
    """Return how many rows have no target, and what follows, as a sentence.

    Examples
    --------
    >>> print(left_out_text(2, 50, "member"))
    2 of 50 rows have no 'member', cannot be judged, and are left out.
    """
    has = "has" if n_left_out == 1 else "have"
    is_ = "is" if n_left_out == 1 else "are"
    return (
        f"{n_left_out:,} of {plural(n_rows, 'row')} {has} no '{name}', cannot be judged, and {is_} left out."
    )


def stream_with_target(
    stream: Stream, schema: Schema, stack: ExitStack, piece_bytes: int
) -> tuple[Stream, Schema]:
    """Return a stream of the rows that have a target: a temporary Parquet file, if some have none."""
    assert schema.target is not None
    target = schema.target.name
    if not schema.target.n_missing:
        return stream, schema
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="separatrix-"))
    path = Path(folder) / "rows.parquet"
    n_left_out = 0

    def pieces() -> Iterator[dict[str, Any]]:
        nonlocal n_left_out
        for piece in stream.pieces:
            columns: dict[str, Column] = dict(stream.read(piece, list(stream.kinds)))
            missing = missing_rows(schema.read_target(columns[target]))
            n_left_out += int(missing.sum())
            yield {name: as_column(column[~missing], name) for name, column in columns.items()}

    write_pieces(pieces(), path, stream.kinds)
    if n_left_out == stream.n_rows:
        raise no_target(target, n_left_out)
    rows = stack.enter_context(open_stream(path, piece_bytes))
    rows.source = None  # which has other rows
    return rows, replace(schema, n_without_target=n_left_out)


def no_target(name: str, n_rows: int) -> DataError:
    """Return the error for a target column without a value."""
    return DataError(f"the target column '{name}' is empty in all of {plural(n_rows, 'row')}; name another.")
