from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.testing import assert_allclose

from separatrix import HiddenSpaceDisplay, HiddenUnitsDisplay, Model, Network
from separatrix.errors import ParameterError
from separatrix.explain import hidden_units
from separatrix.network import PeriodicEmbedding

X = np.random.RandomState(0).randn(40, 2)
Y = (X[:, 0] > 0).astype(int)


def random_model(*sizes: int, head: str = "binary", **parts: object) -> Model:
    network = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation="tanh")
    return Model(network, np.random.RandomState(3).randn(network.n_parameters), **parts)


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_tile_shows_the_outputs_of_its_unit() -> None:
    display = HiddenUnitsDisplay.from_estimator(random_model(2, 5, 3, 1), X, grid_resolution=8)
    assert [len(images) for images in display.images_] == [5, 3, 1]
    for layer, images in zip(display.units.layers, display.images_, strict=True):
        for unit, image in enumerate(images):
            assert_allclose(image.get_array(), layer.outputs[..., unit])
            assert image.get_clim() == tuple(layer.limits[unit])


def test_layers_are_side_by_side_and_units_on_top_of_each_other() -> None:
    display = HiddenUnitsDisplay.from_estimator(random_model(2, 5, 12, 1), X, grid_resolution=4)
    first, second, (output,) = [[image.get_extent() for image in images] for images in display.images_]
    assert len({extent[0] for extent in first}) == 1
    assert len({extent[0] for extent in second}) == 3
    assert max(e[1] for e in first) < min(e[0] for e in second)
    assert max(e[1] for e in second) < output[0]
    corners = [(e[0], e[2]) for e in [*first, *second, output]]
    assert all(max(abs(a - c), abs(b - d)) > 1 for i, (a, b) in enumerate(corners) for c, d in corners[:i])


@pytest.mark.slow
def test_weights_are_lines_between_layers_of_one_column() -> None:
    display = HiddenUnitsDisplay.from_estimator(random_model(2, 4, 3, 1), X, grid_resolution=4)
    widths = [lines.get_linewidths() for lines in display.weights_]
    assert [len(width) for width in widths] == [8, 12, 3]
    assert np.argmax(widths[1]) == np.abs(display.units.layers[1].weights).argmax()
    folded = HiddenUnitsDisplay.from_estimator(random_model(2, 12, 1), X, grid_resolution=4)
    assert folded.weights_ == []


def test_long_layers_are_folded_and_say_so() -> None:
    display = HiddenUnitsDisplay.from_estimator(random_model(2, 256, 1), X, grid_resolution=4)
    assert len(display.images_[0]) == 20
    assert "… 236 more" in words(display.ax_)


def test_layers_and_axes_are_named() -> None:
    model = random_model(2, 2, 1, classes=["no", "yes"], feature_names=["age", "dose"])
    display = HiddenUnitsDisplay.from_estimator(model, X, grid_resolution=4)
    assert "hidden 1\ntanh" in words(display.ax_)
    assert "output\nP(yes)" in words(display.ax_)
    assert any(text == "across each tile: age\nup each tile: dose" for text in words(display.ax_))


def test_each_of_several_outputs_is_named() -> None:
    model = random_model(2, 3, 3, head="multiclass", classes=["setosa", "versicolor", "virginica"])
    display = HiddenUnitsDisplay.from_estimator(model, X, grid_resolution=4)
    assert {"setosa", "versicolor", "virginica"} <= set(words(display.ax_))


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(2, 2, 1), (2, 5, 3, 1), (2, 40, 8, 3), (3, 30, 1), (2, 3, 10)])
def test_words_do_not_overlap_each_other_or_the_tiles(sizes: tuple[int, ...]) -> None:
    head = "binary" if sizes[-1] == 1 else "multiclass"
    rows = np.random.RandomState(1).randn(20, sizes[0])
    names = [f"a column with a name that is rather long, number {j}" for j in range(sizes[0])]
    model = random_model(*sizes, head=head, feature_names=names)
    display = HiddenUnitsDisplay.from_estimator(model, rows, features=(0, 1), grid_resolution=4, max_units=20)
    display.figure_.canvas.draw()
    on_tiles = {text for layer in (*display.numbers_, *display.constants_) for text in layer}
    boxes = [text.get_window_extent() for text in display.ax_.texts if text not in on_tiles]
    boxes += [image.get_window_extent() for images in (display.inputs_, *display.images_) for image in images]
    inner = [box.padded(-1) for box in boxes]
    assert not any(a.overlaps(b) for i, a in enumerate(inner) for b in inner[:i])
    assert all(display.figure_.bbox.contains(*box.min) for box in inner)
    assert all(display.figure_.bbox.contains(*box.max) for box in inner)


def test_units_are_drawn_in_given_axes_with_given_keywords() -> None:
    figure, ax = plt.subplots()
    display = HiddenUnitsDisplay.from_estimator(
        random_model(2, 3, 2, head="regression"), X, ax=ax, image_kw={"cmap": "gray"}, grid_resolution=4
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.images_[0][0].get_cmap().name == "gray"


def test_an_update_is_what_a_new_drawing_shows() -> None:
    display = HiddenUnitsDisplay.from_estimator(random_model(2, 3, 1), X, grid_resolution=6)
    other = Model(Network.mlp(2, (3,), 1), np.linspace(-2, 1, 13))
    units = hidden_units(other, X, grid_resolution=6)
    display.update(units)
    again = HiddenUnitsDisplay(units).plot()
    for moved, drawn in zip(chain(*display.images_), chain(*again.images_), strict=True):
        assert_allclose(moved.get_array(), drawn.get_array())
        assert moved.get_clim() == drawn.get_clim()
    assert len(again.zero_lines_.get_segments()) > 0
    for moved, drawn in ((display.zero_lines_, again.zero_lines_), (display.weights_[0], again.weights_[0])):
        assert_allclose(np.concatenate(moved.get_segments()), np.concatenate(drawn.get_segments()))
        assert_allclose(moved.get_linewidths(), drawn.get_linewidths())
        assert_allclose(moved.get_colors(), drawn.get_colors())


@pytest.mark.slow
@pytest.mark.parametrize("layout", [None, "constrained"])
def test_words_fit_small_axes(overlapping_texts, layout) -> None:
    figure = plt.figure(layout=layout)
    for ax in figure.subplots(2, 2).flat:
        HiddenUnitsDisplay.from_estimator(random_model(2, 5, 25, 1), X, grid_resolution=4, ax=ax)
    assert overlapping_texts(figure) == []


def test_the_space_holds_the_points_the_boundary_and_the_lines_of_the_input_plane() -> None:
    display = HiddenSpaceDisplay.from_estimator(random_model(2, 2, 1), X, Y, grid_resolution=20)
    points = np.concatenate([artist.get_offsets() for artist in display.boundary_.points_])
    assert_allclose(np.sort(points, axis=0), np.sort(display.space.grid.plane.points, axis=0))
    assert display.mesh_ is not None
    assert len(display.mesh_.get_segments()) == 34
    assert display.ax_.get_title() == "the outputs of the hidden layer (2 units)"
    assert display.ax_.get_xlabel() == "unit 1"


def test_of_more_units_the_axes_say_what_they_are() -> None:
    model = random_model(2, 6, 1)
    theta = model.theta.copy()
    theta[-1] -= np.median(model.decision_function(X))  # so that the line runs through the points
    display = HiddenSpaceDisplay.from_estimator(replace(model, theta=theta), X, Y, grid_resolution=20)
    assert display.mesh_ is None
    x_label, note = display.ax_.get_xlabel().split("\n")
    assert (x_label, display.ax_.get_ylabel()) == ("towards 1 →", "where points differ most otherwise")
    assert note.endswith("% of the variance of the 6 units")
    # The colour of a point is its prediction, although the plane leaves much out: nothing to explain.
    assert display.ax_.get_title() == "the outputs of the hidden layer (6 units)"
    (line,) = display.boundary_.lines_
    assert_allclose(np.ptp(line.get_paths()[0].vertices[:, 0]), 0, atol=1e-3)  # across the weights


def test_the_space_of_a_regressor_is_refused() -> None:
    with pytest.raises(ParameterError, match="must be a classifier, got a model that predicts"):
        HiddenSpaceDisplay.from_estimator(random_model(2, 3, 1, head="regression"), X)


def test_units_have_numbers_and_those_that_do_not_vary_say_so() -> None:
    network = Network.mlp(2, (3,), 1, activation="relu")
    # The first unit is off, the second is always 2, the third varies.
    model = Model(network, [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, -1.0, 2.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    display = HiddenUnitsDisplay.from_estimator(model, X, grid_resolution=6)
    assert [[text.get_text() for text in layer] for layer in display.numbers_] == [["1", "2", "3"]]
    assert [text.get_text() for text in display.constants_[0]] == ["off\neverywhere", "always\n2", ""]
    display.update(hidden_units(random_model(2, 3, 1), X, grid_resolution=6))
    assert {text.get_text() for text in display.constants_[0]} == {""}


def test_inputs_rows_and_the_legend_are_drawn() -> None:
    display = HiddenUnitsDisplay.from_estimator(random_model(2, 3, 1), X, grid_resolution=6)
    across, up = (np.asarray(image.get_array()) for image in display.inputs_)
    assert np.ptp(across, axis=1).min() > 1 > np.ptp(across, axis=0).max()
    assert np.ptp(up, axis=0).min() > 1 > np.ptp(up, axis=1).max()
    assert {"x1", "x2"} <= set(words(display.ax_))
    assert len(display.rows_.get_offsets()) == len(X) * (2 + 3 + 1)
    plane = display.units.plane
    share = (plane.points[0] - [plane.u[0], plane.v[0]]) / [np.ptp(plane.u), np.ptp(plane.v)]
    left, _, bottom, _ = display.images_[0][0].get_extent()
    assert_allclose(display.rows_.get_offsets()[2 * len(X)], np.add(share, (left, bottom)))
    assert [text.get_text() for text in display.legend_.get_texts()] == ["high", "low", "sum is zero"]


def test_no_lines_are_drawn_from_inputs_with_an_embedding() -> None:
    network = Network.mlp(2, (3,), 1, embedding=PeriodicEmbedding(2))
    model = Model(network, np.random.RandomState(3).randn(network.n_parameters))
    display = HiddenUnitsDisplay.from_estimator(model, X, grid_resolution=4)
    assert len(display.weights_) == 1
    written = " ".join(words(display.ax_)).replace("\n", " ")
    assert "no lines from the inputs, which have an embedding" in written


def test_a_sample_of_many_rows_is_named_and_its_rings_are_those_of_its_rows() -> None:
    rows = np.random.RandomState(1).randn(6000, 2)
    model = random_model(2, 6, 1)
    y = 1 - model.predict(rows)
    y[:5990] = model.predict(rows[:5990])
    display = HiddenSpaceDisplay.from_estimator(
        model, {"x1": rows[:, 0], "x2": rows[:, 1]}, y, grid_resolution=5
    )
    shown = display.space.rows
    assert display.ax_.get_title().split("\n")[:2] == [
        "the outputs of the hidden layer (6 units)",
        f"a sample of {len(shown):,} of 6,000 rows",
    ]
    assert display.boundary_.is_wrong is not None
    assert display.boundary_.is_wrong.tolist() == (shown >= 5990).tolist()
    assert display.boundary_.is_wrong.any()
