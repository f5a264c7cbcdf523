"""`separatrix play`: a page where a network learns, in one file."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from separatrix.cli.column_options import with_column_options
from separatrix.cli.console import note
from separatrix.cli.read_options import with_read_options
from separatrix.cli.table_input import chosen_target, read_table_source, source_name, text_columns_of
from separatrix.data.column_options import ColumnOptions
from separatrix.data.datasets import TARGET
from separatrix.data.read_options import ReadOptions
from separatrix.data.table import require_target
from separatrix.errors import DataError, OutputError, ParameterError
from separatrix.files import check_writable
from separatrix.io import load
from separatrix.playground import Page, Start, start_of_model, start_of_table, start_of_toy
from separatrix.playground.start import TOYS

MODEL_SUFFIX = ".safetensors"


@with_read_options
@with_column_options
def play(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DATA",
            show_default="the first experiment of the page",
            help=f"An artificial data set ({', '.join(TOYS)}), another data set by name, a table file, - for "
            "standard input; or a model file that fit has written, and a table.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            metavar="COLUMN",
            show_default=f"the model's, or {TARGET}",
            help="Column to predict.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="a temporary file, which is opened",
            help="File of the page, such as page.html. A file is replaced.",
        ),
    ] = None,
    *,
    reading: ReadOptions,
    columns: ColumnOptions,
) -> None:
    """Write a page where a network learns before your eyes.

    The page is one file with the data inside. It needs no network connection: open it, or mail it to a class.
    """
    if output is not None:
        _check_output(output)
    start = _start(sources or [], target, reading, columns)
    for sentence in start.notes:
        note(sentence)
    page = Page(start)
    if output is not None:
        typer.echo(page.save(output))
        return
    path = page.save(Path(tempfile.mkdtemp(prefix="separatrix-")) / "playground.html")
    typer.echo(path)
    if not webbrowser.open(path.as_uri()):
        note("no browser could be started; open the file above in one.")


def _check_output(output: Path) -> None:
    """Raise an error for a page that cannot be written, or whose name has another ending: a model's, say."""
    if output.suffix.lower() not in (".html", ".htm"):
        better = output.with_suffix(".html") if output.name else "page.html"
        raise OutputError(f"cannot write '{output}': a page ends in .html; name it '{better}'.")
    check_writable(output)


def _start(sources: list[str], target: str | None, reading: ReadOptions, columns: ColumnOptions) -> Start:
    """Return what the page opens with."""
    if len(sources) == 2 and sources[0].endswith(MODEL_SUFFIX):
        return _start_of_model(sources[0], sources[1], target, reading)
    if len(sources) > 1 or (sources and sources[0].endswith(MODEL_SUFFIX)):
        raise DataError(
            f"DATA must be one data set or table, or a model file and a table, got {' '.join(sources)}; "
            f"write a model as in: separatrix play model{MODEL_SUFFIX} table.csv"
        )
    if not sources or sources[0] in TOYS:
        if target is not None:
            raise ParameterError("target", f"must be left out: the page draws these points, got {target!r}.")
        return start_of_toy(*sources)
    table = read_table_source(sources[0], reading)
    name = chosen_target(table.column_names, target)
    return start_of_table(table, name, source_name(sources[0]), columns)


def _start_of_model(model_file: str, source: str, target: str | None, reading: ReadOptions) -> Start:
    """Return a start with a saved model; columns that it does not use are left out."""
    model = load(model_file)
    name = target or model.target_name or TARGET
    table = read_table_source(source, reading.with_text(text_columns_of(model, name)))
    require_target(table.columns, name)
    return start_of_model(model, table.drop(name), table[name], source_name(source))
