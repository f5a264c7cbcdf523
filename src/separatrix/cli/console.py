"""What is printed where: results on standard output; notes, warnings and errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.table import Table as Grid
from rich.text import Text

UNWRAPPED = 10_000
"""Columns of output that goes into a file or pipe, where a line is not to be broken."""

Row = tuple[str, str]


def show(*parts: RenderableType) -> None:
    """Print on standard output, a blank line between two parts."""
    console = Console(
        width=None if sys.stdout.isatty() else UNWRAPPED, highlight=False, emoji=False, markup=False
    )
    for number, part in enumerate(parts):
        with console.capture() as captured:
            console.print(part)
        lines = captured.get().splitlines()  # the cells of the last column are padded
        typer.echo("\n" * bool(number) + "\n".join(line.rstrip() for line in lines))


def show_json(values: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output."""
    typer.echo(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False))


def facts(rows: Iterable[Row]) -> RenderableType:
    """Return names and what is to be said of them, in two columns."""
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(name), Text(value))
    return grid


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> RenderableType:
    """Return aligned columns under a header; only the first is broken where the terminal is narrow."""
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for number, name in enumerate(header):
        grid.add_column(Text(name), no_wrap=number > 0, overflow="fold")
    for row in rows:
        grid.add_row(*map(Text, row))
    return grid


def note(sentence: str) -> None:
    """Tell something worth knowing on standard error."""
    typer.echo(f"note: {sentence}", err=True)


def warn(sentence: str) -> None:
    """Tell something that the user should act on, on standard error."""
    typer.echo(f"warning: {sentence}", err=True)


def error_line(sentence: str) -> None:
    """Tell why the command failed, on standard error."""
    typer.echo(f"separatrix: error: {sentence}", err=True)


def some(names: Iterable[str], limit: int = 8) -> str:
    """Return the first names, and how many more there are.

    Examples
    --------
    >>> some("abcd", 2)
    'a, b and 2 more'
    """
    listed = list(names)
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where due.

    Examples
    --------
    >>> count(1, "row"), count(1200, "row"), count(2, "class")
    ('1 row', '1,200 rows', '2 classes')
    """
    plural = noun + ("es" if noun.endswith("s") else "s")
    return f"{number:,} {noun if number == 1 else plural}"


def sparkline(values: Iterable[float], width: int = 40) -> str:
    """Return finite numbers as a line of blocks from low to high, the mean of neighbours where too many.

    Examples
    --------
    >>> sparkline([4.0, 3.0, 2.0, 1.0])
    '█▆▃▁'
    """
    numbers = list(values)
    if len(numbers) > width:
        edges = [len(numbers) * i // width for i in range(width + 1)]
        numbers = [sum(numbers[start:stop]) / (stop - start) for start, stop in pairwise(edges)]
    if not numbers:
        return ""
    low, span = min(numbers), max(numbers) - min(numbers)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (number - low) / span) if span else 0] for number in numbers)
