"""Rows: inputs and targets that a user has, as the arrays that a network's loss is taken of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Data
from separatrix.errors import DataError
from separatrix.explain.inputs import as_inputs, as_model, class_codes
from separatrix.model import Model

Array = NDArray[Any]


def data_of(estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> Data:
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
    >>> data_of(model, [[2.0], [3.0]], ["yes", "no"]).T.tolist()
    [[1.0], [0.0]]
    """
    rows, T = as_inputs(estimator, X), target_columns(as_model(estimator), y)
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


def target_columns(model: Model, y: Any) -> Array:
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
    codes = class_codes(np.asarray(model.classes), columns[:, 0])[:, np.newaxis]
    if network.head == "quadratic" and network.n_out > 1:
        codes = codes == np.arange(network.n_out)
    return codes.astype(dtype)
