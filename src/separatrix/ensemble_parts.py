"""The parts of an ensemble: models that fit together, and their weights; NumPy alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.errors import ParameterError
from separatrix.model import Model
from separatrix.text import plural

Array = NDArray[Any]


def checked_models(models: Any) -> tuple[Model, ...]:
    """Return the models of an ensemble; a `ParameterError` if they do not fit together."""
    if not isinstance(models, Sequence) or not models or not all(isinstance(m, Model) for m in models):
        raise ParameterError("models", f"must be one or more of the type Model, got {shortened(models)}.")
    if any(model.decision is not None for model in models):
        raise ParameterError("models", "must have no decision of their own; give it to the ensemble.")
    expected = _common_parts(models[0])
    for number, model in enumerate(models[1:], 2):
        for name, part in _common_parts(model).items():
            if part != expected[name]:
                raise ParameterError(
                    "models",
                    f"must have the same {name}, got {shortened(expected[name])} in the first and "
                    f"{shortened(part)} in number {number}; combine models trained on the same table.",
                )
    return tuple(models)


def _common_parts(model: Model) -> dict[str, Any]:
    """Return the parts that all models of an ensemble must have in common."""
    classes = model.classes
    takes_tables = model.encoder is not None  # whose columns have names: each model encodes them as its own
    return {
        "encoder": "of a table" if takes_tables else None,
        "number of inputs": None if takes_tables else model.network.n_in,
        "kind of answer": "class" if model.is_classifier else "number",
        "number of targets": 1 if model.has_one_target else model.network.n_out,
        "classes": None if classes is None else (classes.dtype.name, classes.tolist()),
        "feature_names": None if takes_tables else model.feature_names,
        "target_name": model.target_name,
    }


def checked_weights(weights: ArrayLike | None, n_models: int) -> Array:
    """Return weights as a read-only copy, by default 1; a `ParameterError` if one is not valid."""
    try:
        array = np.array(np.ones(n_models) if weights is None else weights, np.float64)
        valid = array.shape == (n_models,) and bool((array > 0).all()) and isfinite(sum(array.tolist()))
    except (TypeError, ValueError, OverflowError):
        valid = False
    if not valid:
        raise ParameterError(
            "weights",
            f"must be {n_models} finite numbers above 0, one for each model, got {shortened(weights)}.",
        )
    array.flags.writeable = False
    return array


def members_text(models: Sequence[Model]) -> str:
    """Return how many networks, and how many linear models, an ensemble has.

    Examples
    --------
    >>> from separatrix import Network
    >>> line, network = (Model(Network.mlp(1, sizes, 1), np.zeros(n)) for sizes, n in (((), 2), ((2,), 7)))
    >>> members_text([line, network, network])
    '2 networks and 1 linear model'
    """
    n_lines = sum(len(model.network.layers) == 1 for model in models)
    counts = {"network": len(models) - n_lines, "linear model": n_lines}
    return " and ".join(plural(n, noun) for noun, n in counts.items() if n)
