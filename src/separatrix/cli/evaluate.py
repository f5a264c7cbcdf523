"""`separatrix evaluate`: judge a saved model on a table that has the target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from separatrix.cli import report
from separatrix.cli.console import facts, note, show, show_json, some
from separatrix.cli.tables import features_and_target, read_source, source_name, text_columns_of
from separatrix.data.labels import Labels
from separatrix.data.table import Table
from separatrix.data.targets import number_target
from separatrix.ensemble import AnyModel
from separatrix.errors import ParameterError
from separatrix.evaluate.assessment import Assessment, assess_classifier, assess_regressor
from separatrix.evaluate.baselines import DUMMY, Baseline
from separatrix.io import load


def evaluate(
    model_file: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file that fit has written.")],
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLE", help="Rows that the model has not seen: a table file, or - for standard input."
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(
            "--target", "-t", metavar="COLUMN", show_default="the model's", help="Column with the truth."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Judge a saved model on a table that has the target.

    The same numbers as fit gives on its test rows. The dummy answers with the class shares, or the
    mean, of the training rows.
    """
    model = load(model_file)
    name = _target_name(model, target)
    table = read_source(source, text_columns_of(model, name))
    features, y = features_and_target(table, name)
    unseen, extra = {}, []
    if model.encoder is not None:
        unseen, extra = (
            model.encoder.count_unseen(features.columns),
            model.encoder.extra_columns(features.columns),
        )
    assessment = assess(model, features, y, name)
    if as_json:
        values = {"model": str(model_file), "data": source_name(source), "target": name, "unseen": unseen}
        show_json({**values, "ignored_columns": extra, "test": assessment.to_dict()})
        return
    if extra:
        note(f"columns that the model does not use: {some(extra)}.")
    lines = [("Model", str(model_file)), ("Data", source_name(source)), ("Target", name)]
    show(facts([*lines, *report.unseen_facts(unseen)]), *report.assessment_parts(assessment, "row"))


def assess(model: AnyModel, features: Table, y: NDArray[Any], name: str) -> Assessment:
    """Judge a model beside the dummy that its training rows make."""
    dummy = _dummy(model, len(y))
    if model.classes is not None:
        labels = Labels(model.classes).match(y, name)
        return assess_classifier(labels, model.predict_proba(features), model.classes, dummy)
    return assess_regressor(number_target(y, name), model.predict(features), dummy, name=name)


def _target_name(model: AnyModel, wanted: str | None) -> str:

    if not model.has_one_target:
        raise ParameterError(
            "evaluate needs a model of one target, got one of several; judge it in Python with "
            "separatrix.evaluate."
        )
    name = wanted or model.target_name
    if name is None:
        raise ParameterError("--target must name the column with the truth, as the model does not.")
    return name


def _dummy(model: AnyModel, n_rows: int) -> dict[str, Any]:

    target = (model.training or {}).get("target")
    if not isinstance(target, dict):
        return {}
    if "class_counts" in target:
        counts = np.asarray(target["class_counts"], dtype=float)
        return {DUMMY: Baseline(np.tile(counts / counts.sum(), (n_rows, 1)))}
    return {DUMMY: Baseline(np.full(n_rows, float(target["mean"])))}
