"""Sentinels: which numbers may stand for a missing value, and which do not."""

from __future__ import annotations

import numpy as np
import pytest

from separatrix.data import Table, learn_schema

N = 200
DRAW = np.random.RandomState(0)
PLACES = np.arange(0, N, 20)


def notes_of(column: np.ndarray) -> tuple[str, ...]:
    schema = learn_schema(Table({"x": column, "other": DRAW.normal(size=N)}))
    return schema["x"].notes


@pytest.mark.parametrize(
    ("numbers", "sentinel", "why"),
    [
        (DRAW.uniform(0.1, 12, N), -200, "far from"),
        (DRAW.uniform(2, 1500, N), -200, "the only number below 0"),
        (DRAW.uniform(15, 40, N), 99.9, "far from"),
        (DRAW.uniform(40, 200, N).round(), 777, "far from"),
        (DRAW.uniform(0, 30, N).round(), 998, "far from"),
        (DRAW.uniform(0, 30, N), 500, "far from"),
        (DRAW.uniform(45, 190, N).round(), 0, "far from"),  # blood pressure
        (DRAW.randint(0, 60, N), -1, "the only number below 0"),
    ],
)
def test_a_repeated_number_far_from_all_others_is_reported(numbers, sentinel, why):
    numbers = np.where(np.isin(np.arange(N), PLACES), sentinel, numbers)
    (note,) = notes_of(numbers)
    assert note.startswith(f"has {sentinel:g} in 10 rows, {why}")
    assert note.endswith(": it may stand for a missing value")


def test_two_sentinels_are_both_reported():
    numbers = DRAW.uniform(0, 10, N)
    numbers[PLACES], numbers[PLACES + 1] = -888, -999
    first, second = notes_of(numbers)
    assert first.startswith("has -999 in 10 rows, far from 0.")
    assert second.startswith("has -888 in 10 rows, far from 0.")


@pytest.mark.parametrize(
    "numbers",
    [
        DRAW.poisson(1.5, N) * 1.0,
        np.where(np.arange(N) % 10 == 0, 0, DRAW.uniform(1, 500, N)),  # a gap as wide as others
        np.exp(DRAW.normal(0, 2, N)),  # skewed, but nothing is repeated
        DRAW.randint(-50, 50, N),
        np.where(np.arange(N) % 3 == 0, 0, DRAW.uniform(3, 8, N)),  # a number of its own: nothing spent
        np.array([1000, 2000, 3000, 0])[np.arange(N) % 4],
        np.where(np.isin(np.arange(N), PLACES), 192, DRAW.randint(69, 117, N)),  # the strong motor of a car
        np.where(np.isin(np.arange(N), PLACES), 510, DRAW.randint(1, 230, N)),  # a county
    ],
)
def test_other_numbers_are_not(numbers):
    assert notes_of(np.asarray(numbers)) == ()


def test_one_row_far_below_0_is_enough():
    numbers = DRAW.uniform(0.4, 5, N)  # carbon monoxide, of which few rows are kept
    numbers[7] = -200
    (note,) = notes_of(numbers)
    assert note.startswith("has -200 in 1 row, far from 0.")
