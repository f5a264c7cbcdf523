"""Labels: codes of classes and back, weights, and one sentence for a label that is none of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.utils.class_weight import compute_class_weight

from separatrix.data.column_values import as_column
from separatrix.data.labels import Labels, plain_labels
from separatrix.errors import DataError, ParameterError

KINDS = {
    "text": ["ant", "bee", "cat"],
    "whole": [-1, 3, 2**40],
    "truth": [False, True],
    "fraction": [0.5, 1.0, 2.5],
    "unsorted": [2, 0, 1],
    "objects": np.array(["b", 1, None], dtype=object),
}


@pytest.mark.parametrize("classes", KINDS.values(), ids=KINDS)
def test_codes_and_back(classes):
    labels = Labels(classes)
    rows = np.arange(10) % len(labels)
    y = labels.decode(rows)
    np.testing.assert_array_equal(labels.encode(y), rows)
    np.testing.assert_array_equal(labels.encode(y.tolist()), rows)
    np.testing.assert_array_equal(labels.decode(rows.reshape(5, 2)).ravel(), y)


@pytest.mark.parametrize(
    ("classes", "y"),
    [([0, 1], ["0", "1"]), (["0", "1"], [0, 1]), ([1, 2], [1.5, 1]), ([1, 2], [np.nan, 1]), ([1, 2], [9, 0])],
)
def test_values_of_another_type_raise(classes, y):
    with pytest.raises(DataError, match=r"y_true has .* in row 1, which is none of the classes: . ?"):
        Labels(classes).encode(y, "y_true")


def test_values_and_columns_raise_the_same_sentence():
    rule = r"has 'c' in row 2, which is none of the classes: a, b; correct or remove such rows, or train "
    rule += r"with them\.$"
    with pytest.raises(DataError, match="^y " + rule):
        Labels(["a", "b"]).encode(["a", "c", "d"])
    with pytest.raises(DataError, match="^the target column 'pet' " + rule):
        Labels(["a", "b"]).encode_column(as_column(["a", "c", "d"], "pet"), "pet")


def test_one_label_for_each_row():
    with pytest.raises(DataError, match=r"y must have one label for each row, got shape \(2, 1\)"):
        Labels([0, 1]).encode([[0], [1]])


@pytest.mark.parametrize(
    ("classes", "column"),
    [
        ([1, 2], ["2", "1"]),
        ([1, 2], ["2.0", "1"]),
        ([1, 2], [2.0, 1.0]),
        ([0.5, 2.0], ["2", "0.5"]),
        (["1", "2"], [2, 1]),
        (["0.5", "2"], [2.0, 0.5]),
        ([False, True], ["True", "False"]),
        (["False", "True"], [True, False]),
    ],
)
def test_a_file_may_give_classes_another_type(classes, column):
    assert Labels(classes).encode_column(as_column(column, "y"), "y").tolist() == [1, 0]


def test_an_empty_cell_raises():
    with pytest.raises(DataError, match=r"the target column 'y' is empty in 1 of 2 rows \(first: row 2\)"):
        Labels(["a"]).encode_column(as_column(["a", None], "y"), "y")


@pytest.mark.parametrize("class_weight", ["balanced", {"yes": 5.0}, {"no": 0, "yes": 2}])
def test_weights_are_those_of_scikit_learn(class_weight):
    y = np.array(["no"] * 30 + ["yes"] * 10)
    expected = compute_class_weight(class_weight, classes=np.array(["no", "yes"]), y=y)
    np.testing.assert_array_equal(Labels(["no", "yes"]).weights(class_weight, [30, 10]), expected)


def test_weights_may_name_labels_by_their_text():
    assert Labels([0, 1]).weights({"1": 3.0}, [1, 1]).tolist() == [1.0, 3.0]
    assert Labels([0, 1]).weights(None, [1, 1]) is None


@pytest.mark.parametrize(
    ("class_weight", "sentence"),
    [
        ("balancd", r"class_weight must be one of 'balanced', got 'balancd'\. Did you mean 'balanced'\?"),
        (5, r"class_weight must be 'balanced' or a dict, got 5\."),
        ({"ye": 1}, r"class_weight must name classes, which are no, yes, got 'ye'\. Did you mean 'yes'\?"),
        ({"yes": -1}, r"class_weight of class 'yes' must be a number in \[0, infinity\), got -1\."),
        ({"no": 0, "yes": 0.0}, r"class_weight must be above 0 for at least one class, got \{'no': 0, "),
    ],
)
def test_invalid_weights_raise(class_weight, sentence):
    with pytest.raises(ParameterError, match=sentence):
        Labels(["no", "yes"]).weights(class_weight, [1, 1])


def test_the_order_of_the_classes_is_kept_and_any_sequence_is_encoded():
    labels = Labels(np.array(["b", "a"]))
    assert labels.encode(pd.Series(["a", "b", "b"])).tolist() == [1, 0, 0]
    with pytest.raises(DataError, match="y has 'c' in row 2, which is none of the classes: b, a"):
        labels.encode(["a", "c"])


BIG = [1577134800018164904, 1577134800018164905]
TIMES = np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]")
GIVEN = {
    "nullable whole": (pd.Series([2, 1], dtype="Int64"), np.array([2, 1])),
    "nullable unsigned": (pd.Series([200, 1], dtype="UInt8"), np.array([200, 1], np.uint8)),
    "nullable truth": (pd.array([True, False], dtype="boolean"), np.array([True, False])),
    "nullable identifiers": (pd.Series(BIG, dtype="Int64"), np.array(BIG)),
    "pyarrow in pandas": (pd.Series(BIG, dtype="int64[pyarrow]"), np.array(BIG)),
    "pyarrow truth": (pd.Series([True, False], dtype="bool[pyarrow]"), np.array([True, False])),
    "pyarrow": (pa.array(BIG), np.array(BIG)),
    "polars": (pl.Series(BIG), np.array(BIG)),
    "categories of numbers": (pd.Series(pd.Categorical([7, 3])), np.array([7, 3])),
    "objects": (np.array([3, 1], dtype=object), np.array([3, 1])),
    "unsigned": (np.array([2**64 - 1, 2**64 - 3], np.uint64),) * 2,
    "dates": (TIMES,) * 2,
    "text": (pd.Series([" a", "B"], dtype="string"), np.array([" a", "B"], dtype=object)),
    "masked, no cell is": (np.ma.array([2, 1]), np.array([2, 1])),
    "list": ([2, 1], np.array([2, 1])),
}


@pytest.mark.parametrize(("y", "labels"), GIVEN.values(), ids=GIVEN)
def test_labels_of_other_libraries_keep_their_type(y, labels):
    plain = np.asarray(plain_labels(y))
    assert plain.dtype == labels.dtype
    assert plain.tolist() == labels.tolist()


def test_a_frame_of_nullable_labels_keeps_its_columns():
    plain = plain_labels(pd.DataFrame({"y": pd.Series(BIG, dtype="Int64")}))
    assert plain["y"].dtype == np.int64


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (np.ma.array([1, 2], mask=[False, True]), "y has masked cells"),
        (np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"), r"y has a time that is not given \(NaT\)"),
        (pd.Series([1, None], dtype="Int64"), "y has no label in row 2"),
        (pd.Series([True, None], dtype="boolean"), "y has no label in row 2"),
        (np.array(["a", None], dtype=object), "y has no label in row 2"),
        (np.array(["a", np.nan], dtype=object), "y has no label in row 2"),
        (pd.Series(["a", pd.NA], dtype="string"), "y has no label in row 2"),
        (["a", 1], r"labels of several types, such as 1 \(int\) and 'a' \(str\)"),
        (np.array([True, 2], dtype=object), r"labels of several types, such as True \(bool\) and 2 \(int\)"),
        ([Decimal("1.1"), Decimal("2.2")], "labels of type Decimal, .* convert them to text"),
        ([dt.date(2020, 1, 1)], "labels of type date, "),
        (np.array([2**64, 1], dtype=object), "labels of type int, which are not .* of up to 64 bits"),
        (pd.Series(pd.PeriodIndex(["2020-01"], freq="M")), "labels of type Period, "),
    ],
)
def test_labels_that_cannot_be_classes_are_refused(y, sentence):
    with pytest.raises(DataError, match=sentence):
        plain_labels(y)
