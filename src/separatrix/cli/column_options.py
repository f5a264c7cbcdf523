"""Options of the command line on what columns are; they go before what is decided from the rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Annotated, Any, Optional

import typer

from separatrix.data.column_options import OPTION_NAMES, ColumnOptions

PANEL = "Columns"

_HELP = {
    "categorical": ("NAMES", "Columns whose values are categories, also if they are numbers."),
    "numeric": ("NAMES", "Columns of numbers; other cells are missing."),
    "date": ("NAMES", "Columns of dates; with the order if it is not clear, as in start=dmy (or ymd, mdy)."),
    "ordered": ("NAME=LEVELS", "Column of ordered categories from low to high, as in size=S,M,L."),
    "drop": ("NAMES", "Columns to leave out."),
    "keep": ("NAMES", "Columns to learn from, even if they seem to be identifiers, text or duplicates."),
    "join_spellings": ("NAMES", "Columns of categories that differ in case or spaces alone: one value each."),
}


def with_column_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `columns`, a `ColumnOptions`, an option for each of its fields instead."""

    @wraps(command)
    def wrapper(**arguments: Any) -> None:
        given = {name: arguments.pop(name) for name in OPTION_NAMES}
        command(**arguments, columns=read_options(given))

    signature = inspect.signature(command, eval_str=True)
    own = [parameter for name, parameter in signature.parameters.items() if name != "columns"]
    is_last = [each.kind is inspect.Parameter.KEYWORD_ONLY for each in own]
    index = is_last.index(True) if True in is_last else len(own)
    added = [*map(_parameter, _HELP), _target_missing()]
    wrapper.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*own[:index], *added, *own[index:]]
    )
    return wrapper


def read_options(given: dict[str, Any]) -> ColumnOptions:
    """Return the options as they were typed.

    Examples
    --------
    >>> options = read_options({"drop": ["id,name"], "ordered": ["size=S,M,L"], "date": ["start=dmy"]})
    >>> options.drop, options.ordered, options.date
    (('id', 'name'), {'size': ['S', 'M', 'L']}, {'start': 'dmy'})
    """
    read: dict[str, Any] = {
        name: _names(given.get(name)) for name in ("categorical", "numeric", "drop", "keep", "join_spellings")
    }
    dates = (entry.partition("=") for entry in _names(given.get("date")))
    read["date"] = {name.strip(): order.strip() or None for name, _, order in dates}
    ordered = (entry.partition("=") for entry in given.get("ordered") or ())
    read["ordered"] = {name.strip(): _names([levels]) or None for name, _, levels in ordered}
    return ColumnOptions(**read, target_missing=given.get("target_missing") or "error")


def _names(entries: Iterable[str] | None) -> list[str]:
    return [name.strip() for entry in entries or () for name in entry.split(",") if name.strip()]


def _parameter(name: str) -> inspect.Parameter:
    """Return the parameter of a function that Typer turns into an option."""
    metavar, text = _HELP[name]
    text += " Several are separated by commas." if metavar == "NAMES" else " May be repeated."
    option = f"--{name.replace('_', '-')}"
    info = typer.Option(option, metavar=metavar, help=text, show_default=False, rich_help_panel=PANEL)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Optional[list[str]], info],  # noqa: UP045
    )


def _target_missing() -> inspect.Parameter:
    info = typer.Option(
        "--target-missing",
        metavar="WHAT",
        help="What to do with rows without a target: error, drop to leave them out, or class to make them "
        "the class '(missing)'. [default: error]",
        show_default=False,
        rich_help_panel=PANEL,
    )
    return inspect.Parameter(
        "target_missing",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Optional[str], info],  # noqa: UP045
    )
