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
    missing = missing_rows(schema.read_target(table[schema.target.name]))
    if not missing.any():
        return table, schema
    if missing.all():
        raise no_target(schema.target.name, len(missing))
    rows = table.take(np.flatnonzero(~missing))
    name = schema.target.name
    if name in table.truths:  # without gaps, it is true or false again
        truth = {**rows.columns, name: rows.columns[name].astype(bool)}
        rows = replace(rows, columns=truth, truths=[each for each in rows.truths if each != name])
    return rows, replace(schema, n_without_target=int(missing.sum()))


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
