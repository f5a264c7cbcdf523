from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.datasets import make_circles
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix.data import make_gaussians
from separatrix.engine.base import Data
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.explain import loss_surface
from separatrix.explain.surface import largest_weights, losses
from separatrix.model import Model
from separatrix.network import SGD, Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def gaussians() -> tuple[MLPClassifier, Any, Any]:
    """The tutorial's ten steps of two weights."""
    X, y = make_gaussians(20, random_state=1)
    classifier = MLPClassifier(
        (),
        solver=SGD(),
        learning_rate_init=2.0,
        alpha=0.0,
        batch_size="full",
        max_iter=10,
        n_iter_no_change=math.inf,
        init=([[[-4.0], [-2.0]]], [[]]),
        fit_intercept=False,
        record=1,
    )
    return classifier.fit(X, y), X, y


@pytest.fixture(scope="module")
def circles() -> tuple[MLPClassifier, Any, Any]:
    X, y = make_circles(80, noise=0.1, factor=0.3, random_state=0)
    classifier = MLPClassifier(
        (4,), "tanh", learning_rate_init=0.05, max_iter=30, record=3, random_state=0, alpha=1.0
    )
    return classifier.fit(X, y), X, y


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("head", "n_out"),
    [
        ("binary", 1),
        ("multiclass", 3),
        ("multilabel", 2),
        ("quadratic", 1),
        ("quadratic", 3),
        ("regression", 2),
        ("poisson", 1),
    ],
)
def test_losses_of_many_networks_are_those_of_the_engine(head: str, n_out: int, weighted: bool) -> None:
    rng = np.random.default_rng(0)
    network = Network.mlp(3, (5, 2), n_out, activation=["relu", "tanh"], head=head)
    thetas = rng.normal(size=(7, network.n_parameters))
    T = rng.integers(0, 2, (11, 1 if head == "multiclass" else n_out)).astype(float)
    data = Data(rng.normal(size=(11, 3)), T, rng.random(11) if weighted else None)
    expected = [NumpyEngine().loss_and_score(network, theta, data)[0] for theta in thetas]
    np.testing.assert_allclose(losses(network, thetas, data), expected, rtol=1e-12)


def test_the_path_of_a_network_with_two_weights_is_on_its_surface(gaussians: Any) -> None:
    classifier, X, y = gaussians
    surface = loss_surface(classifier, X, y, grid_resolution=9)
    assert surface.labels == ("w[x1]", "w[x2]")
    assert surface.explained is None
    np.testing.assert_array_equal(surface.path, classifier.recording_.thetas)
    np.testing.assert_allclose(surface.path[-1], [1.8313, 0.8100], atol=5e-5)
    np.testing.assert_array_equal(surface.path_loss, surface.projected_loss)
    assert surface.on_plane.all()
    assert not surface.distance.any()


def test_the_surface_is_the_loss_without_penalty(circles: Any) -> None:
    classifier, X, y = circles
    surface = loss_surface(classifier, X, y, parameters=(3, 16), grid_resolution=5)
    theta = classifier.theta_.copy()
    theta[[3, 16]] = surface.u[1], surface.v[4]
    data = Data(X, y[:, np.newaxis].astype(float))
    expected, _ = NumpyEngine().loss_and_score(classifier.network_, theta, data)
    assert surface.loss[4, 1] == pytest.approx(expected, rel=1e-12)


def test_a_path_in_many_dimensions_has_distances_from_the_plane(circles: Any) -> None:
    classifier, X, y = circles
    surface = loss_surface(classifier, X, y, grid_resolution=4)
    np.testing.assert_allclose(surface.directions @ surface.directions.T, np.eye(2), atol=1e-12)
    from_end = np.linalg.norm(classifier.recording_.thetas - classifier.theta_, axis=1)
    np.testing.assert_allclose(np.hypot(np.linalg.norm(surface.path, axis=1), surface.distance), from_end)
    assert surface.on_plane.tolist() == [False] * 10 + [True]
    assert surface.explained is not None
    assert 1 > surface.explained[0] > surface.explained[1] > 0
    assert surface.explained.sum() < 1
    data = Data(X, y[:, np.newaxis].astype(float))
    own = losses(classifier.network_, classifier.recording_.thetas, data)
    np.testing.assert_array_equal(surface.path_loss, own)
    assert abs(surface.path_loss - surface.projected_loss)[:-1].min() > 0
    assert surface.path_loss[-1] == pytest.approx(surface.projected_loss[-1])


def test_the_grid_covers_the_path(circles: Any) -> None:
    classifier, X, y = circles
    surface = loss_surface(classifier, X, y, grid_resolution=4)
    for axis, ends in ((0, surface.u), (1, surface.v)):
        assert ends[0] < surface.path[:, axis].min()
        assert ends[-1] > surface.path[:, axis].max()


def test_limits_are_kept(gaussians: Any) -> None:
    surface = loss_surface(*gaussians, limits=((-5, 5), (-3.5, 3.5)), grid_resolution=3)
    assert surface.u.tolist() == [-5, 0, 5]
    assert surface.v.tolist() == [-3.5, 0, 3.5]


def test_a_weight_that_never_moved_has_some_extent() -> None:
    X, y = np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([0, 1])
    settings = {"solver": "sgd", "init": "zeros", "alpha": 0.0, "record": 1, "max_iter": 5}
    classifier = MLPClassifier((), fit_intercept=False, **settings).fit(X, y)
    surface = loss_surface(classifier, X, y, grid_resolution=3)
    assert np.ptp(surface.v) > 0


def test_a_parameter_has_several_names(circles: Any) -> None:
    classifier, X, y = circles
    by_name = loss_surface(
        classifier, X, y, parameters=("layer 0: w[x2, 1]", "layer 1: b[0]"), grid_resolution=3
    )
    by_number = loss_surface(
        classifier, X, y, parameters=("layer 0: w[1, 1]", "layer 1: b[0]"), grid_resolution=3
    )
    by_place = loss_surface(classifier, X, y, parameters=(5, 16), grid_resolution=3)
    assert by_name.labels == by_number.labels == by_place.labels
    np.testing.assert_array_equal(by_name.loss, by_place.loss)
    np.testing.assert_array_equal(by_number.loss, by_place.loss)


def test_a_row_of_weight_two_is_two_rows(gaussians: Any) -> None:
    classifier, X, y = gaussians
    weight = np.ones(len(X))
    weight[0] = 2
    weighted = loss_surface(classifier, X, y, sample_weight=weight, grid_resolution=3)
    twice = loss_surface(classifier, np.vstack([X, X[:1]]), [*y, y[0]], grid_resolution=3)
    np.testing.assert_allclose(weighted.loss, twice.loss)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_parameters_are_named_after_the_columns_of_a_frame(frame: Any) -> None:
    X, y = make_gaussians(10)
    table = frame({"age": X[:, 0], "dose": X[:, 1]})
    labels = np.where(y == 1, "yes", "no")
    classifier = MLPClassifier((), fit_intercept=False, max_iter=5, record=1).fit(table, labels)
    surface = loss_surface(classifier, table, labels, grid_resolution=3)
    assert surface.labels == ("w[age]", "w[dose]")
    assert surface.path_loss.shape == (6,)


def test_a_pipeline_has_the_surface_of_its_network(gaussians: Any) -> None:
    _, X, y = gaussians
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((), fit_intercept=False, max_iter=5, record=1))
    pipeline.fit(X, y)
    inner = loss_surface(pipeline[-1], pipeline[0].transform(X), y, grid_resolution=3)
    np.testing.assert_array_equal(loss_surface(pipeline, X, y, grid_resolution=3).loss, inner.loss)


def test_a_surface_without_recording_is_an_error(gaussians: Any) -> None:
    _, X, y = gaussians
    with pytest.raises(DataError, match=r"record='auto'"):
        loss_surface(MLPClassifier((), max_iter=2).fit(X, y), X, y)


def test_two_snapshots_have_no_principal_plane(gaussians: Any) -> None:
    _, X, y = gaussians
    with pytest.raises(DataError, match=r"3 snapshots of 2 or more parameters, got 2 of 9"):
        loss_surface(MLPClassifier((2,), max_iter=1, record=1).fit(X, y), X, y)


@pytest.mark.parametrize("as_model", [False, True])
def test_chosen_parameters_need_no_recording(gaussians: Any, as_model: bool) -> None:
    _, X, y = gaussians
    plain = MLPClassifier((3,), max_iter=5, random_state=0).fit(X, y)
    subject = plain.to_model() if as_model else plain
    surface = loss_surface(subject, X, y, parameters=(0, 10), grid_resolution=5)
    assert [len(part) for part in (surface.epochs, surface.path, surface.path_loss)] == [0, 0, 0]
    assert surface.ends_elsewhere
    np.testing.assert_array_equal(surface.trained, plain.theta_[[0, 10]])
    data = Data(X, y[:, np.newaxis].astype(float))
    expected, _ = NumpyEngine().loss_and_score(plain.network_, plain.theta_, data)
    assert surface.trained_loss == pytest.approx(expected, rel=1e-12)
    for axis, index in ((surface.u, 0), (surface.v, 10)):
        assert axis[2] == pytest.approx(plain.theta_[index])
        assert min(axis) < 0 < max(axis)


def test_a_model_of_two_parameters_needs_no_recording(gaussians: Any) -> None:
    classifier, X, y = gaussians
    surface = loss_surface(classifier.to_model(), X, y, grid_resolution=3)
    assert surface.labels == ("w[x1]", "w[x2]")
    np.testing.assert_array_equal(surface.trained, classifier.theta_)


def test_the_fitted_network_may_not_be_the_end_of_the_path() -> None:
    X, y = make_circles(200, noise=0.2, factor=0.5, random_state=0)
    settings = {"early_stopping": True, "learning_rate_init": 0.05, "record": 1, "random_state": 0}
    stopped = MLPClassifier((6,), n_iter_no_change=5, **settings).fit(X, y)
    surface = loss_surface(stopped, X, y, grid_resolution=3)
    assert stopped.stop_.best_epoch < stopped.stop_.epoch
    assert surface.ends_elsewhere
    np.testing.assert_array_equal(surface.path[stopped.stop_.best_epoch], surface.trained)
    assert surface.path_loss[stopped.stop_.best_epoch] == pytest.approx(surface.trained_loss)


def test_of_many_rows_a_sample_is_used_and_reported(gaussians: Any) -> None:
    classifier, X, y = gaussians
    few = loss_surface(classifier, X, y, grid_resolution=3, max_rows=7)
    assert (few.n_rows, few.n_rows_given) == (7, 40)
    again = loss_surface(classifier, X, y, grid_resolution=3, max_rows=7)
    np.testing.assert_array_equal(few.loss, again.loss)
    whole = loss_surface(classifier, X, y, grid_resolution=3)
    assert (whole.n_rows, whole.n_rows_given) == (40, 40)
    assert np.abs(few.loss - whole.loss).min() > 0
    weight = np.zeros(len(X))
    weight[np.sort(np.random.RandomState(0).permutation(40)[:7])] = 1.0
    weighted = loss_surface(classifier, X, y, sample_weight=weight, grid_resolution=3)
    np.testing.assert_allclose(few.loss, weighted.loss)


def test_the_largest_weights_are_not_biases() -> None:
    model = Model(Network.mlp(2, (2,), 1), [0.0, 3.0, -1.0, 0.0, 9.0, 9.0, -4.0, 0.5, 9.0])
    assert largest_weights(model) == (1, 6)
    assert largest_weights(Model(Network.mlp(1, (), 1), [0.0, 1.0])) == (0, 1)
    with pytest.raises(ParameterError, match="estimator must have two or more parameters, got 1 of 1-1"):
        largest_weights(Model(Network.mlp(1, (), 1, fit_intercept=False), [1.0]))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"parameters": ("w[x1]", "w[x1]")}, "two different"),
        ({"parameters": "w[x1]"}, "two different"),
        ({"parameters": ("w[x1]", "w[x9]")}, r"Did you mean 'w\[x"),
        ({"parameters": (0, 2)}, "from 0 to 1, got 2"),
        ({"limits": ((1, 0), (0, 1))}, "low < high"),
        ({"grid_resolution": 1}, "at least 2"),
        ({"margin": -1}, "margin must be"),
        ({"max_rows": 0}, "max_rows must be"),
    ],
)
def test_arguments_that_are_not_valid_are_errors(gaussians: Any, setting: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        loss_surface(*gaussians, **setting)


def test_a_plane_of_two_weights_needs_no_matrix_of_all_parameters() -> None:
    """2000 columns and 100 units: a matrix of 200,201 by 200,201 numbers would take 299 GiB."""
    model = Model(Network.mlp(2000, (100,), 1), np.linspace(-1.0, 1.0, 200_201))
    surface = loss_surface(model, np.ones((3, 2000)), [0, 1, 0], parameters=(5, 200_000), grid_resolution=2)
    assert surface.directions.shape == (2, 200_201)
    assert np.flatnonzero(surface.directions[0]).tolist() == [5]
    assert np.flatnonzero(surface.directions[1]).tolist() == [200_000]
