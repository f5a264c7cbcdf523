"""`separatrix search`: try networks of many sizes on a table, report which is enough, train and save it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import typer

from separatrix.cli import search_report
from separatrix.cli.column_options import with_column_options
from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, note, show, show_json, warn
from separatrix.cli.judging import check_report, show_fold, write_report
from separatrix.cli.judging_options import PageOptions
from separatrix.cli.model_output import check_output, free_name
from separatrix.cli.numbers import read_integer
from separatrix.cli.option_groups import with_options
from separatrix.cli.options import (
    OPTIONS,
    OWN_DEFAULTS,
    Reader,
    in_option_names,
    make_option,
    read_counts,
    read_list,
    read_sizes,
    read_space,
    with_estimator_options,
)
from separatrix.cli.positive import positive_lines
from separatrix.cli.progress import announce_compilation, training_progress, warnings_as_notes
from separatrix.cli.read_options import with_read_options
from separatrix.cli.signatures import documented
from separatrix.cli.table_input import (
    TABLE_HELP,
    JsonOption,
    ModelOutput,
    TaskOption,
    chosen_target,
    note_target,
    read_table_source,
    source_name,
)
from separatrix.data.column_options import ColumnOptions
from separatrix.data.read_options import ReadOptions
from separatrix.data.targets import Task
from separatrix.decision import Decision
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.io import save
from separatrix.model import Model
from separatrix.report.decisions import DecisionChoice, read_cost
from separatrix.search.table_search import TableSearch, search_table
from separatrix.search.table_setup import DEFAULTS, LEARNING_RATES, ROWS_FOR_EARLY_STOPPING, SearchSetup
from separatrix.train import TrainingProgress

NETWORKS, TRAINING, JUDGING = "Networks to try", "Training", "Judging"

# Parameters of the networks of which several values are tried.
SEARCHED_OPTIONS = (
    replace(
        OPTIONS["activation"],
        reader=Reader(read_list, "NAMES"),
        panel=NETWORKS,
        help=OPTIONS["activation"].help.partition(" (")[0] + " (one, or several to try).",
    ),
    replace(
        OPTIONS["learning_rate_init"],
        reader=Reader(read_space, "NUMBERS"),
        panel=NETWORKS,
        default=",".join(map(str, LEARNING_RATES)),
        help="Rates to try, or a range such as 0.001:0.1 to draw them from.",
    ),
    replace(
        OPTIONS["alpha"],
        reader=Reader(read_space, "NUMBERS"),
        panel=NETWORKS,
        help="Strengths of the penalty on the weights to try, or a range to draw them from.",
    ),
)
# Parameters that are the same for all networks, where help differs from that of `fit`.
_CHANGES: dict[str, dict[str, Any]] = {
    "random_state": {"help": "Seed of the networks drawn, the folds, the first weights and the row order."},
    "early_stopping": {
        "help": "Whether to stop when the loss on validation rows stalls, and to keep the best epoch.",
        "default": f"from {ROWS_FOR_EARLY_STOPPING} rows on",
    },
    **{name: {"default": str(value)} for name, value in DEFAULTS.items()},
}
_SAME = (
    *("solver", "batch_size", "class_weight", "random_state", "engine", "max_iter", "tol"),
    *("n_iter_no_change", "early_stopping", "validation_fraction"),
)
SEARCH = documented("search.table_search", "search_table")
_option = partial(make_option, sources=[SEARCH])
SEARCH_OPTIONS = (
    _option(
        "depths", panel=NETWORKS, reader=Reader(read_counts, "NUMBERS", "as in 0-3 or 1,2"), default="0-2"
    ),
    _option("widths", panel=NETWORKS, reader=Reader(read_counts, "NUMBERS"), default="2,4,8,16,32"),
    _option("n_candidates", panel=NETWORKS),
    *SEARCHED_OPTIONS,
    _option("cv", panel=JUDGING),
    _option(
        "n_repeats",
        panel=JUDGING,
        reader=Reader(read_integer, "INTEGER"),
        default="4 up to 150 rows, 2 up to 500, else 1",
    ),
    _option(
        "scoring",
        panel=JUDGING,
        reader=Reader(str, "NAME"),
        default="neg_log_loss for classes, r2 for numbers",
    ),
    _option("refit", panel=JUDGING),
    _option("ensemble", panel=JUDGING),
    _option("n_jobs", panel=JUDGING),
    *(replace(OPTIONS[name], panel=TRAINING, **_CHANGES.get(name, {})) for name in _SAME),
)


@dataclass(frozen=True)
class SearchFiles:
    """What a search writes; the attributes are options."""

    output: ModelOutput = None
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="Folder for pictures of the search: heatmap.png, pareto.png, curves.png. It is created if "
            "it does not exist.",
        ),
    ] = None
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File to which every finished training is written; the same command continues from it.",
        ),
    ] = None
    as_json: JsonOption = False


@with_estimator_options(SEARCH_OPTIONS, OWN_DEFAULTS)
@with_read_options
@with_column_options
@with_options(files=SearchFiles, page=PageOptions)
def search(
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help=TABLE_HELP,
        ),
    ],
    column: Annotated[
        str | None,
        typer.Argument(metavar="TARGET", help="Column to predict. [default: target]", show_default=False),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", metavar="COLUMN", help="Column to predict, named as for fit."),
    ] = None,
    task: TaskOption = None,
    layers: Annotated[
        list[Any] | None,
        typer.Option(
            "--layers",
            "--hidden-layer-sizes",
            parser=read_sizes,
            metavar="SIZES",
            show_default=False,
            help=f"{SEARCH['layers'].sentence} (such as 16,8; may be repeated).",
            rich_help_panel=NETWORKS,
        ),
    ] = None,
    *,
    files: SearchFiles,
    page: PageOptions,
    reading: ReadOptions,
    columns: ColumnOptions,
    settings: dict[str, Any],
) -> None:
    """Find how many layers and how many neurons a table needs.

    Networks of many sizes are trained on the same folds and compared with a linear model and with each other,
    with the uncertainty of the scores. The one chosen is trained on all rows and saved. The encoding of the
    columns is learned on the training rows of each fold alone.
    """
    if column is not None and target is not None and column != target:
        raise ParameterError(
            "target", f"must be the column named after the table, '{column}', got '{target}'; name it once."
        )
    searched = [option.name for option in SEARCHED_OPTIONS if option.name in settings]
    costs = None if page.cost is None else read_cost(page.cost)
    check_report(page.report)
    for name, given in {"report": page.report, "cost": costs}.items():
        if given is not None and settings.get("ensemble"):
            raise ParameterError(name, "is about one network, and ensemble keeps several; leave one out.")
    choice = DecisionChoice(positive=page.positive, cost=costs)

    def start(setup: SearchSetup) -> None:
        note_target(setup.schema)
        choice.check_classes(len(np.unique(setup.y)) if setup.task == "classification" else None)
        check_output(files.output or free_name())
        if files.pictures is not None:
            from separatrix.plots.axes import prepare_folder  # only here: matplotlib is slow to import

            prepare_folder(files.pictures)
        announce_compilation(settings.get("engine", "auto"), settings["dtype"])
        if n_done := setup.n_finished():
            note(f"{n_done} of {setup.n_drawn} networks were done, and are taken from '{files.store}'.")

    with exit_if_interrupted("interrupted before a network was tried on all folds; no model was written."):
        table = read_table_source(source, reading)
        with warnings_as_notes(), _training_bar() as show_epoch:
            found = search_table(
                table,
                chosen_target(table.column_names, column or target),
                task=cast("Task | None", task),
                layers=layers or None,
                param_space={name: settings.pop(name) for name in searched},
                store=files.store,
                verbose=int(sys.stderr.isatty()),
                callbacks=[show_epoch],
                on_start=start,
                options=columns,
                **settings,
            )
    stops = list(found.stops.values())
    for stop in stops:
        if stop.reason == "diverged" and stop.best_epoch == 0:
            raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
    with exit_if_interrupted("interrupted before the model was written."):
        path = files.output or free_name()
        model = positive_model(found, page.positive)
        save(model, path)
        drawn = [] if files.pictures is None else _draw(found, files.pictures)
    n_tried, n_drawn = found.n_tried, found.setup.n_drawn
    is_interrupted = n_tried < n_drawn or any(stop.reason == "interrupted" for stop in stops)
    judged = None
    if isinstance(model, Model) and not is_interrupted:  # judging takes more trainings
        with exit_if_interrupted(f"interrupted while judging: the model is written to '{path}', not judged."):
            judged = found.judge(
                trees=page.trees,
                decision=model.decision,
                cost=costs,
                on_fit=show_fold if sys.stderr.isatty() else None,
            )
            if page.report is not None:
                write_report(
                    page.report,
                    model,
                    folds=judged,
                    target=found.setup.target,
                    source=source_name(source),
                    model_file=path,
                    cost=costs,
                )
    written = search_report.Written(source_name(source), path, drawn, None if judged is None else page.report)
    if files.as_json:
        show_json(search_report.values(found, written, judged))
    else:
        positive = positive_lines(model, _class_counts(found), is_asked=page.positive is not None)
        show(*search_report.parts(found, written, judged, positive))
    for stop in stops:
        if stop.reason == "diverged":
            warn(in_option_names(stop.message))
    if is_interrupted:
        left_out = ", and no page was written" if page.report is not None else ""
        cure = "; the same command continues from there" if files.store else ""
        warn(
            f"interrupted when {n_tried} of {n_drawn} networks were tried on all folds: the model in "
            f"'{path}' is chosen among these. It was not judged beside others{left_out}{cure}."
        )
        raise typer.Exit(INTERRUPTED)


def positive_model(found: TableSearch, positive: str | None) -> AnyModel:
    """Return the model of a search with its positive class: the one that is named, else the rarer one."""
    model = found.model
    if model.classes is None:
        DecisionChoice(positive=positive).check_classes(None)
        return model
    decision = DecisionChoice(positive=positive).decide(None, None, model.classes, _class_counts(found))
    return model if decision == Decision() else replace(model, decision=decision)


def _class_counts(found: TableSearch) -> list[int]:
    """Return the rows of each class."""
    counts: list[int] = np.unique(found.setup.y, return_counts=True)[1].tolist()
    return counts


@contextmanager
def _training_bar() -> Iterator[Any]:
    """Yield a callback that shows a bar from the first epoch on: before, the search shows its own."""
    with ExitStack() as stack:
        callbacks: list[Any] | None = None

        def show_epoch(progress: TrainingProgress) -> None:
            nonlocal callbacks
            if callbacks is None:
                callbacks, _ = stack.enter_context(training_progress())
            for callback in callbacks:
                callback(progress)

        yield show_epoch


def _draw(found: TableSearch, folder: Path) -> Sequence[Path]:
    from separatrix.plots.axes import draw_without_screen, save_figure  # only here, as above
    from separatrix.plots.displays import SEARCH_DISPLAYS

    draw_without_screen()
    paths = []
    for name, display in SEARCH_DISPLAYS.items():
        paths.append(folder / f"{name}.png")
        save_figure(display.from_search(found.search).figure_, paths[-1])
    return paths
