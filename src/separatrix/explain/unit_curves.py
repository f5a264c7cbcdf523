"""Unit curves: what each unit of the last hidden layer adds to the output, along the one input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.engine.numpy_engine import layer_outputs
from separatrix.errors import ParameterError
from separatrix.explain.curve import fitted_curve
from separatrix.explain.subject import as_model, model_with_hidden_layers, output_names
from separatrix.explain.tables import encoded_rows, in_container_of

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class UnitCurves:
    """The units of the last hidden layer along the one input, and their weighted sum.

    Attributes
    ----------
    x : ndarray of shape (n,)
        Ascending, over the range of the rows and a little beyond.
    values : ndarray of shape (n_units, n)
        The value ``h`` of each unit.
    weights : ndarray of shape (n_units,)
        The weight of each unit in the output's sum.
    bias : float
        Of the output.
    sum : ndarray of shape (n,)
        ``weights @ values + bias``.
    output : ndarray of shape (n,)
        What the network answers: a probability or a number.
    output_name, output_function : str
        Such as "P(red)" and "logistic".
    x_label : str
        Name of the input.
    points : ndarray of shape (n_rows,)
        Values of the input in the rows.
    classes : ndarray of shape (n_classes,) or None
    output_index : int
    """

    x: Array
    values: Array
    weights: Array
    bias: float
    sum: Array
    output: Array
    output_name: str
    output_function: str
    x_label: str
    points: Array
    classes: Array | None
    output_index: int

    @property
    def contributions(self) -> Array:
        """What each unit adds to the sum, weight times value, (n_units, n)."""
        added: Array = self.weights[:, np.newaxis] * self.values
        return added


def unit_curves(estimator: Any, X: Any, *, output: int = -1, grid_resolution: int = 500) -> UnitCurves:
    """Compute the curve of each unit of the last hidden layer along the one input.

    Parameters
    ----------
    estimator : Model, fitted estimator of this package, or pipeline that ends in one
    X : array-like or table of shape (n_rows, 1)
    output : int, default=-1
        Index of the output whose sum is shown, if there are several; by default the last.
    grid_resolution : int, default=500
        Points along the input.

    Returns
    -------
    UnitCurves

    Raises
    ------
    ParameterError
        If there is more than one input, no hidden layer, or no such output.
    DataError
        If `X` does not fit the network.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> net = Network.mlp(1, (2,), 1, activation="relu", head="regression")
    >>> model = Model(net, [1.0, 2.0, 0.0, 0.0, 3.0, 1.0, 0.5])
    >>> curves = unit_curves(model, [[0.0], [10.0]], grid_resolution=3)
    >>> curves.contributions.tolist(), curves.sum.tolist()
    ([[0.0, 15.0, 33.0], [0.0, 10.0, 22.0]], [0.5, 25.5, 55.5])
    """
    model = model_with_hidden_layers(estimator)
    n_out = model.network.n_out
    check.integer("output", output, -n_out)
    if output >= n_out:
        raise ParameterError("output", f"must be below {n_out}, the number of outputs, got {output}.")
    curve = fitted_curve(estimator, X, grid_resolution=grid_resolution)
    rows = in_container_of(X, {curve.x_label: curve.x})
    *_, last, z = layer_outputs(model.network, model.theta.astype(np.float64), encoded_rows(estimator, rows))
    bias = model.intercepts[-1]
    name = output_names(as_model(estimator))[output]
    function = model.head.output_name
    return UnitCurves(
        x=curve.x,
        values=last.T,
        weights=model.coefs[-1][:, output].astype(np.float64),
        bias=float(bias[output]) if bias.size else 0.0,
        sum=z[:, output],
        output=model.head.output(z)[:, output],
        output_name=f"P({name})" if function == "softmax" else name,
        output_function=function,
        x_label=curve.x_label,
        points=curve.points,
        classes=curve.classes,
        output_index=output % n_out,
    )
