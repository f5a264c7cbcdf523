"""Setup of a search of a table: the rows, the networks to try and how they are judged, checked."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix import check
from separatrix.data.column_options import ColumnOptions
from separatrix.data.frames import table_from_frame
from separatrix.data.labels import Labels
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.statistics import TargetStatistics
from separatrix.data.streams import TableStream
from separatrix.data.table import Table, require_target, split_target
from separatrix.data.table_files import TableFile, read_table
from separatrix.data.target_rows import with_target
from separatrix.data.targets import Task, class_target, infer_task, number_target
from separatrix.errors import ParameterError, did_you_mean
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.table_target import Target
from separatrix.estimators.targets import HEAD_OF_LOSS
from separatrix.evaluate.scorers import check_class_scorer, check_number_scorer, check_scorer_name
from separatrix.search.architecture_search import ArchitectureSearchCV
from separatrix.search.scores import in_original_unit
from separatrix.search.space import LAYERS, Architecture, architectures, check_architectures, draw_candidates
from separatrix.search.store import count_finished

Array = NDArray[Any]
MLP = MLPClassifier | MLPRegressor

TASKS: tuple[Task, ...] = ("classification", "regression")
REFITS = ("one_se", "best")
LEARNING_RATES = (0.003, 0.03)
DEFAULTS: dict[str, Any] = {"max_iter": 1000, "n_iter_no_change": 20}
"""Where the networks of a search differ from the defaults of the estimators."""

SCORING = {"classification": "neg_log_loss", "regression": "r2"}
ROWS_FOR_EARLY_STOPPING = 500
"""With fewer rows, early stopping helps less than the validation rows would as training rows."""

STEP = "network"  # of the pipeline


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """The networks that are tried.

    Attributes
    ----------
    architectures : list of tuple of int
    params : dict
        Parameters that differ between networks, to lists of values or distributions.
    settings : dict
        Parameters that are the same for all networks.
    """

    architectures: list[Architecture]
    params: dict[str, Any]
    settings: dict[str, Any]

    def n_drawn(self, n_candidates: int | None, random_state: Any) -> int:
        """Return how many networks a search draws."""
        space = {LAYERS: self.architectures, **self.params}
        return len(draw_candidates(space, n_candidates, RandomState(random_state), LAYERS))

    @property
    def n_points(self) -> float:
        """How many different networks there are; infinite with a distribution."""
        sizes = (math.inf if hasattr(values, "rvs") else len(values) for values in self.params.values())
        return math.prod([len(self.architectures), *sizes])


@dataclass(frozen=True, eq=False)
class SearchSetup:
    """A table, the networks to try on it and how they are judged: all checked before any training.

    Attributes
    ----------
    features : Table
        The columns to predict from.
    schema : Schema
        What these columns are.
    y : ndarray of shape (n_rows,)
        Labels, or numbers in their own unit.
    target : str
        Name of the column to predict.
    task : {"classification", "regression"}
    task_reason : str
        Why it is this task, in a few words.
    space : SearchSpace
    scoring : str
        scikit-learn's name of the score.
    search : ArchitectureSearchCV
        Of a pipeline whose last step is called "network". The target of a regression is standardised for it.
    """

    features: Table
    schema: Schema
    y: Array
    target: str
    task: Task
    task_reason: str
    space: SearchSpace
    scoring: str
    search: ArchitectureSearchCV

    @cached_property
    def n_drawn(self) -> int:
        """How many networks the search draws."""
        return self.space.n_drawn(self.search.n_candidates, self.search.random_state)

    def n_finished(self) -> int:
        """Return how many networks the store has on all folds already."""
        search = self.search
        return 0 if search.store is None else count_finished(search.store, search.cv * search.n_repeats)


def make_space(
    depths: Iterable[int] | None,
    widths: Iterable[int] | None,
    layers: Sequence[int | Sequence[int]] | None,
    param_space: Mapping[str, Any],
    settings: Mapping[str, Any],
    n_rows: int,
) -> SearchSpace:
    """Return the networks to try: what differs between them apart from what is the same for all.

    Raises
    ------
    ParameterError
        If a learning rate is given for a solver that has none, or a parameter is given twice.
    """
    sizes = [] if layers is None else check_architectures(layers)
    if depths is not None or widths is not None or not sizes:
        given = {"depths": depths, "widths": widths}
        sizes += architectures(**{name: values for name, values in given.items() if values is not None})
    for name in param_space.keys() & settings.keys():
        raise ParameterError(name, "must be given once, in param_space or for all networks, got both.")
    uses_lbfgs = settings.get("solver") == "lbfgs"
    same = {**DEFAULTS, "early_stopping": n_rows >= ROWS_FOR_EARLY_STOPPING and not uses_lbfgs, **settings}
    if same["early_stopping"] or "early_stopping" in param_space:
        same["scoring"] = "loss"
    differing: dict[str, Any] = {}
    if "learning_rate_init" in {*param_space, *settings}:
        if uses_lbfgs:
            raise ParameterError("learning_rate_init", "has no effect with solver 'lbfgs'; leave it out.")
    elif not uses_lbfgs:
        differing["learning_rate_init"] = list(LEARNING_RATES)
    for name, values in (*param_space.items(), *differing.items()):
        if not hasattr(values, "rvs") and len({repr(value) for value in values}) == 1:
            same[name] = values[0]
        else:
            differing[name] = values
            same.pop(name, None)
    return SearchSpace(list(dict.fromkeys(sizes)), differing, same)


def table_of(source: Any) -> Table:
    """Return a file, a data frame or a table as a table in memory."""
    if isinstance(source, Table):
        return source
    return read_table(source) if isinstance(source, str | PathLike | TableFile) else table_from_frame(source)


def understood(table: Table, target: str, options: ColumnOptions) -> tuple[Table, Schema]:
    """Return the rows to learn from and what their columns are."""
    require_target(table.columns, target)
    schema = learn_schema(table, target, options).require_used()
    return with_target(table, schema) if options.target_missing == "drop" else (table, schema)


def labelled(table: Table, schema: Schema, target: str, task: Task | None) -> tuple[Table, Array, Task, str]:
    """Return the columns to predict from, the target, the task, and why it is this task."""
    table = replace(table, columns={**table.columns, target: schema.read_target(table.columns[target])})
    features, y = split_target(table, target)
    if task is None:
        task, reason = infer_task(TableStream(table), target)
    else:
        check.choice("task", task, TASKS)
        reason = "as asked"
    y = class_target(y, target) if task == "classification" else number_target(y, target)
    return features, y, task, reason


def weights_by_label(class_weight: Any, y: Array, task: Task) -> Any:
    """Return the weights by label, whether labels are given as such or as text."""
    if task == "regression":
        raise ParameterError("class_weight", "needs classes, and the task is regression; leave it out.")
    classes, counts = np.unique(y, return_counts=True)
    weights = Labels(classes).weights(class_weight, counts)  # checks it, too
    if isinstance(class_weight, str):
        return class_weight  # of the training rows of each fold
    assert weights is not None
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))


def check_scoring(scoring: str, y: Array, task: Task, target: str) -> None:
    """Raise if a score does not fit the target."""
    check_scorer_name("scoring", scoring, task)
    if task == "classification":
        check_class_scorer("scoring", scoring, np.unique(y))
    else:
        check_number_scorer("scoring", scoring, y, target)


def check_folds(y: Array, cv: int, task: Task, scoring: str) -> None:
    """Raise if there are more folds than rows, or than rows of a class."""
    most, of, cure = len(y), "the number of rows", ""
    if task == "classification":
        classes, counts = np.unique(y, return_counts=True)
        most = int(counts.min())
        of = f"the number of rows of the rarest class, '{classes[counts.argmin()]}'"
        cure = ", or leave that class out"
    elif scoring == "r2":
        most, of = most // 2, "half the number of rows, as r2 needs two of them in every fold"
    if most < cv:
        lower = f"lower it to {most}" if most > 1 else "give more rows"
        raise ParameterError("cv", f"must be at most {most}, {of}, got {cv}; {lower}{cure}.")


def check_parameters(space: SearchSpace, task: Task) -> None:
    """Raise if a value to try breaks its rule, once rather than in every training."""
    changes: list[dict[str, Any]] = [{}]
    for name, values in space.params.items():
        is_distribution = hasattr(values, "rvs")
        tried = values.support() if is_distribution and hasattr(values, "support") else values
        changes += [{name: value} for value in ([] if is_distribution and tried is values else tried)]
    for change in changes:
        settings = network_of_task(task, space.settings | change).settings()
        settings.network(1, 1, "regression")


def network_of_task(task: Task, settings: Mapping[str, Any]) -> MLP:
    """Return the network for a task with these parameters, not trained."""
    kind = MLPClassifier if task == "classification" else MLPRegressor
    try:
        return kind(**settings)
    except TypeError as error:
        known = inspect.signature(kind).parameters
        name = next(name for name in settings if name not in known)
        raise ParameterError(
            name, f"is not a parameter of {kind.__name__} or of search_table.{did_you_mean(name, known)}"
        ) from error


def standardised(network: MLP, y: Array, target: str, scoring: str) -> tuple[Array, Any]:
    """Return the target as the search trains on it, and a scorer that scores it in its own unit."""
    if isinstance(network, MLPClassifier):
        return y, scoring
    check.choice("loss", network.loss, HEAD_OF_LOSS)
    statistics = TargetStatistics.of(y, target)
    scaled = Target.of_numbers(statistics, HEAD_OF_LOSS[network.loss], has_shift=network.fit_intercept)
    y = (y - scaled.shift) / scaled.scale
    if scoring == "r2":  # which has no unit
        return y, scoring
    return y, {scoring: in_original_unit(scoring, scaled.shift, scaled.scale)}
