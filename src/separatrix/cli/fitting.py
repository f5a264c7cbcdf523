"""Fitting: the two kinds of model that `fit` trains, one network or an ensemble of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from separatrix import check
from separatrix.cli.console import note
from separatrix.cli.options import (
    ENSEMBLE_DEFAULTS,
    ENSEMBLE_OPTIONS,
    LEAST_VALIDATION_ROWS,
    NETWORK_ALONE,
    OWN_DEFAULTS,
)
from separatrix.cli.progress import announce_compilation, ensemble_progress, training_progress
from separatrix.cli.table_input import TableInput
from separatrix.data.targets import Task
from separatrix.errors import ParameterError, WorkerError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators import table_training as network_fitting
from separatrix.estimators.settings import uses_lbfgs
from separatrix.evaluate.baselines import LINE_SETTINGS
from separatrix.evaluate.scorers import check_scorer_name
from separatrix.tabular import TabularClassifier, TabularRegressor, ensemble_fitting
from separatrix.text import plural
from separatrix.train.checkpoint import load_checkpoint

Kind = Literal["tabular", "network"]
KINDS = ("tabular", "network", "line")

NOT_OF_LINE = ("hidden_layer_sizes", "activation", "dropout", "embedding", "solver")
"""Parameters that would make another model of the line, or have no use in it."""

VALIDATION_FRACTION = 0.1
"""The default of the estimators."""


Fitted = network_fitting.TableFit | ensemble_fitting.TabularFit


def line_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the line; a `ParameterError` for one that contradicts it."""
    for name in NOT_OF_LINE:
        if name in given and (name not in LINE_SETTINGS or given[name] != LINE_SETTINGS[name]):
            raise ParameterError(
                name,
                "does not go with model=line, which has no hidden layers and is trained by lbfgs; leave it "
                "out, or choose model=network.",
            )
    return {**LINE_SETTINGS, **given}


def chosen_kind(model: str | None, given: Mapping[str, Any]) -> Kind:
    """Return the kind of model that was asked for, or that the options given belong to.

    Parameters
    ----------
    model : str or None
        What `--model` says.
    given : mapping of str to object
        The options that were given, by the names of their parameters.

    Raises
    ------
    ParameterError
        If an option belongs to the other kind.
    """
    if model is not None:
        check.choice("model", model, KINDS)
    of_network = [name for name in given if name in NETWORK_ALONE or name in ("checkpoint", "film", "record")]
    of_ensemble = [name for name in given if name in ENSEMBLE_OPTIONS or name == "groups"]
    if of_ensemble and model in ("network", "line"):
        raise ParameterError(
            of_ensemble[0], f"belongs to an ensemble of networks, and model={model} to one; leave one out."
        )
    if of_network and (model == "tabular" or of_ensemble):
        other = "model=tabular" if model == "tabular" else _option(of_ensemble[0])
        raise ParameterError(
            of_network[0],
            f"belongs to one network, and {other} to an ensemble of networks; leave one of them out.",
        )
    return "network" if of_network or model in ("network", "line") else "tabular"


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def known_task(task: Task | None, checkpoint: Path | None) -> tuple[Task, str] | None:
    """Return the task that was asked for, or that of a training to continue, and why; None if unknown."""
    if task is not None:
        return task, "as asked"
    if checkpoint is None or not checkpoint.exists():
        return None
    is_regression = load_checkpoint(checkpoint).identity.get("estimator") == "MLPRegressor"
    return ("regression" if is_regression else "classification"), "as in the checkpoint"


def fit_ensemble(
    tables: TableInput, given: Mapping[str, Any], test_size: float, groups: str | None
) -> ensemble_fitting.TabularFit:
    """Fit an ensemble of small networks."""
    settings = {**ENSEMBLE_DEFAULTS, "compare": tables.memory is None, **given}
    estimator: TabularClassifier | TabularRegressor
    if tables.task == "classification":
        estimator = TabularClassifier(**settings)
    else:
        _refuse_class_weight(given)
        estimator = TabularRegressor(**settings)
    estimator.check_parameters()
    _prepare_kernels(given, "float32", is_apart=tables.memory is not None)
    with ensemble_progress() as on_progress:
        return ensemble_fitting.fit_table(
            estimator,
            tables.source,
            tables.target,
            test=tables.test,
            test_size=test_size,
            groups=groups,
            memory=tables.memory,
            on_progress=on_progress,
            options=tables.columns,
            schema=tables.schema,
        )


def fit_network(
    tables: TableInput,
    given: Mapping[str, Any],
    test_size: float,
    checkpoint: Path | None,
    checkpoint_minutes: float,
) -> network_fitting.TableFit:
    """Fit one network."""
    settings = network_settings(given, round(tables.n_rows * (1 - test_size)))
    estimator = _network(tables.task, settings)
    _prepare_kernels(given, settings["dtype"], is_apart=tables.memory is not None)
    progress: AbstractContextManager[Any] = training_progress()
    with progress as (callbacks, on_rows):
        fitted = network_fitting.fit_table(
            estimator.set_callbacks(*callbacks),
            tables.source,
            tables.target,
            test=tables.test,
            test_size=test_size,
            memory=tables.memory,
            checkpoint=checkpoint,
            checkpoint_minutes=checkpoint_minutes,
            on_rows=on_rows,
            keep_rows=True,
            options=tables.columns,
            schema=tables.schema,
        )
    n = getattr(fitted.estimator, "n_trainings_", 1)
    if n > 1 and settings.get("n_init") == "auto":
        note(
            f"the first network had learned too little; after {plural(n - 1, 'training')} more from other "
            "first weights, the network with the lowest loss is kept (--n-init 1 trains once)."
        )
    return fitted


STEPS, LEAST_EPOCHS, MOST_EPOCHS, LEAST_PATIENCE = 10_000, 200, 2000, 10


def network_settings(given: Mapping[str, Any], n_rows: int) -> dict[str, Any]:
    """Return the parameters of one network; those that are given come first.

    Early stopping is by the loss. The rate is found by a range test; where the network then learns too
    little, others are trained from other first weights (`n_init`). A small table has more epochs, up to
    2000, so that a training has 10 000 steps: a network often learns nothing for many epochs before it finds
    the way. Training stops after a quarter of them without an improvement. With fewer than
    `LEAST_VALIDATION_ROWS` validation rows a network is trained for all epochs, of which there are then 200.
    """
    settings = {**OWN_DEFAULTS, **given}
    if "early_stopping" not in given and not uses_lbfgs(settings.get("solver", "adam")):
        n_validation = n_rows * settings.get("validation_fraction", VALIDATION_FRACTION)
        settings["early_stopping"] = n_validation >= LEAST_VALIDATION_ROWS
    if settings.get("early_stopping"):
        settings.setdefault("scoring", "loss")
        settings.setdefault("max_iter", most_epochs(n_rows, settings.get("batch_size", "auto")))
        settings.setdefault("n_iter_no_change", max(LEAST_PATIENCE, settings["max_iter"] // 4))
    if settings.setdefault("learning_rate_init", "auto") == "auto":
        settings.setdefault("n_init", "auto")  # a rate that the user gives is tried once
    return settings


def most_epochs(n_rows: int, batch_size: int | str) -> int:
    """Return how many epochs a network is trained at most: 200 to 2000, about 10 000 steps.

    Examples
    --------
    >>> most_epochs(375, "auto"), most_epochs(5000, "auto"), most_epochs(100_000, "auto")
    (2000, 400, 200)
    """
    size = (
        {"auto": 200, "full": n_rows}.get(batch_size, batch_size)
        if isinstance(batch_size, str)
        else batch_size
    )
    steps = -(-n_rows // int(size))
    return int(min(max(STEPS // steps, LEAST_EPOCHS), MOST_EPOCHS))


def _network(task: Task, settings: Mapping[str, Any]) -> MLPClassifier | MLPRegressor:
    """Return the estimator for a task; check the parameters that depend on the task."""
    if "scoring" in settings:
        check_scorer_name("scoring", settings["scoring"], task, ["loss"])
    for name in settings.get("metrics", ()):
        check_scorer_name("metrics", name, task)
    if task == "classification":
        return MLPClassifier(**settings)
    _refuse_class_weight(settings)
    return MLPRegressor(**settings)


def _refuse_class_weight(given: Mapping[str, Any]) -> None:
    if "class_weight" in given:
        raise ParameterError("class_weight", "needs classes, and the task is regression; leave it out.")


def _prepare_kernels(given: Mapping[str, Any], dtype: str, *, is_apart: bool) -> None:
    """Announce that the kernels are compiled; do it in another process, as the compiler takes much memory."""
    waits = announce_compilation(given.get("engine", "auto"), dtype)
    if not (waits and is_apart):
        return
    command = [sys.executable, "-m", "separatrix", "warm"]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if ended.returncode:
        last_line = (ended.stderr.strip().splitlines() or [f"it ended with code {ended.returncode}"])[-1]
        raise WorkerError(f"the kernels cannot be compiled: {last_line.rstrip('.')}; try --engine numpy.")
