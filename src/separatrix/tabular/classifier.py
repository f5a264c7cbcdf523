"""TabularClassifier: classes from a raw table, by an ensemble of small networks."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.model_selection import GroupKFold, PredefinedSplit, StratifiedGroupKFold, StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from separatrix.data.labels import Labels, plain_labels
from separatrix.data.spellings import warn_of_spellings
from separatrix.data.statistics import TargetStatistics
from separatrix.decision import LEAST
from separatrix.ensemble import Ensemble
from separatrix.errors import DataError, warn
from separatrix.estimators.scored import Scored
from separatrix.estimators.table_target import Target as TableTarget
from separatrix.model import Model
from separatrix.network import HEADS, Network
from separatrix.tabular import mixture
from separatrix.tabular.base import BaseTabular
from separatrix.tabular.candidates import Part
from separatrix.tabular.training import Split, Target
from separatrix.text import plural

Array = NDArray[Any]


class TabularClassifier(Scored, ClassifierMixin, BaseTabular):
    """Classes from a raw table, without tuning.

    An ensemble of small networks on different codes of the columns. Each network is trained on four of five
    folds and stopped by the fifth; the networks, and the epochs at which they count, are chosen by the
    log-loss of their mean on the rows that they were not trained on. A linear model has a share of the mean,
    as far as it predicts as well on these rows.

    Parameters
    ----------
    presets : {"fast", "default", "best"}, default="default"
        How many networks are trained. 'fast' trains 20, 'default' 30, or 40 from 1000 rows on, and 'best' 70
        or 90, on ten folds: the others' kinds, and networks with a trained periodic embedding of the numbers;
        without the latter, 60 or 80, if a table has none or more than 256 columns of numbers.
    cv : int, cross-validation splitter or None, default=None
        Number of folds that the rows are split into, each class in proportion. Or a splitter of scikit-learn;
        None is 5 folds, other ones for each configuration.
    time_limit : float or None, default=None
        Seconds after which no further network is begun.
    class_weight : dict, 'balanced' or None, default=None
        Weight of the rows of each class.
    random_state : int, RandomState instance or None, default=0
        Seed of folds, first weights, order of rows and dropout. The same seed gives the same bits, whatever
        `n_jobs`.
    n_jobs : int or None, default=None
        Number of networks that are trained at the same time; -1 is one for each core. None is 1, or what
        `joblib.parallel_config` says: within it, joblib's processes or a cluster train the networks.
    engine : {"auto", "numba", "numpy"}, default="auto"
        What computes.
    verbose : bool, default=False
        Whether to print a line after each network, with the score of the ensemble so far.
    compare : bool, default=False
        Whether `report_` also has the scores of one network and of gradient boosting, and the permutation
        importance of the columns. It takes about as long as some of the networks.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    ensemble_ : Ensemble
        The networks that were chosen: a value to save, also without scikit-learn. If the training rows have
        one class only, no network is trained: there is neither `ensemble_` nor `report_`.
    stop_ : Ending
        Why training ended: all networks were trained, the time was up, or Ctrl-C.
    oof_ : ndarray of shape (n_samples, n_classes)
        Probabilities for the training rows by networks that were not trained on them.
    oof_score_ : float
        Log-loss of these predictions.
    line_share_ : float
        The weight of the linear model in the mean.
    report_ : TabularReport
        What each column is, which networks were kept, out-of-fold scores beside those of other models,
        calibration, and where the estimator is unsure.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Defined if `X` had names.

    Examples
    --------
    >>> import polars as pl
    >>> from separatrix.tabular import TabularClassifier
    >>> table = pl.DataFrame({"age": list(range(20, 60)), "town": ["Bonn", "Ulm", None, "Ulm"] * 10})
    >>> clf = TabularClassifier(presets="fast").fit(table, ["no"] * 20 + ["yes"] * 20)
    >>> clf.predict(pl.DataFrame({"age": [25, 45], "town": ["Ulm", "Ulm"]})).tolist()
    ['no', 'yes']
    """

    _metric = "log-loss"
    classes_: Array

    def __init__(
        self,
        presets: str = "default",
        *,
        cv: Any = None,
        time_limit: float | None = None,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
        engine: str = "auto",
        verbose: bool = False,
        compare: bool = False,
    ) -> None:
        self.presets = presets
        self.cv = cv
        self.time_limit = time_limit
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.engine = engine
        self.verbose = verbose
        self.compare = compare

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : data frame, Table or array-like of shape (n_samples, n_features)
            Columns are found by name, where they have names.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            If the training rows had one class only, its probability is 1.
        """
        return self._predictions(X)

    def predict(self, X: Any) -> Array:
        """Return the likeliest class of each row.

        Parameters
        ----------
        X : data frame, Table or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        probability = self.predict_proba(X)
        labels: Array = self.classes_[probability.argmax(axis=1)]
        return labels

    def _target_of(self, statistics: TargetStatistics) -> TableTarget:
        return TableTarget.of_classes(statistics, "log_loss", self.class_weight)

    def _read_target(self, y: Any, n_rows: int) -> Array:
        y = column_or_1d(plain_labels(y), warn=True)
        check_classification_targets(y)
        if len(y) != n_rows:
            raise DataError(f"X and y must have the same number of rows, got {n_rows} and {len(y)}.")
        self.classes_, codes = np.unique(y, return_inverse=True)
        warn_of_spellings(self.classes_)
        return codes

    def _class_weights(self, y: Array) -> Array | None:
        of_class = Labels(self.classes_).weights(self.class_weight, np.bincount(y))
        return None if of_class is None else of_class[y]

    def _target(self, y: Array, weight: Array | None) -> Target:
        k = len(self.classes_)
        return Target(
            T=y[:, np.newaxis].astype(np.float32),
            indicators=np.eye(k)[y],
            head="binary" if k == 2 else "multiclass",
            n_out=1 if k == 2 else k,
            weight=None if weight is None else weight.astype(np.float32),
        )

    def _folds(self, y: Array, n_folds: int, seed: int) -> Sequence[Split]:
        n_folds = min(n_folds, len(y))
        if np.bincount(y).max() < n_folds:  # StratifiedKFold refuses them
            order = RandomState(seed).permutation(len(y))
            order = order[np.argsort(y[order], kind="stable")]
            fold = np.empty(len(y), np.intp)
            fold[order] = np.arange(len(y)) % n_folds
            return list(PredefinedSplit(fold).split())
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The least populated class")
            splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
            return list(splitter.split(np.zeros((len(y), 1)), y))

    def _group_folds(self, y: Array, groups: Any, n_folds: int, seed: int) -> Sequence[Split]:
        X = np.zeros((len(y), 1))
        if np.bincount(y).max() >= n_folds:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "The least populated class")
                splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
                splits = list(splitter.split(X, y, groups))
            if all(len(held_out) for _, held_out in splits):
                return splits
        return list(GroupKFold(n_folds, shuffle=True, random_state=seed).split(X, y, groups))

    def _warn_of_few(self, y: Array) -> None:
        super()._warn_of_few(y)
        counts, n_folds = np.bincount(y), min(self._n_splits(), len(y))
        rare = np.flatnonzero((counts > 0) & (counts < n_folds))
        if len(rare) == 0:
            return
        shown = [f"{self.classes_[i : i + 1].tolist()[0]!r} has {plural(counts[i], 'row')}" for i in rare[:3]]
        more = f" and {plural(len(rare) - 3, 'more class')} are as rare" if len(rare) > 3 else ""
        warn(
            f"class {', class '.join(shown)}{more}, fewer than the {n_folds} folds: some networks are "
            "stopped and chosen without it; give more rows of it, or merge it with another class."
        )

    def _answers(self, z: Array, network: Network) -> Array:
        return HEADS[network.head].probabilities(z)

    def _counts(self, answers: Array, y: Array, weight: Array | None) -> Array:
        return mixture.greedy_counts(answers[:, np.arange(len(y)), y], weight)

    @property
    def _n_classes(self) -> int | None:
        return len(self.classes_)

    def _losses(self, answers: Array, y: Array) -> Array:
        losses: Array = -np.log(np.maximum(answers[np.arange(len(y)), y], LEAST))
        return losses

    def _score(self, answers: Array, y: Array, weight: Array | None) -> float:
        return float(np.average(self._losses(answers, y), weights=weight))

    def _finish(self, parts: Sequence[Part], oof: Array, y: Array, weight: Array | None) -> Ensemble:
        temperature = mixture.fitted_temperature(oof, y, weight)
        models = [Model(part.network, part.theta, self.classes_, part.encoder) for part in parts]
        return Ensemble(models, [part.share for part in parts], temperature)
