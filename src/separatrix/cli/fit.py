"""`separatrix fit`: train a network on a table, judge it on rows it has not seen, save it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, show, show_json, warn
from separatrix.cli.options import in_option_names, with_estimator_options
from separatrix.errors import DataError, OutputError, SeparatrixError
from separatrix.files import check_writable

if TYPE_CHECKING:
    from separatrix.cli.training import Trained
    from separatrix.evaluate import Baseline
    from separatrix.evaluate.assessment import Assessment

DEFAULT_OUTPUT = Path("model.safetensors")


@with_estimator_options()
def fit(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE...",
            help="A table file (.csv, .tsv, .parquet, .jsonl, each also .gz), - for standard input, or a "
            "data set: circles, moons, spiral, xor, checkerboard, gaussians, ten-points, bumps, "
            "breast-cancer, iris, wine, digits, diabetes. Several .csv, .tsv or .parquet files are one "
            "table.",
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", metavar="COLUMN", show_default="target", help="Column to predict."),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            show_default="from the target",
            help="classification or regression. Text, true/false and few whole numbers are classes.",
        ),
    ] = None,
    test_size: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Share of the rows set aside to judge the network by, drawn at random."
        ),
    ] = 0.25,
    test: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE", help="Rows to judge the network by, instead of a share of the first table."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="model.safetensors, or where that exists model-2.safetensors, and so on",
            help="Where the model goes. A file named here is replaced.",
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            show_default="1GB for several files or more than 1 GB of them, else the table is read whole",
            help="Read the table in pieces, and keep the process below so much memory, such as 512MB.",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep the training of a table that is read in pieces in this file, and go on from there if "
            "it exists; removed when the model is written.",
        ),
    ] = None,
    checkpoint_every: Annotated[
        float, typer.Option(metavar="MINUTES", help="How often the checkpoint is written.")
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Train a network on a table, judge it, and save it.

    It is judged on rows that it has not seen. Numbers are standardised, missing ones filled with the median
    and marked; text becomes one input for each value. All of it is learnt on the training rows alone.
    """
    with exit_if_interrupted("interrupted before the first epoch, or twice; no model was written."):
        from separatrix.cli.tables import LARGE
        from separatrix.cli.training import Question, train_streamed, train_whole
        from separatrix.data.streams import is_larger

        question = Question(tuple(sources), target, task, test, test_size)

        def ready() -> None:
            path = output or free_name()
            check_output(path)
            if checkpoint is not None and checkpoint.resolve() == path.resolve():
                raise OutputError(f"cannot write '{path}': it is the checkpoint; name another file.")

        if memory or checkpoint or len(sources) > 1 or is_larger(sources[0], LARGE):
            trained = train_streamed(question, settings, ready, memory or "1GB", checkpoint, checkpoint_every)
        else:
            trained = train_whole(question, settings, ready)
    stop = trained.fitted.stop
    if stop.reason == "diverged" and stop.best_epoch == 0:
        raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
    with exit_if_interrupted("interrupted before the model was written."):
        path = output or free_name()
        _save(trained, path)
    if checkpoint is not None and stop.reason != "interrupted":
        checkpoint.unlink(missing_ok=True)
    with exit_if_interrupted(f"interrupted while judging the model, which is written to '{path}'."):
        try:
            assessment = _assess(trained)
        except SeparatrixError:
            warn(f"the model is written to '{path}', but cannot be judged.")
            raise
    _report(trained, assessment, path, as_json)
    if stop.reason == "diverged":
        warn(in_option_names(stop.message))
    if stop.reason == "interrupted":
        warn(f"{stop.message.rstrip('.')}, and saved to '{path}'.")
        raise typer.Exit(INTERRUPTED)


def free_name() -> Path:
    """Return the first of model.safetensors, model-2.safetensors, … that nothing has yet."""
    path, number = DEFAULT_OUTPUT, 1
    while path.exists():
        number += 1
        path = DEFAULT_OUTPUT.with_stem(f"{DEFAULT_OUTPUT.stem}-{number}")
    return path


def check_output(path: Path) -> None:
    """Refuse a model file that cannot be written, or would not be found again as one."""
    if path.suffix.lower() != DEFAULT_OUTPUT.suffix:
        raise OutputError(
            f"cannot write '{path}': a model file ends in {DEFAULT_OUTPUT.suffix}; name it "
            f"'{path.with_suffix(DEFAULT_OUTPUT.suffix) if path.name else DEFAULT_OUTPUT}'."
        )
    check_writable(path)


def _assess(trained: Trained) -> Assessment:
    from separatrix.evaluate import baseline_predictions, baseline_probabilities
    from separatrix.evaluate.assessment import assess_classifier, assess_regressor

    fitted, model = trained.fitted, trained.fitted.model
    if model.classes is not None:
        baselines = baseline_probabilities(fitted.X, trained.y, trained.X_test, model.classes)
        proba = model.predict_proba(trained.X_test)
        return assess_classifier(trained.y_test, proba, model.classes, _line_first(baselines))
    baselines = baseline_predictions(fitted.X, trained.y, trained.X_test)
    predicted = model.predict(trained.X_test)
    name = trained.summary.target
    return assess_regressor(trained.y_test, predicted, _line_first(baselines), name=name)


def _line_first(baselines: Mapping[str, Baseline]) -> dict[str, Baseline]:
    return dict(reversed(list(baselines.items())))


def _save(trained: Trained, path: Path) -> None:
    from separatrix.io import save

    save(trained.fitted.model, path)


def _report(trained: Trained, assessment: Assessment, path: Path, as_json: bool) -> None:
    from separatrix.cli import report
    from separatrix.cli.advice import advice

    summary, model = trained.summary, trained.fitted.model
    hint = advice(assessment, trained.fitted, trained.y)
    if as_json:
        show_json({**report.fit_values(summary, model, assessment, path), "advice": hint})
        return
    show(
        report.fit_summary(summary, model, with_advice=hint is None),
        *report.assessment_parts(assessment, "test row"),
        *([hint] if hint else []),
        f"Model written to '{path}'. Next: separatrix predict {path} TABLE",
    )
