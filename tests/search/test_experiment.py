from __future__ import annotations

import numpy as np
import pytest
from numpy.random import RandomState
from sklearn.model_selection import KFold, PredefinedSplit, RepeatedKFold, ShuffleSplit

from separatrix.errors import DataError, ParameterError
from separatrix.search.experiment import make_splitters

Y = np.arange(30) % 3


def splits(cv, n_repeats, y=Y, is_classifier=True, seed=0):
    splitters = make_splitters(cv, n_repeats, y, is_classifier, RandomState(seed))
    return [split for splitter in splitters for split in splitter.split(np.zeros((len(y), 1)), y)]


def test_a_number_means_shuffled_folds_stratified_for_classes():
    found = splits(5, 2)
    assert len(found) == 10
    for _, test in found:
        assert np.bincount(Y[test]).tolist() == [2, 2, 2]
    assert sorted(np.concatenate([test for _, test in found[:5]])) == list(range(30))
    assert any(not np.array_equal(a[1], b[1]) for a, b in zip(found[:5], found[5:], strict=True))


def test_numbers_are_not_stratified():
    assert len(splits(3, 1, y=np.linspace(0, 1, 30), is_classifier=False)) == 3


def test_the_seed_decides():
    first, again, other = splits(3, 1), splits(3, 1), splits(3, 1, seed=1)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert any(not np.array_equal(a[1], b[1]) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize(
    "cv", [KFold(3, shuffle=True), ShuffleSplit(3), RepeatedKFold(n_splits=3, n_repeats=1)]
)
def test_a_splitter_that_draws_is_repeated_with_other_seeds(cv):
    found = splits(cv, 2)
    assert len(found) == 6
    assert cv.random_state is None
    assert any(not np.array_equal(a[1], b[1]) for a, b in zip(found[:3], found[3:], strict=True))


def test_a_splitter_that_draws_is_given_a_seed():
    cv = KFold(3, shuffle=True)
    first, again = splits(cv, 1), splits(cv, 1)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert cv.random_state is None


@pytest.mark.parametrize("cv", [KFold(3), PredefinedSplit(Y)])
def test_a_splitter_that_always_gives_the_same_is_not_repeated(cv):
    assert len(splits(cv, 1)) == 3
    with pytest.raises(ParameterError, match="n_repeats must be 1"):
        splits(cv, 2)


def test_more_folds_than_rows_or_members_of_a_class():
    with pytest.raises(DataError, match="got cv=40 and n_samples = 30"):
        splits(40, 1)
    with pytest.raises(DataError, match=r"got cv=5 and 2 row\(s\) of class 'rare'"):
        splits(5, 1, y=np.array(["rare"] * 2 + ["usual"] * 28))
