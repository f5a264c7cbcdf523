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
SIZE, LARGE_SIZE = (960, 540), (1280, 720)  # pixels of one or two panels, and of more: those of a slide
SMALLEST, LARGEST = 240, 4096  # pixels of a side
_WIDER, _TALLER = 1.3, 1.6  # how much wider the first of two panels is, or one that is as high as two

# How panels are laid out: rows and columns of a grid, and the cells of each panel.
_Cells = tuple[slice, slice]


def layout(n_panels: int) -> tuple[int, int, list[_Cells]]:
    """Return rows and columns of a grid, and the rows and columns of it that each panel takes.

    Examples
    --------
    >>> layout(2)
    (1, 2, [(slice(0, 1, None), slice(0, 1, None)), (slice(0, 1, None), slice(1, 2, None))])
    """
    if n_panels <= 2:
        n_rows, n_columns = 1, n_panels
    elif n_panels % 2:  # the first one takes the whole height
        n_rows, n_columns = 2, (n_panels + 1) // 2
    else:
        n_rows, n_columns = 2, n_panels // 2
    cells = [
        (slice(row, row + 1), slice(column, column + 1))
        for row in range(n_rows)
        for column in range(n_columns)
    ]
    if n_panels > 2 and n_panels % 2:
        rest = [cell for cell in cells if cell[1].start > 0]
        cells = [(slice(0, 2), slice(0, 1)), *rest]
    return n_rows, n_columns, cells


class Reel:
    """The frames of a film, drawn on demand.

    Parameters
    ----------
    scene : Scene
    views : sequence of display classes
        One panel each, from left to right, in one row or two.
    size : pair of int, optional
        Width and height in pixels; by default those of a slide, 16 to 9.

    Attributes
    ----------
    figure : matplotlib Figure
    moving : list of matplotlib Artist
        The artists that change, in the order in which they are drawn.
    labels : list of str
        What each frame shows.
    seconds : ndarray of shape (n_frames,)
        How long each frame is shown.
    boxes : list of (left, top, width, height)
        The title and each panel, in pixels from the upper left corner.
    shape : tuple of int
        Height and width of every frame in pixels: even numbers, which video encoders need.
    """

    def __init__(
        self, scene: Scene, views: Sequence[type[ModelDisplay]], size: tuple[int, int] | None = None
    ) -> None:
        self.labels, self.seconds = scene.labels, scene.seconds
        width, height = size or (SIZE if len(views) <= 2 else LARGE_SIZE)
        n_rows, n_columns, cells = layout(len(views))
        figsize = (width // 2 * 2 / DPI, height // 2 * 2 / DPI)
        self.figure = Figure(figsize=figsize, dpi=DPI, layout="constrained")
        self._canvas = cast("Any", FigureCanvasAgg)(self.figure)  # it has no types
        self._titles = [wrapped_to(label, 70 * figsize[0], "large") for label in self.labels]
        self._title = self.figure.suptitle(max(self._titles, key=lambda title: title.count("\n")))
        widths = _widths([cast("float", view.panel_width) for view in views], n_columns, cells)
        grid = self.figure.add_gridspec(n_rows, n_columns, width_ratios=widths)
        subfigures = [self.figure.add_subfigure(grid[cell]) for cell in cells]
        self._panels = [view.panel(scene, part) for view, part in zip(views, subfigures, strict=True)]
        self.moving = [self._title, *(artist for panel in self._panels for artist in panel.moving)]
        self.figure.draw_without_rendering()  # finds the layout
        self.figure.set_layout_engine("none")  # from here on only the moving artists change
        for artist in self.moving:
            artist.set_animated(True)
        self._canvas.draw()
        self._still = self._canvas.copy_from_bbox(self.figure.bbox)
        width, height = self._canvas.get_width_height()
        self.shape = (height, width)
        panels = [_box(part.bbox, width, height) for part in subfigures]
        self.boxes = [(0, 0, width, min(top for _, top, *_ in panels)), *panels]

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


def _widths(wanted: list[float], n_columns: int, cells: list[_Cells]) -> list[float]:
    """Return the relative width of each column: that of its widest panel, and more for the main panel."""
    widths = [
        max(width for width, (_, columns) in zip(wanted, cells, strict=True) if columns.start == column)
        for column in range(n_columns)
    ]
    if len(wanted) == 2:
        widths[0] *= _WIDER
    elif n_columns > 1 and len(wanted) % 2:
        widths[0] *= _TALLER
    return widths


def _box(bbox: Any, width: int, height: int) -> tuple[int, int, int, int]:
    """Return a box of matplotlib, whose origin is below, in whole pixels from the upper left corner."""
    left, right = max(round(bbox.x0), 0), min(round(bbox.x1), width)
    top, bottom = max(round(height - bbox.y1), 0), min(round(height - bbox.y0), height)
    return left, top, right - left, bottom - top
