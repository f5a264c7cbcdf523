"""`separatrix fit`: train a model on a table, judge it on test rows, save it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix import check
from separatrix.cli.column_options import with_column_options
from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, show, show_json, warn
from separatrix.cli.film import prepare_film, write_film
from separatrix.cli.fit_report import advice, assess_fit, fit_parts, fit_values
from separatrix.cli.fitting import Fitted, chosen_kind, fit_ensemble, fit_network, known_task
from separatrix.cli.judging import (
    CalibrateOption,
    CostOption,
    KeptThresholdOption,
    ReportOption,
    TreesOption,
    check_report,
    decision_lines,
    parsed_cost,
    refuse_decision,
    with_decision,
    write_fit_report,
)
from separatrix.cli.options import ENSEMBLE, FIT_OPTIONS, in_option_names, with_estimator_options
from separatrix.cli.progress import warnings_as_notes
from separatrix.cli.read_options import with_read_options
from separatrix.cli.table_input import (
    SEVERAL_FILES_HELP,
    TABLE_HELP,
    JsonOption,
    MemoryOption,
    ModelOutput,
    TaskOption,
    checked_task,
    open_tables,
)
from separatrix.data.column_options import ColumnOptions
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError, OutputError, SeparatrixError
from separatrix.evaluate.findings import Diagnosis
from separatrix.files import check_writable
from separatrix.io import save
from separatrix.report.decisions import DecisionChoice

DEFAULT_OUTPUT = Path("model.safetensors")


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
    checkpoint_every: Annotated[
        float, typer.Option(metavar="MINUTES", help="Minutes between two writes of the checkpoint.")
    ] = 5.0,
    report: ReportOption = None,
    cost: CostOption = None,
    threshold: KeptThresholdOption = None,
    calibrate: CalibrateOption = False,
    trees: TreesOption = True,
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
    choice = DecisionChoice(calibrate, threshold, parsed_cost(cost))
    named = {"groups": groups, "checkpoint": checkpoint, "film": film}
    kind = chosen_kind(model, settings | {name: value for name, value in named.items() if value is not None})
    if film is not None:
        prepare_film(film, settings)
    first = "the first epoch" if kind == "network" else "all folds of one configuration were trained"
    with (
        exit_if_interrupted(f"interrupted before {first}, or twice; no model was written."),
        ExitStack() as stack,
    ):
        if test is None:
            check.number("test_size", test_size, 0.0, 1.0, open_low=True, open_high=True)
        wanted = None if task is None else checked_task(task)
        tables = open_tables(
            sources,
            test,
            memory,
            stack,
            in_pieces=checkpoint is not None,
            target=target,
            task=known_task(wanted, checkpoint),
            reading=reading,
            columns=columns,
            groups=groups,
        )
        _check_paths(output, checkpoint)
        check_report(report)
        if choice.is_asked and tables.task == "regression":
            refuse_decision(choice)
        fraction = test_size if test is None else 0.0
        fitted: Fitted
        with warnings_as_notes():
            if kind == "network":
                fitted = fit_network(tables, settings, fraction, checkpoint, checkpoint_every)
            else:
                fitted = fit_ensemble(tables, settings, fraction, groups)
    stop = fitted.estimator.stop_
    if stop.reason == "diverged" and stop.best_epoch == 0:
        raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
    with exit_if_interrupted("interrupted before the model was written."):
        path = output or free_name()
        trained = with_decision(fitted.estimator.to_model(), fitted, choice)
        save(trained, path)
    if checkpoint is not None and stop.reason != "interrupted":
        checkpoint.unlink(missing_ok=True)
    with exit_if_interrupted(f"interrupted while judging the model, which is written to '{path}'."):
        try:
            assessment = assess_fit(trained, fitted, trees=trees)
            if report is not None:
                write_fit_report(
                    report,
                    trained,
                    fitted,
                    source=tables.name,
                    model_file=path,
                    cost=choice.cost,
                    trees=trees,
                )
        except SeparatrixError:
            warn(f"the model is written to '{path}', but cannot be judged.")
            raise
    hint = advice(assessment, trained, fitted)
    diagnosis = getattr(fitted.estimator, "diagnosis_", Diagnosis(()))
    if as_json:
        values = fit_values(tables, fitted, trained, assessment, path)
        show_json({**values, "advice": hint, "diagnosis": diagnosis.to_list()})
    else:
        parts = fit_parts(tables, fitted, trained, assessment, hint, decision_lines(trained, choice.cost))
        if diagnosis.findings:
            parts.append("The training shows:\n" + in_option_names(str(diagnosis)))
        page = "" if report is None else f" Report written to '{report}'."
        show(*parts, f"Model written to '{path}'.{page} Next: separatrix predict {path} TABLE")
    if film is not None:
        with exit_if_interrupted(f"interrupted while drawing; the model is written to '{path}'."):
            write_film(film, fitted.estimator, tables)
    if stop.reason == "diverged":
        warn(in_option_names(stop.message))
    if stop.reason == "interrupted":
        kept = f"; the same command continues from '{checkpoint}'" if checkpoint is not None else ""
        warn(f"{stop.message.rstrip('.')}; the model so far is saved to '{path}'{kept}.")
        raise typer.Exit(INTERRUPTED)


def free_name() -> Path:
    """Return the first of model.safetensors, model-2.safetensors, … that does not exist."""
    path, number = DEFAULT_OUTPUT, 1
    while path.exists():
        number += 1
        path = DEFAULT_OUTPUT.with_stem(f"{DEFAULT_OUTPUT.stem}-{number}")
    return path


def check_output(path: Path) -> None:
    """Raise an `OutputError` for a model file that cannot be written, or whose name has another ending."""
    if path.suffix.lower() != DEFAULT_OUTPUT.suffix:
        raise OutputError(
            f"cannot write '{path}': a model file ends in {DEFAULT_OUTPUT.suffix}; name it "
            f"'{path.with_suffix(DEFAULT_OUTPUT.suffix) if path.name else DEFAULT_OUTPUT}'."
        )
    check_writable(path)


def _check_paths(output: Path | None, checkpoint: Path | None) -> None:
    """Raise an `OutputError` before the training if the model could not be written after it."""
    path = output or free_name()
    check_output(path)
    if checkpoint is not None and checkpoint.resolve() == path.resolve():
        raise OutputError(f"cannot write '{path}': it is the checkpoint; name another file.")
