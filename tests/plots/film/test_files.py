from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from separatrix.errors import OutputError
from separatrix.plots.displays import VIEWS
from separatrix.plots.film.files import (
    KEY_EVERY,
    N_COLORS,
    VIDEO_FPS,
    in_colors,
    page_of,
    palette_of,
    write_film,
)
from separatrix.plots.film.reel import Reel
from separatrix.plots.palette import class_colors
from separatrix.plots.scene import make_scene

pytestmark = pytest.mark.slow


@pytest.fixture
def reel(filmed):
    return Reel(make_scene(*filmed, every=4), [VIEWS["loss"]], (320, 240))


def test_the_last_frame_stays_longer(reel, tmp_path):
    write_film(tmp_path / "film.gif", reel, "A film")
    with Image.open(tmp_path / "film.gif") as image:
        assert image.info["loop"] == 0
        durations = []
        for number in range(image.n_frames):
            image.seek(number)
            durations.append(image.info["duration"])
    assert durations == [10 * round(100 * time) for time in reel.seconds]
    assert durations[-1] == 1500 > durations[1]


def test_an_existing_film_stays_if_the_new_one_fails(reel, tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"the old one")

    def fail(done, total):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_film(path, reel, "A film", fail)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="needs scripts that can be executed")
def test_every_frame_is_sent_to_the_encoder(reel, tmp_path):
    program = tmp_path / "encoder"
    count = "Path(sys.argv[-1]).write_text(str(len(sys.stdin.buffer.read())))"
    program.write_text(f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\n{count}\n")
    program.chmod(0o755)
    with mpl.rc_context({"animation.ffmpeg_path": str(program)}):
        write_film(tmp_path / "film.mp4", reel, "A film")
    height, width = reel.shape
    n_shown = sum(round(VIDEO_FPS * time) for time in reel.seconds.tolist())
    assert (tmp_path / "film.mp4").read_text() == str(n_shown * height * width * 4)


@pytest.mark.skipif(shutil.which("false") is None, reason="needs the program false")
def test_the_error_of_an_encoder_is_reported(reel, tmp_path, monkeypatch):
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **kwargs: popen(["false"], **kwargs))
    with pytest.raises(OutputError, match=r"ffmpeg says .*choose \.gif or \.html"):
        write_film(tmp_path / "film.mp4", reel, "A film")
    assert list(tmp_path.iterdir()) == []


def shaded_frame():
    frame = np.full((200, 200, 3), 255, np.uint8)
    frame[..., 0] = np.linspace(160, 255, 200)
    frame[..., 1] = np.linspace(200, 255, 200)[:, np.newaxis]
    return frame


def test_every_pixel_is_near_its_colour():
    frame = shaded_frame()
    image = in_colors(frame, palette_of([frame]))
    assert image.mode == "P"
    assert len(image.getpalette()) <= 3 * N_COLORS
    assert np.abs(np.asarray(image.convert("RGB")).astype(int) - frame).max() < 16


def test_white_and_the_colours_of_classes_are_kept_however_small():
    frame = shaded_frame()
    frame[0, 0] = 255
    colors = [tuple(bytes.fromhex(color[1:])) for color in class_colors(8)]
    for place, color in enumerate(colors):
        frame[100, place] = color
    shown = np.asarray(in_colors(frame, palette_of([shaded_frame()])).convert("RGB"))
    assert_array_equal(shown[0, 0], [255, 255, 255])
    assert_array_equal(shown[100, : len(colors)], colors)


def test_colours_that_were_not_sampled_become_the_nearest():
    palette = palette_of([np.full((4, 4, 3), 255, np.uint8)])
    shown = np.asarray(in_colors(np.full((2, 2, 3), 250, np.uint8), palette).convert("RGB"))
    assert_array_equal(shown, np.full((2, 2, 3), 255))


def test_frames_drawn_on_each_other_are_the_images():
    rng = np.random.default_rng(0)
    frames = [np.full((20, 30, 3), 255, np.uint8) for _ in range(KEY_EVERY + 3)]
    for frame in frames:
        frame[rng.integers(20), rng.integers(30)] = 0
    palette = palette_of(frames)
    images = [in_colors(frame, palette) for frame in frames]
    page = page_of(images, [f"epoch {n}" for n in range(len(frames))], np.ones(len(frames)), title="A film")
    encoded = json.loads(re.search(r"FRAMES = (\[.*?\])", page).group(1))
    canvas = Image.new("RGB", (30, 20))
    for frame, data in zip(frames, encoded, strict=True):
        delta = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")
        canvas.paste(delta, mask=delta)
        assert_array_equal(np.asarray(canvas), frame)


def test_one_of_twenty_frames_is_whole():
    white = np.full((4, 4, 3), 255, np.uint8)
    images = [in_colors(white, palette_of([white]))]
    n = KEY_EVERY + 1
    page = page_of(images * n, ["frame"] * n, np.ones(n), title="A film")
    encoded = json.loads(re.search(r"FRAMES = (\[.*?\])", page).group(1))
    assert encoded[0] == encoded[KEY_EVERY] != encoded[1]


def test_labels_cannot_end_the_script():
    black = np.zeros((4, 4, 3), np.uint8)
    image = in_colors(black, palette_of([black]))
    page = page_of([image], ["</script><b>"], np.ones(1), title="</title><b>")
    assert "</script><b>" not in page
    assert page.count("</script>") == page.count("</title>") == 1
