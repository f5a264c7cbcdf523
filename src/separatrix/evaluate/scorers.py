"""Scorers of scikit-learn by name: whether there is one, and whether it can score a target."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import get_scorer, get_scorer_names

from separatrix.data.targets import Task
from separatrix.errors import ParameterError, did_you_mean

COMMON_SCORERS = {
    "classification": ("accuracy", "balanced_accuracy", "f1", "roc_auc", "neg_log_loss"),
    "regression": ("r2", "neg_root_mean_squared_error", "neg_mean_absolute_error"),
}
MAX_CLASSES_NAMED = 8


def check_scorer_name(parameter: str, name: str, task: Task, others: Sequence[str] = ()) -> None:
    """Raise a `ParameterError` if a name is neither a scorer of scikit-learn nor one of `others`.

    Examples
    --------
    >>> check_scorer_name("scoring", "r2score", "regression")
    Traceback (most recent call last):
    ...
    separatrix.errors.ParameterError: scoring must be r2, neg_root_mean_squared_error, \
neg_mean_absolute_error or another scorer of scikit-learn, got 'r2score'.
    """
    names = [*others, *get_scorer_names()]
    if name not in names:
        common = ", ".join([*others, *COMMON_SCORERS[task]])
        raise ParameterError(
            parameter,
            f"must be {common} or another scorer of scikit-learn, got '{name}'.{did_you_mean(name, names)}",
        )


def check_class_scorer(parameter: str, name: str, classes: NDArray[Any]) -> None:
    """Raise a `ParameterError` if a scorer cannot score these classes.

    Examples
    --------
    >>> check_class_scorer("scoring", "r2", np.array(["no", "yes"]))
    Traceback (most recent call last):
    ...
    separatrix.errors.ParameterError: scoring r2 cannot judge the classes no, yes; name f1_macro, \
balanced_accuracy or roc_auc.
    """
    if _can_score(name, DummyClassifier(strategy="prior"), np.repeat(classes, 2)):
        return
    named = ", ".join(map(str, classes[:MAX_CLASSES_NAMED].tolist()))
    if len(classes) > MAX_CLASSES_NAMED:
        named += f" and {len(classes) - MAX_CLASSES_NAMED} more"
    auc = "roc_auc" if len(classes) == 2 else "roc_auc_ovr"
    raise ParameterError(
        parameter, f"{name} cannot judge the classes {named}; name f1_macro, balanced_accuracy or {auc}."
    )


def check_number_scorer(parameter: str, name: str, y: NDArray[Any], target: str) -> None:
    """Raise a `ParameterError` if a scorer cannot score the numbers `y` of the column `target`."""
    if not _can_score(name, DummyRegressor(), y):
        *first, last = COMMON_SCORERS["regression"]
        raise ParameterError(
            parameter,
            f"{name} cannot judge the numbers of the target '{target}'; name {', '.join(first)} or {last}.",
        )


def _can_score(scorer: str, dummy: Any, y: NDArray[Any]) -> bool:
    """Return whether a scorer scores the predictions of a dummy for such a target."""
    X = np.zeros((len(y), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a dummy has no precision, say
        try:
            get_scorer(scorer)(dummy.fit(X, y), X, y)
        except (ValueError, AttributeError):  # the latter for probabilities of numbers
            return False
    return True
