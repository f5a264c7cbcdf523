from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from separatrix.engine.base import Data
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.held_out import check_weights, split_rows


@pytest.mark.parametrize("codes", [None, np.arange(50) % 2])
def test_the_draws_are_scikit_learns(codes: np.ndarray | None) -> None:
    train, held_out = split_rows(50, 0.3, codes, np.random.RandomState(3))
    expected = train_test_split(np.arange(50), test_size=0.3, stratify=codes, random_state=3)
    assert np.array_equal(train, expected[0])
    assert np.array_equal(held_out, expected[1])


@pytest.mark.parametrize("codes", [None, np.arange(12) % 2])
def test_too_few_rows_on_either_side_name_the_share(codes: np.ndarray | None) -> None:
    for fraction, count in ((0.0, 0), (0.01, 1)):
        message = (
            f"validation_fraction must set aside at least 2 of the 12 rows, got {fraction}, which is {count}"
        )
        with pytest.raises(ParameterError, match=message):
            split_rows(12, fraction, codes, np.random.RandomState(0))
    needed = 1 if codes is None else 2
    message = f"must leave at least {needed} of the 12 rows to train on, got 0.99, which leaves 0; lower it"
    with pytest.raises(ParameterError, match=message):
        split_rows(12, 0.99, codes, np.random.RandomState(0))


def number_held_out(split: Callable[[], Any]) -> int:
    """Return how many rows a split holds out, 0 if it is refused."""
    try:
        return len(split()[1])
    except ValueError:
        return 0


@pytest.mark.parametrize("n_rows", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("fraction", [0.1, 0.34, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("is_stratified", [False, True])
def test_what_is_refused_is_what_scikit_learn_refuses_and_a_single_row(
    n_rows: int, fraction: float, is_stratified: bool
) -> None:
    codes = np.arange(n_rows) % 2 if is_stratified else None
    found = number_held_out(lambda: split_rows(n_rows, fraction, codes, np.random.RandomState(0)))
    expected = number_held_out(
        lambda: train_test_split(np.arange(n_rows), test_size=fraction, stratify=codes, random_state=0)
    )
    assert found == (0 if expected == 1 else expected)


def test_a_class_with_a_single_row_cannot_be_split() -> None:
    with pytest.raises(DataError, match="y must have at least 2 rows of each class for early stopping"):
        split_rows(12, 0.5, np.arange(12) == 3, np.random.RandomState(0))


def test_rows_that_weigh_nothing_are_refused() -> None:
    X, T = np.zeros((3, 1)), np.zeros((3, 1))
    plain, some, none = Data(X, T), Data(X, T, np.array([0.0, 0.5, 0.0])), Data(X, T, np.zeros(3))
    message = "the {} rows must not all have weight 0, got 3 that do"
    with pytest.raises(DataError, match=message.format("training")):
        check_weights(none, some)
    with pytest.raises(DataError, match=message.format("validation")):
        check_weights(some, none)
    check_weights(plain, None)
    check_weights(some, plain)
