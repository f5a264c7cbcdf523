"""Checked rows: training rows read and checked once, for many estimators to be fitted on.

A fit of a small network takes about a millisecond, and half of it goes into reading the rows. A search fits
thousands on the same folds.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from numpy.typing import NDArray

from separatrix.engine.base import Data, State
from separatrix.estimators.mlp import BaseMLP
from separatrix.estimators.rollback import unchanged_on_error
from separatrix.network import Network
from separatrix.train import Callback

Array = NDArray[Any]
Estimator = TypeVar("Estimator", bound=BaseMLP)

# The parameters that decide how rows are read.
READING = ("class_weight", "dtype", "loss")

_LEARNT = ("classes_", "feature_names_in_", "n_features_in_")


@dataclass(frozen=True, eq=False)
class CheckedRows:
    """What an estimator makes of training rows before it trains.

    Attributes
    ----------
    data : Data
    line : Network
        Without hidden layers: inputs, outputs and head.
    learnt : mapping
        The fitted attributes that the rows alone decide.
    """

    data: Data
    line: Network
    learnt: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Paused:
    """A training that is to go on.

    Attributes
    ----------
    state : State
    learning_rate : float
    loss : list of float
        Of the epochs so far.
    seconds : float
        That they took.
    """

    state: State
    learning_rate: float
    loss: list[float]
    seconds: float


def check_rows(estimator: BaseMLP, X: Any, y: Any, sample_weight: Any = None) -> CheckedRows:
    """Read and check rows as the estimator's `fit` would; the estimator stays as it is.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Of its parameters those in `READING` matter.
    X, y, sample_weight :
        As for `fit`.

    Raises
    ------
    ValueError
        If the rows cannot be trained on.
    """
    reader = copy.copy(estimator)
    reader.set_params(
        hidden_layer_sizes=(), activation="relu", dropout=0.0, init="zeros", warm_start=False, random_state=0
    )
    data, _ = reader._begin(reader.settings(), X, y, sample_weight, incremental=False)
    learnt = {name: vars(reader)[name] for name in _LEARNT if name in vars(reader)}
    return CheckedRows(data, reader.network_, learnt)


def fit_rows(
    estimator: Estimator,
    rows: CheckedRows,
    listeners: Sequence[Callback] = (),
    *,
    paused: Paused | None = None,
    pause_at: int | None = None,
) -> Estimator:
    """Fit an estimator anew on rows that `check_rows` has read.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its parameters in `READING` are those that the rows were read with.
    rows : CheckedRows
    listeners : sequence of callables
        Told while training goes on, as by ``set_callbacks``.
    paused : Paused, optional
        Of an equal estimator on the same rows, to go on with: the outcome is that of one training.
    pause_at : int, optional
        The epoch after which to pause: `stop_` then says so, and `paused_of` returns what goes on.

    Returns
    -------
    MLPClassifier or MLPRegressor
        The estimator: to the last bit as `fit` leaves it. It does not warn; `stop_` says how training ended.

    Raises
    ------
    ParameterError
        If a parameter breaks its rule.

    Examples
    --------
    >>> from separatrix import MLPRegressor
    >>> linear = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs")
    >>> rows = check_rows(linear, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> fit_rows(linear, rows).predict([[3.0]]).round(2)
    array([7.])
    """
    settings = estimator.settings()
    with unchanged_on_error(estimator):
        estimator.__dict__.update(rows.learnt)
        line = rows.line
        network = settings.network(line.n_in, line.n_out, line.head)
        random_state = settings.generator()
        theta = settings.first_theta(network, random_state, rows.data.X.dtype)
        estimator._set_network(network, theta)
        start = estimator._start(settings, rows.data, None, random_state)
    if paused is not None:
        start.run.state = copy.deepcopy(paused.state)
        estimator.theta_, estimator._rate = start.run.state.theta, paused.learning_rate
        estimator.loss_curve_ = list(paused.loss)
    estimator._train(start, list(listeners), pause_at=pause_at)
    return estimator


def paused_of(estimator: BaseMLP, earlier: Paused | None = None) -> Paused | None:
    """Return what a paused training goes on with, None if it has ended; `earlier` is what it went on with."""
    if estimator.stop_.reason != "paused":
        return None
    assert estimator._state is not None
    seconds = float(estimator.history_.seconds.sum()) + (earlier.seconds if earlier else 0.0)
    return Paused(estimator._state, estimator._rate, estimator.loss_curve_, seconds)


def with_theta(estimator: Estimator, rows: CheckedRows, theta: Array) -> Estimator:
    """Return the estimator with the parameters that a fit on these rows gave; it knows no history."""
    estimator.__dict__.update(rows.learnt)
    line = rows.line
    estimator._set_network(estimator.settings().network(line.n_in, line.n_out, line.head), theta)
    return estimator
