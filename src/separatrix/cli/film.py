"""Film: what `separatrix fit --film` and `separatrix plot --what film` do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix import check
from separatrix.cli.console import note
from separatrix.cli.options import read_list
from separatrix.cli.table_input import TableInput, features_and_target
from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.model import Model
from separatrix.text import plural

if TYPE_CHECKING:
    from separatrix.plots.display import Subject


PANELS = (
    "boundary",
    "curve",
    "loss",
    "gap",
    "diagram",
    "hidden",
    "unit-curves",
    "histograms",
    "weights",
    "gradient",
    "surface",
)
"""What a film can show; `separatrix.plots.displays.VIEWS`, which is slow to import."""

PANELS_HELP = f"What a film shows side by side, such as boundary,hidden,gradient: {', '.join(PANELS)}."
PANELS_DEFAULT = "curve for one input, boundary for two, else diagram; each with loss"
OF_WEIGHTS = ("diagram", "weights")
"""Panels that show the weight of each input, which a network with an embedding does not have."""


def prepare_film(path: Path, panels: str | None, settings: dict[str, Any]) -> None:
    """Check that a film can be written, and have the training recorded."""
    check_film_path(path, "film")
    impossible = [name for name in read_panels(panels) or () if name in OF_WEIGHTS]
    if impossible and settings.get("embedding") is not None:
        raise ParameterError(
            "panels",
            f"must not have '{impossible[0]}' with --embedding, as an input then has no weight of its own; "
            "leave one of them out.",
        )
    settings["record"] = "auto"


def read_panels(panels: str | None) -> list[str] | None:
    """Return the names of the panels, which are those of an option; None for the usual ones."""
    if panels is None:
        return None
    names = read_list(panels)
    for name in names:
        check.choice("panels", name, PANELS)
    return names


def missing_panel(subject: Subject, panels: list[str] | None) -> str | None:
    """Return why one of the panels cannot be drawn; None if all can."""
    from separatrix.plots.displays import VIEWS

    for name in panels or ():
        reason = VIEWS[name].missing(subject)
        if reason is not None:
            return f"the panel '{name}' is not possible, as {reason}"
    return None


def check_film_path(path: Path, option: str) -> None:
    """Check that a film can be written to a path, which an option has given."""
    from separatrix.plots.film.files import check_film

    try:
        check_film(path)
    except ParameterError as error:
        raise ParameterError(option, error.problem) from error


def missing_film(subject: Subject, panels: list[str] | None = None) -> str | None:
    """Return why a film cannot be drawn of a saved model and a table; None if it can."""
    from separatrix.plots.display import NO_NETWORK

    if not isinstance(subject.model, Model):
        return NO_NETWORK
    if getattr(subject.model, "recording_", None) is None:
        return "it needs a recording of the training; train with fit --record"
    return subject.missing_target() or missing_panel(subject, panels)


def write_film(path: Path, estimator: Any, tables: TableInput, panels: str | None) -> None:
    """Write a film of a recorded training, over the rows of the table."""
    from separatrix.plots import animate
    from separatrix.plots.axes import draw_without_screen
    from separatrix.plots.display import Subject

    if not isinstance(tables.source, Table):
        raise ParameterError("film", "needs a table that is read whole; leave out --memory.")
    draw_without_screen()
    model, views = estimator.to_model(), read_panels(panels)
    features, y = features_and_target(model, tables.source, tables.target)
    reason = missing_panel(Subject(model, features, y), views)
    if reason is not None:
        raise DataError(f"cannot draw the film, though the model is written: {reason}.")
    film = animate(estimator, path, features, y, views=views)
    note(f"wrote a film of {plural(film.n_frames, 'frame')} to {path}.")
