"""`separatrix look`: what is in a table, column by column, before anything is learned from it."""

from __future__ import annotations

from typing import Annotated

import typer

from separatrix.cli.column_options import with_column_options
from separatrix.cli.console import show, show_json, table
from separatrix.cli.options import in_option_names
from separatrix.cli.read_options import with_read_options
from separatrix.cli.table_input import TABLE_HELP, JsonOption, read_table_source, source_name
from separatrix.data.column_options import ColumnOptions
from separatrix.data.datasets import TARGET
from separatrix.data.look import look_of
from separatrix.data.read_options import ReadOptions
from separatrix.data.schema_learning import examine
from separatrix.data.table import require_column
from separatrix.data.table_look import look_header, look_notes, look_rows


@with_read_options
@with_column_options
def look(
    source: Annotated[str, typer.Argument(metavar="TABLE", help=TABLE_HELP)],
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            metavar="COLUMN",
            show_default="target, if there is such a column",
            help="Column to predict; each column then has its link with it.",
        ),
    ] = None,
    test: Annotated[
        str | None, typer.Option(metavar="TABLE", help="Another table, to find rows that are in both.")
    ] = None,
    as_json: JsonOption = False,
    *,
    reading: ReadOptions,
    columns: ColumnOptions,
) -> None:
    """Show what the columns of a table are, and what catches the eye.

    Each column has its kind and why, what is missing, its range or its most frequent values, and its link
    with the target: how well it alone predicts it on other rows (AUC: 0.5 says nothing, 1 everything).
    """
    rows = read_table_source(source, reading)
    name = target or (TARGET if TARGET in rows.columns else None)
    if name is not None:
        require_column(name, rows.columns)
    others = None if test is None else read_table_source(test, reading)
    found = look_of(examine(rows, name, columns), rows, others)
    if as_json:
        show_json({"data": source_name(source), **found.to_dict()})
        return
    header, rows_shown = look_rows(found)
    cells = [[*row[:-1], in_option_names(row[-1])] for row in rows_shown]
    notes = [in_option_names(note) for note in look_notes(found)]
    show(
        f"{source_name(source)}: {look_header(found)}",
        table(header, cells),
        *(["\n".join(notes)] if notes else []),
    )
