"""ArchitectureSearchCV: cross-validation of many networks, and a verdict with its uncertainty.

Half of this module is the documentation of the parameters and attributes of one class.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import is_classifier
from sklearn.callback import with_callbacks
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_method_params, check_is_fitted

from separatrix import check
from separatrix.errors import ParameterError, did_you_mean
from separatrix.evaluate.baselines import LOGISTIC_REGRESSION, RIDGE_REGRESSION
from separatrix.search.ensemble import can_average, fit_ensemble, select_members
from separatrix.search.experiment import (
    Experiment,
    candidate_of,
    check_training_rows,
    make_experiment,
    network_of,
    network_prefix,
)
from separatrix.search.results import Results
from separatrix.search.rounds import count_trials, discarding_text, run_rounds, search_progress
from separatrix.search.scores import params_of_scorers
from separatrix.search.space import LAYERS, LINEAR_BASELINE, Params, draw_candidates, make_space
from separatrix.search.store import Store, settings_of
from separatrix.search.trials import TrialResult
from separatrix.select import corrected_standard_error, select, verdict_text
from separatrix.select.candidates import layers_text, shown_metric

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]


class ArchitectureSearchCV(BaseSearchCV):
    """Search of hidden layer sizes and other parameters by cross-validation, with a verdict.

    One of scikit-learn's searches (`cv_results_`, `best_estimator_`, `predict` and so on). Every candidate is
    trained exactly as it would be alone: `candidate` returns its estimator, and a fit of this estimator on
    the same fold gives the same score to the last bit, for any `n_jobs`.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, or Pipeline that ends in one
        Its parameters are those of all candidates, except the ones that are searched. In a pipeline, the
        steps before the network are fitted on the training rows of each fold, once for all candidates. If the
        network has no `random_state`, it gets a different seed on every fold, the same for all candidates:
        see `seeds_`.
    hidden_layer_sizes : list of architectures, default=architectures()
        Such as ``[(), (8,), (8, 8)]``, or the result of `architectures`.
    param_space : dict, optional
        Names of other parameters, to lists of values or distributions of `scipy.stats`. The parameters of the
        network can be named without the name of its step.
    n_candidates : int or None, default=100
        The maximum number of candidates. If all values are lists, and have at most this many combinations,
        all are tried; otherwise candidates are drawn, an equal number for every architecture. None is the
        whole grid.
    cv : int, splitter or iterable, default=5
        A number means shuffled folds, stratified for a classifier.
    n_repeats : int, default=1
        How many times the folds are drawn.
    scoring : str, callable, list, dict or None, default=None
        As in scikit-learn; None is the estimator's `score`. Of several scores the first decides the verdict.
    refit : {'one_se', 'best'}, name of a score, bool or callable, default='one_se'
        Which candidate is trained on all rows: the smallest within one standard error of the best, or the
        best (as True); by another score its best; or what the callable returns for `cv_results_`.
    n_jobs : int or None, default=-1
        The number of threads, each of which trains one network at a time; -1 is one per core. Within
        ``joblib.parallel_config`` of a cluster, the number of tasks on the cluster.
    random_state : int, RandomState or None, default=None
        Draws candidates, folds and seeds.
    store : path-like, optional
        An SQLite file to which every finished training is written. A search that was killed continues from
        it, if it is started again with the same data and parameters and an int as `random_state`.
    halving_factor : int, optional
        Early discarding: of this many candidates one is kept for the next round, which trains this many times
        as many epochs; 3, say. `summary` reports how many epochs were saved. By default every candidate is
        trained to its end.
    ensemble_size : int, default=20
        How many times a candidate is added to `ensemble_`; 0 is no ensemble.
    error_score : 'raise' or float, default=nan
        The score of a training or scorer that fails.
    return_train_score : bool, default=False
    verbose : int, default=0
        If positive, a bar on standard error shows how many trainings are done, the best candidate so far and
        the time left.

    Attributes
    ----------
    cv_results_ : dict of str to array
        As in scikit-learn, and for each candidate ``se_test_<score>`` (the standard error, corrected for
        folds that share rows), ``n_parameters``, ``mean_n_epochs``, ``n_diverged`` and ``n_limited``
        (trainings that diverged, or reached `max_iter` while still improving), and ``is_discarded``.
    best_estimator_, best_params_, best_index_, best_score_ :
        Of the candidate that `refit` chose.
    smallest_as_good_ : dict
        The parameters of the smallest candidate within one standard error of the best.
    verdict_ : separatrix.select.Verdict
        The comparison in numbers; `summary` puts it into sentences.
    candidates_ : separatrix.select.Candidates
        The scores that the verdict and the displays use.
    baseline_scores_ : ndarray of shape (n_splits_,)
        Scores of the linear baseline: the same estimator without hidden layers, trained to its optimum by
        L-BFGS, with its own `alpha` or with 1 (scikit-learn's ``C=1``), whichever scores better.
    epochs_ : tuple of int
        Epochs trained, and their maximum without early discarding.
    ensemble_ : MLPEnsembleClassifier or MLPEnsembleRegressor
        The candidates whose mean prediction was best on rows that they were not trained on, trained on all
        rows. Exists if `refit` is not False and the target is one label or number a row.
    ensemble_weights_ : dict of int to int
        How often each candidate is in the ensemble.
    splits_ : list of (train, test)
        Row indices of every fold of every repeat.
    seeds_ : int ndarray of shape (n_splits_,) or None
        The `random_state` on each fold; None if `estimator` has one.

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
        """Train every candidate on every fold, judge them, and train the chosen one on all rows.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        **params :
            Metadata for `fit` of the estimator, the scorers and the splitter, such as `sample_weight` and
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
            If Ctrl-C ended the search; the result is what was done until then.
        """
        self._check_parameters()
        X, y = check_training_rows(self.estimator, X, y)
        routed = self._get_routed_params_for_fit(_check_method_params(X, params=params))
        random_state = check_random_state(self.random_state)
        prefix = network_prefix(self.estimator)
        space = make_space(self.estimator, prefix, self.hidden_layer_sizes, self.param_space or {})
        candidates = draw_candidates(space, self.n_candidates, random_state, prefix + LAYERS)
        if routed.splitter.split.get("groups") is not None and isinstance(self.cv, int | np.integer | None):
            raise ParameterError(
                "cv",
                f"must be a splitter that uses groups, if they are given, got {self.cv!r}; give "
                "GroupKFold(5), say.",
            )
        experiment = make_experiment(
            self.estimator,
            X,
            y,
            cv=self.cv,
            n_repeats=self.n_repeats,
            scoring=self.scoring,
            scorer=self._get_scorers()[0],
            random_state=random_state,
            fit_params=routed.estimator.fit,
            split_params=routed.splitter.split,
            score_params=routed.scorer.score,
            return_train_score=self.return_train_score,
        )
        if self.halving_factor is not None and not experiment.shares_folds:
            raise ParameterError(
                "halving_factor",
                f"must be None if metadata are given to the steps of a pipeline, got {self.halving_factor}; "
                "leave it out, or give sample_weight to a network alone.",
            )
        context = self._init_callback_context(max_subtasks=1)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y, metadata=None)
        results = self._run(experiment, candidates).completed()
        self._set_results(experiment, results)
        if self.refit is not False:
            self._refit(experiment, results, routed.estimator.fit)
        context.call_on_fit_task_end(estimator=self, X=X, y=y, metadata=None)
        return self

    def candidate(self, index: int, split: int | None = None) -> Any:
        """Return a candidate's unfitted estimator, as it was trained.

        Parameters
        ----------
        index : int
            Of the candidate in `cv_results_`.
        split : int, optional
            Of the fold. Its seed is the one in `seeds_`; without it, the first seed.

        Returns
        -------
        estimator
            Fitted on the training rows ``splits_[split][0]``, it gives that fold's scores to the last bit.
        """
        check_is_fitted(self)
        return candidate_of(self.estimator, self.cv_results_["params"][index], self.seeds_, split)

    def _check_parameters(self) -> None:
        network_of(self.estimator)
        if self.n_candidates is not None:
            check.integer("n_candidates", self.n_candidates, 1)
        check.integer("ensemble_size", self.ensemble_size, 0)
        if self.halving_factor is not None:
            check.integer("halving_factor", self.halving_factor, 2)
        if self.error_score != "raise" and not isinstance(self.error_score, int | float):
            raise ParameterError("error_score", f"must be 'raise' or a number, got {self.error_score!r}.")
        options = ("one_se", "best", *self._names_of_several_scores())
        if isinstance(self.refit, str) and self.refit not in options:
            raise ParameterError(
                "refit",
                f"must be one of {options}, a bool or a function of cv_results_, got {self.refit!r}."
                f"{did_you_mean(self.refit, options)}",
            )
        if self.store is None:
            return
        if self.halving_factor is not None:
            raise ParameterError(
                "store",
                f"must be None if halving_factor is given, got {str(self.store)!r}: a store has no paused "
                "trainings; leave one of the two out.",
            )
        if not isinstance(self.random_state, int | np.integer):
            raise ParameterError(
                "random_state",
                f"must be an int if a store is given, got {self.random_state!r}: the next run would draw "
                "other candidates and folds.",
            )

    def _names_of_several_scores(self) -> tuple[str, ...]:
        """Return the names of several scores; empty for a single score."""
        if isinstance(self.scoring, str) or not isinstance(self.scoring, Iterable):
            return ()
        return tuple(self.scoring)

    def _check_refit_for_multimetric(self, scores: Any) -> None:
        """Do nothing: unlike its parent, this search uses the first of several scores."""

    def _run(self, experiment: Experiment, candidates: list[Params]) -> Results:
        """Carry out all trials that the store does not have yet, the linear baseline first."""
        baseline = {experiment.prefix + name: value for name, value in LINEAR_BASELINE.items()}
        params = dict(enumerate([baseline, *candidates], start=-1))
        error_score = np.nan if self.error_score == "raise" else float(self.error_score)
        results = Results(params, len(experiment.splits), experiment.score_names, error_score)
        metric = shown_metric(self._metric_name(next(iter(self._names_of_several_scores()), "score")))
        names = [layers_text(one[experiment.prefix + LAYERS]) for one in candidates]
        n_trials = count_trials(experiment, params, self.halving_factor)
        store = None
        if self.store is not None:
            store = Store(self.store, settings_of(experiment, candidates, self.scoring))
        with store or nullcontext(), search_progress(self.verbose > 0, n_trials, metric, names) as update:
            stored = [] if store is None else list(store.results())
            for result in stored:
                results.add(result)
            update(len(stored), results)

            def collect(found: list[TrialResult]) -> None:
                for result in found:
                    if self.error_score == "raise" and result.exception is not None:
                        raise result.exception
                    results.add(result)
                if store is not None:
                    store.add([(result, params[result.candidate]) for result in found])
                update(len(found), results)

            is_whole = run_rounds(
                experiment, results, self.halving_factor, n_jobs=self.n_jobs, collect=collect
            )
        if not is_whole:
            done = f"{len(results.complete())} of {len(candidates)} candidates were tried on all folds"
            if not results.complete():
                raise KeyboardInterrupt(f"Search interrupted by user, without a result yet: {done}.")
            warnings.warn(f"Search interrupted by user: {done}, and are the result.", stacklevel=4)
        return results

    def _set_results(self, experiment: Experiment, results: Results) -> None:
        """Set all fitted attributes except those of refitted estimators."""
        for name in ("best_estimator_", "ensemble_", "ensemble_weights_", "feature_names_in_", "refit_time_"):
            self.__dict__.pop(name, None)  # of an earlier fit
        self.n_splits_ = len(experiment.splits)
        self.splits_, self.seeds_ = list(experiment.splits), experiment.seeds
        self.scorer_ = experiment.scorer
        results.warn_of_failures()
        names, survivors = results.score_names, results.survivors()
        self.multimetric_ = isinstance(experiment.scorer, Mapping) or names != ["score"]
        n_train, n_test = (np.array([len(split[side]) for split in experiment.splits]) for side in (0, 1))
        self.cv_results_ = self._cv_results(results, n_train, n_test)
        layers, metric = experiment.prefix + LAYERS, self._metric_name(names[0])
        self.candidates_ = results.candidates(layers, metric, n_train, n_test)
        self.baseline_scores_ = results.baseline_scores(names[0])
        baseline = LOGISTIC_REGRESSION if is_classifier(self.estimator) else RIDGE_REGRESSION
        self.verdict_ = select(self.candidates_, self.baseline_scores_, linear_baseline=baseline)
        smallest = survivors[self.verdict_.smallest_as_good]
        self.smallest_as_good_ = results.params[smallest]
        self.epochs_ = results.n_epochs(experiment.max_iter)
        self._ranked_by = str(self.refit) if self.refit in names else names[0]
        if self.refit == "one_se":
            self.best_index_ = smallest
        elif callable(self.refit):
            self.best_index_ = int(self._select_best_index(self.refit, self._ranked_by, self.cv_results_))
        else:
            ranks = self.cv_results_[f"rank_test_{self._ranked_by}"][survivors]
            self.best_index_ = survivors[int(ranks.argmin())]
        self.best_params_ = self.cv_results_["params"][self.best_index_]
        self.best_score_ = float(self.cv_results_[f"mean_test_{self._ranked_by}"][self.best_index_])

    def _cv_results(self, results: Results, n_train: Array, n_test: Array) -> dict[str, Any]:
        trials = results.scikit_learn_trials(self.multimetric_)
        with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
            # of scores that are huge or not finite: the verdict has a warning of its own
            warnings.filterwarnings("ignore", "One or more of the", UserWarning)
            columns = self._format_results(results.candidate_params, self.n_splits_, trials)
        for name in results.score_names:
            columns[f"se_test_{name}"] = corrected_standard_error(results.scores(name), n_train, n_test)
        return dict(columns) | results.columns()

    def _metric_name(self, name: str) -> str:
        """Return scikit-learn's name of a score."""
        scoring = self.scoring.get(name) if isinstance(self.scoring, Mapping) else self.scoring
        if scoring is None and name == "score":
            return "accuracy" if is_classifier(self.estimator) else "r2"
        return scoring if isinstance(scoring, str) else name

    def _refit(self, experiment: Experiment, results: Results, fit_params: Mapping[str, Any]) -> None:
        """Train the chosen candidate, and the ensemble, on all rows."""
        started = perf_counter()
        chosen = experiment.candidate(self.best_params_)
        self.best_estimator_ = chosen.fit(experiment.X, experiment.y, **fit_params)
        self.refit_time_ = perf_counter() - started
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_
        if not self.ensemble_size or not can_average(experiment):
            return
        weights = select_members(experiment, results, self.ensemble_size)
        ensemble = fit_ensemble(experiment, results, weights, self.n_jobs)
        if ensemble is None:
            warnings.warn("Search interrupted by user: it has no ensemble.", stacklevel=4)
        else:
            self.ensemble_weights_, self.ensemble_ = weights, ensemble

    @available_if(lambda self: self.refit is not False)  # type: ignore[untyped-decorator]
    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Return the score of the chosen candidate; of several scores the one by which it was chosen.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            True labels or numbers.
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
        """Return the verdict in sentences and a table.

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
        """Draw the three displays of a search side by side.

        Returns
        -------
        matplotlib Figure
            With a `SearchHeatmapDisplay`, a `SearchParetoDisplay` and a `SearchCurvesDisplay`.
        """
        check_is_fitted(self)
        from matplotlib import pyplot as plt

        from separatrix.plots.displays import SEARCH_DISPLAYS

        figure, axes = plt.subplots(1, 3, figsize=(18, 5))
        figure.set_layout_engine("constrained", wspace=0.06)  # room between a colour bar and the next axes
        for display, ax in zip(SEARCH_DISPLAYS.values(), axes, strict=True):
            display.from_search(self, ax=ax)
        return figure
