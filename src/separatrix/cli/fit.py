"""`separatrix fit`: train a model on a table, judge it on rows that it was not trained on, save it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from separatrix.cli.column_options import with_column_options
from separatrix.cli.fit_options import OutputOptions, PieceOptions, TargetOptions
from separatrix.cli.judging_options import JudgingOptions
from separatrix.cli.option_groups import with_options
from separatrix.cli.options import FIT_OPTIONS, with_estimator_options
from separatrix.cli.read_options import with_read_options
from separatrix.cli.table_input import SEVERAL_FILES_HELP, TABLE_HELP
from separatrix.data.column_options import ColumnOptions
from separatrix.data.read_options import ReadOptions


@with_estimator_options(FIT_OPTIONS, {})
@with_read_options
@with_column_options
@with_options(wanted=TargetOptions, written=OutputOptions, pieces=PieceOptions, judging=JudgingOptions)
def fit(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE...",
            help=f"{TABLE_HELP} {SEVERAL_FILES_HELP}",
        ),
    ],
    *,
    wanted: TargetOptions,
    written: OutputOptions,
    pieces: PieceOptions,
    judging: JudgingOptions,
    reading: ReadOptions,
    columns: ColumnOptions,
    settings: dict[str, Any],
) -> None:
    """Train a model on a table, judge it, and save it.

    It is judged on rows that it was not trained on, beside a straight line, gradient boosting and a guess: on
    test rows, or, if the table is small, by cross-validation over all rows. Columns need no preparation: how
    they are encoded is learned from the training rows alone.
    """
    from separatrix.cli.fit_run import FitRun  # slow to import
    from separatrix.cli.fitting import line_settings

    if wanted.model == "line":
        settings = line_settings(settings)
    FitRun(sources, wanted, written, pieces, judging, reading, columns, settings).carry_out()
