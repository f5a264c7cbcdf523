"""Members: the candidates that an ensemble is made of, and how much each counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from separatrix.estimators.checked_rows import with_theta
from separatrix.search.experiment import Experiment
from separatrix.search.prepared import PreparedFolds
from separatrix.search.results import Outcome
from separatrix.search.scores import neg_log_loss, neg_mean_squared_error
from separatrix.search.trials import TrialResult, is_shared
from separatrix.select import EnsembleSelection, select_ensemble

Array = NDArray[Any]

N_CONSIDERED = 50  # of the best candidates; more cost time and fit the folds' noise


def select_members(
    experiment: Experiment, outcome: Outcome, name: str, size: int
) -> tuple[list[int], EnsembleSelection]:
    """Choose, by what the networks said of rows that they had not seen, which to average.

    They are chosen by log-loss or squared error, whatever the search is judged by: what is averaged are
    probabilities or numbers.

    Parameters
    ----------
    experiment : Experiment
    outcome : Outcome
    name : str
        The score by which the best candidates are considered.
    size : int
        Additions in all.

    Returns
    -------
    list of int
        The positions of the candidates considered.
    EnsembleSelection
        Which of them were added.
    """
    considered = outcome.best(name, N_CONSIDERED)
    folds = PreparedFolds(experiment)
    labels = np.unique(np.asarray(experiment.y)) if is_classifier(experiment.estimator) else None
    y = np.asarray(experiment.y)
    truth = np.concatenate([y[test] for _, test in experiment.splits])
    if labels is not None:
        truth = np.searchsorted(labels, truth)
    predictions = np.array(
        [
            np.concatenate(
                [_predicted(folds, outcome.params[c], trial, labels) for trial in outcome.trials[c]]
            )
            for c in considered
        ]
    )
    score = neg_mean_squared_error if labels is None else neg_log_loss
    n_test = [len(test) for _, test in experiment.splits]
    return considered, select_ensemble(predictions, truth, score, n_test=n_test, n_members=size)


def can_average(experiment: Experiment) -> bool:
    """Return whether there is an ensemble for the target: one label or number a row, not always the same."""
    y = np.asarray(experiment.y)
    return y.ndim == 1 and is_shared(experiment) and bool((y != y[0]).any())


def _predicted(folds: PreparedFolds, params: Any, trial: TrialResult, labels: Array | None) -> Array:
    """Return what a trained network says of its test rows; NaN if it could not be trained."""
    fold = folds.get(params, trial.split)
    n_rows = len(fold.y_test)
    if trial.theta is None:
        return np.full(n_rows if labels is None else (n_rows, len(labels)), np.nan)
    network = with_theta(folds.experiment.network(params, trial.split), fold.rows, trial.theta)
    if labels is None:
        numbers: Array = network.predict(fold.X_test)
        return numbers
    predicted = np.zeros((n_rows, len(labels)))
    predicted[:, np.searchsorted(labels, network.classes_)] = network.predict_proba(fold.X_test)
    return predicted
