"""Training: plan, loop settings, monitor and metrics of one training, from the parameters of an estimator."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring

from separatrix.engine import get_engine
from separatrix.engine.base import Engine, Monitor, Plan, Quantity, State
from separatrix.errors import ParameterError
from separatrix.estimators.settings import MLPSettings
from separatrix.network import Network
from separatrix.train import History, LoopSettings, Stop
from separatrix.train.divergence import First

Array = NDArray[Any]
Metric = Callable[[Array], float]


@dataclass(frozen=True, eq=False)
class Paused:
    """A paused training, which can be continued.

    Attributes
    ----------
    state : State
    learning_rate : float
    loss : list of float
        Loss of each epoch so far.
    seconds : float
        Training time so far.
    """

    state: State
    learning_rate: float
    loss: list[float]
    seconds: float


@dataclass(frozen=True, eq=False)
class TrainingSetup:
    """What one training needs besides its rows.

    Attributes
    ----------
    plan : Plan
    state : State
        Changed by the training.
    settings : separatrix.train.LoopSettings
    engine : Engine
    """

    plan: Plan
    state: State
    settings: LoopSettings
    engine: Engine

    @classmethod
    def begin(
        cls,
        settings: MLPSettings,
        network: Network,
        state: State,
        n_rows: int,
        metric_of: Callable[[Any], Metric] | None,
        *,
        dropout_seed: int,
        learning_rate: float,
        max_epochs: int,
        rows_before: int = 0,
        incremental: bool = False,
        is_continued: bool = False,
        pause_at: int | None = None,
    ) -> Self:
        """Return the setup of a training that begins with `state`.

        Parameters
        ----------
        settings : MLPSettings
        network : Network
        state : State
        n_rows : int
            Training rows.
        metric_of : callable or None
            Takes a scorer or its name, and returns a metric on the validation rows; None if there are none.
        dropout_seed : int
        learning_rate : float
            Learning rate at the start.
        max_epochs : int
            Maximum number of epochs.
        rows_before : int
            Training rows seen by earlier calls.
        incremental : bool
            Whether it is a call of ``partial_fit``: one epoch after those of earlier calls.
        is_continued : bool
            Whether the parameters at the start had been trained before.
        pause_at : int or None
            The epoch to pause after.

        Raises
        ------
        ParameterError
            If there are metrics, but no validation rows.
        """
        monitor, metrics, followed = _monitor_and_metrics(settings, metric_of)
        plan = Plan(
            network=network,
            optimizer=settings.optimizer,
            penalty=settings.penalty,
            batch_size=settings.rows_per_step(n_rows),
            order=settings.order,
            dropout_seed=dropout_seed,
            monitor=monitor,
        )
        loop = LoopSettings(
            learning_rate=learning_rate,
            schedule=settings.continued_schedule(rows_before, state.step if incremental else 0, incremental),
            max_epochs=max_epochs,
            record=None if incremental else settings.record,
            restore_best=settings.restores_best,
            metrics=metrics,
            monitored_metric=followed,
            pause_at=pause_at,
            first=_first(settings, incremental, is_continued),
        )
        return cls(plan, state, loop, get_engine(settings.engine))

    @property
    def follows_validation(self) -> bool:
        """Whether the monitor uses the validation rows."""
        return self.plan.monitor.quantity != "loss"

    def curve(self, history: History) -> Array:
        """Return the values that the monitor compared; higher is better."""
        if self.settings.monitored_metric is not None:
            return history.metrics[self.settings.monitored_metric]
        return {
            "loss": -history.loss,
            "validation_loss": -history.validation_loss,
            "validation_score": history.validation_score,
        }[self.plan.monitor.quantity]


def theta_scorer(
    predictor: Callable[[Array], Any],
    X: Any,
    y: Array,
    weight: Array | None,
    classes: Array | None,
    scoring: Any,
) -> Metric:
    """Return a function of ``theta`` that scores an estimator with these parameters.

    A scorer without a parameter `sample_weight` gives every row the same weight.

    Parameters
    ----------
    predictor : callable
        Takes ``theta`` and returns an estimator that predicts with it.
    X, y, weight :
        The validation rows, their targets, and their weights or None.
    classes : ndarray or None
        All classes, of which `y` may lack some; None if a row has not one class.
    scoring : str or callable
        A scorer of scikit-learn, or its name.
    """
    scorer = _with_all_classes(check_scoring(scoring=scoring), y, classes)
    weights = {"sample_weight": weight} if weight is not None and _takes_weights(scorer) else {}

    def score(theta: Array) -> float:
        return float(scorer(predictor(theta), X, y, **weights))

    return score


class DivergenceWarning(ConvergenceWarning):
    """Training made the network worse, and was ended or undone; the message says what to change.

    Examples
    --------
    >>> from separatrix import DivergenceWarning
    >>> issubclass(DivergenceWarning, ConvergenceWarning)
    True
    """


def warn_of_stop(stop: Stop, grave: str = "") -> None:
    """Warn if training did not end by itself, or of what is grave in its diagnosis.

    The warning names the line that called `fit`.
    """
    if stop.reason == "interrupted":
        warnings.warn("Training interrupted by user.", stacklevel=4)
    elif stop.reason in {"max_iter", "diverged"} or grave:
        category = DivergenceWarning if stop.reason == "diverged" else ConvergenceWarning
        warnings.warn(f"{stop.message} {grave}".strip(), category, stacklevel=4)


def _first(settings: MLPSettings, incremental: bool, is_continued: bool) -> First:
    """Return what the first parameters of a training are."""
    if incremental:
        return "of other rows"
    return "trained" if is_continued or not isinstance(settings.init, str) else "untrained"


def _monitor_and_metrics(
    settings: MLPSettings, metric_of: Callable[[Any], Metric] | None
) -> tuple[Monitor, dict[str, Metric], str | None]:
    """Return monitor, metrics, and the name of the metric that early stopping uses instead of the monitor."""

    def metric(scoring: Any) -> Metric:
        if metric_of is None:
            raise ParameterError(
                "metrics",
                f"needs validation rows for {scoring!r}; give X_val and y_val to fit, or set "
                "early_stopping=True.",
            )
        return metric_of(scoring)

    scoring = settings.scoring
    metrics = {f"validation_{name}": metric(name) for name in settings.metrics or ()}
    quantity: Quantity = "loss"
    followed = None
    if settings.holds_out:
        if scoring is None or scoring == "loss":
            quantity = "validation_score" if scoring is None else "validation_loss"
        else:
            quantity = "nothing"
            followed = f"validation_{scoring if isinstance(scoring, str) else 'scoring'}"
            metrics[followed] = metric(scoring)
    return Monitor(quantity, settings.tol, settings.n_iter_no_change), metrics, followed


def _with_all_classes(scorer: Any, y: Array, classes: Array | None) -> Any:
    """Return a scorer of probabilities with all classes as its `labels`, if `y` lacks one of them."""
    if classes is None:
        return scorer
    needs_probabilities = getattr(scorer, "_response_method", "predict") != "predict"
    if len(classes) == 1 and needs_probabilities:
        raise ParameterError(
            "scoring",
            f"needs two or more classes, got only {classes[0]}; use 'accuracy', or give rows of another.",
        )
    if len(np.unique(y)) == len(classes) or not needs_probabilities:
        return scorer
    if "labels" not in inspect.signature(scorer._score_func).parameters or "labels" in scorer._kwargs:
        return scorer
    labelled = copy.copy(scorer)
    labelled._kwargs = {**scorer._kwargs, "labels": classes}
    return labelled


def _takes_weights(scorer: Any) -> bool:
    """Return whether a scorer, or the function that it wraps, has a parameter `sample_weight`."""
    if hasattr(scorer, "_accept_sample_weight"):  # every scorer of scikit-learn would take it, and fail
        return bool(scorer._accept_sample_weight())
    return "sample_weight" in inspect.signature(scorer).parameters
