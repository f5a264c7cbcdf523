"""scikit-learn's own checks of an estimator, all of them, without an expected failure."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.ensemble import MLPEnsembleClassifier, MLPEnsembleRegressor

# The checks leave max_iter as it is, and their data are too small for some of them to converge.
# VotingClassifier looks at labels before it looks for infinity among them, and NumPy warns of the cast.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning"),
]

QUICK = {"solver": "lbfgs", "max_iter": 100, "engine": "numpy", "random_state": 0}
CLASSIFIERS = [(f"c{n}", MLPClassifier((n,), **QUICK)) for n in (8, 10)]
REGRESSORS = [(f"r{n}", MLPRegressor(hidden_layer_sizes=(n,), **QUICK)) for n in (8, 10)]

ESTIMATORS = [
    MLPClassifier(max_iter=100),
    MLPClassifier((), solver="lbfgs"),
    MLPClassifier(max_iter=100, engine="numpy"),
    MLPRegressor(max_iter=100),
    MLPRegressor(hidden_layer_sizes=(), solver="lbfgs"),
    MLPRegressor(max_iter=100, engine="numpy"),
    MLPEnsembleClassifier(CLASSIFIERS, weights=[1, 2]),
    MLPEnsembleRegressor(REGRESSORS),
]


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_accepts(estimator: Any, check: Any) -> None:
    check(estimator)
