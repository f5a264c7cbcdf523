"""Four kinds of column, and what becomes one."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction

import numpy as np
import pytest

from separatrix.data.columns import as_column, as_numbers, as_text, missing_rows
from separatrix.errors import DataError

NAN = np.nan


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([True, False], bool, [True, False]),
        (np.array([1, 2], dtype=np.uint8), np.int64, [1, 2]),
        (np.array([2**63], dtype=np.uint64), np.float64, [2.0**63]),
        (np.array([0.5], dtype=np.float32), np.float64, [0.5]),
        ([1, None], np.float64, [1, NAN]),
        ([True, None], np.float64, [1, NAN]),
        ([None, None], np.float64, [NAN, NAN]),
        (np.array([1, Fraction(1, 2)], dtype=object), np.float64, [1, 0.5]),
        (np.array([1, True], dtype=object), np.int64, [1, 1]),
        (np.array([np.True_, False], dtype=object), bool, [True, False]),
        (np.array([2**70, 1], dtype=object), np.float64, [2.0**70, 1]),
        (np.array(["a", NAN, None, 3], dtype=object), object, ["a", None, None, "3"]),
        (np.array(["a", "b"]), object, ["a", "b"]),
        (np.array(["2020-02-29", "NaT"], dtype="M8[D]"), object, ["2020-02-29", None]),
        (np.array([datetime.date(2020, 2, 29)], dtype=object), object, ["2020-02-29"]),
    ],
)
def test_values_of_any_type_become_one_of_four_kinds(values, dtype, expected):
    column = as_column(values, "c")
    assert column.dtype == dtype
    np.testing.assert_array_equal(column, np.array(expected, dtype=dtype))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.zeros((2, 1)), "column 'c' must be one-dimensional, got shape (2, 1)."),
        (np.array([1j]), "column 'c' holds values of type complex128; turn them into numbers or text."),
    ],
)
def test_values_of_no_kind_are_refused(values, sentence):
    with pytest.raises(DataError, match=re.escape(sentence)):
        as_column(values, "c")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            ["12", "13", "abc", None, "x"],
            "has text 'abc' in row 3 (first of 2) where numbers are due; correct them or leave the cell",
        ),
        (["12", "abc"], "has text 'abc' in row 2 where numbers are due; correct it or leave the cell empty."),
        ([1.0, -np.inf], "has the infinite value -inf in row 2 where numbers are due;"),
        (["1", "inf"], "has the infinite value inf in row 2 where numbers are due;"),
    ],
)
def test_text_and_infinity_among_numbers_are_named_with_their_row(values, sentence):
    with pytest.raises(DataError, match=re.escape(f"column 'age' {sentence}")):
        as_numbers(as_column(values, "age"), "age")


def test_text_that_spells_numbers_is_numbers():
    np.testing.assert_array_equal(as_numbers(as_column(["12", None, "1e3"], "c"), "c"), [12, NAN, 1000])


def test_numbers_are_spelt_alike_whatever_their_type():
    for values in ([1, 2], [1.0, 2.0], ["1", "2"]):
        assert as_text(as_column(values, "c")).tolist() == ["1", "2"]
    assert as_text(as_column([1, None, 0.1], "c")).tolist() == ["1", None, "0.1"]
    assert as_text(as_column([True], "c")).tolist() == ["True"]


def test_missing_rows():
    for values in ([1.0, None], ["a", None]):
        assert missing_rows(as_column(values, "c")).tolist() == [False, True]
    assert missing_rows(as_column([1, 2], "c")).tolist() == [False, False]
