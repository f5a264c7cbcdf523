from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import separatrix as sx
from separatrix.errors import ParameterError
from separatrix.estimators import targets
from separatrix.estimators.targets import Targets


@pytest.mark.parametrize(
    ("n_classes", "loss", "multilabel", "expected"),
    [
        (1, "log_loss", False, ("binary", 1)),
        (2, "log_loss", False, ("binary", 1)),
        (3, "log_loss", False, ("multiclass", 3)),
        (3, "log_loss", True, ("multilabel", 3)),
        (2, "squared_error", False, ("quadratic", 1)),
        (3, "squared_error", False, ("quadratic", 3)),
    ],
)
def test_the_head_depends_on_classes_and_loss(
    n_classes: int, loss: str, multilabel: bool, expected: tuple[str, int]
) -> None:
    assert targets.head_and_outputs(loss, np.arange(n_classes), multilabel) == expected


@pytest.mark.parametrize(
    ("head", "n_out", "n_columns"), [("binary", 1, 1), ("multiclass", 3, 1), ("quadratic", 3, 3)]
)
def test_labels_are_encoded_and_decoded(head: str, n_out: int, n_columns: int) -> None:
    classes = np.array(["a", "b", "c"])[: max(n_out, 2)]
    y = classes[[1, 0, -1, 0]]
    labels = Targets(head, n_out, classes)
    T = labels.encode(y, np.float32)
    assert T.shape == (4, n_columns)
    assert T.dtype == np.float32
    assert T.flags.c_contiguous
    assert labels.decode(T).tolist() == y.tolist()


def test_indicators_are_their_own_encoding() -> None:
    labels = Targets("multilabel", 3, np.arange(3))
    y = np.array([[1, 0, 1], [0, 0, 0]])
    T = labels.encode(y, np.float64)
    assert T.tolist() == y.tolist()
    assert labels.decode(T).tolist() == y.tolist()


@pytest.mark.parametrize("weight", [-1, np.nan, np.inf, "5", None])
def test_a_class_weight_is_0_or_more(weight: Any) -> None:
    message = rf"class_weight of class 'b' must be a number in \[0, infinity\), got {weight!r}"
    for weights in ({"a": 1, "b": weight}, [{"a": 1}, {"b": weight}]):
        with pytest.raises(ParameterError, match=message):
            targets.check_class_weight(weights, np.array(["a", "b"]))


def test_a_class_must_have_a_weight_above_0() -> None:
    with pytest.raises(ParameterError, match=r"class_weight must be above 0 .*, got \{0: 0, 1: 0.0\}"):
        targets.check_class_weight({0: 0, 1: 0.0}, np.array([0, 1]))
    targets.check_class_weight({0: 0}, np.array([0, 1]))  # the other class weighs 1


@pytest.mark.parametrize(
    "estimator",
    [
        sx.MLPClassifier((), solver="lbfgs", alpha=1.0),
        sx.TabularClassifier("fast", cv=2, time_limit=0.1, random_state=0),
    ],
    ids=["network", "ensemble"],
)
def test_spellings_of_a_class_are_said_once(estimator: Any) -> None:
    y = np.array(["JA ", "Ja", "Nein", "ja", "nein "] * 12)
    X = np.arange(60.0).reshape(-1, 1) / 60
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(X, y)
    said = [each for each in caught if "differ in case or spaces alone" in str(each.message)]
    assert len(said) == 1
    assert issubclass(said[0].category, UserWarning)
    assert "'JA ' and 'Ja' and 'ja' (and 1 more such class)" in str(said[0].message)
    assert "fit_table reads them as one" in str(said[0].message)
    assert said[0].filename == __file__
    assert len(estimator.classes_) == 5
