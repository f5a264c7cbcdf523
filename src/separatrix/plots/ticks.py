"""Ticks: numbers that a loss can be read by, on a logarithmic axis of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.ticker import Locator


def log_tick_values(low: float, high: float) -> list[float]:
    """Return the numbers to write at a logarithmic axis from `low` to `high`.

    Examples
    --------
    >>> log_tick_values(0.09, 2.5)
    [0.1, 0.2, 0.5, 1.0, 2.0]
    """
    values = [float(f"{value:.6g}") for value in _locator(low, high).tick_values(low, high)]
    return [value for value in values if low <= value <= high]


def set_log_ticks(axis: Axis, low: float, high: float) -> None:
    """Put plain numbers on a logarithmic axis that runs from `low` to `high`."""
    from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

    axis.set_major_locator(_locator(low, high))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def _locator(low: float, high: float) -> Locator:
    from matplotlib.ticker import LogLocator, MaxNLocator

    if high < 5 * low:
        return MaxNLocator(6)
    return LogLocator(subs=(1.0, 2.0, 5.0) if high < 1e3 * low else (1.0,))
