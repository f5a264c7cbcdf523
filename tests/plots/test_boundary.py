from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import DecisionBoundaryDisplay, Model, Network
from separatrix.errors import DataError, ParameterError
from separatrix.plots.palette import class_colors

pytestmark = pytest.mark.slow

X = np.random.RandomState(0).randn(40, 2)
SIDE = np.where(X[:, 0] > 0, "right", "left")
MODEL = Model(Network.mlp(2, (), 1), [4.0, 0.0, 0.0], classes=["left", "right"])
THREE = Model(Network.mlp(2, (), 3, head="multiclass"), [3.0, 0, 0, 0, 3, 0, 0, 0, 0])


def texts(artist: Any) -> list[str]:
    return [text.get_text() for text in artist.get_texts()]


def overlap(figure: Any) -> list[tuple[str, str]]:
    """Return the texts that touch each other, or stick out of the figure."""
    figure.canvas.draw()
    beyond = {  # labels of ticks that are not drawn
        label
        for ax in figure.axes
        for k, labels, (low, high) in (
            (0, ax.get_xticklabels(), ax.get_xlim()),
            (1, ax.get_yticklabels(), ax.get_ylim()),
        )
        for label in labels
        if not low <= label.get_position()[k] <= high
    }
    texts = set(figure.findobj(plt.Text)) - beyond
    shown = [t for t in texts if t.get_visible() and t.get_text().strip()]
    boxes = [(t.get_text(), t.get_window_extent()) for t in shown]
    frame = figure.bbox.padded(1)
    outside = [
        (name, "the edge")
        for name, box in boxes
        if not (frame.contains(*box.min) and frame.contains(*box.max))
    ]
    return outside + [
        (one, other)
        for i, (one, a) in enumerate(boxes)
        for other, b in boxes[:i]
        if a.overlaps(b) and a.width and b.width
    ]


def test_the_display_holds_the_probabilities_the_line_and_the_points() -> None:
    display = DecisionBoundaryDisplay.from_estimator(MODEL, X, SIDE, grid_resolution=50)
    assert_allclose(display.image_.get_array(), display.grid.probability)
    assert display.image_.get_clim() == (0, 1)
    (line,) = display.lines_
    assert_allclose(line.get_paths()[0].vertices[:, 0], 0, atol=1e-3)
    left, right = display.points_
    assert_allclose(left.get_offsets(), X[SIDE == "left"])
    assert to_hex(right.get_facecolors()[0]) == class_colors(2)[1].lower()
    assert display.legend_ is not None
    assert texts(display.legend_) == ["left", "right"]
    assert [ax.get_ylabel() for ax in display.figure_.axes] == ["x2", "P(right)"]
    assert display.ax_.get_xlabel() == "x1"


def test_several_classes_have_a_tint_each_and_a_line_between_each_two() -> None:
    display = DecisionBoundaryDisplay.from_estimator(THREE, X, [0, 1, 2, 0] * 10, grid_resolution=30)
    assert display.image_.get_array().shape == (30, 30, 3)
    assert len(display.lines_) == 2
    assert len(display.points_) == 3
    assert len(display.figure_.axes) == 1  # no scale to explain


@pytest.mark.parametrize("library", [pd, pl])
def test_frames_give_their_columns_names(library: Any) -> None:
    frame = library.DataFrame({"age": X[:, 0], "dose": X[:, 1], "weight": X[:, 1]})
    model = Model(Network.mlp(3, (), 1), [1.0, 2, 0, 0], feature_names=frame.columns)
    display = DecisionBoundaryDisplay.from_estimator(
        model, frame, features=("dose", "age"), grid_resolution=5
    )
    assert display.ax_.get_xlabel() == "dose\nthe other 1 column at the median"
    assert display.ax_.get_ylabel() == "age"


def test_points_without_a_class_are_grey() -> None:
    display = DecisionBoundaryDisplay.from_estimator(MODEL, X, grid_resolution=5)
    (points,) = display.points_
    assert len(points.get_offsets()) == 40
    assert display.legend_ is None


def test_it_draws_in_given_axes_and_passes_keywords_on() -> None:
    figure, (first, second) = plt.subplots(1, 2)
    style = dict(plt.rcParams)
    display = DecisionBoundaryDisplay.from_estimator(
        MODEL,
        X,
        SIDE,
        ax=second,
        grid_resolution=5,
        colorbar=False,
        image_kw={"alpha": 0.5},
        line_kw={"colors": "red", "linestyles": "dashed"},
        point_kw={"s": 9, "zorder": 7},
    )
    assert display.ax_ is second
    assert display.figure_ is figure
    assert len(figure.axes) == 2
    assert not first.has_data()
    assert display.image_.get_alpha() == 0.5
    assert to_hex(display.lines_[0].get_edgecolor()[0]) == "#ff0000"
    assert display.points_[0].get_sizes() == [9]
    assert display.points_[0].get_zorder() == 7
    assert display.legend_ is second.get_legend()
    assert dict(plt.rcParams) == style
    assert plt.fignum_exists(figure.number)


def test_a_classifier_that_sees_one_class_everywhere_has_no_line() -> None:
    sure = Model(Network.mlp(2, (), 1), [0.0, 0.0, 9.0])
    assert DecisionBoundaryDisplay.from_estimator(sure, X, grid_resolution=5).lines_ == []


def test_classifiers_are_drawn_side_by_side_on_one_scale() -> None:
    logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, SIDE)
    displays = DecisionBoundaryDisplay.compare(
        {"a line": MODEL, "another": logistic}, X, SIDE, grid_resolution=10
    )
    first, second = displays
    assert first.figure_ is second.figure_
    assert [display.ax_.get_title() for display in displays] == ["a line", "another"]
    assert first.ax_.get_xlim() == second.ax_.get_xlim()
    assert first.image_.get_clim() == second.image_.get_clim() == (0, 1)
    assert len(first.figure_.axes) == 3  # one colour bar
    assert first.legend_ is second.legend_


def test_without_titles_classifiers_have_the_names_of_their_classes() -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, SIDE)
    displays = DecisionBoundaryDisplay.compare([MODEL, pipeline, MODEL, MODEL], X, grid_resolution=4)
    assert [display.ax_.get_title() for display in displays] == [
        "Model",
        "LogisticRegression",
        "Model",
        "Model",
    ]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ParameterError, match="one or more classifiers, got none"):
        DecisionBoundaryDisplay.compare([], X)
    with pytest.raises(ParameterError, match=r"have the classes \['left', 'right'\], got \[0, 1, 2\] of 'b'"):
        DecisionBoundaryDisplay.compare({"a": MODEL, "b": THREE}, X, grid_resolution=4)


def test_wrong_classes_and_rows_are_refused() -> None:
    with pytest.raises(DataError, match="'up' in row 1, which is none of the classes: left, right"):
        DecisionBoundaryDisplay.from_estimator(MODEL, X, np.repeat("up", 40))
    with pytest.raises(DataError, match="same rows, got 40 and 3"):
        DecisionBoundaryDisplay.from_estimator(MODEL, X, ["left"] * 3)


LONG = "annual household income after tax and transfers, thousands of euros, wave"


@pytest.mark.parametrize("kind", ["alone", "side by side"])
def test_long_names_do_not_overlap(kind: str) -> None:
    names = [f"{LONG} {number}" for number in range(2)]
    frame = pd.DataFrame(X, columns=names)
    classes = ["pays back in full and on time, as agreed", "will default on the loan within twelve months"]
    model = Model(Network.mlp(2, (), 1), [4.0, 1.0, 0.0], classes=classes, feature_names=names)
    y = np.array(classes)[(X[:, 0] > 0).astype(int)]
    if kind == "alone":
        figure = DecisionBoundaryDisplay.from_estimator(model, frame, y).figure_
    else:
        title = "a network with a long title that does not fit on one line"
        figure = DecisionBoundaryDisplay.compare({title: model, "b": model}, frame, y)[0].figure_
    assert overlap(figure) == []


def test_a_given_grid_is_drawn() -> None:
    u, v = np.linspace(-1, 2, 30), np.linspace(0, 1, 20)
    response = 1 / (1 + np.exp(-np.add.outer(v, u)))
    points, y = np.array([[0.0, 0.5], [1.0, 0.2]]), ["no", "yes"]
    display = DecisionBoundaryDisplay.from_predictions(u, v, response, points, y, classes=["no", "yes"])
    np.testing.assert_array_equal(display.image_.get_array(), response)
    assert len(display.lines_) == 1
    assert [len(drawn.get_offsets()) for drawn in display.points_] == [1, 1]
    bare = DecisionBoundaryDisplay.from_predictions(u, v, response, ax=display.ax_, colorbar=False)
    assert bare.legend_ is None


@pytest.mark.parametrize("scale", [(1.0, 1.0), (1.9, 1.0), (1.0, 1.9), (9.0, 1.0)])
def test_the_colour_bar_is_as_high_as_the_axes(scale: tuple[float, float]) -> None:
    _, axes = plt.subplots(1, 2, figsize=(9, 3))
    drawn = [
        DecisionBoundaryDisplay.from_estimator(MODEL, X * scale, grid_resolution=10),
        DecisionBoundaryDisplay.from_estimator(MODEL, X * scale, grid_resolution=10, ax=axes[0]),
        *DecisionBoundaryDisplay.compare([MODEL, MODEL], X * scale, grid_resolution=10),
    ]
    for display in drawn:
        display.figure_.canvas.draw()
        (bar,) = [ax for ax in display.figure_.axes if ax.get_ylabel() == "P(right)"]
        box, beside = bar.get_window_extent(), display.ax_.get_window_extent()
        assert_allclose([box.y0, box.y1], [beside.y0, beside.y1], atol=0.6)


WIDE_ROWS = np.random.RandomState(0).randn(60, 5)
WIDE = Model(Network.mlp(5, (), 1), [2.0, -1.0, 1.0, 0.5, -2.0, 0.3], classes=["no", "yes"])
TRUTH = np.where(WIDE.predict(WIDE_ROWS) == "yes", "no", WIDE.predict(WIDE_ROWS))  # wrong where it says yes


@pytest.mark.parametrize("where", [{"plane": "pca"}, {"features": (0, 1)}])
def test_rings_are_around_the_rows_that_the_classifier_gets_wrong_on_any_plane(where: Any) -> None:
    display = DecisionBoundaryDisplay.from_estimator(WIDE, WIDE_ROWS, TRUTH, grid_resolution=20, **where)
    is_wrong = WIDE.predict(WIDE_ROWS) != TRUTH
    assert 0 < is_wrong.sum() < 60
    assert_allclose(display.rings_.get_offsets(), display.grid.plane.points[is_wrong])
    assert texts(display.legend_)[-1] == f"wrong: {is_wrong.sum()} of 60"
    caption = display.ax_.get_title().replace("\n", " ")
    assert caption.startswith(f"the classifier: {1 - is_wrong.mean():.1%} right")
    assert "may lie on another colour" in caption


def test_a_plane_that_holds_little_variance_says_so_and_advises_another_picture() -> None:
    display = DecisionBoundaryDisplay.from_estimator(WIDE, WIDE_ROWS, plane="pca", grid_resolution=5)
    scaled = (WIDE_ROWS - WIDE_ROWS.mean(axis=0)) / WIDE_ROWS.std(axis=0)
    variance = np.linalg.svd(scaled, compute_uv=False) ** 2
    held = variance[:2].sum() / variance.sum()
    assert display.grid.plane.variance == pytest.approx(held)
    caption = display.ax_.get_title().replace("\n", " ")
    assert caption.startswith(f"this plane holds {held:.0%} of the variance")
    assert ("Too little to judge by" in caption) == (held < 0.5)
    flat = WIDE_ROWS[:, :1] + 0.1 * WIDE_ROWS
    full = DecisionBoundaryDisplay.from_estimator(WIDE, flat, plane="pca", grid_resolution=5)
    assert "Too little" not in full.ax_.get_title()


def test_a_plane_of_all_columns_needs_no_caption_and_right_rows_no_ring() -> None:
    display = DecisionBoundaryDisplay.from_estimator(MODEL, X, SIDE, grid_resolution=5)
    assert display.ax_.get_title() == ""
    assert len(display.rings_.get_offsets()) == 0
    assert texts(display.legend_) == ["left", "right"]


def test_the_boundary_is_where_the_answer_changes() -> None:
    shifted = MODEL.with_threshold(0.9)
    display = DecisionBoundaryDisplay.from_estimator(shifted, X, SIDE, grid_resolution=80)
    (line,) = display.lines_
    at = line.get_paths()[0].vertices[:, 0].mean()
    assert at == pytest.approx(np.log(9) / 4, abs=0.02)
    assert set(shifted.predict([[at - 0.1, 0.0], [at + 0.1, 0.0]])) == {"left", "right"}
    colors = display.image_.cmap(display.image_.norm([0.85, 0.95]))
    assert colors[0, 2] > colors[0, 0]  # blue below the threshold
    assert colors[1, 2] < colors[1, 0]
    is_wrong = shifted.predict(X) != SIDE
    assert_allclose(display.rings_.get_offsets(), X[is_wrong])


def test_a_panel_without_a_boundary_names_its_class() -> None:
    sure = Model(Network.mlp(2, (), 1), [0.0, 0.0, 9.0], classes=["blue", "red"])
    display = DecisionBoundaryDisplay.from_estimator(sure, X, grid_resolution=5)
    assert display.everywhere_.get_text() == "red everywhere"
    assert DecisionBoundaryDisplay.from_estimator(MODEL, X).everywhere_.get_text() == ""


def test_given_predictions_have_rings() -> None:
    display = DecisionBoundaryDisplay.from_predictions(
        [0.0, 1.0], [0.0, 1.0], np.full((2, 2), 0.3), [[0.2, 0.5], [0.6, 0.1]], [0, 1], y_pred=[0, 0]
    )
    assert display.rings_.get_offsets().tolist() == [[0.6, 0.1]]


def test_compared_classifiers_share_a_legend_with_one_ring() -> None:
    worse = Model(Network.mlp(2, (), 1), [4.0, 4.0, 0.0], classes=["left", "right"])
    displays = DecisionBoundaryDisplay.compare({"a": MODEL, "b": worse}, X, SIDE, grid_resolution=10)
    assert texts(displays[0].legend_) == ["left", "right", "wrong"]
    assert len(displays[1].rings_.get_offsets()) == (worse.predict(X) != SIDE).sum()
