"""The estimators inside tools of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.network import Adam

Rows = tuple[np.ndarray, np.ndarray]
TEN_EPOCHS: dict[str, Any] = {
    "tol": 10.0,
    "n_iter_no_change": 8,
    "hidden_layer_sizes": (4,),
    "random_state": 0,
}


def test_a_pipeline_on_a_frame() -> None:
    table = pd.DataFrame({"age": np.arange(60.0), "sex": ["f", "m"] * 30})
    encode = make_column_transformer(
        (StandardScaler(), ["age"]), (OneHotEncoder(sparse_output=False), ["sex"])
    )
    pipe = make_pipeline(encode, MLPClassifier(**TEN_EPOCHS)).set_output(transform="pandas")
    pipe.fit(table, table["age"] > 30)
    assert pipe[-1].feature_names_in_.tolist() == [
        "standardscaler__age",
        "onehotencoder__sex_f",
        "onehotencoder__sex_m",
    ]
    assert pipe.predict(table).dtype == bool


def test_cross_validation_and_grid_search(rows: Rows) -> None:
    X, y = rows
    clf = MLPClassifier(**TEN_EPOCHS, solver=Adam(epsilon_hat=False))
    assert cross_val_score(clf, X, y, cv=3).shape == (3,)
    grid = GridSearchCV(
        clf, {"alpha": [0.1, 1.0], "dropout": [0.0, 0.2], "class_weight": [None, "balanced"]}, cv=2
    )
    assert grid.fit(X, y).best_params_.keys() == {"alpha", "dropout", "class_weight"}


@pytest.mark.parametrize("wrap", [CalibratedClassifierCV, BaggingClassifier])
def test_classifiers_that_hold_a_classifier(rows: Rows, wrap: Any) -> None:
    X, y = rows
    assert wrap(MLPClassifier(**TEN_EPOCHS)).fit(X, y).predict_proba(X).shape == (120, 2)


def test_one_regressor_a_target(rows: Rows) -> None:
    X, _ = rows
    several = MultiOutputRegressor(MLPRegressor(**TEN_EPOCHS)).fit(X, X[:, :2])
    alone = MLPRegressor(**TEN_EPOCHS).fit(X, X[:, 1])
    assert np.array_equal(several.predict(X)[:, 1], alone.predict(X))


def test_clones_have_parameters_and_no_network(rows: Rows) -> None:
    init = ([np.zeros((5, 4)), np.zeros((4, 1))], [np.zeros(4), np.zeros(1)])
    clf = MLPClassifier(**TEN_EPOCHS, init=init, dropout=[0.5]).fit(*rows)
    copy = clone(clf)
    assert not hasattr(copy, "theta_")
    assert np.array_equal(copy.fit(*rows).theta_, clf.theta_)


def test_row_weights_are_routed(rows: Rows) -> None:
    X, y = rows
    weight = np.random.RandomState(0).rand(120)
    with sklearn.config_context(enable_metadata_routing=True):
        clf = (
            MLPClassifier(**TEN_EPOCHS)
            .set_fit_request(sample_weight=True)
            .set_score_request(sample_weight=True)
        )
        routed = cross_validate(clf, X, y, params={"sample_weight": weight}, cv=2, return_estimator=True)
        plain = cross_validate(clf, X, y, cv=2, return_estimator=True)
    thetas = [result["estimator"][0].theta_ for result in (routed, plain)]
    assert not np.array_equal(*thetas)


def test_given_validation_rows_are_routed(rows: Rows) -> None:
    X, y = rows
    with sklearn.config_context(enable_metadata_routing=True):
        clf = MLPClassifier(**TEN_EPOCHS).set_fit_request(X_val=True, y_val=True)
        pipe = make_pipeline(StandardScaler(), clf, transform_input=["X_val"])
        pipe.fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])
    assert pipe[-1].history_.validation_score.size == 10
    assert np.isclose(pipe[-1].history_.validation_score[-1], pipe.score(X[80:], y[80:]))
