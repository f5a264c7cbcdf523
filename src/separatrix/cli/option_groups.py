"""Option groups: several options of a command as one value, a data class with a field for each."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

Command = Callable[..., None]


def with_options(**groups: type) -> Callable[[Command], Command]:
    """Give a command that takes values of data classes an option for each of their fields instead.

    The fields are annotated as Typer wants its options. Typer reads options from a signature alone, so the
    command is wrapped in a function with the longer one.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Size:
    ...     width: int = 2
    ...     height: int = 3
    >>> @with_options(size=Size)
    ... def draw(name: str, *, size: Size) -> None:
    ...     print(name, size)
    >>> str(inspect.signature(draw))
    '(name: str, *, width: int = 2, height: int = 3) -> None'
    >>> draw(name="box", width=5, height=3)
    box Size(width=5, height=3)
    """
    fields = {name: list(inspect.signature(group).parameters) for name, group in groups.items()}

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapper(**arguments: Any) -> None:
            values = {
                name: group(**{field: arguments.pop(field) for field in fields[name]})
                for name, group in groups.items()
            }
            command(**arguments, **values)

        signature = inspect.signature(command, eval_str=True)
        parameters: list[inspect.Parameter] = []
        for parameter in signature.parameters.values():
            if parameter.name in groups:
                parameters += _parameters(groups[parameter.name])
            else:
                parameters.append(parameter)
        wrapper.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _parameters(group: type) -> list[inspect.Parameter]:
    """Return the fields of a data class as parameters that are given by name."""
    fields = inspect.signature(group, eval_str=True).parameters.values()
    return [field.replace(kind=inspect.Parameter.KEYWORD_ONLY) for field in fields]
