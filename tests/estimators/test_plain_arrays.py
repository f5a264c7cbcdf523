"""Plain arrays are fitted as scikit-learn would return them, and anything else still meets its checks."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.utils.validation import validate_data

from separatrix import MLPClassifier, MLPRegressor
from separatrix.estimators.plain_arrays import is_plain_labels, is_plain_matrix, is_plain_numbers

X = np.random.RandomState(0).standard_normal((40, 3))
Y = (X[:, 0] > 0).astype(int)


def fitted(X: Any, y: Any, kind: Any = MLPClassifier) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(hidden_layer_sizes=(3,), max_iter=3, random_state=0).fit(X, y)


@pytest.mark.parametrize(
    ("X", "plain"),
    [
        (X, True),
        (X.astype(np.float32), True),
        (np.asfortranarray(X), False),
        (X[:, 0], False),
        (X[:0], False),
        (X[:, :0], False),
        (X.tolist(), False),
        (X.astype(int), False),
        (X.astype(">f8"), False),
        (np.where(X > 2, np.nan, X), False),
        (np.where(X > 2, np.inf, X), False),
        (np.full((4, 2), 1e308), False),  # finite, with a sum that is not
        (np.ma.masked_array(X), False),
    ],
)
def test_a_plain_matrix(X: Any, plain: bool) -> None:
    assert is_plain_matrix(X, (np.float64, np.float32)) == plain


@pytest.mark.parametrize(
    ("y", "plain"),
    [
        (Y, True),
        (Y > 0, True),
        (Y.astype(np.uint8), True),
        (np.arange(40), True),
        (Y.astype(float), False),
        (Y[:, np.newaxis], False),
        (Y[:-1], False),
        (Y.astype(str), False),
        (Y.tolist(), False),
    ],
)
def test_plain_labels(y: Any, plain: bool) -> None:
    assert is_plain_labels(y, 40) == plain


@pytest.mark.parametrize(
    ("y", "plain"),
    [
        (X[:, 0], True),
        (X, True),
        (Y, True),
        (np.where(X > 2, np.nan, X), False),
        (Y.astype(object), False),
        (X[:, 0] + 0j, False),
        (X[:-1, 0], False),
    ],
)
def test_plain_numbers(y: Any, plain: bool) -> None:
    assert is_plain_numbers(y, 40) == plain


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_fit_of_plain_arrays_is_that_of_lists(kind: Any, dtype: Any) -> None:
    rows = X.astype(dtype)
    plain, other = fitted(rows, Y, kind), fitted(np.asfortranarray(rows), Y.tolist(), kind)
    assert plain.theta_.dtype == other.theta_.dtype == dtype
    assert plain.theta_.tobytes() == other.theta_.tobytes()
    assert plain.n_features_in_ == other.n_features_in_ == 3
    assert plain.predict(rows).tobytes() == plain.predict(np.asfortranarray(rows)).tobytes()
    if kind is MLPClassifier:
        assert plain.classes_.dtype == other.classes_.dtype
        assert (
            plain.predict_proba(rows).tobytes() == plain.predict_proba(rows.tolist()).astype(dtype).tobytes()
        )


def test_a_plain_array_forgets_the_names_of_an_earlier_frame() -> None:
    pandas = pytest.importorskip("pandas")
    network = fitted(pandas.DataFrame(X, columns=list("abc")), Y)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        network.predict(X)
    network.set_params(max_iter=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.fit(X, Y)
    assert not hasattr(network, "feature_names_in_")


def test_other_columns_or_values_at_prediction_are_refused_as_before() -> None:
    network = fitted(X, Y)
    for rows in (X[:, :2], np.where(X > 2, np.nan, X), X[0]):
        with pytest.raises(ValueError) as theirs:  # noqa: PT011
            validate_data(network, rows, reset=False)
        with pytest.raises(ValueError, match=re.escape(str(theirs.value))):
            network.predict(rows)
