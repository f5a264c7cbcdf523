"""Ensembles of networks: scikit-learn's voting estimators, which can also become one model."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from reprlib import repr as shortened
from typing import Any, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.metadata_routing import _raise_for_params
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from separatrix.data.labels import plain_labels
from separatrix.ensemble import Ensemble
from separatrix.errors import ParameterError
from separatrix.estimators.to_model import to_model


class _WeightedMean:
    """What both ensembles do with their weights."""

    estimators: Sequence[tuple[str, Any]]
    weights: Sequence[float] | None

    @property
    def _weights_not_none(self) -> list[float] | None:
        """The weights of the members that are not dropped: scikit-learn's, with a finite sum."""
        if self.weights is None:
            return None
        weights = _of_members(self.estimators, self.weights)
        return weights if isfinite(sum(weights)) else [weight / max(weights) for weight in weights]

    def _check_weights(self) -> None:
        """Raise a `ParameterError` if the weights have no mean, or probabilities could leave [0, 1]."""
        if self.weights is None:
            return
        n_members = len(self.estimators)
        try:
            array = np.array(self.weights, np.float64)
            valid = array.shape == (n_members,) and bool((array >= 0).all() and np.isfinite(array).all())
        except (TypeError, ValueError, OverflowError):
            valid = False
        if not valid or not any(_of_members(self.estimators, self.weights)):
            raise ParameterError(
                "weights",
                f"must be {n_members} finite numbers of 0 or more, one for each estimator, and above 0 for "
                f"one that is not dropped, got {shortened(self.weights)}.",
            )


def _of_members(estimators: Sequence[tuple[str, Any]], weights: Sequence[float]) -> list[float]:
    """Return the weights of the estimators that are not dropped."""
    return [float(weight) for (_, one), weight in zip(estimators, weights, strict=True) if one != "drop"]


class MLPEnsembleClassifier(_WeightedMean, VotingClassifier):
    """The weighted mean of the probabilities of several networks.

    Like scikit-learn's `VotingClassifier` with ``voting="soft"``, with two differences: it can be saved as
    one model file, and its members are fitted on the labels instead of their codes. Each row has one label.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        The members: each an `MLPClassifier`, or a `Pipeline` that ends in one. Clones of them are fitted.
    weights : array-like of shape (n_estimators,), default=None
        Weight of each member in the mean: 0 or more, and one above 0. None gives all the same weight.
    n_jobs : int, default=None
        Number of members that are fitted at the same time. -1 uses all processors.
    flatten_transform : bool, default=True
        Whether `transform` returns an array of shape (n_samples, n_estimators * n_classes) instead of
        (n_estimators, n_samples, n_classes).
    verbose : bool, default=False
        Whether to print a line for each fitted member.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted members.
    named_estimators_ : sklearn.utils.Bunch
        The fitted members by name.
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    n_features_in_, feature_names_in_ :
        Number and names of the features, as for every estimator of scikit-learn.

    See Also
    --------
    MLPEnsembleRegressor : The same for numbers.
    separatrix.select.select_ensemble : Selects members and their weights.

    Examples
    --------
    >>> from sklearn.datasets import make_circles
    >>> from separatrix import MLPClassifier, MLPEnsembleClassifier
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> members = [(f"tanh{n}", MLPClassifier((n,), "tanh", solver="lbfgs", random_state=n)) for n in (4, 8)]
    >>> ensemble = MLPEnsembleClassifier(members, weights=[1, 2]).fit(X, y)
    >>> ensemble.score(X, y)
    1.0
    >>> ensemble.to_model()
    <Ensemble of 2 networks, 50 parameters>
    """

    def __init__(
        self,
        estimators: Sequence[tuple[str, Any]],
        *,
        weights: Sequence[float] | None = None,
        n_jobs: int | None = None,
        flatten_transform: bool = True,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            estimators,
            voting="soft",
            weights=weights,
            n_jobs=n_jobs,
            flatten_transform=flatten_transform,
            verbose=verbose,
        )

    @_fit_context(prefer_skip_nested_validation=False)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit the members.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            The label of each row.
        **fit_params : dict
            `sample_weight`, or other metadata for the members if metadata routing is enabled.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            If the weights are not valid.
        ValueError
            If `y` has no labels, or a member cannot be fitted.
        """
        self._check_weights()
        # VotingClassifier.fit encodes the labels and passes the codes 0, 1, … to its base class. The members
        # would learn these: a `class_weight` by label would fail, or weigh another class. So its fit is
        # replaced by one that passes the labels.
        _raise_for_params(fit_params, self, "fit", allow=["sample_weight"])
        y = plain_labels(y)
        check_classification_targets(y)
        y = column_or_1d(y, warn=True)
        self.le_ = LabelEncoder().fit(y)
        self.classes_ = self.le_.classes_
        fitted: Self = super(VotingClassifier, self).fit(X, y, **fit_params)
        return fitted

    def to_model(self) -> Ensemble:
        """Return the networks as a frozen `separatrix.Ensemble`, to save and to use without scikit-learn.

        Returns
        -------
        Ensemble
            Members of weight 0 are left out.

        Raises
        ------
        ParameterError
            If a member has no network, or a step of a pipeline cannot be folded into its network.
        """
        return _ensemble_of(self)


class MLPEnsembleRegressor(_WeightedMean, VotingRegressor):
    """The weighted mean of the predictions of several networks.

    Like scikit-learn's `VotingRegressor`, and it can be saved as one model file. Each row has one number.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        The members: each an `MLPRegressor`, or a `Pipeline` that ends in one. Clones of them are fitted.
    weights : array-like of shape (n_estimators,), default=None
        Weight of each member in the mean: 0 or more, and one above 0. None gives all the same weight.
    n_jobs : int, default=None
        Number of members that are fitted at the same time. -1 uses all processors.
    verbose : bool, default=False
        Whether to print a line for each fitted member.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted members.
    named_estimators_ : sklearn.utils.Bunch
        The fitted members by name.
    n_features_in_, feature_names_in_ :
        Number and names of the features, as for every estimator of scikit-learn.

    See Also
    --------
    MLPEnsembleClassifier : The same for classes.

    Examples
    --------
    >>> import numpy as np
    >>> from separatrix import MLPEnsembleRegressor, MLPRegressor
    >>> X = np.linspace(-3, 3, 100)[:, np.newaxis]
    >>> member = MLPRegressor(hidden_layer_sizes=(20,), activation="tanh", solver="lbfgs", random_state=0)
    >>> ensemble = MLPEnsembleRegressor([("a", member), ("b", member)]).fit(X, np.sin(X[:, 0]))
    >>> ensemble.to_model().predict([[0.0]]).round(1) + 0.0
    array([0.])
    """

    @_fit_context(prefer_skip_nested_validation=False)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit the members.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            The number of each row.
        **fit_params : dict
            `sample_weight`, or other metadata for the members if metadata routing is enabled.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            If the weights are not valid.
        ValueError
            If a member cannot be fitted.
        """
        self._check_weights()
        fitted: Self = super().fit(X, y, **fit_params)
        return fitted

    def to_model(self) -> Ensemble:
        """Return the networks as a frozen `separatrix.Ensemble`, to save and to use without scikit-learn.

        Returns
        -------
        Ensemble
            Members of weight 0 are left out.

        Raises
        ------
        ParameterError
            If a member has no network, or a step of a pipeline cannot be folded into its network.
        """
        return _ensemble_of(self)


def _ensemble_of(voting: Any) -> Ensemble:
    check_is_fitted(voting)
    weights = [1.0] * len(voting.estimators_) if voting.weights is None else voting._weights_not_none
    kept = [(member, weight) for member, weight in zip(voting.estimators_, weights, strict=True) if weight]
    models: list[Any] = [to_model(member) for member, _ in kept]
    return Ensemble(models, [weight for _, weight in kept])
