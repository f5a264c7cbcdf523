"""Arrays and numbers that explain what a network does and how it came to do so; no drawing."""

from __future__ import annotations

from .boundary import DecisionGrid, decision_grid, given_grid
from .curve import FittedCurve, fitted_curve
from .diagram import DiagramLayer, NetworkDiagram, network_diagram
from .hidden import HiddenUnits, hidden_units
from .hidden_space import HiddenSpace, hidden_space
from .names import input_names, output_names, parameter_names
from .surface import LossSurface, loss_surface
from .svg import network_html, network_svg
from .trace import Step, Trace, trace

__all__ = [
    "DecisionGrid",
    "DiagramLayer",
    "FittedCurve",
    "HiddenSpace",
    "HiddenUnits",
    "LossSurface",
    "NetworkDiagram",
    "Step",
    "Trace",
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
