"""Search of a table: from named columns to the smallest network that is as good as the best, trained."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.data.column_options import OPTION_NAMES, ColumnOptions
from separatrix.data.frames import frame_from_table, table_from_frame
from separatrix.data.labels import Labels
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.statistics import TargetStatistics
from separatrix.data.streams import TableStream
from separatrix.data.table import Table, require_target, split_target
from separatrix.data.table_files import TableFile, read_table
from separatrix.data.target_rows import with_target
from separatrix.data.targets import Task, class_target, infer_task, number_target
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import ParameterError, did_you_mean
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.table_encoding import TableEncoding
from separatrix.estimators.table_target import Target
from separatrix.estimators.table_training import fit_table
from separatrix.estimators.targets import HEAD_OF_LOSS
from separatrix.evaluate.scorers import check_class_scorer, check_number_scorer, check_scorer_name
from separatrix.model import Model
from separatrix.search.architecture_search import ArchitectureSearchCV
from separatrix.search.experiment import MAX_SEED
from separatrix.search.scores import in_original_unit
from separatrix.search.space import LAYERS, Architecture, architectures, check_architectures, draw_candidates
from separatrix.search.store import count_finished
from separatrix.select import Verdict
from separatrix.train import Callback, Stop

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

_STEP = "network"  # of the pipeline


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


@dataclass(frozen=True, eq=False, repr=False)
class TableSearch:
    """The result of `search_table`.

    Attributes
    ----------
    setup : SearchSetup
        What was searched, and how.
    model : Model or Ensemble
        It predicts tables, numbers in their own unit.
    stops : dict of int to Stop
        Why the training on all rows ended, of each network of the model, by its index in `search`.
    seconds : float
        The duration of the search, without the training on all rows.
    """

    setup: SearchSetup
    model: AnyModel
    stops: dict[int, Stop]
    seconds: float

    @property
    def search(self) -> ArchitectureSearchCV:
        """The fitted search, with the scores of all networks."""
        return self.setup.search

    @property
    def verdict(self) -> Verdict:
        """Which network is best, which smaller one is as good, and whether a linear model is enough."""
        return self.search.verdict_

    @property
    def n_tried(self) -> int:
        """Networks that were tried on all folds: fewer than `setup.n_drawn` after Ctrl-C."""
        return len(self.search.candidates_)

    @property
    def models(self) -> list[Model]:
        """The networks of the model."""
        return list(self.model.models) if isinstance(self.model, Ensemble) else [self.model]

    def summary(self) -> str:
        """Return the verdict in sentences and a table."""
        return self.search.summary()

    def __repr__(self) -> str:
        """Return the target, the number of networks tried, and the model."""
        return f"TableSearch({self.setup.target!r}, {self.n_tried} networks, {self.model!r})"


def search_table(
    source: Any,
    target: str | int = "target",
    *,
    task: Task | None = None,
    depths: Iterable[int] | None = None,
    widths: Iterable[int] | None = None,
    layers: Sequence[int | Sequence[int]] | None = None,
    param_space: Mapping[str, Any] | None = None,
    n_candidates: int = 100,
    cv: int = 5,
    n_repeats: int = 1,
    scoring: str | None = None,
    refit: str = "one_se",
    ensemble: bool = False,
    n_jobs: int | None = -1,
    random_state: int | None = None,
    store: Any = None,
    verbose: int = 0,
    callbacks: Sequence[Callback] = (),
    on_start: Callable[[SearchSetup], object] | None = None,
    options: ColumnOptions | None = None,
    **settings: Any,
) -> TableSearch:
    """Search how many layers and neurons a table needs, and train the network chosen on all rows.

    It is `ArchitectureSearchCV` for tables with text, missing cells and targets of any unit. The columns are
    encoded as by `separatrix.data.TableEncoder`, which learns from the training rows of each fold alone.

    Parameters
    ----------
    source : path-like, data frame or Table
        A table file (see `separatrix.data.read_table`) or a table in memory.
    target : str or int, default='target'
        The column to predict; 3 is the column '3'.
    task : {'classification', 'regression'}, optional
        By default text, true/false and a few different whole numbers are classes.
    depths : iterable of int, optional
        Numbers of hidden layers; 0 is logistic or linear regression. By default 0, 1 and 2.
    widths : iterable of int, optional
        Units of each hidden layer. By default 2, 4, 8, 16 and 32.
    layers : list of architectures, optional
        Hidden layers of one network, in addition to depths and widths or, without these, alone. Such as
        ``[(16, 8)]``.
    param_space : dict, optional
        Names of other parameters of the network, to lists of values or distributions of `scipy.stats`. By
        default two values of `learning_rate_init` are tried, except with solver 'lbfgs'.
    n_candidates : int, default=100
        The maximum number of networks; if there are more, an equal number is drawn for every architecture.
    cv : int, default=5
        The number of folds. They are shuffled, and stratified for classes.
    n_repeats : int, default=1
        How many times the folds are drawn.
    scoring : str, optional
        The scorer of scikit-learn that networks are judged by. By default ``neg_log_loss`` for classes and
        ``r2`` for numbers. Scores are in the target's own unit.
    refit : {'one_se', 'best'}, default='one_se'
        Which network is trained on all rows: one_se, the smallest within one standard error of the best, or
        best.
    ensemble : bool, default=False
        Whether the model is instead an ensemble of the networks whose mean prediction is best on their test
        rows.
    n_jobs : int or None, default=-1
        The number of networks that are trained at the same time; -1 is one for each core.
    random_state : int, optional
        Draws candidates, folds, initial weights and the order of rows. By default one is drawn; see `setup`.
    store : path-like, optional
        An SQLite file to which every finished training is written; the same search continues from it.
    verbose : int, default=0
        If positive, a bar on standard error shows the progress of the search.
    callbacks : sequence of callables, default=()
        For the training on all rows, as of ``set_callbacks``.
    on_start : callable, optional
        Called with the `SearchSetup` after all checks, before the first training.
    options : separatrix.data.ColumnOptions, optional
        What you say about columns. Its fields are also taken as arguments: ``categorical=["zip"]``.
    **settings :
        Other parameters of `MLPClassifier` or `MLPRegressor`, the same for all networks. Their defaults here
        are ``max_iter=1000`` and ``n_iter_no_change=20``. Without `early_stopping`, tables of 500 rows or
        more have it, by the loss on validation rows, except with solver 'lbfgs'. Labels in `class_weight` can
        be given as text.

    Returns
    -------
    TableSearch
        The verdict, and a model that predicts tables.

    Raises
    ------
    ParameterError
        If a parameter breaks its rule.
    DataError
        If the table cannot be trained on.

    Warns
    -----
    UserWarning
        If Ctrl-C ended the search; the result is what was done until then.

    See Also
    --------
    ArchitectureSearchCV : The search of arrays, with more ways to split and to score.

    Examples
    --------
    >>> import numpy as np
    >>> import separatrix as sx
    >>> x = np.linspace(-2, 2, 60)
    >>> table = sx.data.Table({"x": x, "kind": ["a", "b"] * 30, "price": 1000 * x**2})
    >>> found = sx.search_table(table, "price", depths=[0, 1], widths=[4], cv=3, solver="lbfgs",
    ...                         random_state=0)
    >>> found.verdict.baseline_is_enough
    False
    >>> found.model
    <Model 3-4-1, head='regression', float64: 'price', from 2 columns>
    >>> found.model.predict(sx.data.Table({"x": [1.0], "kind": ["a"]})).round(-3)
    array([1000.])
    """
    check.integer("n_candidates", n_candidates, 1)
    check.integer("cv", cv, 2)
    check.integer("n_repeats", n_repeats, 1)
    check.choice("refit", refit, REFITS)
    if n_jobs == 0:
        raise ParameterError("n_jobs", "must be -1, for all cores, or a number of networks, got 0.")
    target = str(target)
    said = {name: settings.pop(name) for name in OPTION_NAMES if name in settings}
    table, schema = _understood(_table(source), target, options or ColumnOptions(**said))
    features, y, task, reason = _labelled(table, schema, target, task)
    scoring = SCORING[task] if scoring is None else scoring
    _check_scoring(scoring, y, task, target)
    _check_folds(y, cv, task, scoring)
    if settings.get("class_weight") is not None:
        settings["class_weight"] = _class_weight(settings["class_weight"], y, task)
    space = make_space(depths, widths, layers, param_space or {}, settings, len(y))
    _check_parameters(space, task)
    network = _estimator(task, space.settings)
    trained_y, scorer = _standardised(network, y, target, scoring)
    dtype = "float64" if network.dtype == "auto" else network.dtype
    search = ArchitectureSearchCV(
        Pipeline([("table", TableEncoding(dtype=dtype, schema=schema)), (_STEP, network)]),
        space.architectures,
        space.params,
        n_candidates=n_candidates,
        cv=cv,
        n_repeats=n_repeats,
        scoring=scorer,
        refit=ensemble,  # a search without refit has no ensemble; the model is trained below
        n_jobs=n_jobs,
        random_state=check_random_state(None).randint(MAX_SEED) if random_state is None else random_state,
        store=store,
        verbose=verbose,
    )
    setup = SearchSetup(features, schema, y, target, task, reason, space, scoring, search)
    if on_start is not None:
        on_start(setup)
    started = perf_counter()
    search.fit(frame_from_table(features), trained_y)
    seconds = perf_counter() - started
    model, stops = _train_model(setup, refit, callbacks)
    return TableSearch(setup, model, stops, seconds)


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


def _table(source: Any) -> Table:
    if isinstance(source, Table):
        return source
    return read_table(source) if isinstance(source, str | PathLike | TableFile) else table_from_frame(source)


def _understood(table: Table, target: str, options: ColumnOptions) -> tuple[Table, Schema]:
    """Return the rows to learn from and what their columns are."""
    require_target(table.columns, target)
    schema = learn_schema(table, target, options).require_used()
    return with_target(table, schema) if options.target_missing == "drop" else (table, schema)


def _labelled(table: Table, schema: Schema, target: str, task: Task | None) -> tuple[Table, Array, Task, str]:
    """Return the columns to predict from, the target, the task, and why it is this task."""
    table = Table({**table.columns, target: schema.read_target(table.columns[target])}, table.ordered)
    features, y = split_target(table, target)
    if task is None:
        task, reason = infer_task(TableStream(table), target)
    else:
        check.choice("task", task, TASKS)
        reason = "as asked"
    y = class_target(y, target) if task == "classification" else number_target(y, target)
    return features, y, task, reason


def _class_weight(class_weight: Any, y: Array, task: Task) -> Any:
    """Return the weights by label, whether labels are given as such or as text."""
    if task == "regression":
        raise ParameterError("class_weight", "needs classes, and the task is regression; leave it out.")
    classes, counts = np.unique(y, return_counts=True)
    weights = Labels(classes).weights(class_weight, counts)  # checks it, too
    if isinstance(class_weight, str):
        return class_weight  # of the training rows of each fold
    assert weights is not None
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))


def _check_scoring(scoring: str, y: Array, task: Task, target: str) -> None:
    check_scorer_name("scoring", scoring, task)
    if task == "classification":
        check_class_scorer("scoring", scoring, np.unique(y))
    else:
        check_number_scorer("scoring", scoring, y, target)


def _check_folds(y: Array, cv: int, task: Task, scoring: str) -> None:
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


def _check_parameters(space: SearchSpace, task: Task) -> None:
    """Raise if a value to try breaks its rule, once rather than in every training."""
    changes: list[dict[str, Any]] = [{}]
    for name, values in space.params.items():
        is_distribution = hasattr(values, "rvs")
        tried = values.support() if is_distribution and hasattr(values, "support") else values
        changes += [{name: value} for value in ([] if is_distribution and tried is values else tried)]
    for change in changes:
        settings = _estimator(task, space.settings | change).settings()
        settings.network(1, 1, "regression")


def _estimator(task: Task, settings: Mapping[str, Any]) -> MLP:
    kind = MLPClassifier if task == "classification" else MLPRegressor
    try:
        return kind(**settings)
    except TypeError as error:
        known = inspect.signature(kind).parameters
        name = next(name for name in settings if name not in known)
        raise ParameterError(
            name, f"is not a parameter of {kind.__name__} or of search_table.{did_you_mean(name, known)}"
        ) from error


def _standardised(network: MLP, y: Array, target: str, scoring: str) -> tuple[Array, Any]:
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


def _train_model(
    setup: SearchSetup, refit: str, callbacks: Sequence[Callback]
) -> tuple[AnyModel, dict[int, Stop]]:
    """Train the candidates of the model on all rows; return it, and why their trainings ended."""
    search = setup.search
    if not search.refit:
        verdict = search.verdict_
        index = verdict.best if refit == "best" else verdict.smallest_as_good
        estimator = _fit(setup, index, callbacks)
        return estimator.to_model(), {index: estimator.stop_}
    if not hasattr(search, "ensemble_weights_"):
        raise KeyboardInterrupt("Search interrupted by user, before its ensemble was trained.")
    weights: dict[int, int] = search.ensemble_weights_
    members = {index: _fit(setup, index, callbacks) for index in weights}
    model = Ensemble([member.to_model() for member in members.values()], list(weights.values()))
    return model, {index: member.stop_ for index, member in members.items()}


def _fit(setup: SearchSetup, index: int, callbacks: Sequence[Callback]) -> MLP:
    """Train a candidate on all rows."""
    params = setup.search.candidates_.params[index]
    changes = {name.removeprefix(f"{_STEP}__"): value for name, value in params.items()}
    settings = setup.space.settings | changes | {"random_state": setup.search.random_state}
    estimator = _estimator(setup.task, settings)
    if callbacks:
        estimator.set_callbacks(*callbacks)
    table = Table({**setup.features.columns, setup.target: setup.y})
    fit_table(estimator, table, setup.target, schema=setup.schema)
    return estimator
