from __future__ import annotations

import json
import re
import shutil
import subprocess
import warnings

import numpy as np
import pytest
from PIL import Image
from sklearn.exceptions import ConvergenceWarning

import separatrix as sx
from separatrix.errors import DataError, OutputError, ParameterError
from separatrix.plots.film import Film, animate
from separatrix.plots.film.files import VIDEO_FPS
from separatrix.plots.scene import make_scene

pytestmark = pytest.mark.slow

SMALL = (320, 240)  # drawn in a third of the time of a slide


def fit(estimator, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.set_params(engine="numpy", max_iter=3, random_state=0).fit(X, y)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_a_frame_for_each_recorded_epoch(filmed, tmp_path, suffix):
    film = sx.animate(filmed[0], tmp_path / f"film{suffix}", *filmed[1:], fps=10, size=(640, 360))
    assert film == Film(tmp_path / f"film{suffix}", n_frames=9, seconds=2.3)
    with Image.open(film.path) as image:
        assert image.n_frames == 9
        image.seek(0)
        first = np.asarray(image.convert("RGB")).astype(int)
        image.seek(8)
        assert np.abs(np.asarray(image.convert("RGB")) - first).max() > 100
        assert image.size[0] % 2 == image.size[1] % 2 == 0
    assert list(tmp_path.iterdir()) == [film.path]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs the program ffmpeg")
def test_mp4(filmed, tmp_path):
    film = animate(filmed[0], tmp_path / "film.mp4", *filmed[1:])
    asked = ["-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]
    counted = subprocess.run(["ffprobe", *asked, film.path], capture_output=True, check=True, text=True)
    seconds = make_scene(*filmed).seconds
    assert film.seconds == round(float(seconds.sum()), 2)
    assert int(counted.stdout.strip()) == sum(round(VIDEO_FPS * time) for time in seconds.tolist())


def test_page(filmed, tmp_path):
    film = animate(filmed[0], tmp_path / "film.html", *filmed[1:], every=4, size=SMALL)
    page = film.path.read_text(encoding="utf-8")
    assert '"untrained", "epoch 4"' in page
    assert "http" not in page


def test_without_rows_the_range_of_the_training_is_shown(filmed, tmp_path):
    assert animate(filmed[0], tmp_path / "film.gif", every=4, size=SMALL).n_frames == 3


def test_a_film_has_the_size_of_a_slide_or_the_one_asked_for(filmed, tmp_path):
    sizes = {None: (960, 540), (640, 481): (640, 480)}
    for size, expected in sizes.items():
        film = animate(*filmed[:1], tmp_path / "film.gif", *filmed[1:], every=8, size=size)
        with Image.open(film.path) as image:
            assert image.size == expected
    film = animate(filmed[0], tmp_path / "f.gif", *filmed[1:], every=8, views=("boundary", "loss", "diagram"))
    with Image.open(film.path) as image:
        assert image.size == (1280, 720)


def test_a_page_has_a_title_times_and_the_boxes_of_its_panels(filmed, tmp_path):
    page = animate(filmed[0], tmp_path / "rings.html", *filmed[1:], every=4).path.read_text(encoding="utf-8")
    assert "<title>rings: a 2-3-1 network learns</title>" in page
    times = json.loads(re.search(r"MILLISECONDS = (\[.*?\])", page).group(1))
    assert len(times) == 3
    assert times[-1] == 1500
    title, left, right = json.loads(re.search(r"BOXES = (\[\[.*?\]\])", page).group(1))
    assert title[:3] == [0, 0, 960]
    assert title[3] == left[1] == right[1]
    assert 0 <= left[0] < left[0] + left[2] <= right[0] < right[0] + right[2] <= 960
    assert left[1] + left[3] == right[1] + right[3] <= 540
    assert left[2] + right[2] > 900


def test_every_keeps_the_last_snapshot(filmed, tmp_path):
    assert animate(filmed[0], tmp_path / "film.gif", every=3, views=("loss",), size=SMALL).n_frames == 4


def test_one_view_needs_no_list(filmed, tmp_path):
    animate(filmed[0], tmp_path / "name.gif", views="loss", every=4, size=SMALL)
    animate(filmed[0], tmp_path / "list.gif", views=["loss"], every=4, size=SMALL)
    assert (tmp_path / "name.gif").read_bytes() == (tmp_path / "list.gif").read_bytes()


def test_progress_is_reported_after_each_frame(filmed, tmp_path):
    reported = []
    animate(
        filmed[0],
        tmp_path / "film.gif",
        views=("loss",),
        size=SMALL,
        progress=lambda done, total: reported.append((done, total)),
    )
    assert reported == [(n, 9) for n in range(1, 10)]


def test_an_interrupted_film_leaves_no_file(filmed, tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    for suffix in (".gif", ".html", *([".mp4"] if shutil.which("ffmpeg") else [])):
        with pytest.raises(KeyboardInterrupt):
            animate(filmed[0], tmp_path / f"film{suffix}", views=("loss",), size=SMALL, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("n_columns", "kind", "views"),
    [
        (1, "classifier", {"P(1)", "loss"}),
        (1, "regressor", {"", "loss"}),
        (2, "classifier", {"x2", "P(1)", "loss"}),
        (3, "classifier", {"", "loss"}),
    ],
)
def test_the_views_fit_the_network(monkeypatch, tmp_path, n_columns, kind, views):
    X = np.random.default_rng(0).normal(size=(20, n_columns))
    if kind == "classifier":
        estimator = fit(sx.MLPClassifier((2,), record=1), X, (X[:, 0] > 0).astype(int))
    else:
        estimator = fit(sx.MLPRegressor(hidden_layer_sizes=(2,), record=1), X, X[:, 0])
    drawn = []
    monkeypatch.setattr("separatrix.plots.film.write_film", lambda path, reel, *_: drawn.append(reel))
    animate(estimator, tmp_path / "film.gif")
    (reel,) = drawn
    axes = reel.figure.axes
    assert {ax.get_ylabel() for ax in axes} | {ax.get_title() for ax in axes} >= views


@pytest.mark.parametrize("suffix", ["gif", "html", "webp", "apng"])
def test_shows_itself_in_a_notebook(filmed, tmp_path, suffix):
    film = animate(filmed[0], tmp_path / f"film.{suffix}", views=("loss",), every=4, size=SMALL)
    markup = film._repr_html_()
    assert markup.startswith("<iframe srcdoc=" if suffix == "html" else "<img src=")
    assert markup.count("<html") == 0


def test_a_video_shows_itself_in_a_notebook(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"moving")
    markup = Film(tmp_path / "film.mp4", 1, 1.0)._repr_html_()
    assert markup == '<video controls src="data:video/mp4;base64,bW92aW5n"></video>'


def test_an_error_says_how_to_make_a_film_possible(filmed, tmp_path, monkeypatch):
    classifier, X, y = filmed
    path = tmp_path / "film.gif"
    with pytest.raises(DataError, match="no recording of its training; give the estimator record='auto'"):
        animate(fit(sx.MLPClassifier((2,)), X, y), path, X, y)
    with pytest.raises(ParameterError, match=r"path must end in \.gif, \.html, \.mp4, \.webp, \.apng"):
        animate(classifier, tmp_path / "film.avi", X, y)
    with pytest.raises(ParameterError, match=r"views must be one of .*Did you mean 'boundary'"):
        animate(classifier, path, X, y, views=("boundry",))
    with pytest.raises(ParameterError, match="views must be one or more of"):
        animate(classifier, path, X, y, views=())
    with pytest.raises(ParameterError, match=r"views must be one of .*Did you mean 'loss'"):
        animate(classifier, path, X, y, views="los")
    with pytest.raises(ParameterError, match="fps"):
        animate(classifier, path, X, y, fps=0)
    with pytest.raises(ParameterError, match=r"size must be width and height.*\(1280, 720\)"):
        animate(classifier, path, X, y, size=(10, 10))
    with pytest.raises(ParameterError, match=r"point must have a number for each of x1, x2, got \(1,\)"):
        animate(classifier, path, X, y, point=(1,))
    with pytest.raises(ParameterError, match=r"point cannot be shown with plane='pca'"):
        animate(classifier, path, X, y, point=(1, 2), plane="pca")
    with pytest.raises(ParameterError, match="every"):
        animate(classifier, path, X, y, every=0)
    with pytest.raises(DataError, match="X and y must be given together, got no y"):
        animate(classifier, path, X)
    with pytest.raises(DataError, match="X and y must be given for the view 'surface'"):
        animate(classifier, path, views=("surface",))
    with pytest.raises(OutputError, match="does not exist"):
        animate(classifier, tmp_path / "none" / "film.gif", X, y)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ParameterError, match=r"ffmpeg is not installed.*choose \.gif or \.html"):
        animate(classifier, tmp_path / "film.mp4", X, y)
    assert list(tmp_path.iterdir()) == []
