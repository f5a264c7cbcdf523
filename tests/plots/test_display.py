from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.testing import assert_allclose, assert_array_equal

from separatrix.estimators import MLPClassifier
from separatrix.explain.boundary import decision_grid
from separatrix.explain.curve import fitted_curve
from separatrix.explain.hidden import hidden_units
from separatrix.explain.surface import loss_surface
from separatrix.plots.boundary import _FILM_RESOLUTION as GRID
from separatrix.plots.displays import VIEWS
from separatrix.plots.hidden import _FILM_RESOLUTION as TILE
from separatrix.plots.scene import make_scene


def panel_of(name, scene):
    figure = Figure(figsize=(4, 4), layout="constrained")
    return VIEWS[name].panel(scene, figure.subfigures(1, 1))


def test_boundary_moves_image_and_line(filmed):
    scene = make_scene(*filmed)
    panel = panel_of("boundary", scene)
    image, lines = panel.moving[:2]
    panel.update(8)
    grid = decision_grid(filmed[0], filmed[1], grid_resolution=GRID)
    assert_allclose(image.get_array(), grid.probability)
    points = np.concatenate(lines.get_segments())
    assert_allclose(filmed[0].predict_proba(points)[:, 1], 0.5, atol=0.01)


def test_loss_grows_to_the_epoch_shown(filmed):
    panel = panel_of("loss", make_scene(*filmed))
    (line,) = panel.moving
    panel.update(0)
    assert len(line.get_xdata()) == 0
    panel.update(5)
    assert_array_equal(line.get_xdata(), [1, 2, 3, 4, 5])
    assert_array_equal(line.get_ydata(), filmed[0].history_.loss[:5])
    assert line.axes.get_xlim() == (0, 8)


def test_curve_is_that_of_the_epoch():
    X = np.linspace(-1, 1, 30)[:, np.newaxis]
    classifier = MLPClassifier((4,), "tanh", solver="lbfgs", record=1, random_state=0, engine="numpy")
    classifier.fit(X, np.abs(X[:, 0]) < 0.5)
    scene = make_scene(classifier, X, np.abs(X[:, 0]) < 0.5)
    panel = panel_of("curve", scene)
    (line,) = panel.moving
    panel.update(2)
    assert_allclose(line.get_ydata(), fitted_curve(scene.at(2), X).values[0])


def test_surface_path_grows_to_the_snapshot_shown(filmed):
    classifier, X, y = filmed
    panel = panel_of("surface", make_scene(classifier, X, y, every=2))
    path, now = panel.moving
    panel.update(2)
    surface = loss_surface(classifier, X, y)
    assert_allclose(path.get_xydata(), surface.path[:5])
    assert_allclose(now.get_xydata(), surface.path[4:5])


def test_diagram_has_one_scale_for_all_frames(filmed):
    panel = panel_of("diagram", make_scene(*filmed))
    edges = panel.moving[0]
    largest = max(
        np.abs(w).max() for theta in filmed[0].recording_.thetas for w in filmed[0].network_.split(theta)[0]
    )
    for frame in (0, 8):
        panel.update(frame)
        assert edges.norm.vmax == pytest.approx(largest)
        weights = np.concatenate(
            [w.ravel() for w in filmed[0].network_.split(filmed[0].recording_.thetas[frame])[0]]
        )
        assert_allclose(np.sort(edges.get_array()), np.sort(weights))


def test_hidden_shows_every_unit(filmed):
    scene = make_scene(*filmed)
    panel = panel_of("hidden", scene)
    images = [artist for artist in panel.moving if isinstance(artist, AxesImage)]
    panel.update(3)
    seen = hidden_units(scene.at(3), filmed[1], grid_resolution=TILE)
    outputs = [layer.outputs[..., unit] for layer in seen.layers for unit in range(layer.n_units)]
    assert_allclose([image.get_array() for image in images], outputs)


@pytest.mark.parametrize("name", ["boundary", "hidden"])
def test_a_plane_of_principal_components(name):
    X = np.random.default_rng(0).normal(size=(40, 4))
    classifier = MLPClassifier((3,), solver="lbfgs", record=1, max_iter=3, random_state=0, engine="numpy")
    with pytest.warns(match="limit"):
        classifier.fit(X, X[:, 0] > 0)
    panel = panel_of(name, make_scene(classifier, X, X[:, 0] > 0, plane="pca"))
    (ax,) = {artist.axes for artist in panel.moving}
    words = [ax.get_xlabel(), *(text.get_text() for text in ax.texts)]
    assert any("principal component 1" in word for word in words)


def test_the_last_frame_is_what_was_kept(stopped):
    classifier, X, y = stopped
    scene, kept = make_scene(classifier, X, y), classifier.stop_.best_epoch
    loss, surface = panel_of("loss", scene), panel_of("surface", scene)
    for panel in (loss, surface):
        panel.update(len(scene.labels) - 1)
    for line in loss.moving:
        assert len(line.get_xdata()) == classifier.n_iter_
        assert line.get_markevery() == [kept - 1]
    path, now = surface.moving
    assert len(path.get_xdata()) == classifier.n_iter_ + 1
    assert_allclose(now.get_xydata(), [[0.0, 0.0]], atol=1e-12)
