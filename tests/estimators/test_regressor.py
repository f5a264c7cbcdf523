from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import PoissonRegressor, Ridge

from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPRegressor

# SciPy ends L-BFGS where an iteration lowers the loss by less than 2.2e-9 of it, so that predictions can stay
# 1e-4 from the minimum's, on well conditioned data too: how near they come depends on where training starts.
LINEAR: dict[str, Any] = {
    "hidden_layer_sizes": (),
    "solver": "lbfgs",
    "tol": 1e-9,
    "max_iter": 1000,
    "random_state": 0,
}


@pytest.mark.parametrize("n_targets", [1, 3])
def test_no_hidden_layer_is_ridge_regression(engine: str, n_targets: int) -> None:
    random_state = np.random.RandomState(0)
    X = random_state.randn(80, 4)
    Y = X @ random_state.randn(4, n_targets) + 2.0 + random_state.randn(80, n_targets)
    y = Y[:, 0] if n_targets == 1 else Y
    reg = MLPRegressor(**LINEAR, alpha=3.0, engine=engine).fit(X, y)
    ridge = Ridge(alpha=3.0).fit(X, y)
    assert_allclose(reg.predict(X), ridge.predict(X), atol=1e-3)
    assert reg.predict(X).shape == y.shape
    assert reg.to_model().predict(X).tolist() == reg.predict(X).tolist()


def test_poisson_loss_is_poisson_regression(engine: str) -> None:
    random_state = np.random.RandomState(0)
    X = random_state.randn(80, 3)
    y = random_state.poisson(np.exp(X @ [0.5, -0.3, 0.1] + 1.0))
    reg = MLPRegressor("poisson", **LINEAR, alpha=0.0, engine=engine).fit(X, y)
    reference = PoissonRegressor(alpha=0.0, tol=1e-10, max_iter=1000).fit(X, y)
    assert reg.out_activation_ == "exp"
    assert_allclose(reg.predict(X), reference.predict(X), rtol=1e-5)
    assert MLPRegressor.from_model(reg.to_model()).loss == "poisson"


def test_layers_in_place_of_the_loss_are_named() -> None:
    with pytest.raises(ParameterError, match=r"loss must be text, got \(12,\); write hidden_layer_sizes"):
        MLPRegressor((12,), "tanh").fit([[0.0], [1.0]], [0.0, 1.0])


def test_poisson_loss_needs_counts() -> None:
    with pytest.raises(DataError, match=r"y must be 0 or more for loss 'poisson', got -1\.0"):
        MLPRegressor("poisson").fit([[0.0], [1.0]], [2.0, -1.0])


def test_without_biases_the_prediction_at_the_origin_is_0(engine: str) -> None:
    X = np.array([[1.0], [2.0], [3.0]])
    reg = MLPRegressor(**LINEAR, alpha=0.0, fit_intercept=False, engine=engine).fit(X, [2.0, 4.5, 6.0])
    assert reg.intercepts_[0].shape == (0,)
    assert_allclose(reg.coefs_[0], 29.0 / 14.0, rtol=1e-6)
    assert_allclose(reg.predict([[0.0]]), 0.0)


def test_dtype_float32_computes_in_float32(engine: str) -> None:
    X = np.random.RandomState(0).randn(50, 2)
    reg = MLPRegressor(**{**LINEAR, "tol": 1e-4}, dtype="float32", engine=engine).fit(X, X[:, 0])
    assert reg.theta_.dtype == reg.predict(X).dtype == np.float32
    assert_allclose(reg.predict(X), X[:, 0], atol=1e-3)
    wide = MLPRegressor(**LINEAR, dtype="float64", engine=engine).fit(X.astype(np.float32), X[:, 0])
    assert wide.theta_.dtype == np.float64
