"""Usage: what is wrong with the words of a command line, in one sentence."""

from __future__ import annotations

import re
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
            return _unknown_option(_typed_word(error.option_name, words), ctx)
        case "BadOptionUsage":
            found = _value_missing_or_needless(error.option_name, ctx, words)
            return found or str(error.format_message())
        case "MissingParameter":
            return f"{name_of(error.param)} is missing; write {_shortest(ctx)}."
        case "BadParameter":
            return f"{typed_name(error.param, words)} {error.message}"
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


def typed_name(parameter: Any, words: Sequence[str]) -> str:
    """Return the long spelling of an option that is among the words, or else the name of a parameter."""
    typed = {word.partition("=")[0] for word in words if word.startswith("--")}
    return next((flag for flag in parameter.opts if flag in typed), name_of(parameter))


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper()).removesuffix("...")


def _typed_word(name: str, words: Sequence[str]) -> str:
    """Return the word with an option of one letter that there is not, such as -h=3 for -=."""
    if name.startswith("--"):
        return name
    short = [word for word in words if re.match(r"-[^-]", word)]
    found = [word for word in short if word.startswith(name)] or [word for word in short if name[1] in word]
    return found[0] if found else name


def _unknown_option(name: str, ctx: Any) -> str:
    root = ctx.find_root()
    of_root = None if ctx is root else _option(name, root)
    if of_root is not None and of_root.callback is not None:  # it acts alone, as --version does
        return f"{name} goes without a command; write {root.command_path} {name}."
    if of_root is not None:
        return f"{name} belongs before the command; write {root.command_path} {name} {ctx.info_name}."
    path, is_long = ctx.command_path, name.startswith("--")
    hint = did_you_mean(name, _spellings(ctx)) if is_long else ""  # all short ones are near each other
    if re.fullmatch(r"-[\d.,]+", name):
        hint = " If it is an argument, write -- before it."
    return f"{name} is no option of {path}; {path} --help lists them.{hint}"


def _options(ctx: Any) -> list[Any]:
    """Return the options of a command, --help among them."""
    return [each for each in ctx.command.get_params(ctx) if each.param_type_name == "option"]


def _spellings(ctx: Any) -> list[str]:
    return [spelling for each in _options(ctx) for spelling in (*each.opts, *each.secondary_opts)]


def _option(name: str, ctx: Any) -> Any:
    return next((each for each in _options(ctx) if name in (*each.opts, *each.secondary_opts)), None)


def _value_missing_or_needless(name: str, ctx: Any, words: Sequence[str]) -> str:
    """Return the sentence on an option without its value, or on a flag with one; none if it is neither."""
    option = _option(name, ctx)
    values = [word.partition("=")[2] for word in words if word.startswith(f"{name}=")]
    if option is None or (option.is_flag and not values):
        return ""
    if not option.is_flag:
        return f"{name} needs a value, got none; write {name} {option.metavar or 'VALUE'}."
    cure = " or ".join([option.opts[-1], option.secondary_opts[-1]]) if option.secondary_opts else name
    return f"{name} takes no value, got '{values[0]}'; write {cure}."


def _shortest(ctx: Any) -> str:
    """Return the shortest way to call a command."""
    required = [_metavar(each) for each in ctx.command.params if each.required]
    return " ".join([ctx.command_path, *required])
