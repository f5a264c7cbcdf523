"""The report of `search`: values for JSON, and a table and sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from separatrix.cli.console import Row, seconds_text, some, summary, table
from separatrix.cli.inspect import column_lines, network_lines, solver_text
from separatrix.cli.options import in_option_names
from separatrix.cli.report import network_values, preprocessing_values
from separatrix.cli.rows import LabelledRows
from separatrix.cli.summary import value_words
from separatrix.ensemble import Ensemble
from separatrix.model import Model
from separatrix.select import verdict_parts
from separatrix.text import plural

if TYPE_CHECKING:
    from separatrix.cli.search import Found, Plan
    from separatrix.cli.search_options import Space

SHOWN_NETWORKS = 8
"""Of an ensemble."""


def parts(
    found: Found, rows: LabelledRows, plan: Plan, path: Path, drawn: Sequence[Path]
) -> list[RenderableType]:
    """Return what was searched, the verdict, and what was written."""
    verdict = found.search.verdict_
    worded = replace(verdict, warnings=tuple(map(in_option_names, verdict.warnings)))
    sentences, (header, *candidates), note = verdict_parts(worded)
    written = [f"Pictures written: {', '.join(map(str, drawn))}"] if drawn else []
    written.append(f"Model written to '{path}'. Next: separatrix predict {path} TABLE")
    return [
        _search_facts(found, rows, plan),
        sentences,
        # In a narrow terminal without advantage and p, which the sentences tell of the network chosen.
        table(("rate" if name == "learning_rate_init" else name for name in header), candidates, n_spare=3),
        note,
        summary(_written_facts(found, rows)),
        "\n".join(written),
    ]


def _search_facts(found: Found, rows: LabelledRows, plan: Plan) -> RenderableType:
    model = next(iter(found.fits.values())).model
    assert model.encoder is not None
    assert model.training is not None
    columns = f"{plural(len(rows.features.columns), 'column')} to predict from"
    lines: list[Row] = [
        ("Searched", _searched(found, plan)),
        ("Data", f"{rows.source}: {plural(len(rows.y), 'row')}, {columns}"),
        ("Target", f"{rows.target}, {rows.task} ({rows.reason}): {value_words(rows.y, rows.task)}"),
        *column_lines(model.encoder),
        ("Training", _training(model.training["settings"], plan, len(rows.y))),
        ("Took", f"{seconds_text(found.seconds)} for {_trainings(found)}"),
    ]
    return summary(lines)


def _searched(found: Found, plan: Plan) -> str:
    of = f" of {plan.n_drawn}" if found.n_tried < plan.n_drawn else ""
    drawn = ", drawn from" if plan.n_drawn < plan.space.n_points else ":"
    settings = "".join(
        f"; {name.replace('learning_rate_init', 'rate')} {values_words(values)}"
        for name, values in plan.space.params.items()
    )
    networks = f"{found.n_tried}{of} network{'s' * (plan.n_drawn > 1)}"
    return f"{networks}{drawn} {architectures_words(plan.space)}{settings}"


def architectures_words(space: Space) -> str:
    """Return the hidden layers tried: as depths and widths where that says it all."""
    from separatrix.search import architectures

    found = space.architectures
    depths = sorted({len(sizes) for sizes in found})
    widths = sorted({width for sizes in found for width in sizes})
    if depths == [0]:
        return "no hidden layer"
    if set(architectures(depths, widths)) == set(found):
        layers = f"{values_words(depths)} hidden layer{'s' * (depths != [1])}"
        return f"{layers} of {values_words(widths)} unit{'s' * (widths != [1])}{' each' * (max(depths) > 1)}"
    return "hidden layers " + some(("-".join(map(str, sizes)) or "none" for sizes in found), 12)


def values_words(values: Any) -> str:
    """Return ``1, 2 or 4``, or ``0.001 to 0.1`` of a distribution."""
    if not isinstance(values, list):
        low, high = values.support()
        return f"{low:g} to {high:g}"
    *first, last = (f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return f"{', '.join(first)} or {last}" if first else last


def _training(settings: dict[str, Any], plan: Plan, n_rows: int) -> str:
    """Return how all networks are trained: without the rate where it differs."""
    words = solver_text(settings, n_rows * (plan.cv - 1) // plan.cv).split(", ")
    if "learning_rate_init" in plan.space.params:
        words = [word for word in words if not word.startswith("rate ")]
    return ", ".join([*words, f"at most {plural(settings['max_iter'], 'epoch')}"])


def _trainings(found: Found) -> str:
    from separatrix.search.space import LINEAR_BASELINES

    n_splits = found.search.n_splits_
    trainings = plural((found.n_tried + len(LINEAR_BASELINES)) * n_splits, "training")
    return f"{trainings}: each network, and {len(LINEAR_BASELINES)} straight lines, on {n_splits} splits"


def _written_facts(found: Found, rows: LabelledRows) -> list[Row]:
    if isinstance(found.model, Ensemble):
        which = "those that the ensemble is made of"
    else:
        which = "the best" if found.search.verdict_.best in found.fits else "the smallest as good"
    epochs = [(fit.model.training or {})["n_iter"] for fit in found.fits.values()]
    shown = (
        f"{min(epochs):,} to {plural(max(epochs), 'epoch')}"
        if len(epochs) > 1
        else plural(epochs[0], "epoch")
    )
    trained = f"{which}, on all {plural(len(rows.y), 'row')}; {shown}"
    return [("Trained", trained), *network_lines(found.model, SHOWN_NETWORKS)]


def values(found: Found, rows: LabelledRows, plan: Plan, path: Path, drawn: Sequence[Path]) -> dict[str, Any]:
    """Return the report as values that JSON can hold."""
    model = next(iter(found.fits.values())).model
    weights = found.model.shares if isinstance(found.model, Ensemble) else [1.0]
    return {
        "searched": {
            "n_candidates": plan.n_drawn,
            "n_tried": found.n_tried,
            "hidden_layer_sizes": [list(sizes) for sizes in plan.space.architectures],
            "space": {
                name: values
                if isinstance(values, list)
                else {"loguniform": [float(end) for end in values.support()]}
                for name, values in plan.space.params.items()
            },
            "cv": plan.cv,
            "n_repeats": plan.n_repeats,
            "scoring": plan.scoring,
            "seconds": found.seconds,
        },
        "data": {
            "source": rows.source,
            "target": rows.target,
            "task": rows.task,
            "task_reason": rows.reason,
            "n_rows": len(rows.y),
            **preprocessing_values(model),
        },
        "verdict": found.search.verdict_.to_dict(),
        "networks": [
            {"index": int(index), "weight": float(weight), **_network_values(fit.model)}
            for (index, fit), weight in zip(found.fits.items(), weights, strict=True)
        ],
        "pictures": [str(picture) for picture in drawn],
        "model": str(path),
    }


def _network_values(model: Model) -> dict[str, Any]:
    training = {name: value for name, value in (model.training or {}).items() if name != "history"}
    return {**network_values(model), "training": training}
