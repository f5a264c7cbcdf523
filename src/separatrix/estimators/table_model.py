"""From a table to a model that takes tables: encoder, estimator and facts of the training in one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.data.table import Table
from separatrix.data.targets import Task
from separatrix.errors import DataError, SeparatrixError
from separatrix.estimators.classifier import MLPClassifier
from separatrix.estimators.regressor import MLPRegressor
from separatrix.estimators.table_fitting import library_versions, plain_settings, rescaled_theta
from separatrix.model import Model
from separatrix.train import Callback, Stop

Array = NDArray[Any]


@dataclass(frozen=True)
class TableFit:
    """What came out of a training on a table.

    Attributes
    ----------
    model : Model
        It takes tables, and has the encoder and the facts of the training.
    X : ndarray of shape (n_rows, n_features)
        The training table as the network saw it.
    stop : Stop
        Why training ended.
    """

    model: Model
    X: Array
    stop: Stop


def fit_in_memory(
    features: Table,
    y: Array,
    *,
    task: Task,
    target_name: str,
    settings: Mapping[str, Any],
    listeners: Sequence[Callback] = (),
) -> TableFit:
    """Learn how to encode a table and train a network on it.

    For numbers the network is trained on the standardised target (unless the loss is 'poisson'); mean and
    scale are then folded into its last layer, so that the model answers in the target's own unit.

    Parameters
    ----------
    features : Table
        Training rows without the target.
    y : ndarray of shape (n_rows,)
        Labels, or numbers.
    task : {"classification", "regression"}
        What to fit.
    target_name : str
        Kept in the model.
    settings : mapping
        Of `MLPClassifier` or `MLPRegressor`.
    listeners : sequence of callables
        Told while training goes on, as by ``set_callbacks``.

    Raises
    ------
    ParameterError
        If a setting breaks its rule.
    DataError
        If the rows cannot be trained on.

    Examples
    --------
    >>> table = Table({"size": [1.0, 2.0, 3.0, 4.0], "kind": ["a", "b", "a", "b"]})
    >>> settings = {"hidden_layer_sizes": (), "solver": "lbfgs", "random_state": 0}
    >>> fit = fit_in_memory(table, np.array([10.0, 25.0, 30.0, 45.0]), task="regression", target_name="price",
    ...                 settings=settings)
    >>> fit.model.predict(table).round(1)
    array([10., 25., 30., 45.])
    """
    started = perf_counter()
    estimator = (MLPClassifier if task == "classification" else MLPRegressor)(**settings)
    encoder = TableEncoder.fit(features.columns)
    X = encoder.transform(features.columns, np.float64 if estimator.dtype == "auto" else estimator.dtype)
    scaled = task == "regression" and estimator.loss != "poisson"
    shift = float(y.mean()) if scaled and estimator.fit_intercept else 0.0
    scale = float(y.std()) if scaled else 1.0
    if listeners:
        estimator.set_callbacks(*listeners)
    try:
        estimator.fit(X, (y - shift) / scale if scaled else y)
    except SeparatrixError:
        raise
    except ValueError as error:  # what scikit-learn's own checks raise for rows that cannot be trained on
        raise DataError(f"these rows cannot be trained on: {str(error).rstrip('.')}.") from error
    trained = estimator.to_model()
    facts = {
        **(trained.training or {}),
        "task": task,
        "n_rows": len(y),
        "target": _target_facts(y, task),
        "target_scaling": {"mean": shift, "scale": scale} if scaled else None,
        "settings": plain_settings(estimator.get_params()),
        "seconds": perf_counter() - started,
        "versions": library_versions(),
    }
    theta = trained.theta if not scaled else rescaled_theta(trained.network, trained.theta, scale, shift)
    model = replace(
        trained,
        theta=theta,
        encoder=encoder,
        feature_names=encoder.feature_names_out,
        target_name=target_name,
        training=facts,
    )
    return TableFit(model, X, estimator.stop_)


def _target_facts(y: Array, task: Task) -> dict[str, Any]:
    if task == "regression":
        return {"mean": float(y.mean()), "minimum": float(y.min()), "maximum": float(y.max())}
    counts = np.unique(y, return_counts=True)[1]
    return {"class_counts": counts.tolist()}
