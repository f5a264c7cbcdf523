"""Whether the scorers that options name can judge a table, asked before training; and their units."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import get_scorer, get_scorer_names, make_scorer

from separatrix.cli.console import some
from separatrix.cli.rows import LabelledRows
from separatrix.data.targets import Task
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
        if name in get_scorer_names():
            _check_classes(option, name, classes)


def check_scoring(rows: LabelledRows, name: str) -> None:
    """Refuse a `--scoring` that is no scorer, or cannot judge the target."""
    _check_name("scoring", name, rows.task)
    if rows.task == "classification":
        _check_classes("--scoring", name, np.unique(rows.y))
    elif not _can_judge(name, DummyRegressor(), rows.y):
        raise ParameterError(
            f"--scoring {name} cannot judge the numbers of the target '{rows.target}'; name "
            f"{', '.join(COMMON['regression'][:-1])} or {COMMON['regression'][-1]}."
        )


@dataclass(frozen=True)
class _OwnUnit:
    """A metric of targets that were standardised, in the unit that they had before."""

    scorer: str
    mean: float
    scale: float

    @property
    def __name__(self) -> str:
        """What scikit-learn calls it in a scorer's text, by which a store knows it again."""
        return f"{self.scorer} of a target with mean {self.mean!r} and scale {self.scale!r}"

    def __call__(self, truth: NDArray[Any], predicted: NDArray[Any], **settings: Any) -> float:
        score: float = get_scorer(self.scorer)._score_func(
            truth * self.scale + self.mean, predicted * self.scale + self.mean, **settings
        )
        return score


def in_own_unit(name: str, mean: float, scale: float) -> Any:
    """Return a scorer of scikit-learn's for a target of which `mean` was taken away, then divided by `scale`.

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> dummy = DummyRegressor(strategy="constant", constant=0.0).fit([[0], [0]], [-1.0, 1.0])
    >>> float(in_own_unit("neg_mean_absolute_error", 30.0, 10.0)(dummy, [[0], [0]], np.array([-1.0, 1.0])))
    -10.0
    """
    scorer = get_scorer(name)
    metric = _OwnUnit(name, mean, scale)
    return make_scorer(metric, greater_is_better=scorer._sign > 0, **scorer._kwargs)


def _check_classes(option: str, name: str, classes: NDArray[Any]) -> None:
    if not _can_judge(name, DummyClassifier(strategy="prior"), np.repeat(classes, 2)):
        auc = "roc_auc" if len(classes) == 2 else "roc_auc_ovr"
        raise ParameterError(
            f"{option} {name} cannot judge the classes {some(map(str, classes.tolist()))}; "
            f"name f1_macro, balanced_accuracy or {auc}."
        )


def _check_names(settings: Mapping[str, Any], task: str) -> None:
    for option, or_loss in (("scoring", ["loss"]), ("metrics", [])):
        given = settings.get(option, [])
        for name in [given] if isinstance(given, str) else given:
            _check_name(option, name, task, or_loss)


def _check_name(option: str, name: str, task: str, others: Sequence[str] = ()) -> None:
    names = [*others, *get_scorer_names()]
    if name not in names:
        common = ", ".join([*others, *COMMON[task]])
        raise ParameterError(
            f"--{option} must be {common} or another scorer of scikit-learn, got '{name}'."
            + did_you_mean(name, names)
        )


def _can_judge(scorer: str, dummy: Any, y: NDArray[Any]) -> bool:
    """Return whether a scorer takes such a target: it is tried on a dummy."""
    X = np.zeros((len(y), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a dummy has no precision, say
        try:
            get_scorer(scorer)(dummy.fit(X, y), X, y)
        except (ValueError, AttributeError):  # the latter for probabilities of numbers
            return False
    return True
