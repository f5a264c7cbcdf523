from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import Ensemble, MLPClassifier, Model, Network
from separatrix.errors import DataError, ParameterError
from separatrix.explain import fitted_curve

X = np.linspace(-3, 3, 40)[:, np.newaxis]
Y = (np.abs(X[:, 0]) < 1).astype(int)


@pytest.fixture(scope="module")
def recorded() -> MLPClassifier:
    classifier = MLPClassifier(
        (4,), max_iter=20, n_iter_no_change=np.inf, record=5, random_state=0, engine="numpy"
    )
    with pytest.warns(UserWarning, match="limit"):
        return classifier.fit(X, Y)


def test_the_fitted_models_curve_is_its_probability(recorded: MLPClassifier) -> None:
    curve = fitted_curve(recorded, X, grid_resolution=7)
    assert curve.values.shape == (1, 7)
    assert_allclose(curve.values[0], recorded.predict_proba(curve.x[:, np.newaxis])[:, 1], rtol=1e-12)
    assert curve.epochs == ()
    assert_allclose(curve.x[[0, -1]], [-3.6, 3.6])


def test_epochs_are_the_recorded_ones_nearest_to_the_given(recorded: MLPClassifier) -> None:
    curve = fitted_curve(recorded, X, epochs=[0, 6, 1000])
    assert curve.epochs == (0, 5, 20)
    assert_allclose(curve.values[-1], fitted_curve(recorded, X).values[0], rtol=1e-12)
    assert not np.allclose(curve.values[0], curve.values[-1])


@pytest.mark.parametrize(("n", "epochs"), [(1, (20,)), (3, (0, 10, 20)), (99, (0, 5, 10, 15, 20))])
def test_epochs_are_evenly_spaced(recorded: MLPClassifier, n: int, epochs: tuple[int, ...]) -> None:
    assert fitted_curve(recorded, X, epochs=n).epochs == epochs


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_epochs_of_a_pipeline_get_transformed_rows(recorded: MLPClassifier) -> None:
    settings = {**recorded.get_params(), "record": 20}
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**settings)).fit(100 * X, Y)
    curve = fitted_curve(pipeline, 100 * X, epochs=[20], grid_resolution=9)
    assert_allclose(curve.values[0], pipeline.predict_proba(curve.x[:, np.newaxis])[:, 1], rtol=1e-9)


def test_regressors_and_other_estimators_have_curves() -> None:
    line = LinearRegression().fit(X, 2 * X[:, 0] + 1)
    curve = fitted_curve(line, X, grid_resolution=5)
    assert curve.classes is None
    assert_allclose(curve.values, [2 * curve.x + 1])
    frame = pd.DataFrame({"dose": X[:, 0]})
    three = np.digitize(X[:, 0], [-1, 1])
    logistic = LogisticRegression().fit(frame, three)
    curve = fitted_curve(logistic, frame, grid_resolution=5)
    assert curve.x_label == "dose"
    assert_array_equal(curve.values, logistic.predict_proba(pd.DataFrame({"dose": curve.x})).T)


def test_errors_say_why_there_is_no_curve(recorded: MLPClassifier) -> None:
    with pytest.raises(ParameterError, match="for a fitted curve, got 2: x1, x2; fit one column, or draw"):
        fitted_curve(Model(Network.mlp(2, (), 1), np.zeros(3)), np.zeros((3, 2)))
    with pytest.raises(DataError, match="no recording"):
        fitted_curve(Model(Network.mlp(1, (), 1), np.zeros(2)), X, epochs=3)
    with pytest.raises(DataError, match="no rows with a value"):
        fitted_curve(recorded, np.empty((0, 1)))
    with pytest.raises(ParameterError, match="epochs must name one or more"):
        fitted_curve(recorded, X, epochs=[])
    with pytest.raises(ParameterError, match="epochs must be None for more than two classes"):
        fitted_curve(Model(Network.mlp(1, (), 3, head="multiclass"), np.zeros(6)), X, epochs=2)


def test_an_ensembles_curve_is_its_mean() -> None:
    lines = [Model(Network.mlp(1, (), 1, head="regression"), [slope, 0.0]) for slope in (1.0, 3.0)]
    curve = fitted_curve(Ensemble(lines), X, grid_resolution=7)
    assert_allclose(curve.values[0], 2 * curve.x)
    steps = Ensemble([Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"])])
    assert_allclose(fitted_curve(steps, X).values[0], fitted_curve(steps.models[0], X).values[0])
