"""A model in words: its network, its columns, its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from separatrix.cli.console import Row, count, some
from separatrix.data.encoder import NumericEncoder, TableEncoder, TextEncoder
from separatrix.ensemble import AnyModel
from separatrix.model import Model

OUTPUTS = {
    "binary": "logistic",
    "multilabel": "logistic",
    "quadratic": "logistic",
    "multiclass": "softmax",
    "regression": "linear",
    "poisson": "exponential",
}


def network_diagram(model: Model) -> str:
    """Return the layers as in ``2 inputs → 4 tanh → 1 logistic output (17 parameters)``."""
    *hidden, last = model.network.layers
    parts = [count(model.network.n_in, "input")]
    for layer in hidden:
        dropout = f" (dropout {layer.dropout:g})" if layer.dropout else ""
        parts.append(f"{layer.units} {layer.activation}{dropout}")
    kind = OUTPUTS[model.network.head]
    parts.append(f"{last.units} {kind} output{'s' if last.units > 1 else ''}")
    biases = "" if all(layer.use_bias for layer in model.network.layers) else ", no biases"
    return f"{' → '.join(parts)} ({count(model.n_parameters, 'parameter')}, {model.theta.dtype}{biases})"


def network_facts(model: AnyModel, limit: int) -> list[Row]:
    """Return the network; of an ensemble the first so many, each with its share in the mean."""
    if isinstance(model, Model):
        return [("Network", network_diagram(model))]
    heaviest = sorted(zip(model.shares.tolist(), model.models, strict=True), key=lambda pair: -pair[0])
    size = f"{count(len(heaviest), 'network')} with {count(model.n_parameters, 'parameter')} in all"
    more = f"; the {limit} of the largest shares below" if len(heaviest) > limit else ""
    shown = [(f"{share:.0%}", network_diagram(network)) for share, network in heaviest[:limit]]
    return [("Ensemble", f"the mean of {size}{more}"), *shown]


def column_facts(encoder: TableEncoder, limit: int = 8) -> list[Row]:
    """Return what was done to the columns; at most `limit` names a line."""
    numbers = [column for column in encoder.columns if isinstance(column, NumericEncoder)]
    texts = [column for column in encoder.columns if isinstance(column, TextEncoder)]
    filled = [f"{column.name} ({column.fill:.4g})" for column in numbers if column.indicator]
    levels = [f"{column.name} ({len(column.levels)})" for column in texts]
    missing = [column.name for column in texts if column.missing]
    rare = [column.name for column in texts if column.other]
    dropped = [f"{name} {reason}" for name, reason in encoder.dropped.items()]
    rows = {
        "Numbers": f"{count(len(numbers), 'column')}, standardised" if numbers else "",
        "Filled": f"missing replaced by the median and marked: {some(filled, limit)}" if filled else "",
        "Text": f"{count(len(texts), 'column')}, an input for each value: {some(levels, limit)}"
        if texts
        else "",
        "Missing": f"an input of its own in text: {some(missing, limit)}" if missing else "",
        "Rare": f"values beyond the most frequent share one input: {some(rare, limit)}" if rare else "",
        "Left out": "; ".join(dropped[:limit])
        + (f"; {len(dropped) - limit} more" if len(dropped) > limit else ""),
    }
    return [(name, value) for name, value in rows.items() if value]


def solver_words(settings: Mapping[str, Any], n_rows: int) -> str:
    """Return how a network was trained, as in ``adam, rate 0.001, batches of 200, seed 0``."""
    batch = settings["batch_size"]
    parts = [str(settings["solver"])]
    if settings["solver"] != "lbfgs":
        size = {"auto": min(200, n_rows), "full": n_rows}.get(batch, batch)
        schedule = "" if settings["learning_rate"] == "constant" else f" ({settings['learning_rate']})"
        parts += [f"rate {settings['learning_rate_init']:g}{schedule}", f"batches of {size}"]
    if settings["early_stopping"]:
        parts.append("early stopping")
    return ", ".join([*parts, f"seed {settings['random_state']}"])


def class_words(classes: Sequence[Any], counts: Sequence[int], limit: int = 10) -> str:
    """Return the classes with their rows and shares."""
    total = sum(counts)
    return some(
        (f"{label}: {n:,} ({n / total:.1%})" for label, n in zip(classes, counts, strict=True)), limit
    )


def seconds_words(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> seconds_words(0.0312), seconds_words(75)
    ('0.031 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"


def unseen_words(unseen: Mapping[str, int]) -> str:
    """Return how many values of text columns were not among those of the training."""
    return some(f"{count(number, 'value')} of '{name}'" for name, number in unseen.items())
