"""Monitoring: what early stopping follows after every epoch, and the metrics of the history.

Rows keep their weights, except for a scorer that has no parameter `sample_weight`: it counts every row once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from sklearn.metrics import check_scoring

from separatrix.engine.base import Monitor, Quantity
from separatrix.errors import ParameterError
from separatrix.estimators.settings import MLPSettings
from separatrix.train import History

Array = NDArray[Any]
Metric = Callable[[Array], float]


@dataclass(frozen=True)
class Monitoring:
    """The monitor and the metrics of one training.

    Attributes
    ----------
    monitor : Monitor
    metrics : mapping of str to callable
        Each takes ``theta`` and returns a number.
    metric : str or None
        The metric that early stopping follows; None if it follows a quantity of the engine.
    """

    monitor: Monitor
    metrics: Mapping[str, Metric]
    metric: str | None

    @property
    def is_on_validation(self) -> bool:
        """Whether early stopping follows a value of the validation rows."""
        return self.monitor.quantity != "loss"

    def curve(self, history: History) -> Array:
        """Return the values that were compared; higher is better."""
        if self.metric is not None:
            return history.metrics[self.metric]
        return {
            "loss": -history.loss,
            "validation_loss": -history.validation_loss,
            "validation_score": history.validation_score,
        }[self.monitor.quantity]


def monitoring_of(settings: MLPSettings, metric_of: Callable[[Any], Metric] | None) -> Monitoring:
    """Return the monitor and metrics for these settings.

    Parameters
    ----------
    settings : MLPSettings
    metric_of : callable or None
        Returns the metric of a scorer, or of its name; None if there are no validation rows.

    Raises
    ------
    ParameterError
        If a metric is asked for and there are no validation rows.
    """

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
    watched: Quantity = "loss"
    followed = None
    if settings.early_stopping and not settings.uses_lbfgs:
        if scoring is None or scoring == "loss":
            watched = "validation_score" if scoring is None else "validation_loss"
        else:
            watched = "nothing"
            followed = f"validation_{scoring if isinstance(scoring, str) else 'scoring'}"
            metrics[followed] = metric(scoring)
    return Monitoring(Monitor(watched, settings.tol, settings.n_iter_no_change), metrics, followed)


def theta_scorer(
    predictor: Callable[[Array], Any], scoring: Any, X: Any, y: Array, weight: Array | None
) -> Metric:
    """Return a function of ``theta`` that scores the estimator with these parameters.

    Parameters
    ----------
    predictor : callable
        Returns the estimator that predicts with some ``theta``.
    scoring : str or callable
        A scorer of scikit-learn, or its name.
    X, y, weight :
        The rows, the targets, and the weights of the rows or None.
    """
    scorer = check_scoring(scoring=scoring)
    weights = {"sample_weight": weight} if weight is not None and _takes_weights(scorer) else {}

    def score(theta: Array) -> float:
        return float(scorer(predictor(theta), X, y, **weights))

    return score


def _takes_weights(scorer: Any) -> bool:
    """Return whether a scorer, or the function that it wraps, has a parameter `sample_weight`."""
    if hasattr(scorer, "_accept_sample_weight"):  # every scorer of scikit-learn would take it, and fail
        return bool(scorer._accept_sample_weight())
    return "sample_weight" in inspect.signature(scorer).parameters
