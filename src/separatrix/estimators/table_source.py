"""Table source: a table to learn from, opened, with test rows held out."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupShuffleSplit
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.data.column import Column, as_text, missing_rows
from separatrix.data.column_options import ColumnOptions
from separatrix.data.column_values import as_column
from separatrix.data.files.formats import is_pattern
from separatrix.data.given_tables import given_table
from separatrix.data.memory import Budget
from separatrix.data.read_options import ReadOptions
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.schema_stream import SchemaStream
from separatrix.data.statistics import TargetStatistics
from separatrix.data.stream_sources import open_stream
from separatrix.data.streams import Piece, Stream, TableStream
from separatrix.data.table import Table, require_column, require_target
from separatrix.data.table_check import SHOWN
from separatrix.data.table_files import TableFile, read_table
from separatrix.data.target_rows import stream_with_target, with_target
from separatrix.errors import DataError, TableWarning
from separatrix.estimators.table_target import Target
from separatrix.evaluate.splits import holdout_rows, single_rows
from separatrix.text import plural

Array = NDArray[Any]

IN_MEMORY_BYTES = 2**26
"""Bytes of the rows of a table in memory that are encoded at once: few, beside the table itself."""


@dataclass(frozen=True, eq=False)
class OpenedTable:
    """A table to learn from, and test rows, as their schema makes them.

    Attributes
    ----------
    stream, test : Stream or None
        The training rows, and the test rows if they are apart.
    split : str
        How the test rows were drawn, in words.
    schema : Schema
        What the columns are.
    """

    stream: Stream
    test: Stream | None
    split: str
    schema: Schema


@dataclass(frozen=True)
class TableSource:
    """Opens a table and holds test rows out.

    Attributes
    ----------
    target : str
        The column to predict.
    target_of : callable
        Returns the `Target` with some statistics.
    random_state : int, RandomState or None
        Of the test rows.
    test_size : float
        Fraction of the rows to hold out as test rows.
    budget : Budget or None
        What the rows may take in memory; without one the table is read whole.
    groups : str or None
        A column: rows with one value of it are all held out, or none is.
    options : ColumnOptions
        What the user says about columns.
    schema : Schema or None
        What the columns are, if that has been decided.
    """

    target: str
    target_of: Callable[[TargetStatistics], Target]
    random_state: Any
    test_size: float = 0.0
    budget: Budget | None = None
    groups: str | None = None
    options: ColumnOptions = field(default_factory=ColumnOptions)
    schema: Schema | None = None

    def __post_init__(self) -> None:
        if self.test_size:
            check.number("test_size", self.test_size, 0.0, 1.0, open_low=True, open_high=True)

    @cached_property
    def seed(self) -> int:
        """Seed of the keys of the rows; taking it is no draw, so that the network has the draws of `fit`."""
        _, key, *_ = check_random_state(self.random_state).get_state(legacy=True)
        return zlib.crc32(np.asarray(key).tobytes())

    @property
    def chunk_bytes(self) -> int:
        """Bytes of the rows that are read, and encoded, at once."""
        return IN_MEMORY_BYTES if self.budget is None else self.budget.piece

    @property
    def others(self) -> tuple[str, ...]:
        """Columns that are neither learned from nor predicted."""
        return () if self.groups is None else (self.groups,)

    def open(self, source: Any, test: Any, stack: ExitStack) -> OpenedTable:
        """Return training rows, and test rows of their own if there are such."""
        if self.budget is None:
            rows, test_rows, split, schema = self.read(source, test)
            test_stream = None if test_rows is None else TableStream(test_rows)
            return OpenedTable(TableStream(rows), test_stream, split, schema)
        stream = stack.enter_context(open_stream(source, self.chunk_bytes))
        require_target(stream.kinds, self.target)
        schema = self.schema_of(stream)
        if self.options.target_missing == "drop":
            stream, schema = stream_with_target(stream, schema, stack, self.chunk_bytes)
        opened = SchemaStream(stream, schema, self.others)
        if test is None:
            split = f"by a hash of their number, seed {self.random_state}" if self.test_size else ""
            return OpenedTable(opened, None, split, schema)
        reading = ReadOptions(text_columns=stream.text_columns)
        others = stack.enter_context(open_stream(test, self.chunk_bytes, reading))
        return OpenedTable(opened, SchemaStream(others, schema, self.others), "", schema)

    def read(self, source: Any, test: Any = None) -> tuple[Table, Table | None, str, Schema]:
        """Return training and test rows as the schema makes them, how these were drawn, and the schema."""
        table = as_table(source)
        require_target(table.columns, self.target)
        schema = self.schema_of(table)
        if self.options.target_missing == "drop":
            table, schema = with_target(table, schema)
        rows = schema.apply_all(table, self.others)
        if test is not None:
            test_table = as_table(test)
            require_target(test_table.columns, self.target)
            if self.options.target_missing == "drop":
                test_table, _ = with_target(test_table, schema)
            return rows, schema.apply_all(test_table, self.others), "", schema
        if not self.test_size:
            return rows, None, "", schema
        return *self.hold_out(rows), schema

    def schema_of(self, source: Table | Stream) -> Schema:
        """Return what the columns are, decided from all rows if it is not known."""
        if self.schema is not None:
            return self.schema
        return learn_schema(source, self.target, self.options, self.others).require_used()

    def hold_out(self, table: Table) -> tuple[Table, Table, str]:
        """Return training and test rows of a table in memory, each class in proportion, and how, in words."""
        seed = int(self.random_state) if isinstance(self.random_state, Integral) else self.seed
        if self.groups is not None:
            groups = group_numbers(table, self.groups)
            splitter = GroupShuffleSplit(1, test_size=self.test_size, random_state=seed)
            ((train, test),) = splitter.split(groups, groups=groups)
            return table.take(train), table.take(test), f"no '{self.groups}' in both, seed {seed}"
        column = table.columns[self.target]
        target = self.target_of(TargetStatistics.of(column, self.target))
        labels = None if target.labels is None else target.labels.match(column, self.target)
        train, test = holdout_rows(table.n_rows, self.test_size, seed, labels=labels)
        words = f"seed {seed}" if labels is None else f"stratified, seed {seed}"
        if labels is not None and (n_single := len(single_rows(labels))):
            verb = "is" if n_single == 1 else "are"
            words += f"; {plural(n_single, 'class')} with a single row {verb} not tested"
        return table.take(train), table.take(test), words


def warn_of_columns(schema: Schema | None) -> None:
    """Warn of columns that are left out, or whose kind is not clear."""
    found = [] if schema is None else schema.warnings()
    if found:
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        message = (
            f"{'; '.join(found[:SHOWN])}{more}. See table_; categorical, numeric, date, ordered, drop and "
            "keep overrule it."
        )
        warnings.warn(message, TableWarning, stacklevel=3)


def as_table(source: Any) -> Table:
    """Return a table that is read whole: a data frame, an array, one or several files, or a stream."""
    if isinstance(source, Table | np.ndarray) or hasattr(type(source), "columns"):
        return given_table(source)
    path = source.source if isinstance(source, TableFile) else source
    if isinstance(path, str | PathLike) and not is_pattern(str(path)):
        return read_table(source)
    with open_stream(source, IN_MEMORY_BYTES) as stream:
        return collected(stream, lambda piece: np.arange(piece.n_rows))


def collected(stream: Stream, rows_of: Callable[[Piece], Array]) -> Table:
    """Return some rows of a stream as a table: of each piece those that `rows_of` returns."""
    names = list(stream.kinds)
    parts: dict[str, list[Column]] = {name: [] for name in names}
    numbers: list[Array] = []
    for piece in stream.pieces:
        rows = rows_of(piece)
        numbers.append(piece.first_row + np.asarray(rows))
        if len(rows):
            with stream.located(piece):
                for name, column in stream.read(piece, names):
                    parts[name].append(as_column(column[rows], name))
    row_names = stream.row_names(np.concatenate(numbers).astype(np.intp))
    return Table({name: _joined(columns, name) for name, columns in parts.items()}, row_names=row_names)


def _joined(columns: list[Column], name: str) -> Column:
    """Return the parts of a column as one; true/false and numbers in different parts become numbers."""
    return columns[0] if len(columns) == 1 else as_column(np.concatenate(columns), name)


def group_numbers(table: Table, name: str) -> Array:
    """Return the number of each row's group; a `DataError` if the column is not there, or has gaps."""
    require_column(name, table.columns)
    column = table.columns[name]
    if missing_rows(column).any():
        row = int(np.flatnonzero(missing_rows(column))[0]) + 1
        raise DataError(f"the column of groups '{name}' is empty in row {row}; fill it in.")
    groups: Array = np.unique(as_text(column).astype(str), return_inverse=True)[1]
    if groups.max() == 0:
        raise DataError(f"the column of groups '{name}' must have two values or more; name another column.")
    return groups
