"""How the text of an option becomes a value; what cannot be read is a usage error."""

from __future__ import annotations

import math
import re
from typing import Any

import typer


def read_sizes(text: str) -> tuple[int, ...]:
    """Read ``16,8``; ``none`` or nothing is no hidden layer.

    Examples
    --------
    >>> read_sizes("16,8"), read_sizes("none")
    ((16, 8), ())
    """
    if text.strip().lower() in ("", "none"):
        return ()
    sizes = tuple(_each(text, int, "whole numbers such as 16,8"))
    if min(sizes) < 1:
        raise typer.BadParameter(f"must be 1 or more each, got '{text}'; use none for no hidden layer.")
    return sizes


def read_names(text: str) -> str | list[str]:
    """Read one name, or several between commas."""
    names = [name.strip() for name in text.split(",")]
    return names[0] if len(names) == 1 else names


def read_list(text: str) -> list[str]:
    """Read names between commas."""
    return [name.strip() for name in text.split(",")]


def read_parameters(text: str) -> list[int | str]:
    """Read names of parameters or their numbers between commas; a comma within brackets is the name's.

    Examples
    --------
    >>> read_parameters("layer 0: w[x1, 2],16")
    ['layer 0: w[x1, 2]', 16]
    """
    names = [name.strip() for name in re.split(r",(?![^\[]*\])", text)]
    return [int(name) if name.isdigit() else name for name in names]


def read_numbers(text: str) -> float | list[float]:
    """Read one number, or several between commas."""
    numbers = _each(text, float, "numbers such as 0.2 or 0.2,0.1")
    return numbers[0] if len(numbers) == 1 else numbers


def read_batch_size(text: str) -> int | str:
    """Read a number of rows, or a word."""
    return text if text.isalpha() else _each(text, int, "a whole number, auto or full")[0]


def read_patience(text: str) -> float:
    """Read a number of epochs, or ``inf``."""
    return math.inf if text == "inf" else _each(text, int, "a whole number or inf")[0]


def read_shuffle(text: str) -> bool | str:
    """Read ``yes``, ``no`` or ``replacement``."""
    words: dict[str, bool | str] = {"yes": True, "true": True, "no": False, "false": False}
    if text not in {*words, "replacement"}:
        raise typer.BadParameter(f"must be yes, no or replacement, got '{text}'.")
    return words.get(text, text)


def read_class_weight(text: str) -> str | dict[str, float]:
    """Read ``balanced`` or ``yes=5,no=1``.

    Examples
    --------
    >>> read_class_weight("yes=5,no=1")
    {'yes': 5.0, 'no': 1.0}
    """
    if "=" not in text:
        return text
    pairs = [part.rpartition("=") for part in text.split(",")]
    return {
        label.strip(): _each(weight, float, "a number for each class, such as yes=5,no=1")[0]
        for label, _, weight in pairs
    }


def read_counts(text: str) -> list[int]:
    """Read whole numbers, and ranges of them, in order and each once.

    Examples
    --------
    >>> read_counts("0-3"), read_counts("1,2,4-6")
    ([0, 1, 2, 3], [1, 2, 4, 5, 6])
    """
    found: set[int] = set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        ends = _each(f"{low},{high or low}", int, "whole numbers such as 0-3 or 1,2,4", shown=text)
        if ends[0] > ends[1]:
            raise typer.BadParameter(f"must have ranges from low to high, got '{text}'.")
        found.update(range(ends[0], ends[1] + 1))
    return sorted(found)


def read_space(text: str) -> Any:
    """Read numbers to try, or a range to draw them from, evenly in their logarithm.

    Returns
    -------
    list of float, or a distribution of scipy.stats

    Examples
    --------
    >>> read_space("0.001,0.01")
    [0.001, 0.01]
    >>> [float(end) for end in read_space("1e-3:1e-1").support()]
    [0.001, 0.1]
    """
    what = "numbers such as 0.001,0.01 or a range such as 0.001:0.1"
    low, colon, high = text.partition(":")
    if not colon:
        return _each(text, float, what)
    ends = _each(f"{low},{high}", float, what, shown=text)
    if not 0 < ends[0] < ends[1] < math.inf:
        raise typer.BadParameter(f"must be a range from low to high, above 0, got '{text}'.")
    from scipy.stats import loguniform

    return loguniform(*ends)


def _each(text: str, kind: type, what: str, *, shown: str | None = None) -> list[Any]:
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"must be {what}, got '{text if shown is None else shown}'.") from error
