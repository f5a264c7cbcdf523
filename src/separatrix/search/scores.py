"""Scores: scikit-learn's scorers of a trained network on test rows, the most common ones by shortcuts.

A scorer of scikit-learn checks its input for a millisecond, about as long as the training of a small network
takes. The most common scores are therefore computed here by the same operations, to the same last bit, with
the same clipping and data types. That is why they are not the formulas of `separatrix.evaluate`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.metrics import get_scorer, make_scorer
from sklearn.utils.metadata_routing import process_routing

from separatrix.model_parts import predicted_labels
from separatrix.network import HEADS, Network

Array = NDArray[Any]
Shortcut = Callable[[Array, Array, Network], float]


def _accuracy(codes: Array, z: Array, network: Network) -> float:
    labels = np.arange(max(2, network.n_out))
    return float(np.average(codes == predicted_labels(z, labels, network)))


def _neg_log_loss(codes: Array, z: Array, network: Network) -> float:
    return neg_log_loss(codes, HEADS[network.head].probabilities(z))


def neg_log_loss(codes: Array, predicted: Array) -> float:
    """Return minus the log-loss of probabilities, as scikit-learn's scorer of that name."""
    if predicted.shape[1] == 2:  # scikit-learn's scorer uses the probability of the second class alone
        of_class = np.where(codes == 1, predicted[:, 1], 1 - predicted[:, 1])
    else:
        of_class = predicted[np.arange(len(codes)), codes]
    eps = np.finfo(of_class.dtype).eps
    return -float(np.mean(-np.log(np.minimum(np.maximum(of_class, eps), 1 - eps))))


def neg_mean_squared_error(y: Array, predicted: Array, network: Network | None = None) -> float:
    """Return minus the mean squared error, as scikit-learn's scorer of that name."""
    return -float(np.average(np.average(_squared_errors(y, predicted), axis=0)))


def _neg_root_mean_squared_error(y: Array, predicted: Array, network: Network | None = None) -> float:
    return -float(np.average(np.sqrt(np.average(_squared_errors(y, predicted), axis=0))))


def _r2(y: Array, predicted: Array, network: Network | None = None) -> float:
    errors = np.sum(_squared_errors(y, predicted), axis=0)
    truth = y.reshape(-1, 1).astype(np.result_type(y, predicted))
    spread = np.sum((truth - np.average(truth, axis=0)) ** 2, axis=0)
    return float(np.average(1 - errors / spread)) if spread[0] != 0 else math.nan


def _squared_errors(y: Array, predicted: Array) -> Array:
    dtype = np.result_type(y, predicted)
    errors: Array = (y.reshape(-1, 1).astype(dtype) - predicted.reshape(-1, 1).astype(dtype)) ** 2
    return errors


# Arguments for classes: codes and logits. For numbers: true and predicted numbers, of one column.
CLASS_SHORTCUTS: dict[str, Shortcut] = {"accuracy": _accuracy, "neg_log_loss": _neg_log_loss}
NUMBER_SHORTCUTS: dict[str, Shortcut] = {
    "neg_mean_squared_error": neg_mean_squared_error,
    "neg_root_mean_squared_error": _neg_root_mean_squared_error,
    "r2": _r2,
}


def shortcuts_of(scoring: Any, is_classifier: bool) -> dict[str, Shortcut]:
    """Return a shortcut for each score, by its key in the results; empty if any score has none.

    Parameters
    ----------
    scoring : str, callable, list, tuple, dict or None
        As in scikit-learn's searches.
    is_classifier : bool

    Examples
    --------
    >>> list(shortcuts_of(["accuracy", "neg_log_loss"], is_classifier=True))
    ['accuracy', 'neg_log_loss']
    >>> shortcuts_of("roc_auc", is_classifier=True)
    {}
    """
    if scoring is None:
        scoring = "accuracy" if is_classifier else "r2"
    if isinstance(scoring, str):
        names: Mapping[str, Any] = {"score": scoring}
    elif isinstance(scoring, Mapping):
        names = scoring
    elif isinstance(scoring, list | tuple | set):
        names = {str(name): name for name in scoring}
    else:
        return {}
    known = CLASS_SHORTCUTS if is_classifier else NUMBER_SHORTCUTS
    if not all(isinstance(name, str) and name in known for name in names.values()):
        return {}
    return {key: known[name] for key, name in names.items()}


@dataclass(frozen=True)
class _OriginalUnitMetric:
    """A metric of standardised targets, in the unit that they had before."""

    scorer: str
    shift: float
    scale: float

    @property
    def __name__(self) -> str:
        """The name in the text of a scorer, by which a store recognises it."""
        return f"{self.scorer} of a target with mean {self.shift!r} and scale {self.scale!r}"

    def __call__(self, truth: Array, predicted: Array, **params: Any) -> float:
        score: float = get_scorer(self.scorer)._score_func(
            truth * self.scale + self.shift, predicted * self.scale + self.shift, **params
        )
        return score


def in_original_unit(name: str, shift: float, scale: float) -> Any:
    """Return scikit-learn's scorer for targets from which `shift` was subtracted, then divided by `scale`.

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> dummy = DummyRegressor(strategy="constant", constant=0.0).fit([[0], [0]], [-1.0, 1.0])
    >>> scorer = in_original_unit("neg_mean_absolute_error", 30.0, 10.0)
    >>> float(scorer(dummy, [[0], [0]], np.array([-1.0, 1.0])))
    -10.0
    """
    scorer = get_scorer(name)
    metric = _OriginalUnitMetric(name, shift, scale)
    return make_scorer(metric, greater_is_better=scorer._sign > 0, **scorer._kwargs)


def params_of_scorers(scorer: Any, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the metadata for each scorer; a single scorer is called "score".

    With metadata routing these are the metadata that it requested; without, sample weights are passed to the
    scorers that accept them.

    Parameters
    ----------
    scorer : callable
        One scorer, or several in one as `sklearn.metrics.check_scoring` returns them.
    params : mapping
    """
    given = {name: value for name, value in params.items() if value is not None}
    scorers = getattr(scorer, "_scorers", None)
    if scorers is None:
        return {"score": given}
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(scorer, "score", **given)
        return {name: dict(routed[name].score) for name in scorers}
    return {
        name: {key: value for key, value in given.items() if key != "sample_weight" or _weighs(one)}
        for name, one in scorers.items()
    }


def _weighs(scorer: Any) -> bool:
    return bool(scorer._accept_sample_weight())
