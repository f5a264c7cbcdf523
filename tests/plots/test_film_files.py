from __future__ import annotations

import shutil

import pytest
from PIL import Image

from separatrix.errors import OutputError
from separatrix.plots import film_files
from separatrix.plots.film_files import LAST_FRAME_MS, write_film
from separatrix.plots.film_reel import Reel
from separatrix.plots.film_scene import make_scene
from separatrix.plots.film_views import VIEWS


@pytest.fixture
def reel(filmed):
    return Reel(make_scene(*filmed, every=4), [VIEWS["loss"]])


def test_the_last_frame_stays_longer(reel, tmp_path):
    write_film(tmp_path / "film.gif", reel, fps=10.0)
    with Image.open(tmp_path / "film.gif") as image:
        assert image.info["loop"] == 0
        durations = []
        for number in range(image.n_frames):
            image.seek(number)
            durations.append(image.info["duration"])
    assert durations == [100, 100, LAST_FRAME_MS]


def test_an_existing_film_stays_if_the_new_one_fails(reel, tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"the old one")

    def fail(done, total):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_film(path, reel, 10.0, fail)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(shutil.which("false") is None, reason="needs the program false")
def test_an_encoder_that_fails_is_told(reel, tmp_path, monkeypatch):
    popen = film_files.subprocess.Popen
    monkeypatch.setattr(film_files.subprocess, "Popen", lambda command, **kwargs: popen(["false"], **kwargs))
    with pytest.raises(OutputError, match=r"ffmpeg says .*choose \.gif or \.html"):
        write_film(tmp_path / "film.mp4", reel, 10.0)
    assert list(tmp_path.iterdir()) == []
