"""Sentinels: numbers that seem to stand for a missing value, as they are repeated and far from all others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.kinds.cell_words import MANY_NUMBERS
from separatrix.data.kinds.profile import NumberProfile
from separatrix.text import plural

Array = NDArray[Any]

LEAST_COUNT, SEVERAL = 3, 3
"""Rows that have a number, from which it is repeated; ranges of the others from which one row, or any number
above them, is enough."""

MOST_SENTINELS = 3
"""Numbers at each end that are looked at."""

ZERO_GAP, ZERO_STEPS, MOST_ZEROS = 0.15, 10, 0.2
"""Distance of 0 from all others, as a fraction of their range and in steps between neighbours, and the
largest fraction of the rows that have it."""


def sentinel_notes(profile: NumberProfile) -> tuple[str, ...]:
    """Return notes on numbers that seem to stand for a missing value."""
    found = _known(profile)
    if profile.distinct.is_exact:
        found = _at_the_ends(profile.distinct.values, profile.distinct.counts, profile.n) | found
    return tuple(
        f"has {value:.10g} in {why}: it may stand for a missing value" for value, why in sorted(found.items())
    )


def _known(profile: NumberProfile) -> dict[float, str]:
    """Return numbers such as -999, and how far they are from the others, in words."""
    low, high = profile.inner_low, profile.inner_high
    found = {}
    for value, count in profile.sentinels.items():
        if count < 2 or not np.isfinite(high - low):
            continue
        alone_below = value < 0 <= low and (value != -1 or high >= MANY_NUMBERS)
        far_above = value >= 999 and value > high + (high - low)
        if alone_below or far_above:
            found[value] = _words(count, value, low, high)
    return found


def _at_the_ends(values: Array, counts: Array, n_rows: int) -> dict[float, str]:
    """Return the smallest and largest numbers that are repeated and far from all others."""
    found: dict[float, str] = {}
    for end in (1, -1):  # from the smallest on, then from the largest
        ordered, counted = values[::end], counts[::end]
        for n in range(1, MOST_SENTINELS + 1):
            rest = np.sort(ordered[n:])
            if len(rest) <= MANY_NUMBERS or counted[n - 1] < _least_count(float(ordered[n - 1]), rest):
                break
            is_common = ordered[n - 1] == 0 and counted[n - 1] > MOST_ZEROS * n_rows
            if not is_common and _is_far(float(ordered[n - 1]), rest):
                pairs = zip(ordered[:n].tolist(), counted[:n].tolist(), strict=True)
                found |= {
                    value: _words(count, value, float(rest[0]), float(rest[-1])) for value, count in pairs
                }
    return found


def _least_count(value: float, rest: Array) -> int:
    """Return the rows from which a number is looked at: one, if it is whole and several ranges below 0."""
    low, high = float(rest[0]), float(rest[-1])
    is_alone = value < 0 <= low and value == np.floor(value) and low - value > SEVERAL * (high - low)
    return 1 if is_alone else LEAST_COUNT


def _is_far(value: float, rest: Array) -> bool:
    """Return whether a number is far from all others: by their range, alone below 0, or at 0."""
    low, high = float(rest[0]), float(rest[-1])
    gap = low - value if value < low else value - high
    if value < 0 <= low and value == np.floor(value):
        return True
    if gap > (1 if value < low or _is_made_up(value) else SEVERAL) * (high - low):
        return True
    step = float(np.quantile(np.diff(rest), 0.9))
    return value == 0 < low and gap > max(ZERO_GAP * (high - low), ZERO_STEPS * step)


def _is_made_up(value: float) -> bool:
    """Return whether a number is one that stands for something: 99, 99.9, 777, 8888, 998."""
    digits = f"{abs(value):.10g}".replace(".", "").rstrip("0")
    return len(digits) > 1 and (set(digits) == {"7"} or set(digits) <= {"8", "9"})


def _words(count: int, value: float, low: float, high: float) -> str:
    rows = plural(count, "row")
    gap = low - value if value < low else value - high
    if value < 0 and gap <= high - low:
        return f"{rows}, the only number below 0"
    return f"{rows}, far from {low:.6g} to {high:.6g}"
