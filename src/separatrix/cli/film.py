"""Film: what `separatrix fit --film` and `separatrix plot --what film` do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from separatrix.cli.console import note
from separatrix.cli.table_input import TableInput, features_and_target
from separatrix.data.table import Table
from separatrix.errors import ParameterError
from separatrix.model import Model
from separatrix.text import plural

if TYPE_CHECKING:
    from separatrix.plots.display import Subject


def prepare_film(path: Path, settings: dict[str, Any]) -> None:
    """Check that a film can be written, and have the training recorded."""
    check_film_path(path, "film")
    settings["record"] = "auto"


def check_film_path(path: Path, option: str) -> None:
    """Check that a film can be written to a path, which an option has given."""
    from separatrix.plots.film.files import check_film

    try:
        check_film(path)
    except ParameterError as error:
        raise ParameterError(option, error.problem) from error


def missing_film(subject: Subject) -> str | None:
    """Return why a film cannot be drawn of a saved model and a table; None if it can."""
    from separatrix.plots.display import NO_NETWORK

    if not isinstance(subject.model, Model):
        return NO_NETWORK
    if getattr(subject.model, "recording_", None) is None:
        return "it needs a recording of the training; train with fit --record"
    return subject.missing_target()


def write_film(path: Path, estimator: Any, tables: TableInput) -> None:
    """Write a film of a recorded training, over the rows of the table."""
    from separatrix.plots import animate
    from separatrix.plots.axes import draw_without_screen

    if not isinstance(tables.source, Table):
        raise ParameterError("film", "needs a table that is read whole; leave out --memory.")
    draw_without_screen()
    features, y = features_and_target(estimator.to_model(), tables.source, tables.target)
    film = animate(estimator, path, features, y)
    note(f"wrote a film of {plural(film.n_frames, 'frame')} to {path}.")
