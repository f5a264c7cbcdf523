"""Blocks of a table's rows, encoded by several encoders at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from separatrix.data.encoder import ColumnEncoder, TableEncoder
from separatrix.data.table import Table, as_numbers, as_text

Array = NDArray[Any]

BLOCK_ROWS = 1024
"""Few enough for the features of a block to stay in the cache, many enough to repay the calls."""


def encoded_blocks(
    encoders: Sequence[tuple[TableEncoder, DTypeLike]], columns: Mapping[str, ArrayLike]
) -> Iterator[list[Array]]:
    """Yield the features of one block of rows after the other.

    What several encoders have in common is computed once, and the memory does not grow with the rows.

    Parameters
    ----------
    encoders : sequence of (TableEncoder, dtype)
    columns : mapping of str to array-like of shape (n_rows,)

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
    for encoder, _ in encoders:
        encoder.require_columns(columns)
    used = {(one.name, one.reads_text) for encoder, _ in encoders for one in encoder.columns}
    table = Table({name: columns[name] for name in dict.fromkeys(name for name, _ in used)})  # type: ignore[misc]
    read = {
        (name, is_text): as_text(table.columns[name]) if is_text else as_numbers(table.columns[name], name)
        for name, is_text in used
    }
    for start in range(0, max(table.n_rows, 1), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        known: dict[tuple[int, np.dtype[Any]], Array] = {}
        yield [
            np.hstack([_features(one, np.dtype(dtype), read, rows, known) for one in encoder.columns])
            for encoder, dtype in encoders
        ]


def _features(
    encoder: ColumnEncoder,
    dtype: np.dtype[Any],
    read: Mapping[tuple[str, bool], Array],
    rows: slice,
    known: dict[tuple[int, np.dtype[Any]], Array],
) -> Array:
    key = (id(encoder), dtype)
    if key not in known:
        column = read[encoder.name, encoder.reads_text][rows]
        known[key] = np.zeros((len(column), len(encoder.feature_names)), dtype)
        encoder.encode(column, known[key])
    return known[key]
