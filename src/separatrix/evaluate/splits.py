"""Splits: test rows that are held out before anything is learned."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split

from separatrix import check
from separatrix.errors import DataError
from separatrix.evaluate.intervals import IntArray
from separatrix.text import plural


def holdout_rows(
    n_rows: int, test_size: float, random_state: int, *, labels: npt.NDArray[Any] | None = None
) -> tuple[IntArray, IntArray]:
    """Draw the training rows and the test rows.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    test_size : float
        Fraction of the rows to test on, in (0, 1).
    random_state : int
        Seed of the draw.
    labels : array of shape (n_rows,), optional
        Classes, for a stratified split. Each class has a training row, so that the row of a class with a
        single row is one.

    Returns
    -------
    train_rows, test_rows : arrays of int
        Every row is in exactly one of them.

    Raises
    ------
    DataError
        If there are too few rows.
    ParameterError
        If `test_size` is not in (0, 1).

    Examples
    --------
    >>> train_rows, test_rows = holdout_rows(8, 0.25, 0, labels=np.array(list("aabbaabb")))
    >>> len(train_rows), len(test_rows)
    (6, 2)
    """
    check.number("test_size", test_size, 0.0, 1.0, open_low=True, open_high=True)
    n_test = int(np.ceil(test_size * n_rows))
    if not 0 < n_test < n_rows:
        raise DataError(
            f"{plural(n_rows, 'row')} cannot be split into training and test rows of at least one; add rows."
        )
    rows = np.arange(n_rows)
    if labels is None:
        train, test = train_test_split(rows, test_size=n_test, random_state=random_state)
        return train, test
    single = single_rows(labels)
    rows = np.setdiff1d(rows, single)
    of_rows = labels[rows]
    _check_classes(of_rows, n_rows, n_test)
    train, test = train_test_split(rows, test_size=n_test, random_state=random_state, stratify=of_rows)
    # Where many classes have a single row, few of the others are left, and a class may have test rows alone.
    alone, first = np.unique(labels[test], return_index=True)
    moved = np.sort(first[~np.isin(alone, labels[train])])
    return np.concatenate([train, test[moved], single]), np.delete(test, moved)


def single_rows(labels: npt.NDArray[Any]) -> IntArray:
    """Return the rows whose class no other row has.

    Examples
    --------
    >>> single_rows(np.array(list("abaca")))
    array([1, 3])
    """
    _, first, counts = np.unique(labels, return_index=True, return_counts=True)
    return np.sort(first[counts == 1])


def _check_classes(labels: npt.NDArray[Any], n_rows: int, n_test: int) -> None:
    classes = np.unique(labels)
    if len(labels) <= n_test:
        raise DataError(
            f"{plural(n_rows, 'row')} cannot be split into training rows and {plural(n_test, 'test row')}, "
            f"as {plural(n_rows - len(labels), 'class')} have a single row each; change test_size, add rows, "
            "or merge classes."
        )
    if len(classes) > min(n_test, n_rows - n_test):
        raise DataError(
            f"{plural(n_rows - n_test, 'training row')} and {plural(n_test, 'test row')} cannot each hold "
            f"all {len(classes)} classes; change test_size or add rows."
        )


def stratified_rows(
    codes: IntArray, n_rows: int, random: np.random.RandomState, *, least: int = 1
) -> IntArray:
    """Return row numbers of a sample with the classes' fractions, at least `least` of each; sorted."""
    return every_kth(codes, n_rows, random.permutation(len(codes)), least)


def every_kth(codes: IntArray, n_rows: int, order: IntArray, least: int = 1) -> IntArray:
    """Return every k-th row of a list that is sorted by class: it has the classes' fractions."""
    by_class = order[np.argsort(codes[order], kind="stable")]
    chosen = by_class[np.linspace(0, len(codes) - 1, n_rows).round().astype(np.intp)]
    starts = np.unique(codes[by_class], return_index=True)[1]
    firsts = [rows[:least] for rows in np.split(by_class, starts[1:])]
    return np.unique(np.concatenate([chosen, *firsts]))
