"""Ensembles of networks: scikit-learn's voting estimators, which can also become one model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.ensemble._voting import _BaseVoting
from sklearn.utils.validation import check_is_fitted

from separatrix.ensemble import Ensemble
from separatrix.estimators.pipeline_model import to_model


class _OwnLabels(_BaseVoting):
    """Gives the members the labels themselves.

    `VotingClassifier` hands the labels' codes on to the class after it, and members would learn those: a
    `class_weight` by label would fail or, worse, weight another class. This class comes in between.
    """

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        super().fit(X, self.le_.inverse_transform(y), **fit_params)
        return self


class MLPEnsembleClassifier(VotingClassifier, _OwnLabels):
    """The weighted mean of several networks' probabilities.

    scikit-learn's `VotingClassifier` with ``voting="soft"``, but for two things: it can be saved as one model
    file, and its members are fitted on the labels themselves. One label a row.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        Each an `MLPClassifier`, or a `Pipeline` that ends in one; fitted as clones.
    weights : array-like of shape (n_estimators,), optional
        Of each member in the mean; by default all alike.
    n_jobs : int, optional
        Members that are fitted at the same time; -1 takes all processors.
    flatten_transform : bool
        Whether `transform` returns (n_samples, n_estimators * n_classes), or a third dimension.
    verbose : bool
        Whether to tell of each member that has been fitted.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted members.
    named_estimators_ : sklearn.utils.Bunch
        The fitted members by name.
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted.
    n_features_in_, feature_names_in_ :
        As for any estimator of scikit-learn.

    See Also
    --------
    MLPEnsembleRegressor : Numbers instead of classes.
    separatrix.select.select_ensemble : Which members to take, and with what weights.

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

    def to_model(self) -> Ensemble:
        """Return the networks as a frozen `separatrix.Ensemble`, to save and to use without scikit-learn.

        Returns
        -------
        Ensemble
            Without the members of weight 0.

        Raises
        ------
        ParameterError
            If a member is none that has a network, or a pipeline's step cannot be folded into its network.
        """
        return _ensemble_of(self)


class MLPEnsembleRegressor(VotingRegressor):
    """The weighted mean of several networks' predictions.

    scikit-learn's `VotingRegressor`, but that it can be saved as one model file. One number a row.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        Each an `MLPRegressor`, or a `Pipeline` that ends in one; fitted as clones.
    weights : array-like of shape (n_estimators,), optional
        Of each member in the mean; by default all alike.
    n_jobs : int, optional
        Members that are fitted at the same time; -1 takes all processors.
    verbose : bool
        Whether to tell of each member that has been fitted.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted members.
    named_estimators_ : sklearn.utils.Bunch
        The fitted members by name.
    n_features_in_, feature_names_in_ :
        As for any estimator of scikit-learn.

    See Also
    --------
    MLPEnsembleClassifier : Classes instead of numbers.

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

    def to_model(self) -> Ensemble:
        """Return the networks as a frozen `separatrix.Ensemble`, to save and to use without scikit-learn.

        Returns
        -------
        Ensemble
            Without the members of weight 0.

        Raises
        ------
        ParameterError
            If a member is none that has a network, or a pipeline's step cannot be folded into its network.
        """
        return _ensemble_of(self)


def _ensemble_of(voting: Any) -> Ensemble:
    check_is_fitted(voting)
    weights = [1.0] * len(voting.estimators_) if voting.weights is None else voting._weights_not_none
    kept = [(member, weight) for member, weight in zip(voting.estimators_, weights, strict=True) if weight]
    models: list[Any] = [to_model(member) for member, _ in kept]
    return Ensemble(models, [weight for _, weight in kept])
