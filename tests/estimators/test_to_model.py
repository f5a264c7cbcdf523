"""Scalers of a pipeline are folded into the first layer of the network; other steps are errors."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

import separatrix as sx
from separatrix import MLPClassifier, MLPEnsembleClassifier, MLPRegressor, to_model
from separatrix.errors import ParameterError
from separatrix.estimators.table_encoding import TableEncoding
from separatrix.network import PeriodicEmbedding

# Columns are unscaled on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:the columns of X are not on one scale", "ignore:y has mean")

SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    StandardScaler(with_mean=False, with_std=False),
    RobustScaler(),
    RobustScaler(with_centering=False),
    RobustScaler(with_scaling=False),
    MinMaxScaler((-1, 3)),
    MaxAbsScaler(),
]
QUICK = {"max_iter": 5, "random_state": 0, "engine": "numpy"}


@pytest.fixture(autouse=True)
def _few_epochs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


@pytest.fixture
def spread(rows):
    """Columns of very different mean and scale, one of them constant."""
    X, y = rows
    X = X * [1.0, 1e3, 1e-3, 10.0, 0.0] + [0.0, 1e5, 0.0, -5.0, 7.0]
    return X, np.where(y == 1, "yes", "no")


@pytest.mark.parametrize("scaler", SCALERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_scaler_is_folded_into_the_first_layer(spread, scaler, dtype):
    X, y = spread
    pipeline = make_pipeline(scaler, MLPClassifier((3,), dtype=dtype, **QUICK)).fit(X, y)
    model = to_model(pipeline)
    assert model.theta.dtype == np.float64
    assert model.classes.tolist() == ["no", "yes"]
    tolerance = 1e-4 if dtype == "float32" else 1e-9
    np.testing.assert_allclose(model(X), pipeline.predict_proba(X), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("scaler", SCALERS, ids=str)
def test_a_scaler_is_folded_into_an_embedding(spread, scaler):
    X, y = spread
    embedding = PeriodicEmbedding(3, 0.2, (3, 0))
    pipeline = make_pipeline(scaler, MLPClassifier((3,), embedding=embedding, dtype="float64", **QUICK))
    pipeline.fit(X, y)
    np.testing.assert_allclose(to_model(pipeline).predict_proba(X), pipeline.predict_proba(X), atol=1e-8)


def test_several_steps_and_passthrough(spread):
    X, y = spread
    steps = [
        ("none", "passthrough"),
        ("first", StandardScaler()),
        ("second", MinMaxScaler()),
        ("inner", make_pipeline(MaxAbsScaler(), MLPClassifier((), **QUICK))),
    ]
    pipeline = Pipeline(steps).fit(X, y)
    np.testing.assert_allclose(to_model(pipeline)(X), pipeline.predict_proba(X), rtol=1e-9)


def test_without_scaling_the_network_is_unchanged(rows):
    X, y = rows
    network = MLPClassifier((3,), **QUICK)
    pipeline = make_pipeline("passthrough", network).fit(X.astype(np.float32), y)
    assert to_model(pipeline) == to_model(network) == network.to_model()


def test_a_regressor(spread):
    X, _ = spread
    pipeline = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(3,), **QUICK))
    pipeline.fit(X, X[:, :2])
    np.testing.assert_allclose(to_model(pipeline).predict(X), pipeline.predict(X), rtol=1e-9)


@pytest.mark.parametrize("library", [pd, pl])
def test_the_columns_keep_their_names(spread, library, tmp_path):
    X, y = spread
    names = ["a", "b", "c", "d", "e"]
    frame = library.DataFrame(dict(zip(names, X.T, strict=True)))
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((3,), **QUICK)).fit(frame, y)
    sx.save(to_model(pipeline), tmp_path / "model.safetensors")
    model = sx.load(tmp_path / "model.safetensors")
    assert model.feature_names == tuple(names)
    expected = pipeline.predict_proba(frame)
    np.testing.assert_allclose(model(frame[names[::-1]]), expected, rtol=1e-9)


def test_names_made_by_a_scaler_are_not_used(rows):
    X, y = rows
    pipeline = make_pipeline("passthrough", StandardScaler(), MLPClassifier((), **QUICK))
    assert to_model(pipeline.set_output(transform="pandas").fit(X, y)).feature_names is None
    frame = pd.DataFrame(X, columns=list("abcde"))
    for steps in (["passthrough"], ["passthrough", StandardScaler()]):
        pipeline = make_pipeline(*steps, MLPClassifier((), **QUICK)).fit(frame, y)
        assert to_model(pipeline).feature_names == tuple("abcde")


def test_an_ensemble_behind_a_scaler(spread):
    X, y = spread
    members = [(f"m{n}", MLPClassifier((n,), **QUICK)) for n in (2, 3)]
    pipeline = make_pipeline(StandardScaler(), MLPEnsembleClassifier(members, weights=[3, 1])).fit(X, y)
    np.testing.assert_allclose(to_model(pipeline)(X), pipeline.predict_proba(X), rtol=1e-9)


@pytest.mark.parametrize("step", [StandardScaler(), TableEncoding()])
def test_a_step_before_an_estimator_that_encodes_the_columns_itself_is_an_error(step):
    frame = pd.DataFrame({"a": np.arange(30.0), "b": np.arange(30.0) % 7})
    estimator = sx.TabularRegressor("fast", cv=2, time_limit=1e-6)
    with pytest.warns(UserWarning, match="time_limit"):
        pipeline = make_pipeline(step, estimator).fit(frame, frame["a"])
    with pytest.raises(ParameterError, match="before TabularRegressor, which encodes"):
        to_model(pipeline)
    assert to_model(make_pipeline("passthrough", pipeline[-1])) == pipeline[-1].to_model()


@pytest.mark.parametrize(
    ("step", "kind"),
    [(PCA(2), "PCA"), (MinMaxScaler(clip=True), "MinMaxScaler with clip=True")],
)
def test_another_step_is_an_error(rows, step, kind):
    pipeline = Pipeline([("before", step), ("network", MLPClassifier((), **QUICK))]).fit(*rows)
    with pytest.raises(ParameterError) as caught:
        to_model(pipeline)
    assert f"step 'before' ({kind}) cannot be saved in a model file" in str(caught.value)
    assert "joblib or skops" in str(caught.value)


def test_a_subclass_of_a_scaler_is_an_error(rows):
    class Own(StandardScaler):
        pass

    with pytest.raises(ParameterError, match=r"step 'own' \(Own\) cannot be saved"):
        to_model(make_pipeline(Own(), MLPClassifier((), **QUICK)).fit(*rows))


def test_a_shift_without_biases_is_an_error(rows):
    network = MLPClassifier((2,), fit_intercept=False, **QUICK)
    scaled = make_pipeline(MaxAbsScaler(), network).fit(*rows)
    np.testing.assert_allclose(to_model(scaled)(rows[0]), scaled.predict_proba(rows[0]), rtol=1e-9)
    with pytest.raises(
        ParameterError, match=r"step 'standardscaler' shifts the features.*fit_intercept=True"
    ):
        to_model(make_pipeline(StandardScaler(), network).fit(*rows))


def test_an_estimator_without_a_network_is_an_error(rows, tmp_path):
    for estimator in (LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())):
        with pytest.raises(ParameterError, match="that ends in one, got LogisticRegression; train one of"):
            to_model(estimator.fit(*rows))
    with pytest.raises(ParameterError, match="got Pipeline; train one of separatrix"):
        sx.save(make_pipeline(LogisticRegression()), tmp_path / "model.safetensors")


def test_a_pipeline_of_a_table_is_saved_with_its_encoding(tmp_path):
    frame = pl.DataFrame({"age": [31.5, None, 52, 60] * 10, "town": ["Bonn", "Ulm", "Ulm", "Bonn"] * 10})
    y = ["no", "no", "yes", "yes"] * 10
    for steps in ([TableEncoding()], [TableEncoding(), StandardScaler()]):
        pipeline = make_pipeline(*steps, MLPClassifier((), **QUICK)).fit(frame, y)
        sx.save(pipeline, tmp_path / "model.safetensors")
        model = sx.load(tmp_path / "model.safetensors")
        np.testing.assert_allclose(model.predict_proba(frame), pipeline.predict_proba(frame), rtol=1e-6)
        assert model.predict({"age": 31.5, "town": "Ulm"}).tolist() == ["no"]


@pytest.mark.parametrize("estimator", [MLPClassifier(), make_pipeline(StandardScaler(), MLPClassifier())])
def test_an_unfitted_estimator_is_an_error(estimator):
    with pytest.raises(NotFittedError):
        to_model(estimator)
