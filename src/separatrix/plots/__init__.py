"""Pictures: classes that hold arrays and draw them, after scikit-learn's convention for displays."""

from __future__ import annotations

from .boundary import DecisionBoundaryDisplay
from .curve import FunctionFitDisplay
from .diagram import NetworkDiagramDisplay
from .film import Film, animate
from .hidden import HiddenUnitsDisplay
from .hidden_space import HiddenSpaceDisplay
from .loss_curve import LossCurveDisplay
from .loss_surface import LossSurfaceDisplay
from .report import ReportDisplay
from .search_curves import SearchCurvesDisplay
from .search_heatmap import SearchHeatmapDisplay
from .search_pareto import SearchParetoDisplay

__all__ = [
    "DecisionBoundaryDisplay",
    "Film",
    "FunctionFitDisplay",
    "HiddenSpaceDisplay",
    "HiddenUnitsDisplay",
    "LossCurveDisplay",
    "LossSurfaceDisplay",
    "NetworkDiagramDisplay",
    "ReportDisplay",
    "SearchCurvesDisplay",
    "SearchHeatmapDisplay",
    "SearchParetoDisplay",
    "animate",
]
