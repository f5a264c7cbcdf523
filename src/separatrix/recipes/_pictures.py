"""The recipes' pictures on file: each is written, closed and given a caption."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.plots import animate
from separatrix.plots.axes import save_figure
from separatrix.recipes.facts import Picture, Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def panels(n_columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels side by side, each `width` by `height` inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(n_columns * width, height), layout="constrained")
    return figure, list(figure.subplots(1, n_columns, squeeze=False).flat)


def save(figure: Figure, path: Path, caption: str, code: str = "") -> Picture:
    """Write a picture and close it."""
    save_figure(figure, path)
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
    arguments = ["network", f'"{path.name}"', "X", "y", f"views={json.dumps(list(views))}"]
    arguments += [f"{name}={value!r}" for name, value in settings.items()]
    return Picture(path, caption, f"sx.animate({', '.join(arguments)})")
