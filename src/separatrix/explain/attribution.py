"""Attribution: what spoke for one prediction, column by column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.data.table import Table
from separatrix.engine.numpy_engine import layer_sums_and_outputs
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.explain.subject import as_model, input_names, is_network, last_step, shortened
from separatrix.explain.tables import as_table, encoded_rows
from separatrix.model import Model
from separatrix.network import ACTIVATIONS
from separatrix.network.embedding import input_gradient, sines_and_cosines
from separatrix.text import aligned, plural

Array = NDArray[Any]
Method = Literal["exact", "integrated gradients", "Shapley values"]

_TOLERANCE = 1e-4  # of the sum, relative to the largest contribution
_MOST_POINTS = 8192  # of the path of integrated gradients
_MOST_ROWS = 200_000  # predicted for Shapley values
_BAR, _WIDTH = 12, 80  # characters


@dataclass(frozen=True, eq=False)
class Attribution:
    """What spoke for one prediction: a contribution of each column, compared with typical rows.

    ``print(attribution)`` and a notebook show the largest contributions.

    Attributes
    ----------
    names : tuple of str
        The columns that the model reads.
    values : tuple
        The row's values.
    contributions : ndarray of shape (n_columns,)
        Their sum is ``prediction - base``, up to `error`.
    quantity : str
        What is explained, such as "log-odds of yes" or "P(yes)".
    prediction, base : float
        The quantity for the row, and for what it is compared with.
    base_text : str
        What the row is compared with.
    method : {"exact", "integrated gradients", "Shapley values"}
    error : float
        ``sum of contributions - (prediction - base)``.
    standard_errors : ndarray of shape (n_columns,) or None
        Of contributions that were estimated from samples.
    """

    names: tuple[str, ...]
    values: tuple[Any, ...]
    contributions: Array
    quantity: str
    prediction: float
    base: float
    base_text: str
    method: Method
    error: float
    standard_errors: Array | None = None

    def order(self) -> Array:
        """Return the columns' indices, from the largest absolute contribution to the smallest."""
        order: Array = np.argsort(-np.abs(self.contributions), kind="stable")
        return order

    def to_text(self, limit: int = 12) -> str:
        """Return the largest contributions as text.

        Parameters
        ----------
        limit : int, default=12
            Number of columns shown.
        """
        check.integer("limit", limit, 1)
        order = self.order()
        largest = float(np.abs(self.contributions).max(initial=0.0)) or 1.0
        rows = [
            [f"  {shortened(self.names[j])}", *self._cells(j), "#" * round(_BAR * abs(c) / largest)]
            for j in order[:limit]
            for c in (float(self.contributions[j]),)
        ]
        if len(order) > limit:
            rest = float(self.contributions[order[limit:]].sum())
            rows.append([f"  {plural(len(order) - limit, 'other column')}", "", f"{rest:+.3g}"])
        rows.append(["  sum", "", f"{self.contributions.sum():+.3g}"])
        return "\n".join([fill(self._title(), _WIDTH), aligned(rows), fill(self._note(), _WIDTH)])

    def __str__(self) -> str:
        """Return the largest contributions as text."""
        return self.to_text()

    def _repr_html_(self) -> str:
        largest = float(np.abs(self.contributions).max(initial=0.0)) or 1.0
        rows = []
        for j in self.order()[:20]:
            contribution = float(self.contributions[j])
            color = "#5aae61" if contribution > 0 else "#9970ab"  # seen on white and on black
            width = f"calc({abs(contribution) / largest:.3f} * min(8em, 25vw))"
            bar = f'<div style="background:{color};width:{width};height:.8em"></div>'
            cells = "".join(
                f"<td>{escape(cell)}</td>" for cell in (shortened(self.names[j]), *self._cells(j))
            )
            rows.append(f"<tr>{cells}<td>{bar}</td></tr>")
        head = "<tr><th>column</th><th>value</th><th>contribution</th><th></th></tr>"
        return (
            f"<table><caption>{escape(self._title())}</caption><thead>{head}</thead>"
            f"<tbody>{''.join(rows)}</tbody></table><p>{escape(self._note())}</p>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that `json.dumps` accepts."""
        columns = [
            {
                "name": name,
                "value": value.item() if isinstance(value, np.generic) else value,
                "contribution": float(contribution),
            }
            for name, value, contribution in zip(self.names, self.values, self.contributions, strict=True)
        ]
        errors = self.standard_errors
        return {
            "quantity": self.quantity,
            "prediction": self.prediction,
            "base": self.base,
            "method": self.method,
            "error": self.error,
            "columns": columns,
            "standard_errors": None if errors is None else errors.tolist(),
        }

    def _cells(self, j: int) -> list[str]:
        """Return a column's value and contribution as text."""
        value = self.values[j]
        text = (
            "missing" if value is None or value != value else f"{value:.4g}" if _is_number(value) else value
        )
        error = "" if self.standard_errors is None else f" ± {self.standard_errors[j]:.2g}"
        return [shortened(text), f"{float(self.contributions[j]):+.3g}{error}"]

    def _title(self) -> str:
        return (
            f"{self.quantity} is {self.prediction:.3g} for this row, and {self.base:.3g} for "
            f"{self.base_text}. The difference, column by column:"
        )

    def _note(self) -> str:
        """Return how the contributions were computed, and how well their sum agrees."""
        checked = f"Checked: the sum differs from prediction minus base by {abs(self.error):.1g}."
        if self.method == "exact":
            return f"Exact: weight times the difference from the typical row. {checked}"
        if self.method == "integrated gradients":
            return (
                "Integrated gradients (Sundararajan et al. 2017) along the straight line from the typical "
                f"row. {checked}"
            )
        return (
            "Shapley values, estimated by replacing the columns in random orders (Strumbelj and Kononenko "
            "2014). The number after ± is one standard error."
        )


def attribute(
    model: Any,
    x: Any,
    background: Any,
    *,
    label: Any = None,
    n_samples: int = 200,
    random_state: int = 0,
) -> Attribution:
    """Explain one prediction by the contribution of each column.

    Without hidden layers a contribution is exact: the weight times the difference from the mean row. Of a
    network with hidden layers it is computed by integrated gradients from the mean row [1]_, of the log-odds
    (for a regressor, the number). Of an ensemble it is estimated from random orders of the columns [2]_, of
    the probability; its sum is exact.

    Parameters
    ----------
    model : Model, Ensemble or fitted estimator
    x : table or array-like of shape (1, n_columns) or (n_columns,)
        The row.
    background : table or array-like of shape (n_rows, n_columns)
        Typical rows, to compare with.
    label : class label, optional
        The class to explain; by default the predicted one, or the second of two classes.
    n_samples : int, default=200
        Random orders, for ensembles; fewer for tables of many columns.
    random_state : int, default=0

    Returns
    -------
    Attribution

    Raises
    ------
    DataError
        If there is not one row, or no background row.
    ParameterError
        If the label is none of the classes, or the model has several targets.

    References
    ----------
    .. [1] Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks", eq. 1.
    .. [2] Strumbelj & Kononenko 2014, "Explaining prediction models and individual predictions with feature
       contributions", algorithm 1.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(2, (), 1), [2.0, -1.0, 0.5], feature_names=["age", "dose"])
    >>> answer = attribute(model, [[1.0, 3.0]], [[0.0, 0.0], [0.0, 2.0]])
    >>> answer.contributions.tolist(), answer.prediction, answer.base
    ([2.0, -2.0], -0.5, -0.5)
    """
    check.integer("n_samples", n_samples, 1)
    rows = np.atleast_2d(x) if isinstance(x, list | tuple | np.ndarray) else x
    typical = as_table(model, background)
    row = as_table(model, rows)
    if row.n_rows != 1 or typical.n_rows == 0:
        raise DataError(
            f"x must be one row, and background at least one, got {row.n_rows} and {typical.n_rows}."
        )
    output = _output_of(model, rows, label)
    if is_network(last_step(model)):
        return _of_network(model, rows, background, row, typical, output)
    return _of_predictions(model, row, typical, output, n_samples, random_state)


def _output_of(model: Any, rows: Any, label: Any) -> int | None:
    """Return the index of the class to explain; None for a number."""
    last = last_step(model)
    if isinstance(last, AnyModel):
        classes, has_one_target = last.classes, last.has_one_target
    else:
        classes = getattr(last, "classes_", None)
        has_one_target = not is_network(last) or as_model(last).has_one_target
    if not has_one_target:
        raise ParameterError("model", "must have one target, got one with several; train one for each.")
    if classes is None:
        return None
    labels = np.asarray(classes).tolist()
    if label is None:
        return 1 if len(labels) == 2 else labels.index(np.asarray(model.predict(rows)).tolist()[0])
    if label not in labels:
        raise ParameterError("label", f"must be one of {', '.join(map(repr, labels))}, got {label!r}.")
    return int(labels.index(label))


def _class_name(model: Any, output: int) -> str:
    last = last_step(model)
    classes = last.classes if isinstance(last, AnyModel) else last.classes_
    return str(np.asarray(classes).tolist()[output])


def _target_name(model: Any) -> str:
    last = last_step(model)
    name = last.target_name if isinstance(last, AnyModel) else getattr(last, "target_name_", None)
    return str(name or "the prediction")


# One network


def _of_network(
    model: Any, rows: Any, background: Any, row: Table, typical: Table, output: int | None
) -> Attribution:
    network = as_model(model)
    x = encoded_rows(model, rows).astype(np.float64)
    base = encoded_rows(model, background).mean(axis=0, keepdims=True, dtype=np.float64)
    points = 1
    while True:
        # Midpoints; one is exact for a line.
        steps = (np.arange(points) + 0.5) / points
        gradient = _input_gradients(network, base + steps[:, np.newaxis] * (x - base), output).mean(axis=0)
        features = gradient * (x - base)[0]
        prediction, base_value = _scores(network, np.concatenate([x, base]), output)
        error = float(features.sum() - (prediction - base_value))
        if abs(error) <= _TOLERANCE * np.abs(features).max(initial=0.0) or points >= _MOST_POINTS:
            break
        points *= 8
    names, contributions = _by_column(network, features)
    is_line = len(network.network.layers) == 1 and network.network.n_out == 1
    is_exact = is_line and network.head.output_name in ("identity", "logistic")
    return Attribution(
        names=names,
        values=tuple(
            row.columns[name][0] if name in row.columns else x[0, j] for j, name in enumerate(names)
        ),
        contributions=contributions,
        quantity=_target_name(model) if output is None else f"log-odds of {_class_name(model, output)}",
        prediction=float(prediction),
        base=float(base_value),
        base_text=f"the mean of {plural(typical.n_rows, 'row')}",
        method="exact" if is_exact else "integrated gradients",
        error=error,
    )


def _by_column(network: Model, features: Array) -> tuple[tuple[str, ...], Array]:
    """Return the columns and the sums of their features' contributions."""
    if network.encoder is None:
        return tuple(input_names(network)), features
    totals: dict[str, float] = {}
    start = 0
    for column in network.encoder.columns:
        stop = start + len(column.feature_names)
        name = network.encoder.source(column.name)
        totals[name] = totals.get(name, 0.0) + float(features[start:stop].sum())
        start = stop
    return tuple(totals), np.array(list(totals.values()))


def _scores(model: Model, X: Array, output: int | None) -> Array:
    """Return the explained quantity of encoded rows, (n_rows,)."""
    *_, (z, _) = layer_sums_and_outputs(model.network, model.theta.astype(np.float64), X)
    score, _ = _score_and_slope(model, z, output)
    return score


def _score_and_slope(model: Model, z: Array, output: int | None) -> tuple[Array, Array]:
    """Return the log-odds of a class, or the number, and its derivative by the logits."""
    if output is None:
        value = model.head.output(z)[:, 0]
        return value, np.ones_like(z) if model.head.output_name == "identity" else value[:, np.newaxis]
    if z.shape[1] == 1:
        sign = 1.0 if output == 1 else -1.0
        return sign * z[:, 0], np.full_like(z, sign)
    # log(p / (1 - p)) of softmax: the class's logit against all the others'.
    others = np.delete(z, output, axis=1)
    top = others.max(axis=1, keepdims=True)
    e = np.exp(others - top)
    slope = np.insert(-e / e.sum(axis=1, keepdims=True), output, 1.0, axis=1)
    return z[:, output] - top[:, 0] - np.log(e.sum(axis=1)), slope


def _input_gradients(model: Model, X: Array, output: int | None) -> Array:
    """Return the derivative of the explained quantity by the network's inputs, (n_rows, n_in)."""
    network, theta = model.network, model.theta.astype(np.float64)
    weights, _ = network.split(theta)
    layers = list(layer_sums_and_outputs(network, theta, X))
    _, gradient = _score_and_slope(model, layers[-1][0], output)
    for n in range(len(weights) - 1, 0, -1):
        z, a = layers[n - 1]
        slope = ACTIVATIONS[network.layers[n - 1].activation].derivative(z, a)
        gradient = (gradient @ weights[n].T) * slope
    gradients: Array = gradient @ weights[0].T
    if network.embedding is not None:
        n, columns = network.n_embedded, list(network.embedded)
        frequencies = theta[network.frequencies]
        of_inputs = gradients[:, n:].copy()
        waves = sines_and_cosines(frequencies, X[:, columns])
        of_inputs[:, columns] += input_gradient(frequencies, len(columns), waves, gradients[:, :n])
        return of_inputs
    return gradients


# Any predictions


def _of_predictions(
    model: Any, row: Table, typical: Table, output: int | None, n_samples: int, random_state: int
) -> Attribution:
    names = row.column_names
    n_columns = len(names)
    n_samples = max(2, min(n_samples, _MOST_ROWS // (n_columns + 1)))
    generator = np.random.default_rng(random_state)
    drawn = generator.integers(typical.n_rows, size=n_samples)
    # rank[s, c]: how many columns were replaced before column c in the order s.
    rank = generator.permuted(np.tile(np.arange(n_columns), (n_samples, 1)), axis=1)
    values = _predictions(_predictor(model, output), row, typical, drawn, rank)
    gains = np.diff(values, axis=1)  # of the column replaced at each step
    by_column = np.take_along_axis(gains, rank, axis=1)
    base, prediction = float(values[:, 0].mean()), float(values[0, -1])
    contributions = by_column.mean(axis=0)
    return Attribution(
        names=tuple(names),
        values=tuple(row.columns[name][0] for name in names),
        contributions=contributions,
        quantity=_target_name(model) if output is None else f"P({_class_name(model, output)})",
        prediction=prediction,
        base=base,
        base_text=f"the mean of {plural(n_samples, 'row')} drawn at random",
        method="Shapley values",
        error=float(contributions.sum() - (prediction - base)),
        standard_errors=by_column.std(axis=0, ddof=1) / np.sqrt(n_samples),
    )


def _predictor(model: Any, output: int | None) -> Callable[[Table], Array]:
    if output is None:
        return lambda table: np.asarray(model.predict(table), np.float64).ravel()
    return lambda table: np.asarray(model.predict_proba(table), np.float64)[:, output]


def _predictions(
    predict: Callable[[Table], Array], row: Table, typical: Table, drawn: Array, rank: Array
) -> Array:
    """Return the predictions while the columns are replaced one by one, (n_samples, n_columns + 1)."""
    n_samples, n_columns = rank.shape
    steps = np.arange(n_columns + 1)
    columns: dict[str, Any] = {}
    for c, name in enumerate(row.column_names):
        is_new = (rank[:, c, np.newaxis] < steps).ravel()
        old = np.repeat(typical.columns[name][drawn], n_columns + 1)
        columns[name] = np.where(is_new, row.columns[name][0], old).astype(old.dtype)
    return predict(Table(columns)).reshape(n_samples, n_columns + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)
