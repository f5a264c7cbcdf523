from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import get_scorer

from separatrix import MLPClassifier, MLPRegressor
from separatrix.engine.numpy_engine import forward
from separatrix.search.scores import CLASS_SHORTCUTS, NUMBER_SHORTCUTS, shortcuts_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("name", CLASS_SHORTCUTS)
def test_scores_of_classes_are_those_of_scikit_learn_to_the_last_bit(name, loss, n_classes, dtype):
    X, y = load_iris(return_X_y=True)
    X, y = X[y < n_classes], y[y < n_classes]
    for seed in range(10):
        clf = MLPClassifier((3,), max_iter=10 * (seed + 1), random_state=seed, dtype=dtype, loss=loss).fit(
            X, y
        )
        z = forward(clf.network_, clf.theta_, X.astype(dtype))
        assert CLASS_SHORTCUTS[name](y, z, clf.network_) == get_scorer(name)(clf, X, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NUMBER_SHORTCUTS)
def test_scores_of_numbers_are_those_of_scikit_learn_to_the_last_bit(name, dtype):
    X, y = load_diabetes(return_X_y=True)
    for seed in range(10):
        reg = MLPRegressor(hidden_layer_sizes=(3,), max_iter=seed + 1, random_state=seed, dtype=dtype).fit(
            X, y
        )
        assert NUMBER_SHORTCUTS[name](y, reg.predict(X)) == get_scorer(name)(reg, X, y)


def test_equal_numbers_have_no_shortcut():
    assert np.isnan(NUMBER_SHORTCUTS["r2"](np.ones(3), np.ones(3)))


@pytest.mark.parametrize(
    ("scoring", "is_classifier", "keys"),
    [
        (None, True, ["score"]),
        (None, False, ["score"]),
        ("accuracy", True, ["score"]),
        ("accuracy", False, []),
        ("roc_auc", True, []),
        (["accuracy", "roc_auc"], True, []),
        (("r2", "neg_mean_squared_error"), False, ["r2", "neg_mean_squared_error"]),
        ({"a": "accuracy"}, True, ["a"]),
        ({"a": get_scorer("accuracy")}, True, []),
        (get_scorer("accuracy"), True, []),
    ],
)
def test_only_plain_names_have_shortcuts(scoring, is_classifier, keys):
    assert list(shortcuts_of(scoring, is_classifier)) == keys
