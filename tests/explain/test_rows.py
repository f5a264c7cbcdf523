from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import make_classification, make_multilabel_classification

from separatrix.errors import DataError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.explain.rows import data_of, target_columns
from separatrix.model import Model
from separatrix.network import Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def model(head: str, n_out: int, classes: Any = None) -> Model:
    network = Network.mlp(2, (), n_out, head=head)
    return Model(network, np.zeros(network.n_parameters), classes=classes)


@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_targets_are_those_that_the_estimator_trains_on(loss: str, n_classes: int) -> None:
    X, codes = make_classification(30, 6, n_informative=4, n_classes=n_classes, random_state=0)
    y = np.array(["a", "b", "c"])[codes]
    classifier = MLPClassifier((2,), loss=loss, max_iter=1).fit(X, y)
    np.testing.assert_array_equal(target_columns(classifier.to_model(), y), classifier._encode(y))


def test_several_labels_and_numbers_are_taken_as_they_stand() -> None:
    X, Y = make_multilabel_classification(20, 4, n_classes=3, random_state=0)
    classifier = MLPClassifier((2,), max_iter=1).fit(X, Y)
    np.testing.assert_array_equal(target_columns(classifier.to_model(), csr_matrix(Y)), Y)
    regressor = MLPRegressor(hidden_layer_sizes=(2,), max_iter=1).fit(X, X[:, 0])
    np.testing.assert_array_equal(target_columns(regressor.to_model(), X[:, 0]), X[:, :1])


def test_a_class_that_was_not_trained_on_is_named() -> None:
    with pytest.raises(DataError, match=r"classes 'no', 'yes', got 'perhaps'"):
        target_columns(model("binary", 1, ["no", "yes"]), ["yes", "perhaps"])


def test_targets_of_another_shape_are_refused() -> None:
    with pytest.raises(DataError, match=r"shape \(n_rows, 2\) for this network, got \(3,\)"):
        target_columns(model("regression", 2), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("n_targets", [0, 1, 3])
def test_rows_and_targets_go_together(n_targets: int) -> None:
    with pytest.raises(DataError, match=f"got 2 and {n_targets}"):
        data_of(model("regression", 1), np.ones((2, 2)), np.ones(n_targets))


@pytest.mark.parametrize("weight", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, np.nan]])
def test_bad_weights_are_refused(weight: list[float]) -> None:
    with pytest.raises(DataError, match="sample_weight must have"):
        data_of(model("regression", 1), np.ones((2, 2)), [1.0, 2.0], weight)
