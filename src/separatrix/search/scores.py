"""Scores: what a trained network is worth on test rows, by scikit-learn's scorers.

A scorer of scikit-learn's checks its input for a millisecond, which is as long as the training of a small
network takes. The commonest are therefore computed here by the same operations, to the same last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shortcut = Callable[[Array, Array], float]


def _accuracy(codes: Array, predicted: Array) -> float:
    return float(np.average(codes == predicted.argmax(axis=1)))


def _neg_log_loss(codes: Array, predicted: Array) -> float:
    if predicted.shape[1] == 2:  # scorers know the second class's probability alone
        predicted = np.hstack([1 - predicted[:, 1:], predicted[:, 1:]])
    eps = np.finfo(predicted.dtype).eps
    is_class = codes[:, np.newaxis] == np.arange(predicted.shape[1])
    loss = -np.sum(np.where(is_class, np.log(np.clip(predicted, eps, 1 - eps)), 0), axis=1)
    return -float(np.average(loss))


def _neg_mean_squared_error(y: Array, predicted: Array) -> float:
    return -float(np.average(np.average(_squared_errors(y, predicted), axis=0)))


def _neg_root_mean_squared_error(y: Array, predicted: Array) -> float:
    return -float(np.average(np.sqrt(np.average(_squared_errors(y, predicted), axis=0))))


def _r2(y: Array, predicted: Array) -> float:
    errors = np.sum(_squared_errors(y, predicted), axis=0)
    truth = y.reshape(-1, 1).astype(np.result_type(y, predicted))
    spread = np.sum((truth - np.average(truth, axis=0)) ** 2, axis=0)
    return float(np.average(1 - errors / spread)) if spread[0] != 0 else math.nan


def _squared_errors(y: Array, predicted: Array) -> Array:
    dtype = np.result_type(y, predicted)
    errors: Array = (y.reshape(-1, 1).astype(dtype) - predicted.reshape(-1, 1).astype(dtype)) ** 2
    return errors


# For classes: class numbers and probabilities. For numbers: both as they are, of one column.
CLASS_SHORTCUTS: dict[str, Shortcut] = {"accuracy": _accuracy, "neg_log_loss": _neg_log_loss}
NUMBER_SHORTCUTS: dict[str, Shortcut] = {
    "neg_mean_squared_error": _neg_mean_squared_error,
    "neg_root_mean_squared_error": _neg_root_mean_squared_error,
    "r2": _r2,
}


def shortcuts_of(scoring: Any, is_classifier: bool) -> dict[str, Shortcut]:
    """Return a shortcut for each score, by its key in the results; empty if one of them has none.

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
