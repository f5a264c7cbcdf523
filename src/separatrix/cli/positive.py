"""Positive: the class that `--positive` names, in a model that was loaded."""

from __future__ import annotations

from dataclasses import replace

from separatrix.decision import decision_of_model, positive_index
from separatrix.ensemble import AnyModel
from separatrix.errors import ParameterError


def with_positive(model: AnyModel, label: str | None) -> AnyModel:
    """Return a model whose positive class has this label; None is the one that it has."""
    if label is None:
        return model
    if model.classes is None:
        raise ParameterError("positive", "needs classes, and the model predicts numbers; leave it out.")
    index = positive_index(label, model.classes.tolist())
    return replace(model, decision=decision_of_model(model).with_positive(index))
