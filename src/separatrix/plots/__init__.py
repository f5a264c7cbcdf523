"""Displays, which hold arrays and draw them after scikit-learn's convention, and films."""

from __future__ import annotations

from separatrix.plots.activation import ActivationDisplay
from separatrix.plots.boundary import DecisionBoundaryDisplay
from separatrix.plots.curve import FunctionFitDisplay
from separatrix.plots.data import DataDisplay
from separatrix.plots.diagram import NetworkDiagramDisplay
from separatrix.plots.film import Film, animate
from separatrix.plots.gap import GeneralizationGapDisplay
from separatrix.plots.gradient import GradientDisplay
from separatrix.plots.hidden import HiddenUnitsDisplay
from separatrix.plots.hidden_space import HiddenSpaceDisplay
from separatrix.plots.histograms import ActivationHistogramsDisplay
from separatrix.plots.loss_curve import LossCurveDisplay
from separatrix.plots.loss_surface import LossSurfaceDisplay
from separatrix.plots.report import ReportDisplay
from separatrix.plots.runs import RunComparisonDisplay
from separatrix.plots.search_curves import SearchCurvesDisplay
from separatrix.plots.search_heatmap import SearchHeatmapDisplay
from separatrix.plots.search_pareto import SearchParetoDisplay
from separatrix.plots.sizes import context
from separatrix.plots.step import StepDisplay
from separatrix.plots.unit_curves import UnitCurvesDisplay
from separatrix.plots.weights import WeightImagesDisplay

__all__ = [
    "ActivationDisplay",
    "ActivationHistogramsDisplay",
    "DataDisplay",
    "DecisionBoundaryDisplay",
    "Film",
    "FunctionFitDisplay",
    "GeneralizationGapDisplay",
    "GradientDisplay",
    "HiddenSpaceDisplay",
    "HiddenUnitsDisplay",
    "LossCurveDisplay",
    "LossSurfaceDisplay",
    "NetworkDiagramDisplay",
    "ReportDisplay",
    "RunComparisonDisplay",
    "SearchCurvesDisplay",
    "SearchHeatmapDisplay",
    "SearchParetoDisplay",
    "StepDisplay",
    "UnitCurvesDisplay",
    "WeightImagesDisplay",
    "animate",
    "context",
]
