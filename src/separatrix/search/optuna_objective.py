"""OptunaObjective: the function that an Optuna study maximises, with the folds and scores of a search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.random import RandomState
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.blas import one_blas_thread
from separatrix.errors import ParameterError
from separatrix.search.experiment import check_training_rows, make_experiment, network_of, network_prefix
from separatrix.search.folds import FoldCache
from separatrix.search.space import Params, full_name
from separatrix.search.trials import Trial, TrialResult, run_trial
from separatrix.train import TrainingProgress

Suggest = Callable[[Any], Mapping[str, Any]]

REPORTS_PER_FOLD = 10  # of the running loss, if training reaches `max_iter`


def suggest_architecture(trial: Any, max_depth: int = 2, max_width: int = 32) -> Params:
    """Return the hidden layers that an Optuna trial suggests, all of the same width.

    Parameters
    ----------
    trial : optuna.Trial
        Suggests "depth" and, unless that is 0, "width" on a logarithmic scale.
    max_depth, max_width : int

    Returns
    -------
    dict
        With `hidden_layer_sizes`.
    """
    depth = trial.suggest_int("depth", 0, max_depth)
    width = trial.suggest_int("width", 1, max_width, log=True) if depth else 0
    return {"hidden_layer_sizes": (width,) * depth}


class OptunaObjective:
    """Objective of an Optuna study: the mean score on the folds of a cross-validation, to be maximised.

    Optuna's sampler replaces the lists and distributions from which `ArchitectureSearchCV` draws. A trial is
    trained and scored as a candidate there: with the same folds and seeds, to the last bit.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, or Pipeline that ends in one
        Its parameters are those of all trials, except the ones that are suggested.
    X : array-like, sparse matrix or frame of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    suggest : callable, default=suggest_architecture
        Takes an `optuna.Trial` and returns parameters. Those of the network can be named without the name of
        its step.
    cv, n_repeats :
        As of `ArchitectureSearchCV`.
    scoring : str, callable or None, default=None
        A single score; None is the estimator's `score`.
    report_every : int or None, default=None
        The epochs between two reports to the pruner, the same for all trials; None is a tenth of `max_iter`.
    random_state : int, RandomState or None, default=None
        Draws folds and seeds, which are the same for all trials.

    Attributes
    ----------
    splits_ : list of (train, test)
        Row indices of every fold of every repeat.
    seeds_ : int ndarray or None
        The `random_state` on each fold; None if `estimator` has one.

    Raises
    ------
    ImportError
        If Optuna is not installed.
    ParameterError
        If a parameter breaks its rule.

    Notes
    -----
    The pruner gets the running training loss with its sign changed, because the study maximises. It is the
    loss of the fold that is being trained, not a mean over folds, so that trials are compared on the same
    rows after the same number of epochs. The step is this number: epochs of earlier folds included, each fold
    counted as `max_iter`. The loss includes penalties and the effect of dropout: trials with different
    `alpha`, `dropout`, `loss` or `max_iter` cannot be compared by it. Do not vary them in a study with a
    pruner, or use ``optuna.pruners.NopPruner()``.

    Every trial has the user attributes "scores" (of each fold) and "n_parameters". A trial that diverges is
    pruned.

    Examples
    --------
    >>> import optuna
    >>> from sklearn.datasets import make_moons
    >>> from separatrix import MLPClassifier, OptunaObjective
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> X, y = make_moons(200, noise=0.2, random_state=0)
    >>> network = MLPClassifier(solver="lbfgs", alpha=0.01, max_iter=2000)
    >>> study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    >>> study.optimize(OptunaObjective(network, X, y, random_state=0), n_trials=5)
    >>> study.best_value > 0.9
    True
    """

    def __init__(
        self,
        estimator: Any,
        X: Any,
        y: Any,
        suggest: Suggest = suggest_architecture,
        *,
        cv: Any = 5,
        n_repeats: int = 1,
        scoring: Any = None,
        report_every: int | None = None,
        random_state: int | RandomState | None = None,
    ) -> None:
        _optuna()
        network_of(estimator)
        if report_every is not None:
            check.integer("report_every", report_every, 1)
        if not (scoring is None or isinstance(scoring, str) or callable(scoring)):
            raise ParameterError(
                "scoring", f"must be a single score, which the study maximises, got {scoring!r}."
            )
        self._suggest, self._report_every = suggest, report_every
        self._known, self._prefix = frozenset(estimator.get_params()), network_prefix(estimator)
        X, y = check_training_rows(estimator, X, y)
        experiment = make_experiment(
            estimator,
            X,
            y,
            cv=cv,
            n_repeats=n_repeats,
            scoring=scoring,
            scorer=scoring if callable(scoring) else check_scoring(estimator, scoring),
            random_state=check_random_state(random_state),
        )
        self.splits_, self.seeds_ = experiment.splits, experiment.seeds
        self._folds = FoldCache(experiment)

    def __call__(self, trial: Any) -> float:
        """Train and score one trial.

        Parameters
        ----------
        trial : optuna.Trial

        Returns
        -------
        float
            The mean score over all folds; higher is better.

        Raises
        ------
        optuna.TrialPruned
            If the pruner ends the trial, or a training diverged.
        Exception
            If training or the scorer raised it.
        """
        params = self.params_of(trial)
        with one_blas_thread:
            results = [self._run(trial, params, split) for split in range(len(self.splits_))]
        scores = [result.scores["score"] for result in results]
        trial.set_user_attr("scores", scores)
        trial.set_user_attr("n_parameters", max(result.n_parameters for result in results))
        return float(np.mean(scores))

    def params_of(self, trial: Any) -> Params:
        """Return a trial's parameters as the estimator's `set_params` takes them.

        Parameters
        ----------
        trial : optuna.Trial or optuna.trial.FrozenTrial
            Such as ``study.best_trial``.

        Returns
        -------
        dict
        """
        suggested = self._suggest(trial)
        return {full_name(self._known, self._prefix, name): value for name, value in suggested.items()}

    def _run(self, trial: Any, params: Params, split: int) -> TrialResult:
        max_iter = self._folds.experiment.network(params, split).max_iter
        pruner = _Pruner(trial, split * max_iter, self._report_every or -(-max_iter // REPORTS_PER_FOLD))
        result = run_trial(Trial(trial.number, split, params), self._folds, [pruner])
        if result.reason == "interrupted":
            raise KeyboardInterrupt
        if result.exception is not None:
            raise result.exception
        if pruner.has_pruned:
            raise _optuna().TrialPruned(f"pruned at step {pruner.step}")
        if result.reason == "diverged":
            raise _optuna().TrialPruned(f"diverged on split {split}")
        return result


class _Pruner:
    """Reports a fold's running loss to a trial, at the same steps of every trial."""

    def __init__(self, trial: Any, first_step: int, every: int) -> None:
        self.step = first_step
        self.has_pruned = False
        self._trial, self._first_step, self._every = trial, first_step, every

    def __call__(self, event: TrainingProgress) -> bool:
        """Report the loss, if a step is reached; return whether to stop."""
        while self.step + self._every <= self._first_step + event.history.n_epochs and not self.has_pruned:
            self.step += self._every
            self._trial.report(-float(event.history.loss[self.step - self._first_step - 1]), self.step)
            self.has_pruned = self._trial.should_prune()
        return self.has_pruned


def _optuna() -> Any:
    try:
        return import_module("optuna")
    except ImportError as error:
        raise ImportError(
            "OptunaObjective needs Optuna, which is not installed: pip install 'separatrix[optuna]'."
        ) from error
