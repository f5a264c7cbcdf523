from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.explain import activation_histograms
from separatrix.explain.slope import loss_slope
from separatrix.plots.displays import VIEWS
from separatrix.plots.film.reel import Reel, layout
from separatrix.plots.scene import make_scene

pytestmark = pytest.mark.slow

SMALL = (480, 270)  # drawn faster than a slide


# What networks of other inputs, or with validation rows, can show.
OTHERS = {
    "curve": lambda X: (X[:, :1], {}),
    "unit-curves": lambda X: (X[:, :1], {}),
    "weights": lambda X: (np.hstack([X, X**2]), {}),
    "gap": lambda X: (X, {"early_stopping": True}),
}


def scene_for(name, filmed, every=1):
    if name not in OTHERS:
        return make_scene(*filmed, every=every)
    classifier, X, y = filmed
    rows, settings = OTHERS[name](X)
    other = clone(classifier).set_params(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        other.fit(rows, y)
    return make_scene(other, rows, y, every=every)


@pytest.mark.parametrize("name", VIEWS)
def test_a_frame_depends_on_its_number_alone(filmed, name):
    scene = scene_for(name, filmed, every=2)
    reel = Reel(scene, [VIEWS[name]], SMALL)
    there, back = list(reel), [reel[number] for number in reversed(range(len(reel)))]
    assert_array_equal(there, back[::-1])
    assert_array_equal(Reel(scene, [VIEWS[name]], SMALL)[3], there[3])
    assert all((before != after).any() for before, after in pairwise(there))


def test_frames_are_of_one_even_shape(filmed):
    reel = Reel(make_scene(*filmed), [VIEWS["boundary"], VIEWS["loss"]])
    assert len(reel) == len(reel.labels) == 9
    frame = reel[0]
    assert frame.shape == (*reel.shape, 3)
    assert frame.dtype == np.uint8
    assert reel.shape[0] % 2 == reel.shape[1] % 2 == 0


def test_a_moving_frame_is_what_a_whole_drawing_shows(filmed):
    reel = Reel(make_scene(*filmed), [VIEWS["boundary"], VIEWS["loss"]])
    frame = reel[6]
    for artist in reel.moving:
        artist.set_animated(False)
    reel.figure.canvas.draw()
    whole = np.asarray(reel.figure.canvas.buffer_rgba())[..., :3]
    # Only what lies on top where artists meet may differ: the line under the points, the image at the frame.
    assert (np.abs(frame.astype(int) - whole).max(axis=-1) > 40).mean() < 0.002


@pytest.mark.parametrize("name", VIEWS)
def test_no_text_is_cut_off_or_lies_on_another(filmed, overlapping_texts, name):
    reel = Reel(scene_for(name, filmed), [VIEWS[name]])
    for artist in reel.moving:
        artist.set_animated(False)
    assert overlapping_texts(reel.figure) == []


@pytest.mark.parametrize("name", ["loss", "surface"])
def test_what_was_kept_fits_above_a_narrow_view(stopped, overlapping_texts, name):
    reel = Reel(make_scene(*stopped), [VIEWS[name]])
    assert "kept: best" in reel.labels[-1]
    reel[len(reel) - 1]
    for artist in reel.moving:
        artist.set_animated(False)
    assert overlapping_texts(reel.figure) == []


@pytest.mark.parametrize(
    ("n_panels", "shape"), [(1, (1, 1)), (2, (1, 2)), (3, (2, 2)), (4, (2, 2)), (5, (2, 3)), (6, (2, 3))]
)
def test_panels_fill_the_grid_once(n_panels, shape):
    n_rows, n_columns, cells = layout(n_panels)
    assert (n_rows, n_columns) == shape
    covered = np.zeros(shape, int)
    for cell in cells:
        covered[cell] += 1
    assert len(cells) == n_panels
    assert (covered == 1).all()


def test_no_text_is_cut_off_with_all_views_and_a_marked_point(filmed, overlapping_texts):
    names = ("boundary", "loss", "hidden", "diagram", "surface")
    reel = Reel(make_scene(*filmed, point=(0.5, 0.5)), [VIEWS[name] for name in names])
    reel[4]
    for artist in reel.moving:
        artist.set_animated(False)
    assert overlapping_texts(reel.figure) == []
    assert len(reel.boxes) == 6


def line_of(reel, label):
    (line,) = [line for ax in reel.figure.axes for line in ax.lines if line.get_label() == label]
    return line


def test_the_new_panels_show_the_network_of_each_frame(filmed):
    classifier, X, y = filmed
    scene = make_scene(*filmed)
    reel = Reel(scene, [VIEWS["histograms"], VIEWS["gradient"]], SMALL)
    (bars,) = reel.figure.findobj(StepPatch)
    for frame in (0, 5):
        reel[frame]
        (layer,) = activation_histograms(classifier.at_epoch(frame), X).layers[0]
        np.testing.assert_allclose(bars.get_data().values, layer.fractions)
        moved = int(np.abs(scene.thetas[-1] - scene.thetas[0]).argmax())
        slope = loss_slope(classifier.at_epoch(frame), X, y, parameter=moved)
        point = line_of(reel, "the network")
        np.testing.assert_allclose(point.get_xydata(), [[slope.value, slope.value_loss]])
    scene = scene_for("gap", filmed)
    reel = Reel(scene, [VIEWS["gap"]], SMALL)
    reel[3]
    np.testing.assert_array_equal(line_of(reel, "validation").get_ydata(), scene.history.validation_loss[:3])
    scene = scene_for("weights", filmed)
    reel = Reel(scene, [VIEWS["weights"]], SMALL)
    reel[4]
    shown = [image.get_array().ravel() for image in reel.figure.findobj(AxesImage)][:3]
    np.testing.assert_array_equal(shown, scene.estimator.at_epoch(4).coefs[0].T)


def test_a_marked_point_has_the_answer_of_each_frame(filmed):
    classifier, X, y = filmed
    reel = Reel(make_scene(classifier, X, y, point=(0.5, -0.25)), [VIEWS["boundary"]], SMALL)
    for number, theta in enumerate(classifier.recording_.thetas):
        reel[number]
        p = make_scene(classifier, X, y).at(number).predict_proba([[0.5, -0.25]])[0, 1]
        assert f"P(outer) = {p:.2f}" in [text.get_text() for text in reel.figure.findobj(Text)], theta


def test_a_marked_value_lies_on_the_curve():
    x = np.linspace(-1, 1, 30)[:, np.newaxis]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        regressor = MLPRegressor(hidden_layer_sizes=(3,), max_iter=5, record=1, engine="numpy").fit(
            x, x[:, 0]
        )
    scene = make_scene(regressor, x, x[:, 0], point=[0.5])
    reel = Reel(scene, [VIEWS["curve"]], SMALL)
    reel[2]
    expected = float(scene.at(2).predict([[0.5]])[0])
    assert f"{expected:.3g}" in [text.get_text() for text in reel.figure.findobj(Text)]


def test_ten_classes_and_the_ring_have_evenly_filled_rows(overlapping_texts):
    X = np.random.default_rng(0).normal(size=(100, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network = MLPClassifier((3,), max_iter=3, record=1, engine="numpy").fit(X, np.arange(100) % 10)
    reel = Reel(make_scene(network, X, np.arange(100) % 10), [VIEWS["boundary"], VIEWS["loss"]])
    (legend,) = reel.figure.findobj(lambda artist: isinstance(artist, Legend) and len(artist.texts) == 11)
    assert legend._ncols in (4, 6)  # three rows or two
    for artist in reel.moving:
        artist.set_animated(False)
    assert overlapping_texts(reel.figure) == []
