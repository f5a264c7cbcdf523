"""Arrays and numbers that explain what a network does and how it came to do so; no drawing."""

from __future__ import annotations

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
from separatrix.explain.subject import at_epoch, input_names, output_names, parameter_names
from separatrix.explain.surface import LossSurface, loss_surface
from separatrix.explain.trace import Trace, trace

__all__ = [
    "Attribution",
    "DecisionGrid",
    "DiagramLayer",
    "FittedCurve",
    "HiddenSpace",
    "HiddenUnits",
    "LossSurface",
    "NetworkDiagram",
    "Step",
    "Story",
    "Trace",
    "at_epoch",
    "attribute",
    "decision_grid",
    "fitted_curve",
    "given_grid",
    "hidden_space",
    "hidden_units",
    "input_names",
    "loss_surface",
    "network_diagram",
    "network_html",
    "network_svg",
    "output_names",
    "parameter_names",
    "trace",
]
