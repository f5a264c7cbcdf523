from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.exceptions import ConvergenceWarning

from separatrix.estimators import MLPClassifier, MLPRegressor

X = np.random.default_rng(0).normal(size=(120, 3))
Y = 2 * X[:, 0] - X[:, 1]


def messages(network: Any, rows: Any, y: Any, method: str = "fit") -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        getattr(network, method)(rows, y)
    assert all(w.filename == __file__ for w in caught)
    return [str(w.message) for w in caught if not issubclass(w.category, ConvergenceWarning)]


def network(**parameters: Any) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, random_state=0, **parameters)


@pytest.mark.promise("A column or target far from zero is named")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_and_targets_far_from_zero_are_named(dtype: str) -> None:
    constant, near = np.c_[X, np.full(120, 1e12)], np.c_[1e8 + X[:, :1], X[:, 1:]]
    assert [m[:16] for m in messages(network(dtype=dtype), constant, Y)] == ["column 4 of X is"]
    (message,) = messages(network(dtype=dtype), near, Y)
    assert message.startswith("column 1 of X ")
    assert "StandardScaler" in message
    (message,) = messages(network(dtype=dtype), X, 1e9 + 60 * Y)
    assert message.startswith("y lies far from zero, with values from 9999")
    assert messages(network(dtype=dtype), X, 1e9 + 60 * Y, "partial_fit") == [message]


def test_a_column_is_named_as_in_the_frame() -> None:
    frame = pd.DataFrame({"age": X[:, 0], "time": X[:, 1] + 1e8})
    classifier = MLPClassifier((4,), max_iter=3, random_state=0)
    (message,) = messages(classifier, frame, Y > 0)
    assert message.startswith("column 'time' lies far from zero")


@pytest.mark.parametrize(
    "rows", [X, np.c_[X, np.ones(120)], 100 * X, X + 50, np.c_[X, 60 * X], scipy.sparse.csr_matrix(1e6 * X)]
)
def test_usual_rows_are_taken_in_silence(rows: Any) -> None:
    assert messages(network(), rows, Y) == []


def test_only_the_first_call_of_partial_fit_warns() -> None:
    trained = network()
    assert len(messages(trained, X + 1e8, Y, "partial_fit")) == 3
    assert messages(trained, X + 1e8, Y, "partial_fit") == []


def test_columns_that_are_not_on_one_scale_are_named_in_one_warning() -> None:
    frame = pd.DataFrame({"share": 0.1 * X[:, 0], "income": 4e4 + 1e4 * X[:, 1], "age": 40 + 9 * X[:, 2]})
    (message,) = messages(network(), frame, Y)
    income, share = (frame[name].to_numpy() for name in ("income", "share"))
    assert message == (
        "the columns of X are not on one scale: "
        f"column 'income' has mean {income.mean():.3g} and standard deviation {income.std():.3g} and "
        f"column 'share' has mean {share.mean():.3g} and standard deviation {share.std():.3g}; "
        "standardise X, for example with StandardScaler in a pipeline, or use fit_table, which does."
    )
    (message,) = messages(network(), 1e6 * X, Y)
    assert message.startswith("the columns of X are not on one scale: column ")
    (message,) = messages(network(), np.c_[X, X[:, 0] + 2e3], Y)
    assert message.startswith("the columns of X are not on one scale: column 4 of X has mean 2e+03")


def test_a_target_that_is_not_standardised_is_named() -> None:
    (message,) = messages(network(), X, 2e5 + 4e4 * Y)
    assert message.startswith("y has mean 1.96e+05 and standard deviation 9.81e+04")
    assert "TransformedTargetRegressor" in message
    assert messages(network(loss="poisson"), X, np.abs(2e5 + 4e4 * Y).round()) == []
