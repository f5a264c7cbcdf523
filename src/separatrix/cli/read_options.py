"""Options of the command line on how table files are read, and the notes on what was guessed."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, Optional

import typer

from separatrix.cli.console import note, with_option_names
from separatrix.cli.numbers import read_integer
from separatrix.data.read_options import SEPARATORS, ReadOptions
from separatrix.data.table_files import ReadWarning

PANEL = "Reading the table"

_FILE = re.compile(r"'[^']*\.\w+'|standard input")
"""The name of a file in a note."""

READING = "read_notes"
"""The training metadata of a model in which the guesses about its table are."""

NAMES = ("sep", "decimal", "encoding", "na", "header", "skip_rows", "sheet", "table")
"""The fields of `ReadOptions` that are options."""

_OPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sep": (
        str,
        {"metavar": "CHARACTER", "help": f"Separator of the cells, or its name: {', '.join(SEPARATORS)}."},
    ),
    "decimal": (str, {"metavar": "SIGN", "help": "Decimal sign: a point or a comma."}),
    "encoding": (
        str,
        {"metavar": "NAME", "help": "Encoding of a text file, such as utf-8, cp1252 or utf-16."},
    ),
    "na": (
        list[str],
        {
            "metavar": "WORD",
            "help": "A word for a missing value, in addition to NA and others. May be repeated.",
        },
    ),
    "header": (
        bool,
        {"help": "Whether the table begins with the names of its columns, else column_1 and so on."},
    ),
    "skip_rows": (int, {"metavar": "N", "parser": read_integer, "help": "Lines to skip before the names."}),
    "sheet": (
        str,
        {"metavar": "NAME", "help": "Sheet of a workbook, by name or number; by default the first."},
    ),
    "table": (str, {"metavar": "NAME", "help": "Table of a database; by default the only one."}),
}


def with_read_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `reading`, a `ReadOptions`, an option for each of its fields instead."""

    @wraps(command)
    def wrapper(**arguments: Any) -> None:
        given = {name: arguments.pop(name) for name in NAMES}
        command(**arguments, reading=ReadOptions(**{**given, "na": given["na"] or ()}))

    signature = inspect.signature(command, eval_str=True)
    own = [parameter for name, parameter in signature.parameters.items() if name != "reading"]
    is_last = [each.kind is inspect.Parameter.KEYWORD_ONLY for each in own]
    index = is_last.index(True) if True in is_last else len(own)
    wrapper.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*own[:index], *map(_parameter, NAMES), *own[index:]]
    )
    return wrapper


def _parameter(name: str) -> inspect.Parameter:
    """Return the parameter of a function that Typer turns into an option."""
    kind, settings = _OPTIONS[name]
    flag = f"--{name.replace('_', '-')}"
    declaration = f"{flag}/--no-{name}" if kind is bool else flag
    info = typer.Option(declaration, rich_help_panel=PANEL, show_default=False, **settings)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Optional[kind], info],  # noqa: UP045
    )


@contextmanager
def read_notes(known: Collection[str] = ()) -> Iterator[list[str]]:
    """Print what was guessed about table files as notes; other warnings stay warnings.

    Yield the guesses, each without the name of its file. Those that are `known`, because they are the same as
    of the table that a model was trained on, are not printed again.
    """
    found: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", ReadWarning)
        show = warnings.showwarning

        def shown(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
            if issubclass(category, ReadWarning):
                found.append(_FILE.sub("the table", str(message)))
                if found[-1] not in known:
                    note(with_option_names(str(message), NAMES))
            else:
                show(message, category, *rest, **more)

        warnings.showwarning = shown
        yield found
