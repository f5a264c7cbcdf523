"""Table fitting: what `MLPClassifier` and `MLPRegressor` do with tables."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.column_options import ColumnOptions
from separatrix.data.frames import columns_of
from separatrix.data.given_tables import with_target_column
from separatrix.data.look import look_of_schema
from separatrix.data.schema import Schema
from separatrix.data.table import Table
from separatrix.data.table_check import TableCheck, checked_table, warn_of_table, warned_readable_table
from separatrix.data.table_look import TableLook
from separatrix.estimators import targets
from separatrix.estimators.settings import MLPSettings, plain_settings
from separatrix.estimators.table_rows import EncodedStream
from separatrix.estimators.table_source import warn_of_columns
from separatrix.estimators.table_steps import TableSteps
from separatrix.estimators.table_target import Target
from separatrix.estimators.table_training import fit_table
from separatrix.estimators.to_model import library_versions
from separatrix.estimators.training_rows import NetworkShape

Array = NDArray[Any]

FAR = 100.0
"""Standard deviations of a target from 0 beyond which its network is kept in double precision."""


class TableFitting(TableSteps):
    """The table methods of `MLPClassifier` and `MLPRegressor`."""

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
            What you say about columns: `categorical`, `numeric`, `date`, `ordered`, `drop`, `keep`,
            `join_spellings` (names of columns) and `target_missing` ('error', 'drop' or 'class'), as of
            `separatrix.data.ColumnOptions`.

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
            self.theta_ = self.network_.rescaled(self.theta_, 1 / scale, -shift / scale)
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
            self.theta_ = self.network_.rescaled(self.theta_, scale, shift)
            self._state = None  # its moments are of the parameters before
            if self.recording_ is not None:
                recorded = self.recording_.thetas.astype(self.theta_.dtype)
                thetas = [self.network_.rescaled(t, scale, shift) for t in recorded]
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

    def readable_table(self, X: Any) -> Table:
        """Return a table that can be predicted: what cannot be read in it is missing; see `Model`."""
        return warned_readable_table(self.__dict__.get("encoder_"), X)

    @property
    def _target_schema(self) -> Schema | None:
        return self.encoder_.schema if "encoder_" in self.__dict__ else None

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
