"""Kept: the epoch that training went back to at its end, and what was best there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from separatrix.errors import DataError
from separatrix.explain.inputs import last_step
from separatrix.model import Model
from separatrix.train import History


@dataclass(frozen=True)
class Kept:
    """An epoch whose parameters were kept.

    Attributes
    ----------
    epoch : int
        Counted from the first training; 0 for the untrained network.
    place : int
        In the arrays of the history; -1 where it is of an earlier one, or before the first epoch.
    reason : str
        Such as "best validation score"; empty where nothing that was followed is best there.
    """

    epoch: int
    place: int
    reason: str


def history_of(estimator: Any) -> History:
    """Return the history of a model's or an estimator's last training.

    Raises
    ------
    DataError
        If it has none.
    """
    last = last_step(estimator)
    if isinstance(last, Model):
        known = (last.training or {}).get("history")
        history = None if known is None else History.from_dict(known)
    else:
        history = getattr(last, "history_", None)
    if not isinstance(history, History):
        raise DataError(f"{type(last).__name__} has no history of a training; fit it, or use from_history.")
    return history


def kept_epoch(estimator: Any) -> Kept | None:
    """Return the epoch whose parameters were kept; None where they are simply those of the last.

    Parameters
    ----------
    estimator : Model with a history, fitted estimator, or pipeline that ends in one

    Examples
    --------
    >>> from separatrix import Network
    >>> history = History(loss=np.array([0.9, 0.5, 0.4]), validation_score=np.array([0.5, 0.7, 0.6]))
    >>> training = {"history": history.to_dict(), "stop": {"epoch": 3, "best_epoch": 2}}
    >>> kept_epoch(Model(Network.mlp(2, (), 1), [1.0, 2.0, 3.0], training=training))
    Kept(epoch=2, place=1, reason='best validation score')
    """
    last = last_step(estimator)
    if isinstance(last, Model):
        stop: Mapping[str, Any] = (last.training or {}).get("stop") or {}
        end, best = stop.get("epoch"), stop.get("best_epoch")
    else:
        end, best = last.stop_.epoch, last.stop_.best_epoch
    if end is None or best is None:
        return None
    history = history_of(last)
    place = max(best - 1 - (end - history.n_epochs), -1)
    watched = f"validation_{getattr(last, 'scoring', None)}"
    return Kept(best, place, _best_there(history, place, watched) if place >= 0 else "")


def _best_there(history: History, place: int, watched: str) -> str:
    """Return what was best at an epoch; of several first what was watched, then the loss."""
    scores = {"validation_score": history.validation_score} | history.metrics
    if watched in scores:
        scores = {watched: scores[watched]} | scores
    curves = {} if watched in scores else {"lowest validation loss": -history.validation_loss}
    curves |= {f"best {name.replace('_', ' ')}": values for name, values in scores.items()}
    curves["lowest validation loss"] = -history.validation_loss
    curves["lowest training loss"] = -history.loss
    for name, values in curves.items():
        if place < len(values) and values[place] == np.max(values, initial=-np.inf, where=~np.isnan(values)):
            return name
    return ""
