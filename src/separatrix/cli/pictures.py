"""The pictures that can be drawn of a saved model and a table, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from separatrix.explain.subject import input_names
from separatrix.explain.tables import as_table
from separatrix.model import Model

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from separatrix.data.table import Table
    from separatrix.ensemble import AnyModel


@dataclass(frozen=True)
class Subject:
    """What is to be drawn.

    Attributes
    ----------
    model : Model or Ensemble
    table : Table or None
        The rows that the model is to see, without the target.
    y : ndarray of shape (n_rows,) or None
        Labels or numbers, where the table has them.
    features : list of str or None
        The two columns that span the plane.
    plane : {"features", "pca"}
    parameters : list of int or str, or None
        The two that span the surface.
    """

    model: AnyModel
    table: Table | None = None
    y: NDArray[Any] | None = None
    features: list[str] | None = None
    plane: Literal["features", "pca"] = "features"
    parameters: list[int | str] | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that the model reads."""
        if self.table is not None:
            return as_table(self.model, self.table).column_names
        network = self.model if isinstance(self.model, Model) else self.model.models[0]
        if network.encoder is not None:
            return [column.name for column in network.encoder.columns]
        return input_names(network)

    @property
    def plane_settings(self) -> dict[str, Any]:
        """What the displays need to know of the plane."""
        return {"features": self.features, "plane": self.plane}


@dataclass(frozen=True)
class Picture:
    """A kind of picture.

    Attributes
    ----------
    draw : callable
    missing : callable
        Says what keeps it from being drawn; an empty string if nothing does.
    """

    draw: Callable[[Subject], Figure]
    missing: Callable[[Subject], str]


def _no_table(subject: Subject) -> str:
    return "" if subject.table is not None else "it needs a TABLE of rows"


def _no_plane(subject: Subject) -> str:
    if len(subject.columns) == 1:
        return "it needs two inputs, and the model has one; draw the curve"
    if subject.features is not None or subject.plane == "pca" or len(subject.columns) == 2:
        return _no_table(subject)
    if subject.table is None:
        return f"it needs a TABLE of rows, and a plane through its {len(subject.columns)} columns"
    return (
        f"it needs a plane through the {len(subject.columns)} columns; choose two with --features, as in "
        f"--features '{','.join(subject.columns[:2])}', or set --plane pca"
    )


def _no_boundary(subject: Subject) -> str:
    if subject.model.classes is None or not subject.model.has_one_target:
        return "it needs a model that tells one class of each row"
    return _no_plane(subject)


def _no_network(subject: Subject) -> str:
    return "" if isinstance(subject.model, Model) else "it needs a single network, and this is an ensemble"


def _no_hidden(subject: Subject) -> str:
    if not isinstance(subject.model, Model):
        return _no_network(subject)
    return _no_plane(subject) if len(subject.model.network.layers) > 1 else "the network has no hidden layer"


def _no_hidden_space(subject: Subject) -> str:
    if not isinstance(subject.model, Model):
        return _no_network(subject)
    layers, classes = subject.model.network.layers, subject.model.classes
    if classes is None or len(layers) < 2 or layers[-2].units < 2:
        return "it needs a classifier whose last hidden layer has two units or more"
    return _no_table(subject)


def _no_curve(subject: Subject) -> str:
    if len(subject.columns) != 1:
        return f"it needs a model of one input, and this one has {len(subject.columns)}"
    return _no_table(subject)


def _no_loss(subject: Subject) -> str:
    if not isinstance(subject.model, Model):
        return _no_network(subject)
    return "" if (subject.model.training or {}).get("history") else "the model file has no history"


def _no_surface(subject: Subject) -> str:
    if not isinstance(subject.model, Model):
        return _no_network(subject)
    if subject.model.n_parameters < 2:
        return "it needs two parameters, and the network has one"
    return _no_report(subject)


def _no_report(subject: Subject) -> str:
    if subject.table is not None and subject.y is None:
        return "it needs the truth, and the table has no column of it; name it with --target"
    return _no_table(subject)


def _draw_boundary(subject: Subject) -> Figure:
    from separatrix.plots import DecisionBoundaryDisplay

    s = subject
    return DecisionBoundaryDisplay.from_estimator(s.model, s.table, s.y, **s.plane_settings).figure_


def _draw_hidden(subject: Subject) -> Figure:
    from separatrix.plots import HiddenUnitsDisplay

    s = subject
    return HiddenUnitsDisplay.from_estimator(s.model, s.table, **s.plane_settings).figure_


def _draw_hidden_space(subject: Subject) -> Figure:
    from separatrix.plots import HiddenSpaceDisplay

    return HiddenSpaceDisplay.from_estimator(subject.model, subject.table, subject.y).figure_


def _draw_curve(subject: Subject) -> Figure:
    from separatrix.plots import FunctionFitDisplay

    return FunctionFitDisplay.from_estimator(subject.model, subject.table, subject.y).figure_


def _draw_loss(subject: Subject) -> Figure:
    from separatrix.plots import LossCurveDisplay

    return LossCurveDisplay.from_estimator(subject.model).figure_


def _draw_diagram(subject: Subject) -> Figure:
    from separatrix.plots import NetworkDiagramDisplay

    return NetworkDiagramDisplay.from_estimator(subject.model).figure_


def _draw_surface(subject: Subject) -> Figure:
    from separatrix.explain.surface import largest_weights
    from separatrix.plots import LossSurfaceDisplay

    s = subject
    assert isinstance(s.model, Model)
    chosen = s.parameters or largest_weights(s.model)
    display = LossSurfaceDisplay.from_estimator(s.model, s.table, s.y, parameters=chosen)
    if s.parameters is None and s.model.n_parameters > 2:
        title = f"the two largest weights; {display.ax_.get_title()}"
        display.ax_.set_title(title, fontsize="small")
    return display.figure_


def _draw_report(subject: Subject) -> Figure:
    from separatrix.plots import ReportDisplay

    return ReportDisplay.from_estimator(subject.model, subject.table, subject.y).figure_


PICTURES = {
    "boundary": Picture(_draw_boundary, _no_boundary),
    "curve": Picture(_draw_curve, _no_curve),
    "loss": Picture(_draw_loss, _no_loss),
    "diagram": Picture(_draw_diagram, _no_network),
    "hidden": Picture(_draw_hidden, _no_hidden),
    "hidden-space": Picture(_draw_hidden_space, _no_hidden_space),
    "surface": Picture(_draw_surface, _no_surface),
    "report": Picture(_draw_report, _no_report),
}

UNRECORDED = {
    "film": "a model file has no recording of the training; use animate in Python",
}


def reason_against(name: str, subject: Subject) -> str:
    """Return what keeps a picture from being drawn; an empty string if nothing does."""
    return UNRECORDED[name] if name in UNRECORDED else PICTURES[name].missing(subject)
