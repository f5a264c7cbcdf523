"""`separatrix plot`: pictures of a saved model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from separatrix import check
from separatrix.cli.console import note, with_option_names
from separatrix.cli.film import PANELS_DEFAULT, PANELS_HELP, check_film_path, missing_film, read_panels
from separatrix.cli.options import read_counts, read_list, read_parameters
from separatrix.cli.read_options import with_read_options
from separatrix.cli.recording import load_recorded, recorded_epochs
from separatrix.cli.runs import RUNS, draw_runs, missing_runs
from separatrix.cli.table_input import ModelFile, TrueColumn, rows_and_target
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError, OutputError, ParameterError
from separatrix.files import check_writable
from separatrix.plots import animate
from separatrix.plots.axes import draw_without_screen, prepare_folder, save_figure
from separatrix.plots.display import Subject
from separatrix.plots.displays import DISPLAYS

FORMATS = (".png", ".svg", ".pdf")
OTHER_FORMATS = (".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".eps", ".html")
"""Names that end so are meant as files, not as folders."""

PLANES = ("features", "pca")
FILM = "film"


@with_read_options
def plot(
    model_file: ModelFile,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[TABLE]",
            help="Rows to show the model on: a table file, - for standard input, or a data set by name. "
            "The diagram, the losses, activations and weights need no rows.",
        ),
    ] = None,
    what: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            show_default="all that can be drawn without a training",
            help=f"Pictures to draw: {', '.join(DISPLAYS)}; film, of a training that fit --record has "
            "recorded; rates and seeds, which train the network again at four learning rates or from three "
            "initial weights.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder for the pictures, created if needed; or, for one picture, a file that ends in .png, "
            ".svg or .pdf, for a film in .html, .gif, .mp4, .webp or .apng. Files are replaced.",
        ),
    ] = Path("plots"),
    features: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            show_default="the model's two",
            help="The two columns that span the plane; the others stay at their medians.",
        ),
    ] = None,
    plane: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="features, or pca: the first two principal components of the columns."
        ),
    ] = "features",
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            show_default="the two largest weights",
            help="The two parameters of the surface, by name as in 'layer 0: w[age, 2],layer 1: b[0]', or "
            "by index.",
        ),
    ] = None,
    epochs: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,…",
            show_default="the trained network",
            help="Epochs whose networks boundary, curve and histograms show, 0 for the untrained one, of a "
            "training that fit --record has recorded.",
        ),
    ] = None,
    panels: Annotated[
        str | None, typer.Option(metavar="NAMES", show_default=PANELS_DEFAULT, help=PANELS_HELP)
    ] = None,
    target: TrueColumn = None,
    *,
    reading: ReadOptions,
) -> None:
    """Draw pictures of a saved model.

    Without --what it draws all pictures that the model and the table allow, and a note says what the others
    need. The pictures rates and seeds are drawn only if they are named, as they train networks. If some of
    those named cannot be drawn, the others are, and the command ends with an error that says why.
    """
    names = read_list(",".join(what)) if what else None
    for name in names or ():
        check.choice("what", name, [*DISPLAYS, FILM, *RUNS])
    check.choice("plane", plane, PLANES)
    if features is not None and plane == "pca":
        raise ParameterError("features", "has no use with --plane pca, which uses all columns; choose one.")
    views = read_panels(panels)
    if views is not None and FILM not in (names or ()):
        raise ParameterError("panels", "are those of a film; add --what film, or leave it out.")
    model = load_recorded(model_file, is_needed=epochs is not None or FILM in (names or ()))
    table, y = (None, None) if source is None else rows_and_target(model, source, target, reading)
    subject = Subject(
        model,
        table,
        y,
        features=None if features is None else read_list(features),
        plane=cast("Literal['features', 'pca']", plane),
        parameters=None if parameters is None else read_parameters(parameters),
        epochs=None if epochs is None else recorded_epochs(model, read_counts(epochs), names),
    )
    drawn, faults = _drawable(subject, names, views)
    paths = _paths(output, model_file, drawn)
    draw_without_screen()
    for name, path in zip(drawn, paths, strict=True):
        if name == FILM:
            where: dict[str, Any] = {"features": subject.plane_features, "plane": subject.plane}
            animate(model, path, table, subject.y, views=views, **where)
        else:
            is_run = name in RUNS
            save_figure(draw_runs(name, subject) if is_run else DISPLAYS[name].draw(subject).figure_, path)
        typer.echo(path)
    if faults:
        raise DataError(faults)


def _drawable(
    subject: Subject, names: Sequence[str] | None, views: list[str] | None
) -> tuple[list[str], str]:
    """Return the pictures to draw, and a sentence on those that were named and cannot be drawn.

    Raises
    ------
    DataError
        If none of those that were named can be drawn.
    """
    found = {name: _missing(name, subject, views) for name in dict.fromkeys(names or [*DISPLAYS, FILM])}
    options = ("features", "plane", "target")
    reasons = {name: reason and with_option_names(reason, options) for name, reason in found.items()}
    missing = {name: reason for name, reason in reasons.items() if reason}
    if missing and names:
        each = [f"'{name}': {reason}" for name, reason in missing.items()]
        faults = f"cannot draw {'; '.join(each)}."
        if len(missing) == len(reasons):
            raise DataError(faults)
        return [name for name in reasons if name not in missing], faults
    if missing:
        by_reason: dict[str, list[str]] = {}
        for name, reason in missing.items():
            by_reason.setdefault(reason, []).append(name)
        shown = (f"{', '.join(names)} ({reason})" for reason, names in by_reason.items())
        note(f"not drawn: {'; '.join(shown)}.")
    return [name for name in reasons if name not in missing], ""


def _missing(name: str, subject: Subject, views: list[str] | None) -> str | None:
    """Return why a picture cannot be drawn; None if it can."""
    if name == FILM:
        return missing_film(subject, views)
    return missing_runs(name, subject) if name in RUNS else DISPLAYS[name].missing(subject)


def _paths(output: Path, model_file: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of the pictures, after a check that they can be written."""
    if list(names) == [FILM] and output.suffix and not output.is_dir():
        check_film_path(output, "output")
        return [output]
    if output.suffix.lower() in OTHER_FORMATS and not output.is_dir():
        raise OutputError(
            f"cannot write '{output}': pictures end in {', '.join(FORMATS)}; name a file that does."
        )
    if output.suffix.lower() not in FORMATS or output.is_dir():
        prepare_folder(output)
        suffixes = {FILM: ".html"}
        return [output / f"{model_file.stem}-{name}{suffixes.get(name, '.png')}" for name in names]
    if len(names) != 1:
        raise OutputError(
            f"'{output}' is one file for {len(names)} pictures; name a folder, or one picture with --what."
        )
    check_writable(output)
    return [output]
