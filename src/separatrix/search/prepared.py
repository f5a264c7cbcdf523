"""Prepared folds: the rows of each fold, preprocessed, checked and encoded once for all candidates."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array

from separatrix.estimators.checked_rows import READING, CheckedRows, check_rows
from separatrix.estimators.mlp import BaseMLP
from separatrix.search.experiment import Experiment, fresh
from separatrix.search.space import Params, identity

Array = NDArray[Any]

KEPT_BYTES = 2**30  # of prepared folds; those used longest ago are prepared again when needed


@dataclass(frozen=True, eq=False)
class PreparedFold:
    """One fold, as the networks with the same preprocessing and reading see it.

    Attributes
    ----------
    before : Pipeline or None
        The fitted preprocessing.
    network_step : str
        The name of the network in the pipeline.
    rows : CheckedRows
        To train on.
    X_train, y_train, X_test, y_test : array-likes
        Preprocessed.
    inputs : array or sparse matrix of shape (n_test, n_features)
        `X_test`, in the dtype of the training.
    truth : ndarray of shape (n_test,) or None
        `y_test` as the shortcuts take it: class numbers, or numbers. None for several targets or labels a
        row, and where a class is missing.
    """

    before: Pipeline | None
    network_step: str
    rows: CheckedRows
    X_train: Any
    y_train: Any
    X_test: Any
    y_test: Any
    inputs: Any
    truth: Array | None

    @property
    def n_bytes(self) -> int:
        """Memory, roughly."""
        per_row = self.rows.line.n_in * self.rows.data.T.dtype.itemsize
        return 2 * (len(self.y_train) + len(self.y_test)) * per_row


class PreparedFolds:
    """The prepared folds of one experiment in one process; threads share them."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._kept: OrderedDict[Any, PreparedFold] = OrderedDict()
        self._locks: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, params: Params, split: int) -> PreparedFold:
        """Return the fold for a candidate's settings; the first to ask prepares it."""
        experiment = self.experiment
        before = experiment.split_params(params)[1]
        network = experiment.network(params, split)
        reading = {name: getattr(network, name) for name in READING if hasattr(network, name)}
        key = split, identity(before) if before else "", repr(sorted(reading.items()))
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            return self._remembered(key, lambda: prepare(experiment, network, before, split))

    def _remembered(self, key: Any, make: Callable[[], PreparedFold]) -> PreparedFold:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        fold = make()
        with self._lock:
            self._kept[key] = fold
            while len(self._kept) > 1 and sum(fold.n_bytes for fold in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return fold


def prepare(experiment: Experiment, network: BaseMLP, before_params: Params, split: int) -> PreparedFold:
    """Preprocess a fold, fitting on its training rows alone, and check what comes out."""
    train, test = experiment.splits[split]
    X_train, y_train = experiment.rows(train)
    X_test, y_test = experiment.rows(test)
    before = None
    if isinstance(experiment.estimator, Pipeline) and len(experiment.estimator.steps) > 1:
        before = fresh(experiment.estimator, before_params)[:-1]
        X_train = before.fit_transform(X_train, y_train)
        X_test = before.transform(X_test)
    weight = experiment.params_of_rows(experiment.fit_params, train).get("sample_weight")
    rows = check_rows(network, X_train, y_train, weight)
    inputs = check_array(X_test, accept_sparse="csr", dtype=rows.data.X.dtype, order="C")
    step = experiment.network_step or ""
    return PreparedFold(before, step, rows, X_train, y_train, X_test, y_test, inputs, _truth(rows, y_test))


def _truth(rows: CheckedRows, y_test: Any) -> Array | None:
    classes = rows.learnt.get("classes_")
    truth = np.asarray(y_test)
    if truth.ndim != 1 or rows.line.head == "multilabel":
        return None
    if classes is None:
        return truth
    if not np.array_equal(np.unique(truth), classes):
        return None
    codes: Array = np.searchsorted(classes, truth)
    return codes
