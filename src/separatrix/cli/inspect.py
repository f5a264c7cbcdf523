"""`separatrix inspect`: what is in a model file, line by line."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from numpy.typing import NDArray

from separatrix.cli.console import (
    Row,
    seconds_text,
    show,
    show_json,
    some,
    sparkline,
    summary,
    with_option_names,
)
from separatrix.cli.table_input import ModelFile
from separatrix.data.codes import Code, LevelCode, MissingCode
from separatrix.data.column_encoders import NumericEncoder, TextEncoder
from separatrix.data.encoder import TableEncoder
from separatrix.data.files.formats import format_of
from separatrix.decision import Decision
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.ensemble_parts import members_text
from separatrix.errors import DataError
from separatrix.io import load
from separatrix.model import Model
from separatrix.network import HEADS
from separatrix.text import percent_text, plural

SHOWN_NAMES = 20

OUTPUT_NAMES = {"identity": "linear", "exp": "exponential"}
"""Output functions of heads that have another name here."""


def inspect(
    model_file: ModelFile,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print everything but the weights as JSON, with the loss curve."),
    ] = False,
) -> None:
    """Show what is in a model file.

    The network, its classes, its columns, and how it was trained.
    """
    if format_of(model_file)[0] is not None and model_file.is_file():
        raise DataError(
            f"'{model_file}' is a table, not a model; what is in it is shown by: separatrix look {model_file}"
        )
    model = load(model_file)
    if as_json:
        show_json({"model": str(model_file), **model.to_dict(), "n_parameters": model.n_parameters})
        return
    file_line = ("Model", f"{model_file} ({model_file.stat().st_size:,} bytes)")
    show(summary([file_line, *model_lines(model)]))


def model_lines(model: AnyModel) -> list[Row]:
    """Return the lines on a model."""
    lines = network_lines(model, SHOWN_NAMES)
    if model.target_name is not None:
        lines.append(("Target", model.target_name))
    if model.classes is not None:
        lines.append(("Classes", some(map(str, model.classes.tolist()), SHOWN_NAMES)))
        if model.decision is not None:
            lines.append(("Decision", kept_decision_text(model.decision, model.classes)))
    if model.encoder is not None:
        names = model.encoder.input_columns
        lines += [("Columns", some(names, SHOWN_NAMES)), *column_lines(model.encoder, SHOWN_NAMES)]
    elif model.feature_names is not None:
        lines.append(("Inputs", some(model.feature_names, SHOWN_NAMES)))
    if model.training:
        lines += training_lines(model.training)
    return lines


def kept_decision_text(decision: Decision, classes: NDArray[Any]) -> str:
    """Return the threshold, the positive class and the calibration that a model keeps.

    Examples
    --------
    >>> import numpy as np
    >>> print(kept_decision_text(Decision(threshold=0.2), np.array(["no", "yes"])))
    'yes' from a probability of 0.2 on, else 'no'; probabilities not calibrated
    """
    calibrated = f"probabilities {'' if decision.is_calibrated else 'not '}calibrated"
    names = classes.tolist()
    if len(names) != 2:
        return f"the likeliest class; {calibrated}"
    positive, other = names[decision.positive], names[1 - decision.positive]
    if decision.threshold is None:
        return f"the likelier class, '{positive}' is the positive one; {calibrated}"
    return f"'{positive}' from a probability of {decision.threshold:.4g} on, else '{other}'; {calibrated}"


def network_lines(model: AnyModel, limit: int) -> list[Row]:
    """Return the line on a network, or those on the `limit` largest members of an ensemble."""
    if isinstance(model, Model):
        return [("Network", network_text(model))]
    if all("configuration" in (one.training or {}) for one in model.models):
        return configuration_lines(model, limit)
    heaviest = sorted(zip(model.fractions.tolist(), model.models, strict=True), key=lambda pair: -pair[0])
    size = f"{members_text(model.models)} with {plural(model.n_parameters, 'parameter')} in all"
    more = f"; the {limit} with the largest weights below" if len(heaviest) > limit else ""
    shown = [(percent_text(share), network_text(network)) for share, network in heaviest[:limit]]
    return [("Ensemble", f"the weighted mean of {size}{more}"), *shown]


def configuration_lines(model: Ensemble, limit: int) -> list[Row]:
    """Return the line on a tabular ensemble, and those on its configurations of the largest weights.

    Its linear model, which is trained besides the networks, is counted apart.
    """
    weights: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    nouns: dict[str, str] = {}
    for one, share in zip(model.models, model.fractions.tolist(), strict=True):
        configuration = (one.training or {})["configuration"]
        weights[configuration] += share
        numbers[configuration] += 1
        nouns[configuration] = "network" if len(one.network.layers) > 1 else "linear model"
    size = f"{members_text(model.models)} with {plural(model.n_parameters, 'parameter')} in all"
    heaviest = weights.most_common(limit)
    more = f"; the {limit} kinds with the largest weights below" if len(weights) > limit else ""
    lines = [
        (percent_text(share), f"{plural(numbers[name], nouns[name])}: {name}") for name, share in heaviest
    ]
    return [("Ensemble", f"the weighted mean of {size}{more}"), *lines]


def network_text(model: Model) -> str:
    """Return the layers as in ``2 inputs → 4 tanh → 1 logistic output (17 parameters)``."""
    *hidden, last = model.network.layers
    parts = [model.network.inputs_text]
    for layer in hidden:
        dropout = f" (dropout {layer.dropout:g})" if layer.dropout else ""
        parts.append(f"{layer.units} {layer.activation}{dropout}")
    function = HEADS[model.network.head].output_name
    parts.append(plural(last.units, f"{OUTPUT_NAMES.get(function, function)} output"))
    biases = "" if all(layer.use_bias for layer in model.network.layers) else ", no biases"
    return f"{' → '.join(parts)} ({plural(model.n_parameters, 'parameter')}, {model.theta.dtype}{biases})"


def column_lines(encoder: TableEncoder, limit: int = 8) -> list[Row]:
    """Return the lines on how columns are encoded, with at most `limit` names each."""
    if any(isinstance(column, Code) for column in encoder.columns):
        return code_lines(encoder, limit)
    numbers = [column for column in encoder.columns if isinstance(column, NumericEncoder)]
    texts = [column for column in encoder.columns if isinstance(column, TextEncoder)]
    filled = [_filled_text(encoder, column.name, column.fill) for column in numbers if column.indicator]
    levels = [f"{column.name} ({len(column.levels)})" for column in texts]
    missing = [column.name for column in texts if column.missing]
    rare = [column.name for column in texts if column.other]
    lines: list[Row] = []
    if numbers:
        lines.append(("Numbers", f"{plural(len(numbers), 'column')}, standardised"))
    if filled:
        lines.append(("Filled", f"missing replaced by the median and marked: {some(filled, limit)}"))
    if texts:
        columns = plural(len(texts), "column")
        lines.append(("Text", f"{columns}, an input for each value: {some(levels, limit)}"))
    if missing:
        lines.append(("Missing", f"a separate input in text: {some(missing, limit)}"))
    if rare:
        lines.append(("Rare", f"values beyond the most frequent share one input: {some(rare, limit)}"))
    return [*lines, *dropped_lines(encoder, limit)]


def _filled_text(encoder: TableEncoder, name: str, median: float | None = None) -> str:
    """Return a column that has missing numbers, with its median and how many are missing, where known."""
    decisions = () if encoder.schema is None else encoder.schema.columns
    n_missing = next((each.n_missing for each in decisions if each.name == name), 0)
    notes = [] if median is None else [f"median {median:.4g}"]
    if n_missing:
        notes.append(f"{n_missing:,} missing")
    return f"{name} ({', '.join(notes)})" if notes else name


def code_lines(encoder: TableEncoder, limit: int = 8) -> list[Row]:
    """Return the lines on columns that are coded for a tabular ensemble."""
    texts = [code for code in encoder.columns if isinstance(code, LevelCode)]
    levels = [f"{code.name} ({len(code.levels) - (None in code.levels)})" for code in texts]
    missing_levels = [code.name for code in texts if None in code.levels]
    missing = [_filled_text(encoder, code.name) for code in encoder.columns if isinstance(code, MissingCode)]
    lines: list[Row] = []
    if encoder.numeric_columns:
        columns = plural(len(encoder.numeric_columns), "column")
        lines.append(("Numbers", f"{columns}, coded in several ways: robust scale, bins, quantiles"))
    if missing:
        lines.append(("Filled", f"missing replaced by the median and marked: {some(missing, limit)}"))
    if levels:
        columns = plural(len(levels), "column")
        lines.append(
            (
                "Text",
                f"{columns}, an input for each value, and what it says of the target: {some(levels, limit)}",
            )
        )
    if missing_levels:
        lines.append(("Missing", f"a value of its own in text: {some(missing_levels, limit)}"))
    return [*lines, *dropped_lines(encoder, limit)]


def dropped_lines(encoder: TableEncoder, limit: int) -> list[Row]:
    """Return the line on columns that are not used, and why."""
    dropped = [f"{name} {reason}" for name, reason in encoder.dropped.items()]
    more = [f"{len(dropped) - limit} more"] if len(dropped) > limit else []
    return [("Left out", "; ".join([*dropped[:limit], *more]))] if dropped else []


def training_lines(training: Mapping[str, Any]) -> list[Row]:
    """Return the lines on a training; a model from another program may know nothing of it."""
    lines: list[Row] = []
    settings, n_rows = training.get("settings"), training.get("n_rows")
    if settings and n_rows and "solver" in settings:
        how = solver_text(settings, n_rows, training.get("learning_rate_init"))
        lines.append(("Trained on", f"{plural(n_rows, 'row')}; {how}"))
    elif n_rows:
        seconds = f" in {seconds_text(training['seconds'])}" if "seconds" in training else ""
        lines.append(("Trained on", f"{plural(n_rows, 'row')}{seconds}"))
    if "n_iter" in training:
        seconds = f" in {seconds_text(training['seconds'])}" if "seconds" in training else ""
        lines.append(("Epochs", f"{training['n_iter']:,}{seconds}"))
    if training.get("stop"):
        lines.append(("Ended", with_option_names(training["stop"]["message"], settings or ())))
    loss = [value for value in training.get("history", {}).get("loss", ()) if not isinstance(value, str)]
    if loss:
        # Logarithms, if there are any: most epochs lower the loss by a small fraction.
        heights = [math.log(value) for value in loss] if min(loss) > 0 else loss
        lines.append(("Loss", f"{loss[0]:.4g} {sparkline(heights)} {loss[-1]:.4g}"))
    if "versions" in training:
        versions = ", ".join(f"{name} {number}" for name, number in training["versions"].items())
        lines.append(("Written by", versions))
    return lines


def solver_text(settings: Mapping[str, Any], n_rows: int, found_rate: float | None = None) -> str:
    """Return how a network was trained, as in ``adam, rate 0.001, batches of 200, seed 0``."""
    parts = [str(settings["solver"])]
    if settings["solver"] != "lbfgs":
        batch = settings["batch_size"]
        size = {"auto": min(200, n_rows), "full": n_rows}.get(batch, batch)
        schedule = "" if settings["learning_rate"] == "constant" else f" ({settings['learning_rate']})"
        rate = settings["learning_rate_init"]
        if rate == "auto":
            rate = "auto" if found_rate is None else f"{found_rate:g} (found by a range test)"
        else:
            rate = f"{rate:g}"
        parts += [f"rate {rate}{schedule}", f"batches of {size}"]
    if settings["early_stopping"]:
        parts.append("early stopping")
    return ", ".join([*parts, f"seed {settings['random_state']}"])
