"""Reel: the frames of a film. What does not change is drawn once, and only the rest for each frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from separatrix.plots.axes import wrapped_to
from separatrix.plots.display import ModelDisplay
from separatrix.plots.scene import Scene

Array = NDArray[Any]

DPI = 100
HEIGHT = 3.8  # inches


class Reel:
    """The frames of a film, drawn on demand.

    Parameters
    ----------
    scene : Scene
    views : sequence of display classes
        One panel each, from left to right.

    Attributes
    ----------
    figure : matplotlib Figure
    moving : list of matplotlib Artist
        The artists that change, in the order in which they are drawn.
    labels : list of str
        What each frame shows.
    shape : tuple of int
        Height and width of every frame in pixels: even numbers, which video encoders need.
    """

    def __init__(self, scene: Scene, views: Sequence[type[ModelDisplay]]) -> None:
        self.labels = scene.labels
        widths = [cast("float", view.panel_width) for view in views]
        self.figure = Figure(figsize=(sum(widths), HEIGHT), dpi=DPI, layout="constrained")
        self._canvas = cast("Any", FigureCanvasAgg)(self.figure)  # it has no types
        self._titles = [wrapped_to(label, 70 * sum(widths), "large") for label in self.labels]
        self._title = self.figure.suptitle(self._titles[-1])
        subfigures = self.figure.subfigures(1, len(views), squeeze=False, width_ratios=widths)[0]
        self._panels = [view.panel(scene, part) for view, part in zip(views, subfigures, strict=True)]
        self.moving = [self._title, *(artist for panel in self._panels for artist in panel.moving)]
        self._canvas.draw()
        self.figure.set_layout_engine("none")  # from here on only the moving artists change
        for artist in self.moving:
            artist.set_animated(True)
        self._canvas.draw()
        self._still = self._canvas.copy_from_bbox(self.figure.bbox)
        width, height = self._canvas.get_width_height()
        self.shape = (height, width)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.labels)

    def __getitem__(self, number: int) -> Array:
        """Return a frame, counted from 0: uint8, (height, width, 3)."""
        self._title.set_text(self._titles[number])
        for panel in self._panels:
            panel.update(number)
        self._canvas.restore_region(self._still)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        return np.ascontiguousarray(np.asarray(self._canvas.buffer_rgba())[..., :3])

    def __iter__(self) -> Iterator[Array]:
        """Yield the frames."""
        return (self[number] for number in range(len(self)))
