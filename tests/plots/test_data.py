from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from numpy.testing import assert_allclose, assert_array_equal

from separatrix import DataDisplay, DecisionBoundaryDisplay, Model, Network
from separatrix.errors import DataError, ParameterError
from separatrix.plots.palette import class_colors

X = np.random.RandomState(0).randn(30, 2)
Y = np.where(X[:, 0] > 0, "yes", "no")


def test_each_class_has_its_points_and_its_colour() -> None:
    display = DataDisplay.from_data(X, Y)
    assert_allclose(display.points_[0].get_offsets(), X[Y == "no"])
    assert_allclose(display.points_[1].get_offsets(), X[Y == "yes"])
    assert [to_hex(each.get_facecolor()[0]).upper() for each in display.points_] == class_colors(2)
    assert [text.get_text() for text in display.legend_.get_texts()] == ["no", "yes"]


def test_a_class_looks_as_in_the_boundary() -> None:
    model = Model(Network.mlp(2, (), 1), [1.0, 0.0, 0.0], classes=["no", "yes"])
    boundary = DecisionBoundaryDisplay.from_estimator(model, X, Y).points_
    data = DataDisplay.from_estimator(model, X, Y).points_
    for one, other in zip(boundary, data, strict=True):
        assert_array_equal(one.get_facecolor(), other.get_facecolor())
        assert_array_equal(one.get_offsets(), other.get_offsets())


def test_two_of_many_columns_by_name() -> None:
    frame = pd.DataFrame(np.random.RandomState(1).randn(20, 4), columns=list("abcd"))
    display = DataDisplay.from_data(frame, frame["a"] > 0, features=("b", "d"))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("b", "d")
    points = np.concatenate([each.get_offsets() for each in display.points_])
    assert_allclose(np.sort(points[:, 1]), np.sort(frame["d"]))
    with pytest.raises(ParameterError, match="features must choose two"):
        DataDisplay.from_data(frame, frame["a"] > 0)


def test_numbers_over_two_columns_are_colours() -> None:
    target = pd.Series(X[:, 1] * 2.5, name="price")
    display = DataDisplay.from_data(X, target)
    assert_allclose(display.points_[0].get_array(), target)
    assert [ax.get_ylabel() for ax in display.figure_.axes] == ["x2", "price"]


def test_one_column_is_drawn_against_its_target() -> None:
    display = DataDisplay.from_data(X[:, :1], pd.Series(X[:, 1], name="price"))
    assert_allclose(display.points_[0].get_offsets(), X)
    assert display.ax_.get_ylabel() == "price"
    display = DataDisplay.from_data(X[:, :1], Y)
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["no", "yes"]
    with pytest.raises(DataError, match="y must be given for one column"):
        DataDisplay.from_data(X[:, :1])


def test_without_a_target_the_points_are_grey() -> None:
    assert_allclose(DataDisplay.from_data(X).points_[0].get_offsets(), X)


@pytest.mark.parametrize(("n", "n_drawn"), [(20, 20), (21, 1)])
def test_few_whole_numbers_are_classes(n: int, n_drawn: int) -> None:
    rows = np.random.RandomState(2).randn(100, 2)
    assert len(DataDisplay.from_data(rows, np.arange(100) % n).points_) == n_drawn


def test_rows_and_targets_must_fit() -> None:
    with pytest.raises(DataError, match="same rows, got 30 and 29"):
        DataDisplay.from_data(X, Y[1:])
    with pytest.raises(DataError, match="same rows, got 30 and 29"):
        DataDisplay.from_data(X[:, :1], X[1:, 1])
