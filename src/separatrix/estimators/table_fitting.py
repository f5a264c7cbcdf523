"""Table fitting: one way from a table to a fitted estimator, for tables in memory and tables read in pieces.

The flow: open the table, hold test rows out, learn columns and target or read them from a checkpoint, draw
the network, train, set the fitted attributes. Rows that fit into memory are trained on as by `fit`, others as
they are read. The module is long because two docstrings describe all parameters of a fit on a table.
"""

from __future__ import annotations

import os
import platform
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.callback import with_callbacks

from separatrix import __version__, check
from separatrix.data.column_options import ColumnOptions
from separatrix.data.encoder import TableEncoder
from separatrix.data.frames import columns_of
from separatrix.data.look import look_of_schema
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.schema import AppliedTable, Schema
from separatrix.data.statistics import TargetStatistics
from separatrix.data.streams import Stream, TableStream
from separatrix.data.table import Table
from separatrix.data.table_check import TableCheck, checked_table, warn_of_table
from separatrix.data.table_look import TableLook
from separatrix.engine.base import Data, State
from separatrix.errors import DataError, ModelFileError, ParameterError
from separatrix.estimators import targets
from separatrix.estimators.callbacks import callbacks_of
from separatrix.estimators.settings import MLPSettings, dropout_seed, plain_settings
from separatrix.estimators.table_rows import (
    TRAIN,
    VALIDATION,
    EncodedStream,
    TableReader,
    unseen_values,
)
from separatrix.estimators.table_source import TableSource, warn_of_columns, with_target_column
from separatrix.estimators.table_target import Target
from separatrix.estimators.training import warn_of_stop
from separatrix.estimators.training_rows import NetworkShape, unchanged_on_error
from separatrix.files import check_writable
from separatrix.model import Model
from separatrix.network import Network
from separatrix.train import Callback, Recording, Stop
from separatrix.train.checkpoint import Checkpoint, CheckpointWriter, find_checkpoint
from separatrix.train.stream import RowStream, StreamCallbacks, StreamPosition

Array = NDArray[Any]
OnRows = Callable[[int, int, int], object]

MOST_WORK = 2**36
"""Rows times parameters of a buffer at most: some seconds, which Ctrl-C and checkpoints wait for."""

LEAST_BATCHES = 2
"""Batches in a buffer, at least."""

FAR = 100.0
"""Standard deviations of a target from 0 beyond which its network is kept in double precision."""

PIECES = 8
"""Pieces whose rows a shuffle buffer mixes, at least, if the table can be cut anywhere."""


@dataclass(frozen=True, eq=False)
class TableFit:
    """A fitted estimator and the rows that it was fitted and is to be tested on.

    Attributes
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its `to_model` returns a model that takes tables.
    encoder : TableEncoder
    target : Target
        Its `statistics` are those of the training rows.
    n_rows : int
        Training rows, with the validation rows of early stopping.
    split : str
        How the test rows were drawn, in words; empty if they were given, or if there are none.
    rows : Data or None
        The encoded training rows, or a sample of them if `memory` is bounded; None if not asked for.
    test : Data or None
        The encoded test rows; None if there are none.
    features, test_features : Table or None
        Training and test rows as a schema makes their columns, before they are encoded, with the target; None
        if the memory is bounded, or if there are none.
    """

    estimator: TableFitting
    encoder: TableEncoder
    target: Target
    n_rows: int
    split: str
    rows: Data | None
    test: Data | None
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
        return self._test_data.X  # type: ignore[no-any-return]

    @property
    def y_test(self) -> Array:
        """The targets of `X_test`: labels, or numbers in their own unit."""
        return self.target.decode(self._test_data.T)

    @property
    def _training_rows(self) -> Data:
        if self.rows is None:
            raise DataError("the training rows were not kept; fit with keep_rows=True.")
        return self.rows

    @property
    def _test_data(self) -> Data:
        if self.test is None:
            raise DataError("there are no test rows; fit with test or test_size.")
        return self.test

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


class TableFitting(ABC):
    """What `MLPClassifier` and `MLPRegressor` do with tables."""

    get_params: Callable[[], dict[str, Any]]
    to_model: Callable[[], Model]
    classes_: Array
    encoder_: TableEncoder
    n_features_in_: int
    network_: Network
    recording_: Recording | None
    stop_: Stop
    target_name_: str
    theta_: Array
    _state: State | None
    _table_metadata: dict[str, Any]

    # What the estimator does in its own way.

    @abstractmethod
    def settings(self) -> MLPSettings:
        """Return the parameters, checked."""

    @abstractmethod
    def _target_of(self, statistics: TargetStatistics) -> Target:
        """Return how to encode a target column with these statistics."""

    @abstractmethod
    def _set_up(self, settings: MLPSettings, shape: NetworkShape, is_first: bool) -> RandomState:
        """Draw a network, or keep the one there is; return the generator of the next draws."""

    @abstractmethod
    def _grave_findings(self) -> str:
        """Return what is grave in the diagnosis of the training, as sentences."""

    @abstractmethod
    def _train_data(
        self, settings: MLPSettings, training: Data, random_state: RandomState, callbacks: list[Callback]
    ) -> None:
        """Train on encoded rows, as `fit` does, and set the fitted attributes."""

    @abstractmethod
    def _train_stream(
        self,
        settings: MLPSettings,
        state: State,
        seed: int,
        rows: RowStream,
        capacity: int,
        validation: Data | None,
        callbacks: StreamCallbacks,
        position: StreamPosition | None,
    ) -> None:
        """Train on encoded rows that come in pieces, and set the fitted attributes."""

    def fit_table(
        self,
        source: Any,
        target: Any = "target",
        *,
        memory: int | str = "1GB",
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_minutes: float = 5.0,
        **columns: Any,
    ) -> Self:
        """Train on a table of any size: text, missing cells and all, in a bounded amount of memory.

        A first pass learns how to encode the columns (numbers are standardised, text becomes a feature for
        each level: see `separatrix.data.TableEncoder`). If the encoded rows then fit into memory, the network
        is the one that `fit` makes of them. Otherwise each epoch reads the table again: its pieces come in
        another order every epoch, their rows are shuffled in a buffer, and one buffer is trained on while
        another is filled. If the rows of a large file are sorted, shuffle them before.

        A regressor standardises the target for the training (unless its loss is 'poisson'), and predicts in
        the target's own unit.

        Parameters
        ----------
        source : path-like, sequence of path-like, polars.LazyFrame, data frame or Table
            `.parquet`, `.csv` or `.tsv` files, or patterns such as ``"part-*.parquet"``: one table in that
            order. A lazy frame is evaluated once, into a temporary Parquet file in the folder that TMPDIR
            names; a process that is killed leaves it there.
        target : str or int, default='target'
            The column to predict; 3 is the column '3'. Labels or numbers, one for each row of a frame without
            them, are also taken: ``fit_table(X, y)``.
        memory : int or str, default='1GB'
            Bound on the memory of the process, such as '512MB': rows, libraries and kernels together. What
            the caller holds already, what a lazy frame takes to be evaluated, and compiling the kernels once
            on a machine, are not counted. The same bound gives the same network.
        checkpoint : path-like, optional
            A file that holds the whole training. If it exists, training continues from it, to the same bits
            as without an interruption; it is removed when training ends by itself.
        checkpoint_minutes : float, default=5
            Minutes between two writes. It is written before the training and on Ctrl-C, too.
        **columns :
            What you say about columns: `categorical`, `numeric`, `date`, `ordered`, `drop`, `keep` (names of
            columns) and `target_missing` ('error' or 'drop'), as of `separatrix.data.ColumnOptions`.

        Returns
        -------
        self
            With `encoder_` besides the attributes that `fit` sets. `predict` and the other methods take
            tables (data frames, `Table`), or arrays of encoded rows; so does the `Model` of `to_model`.

        Raises
        ------
        ParameterError
            If a parameter breaks its rule, `memory` is too small, `checkpoint` is of another training, or a
            parameter needs all rows in memory (solver 'lbfgs', `batch_size` 'full', `shuffle` 'replacement',
            `record`, `track_training`, `warm_start`) and they do not fit, or a checkpoint is asked for.
        DataError
            If the table cannot be trained on.
        OutputError
            If the checkpoint cannot be written.

        Warns
        -----
        ConvergenceWarning, UserWarning
            As for `fit`.

        Notes
        -----
        On rows that are read in pieces, or with a checkpoint, early stopping holds out rows that are drawn by
        a hash of their number: `validation_fraction` of them, or as many as a tenth of the memory for rows
        can hold.

        Examples
        --------
        >>> import polars as pl
        >>> from separatrix import MLPRegressor
        >>> table = pl.DataFrame({"size": [i * 7 % 31 / 2 for i in range(100)], "kind": ["a", "b"] * 50})
        >>> table = table.with_columns(price=10 * pl.col("size") + 50 * (pl.col("kind") == "b"))
        >>> reg = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0)
        >>> reg = reg.fit_table(table, "price")
        >>> round(reg.score(table, table["price"]), 3)
        1.0
        """
        source, target = with_target_column(source, target)
        fit_table(
            self,
            source,
            target,
            memory=memory,
            checkpoint=checkpoint,
            checkpoint_minutes=checkpoint_minutes,
            options=ColumnOptions.of(**columns),
        )
        warn_of_columns(self.encoder_.schema)
        if checkpoint is not None and self.stop_.reason != "interrupted":
            Path(checkpoint).unlink(missing_ok=True)
        return self

    def _begin_table(self, settings: MLPSettings, rows: EncodedStream, is_first: bool) -> RandomState:
        """Set classes, encoder and network; the draws are those of `fit`."""
        target = rows.target
        if target.labels is not None:
            if not is_first:
                targets.check_known_classes(target.labels.classes, self.classes_, all_of_them=True)
            self.classes_ = target.labels.classes
        elif target.scaling and not is_first:
            scale, shift = target.scale, target.shift
            self.theta_ = rescaled_theta(self.network_, self.theta_, 1 / scale, -shift / scale)
        n_in = rows.encoder.n_features_out
        shape = NetworkShape(n_in, target.n_out, target.head, rows.dtype)
        random_state = self._set_up(settings, shape, is_first)
        self.n_features_in_ = n_in
        self.__dict__.pop("feature_names_in_", None)
        self.encoder_, self.target_name_ = rows.encoder, target.name
        return random_state

    def _end_table(self, target: Target, n_rows: int, seconds: float) -> None:
        """Fold the scaling of the target into the network, and keep what a model file says of the training.

        These are values that JSON can hold; the seconds include reading and encoding the table.
        """
        if target.scaling:
            scale, shift = target.scale, target.shift
            if abs(shift) > FAR * abs(scale):  # the digits of single precision would be those of the shift
                self.theta_ = self.theta_.astype(np.float64)
            self.theta_ = rescaled_theta(self.network_, self.theta_, scale, shift)
            self._state = None  # its moments are of the parameters before
            if self.recording_ is not None:
                recorded = self.recording_.thetas.astype(self.theta_.dtype)
                thetas = [rescaled_theta(self.network_, t, scale, shift) for t in recorded]
                self.recording_ = replace(self.recording_, thetas=np.array(thetas))
        self._table_metadata = {
            "task": "regression" if target.labels is None else "classification",
            "n_rows": n_rows,
            "target": target.statistics,
            "target_scaling": target.scaling,
            "settings": plain_settings(self.get_params()),
            "seconds": seconds,
            "versions": library_versions(),
        }

    def _forget_table(self) -> None:
        """Remove what the last table left, so that only arrays are taken."""
        for name in ("encoder_", "target_name_", "_table_metadata"):
            self.__dict__.pop(name, None)

    def _network_inputs(self, X: Any) -> Any:
        """Return a table as the network takes it; anything else as it is."""
        columns = columns_of(X) if "encoder_" in self.__dict__ else None
        if columns is None:
            return X
        table = self.encoder_.prepare(X if isinstance(X, Table) else columns)
        warn_of_table(self.encoder_, table)
        return self.encoder_.transform(table, self.theta_.dtype)

    def check_table(self, X: Any) -> TableCheck:
        """Return what the network was not trained on in a table; see `Model.check_table`."""
        return checked_table(self.__dict__.get("encoder_"), X)

    @property
    def table_(self) -> TableLook:
        """What the columns of the table are that `fit_table` was given: print it, or show it."""
        schema = self.encoder_.schema
        assert schema is not None
        return look_of_schema(schema)

    def _table_parts(self, training: dict[str, Any]) -> dict[str, Any]:
        """Return what a model of a table has besides the network."""
        if "encoder_" not in self.__dict__:
            return {"training": training}
        return {
            "training": training | self._table_metadata,
            "encoder": self.encoder_,
            "target_name": self.target_name_,
        }


def fit_table(
    estimator: TableFitting,
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
def _with_callbacks(estimator: TableFitting, training: _TableTraining, source: Any, test: Any) -> TableFit:
    with unchanged_on_error(estimator), callbacks_of(estimator, None, None, None) as callbacks:
        return training.carry_out(source, test, callbacks)


@dataclass(frozen=True)
class _TableTraining:
    """One call of `fit_table`, step by step; see there for the attributes."""

    estimator: TableFitting
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
        fit = TableFit(estimator, rows.encoder, rows.target, n_rows, split, kept, test_data)
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


def rescaled_theta(network: Network, theta: Array, scale: float, shift: float) -> Array:
    """Return the parameters whose output is ``scale * output + shift``."""
    weights, biases = [list(arrays) for arrays in network.split(theta)]
    weights[-1], biases[-1] = weights[-1] * scale, biases[-1] * scale + shift
    return network.join(weights, biases).astype(theta.dtype)


def library_versions() -> dict[str, str]:
    """Return the versions of Separatrix, Python and the numerical libraries."""
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return {"separatrix": __version__, "python": platform.python_version(), **packages}


def _applied(stream: Stream | None, schema: Schema) -> AppliedTable | None:
    """Return the table of a stream that is in memory."""
    return AppliedTable(stream.table.columns, schema=schema) if isinstance(stream, TableStream) else None
