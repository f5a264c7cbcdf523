"""Experiment: everything that a worker needs to train any candidate on any fold."""

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
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, assert_all_finite, indexable
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_method_params, _num_samples

from separatrix import check
from separatrix.data.labels import plain_labels
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.mlp import BaseMLP
from separatrix.estimators.training_rows import read_rows
from separatrix.search.scores import Shortcut, params_of_scorers, shortcuts_of
from separatrix.search.space import Params

Array = NDArray[Any]
Split = tuple[Array, Array]

MAX_SEED = 2**31 - 1


@dataclass(eq=False)
class Experiment:
    """An estimator, rows, splits and scores. It is sent to each worker once.

    Attributes
    ----------
    estimator : MLPClassifier, MLPRegressor or Pipeline that ends in one
        Unfitted; it is copied and never fitted itself.
    X, y : array-likes
    splits : sequence of (train, test)
        Indices of rows.
    seeds : int ndarray of shape (n_splits,) or None
        The `random_state` of every network trained on a split; None keeps the estimator's.
    scorer : callable or mapping of str to callable
        As of scikit-learn.
    shortcuts : mapping of str to callable
        The same scores by `separatrix.search.scores`; empty if one of them has no shortcut.
    fit_params : mapping
        What `fit` is given besides the rows.
    score_params : mapping of str to mapping
        What each scorer is given besides the rows.
    return_train_score : bool
    key : str
        Identifies the experiment in a worker.
    cancelled : bool
        Whether the results are not needed any more; threads check it between two trials.
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
    def prefix(self) -> str:
        """What precedes the names of the network's parameters; empty without a pipeline."""
        return network_prefix(self.estimator)

    @property
    def template(self) -> BaseMLP:
        """The unfitted network that candidates are copies of."""
        return network_of(self.estimator)

    @property
    def score_names(self) -> list[str] | None:
        """The names of several scores; None for a single scorer, which may return several."""
        return list(self.scorer) if isinstance(self.scorer, Mapping) else None

    @property
    def shares_folds(self) -> bool:
        """Whether candidates can share preprocessed folds.

        They cannot where a pipeline is given metadata, which its steps may use.
        """
        given = set(self.fit_params)
        return not given or (given == {"sample_weight"} and not isinstance(self.estimator, Pipeline))

    def max_iter(self, params: Params) -> int:
        """Return the maximum number of epochs of a candidate."""
        return int(params.get(f"{self.prefix}max_iter", self.template.max_iter))

    def split_params(self, params: Params) -> tuple[Params, Params]:
        """Return the parameters of a candidate's network, without the prefix, and those of other steps."""
        prefix = self.prefix
        if not prefix:
            return params, {}
        network = {name.removeprefix(prefix): v for name, v in params.items() if name.startswith(prefix)}
        return network, {name: v for name, v in params.items() if not name.startswith(prefix)}

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

    def candidate(self, params: Params, split: int | None = None) -> Any:
        """Return the unfitted estimator of a candidate; without a split, with the seed of the first."""
        return candidate_of(self.estimator, params, self.seeds, split)

    def rows(self, indices: Array) -> tuple[Any, Any]:
        """Return some rows of X and y."""
        return _safe_indexing(self.X, indices), _safe_indexing(self.y, indices)

    def params_of_rows(self, params: Mapping[str, Any], indices: Array) -> dict[str, Any]:
        """Return the metadata of some rows, for `fit` or a scorer."""
        return dict(_check_method_params(self.X, params=dict(params), indices=indices))


def make_experiment(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any,
    n_repeats: int,
    scoring: Any,
    scorer: Any,
    random_state: RandomState,
    fit_params: Mapping[str, Any] | None = None,
    split_params: Mapping[str, Any] | None = None,
    score_params: Mapping[str, Any] | None = None,
    return_train_score: bool = False,
) -> Experiment:
    """Return an experiment with its splits and seeds drawn.

    Parameters
    ----------
    estimator, X, y, cv, n_repeats, scoring, return_train_score :
        As of `ArchitectureSearchCV`.
    scorer : callable
        What scikit-learn makes of `scoring`.
    random_state : RandomState
    fit_params, split_params, score_params : mapping, optional
        Metadata for the estimator, the splitter and the scorer.

    Raises
    ------
    ParameterError
        If the rows cannot be split again and again.
    DataError
        If a class has fewer rows than there are folds.
    """
    classifier = is_classifier(estimator)
    splitters = make_splitters(cv, n_repeats, y, classifier, random_state)
    splits = [split for splitter in splitters for split in splitter.split(X, y, **(split_params or {}))]
    has_seed = network_of(estimator).random_state is not None
    return Experiment(
        clone(estimator),
        X,
        y,
        splits,
        None if has_seed else random_state.randint(MAX_SEED, size=len(splits)),
        getattr(scorer, "_scorers", scorer),
        shortcuts_of(scoring, classifier),
        {name: value for name, value in (fit_params or {}).items() if value is not None},
        params_of_scorers(scorer, score_params or {}),
        return_train_score,
    )


def make_splitters(
    cv: Any, n_repeats: int, y: Any, is_classifier: bool, random_state: RandomState
) -> list[Any]:
    """Return the splitters whose splits, one splitter after the other, are those of the search.

    A number of folds means shuffled folds, stratified for a classifier, which are drawn again in every
    repeat. A splitter of scikit-learn is repeated with other seeds, and gets a seed if it has none.

    Raises
    ------
    ParameterError
        If a splitter cannot be repeated.
    DataError
        If a class has fewer rows than there are folds.
    """
    check.integer("n_repeats", n_repeats, 1)
    if cv is None or isinstance(cv, int | np.integer):
        n_folds = 5 if cv is None else int(cv)
        check.integer("cv", n_folds, 2)
        if _num_samples(y) < n_folds:
            raise DataError(
                f"cv must be at most the number of rows, got cv={n_folds} and n_samples = {_num_samples(y)}; "
                "lower cv, or give more rows."
            )
        stratified = is_classifier and type_of_target(y) in {"binary", "multiclass"}
        if stratified:
            _check_class_sizes(y, n_folds)
        kind = RepeatedStratifiedKFold if stratified else RepeatedKFold
        seed = int(random_state.randint(MAX_SEED))
        return [kind(n_splits=n_folds, n_repeats=n_repeats, random_state=seed)]
    splitter = check_cv(cv, y, classifier=is_classifier)
    is_random = hasattr(splitter, "random_state") and getattr(splitter, "shuffle", True)
    if n_repeats == 1 and (not is_random or splitter.random_state is not None):
        return [splitter]
    if not is_random:
        raise ParameterError(
            "n_repeats",
            f"must be 1 where cv always gives the same folds, got n_repeats={n_repeats} and cv={cv!r}; set "
            "shuffle=True in cv, or give a number of folds.",
        )
    copies = [clone(splitter, safe=False) for _ in range(n_repeats)]
    for copied in copies:
        copied.random_state = int(random_state.randint(MAX_SEED))
    return copies


def _check_class_sizes(y: Any, n_folds: int) -> None:
    classes, counts = np.unique(np.asarray(y), return_counts=True)
    rarest = int(counts.argmin())
    if counts[rarest] < n_folds:
        raise DataError(
            f"cv must be at most the number of rows of the rarest class, got cv={n_folds} and "
            f"{counts[rarest]} row(s) of class {classes.tolist()[rarest]!r}; lower cv, or leave that class "
            "out."
        )


def check_training_rows(estimator: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Return X and y so that rows can be indexed, checked as far as preprocessing cannot change them.

    Raises
    ------
    DataError
        If there is no `y`, `y` has a single class, or X is not two-dimensional.
    ValueError
        If the network cannot be trained on the rows.
    """
    if y is None:
        raise DataError("fit requires y to be passed, but the target y is None; give labels or numbers.")
    X, y = indexable(X, plain_labels(y) if is_classifier(estimator) else y)
    if len(np.shape(X)) != 2:
        raise DataError(
            f"X must have two dimensions, rows and features, got an array of shape {np.shape(X)}; reshape it."
        )
    if np.asarray(y).dtype.kind == "f":
        assert_all_finite(y, input_name="y")
    if is_classifier(estimator) and np.ndim(y) == 1 and len(np.unique(np.asarray(y))) < 2:
        raise DataError("y must have at least two classes, got 1 class; give rows of another class.")
    if not isinstance(estimator, Pipeline):
        network = network_of(estimator)
        read_rows(copy.copy(network), network.settings(), X, y)  # once, rather than in every trial
    return X, y


def candidate_of(estimator: Any, params: Params, seeds: Array | None = None, split: int | None = None) -> Any:
    """Return an unfitted copy with a candidate's parameters, and the seed of a split, or of the first."""
    copied = clone(estimator).set_params(**{name: clone(value, safe=False) for name, value in params.items()})
    if seeds is not None:
        network_of(copied).random_state = int(seeds[split or 0])
    return copied


def network_prefix(estimator: Any) -> str:
    """Return what precedes the names of the network's parameters; empty without a pipeline."""
    return f"{estimator.steps[-1][0]}__" if isinstance(estimator, Pipeline) else ""


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
            "estimator",
            "must be an MLPClassifier, an MLPRegressor or a Pipeline that ends in one, got "
            f"{type(estimator).__name__}.",
        )
    return last
