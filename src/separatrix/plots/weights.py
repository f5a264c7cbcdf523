"""Weights: the incoming weights of each unit of the first layer as an image."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from matplotlib.figure import SubFigure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from separatrix.errors import ParameterError
from separatrix.explain.weight_images import WeightImages, missing_shape, weight_images
from separatrix.model import Model
from separatrix.plots.axes import figure_of, style, wrapped
from separatrix.plots.display import NO_NETWORK, ModelDisplay, Panel, Subject
from separatrix.plots.grid import new_grid
from separatrix.plots.legends import add_colorbar
from separatrix.plots.palette import signed_colormap
from separatrix.plots.scene import Scene
from separatrix.plots.sizes import text_points

Array = NDArray[Any]

_SIDE = 1.25  # of an image, in inches
_COLUMNS = 5
_FILM_UNITS = 12


class WeightImagesDisplay(ModelDisplay):
    """The weights from each pixel to the units of the first layer, one image for each unit.

    A unit answers most to images that are bright where it is green and dark where it is purple. All images
    have one scale. Pixels that the network does not read have the colour of the background. Create it with
    `from_estimator`.

    Parameters
    ----------
    weights : WeightImages
        What `separatrix.explain.weight_images` returns.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_shown,)
    figure_ : matplotlib Figure
    images_ : list of matplotlib AxesImage

    Examples
    --------
    >>> from separatrix import Model, Network, WeightImagesDisplay
    >>> network = Network.mlp(64, (4,), 10, head="multiclass")
    >>> model = Model(network, np.linspace(-1, 1, network.n_parameters))
    >>> display = WeightImagesDisplay.from_estimator(model)
    >>> [image.get_array().shape for image in display.images_]
    [(8, 8), (8, 8), (8, 8), (8, 8)]
    """

    panel_width = 4.4

    def __init__(self, weights: WeightImages) -> None:
        self.weights = weights

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        shape: tuple[int, int] | None = None,
        max_units: int = 20,
        axes: Any = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the weights of a network.

        Parameters
        ----------
        estimator : Model, fitted estimator of this package, or pipeline that ends in one
        shape : (int, int), optional
            Height and width of the images in pixels; by default they are squares.
        max_units : int, default=20
            Units drawn: those with the largest weights.
        axes : array-like of matplotlib Axes, optional
            One for each unit; by default those of a new figure.
        **kwargs
            As for `plot`.

        Raises
        ------
        ParameterError
            If the inputs do not fit the shape, or are no square and there is none.
        """
        return cls(weight_images(estimator, shape=shape, max_units=max_units)).plot(axes, **kwargs)

    def plot(
        self, axes: Any = None, *, colorbar: bool = True, image_kw: Mapping[str, Any] | None = None
    ) -> Self:
        """Draw the images.

        Parameters
        ----------
        axes : array-like of matplotlib Axes, optional
            One for each unit; by default those of a new figure.
        colorbar : bool, default=True
            Whether to add a colour bar.
        image_kw : mapping, optional
            Passed to `Axes.imshow`.

        Raises
        ------
        ParameterError
            If there are too few axes.
        """
        n, (height, width) = len(self.weights.images), self.weights.images.shape[1:]
        if axes is None:
            n_columns = min(n, _COLUMNS)
            ratio = min(max(height / width, 0.4), 2.5)
            grid = new_grid(math.ceil(n / n_columns), n_columns, _SIDE, _SIDE * ratio + 0.3).ravel()
            for ax in grid[n:]:
                ax.set_axis_off()
        else:
            grid = np.asarray(axes, dtype=object).ravel()
        if len(grid) < n:
            raise ParameterError("axes", f"must be {n}, one for each unit, got {len(grid)}.")
        self.axes_: Array = grid[:n]
        self.ax_, self.figure_ = grid[0], figure_of(grid[0])
        largest = float(np.nanmax(np.abs(self.weights.images))) or 1.0
        look = {"cmap": signed_colormap(), "vmin": -largest, "vmax": largest}
        self.images_: list[AxesImage] = []
        for ax, image, name in zip(self.axes_, self.weights.images, self.weights.names, strict=True):
            self.images_.append(ax.imshow(np.ma.masked_invalid(image), **style(look, image_kw)))
            ax.set_title(wrapped(name, 12), fontsize=text_points("small"))
            ax.set(xticks=[], yticks=[])
        if colorbar:
            add_colorbar(self.figure_, self.images_[0], list(self.axes_), label="weight")
        if n < self.weights.n_units and axes is None:
            self.figure_.suptitle(
                f"the {n} of {self.weights.n_units} units with the largest weights",
                fontsize=text_points("medium"),
            )
        return self

    @classmethod
    def panel(cls, scene: Scene, figure: SubFigure) -> Panel:
        """Draw the images of the units with the largest weights at the end; their pixels change."""
        n_units = scene.model.network.layers[0].units
        last = weight_images(scene.at(-1), max_units=_FILM_UNITS)
        images = [
            weight_images(scene.at(frame), max_units=n_units).images[last.units]
            for frame in range(len(scene.thetas))
        ]
        largest = max(float(np.nanmax(np.abs(shown))) for shown in images) or 1.0
        n_columns = math.ceil(len(last.units) ** 0.5)
        grid = figure.subplots(math.ceil(len(last.units) / n_columns), n_columns, squeeze=False).ravel()
        for ax in grid[len(last.units) :]:
            ax.set_axis_off()
        limits = {"vmin": -largest, "vmax": largest}
        display = cls(last).plot(grid, image_kw=limits)

        def update(frame: int) -> None:
            for shown, image in zip(display.images_, images[frame], strict=True):
                shown.set_data(np.ma.masked_invalid(image))

        frames = [spine for ax in display.axes_ for spine in ax.spines.values()]
        return Panel([*display.images_, *frames], update)

    @classmethod
    def missing(cls, subject: Subject) -> str | None:
        """Return why the weights cannot be drawn of this model; None if they can."""
        if not isinstance(subject.model, Model):
            return NO_NETWORK
        return missing_shape(subject.model)

    @classmethod
    def draw(cls, subject: Subject) -> Self:
        """Draw the weights of a model; the table is not needed."""
        return cls.from_estimator(subject.model)
