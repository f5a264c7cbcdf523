"""Whether the scorers that options name can score a table, checked before training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from sklearn.metrics import get_scorer_names

from separatrix.data.targets import Task
from separatrix.errors import ParameterError
from separatrix.evaluate.scorers import check_class_scorer, check_scorer_name


def check_scorers(task: Task, classes: NDArray[Any] | None, settings: Mapping[str, Any]) -> None:
    """Raise if `metrics` or `scoring` are no scorers, or cannot score the classes, if these are known."""
    metrics, scoring = settings.get("metrics", []), settings.get("scoring")
    if scoring is not None:
        check_scorer_name("scoring", scoring, task, ["loss"])
    for name in metrics:
        check_scorer_name("metrics", name, task)
    if metrics and settings.get("solver") == "lbfgs":
        raise ParameterError("metrics", "needs epochs, which lbfgs does not have; choose another --solver.")
    if metrics and not settings.get("early_stopping"):
        raise ParameterError(
            "metrics",
            f"{','.join(metrics)} needs validation rows; set some aside with --early-stopping.",
        )
    if classes is None:
        return
    for parameter, name in [*(("metrics", name) for name in metrics), ("scoring", scoring)]:
        if name in get_scorer_names():
            check_class_scorer(parameter, name, classes)
