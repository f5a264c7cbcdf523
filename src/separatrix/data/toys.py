"""Small made-up problems to watch a network on; each returns the points `X` and their classes `y`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import ParameterError

Points = tuple[NDArray[np.float64], NDArray[np.int64]]
Seed = int | np.random.RandomState | None


def make_circles(
    n_samples: int | tuple[int, int] = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Seed = None,
    factor: float = 0.8,
) -> Points:
    """Draw a circle within a circle: scikit-learn's `make_circles`, bit for bit.

    Parameters
    ----------
    n_samples : int or (int, int)
        Points in all, or on the outer and the inner circle.
    shuffle : bool
        Whether to mix the rows.
    noise : float or None
        Standard deviation of what is added to each coordinate.
    random_state : int, RandomState or None
        Source of the noise and the order.
    factor : float
        Radius of the inner circle; the outer has 1.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        The points.
    y : ndarray of int64 of shape (n_samples,)
        0 on the outer circle, 1 on the inner.

    Examples
    --------
    >>> X, y = make_circles(500, noise=0.15, factor=0.25, random_state=1)
    >>> X.shape, int(y.sum())
    ((500, 2), 250)
    """
    from sklearn.datasets import make_circles as draw

    X, y = draw(n_samples, shuffle=shuffle, noise=noise, random_state=random_state, factor=factor)
    return X, y.astype(np.int64)


def make_moons(
    n_samples: int | tuple[int, int] = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Seed = None,
) -> Points:
    """Draw two interleaving half circles: scikit-learn's `make_moons`, bit for bit.

    Parameters
    ----------
    n_samples : int or (int, int)
        Points in all, or in each moon.
    shuffle : bool
        Whether to mix the rows.
    noise : float or None
        Standard deviation of what is added to each coordinate.
    random_state : int, RandomState or None
        Source of the noise and the order.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        The points.
    y : ndarray of int64 of shape (n_samples,)
        0 in the upper moon, 1 in the lower.

    Examples
    --------
    >>> X, y = make_moons(1000, noise=0.1, random_state=1)
    >>> X.shape, int(y.sum())
    ((1000, 2), 500)
    """
    from sklearn.datasets import make_moons as draw

    X, y = draw(n_samples, shuffle=shuffle, noise=noise, random_state=random_state)
    return X, y.astype(np.int64)


def make_ten_points() -> Points:
    """Return the ten labelled points of Higham & Higham.

    They are those of "Deep Learning: An Introduction for Applied Mathematicians", SIAM Review 61(4), 2019.

    Returns
    -------
    X : ndarray of float64 of shape (10, 2)
        The points, within the unit square.
    y : ndarray of int64 of shape (10,)
        1 for the first five, 0 for the last five.

    Examples
    --------
    >>> X, y = make_ten_points()
    >>> X[0].tolist(), y.tolist()
    ([0.1, 0.1], [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    """
    ones = [(0.1, 0.1), (0.3, 0.4), (0.1, 0.5), (0.6, 0.9), (0.4, 0.2)]
    zeros = [(0.6, 0.3), (0.5, 0.6), (0.9, 0.2), (0.4, 0.4), (0.7, 0.6)]
    return np.array(ones + zeros), np.repeat(np.array([1, 0], dtype=np.int64), 5)


def make_gaussians(n_per_class: int = 20, random_state: Seed = 1) -> Points:
    """Draw two overlapping clouds of unit variance, around (-1, 0) and then around (1, 0).

    Parameters
    ----------
    n_per_class : int
        Points in each cloud.
    random_state : int, RandomState or None
        Source of the points; 1 gives those of NumPy's `seed(1)` and `randn`.

    Returns
    -------
    X : ndarray of float64 of shape (2 n_per_class, 2)
        The points, not shuffled.
    y : ndarray of int64 of shape (2 n_per_class,)
        0 for the first cloud, 1 for the second.

    Examples
    --------
    >>> X, y = make_gaussians()
    >>> X[0].round(4).tolist(), y[[0, -1]].tolist()
    ([0.6243, -0.6118], [0, 1])
    """
    generator = _generator(random_state)
    _require_count(n_per_class, "n_per_class")
    y = np.repeat(np.array([0, 1], dtype=np.int64), n_per_class)
    X = generator.randn(2 * n_per_class, 2)
    X[:, 0] += 2 * y - 1
    return X, y


def make_bumps() -> Points:
    """Return three blocks on a line: y is 1 where abs(x) < 20 or 30 < abs(x) < 40.

    Returns
    -------
    X : ndarray of float64 of shape (100, 1)
        -50, -49, ... 49.
    y : ndarray of int64 of shape (100,)
        0 or 1.

    Examples
    --------
    >>> X, y = make_bumps()
    >>> X[:2, 0].tolist(), int(y.sum())
    ([-50.0, -49.0], 57)
    """
    x = np.arange(-50.0, 50.0)
    y = (np.abs(x) < 20) | ((np.abs(x) > 30) & (np.abs(x) < 40))
    return x[:, np.newaxis], y.astype(np.int64)


def make_spiral(
    n_samples: int = 200, *, n_classes: int = 2, noise: float = 0.0, random_state: Seed = None
) -> Points:
    """Draw spiral arms that wind around each other one and three quarter times.

    Parameters
    ----------
    n_samples : int
        Points in all; arm k has every `n_classes`-th of them.
    n_classes : int
        Number of arms.
    noise : float
        Standard deviation of what is added to each coordinate.
    random_state : int, RandomState or None
        Source of the noise.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        The points, within a circle of radius 1 before the noise.
    y : ndarray of int64 of shape (n_samples,)
        The arm.

    Examples
    --------
    >>> X, y = make_spiral(6, n_classes=3)
    >>> X.shape, y.tolist()
    ((6, 2), [0, 1, 2, 0, 1, 2])
    """
    _require_count(n_samples, "n_samples")
    _require_count(n_classes, "n_classes")
    index = np.arange(n_samples, dtype=np.int64)
    radius = (index // n_classes + 1) / -(-n_samples // n_classes)
    y = index % n_classes
    angle = 2 * np.pi * (1.75 * radius + y / n_classes)
    X = radius[:, np.newaxis] * np.column_stack([np.sin(angle), np.cos(angle)])
    return _jittered(X, noise, _generator(random_state)), y


def make_xor(n_samples: int = 200, *, noise: float = 0.0, random_state: Seed = None) -> Points:
    """Draw points in a square whose class is the exclusive or of "right" and "up".

    Parameters
    ----------
    n_samples : int
        Points in all.
    noise : float
        Standard deviation of what is added to each coordinate, after the class is given.
    random_state : int, RandomState or None
        Source of the points and the noise.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        Uniform within (-1, 1) before the noise.
    y : ndarray of int64 of shape (n_samples,)
        1 where the signs of the coordinates differ.

    Examples
    --------
    >>> X, y = make_xor(100, random_state=0)
    >>> bool((y == (X[:, 0] * X[:, 1] < 0)).all())
    True
    """
    return make_checkerboard(n_samples, n_tiles=2, noise=noise, random_state=random_state)


def make_checkerboard(
    n_samples: int = 400, *, n_tiles: int = 4, noise: float = 0.0, random_state: Seed = None
) -> Points:
    """Draw points on a checkerboard whose class is the colour of their tile.

    Parameters
    ----------
    n_samples : int
        Points in all.
    n_tiles : int
        Tiles along each side.
    noise : float
        Standard deviation of what is added to each coordinate, after the class is given.
    random_state : int, RandomState or None
        Source of the points and the noise.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        Uniform within (-1, 1) before the noise.
    y : ndarray of int64 of shape (n_samples,)
        0 on the tile at (-1, -1), 1 on its neighbours, and so on.

    Examples
    --------
    >>> X, y = make_checkerboard(1000, random_state=0)
    >>> X.shape, sorted(set(y.tolist()))
    ((1000, 2), [0, 1])
    """
    _require_count(n_samples, "n_samples")
    _require_count(n_tiles, "n_tiles")
    generator = _generator(random_state)
    X = generator.uniform(-1, 1, (n_samples, 2))
    tiles = np.floor((X + 1) / 2 * n_tiles).astype(np.int64)
    return _jittered(X, noise, generator), tiles.sum(axis=1) % 2


def _jittered(X: NDArray[np.float64], noise: float, generator: np.random.RandomState) -> NDArray[np.float64]:
    if not (np.isfinite(noise) and noise >= 0):
        raise ParameterError(f"noise must be a finite number of at least 0, got {noise}.")
    return X + noise * generator.randn(*X.shape)


def _generator(random_state: Seed) -> np.random.RandomState:
    return (
        random_state
        if isinstance(random_state, np.random.RandomState)
        else np.random.RandomState(random_state)
    )


def _require_count(value: int, name: str) -> None:
    if value < 1:
        raise ParameterError(f"{name} must be at least 1, got {value}.")
