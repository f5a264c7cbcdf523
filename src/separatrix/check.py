"""Checks of one parameter that raise a `ParameterError` naming parameter, rule and value."""

from __future__ import annotations

import math
from collections.abc import Collection
from numbers import Integral, Real

from separatrix.errors import ParameterError, did_you_mean

# The plain types come first: a check of an abstract class takes several times as long.
_NUMBERS, _INTEGERS = (float, Real), (int, Integral)


def number(
    name: str,
    value: object,
    low: float,
    high: float = math.inf,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> None:
    """Check for a finite real number from `low` to `high`, without the ends that are open."""
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        x = float(value)
        is_open_end = (open_low and x == low) or (open_high and x == high)
        if math.isfinite(x) and low <= x <= high and not is_open_end:
            return
    start = f"({low:g}" if open_low else f"[{low:g}"
    end = "infinity)" if math.isinf(high) else f"{high:g}" + (")" if open_high else "]")
    raise ParameterError(name, f"must be a number in {start}, {end}, got {value!r}.")


def integer(name: str, value: object, low: int) -> None:
    """Check for an integer of at least `low`."""
    if not isinstance(value, _INTEGERS) or isinstance(value, bool) or value < low:
        raise ParameterError(name, f"must be an integer of at least {low}, got {value!r}.")


def boolean(name: str, value: object) -> None:
    """Check for True or False."""
    if type(value).__name__ not in {"bool", "bool_"}:
        raise ParameterError(name, f"must be True or False, got {value!r}.")


def choice(name: str, value: object, options: Collection[str]) -> None:
    """Check for one of a set of names."""
    if not isinstance(value, str) or value not in options:
        known = ", ".join(repr(option) for option in options)
        hint = did_you_mean(value, options) if isinstance(value, str) else ""
        raise ParameterError(name, f"must be one of {known}, got {value!r}.{hint}")
