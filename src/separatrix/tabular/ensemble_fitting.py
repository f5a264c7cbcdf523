"""Ensemble fitting: from a table, its target among its columns, to a fitted tabular estimator.

The flow: open the table, hold test rows out, read the training rows (or a sample of them, if the memory is
bounded), train, keep what a model file says of the training.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from typing import Any, Self

from numpy.typing import NDArray

from separatrix.data.column import Column, as_numbers
from separatrix.data.column_options import ColumnOptions
from separatrix.data.encoder import TableEncoder
from separatrix.data.given_tables import with_target_column
from separatrix.data.look import look_of_schema
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.schema import AppliedTable, Schema
from separatrix.data.statistics import TargetStatistics
from separatrix.data.table import Table, require_column
from separatrix.data.table_check import TableCheck
from separatrix.data.table_look import TableLook
from separatrix.ensemble import Ensemble
from separatrix.errors import DataError
from separatrix.estimators.fitted_table import FittedTable
from separatrix.estimators.settings import plain_settings
from separatrix.estimators.table_source import TableSource, group_numbers, warn_of_columns
from separatrix.estimators.table_target import Target
from separatrix.estimators.to_model import library_versions
from separatrix.tabular.progress import Ending, OnProgress
from separatrix.tabular.recipe import Configuration
from separatrix.tabular.report import TabularReport
from separatrix.tabular.sampling import Sample, draw_sample

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class TabularFit(FittedTable["TableFitting", Table]):
    """A fitted tabular estimator, and the rows that it was fitted and is to be tested on.

    Attributes
    ----------
    estimator, target, n_rows, split, test :
        See `FittedTable`; the test rows have the target.
    n_rows_read : int
        Training rows of the table: more than `n_rows` if they do not all fit into memory.
    features : AppliedTable
        The training rows without the target.
    y : ndarray of shape (n_rows,)
        Labels, or numbers.
    test_target : ndarray or None
        Labels, or numbers of the test rows.
    groups : Table or None
        The column of the training rows' groups, which is no input; None without groups.
    """

    n_rows_read: int
    features: AppliedTable
    y: Array
    test_target: Array | None
    groups: Table | None = None

    @cached_property
    def encoder(self) -> TableEncoder:
        """The encoder that one network, and a straight line, would have of the training rows."""
        return TableEncoder.fit(self.features.columns, schema=self.features.schema)

    @cached_property
    def X(self) -> Array:
        """The training rows as `encoder` encodes them, of shape (n_rows, n_features)."""
        return self.encoder.transform(self.features)

    @cached_property
    def X_test(self) -> Array:
        """The test rows as `encoder` encodes them, of shape (n_rows, n_features)."""
        return self.encoder.transform(self.test_rows)

    @property
    def y_test(self) -> Array:
        """The targets of the test rows: labels, or numbers."""
        return self._of_test(self.test_target)

    @property
    def test_rows(self) -> Table:
        """The test rows, as the model takes them."""
        return self._of_test(self.test)

    @property
    def unseen(self) -> dict[str, int]:
        """By text column, the test rows with a value that training did not see."""
        return self.encoder.count_unseen(self.test_rows)


class TableFitting(ABC):
    """What `TabularClassifier` and `TabularRegressor` do with tables that hold their target."""

    get_params: Callable[[], dict[str, Any]]
    to_model: Callable[[], Ensemble]
    random_state: Any
    ensemble_: Ensemble
    oof_: Array
    oof_score_: float
    stop_: Ending
    report_: TabularReport
    _schema: Schema | None

    @property
    @abstractmethod
    def metric(self) -> str:
        """What `oof_score_` is: "log-loss" or "RMSE"."""

    @property
    @abstractmethod
    def configurations(self) -> Sequence[Configuration]:
        """That of each network that is trained."""

    @abstractmethod
    def _target_of(self, statistics: TargetStatistics) -> Target:
        """Return how to encode a target column with these statistics."""

    @abstractmethod
    def _fit(self, X: Any, y: Any, sample_weight: Any, groups: Any, on_progress: OnProgress | None) -> Self:
        """Train the networks and choose the ensemble."""

    def fit_table(
        self,
        source: Any,
        target: Any = "target",
        *,
        groups: str | None = None,
        memory: int | str | None = None,
        **columns: Any,
    ) -> Self:
        """Train on a table that has the target among its columns.

        Parameters
        ----------
        source : data frame, Table, array, path-like, sequence of path-like or polars.LazyFrame
            A pandas or Polars data frame, a pyarrow table, an array (its columns are called '0', '1', …), or
            files: `.csv`, `.tsv` or `.parquet`, or patterns such as ``"part-*.parquet"``: one table in that
            order.
        target : str or int, default='target'
            The column to predict; 3 is the column '3'. Labels or numbers, one for each row of a frame without
            them, are also taken: ``fit_table(X, y)``.
        groups : str, optional
            A column whose rows of one value are all in one fold; it is no input of the networks.
        memory : int or str, optional
            About what the process may take, such as '2GB': an estimate from the columns. If the table has
            more rows than an ensemble can be trained on in it, the networks are trained on a sample: drawn by
            a hash of the row number, the same fraction of every class, but at least 100 rows of a class if
            there are as many. A warning says how many rows were drawn. By default the table is read whole.
        **columns :
            What you say about columns: `categorical`, `numeric`, `date`, `ordered`, `drop`, `keep`,
            `join_spellings` (names of columns) and `target_missing` ('error', 'drop' or 'class'), as of
            `separatrix.data.ColumnOptions`.

        Returns
        -------
        self
            `predict` and the other methods take tables, with or without the target.

        Raises
        ------
        ParameterError
            If a parameter breaks its rule, or `memory` is too small.
        DataError
            If the table cannot be trained on.

        Warns
        -----
        UserWarning
            As for `fit`, and if the networks were trained on a sample of the rows.

        Examples
        --------
        >>> import polars as pl
        >>> from separatrix import TabularClassifier
        >>> member = ["no", "no", "yes", "yes"] * 9 + ["yes", "no", "no", "yes"]
        >>> table = pl.DataFrame({"age": [20, 30, 40, 50] * 10, "member": member})
        >>> clf = TabularClassifier("fast").fit_table(table, "member")
        >>> clf.predict(pl.DataFrame({"age": [25, 45]})).tolist()
        ['no', 'yes']
        """
        source, target = with_target_column(source, target)
        fit_table(
            self,
            source,
            target,
            groups=groups,
            memory=memory,
            on_progress=self._on_progress,
            options=ColumnOptions.of(**columns),
        )
        encoder = self.ensemble_.encoder
        warn_of_columns(None if encoder is None else encoder.schema)
        return self

    def check_table(self, X: Any) -> TableCheck:
        """Return what the networks were not trained on in a table; see `Model.check_table`."""
        return self.ensemble_.check_table(X)

    def readable_table(self, X: Any) -> Table:
        """Return a table that can be predicted: what cannot be read in it is missing; see `Model`."""
        return self.ensemble_.readable_table(X)

    @property
    def _target_schema(self) -> Schema | None:
        return self._schema

    @property
    def table_(self) -> TableLook:
        """What the columns of the table are that it was fitted on: print it, or show it."""
        encoder = self.ensemble_.encoder
        if encoder is None or encoder.schema is None:
            raise AttributeError("table_ needs an estimator that was fitted on a table with named columns.")
        return look_of_schema(encoder.schema)

    @property
    @abstractmethod
    def _on_progress(self) -> OnProgress | None:
        """What `verbose` asks for."""


def fit_table(
    estimator: TableFitting,
    source: Any,
    target: str | int = "target",
    *,
    test: Any = None,
    test_size: float = 0.0,
    groups: str | None = None,
    memory: int | str | None = None,
    on_progress: OnProgress | None = None,
    options: ColumnOptions | None = None,
    schema: Schema | None = None,
) -> TabularFit:
    """Fit a tabular estimator on a table, and return it with the rows to judge it by.

    Parameters
    ----------
    estimator : TabularClassifier or TabularRegressor
        Fitted in place. A class of `class_weight` may be named by its text.
    source : Table, data frame, array, path-like, sequence of path-like, polars.LazyFrame or Stream
        The training rows.
    target : str or int, default='target'
        The column to predict.
    test : as `source`, optional
        The test rows.
    test_size : float, default=0.0
        Fraction of the rows to hold out as test rows, if there is no `test`: drawn at random, each class in
        proportion; by a hash of their number if `memory` is bounded.
    groups : str, optional
        A column whose rows of one value are all in one fold, and all test rows or none; it is no input.
    memory : int or str, optional
        Bound on the memory of the process; see `TabularClassifier.fit_table`. By default the table is read
        whole.
    on_progress : callable, optional
        Called with a `TabularProgress` after every network.
    options : ColumnOptions, optional
        What the user says about columns.
    schema : Schema, optional
        What the columns are, if that has been decided.

    Returns
    -------
    TabularFit

    Raises
    ------
    ParameterError, DataError
        As for `TabularClassifier.fit_table`.

    Examples
    --------
    >>> from separatrix import TabularRegressor
    >>> table = Table({"size": list(range(40)), "kind": ["a", "b"] * 20, "price": [3 * i for i in range(40)]})
    >>> fit = fit_table(TabularRegressor("fast"), table, "price", test_size=0.25)
    >>> fit.n_rows, len(fit.y_test), fit.split
    (30, 10, 'seed 0')
    """
    started = perf_counter()
    table_source = TableSource(
        target=str(target),
        target_of=estimator._target_of,
        random_state=estimator.random_state,
        test_size=test_size,
        budget=None if memory is None else Budget(parse_memory(memory)),
        groups=groups,
        options=options or ColumnOptions(),
        schema=schema,
    )
    with ExitStack() as stack:
        if table_source.budget is None:
            read, split, schema = _read(table_source, source, test)
        else:
            opened = table_source.open(source, test, stack)
            split, schema = opened.split, opened.schema
            read = draw_sample(table_source, opened.stream, opened.test, estimator.configurations)
    features = read.rows.drop(read.target.name)
    of_groups = None if groups is None else group_numbers(features, groups)
    group_column = None if groups is None else features.select([groups])
    features = features if groups is None else features.drop(groups)
    if not features.columns:
        raise DataError(f"there is no column besides the target and the groups '{groups}'; add one.")
    y = target_values(read.rows, read.target)
    test_rows = None if read.test is None else _applied(read.test, schema)
    test_target = None if read.test is None else target_values(read.test, read.target)
    if len(y) < read.n_rows_read:
        warnings.warn(
            f"the networks are trained on a sample of {len(y):,} of {read.n_rows_read:,} rows, which is what "
            f"memory={memory!r} holds; raise it for more.",
            UserWarning,
            stacklevel=3,
        )
    of_table = _applied(features, schema)
    estimator._fit(of_table, y, read.weight, of_groups, on_progress)
    _keep_facts(estimator, read, perf_counter() - started)
    return TabularFit(
        estimator,
        read.target,
        len(y),
        split,
        test_rows,
        read.n_rows_read,
        of_table,
        y,
        test_target,
        group_column,
    )


def _applied(table: Table, schema: Schema) -> AppliedTable:
    """Return columns that a schema has made, as a table that says so."""
    return AppliedTable(table.columns, row_names=table.row_names, schema=schema)


def target_values(table: Table, target: Target) -> Array:
    """Return the target column as labels, or as numbers."""
    require_column(target.name, table.columns)
    column: Column = table.columns[target.name]
    if target.labels is None:
        return as_numbers(column, target.name)
    return target.labels.match(column, target.name)


def _read(source: TableSource, table: Any, test: Any) -> tuple[Sample, str, Schema]:
    """Return the rows of a table that is read whole, how the test rows were drawn, and the schema."""
    rows, test_table, split, schema = source.read(table, test)
    statistics = TargetStatistics.of(rows.columns[source.target], source.target)
    return Sample(rows, source.target_of(statistics), rows.n_rows, test=test_table), split, schema


def _keep_facts(estimator: TableFitting, read: Sample, seconds: float) -> None:
    """Let the models name their target, and say how they were trained, as values that JSON can hold."""
    shared = {
        "task": "regression" if read.target.labels is None else "classification",
        "n_rows": read.rows.n_rows,
        "n_rows_read": read.n_rows_read,
        "target": read.target.statistics,
        "settings": plain_settings(estimator.get_params()),
        "stop": {"reason": estimator.stop_.reason, "message": estimator.stop_.message},
        "seconds": seconds,
        "versions": library_versions(),
    }
    ensemble: Ensemble = estimator.ensemble_
    models = [
        replace(model, target_name=read.target.name, training={**shared, **(model.training or {})})
        for model in ensemble.models
    ]
    estimator.ensemble_ = replace(ensemble, models=models)
