"""`separatrix fit`: train a model on a table, judge it on test rows, save it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix.cli.column_options import with_column_options
from separatrix.cli.judging_options import (
    CalibrateOption,
    CostOption,
    FoldsOption,
    KeptThresholdOption,
    ReportOption,
    TreesOption,
)
from separatrix.cli.options import ENSEMBLE, FIT_OPTIONS, with_estimator_options
from separatrix.cli.read_options import with_read_options
from separatrix.cli.table_input import (
    SEVERAL_FILES_HELP,
    TABLE_HELP,
    JsonOption,
    MemoryOption,
    ModelOutput,
    TaskOption,
)
from separatrix.data.column_options import ColumnOptions
from separatrix.data.read_options import ReadOptions


@with_estimator_options(FIT_OPTIONS, {})
@with_read_options
@with_column_options
def fit(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE...",
            help=f"{TABLE_HELP} {SEVERAL_FILES_HELP}",
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", metavar="COLUMN", show_default="target", help="Column to predict."),
    ] = None,
    task: TaskOption = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            show_default="tabular, or network if an option of one network is given",
            help="tabular, an ensemble of small networks that needs no settings; or network, one network.",
        ),
    ] = None,
    test_size: Annotated[
        float,
        typer.Option(
            metavar="FRACTION",
            help="Fraction of the rows to hold out as test rows, drawn at random.",
        ),
    ] = 0.25,
    test: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE", help="Test rows from another table, instead of a fraction of the first."
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            show_default="none",
            help="Column whose rows of one value stay together: all in one fold, and all test rows or none. "
            "It is no input.",
            rich_help_panel=ENSEMBLE,
        ),
    ] = None,
    output: ModelOutput = None,
    memory: MemoryOption = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the training of a table that is read in pieces to this file, and continue from it if "
            "it exists; it is removed when the model is written.",
        ),
    ] = None,
    checkpoint_minutes: Annotated[
        float,
        typer.Option(
            "--checkpoint-every", metavar="MINUTES", help="Minutes between two writes of the checkpoint."
        ),
    ] = 5.0,
    report: ReportOption = None,
    cost: CostOption = None,
    threshold: KeptThresholdOption = None,
    calibrate: CalibrateOption = False,
    trees: TreesOption = True,
    folds: FoldsOption = False,
    film: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write a film of the training of one network, over the training and test rows: .gif, "
            ".html (a page with a slider), .mp4, .webp or .apng.",
        ),
    ] = None,
    as_json: JsonOption = False,
    *,
    reading: ReadOptions,
    columns: ColumnOptions,
    settings: dict[str, Any],
) -> None:
    """Train a model on a table, judge it, and save it.

    It is judged on test rows, beside a straight line, gradient boosting and a guess. Columns need no
    preparation: how they are encoded is learned from the training rows alone.
    """
    from separatrix.cli.fit_run import FitRun  # slow to import

    FitRun(
        sources=sources,
        target=target,
        task=task,
        model=model,
        test_size=test_size,
        test=test,
        groups=groups,
        output=output,
        memory=memory,
        checkpoint=checkpoint,
        checkpoint_minutes=checkpoint_minutes,
        report=report,
        cost=cost,
        trees=trees,
        folds=folds,
        threshold=threshold,
        calibrate=calibrate,
        film=film,
        as_json=as_json,
        reading=reading,
        columns=columns,
        settings=settings,
    ).carry_out()
