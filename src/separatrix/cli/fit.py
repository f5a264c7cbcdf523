"""`separatrix fit`: train a network on a table, judge it on test rows, save it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix import check
from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, show, show_json, warn
from separatrix.cli.options import in_option_names, with_estimator_options
from separatrix.cli.progress import announce_compilation, training_progress, warnings_as_notes
from separatrix.cli.report import advice, assess_fit, fit_parts, fit_values
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
from separatrix.data.targets import Task
from separatrix.errors import DataError, OutputError, ParameterError, SeparatrixError, WorkerError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.table_fitting import fit_table
from separatrix.evaluate.scorers import check_scorer_name
from separatrix.files import check_writable
from separatrix.io import save
from separatrix.train.checkpoint import load_checkpoint

DEFAULT_OUTPUT = Path("model.safetensors")


@with_estimator_options()
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
    as_json: JsonOption = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Train a network on a table, judge it, and save it.

    It is judged on test rows. Numbers are standardised, missing ones are filled with the median and marked;
    text becomes one input for each value. All of this is learned from the training rows alone.
    """
    with (
        exit_if_interrupted("interrupted before the first epoch, or twice; no model was written."),
        ExitStack() as stack,
    ):
        if test is None:
            check.number("test_size", test_size, 0.0, 1.0, open_low=True, open_high=True)
        tables = open_tables(
            sources,
            test,
            memory,
            stack,
            in_pieces=checkpoint is not None,
            target=target,
            task=_known_task(task, checkpoint),
        )
        _check_paths(output, checkpoint)
        estimator = _estimator(tables.task, settings)
        _prepare_kernels(settings, is_apart=tables.memory is not None)
        with training_progress() as (callbacks, on_rows), warnings_as_notes():
            fitted = fit_table(
                estimator.set_callbacks(*callbacks),
                tables.source,
                tables.target,
                test=tables.test,
                test_size=test_size if test is None else 0.0,
                memory=tables.memory,
                checkpoint=checkpoint,
                checkpoint_minutes=checkpoint_every,
                on_rows=on_rows,
                keep_rows=True,
            )
    stop = estimator.stop_
    if stop.reason == "diverged" and stop.best_epoch == 0:
        raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
    with exit_if_interrupted("interrupted before the model was written."):
        path, model = output or free_name(), estimator.to_model()
        save(model, path)
    if checkpoint is not None and stop.reason != "interrupted":
        checkpoint.unlink(missing_ok=True)
    with exit_if_interrupted(f"interrupted while judging the model, which is written to '{path}'."):
        try:
            assessment = assess_fit(model, fitted)
        except SeparatrixError:
            warn(f"the model is written to '{path}', but cannot be judged.")
            raise
    hint = advice(assessment, model, fitted)
    if as_json:
        show_json({**fit_values(tables, fitted, model, assessment, path), "advice": hint})
    else:
        parts = fit_parts(tables, fitted, model, assessment, hint)
        show(*parts, f"Model written to '{path}'. Next: separatrix predict {path} TABLE")
    if stop.reason == "diverged":
        warn(in_option_names(stop.message))
    if stop.reason == "interrupted":
        kept = f"; the same command continues from '{checkpoint}'" if checkpoint is not None else ""
        warn(f"{stop.message.rstrip('.')}; the network so far is saved to '{path}'{kept}.")
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


def _known_task(task: str | None, checkpoint: Path | None) -> tuple[Task, str] | None:
    """Return the task that was asked for, or that of a training to continue, and why; None if unknown."""
    if task is not None:
        return checked_task(task), "as asked"
    if checkpoint is None or not checkpoint.exists():
        return None
    is_regression = load_checkpoint(checkpoint).identity.get("estimator") == "MLPRegressor"
    return ("regression" if is_regression else "classification"), "as in the checkpoint"


def _estimator(task: Task, settings: Mapping[str, Any]) -> MLPClassifier | MLPRegressor:
    """Return the estimator for a task; check the parameters that depend on the task."""
    if "scoring" in settings:
        check_scorer_name("scoring", settings["scoring"], task, ["loss"])
    for name in settings.get("metrics", ()):
        check_scorer_name("metrics", name, task)
    if task == "classification":
        return MLPClassifier(**settings)
    if "class_weight" in settings:
        raise ParameterError("class_weight", "needs classes, and the task is regression; leave it out.")
    return MLPRegressor(**settings)


def _prepare_kernels(settings: Mapping[str, Any], *, is_apart: bool) -> None:
    """Announce that the kernels are compiled; do it in another process, as the compiler takes much memory."""
    waits = announce_compilation(settings.get("engine", "auto"), settings["dtype"])
    if not (waits and is_apart):
        return
    command = [sys.executable, "-m", "separatrix", "warm"]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if ended.returncode:
        last_line = (ended.stderr.strip().splitlines() or [f"it ended with code {ended.returncode}"])[-1]
        raise WorkerError(f"the kernels cannot be compiled: {last_line.rstrip('.')}; try --engine numpy.")
