"""Tables: the rows that a picture is made from, in any container, as a table and as a network's arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column
from separatrix.data.column_values import as_column
from separatrix.data.frames import columns_of
from separatrix.data.labels import Labels
from separatrix.data.schema import Schema
from separatrix.data.table import Table
from separatrix.engine.base import Data
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import DataError
from separatrix.explain.subject import as_model, is_network, numbered_names
from separatrix.model import Model

Array = NDArray[Any]

MAX_ROWS = 5000
"""Rows of a large table that a picture shows."""


def as_table(estimator: Any, X: Any) -> Table:
    """Return the columns of `X` that the estimator reads.

    Parameters
    ----------
    estimator : Model or fitted estimator
        The columns of an array get the names that it knows, else x1, x2, …
    X : array-like, sparse matrix or table of shape (n_rows, n_columns)

    Raises
    ------
    DataError
        If `X` has not two dimensions, or lacks a column.
    """
    columns = columns_of(X)
    if columns is None:
        return _table_of_array(estimator, X)
    table = Table(dict(columns))
    names = _column_names(estimator)
    return table if names is None else table.select(names)


def in_container_of(X: Any, columns: Mapping[str, Column]) -> Any:
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
    names = _feature_names(estimator)
    if names is None or len(names) != rows.shape[1]:
        names = numbered_names(rows.shape[1])
    return Table({name: as_column(column, name) for name, column in zip(names, rows.T, strict=True)})


def _column_names(estimator: Any) -> list[str] | None:
    """Return the columns of a table that the estimator reads; None for all of them."""
    model = _model_of_table(estimator)
    if model is not None and model.encoder is not None:
        return model.encoder.input_columns
    return _feature_names(estimator)


def _feature_names(estimator: Any) -> list[str] | None:
    model = _model_of_table(estimator)
    names = getattr(estimator, "feature_names_in_", None) if model is None else model.feature_names
    return None if names is None else list(names)


def _model_of_table(estimator: Any) -> AnyModel | None:
    """Return the model that reads the table's columns; None for other kinds of estimators."""
    if isinstance(estimator, Ensemble):
        return estimator
    return as_model(estimator) if is_network(estimator) else None


def schema_of(model: Any) -> Schema | None:
    """Return what a model says that the columns of a table are; None if it knows no schema."""
    value = model_value(model) if not hasattr(model, "encoder_") else model
    encoder = getattr(value, "encoder_", None) or getattr(value, "encoder", None)
    found = getattr(encoder, "schema", None)
    return found if isinstance(found, Schema) else None


def model_value(model: Any) -> Any:
    """Return a fitted estimator as a model, if it can be; others as they are."""
    return model.to_model() if hasattr(model, "to_model") else model


def encoded_rows(estimator: Any, X: Any) -> Array:
    """Return the network's inputs, (n_rows, n_in): encoded, or transformed by a pipeline's first steps.

    Raises
    ------
    DataError
        If `X` does not fit the network.
    """
    rows = estimator[:-1].transform(X) if hasattr(estimator, "steps") else X
    return as_model(estimator).inputs(rows)


def encoded_data(estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> Data:
    """Return rows and targets as an engine takes them.

    Parameters
    ----------
    estimator : Model, estimator or pipeline
    X : array-like, sparse matrix or table
    y : array-like of shape (n_rows,) or (n_rows, n_out)
        Labels that the network knows, an indicator matrix, or numbers.
    sample_weight : array-like of shape (n_rows,), optional

    Raises
    ------
    DataError
        If the rows do not fit the network or each other.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"])
    >>> encoded_data(model, [[2.0], [3.0]], ["yes", "no"]).T.tolist()
    [[1.0], [0.0]]
    """
    rows, T = encoded_rows(estimator, X), encoded_targets(as_model(estimator), y)
    if len(rows) != len(T) or len(T) == 0:
        raise DataError(f"X and y must have the same rows, at least one, got {len(rows)} and {len(T)}.")
    if sample_weight is None:
        return Data(rows, T)
    weight = np.asarray(sample_weight, rows.dtype)
    if weight.shape != (len(T),) or not (weight >= 0).all() or not weight.sum() > 0:
        raise DataError(
            f"sample_weight must have one number of 0 or more for each of {len(T)} rows, not all of them 0, "
            f"got {sample_weight!r}."
        )
    return Data(rows, T, weight)


def encoded_targets(model: Model, y: Any) -> Array:
    """Return `y` as the columns that the head's loss takes, (n_rows, n_targets)."""
    network, dtype = model.network, model.theta.dtype
    y = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
    has_columns = network.head == "multilabel" or not model.is_classifier
    n_columns = network.n_out if has_columns else 1
    columns = y[:, np.newaxis] if y.ndim == 1 else y
    if columns.ndim != 2 or columns.shape[1] != n_columns:
        raise DataError(f"y must be of shape (n_rows, {n_columns}) for this network, got {y.shape}.")
    if has_columns:
        return np.ascontiguousarray(columns, dtype)
    codes = Labels(np.asarray(model.classes)).encode(columns[:, 0])[:, np.newaxis]
    if network.head == "quadratic" and network.n_out > 1:
        codes = codes == np.arange(network.n_out)
    return codes.astype(dtype)


def some_rows(data: Data, max_rows: int | None) -> Data:
    """Return at most `max_rows` of the rows, a fixed random sample; all for None.

    Examples
    --------
    >>> some_rows(Data(np.zeros((5, 1)), np.zeros((5, 1))), 3).n_rows
    3
    """
    if max_rows is None or data.n_rows <= max_rows:
        return data
    return data.take(np.sort(np.random.RandomState(0).permutation(data.n_rows)[:max_rows]))


def stratified_rows(n_rows: int, codes: Array | None, n_most: int) -> Array:
    """Return the numbers of `n_most` rows, evenly from all classes, in order; one of each class at least.

    Examples
    --------
    >>> codes = np.array([0] * 990 + [1] * 10)
    >>> rows = stratified_rows(1000, codes, 100)
    >>> len(rows), int(codes[rows].sum())
    (100, 1)
    """
    if n_rows <= n_most:
        return np.arange(n_rows)
    order = np.random.RandomState(0).permutation(n_rows)
    if codes is not None:
        order = order[np.argsort(codes[order], kind="stable")]
    rows = order[np.linspace(0, n_rows - 1, n_most).round().astype(np.intp)]
    if codes is not None:
        firsts = order[np.unique(codes[order], return_index=True)[1]]
        absent = firsts[~np.isin(codes[firsts], codes[rows])]
        rows = np.concatenate([rows, absent])
    return np.sort(rows)


def rows_of(estimator: Any, X: Any, rows: Array) -> Any:
    """Return some rows of `X`, in the container that it is.

    Examples
    --------
    >>> rows_of(None, np.array([[1.0], [2.0], [3.0]]), np.array([0, 2])).tolist()
    [[1.0], [3.0]]
    """
    table = as_table(estimator, X).take(rows)
    return table if isinstance(X, Table) else in_container_of(X, table.columns)
