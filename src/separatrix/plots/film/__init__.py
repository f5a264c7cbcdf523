"""Film: an animation of a recorded training, in a file that anyone can play."""

from __future__ import annotations

import base64
import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from separatrix import check
from separatrix.errors import ParameterError
from separatrix.explain.plane import PlaneKind
from separatrix.plots.displays import VIEWS
from separatrix.plots.film.files import Progress, check_film, write_film
from separatrix.plots.film.reel import LARGEST, SMALLEST, Reel
from separatrix.plots.scene import Scene, make_scene


@dataclass(frozen=True)
class Film:
    """A film that was written; a notebook shows it.

    Attributes
    ----------
    path : Path
    n_frames : int
    seconds : float
        How long it lasts.
    """

    path: Path
    n_frames: int
    seconds: float

    def _repr_html_(self) -> str:
        suffix = self.path.suffix.lower()
        if suffix == ".html":
            page = html.escape(self.path.read_text(encoding="utf-8"))
            return f'<iframe srcdoc="{page}" style="width: 100%; height: 36rem; border: 0"></iframe>'
        data = base64.b64encode(self.path.read_bytes()).decode("ascii")
        if suffix == ".mp4":
            return f'<video controls src="data:video/mp4;base64,{data}"></video>'
        kind = "png" if suffix == ".apng" else suffix[1:]
        return f'<img src="data:image/{kind};base64,{data}" alt="{html.escape(self.path.name)}">'


def animate(
    estimator: Any,
    path: str | os.PathLike[str],
    X: Any = None,
    y: Any = None,
    *,
    views: str | Sequence[str] | None = None,
    features: tuple[str | int, str | int] | None = None,
    plane: PlaneKind = "features",
    point: Any = None,
    size: tuple[int, int] | None = None,
    fps: float | None = None,
    every: int | None = None,
    progress: Progress | None = None,
) -> Film:
    """Write a film of the training. Most of its time goes to the epochs in which the network changes.

    Each frame shows a recorded epoch and names it. It stays the longer, the more the network's answers change
    around it; epochs that change next to nothing are left out. If the parameters of an earlier epoch were
    kept, one more frame at the end shows them.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor, or a pipeline that ends in one
        Fitted with ``record=1``, ``"auto"`` or another recording.
    path : path-like
        The suffix gives the format: .gif, .html (a page with a slider), .mp4 (needs the program ffmpeg),
        .webp or .apng. The file is complete or not there.
    X, y : rows and targets, optional
        The points to show, usually the training rows, which estimators do not keep. Without them a classifier
        or regressor, but not a pipeline, is shown over the range of its training rows.
    views : str or sequence of str, optional
        The panels, in one row, or from three on in two: "boundary" (probability of a classifier over two
        inputs), "curve" (predictions along one input), "loss" (so far), "gap" (between training and
        validation loss), "hidden" (outputs of at most ten hidden units of each layer), "unit-curves" (those
        of one input, and their weighted sum), "histograms" (values of the units of each layer), "diagram"
        (weights), "weights" (of at most twelve units, as images), "gradient" (loss along the parameter that
        changes most, and its tangent), "surface" (path on the loss surface). The last two need `X` and `y`.
        By default "curve" for one input, "boundary" for a classifier of two, or with `features` or
        `plane`, otherwise "diagram"; each with "loss". A network with an embedding has no diagram:
        then "loss" alone.
    features : pair of str or int, optional
        The two columns that span the plane of "boundary" and "hidden"; needed if there are more than two.
    plane : {"features", "pca"}, default="features"
        Two columns, or the plane of the first two principal components of `X`.
    point : sequence of numbers, optional
        A row that "boundary" and "curve" mark, with what the network says of it.
    size : pair of int, optional
        Width and height in pixels; by default (960, 540), or (1280, 720) with three views or more: both fill
        a slide.
    fps : float, optional
        Frames per second, if all frames are to stay equally long. By default a film lasts about 10 seconds.
    every : int, optional
        Show one of `every` snapshots of the recording. By default those between which something changes, or
        with `fps` all, but at most 201, with more of the early ones.
    progress : callable, optional
        Called after each frame with the number of frames that are done, and of all.

    Returns
    -------
    Film

    Raises
    ------
    DataError
        If nothing was recorded, or `X` and `y` do not fit, or are needed and missing.
    ParameterError
        If a parameter is invalid, or the format needs a program that is not installed.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> from separatrix import MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> clf = MLPClassifier((4,), "tanh", solver="lbfgs", record=1, random_state=0).fit(X, y)
    >>> animate(clf, "circles.gif", X, y)  # doctest: +SKIP
    Film(path=PosixPath('circles.gif'), n_frames=37, seconds=10.3)
    """
    target = Path(path)
    check_film(target)
    if fps is not None:
        check.number("fps", fps, 0.0, open_low=True)
    if size is not None:
        _check_size(size)
    scene = make_scene(estimator, X, y, every=every, features=features, plane=plane, fps=fps, point=point)
    names = _default_views(scene) if views is None else [views] if isinstance(views, str) else views
    if not names:
        raise ParameterError("views", f"must be one or more of {', '.join(VIEWS)}, got {views!r}.")
    for name in names:
        check.choice("views", name, VIEWS)
    reel = Reel(scene, [VIEWS[name] for name in names], size)
    write_film(target, reel, _title(target, scene), progress)
    return Film(target, len(reel), round(float(reel.seconds.sum()), 2))


def _title(path: Path, scene: Scene) -> str:
    """Return what the film shows, for the title of its page."""
    sizes = "-".join(map(str, scene.model.network.sizes))
    return f"{path.stem}: a {sizes} network learns"


def _check_size(size: Any) -> None:
    is_pair = isinstance(size, Sequence) and len(size) == 2
    if not is_pair or not all(isinstance(n, int) and SMALLEST <= n <= LARGEST for n in size):
        raise ParameterError(
            "size",
            f"must be width and height in pixels, each from {SMALLEST} to {LARGEST}, got {size!r}; choose "
            "(1280, 720), or leave it out.",
        )


def _default_views(scene: Scene) -> tuple[str, ...]:
    if scene.n_columns == 1:
        return "curve", "loss"
    has_plane = scene.n_columns == 2 or scene.features is not None or scene.plane == "pca"
    shows_plane = scene.model.is_classifier and has_plane
    if shows_plane:
        return "boundary", "loss"
    return ("diagram", "loss") if scene.model.network.embedding is None else ("loss",)
