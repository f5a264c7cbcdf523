"""What is printed where: results on standard output; notes, warnings and errors on standard error."""

from __future__ import annotations

import codecs
import io
import json
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TextIO

import typer
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table as Grid
from rich.text import Text

UNWRAPPED = 10_000
"""Width of output that goes into a file or pipe, where lines are not wrapped."""

INTERRUPTED = 130
"""Exit code of Ctrl-C."""

LABEL_WIDTH = 12
"""Width to which the labels of rows are wrapped before a table takes another shape."""

SPELLED = {"→": "->", "−": "-", "–": "-", "×": "x", "…": "...", "≤": "<=", "≥": ">=", "²": "2", "±": "+-"}
"""What is written for a sign that an encoding lacks; any other becomes a question mark."""

PYTHON_TEXT = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
"""A text as Python writes it, as a pattern."""

Row = tuple[str, str]


def replace_unwritable(stream: TextIO) -> None:
    """Let a stream whose encoding lacks a sign write another one for it; other error handlers stay."""
    codecs.register_error("separatrix", _spelled)
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="separatrix")


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """Return what to write for signs that cannot be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(SPELLED.get(sign, "?") for sign in signs), error.end


def show(*parts: RenderableType) -> None:
    """Print parts on standard output, with a blank line between them."""
    console = Console(
        width=None if sys.stdout.isatty() else UNWRAPPED, highlight=False, emoji=False, markup=False
    )
    for number, part in enumerate(parts):
        with console.capture() as captured:
            console.print(part)
        lines = captured.get().splitlines()  # the cells of the last column are padded
        if number > 0:
            typer.echo()
        typer.echo("\n".join(line.rstrip() for line in lines))


def show_json(values: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output; where that is not UTF-8, signs beyond ASCII are escaped."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    typer.echo(json.dumps(values, indent=2, ensure_ascii=not is_unicode, allow_nan=False))


def summary(lines: Iterable[Row]) -> RenderableType:
    """Return lines of a name and a text each, in two columns."""
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in lines:
        grid.add_row(Text(name), Text(value))
    return grid


@dataclass(frozen=True)
class FittingTable:
    """Aligned columns under a header, in a shape that fits the terminal; no cell is ever cut.

    If the rows are too wide, intervals are put on a line below their values. If that is not enough, the last
    `n_spare` columns are left out, or each row becomes a block with one line for each cell. The first column
    has the labels of the rows.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_spare: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the widest shape that fits."""
        folded = tuple((label, *(cell.replace(" [", "\n[") for cell in cells)) for label, *cells in self.rows)
        n_kept = len(self.header) - self.n_spare
        for rows, n_shown in ((self.rows, None), (folded, None), (self.rows, n_kept)):
            shown = tuple(row[:n_shown] for row in rows)
            if _least_width(self.header[:n_shown], shown) <= options.max_width:
                yield self._grid(shown)
                return
        yield self._blocks()

    def _grid(self, rows: Sequence[tuple[str, ...]]) -> RenderableType:
        grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for number, name in zip(range(len(rows[0])), self.header, strict=False):
            grid.add_column(Text(name), no_wrap=number > 0, overflow="fold")
        for row in rows:
            grid.add_row(*map(Text, row))
        return grid

    def _blocks(self) -> RenderableType:
        grid = Grid.grid(padding=(0, 2, 0, 0))
        grid.add_column(overflow="fold")
        grid.add_column(overflow="fold")
        for label, *cells in self.rows:
            grid.add_row(Text(label, style="bold"), "")
            for name, cell in zip(self.header[1:], cells, strict=True):
                grid.add_row(Text(f"  {name}"), Text(cell))
        return grid


def _least_width(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> int:
    """Return the width that a grid needs to show every cell."""
    labels, *columns = (
        max(cell_len(line) for cell in column for line in cell.split("\n"))
        for column in zip(header, *rows, strict=True)
    )
    return min(labels, LABEL_WIDTH) + sum(2 + width for width in columns)


def table(header: Iterable[str], rows: Iterable[Iterable[str]], *, n_spare: int = 0) -> RenderableType:
    """Return aligned columns under a header; see `FittingTable`."""
    return FittingTable(tuple(header), tuple(map(tuple, rows)), n_spare)


def note(sentence: str) -> None:
    """Print a note on standard error."""
    typer.echo(f"note: {sentence}", err=True)


def warn(sentence: str) -> None:
    """Print a warning, which asks for an action, on standard error."""
    typer.echo(f"warning: {sentence}", err=True)


def error_line(sentence: str) -> None:
    """Print why the command failed on standard error."""
    typer.echo(f"separatrix: error: {sentence}", err=True)


@contextmanager
def exit_if_interrupted(sentence: str) -> Iterator[None]:
    """Exit with code 130 and one line on standard error if Ctrl-C interrupts the block."""
    try:
        yield
    except KeyboardInterrupt as error:
        typer.echo(f"separatrix: {sentence}", err=True)
        raise typer.Exit(INTERRUPTED) from error


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


def seconds_text(seconds: float) -> str:
    """Return a duration in seconds, or in minutes and seconds.

    Examples
    --------
    >>> seconds_text(0.0312), seconds_text(75)
    ('0.031 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"


def sparkline(values: Iterable[float], width: int = 40) -> str:
    """Return finite numbers as a line of blocks from low to high; more than `width` are averaged.

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


def with_option_names(sentence: str, parameters: Iterable[str]) -> str:
    """Return a sentence with the names of parameters as the command line spells them.

    A name without an underscore may be a common word ("the loss"): it is replaced only before ``=``, except
    `cv`, which is no word. A value is written as an option takes it.

    Examples
    --------
    >>> with_option_names("raise max_iter or set early_stopping=True.", ["early_stopping", "max_iter"])
    'raise --max-iter or set --early-stopping.'
    >>> with_option_names("set hidden_layer_sizes=() or solver='sgd'.", ["hidden_layer_sizes", "solver"])
    'set --hidden-layer-sizes=none or --solver=sgd.'
    >>> print(with_option_names("leave out drop='a b'.", ["drop"]))
    leave out --drop='a b'.
    """
    names = "|".join(sorted(parameters, key=len, reverse=True))

    def option(match: re.Match[str]) -> str:
        name, value = match["name"], match["value"] or ""
        if not ("_" in name or value or name == "cv"):
            return match[0]
        flag = name.replace("_", "-")
        if value in ("=True", "=False"):
            return f"--{flag}" if value == "=True" else f"--no-{flag}"
        if len(value) > 2 and value != "=()":
            text = re.sub(r"\\(.)", r"\1", value[2:-1])
            return f"--{flag}={_shell_word(text)}"
        return f"--{flag}{'=none' if value == '=()' else value}"

    values = rf"=True\b|=False\b|=\(\)|={PYTHON_TEXT}|="
    return re.sub(rf"(?<![\w-])(?P<name>{names})\b(?P<value>{values})?", option, sentence)


def _shell_word(text: str) -> str:
    """Return a text as a shell takes it for one word, in quotes if it needs them."""
    if re.fullmatch(r"[\w.:,/-]+", text):
        return text
    return f'"{text}"' if "'" in text and not set(text) & set('"$`\\!') else shlex.quote(text)
