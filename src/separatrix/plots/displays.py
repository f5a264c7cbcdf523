"""All displays by name: `separatrix plot`, films and the gallery find here what they can draw."""

from __future__ import annotations

from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.curve import FunctionFitDisplay
from separatrix.plots.diagram import NetworkDiagramDisplay
from separatrix.plots.display import ModelDisplay
from separatrix.plots.hidden import HiddenSpaceDisplay, HiddenUnitsDisplay
from separatrix.plots.loss_curve import LossCurveDisplay
from separatrix.plots.loss_surface import LossSurfaceDisplay
from separatrix.plots.report import ReportDisplay
from separatrix.plots.search_curves import SearchCurvesDisplay
from separatrix.plots.search_display import SearchDisplay
from separatrix.plots.search_heatmap import SearchHeatmapDisplay
from separatrix.plots.search_pareto import SearchParetoDisplay

# Of a model; the order is that of `separatrix plot`.
DISPLAYS: dict[str, type[ModelDisplay]] = {
    "boundary": DecisionBoundaryDisplay,
    "curve": FunctionFitDisplay,
    "loss": LossCurveDisplay,
    "diagram": NetworkDiagramDisplay,
    "hidden": HiddenUnitsDisplay,
    "hidden-space": HiddenSpaceDisplay,
    "surface": LossSurfaceDisplay,
    "report": ReportDisplay,
}

# Those that a film can show.
VIEWS = {name: display for name, display in DISPLAYS.items() if display.panel_width is not None}

# Of a search.
SEARCH_DISPLAYS: dict[str, type[SearchDisplay]] = {
    "heatmap": SearchHeatmapDisplay,
    "pareto": SearchParetoDisplay,
    "curves": SearchCurvesDisplay,
}
