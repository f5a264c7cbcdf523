"""Film: a network as it learns, epoch by epoch, in a file that anyone can play."""

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
from separatrix.explain.plane import Kind
from separatrix.plots.film_files import Progress, check_film, write_film
from separatrix.plots.film_reel import Reel
from separatrix.plots.film_scene import Scene, make_scene
from separatrix.plots.film_views import VIEWS

_SECONDS = 8.0  # that a film lasts, unless that is too fast or too slow
_SLOWEST, _FASTEST = 2.0, 25.0  # frames a second


@dataclass(frozen=True)
class Film:
    """A film that was made; in a notebook it shows itself.

    Attributes
    ----------
    path : Path
    n_frames : int
    fps : float
        Frames a second.
    """

    path: Path
    n_frames: int
    fps: float

    def _repr_html_(self) -> str:
        suffix = self.path.suffix.lower()
        if suffix == ".html":
            page = html.escape(self.path.read_text(encoding="utf-8"))
            return f'<iframe srcdoc="{page}" style="width: 100%; height: 34rem; border: 0"></iframe>'
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
    plane: Kind = "features",
    fps: float | None = None,
    every: int | None = None,
    progress: Progress | None = None,
) -> Film:
    """Write a film of the training: a frame for each recorded epoch.

    Where early stopping went back to an epoch before the last, one more frame shows what was kept.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor, or a pipeline that ends in one
        Fitted with ``record=1``, ``"auto"`` or another recording.
    path : path-like
        The suffix says what kind of film: .gif, .html (a page with a slider), .mp4 (needs the program
        ffmpeg), .webp or .apng. The file is whole or not there.
    X, y : rows and targets, optional
        The points to show, usually the training rows: estimators do not keep them. Without them a classifier
        or regressor by itself, though not a pipeline, is shown over the range of its training rows.
    views : str or sequence of str, optional
        What to show from left to right: "boundary" (a classifier's probability over two inputs), "curve" (the
        answers to one input), "loss" (so far), "hidden" (what each hidden unit sees, ten of a layer),
        "diagram" (weights), "surface" (the way down the loss, needs `X` and `y`). By default the loss beside
        "curve" for one input, "boundary" for a classifier's two or those of `features` or `plane`, else
        "diagram".
    features : pair of str or int, optional
        The two columns that span the plane of "boundary" and "hidden", where there are more.
    plane : {"features", "pca"}
        Two columns, or the plane of the first two principal components of `X`.
    fps : float, optional
        Frames a second; by default such that the film lasts about 8 seconds.
    every : int, optional
        Show every so many snapshots of the recording. By default all, or of more than 201 so many, the denser
        the earlier.
    progress : callable, optional
        Told after each frame how many of how many are done.

    Returns
    -------
    Film

    Raises
    ------
    DataError
        If nothing was recorded, or `X` and `y` do not fit or are needed and missing.
    ParameterError
        If a setting breaks its rule, or this machine cannot write that kind of film.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> from separatrix import MLPClassifier
    >>> from sklearn.datasets import make_circles
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> clf = MLPClassifier((4,), "tanh", solver="lbfgs", record=1, random_state=0).fit(X, y)
    >>> animate(clf, "circles.gif", X, y)  # doctest: +SKIP
    Film(path=PosixPath('circles.gif'), n_frames=42, fps=5.25)
    """
    target = Path(path)
    check_film(target)
    if fps is not None:
        check.number("fps", fps, 0.0, open_low=True)
    scene = make_scene(estimator, X, y, every=every, features=features, plane=plane)
    names = _default_views(scene) if views is None else [views] if isinstance(views, str) else views
    if not names:
        raise ParameterError(f"views must be one or more of {', '.join(VIEWS)}, got {views!r}.")
    for name in names:
        check.choice("views", name, VIEWS)
    reel = Reel(scene, [VIEWS[name] for name in names])
    if fps is None:
        fps = min(max(len(reel) / _SECONDS, _SLOWEST), _FASTEST)
    write_film(target, reel, fps, progress)
    return Film(target, len(reel), fps)


def _default_views(scene: Scene) -> tuple[str, str]:
    if scene.n_columns == 1:
        return "curve", "loss"
    has_plane = scene.n_columns == 2 or scene.features is not None or scene.plane == "pca"
    shows_plane = scene.model.is_classifier and has_plane
    return ("boundary" if shows_plane else "diagram"), "loss"
