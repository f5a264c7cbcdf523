"""The ensemble of a search: the candidates whose mean prediction is best on their test rows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import parallel_config
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from separatrix.data.labels import Labels
from separatrix.search.experiment import Experiment
from separatrix.search.folds import FoldCache
from separatrix.search.results import Results
from separatrix.search.scores import neg_log_loss, neg_mean_squared_error
from separatrix.search.trials import TrialResult
from separatrix.select import select_ensemble
from separatrix.train.interrupt import Interrupt

if TYPE_CHECKING:
    from separatrix.estimators.ensemble import MLPEnsembleClassifier, MLPEnsembleRegressor

Array = NDArray[Any]

MAX_CONSIDERED = 50  # of the best candidates; more take time and fit the noise of the folds


def can_average(experiment: Experiment) -> bool:
    """Return whether the target allows an ensemble: one label or number a row, and not all the same."""
    y = np.asarray(experiment.y)
    return y.ndim == 1 and experiment.shares_folds and bool((y != y[0]).any())


def select_members(experiment: Experiment, results: Results, size: int) -> dict[int, int]:
    """Return how often each candidate is a member, by its number.

    They are selected by log-loss or squared error on the test rows of the folds, whatever the score of the
    search, because what is averaged are probabilities or numbers. Only the candidates with the best first
    score are considered.

    Parameters
    ----------
    experiment : Experiment
    results : Results
        Completed.
    size : int
        The sum of the returned counts is at most this.
    """
    considered = results.best(results.score_names[0], MAX_CONSIDERED)
    folds = FoldCache(experiment)
    y = np.asarray(experiment.y)
    targets = np.concatenate([y[test] for _, test in experiment.splits])
    labels = Labels(np.unique(y)) if is_classifier(experiment.estimator) else None
    if labels is not None:
        targets = labels.encode(targets)
    predictions = np.array(
        [
            np.concatenate([_predicted(folds, results.params[c], t, labels) for t in results.trials_of(c)])
            for c in considered
        ]
    )
    score = neg_mean_squared_error if labels is None else neg_log_loss
    n_test = [len(test) for _, test in experiment.splits]
    selection = select_ensemble(predictions, targets, score, n_test=n_test, n_members=size)
    return {c: int(count) for c, count in zip(considered, selection.counts, strict=True) if count}


def fit_ensemble(
    experiment: Experiment, results: Results, weights: dict[int, int], n_jobs: int | None
) -> MLPEnsembleClassifier | MLPEnsembleRegressor | None:
    """Train the members on all rows; return None after Ctrl-C."""
    # here, because scikit-learn's ensembles are slow to import and every worker imports this module
    from separatrix.estimators.ensemble import MLPEnsembleClassifier, MLPEnsembleRegressor

    kind = MLPEnsembleClassifier if is_classifier(experiment.estimator) else MLPEnsembleRegressor
    members = [(f"candidate{c}", experiment.candidate(results.params[c])) for c in weights]
    ensemble: Any = kind(members, weights=list(weights.values()), n_jobs=n_jobs)
    with Interrupt() as interrupt, parallel_config(backend="threading"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # `n_limited` says it of each member
        ensemble.fit(experiment.X, experiment.y, **experiment.fit_params)
    return None if interrupt.requested else ensemble


def _predicted(folds: FoldCache, params: Any, trial: TrialResult, labels: Labels | None) -> Array:
    """Return the predictions of a trained network on its test rows; NaN if training failed."""
    fold = folds.get(params, trial.split)
    n_rows = len(fold.y_test)
    if trial.theta is None:
        return np.full(n_rows if labels is None else (n_rows, len(labels)), np.nan)
    network = folds.experiment.network(params, trial.split).with_theta(fold.rows, trial.theta)
    if labels is None:
        numbers: Array = network.predict(fold.X_test)
        return numbers
    predicted = np.zeros((n_rows, len(labels)))
    predicted[:, labels.encode(network.classes_)] = network.predict_proba(fold.X_test)
    return predicted
