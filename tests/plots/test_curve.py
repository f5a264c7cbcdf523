from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from separatrix import FunctionFitDisplay, MLPClassifier, Model, Network
from separatrix.errors import DataError

X = np.linspace(-3, 3, 30)[:, np.newaxis]
LINE = Model(Network.mlp(1, (), 1, head="regression"), [2.0, 1.0])
STEP = Model(Network.mlp(1, (), 1), [3.0, 0.0], classes=["low", "high"])


@pytest.fixture(scope="module")
def recorded() -> MLPClassifier:
    classifier = MLPClassifier(
        (4,), max_iter=9, n_iter_no_change=np.inf, record=3, random_state=0, engine="numpy"
    )
    with pytest.warns(UserWarning, match="limit"):
        return classifier.fit(X, X[:, 0] > 0)


def test_the_curve_is_drawn_over_the_points() -> None:
    y = pd.Series(2 * X[:, 0], name="price")
    display = FunctionFitDisplay.from_estimator(LINE, X, y)
    (line,) = display.lines_
    assert_allclose(line.get_ydata(), 2 * line.get_xdata() + 1)
    (points,) = display.points_
    assert_allclose(points.get_offsets(), np.column_stack([X[:, 0], y]))
    assert display.ax_.get_ylabel() == "price"
    assert [text.get_text() for text in display.legend_.get_texts()] == ["prediction", "rows"]


def test_points_of_classes_are_at_the_probability_that_they_should_have() -> None:
    y = np.where(X[:, 0] > 0, "high", "low")
    display = FunctionFitDisplay.from_estimator(STEP, X, y)
    low, high = display.points_
    assert set(low.get_offsets()[:, 1]) == {0}
    assert set(high.get_offsets()[:, 1]) == {1}
    assert display.ax_.get_ylabel() == "P(high)"
    assert display.legend_ is not None


def test_every_epoch_has_its_line_and_label(recorded: MLPClassifier) -> None:
    display = FunctionFitDisplay.from_estimator(recorded, X, X[:, 0] > 0, epochs=4)
    assert [line.get_label() for line in display.lines_] == ["untrained", "epoch 3", "epoch 6", "epoch 9"]
    assert len({str(line.get_color()) for line in display.lines_}) == 4
    assert display.legend_ is not None
    display.figure_.canvas.draw()
    boxes = [text.get_window_extent() for text in display.legend_.get_texts()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_each_of_many_classes_has_a_curve() -> None:
    model = Model(Network.mlp(1, (), 3, head="multiclass"), [-1.0, 0, 1, 0, 0, 0])
    display = FunctionFitDisplay.from_estimator(model, X)
    assert len(display.lines_) == 3
    assert_allclose(sum(line.get_ydata() for line in display.lines_), 1)
    assert display.points_ == []


def test_it_draws_in_given_axes_and_passes_keywords_on() -> None:
    figure, ax = plt.subplots()
    display = FunctionFitDisplay.from_estimator(
        STEP, X, ["low", "high"] * 15, ax=ax, line_kw={"linestyle": ":"}, point_kw={"s": 3}, legend=False
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.lines_[0].get_linestyle() == ":"
    assert display.points_[0].get_sizes() == [3]
    assert ax.get_legend() is None


def test_wrong_rows_are_refused() -> None:
    with pytest.raises(DataError, match="same rows"):
        FunctionFitDisplay.from_estimator(LINE, X, [1.0, 2.0])
    with pytest.raises(DataError, match="none of the classes"):
        FunctionFitDisplay.from_estimator(STEP, X, ["middle"] * 30)


def test_the_label_says_which_epoch_was_asked_if_another_was_recorded(recorded: MLPClassifier) -> None:
    display = FunctionFitDisplay.from_estimator(recorded, X, X[:, 0] > 0, epochs=(0, 4, 9))
    assert [line.get_label() for line in display.lines_] == ["untrained", "epoch 3 (4 asked)", "epoch 9"]


def test_the_numbers_have_the_name_of_the_target() -> None:
    named = Model(Network.mlp(1, (), 1, head="regression"), [2.0, 1.0], target_name="price")
    assert FunctionFitDisplay.from_estimator(named, X, X[:, 0]).ax_.get_ylabel() == "price"
    assert FunctionFitDisplay.from_estimator(LINE, X, X[:, 0]).ax_.get_ylabel() == "prediction"


def test_rows_that_are_predicted_wrong_have_a_ring(recorded: MLPClassifier) -> None:
    y = np.where(X[:, 0] > 1, "high", "low")
    display = FunctionFitDisplay.from_estimator(STEP, X, y)
    assert display.rings_ is not None
    assert display.legend_ is not None
    is_wrong = (X[:, 0] > 0) & (X[:, 0] <= 1)
    assert_allclose(display.rings_.get_offsets()[:, 0], X[is_wrong, 0])
    assert display.legend_.get_texts()[-1].get_text() == f"wrong: {is_wrong.sum()} of {len(X)}"
    assert FunctionFitDisplay.from_estimator(recorded, X, X[:, 0] > 1, epochs=2).rings_ is None
