"""Blocks of a table's rows, encoded by several encoders at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from separatrix.data.column import as_numbers, as_text
from separatrix.data.column_encoders import ColumnEncoder
from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import require_columns
from separatrix.data.table import Table

Array = NDArray[Any]

Key = tuple[int, str, bool]

BLOCK_ROWS = 1024
"""Few enough for the features of a block to stay in the cache, many enough to repay the calls."""


def encoded_blocks(
    encoders: Sequence[tuple[TableEncoder, DTypeLike]], columns: Mapping[str, ArrayLike] | Table
) -> Iterator[list[Array]]:
    """Yield the features of one block of rows after the other.

    What several encoders have in common is computed once, and the memory does not grow with the rows.

    Parameters
    ----------
    encoders : sequence of (TableEncoder, dtype)
    columns : Table, or mapping of str to array-like of shape (n_rows,)

    Yields
    ------
    list of ndarray of shape (n_block, n_features)
        One for each of `encoders`, as its `transform` would return it.

    Raises
    ------
    DataError
        As `TableEncoder.transform`; rows are counted from the start of the table.

    Examples
    --------
    >>> one, two = TableEncoder.fit({"a": [1, 3]}), TableEncoder.fit({"b": ["x", "y"]})
    >>> table = {"a": [2, 3], "b": ["y", "x"]}
    >>> [block.tolist() for block in next(encoded_blocks([(one, float), (two, float)], table))]
    [[[0.0], [1.0]], [[0.0, 1.0], [1.0, 0.0]]]
    """
    read: dict[Key, Array] = {}
    tables = _tables([encoder for encoder, _ in encoders], columns)
    for encoder, _ in encoders:
        table = tables[id(encoder.schema)]
        for one in encoder.columns:
            if (key := _key(encoder, one)) not in read:
                column = table.columns[one.name]
                read[key] = as_text(column) if one.reads_text else as_numbers(column, one.name)
    for start in range(0, max(next(iter(tables.values())).n_rows, 1), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        known: dict[tuple[int, np.dtype[Any]], Array] = {}
        yield [
            np.hstack(_features(encoder, np.dtype(dtype), read, rows, known)) for encoder, dtype in encoders
        ]


def _key(encoder: TableEncoder, one: ColumnEncoder) -> Key:
    return id(encoder.schema), one.name, one.reads_text


def _tables(encoders: Sequence[TableEncoder], columns: Mapping[str, ArrayLike] | Table) -> dict[int, Table]:
    """Return the columns that are encoded, by the identity of the schema that makes them."""
    tables: dict[int, Table] = {}
    plain: dict[str, ArrayLike] = {}
    given = columns.columns if isinstance(columns, Table) else columns
    for encoder in encoders:
        if encoder.schema is None:
            require_columns(given, encoder.input_columns)
            plain |= {name: given[name] for name in encoder.input_columns}
        elif id(encoder.schema) not in tables:
            tables[id(encoder.schema)] = encoder.schema.apply(columns)
    return tables | ({id(None): Table(plain)} if plain else {})  # type: ignore[arg-type]


def _features(
    encoder: TableEncoder,
    dtype: np.dtype[Any],
    read: Mapping[Key, Array],
    rows: slice,
    known: dict[tuple[int, np.dtype[Any]], Array],
) -> list[Array]:
    """Return the features of each column of an encoder; equal columns are encoded once."""
    features = []
    for one in encoder.columns:
        key = (id(one), dtype)
        if key not in known:
            column = read[_key(encoder, one)][rows]
            known[key] = np.zeros((len(column), len(one.feature_names)), dtype)
            one.encode(column, known[key])
        features.append(known[key])
    return features
