"""Table fitting: the estimators' `fit_table`, and what a table-fitted estimator does with tables."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from sklearn.callback import with_callbacks

from separatrix.data.encoder import TableEncoder
from separatrix.data.table import Table, table_from_frame
from separatrix.data.targets import TargetStatistics
from separatrix.estimators.callbacks import listening
from separatrix.estimators.rollback import unchanged_on_error
from separatrix.estimators.stream_fit import StreamFit, StreamSettings, fit_stream
from separatrix.estimators.streamed_rows import TargetCoder

if TYPE_CHECKING:
    from separatrix.estimators.mlp import BaseMLP


class TableFitting(ABC):
    """What `MLPClassifier` and `MLPRegressor` do with tables."""

    encoder_: TableEncoder
    target_name_: str
    _table_facts: dict[str, Any]

    # What a classifier and a regressor do each in its own way.

    @abstractmethod
    def _stream_target(self, target: TargetStatistics, kind: str) -> dict[str, Any]:
        """Return what is known of a streamed target column of some kind, as values that JSON can hold."""

    @abstractmethod
    def _stream_coder(self, name: str, facts: Mapping[str, Any]) -> TargetCoder:
        """Return what encodes a streamed target of which that is known, and learn its classes."""

    @abstractmethod
    def _stream_head(self) -> tuple[str, int]:
        """Return head and number of outputs for a streamed target."""

    def fit_table(
        self,
        source: Any,
        target: str = "target",
        *,
        memory: int | str = "1GB",
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_minutes: float = 5.0,
    ) -> Self:
        """Train on a table of any size: text, gaps and all, in a bounded part of memory.

        A first pass learns how to encode the columns (numbers are standardised, text becomes a feature for
        each level: see `separatrix.data.TableEncoder`); then each epoch reads the table again. Its pieces
        come in another order every epoch, their rows are shuffled in a buffer, and one buffer is trained on
        while another is filled. A table that fits into one buffer is read once more only, and the network is
        then, but for rounding, the one that `fit` makes of the encoded rows; with `early_stopping` other rows
        are held out. A file whose rows are sorted is better shuffled before.

        A regressor standardises the target for the training (unless its loss is 'poisson'), and predicts in
        the target's own unit.

        Parameters
        ----------
        source : path-like, sequence of path-like, polars.LazyFrame, data frame or Table
            `.parquet`, `.csv` or `.tsv` files, or patterns such as ``"part-*.parquet"``: one table in that
            order. A lazy frame is evaluated once, into a temporary Parquet file in the folder that TMPDIR
            names; a process that is killed leaves it there.
        target : str, default='target'
            The column to predict.
        memory : int or str, default='1GB'
            Bound on the memory of the process, such as '512MB': rows, libraries and kernels together. What
            the caller holds already, what a lazy frame takes to be evaluated, and compiling the kernels once
            on a machine, are not counted. The same bound gives the same network.
        checkpoint : path-like, optional
            A file that holds the whole training. Where it exists, training goes on from it, to the same bits
            as if it had never been interrupted; it is removed when training ends by itself.
        checkpoint_minutes : float, default=5
            How often it is written; it is before the training, too, and on Ctrl-C.

        Returns
        -------
        self
            With `encoder_` besides the attributes that `fit` sets. `predict` and its like take tables (data
            frames, `Table`), or arrays of the encoded rows; so does the `Model` of `to_model`.

        Raises
        ------
        ParameterError
            If a parameter breaks its rule, cannot be had on a stream (solver 'lbfgs', `record`,
            `track_training`, `warm_start`), `memory` is too small, or `checkpoint` is of another training.
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
        Early stopping holds out rows that are drawn by a hash of their number: `validation_fraction` of them,
        or as many as a tenth of the memory for rows can hold.

        Examples
        --------
        >>> import polars as pl
        >>> from separatrix import MLPRegressor
        >>> table = pl.DataFrame({"size": [1.0, 2.0, 3.0, 4.0] * 25, "kind": ["a", "b"] * 50})
        >>> table = table.with_columns(price=10 * pl.col("size") + 5 * (pl.col("kind") == "b"))
        >>> reg = MLPRegressor(hidden_layer_sizes=(), learning_rate_init=0.1, random_state=0)
        >>> reg = reg.fit_table(table, "price")
        >>> round(reg.score(table, table["price"]), 1)
        1.0
        """
        settings = StreamSettings(target, memory, checkpoint, checkpoint_minutes)
        self._fit_stream(source, settings)
        if checkpoint is not None and cast("BaseMLP", self).stop_.reason != "interrupted":
            Path(checkpoint).unlink(missing_ok=True)
        return self

    @with_callbacks  # type: ignore[untyped-decorator]
    def _fit_stream(self, source: Any, settings: StreamSettings) -> StreamFit:
        estimator = cast("BaseMLP", self)
        with unchanged_on_error(estimator), listening(estimator, None, None, None) as listeners:
            fit = fit_stream(estimator, source, settings, listeners)
        estimator._warn_of_stop()
        return fit

    def _forget_table(self) -> None:
        """Take arrays alone from now on."""
        for name in ("encoder_", "target_name_", "_table_facts"):
            self.__dict__.pop(name, None)

    def _network_inputs(self, X: Any) -> Any:
        """Return a table as the network takes it; anything else as it is."""
        if "encoder_" not in self.__dict__:
            return X
        if hasattr(type(X), "columns") and not isinstance(X, Table):
            X = table_from_frame(X)
        if not isinstance(X, Table):
            return X
        return self.encoder_.transform(X.columns, cast("BaseMLP", self).theta_.dtype)

    def _table_parts(self, training: dict[str, Any]) -> dict[str, Any]:
        """Return what a model of a table has besides the network."""
        if "encoder_" not in self.__dict__:
            return {"training": training}
        return {
            "training": training | self._table_facts,
            "encoder": self.encoder_,
            "target_name": self.target_name_,
        }
