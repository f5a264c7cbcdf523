"""Arrays and numbers that explain what a network does and how it came to do so; no drawing."""

from __future__ import annotations

from separatrix.explain.activation_curves import ActivationCurves, activation_curves
from separatrix.explain.activation_histograms import ActivationHistograms, activation_histograms
from separatrix.explain.arithmetic import Step
from separatrix.explain.attribution import Attribution, attribute
from separatrix.explain.boundary import DecisionGrid, decision_grid, given_grid
from separatrix.explain.chapters import Story
from separatrix.explain.curve import FittedCurve, fitted_curve
from separatrix.explain.diagram import (
    DiagramLayer,
    NetworkDiagram,
    network_diagram,
    network_html,
    network_svg,
)
from separatrix.explain.hidden import HiddenSpace, HiddenUnits, hidden_space, hidden_units
from separatrix.explain.slope import LossSlope, loss_slope
from separatrix.explain.subject import at_epoch, input_names, output_names, parameter_names
from separatrix.explain.surface import LossSurface, loss_surface
from separatrix.explain.trace import Trace, trace
from separatrix.explain.unit_curves import UnitCurves, unit_curves
from separatrix.explain.weight_images import WeightImages, weight_images

__all__ = [
    "ActivationCurves",
    "ActivationHistograms",
    "Attribution",
    "DecisionGrid",
    "DiagramLayer",
    "FittedCurve",
    "HiddenSpace",
    "HiddenUnits",
    "LossSlope",
    "LossSurface",
    "NetworkDiagram",
    "Step",
    "Story",
    "Trace",
    "UnitCurves",
    "WeightImages",
    "activation_curves",
    "activation_histograms",
    "at_epoch",
    "attribute",
    "decision_grid",
    "fitted_curve",
    "given_grid",
    "hidden_space",
    "hidden_units",
    "input_names",
    "loss_slope",
    "loss_surface",
    "network_diagram",
    "network_html",
    "network_svg",
    "output_names",
    "parameter_names",
    "trace",
    "unit_curves",
    "weight_images",
]
