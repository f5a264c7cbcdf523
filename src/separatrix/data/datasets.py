"""Data sets by name: the toys, and real tables that scikit-learn brings along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from separatrix.data import toys
from separatrix.data.tables import Table
from separatrix.errors import DataError, did_you_mean

TARGET = "target"
"""Name of the column to predict, in every data set."""

_TOYS: dict[str, Callable[[], toys.Points]] = {
    "circles": partial(toys.make_circles, 500, noise=0.15, factor=0.25, random_state=1),
    "moons": partial(toys.make_moons, 1000, noise=0.1, random_state=1),
    "spiral": partial(toys.make_spiral, 400, noise=0.02, random_state=1),
    "xor": partial(toys.make_xor, 400, noise=0.05, random_state=1),
    "checkerboard": partial(toys.make_checkerboard, 1000, random_state=1),
    "gaussians": toys.make_gaussians,
    "ten-points": toys.make_ten_points,
    "bumps": toys.make_bumps,
}
_REAL = ("breast-cancer", "iris", "wine", "digits", "diabetes")


def dataset_names() -> list[str]:
    """Return the names that :func:`load_dataset` knows, toys first.

    Examples
    --------
    >>> dataset_names()[:3]
    ['circles', 'moons', 'spiral']
    """
    return [*_TOYS, *_REAL]


def load_dataset(name: str) -> Table:
    """Load a data set; its last column, `target`, is what to predict.

    Parameters
    ----------
    name : str
        One of :func:`dataset_names`.

    Returns
    -------
    Table
        The features under their names (`x1`, `x2` for the toys) and `target`: class numbers for the toys and
        the digits, class names for the other real sets, a number for `diabetes`.

    Raises
    ------
    DataError
        If there is no set of that name.

    Examples
    --------
    >>> load_dataset("ten-points").take([0, 9]).columns
    {'x1': array([0.1, 0.7]), 'x2': array([0.1, 0.6]), 'target': array([1, 0])}
    """
    if name in _TOYS:
        X, y = _TOYS[name]()
        return Table({**{f"x{j + 1}": column for j, column in enumerate(X.T)}, TARGET: y})
    if name in _REAL:
        return _load_real(name)
    raise DataError(
        f"there is no data set '{name}'; the names are: {', '.join(dataset_names())}."
        + did_you_mean(name, dataset_names())
    )


def _load_real(name: str) -> Table:
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name.replace('-', '_')}")()
    labels = bunch.get("target_names")
    target = bunch.target if labels is None else np.asarray(labels)[bunch.target]
    columns = {
        str(feature): column for feature, column in zip(bunch.feature_names, bunch.data.T, strict=True)
    }
    return Table({**columns, TARGET: target})
