"""Trials: one candidate trained on one fold and scored."""

from __future__ import annotations

import math
import pickle
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics._scorer import _BaseScorer, _PassthroughScorer
from sklearn.pipeline import Pipeline

from separatrix.engine.generators import thread_generator
from separatrix.engine.numpy_engine import forward
from separatrix.estimators.mlp import BaseMLP
from separatrix.estimators.training import Paused
from separatrix.network import HEADS
from separatrix.search.experiment import Experiment, network_of
from separatrix.search.folds import Fold, FoldCache
from separatrix.search.space import Params
from separatrix.select.candidates import LossCurve
from separatrix.train import Callback

Array = NDArray[Any]

CURVE_POINTS = 64


@dataclass(frozen=True)
class Trial:
    """One candidate on one split, to be trained.

    Attributes
    ----------
    candidate, split : int
        Their numbers.
    params : dict
        The candidate's parameters.
    paused : Paused or None
        The training to continue.
    pause_at : int or None
        The epoch after which to pause.
    """

    candidate: int
    split: int
    params: Params
    paused: Paused | None = None
    pause_at: int | None = None


@dataclass(frozen=True, eq=False)
class TrialResult:
    """The scores and the network of a trial.

    Attributes
    ----------
    candidate, split : int
    scores, train_scores : dict of str to float
        Higher is better; NaN if training diverged. Empty if training failed; a score that failed is missing.
    reason : str
        Why training ended, as in `separatrix.train.Stop`; "failed" if it raised.
    fit_seconds, score_seconds, training_seconds : float
        The last is the time within the kernels alone.
    n_parameters, n_epochs : int
    theta : ndarray of shape (n_parameters,) or None
        The trained parameters.
    curve : LossCurve or None
    paused : Paused or None
        What the training continues from, if it was paused.
    exception : Exception or None
        The first that training or a scorer raised.
    """

    candidate: int
    split: int
    scores: dict[str, float] = field(default_factory=dict)
    train_scores: dict[str, float] = field(default_factory=dict)
    reason: str = "failed"
    fit_seconds: float = 0.0
    score_seconds: float = 0.0
    training_seconds: float = 0.0
    n_parameters: int = 0
    n_epochs: int = 0
    theta: Array | None = None
    curve: LossCurve | None = None
    paused: Paused | None = None
    exception: Exception | None = None


def run_trial(trial: Trial, folds: FoldCache, listeners: Sequence[Callback] = ()) -> TrialResult:
    """Train and score; an exception is part of the result.

    Callbacks are called during training, if the experiment's candidates share folds.
    """
    experiment = folds.experiment
    started = perf_counter()
    try:
        fitted = _fit(trial, folds, listeners)
    except Exception as error:  # other candidates continue; error_score is the score of this one
        seconds = perf_counter() - started
        return TrialResult(trial.candidate, trial.split, fit_seconds=seconds, exception=_portable(error))
    trained = perf_counter()
    scores, failure = _scores(experiment, trial.split, fitted, is_test=True)
    train_scores: dict[str, float] = {}
    if experiment.return_train_score:
        train_scores, train_failure = _scores(experiment, trial.split, fitted, is_test=False)
        failure = failure or train_failure
    network, before = fitted.network, 0.0 if trial.paused is None else trial.paused.seconds
    if network.stop_.reason == "diverged":
        scores, train_scores = dict.fromkeys(scores, math.nan), dict.fromkeys(train_scores, math.nan)
    return TrialResult(
        candidate=trial.candidate,
        split=trial.split,
        scores=scores,
        train_scores=train_scores,
        reason=network.stop_.reason,
        fit_seconds=trained - started + before,
        score_seconds=perf_counter() - trained,
        training_seconds=float(network.history_.seconds.sum()) + before,
        n_parameters=network.network_.n_parameters,
        n_epochs=len(network.loss_curve_),
        theta=network.theta_,
        curve=thinned(np.array(network.loss_curve_)),
        paused=network.paused(trial.paused),
        exception=None if failure is None else _portable(failure),
    )


def thinned(loss: Array) -> LossCurve:
    """Return the curve at up to `CURVE_POINTS` epochs, the first and the last included."""
    epochs = _epochs_of_curve(len(loss))
    return LossCurve(epochs, loss[epochs - 1])


@lru_cache(maxsize=256)
def _epochs_of_curve(n_epochs: int) -> Array:
    """Return up to `CURVE_POINTS` epochs, read-only: networks that train as long have the same array."""
    epochs: Array = np.unique(np.linspace(1, n_epochs, min(n_epochs, CURVE_POINTS)).round().astype(np.int64))
    epochs.flags.writeable = False
    return epochs


@dataclass(frozen=True)
class _Fitted:
    """A fitted network, with its fold or, if folds are not shared, with the estimator that it is part of."""

    network: BaseMLP
    fold: Fold | None = None
    whole: Any = None

    def estimator(self, experiment: Experiment) -> Any:
        """Return the fitted estimator that takes rows as they were passed to the search."""
        if self.fold is None:
            return self.whole
        if self.fold.preprocessing is None:
            return self.network
        network_step = (experiment.estimator.steps[-1][0], self.network)
        return Pipeline([*self.fold.preprocessing.steps, network_step])


def _fit(trial: Trial, folds: FoldCache, listeners: Sequence[Callback]) -> _Fitted:
    experiment = folds.experiment
    if experiment.shares_folds:
        network = experiment.network(trial.params, trial.split)
        fold = folds.get(trial.params, trial.split, network)
        if trial.pause_at is None and isinstance(network.random_state, int):
            network.random_state = thread_generator(network.random_state)  # faster than a new generator
        network.fit_rows(
            fold.rows,
            listeners,
            paused=trial.paused,
            pause_at=trial.pause_at,
            settings=folds.settings(trial.params, network),
        )
        return _Fitted(network, fold)
    train = experiment.splits[trial.split][0]
    whole = experiment.candidate(trial.params, trial.split)
    whole.fit(*experiment.rows(train), **experiment.params_of_rows(experiment.fit_params, train))
    return _Fitted(network_of(whole), whole=whole)


def _scores(
    experiment: Experiment, split: int, fitted: _Fitted, is_test: bool
) -> tuple[dict[str, float], Exception | None]:
    """Return the scores, without those of scorers that fail, and the first exception."""
    if is_test and (by_shortcuts := _scores_by_shortcuts(experiment, fitted)) is not None:
        return by_shortcuts, None
    indices = experiment.splits[split][is_test]
    scorers = experiment.scorer if isinstance(experiment.scorer, Mapping) else {"score": experiment.scorer}
    found: dict[str, float] = {}
    first_error = None
    for name, scorer in scorers.items():
        try:
            params = experiment.params_of_rows(experiment.score_params.get(name, {}), indices)
            value = _score(scorer, experiment, indices, fitted, is_test, params)
        except Exception as error:  # error_score is the score
            first_error = first_error or error
            continue
        values = value if isinstance(value, Mapping) else {name: value}
        found |= {key: float(number) for key, number in values.items()}
    return found, first_error


def _score(
    scorer: Any,
    experiment: Experiment,
    indices: Array,
    fitted: _Fitted,
    is_test: bool,
    params: Mapping[str, Any],
) -> Any:
    fold = fitted.fold
    if fold is not None and isinstance(scorer, _BaseScorer | _PassthroughScorer):
        X, y = (fold.X_test, fold.y_test) if is_test else (fold.X_train, fold.y_train)
        return scorer(fitted.network, X, y, **params)
    # a function may use any part of the estimator
    return scorer(fitted.estimator(experiment), *experiment.rows(indices), **params)


def _scores_by_shortcuts(experiment: Experiment, fitted: _Fitted) -> dict[str, float] | None:
    """Return the test scores by shortcuts, if every score has one and the fold allows it."""
    fold = fitted.fold
    if (
        not experiment.shortcuts
        or any(experiment.score_params.values())
        or fold is None
        or fold.test_targets is None
    ):
        return None
    network = fitted.network
    head = HEADS[network.network_.head]
    if head.task == "regression" and head.output_name != "identity":
        return None  # a shortcut takes the logits as the predicted numbers
    z = forward(network.network_, network.theta_, fold.test_inputs)
    scores = {
        name: shortcut(fold.test_targets, z, network.network_)
        for name, shortcut in experiment.shortcuts.items()
    }
    return None if any(math.isnan(score) for score in scores.values()) else scores


def _portable(error: Exception) -> Exception:
    """Return the error, or if it cannot be pickled one with the same message."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # pickling may raise anything
        return RuntimeError("".join(traceback.format_exception_only(error)).strip())
    return error
