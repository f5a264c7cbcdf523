from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from separatrix.plots.film_colors import N_COLORS, Palette
from separatrix.plots.palette import class_colors


def shaded_frame():
    frame = np.full((200, 200, 3), 255, np.uint8)
    frame[..., 0] = np.linspace(160, 255, 200)
    frame[..., 1] = np.linspace(200, 255, 200)[:, np.newaxis]
    return frame


def test_every_pixel_is_near_its_colour():
    frame = shaded_frame()
    image = Palette([frame]).image(frame)
    assert image.mode == "P"
    assert len(image.getpalette()) <= 3 * N_COLORS
    assert np.abs(np.asarray(image.convert("RGB")).astype(int) - frame).max() < 16


def test_white_and_the_colours_of_classes_are_kept_however_small():
    frame = shaded_frame()
    frame[0, 0] = 255
    colors = [tuple(bytes.fromhex(color[1:])) for color in class_colors(8)]
    for place, color in enumerate(colors):
        frame[100, place] = color
    shown = np.asarray(Palette([shaded_frame()]).image(frame).convert("RGB"))
    assert_array_equal(shown[0, 0], [255, 255, 255])
    assert_array_equal(shown[100, : len(colors)], colors)


def test_colours_that_were_not_sampled_get_the_nearest():
    palette = Palette([np.full((4, 4, 3), 255, np.uint8)])
    shown = np.asarray(palette.image(np.full((2, 2, 3), 250, np.uint8)).convert("RGB"))
    assert_array_equal(shown, np.full((2, 2, 3), 255))
