"""Table training: one way from a table to a fitted network, for tables in memory and tables read in pieces.

The flow: open the table, hold test rows out, learn columns and target or read them from a checkpoint, draw
the network, train, set the fitted attributes. Rows that fit into memory are trained on as by `fit`, others as
they are read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.callback import with_callbacks

from separatrix import __version__, check
from separatrix.data.column_options import ColumnOptions
from separatrix.data.encoder import TableEncoder
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.schema import AppliedTable, Schema
from separatrix.data.streams import Stream, TableStream
from separatrix.engine.base import Data, State
from separatrix.errors import DataError, ModelFileError, ParameterError
from separatrix.estimators.callbacks import callbacks_of
from separatrix.estimators.fitted_table import FittedTable
from separatrix.estimators.settings import MLPSettings, dropout_seed, plain_settings
from separatrix.estimators.table_rows import (
    TRAIN,
    VALIDATION,
    EncodedStream,
    TableReader,
    unseen_values,
)
from separatrix.estimators.table_source import TableSource
from separatrix.estimators.table_steps import TableSteps
from separatrix.estimators.training import warn_of_stop
from separatrix.estimators.training_rows import unchanged_on_error
from separatrix.files import check_writable
from separatrix.train import Callback
from separatrix.train.checkpoint import Checkpoint, CheckpointWriter, find_checkpoint
from separatrix.train.stream import StreamCallbacks

Array = NDArray[Any]
OnRows = Callable[[int, int, int], object]

MOST_WORK = 2**36
"""Rows times parameters of a buffer at most: some seconds, which Ctrl-C and checkpoints wait for."""

LEAST_BATCHES = 2
"""Batches in a buffer, at least."""

PIECES = 8
"""Pieces whose rows a shuffle buffer mixes, at least, if the table can be cut anywhere."""


@dataclass(frozen=True, eq=False)
class TableFit(FittedTable[TableSteps, Data]):
    """A fitted MLPClassifier or MLPRegressor, and the rows that it was fitted and is to be tested on.

    Attributes
    ----------
    estimator, target, n_rows, split, test :
        See `FittedTable`; the test rows are encoded.
    encoder : TableEncoder
    rows : Data or None
        The encoded training rows, or a sample of them if `memory` is bounded; None if not asked for.
    features, test_features : Table or None
        Training and test rows as a schema makes their columns, before they are encoded, with the target; None
        if the memory is bounded, or if there are none.
    """

    encoder: TableEncoder
    rows: Data | None
    features: AppliedTable | None = None
    test_features: AppliedTable | None = None

    @property
    def X(self) -> Array:
        """The encoded training rows, of shape (n_rows, n_features)."""
        return self._training_rows.X  # type: ignore[no-any-return]

    @property
    def y(self) -> Array:
        """The targets of `X`: labels, or numbers in their own unit."""
        return self.target.decode(self._training_rows.T)

    @property
    def X_test(self) -> Array:
        """The encoded test rows, of shape (n_rows, n_features)."""
        return self._of_test(self.test).X  # type: ignore[no-any-return]

    @property
    def y_test(self) -> Array:
        """The targets of `X_test`: labels, or numbers in their own unit."""
        return self.target.decode(self._of_test(self.test).T)

    @property
    def _training_rows(self) -> Data:
        if self.rows is None:
            raise DataError("the training rows were not kept; fit with keep_rows=True.")
        return self.rows

    @property
    def test_rows(self) -> Array:
        """The test rows as the model takes them: `X_test`."""
        return self.X_test

    @property
    def n_rows_read(self) -> int:
        """Training rows of the table: all are trained on."""
        return self.n_rows

    @property
    def unseen(self) -> dict[str, int]:
        """By text column, the test rows with a value that training did not see."""
        return unseen_values(self.encoder, self.X_test)


def fit_table(
    estimator: TableSteps,
    source: Any,
    target: str | int = "target",
    *,
    test: Any = None,
    test_size: float = 0.0,
    memory: int | str | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_minutes: float = 5.0,
    on_rows: OnRows | None = None,
    keep_rows: bool = False,
    options: ColumnOptions | None = None,
    schema: Schema | None = None,
) -> TableFit:
    """Fit an estimator on a table, and return it with the rows to judge it by.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Fitted in place. A class of `class_weight` may be named by its text.
    source : Table, data frame, path-like, sequence of path-like, polars.LazyFrame or Stream
        The training rows.
    target : str or int, default='target'
        The column to predict.
    test : as `source`, optional
        The test rows.
    test_size : float, default=0.0
        Fraction of the rows to hold out as test rows, if there is no `test`: drawn at random from a `Table`
        or data frame, each class in proportion; by a hash of their number if `memory` is bounded, at most as
        many as a tenth of the memory for rows can hold.
    memory : int or str, optional
        Bound on the memory of the process; see `MLPClassifier.fit_table`. By default the table is read whole.
    checkpoint, checkpoint_minutes :
        See `MLPClassifier.fit_table`; they need `memory`.
    on_rows : callable, optional
        Called after every buffer of a table that is read in pieces with the number of finished epochs and,
        of the current epoch, the number of rows done and of all rows.
    keep_rows : bool, default=False
        Whether to return training rows, too: all of them, or a sample if `memory` is bounded.
    options : ColumnOptions, optional
        What the user says about columns.
    schema : Schema, optional
        What the columns are, if that has been decided.

    Returns
    -------
    TableFit

    Raises
    ------
    ParameterError, DataError, OutputError
        As for `MLPClassifier.fit_table`.

    Examples
    --------
    >>> from separatrix import MLPRegressor
    >>> from separatrix.data.table import Table
    >>> table = Table({"size": [1.0, 2.0, 3.0, 4.0], "kind": ["a", "b", "a", "b"], "price": [10, 25, 30, 45]})
    >>> linear = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0)
    >>> fit = fit_table(linear, table, "price")
    >>> fit.estimator.to_model().predict(table).round(1)
    array([10., 25., 30., 45.])
    """
    settings = estimator.settings()
    table_source = TableSource(
        target=str(target),
        target_of=estimator._target_of,
        random_state=settings.random_state,
        test_size=test_size,
        budget=None if memory is None else Budget(parse_memory(memory)),
        options=options or ColumnOptions(),
        schema=schema,
    )
    reader = TableReader(settings, table_source)
    check.number("checkpoint_minutes", checkpoint_minutes, 0.0)
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None:
        if memory is None:
            raise ParameterError("checkpoint", "needs a bound on the memory; give memory, too.")
        check_writable(path)
        refuse_unstreamable(reader.settings, keeps_checkpoint=True)
    training = _TableTraining(estimator, reader, path, checkpoint_minutes, on_rows, keep_rows)
    fit: TableFit = _with_callbacks(estimator, training, source, test)
    warn_of_stop(estimator.stop_, estimator._grave_findings())
    return fit


@with_callbacks  # type: ignore[untyped-decorator]
def _with_callbacks(estimator: TableSteps, training: _TableTraining, source: Any, test: Any) -> TableFit:
    with unchanged_on_error(estimator), callbacks_of(estimator, None, None, None) as callbacks:
        return training.carry_out(source, test, callbacks)


@dataclass(frozen=True)
class _TableTraining:
    """One call of `fit_table`, step by step; see there for the attributes."""

    estimator: TableSteps
    reader: TableReader
    checkpoint: Path | None
    checkpoint_minutes: float
    on_rows: OnRows | None
    keep_rows: bool

    def carry_out(self, source: Any, test: Any, callbacks: list[Callback]) -> TableFit:
        """Open the tables, learn how to encode them, and train."""
        started = perf_counter()
        estimator, reader, settings = self.estimator, self.reader, self.reader.settings
        with ExitStack() as stack:
            opened = reader.source.open(source, test, stack)
            stream, test_stream, split = opened.stream, opened.test, opened.split
            identity, found = dict[str, Any](), None
            if self.checkpoint is not None:
                identity = {"source": stream.fingerprint(), **self.identity()}
                found = find_checkpoint(self.checkpoint, identity)
            known = None if found is None else found.learned
            learned = reader.learn(stream, schema=opened.schema, is_split=test_stream is None, known=known)
            is_first = not settings.warm_start or not hasattr(estimator, "theta_")
            rows = reader.encode(stream, learned, None if is_first else estimator.theta_.dtype)
            random_state = estimator._begin_table(settings, rows, is_first)
            in_memory = self.checkpoint is None and self.fits(rows)
            if not in_memory:  # before rows are read for anything else
                refuse_unstreamable(settings, keeps_checkpoint=self.checkpoint is not None)
            test_data = reader.test_rows(rows, test_stream)
            kept: Data | None = None
            if self.keep_rows and reader.budget is not None:
                kept = rows.collect(TRAIN, rows.rows_in(reader.budget.sample))
            if in_memory:
                training = rows.collect(TRAIN)
                if self.keep_rows and reader.budget is None:
                    kept = training
                estimator._train_data(settings, training, random_state, callbacks)
            else:
                rows = self.train_in_pieces(rows, random_state, identity, found, callbacks)
        estimator._end_table(rows.target, rows.n_rows, perf_counter() - started)
        n_rows = int(rows.counts[:, [TRAIN, VALIDATION]].sum())
        fit = TableFit(estimator, rows.target, n_rows, split, test_data, rows.encoder, kept)
        if not self.keep_rows or reader.budget is not None:
            return fit
        tables = [_applied(each, opened.schema) for each in (stream, test_stream)]
        return replace(fit, features=tables[0], test_features=tables[1])

    def fits(self, rows: EncodedStream) -> bool:
        """Return whether all training rows can be in memory at once."""
        budget = self.reader.budget
        return budget is None or rows.n_rows * rows.row_bytes + self.network_bytes <= budget.buffer

    @property
    def network_bytes(self) -> int:
        """Half of what a network takes in memory, which it takes from two buffers."""
        return 3 * self.estimator.theta_.nbytes

    def train_in_pieces(
        self,
        rows: EncodedStream,
        random_state: RandomState,
        identity: dict[str, Any],
        found: Checkpoint | None,
        callbacks: list[Callback],
    ) -> EncodedStream:
        """Train on the rows as they are read; return them as they were trained on."""
        estimator, settings = self.estimator, self.reader.settings
        if settings.early_stopping and found is None:
            rows = self.reader.with_validation_rows(rows)
        capacity = self.capacity(rows)
        if rows.n_rows > capacity and settings.shuffle:
            rows = rows.shuffled(capacity // PIECES)
        validation = self.reader.validation_rows(rows) if settings.early_stopping else None
        if found is None:
            state = State.start(estimator.theta_, settings.optimizer, random_state)
            seed = dropout_seed(estimator.network_, random_state)
            learned = {**rows.learned.to_dict(), "dropout_seed": seed}
        else:
            state, learned = found.state, found.learned
            if state.theta.shape != estimator.theta_.shape or state.theta.dtype != estimator.theta_.dtype:
                raise ModelFileError(f"'{self.checkpoint}' is damaged: it has another network; delete it.")
            estimator.theta_ = state.theta
        write = None
        if self.checkpoint is not None:
            write = CheckpointWriter(self.checkpoint, self.checkpoint_minutes, identity, learned, state)
        estimator._train_stream(
            settings,
            state,
            learned["dropout_seed"],
            rows,
            capacity,
            validation,
            StreamCallbacks(callbacks, self.on_rows, write),
            None if found is None else found.position,
        )
        return rows

    def capacity(self, rows: EncodedStream) -> int:
        """Return the rows of a buffer."""
        budget, batch_size = self.reader.budget, self.reader.settings.batch_size
        assert budget is not None
        if isinstance(batch_size, str):
            batch_size = 200
        least = LEAST_BATCHES * batch_size
        budget.require(
            min(least, rows.n_rows) * rows.row_bytes + self.network_bytes,
            f" for batches of {batch_size} rows of {rows.encoder.n_features_out} inputs",
        )
        in_memory = (budget.buffer - self.network_bytes) // rows.row_bytes
        return int(min(in_memory, max(MOST_WORK // self.estimator.theta_.size, least)))

    def identity(self) -> dict[str, Any]:
        """Return what a checkpoint and this training must agree in, besides the rows."""
        parameters = plain_settings(self.estimator.get_params())
        random_state = self.reader.settings.random_state
        if isinstance(random_state, RandomState):
            parameters["random_state"] = f"a generator in state {_state_digest(random_state)}"
        assert self.reader.budget is not None
        return {
            "estimator": type(self.estimator).__name__,
            "target": self.reader.target,
            "memory": self.reader.budget.memory,
            "columns": vars(self.reader.source.options),
            "test_size": self.reader.source.test_size,
            **{name: value for name, value in parameters.items() if name != "verbose"},
            "separatrix": __version__,
        }


def refuse_unstreamable(settings: MLPSettings, *, keeps_checkpoint: bool) -> None:
    """Raise a `ParameterError` for a parameter that needs all rows in memory."""
    refused = {
        "solver": ("lbfgs", settings.uses_lbfgs, "choose a solver that takes batches, such as 'adam'"),
        "batch_size": ("full", settings.batch_size == "full", "give a number of rows"),
        "shuffle": ("replacement", settings.shuffle == "replacement", "set shuffle=True"),
        "warm_start": (True, settings.warm_start, "set warm_start=False, or continue from a checkpoint"),
        "track_training": (True, settings.track_training, "set track_training=False"),
        "record": (settings.record, settings.record is not None, "set record=None"),
    }
    if keeps_checkpoint:
        why, other_cure = "as a checkpoint is kept", "give no checkpoint"
    else:
        why, other_cure = "as they do not all fit into memory", "allow more memory"
    for name, (value, is_wrong, cure) in refused.items():
        if is_wrong:
            raise ParameterError(
                name,
                f"must not be {value!r} for rows that are read in pieces, {why}; {cure}, or {other_cure}.",
            )


def _state_digest(random_state: RandomState) -> str:
    """Return a digest of the state of a generator."""
    _, key, *others = random_state.get_state(legacy=True)
    return f"{zlib.crc32(repr(others).encode(), zlib.crc32(np.asarray(key).tobytes())):08x}"


def _applied(stream: Stream | None, schema: Schema) -> AppliedTable | None:
    """Return the table of a stream that is in memory."""
    if not isinstance(stream, TableStream):
        return None
    return AppliedTable(stream.table.columns, row_names=stream.table.row_names, schema=schema)
