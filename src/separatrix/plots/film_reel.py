"""The reel of a film: any of its frames. What stands still is drawn once, what moves anew for each frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from separatrix.plots.axes import wrapped
from separatrix.plots.film_scene import Scene

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import SubFigure

Array = NDArray[Any]

DPI = 100
HEIGHT = 3.8  # inches
_CHARACTERS = 9  # of a title that fit into an inch


@dataclass(frozen=True)
class Panel:
    """What one view puts on the figure.

    Attributes
    ----------
    moving : sequence of Artist
        In the order in which they are drawn, above all that stands still.
    update : callable
        Takes the number of a frame, from 0, and puts its data into the artists.
    """

    moving: Sequence[Artist]
    update: Callable[[int], None]


@dataclass(frozen=True)
class View:
    """Something to look at while a network learns.

    Attributes
    ----------
    width : float
        In inches.
    draw : callable
        Draws what stands still, makes the artists that move, and returns them as a `Panel`.
    """

    width: float
    draw: Callable[[Scene, SubFigure], Panel]


class Reel:
    """The frames of a film, drawn when they are asked for.

    Parameters
    ----------
    scene : Scene
    views : sequence of View
        From left to right.

    Attributes
    ----------
    figure : matplotlib Figure
    moving : list of matplotlib Artist
        In the order in which they are drawn.
    labels : list of str
        What each frame is.
    shape : tuple of int
        Height and width of every frame in pixels: even numbers, as video encoders want them.
    """

    def __init__(self, scene: Scene, views: Sequence[View]) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.labels = scene.labels
        widths = [view.width for view in views]
        self.figure = Figure(figsize=(sum(widths), HEIGHT), dpi=DPI, layout="constrained")
        self._canvas = cast("Any", FigureCanvasAgg)(self.figure)  # matplotlib gives it no types
        self._titles = [wrapped(label, int(_CHARACTERS * sum(widths))) for label in self.labels]
        self._title = self.figure.suptitle(self._titles[-1])
        subfigures = self.figure.subfigures(1, len(views), squeeze=False, width_ratios=widths)[0]
        self._panels = [view.draw(scene, part) for view, part in zip(views, subfigures, strict=True)]
        self.moving = [self._title, *(artist for panel in self._panels for artist in panel.moving)]
        self._canvas.draw()
        self.figure.set_layout_engine("none")  # from here on nothing but the moving artists changes
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
        """Return a frame, from 0: uint8, (height, width, 3)."""
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
