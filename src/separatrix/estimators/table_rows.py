"""Table rows: the rows of a table, of any size, as a network takes them.

`TableReader` learns how to encode columns and target of a `TableSource`; `EncodedStream` encodes the pieces
as they are read. A table in memory is a stream, too. Nothing here needs the estimator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import chain, pairwise
from typing import Any, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import DTypeLike, NDArray

from separatrix.data.column import Column
from separatrix.data.column_encoders import TextEncoder
from separatrix.data.column_values import as_column
from separatrix.data.encoder import TableEncoder
from separatrix.data.encoder_learning import learn
from separatrix.data.memory import Budget
from separatrix.data.schema import Schema
from separatrix.data.statistics import MEDIAN_ROWS
from separatrix.data.streams import Piece, Stream
from separatrix.engine.base import Data
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.settings import MLPSettings
from separatrix.estimators.table_source import TableSource
from separatrix.estimators.table_target import Target
from separatrix.estimators.training_rows import check_weights, warn_of_single_rows
from separatrix.evaluate.scorers import check_class_scorer

Array = NDArray[Any]

TRAIN, VALIDATION, TEST = 0, 1, 2

LEAST_ROWS = 1000
"""Rows of a sample, or held out, at least, if there are as many."""

_KEYS = 2.0**64


@dataclass(frozen=True)
class Roles:
    """What each row is for, decided by its key and its class.

    Attributes
    ----------
    test, validation : float
        Fractions of all rows.
    ends : tuple of float
        For each class, instead of ``test + validation``: rows whose key is a smaller fraction of all keys are
        validation rows, unless they are test rows.
    """

    test: float = 0.0
    validation: float = 0.0
    ends: tuple[float, ...] = ()

    def of(self, keys: Array, codes: Array | None) -> Array:
        """Return the role of each row; the codes of its class are needed if there are `ends`."""
        fractions = keys / _KEYS
        end = np.array(self.ends)[codes] if self.ends else self.test + self.validation
        is_validation = (fractions >= self.test) & (fractions < end)
        roles: Array = np.where(fractions < self.test, TEST, np.where(is_validation, VALIDATION, TRAIN))
        return roles

    def are_test(self, keys: Array) -> Array:
        """Return which rows are test rows."""
        marks: Array = keys / _KEYS < self.test
        return marks


@dataclass(frozen=True)
class Learned:
    """What one pass over a table learned.

    Attributes
    ----------
    encoder : TableEncoder
    target : Target
    roles : Roles
    seed : int
        Of the keys of the rows.
    """

    encoder: TableEncoder
    target: Target
    roles: Roles
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        return {
            "encoder": self.encoder.to_dict(),
            "target": {field.name: getattr(self.target, field.name) for field in fields(Target)},
            "roles": [self.roles.test, self.roles.validation, list(self.roles.ends)],
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` was called on."""
        test, validation, ends = values["roles"]
        target, roles = Target(**values["target"]), Roles(test, validation, tuple(ends))
        return cls(TableEncoder.from_dict(values["encoder"]), target, roles, values["seed"])


class EncodedStream:
    """The training rows of a stream, as `separatrix.train.stream.RowStream` asks for them.

    Parameters
    ----------
    stream : Stream
    learned : Learned
    dtype : dtype
        Of all arrays.
    chunk_bytes : int
        Bytes that are encoded at once, at most.
    """

    def __init__(self, stream: Stream, learned: Learned, dtype: DTypeLike, chunk_bytes: int) -> None:
        self.stream, self.learned, self.chunk_bytes = stream, learned, chunk_bytes
        self.encoder, self.target, self.roles = learned.encoder, learned.target, learned.roles
        self.dtype = np.dtype(dtype)
        self.shuffles = False
        self._names = [column.name for column in self.encoder.columns]
        self._all_train = self.roles == Roles()
        self.counts = np.array(
            [
                [piece.n_rows, 0, 0] if self._all_train else np.bincount(self._roles_in(piece), minlength=3)
                for piece in stream.pieces
            ]
        )

    @property
    def n_rows(self) -> int:
        """Number of training rows."""
        return int(self.counts[:, TRAIN].sum())

    @property
    def row_bytes(self) -> int:
        """Bytes of an encoded row, with its number and its key."""
        return int((self.encoder.n_features_out + self.target.width + 1) * self.dtype.itemsize + 16)

    def rows_in(self, n_bytes: int) -> int:
        """Return how many rows of a sample there may be in `n_bytes`."""
        return max(LEAST_ROWS, n_bytes // self.row_bytes)

    def of(self, stream: Stream) -> EncodedStream:
        """Return the rows of another stream, encoded in the same way, none of them held out."""
        for name in (*self._names, self.target.name):
            stream.require(name)
        return self.with_roles(Roles(), stream)

    def with_roles(self, roles: Roles, stream: Stream | None = None) -> EncodedStream:
        """Return the same rows, or those of another stream, with other roles."""
        learned = Learned(self.encoder, self.target, roles, self.learned.seed)
        return EncodedStream(stream or self.stream, learned, self.dtype, self.chunk_bytes)

    def shuffled(self, most: int) -> EncodedStream:
        """Return the same rows shuffled: in pieces of at most `most` rows, if they can be cut anywhere."""
        rows = self.with_roles(self.roles, self.stream.cut(most))
        rows.shuffles = True
        return rows

    def chunks(self, epoch: int, skip: int) -> Iterator[Data]:
        """Yield the training rows; if they are shuffled, the pieces come in another order every epoch."""
        order = np.arange(len(self.stream.pieces))
        if self.shuffles:
            order = RandomState([self.learned.seed, epoch]).permutation(order)
        for index in order.tolist():
            n_rows = int(self.counts[index, TRAIN])
            if skip < n_rows:
                yield from self._encoded(self.stream.pieces[index], TRAIN, skip, n_rows)
            skip = max(0, skip - n_rows)

    def collect(self, role: int, most: int | None = None) -> Data:
        """Return the rows of a role in order; at most `most`, the same fraction of each piece."""
        counts = self.counts[:, role]
        if most is not None:
            fraction = min(1.0, most / max(counts.sum(), 1))
            counts = np.diff(np.floor(np.append(0, np.cumsum(counts)) * fraction).astype(int))
        rows = self._empty(int(counts.sum()))
        n = 0
        for piece, count in zip(self.stream.pieces, counts.tolist(), strict=True):
            for part in self._encoded(piece, role, 0, count) if count else ():
                for to, array in zip(rows.arrays, part.arrays, strict=True):
                    to[n : n + part.n_rows] = array
                n += part.n_rows
        return rows

    def _roles_in(self, piece: Piece, column: Column | None = None) -> Array:
        """Return the role of each row of a piece; its target column is read if it is needed and not given."""
        codes = self.codes_in(piece, column) if self.roles.ends else None
        return self.roles.of(piece.keys(self.learned.seed), codes)

    def codes_in(self, piece: Piece, column: Column | None = None) -> Array:
        """Return the code of the class of each row of a piece."""
        labels = self.target.labels
        assert labels is not None
        if column is None:
            ((_, column),) = self.stream.read(piece, [self.target.name])
        with self.stream.located(piece):
            return labels.encode_column(column, self.target.name)

    def _empty(self, n_rows: int) -> Data:
        X = np.zeros((n_rows, self.encoder.n_features_out), self.dtype)
        T = np.empty((n_rows, self.target.width), self.dtype)
        return Data(X, T, None if self.target.weights is None else np.empty(n_rows, self.dtype))

    def _encoded(self, piece: Piece, role: int, start: int, stop: int) -> Iterator[Data]:
        """Yield some of the rows of a piece that have a role, in parts of at most `chunk_bytes`."""
        n_parts = -(-(stop - start) * self.row_bytes // self.chunk_bytes)
        read = self.stream.read(piece, [self.target.name, *self._names])
        first_read = next(read)
        columns: Iterable[tuple[str, Column]] = chain([first_read], read)
        columns = columns if n_parts == 1 else list(columns)
        rows = None if self._all_train else np.flatnonzero(self._roles_in(piece, first_read[1]) == role)
        for first, last in pairwise(np.linspace(start, stop, n_parts + 1).astype(int).tolist()):
            part: Any = slice(first, last) if rows is None else rows[first:last]
            yield self._encode(piece, columns, part, last - first)

    def _encode(self, piece: Piece, columns: Iterable[tuple[str, Column]], rows: Any, n_rows: int) -> Data:
        """Return some rows of a piece, made column by column."""
        data, start = self._empty(n_rows), 0
        encoders = iter(self.encoder.columns)
        for name, column in columns:
            with self.stream.located(piece):
                if name == self.target.name:
                    data.T[:], weight = self.target.encode(column[rows], self.dtype)
                    if data.weight is not None:
                        data.weight[:] = weight
                    continue
                encoder = next(encoders)
                stop = start + len(encoder.feature_names)
                encoder.encode(as_column(column[rows], name), data.X[:, start:stop])
                start = stop
        return data


@dataclass(frozen=True)
class TableReader:
    """Reads tables as encoded rows.

    Attributes
    ----------
    settings : MLPSettings
    source : TableSource
        Opens the table, and says what is predicted.
    """

    settings: MLPSettings
    source: TableSource

    @property
    def target(self) -> str:
        """The column to predict."""
        return self.source.target

    @property
    def budget(self) -> Budget | None:
        """What the rows may take in memory; without one the table is read whole."""
        return self.source.budget

    def learn(
        self,
        stream: Stream,
        *,
        schema: Schema | None = None,
        is_split: bool = False,
        known: Mapping[str, Any] | None = None,
    ) -> Learned:
        """Return what one pass over the rows learns, or what is `known` from a checkpoint.

        Rows that are to be held out as test rows, if the stream is split, are left out. The median of a
        column of numbers is exact if there is no budget.
        """
        learned = Learned.from_dict(known) if known is not None else self._learn(stream, schema, is_split)
        labels, settings = learned.target.labels, self.settings
        _check_metrics(settings)
        if labels is not None:
            scorers = [("metrics", name) for name in settings.metrics or ()]
            for parameter, name in [*scorers, ("scoring", settings.scoring)]:
                if isinstance(name, str) and name != "loss":
                    check_class_scorer(parameter, name, labels.classes)
        return learned

    def _learn(self, stream: Stream, schema: Schema | None, is_split: bool) -> Learned:
        test, median_rows = 0.0, max(MEDIAN_ROWS, stream.n_rows)
        if self.budget is not None:
            median_rows = min(MEDIAN_ROWS, self.budget.rows // (64 * len(stream.kinds)))
            if is_split:
                most = self.budget.held_out // (16 * len(stream.kinds))
                test = min(self.source.test_size, most / stream.n_rows)
        roles = Roles(test)
        are_test = roles.are_test if test else None
        encoder, statistics = learn(stream, self.target, self.source.seed, are_test, median_rows, schema)
        return Learned(encoder, self.source.target_of(statistics), roles, self.source.seed)

    def encode(self, stream: Stream, learned: Learned, dtype: DTypeLike | None = None) -> EncodedStream:
        """Return the rows as they are encoded, by default in the dtype of the settings."""
        if dtype is None:
            dtype = "float64" if self.settings.dtype == "auto" else self.settings.dtype
        rows = EncodedStream(stream, learned, dtype, self.source.chunk_bytes)
        if rows.n_rows == 0:
            raise DataError("no rows are left to train on; lower test_size or validation_fraction.")
        return rows

    def test_rows(self, rows: EncodedStream, stream: Stream | None) -> Data | None:
        """Return the encoded test rows, of `stream` if there is one; a `DataError` if they are too few."""
        if stream is None and not rows.roles.test:
            return None
        most = None if self.budget is None else rows.rows_in(self.budget.held_out)
        test = rows.collect(TEST, most) if stream is None else rows.of(stream).collect(TRAIN, most)
        if test.n_rows < 2:
            raise DataError("no rows are left to test on; raise test_size, or give more rows.")
        return test

    def with_validation_rows(self, rows: EncodedStream) -> EncodedStream:
        """Return the rows with as many held out as early stopping asks for, or as memory can hold.

        Of every class the same fraction is held out, and one row at least if the class has two.
        """
        assert self.budget is not None
        test = rows.roles.test
        most = rows.rows_in(self.budget.held_out) / rows.stream.n_rows
        validation = min(self.settings.validation_fraction * (1 - test), most)
        is_stratified = rows.target.labels is not None and validation * rows.stream.n_rows >= 2
        ends = _ends_of_classes(rows, test, validation / (1 - test)) if is_stratified else ()
        return rows.with_roles(Roles(test, validation, ends))

    def validation_rows(self, rows: EncodedStream) -> Data:
        """Return the encoded validation rows; an error if they are too few, or all weigh nothing."""
        validation = rows.collect(VALIDATION)
        if validation.n_rows < 2:
            raise ParameterError(
                "validation_fraction",
                f"must hold out at least 2 of the {rows.n_rows} rows, got "
                f"{self.settings.validation_fraction}; raise it, or give more rows.",
            )
        check_weights(validation, None)
        return validation


def _ends_of_classes(rows: EncodedStream, test: float, fraction: float) -> tuple[float, ...]:
    """Return where the validation rows of each class end: its rows with the smallest keys."""
    counts = np.array(rows.target.statistics["class_counts"])
    n_held_out = np.minimum(np.maximum(np.round(fraction * counts), 1), counts - 1).clip(0).astype(int)
    smallest = [np.empty(0)] * len(counts)
    for piece in rows.stream.pieces:
        codes, fractions = rows.codes_in(piece), piece.keys(rows.learned.seed) / _KEYS
        for code in np.unique(codes).tolist():
            found = fractions[(codes == code) & (fractions >= test)]
            smallest[code] = np.sort(np.append(smallest[code], found))[: n_held_out[code] + 1]
    classes = rows.target.classes or []
    warn_of_single_rows(classes, counts)
    return tuple(
        float(np.nextafter(keys[n - 1], 2.0)) if n else test
        for keys, n in zip(smallest, n_held_out.tolist(), strict=True)
    )


def _check_metrics(settings: MLPSettings) -> None:
    """Raise a `ParameterError` for metrics that cannot be followed."""
    if settings.metrics and settings.uses_lbfgs:
        raise ParameterError("metrics", "needs epochs, which lbfgs does not have; choose another solver.")
    if settings.metrics and not settings.early_stopping:
        raise ParameterError(
            "metrics", "needs validation rows; hold some out of the table with early_stopping=True."
        )


def unseen_values(encoder: TableEncoder, X: Array) -> dict[str, int]:
    """Count, per text column, the encoded rows whose value has no feature of its own; see `count_unseen`."""
    counts, start = {}, 0
    for column in encoder.columns:
        stop = start + len(column.feature_names)
        if isinstance(column, TextEncoder):
            own = X[:, start : stop - column.other]
            counts[column.name] = int((own.sum(axis=1) == 0).sum())
        start = stop
    return {name: count for name, count in counts.items() if count}
