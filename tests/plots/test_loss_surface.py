from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sklearn.datasets import make_circles

from separatrix.data import make_gaussians
from separatrix.errors import ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.explain import loss_surface
from separatrix.network import SGD
from separatrix.plots import LossSurfaceDisplay
from separatrix.plots.loss_surface import _spread

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")]


@pytest.fixture(scope="module")
def gaussians() -> LossSurfaceDisplay:
    X, y = make_gaussians(20, random_state=1)
    classifier = MLPClassifier(
        (),
        solver=SGD(),
        learning_rate_init=2.0,
        alpha=0.0,
        batch_size="full",
        max_iter=10,
        n_iter_no_change=math.inf,
        init=([[[-4.0], [-2.0]]], [[]]),
        fit_intercept=False,
        record=1,
    )
    return LossSurfaceDisplay(loss_surface(classifier.fit(X, y), X, y, grid_resolution=20))


@pytest.fixture(scope="module")
def circles() -> LossSurfaceDisplay:
    X, y = make_circles(80, noise=0.1, factor=0.3, random_state=0)
    classifier = MLPClassifier((4,), "tanh", learning_rate_init=0.05, max_iter=30, record=3, random_state=0)
    return LossSurfaceDisplay(loss_surface(classifier.fit(X, y), X, y, grid_resolution=20))


def test_an_exact_path_is_dots_on_a_line(gaussians: LossSurfaceDisplay) -> None:
    display = gaussians.plot()
    np.testing.assert_array_equal(np.transpose(display.path_.get_data()), display.surface.path)
    (dots,) = display.snapshots_
    np.testing.assert_array_equal(dots.get_offsets(), display.surface.path)
    assert display.path_.get_linestyle() == "-"
    assert display.distance_ax_ is None
    assert display.ax_.get_title() == ""
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("w[x1]", "w[x2]")
    assert {text.get_text() for text in display.ax_.texts} == {"epoch 0", "epoch 10"}


def test_snapshots_off_the_plane_are_marked(circles: LossSurfaceDisplay) -> None:
    display, surface = circles.plot(simple=False), circles.surface
    dots, diamonds = display.snapshots_
    assert (len(dots.get_offsets()), len(diamonds.get_offsets())) == (1, 10)
    np.testing.assert_array_equal(diamonds.get_array(), surface.path_loss[:-1])
    assert display.path_.get_linestyle() == ":"
    title = display.ax_.get_title().replace("\n", " ")
    assert f"off this plane, by up to {surface.distance.max():.3g}" in title
    assert "% of variance" in display.ax_.get_xlabel()
    assert display.distance_ax_ is not None
    np.testing.assert_array_equal(display.distance_ax_.lines[0].get_ydata(), surface.distance)
    np.testing.assert_array_equal(display.distance_ax_.lines[0].get_xdata(), surface.epochs)


def test_colours_of_snapshots_and_surface_are_one_scale(circles: LossSurfaceDisplay) -> None:
    display = circles.plot()
    limits = {(artist.norm.vmin, artist.norm.vmax) for artist in [display.surface_, *display.snapshots_]}
    assert len(limits) == 1
    low, high = limits.pop()
    values = [*circles.surface.loss.ravel(), *circles.surface.path_loss]
    assert (low, high) == (min(values), max(values))


def test_in_three_dimensions_snapshots_stand_at_their_own_loss(circles: LossSurfaceDisplay) -> None:
    display = circles.plot(kind="surface")
    assert display.ax_.name == "3d"
    np.testing.assert_allclose(display.path_.get_data_3d()[2], np.log10(circles.surface.path_loss))
    stems = [line.get_data_3d()[2] for line in display.ax_.lines[1:]]
    expected = np.log10([circles.surface.projected_loss, circles.surface.path_loss])[:, :-1]
    np.testing.assert_allclose(np.transpose(stems), expected)
    display.figure_.canvas.draw()


def test_axes_and_keywords_are_taken(circles: LossSurfaceDisplay) -> None:
    upper, lower = Figure().subplots(2)
    display = circles.plot(
        upper,
        distance_ax=lower,
        colorbar=False,
        surface_kw={"levels": [0.1, 0.5, 1.0]},
        path_kw={"color": "red"},
        snapshot_kw={"s": 3},
    )
    assert (display.ax_, display.distance_ax_, display.colorbar_) == (upper, lower, None)
    assert display.surface_.levels.tolist() == [0.1, 0.5, 1.0]
    assert display.path_.get_color() == "red"
    assert display.snapshots_[0].get_sizes().tolist() == [3]
    assert circles.plot(Figure().subplots()).distance_ax_ is None


def test_from_estimator_passes_all_on() -> None:
    X, y = make_gaussians(10)
    classifier = MLPClassifier((3,), max_iter=5, record=1).fit(X, y)
    display = LossSurfaceDisplay.from_estimator(
        classifier,
        X,
        y,
        parameters=(0, "layer 1: b[0]"),
        grid_resolution=4,
        limits=((0, 1), (0, 2)),
        colorbar=False,
    )
    assert display.surface.loss.shape == (4, 4)
    assert display.ax_.get_xlim() == (0, 1)
    assert display.ax_.get_ylabel() == "layer 1: b[0]"


def test_a_loss_that_overflows_leaves_a_hole(gaussians: LossSurfaceDisplay) -> None:
    surface = gaussians.surface
    holed = LossSurfaceDisplay(
        type(surface)(**{**vars(surface), "loss": np.where(surface.loss > 1, np.inf, surface.loss)})
    )
    for kind in ("contour", "surface"):
        holed.plot(kind=kind).figure_.canvas.draw()
        assert holed.surface_ in [*holed.ax_.collections]


@pytest.mark.parametrize("kind", ["contour", "surface"])
def test_without_a_recording_a_cross_marks_the_network(kind: Any) -> None:
    X, y = make_gaussians(10)
    model = MLPClassifier((3,), max_iter=5, random_state=0).fit(X, y).to_model()
    display = LossSurfaceDisplay.from_estimator(
        model, X, y, parameters=(0, 1), grid_resolution=5, kind=kind, max_rows=15
    )
    assert (display.path_, display.snapshots_, display.distance_ax_) == (None, [], None)
    assert np.ravel(display.trained_.get_xdata()).tolist() == [display.surface.trained[0]]
    assert display.ax_.get_title() == "the other 11 parameters as trained"
    assert display.colorbar_.ax.get_ylabel() == "mean loss of 15 of 20 rows"
    assert [name.get_text() for name in display.names_] == (["trained"] if kind == "contour" else [])
    display.figure_.canvas.draw()


def test_the_epoch_that_was_kept_is_marked(circles: LossSurfaceDisplay) -> None:
    assert circles.plot().trained_ is None
    surface = replace(circles.surface, trained=circles.surface.path[4])
    assert {name.get_text() for name in LossSurfaceDisplay(surface).plot().names_} == {
        "epoch 0",
        "epoch 30",
        "kept",
    }
    exact = replace(surface, distance=np.zeros(11))
    assert "epoch 12, kept" in {name.get_text() for name in LossSurfaceDisplay(exact).plot().names_}


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_text_fits_small_axes(gaussians: Any, circles: Any, overlapping_texts: Any, layout: Any) -> None:
    figure = plt.figure(layout=layout)
    axes = figure.subplots(2, 2)
    for ax, display in zip(axes.flat, [gaussians, circles, circles, gaussians], strict=True):
        display.plot(ax)
    assert overlapping_texts(figure) == []


@pytest.mark.parametrize("kind", ["contour", "surface"])
def test_the_wrong_axes_are_refused(gaussians: LossSurfaceDisplay, kind: Any) -> None:
    projection = None if kind == "surface" else "3d"
    ax = Figure().add_subplot(projection=projection)
    with pytest.raises(ParameterError, match=f"for kind='{kind}', got Axes"):
        gaussians.plot(ax, kind=kind)


def test_an_unknown_kind_is_refused(gaussians: LossSurfaceDisplay) -> None:
    with pytest.raises(ParameterError, match="kind must be one of 'contour', 'surface', got 'contuor'"):
        gaussians.plot(kind="contuor")  # type: ignore[arg-type]


def test_no_text_lies_on_another(gaussians: Any, circles: Any, overlapping_texts: Any) -> None:
    assert overlapping_texts(gaussians.plot().figure_) == []
    assert overlapping_texts(circles.plot().figure_) == []


def test_by_default_a_path_off_the_plane_is_told_in_simple_words(circles: LossSurfaceDisplay) -> None:
    display = circles.plot()
    assert display.distance_ax_ is None
    assert display.ax_.get_title().startswith("the training does not stay in this plane")
    assert display.ax_.get_xlabel().startswith("direction 1 (")
    assert display.ax_.get_xlabel().endswith("of the movement)")
    assert display.colorbar_.ax.get_ylabel() == "loss"
    path = np.column_stack([np.linspace(0, 1, 200), np.zeros(200)])
    shown = _spread(path, 25)
    assert shown.sum() == 25
    assert shown[[0, -1]].all()
    assert np.ptp(np.diff(path[shown, 0])) < 0.01
