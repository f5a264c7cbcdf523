"""Columns are of four kinds; a table is the same from either data frame library."""

from __future__ import annotations

import datetime
import decimal
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from separatrix.data import Table, split_target, table_from_frame
from separatrix.data.column import as_numbers, as_text, missing_rows
from separatrix.data.column_values import as_column
from separatrix.data.frames import frame_from_table
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
        ([pd.NA, True], np.float64, [NAN, 1]),
        ([2, pd.NA, None], np.float64, [2, NAN, NAN]),
        (["a", pd.NA, pd.NaT], object, ["a", None, None]),
        ([datetime.date(2020, 2, 29), pd.NaT, np.datetime64("NaT")], object, ["2020-02-29", None, None]),
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
def test_values_of_no_kind_raise(values, sentence):
    with pytest.raises(DataError, match=re.escape(sentence)):
        as_column(values, "c")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            ["12", "13", "abc", None, "x"],
            "has text 'abc' in row 3 (first of 2) where numbers are needed; correct them or leave the cell",
        ),
        (
            ["12", "abc"],
            "has text 'abc' in row 2 where numbers are needed; correct it or leave the cell empty.",
        ),
        ([1.0, -np.inf], "has the infinite value -inf in row 2 where numbers are needed;"),
        (["1", "inf"], "has the infinite value inf in row 2 where numbers are needed;"),
    ],
)
def test_errors_for_text_and_infinity_among_numbers_name_the_row(values, sentence):
    with pytest.raises(DataError, match=re.escape(f"column 'age' {sentence}")):
        as_numbers(as_column(values, "age"), "age")


def test_text_of_numbers_becomes_numbers():
    np.testing.assert_array_equal(as_numbers(as_column(["12", None, "1e3"], "c"), "c"), [12, NAN, 1000])


def test_text_of_true_and_false_alone_becomes_numbers():
    np.testing.assert_array_equal(as_numbers(as_column(["true", None, "FALSE"], "c"), "c"), [1, NAN, 0])
    with pytest.raises(DataError, match="has text 'true' in row 2"):
        as_numbers(as_column(["1", "true"], "c"), "c")


def test_equal_numbers_have_the_same_text_whatever_their_type():
    for values in ([1, 2], [1.0, 2.0], ["1", "2"]):
        assert as_text(as_column(values, "c")).tolist() == ["1", "2"]
    assert as_text(as_column([1, None, 0.1], "c")).tolist() == ["1", None, "0.1"]
    assert as_text(as_column([True], "c")).tolist() == ["True"]


def test_missing_rows():
    for values in ([1.0, None], ["a", None]):
        assert missing_rows(as_column(values, "c")).tolist() == [False, True]
    assert missing_rows(as_column([1, 2], "c")).tolist() == [False, False]


PEOPLE = Table({"age": [31, 52, 40], "sex": ["f", None, "m"], "member": [True, False, True]})


def test_columns_are_selected_by_name_and_rows_by_index():
    assert PEOPLE.n_rows == 3
    assert PEOPLE.drop("sex").column_names == ["age", "member"]
    assert PEOPLE.select(["member", "age"]).column_names == ["member", "age"]
    assert PEOPLE.take([2, 0]).columns["sex"].tolist() == ["m", "f"]
    assert Table({}).n_rows == 0


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (
            lambda: PEOPLE.drop("ages"),
            "there is no column 'ages'; the columns are: age, sex, member. Did you mean",
        ),
        (
            lambda: PEOPLE.select(["age", "height"]),
            "there is no column 'height'; the columns are: age, sex, member.",
        ),
        (
            lambda: Table({"a": [1], "b": [1, 2]}),
            "all columns must be of one length: 'a' has 1 rows, 'b' has 2.",
        ),
        (
            lambda: split_target(PEOPLE, "sex"),
            "the target column 'sex' is empty in 1 of 3 rows (first: row 2); fill",
        ),
        (lambda: split_target(PEOPLE, "Sex"), "Did you mean 'sex'?"),
        (
            lambda: table_from_frame([1]),
            "a table must be a Polars or pandas DataFrame or a pyarrow Table, got list.",
        ),
        (
            lambda: table_from_frame(pd.DataFrame([[1, 2]], columns=["a", "a"])),
            "the data frame has more than one column named 'a'; rename all but one.",
        ),
        (
            lambda: table_from_frame(pl.DataFrame({"a": [[1]]})),
            "column 'a' holds values of type List(Int64); turn them into numbers or text.",
        ),
    ],
)
def test_errors(act, sentence):
    with pytest.raises(DataError, match=re.escape(sentence)):
        act()


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([1, 2], np.int64), ([0.5, 1], np.float64), ([True, False], bool), (["a", "bc"], "<U2")],
)
def test_the_target_keeps_its_type(values, dtype):
    features, y = split_target(Table({"x": [1, 2], "y": values}), "y")
    assert features.column_names == ["x"]
    assert y.dtype == dtype
    assert y.tolist() == values


COLUMNS = {
    "int": [1, 2, 3],
    "int_gap": [1, None, 3],
    "float": [0.5, None, 2.0],
    "bool": [True, False, True],
    "bool_gap": [True, None, False],
    "text": ["a", None, "b"],
    "nothing": [None, None, None],
}


@pytest.mark.parametrize("library", [pl.DataFrame, pl.LazyFrame, pd.DataFrame])
def test_both_libraries_give_the_same_table(library):
    frame = library(COLUMNS)
    if library is pd.DataFrame:
        frame = frame.astype({"int_gap": "Int64", "bool_gap": "boolean"})
    table = table_from_frame(frame)
    kinds = {name: column.dtype.kind for name, column in table.columns.items()}
    assert kinds == {
        "int": "i", "int_gap": "f", "float": "f", "bool": "b", "bool_gap": "f", "text": "O", "nothing": "f",
    }  # fmt: skip
    for name, values in COLUMNS.items():
        expected = [None if value is None else value for value in values]
        found = [None if value != value else value for value in table.columns[name].tolist()]
        assert found == expected


@pytest.mark.parametrize("library", [pd, pl])
def test_text_of_spaces_alone_is_missing(library):
    table = table_from_frame(library.DataFrame({"*": ["a", "", None, "  ", " b"], "x": [1, 2, 3, 4, 5]}))
    assert table.columns["*"].tolist() == ["a", None, None, None, " b"]


def test_polars_special_types():
    day = datetime.date(2020, 2, 29)
    frame = pl.DataFrame(
        {
            "category": pl.Series(["x", None, "y"], dtype=pl.Categorical),
            "enum": pl.Series(["x", None, "y"], dtype=pl.Enum(["x", "y"])),
            "date": [day, None, day],
            "decimal": [decimal.Decimal("1.5"), None, decimal.Decimal("2")],
            "huge": pl.Series([2**63, None, 1], dtype=pl.UInt64),
        }
    )
    table = table_from_frame(frame)
    assert table.columns["category"].tolist() == table.columns["enum"].tolist() == ["x", None, "y"]
    assert table.columns["date"].tolist() == ["2020-02-29", None, "2020-02-29"]
    np.testing.assert_array_equal(table.columns["decimal"], [1.5, np.nan, 2])
    np.testing.assert_array_equal(table.columns["huge"], [2.0**63, np.nan, 1])
    assert table_from_frame(frame.select(pl.col("huge").fill_null(0))).columns["huge"].tolist() == [
        2.0**63,
        0,
        1,
    ]


def test_pandas_special_types():
    table = table_from_frame(
        pd.DataFrame(
            {
                0: pd.Categorical(["x", None, "y"]),
                "date": pd.to_datetime(["2020-02-29", None, "2020-03-01"]),
                "mixed": [1, "a", None],
            }
        )
    )
    assert table.columns["0"].tolist() == ["x", None, "y"]
    assert table.columns["date"].tolist() == ["2020-02-29", None, "2020-03-01"]
    assert table.columns["mixed"].tolist() == ["1", "a", None]


@pytest.mark.parametrize(
    ("categories", "text"),
    [
        ([3, None, 1], ["3", None, "1"]),
        ([3.0, None, 1.5], ["3", None, "1.5"]),
        ([True, None, False], ["True", None, "False"]),
        ([pd.Timestamp("2020-02-29"), None, pd.Timestamp("2020-03-01")], ["2020-02-29", None, "2020-03-01"]),
    ],
)
def test_categories_of_pandas_are_text_whatever_their_type(categories, text):
    values = pd.Categorical(categories)
    for given in (values, pd.Series(values), pd.CategoricalIndex(values)):
        assert as_column(given, "c").tolist() == text
    assert table_from_frame(pd.DataFrame({"c": values})).columns["c"].tolist() == text


def test_names_that_are_numbers_are_those_of_their_text():
    table = Table({0: [1, 2], 3: [0, 1]})
    assert table.column_names == ["0", "3"]
    features, y = split_target(table, 3)
    assert (features.column_names, y.tolist()) == (["0"], [0, 1])
    with pytest.raises(DataError, match="the table has more than one column named '3'; rename all but one"):
        Table({3: [1], "3": [2]})


def test_a_table_becomes_a_frame_and_comes_back():
    table = Table({**PEOPLE.columns, "size": [1.5, None, 2.0], "town": [None, None, "Ulm"]})
    frame = frame_from_table(table)
    assert frame.schema["sex"] == frame.schema["town"] == pl.String
    for rows in ([0, 1, 2], [1, 0]):  # of some rows a text column may have no value
        back = table_from_frame(frame[rows])
        for name, column in table.take(rows).columns.items():
            np.testing.assert_array_equal(back.columns[name], column)
            assert back.columns[name].dtype == column.dtype


def test_missing_values_of_pandas_beside_truth_values() -> None:
    table = Table({"a": [pd.NA, True], "b": [pd.NaT, False], "c": [pd.NA, 1]})
    assert table.truths == ("a", "b")
    assert [np.isnan(table[name]).tolist() for name in "abc"] == [[True, False]] * 3


@pytest.mark.parametrize(
    ("cells", "is_class"),
    [
        (["yes", None, "no"], True),
        ([1.0, np.nan, 0.0], True),
        ([67.5, np.nan, 91.0], False),
        ([*map(float, range(30)), np.nan], False),
    ],
)
def test_rows_without_a_target_may_be_a_class_where_it_has_classes(cells: list[Any], is_class: bool) -> None:
    table = Table({"x": np.arange(float(len(cells))), "y": cells})
    with pytest.raises(DataError, match="is empty in 1 of") as error:
        split_target(table, "y")
    assert ("'class' makes them a class" in str(error.value)) == is_class
    assert str(error.value).endswith("(cells such as NA and None are empty, too).")
