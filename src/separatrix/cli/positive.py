"""Positive: which of two classes is the positive one: in a model that was loaded, and in a report."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from separatrix.cli.console import Row
from separatrix.data.labels import Labels
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


def positive_lines(model: AnyModel, counts: Sequence[int], *, is_asked: bool) -> list[Row]:
    """Return the line on which of two classes is the positive one, why, and the option for the other one.

    `counts` are the training rows of each class; `is_asked` says whether the user has named the positive one.
    """
    if model.classes is None or len(model.classes) != 2:
        return []
    texts, positive = Labels(model.classes).texts, decision_of_model(model).positive
    label, other = texts[positive], texts[1 - positive]
    if is_asked:
        why = "as asked with --positive"
    elif counts[0] == counts[1]:
        why = "the second, as both are equally frequent in training rows"
    else:
        why = "the rarer one in training rows"
    cure = "" if is_asked else f"; --positive {shlex.quote(other)} makes '{other}' the positive class"
    about = "thresholds, costs and average precision are about it"
    return [("Positive", f"'{label}', {why}: {about}{cure}")]
