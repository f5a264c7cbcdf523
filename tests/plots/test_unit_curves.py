from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from separatrix import Model, Network, UnitCurvesDisplay
from separatrix.errors import DataError, ParameterError

X = np.linspace(-1, 1, 12)[:, np.newaxis]
NETWORK = Network.mlp(1, (8,), 1, activation="tanh")
MODEL = Model(NETWORK, np.random.RandomState(0).randn(NETWORK.n_parameters), classes=["no", "yes"])
Y = np.where(X[:, 0] > 0, "yes", "no")


def test_the_thick_line_is_the_sum_of_the_lines_of_the_units_and_the_bias() -> None:
    display = UnitCurvesDisplay.from_estimator(MODEL, X, Y)
    added = np.sum([line.get_ydata() for line in display.contribution_lines_], axis=0)
    assert_allclose(display.sum_line_.get_ydata(), added + MODEL.intercepts[1][0])
    answer = 1 / (1 + np.exp(-display.sum_line_.get_ydata()))
    assert_allclose(display.output_line_.get_ydata(), answer)
    for values, contribution, w in zip(
        display.value_lines_, display.contribution_lines_, MODEL.coefs[1][:, 0], strict=True
    ):
        assert_allclose(contribution.get_ydata(), w * values.get_ydata())


def test_the_units_that_add_the_widest_curves_are_in_the_legend() -> None:
    display = UnitCurvesDisplay.from_estimator(MODEL, X, max_units=3)
    widths = [np.ptp(line.get_ydata()) for line in display.contribution_lines_]
    widest = np.argsort(widths)[::-1][:3]
    shown = [text.get_text() for text in display.axes_[1].get_legend().get_texts()]
    assert shown[1:] == [f"unit {unit + 1}" for unit in widest]


def test_the_points_are_at_the_probability_that_their_class_should_have() -> None:
    display = UnitCurvesDisplay.from_estimator(MODEL, X, Y)
    assert_array_equal(display.points_[0].get_offsets()[:, 1], 0.0)
    assert_array_equal(display.points_[1].get_offsets()[:, 1], 1.0)


def test_of_three_classes_the_points_of_the_shown_one_are_above() -> None:
    network = Network.mlp(1, (2,), 3, head="multiclass")
    model = Model(network, np.ones(network.n_parameters), classes=["a", "b", "c"])
    display = UnitCurvesDisplay.from_estimator(model, X, np.array(list("abc") * 4), output=1)
    assert [float(points.get_offsets()[0, 1]) for points in display.points_] == [0.0, 1.0, 0.0]


def test_numbers_are_heights() -> None:
    network = Network.mlp(1, (2,), 1, head="regression")
    model = Model(network, np.ones(network.n_parameters), target_name="price")
    display = UnitCurvesDisplay.from_estimator(model, X, 3 * X[:, 0])
    assert_allclose(display.points_[0].get_offsets(), np.column_stack([X[:, 0], 3 * X[:, 0]]))
    assert display.axes_[2].get_ylabel() == "price"


def test_wrong_rows_and_axes() -> None:
    with pytest.raises(DataError, match="same rows, got 12 and 11"):
        UnitCurvesDisplay.from_estimator(MODEL, X, Y[1:])
    display = UnitCurvesDisplay.from_estimator(MODEL, X)
    with pytest.raises(ParameterError, match="axes must be three axes, got 1"):
        display.plot(display.axes_[:1])


def test_rows_that_are_predicted_wrong_have_a_ring() -> None:
    display = UnitCurvesDisplay.from_estimator(MODEL, X, np.where(MODEL.predict(X) == "yes", "no", "yes"))
    assert display.rings_ is not None
    assert_array_equal(display.rings_.get_offsets()[:, 0], X[:, 0])
    assert display.axes_[2].get_legend().get_texts()[-1].get_text() == "wrong: 12 of 12"
