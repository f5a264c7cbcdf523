"""A saved model as the page shows it: one network, inputs ordered by column, and what each column gives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column, as_numbers, as_text, is_text
from separatrix.data.column_encoders import ColumnEncoder
from separatrix.data.column_values import as_column
from separatrix.data.encoder import TableEncoder
from separatrix.data.table import Table
from separatrix.ensemble import AnyModel
from separatrix.errors import ParameterError
from separatrix.model import Model
from separatrix.playground.date_parts import date_parts

MAX_LAYERS, MAX_UNITS, MAX_OUTPUTS, MAX_INPUTS = 6, 256, 10, 500
"""What the page can show of a network that was trained elsewhere."""

HEADS_SHOWN = ("binary", "multiclass", "regression", "quadratic", "poisson")
ACTIVATIONS_SHOWN = (
    "identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "mish",
)  # fmt: skip
"""Those that the page computes: `ActivationName` in `web/src/core/options.ts`."""

KNOTS = 400
"""Values of a column of numbers at which the page knows its features exactly; it draws lines between them."""


def shown_network(model: AnyModel) -> tuple[Model, tuple[str, ...]]:
    """Return the network that the page shows, and a sentence if it is one of several.

    Of an ensemble it is the network with the largest weight, of equal ones the first.

    Raises
    ------
    ParameterError
        If the page cannot show it.
    """
    notes: tuple[str, ...] = ()
    if not isinstance(model, Model):
        best = int(np.argmax(model.fractions))
        notes = (
            f"the model is an ensemble: the page shows network {best + 1} of its {len(model.models)}, "
            f"with the largest weight ({model.fractions[best]:.0%}); what the ensemble predicts is the mean "
            "of all.",
        )
        model = model.models[best]
    network, hidden = model.network, [layer.units for layer in model.network.layers[:-1]]
    if network.head not in HEADS_SHOWN:
        raise ParameterError("model", f"must have a head of {', '.join(HEADS_SHOWN)}, got {network.head!r}.")
    for layer in network.layers:
        if layer.activation not in ACTIVATIONS_SHOWN:
            raise ParameterError(
                "model",
                f"must have activations of {', '.join(ACTIVATIONS_SHOWN)}, got {layer.activation!r}, which "
                "the page does not compute; train one with another activation.",
            )
    if network.embedding is not None:
        raise ParameterError(
            "model",
            "must have no periodic embedding, which the page cannot show; train one with embedding=None.",
        )
    fits = (
        len(hidden) <= MAX_LAYERS
        and max(hidden, default=0) <= MAX_UNITS
        and network.n_out <= MAX_OUTPUTS
        and network.n_in <= MAX_INPUTS
    )
    if not fits:
        raise ParameterError(
            "model",
            f"must have at most {MAX_INPUTS} inputs, {MAX_LAYERS} hidden layers of at most {MAX_UNITS} units "
            f"and {MAX_OUTPUTS} outputs to fit on the page, got {network}; train a smaller one.",
        )
    return _by_column(model), notes


def _by_column(model: Model) -> Model:
    """Return the same network with the inputs of each column next to each other."""
    encoder = model.encoder
    if encoder is None:
        return model
    names = list(dict.fromkeys(one.name for one in encoder.columns))
    order = sorted(range(len(encoder.columns)), key=lambda k: names.index(encoder.columns[k].name))
    starts = np.cumsum([0, *(len(one.feature_names) for one in encoder.columns)])
    inputs = np.concatenate([np.arange(starts[k], starts[k + 1]) for k in order])
    n_in, n_out = model.network.n_in, model.network.layers[0].units
    theta = model.theta.copy()
    theta[: n_in * n_out] = theta[: n_in * n_out].reshape(n_in, n_out)[inputs].ravel()
    moved = replace(encoder, columns=tuple(encoder.columns[k] for k in order))
    return replace(model, theta=theta, encoder=moved, feature_names=moved.feature_names_out)


def described(model: Model) -> dict[str, str]:
    """Return what the page writes into an exported model as it is, each as JSON."""
    values = model.to_dict()
    return {name: json.dumps(values[name]) for name in ("classes", "encoder", "feature_names")}


def model_columns(model: Model, table: Table) -> list[dict[str, Any]]:
    """Return the columns of a table that a model takes, with what each gives to the network."""
    encoder = model.encoder
    if encoder is None:
        inputs = np.asarray(model.inputs(table), dtype=np.float64)
        names = model.feature_names or [f"x{j + 1}" for j in range(model.network.n_in)]
        return [{"name": str(n), "cells": _numbers(inputs[:, j])} for j, n in enumerate(names)]
    prepared, parts = encoder.prepare(table), date_parts(encoder.schema)
    names = list(dict.fromkeys(one.name for one in encoder.columns))
    return [
        _coded(name, prepared.columns[name], encoder) | ({"date": parts[name]} if name in parts else {})
        for name in names
    ]


def _coded(name: str, column: Column, encoder: TableEncoder) -> dict[str, Any]:
    """Return one column: its cells, and the features of its values, or of the knots among them."""
    codes = [one for one in encoder.columns if one.name == name]
    inputs = [str(feature) for one in codes for feature in one.feature_names]
    if is_text(column):
        cells = as_text(column).tolist()
        known = [level for one in codes for level in getattr(one, "levels", ())]
        levels = sorted({level for level in (*cells, *known) if isinstance(level, str)})
        at: dict[str, Any] = {"levels": levels}
        probe = np.array([*levels, None], dtype=object)
    else:
        numbers = as_numbers(column, name)
        cells = _numbers(numbers)
        knots = _knots(numbers)
        at = {"knots": knots.tolist()}
        probe = np.append(knots, np.nan)
    features = _features(codes, as_column(probe, name))
    return {
        "name": name,
        "cells": cells,
        **at,
        "inputs": inputs,
        "features": features[:-1].T.tolist(),
        "missing": features[-1].tolist(),
    }


def _features(codes: Iterable[ColumnEncoder], column: Column) -> NDArray[np.float64]:
    """Return what codes give for the values of a column, (n_values, n_features)."""
    blocks = []
    for one in codes:
        out = np.zeros((len(column), len(one.feature_names)))
        one.encode(column, out)
        blocks.append(out)
    return np.hstack(blocks)


def _knots(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values of a column, all or evenly chosen ones, and one beyond each end."""
    known = np.unique(numbers[~np.isnan(numbers)])
    if not len(known):
        known = np.zeros(1)
    if len(known) > KNOTS:
        known = known[np.unique(np.linspace(0, len(known) - 1, KNOTS).round().astype(int))]
    beyond = known[-1] - known[0] or 1.0
    return np.concatenate([[known[0] - beyond], known, [known[-1] + beyond]])


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
