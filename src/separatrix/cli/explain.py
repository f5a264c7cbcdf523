"""`separatrix explain`: why one row gets its prediction, and what one training step on it would change."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any, cast, get_args

import numpy as np
import typer

from separatrix import check
from separatrix.cli.console import note, show_json
from separatrix.cli.numbers import read_integer, read_number
from separatrix.cli.predict import FAULTS, check_takes_faults, note_faults
from separatrix.cli.read_options import with_read_options
from separatrix.cli.table_input import (
    FaultsOption,
    ModelFile,
    TrueColumn,
    features_and_target,
    known_guesses,
    read_table_source,
    text_columns_of,
)
from separatrix.data.datasets import TARGET
from separatrix.data.encoder import TableEncoder
from separatrix.data.labels import Labels
from separatrix.data.read_options import ReadOptions
from separatrix.data.table import Table
from separatrix.data.table_check import readable_table
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.explain.attribution import attribute
from separatrix.explain.trace import Level, Trace, trace
from separatrix.files import atomic_write, check_writable
from separatrix.io import load
from separatrix.model import Model
from separatrix.plots.axes import draw_without_screen, save_figure
from separatrix.text import distinct_texts

DEFAULT_RATE = 0.1
BACKGROUND_ROWS = 1000  # rows of the table that the row is compared with
PICTURES = (".png", ".svg", ".pdf")
_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 64em; margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere }
p { max-width: 46em }
pre { margin: 0 }
td, th { padding: 0.1em 0.6em; text-align: left; vertical-align: top; white-space: nowrap }
caption { text-align: left }
table { display: block; overflow-x: auto }
</style>
<h1>$title</h1>
$body
</html>
""")


@with_read_options
def explain(
    model_file: ModelFile,
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="The table with the row: a file, - for standard input, or a data set by name. The row is "
            "compared with the others.",
        ),
    ],
    row: Annotated[
        int, typer.Option(metavar="N", parser=read_integer, help="Number of the row, from 1.")
    ] = 1,
    label: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            show_default="the predicted class, or the second of two",
            help="Class whose probability is explained.",
        ),
    ] = None,
    step: Annotated[
        bool,
        typer.Option(
            "--step/--no-step",
            help="Whether to follow one training step on the row, unit by unit. It needs the row's target, "
            "and a single network.",
        ),
    ] = True,
    level: Annotated[
        str,
        typer.Option(metavar="LEVEL", help="story: in words, unit by unit; full: every array of the step."),
    ] = "story",
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            parser=read_number,
            show_default="that of the training, or 0.1",
            help="Learning rate of the step.",
        ),
    ] = None,
    digits: Annotated[
        int, typer.Option(metavar="N", parser=read_integer, help="Significant digits of the story.")
    ] = 3,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Also write the explanation to this file: .html (units open with a click), or the step as a "
            "picture: .png, .svg, .pdf.",
        ),
    ] = None,
    target: TrueColumn = None,
    faults: FaultsOption = "error",
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
    *,
    reading: ReadOptions,
) -> None:
    """Explain the prediction of one row, and one training step on it.

    First what spoke for the prediction, column by column. Then, if the table has the target and the model is
    one network, the arithmetic of one step of gradient descent on this row, with its numbers.
    """
    check.integer("row", row, 1)
    check.choice("level", level, get_args(Level))
    check.choice("faults", faults, FAULTS)
    if output is not None:
        _check_output(output)
    model = load(model_file)
    if faults == "missing":
        check_takes_faults(model)
    name = target or model.target_name or TARGET
    table = read_table_source(source, reading.with_text(text_columns_of(model, target)), known_guesses(model))
    if row > table.n_rows:
        raise ParameterError("row", f"must be a row of the table, which has {table.n_rows}, got {row}.")
    y = None
    if model.has_one_target and (target is not None or name in table.columns):
        y = features_and_target(model, table.take([row - 1]), name)[1]
        table = table.drop(name)
    if model.encoder is not None and model.encoder.schema is not None:
        table = _with_readable_others(model.encoder, table, row, takes_missing=faults == "missing")
    chosen = table.take([row - 1])
    answer = attribute(
        model, chosen, table.take(range(min(table.n_rows, BACKGROUND_ROWS))), label=_read_label(model, label)
    )
    traced: Trace | None = None
    if step:
        reason = _missing_step(model, y)
        if reason is None and isinstance(model, Model) and y is not None:
            used = _rate_of(model) if rate is None else rate
            traced = trace(model, chosen, y, learning_rate=used)
        else:
            note(f"without the training step: {reason}.")
    if as_json:
        values: dict[str, Any] = {"model": str(model_file), "row": row, "prediction": answer.to_dict()}
        show_json({**values, "step": None if traced is None else traced.to_dict()})
    else:
        typer.echo(f"Row {row}: the model predicts {_prediction_text(model, chosen)}.\n\n{answer}")
        if traced is not None:
            typer.echo("\n" + traced.to_text(cast("Level", level), digits=digits))
    if output is not None:
        _write(output, f"Row {row} of {source}", answer._repr_html_(), traced, cast("Level", level), digits)
        note(f"wrote {output}.")


def _with_readable_others(encoder: TableEncoder, table: Table, row: int, *, takes_missing: bool) -> Table:
    """Return a table in which cells that cannot be read are missing, if need be also those of the row."""
    at = row - 1
    readable = readable_table(encoder, table)[0]
    if takes_missing:
        note_faults(readable_table(encoder, table.take([at]))[1])
    else:
        assert encoder.schema is not None
        columns = {name: readable.columns[name].copy() for name in table.columns}
        for name, column in columns.items():
            column[at] = table.columns[name][at]
        encoder.schema.apply(Table(columns))  # an error has the row's number in the table
    others = table.take([each for each in range(min(table.n_rows, BACKGROUND_ROWS)) if each != at])
    for sentence in readable_table(encoder, others)[1].sentences:
        note(f"of the rows to compare with, {sentence}: taken as missing.")
    return readable


def _read_label(model: AnyModel, label: str | None) -> Any:
    """Return a class of the model, from its text."""
    if label is None:
        return None
    if model.classes is None:
        raise ParameterError("label", f"must be left out for a model that predicts numbers, got {label!r}.")
    labels = Labels(model.classes)
    check.choice("label", label, labels.texts)
    return labels.match(np.array([label], dtype=object), "label")[0]


def _prediction_text(model: AnyModel, row: Table) -> str:
    """Return the predicted class with its probability, or the number."""
    predicted = model.predict(row)[0]
    if model.classes is None:
        return f"{float(np.ravel(predicted)[0]):.4g}"
    probability = model.predict_proba(row)[0, Labels(model.classes).encode([predicted])[0]]
    text = distinct_texts(float(probability), 1.0, 3)[0]  # nothing is certain
    return f"{predicted} with probability {text}"


def _missing_step(model: Any, y: Any) -> str | None:
    """Return why there is no training step to follow; None if there is one."""
    if not isinstance(model, Model):
        return "it needs a single network, and this is an ensemble (fit --model network trains one)"
    return "it needs the true target, and the table has no column of it" if y is None else None


def _rate_of(model: Model) -> float:
    """Return the learning rate of the training, if the file has it."""
    rate = (model.training or {}).get("learning_rate_init")
    return float(rate) if isinstance(rate, int | float) else DEFAULT_RATE


def _check_output(output: Path) -> None:
    if output.suffix.lower() not in (".html", *PICTURES):
        raise ParameterError("output", f"must end in .html, {', '.join(PICTURES)}, got '{output}'.")
    check_writable(output)


def _write(output: Path, title: str, answer: str, traced: Trace | None, level: Level, digits: int) -> None:
    """Write a page, or the picture of the step."""
    if output.suffix.lower() == ".html":
        body = answer + ("" if traced is None else traced.to_html(level, digits=digits))
        page = _PAGE.substitute(title=escape(title), body=body)
        with atomic_write(output) as temporary:
            temporary.write_text(page, encoding="utf-8")
        return
    if traced is None:
        raise DataError(f"'{output}' is a picture of the training step, and there is none; write .html.")
    from separatrix.plots.step import StepDisplay

    draw_without_screen()
    save_figure(StepDisplay.from_trace(traced).figure_, output)
