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
from sklearn import get_config
from sklearn.utils.metadata_routing import process_routing

from separatrix.model import predicted_labels
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
    if predicted.shape[1] == 2:  # scorers know the second class's probability alone
        predicted = np.hstack([1 - predicted[:, 1:], predicted[:, 1:]])
    eps = np.finfo(predicted.dtype).eps
    is_class = codes[:, np.newaxis] == np.arange(predicted.shape[1])
    loss = -np.sum(np.where(is_class, np.log(np.clip(predicted, eps, 1 - eps)), 0), axis=1)
    return -float(np.average(loss))


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


# For classes: class numbers and logits. For numbers: both as they are, of one column.
CLASS_SHORTCUTS: dict[str, Shortcut] = {"accuracy": _accuracy, "neg_log_loss": _neg_log_loss}
NUMBER_SHORTCUTS: dict[str, Shortcut] = {
    "neg_mean_squared_error": neg_mean_squared_error,
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


def params_of_scorers(scorer: Any, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each of scikit-learn's scorers is given besides rows; a single one is called "score".

    With metadata routing that is what it asked for; without, sample weights go to those that take them.

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
