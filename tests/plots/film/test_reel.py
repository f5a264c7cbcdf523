from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from separatrix.plots.displays import VIEWS
from separatrix.plots.film.reel import Reel
from separatrix.plots.scene import make_scene

pytestmark = pytest.mark.slow


def scene_for(name, filmed):
    if name != "curve":
        return make_scene(*filmed)
    classifier, X, y = filmed
    of_one = clone(classifier)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        of_one.fit(X[:, :1], y)
    return make_scene(of_one, X[:, :1], y)


@pytest.mark.parametrize("name", VIEWS)
def test_a_frame_depends_on_its_number_alone(filmed, name):
    scene = scene_for(name, filmed)
    reel = Reel(scene, [VIEWS[name]])
    there, back = list(reel), [reel[number] for number in reversed(range(len(reel)))]
    assert_array_equal(there, back[::-1])
    assert_array_equal(Reel(scene, [VIEWS[name]])[5], there[5])
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
