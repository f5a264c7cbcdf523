"""The recipes' pictures on file: each is written, closed and given a caption."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.errors import OutputError
from separatrix.files import atomic_write, check_writable
from separatrix.plots import animate
from separatrix.recipes.facts import Picture, Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120


def prepare_folder(folder: Path) -> None:
    """Make the folder of the pictures, before any work is spent; `OutputError` if it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder '{folder}': {error.strerror or error}; choose another."
        ) from error
    check_writable(folder / "picture.png")


def panels(n_columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels side by side, each `width` by `height` inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(n_columns * width, height), layout="constrained")
    return figure, list(figure.subplots(1, n_columns, squeeze=False).flat)


def save(figure: Figure, path: Path, caption: str, code: str = "") -> Picture:
    """Write a picture, whole or not at all, and close it."""
    from matplotlib import pyplot as plt

    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=DPI)
    plt.close(figure)
    return Picture(path, caption, code)


def film(
    estimator: Any,
    path: Path,
    X: Any,
    y: Any,
    caption: str,
    *,
    views: Sequence[str],
    progress: Progress | None,
    **settings: Any,
) -> Picture:
    """Write a film; `settings` are those of `animate`."""
    animate(estimator, path, X, y, views=views, progress=progress, **settings)
    more = "".join(f", {name}={value!r}" for name, value in settings.items())
    return Picture(path, caption, f'animate(network, "{path.name}", X, y, views={tuple(views)!r}{more})')
