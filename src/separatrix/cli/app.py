"""The command `separatrix`, its subcommands, and how its errors end.

Exit codes: 0 done; 1 a bug, with a traceback, or a reader that went away; 2 something that the user can mend,
in one sentence; 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from separatrix import __version__
from separatrix.cli import evaluate, fit, inspect, plot, predict, recipe, search, warm
from separatrix.cli.console import error_line, told_if_interrupted
from separatrix.cli.estimator_options import in_option_names, with_estimator_options
from separatrix.cli.search_options import SEARCH_DEFAULTS, SEARCH_OPTIONS
from separatrix.errors import ParameterError, SeparatrixError

USER_ERROR = 2


class Commands(TyperGroup):
    """The subcommands; an error that the user can mend becomes one line and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a subcommand and send off what it printed, so that a closed pipe is noticed here."""
        try:
            with told_if_interrupted("interrupted."):
                answer = super().invoke(ctx)
                sys.stdout.flush()
                return answer
        except Exception as error:
            if ctx.params.get("debug") or not _can_be_mended(error):
                raise
            # Of data nothing is reworded: a column may have the name of a parameter.
            error_line(in_option_names(str(error)) if isinstance(error, ParameterError) else str(error))
            raise typer.Exit(USER_ERROR) from error


class Sectioned(TyperCommand):
    """A subcommand whose help has its options under headings."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options, those with a panel under its name."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                default = "Arguments" if parameter.param_type_name == "argument" else "Options"
                sections.setdefault(getattr(parameter, "rich_help_panel", None) or default, []).append(record)
        for name, records in sections.items():
            with formatter.section(name):
                formatter.write_dl(records)


def _can_be_mended(error: Exception) -> bool:
    # By name: scikit-learn is slow to import, and an error of its own comes only after that.
    return isinstance(error, SeparatrixError) or type(error).__name__ == "InvalidParameterError"


app = typer.Typer(
    cls=Commands,
    name="separatrix",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its boxes cut long options short
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"separatrix {__version__}")
        raise typer.Exit


@app.callback()
def separatrix(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Small neural networks for tables: trained fast, and judged honestly."""


COMMANDS: dict[str, Callable[..., None]] = {
    "fit": with_estimator_options(fit.fit),
    "evaluate": evaluate.evaluate,
    "predict": predict.predict,
    "inspect": inspect.inspect,
    "plot": plot.plot,
    "search": with_estimator_options(search.search, SEARCH_OPTIONS, SEARCH_DEFAULTS),
    "recipe": recipe.recipe,
    "warm": warm.warm,
}
for _name, _command in COMMANDS.items():
    app.command(_name, cls=Sectioned)(_command)
