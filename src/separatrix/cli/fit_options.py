"""Options of `fit` on what is predicted, what is written, and how a large table is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from separatrix.cli.film import PANELS_DEFAULT, PANELS_HELP
from separatrix.cli.numbers import read_number
from separatrix.cli.options import ENSEMBLE
from separatrix.cli.table_input import JsonOption, MemoryOption, ModelOutput, TaskOption


@dataclass(frozen=True)
class TargetOptions:
    """What is predicted, and by what kind of model."""

    target: Annotated[
        str | None,
        typer.Option("--target", "-t", metavar="COLUMN", show_default="target", help="Column to predict."),
    ] = None
    task: TaskOption = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            show_default="tabular, or network if an option of one network is given",
            help="tabular, an ensemble of small networks that needs no settings; network, one network; or "
            "line, logistic or ridge regression, as the straight line beside which models are judged.",
        ),
    ] = None
    groups: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            show_default="none",
            help="Column whose rows of one value stay together: all in one fold, and all test rows or none. "
            "It is no input.",
            rich_help_panel=ENSEMBLE,
        ),
    ] = None


@dataclass(frozen=True)
class OutputOptions:
    """What is written."""

    output: ModelOutput = None
    film: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write a film of the training of one network, over the training and test rows: .gif, "
            ".html (a page with a slider), .mp4, .webp or .apng.",
        ),
    ] = None
    panels: Annotated[
        str | None, typer.Option(metavar="NAMES", show_default=PANELS_DEFAULT, help=PANELS_HELP)
    ] = None
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Also write the parameters of at most 201 epochs of one network beside the model, to "
            "NAME.recording.safetensors: plot draws films and pictures of epochs from them.",
        ),
    ] = False
    as_json: JsonOption = False


@dataclass(frozen=True)
class PieceOptions:
    """How a table is read that does not fit into memory."""

    memory: MemoryOption = None
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the training of a table that is read in pieces to this file, and continue from it if "
            "it exists; it is removed when the model is written.",
        ),
    ] = None
    checkpoint_minutes: Annotated[
        float,
        typer.Option(
            "--checkpoint-every",
            metavar="MINUTES",
            parser=read_number,
            help="Minutes between two writes of the checkpoint.",
        ),
    ] = 5.0
