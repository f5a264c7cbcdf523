"""Options with a number: readers of their text, whose errors name the rule and the text."""

from __future__ import annotations

import typer

MOST_SEED = 2**32 - 1
"""The largest seed that NumPy takes."""


def read_integer(text: str) -> int:
    """Read a whole number.

    Examples
    --------
    >>> read_integer("5")
    5
    """
    try:
        return int(text)
    except ValueError as error:
        raise typer.BadParameter(f"must be a whole number such as 5, got '{text}'.") from error


def read_number(text: str) -> float:
    """Read a number; an error on a decimal comma says how it is written.

    Examples
    --------
    >>> read_number("0.25")
    0.25
    """
    try:
        return float(text)
    except ValueError as error:
        cure = ""
        if _is_number(with_point := text.strip().replace(",", ".")):
            cure = f"; write {with_point}"
        raise typer.BadParameter(f"must be a number such as 0.5, got '{text}'{cure}.") from error


def read_seed(text: str) -> int:
    """Read a seed of random numbers.

    Examples
    --------
    >>> read_seed("0")
    0
    """
    seed = read_integer(text)
    if not 0 <= seed <= MOST_SEED:
        raise typer.BadParameter(f"must be a whole number from 0 to {MOST_SEED}, got '{text}'.")
    return seed


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
