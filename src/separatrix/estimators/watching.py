"""Watching: what early stopping looks at after every epoch, and the metrics that are followed.

Rows keep their weights, but for a scorer that has no parameter `sample_weight`: it counts every row once.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray
from sklearn.metrics import check_scoring

from separatrix.engine.base import Data, Monitor, Watched
from separatrix.errors import ParameterError
from separatrix.train import History

if TYPE_CHECKING:
    from separatrix.estimators.mlp import BaseMLP

Array = NDArray[Any]


@dataclass(frozen=True)
class Watching:
    """What is watched: a quantity of the engine's, or one of the metrics."""

    monitor: Monitor
    metrics: Mapping[str, Callable[[Array], float]]
    watched_metric: str | None

    @property
    def is_on_validation(self) -> bool:
        """Whether what is watched is taken on validation rows."""
        return self.monitor.watched != "loss"

    def curve(self, history: History) -> Array:
        """Return the values that were compared, higher being better."""
        if self.watched_metric is not None:
            return history.metrics[self.watched_metric]
        return {
            "loss": -history.loss,
            "validation_loss": -history.validation_loss,
            "validation_score": history.validation_score,
        }[self.monitor.watched]


def watching_of(estimator: BaseMLP, validation: Data | None) -> Watching:
    """Return what the estimator's settings ask for."""
    p = estimator
    metrics = {f"validation_{name}": _metric(p, name, validation) for name in p.metrics or ()}
    watched: Watched = "loss"
    watched_metric = None
    if p.early_stopping and not p.uses_lbfgs:
        if p.scoring is None or p.scoring == "loss":
            watched = "validation_score" if p.scoring is None else "validation_loss"
        else:
            watched = "nothing"
            watched_metric = f"validation_{p.scoring if isinstance(p.scoring, str) else 'scoring'}"
            metrics[watched_metric] = _metric(p, p.scoring, validation)
    return Watching(Monitor(watched, p.tol, p.n_iter_no_change), metrics, watched_metric)


def _metric(estimator: BaseMLP, scoring: Any, validation: Data | None) -> Callable[[Array], float]:
    """Return a function of ``theta`` that scores the estimator as it would be with it."""
    if validation is None:
        raise ParameterError(
            f"metrics needs validation rows for {scoring!r}; give X_val and y_val to fit, or set "
            "early_stopping=True."
        )
    X, y = validation.X, estimator._decode(validation.T)
    snapshot = copy.copy(estimator)
    snapshot.__dict__.pop("feature_names_in_", None)  # the rows have become an array
    scorer = check_scoring(snapshot, scoring)
    is_weighted = validation.weight is not None and _takes_weights(scorer)
    weights = {"sample_weight": validation.weight} if is_weighted else {}

    def score(theta: Array) -> float:
        snapshot.theta_ = theta
        return float(scorer(snapshot, X, y, **weights))

    return score


def _takes_weights(scorer: Any) -> bool:
    """Return whether a scorer, or the function that it wraps, has a parameter `sample_weight`."""
    if hasattr(scorer, "_accept_sample_weight"):  # every scorer of scikit-learn's would take it, and fail
        return bool(scorer._accept_sample_weight())
    return "sample_weight" in inspect.signature(scorer).parameters
