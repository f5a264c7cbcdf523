"""Splits: rows set aside before anything is learnt, to judge the model by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split

from separatrix.errors import DataError, ParameterError
from separatrix.evaluate.intervals import IntArray


def holdout_rows(
    n_rows: int, test_size: float, random_state: int, *, labels: npt.NDArray[Any] | None = None
) -> tuple[IntArray, IntArray]:
    """Draw the rows to train on and the rows to test on.

    Parameters
    ----------
    n_rows : int
        Rows in all.
    test_size : float
        Share of the rows to test on, in (0, 1).
    random_state : int
        Seed of the draw.
    labels : array of shape (n_rows,), optional
        Classes: each then has the same share in both parts.

    Returns
    -------
    train_rows, test_rows : arrays of int
        Each row is in one of them.

    Raises
    ------
    DataError
        If the rows are too few, or a class has a single one.
    ParameterError
        If `test_size` is not in (0, 1).

    Examples
    --------
    >>> train_rows, test_rows = holdout_rows(8, 0.25, 0, labels=np.array(list("aabbaabb")))
    >>> len(train_rows), len(test_rows)
    (6, 2)
    """
    if not 0 < test_size < 1:
        raise ParameterError(f"test_size must be a number in (0, 1), got {test_size:g}.")
    n_test = int(np.ceil(test_size * n_rows))
    if not 0 < n_test < n_rows:
        raise DataError(f"{n_rows} rows are too few to train on some and test on others; add rows.")
    if labels is not None:
        _check_classes(labels, n_rows, n_test)
    train, test = train_test_split(
        np.arange(n_rows), test_size=n_test, random_state=random_state, stratify=labels
    )
    return train, test


def _check_classes(labels: npt.NDArray[Any], n_rows: int, n_test: int) -> None:
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        single = classes[counts.argmin()]
        row = int(np.flatnonzero(labels == single)[0]) + 1
        more = f", as do {(counts == 1).sum() - 1} other classes" if (counts == 1).sum() > 1 else ""
        raise DataError(
            f"class '{single}' has a single row (row {row}){more}, and a split that keeps the classes' "
            "shares needs two or more of each; remove it, merge it with another class, or give test rows of "
            "your own."
        )
    if len(classes) > min(n_test, n_rows - n_test):
        raise DataError(
            f"{n_rows - n_test} rows to train and {n_test} rows to test cannot each hold all "
            f"{len(classes)} classes; change test_size or add rows."
        )
