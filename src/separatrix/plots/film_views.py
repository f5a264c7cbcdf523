"""The views of a film: the displays' pictures, with the artists that move from frame to frame."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from separatrix.errors import DataError
from separatrix.explain.boundary import DecisionGrid, grid_over
from separatrix.explain.curve import fitted_curve
from separatrix.explain.diagram import NetworkDiagram, network_diagram
from separatrix.explain.hidden import HiddenUnits, units_over
from separatrix.explain.subject import class_labels, model_with_hidden_layers
from separatrix.explain.surface import loss_surface
from separatrix.plots.axes import add_legend
from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.curve import FunctionFitDisplay
from separatrix.plots.diagram import NetworkDiagramDisplay
from separatrix.plots.film_reel import Panel, View
from separatrix.plots.film_scene import Scene
from separatrix.plots.hidden import HiddenUnitsDisplay
from separatrix.plots.loss_curve import LossCurveDisplay
from separatrix.plots.loss_surface import LossSurfaceDisplay
from separatrix.plots.palette import class_colors, class_tints

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

Array = NDArray[Any]

GRID = 120  # points along each side of the boundary's plane: one in three pixels
TILE, UNITS = 50, 10  # points along each side of a hidden unit's, and units of a layer


def _boundary(scene: Scene, figure: SubFigure) -> Panel:
    """Draw the probability over a plane; its shades and the line where classes part move."""
    from contourpy import contour_generator
    from matplotlib.collections import LineCollection

    class_labels(scene.estimator)  # a plane is not worth laying for what is no classifier
    plane = scene.lay_plane(GRID)

    def grid_at(frame: int) -> DecisionGrid:
        return grid_over(scene.at(frame), plane, scene.rows)

    first, has_points = grid_at(0), scene.y is not None
    colors = class_colors(len(first.classes))
    display = DecisionBoundaryDisplay(first, scene.y)
    display.plot(figure.subplots(), legend=False, point_kw=None if has_points else {"s": 0})
    ax = display.ax_
    if has_points:
        add_legend(figure, ax, display.points_, is_own=True)
    for contours in display.lines_:
        contours.remove()
    lines = LineCollection([], colors="black", linewidths=1.6)
    ax.add_collection(lines, autolim=False)

    def update(frame: int) -> None:
        grid = grid_at(frame)
        display.image_.set_data(grid.probability if grid.is_binary else class_tints(grid.probability, colors))
        u, v = grid.plane.u, grid.plane.v
        segments: list[Any] = []
        for margin in grid.margins():
            segments += contour_generator(u, v, margin).lines(0.0)
        lines.set_segments(segments)

    # The frame of the axes comes last, as the image would cover half of it.
    return Panel([display.image_, lines, *display.points_, *ax.spines.values()], update)


def _curve(scene: Scene, figure: SubFigure) -> Panel:
    """Draw the points; the answers to the one input move."""
    last = fitted_curve(scene.at(-1), scene.rows)
    display = FunctionFitDisplay(last, scene.y).plot(figure.subplots(), legend=False)
    if display.codes is not None:
        add_legend(figure, display.ax_, display.points_, is_own=True)
    display.ax_.set_ylim(display.ax_.get_ylim())

    def update(frame: int) -> None:
        curve = fitted_curve(scene.at(frame), scene.rows)
        for line, values in zip(display.lines_, curve.values, strict=True):
            line.set_ydata(values)

    return Panel(display.lines_, update)


def _loss(scene: Scene, figure: SubFigure) -> Panel:
    """Draw axes for the whole training; the curves grow."""
    display = LossCurveDisplay.from_history(
        scene.history, ax=figure.subplots(), line_kw={"marker": "o", "markevery": [-1], "clip_on": False}
    )
    ax, start = display.ax_, int(scene.epochs[0])
    for line, curve in zip(display.lines_, display.losses, strict=True):
        line.set_label(curve.name)
    ax.legend(fontsize="small")
    ax.set_xlim(start, start + scene.history.n_epochs)
    ax.set_ylim(ax.get_ylim())
    ends = scene.recording.epochs[scene.reached] - start
    curves = [np.asarray(line.get_ydata()) for line in display.lines_]
    epochs = start + np.arange(1, scene.history.n_epochs + 1)

    def update(frame: int) -> None:
        n, marked = int(ends[frame]), int(scene.epochs[frame]) - start
        for line, values in zip(display.lines_, curves, strict=True):
            line.set_data(epochs[:n], values[:n])
            line.set_markevery([marked - 1] if marked > 0 else [])

    return Panel(display.lines_, update)


def _surface(scene: Scene, figure: SubFigure) -> Panel:
    """Draw the loss over two parameters, or principal directions; the path down grows."""
    if scene.y is None:
        raise DataError(
            "X and y must be given for the view 'surface', which shows their loss; pass them, as in "
            "animate(estimator, path, X, y)."
        )
    surface = loss_surface(scene.estimator, scene.rows, scene.y)
    display = LossSurfaceDisplay(surface).plot(figure.subplots())
    for still in (*display.snapshots_, *display.names_, *filter(None, [display.trained_])):
        still.remove()
    projected = "" if surface.on_plane.all() else "projected: the path leaves this plane"
    display.ax_.set_title(projected, fontsize="small")
    (now,) = display.ax_.plot([], [], "o", color="white", markeredgecolor="black", markersize=8)
    places = (scene.thetas - surface.origin) @ surface.directions.T

    def update(frame: int) -> None:
        display.path_.set_data(*surface.path[: scene.reached[frame] + 1].T)
        now.set_data(*places[frame, :, np.newaxis])

    return Panel([display.path_, now], update)


def _hidden(scene: Scene, figure: SubFigure) -> Panel:
    """Draw what each hidden unit sees; its shades, lines of zero and weights move."""
    model_with_hidden_layers(scene.estimator)
    plane = scene.lay_plane(TILE)

    def units_at(frame: int) -> HiddenUnits:
        return units_over(scene.at(frame), plane, scene.rows, max_units=UNITS)

    display = HiddenUnitsDisplay(units_at(0)).plot(figure.subplots())
    images = [image for layer in display.images_ for image in layer]
    moving = [*display.weights_, *images, display.zero_lines_, display.frames_]
    return Panel(moving, lambda frame: display.update(units_at(frame)))


def _diagram(scene: Scene, figure: SubFigure) -> Panel:
    """Draw the network, all frames on one scale; its weights and biases move."""
    network, thetas = scene.model.network, scene.thetas
    trained = network_diagram(scene.at(-1))
    scaled = replace(
        trained,
        largest_weight=max(float(np.abs(thetas[:, s.weight]).max()) for s in network.layout),
        largest_bias=max(float(np.abs(thetas[:, s.bias]).max(initial=0.0)) for s in network.layout),
    )

    def diagram_at(frame: int) -> NetworkDiagram:
        # Where layers are folded, the units shown stay those of the trained network.
        weights, biases = network.split(thetas[frame])
        layers = [scaled.layers[0]]
        for layer, b in zip(scaled.layers[1:], biases, strict=True):
            layers.append(replace(layer, biases=b[layer.units] if b.size else b))
        shown = tuple(
            w[np.ix_(left.units, right.units)]
            for w, (left, right) in zip(weights, pairwise(layers), strict=True)
        )
        return replace(scaled, layers=tuple(layers), weights=shown)

    display = NetworkDiagramDisplay(scaled).plot(figure.subplots())
    return Panel([display.edges_, *display.units_], lambda frame: display.update(diagram_at(frame)))


VIEWS: dict[str, View] = {
    "boundary": View(4.4, _boundary),
    "curve": View(4.4, _curve),
    "loss": View(4.0, _loss),
    "hidden": View(5.4, _hidden),
    "diagram": View(4.4, _diagram),
    "surface": View(4.6, _surface),
}
