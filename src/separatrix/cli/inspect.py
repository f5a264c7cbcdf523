"""`separatrix inspect`: what is in a model file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix.cli.console import Row, count, facts, show, show_json, some, sparkline, with_option_names
from separatrix.cli.describe import column_facts, network_facts, seconds_words, solver_words
from separatrix.ensemble import AnyModel
from separatrix.io import load

SHOWN_NAMES = 20


def inspect(
    model_file: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all facts as JSON, the loss curve included.")
    ] = False,
) -> None:
    """Show what is in a model file.

    Network, classes, columns, and how it was trained.
    """
    model = load(model_file)
    if as_json:
        show_json({"model": str(model_file), **model.to_dict(), "n_parameters": model.n_parameters})
        return
    show(facts([("Model", f"{model_file} ({model_file.stat().st_size:,} bytes)"), *model_facts(model)]))


def model_facts(model: AnyModel) -> list[Row]:
    """Return what a model is and does, line by line."""
    rows = network_facts(model, SHOWN_NAMES)
    if model.target_name is not None:
        rows.append(("Target", model.target_name))
    if model.classes is not None:
        rows.append(("Classes", some(map(str, model.classes.tolist()), SHOWN_NAMES)))
    if model.encoder is not None:
        names = [column.name for column in model.encoder.columns]
        rows += [("Columns", some(names, SHOWN_NAMES)), *column_facts(model.encoder, SHOWN_NAMES)]
    elif model.feature_names is not None:
        rows.append(("Inputs", some(model.feature_names, SHOWN_NAMES)))
    return rows + (training_facts(model.training) if model.training else [])


def training_facts(training: Mapping[str, Any]) -> list[Row]:
    """Return the facts of a training that there are: a model may come from elsewhere."""
    rows: list[Row] = []
    settings, n_rows = training.get("settings"), training.get("n_rows")
    if settings and n_rows:
        rows.append(("Trained on", f"{count(n_rows, 'row')}; {solver_words(settings, n_rows)}"))
    if "n_iter" in training:
        seconds = f" in {seconds_words(training['seconds'])}" if "seconds" in training else ""
        rows.append(("Epochs", f"{training['n_iter']:,}{seconds}"))
    if training.get("stop"):
        rows.append(("Ended", with_option_names(training["stop"]["message"], settings or ())))
    loss = [value for value in training.get("history", {}).get("loss", ()) if not isinstance(value, str)]
    if loss:
        # By its logarithm, where it can be: most of a training lowers the loss by small shares.
        heights = [math.log(value) for value in loss] if min(loss) > 0 else loss
        rows.append(("Loss", f"{loss[0]:.4g} {sparkline(heights)} {loss[-1]:.4g}"))
    if "versions" in training:
        rows.append(
            ("Written by", ", ".join(f"{name} {number}" for name, number in training["versions"].items()))
        )
    return rows
