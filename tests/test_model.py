"""Predictions of models, their errors, and equality."""

from __future__ import annotations

import copy
import re
import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from separatrix import model as model_module
from separatrix.data import Table, TableEncoder
from separatrix.errors import DataError, ParameterError
from separatrix.model import Model
from separatrix.model_parts import predicted_labels
from separatrix.network import HEADS, Network

ROWS = np.array([[0.0, 1.0], [1.0, -1.0], [-3.0, 0.5]])


def make_model(head="binary", n_out=1, *, hidden=(3,), dtype=np.float64, seed=0, n_in=2, **parts):
    network = Network.mlp(n_in, hidden, n_out, activation="tanh", head=head)
    theta = np.random.RandomState(seed).randn(network.n_parameters).astype(dtype)
    return Model(network, theta, **parts)


def logits_by_hand(model, X):
    (w0, w1), (b0, b1) = model.coefs, model.intercepts
    return np.tanh(X @ w0 + b0) @ w1 + b1


@pytest.mark.parametrize(
    ("head", "n_out"),
    [(head, 1) for head in HEADS if head != "multiclass"]
    + [
        ("multiclass", 3),
        ("multilabel", 3),
        ("regression", 2),
        ("quadratic", 2),
        ("poisson", 2),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_are_those_of_the_formula(head, n_out, dtype):
    model = make_model(head, n_out, dtype=dtype)
    z = model.decision_function(ROWS)
    assert z.dtype == dtype
    assert z.shape == (3, n_out)
    np.testing.assert_allclose(z, logits_by_hand(model, ROWS), rtol=1e-5 if dtype == np.float32 else 1e-12)
    assert len(model.predict(ROWS)) == 3
    assert model.predict(ROWS[:0]).shape[0] == 0


@pytest.mark.parametrize("head", ["binary", "quadratic"])
def test_one_output_predicts_two_classes(head):
    model = make_model(head, classes=["stay", "go"])
    z = model.decision_function(ROWS)[:, 0]
    proba = model.predict_proba(ROWS)
    np.testing.assert_allclose(proba[:, 1], 1 / (1 + np.exp(-z)), rtol=1e-12)
    np.testing.assert_allclose(proba[:, 0], 1 / (1 + np.exp(z)), rtol=1e-12)
    assert model.predict(ROWS).tolist() == ["go" if value > 0 else "stay" for value in z]
    np.testing.assert_array_equal(model(ROWS), proba)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_small_probability_keeps_its_digits(dtype):
    z = np.array([[-40.0], [-20.0], [20.0], [40.0]])
    both = np.hstack([z, -z])
    expected = np.exp(-np.logaddexp(0.0, both))
    found = HEADS["binary"].probabilities(z.astype(dtype))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6 if dtype == np.float32 else 1e-14)


def test_a_single_class_is_always_predicted():
    z = np.array([[-1.0], [1.0]])
    assert predicted_labels(z, np.array(["only"]), Network.mlp(1, (), 1)).tolist() == ["only", "only"]


def test_at_one_half_the_first_class_is_predicted():
    model = Model(Network.mlp(2, (), 1), np.zeros(3), classes=["a", "b"])
    assert model.predict_proba(ROWS[:1]).tolist() == [[0.5, 0.5]]
    assert model.predict(ROWS[:1]).tolist() == ["a"]


@pytest.mark.parametrize("head", ["multiclass", "quadratic"])
def test_several_outputs_predict_the_most_probable_class(head):
    model = make_model(head, 3, classes=[10, 20, 30])
    z = logits_by_hand(model, ROWS)
    odds = np.exp(z) if head == "multiclass" else 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(model.predict_proba(ROWS), odds / odds.sum(axis=1, keepdims=True), rtol=1e-12)
    assert model.predict(ROWS).tolist() == [10 * (best + 1) for best in z.argmax(axis=1)]


def test_quadratic_probabilities_survive_logits_that_underflow():
    model = Model(Network.mlp(1, (), 2, head="quadratic"), [-1000.0, -1001.0, 0.0, 0.0])
    np.testing.assert_allclose(model.predict_proba([[1.0]]), [[1 / (1 + np.exp(-1)), 1 / (1 + np.e)]])


@pytest.mark.parametrize("n_out", [1, 3])
def test_multilabel_judges_each_label_by_itself(n_out):
    model = make_model("multilabel", n_out)
    z = logits_by_hand(model, ROWS)
    np.testing.assert_allclose(model.predict_proba(ROWS), 1 / (1 + np.exp(-z)), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(ROWS), (z > 0).astype(int))
    assert model.classes.tolist() == list(range(n_out))


@pytest.mark.parametrize(("head", "inverse"), [("regression", lambda a: a), ("poisson", np.log)])
@pytest.mark.parametrize("n_out", [1, 2])
def test_numbers_are_predicted(head, inverse, n_out):
    model = make_model(head, n_out)
    predicted = model.predict(ROWS)
    assert predicted.shape == ((3,) if n_out == 1 else (3, 2))
    np.testing.assert_allclose(inverse(predicted).reshape(3, -1), logits_by_hand(model, ROWS), rtol=1e-12)
    np.testing.assert_array_equal(model(ROWS), predicted)
    assert model.classes is None
    with pytest.raises(
        ParameterError, match=f"needs a classifier, got a model with head '{head}'; use predict"
    ):
        model.predict_proba(ROWS)


@pytest.mark.parametrize(
    "classes",
    [
        np.array([-5, 7]),
        np.array([3, 200], np.uint8),
        np.array([False, True]),
        np.array(["b", "a"]),
        np.array(["b", "a"], object),
        np.array([0.1, 2.5]),
        np.array([0.1, 2.5], np.float32),
    ],
    ids=lambda classes: str(classes.dtype),
)
def test_labels_keep_their_type(classes):
    predicted = make_model(classes=classes).predict(ROWS)
    assert predicted.dtype == classes.dtype
    assert set(predicted) <= set(classes)


def test_rows_are_computed_in_blocks(monkeypatch):
    model = make_model()
    whole = model.decision_function(ROWS)
    monkeypatch.setattr(model_module, "BLOCK_BYTES", 2 * ROWS[0].nbytes)
    np.testing.assert_allclose(model.decision_function(ROWS), whole, rtol=1e-14)
    with pytest.raises(DataError, match="column '2' has nan in row 3 where a finite float64 is needed"):
        model.predict(np.array([[0.0, 1.0], [0.0, 1.0], [0.0, np.nan]]))


@pytest.mark.memory
@pytest.mark.promise("Predicting rows through 500 hidden units adds at most 64 MB, however many they are")
def test_many_rows_take_little_memory(record_property):
    model = make_model(hidden=(500,), n_in=10, dtype=np.float32)
    X = np.zeros((60_000, 10), np.float32)  # 120 MB of hidden values
    model.predict_proba(X[:10])
    tracemalloc.start()
    try:
        model.predict_proba(X)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert peak < 64
    record_property("figure", f"60 000 rows: {peak:.0f} MB")


@pytest.mark.parametrize("convert", [scipy.sparse.csr_array, scipy.sparse.coo_matrix, scipy.sparse.csc_array])
def test_sparse_rows(convert):
    model = make_model()
    np.testing.assert_allclose(model.predict_proba(convert(ROWS)), model.predict_proba(ROWS), rtol=1e-14)


@pytest.mark.parametrize("convert", [dict, Table, pd.DataFrame, pl.DataFrame, pl.LazyFrame])
def test_columns_are_found_by_name(convert):
    model = make_model(feature_names=["age", "dose"])
    table = convert({"dose": ROWS[:, 1], "other": ["x", "y", "z"], "age": ROWS[:, 0]})
    np.testing.assert_array_equal(model.predict_proba(table), model.predict_proba(ROWS))
    with pytest.raises(
        DataError, match=r"no column 'age'; the columns are: ags, dose\. Did you mean 'ags'\?"
    ):
        model.predict(convert({"ags": ROWS[:, 0], "dose": ROWS[:, 1]}))


def test_inputs_are_the_rows_as_the_network_takes_them():
    encoder = TableEncoder.fit({"size": [1.0, 3.0], "kind": ["a", "b"]})
    model = Model(Network.mlp(3, (), 1), np.zeros(4, np.float32), encoder=encoder)
    inputs = model.inputs({"size": [3.0], "kind": ["a"]})
    assert inputs.dtype == np.float32
    assert inputs.tolist() == [[1.0, 1.0, 0.0]]
    assert model.inputs(scipy.sparse.csr_array(inputs)).tolist() == inputs.tolist()


def test_arrays_of_objects_may_hold_numbers():
    model = make_model(feature_names=["same", "same"])
    np.testing.assert_array_equal(model.predict_proba(ROWS.astype(object)), model.predict_proba(ROWS))


def test_columns_without_known_names_are_taken_as_they_stand():
    frame = pd.DataFrame(ROWS, columns=["p", "q"])
    np.testing.assert_array_equal(make_model().predict_proba(frame), make_model().predict_proba(ROWS))


@pytest.mark.parametrize("convert", [dict, Table, pd.DataFrame, pl.DataFrame])
def test_tables_go_through_the_encoder(convert):
    columns = {"age": [30.0, 50.0, None], "sex": ["f", "m", "f"]}
    encoder = TableEncoder.fit(columns)
    model = make_model(n_in=4, encoder=encoder)
    expected = model.predict_proba(encoder.transform(columns))
    np.testing.assert_array_equal(model.predict_proba(convert(columns)), expected)
    assert model.feature_names == ("age", "age (missing)", "sex=f", "sex=m")
    with pytest.raises(DataError, match="lacks column 'sex'"):
        model.predict(convert({"age": [1.0]}))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([1.0, 2.0], r"X must have shape \(n_rows, 2\), one column for each input, got \(2,\); reshape it"),
        ([[1.0]], r"got \(1, 1\)"),
        ({}, r"got \(0, 0\)"),
        ([[1.0, 2.0], [3.0, np.inf]], "column 'dose' has inf in row 2 where a finite float32 is needed"),
        ([[np.nan, 2.0]], "column 'age' has nan in row 1"),
        ([[1.0, 2.0], [1e39, 0.0]], r"column 'age' has 1e\+39 in row 2 where a finite float32 is needed"),
        ([[1, 2], [3, "x"]], "column 'dose' has text 'x' in row 2"),
        (np.array([[1, 2], [3, "x"]], object), "column 'dose' has"),
        (np.array([[1, 2], [3, None]], object), "column 'dose' has nan in row 2"),
        (np.ones((1, 2), complex), "column 'age' holds values of type complex128"),
        ({"age": [1.0, 2.0], "dose": [1.0]}, "all columns must be of one length"),
    ],
)
def test_bad_rows_are_named(X, message):
    names = ["age", "dose"] if not isinstance(X, dict) or X else None
    with pytest.raises(DataError, match=message):
        make_model(dtype=np.float32, feature_names=names).predict(X)


@pytest.mark.parametrize(
    ("head", "n_out", "parts", "message"),
    [
        (
            "binary",
            1,
            {"theta": np.zeros(3, np.float16)},
            r"float32 or float64 of shape \(13,\).*got float16",
        ),
        ("binary", 1, {"theta": np.zeros(3)}, r"got float64 of shape \(3,\)"),
        ("binary", 1, {"theta": np.zeros(13, int)}, "got int64"),
        ("binary", 1, {"theta": np.full(13, np.nan)}, "theta must be finite, got nan at index 0"),
        ("binary", 1, {"classes": [1, 2, 3]}, "classes must be 2 different labels"),
        ("binary", 1, {"classes": ["a", "a"]}, r"classes must be 2 different labels.*\['a', 'a'\]"),
        ("multiclass", 3, {"classes": [1, 2]}, "classes must be 3 different labels"),
        ("binary", 1, {"classes": np.array(["a", 1], object)}, "must be booleans, numbers or text"),
        ("binary", 1, {"classes": np.array(["2020", "2021"], "M8[D]")}, "must be booleans, numbers or text"),
        ("binary", 1, {"classes": [np.nan, 1.0]}, "must be booleans, numbers or text"),
        ("regression", 1, {"classes": [1, 2]}, "classes must be None for head 'regression'"),
        ("binary", 1, {"feature_names": ["a"]}, "feature_names must be 2 names"),
        ("binary", 1, {"feature_names": "ab"}, "feature_names must be 2 names"),
        ("binary", 1, {"feature_names": [1, 2]}, "feature_names must be 2 names"),
        ("binary", 1, {"encoder": TableEncoder.fit({"x": [1, 2]})}, "feature_names must be 2 names"),
        ("binary", 1, {"target_name": 3}, "target_name must be text, got 3"),
        ("binary", 1, {"training": {"seed": object()}}, "training must hold values that JSON can hold"),
        ("binary", 1, {"training": {"loss": [np.nan]}}, "that JSON can hold, neither NaN nor infinite"),
    ],
)
def test_parts_that_do_not_fit_are_errors(head, n_out, parts, message):
    network = Network.mlp(2, (3,), n_out, head=head)
    with pytest.raises(ParameterError, match=message):
        Model(network, **{"theta": np.zeros(network.n_parameters), **parts})


def test_a_model_does_not_change_with_what_it_was_made_of():
    theta, training = np.arange(13.0), {"history": [1.0], "size": (3,)}
    model = Model(Network.mlp(2, (3,), 1), theta, training=training)
    theta[0], training["history"][0] = 99.0, 99.0
    assert model.theta[0] == 0.0
    assert model.training == {"history": [1.0], "size": [3]}
    with pytest.raises(ValueError, match="read-only"):
        model.coefs[0][0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        model.classes[0] = 1


@pytest.mark.parametrize("order", [np.s_[::-1], np.s_[:]])
def test_theta_is_kept_in_one_piece(order):
    theta = np.arange(26.0)[::2][order]
    model = Model(Network.mlp(2, (3,), 1), theta)
    assert model.theta.flags.c_contiguous
    assert model.theta.tolist() == theta.tolist()


def test_equal_means_every_bit():
    parts = {
        "classes": ["a", "b"],
        "feature_names": ["x", "y"],
        "target_name": "t",
        "training": {"loss": [0.1]},
    }
    model = make_model(**parts)
    assert model == make_model(**parts)
    assert model != "model"
    others = [
        {"classes": ["a", "c"]},
        {"feature_names": ["x", "z"]},
        {"target_name": None},
        {"training": None},
    ]
    for other in [*others, {"seed": 1}, {"dtype": np.float32}, {"head": "quadratic"}]:
        assert model != make_model(**{**parts, **other})
    zeros = Model(Network.mlp(2, (), 1), np.zeros(3))
    assert zeros != Model(zeros.network, -np.zeros(3))
    assert make_model(classes=[0, 1]) != make_model(classes=[0.0, 1.0])


@settings(deadline=None)
@given(st.integers(1, 4), st.lists(st.integers(1, 4), max_size=3), st.sampled_from(sorted(HEADS)))
def test_a_model_is_its_description_and_theta(n_in, hidden, head):
    model = make_model(head, 2 if head == "multiclass" else 1, n_in=n_in, hidden=hidden)
    again = Model.from_dict(model.to_dict(), model.theta)
    assert again == model
    assert copy.deepcopy(model) == model


def test_a_description_without_a_part_is_an_error():
    values = make_model().to_dict()
    del values["classes"]
    with pytest.raises(ParameterError, match=re.escape("not valid: KeyError('classes')")):
        Model.from_dict(values, np.zeros(13))


def test_describe_is_a_summary():
    encoder = TableEncoder.fit({"age": [1, 2], "sex": ["f", "m"]})
    model = make_model(n_in=3, encoder=encoder, classes=[0, 1], target_name="ill", training={"n_rows": 2})
    assert model.describe() == {
        "network": "3-3-1",
        "activations": ["tanh"],
        "head": "binary",
        "n_parameters": 16,
        "dtype": "float64",
        "classes": [0, 1],
        "columns": ["age", "sex"],
        "target": "ill",
        "training": {"n_rows": 2},
    }
    assert repr(model) == "<Model 3-3-1, head='binary', float64: 'ill' (0, 1), from 2 columns>"
    assert make_model(feature_names=["a", "b"]).describe()["columns"] == ["a", "b"]
    assert make_model("regression").describe()["classes"] is None
    assert model.n_parameters == 16


def test_a_model_of_a_table_says_what_it_predicts():
    encoder = TableEncoder.fit({"age": [30.0, 50.0], "town": ["Ulm", "Bonn"]})
    model = Model(Network.mlp(3, (), 1), np.zeros(4), ["no", "yes"], encoder, target_name="member")
    assert repr(model.with_threshold(0.25)) == (
        "<Model 3-1, head='binary', float64: 'member' (no, yes), from 2 columns, threshold 0.25>"
    )


def test_a_model_with_other_parameters_shares_the_rest() -> None:
    parts = {"classes": ["no", "yes"], "training": {"n": 1}}
    model = Model(Network.mlp(2, (3,), 1, head="binary"), np.zeros(13), **parts)
    theta = np.arange(13.0)
    other = model.with_theta(theta)
    theta[0] = 99.0
    assert other == Model(model.network, np.arange(13.0), **parts)
    assert model.theta.max() == 0
    with pytest.raises(ParameterError, match=r"theta must .* got float64 of shape \(3,\)"):
        model.with_theta(np.zeros(3))
