"""Trace: the arithmetic of one step of gradient descent, with the numbers, as one would do it by hand."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix import check
from separatrix.data.table import columns_of
from separatrix.engine.base import Data, Plan
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.explain.subject import as_model, last_step
from separatrix.explain.tables import encoded_data
from separatrix.network import ACTIVATIONS, HEADS, SGD, Network
from separatrix.text import plural

Array = NDArray[Any]
Stage = Literal["given", "forward", "backward", "update"]

MAX_ROWS = 100  # more could not be read

# The formulas of each head: its output, its loss for one row (summed over outputs), its derivative by z.
_HEAD_FORMULAS = {
    "binary": ("logistic({z})", "-t log({a}) - (1 - t) log(1 - {a})", "{a} - t"),
    "multilabel": ("logistic({z})", "-t log({a}) - (1 - t) log(1 - {a})", "{a} - t"),
    "multiclass": ("softmax({z})", "-log({a} of class t)", "{a} - onehot(t)"),
    "regression": ("{z}", "({a} - t)^2 / 2", "{a} - t"),
    "quadratic": ("logistic({z})", "({a} - t)^2 / 2", "({a} - t) * {a} * (1 - {a})"),
    "poisson": ("exp({z})", "t log(t / {a}) - t + {a}", "{a} - t"),
}
_DERIVATIVES = {
    "identity": "1",
    "logistic": "{a} * (1 - {a})",
    "tanh": "(1 - {a}^2)",
    "relu": "({a} > 0)",
}


@dataclass(frozen=True, eq=False)
class Step:
    """One line of the arithmetic.

    Attributes
    ----------
    stage : {"given", "forward", "backward", "update"}
    name : str
        Such as ``z1``. Layers are counted from 1; the inputs are ``x`` and the targets ``t``.
    formula : str
        Formula of the value, such as ``x W1 + b1``: a space between two matrices is the matrix product, ``*``
        multiplies element by element, ``^T`` transposes.
    value : float64 ndarray
        Rows come first; a number has the shape ().
    """

    stage: Stage
    name: str
    formula: str
    value: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    def __str__(self) -> str:
        """Return name, formula and shape, with the numbers below them."""
        head = f"{self.name} = {self.formula}" if self.formula else self.name
        numbers = _numbers(self.value)
        if self.value.ndim == 0:
            return f"{head} = {numbers}"
        return f"{head}    {_shape(self.value)}\n" + "\n".join(f"    {line}" for line in numbers.split("\n"))


@dataclass(frozen=True, eq=False)
class Trace:
    """One step of gradient descent, line by line: as text, as an HTML table for notebooks, or as data.

    Attributes
    ----------
    network : Network
    learning_rate : float
    steps : tuple of Step
    """

    network: Network
    learning_rate: float
    steps: tuple[Step, ...]

    def __getitem__(self, name: str) -> Array:
        """Return the value of the step called `name`."""
        values = {step.name: step.value for step in self.steps}
        if name not in values:
            raise KeyError(f"The trace has no step {name!r}.{did_you_mean(name, values)}")
        return values[name]

    @property
    def gradient(self) -> Array:
        """The gradient as one flat array, laid out like ``theta``."""
        return self._joined("dW{}", "db{}")

    @property
    def theta(self) -> Array:
        """The parameters after the step as one flat array."""
        return self._joined("new W{}", "new b{}")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        steps = [
            {
                "stage": step.stage,
                "name": step.name,
                "formula": step.formula,
                "shape": list(step.shape),
                "value": step.value.tolist(),
            }
            for step in self.steps
        ]
        return {"network": self.network.to_dict(), "learning_rate": self.learning_rate, "steps": steps}

    def __str__(self) -> str:
        """Return the arithmetic as text."""
        paragraphs = [self._title()]
        for stage, steps in self._by_stage():
            paragraphs += [stage.upper(), *map(str, steps)]
        return "\n\n".join(paragraphs)

    def _repr_html_(self) -> str:
        rows = []
        for stage, steps in self._by_stage():
            rows.append(f'<tr><th colspan="4" style="text-align:left">{stage}</th></tr>')
            rows += [_html_row(step) for step in steps]
        return (
            f"<table><caption>{html.escape(self._title())}</caption><thead><tr><th>name</th><th>formula</th>"
            f"<th>shape</th><th>value</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def _by_stage(self) -> Iterator[tuple[Stage, list[Step]]]:
        for stage in get_args(Stage):
            yield stage, [step for step in self.steps if step.stage == stage]

    def _title(self) -> str:
        rows = plural(len(self["x"]), "row")
        return f"One step of gradient descent: {self.network} on {rows}, learning rate {self.learning_rate:g}"

    def _joined(self, weights: str, biases: str) -> Array:
        numbers = range(1, len(self.network.layers) + 1)
        has_bias = [layer.use_bias for layer in self.network.layers]
        return self.network.join(
            [self[weights.format(n)] for n in numbers],
            [self[biases.format(n)] if has_bias[n - 1] else np.empty(0) for n in numbers],
        )


def trace(model: Any, x: Any, y: ArrayLike, *, learning_rate: float | None = None) -> Trace:
    """Compute one step of gradient descent on a few rows, and return its arithmetic.

    The step minimises the mean loss of the rows, and is ``W - rate * dW``. Penalties, dropout, class weights
    and the terms of a solver are left out, so that each number follows from the ones before it. Everything is
    computed in float64.

    Parameters
    ----------
    model : Model, MLPClassifier or MLPRegressor, or a pipeline that ends in one
        Must be fitted; it is not changed. For a pipeline, ``x`` in the trace is the network's input.
    x : array-like of shape (n_features,) or (n_rows, n_features), or a table
        One row or several, at most 100.
    y : array-like of shape (n_rows,) or (n_rows, n_out)
        Labels or numbers; for one row, it may be a single label.
    learning_rate : float, optional
        By default the estimator's `learning_rate_init`; required for a `Model`.

    Returns
    -------
    Trace

    Raises
    ------
    ParameterError
        If there is no learning rate, or it is not a positive number.
    DataError
        If the rows or their labels do not fit the model.

    Examples
    --------
    >>> from separatrix import Model
    >>> model = Model(Network.mlp(2, (), 1), [0.5, -1.0, 0.25])
    >>> step = trace(model, [1.0, 2.0], 1, learning_rate=0.1)
    >>> print(step.steps[4])
    z1 = x W1 + b1    1 x 1
        [[-1.25]]
    >>> step["dW1"].round(4).tolist()
    [[-0.7773], [-1.5546]]
    """
    if learning_rate is None:
        learning_rate = getattr(last_step(model), "learning_rate_init", None)
    if learning_rate is None:
        raise ParameterError(
            "learning_rate",
            "must be given for a Model, which does not keep the rate it was trained with, got None; pass "
            "learning_rate=0.1, for example.",
        )
    check.number("learning_rate", learning_rate, 0.0, open_low=True)
    fitted = as_model(model)
    exact = replace(fitted, theta=fitted.theta.astype(np.float64))
    rows = np.atleast_2d(x) if columns_of(x) is None else x
    if hasattr(model, "steps"):
        rows = model[:-1].transform(rows)
    data = encoded_data(exact, rows, np.atleast_1d(y))
    if data.n_rows > MAX_ROWS:
        raise DataError(f"x must have at most {MAX_ROWS} rows, got {data.n_rows}; choose a few of them.")
    rate = float(learning_rate)
    arithmetic = _Arithmetic(exact.network, exact.theta, data, rate)
    return Trace(exact.network, rate, tuple(arithmetic.steps))


class _Arithmetic:
    """Computes the steps one after the other."""

    def __init__(self, network: Network, theta: Array, data: Data, rate: float) -> None:
        weights, biases = network.split(theta)
        self.network, self.data, self.rate = network, data, rate
        self.layers = list(zip(network.layers, weights, biases, strict=True))
        self.steps: list[Step] = []
        self.value: dict[str, Array] = {}
        self.is_mean = data.n_rows > 1  # the formulas for one row have no mean
        self.given()
        self.forward()
        self.backward()
        self.update()

    def add(self, stage: Stage, name: str, formula: str, value: ArrayLike) -> None:
        self.value[name] = np.asarray(value)
        self.steps.append(Step(stage, name, formula, self.value[name]))

    def given(self) -> None:
        self.add("given", "x", "", self.data.X)
        self.add("given", "t", "", self.data.T)
        for n, (_, w, b) in enumerate(self.layers, start=1):
            self.add("given", f"W{n}", "", w)
            if b.size:
                self.add("given", f"b{n}", "", b)

    def forward(self) -> None:
        head, n_layers = HEADS[self.network.head], len(self.layers)
        for n, (layer, w, b) in enumerate(self.layers, start=1):
            x = self.value[_output(n - 1)]
            if b.size:
                self.add("forward", f"z{n}", f"{_output(n - 1)} W{n} + b{n}", x @ w + b)
            else:
                self.add("forward", f"z{n}", f"{_output(n - 1)} W{n}", x @ w)
            if n < n_layers:
                a = ACTIVATIONS[layer.activation].value(self.value[f"z{n}"])
                self.add("forward", f"a{n}", f"{layer.activation}(z{n})", a)
        z = self.value[f"z{n_layers}"]
        output, loss, _ = self.head_formulas()
        self.add("forward", f"a{n_layers}", output, head.output(z))
        mean = f"mean over rows of {loss}" if self.is_mean else loss
        self.add("forward", "loss", mean, head.loss(z, self.data.T).sum() / self.data.n_rows)

    def backward(self) -> None:
        n_layers, n_rows = len(self.layers), self.data.n_rows
        for n, (layer, _, b) in reversed(list(enumerate(self.layers, start=1))):
            if n == n_layers:
                dz = HEADS[self.network.head].dz(self.value[f"z{n}"], self.data.T)
                self.add("backward", f"dz{n}", self.head_formulas()[2], dz)
            else:
                above = self.layers[n][1]
                self.add("backward", f"da{n}", f"dz{n + 1} W{n + 1}^T", self.value[f"dz{n + 1}"] @ above.T)
                slope = ACTIVATIONS[layer.activation].derivative(self.value[f"z{n}"], self.value[f"a{n}"])
                formula = f"da{n} * {_slope_formula(layer.activation, n)}"
                self.add("backward", f"dz{n}", formula, self.value[f"da{n}"] * slope)
            x, dz = self.value[_output(n - 1)], self.value[f"dz{n}"]
            over = " / n_rows" if self.is_mean else ""
            self.add("backward", f"dW{n}", f"{_output(n - 1)}^T dz{n}{over}", x.T @ dz / n_rows)
            if b.size:
                formula = f"sum over rows of dz{n}{over}" if self.is_mean else f"dz{n}"
                self.add("backward", f"db{n}", formula, dz.sum(axis=0) / n_rows)

    def update(self) -> None:
        weights, biases = [], []
        for n, (_, w, b) in enumerate(self.layers, start=1):
            weights.append(w - self.rate * self.value[f"dW{n}"])
            biases.append(b - self.rate * self.value[f"db{n}"] if b.size else b)
            self.add("update", f"new W{n}", f"W{n} - {self.rate:g} dW{n}", weights[-1])
            if b.size:
                self.add("update", f"new b{n}", f"b{n} - {self.rate:g} db{n}", biases[-1])
        theta = self.network.join(weights, biases)
        loss, _ = NumpyEngine().loss_and_gradient(Plan(self.network, SGD()), theta, self.data)
        self.add("update", "new loss", "the loss with the new weights", loss)

    def head_formulas(self) -> list[str]:
        n = len(self.layers)
        return [formula.format(z=f"z{n}", a=f"a{n}") for formula in _HEAD_FORMULAS[self.network.head]]


def _slope_formula(activation: str, n: int) -> str:
    return _DERIVATIVES.get(activation, f"{activation}'(z{n})").format(a=f"a{n}")


def _output(n: int) -> str:
    return f"a{n}" if n else "x"


def _numbers(value: Array) -> str:
    return np.array2string(value, precision=6, max_line_width=100)


def _shape(value: Array) -> str:
    return " x ".join(map(str, value.shape))


def _html_row(step: Step) -> str:
    cells = (step.name, step.formula, _shape(step.value))
    columns = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f"<tr>{columns}<td><pre>{html.escape(_numbers(step.value))}</pre></td></tr>"
