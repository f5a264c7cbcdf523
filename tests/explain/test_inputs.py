from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import Ensemble, MLPClassifier, MLPEnsembleClassifier, Model, Network
from separatrix.data import Table, TableEncoder
from separatrix.errors import DataError, ParameterError
from separatrix.explain.inputs import (
    as_inputs,
    as_model,
    as_recording,
    as_table,
    class_codes,
    class_labels,
    is_network,
    like,
)

X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 4.0]])
LABELS = ["no", "no", "yes", "yes"]
MODEL = Model(Network.mlp(2, (), 1), [1.0, 2.0, 0.5], classes=["no", "yes"])


@pytest.fixture(scope="module")
def fitted() -> MLPClassifier:
    return MLPClassifier((2,), solver="lbfgs", max_iter=5, random_state=0, engine="numpy")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_pipeline_is_its_last_steps_network_on_the_first_steps_output(fitted: MLPClassifier) -> None:
    pipeline = make_pipeline(StandardScaler(), fitted).fit(X, LABELS)
    assert as_model(pipeline) == pipeline[-1].to_model()
    assert_array_equal(as_inputs(pipeline, X), pipeline[0].transform(X))
    assert_array_equal(class_labels(pipeline), ["no", "yes"])
    assert not is_network(pipeline)
    assert is_network(pipeline[-1])


def test_a_model_takes_tables_through_its_encoder() -> None:
    encoder = TableEncoder.fit({"size": [1.0, 3.0], "kind": ["a", "b"]})
    model = Model(Network.mlp(3, (), 1), np.zeros(4), encoder=encoder)
    assert_array_equal(as_inputs(model, {"size": [3.0], "kind": ["a"]}), [[1.0, 1.0, 0.0]])
    assert as_table(model, pd.DataFrame({"id": [7], "kind": ["a"], "size": [2]})).column_names == [
        "size",
        "kind",
    ]


def test_what_has_no_network_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"estimator must be a Model.*got LinearRegression"):
        as_model(LinearRegression())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_ensemble_is_no_single_network(fitted: MLPClassifier) -> None:
    voting = MLPEnsembleClassifier([("one", fitted), ("two", fitted)]).fit(X, LABELS)
    for ensemble, members in ((voting, "estimators_"), (voting.to_model(), "models")):
        assert not is_network(ensemble)
        assert class_labels(ensemble).tolist() == ["no", "yes"]
        assert as_table(ensemble, X).column_names == ["x1", "x2"]
        with pytest.raises(ParameterError, match=f"must be a single network, got .*Ensemble.*its {members}"):
            as_model(ensemble)


def test_an_ensembles_table_has_the_columns_that_its_encoder_reads() -> None:
    encoder = TableEncoder.fit({"size": [1.0, 3.0], "kind": ["a", "b"]})
    ensemble = Ensemble([Model(Network.mlp(3, (), 1), np.zeros(4), encoder=encoder)])
    table = as_table(ensemble, {"id": [7], "kind": ["a"], "size": [2.0]})
    assert table.column_names == ["size", "kind"]


def test_what_was_not_recorded_says_how_to_record() -> None:
    with pytest.raises(DataError, match=r"Model has no recording.*record='auto'"):
        as_recording(MODEL)


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (LogisticRegression(), "must be fitted, got LogisticRegression that is not; call fit"),
        (
            LinearRegression().fit([[0.0], [1.0]], [0, 1]),
            "must be a classifier, got LinearRegression that predicts",
        ),
        (
            Model(Network.mlp(2, (), 1, head="regression"), np.zeros(3)),
            "must be a classifier, got a model that predicts numbers; draw those of one input with",
        ),
    ],
)
def test_no_classifier_has_no_classes(estimator: object, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        class_labels(estimator)


def test_several_labels_a_row_are_refused() -> None:
    model = Model(Network.mlp(2, (), 3, head="multilabel"), np.zeros(9))
    for several in (model, Ensemble([model])):
        with pytest.raises(ParameterError, match="one class of each row"):
            class_labels(several)


def test_class_codes_are_positions() -> None:
    assert class_codes(np.array(["b", "a"]), pd.Series(["a", "b", "b"])).tolist() == [1, 0, 0]
    with pytest.raises(DataError, match=r"only the classes 'b', 'a', got 'c'"):
        class_codes(np.array(["b", "a"]), ["a", "c"])


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
    assert_array_equal(MODEL(like(rows, table.columns)), MODEL(X))


def test_text_stays_text_in_a_frame_of_the_same_library() -> None:
    columns = {"kind": np.array(["a", "c"], dtype=object), "size": np.array([1.0, 2.0])}
    for frame in (pd.DataFrame({"kind": ["b"], "size": [0]}), pl.DataFrame({"kind": ["b"], "size": [0]})):
        made = like(frame, columns)
        assert type(made) is type(frame)
        assert made["kind"].to_list() == ["a", "c"]


def test_an_arrays_columns_go_by_the_names_that_the_model_knows() -> None:
    model = Model(Network.mlp(2, (), 1), np.zeros(3), feature_names=["age", "dose"])
    assert as_table(model, X).column_names == ["age", "dose"]
    with pytest.raises(DataError, match="no column 'dose'"):
        as_table(model, {"age": [1.0]})
    with pytest.raises(DataError, match=r"shape \(n_rows, n_columns\)"):
        as_table(model, [1.0, 2.0])
