from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import DataError
from separatrix.tabular import TabularClassifier, TabularRegressor
from separatrix.tabular.rows import Rows

X = {"a": np.array([3.0, 1.0, 1.0, np.nan, 2.0]), "b": np.array(["x", "x", "x", None, "y"], object)}
Y = np.array([0, 1, 1, 0, 1])


def cells(kept: Rows) -> list[tuple[str, ...]]:
    return [tuple(str(column[row]) for column in (*X.values(), Y)) for row in kept.rows]


def test_equal_rows_stay_apart_and_the_order_does_not_matter() -> None:
    kept = Rows.of(X, Y)
    assert sorted(kept.rows.tolist()) == [0, 1, 1, 3, 4]
    assert kept.weight is None
    assert kept.splits is None
    order = np.array([4, 2, 0, 3, 1])
    other = Rows.of({name: column[order] for name, column in X.items()}, Y[order])
    assert [Y[order][row] for row in other.rows] == [Y[row] for row in kept.rows]
    assert [X["a"][order][row] for row in other.rows][1:] == [X["a"][row] for row in kept.rows][1:]
    assert len({kept.places[1], kept.places[2]}) == 2  # each of two equal rows has its own place


@pytest.mark.parametrize("unit", [1, 3])
def test_whole_weights_are_copies(unit: int) -> None:
    kept = Rows.of(X, Y, unit * np.array([2.0, 1.0, 0.0, 1.0, 3.0]))
    assert np.bincount(kept.rows, minlength=5).tolist() == [2, 1, 0, 1, 3]
    assert kept.weight is None
    assert kept.places[2] == -1
    assert all(kept.rows[kept.places[row]] == row for row in (0, 1, 3, 4))


def test_other_and_large_weights_are_weights_and_equal_rows_are_kept_once() -> None:
    kept = Rows.of(X, Y, np.array([0.5, 1.0, 2.0, 0.25, 1.0]))
    assert sorted(kept.rows.tolist()) == [0, 1, 3, 4]
    assert kept.weight is not None
    assert dict(zip(kept.rows.tolist(), kept.weight.tolist(), strict=True)) == {
        0: 0.5,
        1: 3.0,
        3: 0.25,
        4: 1.0,
    }
    assert kept.places[1] == kept.places[2]
    large = Rows.of(X, Y, np.array([1.0, 1000.0, 1.0, 1.0, 1.0]))
    assert len(large.rows) == 4
    assert large.weight is not None
    assert large.weight.max() == 1001
    assert Rows.of(X, Y, np.full(5, 7.5)).weight is not None  # two equal rows weigh 15
    assert Rows.of({"a": np.arange(5.0)}, Y, np.full(5, 7.5)).weight is None


def test_folds_are_in_numbers_of_kept_rows() -> None:
    splits = [(np.array([0, 1, 2]), np.array([3, 4])), (np.array([3, 4]), np.array([0, 1]))]
    kept = Rows.of(X, Y, np.array([2.0, 1.0, 1.0, 0.0, 1.0]), splits)
    assert kept.splits is not None
    as_rows = [[sorted(kept.rows[part].tolist()) for part in split] for split in kept.splits]
    assert as_rows == [[[0, 0, 1, 2], [4]], [[4], [0, 0, 1]]]  # 1 and 2 are equal, but not in the same folds


def test_no_row_has_a_weight() -> None:
    kept = Rows.of(X, Y, np.zeros(5), [(np.array([0]), np.array([1]))])
    assert len(kept.rows) == 0
    assert kept.places.tolist() == [-1] * 5


@pytest.mark.parametrize(("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity")])
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_a_target_that_is_missing_is_named_with_its_row(kind, value, what):
    y = np.arange(20.0) % 2
    y[[4, 7]] = value
    with pytest.raises(
        DataError, match=f"Input y contains {what} in 2 of 20 rows, first in row 5; fill it in"
    ):
        kind("fast").fit(np.arange(20.0)[:, np.newaxis], y)
