"""Arithmetic: the numbers of one step of gradient descent, in the order of a computation by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.engine.base import Data, Plan
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.network import ACTIVATIONS, HEADS, SGD, Network

Array = NDArray[Any]
Stage = Literal["given", "forward", "backward", "update"]


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
    chain_rule : str
        Of a derivative, the chain rule that the formula follows, such as ``dL/dz1 = dL/da1 * da1/dz1``.
    """

    stage: Stage
    name: str
    formula: str
    value: Array
    chain_rule: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    def __str__(self) -> str:
        """Return name, formula and shape, with the numbers below them."""
        head = f"{self.name} = {self.formula}" if self.formula else self.name
        numbers = numbers_text(self.value)
        rule = f"    chain rule: {self.chain_rule}\n" if self.chain_rule else ""
        if self.value.ndim == 0:
            return f"{head} = {numbers}"
        return f"{head}    {shape_text(self.value)}\n{rule}" + "\n".join(
            f"    {line}" for line in numbers.split("\n")
        )


class Arithmetic:
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

    def add(self, stage: Stage, name: str, formula: str, value: ArrayLike, chain_rule: str = "") -> None:
        """Keep a step."""
        self.value[name] = np.asarray(value)
        self.steps.append(Step(stage, name, formula, self.value[name], chain_rule))

    def given(self) -> None:
        """Add the row, the targets and the parameters."""
        self.add("given", "x", "", self.data.X)
        self.add("given", "t", "", self.data.T)
        for n, (_, w, b) in enumerate(self.layers, start=1):
            self.add("given", f"W{n}", "", w)
            if b.size:
                self.add("given", f"b{n}", "", b)

    def forward(self) -> None:
        """Add the values of the units, and the loss."""
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
        """Add the derivatives, from the output to the inputs."""
        n_layers, n_rows = len(self.layers), self.data.n_rows
        for n, (layer, _, b) in reversed(list(enumerate(self.layers, start=1))):
            if n == n_layers:
                dz = HEADS[self.network.head].dz(self.value[f"z{n}"], self.data.T)
                self.add("backward", f"dz{n}", self.head_formulas()[2], dz, _rule("z", "a", n, n))
            else:
                above = self.layers[n][1]
                da = self.value[f"dz{n + 1}"] @ above.T
                self.add("backward", f"da{n}", f"dz{n + 1} W{n + 1}^T", da, _rule("a", "z", n, n + 1))
                slope = ACTIVATIONS[layer.activation].derivative(self.value[f"z{n}"], self.value[f"a{n}"])
                formula = f"da{n} * {ACTIVATIONS[layer.activation].derivative_text(f'z{n}', f'a{n}')}"
                self.add("backward", f"dz{n}", formula, da * slope, _rule("z", "a", n, n))
            x, dz = self.value[_output(n - 1)], self.value[f"dz{n}"]
            over = " / n_rows" if self.is_mean else ""
            formula = f"{_output(n - 1)}^T dz{n}{over}"
            self.add("backward", f"dW{n}", formula, x.T @ dz / n_rows, _rule("W", "z", n, n))
            if b.size:
                formula = f"sum over rows of dz{n}{over}" if self.is_mean else f"dz{n}"
                self.add("backward", f"db{n}", formula, dz.sum(axis=0) / n_rows, _rule("b", "z", n, n))

    def update(self) -> None:
        """Add the parameters after the step, and their loss."""
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
        """Return the formulas of output, loss and derivative."""
        n, formulas = len(self.layers), HEADS[self.network.head].formulas
        return [text.format(z=f"z{n}", a=f"a{n}") for text in (formulas.output, formulas.loss, formulas.dz)]


def _output(n: int) -> str:
    return f"a{n}" if n else "x"


def _rule(by: str, through: str, n: int, m: int) -> str:
    """Return the chain rule of a derivative by `by` of layer `n`, through `through` of layer `m`."""
    return f"dL/d{by}{n} = dL/d{through}{m} * d{through}{m}/d{by}{n}"


def numbers_text(value: Array) -> str:
    """Return an array as text."""
    return np.array2string(value, precision=6, max_line_width=100)


def shape_text(value: Array) -> str:
    """Return a shape as in ``2 x 3``."""
    return " x ".join(map(str, value.shape))
