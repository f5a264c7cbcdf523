"""Ensembles: the voting estimators of scikit-learn, on labels, and as one model."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import separatrix as sx
from separatrix import MLPClassifier, MLPEnsembleClassifier, MLPEnsembleRegressor, MLPRegressor
from separatrix.errors import ParameterError

QUICK = {"max_iter": 20, "engine": "numpy"}
CLASSIFIERS = [
    ("small", MLPClassifier((2,), random_state=0, **QUICK)),
    ("large", MLPClassifier((5, 3), random_state=1, **QUICK)),
    ("scaled", make_pipeline(StandardScaler(), MLPClassifier((4,), random_state=2, **QUICK))),
]
REGRESSORS = [
    ("small", MLPRegressor(hidden_layer_sizes=(2,), random_state=0, **QUICK)),
    (
        "scaled",
        make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(4,), random_state=2, **QUICK)),
    ),
]


@pytest.fixture(autouse=True)
def _few_epochs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


@pytest.fixture
def three(rows):
    """Rows of three classes, named so that their order is not that of their codes in the data."""
    X, y = rows
    return X, np.array(["pear", "apple", "fig"])[y + (X[:, 0] > 0.5)]


def test_predictions_are_those_of_scikit_learn(three):
    X, y = three
    ours = MLPEnsembleClassifier(CLASSIFIERS, weights=[3, 1, 2]).fit(X, y)
    theirs = VotingClassifier(CLASSIFIERS, voting="soft", weights=[3, 1, 2]).fit(X, y)
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_array_equal(ours.transform(X), theirs.transform(X))
    assert ours.classes_.tolist() == ["apple", "fig", "pear"]
    targets = X[:, 0] * X[:, 1]
    regressor = MLPEnsembleRegressor(REGRESSORS, weights=[3, 1]).fit(X, targets)
    expected = VotingRegressor(REGRESSORS, weights=[3, 1]).fit(X, targets).predict(X)
    np.testing.assert_array_equal(regressor.predict(X), expected)


@pytest.mark.parametrize(
    "labels", [["pear", "fig", "apple"], [7, -1, 3], [4.0, -2.0, 1.0]], ids=["text", "int", "float"]
)
def test_the_model_predicts_the_same_labels(rows, labels, tmp_path):
    X, y = rows
    named = np.array(labels)[y + (X[:, 0] > 0.5)]
    ensemble = MLPEnsembleClassifier(CLASSIFIERS, weights=[3, 1, 2]).fit(X, named)
    sx.save(ensemble, tmp_path / "best.safetensors")
    model = sx.load(tmp_path / "best.safetensors")
    assert isinstance(model, sx.Ensemble)
    assert model == ensemble.to_model()
    assert model.classes.tolist() == sorted(labels)
    np.testing.assert_allclose(model(X), ensemble.predict_proba(X), rtol=1e-9)
    np.testing.assert_array_equal(model.predict(X), ensemble.predict(X))
    np.testing.assert_array_equal(ensemble.estimators_[0].classes_, model.classes)


def test_the_model_of_a_regressor(rows):
    X = rows[0]
    ensemble = MLPEnsembleRegressor(REGRESSORS, weights=[1, 4]).fit(X, X[:, 0] * X[:, 1])
    np.testing.assert_allclose(ensemble.to_model().predict(X), ensemble.predict(X), rtol=1e-9)


@pytest.mark.parametrize("library", [pd, pl])
def test_frames(three, library):
    X, y = three
    frame = library.DataFrame(dict(zip("abcde", X.T, strict=True)))
    ensemble = MLPEnsembleClassifier(CLASSIFIERS).fit(frame, library.Series(y))
    assert ensemble.feature_names_in_.tolist() == list("abcde")
    expected = MLPEnsembleClassifier(CLASSIFIERS).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(ensemble.predict_proba(frame), expected, rtol=1e-9)
    model = ensemble.to_model()
    assert model.feature_names == tuple("abcde")
    np.testing.assert_allclose(model(frame[list("edcba")]), ensemble.predict_proba(frame), rtol=1e-9)


@pytest.mark.parametrize("weights", [{"fig": 9.0}, {2: 9.0}, "balanced"], ids=str)
def test_class_weights_are_by_label_not_by_code(three, weights):
    X, y = three
    if isinstance(weights, dict) and 2 in weights:
        y = np.searchsorted(np.unique(y), y) + 1  # the codes 0, 1, 2 of 1, 2, 3: as such, 2 would be 3
    member = MLPClassifier((3,), class_weight=weights, random_state=0, **QUICK)
    ensemble = MLPEnsembleClassifier([("one", member)]).fit(X, y)
    np.testing.assert_array_equal(ensemble.predict_proba(X), clone(member).fit(X, y).predict_proba(X))


def test_sample_weights_go_to_the_members(three):
    X, y = three
    weight = np.linspace(0.0, 2.0, len(y))
    ensemble = MLPEnsembleClassifier(CLASSIFIERS[:1]).fit(X, y, sample_weight=weight)
    expected = clone(CLASSIFIERS[0][1]).fit(X, y, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(ensemble.predict_proba(X), expected)


def test_members_without_weight_are_not_in_the_model(three):
    X, y = three
    ensemble = MLPEnsembleClassifier(CLASSIFIERS, weights=[2, 0, 1]).fit(X, y)
    model = ensemble.to_model()
    assert model.weights.tolist() == [2.0, 1.0]
    np.testing.assert_allclose(model(X), ensemble.predict_proba(X), rtol=1e-9)
    ensemble.set_params(small="drop").fit(X, y)
    assert [str(one.network) for one in ensemble.to_model().models] == ["5-4-3"]


@pytest.mark.parametrize(
    "weights", [[-1, 2], [np.nan, 1], [np.inf, 1], [0, 0], [1], [1, 2, 3], ["a", 1]], ids=str
)
def test_weights_that_have_no_mean_are_errors(rows, weights):
    X, y = rows
    members = [(CLASSIFIERS[:2], MLPEnsembleClassifier), (REGRESSORS, MLPEnsembleRegressor)]
    for estimators, ensemble in members:
        with pytest.raises(
            ParameterError, match=r"weights must be 2 finite numbers of 0 or more, one for each"
        ):
            ensemble(estimators, weights=weights).fit(X, y)


def test_a_member_with_weight_is_not_dropped(rows):
    ensemble = MLPEnsembleClassifier(CLASSIFIERS[:2], weights=[1, 0]).set_params(small="drop")
    with pytest.raises(ParameterError, match="above 0 for one that is not dropped"):
        ensemble.fit(*rows)


def test_very_large_weights_have_a_mean(rows):
    X, y = rows
    large, plain = (
        MLPEnsembleClassifier(CLASSIFIERS[:2], weights=weights).fit(X, y)
        for weights in ([1e308, 1e308], None)
    )
    np.testing.assert_allclose(large.predict_proba(X), plain.predict_proba(X), rtol=1e-12)
    np.testing.assert_allclose(large.to_model()(X), plain.predict_proba(X), rtol=1e-9)
    numbers = MLPEnsembleRegressor(REGRESSORS, weights=[1e308, 1e308]).fit(X, X[:, 0])
    expected = MLPEnsembleRegressor(REGRESSORS).fit(X, X[:, 0])
    np.testing.assert_allclose(numbers.predict(X), expected.predict(X), rtol=1e-12)


def test_it_works_with_tools_of_scikit_learn(three):
    X, y = three
    ensemble = MLPEnsembleClassifier(CLASSIFIERS[:2], weights=[1, 2])
    assert "voting" not in ensemble.get_params()
    assert ensemble.get_params()["small__hidden_layer_sizes"] == (2,)
    fitted = clone(ensemble).set_params(small__hidden_layer_sizes=(3,)).fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
    assert cross_val_score(ensemble, X, y, cv=2).shape == (2,)


def test_ensembles_without_a_model(three):
    with pytest.raises(NotFittedError):
        MLPEnsembleClassifier(CLASSIFIERS).to_model()
    with pytest.raises(ParameterError, match="got LogisticRegression"):
        MLPEnsembleClassifier([("line", LogisticRegression())]).fit(*three).to_model()
