"""The toys are the tutorials' data, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.datasets

from separatrix.data import toys
from separatrix.errors import ParameterError

SEEDED = {
    "circles": lambda seed: toys.make_circles(60, noise=0.1, random_state=seed),
    "moons": lambda seed: toys.make_moons(60, noise=0.1, random_state=seed),
    "gaussians": lambda seed: toys.make_gaussians(30, random_state=seed),
    "spiral": lambda seed: toys.make_spiral(60, noise=0.1, random_state=seed),
    "xor": lambda seed: toys.make_xor(60, noise=0.1, random_state=seed),
    "checkerboard": lambda seed: toys.make_checkerboard(60, noise=0.1, random_state=seed),
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
    ("ours", "theirs", "settings"),
    [
        (toys.make_circles, sklearn.datasets.make_circles, {"factor": 0.25, "noise": 0.15}),
        (toys.make_circles, sklearn.datasets.make_circles, {"n_samples": (3, 5), "shuffle": False}),
        (toys.make_moons, sklearn.datasets.make_moons, {"n_samples": 31, "noise": 0.1}),
    ],
)
def test_circles_and_moons_are_scikit_learns(ours, theirs, settings):
    for mine, expected in zip(
        ours(random_state=1, **settings), theirs(random_state=1, **settings), strict=True
    ):
        np.testing.assert_array_equal(mine, expected)


def test_gaussians_reproduce_the_tutorials_descent():
    X, y = toys.make_gaussians()
    w = np.array([-4.0, -2.0])
    path = []
    for _ in range(10):
        w = w - 0.05 * X.T @ (1 / (1 + np.exp(-X @ w)) - y)
        path.append(w)
    np.testing.assert_allclose(path[0], (-2.0698, -1.2533), atol=5e-5)
    np.testing.assert_allclose(path[-1], (1.8313, 0.8100), atol=5e-5)
    wrong = (X @ w >= 0) != y
    assert (wrong[y == 1].sum(), wrong[y == 0].sum()) == (2, 4)


def test_gaussians_are_numpys_legacy_draws():
    legacy = np.random.RandomState(1)
    first = legacy.randn(20, 2) + np.array([-1, 0])
    second = legacy.randn(20, 2) + np.array([1, 0])
    np.testing.assert_array_equal(toys.make_gaussians()[0], np.vstack([first, second]))


def test_ten_points():
    X, y = toys.make_ten_points()
    points = {tuple(point): label for point, label in zip(X.tolist(), y.tolist(), strict=True)}
    assert points == {
        (0.1, 0.1): 1, (0.3, 0.4): 1, (0.1, 0.5): 1, (0.6, 0.9): 1, (0.4, 0.2): 1,
        (0.6, 0.3): 0, (0.5, 0.6): 0, (0.9, 0.2): 0, (0.4, 0.4): 0, (0.7, 0.6): 0,
    }  # fmt: skip


def test_bumps_leave_their_edges_out():
    X, y = toys.make_bumps()
    assert X.shape == (100, 1)
    label = dict(zip(X[:, 0].tolist(), y.tolist(), strict=True))
    assert [label[x] for x in (-50, -40, -39, -31, -30, -20, -19, 0, 19, 20, 30, 31, 39, 40, 49)] == [
        0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0,
    ]  # fmt: skip


def test_spiral_arms_are_rotations_of_each_other():
    X, y = toys.make_spiral(90, n_classes=3)
    turn = 2 * np.pi / 3
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    np.testing.assert_allclose(X[y == 0] @ rotation, X[y == 1], atol=1e-12)
    assert np.linalg.norm(X, axis=1).max() == pytest.approx(1)


def test_checkerboard_neighbours_differ_and_no_line_parts_xor():
    X, y = toys.make_checkerboard(500, n_tiles=3, random_state=0)
    tiles = np.clip(np.floor((X + 1) * 1.5), 0, 2)
    np.testing.assert_array_equal(y, tiles.sum(axis=1) % 2)
    X, y = toys.make_xor(500, random_state=0)
    np.testing.assert_array_equal(y, X[:, 0] * X[:, 1] < 0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: toys.make_spiral(0), r"n_samples must be at least 1, got 0\."),
        (lambda: toys.make_gaussians(-1), r"n_per_class must be at least 1, got -1\."),
        (lambda: toys.make_checkerboard(n_tiles=0), r"n_tiles must be at least 1, got 0\."),
        (lambda: toys.make_xor(noise=-0.1), r"noise must be a finite number of at least 0, got -0\.1\."),
    ],
)
def test_impossible_settings_are_refused(make, sentence):
    with pytest.raises(ParameterError, match=sentence):
        make()
