"""`separatrix evaluate`: judge a saved model on a table that has the target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix import check
from separatrix.cli.console import note, show, show_json, summary
from separatrix.cli.judging import check_report, write_report
from separatrix.cli.judging_options import PANEL, CostOption, ReportOption, TreesOption, read_threshold
from separatrix.cli.positive import with_positive
from separatrix.cli.predict import FAULTS, check_takes_faults, note_faults, table_sentences, threshold_text
from separatrix.cli.read_options import with_read_options
from separatrix.cli.report import assessment_parts
from separatrix.cli.table_input import (
    FaultsOption,
    JsonOption,
    ModelFile,
    TrueColumn,
    known_guesses,
    read_table_source,
    source_name,
    text_columns_of,
)
from separatrix.data.read_options import ReadOptions
from separatrix.data.table import Table, split_target
from separatrix.data.table_check import TableCheck, readable_table
from separatrix.data.target_rows import rows_with_target
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.evaluate.assessment import assess
from separatrix.explain.tables import schema_of
from separatrix.io import load
from separatrix.report.decisions import read_cost
from separatrix.text import plural


@with_read_options
def evaluate(
    model_file: ModelFile,
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="Rows with the target, not used in training: a table file, or - for standard input.",
        ),
    ],
    target: TrueColumn = None,
    report: ReportOption = None,
    train: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            show_default=False,
            help="The training rows, for the page: a straight line and gradient boosting are fitted on them.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    positive: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            show_default="that of the model, else the second",
            help="Of two classes: the positive one, which threshold, costs and average precision are about.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            parser=read_threshold,
            show_default="that of the model, else 0.5",
            help="Of two classes: judge the answers that are the positive one where its probability is this "
            "number or more.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    cost: CostOption = None,
    trees: TreesOption = True,
    faults: FaultsOption = "error",
    as_json: JsonOption = False,
    *,
    reading: ReadOptions,
) -> None:
    """Judge a saved model on a table that has the target.

    The report has the numbers that fit gives for its test rows. The dummy beside the network always predicts
    the class fractions, or the mean, of the training rows.
    """
    if report is None:
        _refuse_without_page({"train": train is not None, "trees": not trees})
    costs = None if cost is None else read_cost(cost)
    check_report(report)
    check.choice("faults", faults, FAULTS)
    model = with_positive(load(model_file), positive)
    if threshold is not None:
        model = model.with_threshold(threshold)
    if faults == "missing":
        check_takes_faults(model)
    name = target or model.target_name
    table = read_table_source(source, reading.with_text(text_columns_of(model, name)), known_guesses(model))
    if target is None and name is not None:
        _require_target(table, name, model_file)
    taken = TableCheck(table.n_rows)
    if faults == "missing":
        table, taken = readable_table(model.encoder, table)
        note_faults(taken)
    assessment = assess(model, table, name, cost=costs)
    assert name is not None
    found = TableCheck(table.n_rows) if model.encoder is None else model.check_table(table)
    sentences = table_sentences(model, table.columns, found, taken, name)
    if report is not None:
        schema = schema_of(model)
        training = None
        if train is not None:
            rows = read_table_source(
                train, reading.with_text(text_columns_of(model, name)), known_guesses(model)
            )
            rows, n_left_out = rows_with_target(rows, name, schema)
            training = split_target(rows, name)
            if n_left_out:
                n_rows = n_left_out + rows.n_rows
                sentences.append(
                    f"{n_left_out:,} of {plural(n_rows, 'training row')} without '{name}' left out."
                )
        features, y = split_target(rows_with_target(table, name, schema)[0], name)
        write_report(
            report,
            model,
            features,
            y,
            train=training,
            target=name,
            source=source_name(source),
            model_file=model_file,
            cost=costs,
            trees=trees,
            notes=(*assessment.notes, *sentences),
        )
    unseen: dict[str, int] = {}
    unused: list[str] = []
    if model.encoder is not None:
        unseen = model.encoder.count_unseen(table.columns)
        unused = [column for column in model.encoder.extra_columns(table.columns) if column != name]
    if as_json:
        values: dict[str, Any] = {
            "model": str(model_file),
            "data": source_name(source),
            "target": name,
            "unseen": unseen,
        }
        values["threshold"] = model.threshold
        values |= {"ignored_columns": unused, "table_notes": sentences}
        show_json({**values, "test": assessment.to_dict()})
        return
    for sentence in sentences:
        note(sentence)
    lines = [("Model", str(model_file)), ("Data", source_name(source)), ("Target", name)]
    if (text := threshold_text(model, is_asked=threshold is not None)) is not None:
        lines.append(("Threshold", text))
    of_cost = [assessment.cost_note] if assessment.cost_note else []
    written = [] if report is None else [f"Report written to '{report}'."]
    show(summary(lines), *assessment_parts(assessment, "row"), *of_cost, *written)


def _require_target(table: Table, name: str, model_file: Path) -> None:
    """Raise a `DataError` for a table without the model's target, which `predict` is for."""
    if name not in table.columns:
        raise DataError(
            f"there is no column '{name}', the target of the model, which its answers are compared with; "
            f"name the column that has it with --target, or use separatrix predict {model_file} TABLE, which "
            f"is for tables without the target.{did_you_mean(name, table.columns)}"
        )


def _refuse_without_page(given: Mapping[str, bool]) -> None:
    """Raise a `ParameterError` for an option that only the page uses."""
    for name, is_given in given.items():
        if is_given:
            raise ParameterError(name, "is for the page about the model; give --report, too.")
