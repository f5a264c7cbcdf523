"""Learning the encoder of a table that is read in pieces, and what its target is, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import Schema
from separatrix.data.statistics import (
    MEDIAN_ROWS,
    ColumnStatistics,
    NumberStatistics,
    TargetStatistics,
    TextStatistics,
)
from separatrix.data.streams import Stream

Array = NDArray[Any]


def learn(
    stream: Stream,
    target: str,
    seed: int,
    is_left_out: Callable[[Array], Array] | None = None,
    median_rows: int = MEDIAN_ROWS,
    schema: Schema | None = None,
) -> tuple[TableEncoder, TargetStatistics]:
    """Read a stream once: learn how to encode its columns, and what its target is.

    Parameters
    ----------
    stream : Stream
    target : str
        The column to predict, one of the stream's; all others are encoded.
    seed : int
        Of the keys of the rows.
    is_left_out : callable, optional
        Takes keys and returns a mask of the rows not to learn from.
    median_rows : int
        Values of a column that are kept to find its median.
    schema : Schema, optional
        What makes the columns of the stream of those of a table.

    Returns
    -------
    encoder : TableEncoder
        As `TableEncoder.fit` makes it of the same rows, except for rounding and, if there are many rows, the
        median and the count of rare levels.
    target_statistics : TargetStatistics

    Raises
    ------
    DataError
        If a number is infinite, a target is missing, or no column is left to learn from.
    """
    names = [name for name in stream.kinds if name != target]
    statistics: dict[str, ColumnStatistics] = {
        name: TextStatistics() if stream.kinds[name] == "text" else NumberStatistics(name, median_rows)
        for name in names
    }
    target_statistics = TargetStatistics(target, stream.kinds[target])
    for piece in stream.pieces:
        keys = piece.keys(seed)
        left_out = None if is_left_out is None else is_left_out(keys)
        kept = slice(None) if left_out is None else ~left_out
        for name, column in stream.read(piece, [target, *names]):
            with stream.located(piece):
                if name == target:
                    target_statistics.add(column, left_out)
                else:
                    statistics[name].add(column[kept], keys[kept])
    return TableEncoder.from_statistics(statistics, schema=schema), target_statistics
