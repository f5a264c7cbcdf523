"""Folds: the splits that judge an estimator by cross-validation, and the training on each of them."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, RepeatedKFold, RepeatedStratifiedKFold, StratifiedGroupKFold
from sklearn.utils.validation import has_fit_parameter

from separatrix.data.table import Table
from separatrix.errors import DataError
from separatrix.report.subject import Subject
from separatrix.text import plural
from separatrix.train.interrupt import complete_or_interrupted

Array = NDArray[Any]
Split = tuple[Array, Array]

FAULTS = {
    "diverged": "diverged",
    "learned nothing": "learned nothing",
    "not converged": "stopped at the limit before converging",
}
"""What may be wrong with a training, in words; the gravest first."""


def fold_splits(
    subject: Subject, n_splits: int, n_repeats: int, random_state: int, groups: Array | None = None
) -> list[Split]:
    """Return training and test rows of each fold, repeat after repeat; no group is in both.

    Parameters
    ----------
    subject : Subject
        All rows. The folds keep the fractions of the classes, as far as groups allow it.
    n_splits, n_repeats, random_state : int
        Folds, how often they are drawn, and the seed.
    groups : ndarray of shape (n_rows,), optional
        Number of each row's group.

    Raises
    ------
    DataError
        If there are fewer rows or groups than folds, or a class has one row only.
    """
    check_foldable(subject.labels, n_splits, groups, is_class=subject.classes is not None)
    empty = np.zeros((subject.n_rows, 1))
    if groups is not None:
        kind = GroupKFold if subject.classes is None else StratifiedGroupKFold
        seeds = range(random_state, random_state + n_repeats)
        drawn = (kind(n_splits, shuffle=True, random_state=seed) for seed in seeds)
        return [split for folds in drawn for split in folds.split(empty, subject.y, groups)]
    kind = RepeatedKFold if subject.classes is None else RepeatedStratifiedKFold
    folds: Any = kind(n_splits=n_splits, n_repeats=n_repeats, random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class")
        return list(folds.split(empty, subject.y))


def check_foldable(y: Array, n_splits: int, groups: Array | None = None, *, is_class: bool) -> None:
    """Raise a `DataError` for rows that cannot be split into folds.

    Parameters
    ----------
    y : array of shape (n_rows,)
        Labels or numbers.
    n_splits : int
    groups : array of shape (n_rows,), optional
        What rows of one group have in common.
    is_class : bool
        Whether `y` are labels.

    Examples
    --------
    >>> check_foldable(np.array(["a", "a", "b"]), 3, is_class=True)
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: class 'b' has 1 row, and folds need two or more of each; remove it, or \
merge it with another class.
    """
    if len(y) < n_splits:
        raise DataError(f"{plural(len(y), 'row')} cannot be split into {n_splits} folds; add rows.")
    n_groups = n_splits if groups is None else len(np.unique(groups))
    if n_groups < n_splits:
        raise DataError(
            f"{plural(n_groups, 'group')} cannot be split into {n_splits} folds; add rows of others."
        )
    if not is_class:
        return
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < 2:
        raise DataError(
            f"class '{classes[int(counts.argmin())]}' has {plural(int(counts.min()), 'row')}, and folds need "
            "two or more of each; remove it, or merge it with another class."
        )


def fitted_on(estimator: Any, subject: Subject, groups: Array | None = None) -> tuple[Any, str]:
    """Fit a clone on the subject's rows; return it, and what is wrong with the training, one of `FAULTS`.

    The groups go to an estimator that draws folds of its own. Other warnings are those of the estimator.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C, or a callback in its place, ended the training: half a training must not be scored.
    """
    with warnings.catch_warnings(record=True) as caught, complete_or_interrupted():
        warnings.simplefilter("always")
        model = _fit(estimator, subject, groups)
    reason = getattr(getattr(model, "stop_", None), "reason", "")
    if reason == "interrupted":
        raise KeyboardInterrupt
    if not any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        return model, ""
    if reason == "diverged":
        return model, "diverged"
    diagnosis = getattr(model, "diagnosis_", None)
    return model, "learned nothing" if diagnosis is not None and diagnosis.is_grave else "not converged"


def _fit(estimator: Any, subject: Subject, groups: Array | None) -> Any:
    if subject.container is None and hasattr(estimator, "hidden_layer_sizes"):
        name = "y"
        while name in subject.table.columns:
            name += "_"
        return estimator.fit_table(Table({**subject.table.columns, name: subject.labels}), name)
    rows = subject.rows(subject.table)
    if groups is not None and has_fit_parameter(estimator, "groups"):
        return estimator.fit(rows, subject.labels, groups=groups)
    return estimator.fit(rows, subject.labels)


def fault_notes(faults: Sequence[str], kind: str) -> list[str]:
    """Return a sentence for each fault, with the number of trainings that have it.

    Examples
    --------
    >>> fault_notes(["", "diverged", ""], "network")
    ['Of 3 trainings of the network on folds, 1 diverged: its scores count as they are.']
    """
    counts, notes = Counter(faults), []
    for fault, words in FAULTS.items():
        if number := counts[fault]:
            whose = "its" if number == 1 else "their"
            notes.append(
                f"Of {plural(len(faults), 'training')} of the {kind} on folds, {number} {words}: {whose} "
                "scores count as they are."
            )
    return notes


def every_fold_has_all_classes(subject: Subject, splits: Sequence[Split]) -> bool:
    """Return whether the ROC AUC is defined on the test rows of every fold."""
    n_classes = 0 if subject.classes is None else len(subject.classes)
    return all(len(np.unique(subject.y[test])) == n_classes for _, test in splits)
