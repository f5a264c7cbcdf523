"""Whether the scorers that options name can judge the classes of a table, asked before training."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.metrics import get_scorer, get_scorer_names

from separatrix.cli.console import some
from separatrix.data.tasks import Task
from separatrix.errors import ParameterError, did_you_mean

COMMON = {
    "classification": ("accuracy", "balanced_accuracy", "f1", "roc_auc", "neg_log_loss"),
    "regression": ("r2", "neg_root_mean_squared_error", "neg_mean_absolute_error"),
}


def check_scorers(task: Task, classes: NDArray[Any] | None, settings: Mapping[str, Any]) -> None:
    """Refuse `--metrics` and `--scoring` that are no scorers, or cannot judge the classes, if known."""
    metrics = settings.get("metrics", [])
    _check_names(settings, task)
    if metrics and settings.get("solver") == "lbfgs":
        raise ParameterError("--metrics needs epochs, which lbfgs has not; choose another --solver.")
    if metrics and not settings.get("early_stopping"):
        raise ParameterError(
            f"--metrics {','.join(metrics)} needs validation rows; set some aside with --early-stopping."
        )
    if classes is None:
        return
    named = [("--metrics", name) for name in metrics] + [("--scoring", settings.get("scoring"))]
    for option, name in named:
        if name in get_scorer_names() and not _can_judge(name, classes):
            auc = "roc_auc" if len(classes) == 2 else "roc_auc_ovr"
            raise ParameterError(
                f"{option} {name} cannot judge the classes {some(map(str, classes.tolist()))}; "
                f"name f1_macro, balanced_accuracy or {auc}."
            )


def _check_names(settings: Mapping[str, Any], task: str) -> None:
    names = get_scorer_names()
    for option, or_loss in (("scoring", ["loss"]), ("metrics", [])):
        given = settings.get(option, [])
        for name in [given] if isinstance(given, str) else given:
            if name not in [*or_loss, *names]:
                common = ", ".join([*or_loss, *COMMON[task]])
                raise ParameterError(
                    f"--{option} must be {common} or another scorer of scikit-learn, got '{name}'."
                    + did_you_mean(name, [*or_loss, *names])
                )


def _can_judge(scorer: str, classes: NDArray[Any]) -> bool:
    """Return whether a scorer takes such labels: it is tried on a dummy."""
    y = np.repeat(classes, 2)
    X = np.zeros((len(y), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a dummy has no precision, say
        try:
            get_scorer(scorer)(DummyClassifier(strategy="prior").fit(X, y), X, y)
        except ValueError:
            return False
    return True
