"""All displays by name: `separatrix plot`, films and the gallery find here what they can draw."""

from __future__ import annotations

from separatrix.plots.activation import ActivationDisplay
from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.curve import FunctionFitDisplay
from separatrix.plots.data import DataDisplay
from separatrix.plots.diagram import NetworkDiagramDisplay
from separatrix.plots.display import ModelDisplay
from separatrix.plots.gap import GeneralizationGapDisplay
from separatrix.plots.gradient import GradientDisplay
from separatrix.plots.hidden import HiddenUnitsDisplay
from separatrix.plots.hidden_space import HiddenSpaceDisplay
from separatrix.plots.histograms import ActivationHistogramsDisplay
from separatrix.plots.loss_curve import LossCurveDisplay
from separatrix.plots.loss_surface import LossSurfaceDisplay
from separatrix.plots.report import ReportDisplay
from separatrix.plots.search_curves import SearchCurvesDisplay
from separatrix.plots.search_display import SearchDisplay
from separatrix.plots.search_heatmap import SearchHeatmapDisplay
from separatrix.plots.search_pareto import SearchParetoDisplay
from separatrix.plots.unit_curves import UnitCurvesDisplay
from separatrix.plots.weights import WeightImagesDisplay

# Of a model; the order is that of `separatrix plot`.
DISPLAYS: dict[str, type[ModelDisplay]] = {
    "data": DataDisplay,
    "boundary": DecisionBoundaryDisplay,
    "curve": FunctionFitDisplay,
    "loss": LossCurveDisplay,
    "gap": GeneralizationGapDisplay,
    "diagram": NetworkDiagramDisplay,
    "hidden": HiddenUnitsDisplay,
    "hidden-space": HiddenSpaceDisplay,
    "unit-curves": UnitCurvesDisplay,
    "activations": ActivationDisplay,
    "histograms": ActivationHistogramsDisplay,
    "weights": WeightImagesDisplay,
    "gradient": GradientDisplay,
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
