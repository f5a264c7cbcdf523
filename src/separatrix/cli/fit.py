"""`separatrix fit`: train a network on a table, judge it on rows it has not seen, save it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from separatrix.cli.console import INTERRUPTED, note, show, show_json, told_if_interrupted, warn
from separatrix.cli.estimator_options import in_option_names
from separatrix.errors import DataError, OutputError, ParameterError, did_you_mean
from separatrix.files import check_writable

if TYPE_CHECKING:
    from separatrix.cli.rows import LabelledRows, Rows
    from separatrix.estimators.table_model import TableFit
    from separatrix.evaluate import Baseline
    from separatrix.evaluate.assessment import Assessment

DEFAULT_OUTPUT = Path("model.safetensors")


def fit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="A table file (.csv, .tsv, .parquet, .jsonl, each also .gz), - for standard input, or a "
            "data set: circles, moons, spiral, xor, checkerboard, gaussians, ten-points, bumps, "
            "breast-cancer, iris, wine, digits, diabetes.",
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
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Train a network on a table, judge it, and save it.

    It is judged on rows that it has not seen. Numbers are standardised, missing ones filled with the median
    and marked; text becomes one input for each value. All of it is learnt on the training rows alone.
    """
    with told_if_interrupted("interrupted before the first epoch, or twice; no model was written."):
        from separatrix.cli.rows import read_rows

        rows = read_rows(source, target, task, test, test_size, settings["random_state"])
        check_output(output or free_name())
        fitted = _train(rows, settings)
    stop = fitted.stop
    if stop.reason == "diverged" and stop.best_epoch == 0:
        raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
    with told_if_interrupted("interrupted before the model was written."):
        assessment = _assess(fitted, rows)
        path = output or free_name()
        _save(fitted, path)
    _report(fitted, rows, assessment, path, as_json)
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


def _train(rows: Rows, settings: Mapping[str, Any]) -> TableFit:
    from separatrix.cli.progress import announce_compilation, training_progress
    from separatrix.cli.scorers import check_scorers
    from separatrix.estimators.table_model import fit_table

    check_scorers(rows, settings)
    announce_compilation(settings.get("engine", "auto"), settings["dtype"])
    settings = dict(settings)
    if "class_weight" in settings:
        settings["class_weight"] = class_weight(settings["class_weight"], rows)
    with warnings.catch_warnings(record=True) as caught, training_progress() as listeners:
        warnings.simplefilter("always")
        fitted = fit_table(
            rows.features,
            rows.y,
            task=rows.task,
            target_name=rows.target,
            settings=settings,
            listeners=listeners,
        )
    told_by_stop = {fitted.stop.message, "Training interrupted by user."}
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        if message not in told_by_stop:
            note(in_option_names(message))
    return fitted


def class_weight(weights: str | Mapping[str, float], rows: LabelledRows) -> Any:
    """Return the weights by label instead of by its text."""
    import numpy as np

    if rows.task == "regression":
        raise ParameterError("--class-weight needs classes, and the task is regression; leave it out.")
    if isinstance(weights, str):
        return weights
    labels = {str(label): label for label in np.unique(rows.y).tolist()}
    for name in weights:
        if name not in labels:
            raise ParameterError(
                f"--class-weight must name classes, which are {', '.join(labels)}, got '{name}'."
                + did_you_mean(name, labels)
            )
    return {label: weights.get(name, 1.0) for name, label in labels.items()}


def _assess(fitted: TableFit, rows: Rows) -> Assessment:
    from separatrix.evaluate import baseline_predictions, baseline_probabilities
    from separatrix.evaluate.assessment import assess_classifier, assess_regressor

    model = fitted.model
    assert model.encoder is not None
    X_test = model.encoder.transform(rows.test_features.columns, fitted.X.dtype)
    if model.classes is not None:
        baselines = baseline_probabilities(fitted.X, rows.y, X_test, model.classes)
        proba = model.predict_proba(rows.test_features)
        return assess_classifier(rows.test_y, proba, model.classes, _line_first(baselines))
    baselines = baseline_predictions(fitted.X, rows.y, X_test)
    predicted = model.predict(rows.test_features)
    return assess_regressor(rows.test_y, predicted, _line_first(baselines), name=rows.target)


def _line_first(baselines: Mapping[str, Baseline]) -> dict[str, Baseline]:
    return dict(reversed(list(baselines.items())))


def _save(fitted: TableFit, path: Path) -> None:
    from separatrix.io import save

    save(fitted.model, path)


def _report(fitted: TableFit, rows: Rows, assessment: Assessment, path: Path, as_json: bool) -> None:
    from separatrix.cli import report
    from separatrix.cli.advice import advice

    hint = advice(assessment, fitted, rows)
    if as_json:
        show_json({**report.fit_values(rows, fitted.model, assessment, path), "advice": hint})
        return
    show(
        report.fit_facts(rows, fitted.model, with_advice=hint is None),
        *report.assessment_parts(assessment, "test row"),
        *([hint] if hint else []),
        f"Model written to '{path}'. Next: separatrix predict {path} TABLE",
    )
