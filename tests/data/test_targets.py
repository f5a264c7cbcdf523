from __future__ import annotations

import numpy as np
import pytest

from separatrix.data.labels import Labels
from separatrix.data.statistics import TargetStatistics
from separatrix.data.streams import TableStream
from separatrix.data.table import Table
from separatrix.data.targets import class_target, infer_task, number_target
from separatrix.errors import DataError


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["a", "b"], "classification"),
        ([True, False], "classification"),
        ([0, 1], "classification"),
        ([0.0, 1.0, 0.0], "classification"),
        ([1, 2, 3] * 2, "classification"),
        ([1, 2, 3], "regression"),
        (list(range(20)) * 5, "classification"),
        (list(range(20)) * 2, "regression"),  # marks of few pupils
        (list(range(5)) * 2, "classification"),
        (list(range(21)) * 10, "regression"),
        ([0.5, 1.0], "regression"),
        ([1.0, np.inf], "regression"),
    ],
)
def test_the_task_of_a_target(y, task):
    assert infer_task(TableStream(Table({"y": y})), "y")[0] == task


def test_labels_of_each_kind():
    assert class_target(np.array(["b", "a", "a"]), "y").dtype.kind == "U"
    assert class_target(np.array([True, False]), "y").dtype == bool
    assert class_target(np.array([2.0, 1.0, 1.0]), "y").dtype == np.int64
    assert class_target(np.array([2.5, 1.0, 1.0]), "y").tolist() == ["2.5", "1", "1"]


def test_a_single_class():
    with pytest.raises(DataError, match="column 'y' is a in every row"):
        class_target(np.array(["a", "a"]), "y")


def test_an_identifier():
    with pytest.raises(DataError, match="different value in each of the 3 rows"):
        class_target(np.array(["a", "b", "c"]), "y")


def test_equal_numbers_raise():
    with pytest.raises(DataError, match="column 'y' is 2 in every row"):
        number_target(np.array([2, 2]), "y")


def test_text_among_numbers_raises():
    with pytest.raises(DataError, match="column 'y' has text 'a' in row 1"):
        number_target(np.array(["a", "b"]), "y")


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([1, 2], ["1", "2"]),
        (["1", "2"], [1, 2]),
        ([1.0, 2.0], [1, 2]),
        ([True, False], [False, True]),
        (["True", "False"], [False, True]),
        (["b", "a"], ["a", "b"]),
    ],
)
def test_labels_of_another_type(y, classes):
    labels = Labels(classes).match(np.array(y), "y")
    assert labels.dtype == np.array(classes).dtype
    assert [str(label) for label in labels.tolist()] == [str(value).removesuffix(".0") for value in y]


def test_an_unknown_label_raises():
    with pytest.raises(DataError, match="column 'y' has 'c' in row 2, which is none of the classes: a, b"):
        Labels(["a", "b"]).match(np.array(["a", "c"]), "y")


def test_too_many_labels_are_an_identifier():
    target = TargetStatistics("y", "whole", max_labels=100)
    target.add(np.repeat(np.arange(101), 2))
    with pytest.raises(DataError, match="has more than 100 different values in 202 rows: it is an id"):
        target.labels()


def test_the_reason_names_the_number_of_values_if_all_rows_were_read():
    one = TableStream(Table({"y": np.arange(500)}))
    assert infer_task(one, "y") == ("regression", "500 different whole numbers")
    assert infer_task(one.cut(256), "y") == ("regression", "more than 20 different whole numbers")
    assert infer_task(TableStream(Table({"y": [1, 2, 3] * 200})), "y")[1] == "3 different whole numbers"


@pytest.mark.parametrize(
    ("kind", "column", "sentence"),
    [
        ("number", [0.5, 1.5], "has numbers with fractions, which are no classes; use MLPRegressor"),
        ("text", ["a", "a"], "is a in every row; a classifier needs"),
        ("whole", [1, 2, 3], "a different value in each of the 3 rows: it is an identifier"),
    ],
)
def test_columns_without_classes_raise(kind, column, sentence):
    target = TargetStatistics("y", kind)
    target.add(np.array(column, dtype=object if kind == "text" else None))
    with pytest.raises(DataError, match=sentence):
        target.labels()


def test_columns_without_numbers_raise():
    with pytest.raises(DataError, match="has text where numbers are needed; use MLPClassifier"):
        TargetStatistics.of(["a", "b"], "y").numbers()
    with pytest.raises(DataError, match="'y' is 3 in every row; there is nothing to predict"):
        TargetStatistics.of([3, 3], "y").numbers()
    assert TargetStatistics.of([1, 3], "y").numbers().moments() == (2.0, 1.0)
