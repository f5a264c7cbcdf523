"""OptunaObjective: what an Optuna study optimises, trained and scored as a search's candidates are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.random import RandomState
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.blas import one_blas_thread
from separatrix.errors import ParameterError
from separatrix.search.architecture_search import ArchitectureSearchCV
from separatrix.search.experiment import read_rows
from separatrix.search.prepared import PreparedFolds
from separatrix.search.space import Params, full_name
from separatrix.search.trials import Trial, TrialResult, run_trial
from separatrix.train import Event

Suggest = Callable[[Any], Mapping[str, Any]]

REPORTS = 10  # of each fold's running loss, if it is trained to its limit


def suggest_architecture(trial: Any, max_depth: int = 2, max_width: int = 32) -> Params:
    """Return the hidden layers that an Optuna trial is to have, all of one width.

    Parameters
    ----------
    trial : optuna.Trial
        Is asked for "depth" and, unless that is 0, for "width" on a logarithmic scale.
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
    """What an Optuna study is to maximise: the mean score on the folds of a cross-validation.

    Optuna's sampler takes the place of the list or distributions that `ArchitectureSearchCV` draws from. A
    trial is trained and scored just as there: with the same folds and seeds to the last bit.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, or Pipeline that ends in one
        Whose settings the trials share.
    X, y : array-likes
    suggest : callable, default=suggest_architecture
        Takes an `optuna.Trial` and returns settings. Those of the network need no name of a step before them.
    cv, n_repeats :
        As of `ArchitectureSearchCV`.
    scoring : str, callable or None, default=None
        A single score; None is the estimator's `score`.
    report_every : int or None, default=None
        The epochs between two reports to the pruner, the same for all trials; None is a tenth of `max_iter`.
    random_state : int, RandomState or None, default=None
        Draws folds and seeds, which all trials share.

    Attributes
    ----------
    splits_ : list of (train, test)
    seeds_ : int ndarray or None
        The `random_state` on each split, where `estimator` has none.

    Raises
    ------
    ImportError
        If Optuna is not installed.
    ParameterError
        If a parameter breaks its rule.

    Notes
    -----
    A pruner is told the running training loss, with its sign turned, as a study that maximises has it. It is
    the loss of the fold that is being trained, not a mean over folds, so that trials are compared on the same
    rows after the same number of epochs. The step is that number: epochs of earlier folds included, each
    counted as `max_iter`. Penalties are part of that loss, and so are the rows and units that dropout leaves
    out: trials with different `alpha`, `dropout`, `loss` or `max_iter` are not fairly compared by it. Leave
    these alone in a study that prunes, or take ``optuna.pruners.NopPruner()``.

    Every trial has the user attributes "scores" (of each split) and "n_parameters". One that diverges is
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
        if report_every is not None:
            check.integer("report_every", report_every, 1)
        if not (scoring is None or isinstance(scoring, str) or callable(scoring)):
            raise ParameterError(f"scoring must be a single score, which a study maximises, got {scoring!r}.")
        self._suggest, self._report_every = suggest, report_every
        self._search = ArchitectureSearchCV(
            estimator, cv=cv, n_repeats=n_repeats, scoring=scoring, random_state=random_state
        )
        self._search._check_parameters()
        X, y = read_rows(estimator, X, y)
        routed = self._search._get_routed_params_for_fit({})
        experiment = self._search._experiment(X, y, routed, check_random_state(random_state))
        self.splits_, self.seeds_ = experiment.splits, experiment.seeds
        self._folds = PreparedFolds(experiment)

    def __call__(self, trial: Any) -> float:
        """Train and score one trial.

        Parameters
        ----------
        trial : optuna.Trial

        Returns
        -------
        float
            The mean score; higher is better.

        Raises
        ------
        optuna.TrialPruned
            If the pruner has seen enough, or a training diverged.
        Exception
            What training or the scorer raised.
        """
        params = self.params_of(trial)
        with one_blas_thread:
            results = [self._run(trial, params, split) for split in range(len(self.splits_))]
        scores = [result.scores["score"] for result in results]
        trial.set_user_attr("scores", scores)
        trial.set_user_attr("n_parameters", max(result.n_parameters for result in results))
        return float(np.mean(scores))

    def params_of(self, trial: Any) -> Params:
        """Return a trial's settings as the estimator's `set_params` takes them.

        Parameters
        ----------
        trial : optuna.Trial or optuna.trial.FrozenTrial
            Such as ``study.best_trial``.

        Returns
        -------
        dict
        """
        known, prefix = frozenset(self._search.estimator.get_params()), self._search._prefix
        return {full_name(known, prefix, name): value for name, value in self._suggest(trial).items()}

    def _run(self, trial: Any, params: Params, split: int) -> TrialResult:
        max_iter = self._folds.experiment.network(params, split).max_iter
        pruner = _Pruner(trial, split * max_iter, self._report_every or -(-max_iter // REPORTS))
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

    def __call__(self, event: Event) -> bool:
        """Report what is due; return whether to stop."""
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
