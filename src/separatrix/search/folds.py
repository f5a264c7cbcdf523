"""Folds: how rows are split, again and again, into those to train on and those to test on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, check_cv
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _num_samples

from separatrix import check
from separatrix.errors import DataError, ParameterError

Array = NDArray[Any]
Split = tuple[Array, Array]

MAX_SEED = 2**31 - 1


def make_splitters(
    cv: Any, n_repeats: int, y: Any, is_classifier: bool, random_state: RandomState
) -> list[Any]:
    """Return the splitters whose splits, one after the other, are the search's.

    A number of folds means shuffled folds, stratified for a classifier, anew in every repeat. A splitter of
    scikit-learn's is repeated with other seeds, and given one where it has none.

    Raises
    ------
    ParameterError
        If a splitter cannot be repeated.
    DataError
        If a class has fewer rows than there are folds.
    """
    check.integer("n_repeats", n_repeats, 1)
    if cv is None or isinstance(cv, int | np.integer):
        n_folds = 5 if cv is None else int(cv)
        check.integer("cv", n_folds, 2)
        if _num_samples(y) < n_folds:
            raise DataError(
                f"cv must be at most the number of rows, got cv={n_folds} and n_samples = {_num_samples(y)}; "
                "lower cv, or give more rows."
            )
        stratified = is_classifier and type_of_target(y) in {"binary", "multiclass"}
        if stratified:
            check_classes(y, n_folds)
        kind = RepeatedStratifiedKFold if stratified else RepeatedKFold
        seed = int(random_state.randint(MAX_SEED))
        return [kind(n_splits=n_folds, n_repeats=n_repeats, random_state=seed)]
    splitter = check_cv(cv, y, classifier=is_classifier)
    draws = hasattr(splitter, "random_state") and getattr(splitter, "shuffle", True)
    if n_repeats == 1 and (not draws or splitter.random_state is not None):
        return [splitter]
    if not draws:
        raise ParameterError(
            f"n_repeats must be 1 where cv always gives the same folds, got n_repeats={n_repeats} and "
            f"cv={cv!r}; set shuffle=True in it, or give a number of folds."
        )
    copies = [clone(splitter, safe=False) for _ in range(n_repeats)]
    for copied in copies:
        copied.random_state = int(random_state.randint(MAX_SEED))
    return copies


def check_classes(y: Any, n_folds: int) -> None:
    """Raise a `DataError` if a class has fewer rows than there are folds."""
    classes, counts = np.unique(np.asarray(y), return_counts=True)
    rarest = int(counts.argmin())
    if counts[rarest] < n_folds:
        raise DataError(
            f"cv must be at most the number of rows of the rarest class, got cv={n_folds} and "
            f"{counts[rarest]} row(s) of class {classes.tolist()[rarest]!r}; lower cv, or leave that class "
            "out."
        )
