"""Displays, which hold arrays and draw them after scikit-learn's convention, and films."""

from __future__ import annotations

from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.curve import FunctionFitDisplay
from separatrix.plots.diagram import NetworkDiagramDisplay
from separatrix.plots.film import Film, animate
from separatrix.plots.hidden import HiddenSpaceDisplay, HiddenUnitsDisplay
from separatrix.plots.loss_curve import LossCurveDisplay
from separatrix.plots.loss_surface import LossSurfaceDisplay
from separatrix.plots.report import ReportDisplay
from separatrix.plots.search_curves import SearchCurvesDisplay
from separatrix.plots.search_heatmap import SearchHeatmapDisplay
from separatrix.plots.search_pareto import SearchParetoDisplay
from separatrix.plots.sizes import context
from separatrix.plots.step import StepDisplay

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
    "StepDisplay",
    "animate",
    "context",
]
