"""scikit-learn's own checks of an estimator, all of them, without an expected failure."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from separatrix.estimators import MLPClassifier, MLPRegressor

# The checks leave max_iter as it is, and their data are too small for some of them to converge.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ESTIMATORS = [
    MLPClassifier(max_iter=100),
    MLPClassifier((), solver="lbfgs"),
    MLPClassifier(max_iter=100, engine="numpy"),
    MLPRegressor(max_iter=100),
    MLPRegressor(hidden_layer_sizes=(), solver="lbfgs"),
    MLPRegressor(max_iter=100, engine="numpy"),
]


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_accepts(estimator: Any, check: Any) -> None:
    check(estimator)
