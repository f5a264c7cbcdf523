"""Timing: all in turn, several times, so that other work of the machine affects all equally."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import median

Timer = Callable[[], float]


def interleaved(timers: Mapping[str, Timer], repeats: int) -> dict[str, list[float]]:
    """Call every timer once a round; each round starts with another one."""
    names = list(timers)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(repeats):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(timers[name]())
    return times


def spread(times: list[float]) -> dict[str, float]:
    """Return median, lowest and highest, to four digits."""
    return {"median": _short(median(times)), "low": _short(min(times)), "high": _short(max(times))}


def calls_for(seconds: float, each: float) -> int:
    """Return how many calls fill `seconds`, at least one."""
    return max(1, math.ceil(seconds / max(each, 1e-9)))


def _short(value: float) -> float:
    return float(f"{value:.4g}")
