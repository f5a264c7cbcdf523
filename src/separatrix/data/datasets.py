"""Data sets by name: small artificial problems with one or two features, and tables from scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.data.read_options import ReadOptions
from separatrix.data.table import Table
from separatrix.data.table_files import FileTable, read_file
from separatrix.errors import DataError, did_you_mean

Array = NDArray[np.float64]
Points = tuple[Array, NDArray[np.int64]]
Seed = int | np.random.RandomState | None


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
    check.integer("n_per_class", n_per_class, 1)
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
    """Draw spiral arms that wind 1.75 times around each other.

    Parameters
    ----------
    n_samples : int
        Total number of points; arm k has every `n_classes`-th of them.
    n_classes : int
        Number of arms.
    noise : float
        Standard deviation of the noise added to each coordinate.
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
    check.integer("n_samples", n_samples, 1)
    check.integer("n_classes", n_classes, 1)
    index = np.arange(n_samples, dtype=np.int64)
    radius = (index // n_classes + 1) / -(-n_samples // n_classes)
    y = index % n_classes
    angle = 2 * np.pi * (1.75 * radius + y / n_classes)
    X = radius[:, np.newaxis] * np.column_stack([np.sin(angle), np.cos(angle)])
    return _with_noise(X, noise, _generator(random_state)), y


def make_xor(n_samples: int = 200, *, noise: float = 0.0, random_state: Seed = None) -> Points:
    """Draw points in a square whose class is the exclusive or of the signs of their coordinates.

    Parameters
    ----------
    n_samples : int
        Total number of points.
    noise : float
        Standard deviation of the noise added to each coordinate; the classes are those before it.
    random_state : int, RandomState or None
        Source of the points and the noise.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        Uniform in (-1, 1) before the noise.
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
    """Draw points on a checkerboard; the colour of its tile is the class of a point.

    Parameters
    ----------
    n_samples : int
        Total number of points.
    n_tiles : int
        Tiles along each side.
    noise : float
        Standard deviation of the noise added to each coordinate; the classes are those before it.
    random_state : int, RandomState or None
        Source of the points and the noise.

    Returns
    -------
    X : ndarray of float64 of shape (n_samples, 2)
        Uniform in (-1, 1) before the noise.
    y : ndarray of int64 of shape (n_samples,)
        0 on the tile at (-1, -1), 1 on its neighbours; neighbours always differ.

    Examples
    --------
    >>> X, y = make_checkerboard(1000, random_state=0)
    >>> X.shape, sorted(set(y.tolist()))
    ((1000, 2), [0, 1])
    """
    check.integer("n_samples", n_samples, 1)
    check.integer("n_tiles", n_tiles, 1)
    generator = _generator(random_state)
    X = generator.uniform(-1, 1, (n_samples, 2))
    tiles = np.floor((X + 1) / 2 * n_tiles).astype(np.int64)
    return _with_noise(X, noise, generator), tiles.sum(axis=1) % 2


def _with_noise(X: Array, noise: float, generator: np.random.RandomState) -> Array:
    check.number("noise", noise, 0.0)
    return X + noise * generator.randn(*X.shape)


def _generator(random_state: Seed) -> np.random.RandomState:
    from sklearn.utils import check_random_state

    generator: np.random.RandomState = check_random_state(random_state)
    return generator


def _scikit_learn(name: str, *arguments: Any, **options: Any) -> Any:
    """Call a function of `sklearn.datasets`, which is slow to import."""
    import sklearn.datasets

    return getattr(sklearn.datasets, name)(*arguments, **options)


TARGET = "target"
"""Name of the column to predict in every data set."""

_ARTIFICIAL: dict[str, Callable[..., Points]] = {
    "circles": partial(_scikit_learn, "make_circles", 500, noise=0.15, factor=0.25, random_state=1),
    "moons": partial(_scikit_learn, "make_moons", 1000, noise=0.1, random_state=1),
    "spiral": partial(make_spiral, 400, noise=0.02, random_state=1),
    "xor": partial(make_xor, 400, noise=0.05, random_state=1),
    "checkerboard": partial(make_checkerboard, 1000, random_state=1),
    "gaussians": make_gaussians,
    "ten-points": make_ten_points,
    "bumps": make_bumps,
}
RANDOM = ("circles", "moons", "spiral", "xor", "checkerboard", "gaussians")
"""Artificial data sets that can be drawn with another seed."""

_REAL = ("breast-cancer", "iris", "wine", "digits", "diabetes")


def dataset_names() -> list[str]:
    """Return the names for `load_dataset`, the artificial data sets first.

    Examples
    --------
    >>> dataset_names()[:3]
    ['circles', 'moons', 'spiral']
    """
    return [*_ARTIFICIAL, *_REAL]


def read_source(source: str, options: ReadOptions | None = None) -> Table:
    """Read a table from a file, from standard input (`-`) or from the data sets by name.

    Examples
    --------
    >>> read_source("ten-points").n_rows
    10
    """
    read = read_source_file(source, options)
    return read if isinstance(read, Table) else read.to_table()


def read_source_file(source: str, options: ReadOptions | None = None) -> Table | FileTable:
    """Return a data set as a `Table`, or a file or standard input in the types of Polars."""
    if source in dataset_names():
        if options is not None:
            options.require_use((), f"'{source}'", "a built-in data set")
        return load_dataset(source)
    if source != "-" and not Path(source).suffix and not Path(source).exists():
        raise DataError(
            f"there is no file or data set '{source}'; the data sets are: {', '.join(dataset_names())}."
            + did_you_mean(source, dataset_names())
        )
    return read_file(source, options)


def load_dataset(name: str, random_state: int | None = None) -> Table:
    """Load a data set; its last column, `target`, is the one to predict.

    Parameters
    ----------
    name : str
        One of `dataset_names()`.
    random_state : int, optional
        Seed of other points of the same kind, for artificial data that are drawn at random. By default, the
        points are those that every page shows.

    Returns
    -------
    Table
        The features under their names (`x1`, `x2` for artificial data) and `target`: class numbers for
        artificial data and for `digits`, class names for the other real tables, numbers for `diabetes`.

    Raises
    ------
    DataError
        If there is no data set of that name, or a seed is given for one that is not random.

    Examples
    --------
    >>> load_dataset("ten-points").take([0, 9]).columns
    {'x1': array([0.1, 0.7]), 'x2': array([0.1, 0.6]), 'target': array([1, 0])}
    """
    if random_state is not None and name not in RANDOM:
        raise DataError(
            f"the data set '{name}' is not drawn at random; leave random_state out, or choose one of: "
            f"{', '.join(RANDOM)}."
        )
    if name in _ARTIFICIAL:
        X, y = _ARTIFICIAL[name](**({} if random_state is None else {"random_state": random_state}))
        return Table({**{f"x{j + 1}": column for j, column in enumerate(X.T)}, TARGET: y})
    if name in _REAL:
        return _load_real(name)
    raise DataError(
        f"there is no data set '{name}'; the names are: {', '.join(dataset_names())}."
        + did_you_mean(name, dataset_names())
    )


def _load_real(name: str) -> Table:
    """Return one of scikit-learn's tables."""
    bunch = _scikit_learn(f"load_{name.replace('-', '_')}")
    labels = bunch.get("target_names")
    target = bunch.target if labels is None else np.asarray(labels)[bunch.target]
    columns = {
        str(feature): column for feature, column in zip(bunch.feature_names, bunch.data.T, strict=True)
    }
    return Table({**columns, TARGET: target})
