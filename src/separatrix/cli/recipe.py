"""`separatrix recipe`: run the tutorial experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from separatrix.cli.console import working_on

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
            "--output", "-o", metavar="DIR", help="Folder of the pictures; made if it is not there."
        ),
    ] = Path("recipes"),
) -> None:
    """Run a tutorial experiment and draw its pictures.

    What it finds is printed beside what the tutorial prints.
    """
    from separatrix.errors import ParameterError, did_you_mean
    from separatrix.recipes import RECIPES

    if name != ALL and name not in RECIPES:
        options = [*RECIPES, ALL]
        raise ParameterError(
            f"NAME must be one of {', '.join(options)}, got '{name}'.{did_you_mean(name, options)}"
        )
    for number, chosen in enumerate(RECIPES if name == ALL else [name]):
        with working_on(chosen):
            result = RECIPES[chosen](output)
        typer.echo(("\n\n" if number else "") + result.to_text())
