"""The report of `fit`: values for JSON, tables and sentences for people, and advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import RenderableType

from separatrix.cli.console import Row, seconds_text, some, summary
from separatrix.cli.fitting import Fitted
from separatrix.cli.inspect import column_lines, network_lines, solver_text
from separatrix.cli.judging import few_rows_text
from separatrix.cli.judging_options import FEW_ROWS
from separatrix.cli.options import in_option_names
from separatrix.cli.positive import positive_lines
from separatrix.cli.report import (
    assessment_parts,
    class_text,
    network_values,
    number_text,
    preprocessing_values,
    unseen_lines,
)
from separatrix.cli.table_input import TableInput
from separatrix.data.encoder import TableEncoder
from separatrix.data.links import GIVES_AWAY
from separatrix.data.schema import AppliedTable, Schema
from separatrix.data.table import Table
from separatrix.decision import Decision, decision_of_model
from separatrix.ensemble import AnyModel
from separatrix.estimators.table_training import TableFit
from separatrix.evaluate import baseline_predictions, baseline_probabilities
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.assessment import (
    Assessment,
    assess_classifier,
    assess_regressor,
    model_name,
)
from separatrix.evaluate.baseline_models import TrainingTable, table_baselines
from separatrix.evaluate.baselines import DUMMY, Baseline
from separatrix.evaluate.classification import row_log_losses
from separatrix.evaluate.cost import Cost
from separatrix.model import Model
from separatrix.report.advice import TrainingFacts, hint
from separatrix.report.cross_validation import CrossAssessment
from separatrix.report.judging import line_notes
from separatrix.report.subject import is_linear_baseline, kind_of
from separatrix.tabular.ensemble_fitting import TabularFit
from separatrix.tabular.report import TabularReport, Unsure
from separatrix.text import plural

LINES_ON_COLUMNS = 12
"""Lines on the columns of a table that `fit` prints; separatrix look has them all."""

OUT_OF_FOLD = (
    "The score out of fold above can be a little too good, as its rows also chose the members; below, each "
    "row is predicted by a model that has not seen it."
)
"""Why the two scores of an ensemble differ."""


def assess_fit(
    model: AnyModel, fitted: Fitted, *, trees: bool = True, cost: Cost | None = None
) -> Assessment:
    """Judge a model on the test rows of its fit, beside the baselines.

    A training that Ctrl-C has ended is judged beside the dummy alone, as nobody waits for baselines then.
    """
    is_weighted = fitted.target.weights is not None
    rule = AnswerRule.of_model(_decision(model), cost, is_weighted=is_weighted)
    y_test, baselines = fitted.y_test, _baselines(model, fitted, rule, trees=trees)
    name = model_name(model)
    if model.classes is not None:
        proba = model.predict_proba(fitted.test_rows)
        found = assess_classifier(
            y_test,
            proba,
            model.classes,
            baselines,
            name=name,
            is_weighted=is_weighted,
            decision=decision_of_model(model),
            cost=cost,
        )
    else:
        numbers = model.predict(fitted.test_rows)
        found = assess_regressor(y_test, numbers, baselines, target=fitted.target.name, name=name)
    return replace(found, notes=line_notes(model))


def _decision(model: AnyModel) -> Decision:
    return Decision() if model.classes is None else decision_of_model(model)


def _baselines(model: AnyModel, fitted: Fitted, rule: AnswerRule, *, trees: bool) -> dict[str, Baseline]:
    """Return the baselines, the straight line first; of a table read in pieces without gradient boosting."""
    weight = fitted.target.row_weights(fitted.y)
    is_line = is_linear_baseline(model)
    dummy = {DUMMY: replace(_dummy(fitted, weight), threshold=rule.of_constant().threshold)}
    if fitted.estimator.stop_.reason == "interrupted":
        return dummy
    test = fitted.test_rows if isinstance(fitted, TabularFit) else fitted.test_features
    if fitted.features is not None and isinstance(test, Table):
        labels = fitted.target.labels
        y = fitted.y if labels is None else labels.encode(fitted.y)
        features = _without(fitted.features, fitted.target.name)
        training = TrainingTable(features, y, None if labels is None else len(labels), weight)
        return table_baselines(training, test, trees=trees, line=not is_line, rule=rule)
    if is_line:
        return dummy
    assert isinstance(fitted, TableFit)
    X, X_test, y = fitted.X, fitted.X_test, fitted.y
    if model.classes is not None:
        found = baseline_probabilities(X, y, X_test, model.classes, weight, rule=rule)
        return dict(reversed(found.items()))
    return dict(reversed(baseline_predictions(X, y, X_test).items()))


def _dummy(fitted: Fitted, weight: np.ndarray | None) -> Baseline:
    """Return the class frequencies, or the mean, for every test row."""
    labels = fitted.target.labels
    truth = fitted.y if labels is None else np.eye(len(labels))[labels.encode(fitted.y)]
    answer = np.average(truth, axis=0, weights=weight)
    return Baseline(np.repeat(answer[np.newaxis], len(fitted.y_test), axis=0))


def _without(table: AppliedTable, target: str) -> AppliedTable:
    """Return a table without its target."""
    return replace(table, columns={name: cells for name, cells in table.columns.items() if name != target})


def fit_parts(
    tables: TableInput,
    fit: Fitted,
    model: AnyModel,
    assessment: Assessment | None,
    judged: str,
    hint: str | None,
    decision: Sequence[Row] = (),
    *,
    is_positive_asked: bool = False,
) -> list[RenderableType]:
    """Return the report of a fit for people.

    `judged` says what judged, if it was no test rows; `hint` is the advice on it, if there is any;
    `is_positive_asked` says whether the user has named the positive one of two classes.
    """
    counts = fit.target.statistics.get("class_counts", ())
    positive = positive_lines(model, counts, is_asked=is_positive_asked)
    parts = [_fit_summary(tables, fit, model, positive, decision, with_advice=hint is None)]
    if judged:
        parts.append(judged)
    elif fit.n_rows_read + n_test_rows(fit) < FEW_ROWS:
        parts.append(few_rows_text(n_test_rows(fit), tables))
    if assessment is not None:
        parts += [OUT_OF_FOLD] if isinstance(fit, TabularFit) else []
        parts += assessment_parts(assessment, "row" if assessment.rows else "test row")
    return parts if hint is None else [*parts, hint]


def leak_text(schema: Schema) -> str:
    """Return the warning on columns that give the target away; empty if none does."""
    names = [each.name for each in schema.used if each.link is not None and each.link >= GIVES_AWAY]
    if not names:
        return ""
    verb, cure = ("gives", "it is") if len(names) == 1 else ("give", "they are")
    shown = " and ".join(f"'{name}'" for name in names)
    return (
        f"Leak: {shown} {verb} the target away, and the scores above may come from that alone; if {cure} not "
        f"known before the target is, fit with --drop {','.join(names)}."
    )


def judged_text(crossed: CrossAssessment) -> str:
    """Return by what a model was judged, and what that cost."""
    cost = f"{plural(crossed.n_fits, 'more training')} in {seconds_text(crossed.seconds)}"
    return (
        f"Judged by {crossed.assessment.rows} ({cost}; --folds 0 holds a quarter of the rows out instead). "
        "The model is trained on all rows."
    )


def n_test_rows(fit: Fitted) -> int:
    """Return the number of test rows; 0 if folds judge."""
    return 0 if fit.test is None else len(fit.y_test)


def _fit_summary(
    tables: TableInput,
    fit: Fitted,
    model: AnyModel,
    positive: Sequence[Row],
    decision: Sequence[Row],
    *,
    with_advice: bool,
) -> RenderableType:
    """Return what was trained on, how, and how it ended, with the advice of the training or without it."""
    n_test = n_test_rows(fit)
    encoder = model.encoder or fit.encoder
    columns = plural(len(encoder.input_columns) + len(encoder.dropped), "column")
    read = tables.split or fit.split
    split = f"{plural(fit.n_rows_read, 'row')} to train, {n_test:,} to test ({read})"
    n_rows, schema = fit.n_rows_read + n_test, tables.schema
    counted = f"; columns are counted on all {schema.n_rows:,}" if schema.n_without_target else ""
    lines = [
        ("Data", f"{tables.name}: {plural(n_rows, 'row')}, {columns} to predict from{counted}"),
        ("Target", f"{tables.target}, {tables.task} ({tables.reason}): {target_text(fit)}"),
        *positive,
        *_lines_on_columns(encoder, tables.schema),
        *([("Split", split)] if n_test else []),
        *_sample_lines(fit),
        *(unseen_lines(fit.unseen) if n_test else []),
        *network_lines(model, 8),
        *_training_lines(fit, model, with_advice=with_advice),
        *decision,
    ]
    return summary(lines)


def _lines_on_columns(encoder: TableEncoder, schema: Schema) -> list[Row]:
    """Return the lines on what the columns are, and how they are encoded: a dozen at most."""
    encoded = [line for line in column_lines(encoder) if line[0] != "Left out"]
    found = schema.lines(LINES_ON_COLUMNS - len(encoded))
    return [*encoded, *((heading, in_option_names(line)) for heading, line in found)]


def _sample_lines(fit: Fitted) -> list[Row]:
    if fit.n_rows == fit.n_rows_read:
        return []
    sample = f"the networks are trained on {fit.n_rows:,} of the {plural(fit.n_rows_read, 'row')}"
    return [("Sample", f"{sample}, which is what --memory holds")]


def _training_lines(fit: Fitted, model: AnyModel, *, with_advice: bool) -> list[Row]:
    training: Mapping[str, Any] = model.training or {}
    message, seconds = training["stop"]["message"], seconds_text(training["seconds"])
    if isinstance(fit, TabularFit):
        what, _, cure = in_option_names(message).rstrip(".").partition("; ")
        how = f"{what} in {seconds}" if not cure else f"{what}, after {seconds}; {cure}"
        return [*_out_of_fold_lines(_out_of_fold(fit, model)), ("Training", how)]
    if not with_advice:
        message = message.partition("; raise ")[0].rstrip(".") + "."
    epochs = f"{plural(training['n_iter'], 'epoch')} in {seconds}"
    how = solver_text(training["settings"], fit.n_rows, training.get("learning_rate_init"))
    return [
        ("Training", f"{how}; {epochs}"),
        ("Ended", in_option_names(message)),
    ]


def _out_of_fold(fit: TabularFit, model: AnyModel) -> TabularReport:
    """Return what is known from the training rows; the unsure ones are near a kept threshold."""
    report, decision, labels = fit.estimator.report_, model.decision, fit.target.labels
    if decision is None or decision.threshold is None or labels is None:
        return report
    oof = fit.estimator.oof_
    known = np.flatnonzero(np.isfinite(oof).all(axis=1))
    proba, y = decision.probabilities(oof[known]), labels.encode(fit.y[known])
    unsure = Unsure.of_cut(decision, proba, y, labels.classes[decision.positive])
    return replace(report, unsure=replace(unsure, rows=tuple(known[list(unsure.rows)].tolist())))


def _out_of_fold_lines(report: TabularReport) -> list[Row]:
    """Return what is known from the training rows, each predicted by networks that were not trained on it."""
    own, *others = report.scores.items()
    beside = ", ".join(f"{name} {score:.4g}" for name, score in sorted(others, key=lambda pair: pair[1]))
    lines = [("Out of fold", f"{report.metric} {own[1]:.4g} on {plural(report.n_rows, 'row')} ({beside})")]
    clear = [name for name, rise in report.importance if rise.low is not None and rise.low > 0]
    if report.importance:
        shuffled = "it" if len(clear) < 2 else "each"
        rises = f"the loss of training rows, out of fold, rises clearly when {shuffled} is shuffled"
        lines.append(("Important", f"{some(clear)}: {rises}" if clear else f"of no column alone {rises}"))
    return [*lines, ("Unsure", report.unsure.sentence)]


def target_text(fit: Fitted) -> str:
    """Return the classes of the target with their rows, or its range and mean, in training and test rows."""
    kept = fit.target.statistics
    y = np.empty(0) if fit.test is None else fit.y_test
    if fit.target.labels is not None:
        counts = np.array(kept["class_counts"])
        if len(y):
            counts = counts + np.bincount(fit.target.labels.encode(y), minlength=len(fit.target.labels))
        return class_text(fit.target.labels.texts, counts.tolist())
    n_rows = fit.n_rows_read
    mean = (kept["mean"] * n_rows + y.sum()) / (n_rows + len(y))
    low, high = min([kept["minimum"], *y.tolist()]), max([kept["maximum"], *y.tolist()])
    return number_text(low, high, mean)


def fit_values(
    tables: TableInput, fit: Fitted, model: AnyModel, assessment: Assessment | None, path: Path
) -> dict[str, Any]:
    """Return the report of a fit as values that JSON can hold."""
    training = {name: value for name, value in (model.training or {}).items() if name != "history"}
    if isinstance(fit, TabularFit):
        training["out_of_fold"] = _out_of_fold(fit, model).to_dict()
    return {
        "data": {
            "source": tables.name,
            "target": tables.target,
            "task": tables.task,
            "task_reason": tables.reason,
            "n_train": fit.n_rows,
            "n_read": fit.n_rows_read,
            "n_test": n_test_rows(fit),
            "split": tables.split or fit.split,
            "unseen": fit.unseen if fit.test is not None else {},
            **preprocessing_values(model),
        },
        **network_values(model),
        "training": training,
        "test": None if assessment is None else assessment.to_dict(),
        "model": str(path),
    }


def advice(assessment: Assessment, model: AnyModel, fitted: Fitted) -> str | None:
    """Return a sentence if the model is no better than a baseline, and there is something to say of it."""
    training = TrainingFacts.of(model, kind_of(model))
    is_worse = any(each.outcome == "worse" for each in assessment.comparisons)
    if isinstance(model, Model) and is_worse and not training.has_diverged:
        training = replace(training, loss=_training_loss(model, fitted))
    return hint(assessment, training)


def _training_loss(model: Model, fitted: Fitted) -> float:
    """Return the mean loss of the training rows, in the unit of the comparisons."""
    labels = fitted.target.labels
    if labels is not None:
        return float(row_log_losses(labels.encode(fitted.y), model.predict_proba(fitted.X)).mean())
    return float(np.mean((model.predict(fitted.X) - fitted.y) ** 2))
