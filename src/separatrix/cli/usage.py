"""Usage: what is wrong with the words of a command line, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from separatrix.cli.console import error_line
from separatrix.errors import did_you_mean

USER_ERROR = 2
"""Exit code of an error that the user can correct."""

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of Typer's errors on words: of its own copy of Click, or of Click in older versions."""


@contextmanager
def usage_errors(ctx: Any, words: Sequence[str]) -> Iterator[None]:
    """Turn an error of Typer on the words of a command into one line and exit code 2."""
    try:
        yield
    except UsageError as error:
        error_line(sentence(error, ctx, words))
        raise typer.Exit(USER_ERROR) from error


def sentence(error: Any, ctx: Any, words: Sequence[str]) -> str:
    """Return what is wrong and how to mend it: of an option, an argument or its value.

    Parameters
    ----------
    error : UsageError
    ctx : Context
        Of the command.
    words : sequence of str
        What follows the name of the command.
    """
    match type(error).__name__:
        case "NoSuchOption":
            return _unknown_option(error.option_name, ctx)
        case "BadOptionUsage":
            return _value_missing_or_needless(error.option_name, ctx.command, words)
        case "MissingParameter":
            return f"{name_of(error.param)} is missing; write {_shortest(ctx)}."
        case "BadParameter":
            return f"{_typed_name(error.param, words)} {error.message}"
        case "UsageError" if ctx.parent is None:
            return f"a command is missing; {ctx.command_path} --help lists them."
    return str(error.format_message())


def unknown_command(name: str, ctx: Any) -> str:
    """Return the sentence on a command that there is not."""
    hint = did_you_mean(name, ctx.command.commands)
    return f"'{name}' is no command of {ctx.command_path}; {ctx.command_path} --help lists them.{hint}"


def needless_argument(ctx: Any) -> str:
    """Return the sentence on the first argument that is one too many."""
    arguments = [_metavar(each) for each in ctx.command.params if each.param_type_name == "argument"]
    taken = " and ".join(arguments) or "no argument"
    cure = "leave it out, or put a name with spaces in quotes" if arguments else "leave it out"
    return f"{ctx.command_path} takes {taken}, and got '{ctx.args[0]}' as well; {cure}."


def name_of(parameter: Any) -> str:
    """Return the name of an option as it is typed, or that of an argument as help calls it."""
    if parameter.param_type_name == "argument":
        return _metavar(parameter)
    flags = [flag for flag in parameter.opts if flag.startswith("--")]
    return str(flags[-1])


def _typed_name(parameter: Any, words: Sequence[str]) -> str:
    """Return the spelling of an option that is among the words, such as --rate for --learning-rate-init."""
    typed = {word.partition("=")[0] for word in words}
    return next((flag for flag in parameter.opts if flag in typed), name_of(parameter))


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper()).removesuffix("...")


def _unknown_option(name: str, ctx: Any) -> str:
    root = ctx.find_root()
    if ctx is not root and name in _spellings(root):
        return f"{name} belongs before the command; write {root.command_path} {name} {ctx.info_name}."
    path, is_long = ctx.command_path, name.startswith("--")
    hint = did_you_mean(name, _spellings(ctx)) if is_long else ""  # all short ones are near each other
    return f"{name} is no option of {path}; {path} --help lists them.{hint}"


def _spellings(ctx: Any) -> list[str]:
    options = [each for each in ctx.command.get_params(ctx) if each.param_type_name == "option"]
    return [spelling for each in options for spelling in (*each.opts, *each.secondary_opts)]


def _value_missing_or_needless(name: str, command: Any, words: Sequence[str]) -> str:
    """Return the sentence on an option without its value, or on a flag with one."""
    option = next(each for each in command.params if name in (*each.opts, *each.secondary_opts))
    if not option.is_flag:
        return f"{name} needs a value, got none; write {name} {option.metavar or 'VALUE'}."
    value = next(word for word in words if word.startswith(f"{name}=")).partition("=")[2]
    cure = " or ".join([option.opts[-1], *option.secondary_opts[-1:]])
    return f"{name} takes no value, got '{value}'; write {cure}."


def _shortest(ctx: Any) -> str:
    """Return the shortest way to call a command."""
    required = [_metavar(each) for each in ctx.command.params if each.required]
    return " ".join([ctx.command_path, *required])
