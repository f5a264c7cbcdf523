"""ArchitectureSearchCV: many networks, each trained as it would be alone, and an honest verdict.

It is longer than most modules by the description of its parameters and attributes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from joblib import parallel_config
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import clone, is_classifier
from sklearn.callback import with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_method_params, check_is_fitted

from separatrix import check
from separatrix.errors import ParameterError, did_you_mean
from separatrix.search.experiment import Experiment, fresh, network_of, read_rows
from separatrix.search.folds import MAX_SEED, make_splitters
from separatrix.search.members import can_average, select_members
from separatrix.search.progress import search_progress
from separatrix.search.results import Outcome, Results
from separatrix.search.rounds import discarding_text, n_trials_of, run_rounds
from separatrix.search.scores import params_of_scorers, shortcuts_of
from separatrix.search.space import LAYERS, Params, draw_candidates, make_space
from separatrix.search.store import NoStore, Store, settings_of
from separatrix.search.straight_line import STRAIGHT_LINES
from separatrix.search.trials import TrialResult, is_shared
from separatrix.select import corrected_standard_error, select, verdict_text
from separatrix.select.candidates import layers_text, shown_metric
from separatrix.train.interrupt import Interrupt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]


class ArchitectureSearchCV(BaseSearchCV):
    """Which hidden layers and settings: many networks on many folds, and a verdict with its uncertainty.

    One of scikit-learn's searches (`cv_results_`, `best_estimator_`, `predict` and so on), in which every
    candidate is trained just as it would be alone: `candidate` returns it, and a fit of it on the same fold
    gives the same score to the last bit, whatever `n_jobs`.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, or Pipeline that ends in one
        Whose settings the candidates share. In a pipeline, what comes before the network is fitted on the
        training rows of each fold, once for all candidates. Without a `random_state` it gets another seed on
        every fold, the same for all candidates: see `seeds_`.
    hidden_layer_sizes : list of architectures, default=architectures()
        Such as ``[(), (8,), (8, 8)]``, or what `architectures` returns.
    param_space : dict, optional
        Names of other parameters, to lists of values or distributions of `scipy.stats`. Those of the network
        need no name of a step before them.
    n_candidates : int or None, default=100
        At most so many. Lists alone that have no more combinations are tried whole; from anything else it is
        drawn, with an equal share for every architecture. None is the whole grid.
    cv : int, splitter or iterable, default=5
        A number means shuffled folds, stratified for a classifier.
    n_repeats : int, default=1
        The folds are drawn anew so many times.
    scoring : str, callable, list, dict or None, default=None
        As in scikit-learn; None is the estimator's `score`. Of several scores the first decides the verdict.
    refit : {'one_se', 'best'}, name of a score, bool or callable, default='one_se'
        Which candidate is trained on all rows: the smallest within one standard error of the best, or the
        best (as True); by another score its best; or what the callable returns for `cv_results_`.
    n_jobs : int or None, default=-1
        Threads, each with a network at a time; -1 is one per core. Within ``joblib.parallel_config`` of a
        cluster it is the cluster that counts.
    random_state : int, RandomState or None, default=None
        Draws candidates, folds and seeds.
    store : path-like, optional
        An SQLite file that takes every finished training. A search that was killed goes on where it stopped,
        if it is started again with the same data and settings, among them an int as `random_state`.
    halving_factor : int, optional
        Early discarding: of so many candidates one goes on to the next round, of so many times the epochs;
        3, say. The epochs that it saved are told by `summary`. By default every candidate is trained to its
        end.
    ensemble_size : int, default=20
        How many times a candidate is added to `ensemble_`; 0 is no ensemble.
    error_score : 'raise' or float, default=nan
        What a training or a score that fails counts as.
    return_train_score : bool, default=False
    verbose : int, default=0
        From 1 on, a bar shows how many trainings are done, the best so far and the time left.

    Attributes
    ----------
    cv_results_ : dict of str to array
        As in scikit-learn, and for each candidate ``se_test_<score>`` (the standard error, corrected for
        folds that share rows), ``n_parameters``, ``mean_n_epochs``, ``n_diverged`` and ``n_limited``
        (trainings that diverged, or reached `max_iter` still improving), and ``is_discarded``.
    best_estimator_, best_params_, best_index_, best_score_ :
        Of the candidate that `refit` chose.
    smallest_as_good_ : dict
        The settings of the smallest candidate within one standard error of the best.
    verdict_ : separatrix.select.Verdict
        The comparison in numbers; `summary` says it in words.
    candidates_ : separatrix.select.Candidates
        What verdict and pictures start from.
    baseline_scores_ : ndarray of shape (n_splits_,)
        Of the straight line that all are held against: the same estimator without hidden layers, trained to
        its optimum by L-BFGS, with its own `alpha` or with 1 (scikit-learn's ``C=1``), whichever is better.
    epochs_ : tuple of int
        Epochs trained, and those there would have been at most without early discarding.
    ensemble_ : MLPEnsembleClassifier or MLPEnsembleRegressor
        The networks whose mean did best on rows that they had not seen, trained on all rows; with `refit`,
        and for one label or number a row.
    ensemble_weights_ : dict of int to int
        How often each candidate is in it.
    splits_ : list of (train, test)
        Row numbers of every fold of every repeat.
    seeds_ : int ndarray of shape (n_splits_,) or None
        The `random_state` on each fold, where `estimator` has none.

    References
    ----------
    The smallest within one standard error: L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone,
    Classification and Regression Trees (1984), section 3.4.3. Standard errors: C. Nadeau and Y. Bengio,
    Machine Learning 52 (2003). Selection bias: I. Tsamardinos, E. Greasidou and G. Borboudakis, Machine
    Learning 107 (2018). Ensemble: R. Caruana, A. Niculescu-Mizil, G. Crew and A. Ksikes, ICML 2004. Early
    discarding: K. Jamieson and A. Talwalkar, AISTATS 2016.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from separatrix import ArchitectureSearchCV, MLPClassifier
    >>> X, y = make_moons(200, noise=0.2, random_state=0)
    >>> network = MLPClassifier(activation="tanh", solver="lbfgs", alpha=0.01, max_iter=2000)
    >>> search = ArchitectureSearchCV(network, [(), (2,), (8,), (8, 8)], random_state=0)
    >>> search.fit(X, y).best_params_
    {'hidden_layer_sizes': (8,)}
    >>> search.verdict_.baseline_is_enough
    False
    """

    def __init__(
        self,
        estimator: Any,
        hidden_layer_sizes: Sequence[int | Sequence[int]] | None = None,
        param_space: Mapping[str, Any] | None = None,
        *,
        n_candidates: int | None = 100,
        cv: Any = 5,
        n_repeats: int = 1,
        scoring: Any = None,
        refit: bool | str | Callable[[Mapping[str, Any]], int] = "one_se",
        n_jobs: int | None = -1,
        random_state: int | RandomState | None = None,
        store: Any = None,
        halving_factor: int | None = None,
        ensemble_size: int = 20,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.hidden_layer_sizes = hidden_layer_sizes
        self.param_space = param_space
        self.n_candidates = n_candidates
        self.n_repeats = n_repeats
        self.random_state = random_state
        self.store = store
        self.halving_factor = halving_factor
        self.ensemble_size = ensemble_size

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Train every candidate on every fold, judge them, and refit the one chosen.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        **params :
            What `fit` of the estimator, the scorers and the splitter are given, such as `sample_weight` and
            `groups`: as in scikit-learn's searches.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            If a parameter breaks its rule.
        DataError
            If the rows cannot be split, or no candidate could be trained on them.

        Warns
        -----
        FitFailedWarning
            If the training or a score of some candidates failed.
        UserWarning
            If Ctrl-C ended the search; what was done until then is the result.
        """
        self._check_parameters()
        X, y = read_rows(self.estimator, X, y)
        params = _check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        random_state = check_random_state(self.random_state)
        candidates = self._draw(random_state)
        if routed.splitter.split.get("groups") is not None and isinstance(self.cv, int | np.integer | None):
            raise ParameterError(
                f"cv must be a splitter that heeds groups where they are given, got {self.cv!r}; give "
                "GroupKFold(5), say."
            )
        experiment = self._experiment(X, y, routed, random_state)
        if self.halving_factor is not None and not is_shared(experiment):
            raise ParameterError(
                "halving_factor must be None where metadata are given to the steps of a pipeline, got "
                f"{self.halving_factor}; leave it out, or give sample_weight to a network alone."
            )
        context = self._init_callback_context(max_subtasks=1)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y, metadata=None)
        results = self._run(experiment, candidates)
        error_score = np.nan if self.error_score == "raise" else self.error_score
        names = list(experiment.scorer) if isinstance(experiment.scorer, Mapping) else None
        outcome = Outcome(results, candidates, error_score, names)
        self._keep(experiment, outcome)
        if self.refit is not False:
            self._refit(experiment, outcome, routed.estimator.fit)
        context.call_on_fit_task_end(estimator=self, X=X, y=y, metadata=None)
        return self

    def candidate(self, index: int, split: int | None = None) -> Any:
        """Return a candidate's unfitted estimator, as it was trained.

        Parameters
        ----------
        index : int
            Of the candidate in `cv_results_`.
        split : int, optional
            Of the fold, where the seed is one of `seeds_`.

        Returns
        -------
        estimator
            Fitted on the training rows ``splits_[split][0]``, it gives that fold's scores to the last bit.
        """
        check_is_fitted(self)
        return fresh(self.estimator, self.cv_results_["params"][index], self.seeds_, split)

    # What is to be done.

    def _check_parameters(self) -> None:
        network_of(self.estimator)
        if self.n_candidates is not None:
            check.integer("n_candidates", self.n_candidates, 1)
        check.integer("ensemble_size", self.ensemble_size, 0)
        if self.halving_factor is not None:
            check.integer("halving_factor", self.halving_factor, 2)
        if self.error_score != "raise" and not isinstance(self.error_score, int | float):
            raise ParameterError(f"error_score must be 'raise' or a number, got {self.error_score!r}.")
        if isinstance(self.refit, str) and self.refit not in {"one_se", "best", *self._score_keys()}:
            options = ("one_se", "best", *self._score_keys())
            raise ParameterError(
                f"refit must be one of {options}, a bool or a function of cv_results_, got {self.refit!r}."
                f"{did_you_mean(self.refit, options)}"
            )

    def _score_keys(self) -> tuple[str, ...]:
        """Return the names of several scores; of one, none."""
        if isinstance(self.scoring, str) or not isinstance(self.scoring, Iterable):
            return ()
        return tuple(self.scoring)

    def _check_refit_for_multimetric(self, scores: Any) -> None:
        """Do nothing: unlike its parent, a search has a first metric to go by."""

    @property
    def _prefix(self) -> str:
        """What stands before the names of the network's settings."""
        return f"{self.estimator.steps[-1][0]}__" if isinstance(self.estimator, Pipeline) else ""

    def _draw(self, random_state: RandomState) -> list[Params]:
        space = make_space(self.estimator, self._prefix, self.hidden_layer_sizes, self.param_space or {})
        return draw_candidates(space, self.n_candidates, random_state, self._prefix + LAYERS)

    def _experiment(self, X: Any, y: Any, routed: Any, random_state: RandomState) -> Experiment:
        scorer, _ = self._get_scorers()
        classifier = is_classifier(self.estimator)
        splitters = make_splitters(self.cv, self.n_repeats, y, classifier, random_state)
        splits = [split for splitter in splitters for split in splitter.split(X, y, **routed.splitter.split)]
        seeds = None
        if network_of(self.estimator).random_state is None:
            seeds = random_state.randint(MAX_SEED, size=len(splits))
        return Experiment(
            clone(self.estimator),
            X,
            y,
            splits,
            seeds,
            getattr(scorer, "_scorers", scorer),
            shortcuts_of(self.scoring, classifier),
            {name: value for name, value in routed.estimator.fit.items() if value is not None},
            params_of_scorers(scorer, routed.scorer.score),
            self.return_train_score,
        )

    def _run(self, experiment: Experiment, candidates: list[Params]) -> Results:
        """Carry out all trials that the store does not have yet, the straight lines first."""
        lines = [{self._prefix + name: value for name, value in line.items()} for line in STRAIGHT_LINES]
        params = dict(enumerate([*lines, *candidates], start=-len(lines)))
        results = Results(len(experiment.splits), self._first_score(experiment))
        with (
            self._open_store(experiment, candidates) as store,
            self._progress(experiment, params) as tell,
        ):
            n_stored = 0
            for result in store.results():
                results.add(result)
                n_stored += 1

            def collect(found: list[TrialResult]) -> None:
                for result in found:
                    if self.error_score == "raise" and result.exception is not None:
                        raise result.exception
                    results.add(result)
                store.add([(result, params[result.candidate]) for result in found])
                tell(len(found), results)

            tell(n_stored, results)
            is_whole = run_rounds(
                experiment, params, results, self.halving_factor, n_jobs=self.n_jobs, collect=collect
            )
        if not is_whole:
            self._tell_interruption(results, len(candidates))
        return results

    def _progress(self, experiment: Experiment, params: dict[int, Params]) -> Any:
        n_trials = n_trials_of(experiment, params, self.halving_factor)
        metric = shown_metric(self._metric_name(next(iter(self._score_keys()), "score")))
        names = [layers_text(params[i][self._prefix + LAYERS]) for i in range(max(params) + 1)]
        return search_progress(self.verbose > 0, n_trials, metric, names)

    @staticmethod
    def _first_score(experiment: Experiment) -> str | None:
        return next(iter(experiment.scorer)) if isinstance(experiment.scorer, Mapping) else None

    def _open_store(self, experiment: Experiment, candidates: list[Params]) -> Any:
        if self.store is None:
            return NoStore()
        if self.halving_factor is not None:
            raise ParameterError(
                f"store must be None where halving_factor is given, got {str(self.store)!r}: a store holds "
                "no training that is to go on; leave one of the two out."
            )
        if not isinstance(self.random_state, int | np.integer):
            raise ParameterError(
                f"random_state must be an int where a store is given, got {self.random_state!r}: another run "
                "would draw other candidates and folds."
            )
        return Store(self.store, settings_of(experiment, candidates, self.scoring))

    @staticmethod
    def _tell_interruption(results: Results, n_candidates: int) -> None:
        done = f"{len(results.complete())} of {n_candidates} candidates were tried on all folds"
        if not results.complete():
            raise KeyboardInterrupt(f"Search interrupted by user, and nothing to tell yet: {done}.")
        warnings.warn(f"Search interrupted by user: {done}, and are the result.", stacklevel=5)

    # What came out.

    def _keep(self, experiment: Experiment, outcome: Outcome) -> None:
        """Set all fitted attributes but those of refitted estimators."""
        for name in ("best_estimator_", "ensemble_", "ensemble_weights_", "feature_names_in_", "refit_time_"):
            self.__dict__.pop(name, None)  # of an earlier fit
        self.n_splits_ = len(experiment.splits)
        self.splits_, self.seeds_ = list(experiment.splits), experiment.seeds
        self.scorer_ = experiment.scorer
        outcome.tell_failures()
        self.multimetric_ = isinstance(experiment.scorer, Mapping) or outcome.names != ["score"]
        self.cv_results_ = self._cv_results(outcome, experiment)
        first, layers = outcome.names[0], self._prefix + LAYERS
        metric = self._metric_name(first)
        self.candidates_ = outcome.candidates(layers, first, metric, experiment.splits)
        self.baseline_scores_ = outcome.baseline_scores(first)
        line = "logistic regression" if is_classifier(self.estimator) else "linear regression"
        self.verdict_ = select(self.candidates_, self.baseline_scores_, linear_baseline=line)
        self._survivors = outcome.survivors
        self.smallest_as_good_ = outcome.params[outcome.survivors[self.verdict_.smallest_as_good]]
        self.epochs_ = outcome.epochs(experiment.max_iter)
        ranked_by = str(self.refit) if self.refit in outcome.names else first
        self._ranked_by = ranked_by
        self.best_index_ = self._chosen(ranked_by)
        self.best_params_ = self.cv_results_["params"][self.best_index_]
        self.best_score_ = float(self.cv_results_[f"mean_test_{ranked_by}"][self.best_index_])

    def _chosen(self, ranked_by: str) -> int:
        """Return the candidate that `refit` asks for."""
        if self.refit == "one_se":
            return int(self._survivors[self.verdict_.smallest_as_good])
        if callable(self.refit):
            return int(self._select_best_index(self.refit, ranked_by, self.cv_results_))
        ranks = self.cv_results_[f"rank_test_{ranked_by}"][self._survivors]
        return int(self._survivors[int(ranks.argmin())])

    def _cv_results(self, outcome: Outcome, experiment: Experiment) -> dict[str, Any]:
        trials = outcome.as_scikit_learn_has_it(self.multimetric_)
        with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
            # scores that are huge or not finite: the verdict tells of them
            warnings.filterwarnings("ignore", "One or more of the", UserWarning)
            columns = self._format_results(outcome.params, self.n_splits_, trials)
        n_train, n_test = (np.array([len(split[side]) for split in experiment.splits]) for side in (0, 1))
        for name in outcome.names:
            columns[f"se_test_{name}"] = corrected_standard_error(outcome.scores(name), n_train, n_test)
        return dict(columns) | outcome.facts()

    def _metric_name(self, name: str) -> str:
        """Return what a score is called by people who know scikit-learn's names."""
        scoring = self.scoring.get(name) if isinstance(self.scoring, Mapping) else self.scoring
        if scoring is None and name == "score":
            return "accuracy" if is_classifier(self.estimator) else "r2"
        return scoring if isinstance(scoring, str) else name

    def _refit(self, experiment: Experiment, outcome: Outcome, fit_params: Mapping[str, Any]) -> None:
        """Train the candidate that was chosen, and the ensemble, on all rows."""
        started = perf_counter()
        self.best_estimator_ = experiment.alone(self.best_params_).fit(
            experiment.X, experiment.y, **fit_params
        )
        self.refit_time_ = perf_counter() - started
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_
        if self.ensemble_size and can_average(experiment):
            self._fit_ensemble(experiment, outcome)

    def _fit_ensemble(self, experiment: Experiment, outcome: Outcome) -> None:
        from separatrix.estimators.ensemble import MLPEnsembleClassifier, MLPEnsembleRegressor

        considered, selection = select_members(experiment, outcome, outcome.names[0], self.ensemble_size)
        self.ensemble_weights_ = {
            considered[i]: int(count) for i, count in enumerate(selection.counts) if count
        }
        kind = MLPEnsembleClassifier if is_classifier(self.estimator) else MLPEnsembleRegressor
        members = [(f"candidate{i}", experiment.alone(outcome.params[i])) for i in self.ensemble_weights_]
        ensemble = kind(members, weights=list(self.ensemble_weights_.values()), n_jobs=self.n_jobs)
        with Interrupt() as interrupt, parallel_config(backend="threading"), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # one for each member, who were tried before
            ensemble.fit(experiment.X, experiment.y, **experiment.fit_params)
        if interrupt.requested:
            del self.ensemble_weights_
            warnings.warn("Search interrupted by user: it has no ensemble.", stacklevel=5)
        else:
            self.ensemble_ = ensemble

    @available_if(lambda self: self.refit is not False)  # type: ignore[untyped-decorator]
    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Return the score of the network that was chosen: of several scores the one that it was chosen by.

        Parameters
        ----------
        X, y : array-like
            Rows and what is true of them.
        **params :
            For the scorer.

        Returns
        -------
        float
        """
        check_is_fitted(self)
        is_routed = get_config()["enable_metadata_routing"]
        given = process_routing(self, "score", **params).scorer["score"] if is_routed else params
        scorer = self.scorer_[self._ranked_by] if isinstance(self.scorer_, Mapping) else self.scorer_
        given = params_of_scorers(self._get_scorers()[0], given).get(self._ranked_by, given)
        value = scorer(self.best_estimator_, X, y, **given)
        return float(value[self._ranked_by] if isinstance(value, Mapping) else value)

    def summary(self) -> str:
        """Return the verdict in plain sentences and a table.

        Returns
        -------
        str
        """
        check_is_fitted(self)
        n_discarded = int(self.cv_results_["is_discarded"].sum())
        if not n_discarded:
            return verdict_text(self.verdict_)
        discarding = discarding_text(n_discarded, len(self.cv_results_["params"]), *self.epochs_)
        return f"{discarding}\n{verdict_text(self.verdict_)}"

    def plot(self) -> Figure:
        """Draw the three pictures of a search side by side.

        Returns
        -------
        matplotlib Figure
            With a `SearchHeatmapDisplay`, a `SearchParetoDisplay` and a `SearchCurvesDisplay`.
        """
        check_is_fitted(self)
        from matplotlib import pyplot as plt

        from separatrix.plots import SearchCurvesDisplay, SearchHeatmapDisplay, SearchParetoDisplay

        figure, axes = plt.subplots(1, 3, figsize=(18, 5))
        figure.set_layout_engine("constrained", wspace=0.06)  # parts a colour bar from the next picture
        for display, ax in zip(
            (SearchHeatmapDisplay, SearchParetoDisplay, SearchCurvesDisplay), axes, strict=True
        ):
            display.from_search(self, ax=ax)
        return figure
