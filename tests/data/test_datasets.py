"""Data sets by name; the artificial ones are those of the tutorials, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.datasets

from separatrix.data import TableEncoder, dataset_names, datasets, load_dataset, split_target
from separatrix.data.datasets import TARGET
from separatrix.errors import DataError, ParameterError

SEEDED = {
    "gaussians": lambda seed: datasets.make_gaussians(30, random_state=seed),
    "spiral": lambda seed: datasets.make_spiral(60, noise=0.1, random_state=seed),
    "xor": lambda seed: datasets.make_xor(60, noise=0.1, random_state=seed),
    "checkerboard": lambda seed: datasets.make_checkerboard(60, noise=0.1, random_state=seed),
}


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED)
def test_same_seed_same_points_and_another_seed_others(make):
    X, y = make(3)
    again, _ = make(np.random.RandomState(3))
    assert X.shape == (60, 2)
    assert X.dtype == np.float64
    assert y.dtype == np.int64
    np.testing.assert_array_equal(X, again)
    assert not np.array_equal(X, make(4)[0])


@pytest.mark.parametrize(
    ("name", "make", "settings"),
    [
        ("circles", sklearn.datasets.make_circles, {"n_samples": 500, "factor": 0.25, "noise": 0.15}),
        ("moons", sklearn.datasets.make_moons, {"n_samples": 1000, "noise": 0.1}),
    ],
)
def test_circles_and_moons_are_those_of_scikit_learn(name, make, settings):
    X, y = make(random_state=1, **settings)
    columns = load_dataset(name).columns
    np.testing.assert_array_equal(np.column_stack([columns["x1"], columns["x2"]]), X)
    np.testing.assert_array_equal(columns[TARGET], y)


def test_gaussians_reproduce_the_tutorials_descent():
    X, y = datasets.make_gaussians()
    w = np.array([-4.0, -2.0])
    path = []
    for _ in range(10):
        w = w - 0.05 * X.T @ (1 / (1 + np.exp(-X @ w)) - y)
        path.append(w)
    np.testing.assert_allclose(path[0], (-2.0698, -1.2533), atol=5e-5)
    np.testing.assert_allclose(path[-1], (1.8313, 0.8100), atol=5e-5)
    wrong = (X @ w >= 0) != y
    assert (wrong[y == 1].sum(), wrong[y == 0].sum()) == (2, 4)


def test_gaussians_are_those_of_numpy_random_state():
    legacy = np.random.RandomState(1)
    first = legacy.randn(20, 2) + np.array([-1, 0])
    second = legacy.randn(20, 2) + np.array([1, 0])
    np.testing.assert_array_equal(datasets.make_gaussians()[0], np.vstack([first, second]))


def test_ten_points():
    X, y = datasets.make_ten_points()
    points = {tuple(point): label for point, label in zip(X.tolist(), y.tolist(), strict=True)}
    assert points == {
        (0.1, 0.1): 1, (0.3, 0.4): 1, (0.1, 0.5): 1, (0.6, 0.9): 1, (0.4, 0.2): 1,
        (0.6, 0.3): 0, (0.5, 0.6): 0, (0.9, 0.2): 0, (0.4, 0.4): 0, (0.7, 0.6): 0,
    }  # fmt: skip


def test_bumps_do_not_include_their_edges():
    X, y = datasets.make_bumps()
    assert X.shape == (100, 1)
    label = dict(zip(X[:, 0].tolist(), y.tolist(), strict=True))
    assert [label[x] for x in (-50, -40, -39, -31, -30, -20, -19, 0, 19, 20, 30, 31, 39, 40, 49)] == [
        0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0,
    ]  # fmt: skip


def test_spiral_arms_are_rotations_of_each_other():
    X, y = datasets.make_spiral(90, n_classes=3)
    turn = 2 * np.pi / 3
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    np.testing.assert_allclose(X[y == 0] @ rotation, X[y == 1], atol=1e-12)
    assert np.linalg.norm(X, axis=1).max() == pytest.approx(1)


def test_neighbours_on_a_checkerboard_differ_and_xor_is_that_of_signs():
    X, y = datasets.make_checkerboard(500, n_tiles=3, random_state=0)
    tiles = np.clip(np.floor((X + 1) * 1.5), 0, 2)
    np.testing.assert_array_equal(y, tiles.sum(axis=1) % 2)
    X, y = datasets.make_xor(500, random_state=0)
    np.testing.assert_array_equal(y, X[:, 0] * X[:, 1] < 0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: datasets.make_spiral(0), r"n_samples must be an integer of at least 1, got 0\."),
        (lambda: datasets.make_gaussians(-1), r"n_per_class must be an integer of at least 1, got -1\."),
        (lambda: datasets.make_checkerboard(n_tiles=0), r"n_tiles must be an integer of at least 1, got 0\."),
        (lambda: datasets.make_xor(noise=-0.1), r"noise must be a number in \[0, infinity\), got -0\.1\."),
    ],
)
def test_impossible_parameters_raise(make, sentence):
    with pytest.raises(ParameterError, match=sentence):
        make()


@pytest.mark.parametrize("name", dataset_names())
def test_every_data_set_loads_the_same_twice_and_can_be_encoded(name):
    features, y = split_target(load_dataset(name), TARGET)
    again, y_again = split_target(load_dataset(name), TARGET)
    assert np.isfinite(TableEncoder.fit(features.columns).transform(features.columns)).all()
    assert len(np.unique(y)) > 1
    np.testing.assert_array_equal(y, y_again)
    for column in features.column_names:
        np.testing.assert_array_equal(features.columns[column], again.columns[column])


def test_breast_cancer_has_names_for_columns_and_labels():
    table = load_dataset("breast-cancer")
    bunch = sklearn.datasets.load_breast_cancer()
    features, y = split_target(table, TARGET)
    assert features.column_names == list(bunch.feature_names)
    np.testing.assert_array_equal(y == "malignant", bunch.target == 0)
    assert set(y) == {"malignant", "benign"}


@pytest.mark.parametrize(
    ("name", "kind"), [("diabetes", "f"), ("digits", "i"), ("iris", "U"), ("moons", "i")]
)
def test_targets_have_the_type_of_their_task(name, kind):
    assert split_target(load_dataset(name), TARGET)[1].dtype.kind == kind


def test_the_recipes_sizes():
    assert load_dataset("circles").n_rows == 500
    assert load_dataset("moons").n_rows == 1000
    assert load_dataset("bumps").column_names == ["x1", TARGET]


def test_the_error_for_an_unknown_name_lists_all_names():
    with pytest.raises(
        DataError, match=r"no data set 'moon'; the names are: circles, .*Did you mean 'moons'\?"
    ):
        load_dataset("moon")
