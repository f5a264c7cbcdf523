"""Folds: the rows of each split, preprocessed and checked once for all candidates."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array

from separatrix.data.labels import Labels
from separatrix.estimators.mlp import BaseMLP
from separatrix.estimators.settings import MLPSettings
from separatrix.estimators.training_rows import READING, TrainingRows, read_rows
from separatrix.search.experiment import Experiment, candidate_of
from separatrix.search.space import Params, params_key

Array = NDArray[Any]

MAX_BYTES = 2**30  # of the cached folds; the least recently used are computed again when needed


@dataclass(frozen=True, eq=False)
class Fold:
    """The rows of one split, as networks with the same preprocessing and dtype see them.

    Attributes
    ----------
    preprocessing : Pipeline or None
        Fitted on the training rows.
    rows : TrainingRows
        The training rows.
    X_train, y_train, X_test, y_test : array-likes
        Preprocessed.
    test_inputs : array or sparse matrix of shape (n_test, n_features)
        `X_test` in the dtype of the training.
    test_targets : ndarray of shape (n_test,) or None
        `y_test` as the shortcuts of `separatrix.search.scores` take it: class codes, or numbers. None for
        several targets or labels a row, and where the test rows lack a class.
    """

    preprocessing: Pipeline | None
    rows: TrainingRows
    X_train: Any
    y_train: Any
    X_test: Any
    y_test: Any
    test_inputs: Any
    test_targets: Array | None

    @property
    def n_bytes(self) -> int:
        """Memory, roughly."""
        per_row = self.rows.shape.n_in * self.rows.data.T.dtype.itemsize
        return 2 * (len(self.y_train) + len(self.y_test)) * per_row


class FoldCache:
    """The folds of one experiment in one process; its threads share them."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._folds: OrderedDict[Any, Fold] = OrderedDict()
        self._locks: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    def get(self, params: Params, split: int, network: BaseMLP | None = None) -> Fold:
        """Return the fold for a candidate's parameters, or its network; the first call computes it."""
        experiment = self.experiment
        other_params = experiment.split_params(params)[1]
        if network is None:
            network = experiment.network(params, split)
        reading = {name: getattr(network, name) for name in READING if hasattr(network, name)}
        key = split, params_key(other_params) if other_params else "", repr(sorted(reading.items()))
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            return self._get_or_make(key, lambda: make_fold(experiment, network, other_params, split))

    def settings(self, params: Params, network: BaseMLP) -> MLPSettings:
        """Return the checked parameters of a candidate's network: once for all splits in a row."""
        last = vars(self._of_thread)
        if last.get("params") is not params:
            last.update(params=params, settings=network.settings())
        found: MLPSettings = last["settings"]
        return found

    def _get_or_make(self, key: Any, make: Callable[[], Fold]) -> Fold:
        with self._lock:
            if key in self._folds:
                self._folds.move_to_end(key)
                return self._folds[key]
        fold = make()
        with self._lock:
            self._folds[key] = fold
            while len(self._folds) > 1 and sum(fold.n_bytes for fold in self._folds.values()) > MAX_BYTES:
                self._folds.popitem(last=False)
        return fold


def make_fold(experiment: Experiment, network: BaseMLP, other_params: Params, split: int) -> Fold:
    """Preprocess a split, fitting on its training rows alone, and check the result.

    `other_params` are a candidate's parameters of the steps before the network.
    """
    train, test = experiment.splits[split]
    X_train, y_train = experiment.rows(train)
    X_test, y_test = experiment.rows(test)
    preprocessing = None
    if isinstance(experiment.estimator, Pipeline) and len(experiment.estimator.steps) > 1:
        preprocessing = candidate_of(experiment.estimator, other_params)[:-1]
        X_train = preprocessing.fit_transform(X_train, y_train)
        X_test = preprocessing.transform(X_test)
    weight = experiment.params_of_rows(experiment.fit_params, train).get("sample_weight")
    rows = read_rows(copy.copy(network), network.settings(), X_train, y_train, weight)
    inputs = check_array(X_test, accept_sparse="csr", dtype=rows.data.X.dtype, order="C")
    return Fold(preprocessing, rows, X_train, y_train, X_test, y_test, inputs, _targets(rows, y_test))


def _targets(rows: TrainingRows, y_test: Any) -> Array | None:
    """Return class codes or numbers for the shortcuts, None where they cannot be used."""
    classes = rows.attributes.get("classes_")
    targets = np.asarray(y_test)
    if targets.ndim != 1 or rows.targets.head == "multilabel":
        return None
    if classes is None:
        return targets
    if not np.array_equal(np.unique(targets), classes):
        return None
    return Labels(classes).encode(targets)
