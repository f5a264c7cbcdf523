"""The report of `search`: values for JSON, and a table and sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from separatrix.cli.console import Row, seconds_text, some, summary, table
from separatrix.cli.inspect import column_lines, network_lines, solver_text
from separatrix.cli.options import in_option_names
from separatrix.cli.report import network_values, preprocessing_values, value_text
from separatrix.ensemble import Ensemble
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.comparison import COST
from separatrix.model import Model
from separatrix.report.cross_validation import CrossAssessment
from separatrix.search import TableSearch, architectures
from separatrix.search.table_setup import SearchSetup, SearchSpace
from separatrix.select import verdict_parts
from separatrix.text import plural

MAX_NETWORKS_SHOWN = 8
"""Of an ensemble."""


@dataclass(frozen=True)
class Written:
    """Where the table is from, and where model, pictures and page were written."""

    source: str
    model: Path
    pictures: Sequence[Path]
    report: Path | None = None


def parts(
    found: TableSearch,
    written: Written,
    judged: CrossAssessment | None = None,
    positive: Sequence[Row] = (),
) -> list[RenderableType]:
    """Return what was searched, the verdict, and what was written; `positive` is the line on that class."""
    verdict = found.verdict
    worded = replace(verdict, warnings=tuple(map(in_option_names, verdict.warnings)))
    sentences, (header, *candidates), note = verdict_parts(worded)
    lines = []
    if written.pictures:
        lines.append(f"Pictures written: {', '.join(map(str, written.pictures))}")
    page = "" if written.report is None else f" Report written to '{written.report}'."
    lines.append(f"Model written to '{written.model}'.{page} Next: separatrix predict {written.model} TABLE")
    return [
        _search_summary(found, written, positive),
        sentences,
        # A narrow terminal does not show advantage and p: the sentences have those of the network chosen.
        table(("rate" if name == "learning_rate_init" else name for name in header), candidates, n_spare=3),
        note,
        *([] if judged is None else [_judged(judged)]),
        summary(_model_lines(found)),
        "\n".join(lines),
    ]


def _judged(judged: CrossAssessment) -> str:
    """Return how the network that was chosen compares with the baselines of `fit`."""
    assessment = judged.assessment
    verdicts = [each.verdict for each in assessment.comparisons]
    notes = [each for each in (_costs(assessment), assessment.cost_note) if each]
    notes += [each for each in (assessment.weight_note, *assessment.notes) if each]
    return "\n".join(["The network that was chosen, trained again on the same folds:", *verdicts, *notes])


def _costs(assessment: Assessment) -> str:
    """Return the mean cost of a row by each model, as a sentence; empty if no costs were given."""
    costs = {name: getattr(report, "cost", None) for name, report in assessment.reports.items()}
    of_each = ", ".join(f"{name} {cost}" for name, cost in costs.items() if cost is not None)
    return f"{COST[0].upper()}{COST[1:]}: {of_each}." if of_each else ""


def _search_summary(found: TableSearch, written: Written, positive: Sequence[Row]) -> RenderableType:
    setup, (model, *_) = found.setup, found.models
    assert model.encoder is not None
    assert model.training is not None
    n_rows = len(setup.y)
    columns = f"{plural(len(setup.features.columns), 'column')} to predict from"
    lines: list[Row] = [
        ("Searched", _searched(found)),
        ("Data", f"{written.source}: {plural(n_rows, 'row')}, {columns}"),
        ("Target", f"{setup.target}, {setup.task} ({setup.task_reason}): {value_text(setup.y, setup.task)}"),
        *positive,
        *column_lines(model.encoder),
        ("Training", _training(model.training["settings"], setup)),
        ("Took", f"{seconds_text(found.seconds)} for {_trainings(found)}"),
    ]
    return summary(lines)


def _searched(found: TableSearch) -> str:
    setup, space = found.setup, found.setup.space
    of = f" of {setup.n_drawn}" if found.n_tried < setup.n_drawn else ""
    drawn = ", drawn from" if setup.n_drawn < space.n_points else ":"
    params = "".join(
        f"; {'rate' if name == 'learning_rate_init' else name} {values_text(values)}"
        for name, values in space.params.items()
    )
    noun = "network" if setup.n_drawn == 1 else "networks"
    return f"{found.n_tried}{of} {noun}{drawn} {architectures_text(space)}{params}"


def architectures_text(space: SearchSpace) -> str:
    """Return the hidden layers tried: as depths and widths, if these are all their combinations."""
    sizes = space.architectures
    depths = sorted({len(layers) for layers in sizes})
    widths = sorted({width for layers in sizes for width in layers})
    if depths == [0]:
        return "no hidden layer"
    if set(architectures(depths, widths)) != set(sizes):
        return "hidden layers " + some(("-".join(map(str, layers)) or "none" for layers in sizes), 12)
    layers = "hidden layer" if depths == [1] else "hidden layers"
    units = "unit" if widths == [1] else "units"
    each = " each" if max(depths) > 1 else ""
    return f"{values_text(depths)} {layers} of {values_text(widths)} {units}{each}"


def values_text(values: Any) -> str:
    """Return ``1, 2 or 4``, or ``0.001 to 0.1`` of a distribution."""
    if not isinstance(values, list):
        low, high = values.support()
        return f"{low:g} to {high:g}"
    *first, last = (f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return f"{', '.join(first)} or {last}" if first else last


def _training(settings: dict[str, Any], setup: SearchSetup) -> str:
    """Return how all networks are trained: without the learning rate, if it differs."""
    words = solver_text(settings, len(setup.y) * (setup.search.cv - 1) // setup.search.cv).split(", ")
    if "learning_rate_init" in setup.space.params:
        words = [word for word in words if not word.startswith("rate ")]
    return ", ".join([*words, f"at most {plural(settings['max_iter'], 'epoch')}"])


def _trainings(found: TableSearch) -> str:
    n_splits = found.search.n_splits_
    trainings = plural((found.n_tried + 1) * n_splits, "training")
    return f"{trainings}: each network, and the straight line, on {n_splits} splits"


def _model_lines(found: TableSearch) -> list[Row]:
    if isinstance(found.model, Ensemble):
        which = "those that the ensemble is made of"
    else:
        which = "the best" if found.verdict.best in found.stops else "the smallest as good"
    epochs = [(model.training or {})["n_iter"] for model in found.models]
    shown = (
        f"{min(epochs):,} to {plural(max(epochs), 'epoch')}"
        if len(epochs) > 1
        else plural(epochs[0], "epoch")
    )
    trained = f"{which}, on all {plural(len(found.setup.y), 'row')}; {shown}"
    return [("Trained", trained), *network_lines(found.model, MAX_NETWORKS_SHOWN)]


def values(found: TableSearch, written: Written, judged: CrossAssessment | None = None) -> dict[str, Any]:
    """Return the report as values that JSON can hold."""
    setup, space = found.setup, found.setup.space
    weights = found.model.fractions if isinstance(found.model, Ensemble) else [1.0]
    return {
        "searched": {
            "n_candidates": setup.n_drawn,
            "n_tried": found.n_tried,
            "hidden_layer_sizes": [list(sizes) for sizes in space.architectures],
            "space": {
                name: values
                if isinstance(values, list)
                else {"loguniform": [float(end) for end in values.support()]}
                for name, values in space.params.items()
            },
            "cv": setup.search.cv,
            "n_repeats": setup.search.n_repeats,
            "scoring": setup.scoring,
            "seconds": found.seconds,
        },
        "data": {
            "source": written.source,
            "target": setup.target,
            "task": setup.task,
            "task_reason": setup.task_reason,
            "n_rows": len(setup.y),
            **preprocessing_values(found.models[0]),
        },
        "verdict": found.verdict.to_dict(),
        "test": None if judged is None else judged.assessment.to_dict(),
        "networks": [
            {"index": int(index), "weight": float(weight), **_network_values(model)}
            for index, model, weight in zip(found.stops, found.models, weights, strict=True)
        ],
        "pictures": [str(picture) for picture in written.pictures],
        "model": str(written.model),
    }


def _network_values(model: Model) -> dict[str, Any]:
    training = {name: value for name, value in (model.training or {}).items() if name != "history"}
    return {**network_values(model)["network"], "training": training}
