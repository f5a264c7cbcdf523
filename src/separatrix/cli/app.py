"""The command `separatrix`: its subcommands and its exit codes.

The exit code is 0 for success, 1 for a bug (with a traceback) or a closed pipe, 2 for an error that the user
can correct (with one sentence), and 130 for Ctrl-C.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from separatrix import __version__
from separatrix.cli.console import error_line, exit_if_interrupted, with_option_names
from separatrix.cli.usage import USER_ERROR, needless_argument, typed_name, unknown_command, usage_errors
from separatrix.errors import FAULTS_CURE, ParameterError, SeparatrixError, TableWarning

COMMANDS = {
    "look": "Show what the columns of a table are, and what catches the eye.",
    "fit": "Train a model on a table, judge it, and save it.",
    "evaluate": "Judge a saved model on a table that has the target.",
    "predict": "Score the rows of a table with a saved model.",
    "explain": "Explain the prediction of one row, and one training step on it.",
    "inspect": "Show what is in a model file.",
    "play": "Write a page where a network learns before your eyes.",
    "plot": "Draw pictures of a saved model.",
    "search": "Find how many layers and how many neurons a table needs.",
    "data": "Write a data set that comes with the package to a file.",
    "recipe": "Run a tutorial experiment, and draw its pictures and films.",
    "warm": "Compile the training kernels ahead of the first fit.",
}
"""The first sentence of each command's docstring, so that the list needs none of their modules."""

TYPED = "separatrix.typed"
"""Key of the words after the name of the command, in what a context remembers."""


class Commands(TyperGroup):
    """The subcommands, each imported when it is called."""

    def __init__(self, **settings: Any) -> None:
        listed = {name: TyperCommand(name, help=sentence) for name, sentence in COMMANDS.items()}
        super().__init__(**settings | {"commands": listed})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the subcommand; without any word, the help is shown."""
        if not args:
            return super().parse_args(ctx, args)
        with usage_errors(ctx, tuple(args)):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand; that there is none is found here."""
        with usage_errors(ctx, ()):
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name of a subcommand, the subcommand itself, and the arguments left."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            error_line(unknown_command(args[0], ctx))
            raise typer.Exit(USER_ERROR)
        name, command, arguments = super().resolve_command(ctx, args)
        if name is not None:
            with exit_if_interrupted("interrupted; nothing was written."):
                command = load_command(name)
        return name, command, arguments


class Command(TyperCommand):
    """A subcommand: its help has the options under headings.

    An error that the user can correct becomes one line and exit code 2.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options and arguments; an argument too many is found here."""
        is_completed, ctx.allow_extra_args = ctx.resilient_parsing, True
        ctx.meta[TYPED] = tuple(args)
        with usage_errors(ctx, tuple(args)):
            left = super().parse_args(ctx, args)
        if left and not is_completed:
            error_line(needless_argument(ctx))
            raise typer.Exit(USER_ERROR)
        return left

    def invoke(self, ctx: Any) -> Any:
        """Run the command and flush what it printed, so that a closed pipe is noticed here."""
        try:
            with exit_if_interrupted("interrupted."), warnings.catch_warnings():
                warnings.simplefilter("ignore", TableWarning)  # the commands report it in their own words
                answer = super().invoke(ctx)
                sys.stdout.flush()
                return answer
        except Exception as error:
            if ctx.find_root().params.get("debug") or not _is_user_error(error):
                raise
            error_line(self.sentence(error, ctx.meta[TYPED]))
            raise typer.Exit(USER_ERROR) from error

    def sentence(self, error: Exception, words: Sequence[str] = ()) -> str:
        """Return the message of an error; a `ParameterError` names the option instead of the parameter.

        The `words` are those of the command line, after the name of the command.
        """
        options = {parameter.name: parameter for parameter in self.params if parameter.name}
        if not isinstance(error, ParameterError):
            # A column may have the name of a parameter.
            cure = " With --faults missing it is taken as missing." if "faults" in options else ""
            sentence = str(error).replace(f" {FAULTS_CURE}", cure)
            sentence = re.sub(r"\bskip_rows=(\d+)", r"--skip-rows \1", sentence)
            return re.sub(r"\bas in (table|encoding|sep)='([^']*)'", r"as in --\1='\2'", sentence)
        name, space, detail = error.parameter.partition(" ")  # as in: class_weight of class 'x'
        name = typed_name(options[name], words) if name in options else name
        return f"{name}{space}{detail} {with_option_names(error.problem, options)}"

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options, each panel under its heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                default = "Arguments" if parameter.param_type_name == "argument" else "Options"
                sections.setdefault(getattr(parameter, "rich_help_panel", None) or default, []).append(record)
        for name, records in sections.items():
            with formatter.section(name):
                formatter.write_dl(records)


def load_command(name: str) -> TyperCommand:
    """Import a subcommand: the function of its name in the module of its name."""
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    single.command(name, cls=Command)(getattr(import_module(f"separatrix.cli.{name}"), name))
    command = typer.main.get_command(single)
    assert isinstance(command, TyperCommand)
    return command


def _is_user_error(error: Exception) -> bool:
    # By name, as scikit-learn is slow to import.
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
