from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from separatrix import Ensemble, Model, Network
from separatrix.data import TableEncoder
from separatrix.errors import DataError, ParameterError
from separatrix.explain import DecisionGrid, decision_grid, given_grid
from separatrix.explain.plane import grid_rows
from separatrix.network import ACTIVATIONS

X = np.random.RandomState(0).randn(30, 3)


def random_model(
    n_in: int, n_out: int, activation: str = "tanh", head: str = "binary", **parts: Any
) -> Model:
    network = Network.mlp(n_in, (7, 5), n_out, activation=activation, head=head)
    return Model(network, np.random.RandomState(1).randn(network.n_parameters), **parts)


def test_an_ensembles_grid_has_its_mean_probabilities() -> None:
    network = Network.mlp(2, (3,), 1)
    models = [Model(network, np.random.RandomState(seed).randn(13)) for seed in (0, 1)]
    grid = decision_grid(Ensemble(models), X[:, :2], grid_resolution=5)
    assert_is_what_the_model_says(grid, Ensemble(models), X[:, :2])


def assert_is_what_the_model_says(grid: DecisionGrid, model: Any, rows: Any) -> None:
    proba = model.predict_proba(grid_rows(grid.plane, rows))
    if grid.is_binary:
        assert_allclose(grid.probability.ravel(), proba[:, 1], atol=2e-5)
    else:
        assert_allclose(grid.probability.reshape(proba.shape), proba, atol=2e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_grid_has_the_probabilities_of_the_model(activation: str) -> None:
    model = random_model(3, 1, activation)
    grid = decision_grid(model, X, features=(0, 2), grid_resolution=70)  # more than one block
    assert grid.probability.shape == (70, 70)
    assert_is_what_the_model_says(grid, model, X)


@pytest.mark.parametrize("head", ["multiclass", "quadratic"])
@pytest.mark.parametrize("plane", ["features", "pca"])
def test_with_several_classes_each_has_a_probability(head: str, plane: Any) -> None:
    model = random_model(3, 4, head=head)
    features = (1, 2) if plane == "features" else None
    grid = decision_grid(model, X, features=features, plane=plane, grid_resolution=9)
    assert grid.probability.shape == (9, 9, 4)
    assert_allclose(grid.probability.sum(axis=-1), 1, atol=1e-6)
    assert_is_what_the_model_says(grid, model, X)


def test_networks_without_hidden_layers_or_biases() -> None:
    for hidden in ((), (4,)):
        network = Network.mlp(2, hidden, 1, fit_intercept=False)
        model = Model(network, np.random.RandomState(2).randn(network.n_parameters))
        assert_is_what_the_model_says(decision_grid(model, X[:, :2], grid_resolution=6), model, X)


@pytest.mark.parametrize("library", [pd, pl])
def test_a_table_with_text_goes_through_the_encoder(library: Any) -> None:
    columns = {"size": [1.0, 2.0, None, 9.0], "kind": ["a", "b", "b", None], "age": [3, 4, 5, 7]}
    frame = library.DataFrame(columns)
    encoder = TableEncoder.fit(columns)
    model = random_model(len(encoder.feature_names_out), 1, encoder=encoder, classes=["no", "yes"])
    for settings in ({"features": ("size", "age"), "at": 0}, {"plane": "pca"}):
        grid = decision_grid(model, frame, grid_resolution=5, **settings)
        assert_is_what_the_model_says(grid, model, frame)


def test_scikit_learns_classifiers_get_rows_in_the_container_of_X() -> None:
    frame = pd.DataFrame({"size": X[:, 0], "age": X[:, 1], "kind": np.where(X[:, 2] > 0, "a", "b")})
    y = np.where(X[:, 0] + X[:, 1] > 0, "up", "down")
    steps = make_column_transformer((StandardScaler(), ["size", "age"]), (OneHotEncoder(), ["kind"]))
    pipeline = make_pipeline(steps, LogisticRegression()).fit(frame, y)
    grid = decision_grid(pipeline, frame, features=("size", "age"), grid_resolution=4)
    assert grid.classes.tolist() == ["down", "up"]
    assert_is_what_the_model_says(grid, pipeline, frame)


def test_the_margins_are_zero_on_the_boundaries() -> None:
    model = random_model(2, 3, head="multiclass")
    grid = decision_grid(model, X[:, :2], grid_resolution=20)
    margins = grid.margins()
    assert len(margins) == 2
    winner = grid.probability.argmax(axis=-1)
    for k, margin in enumerate(margins):
        assert ((margin > 0) == (winner == k)).all()
    binary = decision_grid(random_model(2, 1), X[:, :2], grid_resolution=20)
    assert ((binary.margins()[0] > 0) == (binary.probability > 0.5)).all()


def test_an_estimator_without_probabilities_is_an_error() -> None:
    svc = LinearSVC().fit(X[:, :2], X[:, 0] > 0)
    with pytest.raises(ParameterError, match="must have predict_proba, got LinearSVC"):
        decision_grid(svc, X[:, :2])
    with pytest.raises(ParameterError, match="must be a classifier, got a model that predicts"):
        decision_grid(Model(Network.mlp(2, (), 1, head="regression"), np.zeros(3)), X[:, :2])


@pytest.mark.parametrize("form", ["grid", "flat", "columns"])
def test_a_grid_computed_elsewhere(form):
    u, v = np.linspace(-1, 2, 4), np.linspace(0, 1, 3)
    xx0, xx1 = np.meshgrid(u, v)
    response = 1 / (1 + np.exp(xx0 - xx1))
    given = {"grid": response, "flat": response.ravel(), "columns": np.stack([1 - response, response], -1)}
    for axes in ((xx0, xx1), (u, v)):
        grid = given_grid(*axes, given[form], classes=["no", "yes"])
        np.testing.assert_array_equal(grid.plane.u, u)
        np.testing.assert_array_equal(grid.plane.v, v)
        np.testing.assert_array_equal(grid.probability, response)
        assert grid.classes.tolist() == ["no", "yes"]
        assert grid.plane.points.shape == (0, 2)


def test_the_probabilities_of_three_classes_over_a_square_grid():
    p = np.random.default_rng(0).dirichlet(np.ones(3), (3, 3))
    for response in (p, p.reshape(9, 3)):
        grid = given_grid([0, 1, 2], [0, 1, 2], response, pd.DataFrame({"age": [1.0], "dose": [2.0]}))
        np.testing.assert_array_equal(grid.probability, p)
        assert (grid.plane.u_label, grid.plane.v_label) == ("age", "dose")
        assert grid.plane.points.tolist() == [[1.0, 2.0]]
        assert grid.classes.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"xx0": [0, 1, 3]}, r"xx0 must be one axis of an evenly spaced, ascending grid, got shape \(3,\)"),
        ({"xx0": [2, 1, 0]}, "xx0 must be one axis"),
        ({"xx1": np.meshgrid([0, 1, 2], [0, 1])[0]}, "xx1 must be one axis"),
        ({"response": np.zeros((3, 2))}, r"at each of 2 x 3 points, got shape \(3, 2\)"),
        ({"response": np.full(6, 1.5)}, "from 0 to 1, got 1.5 to 1.5; use predict_proba"),
        ({"response": np.full(6, np.nan)}, "from 0 to 1, got nan"),
        ({"X": np.zeros((4, 3))}, "the two columns of the grid, got 3"),
        ({"classes": ["a", "b", "c"]}, "classes must be 2 labels"),
    ],
)
def test_a_grid_that_is_not_valid_is_an_error(parts, message):
    whole = {"xx0": [0, 1, 2], "xx1": [0, 1], "response": np.full((2, 3), 0.5)}
    with pytest.raises(DataError, match=message):
        given_grid(**whole | parts)
