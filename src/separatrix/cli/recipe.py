"""`separatrix recipe`: run the tutorial experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from separatrix.cli.progress import film_progress
from separatrix.cli.screen import draw_on_files
from separatrix.errors import ParameterError, did_you_mean
from separatrix.recipes import RECIPES, write_page

ALL = "all"


def recipe(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="circles, ten-points, gaussians, moons, bumps, or all of them: all."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder of the pictures, the films and index.html; made if it is not there.",
        ),
    ] = Path("recipes"),
) -> None:
    """Run a tutorial experiment; draw it and film it.

    What it finds is printed beside what the tutorial prints. The folder's index.html shows all pictures and
    films, with the facts.
    """
    if name != ALL and name not in RECIPES:
        options = [*RECIPES, ALL]
        raise ParameterError(
            f"NAME must be one of {', '.join(options)}, got '{name}'.{did_you_mean(name, options)}"
        )
    draw_on_files()
    results = []
    for chosen in RECIPES if name == ALL else [name]:
        with film_progress(chosen) as progress:
            results.append(RECIPES[chosen](output, progress=progress))
        typer.echo(results[-1].to_text() + "\n\n")
    typer.echo(f"All of it on one page: {write_page(output, results)}")
