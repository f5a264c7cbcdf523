"""Subject: the fitted model that is judged, with the rows that judge it, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from separatrix.data.column import as_numbers
from separatrix.data.column_values import as_column
from separatrix.data.encoder import TableEncoder
from separatrix.data.frames import columns_of
from separatrix.data.labels import Labels
from separatrix.data.row_names import RowNames
from separatrix.data.schema import AppliedTable
from separatrix.data.table import Table
from separatrix.decision import Decision, decision_of_model, rarer_class
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.evaluate.assessment import ENSEMBLE, LINE, MODEL, model_name
from separatrix.evaluate.baselines import LINE_SETTINGS
from separatrix.evaluate.classification import row_log_losses
from separatrix.explain.tables import in_container_of, model_value, schema_of
from separatrix.model import Model

Array = NDArray[Any]

MAX_CELLS = 20_000_000
"""Cells of a table that a model answers at once."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A fitted model and rows with their targets.

    Attributes
    ----------
    model : Model, Ensemble or fitted estimator
        With one target.
    table : Table
        The columns to predict from.
    y : ndarray of shape (n_rows,)
        Codes of classes, or numbers.
    classes : ndarray of shape (n_classes,) or None
        None for numbers.
    container : object
        Rows as the model takes them, if it takes no `Table`: an array or a frame of another library.
    folds : tuple of fitted estimators
        With cross-validation: the models of the folds, each of which answers for the rows it was not trained
        on.
    fold : ndarray of shape (n_rows,) or None
        Which of `folds` answers for each row.
    decision : Decision or None
        How the answers are calibrated, and the threshold, if the model does not know it itself.
    """

    model: Any
    table: Table
    y: Array
    classes: Array | None
    container: Any = None
    folds: tuple[Any, ...] = ()
    fold: Array | None = None
    decision: Decision | None = None

    @classmethod
    def of(cls, model: Any, X: Any, y: Any, name: str = "y", *, is_fitted: bool = True) -> Subject:
        """Return the subject of a model and its rows, in any container.

        Parameters
        ----------
        model : Model, Ensemble or fitted estimator
        X : data frame, Table, mapping or array-like of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
            Labels or numbers.
        name : str, default="y"
            What errors call the target.
        is_fitted : bool, default=True
            If not, the classes of a classifier are those of `y`.

        Raises
        ------
        ParameterError
            If the model has several targets, or is not fitted.
        DataError
            If `X` and `y` differ in their rows, there are none, or a label is none of the classes.
        """
        classes = _classes(model) if is_fitted else np.unique(np.asarray(y)) if is_classifier(model) else None
        columns = columns_of(X)
        table = X if isinstance(X, Table) else _table_of(model, X, columns)
        if table.row_names is None:
            rows = X if hasattr(X, "iloc") else table
            table = replace(table, row_names=RowNames.of_rows(rows))
        schema = schema_of(model) if is_fitted else None
        values = as_column(y, name)
        if schema is not None:  # labels that the training has joined are one class
            values = schema.read_target(values)
        if len(values) != table.n_rows or not len(values):
            raise DataError(
                f"X and y must have the same rows, at least one, got {table.n_rows} and {len(values)}."
            )
        encoded = as_numbers(values, name) if classes is None else Labels(classes).encode_column(values, name)
        is_own = columns is not None and (isinstance(model, AnyModel) or hasattr(model, "to_model"))
        if schema is not None:
            table = schema.apply(table)
        if is_fitted and (read := _columns_read(model, table)) is not None:
            table = table.select(read)
        return cls(model, table, encoded, classes, None if is_own else X)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.table.n_rows

    def rows(self, table: Table) -> Any:
        """Return a table as the model takes it."""
        return table if self.container is None else in_container_of(self.container, table.columns)

    @property
    def kind(self) -> str:
        """What sentences call the model."""
        return kind_of(self.model)

    @property
    def labels(self) -> Array:
        """The targets as labels or numbers."""
        return self.y if self.classes is None else self.classes[self.y]

    def take(self, rows: Array) -> Subject:
        """Return some of the rows."""
        fold = None if self.fold is None else self.fold[rows]
        return replace(self, table=self.table.take(rows), y=self.y[rows], fold=fold)

    def answers(self, table: Table | None = None) -> Array:
        """Return the probabilities (n_rows, n_classes) or numbers (n_rows,) for rows, by default its own.

        With folds, the rows are copies of the subject's own, in their order.
        """
        table = self.table if table is None else table
        if self.fold is None:
            return self._answers_of(self.model, table)
        answers = np.zeros(table.n_rows if self.classes is None else (table.n_rows, len(self.classes)))
        fold = np.tile(self.fold, table.n_rows // self.n_rows)
        for number, model in enumerate(self.folds):
            rows = np.flatnonzero(fold == number)
            if len(rows):
                answers[rows] = self._answers_of(model, table.take(rows))
        return answers

    def _answers_of(self, model: Any, table: Table) -> Array:
        step = max(1, MAX_CELLS // max(1, len(table.columns)))
        parts = []
        for start in range(0, table.n_rows, step):
            rows = self.rows(table.take(np.arange(start, min(start + step, table.n_rows))))
            answer = model.predict(rows) if self.classes is None else model.predict_proba(rows)
            parts.append(np.asarray(answer, np.float64))
        answers = np.concatenate(parts)
        known = getattr(model, "classes_", self.classes)
        if self.classes is not None and known is not None and len(known) < len(self.classes):
            # The rows of a fold may lack a class.
            full = np.zeros((len(answers), len(self.classes)))
            full[:, Labels(self.classes).encode(known)] = answers
            answers = full
        return answers if self.decision is None else self.decision.probabilities(answers)

    @property
    def how(self) -> Decision:
        """How the model decides: that of a model file, else the rarer of two classes is positive."""
        if self.decision is not None:
            return self.decision
        if isinstance(self.model, AnyModel):
            return decision_of_model(self.model)
        classes = () if self.classes is None else self.classes
        return Decision(
            positive=rarer_class(np.bincount(self.y, minlength=len(classes)) if len(classes) else ())
        )

    @property
    def threshold(self) -> float | None:
        """Of two classes: the probability of the positive one from which on it is the answer."""
        return self.how.threshold

    def model_answer(self, answers: Array) -> Array:
        """Return the code of the class that is the model's answer, by its threshold if it has one."""
        return self.how.indices(answers)

    def losses(self, answers: Array) -> Array:
        """Return the log-loss, or the squared error, of each row; the answers may be of several copies."""
        y = np.tile(self.y, len(answers) // len(self.y))
        return row_log_losses(y, answers) if self.classes is not None else (answers - y) ** 2


def kind_of(model: Any) -> str:
    """Return what sentences call a model: the network, the linear model, the ensemble, or the model."""
    if isinstance(model, AnyModel):
        return model_name(model)
    if hasattr(model, "presets") or hasattr(model, "estimators"):
        return ENSEMBLE
    if not hasattr(model, "hidden_layer_sizes"):
        return "model"
    sizes = model.hidden_layer_sizes
    has_layers = not isinstance(sizes, list | tuple) or len(sizes) > 0
    is_line = not has_layers and getattr(model, "embedding", None) is None and model.solver == "lbfgs"
    return LINE if is_line else MODEL


def is_linear_baseline(model: Any) -> bool:
    """Return whether a model is the linear baseline itself: its network, its solver and its penalty.

    Examples
    --------
    >>> from sklearn.linear_model import PoissonRegressor
    >>> from separatrix import MLPClassifier
    >>> is_linear_baseline(MLPClassifier((), solver="lbfgs", alpha=1.0))
    True
    >>> is_linear_baseline(PoissonRegressor())
    False
    """
    if isinstance(model, AnyModel):
        settings = (model.training or {}).get("settings", {})
        is_line = isinstance(model, Model) and len(model.network.layers) == 1
        embedding = model.network.embedding if isinstance(model, Model) else None
        has_classes = model.classes is not None
    else:
        settings, embedding = vars(model), vars(model).get("embedding")
        sizes = settings.get("hidden_layer_sizes")
        is_line = isinstance(sizes, list | tuple) and not sizes
        has_classes = is_classifier(model)
    settings = {"loss": "log_loss" if has_classes else "squared_error", **settings}
    expected = {**LINE_SETTINGS, "loss": "log_loss" if has_classes else "squared_error"}
    del expected["hidden_layer_sizes"]  # a model has them in another form
    return (
        is_line and embedding is None and all(settings.get(key) == value for key, value in expected.items())
    )


def class_weight_of(model: Any) -> Mapping[Any, float] | str | None:
    """Return the class weights that a model was trained with; None if it had none, or does not know."""
    weight: Mapping[Any, float] | str | None = getattr(model, "class_weight", None)
    if isinstance(model, AnyModel):
        weight = (model.training or {}).get("settings", {}).get("class_weight")
    return weight


def _classes(model: Any) -> Array | None:
    """Return the classes of a model with one target, None for numbers."""
    several = ParameterError("model", "must have one target, got several; make a report for each.")
    if isinstance(model, AnyModel):
        if not model.has_one_target:
            raise several
        return None if model.classes is None else np.asarray(model.classes)
    if not hasattr(model, "predict"):
        raise ParameterError("model", f"must be a fitted model, got {type(model).__name__}; fit it first.")
    classes = getattr(model, "classes_", None)
    if classes is None and is_classifier(model):
        raise ParameterError("model", f"must be fitted, got {type(model).__name__}; call fit first.")
    if isinstance(classes, list) or (getattr(getattr(model, "network_", None), "head", "") == "multilabel"):
        raise several
    return None if classes is None else np.asarray(classes)


def _columns_read(model: Any, table: Table) -> list[str] | None:
    """Return the columns that a model reads, in the order of the table; None for all."""
    value = model_value(model)
    if not isinstance(value, AnyModel):
        known = getattr(model, "feature_names_in_", None)
        return None if known is None else [str(name) for name in known]
    encoders = [each.encoder for each in ([value] if isinstance(value, Model) else value.models)]
    if encoders[0] is None:
        return None
    is_made = isinstance(table, AppliedTable)
    read = {name for encoder in encoders if encoder is not None for name in _names(encoder, is_made=is_made)}
    missing = [name for name in sorted(read) if name not in table.columns]
    return missing[:1] or [name for name in table.columns if name in read]


def _names(encoder: TableEncoder, *, is_made: bool) -> list[str]:
    """Return the columns that are encoded, or those of a table that they are made of."""
    return [each.name for each in encoder.columns] if is_made else encoder.input_columns


def _table_of(model: Any, X: Any, columns: Mapping[str, Any] | None) -> Table:
    return _table_of_array(model, X) if columns is None else Table(dict(columns))


def _table_of_array(model: Any, X: Any) -> Table:
    rows = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise DataError(f"X must have shape (n_rows, n_columns), got {rows.shape}; reshape it.")
    names = model.feature_names if isinstance(model, AnyModel) else getattr(model, "feature_names_in_", None)
    if names is None or len(names) != rows.shape[1]:
        names = [f"x{number}" for number in range(1, rows.shape[1] + 1)]
    return Table({str(name): as_column(column, name) for name, column in zip(names, rows.T, strict=True)})
