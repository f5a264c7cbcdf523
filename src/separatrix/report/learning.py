"""Learning curves: the loss of each epoch of a training, of the training and the validation rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np


@dataclass(frozen=True)
class LearningCurves:
    """Losses of each epoch.

    Attributes
    ----------
    curves : dict of str to sequence of float
        "training" and, if there were validation rows, "validation".
    kept_epoch : int or None
        The epoch whose parameters were kept, if it is not the last.
    label : str
        What is drawn.
    ending : str
        Why training ended.
    """

    curves: Mapping[str, Sequence[float]]
    kept_epoch: int | None
    label: str
    ending: str

    @classmethod
    def of(cls, model: Any) -> Self | None:
        """Return the curves of an estimator, or of a model of a file; None if they were not kept."""
        metadata: Mapping[str, Any] = getattr(model, "training", None) or {}
        history = metadata.get("history")
        stop = metadata.get("stop") or {}
        if history is None:
            kept = getattr(model, "history_", None)
            if kept is None or not hasattr(kept, "loss"):
                return None
            history = {name: getattr(kept, name, None) for name in ("loss", "validation_loss")}
            ending = getattr(model, "stop_", None)
            stop = {
                "message": getattr(ending, "message", ""),
                "best_epoch": getattr(ending, "best_epoch", None),
            }
        named = {"training": history.get("loss"), "validation": history.get("validation_loss")}
        curves = {
            name: _numbers(values) for name, values in named.items() if values is not None and len(values)
        }
        if not curves:
            return None
        n_epochs = len(next(iter(curves.values())))
        best = stop.get("best_epoch")
        kept_epoch = int(best) if best and best != n_epochs else None
        return cls(curves, kept_epoch, "loss", str(stop.get("message", "")))


def _numbers(values: Any) -> list[float]:
    """Return losses as numbers; those that a file spells as text, such as NaN, are not finite."""
    return [float(value) for value in np.asarray(values, dtype=object).tolist()]
