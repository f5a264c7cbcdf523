"""Search of a table: from named columns to the smallest network that is as good as the best, trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.data.column_options import OPTION_NAMES, ColumnOptions
from separatrix.data.frames import frame_from_table
from separatrix.data.table import Table
from separatrix.data.targets import Task
from separatrix.decision import Decision
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import ParameterError
from separatrix.estimators.table_encoding import TableEncoding
from separatrix.estimators.table_training import fit_table
from separatrix.evaluate.cost import Cost
from separatrix.model import Model
from separatrix.report.cross_validation import CrossAssessment, Folding, cross_assess, repeats_for
from separatrix.search.architecture_search import ArchitectureSearchCV
from separatrix.search.experiment import MAX_SEED
from separatrix.search.table_setup import (
    MLP,
    REFITS,
    SCORING,
    STEP,
    SearchSetup,
    check_folds,
    check_parameters,
    check_scoring,
    labelled,
    make_space,
    network_of_task,
    standardised,
    table_of,
    understood,
    weights_by_label,
)
from separatrix.select import Verdict
from separatrix.train import Callback, Stop

Array = NDArray[Any]
CHOSEN = "Its size was chosen on the same rows, so that its scores look a little too good."


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

    def judge(
        self,
        *,
        trees: bool = True,
        decision: Decision | None = None,
        cost: Cost | None = None,
        on_fit: Callable[[int, int], object] | None = None,
    ) -> CrossAssessment:
        """Judge the network that was chosen as `separatrix fit` judges a model: beside the same baselines.

        It is trained again on the folds of the search, with their seeds. Its size was chosen on the same
        rows: its scores look a little too good, and the verdict says by how much.

        Parameters
        ----------
        trees : bool, default=True
            Whether gradient boosting is one of the baselines.
        decision : Decision, optional
            Which class is positive; by default that of the model.
        cost : Cost, optional
            Of two classes: what wrong answers cost. It is judged, too.
        on_fit : callable, optional
            Called with the number of trainings done, and of all, after each.

        Raises
        ------
        ParameterError
            If the model is an ensemble.
        """
        if isinstance(self.model, Ensemble):
            raise ParameterError("ensemble", "keeps several networks, and one is judged; leave it out.")
        (index,) = self.stops
        setup, search = self.setup, self.search
        table = setup.schema.apply(setup.features)
        found = cross_assess(
            network_of_candidate(setup, index),
            table,
            setup.y,
            decision=decision,
            target=setup.target,
            trees=trees,
            cost=cost,
            folding=Folding(search.cv, search.n_repeats, splits=search.splits_, seeds=search.seeds_),
            on_fit=on_fit,
        )
        return replace(found, assessment=replace(found.assessment, notes=(*found.assessment.notes, CHOSEN)))

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
    n_repeats: int | None = None,
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
    n_repeats : int, optional
        How many times the folds are drawn. By default 4 times up to 150 rows, twice up to 500, else once.
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
    if n_repeats is not None:
        check.integer("n_repeats", n_repeats, 1)
    check.choice("refit", refit, REFITS)
    if n_jobs == 0:
        raise ParameterError("n_jobs", "must be -1, for all cores, or a number of networks, got 0.")
    target = str(target)
    said = {name: settings.pop(name) for name in OPTION_NAMES if name in settings}
    table, schema = understood(table_of(source), target, options or ColumnOptions(**said))
    features, y, task, reason = labelled(table, schema, target, task)
    scoring = SCORING[task] if scoring is None else scoring
    check_scoring(scoring, y, task, target)
    check_folds(y, cv, task, scoring)
    if settings.get("class_weight") is not None:
        settings["class_weight"] = weights_by_label(settings["class_weight"], y, task)
    space = make_space(depths, widths, layers, param_space or {}, settings, len(y))
    check_parameters(space, task)
    network = network_of_task(task, space.settings)
    trained_y, scorer = standardised(network, y, target, scoring)
    dtype = "float64" if network.dtype == "auto" else network.dtype
    search = ArchitectureSearchCV(
        Pipeline([("table", TableEncoding(dtype=dtype, schema=schema)), (STEP, network)]),
        space.architectures,
        space.params,
        n_candidates=n_candidates,
        cv=cv,
        n_repeats=repeats_for(len(y)) if n_repeats is None else n_repeats,
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


def network_of_candidate(setup: SearchSetup, index: int) -> MLP:
    """Return the network of a candidate, not trained."""
    params = setup.search.candidates_.params[index]
    changes = {name.removeprefix(f"{STEP}__"): value for name, value in params.items()}
    settings = setup.space.settings | changes | {"random_state": setup.search.random_state}
    return network_of_task(setup.task, settings)


def _fit(setup: SearchSetup, index: int, callbacks: Sequence[Callback]) -> MLP:
    """Train a candidate on all rows."""
    estimator = network_of_candidate(setup, index)
    if callbacks:
        estimator.set_callbacks(*callbacks)
    table = Table({**setup.features.columns, setup.target: setup.y})
    fit_table(estimator, table, setup.target, schema=setup.schema)
    return estimator
