"""Streamed rows: a stream's pieces, encoded, in the order of an epoch, without the rows that are held out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.data.labels import Labels
from separatrix.data.streams import Piece, Stream, piece_keys
from separatrix.data.table import Column, as_column, as_numbers
from separatrix.engine.base import Data

Array = NDArray[Any]

TRAIN, VALIDATION, TEST = 0, 1, 2
_KEYS = 2.0**64


@dataclass(frozen=True)
class Roles:
    """What each row is for, told from its key alone.

    Attributes
    ----------
    test, validation : float
        Shares of all rows.
    """

    test: float = 0.0
    validation: float = 0.0

    def of(self, keys: Array) -> Array:
        """Return the role of each row."""
        shares = keys / _KEYS
        is_validation = (shares >= self.test) & (shares < self.test + self.validation)
        roles: Array = np.where(shares < self.test, TEST, np.where(is_validation, VALIDATION, TRAIN))
        return roles

    def are_test(self, keys: Array) -> Array:
        """Mark the test rows."""
        marks: Array = keys / _KEYS < self.test
        return marks


@dataclass(frozen=True, eq=False)
class TargetCoder:
    """Turns a target column into the engine's columns.

    Attributes
    ----------
    name : str
    classes : ndarray or None
        Labels, sorted; None for numbers.
    shift, scale : float
        Numbers become ``(number - shift) / scale``.
    width : int
        Of a one-hot code; 1 for class numbers and numbers.
    weights : ndarray or None
        Weight of the rows of each class.
    """

    name: str
    classes: Array | None
    shift: float = 0.0
    scale: float = 1.0
    width: int = 1
    weights: Array | None = None

    def encode(self, column: Column, dtype: Any) -> tuple[Array, Array | None]:
        """Return target columns and row weights."""
        if self.classes is None:
            numbers = (as_numbers(column, self.name) - self.shift) / self.scale
            return numbers.astype(dtype)[:, np.newaxis], None
        codes = self.codes(column)
        T = codes[:, np.newaxis] if self.width == 1 else codes[:, np.newaxis] == np.arange(self.width)
        return T.astype(dtype), None if self.weights is None else self.weights[codes].astype(dtype)

    def decode(self, T: Array) -> Array:
        """Return target columns as labels, or as numbers in their own unit."""
        if self.classes is None:
            numbers: Array = T[:, 0].astype(np.float64) * self.scale + self.shift
            return numbers
        labels: Array = self.classes[T.argmax(axis=1) if self.width > 1 else T[:, 0].astype(np.intp)]
        return labels

    def codes(self, column: Column) -> Array:
        """Return the class number of each row; a `DataError` for a label that is no class."""
        assert self.classes is not None
        return Labels(self.classes).encode_column(column, self.name)


class StreamedRows:
    """The training rows of a stream, as `separatrix.train.stream.RowStream` wants them.

    Parameters
    ----------
    stream, encoder, coder, roles :
        The table, and what becomes of it.
    dtype : dtype
        Of all arrays.
    seed : int
        Of the rows' keys, and of the order of the pieces.
    chunk_bytes : int
        So much is encoded at once, at most.
    """

    def __init__(
        self,
        stream: Stream,
        encoder: TableEncoder,
        coder: TargetCoder,
        roles: Roles,
        dtype: Any,
        seed: int,
        chunk_bytes: int,
    ) -> None:
        self.stream, self.encoder, self.coder = stream, encoder, coder
        self.roles, self.dtype, self.seed, self.chunk_bytes = roles, dtype, seed, chunk_bytes
        self.shuffles = False
        self._names = [column.name for column in encoder.columns]
        self._everything = roles == Roles()
        if self._everything:
            self.counts = np.array([[piece.n_rows, 0, 0] for piece in stream.pieces])
        else:
            self.counts = np.array(
                [np.bincount(roles.of(piece_keys(seed, piece)), minlength=3) for piece in stream.pieces]
            )

    @property
    def n_rows(self) -> int:
        """Number of training rows."""
        return int(self.counts[:, TRAIN].sum())

    @property
    def row_bytes(self) -> int:
        """Bytes of an encoded row, with its number and its key."""
        n_numbers = self.encoder.n_features_out + self.coder.width + 1
        return int(n_numbers * np.dtype(self.dtype).itemsize + 16)

    def of(self, stream: Stream) -> StreamedRows:
        """Return the rows of another stream, encoded in the same way, none of them held out."""
        for name in (*self._names, self.coder.name):
            stream.require(name)
        return self._like(stream, Roles())

    def shuffled(self, most: int) -> StreamedRows:
        """Return the same rows shuffled: in pieces of at most so many, where they can be cut at will."""
        rows = self._like(self.stream.cut(most), self.roles)
        rows.shuffles = True
        return rows

    def chunks(self, epoch: int, skip: int) -> Iterator[Data]:
        """Yield the training rows; where they are shuffled, the pieces come in another order every epoch."""
        order = np.arange(len(self.stream.pieces))
        if self.shuffles:
            order = RandomState([self.seed, epoch]).permutation(order)
        for place in order.tolist():
            n_rows = int(self.counts[place, TRAIN])
            if skip < n_rows:
                yield from self._encoded(self.stream.pieces[place], TRAIN, skip, n_rows)
            skip = max(0, skip - n_rows)

    def collect(self, role: int, most: int | None = None) -> Data:
        """Return the rows of a role in the stream's order; at most so many, of all pieces their share."""
        counts = self.counts[:, role]
        if most is not None:
            share = min(1.0, most / max(counts.sum(), 1))
            counts = np.diff(np.floor(np.append(0, np.cumsum(counts)) * share).astype(int))
        all_rows = self._empty(int(counts.sum()))
        n = 0
        for piece, count in zip(self.stream.pieces, counts.tolist(), strict=True):
            for part in self._encoded(piece, role, 0, count) if count else ():
                for target, array in zip(all_rows.arrays, part.arrays, strict=True):
                    target[n : n + part.n_rows] = array
                n += part.n_rows
        return all_rows

    def _empty(self, n_rows: int) -> Data:
        X = np.zeros((n_rows, self.encoder.n_features_out), self.dtype)
        T = np.empty((n_rows, self.coder.width), self.dtype)
        return Data(X, T, None if self.coder.weights is None else np.empty(n_rows, self.dtype))

    def _like(self, stream: Stream, roles: Roles) -> StreamedRows:
        return StreamedRows(stream, self.encoder, self.coder, roles, self.dtype, self.seed, self.chunk_bytes)

    def _encoded(self, piece: Piece, role: int, start: int, stop: int) -> Iterator[Data]:
        """Yield some of the rows of a piece that have a role, as many at once as there is room for."""
        n_parts = -(-(stop - start) * self.row_bytes // self.chunk_bytes)
        read = self.stream.read(piece, [self.coder.name, *self._names])
        columns: Iterable[tuple[str, Column]] = read if n_parts == 1 else list(read)
        rows = None
        if not self._everything:
            rows = np.flatnonzero(self.roles.of(piece_keys(self.seed, piece)) == role)
        for first, last in pairwise(np.linspace(start, stop, n_parts + 1).astype(int).tolist()):
            part: Any = slice(first, last) if rows is None else rows[first:last]
            yield self._encode(piece, columns, part, last - first)

    def _encode(self, piece: Piece, columns: Iterable[tuple[str, Column]], rows: Any, n_rows: int) -> Data:
        """Return some rows of a piece, made column by column."""
        data, start = self._empty(n_rows), 0
        encoders = iter(self.encoder.columns)
        for name, column in columns:
            with self.stream.located(piece):
                if name == self.coder.name:
                    data.T[:], weight = self.coder.encode(column[rows], self.dtype)
                    if data.weight is not None:
                        data.weight[:] = weight
                    continue
                encoder = next(encoders)
                stop = start + len(encoder.feature_names)
                encoder.encode(as_column(column[rows], name), data.X[:, start:stop])
                start = stop
        return data
