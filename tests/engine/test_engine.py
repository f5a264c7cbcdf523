from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from separatrix.engine import AutoEngine, _jit, get_engine
from separatrix.engine.kernels import training
from separatrix.errors import ParameterError
from separatrix.estimators import MLPClassifier

X = np.random.default_rng(0).normal(size=(60, 2))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.promise("A kernel that cannot be compiled: the NumPy engine goes on, with one warning")
@pytest.mark.skipif(not _jit.IS_COMPILED, reason="kernels are not compiled")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_kernel_that_cannot_be_compiled_is_replaced_by_the_numpy_engine(
    solver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("LLVM does not know this processor")

    settings: dict[str, Any] = {"tol": 9.0, "n_iter_no_change": 3, "random_state": 0, "solver": solver}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = MLPClassifier((3,), engine="numpy", **settings).fit(X, Y)
    monkeypatch.setattr(AutoEngine, "compiles", True)
    for entry in (training.training, training.gradient, training.evaluation):
        monkeypatch.setattr(entry, "compiled", {})
    monkeypatch.setattr(_jit, "_compile", fail)
    with pytest.warns(
        UserWarning, match="does not work here, and the slower engine='numpy' is used"
    ) as caught:
        fitted = MLPClassifier((3,), **settings).fit(X, Y)
    assert sum("engine='numpy'" in str(w.message) for w in caught) == 1
    assert np.array_equal(fitted.theta_, expected.theta_)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*engine='numpy' is used")
        MLPClassifier((3,), **settings).fit(X, Y)  # it is said once
    assert get_engine().name == "numpy"
    with pytest.raises(_jit.KernelError, match="LLVM does not know"):
        MLPClassifier((3,), engine="numba", **settings).fit(X, Y)


def test_an_engine_that_there_is_not() -> None:
    with pytest.raises(ParameterError, match="engine must be one of 'auto', 'numpy', 'numba'"):
        get_engine("cuda")
