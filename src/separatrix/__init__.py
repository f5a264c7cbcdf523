"""Small neural networks for tables: trained fast, watched while they learn, chosen honestly.

``import separatrix as sx`` costs next to nothing: each public name is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from separatrix import data as data
    from separatrix import evaluate as evaluate
    from separatrix import explain as explain
    from separatrix import network as network
    from separatrix import playground as playground
    from separatrix import plots as plots
    from separatrix import recipes as recipes
    from separatrix import report as report
    from separatrix import search as search
    from separatrix import select as select
    from separatrix.data import open_table as open_table
    from separatrix.data import read_table as read_table
    from separatrix.data.look import look as look
    from separatrix.ensemble import Ensemble as Ensemble
    from separatrix.estimators import MLPClassifier as MLPClassifier
    from separatrix.estimators import MLPRegressor as MLPRegressor
    from separatrix.estimators.ensemble import MLPEnsembleClassifier as MLPEnsembleClassifier
    from separatrix.estimators.ensemble import MLPEnsembleRegressor as MLPEnsembleRegressor
    from separatrix.estimators.table_encoding import TableEncoding as TableEncoding
    from separatrix.estimators.to_model import to_model as to_model
    from separatrix.estimators.training import DivergenceWarning as DivergenceWarning
    from separatrix.io import load as load
    from separatrix.io import save as save
    from separatrix.model import Model as Model
    from separatrix.network import Dense as Dense
    from separatrix.network import Network as Network
    from separatrix.plots import ActivationDisplay as ActivationDisplay
    from separatrix.plots import ActivationHistogramsDisplay as ActivationHistogramsDisplay
    from separatrix.plots import DataDisplay as DataDisplay
    from separatrix.plots import DecisionBoundaryDisplay as DecisionBoundaryDisplay
    from separatrix.plots import FunctionFitDisplay as FunctionFitDisplay
    from separatrix.plots import GeneralizationGapDisplay as GeneralizationGapDisplay
    from separatrix.plots import GradientDisplay as GradientDisplay
    from separatrix.plots import HiddenSpaceDisplay as HiddenSpaceDisplay
    from separatrix.plots import HiddenUnitsDisplay as HiddenUnitsDisplay
    from separatrix.plots import LossCurveDisplay as LossCurveDisplay
    from separatrix.plots import LossSurfaceDisplay as LossSurfaceDisplay
    from separatrix.plots import NetworkDiagramDisplay as NetworkDiagramDisplay
    from separatrix.plots import ReportDisplay as ReportDisplay
    from separatrix.plots import RunComparisonDisplay as RunComparisonDisplay
    from separatrix.plots import SearchCurvesDisplay as SearchCurvesDisplay
    from separatrix.plots import SearchHeatmapDisplay as SearchHeatmapDisplay
    from separatrix.plots import SearchParetoDisplay as SearchParetoDisplay
    from separatrix.plots import StepDisplay as StepDisplay
    from separatrix.plots import UnitCurvesDisplay as UnitCurvesDisplay
    from separatrix.plots import WeightImagesDisplay as WeightImagesDisplay
    from separatrix.plots import animate as animate
    from separatrix.report import Report as Report
    from separatrix.search import ArchitectureSearchCV as ArchitectureSearchCV
    from separatrix.search import OptunaObjective as OptunaObjective
    from separatrix.search import architectures as architectures
    from separatrix.search import search_table as search_table
    from separatrix.tabular import TabularClassifier as TabularClassifier
    from separatrix.tabular import TabularRegressor as TabularRegressor

__version__ = "0.1.0"

_SUBMODULES = (
    "data",
    "evaluate",
    "explain",
    "playground",
    "plots",
    "network",
    "recipes",
    "report",
    "search",
    "select",
)

# Public name -> the submodule that holds it.
_PUBLIC = {
    "ActivationDisplay": "plots",
    "ActivationHistogramsDisplay": "plots",
    "ArchitectureSearchCV": "search",
    "DataDisplay": "plots",
    "DecisionBoundaryDisplay": "plots",
    "Dense": "network",
    "DivergenceWarning": "estimators.training",
    "Ensemble": "ensemble",
    "FunctionFitDisplay": "plots",
    "GeneralizationGapDisplay": "plots",
    "GradientDisplay": "plots",
    "HiddenSpaceDisplay": "plots",
    "HiddenUnitsDisplay": "plots",
    "LossCurveDisplay": "plots",
    "LossSurfaceDisplay": "plots",
    "MLPClassifier": "estimators",
    "MLPEnsembleClassifier": "estimators.ensemble",
    "MLPEnsembleRegressor": "estimators.ensemble",
    "MLPRegressor": "estimators",
    "Model": "model",
    "Network": "network",
    "NetworkDiagramDisplay": "plots",
    "OptunaObjective": "search",
    "Report": "report",
    "ReportDisplay": "plots",
    "RunComparisonDisplay": "plots",
    "SearchCurvesDisplay": "plots",
    "SearchHeatmapDisplay": "plots",
    "SearchParetoDisplay": "plots",
    "StepDisplay": "plots",
    "TableEncoding": "estimators.table_encoding",
    "TabularClassifier": "tabular",
    "TabularRegressor": "tabular",
    "UnitCurvesDisplay": "plots",
    "WeightImagesDisplay": "plots",
    "animate": "plots",
    "architectures": "search",
    "load": "io",
    "look": "data.look",
    "open_table": "data",
    "read_table": "data",
    "save": "io",
    "search_table": "search",
    "to_model": "estimators.to_model",
}

__all__ = ["__version__", *_SUBMODULES, *_PUBLIC]


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    if name in _PUBLIC:
        value: object = getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
        globals()[name] = value
        return value
    if name.startswith("_"):  # asked for by doctest, inspect and others, often
        raise AttributeError(f"Module {__name__!r} has no attribute {name!r}.")
    from separatrix.errors import did_you_mean

    raise AttributeError(f"Module {__name__!r} has no attribute {name!r}.{did_you_mean(name, __all__)}")


def __dir__() -> list[str]:
    """List the public names, imported yet or not."""
    return sorted(__all__)
