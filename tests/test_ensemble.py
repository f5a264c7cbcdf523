"""The weighted mean of models, and errors for models that do not fit together."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from separatrix.data import Table, TableEncoder
from separatrix.data.column_encoders import NumericEncoder
from separatrix.ensemble import Ensemble
from separatrix.errors import DataError, ParameterError
from separatrix.model import Model
from separatrix.network import HEADS, Network

ROWS = np.array([[0.0, 1.0], [1.0, -1.0], [-3.0, 0.5]])
COLUMNS = {"age": [30.0, 50.0, None], "sex": ["f", "m", "f"]}
ENCODER = TableEncoder.fit(COLUMNS)


def make_model(head="binary", n_out=1, *, hidden=(3,), dtype=np.float64, seed=0, n_in=2, **parts):
    network = Network.mlp(n_in, hidden, n_out, activation="tanh", head=head)
    theta = np.random.RandomState(seed).randn(network.n_parameters).astype(dtype)
    return Model(network, theta, **parts)


def make_ensemble(head="binary", n_out=1, weights=(3, 1), **parts):
    models = [make_model(head, n_out, hidden=(2 + seed,), seed=seed, **parts) for seed in range(len(weights))]
    return Ensemble(models, weights)


@pytest.mark.parametrize(
    ("head", "n_out"),
    [(head, 1) for head in HEADS if head != "multiclass"]
    + [("multiclass", 3), ("multilabel", 3), ("regression", 2), ("quadratic", 2), ("quadratic", 3)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_answer_is_the_weighted_mean(head, n_out, dtype):
    ensemble = make_ensemble(head, n_out, weights=(3, 1, 4), dtype=dtype)
    answers = np.array([model(ROWS) for model in ensemble.models], np.float64)
    expected = np.average(answers, axis=0, weights=[3, 1, 4])
    found = ensemble(ROWS)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert ensemble.fractions.tolist() == [3 / 8, 1 / 8, 4 / 8]
    assert ensemble.is_classifier == ensemble.models[0].is_classifier
    assert ensemble.has_one_target == ensemble.models[0].has_one_target
    assert ensemble.predict(ROWS).shape == ensemble.models[0].predict(ROWS).shape
    assert ensemble.predict(ROWS[:0]).shape == ensemble.models[0].predict(ROWS[:0]).shape


def test_one_model_answers_as_it_does_alone():
    for head in ("binary", "multilabel", "regression"):
        model = make_model(head)
        np.testing.assert_array_equal(Ensemble([model])(ROWS), model(ROWS))
        np.testing.assert_array_equal(Ensemble([model]).predict(ROWS), model.predict(ROWS))
        assert Ensemble([model]).n_parameters == model.n_parameters


def constant(logits, head="multiclass", **parts):
    network = Network.mlp(1, (), len(logits), head=head)
    return Model(network, [*np.zeros(len(logits)), *logits], **parts)


def test_the_class_of_the_highest_mean_probability_is_predicted_or_the_first_of_two():
    classes = ["a", "b", "c"]
    sure = constant(np.log([0.1, 0.1, 0.8]), classes=classes)
    others = [constant(np.log([0.5, 0.4, 0.1]), classes=classes)] * 2
    assert Ensemble([sure, *others]).predict([[0.0]]).tolist() == ["a"]
    assert Ensemble([sure, *others], [9, 1, 1]).predict([[0.0]]).tolist() == ["c"]
    mirrored = [constant([1.0, 0.0, 0.0], classes=classes), constant([0.0, 1.0, 0.0], classes=classes)]
    assert Ensemble(mirrored).predict([[0.0]]).tolist() == ["a"]


def test_several_labels_are_judged_each_by_itself():
    ensemble = Ensemble([constant([3.0, -3.0], "multilabel"), constant([-1.0, 1.0], "multilabel")])
    assert ensemble.predict([[0.0]]).tolist() == [[1, 0]]
    assert not ensemble.has_one_target


def test_heads_and_types_may_differ():
    binary, quadratic = make_model("binary"), make_model("quadratic", dtype=np.float32, seed=1)
    mean = Ensemble([binary, quadratic]).predict_proba(ROWS)
    np.testing.assert_allclose(mean, (binary(ROWS) + quadratic(ROWS)) / 2, rtol=1e-6)
    counts = Ensemble([make_model("regression"), make_model("poisson", seed=1)])
    assert counts.predict(ROWS).shape == (3,)


def test_numbers_have_no_probabilities():
    with pytest.raises(ParameterError, match="predict_proba needs classifiers, got models of numbers"):
        make_ensemble("regression").predict_proba(ROWS)


@pytest.mark.parametrize("convert", [dict, Table, pd.DataFrame, pl.DataFrame, pl.LazyFrame])
@pytest.mark.parametrize("dtypes", [(np.float32, np.float32), (np.float64, np.float32)])
def test_tables_go_through_the_encoder_once_for_each_type(convert, dtypes, monkeypatch):
    models = [
        make_model(n_in=4, encoder=ENCODER, dtype=dtype, seed=i, target_name="ill")
        for i, dtype in enumerate(dtypes)
    ]
    ensemble = Ensemble(models)
    expected = np.mean([model(COLUMNS).astype(np.float64) for model in models], axis=0)
    calls = []
    encode = NumericEncoder.encode
    monkeypatch.setattr(NumericEncoder, "encode", lambda *args: calls.append(1) or encode(*args))
    np.testing.assert_array_equal(ensemble(convert(COLUMNS)), expected)
    assert len(calls) == len(set(dtypes))
    assert ensemble.encoder is models[0].encoder
    assert ensemble.feature_names == ("age", "age (missing)", "sex=f", "sex=m")
    assert ensemble.target_name == "ill"
    assert ensemble.inputs(COLUMNS).shape == (3, 4)
    with pytest.raises(DataError, match="lacks column 'sex'"):
        ensemble.predict(convert({"age": [1.0]}))


def test_sparse_rows_and_columns_by_name():
    ensemble = make_ensemble(feature_names=["age", "dose"])
    np.testing.assert_allclose(ensemble(scipy.sparse.csr_array(ROWS)), ensemble(ROWS), rtol=1e-14)
    table = {"dose": ROWS[:, 1], "age": ROWS[:, 0]}
    np.testing.assert_array_equal(ensemble(table), ensemble(ROWS))
    with pytest.raises(DataError, match="column 'dose' has nan in row 1"):
        ensemble.predict([[0.0, np.nan]])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (make_model(n_in=3), "the same number of inputs, got 2 in the first and 3 in number 2"),
        (make_model("regression"), "the same kind of answer, got 'class' in the first and 'number'"),
        (make_model("multilabel", 2), "the same number of targets, got 1 in the first and 2"),
        (make_model("multiclass", 3), "the same classes"),
        (make_model(classes=["no", "yes"]), "the same classes"),
        (make_model(classes=[0.0, 1.0]), "the same classes"),
        (make_model(feature_names=["a", "b"]), r"the same feature_names, got None in the first and \('a'"),
        (make_model(target_name="ill"), "the same target_name, got None in the first and 'ill'"),
    ],
)
def test_models_that_do_not_belong_together(other, message):
    with pytest.raises(ParameterError, match=f"models must have {message}.*trained on the same table"):
        Ensemble([make_model(), other])


def test_encoders_must_be_the_same():
    names = {"feature_names": ["a", "b", "c", "d"]}
    with pytest.raises(ParameterError, match="the same encoder"):
        Ensemble([make_model(n_in=4, encoder=ENCODER, **names), make_model(n_in=4, **names)])


@pytest.mark.parametrize("models", [[], [3], "models", make_model()])
def test_what_is_no_list_of_models(models):
    with pytest.raises(ParameterError, match="models must be one or more of the type Model, got "):
        Ensemble(models)


@pytest.mark.parametrize(
    "weights", [[1], [1, 2, 3], [1, 0], [1, -1], [1, np.nan], [1, np.inf], [1e308, 1e308], "ab", [[1, 2]], 3]
)
def test_weights_that_are_none(weights):
    with pytest.raises(
        ParameterError, match="weights must be 2 finite numbers above 0, one for each model, got "
    ):
        Ensemble([make_model(), make_model(seed=1)], weights)


def test_it_does_not_change_with_what_it_was_made_of():
    models, weights = [make_model(), make_model(seed=1)], np.array([1.0, 2.0])
    ensemble = Ensemble(models, weights)
    models.pop()
    weights[0] = 9.0
    assert len(ensemble.models) == 2
    assert ensemble.fractions[0] == 1 / 3
    with pytest.raises(ValueError, match="read-only"):
        ensemble.weights[0] = 1.0


def test_equal_means_every_part():
    ensemble = make_ensemble()
    assert ensemble == make_ensemble()
    assert ensemble == copy.deepcopy(ensemble)
    assert ensemble != make_ensemble(weights=(1, 3))
    assert ensemble != make_ensemble(weights=(3, 1, 1))
    assert ensemble != make_ensemble(dtype=np.float32)
    assert ensemble != make_ensemble(target_name="t")
    assert ensemble != ensemble.models[0]


def test_an_ensemble_is_its_description_and_its_parameters():
    ensemble = make_ensemble(n_in=4, encoder=ENCODER, classes=["no", "yes"], training={"loss": [0.5]})
    values = json.loads(json.dumps(ensemble.to_dict()))
    assert [set(own) for own in values["models"]] == [{"encoder", "feature_names", "network", "training"}] * 2
    assert len(values["encoders"]) == 1
    again = Ensemble.from_dict(values, [model.theta for model in ensemble.models])
    assert again == ensemble
    assert again.models[1].encoder is again.models[0].encoder


@pytest.mark.parametrize("part", ["models", "weights", "classes", "encoders", "temperature", "target_name"])
def test_a_description_without_a_part_is_an_error(part):
    ensemble = make_ensemble()
    values = ensemble.to_dict()
    del values[part]
    with pytest.raises(ParameterError, match=f"not valid: KeyError\\('{part}'\\)"):
        Ensemble.from_dict(values, [model.theta for model in ensemble.models])


def test_models_may_encode_the_same_table_in_different_ways():
    other = TableEncoder.fit({"a": [1.0, 2.0], "b": ["x", "y"]})
    first = make_model(n_in=other.n_features_out, encoder=other, seed=1)
    second = make_model(n_in=1, encoder=TableEncoder.fit({"a": [0.0, 4.0]}), seed=2)
    ensemble = Ensemble([first, second])
    table = {"a": [1.5, 3.0], "b": ["y", "x"]}
    mean = (first.predict_proba(table) + second.predict_proba(table)) / 2
    np.testing.assert_allclose(ensemble.predict_proba(table), mean)
    thetas = [model.theta for model in ensemble.models]
    assert Ensemble.from_dict(json.loads(json.dumps(ensemble.to_dict())), thetas) == ensemble


def test_a_temperature_above_one_makes_probabilities_less_sure():
    plain, cool = make_ensemble(), Ensemble(make_ensemble().models, [3, 1], temperature=2.0)
    X = np.random.RandomState(0).normal(size=(20, 2))
    p, q = plain.predict_proba(X), cool.predict_proba(X)
    np.testing.assert_allclose(np.sqrt(p) / np.sqrt(p).sum(axis=1, keepdims=True), q)
    np.testing.assert_array_equal(plain.predict(X), cool.predict(X))
    assert plain != cool
    with pytest.raises(ParameterError, match="temperature must be 1 unless"):
        Ensemble([make_model("regression")], temperature=2.0)


def test_the_facts_of_training_that_are_the_same_are_its_own():
    facts = [
        {"n_rows": 9, "n_iter": 3, "loss": [0.5], "first": 1},
        {"n_rows": 9, "n_iter": 4, "loss": [0.5]},
    ]
    models = [make_model(seed=i, training=fact) for i, fact in enumerate(facts)]
    training = Ensemble(models).training
    assert set(training) == {"n_rows", "loss"}
    assert training["n_rows"] == 9
    assert Ensemble([models[0], make_model()]).training is None
    assert Ensemble([make_model()]).training is None


def test_repr_and_describe():
    ensemble = make_ensemble()
    assert repr(ensemble) == "<Ensemble of 2 networks, 22 parameters>"
    described = ensemble.describe()
    assert described["weights"] == [3.0, 1.0]
    assert [model["network"] for model in described["models"]] == ["2-2-1", "2-3-1"]
    assert described["n_parameters"] == 22
    json.dumps(described)


def test_a_pickle_holds_the_parameters_once():
    ensemble = Ensemble([make_model(hidden=(300,), n_in=50, seed=seed) for seed in range(3)])
    before = len(pickle.dumps(ensemble))
    answers = ensemble.predict_proba(np.zeros((1, 50)))
    data = pickle.dumps(ensemble)
    assert len(data) == before
    np.testing.assert_array_equal(pickle.loads(data).predict_proba(np.zeros((1, 50))), answers)
