from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array, csr_matrix
from sklearn.datasets import make_classification, make_multilabel_classification

from separatrix import Ensemble, MLPClassifier, MLPRegressor, Model, Network
from separatrix.data import Table, TableEncoder
from separatrix.errors import DataError
from separatrix.estimators.training_rows import read_rows
from separatrix.explain.tables import (
    as_table,
    encoded_data,
    encoded_rows,
    encoded_targets,
    in_container_of,
    rows_of,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 4.0]])
LABELS = ["no", "no", "yes", "yes"]
MODEL = Model(Network.mlp(2, (), 1), [1.0, 2.0, 0.5], classes=["no", "yes"])


def test_a_model_takes_tables_through_its_encoder() -> None:
    encoder = TableEncoder.fit({"size": [1.0, 3.0], "kind": ["a", "b"]})
    model = Model(Network.mlp(3, (), 1), np.zeros(4), encoder=encoder)
    assert_array_equal(encoded_rows(model, {"size": [3.0], "kind": ["a"]}), [[1.0, 1.0, 0.0]])
    assert as_table(model, pd.DataFrame({"id": [7], "kind": ["a"], "size": [2]})).column_names == [
        "size",
        "kind",
    ]


def test_an_ensembles_table_has_the_columns_that_its_encoder_reads() -> None:
    encoder = TableEncoder.fit({"size": [1.0, 3.0], "kind": ["a", "b"]})
    ensemble = Ensemble([Model(Network.mlp(3, (), 1), np.zeros(4), encoder=encoder)])
    table = as_table(ensemble, {"id": [7], "kind": ["a"], "size": [2.0]})
    assert table.column_names == ["size", "kind"]


@pytest.mark.parametrize(
    "rows",
    [
        X,
        X.tolist(),
        csr_array(X),
        {"x1": X[:, 0], "x2": X[:, 1]},
        Table({"x1": X[:, 0], "x2": X[:, 1]}),
        pd.DataFrame(X, columns=["x1", "x2"]),
        pl.DataFrame(X, schema=["x1", "x2"]),
    ],
    ids=["array", "list", "sparse", "mapping", "table", "pandas", "polars"],
)
def test_every_kind_of_rows_becomes_a_table_and_back(rows: object) -> None:
    table = as_table(MODEL, rows)
    assert table.column_names == ["x1", "x2"]
    assert_array_equal(table.columns["x2"], X[:, 1])
    assert_array_equal(MODEL(in_container_of(rows, table.columns)), MODEL(X))


def test_text_stays_text_in_a_frame_of_the_same_library() -> None:
    columns = {"kind": np.array(["a", "c"], dtype=object), "size": np.array([1.0, 2.0])}
    for frame in (pd.DataFrame({"kind": ["b"], "size": [0]}), pl.DataFrame({"kind": ["b"], "size": [0]})):
        made = in_container_of(frame, columns)
        assert type(made) is type(frame)
        assert made["kind"].to_list() == ["a", "c"]


def test_the_columns_of_an_array_get_the_names_that_the_model_knows() -> None:
    model = Model(Network.mlp(2, (), 1), np.zeros(3), feature_names=["age", "dose"])
    assert as_table(model, X).column_names == ["age", "dose"]
    with pytest.raises(DataError, match="no column 'dose'"):
        as_table(model, {"age": [1.0]})
    with pytest.raises(DataError, match=r"shape \(n_rows, n_columns\)"):
        as_table(model, [1.0, 2.0])


def model_of(head: str, n_out: int, classes: Any = None) -> Model:
    network = Network.mlp(2, (), n_out, head=head)
    return Model(network, np.zeros(network.n_parameters), classes=classes)


@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_encoded_targets_are_those_of_the_training(loss: str, n_classes: int) -> None:
    X, codes = make_classification(30, 6, n_informative=4, n_classes=n_classes, random_state=0)
    y = np.array(["a", "b", "c"])[codes]
    classifier = MLPClassifier((2,), loss=loss, max_iter=1).fit(X, y)
    rows = read_rows(classifier, classifier.settings(), X, y)
    np.testing.assert_array_equal(encoded_targets(classifier.to_model(), y), rows.data.T)


def test_indicator_matrices_and_numbers_are_not_encoded() -> None:
    X, Y = make_multilabel_classification(20, 4, n_classes=3, random_state=0)
    classifier = MLPClassifier((2,), max_iter=1).fit(X, Y)
    np.testing.assert_array_equal(encoded_targets(classifier.to_model(), csr_matrix(Y)), Y)
    regressor = MLPRegressor(hidden_layer_sizes=(2,), max_iter=1).fit(X, X[:, 0])
    np.testing.assert_array_equal(encoded_targets(regressor.to_model(), X[:, 0]), X[:, :1])


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(DataError, match="y has 'perhaps' in row 2, which is none of the classes: no, yes"):
        encoded_targets(model_of("binary", 1, ["no", "yes"]), ["yes", "perhaps"])


def test_targets_of_another_shape_are_an_error() -> None:
    with pytest.raises(DataError, match=r"shape \(n_rows, 2\) for this network, got \(3,\)"):
        encoded_targets(model_of("regression", 2), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("n_targets", [0, 1, 3])
def test_rows_and_targets_must_have_the_same_length(n_targets: int) -> None:
    with pytest.raises(DataError, match=f"got 2 and {n_targets}"):
        encoded_data(model_of("regression", 1), np.ones((2, 2)), np.ones(n_targets))


@pytest.mark.parametrize("weight", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, np.nan]])
def test_bad_weights_are_an_error(weight: list[float]) -> None:
    with pytest.raises(DataError, match="sample_weight must have"):
        encoded_data(model_of("regression", 1), np.ones((2, 2)), [1.0, 2.0], weight)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, Table, dict])
def test_rows_of_a_table_are_in_its_container(kind: Any) -> None:
    given = kind({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "z"]})
    found = rows_of(None, given, np.array([0, 2]))
    assert isinstance(found, Table if kind is dict else kind)
    assert (list(found["a"]), list(found["b"])) == ([1.0, 3.0], ["x", "z"])
