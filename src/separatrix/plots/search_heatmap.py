"""Heat map of a search: the best score for every depth and width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray

from separatrix import check
from separatrix.plots.axes import style
from separatrix.plots.legends import legend_above
from separatrix.plots.palette import background, grid_color, sequential_colormap
from separatrix.plots.search_display import SearchDisplay, number_format
from separatrix.plots.sizes import axes_size, text_size
from separatrix.select.candidates import ArchitectureTable, architecture_table

Array = NDArray[Any]
Keywords = Mapping[str, Any] | None

_TEXT_SIZES = (5.5, 9.0)  # points: smaller numbers are not written, larger ones not needed
_FREE, _FREE_OF_SMALL = 0.72, 0.5  # fraction of the axes that colour bar and legend leave


class SearchHeatmapDisplay(SearchDisplay):
    """Mean score and standard error of the best candidate for every depth and width.

    The width of a network is that of its widest hidden layer. If the layers of the best network of a cell
    differ, they are written in the cell. A straight line has no width: its cell, at the bottom, is as wide as
    the heat map. It is the best candidate without hidden layer, or the baseline if none was tried. Cells that
    were not tried are blank. Yellow cells have the best scores.

    Parameters
    ----------
    candidates : Candidates
    best, smallest_as_good : int
        Indices of the candidates that the verdict names.
    baseline_scores : ndarray of shape (n_splits,), optional
        Scores of a straight line.

    Attributes
    ----------
    table : ArchitectureTable
        The numbers.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    cells_ : matplotlib QuadMesh
    texts_ : list of matplotlib Text
        The numbers in the cells; empty if cells are too small.
    marks_ : list of matplotlib Rectangle
        Around the cell of the best, and that of the smallest as good if it is another.
    colorbar_ : matplotlib Colorbar or None

    Examples
    --------
    >>> from separatrix.select.candidates import Candidates
    >>> none = np.zeros(2, dtype=int)
    >>> candidates = Candidates(
    ...     "accuracy", [{}] * 2, [(), (4,)], np.array([3, 17]), np.array([[0.6, 0.8], [0.9, 0.8]]),
    ...     np.full(2, 80), np.full(2, 20), none, none,
    ... )
    >>> display = SearchHeatmapDisplay(candidates, best=1, smallest_as_good=0).plot()
    >>> display.cells_.get_array().round(2).tolist()
    [[0.7], [0.85]]
    """

    @cached_property
    def table(self) -> ArchitectureTable:
        """The numbers of the heat map."""
        return architecture_table(self.candidates, self.baseline_scores)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        include_values: bool | None = None,
        colorbar: bool = True,
        cell_kw: Keywords = None,
        text_kw: Keywords = None,
        mark_kw: Keywords = None,
        legend_kw: Keywords = None,
    ) -> Self:
        """Draw the heat map.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default those of a new figure. A figure with several axes needs ``layout="constrained"``, as
            the legend is above the axes.
        include_values : bool, optional
            Whether to write the numbers in the cells; by default, if they can be read.
        colorbar : bool, default=True
            Whether to add the scale of the scores.
        cell_kw, text_kw, mark_kw, legend_kw : mapping, optional
            Passed to `Axes.pcolormesh`, `Axes.text`, `Rectangle` and `Axes.legend`.

        Raises
        ------
        ParameterError
            If `include_values` or `colorbar` is neither True nor False.
        """
        if include_values is not None:
            check.boolean("include_values", include_values)
        check.boolean("colorbar", colorbar)
        ax = self._begin(ax)
        self._draw_cells(cell_kw)
        self.texts_ = self._write_values(include_values, text_kw)
        self.marks_ = self._mark_cells(mark_kw)
        handles = [*self.marks_, *self._draw_empty(), *self._left_out()]
        legend_above(ax, handles, small=self._is_small, is_own=self._is_own, **dict(legend_kw or {}))
        self.colorbar_ = self.figure_.colorbar(self.cells_, ax=ax) if colorbar else None
        if self.colorbar_ is not None:
            self.colorbar_.set_label(self.metric.mean_label)
            self._fit_texts(self.colorbar_.ax)
        self._fit_texts(ax)
        return self

    def _draw_cells(self, cell_kw: Keywords) -> None:
        t, ax = self.table, self.ax_
        n_depths, n_widths = t.best.shape
        cmap = sequential_colormap()
        look = {"cmap": cmap if self.metric.sign > 0 else cmap.reversed()}
        values = np.ma.masked_invalid(self.metric.sign * t.mean)
        x, y = np.arange(n_widths + 1), np.arange(n_depths + 1)
        self.cells_ = ax.pcolormesh(x, y, values, **style(look, cell_kw))
        has_line = int(t.depths[0] == 0)
        ax.hlines(y[1:-1], 0, n_widths, color=grid_color(), linewidth=1)
        ax.vlines(x[1:-1], has_line, n_depths, color=grid_color(), linewidth=1)
        label_width = 1.5 * text_size(str(t.widths[-1]), "medium")[0]
        step = int(np.ceil(n_widths * label_width / (_FREE * axes_size(ax)[0])))
        is_even = all(len(set(sizes)) < 2 for sizes in self.candidates.hidden_layer_sizes)
        if t.widths[-1] > 0:
            ax.set_xticks(x[:-1:step] + 0.5, t.widths[::step])
            ax.set_xlabel(f"units in {'each' if is_even else 'the widest'} hidden layer")
        else:
            ax.set_xticks([])
        ax.set_yticks(y[:-1] + 0.5, t.depths)
        ax.set_ylabel("hidden layers")
        ax.tick_params(length=0)

    def _write_values(self, include_values: bool | None, text_kw: Keywords) -> list[Text]:
        """Write value and error in the cells, if they fit or the caller wants them."""
        t = self.table
        filled = np.argwhere(np.isfinite(t.mean)).tolist()
        line = [(row, column) for row, column in filled if t.depths[row] == 0][:1]
        others = [(row, column) for row, column in filled if t.depths[row] > 0]
        texts = []
        for cells, n_columns in ((line, 1), (others, len(t.widths))):
            size = self._text_size(cells, n_columns)
            if include_values or (include_values is None and size >= _TEXT_SIZES[0]):
                texts += [self._write_value(cell, size, text_kw) for cell in cells]
        return texts

    def _write_value(self, cell: tuple[int, int], size: float, text_kw: Keywords) -> Text:
        t, (row, column) = self.table, cell
        shade = self.cells_.cmap(self.cells_.norm(self.metric.sign * t.mean[cell]))
        is_light = np.dot(shade[:3], (0.299, 0.587, 0.114)) > 0.4  # luma, ITU-R BT.601
        look = {
            "ha": "center",
            "va": "center",
            "fontsize": float(np.clip(size, *_TEXT_SIZES)),
            "color": "black" if is_light else "white",
        }
        x = column + 0.5 if t.depths[row] else len(t.widths) / 2
        return self.ax_.text(x, row + 0.5, self._value_text(row, column), **style(look, text_kw))

    def _value_text(self, row: int, column: int) -> str:
        t = self.table
        spec = number_format(t.mean, t.error)
        value = f"{self.metric.sign * t.mean[row, column]:{spec}}"
        error = f"±{t.error[row, column]:{spec}}" if np.isfinite(t.error[row, column]) else ""
        if t.depths[row] == 0:
            return f"straight line\n{value} {error}".rstrip()
        sizes = self.candidates.hidden_layer_sizes[t.best[row, column]]
        layers = f"({'-'.join(map(str, sizes))})" if len(set(sizes)) > 1 else ""
        return "\n".join(line for line in (value, error, layers) if line)

    def _text_size(self, cells: Sequence[tuple[int, int]], n_columns: int) -> float:
        """Return the font size in points at which the longest text of these cells fits."""
        free = _FREE_OF_SMALL if self._is_small else _FREE
        width, height = (free * size for size in axes_size(self.ax_))
        sizes = [text_size(self._value_text(row, column), 1.0) for row, column in cells] or [(1.0, 1.0)]
        widest, highest = (1.1 * max(size) for size in zip(*sizes, strict=True))
        return float(min(width / n_columns / widest, height / len(self.table.depths) / highest))

    def _mark_cells(self, mark_kw: Keywords) -> list[Rectangle]:
        marks: list[Rectangle] = []
        marked = set()
        for (index, label), dashes in zip(self._roles, ("-", (0, (2, 1))), strict=False):
            cell = self.table.cell_of(self.candidates.hidden_layer_sizes[index])
            inset = 0.1 if cell in marked else 0.04  # of two marks of one cell, one is inside the other
            marked.add(cell)
            row, first, n_columns = cell
            look = {
                "fill": False,
                "edgecolor": "black",
                "linewidth": 2.0,
                "linestyle": dashes,
                "path_effects": [withStroke(linewidth=4.5, foreground="white")],
                "zorder": 3,
                "label": label,
            }
            corner, width = (first + inset, row + inset), n_columns - 2 * inset
            mark = Rectangle(corner, width, 1 - 2 * inset, **style(look, mark_kw))
            self.ax_.add_patch(mark)
            marks.append(mark)
        return marks

    def _draw_empty(self) -> list[Any]:
        """Hatch the cells whose candidates all failed; return legend entries for these and blank cells."""
        t = self.table
        is_failed = (t.n_tried > 0) & np.isnan(t.mean)
        is_blank = (t.n_tried == 0) & np.isnan(t.mean)
        look: dict[str, Any] = {"facecolor": background(), "edgecolor": grid_color()}
        for row, column in np.argwhere(is_failed):
            self.ax_.fill_between([column, column + 1], row, row + 1, hatch="xxx", **look)
        blank = [Patch(label="not tried", **look)] if is_blank.any() else []
        failed = [Patch(label="no score: all left out", hatch="xxx", **look)] if is_failed.any() else []
        return blank + failed
