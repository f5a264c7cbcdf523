"""Slope: the loss as a function of one parameter, and its tangent, whose slope is the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.engine.base import Plan
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import ParameterError
from separatrix.explain.subject import as_model, last_step, parameter_index, parameter_names
from separatrix.explain.tables import encoded_data, some_rows
from separatrix.network import SGD

Array = NDArray[Any]

MAX_ROWS = 2000


@dataclass(frozen=True, eq=False)
class LossSlope:
    """The mean loss of some rows while one parameter is moved and all others stay.

    Attributes
    ----------
    name : str
        The parameter, as in `parameter_names`.
    values : ndarray of shape (n,)
        Values of the parameter.
    loss : ndarray of shape (n,)
        Without penalty.
    value, value_loss : float
        The parameter and the loss of the network itself.
    gradient : float
        Derivative of the loss with respect to the parameter, there.
    learning_rate : float or None
    n_rows, n_rows_given : int
        Rows whose mean loss this is, and all that were given.
    """

    name: str
    values: Array
    loss: Array
    value: float
    value_loss: float
    gradient: float
    learning_rate: float | None
    n_rows: int
    n_rows_given: int

    def tangent(self, values: Any) -> Array:
        """Return the height of the tangent above values of the parameter.

        Parameters
        ----------
        values : array-like of shape (n,)
        """
        heights: Array = self.value_loss + self.gradient * (np.asarray(values, np.float64) - self.value)
        return heights

    @property
    def next_value(self) -> float | None:
        """The parameter after one step of gradient descent; None without a learning rate."""
        return None if self.learning_rate is None else self.value - self.learning_rate * self.gradient


def loss_slope(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    parameter: int | str | None = None,
    width: float | None = None,
    learning_rate: float | None = None,
    grid_resolution: int = 201,
    max_rows: int | None = MAX_ROWS,
) -> LossSlope:
    """Compute the loss as a function of one parameter, and its gradient.

    Parameters
    ----------
    estimator : Model, fitted MLPClassifier or MLPRegressor, or a pipeline that ends in one
        ``clf.at_epoch(0)`` is the untrained network.
    X, y : rows and targets
        Usually those of the training.
    parameter : int or str, optional
        Index in ``theta``, or a name as in `parameter_names`. By default the one with the largest gradient.
    width : float, optional
        How far the parameter is moved to either side. By default 1.5 times its absolute value, 2 at least.
    learning_rate : float, optional
        Of the step that is shown. By default the estimator's `learning_rate_init_`, if it has one.
    grid_resolution : int, default=201
        Values of the parameter.
    max_rows : int or None, default=2000
        If there are more rows, a fixed random sample of this size is used; `n_rows` reports it. None uses all
        rows.

    Returns
    -------
    LossSlope

    Raises
    ------
    ParameterError
        If there is no such parameter, or a value is out of its range.
    DataError
        If the rows do not fit the network.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(1, (), 1, head="regression"), [2.0, 0.0])
    >>> slope = loss_slope(model, [[1.0]], [0.0], parameter="w[x1]", width=2.0, grid_resolution=3)
    >>> slope.loss.tolist(), slope.gradient
    ([0.0, 2.0, 8.0], 2.0)
    """
    check.integer("grid_resolution", grid_resolution, 3)
    if width is not None:
        check.number("width", width, 0.0, open_low=True)
    if learning_rate is not None:
        check.number("learning_rate", learning_rate, 0.0, open_low=True)
    if max_rows is not None:
        check.integer("max_rows", max_rows, 1)
    model = as_model(estimator)
    theta = model.theta.astype(np.float64)
    all_rows = encoded_data(estimator, X, y)
    data = some_rows(all_rows, max_rows)
    plan, engine = Plan(model.network, SGD()), NumpyEngine()
    loss, gradient = engine.loss_and_gradient(plan, theta, data)
    index = int(np.abs(gradient).argmax()) if parameter is None else _index(estimator, parameter)
    value = float(theta[index])
    reach = max(1.5 * abs(value), 2.0) if width is None else float(width)
    values = np.linspace(value - reach, value + reach, grid_resolution)
    losses = np.empty(grid_resolution)
    for number, moved in enumerate(values):
        theta[index] = moved
        losses[number] = engine.loss_and_gradient(plan, theta, data)[0]
    rate = learning_rate
    if rate is None:
        rate = getattr(last_step(estimator), "learning_rate_init_", None)
    return LossSlope(
        name=parameter_names(model)[index],
        values=values,
        loss=losses,
        value=value,
        value_loss=float(loss),
        gradient=float(gradient[index]),
        learning_rate=None if rate is None else float(rate),
        n_rows=data.n_rows,
        n_rows_given=all_rows.n_rows,
    )


def _index(estimator: Any, parameter: int | str) -> int:
    """Return the index of the chosen parameter."""
    try:
        return parameter_index(as_model(estimator), parameter)
    except ParameterError as error:
        raise ParameterError(
            "parameter", error.problem.replace("must hold indices from", "must be from")
        ) from error
