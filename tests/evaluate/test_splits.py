from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import DataError, ParameterError
from separatrix.evaluate.splits import holdout_rows


def test_every_row_is_in_exactly_one_of_them():
    train, test = holdout_rows(101, 0.25, 3)
    assert len(test) == 26
    assert sorted([*train, *test]) == list(range(101))


def test_the_split_is_stratified():
    labels = np.repeat(["a", "b", "c"], [60, 30, 10])
    _, test = holdout_rows(100, 0.2, 0, labels=labels)
    assert np.unique(labels[test], return_counts=True)[1].tolist() == [12, 6, 2]


def test_the_seed_decides():
    draws = [holdout_rows(50, 0.5, seed)[1].tolist() for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


@pytest.mark.parametrize("test_size", [0, 1, -0.5, float("nan")])
def test_the_test_size_is_between_0_and_1(test_size):
    with pytest.raises(ParameterError, match=r"test_size must be a number in \(0, 1\)"):
        holdout_rows(10, test_size, 0)


def test_too_few_rows():
    with pytest.raises(DataError, match="1 row cannot be split"):
        holdout_rows(1, 0.25, 0)


def test_a_class_with_a_single_row_is_a_training_row():
    labels = np.array(list("aabaacaa"))
    for seed in range(10):
        train, test = holdout_rows(8, 0.5, seed, labels=labels)
        assert {2, 5} <= set(train.tolist())
        assert sorted([*train, *test]) == list(range(8))
        assert len(test) == 4
    with pytest.raises(DataError, match=r"4 rows cannot be split .* as 2 classes have a single row each"):
        holdout_rows(4, 0.5, 0, labels=np.array(list("aabc")))


def test_every_class_has_a_training_row_where_most_have_a_single_row():
    labels = np.concatenate(
        [np.repeat(["a", "b", "c", "d", "e"], [9, 5, 2, 2, 2]), np.arange(31).astype(str)]
    )
    for seed in range(10):
        train, test = holdout_rows(51, 0.25, seed, labels=labels)
        assert set(labels[train].tolist()) == set(labels.tolist())
        assert sorted([*train, *test]) == list(range(51))


def test_more_classes_than_test_rows():
    with pytest.raises(DataError, match="5 training rows and 1 test row cannot each hold all 3 classes"):
        holdout_rows(6, 0.1, 0, labels=np.array(list("aabbcc")))
