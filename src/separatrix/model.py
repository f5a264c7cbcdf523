"""Model: a trained network as a frozen value, to call, compare and save. It needs only NumPy."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.data.column import as_numbers
from separatrix.data.column_values import as_column
from separatrix.data.encoder import TableEncoder
from separatrix.data.frames import columns_of
from separatrix.data.sparse_rows import check_sparse
from separatrix.data.table import Table
from separatrix.data.table_check import TableCheck, checked_table, warn_of_table, warned_readable_table
from separatrix.decision import Decision, check_decision, decision_of, decision_of_model, decision_values
from separatrix.engine.numpy_engine import forward
from separatrix.errors import DataError, ParameterError
from separatrix.model_parts import (
    checked_classes,
    checked_names,
    checked_theta,
    json_copy,
    label_dtype,
    labels_of,
    predicted_labels,
)
from separatrix.network import HEADS, Head, Network

Array = NDArray[Any]

BLOCK_BYTES = 2**26  # of input rows copied and checked at once


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A network with its parameters, and everything needed to use it on new rows.

    Two models are equal if all their parts are, to the last bit.

    Parameters
    ----------
    network : Network
    theta : array-like of shape (n_parameters,)
        Finite float32 or float64; kept as a read-only copy. Predictions are computed in this type.
    classes : array-like of shape (n_classes,), optional
        Labels: booleans, numbers or text, each once. Two for one output, else one for each output. For a
        classifier None means 0, 1, …; for the heads `regression` and `poisson` it must be None.
    encoder : TableEncoder, optional
        Turns columns of a table into the network's inputs.
    feature_names : sequence of str, optional
        A name for each of the `n_in` inputs; by default the encoder's.
    target_name : str, optional
        Name of the target.
    training : mapping, optional
        Training metadata, as values that JSON can hold: kept as a copy, tuples as lists.
    decision : Decision, optional
        For a classifier with one class for each row: how probabilities are calibrated, and the threshold of
        the answer of two classes. `predict` and `predict_proba` follow it.

    Raises
    ------
    ParameterError
        If a part does not fit the network.

    Examples
    --------
    >>> net = Network.mlp(2, (), 1, head="binary")
    >>> model = Model(net, [4.0, 0.0, -2.0], classes=["no", "yes"])
    >>> model.predict([[0.0, 9.0], [1.0, 9.0]])
    array(['no', 'yes'], dtype='<U3')
    >>> model([[1.0, 9.0]]).round(3)
    array([[0.119, 0.881]])
    """

    network: Network
    theta: Array
    classes: Array | None = None
    encoder: TableEncoder | None = None
    feature_names: Sequence[str] | None = None
    target_name: str | None = None
    training: Mapping[str, Any] | None = None
    decision: Decision | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit together, and convert them to one form."""
        names = self.feature_names
        if names is None and self.encoder is not None:
            names = self.encoder.feature_names_out
        if not isinstance(self.target_name, str | None):
            raise ParameterError("target_name", f"must be text, got {self.target_name!r}.")
        checked = {
            "theta": checked_theta(self.theta, self.network.n_parameters),
            "classes": checked_classes(self.classes, self.network),
            "feature_names": checked_names(names, self.network.n_in),
            "training": json_copy(self.training),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        check_decision(self)

    def with_theta(self, theta: Array) -> Model:
        """Return the model with other parameters; the other parts are shared, and not checked again."""
        other = copy.copy(self)
        object.__setattr__(other, "theta", checked_theta(theta, self.n_parameters))
        return other

    @property
    def head(self) -> Head:
        """The head of the network."""
        return HEADS[self.network.head]

    @property
    def is_classifier(self) -> bool:
        """Whether the model predicts classes, rather than numbers."""
        return self.head.task == "classification"

    @property
    def has_one_target(self) -> bool:
        """Whether each row has one class, or one number."""
        return self.head.is_exclusive if self.is_classifier else self.network.n_out == 1

    @property
    def n_parameters(self) -> int:
        """Length of `theta`."""
        return self.network.n_parameters

    @property
    def coefs(self) -> list[Array]:
        """Weights of each layer, (n_in, n_out): read-only views of `theta`."""
        return self.network.split(self.theta)[0]

    @property
    def intercepts(self) -> list[Array]:
        """Biases of each layer, (n_out,) or (0,): read-only views of `theta`."""
        return self.network.split(self.theta)[1]

    def inputs(self, X: Any) -> Array:
        """Return rows as the network's inputs, checked and encoded.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `decision_function`.

        Returns
        -------
        ndarray of shape (n_rows, n_in)
            In the type of `theta`.

        Raises
        ------
        DataError
            As in `decision_function`.
        """
        rows = self.encoded(X)
        return self._finite(rows.toarray() if hasattr(rows, "toarray") else rows, 0)

    def encoded(self, X: Any) -> Any:
        """Return rows with the network's columns; their values are not checked.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `decision_function`.

        Returns
        -------
        ndarray or CSR matrix of shape (n_rows, n_in)
            The model takes it in place of `X`.

        Raises
        ------
        DataError
            If a column is missing, or there is one too many, or a column of numbers holds text.
        """
        if isinstance(X, Table) and self.encoder is not None:
            return self.encoder.transform(X, self.theta.dtype)
        check_sparse(X)
        columns = columns_of(X)
        if columns is not None and self.encoder is not None:
            return self.encoder.transform(columns, self.theta.dtype)
        if columns is not None:
            table = Table(dict(columns))
            chosen = table.select(self.feature_names) if self.feature_names else table
            rows: Any = _stacked(chosen.columns.items())
        else:
            rows = X.tocsr() if hasattr(X, "tocsr") else np.asarray(X)
        if rows.ndim != 2 or rows.shape[1] != self.network.n_in:
            raise DataError(
                f"X must have shape (n_rows, {self.network.n_in}), one column for each input, "
                f"got {rows.shape}; reshape it, or leave out columns that the model was not trained on."
            )
        if rows.dtype.kind not in "biuf":
            return _stacked((self._input_name(j), rows[:, j]) for j in range(self.network.n_in))
        return rows

    def check_table(self, X: Any) -> TableCheck:
        """Return what the model was not trained on in a table: new categories, numbers far outside, gaps.

        Parameters
        ----------
        X : table
            As in `decision_function`; columns may be missing.

        Returns
        -------
        TableCheck
            Print it for a sentence on each column. It is false if there is nothing to report.

        Raises
        ------
        ParameterError
            If the model has no encoder, or `X` is no table.
        DataError
            If a column has cells that cannot be read.
        """
        return checked_table(self.encoder, X)

    def readable_table(self, X: Any) -> Table:
        """Return a table that can be predicted: what cannot be read in it is missing.

        Parameters
        ----------
        X : table
            As for `predict`; cells may be text where numbers or dates are needed, and columns may lack.

        Returns
        -------
        Table
            Such cells, and all cells of columns that the table lacks, have no value.

        Warns
        -----
        TableWarning
            What has been taken as missing, with its number of rows.
        """
        return warned_readable_table(self.encoder, X)

    def decision_function(self, X: Any) -> Array:
        """Return the logits.

        Parameters
        ----------
        X : array-like or scipy.sparse matrix of shape (n_rows, n_in), or a table
            A table is a `Table`, a mapping of names to columns, or a pandas or Polars frame. It is encoded;
            without an encoder, the columns are found by `feature_names`, or used in their order.

        Returns
        -------
        ndarray of shape (n_rows, n_out)

        Raises
        ------
        DataError
            If a column is missing, or there is one too many, or a value is not a finite number. Rows are
            counted from 1.

        Warns
        -----
        TableWarning
            If a table has what training did not have; see `check_table`.
        """
        columns = None if self.encoder is None else columns_of(X)
        if columns is not None and self.encoder is not None:
            X = self.encoder.prepare(X if isinstance(X, Table) else columns)
            warn_of_table(self.encoder, X)
        inputs = self.encoded(X)
        n_rows, n_in = inputs.shape
        step = max(1, BLOCK_BYTES // (n_in * self.theta.itemsize))
        z = np.empty((n_rows, self.network.n_out), self.theta.dtype)
        for start in range(0, n_rows, step):
            rows = inputs[start : start + step]
            dense = rows.toarray() if hasattr(rows, "toarray") else rows
            z[start : start + step] = forward(self.network, self.theta, self._finite(dense, start))
        return z

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `decision_function`.

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            See `Head.probabilities`.

        Raises
        ------
        DataError
            As in `decision_function`.
        ParameterError
            If the model is not a classifier.
        """
        if not self.is_classifier:
            raise ParameterError(
                "predict_proba",
                f"needs a classifier, got a model with head {self.network.head!r}; use predict.",
            )
        proba = self.head.probabilities(self.decision_function(X))
        return proba if self.decision is None else self.decision.probabilities(proba)

    def predict(self, X: Any) -> Array:
        """Return a label or number for each row.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `decision_function`.

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, n_out)
            The most probable class, in the type of `classes` (of two equally probable classes, the first), or
            the positive of two from the threshold of `decision` on; for `multilabel` 0 or 1 for each label;
            else numbers, one-dimensional if there is one output.

        Raises
        ------
        DataError
            As in `decision_function`.
        """
        if self.classes is not None and self.decision is not None:
            return self.decision.labels(self.classes, self.predict_proba(X))
        z = self.decision_function(X)
        if self.classes is not None:
            return predicted_labels(z, self.classes, self.network)
        return self._numbers(z)

    def answer(self, inputs: Array) -> Array:
        """Return probabilities or numbers for encoded rows, which are not checked.

        Parameters
        ----------
        inputs : ndarray of shape (n_rows, n_in)
            Finite, in the type of `theta`.

        Returns
        -------
        ndarray
            As `__call__`, without `decision`.
        """
        return self.answer_of(forward(self.network, self.theta, inputs))

    def answer_of(self, z: Array) -> Array:
        """Return probabilities or numbers for the network's outputs, of shape (n_rows, n_out)."""
        return self.head.probabilities(z) if self.is_classifier else self._numbers(z)

    def __call__(self, X: Any) -> Array:
        """Return `predict_proba` of a classifier, else `predict`."""
        return self.predict_proba(X) if self.is_classifier else self.predict(X)

    @property
    def threshold(self) -> float | None:
        """The probability from which on the positive of two classes is the answer; None is one half."""
        return None if self.decision is None else self.decision.threshold

    def with_threshold(self, threshold: float | None) -> Model:
        """Return the same model with another threshold.

        Parameters
        ----------
        threshold : float or None
            Probability of the positive class, the second if `decision` names no other, from which on it is
            the answer; None is one half.

        Raises
        ------
        ParameterError
            If the model has not two classes, or the threshold is not between 0 and 1.

        Examples
        --------
        >>> model = Model(Network.mlp(1, (), 1, head="binary"), [1.0, 0.0], classes=["no", "yes"])
        >>> model.predict([[-0.5]]), model.with_threshold(0.3).predict([[-0.5]])
        (array(['no'], dtype='<U3'), array(['yes'], dtype='<U3'))
        """
        return replace(self, decision=replace(decision_of_model(self), threshold=threshold))

    def describe(self) -> dict[str, Any]:
        """Return a summary, as values that JSON can hold.

        Examples
        --------
        >>> Model(Network.mlp(2, (4,), 1), np.zeros(17), target_name="risk").describe()["network"]
        '2-4-1'
        """
        named = None if self.feature_names is None else list(self.feature_names)
        return {
            "network": str(self.network),
            "activations": [layer.activation for layer in self.network.layers[:-1]],
            "head": self.network.head,
            "n_parameters": self.n_parameters,
            "dtype": self.theta.dtype.name,
            "classes": None if self.classes is None else self.classes.tolist(),
            "columns": named if self.encoder is None else self.encoder.input_columns,
            "target": self.target_name,
            "training": self.training,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything except `theta` as values that JSON can hold; floats keep their last bit."""
        classes = self.classes
        return {
            "network": self.network.to_dict(),
            "classes": None
            if classes is None
            else {"dtype": label_dtype(classes), "labels": classes.tolist()},
            "encoder": None if self.encoder is None else self.encoder.to_dict(),
            "feature_names": None if self.feature_names is None else list(self.feature_names),
            "target_name": self.target_name,
            "training": self.training,
            **decision_values(self.decision),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], theta: ArrayLike) -> Model:
        """Return the model that `to_dict` described.

        Raises
        ------
        ParameterError, ModelFileError
            If a part is missing or does not fit.
        """
        try:
            classes, encoder = values["classes"], values["encoder"]
            return cls(
                network=Network.from_dict(values["network"]),
                theta=np.asarray(theta),
                classes=None if classes is None else labels_of(classes["labels"], classes["dtype"]),
                encoder=None if encoder is None else TableEncoder.from_dict(encoder),
                feature_names=values["feature_names"],
                target_name=values["target_name"],
                training=values["training"],
                decision=decision_of(values),
            )
        except (KeyError, TypeError) as error:
            raise ParameterError("model", f"description is not valid: {error!r}.") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        same_theta = self.theta.dtype == other.theta.dtype and self.theta.tobytes() == other.theta.tobytes()
        # As text, NaN equals NaN and 0.0 differs from -0.0.
        own, others = (json.dumps(each.to_dict(), sort_keys=True) for each in (self, other))
        return same_theta and own == others

    def __repr__(self) -> str:
        """Return sizes, head and type of the parameters, and what is predicted from how many columns."""
        return f"<Model {self.network}, head={self.network.head!r}, {self.theta.dtype.name}{task_text(self)}>"

    def _numbers(self, z: Array) -> Array:
        a = self.head.output(z)
        return a[:, 0] if self.network.n_out == 1 else a

    def _input_name(self, j: int) -> str:
        return self.feature_names[j] if self.feature_names else str(j + 1)

    def _finite(self, rows: Array, first_row: int) -> Array:
        """Return a block of rows in the type of `theta`; a `DataError` if a value is not finite in it."""
        with np.errstate(over="ignore"):
            numbers = np.ascontiguousarray(rows, self.theta.dtype)
        if not np.isfinite(numbers).all():
            row, j = np.argwhere(~np.isfinite(numbers))[0].tolist()
            raise DataError(
                f"column '{self._input_name(j)}' has {rows[row, j]} in row {first_row + row + 1} where a "
                f"finite {self.theta.dtype} is needed; correct it, or leave out the row."
            )
        return numbers


def task_text(model: Any) -> str:
    """Return what a model predicts, from how many columns, and from which threshold on, where it knows."""
    parts = []
    if model.target_name is not None:
        labels = [] if model.classes is None else list(map(str, model.classes.tolist()))
        shown = ", ".join(labels[:4]) + (", …" if len(labels) > 4 else "")
        parts.append(f"{model.target_name!r}{f' ({shown})' if shown else ''}")
        if model.encoder is not None:
            n_columns = len(model.encoder.input_columns)
            parts.append(f"from {n_columns} column{'' if n_columns == 1 else 's'}")
    if model.threshold is not None:
        parts.append(f"threshold {model.threshold:g}")
    return f": {', '.join(parts)}" if parts else ""


def _stacked(columns: Iterable[tuple[str, Any]]) -> Array:
    numbers = [as_numbers(as_column(column, name), name) for name, column in columns]
    return np.column_stack(numbers) if numbers else np.empty((0, 0))
