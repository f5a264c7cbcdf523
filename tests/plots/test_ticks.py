from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from separatrix.plots.ticks import log_tick_values, set_log_ticks


@pytest.mark.parametrize("low", [3e-7, 0.02, 0.69, 41.0])
@pytest.mark.parametrize("ratio", [1.1, 2.0, 8.0, 300.0, 1e5])
def test_an_axis_of_any_length_has_some_numbers(low: float, ratio: float) -> None:
    ticks = log_tick_values(low, low * ratio)
    assert 2 <= len(ticks) <= 10
    assert all(low <= tick <= low * ratio for tick in ticks)


def test_numbers_are_written_plainly() -> None:
    ax = Figure().subplots()
    ax.plot([1, 2], [0.05, 1.5])
    ax.set_yscale("log")
    set_log_ticks(ax.yaxis, 0.05, 1.5)
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {"0.1", "0.2", "0.5", "1"} <= set(labels)
