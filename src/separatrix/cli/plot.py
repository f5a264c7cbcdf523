"""`separatrix plot`: pictures of a saved model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer
from numpy.typing import NDArray

from separatrix.cli.console import note
from separatrix.cli.options import read_list, read_parameters
from separatrix.cli.screen import draw_on_files
from separatrix.cli.tables import features_and_target, read_source, text_columns_of
from separatrix.data.datasets import TARGET
from separatrix.data.labels import Labels
from separatrix.data.table import Table
from separatrix.data.targets import number_target
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, OutputError, ParameterError, did_you_mean
from separatrix.files import check_writable
from separatrix.io import load
from separatrix.plots.axes import prepare_folder, save_figure
from separatrix.plots.display import Subject
from separatrix.plots.displays import DISPLAYS

FORMATS = (".png", ".svg", ".pdf")
PLANES = ("features", "pca")
UNRECORDED = {"film": "a model file has no recording of the training; use animate in Python"}


def plot(
    model_file: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file that fit has written.")],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[TABLE]",
            help="Rows to show the model on: a table file, - for standard input, or a data set by name. "
            "The diagram and the loss need none.",
        ),
    ] = None,
    what: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            show_default="all that can be drawn",
            help=f"Pictures to draw: {', '.join(DISPLAYS)}. What a film needs is not in a model file.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder of the pictures, made if it is not there; or, for one picture, a file that ends in "
            ".png, .svg or .pdf. Files are replaced.",
        ),
    ] = Path("plots"),
    features: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            show_default="the model's two",
            help="The two columns to look at; the others stay at their medians.",
        ),
    ] = None,
    plane: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="features, or pca: the plane of the columns' first two principal components."
        ),
    ] = "features",
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            show_default="the two largest weights",
            help="The two parameters of the surface, as in 'layer 0: w[age, 2],layer 1: b[0]', or their "
            "numbers.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", "-t", metavar="COLUMN", show_default="the model's", help="Column with the truth."
        ),
    ] = None,
) -> None:
    """Draw what a saved model sees, and what is inside it.

    Without --what all pictures are drawn that the model and the table allow, and a note says what the others
    lack.
    """
    wanted = None if what is None else _checked_names(read_list(what))
    subject = _subject(load(model_file), source, features, plane, target, parameters)
    names = _drawable(subject, wanted)
    paths = _paths(output, model_file, names)
    draw_on_files()
    for name, path in zip(names, paths, strict=True):
        save_figure(DISPLAYS[name].draw(subject).figure_, path)
        typer.echo(path)


def _checked_names(names: Sequence[str]) -> list[str]:

    for name in names:
        if name not in DISPLAYS and name not in UNRECORDED:
            raise ParameterError(
                f"--what must name pictures, of {', '.join(DISPLAYS)}, got '{name}'."
                + did_you_mean(name, DISPLAYS)
            )
    return list(dict.fromkeys(names))


def _subject(
    model: AnyModel,
    source: str | None,
    features: str | None,
    plane: str,
    target: str | None,
    parameters: str | None,
) -> Subject:

    if plane not in PLANES:
        raise ParameterError(f"--plane must be one of {', '.join(PLANES)}, got '{plane}'.")
    if features is not None and plane == "pca":
        raise ParameterError("--features cannot go with --plane pca, which takes all columns; choose one.")
    if source is None:
        return Subject(model)
    table, y = _rows_and_truth(model, read_source(source, text_columns_of(model, target)), target)
    return Subject(
        model,
        table,
        y,
        None if features is None else read_list(features),
        cast("Literal['features', 'pca']", plane),
        None if parameters is None else read_parameters(parameters),
    )


def _rows_and_truth(model: AnyModel, table: Table, wanted: str | None) -> tuple[Table, NDArray[Any] | None]:
    """Part a table into what the model sees and, where it stands there, what it should say."""
    name = wanted or model.target_name or TARGET
    if (wanted is None and name not in table.columns) or not model.has_one_target:
        return table, None
    features, y = features_and_target(table, name)
    if model.classes is not None:
        return features, Labels(model.classes).match(y, name)
    return features, number_target(y, name)


def _drawable(subject: Subject, wanted: Sequence[str] | None) -> list[str]:
    """Return the pictures to draw: those wanted, which must all be possible, or all possible ones."""
    reasons = {
        name: UNRECORDED[name] if name in UNRECORDED else DISPLAYS[name].missing(subject)
        for name in wanted or [*DISPLAYS, *UNRECORDED]
    }
    missing = {name: reason for name, reason in reasons.items() if reason}
    if missing and wanted:
        name, reason = next(iter(missing.items()))
        raise DataError(f"cannot draw '{name}': {reason}.")
    if missing:
        note("not drawn: " + ", ".join(f"{name} ({reason})" for name, reason in missing.items()) + ".")
    return [name for name in reasons if name not in missing]


def _paths(output: Path, model_file: Path, names: Sequence[str]) -> list[Path]:

    suffix = output.suffix.lower()
    if suffix not in FORMATS or output.is_dir():
        prepare_folder(output)
        return [output / f"{model_file.stem}-{name}.png" for name in names]
    if len(names) != 1:
        raise OutputError(
            f"'{output}' is one file for {len(names)} pictures; name a folder, or one picture with --what."
        )
    check_writable(output)
    return [output]
