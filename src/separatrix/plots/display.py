"""Display: the base class of all displays, which decides sizes, small axes, titles and legends.

A display holds arrays and draws them, after scikit-learn's convention: `from_estimator` computes and draws,
`plot` draws again, keyword arguments are passed on to matplotlib, and artists are attributes that end in "_".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.legend import Legend
from numpy.typing import NDArray

from separatrix.data.column import is_text
from separatrix.data.table import Table
from separatrix.ensemble import AnyModel
from separatrix.explain.subject import input_names
from separatrix.explain.tables import as_table
from separatrix.model import Model
from separatrix.plots.axes import figure_of, new_axes, shrink_texts
from separatrix.plots.legends import add_legend
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import axes_size, text_points, text_scale

NO_NETWORK = (
    "it needs a single network, and this is an ensemble; train one, on the command line with --model=network"
)
_SMALL_HEIGHT = 145.0  # points


class Display(ABC):
    """Base class of all displays.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    ax_: Axes
    figure_: Figure

    # Narrower axes, in points where texts have 10 points, have small texts: those of `plt.subplots(2, 2)`.
    _small_width: ClassVar[float] = 190.0
    _is_own = True  # whether the display has made the figure
    _is_small = False  # whether texts of the usual size do not fit

    @abstractmethod
    def plot(self, *args: Any, **kwargs: Any) -> Self:
        """Draw the display."""

    def _begin(self, ax: Axes | None, figsize: tuple[float, float] | None = None) -> Axes:
        """Return the axes to draw in: those given, or those of a new figure of a size in inches."""
        self._is_own = ax is None
        self.ax_ = new_axes(figsize) if ax is None else ax
        self.figure_ = figure_of(self.ax_)
        width, height = (length / text_scale() for length in axes_size(self.ax_))
        if text_scale() > 1:  # otherwise the numbers of two axes meet in the corner
            self.ax_.tick_params(pad=5 * text_scale())
        # A size in inches is chosen such that everything fits.
        has_fitting_size = ax is None and figsize is not None
        self._is_small = not has_fitting_size and (width < self._small_width or height < _SMALL_HEIGHT)
        return self.ax_

    @property
    def _fontsize(self) -> float:
        """Font size of texts beside what is drawn, in points."""
        if not self._is_small:
            return text_points("small")
        return min(text_points("x-small"), max(0.075 * axes_size(self.ax_)[1], 6.0))

    def _set_title(self, title: str, **kwargs: Any) -> None:
        """Write a title, for which small axes have no room."""
        if not self._is_small:
            self.ax_.set_title(title, **kwargs)

    def _add_legend(self, handles: Sequence[Any]) -> Legend:
        """Add a legend above the axes of a new figure, else in the corner of the axes."""
        size = {"fontsize": self._fontsize} if self._is_small else {}
        return add_legend(self.figure_, self.ax_, handles, is_own=self._is_own, **size)

    def _fit_texts(self, *axes: Axes | None) -> None:
        """Make the ticks and labels of axes small, if those drawn in are small."""
        for ax in axes:
            if self._is_small and ax is not None:
                shrink_texts(ax)


@dataclass(frozen=True)
class Subject:
    """What a display is drawn of: a model, and the rows that it is shown on.

    Attributes
    ----------
    model : Model or Ensemble
    table : Table or None
        The rows, without the target.
    y : ndarray of shape (n_rows,) or None
        The rows' labels or numbers, if they are known.
    features : list of str or None
        The two columns that span the plane.
    plane : {"features", "pca"}
    parameters : list of int or str, or None
        The two parameters that span a loss surface.
    epochs : list of int, or None
        The recorded epochs whose networks are drawn, by the displays that can; by default the trained one.
    """

    model: AnyModel
    table: Table | None = None
    y: NDArray[Any] | None = None
    features: list[str] | None = None
    plane: Literal["features", "pca"] = "features"
    parameters: list[int | str] | None = None
    epochs: list[int] | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that the model reads."""
        if self.table is not None:
            return as_table(self.model, self.table).column_names
        network = self.model if isinstance(self.model, Model) else self.model.models[0]
        if network.encoder is not None:
            return network.encoder.input_columns
        return input_names(network)

    @property
    def plane_features(self) -> tuple[str, str] | None:
        """The two columns that span the plane, as a film takes them."""
        return None if self.features is None else (self.features[0], self.features[1])

    def missing_table(self) -> str | None:
        """Return why a display of rows cannot be drawn; None if it can."""
        return None if self.table is not None else "it needs a table of rows"

    def missing_target(self) -> str | None:
        """Return why a display of rows and their targets cannot be drawn; None if it can."""
        if self.table is not None and self.y is None:
            return "it needs the true targets, and the table has no column of them; name it with target="
        return self.missing_table()

    def missing_plane(self) -> str | None:
        """Return why a display over a plane cannot be drawn; None if it can."""
        columns = self.columns
        if len(columns) == 1:
            return "it needs two inputs, and the model has one; draw the curve"
        if self.features is not None or self.plane == "pca":
            return self.missing_table()
        if len(columns) == 2:
            return self.missing_table() or self._missing_numbers(columns)
        if self.table is None:
            return f"it needs a table of rows, and a plane through its {len(columns)} columns"
        return (
            f"it needs a plane through the {len(columns)} columns; choose two, as with "
            f"features='{','.join(columns[:2])}', or set plane='pca'"
        )

    def _missing_numbers(self, columns: Sequence[str]) -> str | None:
        """Return why the two columns cannot span a plane; None if they can."""
        assert self.table is not None
        texts = [name for name in columns if is_text(as_table(self.model, self.table).columns[name])]
        return f"it needs two columns of numbers, and '{texts[0]}' is text or a date" if texts else None


@dataclass(frozen=True)
class Panel:
    """The axes of a film that show one display.

    Attributes
    ----------
    moving : sequence of matplotlib Artist
        The artists that change, in the order in which they are drawn, above all others.
    update : callable
        Takes the number of a frame, from 0, and puts its data into the artists.
    """

    moving: Sequence[Artist]
    update: Callable[[int], None]


class ModelDisplay(Display):
    """Base class of the displays of a model; `separatrix.plots.displays` lists them by name."""

    panel_width: ClassVar[float | None] = None  # inches in a film; None if a film cannot show it

    @classmethod
    @abstractmethod
    def from_estimator(cls, estimator: Any, *args: Any, **kwargs: Any) -> Self:
        """Compute and draw the display."""

    @classmethod
    @abstractmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the display cannot be drawn of this model and table; None if it can."""

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the display of a model and a table for which `missing` returns None."""
        return cls.from_estimator(subject.model, subject.table, subject.y)

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw what does not change in a film, and create the artists that do."""
        raise NotImplementedError
