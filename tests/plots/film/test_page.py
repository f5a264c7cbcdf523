from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
from numpy.testing import assert_array_equal
from PIL import Image

from separatrix.plots.film.files import in_colors, palette_of
from separatrix.plots.film.page import KEY_EVERY, page_of


def test_frames_put_on_each_other_are_the_images():
    rng = np.random.default_rng(0)
    frames = [np.full((20, 30, 3), 255, np.uint8) for _ in range(KEY_EVERY + 3)]
    for frame in frames:
        frame[rng.integers(20), rng.integers(30)] = 0
    palette = palette_of(frames)
    images = [in_colors(frame, palette) for frame in frames]
    page = page_of(images, [f"epoch {n}" for n in range(len(frames))], 10)
    encoded = json.loads(re.search(r"FRAMES = (\[.*?\])", page).group(1))
    canvas = Image.new("RGB", (30, 20))
    for frame, data in zip(frames, encoded, strict=True):
        delta = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")
        canvas.paste(delta, mask=delta)
        assert_array_equal(np.asarray(canvas), frame)


def test_one_of_twenty_frames_is_whole():
    white = np.full((4, 4, 3), 255, np.uint8)
    images = [in_colors(white, palette_of([white]))]
    page = page_of(images * (KEY_EVERY + 1), ["frame"] * (KEY_EVERY + 1), 10)
    encoded = json.loads(re.search(r"FRAMES = (\[.*?\])", page).group(1))
    assert encoded[0] == encoded[KEY_EVERY] != encoded[1]


def test_labels_cannot_end_the_script():
    black = np.zeros((4, 4, 3), np.uint8)
    image = in_colors(black, palette_of([black]))
    page = page_of([image], ["</script><b>"], 10)
    assert "</script><b>" not in page
    assert page.count("</script>") == 1
