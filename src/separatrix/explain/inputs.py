"""Inputs: what is common to all that can be explained, and to the tables that explain it.

Every function here takes a `Model`, one of this package's estimators, or a scikit-learn pipeline that ends in
one; where probabilities are enough, an `Ensemble` or any fitted classifier of scikit-learn's kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.table import Column, Table, as_column, table_from_frame
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import DataError, ParameterError
from separatrix.model import Model
from separatrix.train import Recording

Array = NDArray[Any]


def as_model(estimator: Any) -> Model:
    """Return the network of a model, an estimator or a pipeline that ends in one.

    Raises
    ------
    ParameterError
        If there is no network of this package's in it.

    Examples
    --------
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(2, (), 1), [1.0, 2.0, 0.0])
    >>> as_model(model) is model
    True
    """
    last = last_step(estimator)
    if isinstance(last, Model):
        return last
    if _has_members(last):
        raise ParameterError(
            f"estimator must be a single network, got {type(last).__name__}; look at one of its "
            f"{'models' if isinstance(last, Ensemble) else 'estimators_'}."
        )
    if not hasattr(last, "to_model"):
        raise ParameterError(
            f"estimator must be a Model, an MLPClassifier or MLPRegressor of separatrix, or a pipeline that "
            f"ends in one, got {type(estimator).__name__}; train one of these."
        )
    model: Model = last.to_model()
    return model


def is_network(estimator: Any) -> bool:
    """Tell whether the table's columns go into a network with no pipeline's steps before it."""
    return isinstance(estimator, Model) or (hasattr(estimator, "to_model") and not _has_members(estimator))


def _has_members(estimator: Any) -> bool:
    """Tell whether an estimator is an ensemble: that has a model, too, but is no network."""
    return isinstance(estimator, Ensemble) or hasattr(estimator, "estimators")


def as_inputs(estimator: Any, X: Any) -> Array:
    """Return rows as the network takes them, (n_rows, n_in): encoded, or through a pipeline's first steps.

    Raises
    ------
    DataError
        If `X` does not fit the network.
    """
    rows = estimator[:-1].transform(X) if hasattr(estimator, "steps") else X
    return as_model(estimator).inputs(rows)


def as_recording(estimator: Any) -> Recording:
    """Return the snapshots that an estimator, or the last step of a pipeline, recorded in training.

    Raises
    ------
    DataError
        If nothing was recorded.
    """
    recording = getattr(last_step(estimator), "recording_", None)
    if not isinstance(recording, Recording):
        raise DataError(
            f"the {type(last_step(estimator)).__name__} has no recording of its training; give the "
            "estimator record='auto' and fit it again."
        )
    return recording


def class_labels(estimator: Any) -> Array:
    """Return a classifier's classes, (n_classes,).

    Raises
    ------
    ParameterError
        If it is no classifier, or tells several labels of a row.
    """
    last = last_step(estimator)
    is_model = isinstance(last, AnyModel)
    classes = last.classes if is_model else getattr(last, "classes_", None)
    if classes is None and not is_model and not hasattr(last, "n_features_in_"):
        raise ParameterError(
            f"estimator must be fitted, got {type(last).__name__} that is not; call fit first."
        )
    if classes is None:
        name = "a model" if is_model else type(last).__name__
        raise ParameterError(
            f"estimator must be a classifier, got {name} that predicts numbers; draw those of one input with "
            "FunctionFitDisplay, and the loss with LossCurveDisplay or LossSurfaceDisplay."
        )
    network = getattr(last, "network_", None)
    is_multilabel = network is not None and network.head == "multilabel"
    if isinstance(classes, list) or is_multilabel or (is_model and not last.has_one_target):
        raise ParameterError(
            "estimator must tell one class of each row, got one of several labels; train one for each label."
        )
    return np.asarray(classes)


def class_codes(classes: Array, y: Any) -> NDArray[np.intp]:
    """Return each label's position in `classes`, (n_rows,).

    Raises
    ------
    DataError
        If a label is not one of them.
    """
    labels = np.asarray(y).ravel()
    position = {label: code for code, label in enumerate(classes.tolist())}
    unknown = [label for label in labels.tolist() if label not in position]
    if unknown:
        raise DataError(
            f"y must hold only the classes {', '.join(map(repr, position))}, got {unknown[0]!r}; leave out "
            "such rows."
        )
    return np.array([position[label] for label in labels.tolist()], dtype=np.intp)


def as_table(estimator: Any, X: Any) -> Table:
    """Return the columns of `X` that the estimator reads.

    Parameters
    ----------
    estimator : Model or fitted estimator
        The columns of an array have the names that it knows them by, else x1, x2, …
    X : array-like, sparse matrix or table of shape (n_rows, n_columns)

    Raises
    ------
    DataError
        If `X` has not two dimensions, or lacks a column.
    """
    names = _known_names(estimator)
    if isinstance(X, Mapping):
        table = Table(dict(X))
    elif isinstance(X, Table):
        table = X
    elif hasattr(type(X), "columns"):
        table = table_from_frame(X)
    else:
        return _table_of_array(estimator, X)
    return table if names is None else table.select(names)


def like(X: Any, columns: Mapping[str, Column]) -> Any:
    """Return columns in the container that `X` is: a frame of its library, a table, or an array."""
    if isinstance(X, Mapping | Table):
        return Table(dict(columns))
    if hasattr(type(X), "columns"):
        # A Polars column of Python objects would not be text.
        plain = {
            name: column.tolist() if column.dtype == object else column for name, column in columns.items()
        }
        return type(X)(plain)
    return np.column_stack(list(columns.values()))


def _table_of_array(estimator: Any, X: Any) -> Table:
    rows = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise DataError(f"X must have shape (n_rows, n_columns), got {rows.shape}; reshape it.")
    names: Sequence[str] | None = _last_names(estimator)
    if names is None or len(names) != rows.shape[1]:
        names = _numbered(rows.shape[1])
    return Table({name: as_column(column, name) for name, column in zip(names, rows.T, strict=True)})


def _model_of_table(estimator: Any) -> AnyModel | None:
    """Return the model that the table's columns go into; None if it is an estimator of another kind."""
    if isinstance(estimator, Ensemble):
        return estimator
    return as_model(estimator) if is_network(estimator) else None


def _known_names(estimator: Any) -> list[str] | None:
    """Return the columns of a table that are read; None for all of them."""
    model = _model_of_table(estimator)
    if model is not None and model.encoder is not None:
        return [encoder.name for encoder in model.encoder.columns]
    return _last_names(estimator)


def _last_names(estimator: Any) -> list[str] | None:
    model = _model_of_table(estimator)
    names = getattr(estimator, "feature_names_in_", None) if model is None else model.feature_names
    return None if names is None else list(names)


def _numbered(n: int) -> list[str]:
    return [f"x{j + 1}" for j in range(n)]


def last_step(estimator: Any) -> Any:
    """Return a pipeline's last step, anything else itself."""
    return estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
