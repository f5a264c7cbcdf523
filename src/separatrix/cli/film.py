"""Film: what `separatrix fit --film` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from separatrix.cli.console import note
from separatrix.cli.table_input import TableInput, features_and_target
from separatrix.data.table import Table
from separatrix.errors import ParameterError
from separatrix.text import plural


def prepare_film(path: Path, settings: dict[str, Any]) -> None:
    """Check that a film can be written, and have the training recorded."""
    from separatrix.plots.film.files import check_film

    try:
        check_film(path)
    except ParameterError as error:
        raise ParameterError("film", error.problem) from error
    settings["record"] = "auto"


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
