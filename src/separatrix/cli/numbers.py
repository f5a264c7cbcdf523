"""Options with a number: readers of their text, whose errors name the rule and the text."""

from __future__ import annotations

import re

import typer

MOST_SEED = 2**32 - 1
"""The largest seed that NumPy takes."""


def read_integer(text: str, what: str = "a whole number such as 5") -> int:
    """Read a whole number; an error says `what` it must be.

    Examples
    --------
    >>> read_integer("5")
    5
    """
    try:
        return int(text)
    except ValueError as error:
        raise typer.BadParameter(f"must be {what}, got '{text}'.") from error


def read_number(text: str, what: str = "a number such as 0.5") -> float:
    """Read a number; an error says `what` it must be, and of one with a comma how it is written.

    Examples
    --------
    >>> read_number("0.25")
    0.25
    """
    try:
        return float(text)
    except ValueError as error:
        raise typer.BadParameter(f"must be {what}, got '{text}'{_cure(text.strip())}.") from error


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


def _cure(text: str) -> str:
    """Return how to write a number with a comma, which separates its decimals or its thousands."""
    if not re.fullmatch(r"[+-]?\d*,\d+(e[+-]?\d+)?", text, re.IGNORECASE):
        return ""
    with_point = text.replace(",", ".")
    may_be_thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text)
    whole = f"{text.replace(',', '')}, or " if may_be_thousands else ""
    return f"; write {whole}{with_point}"
