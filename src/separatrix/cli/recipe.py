"""`separatrix recipe`: run the tutorial experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from separatrix import check
from separatrix.cli.console import note
from separatrix.cli.progress import film_progress
from separatrix.recipes import GUIDES, RECIPES, write_page

ALL = "all"


def recipe(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help=f"The experiment: {', '.join(RECIPES)}, or all."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder for the pictures, the films and index.html, created if needed.",
        ),
    ] = Path("recipes"),
) -> None:
    """Run a tutorial experiment, and draw its pictures and films.

    The page index.html in the folder shows all pictures and films: what there is to see, a question, our
    numbers beside those of the tutorial, which are printed, too, and three commands to try.
    """
    check.choice("name", name, [*RECIPES, ALL])
    from separatrix.plots.axes import draw_without_screen

    draw_without_screen()
    results = []
    chosen_names = list(RECIPES) if name == ALL else [name]
    seconds = sum(GUIDES[chosen].seconds for chosen in chosen_names if chosen in GUIDES)
    note(f"this computes for some {seconds} seconds, longer on a slow or busy computer.")
    for chosen in chosen_names:
        with film_progress(chosen) as progress:
            results.append(RECIPES[chosen](output, progress=progress))
        typer.echo(results[-1].to_text() + "\n\n")
    typer.echo(f"Everything on one page: {write_page(output, results)}")
