"""Experiment: all that a worker needs to train any candidate on any fold; it travels once to each worker."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, assert_all_finite, indexable
from sklearn.utils.validation import _check_method_params

from separatrix.errors import DataError, ParameterError
from separatrix.estimators.checked_rows import check_rows
from separatrix.estimators.mlp import BaseMLP
from separatrix.search.folds import Split
from separatrix.search.scores import Shortcut
from separatrix.search.space import Params

Array = NDArray[Any]


@dataclass(eq=False)
class Experiment:
    """What is searched, on which rows, and by what it is judged.

    Attributes
    ----------
    estimator : MLPClassifier, MLPRegressor or Pipeline that ends in one
        Unfitted; never fitted itself.
    X, y : array-likes
    splits : sequence of (train, test)
        Row numbers.
    seeds : int ndarray of shape (n_splits,) or None
        The `random_state` of every network trained on a split; None leaves the estimator's own.
    scorer : callable or mapping of str to callable
        As of scikit-learn.
    shortcuts : mapping of str to callable
        The same scores by `separatrix.search.scores`; empty if there are none.
    fit_params : mapping
        What `fit` is given besides the rows.
    score_params : mapping of str to mapping
        What each scorer is given besides the rows.
    return_train_score : bool
    key : str
        Tells experiments apart in a worker.
    cancelled : bool
        Whether nobody waits for results any more; threads look at it between two trials.
    """

    estimator: Any
    X: Any
    y: Any
    splits: Sequence[Split]
    seeds: Array | None
    scorer: Any
    shortcuts: Mapping[str, Shortcut]
    fit_params: Mapping[str, Any] = field(default_factory=dict)
    score_params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    return_train_score: bool = False
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    cancelled: bool = False

    @property
    def network_step(self) -> str | None:
        """The name of a pipeline's last step; None without a pipeline."""
        return str(self.estimator.steps[-1][0]) if isinstance(self.estimator, Pipeline) else None

    @property
    def template(self) -> BaseMLP:
        """The unfitted network that candidates are made of."""
        return network_of(self.estimator)

    def max_iter(self, params: Params) -> int:
        """Return the epochs that a candidate has at most."""
        return int(self.split_params(params)[0].get("max_iter", self.template.max_iter))

    @property
    def one_epoch(self) -> Params:
        """The settings of the shortest training."""
        return {"max_iter" if self.network_step is None else f"{self.network_step}__max_iter": 1}

    def split_params(self, params: Params) -> tuple[Params, Params]:
        """Return the settings of a candidate's network, by its own names, and of what comes before it."""
        if self.network_step is None:
            return params, {}
        prefix = f"{self.network_step}__"
        network = {
            name.removeprefix(prefix): value for name, value in params.items() if name.startswith(prefix)
        }
        return network, {name: value for name, value in params.items() if not name.startswith(prefix)}

    def network(self, params: Params, split: int) -> BaseMLP:
        """Return the unfitted network of a candidate on a split."""
        network = copy.copy(self.template)
        for name, value in self.split_params(params)[0].items():
            setattr(network, name, value)
        if self.seeds is not None:
            network.random_state = int(self.seeds[split])
        elif isinstance(network.random_state, RandomState):
            network.random_state = copy.deepcopy(network.random_state)
        return network

    def alone(self, params: Params, split: int | None = None) -> Any:
        """Return the unfitted estimator of a candidate, as one would fit it by oneself.

        Without a split its seed is that of the estimator, or of the first split.
        """
        return fresh(self.estimator, params, self.seeds, split)

    def rows(self, which: Array) -> tuple[Any, Any]:
        """Return some rows of X and y."""
        return _safe_indexing(self.X, which), _safe_indexing(self.y, which)

    def params_of_rows(self, params: Mapping[str, Any], which: Array) -> dict[str, Any]:
        """Return what `fit` or a scorer is given, of some rows."""
        return dict(_check_method_params(self.X, params=dict(params), indices=which))


def read_rows(estimator: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Return rows and targets that can be indexed, checked as far as no preprocessing is to do it.

    Raises
    ------
    DataError
        If there is no `y`, or a single class, or X is no table.
    ValueError
        If the network cannot be trained on the rows.
    """
    if y is None:
        raise DataError("fit requires y to be passed, but the target y is None; give labels or numbers.")
    X, y = indexable(X, y)
    if len(np.shape(X)) != 2:
        raise DataError(
            f"X must have two dimensions, rows and features, got an array of shape {np.shape(X)}; reshape it."
        )
    if np.asarray(y).dtype.kind == "f":
        assert_all_finite(y, input_name="y")
    if is_classifier(estimator) and np.ndim(y) == 1 and len(np.unique(np.asarray(y))) < 2:
        raise DataError("y must have at least two classes, got 1 class alone; give rows of another.")
    if not isinstance(estimator, Pipeline):
        check_rows(network_of(estimator), X, y)  # rather than in every trial
    return X, y


def fresh(estimator: Any, params: Params, seeds: Array | None = None, split: int | None = None) -> Any:
    """Return an unfitted copy with a candidate's settings, and the seed of a split, or of the first."""
    copied = clone(estimator).set_params(**{name: clone(value, safe=False) for name, value in params.items()})
    if seeds is not None:
        network_of(copied).random_state = int(seeds[split or 0])
    return copied


def network_of(estimator: Any) -> BaseMLP:
    """Return the network that an estimator is, or ends in.

    Raises
    ------
    ParameterError
        If there is none.
    """
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) and estimator.steps else estimator
    if not isinstance(last, BaseMLP):
        raise ParameterError(
            "estimator must be an MLPClassifier, an MLPRegressor or a Pipeline that ends in one, "
            f"got {type(estimator).__name__}."
        )
    return last
