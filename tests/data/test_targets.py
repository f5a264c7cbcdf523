from __future__ import annotations

import numpy as np
import pytest

from separatrix.data.tasks import class_target, infer_task, known_labels, number_target
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
        (list(range(20)) * 2, "classification"),
        (list(range(21)) * 10, "regression"),
        ([0.5, 1.0], "regression"),
        ([1.0, np.inf], "regression"),
    ],
)
def test_what_a_target_asks_for(y, task):
    assert infer_task(np.array(y))[0] == task


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


def test_numbers_that_never_change():
    with pytest.raises(DataError, match="column 'y' is 2 in every row"):
        number_target(np.array([2, 2]), "y")


def test_text_is_no_number():
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
def test_labels_that_a_file_gave_another_type(y, classes):
    labels = known_labels(np.array(y), np.array(classes), "y")
    assert labels.dtype == np.array(classes).dtype
    assert [str(label) for label in labels.tolist()] == [str(value).removesuffix(".0") for value in y]


def test_a_label_that_is_not_known():
    with pytest.raises(
        DataError, match="column 'y' has 'c' in row 2, which is none of the classes trained on: a, b"
    ):
        known_labels(np.array(["a", "c"]), np.array(["a", "b"]), "y")
