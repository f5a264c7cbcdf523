"""`separatrix data`: write a data set that comes with the package to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from separatrix.cli.console import note
from separatrix.cli.numbers import read_seed
from separatrix.data.datasets import RANDOM, dataset_names, load_dataset
from separatrix.data.table_output import write_table
from separatrix.errors import OutputError
from separatrix.files import check_writable
from separatrix.text import plural


def data(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"The data set: {', '.join(dataset_names())}.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="the name of the data set with .csv, unless that file exists",
            help="File of the table; its ending chooses the format. A file named here is replaced.",
        ),
    ] = None,
    random_state: Annotated[
        int | None,
        typer.Option(
            "--seed",
            "--random-state",
            metavar="INTEGER",
            parser=read_seed,
            show_default="the points that the pages show",
            help=f"Seed of other points of the same kind: {', '.join(RANDOM)}.",
        ),
    ] = None,
) -> None:
    """Write a data set that comes with the package to a file.

    Its column to predict is called target.
    """
    table = load_dataset(name, random_state)
    path = Path(f"{name}.csv") if output is None else output
    if output is None and path.exists():
        raise OutputError(f"'{path}' exists; name the file with --output.")
    check_writable(path)
    write_table(table, path)
    n_columns = plural(len(table.columns) - 1, "column")
    note(f"wrote {plural(table.n_rows, 'row')} with {n_columns} and the target to {path}.")
