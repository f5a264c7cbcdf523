"""TabularRegressor: numbers from a raw table, by an ensemble of small networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.model_selection import GroupKFold, KFold
from sklearn.utils import check_array
from sklearn.utils.validation import column_or_1d

from separatrix.data.statistics import TargetStatistics
from separatrix.data.table_check import warn_of_intervals
from separatrix.ensemble import Ensemble
from separatrix.errors import DataError
from separatrix.estimators.scored import Scored
from separatrix.estimators.table_target import Target as TableTarget
from separatrix.model import Model
from separatrix.network import Network
from separatrix.residuals import Residuals
from separatrix.tabular import mixture
from separatrix.tabular.base import BaseTabular
from separatrix.tabular.candidates import Part
from separatrix.tabular.training import Split, Target

Array = NDArray[Any]

FAR = 8.0
"""How many standard deviations the mean of a target may lie from zero for parameters in single precision.

Beyond it their last digits, which are lost, would be above a millionth of the standard deviation.
"""


class TabularRegressor(Scored, RegressorMixin, BaseTabular):
    """Numbers from a raw table, without tuning.

    An ensemble of small networks on different codes of the columns. Each network is trained on four of five
    folds and stopped by the fifth; the networks, and the epochs at which they count, are chosen by the
    squared error of their mean on the rows that they were not trained on. A linear model has a share of the
    mean, as far as it predicts as well on these rows.

    Parameters
    ----------
    presets : {"fast", "default", "best"}, default="default"
        How many networks are trained. 'fast' trains 20, 'default' 30, and 'best' 60, on ten folds.
    cv : int, cross-validation splitter or None, default=None
        Number of folds that the rows are split into. Or a splitter of scikit-learn; None is 5
        folds, other ones for each configuration.
    time_limit : float or None, default=None
        Seconds after which no further network is begun.
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
    ensemble_ : Ensemble
        The networks that were chosen: a value to save, also without scikit-learn.
    stop_ : Ending
        Why training ended: all networks were trained, the time was up, or Ctrl-C.
    oof_ : ndarray of shape (n_samples,)
        Predictions for the training rows by networks that were not trained on them.
    oof_score_ : float
        Root mean squared error of these predictions.
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
    >>> from separatrix.tabular import TabularRegressor
    >>> table = pl.DataFrame({"size": list(range(50)), "town": ["Bonn", "Ulm"] * 25})
    >>> price = 2.0 * table["size"].to_numpy() + 10 * (table["town"].to_numpy() == "Ulm")
    >>> reg = TabularRegressor(presets="fast").fit(table, price)
    >>> bool(reg.score(table, price) > 0.95)
    True
    """

    _metric = "RMSE"
    _mean: float
    _scale: float

    def __init__(
        self,
        presets: str = "default",
        *,
        cv: Any = None,
        time_limit: float | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
        engine: str = "auto",
        verbose: bool = False,
        compare: bool = False,
    ) -> None:
        self.presets = presets
        self.cv = cv
        self.time_limit = time_limit
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.engine = engine
        self.verbose = verbose
        self.compare = compare

    def predict(self, X: Any) -> Array:
        """Return a number for each row.

        Parameters
        ----------
        X : data frame, Table or array-like of shape (n_samples, n_features)
            Columns are found by name, where they have names.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return self._predictions(X)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Return an interval for each row, from the out-of-fold residuals.

        Parameters
        ----------
        X : data frame, Table or array-like of shape (n_samples, n_features)
        coverage : float, default=0.9
            The fraction of new rows of the same kind whose number is in its interval.

        Returns
        -------
        ndarray of shape (n_samples, 2)
            Lower and upper end; infinite if there were too few rows for the coverage. A model that is saved
            and loaded gives the same, by `Ensemble.predict_interval`.

        Notes
        -----
        Split conformal prediction asks for rows that were used for nothing else. Each out-of-fold residual is
        of networks that were not trained on its row, but the weights of the networks were chosen on these
        rows: the coverage is approximate.

        References
        ----------
        J. Lei, M. G'Sell, A. Rinaldo, R. Tibshirani, L. Wasserman: Distribution-free predictive inference for
        regression, JASA 113(523), 2018, section 2.2.
        """
        middle = self.predict(X)
        warn_of_intervals(self.ensemble_.encoder, X)
        assert self.ensemble_.residuals is not None
        return self.ensemble_.residuals.intervals(middle, coverage)

    def _target_of(self, statistics: TargetStatistics) -> TableTarget:
        return TableTarget.of_numbers(statistics, "regression", has_shift=True)

    def _read_target(self, y: Any, n_rows: int) -> Array:
        numbers: Array = check_array(
            column_or_1d(y, warn=True), ensure_2d=False, dtype=np.float64, input_name="y"
        )
        if len(numbers) != n_rows:
            raise DataError(f"X and y must have the same number of rows, got {n_rows} and {len(numbers)}.")
        return numbers

    def _class_weights(self, y: Array) -> Array | None:
        return None

    def _target(self, y: Array, weight: Array | None) -> Target:
        self._mean = float(np.average(y, weights=weight))
        self._scale = float(np.sqrt(np.average((y - self._mean) ** 2, weights=weight)))
        numbers = ((y - self._mean) / (self._scale or 1.0))[:, np.newaxis]
        return Target(
            T=numbers.astype(np.float32),
            indicators=numbers,
            head="regression",
            n_out=1,
            weight=None if weight is None else weight.astype(np.float32),
        )

    def _centred(self, y: Array) -> Array:
        return y - self._mean

    def _uncentred(self, answers: Array) -> Array:
        return answers + self._mean

    def _folds(self, y: Array, n_folds: int, seed: int) -> Sequence[Split]:
        splitter = KFold(min(n_folds, len(y)), shuffle=True, random_state=seed)
        return list(splitter.split(np.zeros((len(y), 1))))

    def _group_folds(self, y: Array, groups: Any, n_folds: int, seed: int) -> Sequence[Split]:
        splitter = GroupKFold(n_folds, shuffle=True, random_state=seed)
        return list(splitter.split(np.zeros((len(y), 1)), y, groups))

    def _answers(self, z: Array, network: Network) -> Array:
        return z.astype(np.float64) * self._scale

    def _counts(self, answers: Array, y: Array, weight: Array | None) -> Array:
        return mixture.greedy_counts_of_numbers(answers[:, :, 0], y, weight)

    @property
    def _n_classes(self) -> int | None:
        return None

    def _losses(self, answers: Array, y: Array) -> Array:
        losses: Array = (answers[:, 0] - y) ** 2
        return losses

    def _score(self, answers: Array, y: Array, weight: Array | None) -> float:
        return float(np.sqrt(np.average(self._losses(answers, y), weights=weight)))

    def _finish(self, parts: Sequence[Part], oof: Array, y: Array, weight: Array | None) -> Ensemble:
        self.oof_ = self.oof_[:, 0]
        models = [
            Model(part.network, self._in_own_unit(part.network, part.theta), encoder=part.encoder)
            for part in parts
        ]
        residuals = Residuals.of(oof[:, 0] - y)
        return Ensemble(models, [part.share for part in parts], residuals=residuals)

    def _in_own_unit(self, network: Network, theta: Array) -> Array:
        """Return parameters that predict in the unit of the target."""
        scaled = network.rescaled(theta.astype(np.float64), self._scale, self._mean)
        is_far = abs(self._mean) > FAR * self._scale
        return scaled if is_far else scaled.astype(theta.dtype)
