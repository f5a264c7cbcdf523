"""`separatrix search`: try networks of many sizes on a table, say which is enough, train and save it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, note, show, show_json, warn
from separatrix.cli.fit import check_output, free_name
from separatrix.cli.options import in_option_names, read_counts, read_sizes, with_estimator_options
from separatrix.cli.search_options import (
    JUDGING,
    NETWORKS,
    ROWS_FOR_EARLY_STOPPING,
    SEARCH_DEFAULTS,
    SEARCH_OPTIONS,
    Space,
    make_space,
)
from separatrix.errors import DataError, ParameterError, did_you_mean

if TYPE_CHECKING:
    from separatrix.cli.rows import LabelledRows
    from separatrix.ensemble import AnyModel
    from separatrix.estimators.table_model import TableFit
    from separatrix.search import ArchitectureSearchCV

REFITS = ("one_se", "best")
SCORING = {"classification": "neg_log_loss", "regression": "r2"}
NETWORK = "network"
"""The name of the pipeline's last step."""


@dataclass(frozen=True)
class Plan:
    """How the networks of a space are judged.

    Attributes
    ----------
    space : Space
    n_candidates, n_drawn : int
        At most so many, and how many that makes.
    cv, n_repeats : int
    scoring, refit : str
    ensemble : bool
    n_jobs : int
    store : Path or None
    """

    space: Space
    n_candidates: int
    n_drawn: int
    cv: int
    n_repeats: int
    scoring: str
    refit: str
    ensemble: bool
    n_jobs: int
    store: Path | None


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes
    ----------
    search : fitted ArchitectureSearchCV
    seconds : float
        That it took.
    fits : dict of int to TableFit
        The candidate that was chosen, trained on all rows; or those of the ensemble.
    model : Model or Ensemble
    """

    search: ArchitectureSearchCV
    seconds: float
    fits: dict[int, TableFit]
    model: AnyModel

    @property
    def n_tried(self) -> int:
        """Networks that were tried on all folds."""
        return len(self.search.candidates_)


@with_estimator_options(SEARCH_OPTIONS, SEARCH_DEFAULTS)
def search(
    source: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="A table file (.csv, .tsv, .parquet, .jsonl, each also .gz), - for standard input, or a "
            "data set by name, as for fit.",
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
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            show_default="from the target",
            help="classification or regression. Text, true/false and few whole numbers are classes.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default="model.safetensors, or where that exists model-2.safetensors, and so on",
            help="Where the model of the network chosen goes. A file named here is replaced.",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="Folder for pictures of the search, made if it is not there: heatmap.png, pareto.png, "
            "curves.png.",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Keeps every finished training; the same command goes on where it was stopped.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    depths: Annotated[
        Any,
        typer.Option(
            parser=read_counts,
            metavar="NUMBERS",
            show_default="0-2",
            help="Numbers of hidden layers, such as 0-3 or 1,2; 0 is logistic (or linear) regression.",
            rich_help_panel=NETWORKS,
        ),
    ] = None,
    widths: Annotated[
        Any,
        typer.Option(
            parser=read_counts,
            metavar="NUMBERS",
            show_default="2,4,8,16,32",
            help="Units of each hidden layer.",
            rich_help_panel=NETWORKS,
        ),
    ] = None,
    layers: Annotated[
        list[Any] | None,
        typer.Option(
            "--layers",
            "--hidden-layer-sizes",
            parser=read_sizes,
            metavar="SIZES",
            show_default=False,
            help="Hidden layers of one network, such as 16,8; may be repeated. Alone, it is all that is "
            "tried; with --depths or --widths, it adds to them.",
            rich_help_panel=NETWORKS,
        ),
    ] = None,
    n_candidates: Annotated[
        int,
        typer.Option(
            "--candidates",
            "--n-candidates",
            metavar="INTEGER",
            min=1,
            help="At most so many networks, drawn with an equal share for each size.",
            rich_help_panel=NETWORKS,
        ),
    ] = 100,
    cv: Annotated[
        int,
        typer.Option(metavar="INTEGER", min=2, help="Number of folds.", rich_help_panel=JUDGING),
    ] = 5,
    n_repeats: Annotated[
        int,
        typer.Option(
            "--repeats",
            "--n-repeats",
            metavar="INTEGER",
            min=1,
            help="So many times the folds are drawn anew.",
            rich_help_panel=JUDGING,
        ),
    ] = 1,
    scoring: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default="neg_log_loss for classes, r2 for numbers",
            help="What networks are judged by: a scorer of scikit-learn.",
            rich_help_panel=JUDGING,
        ),
    ] = None,
    refit: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Which network is written: one_se, the smallest within one standard error of the best, or "
            "best.",
            rich_help_panel=JUDGING,
        ),
    ] = "one_se",
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble",
            help="Write the networks whose mean does best on rows that they have not seen, instead of one.",
            rich_help_panel=JUDGING,
        ),
    ] = False,
    n_jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "--n-jobs",
            metavar="INTEGER",
            help="Networks trained at the same time; -1 is one for each core.",
            rich_help_panel=JUDGING,
        ),
    ] = -1,
    *,
    settings: dict[str, Any],
) -> None:
    """Answer how many layers and how many neurons a table needs.

    Networks of many sizes are trained on the same folds, held against a straight line and each other with
    their uncertainty, and the one chosen is trained on all rows and saved. Encoding the columns is learnt
    on the training rows of each fold alone.
    """
    with exit_if_interrupted("interrupted before a network was tried on all folds; no model was written."):
        from separatrix.cli.rows import read_labelled

        rows = read_labelled(source, _target(column, target), task)
        plan = _plan(
            rows,
            make_space(depths, widths, layers or [], _settings(rows, settings)),
            n_candidates=n_candidates,
            cv=cv,
            n_repeats=n_repeats,
            scoring=scoring or SCORING[rows.task],
            refit=refit,
            ensemble=ensemble,
            n_jobs=n_jobs,
            store=store,
        )
        check_output(output or free_name())
        if pictures is not None:
            from separatrix.plots.axes import prepare_folder

            prepare_folder(pictures)
        found = _find(rows, plan)
    stops = [fit.stop for fit in found.fits.values()]
    for stop in stops:
        if stop.reason == "diverged" and stop.best_epoch == 0:
            raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
    with exit_if_interrupted("interrupted before the model was written."):
        path = output or free_name()
        _save(found, path)
        drawn = [] if pictures is None else _draw(found, pictures)
    _report(found, rows, plan, path, drawn, as_json)
    for stop in stops:
        if stop.reason == "diverged":
            warn(in_option_names(stop.message))
    if found.n_tried < plan.n_drawn or any(stop.reason == "interrupted" for stop in stops):
        kept = "; the same command goes on from there" if plan.store else ""
        warn(
            f"interrupted when {found.n_tried} of {plan.n_drawn} networks were tried on all folds: the model "
            f"in '{path}' is chosen among these{kept}."
        )
        raise typer.Exit(INTERRUPTED)


def _target(column: str | None, target: str | None) -> str | None:
    if column is not None and target is not None and column != target:
        raise ParameterError(
            f"--target must be the column named after the table, '{column}', got '{target}'; name it once."
        )
    return target if column is None else column


def _settings(rows: LabelledRows, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as the estimators take them, with what depends on the rows."""
    settings = dict(given)
    is_long = len(rows.y) >= ROWS_FOR_EARLY_STOPPING and settings.get("solver") != "lbfgs"
    if settings.setdefault("early_stopping", is_long):
        settings["scoring"] = "loss"
    if "class_weight" in settings:
        from separatrix.cli.training import class_weight

        settings["class_weight"] = class_weight(settings["class_weight"], rows)
    return settings


def _plan(rows: LabelledRows, space: Space, **how: Any) -> Plan:
    """Check all that can be checked before anything is trained."""
    from separatrix.cli.scorers import check_scoring

    if how["refit"] not in REFITS:
        raise ParameterError(
            f"--refit must be one of {', '.join(REFITS)}, got '{how['refit']}'."
            + did_you_mean(how["refit"], REFITS)
        )
    if how["n_jobs"] == 0:
        raise ParameterError("--jobs must be -1, for all cores, or a number of networks, got 0.")
    check_scoring(rows, how["scoring"])
    _check_folds(rows, how["cv"], how["scoring"])
    _check_settings(rows, space)
    return Plan(space, n_drawn=space.size(how["n_candidates"], space.settings["random_state"]), **how)


def _check_folds(rows: LabelledRows, cv: int, scoring: str) -> None:
    """Refuse more folds than there are rows, or rows of a class."""
    import numpy as np

    most, whose, cure = len(rows.y), "the number of rows", ""
    if rows.task == "classification":
        classes, counts = np.unique(rows.y, return_counts=True)
        most = int(counts.min())
        whose = f"the number of rows of the rarest class, '{classes[counts.argmin()]}'"
        cure = ", or leave that class out"
    elif scoring == "r2":
        most, whose = most // 2, "half the number of rows, as r2 needs two of them in every fold"
    if most < cv:
        lower = f"lower it to {most}" if most > 1 else "give more rows"
        raise ParameterError(f"--cv must be at most {most}, {whose}, got {cv}; {lower}{cure}.")


def _check_settings(rows: LabelledRows, space: Space) -> None:
    """Refuse a setting that breaks its rule, which otherwise only the trainings would tell."""
    changes: list[dict[str, Any]] = [{}]
    for name, values in space.params.items():
        changes += [{name: value} for value in (values if isinstance(values, list) else values.support())]
    for change in changes:
        _estimator(rows, space.settings | change).settings().network(1, 1, "regression")


def _estimator(rows: LabelledRows, settings: Mapping[str, Any]) -> Any:
    from separatrix.estimators import MLPClassifier, MLPRegressor

    return (MLPClassifier if rows.task == "classification" else MLPRegressor)(**settings)


def _find(rows: LabelledRows, plan: Plan) -> Found:
    """Search, and train what was chosen on all rows."""
    from separatrix.cli.progress import announce_compilation, training_progress
    from separatrix.ensemble import Ensemble
    from separatrix.estimators.table_model import fit_in_memory

    announce_compilation(plan.space.settings.get("engine", "auto"), plan.space.settings["dtype"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", r"\d+ tasks which were still")  # joblib's, after Ctrl-C
        started = perf_counter()
        search = _search(rows, plan)
        seconds = perf_counter() - started
        weights = _weights(search, plan)
        fits = {}
        for index in weights:
            with training_progress() as listeners:
                fits[index] = fit_in_memory(
                    rows.features,
                    rows.y,
                    task=rows.task,
                    target_name=rows.target,
                    settings=plan.space.settings | _settings_of(search, index),
                    listeners=listeners,
                )
    models = [fit.model for fit in fits.values()]
    _tell_warnings(caught)
    model = Ensemble(models, list(weights.values())) if plan.ensemble else models[0]
    return Found(search, seconds, fits, model)


def _weights(search: ArchitectureSearchCV, plan: Plan) -> dict[int, int]:
    """Return the candidates to write, and how often each counts."""
    if plan.ensemble:
        return search.ensemble_weights_
    verdict = search.verdict_
    return {verdict.best if plan.refit == "best" else verdict.smallest_as_good: 1}


def _settings_of(search: ArchitectureSearchCV, index: int) -> dict[str, Any]:
    """Return what makes a candidate, by the names of the estimator's parameters."""
    params = search.candidates_.params[index]
    return {name.removeprefix(f"{NETWORK}__"): value for name, value in params.items()}


def _tell_warnings(caught: Sequence[warnings.WarningMessage]) -> None:
    """Tell all but what the report tells: how trainings ended, and that the search did."""
    from sklearn.exceptions import ConvergenceWarning

    others = (warning for warning in caught if not issubclass(warning.category, ConvergenceWarning))
    for message in dict.fromkeys(str(warning.message) for warning in others):
        if not message.startswith(("Training interrupted by user", "Search interrupted by user")):
            note(in_option_names(message))


def _search(rows: LabelledRows, plan: Plan) -> ArchitectureSearchCV:
    from sklearn.pipeline import Pipeline

    from separatrix.cli.scorers import in_own_unit
    from separatrix.data.table import frame_from_table
    from separatrix.estimators.table_encoding import TableEncoding
    from separatrix.search import ArchitectureSearchCV
    from separatrix.search.store import count_finished

    settings = dict(plan.space.settings)
    seed = settings.pop("random_state")  # each fold has its own
    network = _estimator(rows, settings)
    y, scoring = rows.y, plan.scoring  # type: Any, Any
    if rows.task == "regression":
        mean, scale = float(y.mean()), float(y.std())
        y = (y - mean) / scale
        if scoring != "r2":  # which has no unit
            scoring = {plan.scoring: in_own_unit(plan.scoring, mean, scale)}
    if plan.store is not None and (n_done := count_finished(plan.store, plan.cv * plan.n_repeats)):
        note(f"{n_done} of {plan.n_drawn} networks were done, and are taken from '{plan.store}'.")
    search = ArchitectureSearchCV(
        Pipeline([("table", TableEncoding(dtype=settings["dtype"])), (NETWORK, network)]),
        plan.space.architectures,
        plan.space.params,
        n_candidates=plan.n_candidates,
        cv=plan.cv,
        n_repeats=plan.n_repeats,
        scoring=scoring,
        refit=plan.ensemble,  # without which there is none; `fit_in_memory` trains what is written
        n_jobs=plan.n_jobs,
        random_state=seed,
        store=plan.store,
        verbose=int(sys.stderr.isatty()),
    )
    search.fit(frame_from_table(rows.features), y)
    return search


def _save(found: Found, path: Path) -> None:
    from separatrix.io import save

    save(found.model, path)


def _draw(found: Found, folder: Path) -> list[Path]:
    from separatrix.plots.axes import draw_without_screen, save_figure
    from separatrix.plots.displays import SEARCH_DISPLAYS

    draw_without_screen()
    paths = []
    for name, display in SEARCH_DISPLAYS.items():
        paths.append(folder / f"{name}.png")
        save_figure(display.from_search(found.search).figure_, paths[-1])
    return paths


def _report(
    found: Found, rows: LabelledRows, plan: Plan, path: Path, drawn: list[Path], as_json: bool
) -> None:
    from separatrix.cli import search_report

    if as_json:
        show_json(search_report.values(found, rows, plan, path, drawn))
    else:
        show(*search_report.parts(found, rows, plan, path, drawn))
