"""Trace: the arithmetic of one step of gradient descent, as one would do it by hand, with the numbers."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix import check
from separatrix.data.frames import columns_of
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.explain.arithmetic import Arithmetic, Stage, Step, numbers_text, shape_text
from separatrix.explain.chapters import Story
from separatrix.explain.story import step_story
from separatrix.explain.subject import at_epoch, last_step, model_without_embedding
from separatrix.explain.tables import encoded_data
from separatrix.model import Model
from separatrix.network import Network
from separatrix.text import plural

Array = NDArray[Any]
Level = Literal["story", "full"]

MAX_ROWS = 100  # more could not be read


@dataclass(frozen=True, eq=False)
class Trace:
    """One step of gradient descent: as a story in words and numbers, line by line, or as data.

    ``print(trace)`` and a notebook show one row as a story, several rows line by line.

    Attributes
    ----------
    model : Model
        The network before the step, in float64.
    learning_rate : float
    steps : tuple of Step
    """

    model: Model
    learning_rate: float
    steps: tuple[Step, ...]

    @property
    def network(self) -> Network:
        """The network."""
        return self.model.network

    @property
    def n_rows(self) -> int:
        """Number of rows of the step."""
        return len(self["x"])

    def story(self, digits: int = 3) -> Story:
        """Return the arithmetic in words and numbers, unit by unit.

        Parameters
        ----------
        digits : int, default=3
            Significant digits.

        Raises
        ------
        DataError
            If the step has several rows.
        """
        check.integer("digits", digits, 1)
        if self.n_rows > 1:
            raise DataError(
                f"a story is of one row, and this trace has {self.n_rows}; trace one, or set level='full'."
            )
        return step_story(
            self.model, {step.name: step.value for step in self.steps}, self.learning_rate, digits
        )

    def to_text(self, level: Level | None = None, *, digits: int = 3, width: int = 80) -> str:
        """Return the arithmetic as text.

        Parameters
        ----------
        level : {"story", "full"}, optional
            In words, unit by unit, with `digits` digits and at most `width` columns; or every array of the
            step. By default "story" for one row, "full" for several.
        digits : int, default=3
        width : int, default=80
        """
        if self._level(level) == "story":
            return self.story(digits).to_text(width)
        paragraphs = [self._title()]
        for stage, steps in self._by_stage():
            paragraphs += [stage.upper(), *map(str, steps)]
        return "\n\n".join(paragraphs)

    def to_html(self, level: Level | None = None, *, digits: int = 3) -> str:
        """Return the arithmetic as HTML: of a story, each unit opens with a click.

        Parameters
        ----------
        level, digits
            As for `to_text`.
        """
        if self._level(level) == "story":
            return self.story(digits).to_html()
        rows = []
        for stage, steps in self._by_stage():
            rows.append(f'<tr><th colspan="4" style="text-align:left">{stage}</th></tr>')
            rows += [_html_row(step) for step in steps]
        return (
            f"<table><caption>{html.escape(self._title())}</caption><thead><tr><th>name</th><th>formula</th>"
            f"<th>shape</th><th>value</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

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
                "chain_rule": step.chain_rule,
                "shape": list(step.shape),
                "value": step.value.tolist(),
            }
            for step in self.steps
        ]
        return {"network": self.network.to_dict(), "learning_rate": self.learning_rate, "steps": steps}

    def __str__(self) -> str:
        """Return the arithmetic as text."""
        return self.to_text()

    def _repr_html_(self) -> str:
        return self.to_html()

    def _level(self, level: Level | None) -> Level:
        if level is None:
            return "story" if self.n_rows == 1 else "full"
        check.choice("level", level, get_args(Level))
        return level

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


def trace(
    model: Any, x: Any, y: ArrayLike, *, learning_rate: float | None = None, epoch: int | None = None
) -> Trace:
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
        By default the estimator's `learning_rate_init_`; required for a `Model`.
    epoch : int, optional
        A recorded epoch, whose network takes the step; 0 is the untrained network. By default the last.

    Returns
    -------
    Trace

    Raises
    ------
    ParameterError
        If there is no learning rate, or it is not a positive number.
    DataError
        If the rows or their labels do not fit the model, or the epoch was not recorded.

    Examples
    --------
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(2, (), 1), [0.5, -1.0, 0.25])
    >>> step = trace(model, [1.0, 2.0], 1, learning_rate=0.1)
    >>> print(step.steps[4])
    z1 = x W1 + b1    1 x 1
        [[-1.25]]
    >>> step["dW1"].round(4).tolist()
    [[-0.7773], [-1.5546]]
    >>> print(step.to_text().splitlines()[2])
    THE ROW
    """
    if learning_rate is None:
        learning_rate = getattr(last_step(model), "learning_rate_init_", None)
    if learning_rate is None:
        raise ParameterError(
            "learning_rate",
            "must be given for a Model, which does not keep the rate it was trained with, got None; pass "
            "learning_rate=0.1, for example.",
        )
    check.number("learning_rate", learning_rate, 0.0, open_low=True)
    fitted = model_without_embedding(model if epoch is None else at_epoch(model, epoch))
    exact = replace(fitted, theta=fitted.theta.astype(np.float64))
    rows = np.atleast_2d(x) if columns_of(x) is None else x
    if hasattr(model, "steps"):
        rows = model[:-1].transform(rows)
    data = encoded_data(exact, rows, np.atleast_1d(y))
    if data.n_rows > MAX_ROWS:
        raise DataError(f"x must have at most {MAX_ROWS} rows, got {data.n_rows}; choose a few of them.")
    rate = float(learning_rate)
    return Trace(exact, rate, tuple(Arithmetic(exact.network, exact.theta, data, rate).steps))


def _html_row(step: Step) -> str:
    formula = step.formula + (f" ({step.chain_rule})" if step.chain_rule else "")
    cells = (step.name, formula, shape_text(step.value))
    columns = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f"<tr>{columns}<td><pre>{html.escape(numbers_text(step.value))}</pre></td></tr>"
