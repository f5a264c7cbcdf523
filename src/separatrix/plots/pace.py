"""Pace: which snapshots a film shows, and for how long: longer where the network changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SECONDS = 8.0  # of a film, without its first and last frame
SHORTEST, LONGEST = 0.08, 0.5  # seconds of a frame; with twice as many frames files are 1.6 times as large
FIRST, LAST = 0.8, 1.5  # seconds of the first and the last frame
EVEN = 0.15  # of the time is spread evenly over the snapshots, whether or not they change


def durations(changes: Array, seconds: float = SECONDS) -> Array:
    """Return how long each snapshot is to be shown: the longer, the more the network changes around it.

    Parameters
    ----------
    changes : ndarray of shape (n_snapshots,)
        Change of the network from the snapshot before, 0 for the first; not negative.
    seconds : float
        Their sum.

    Examples
    --------
    >>> durations(np.array([0.0, 1.0, 1.0, 0.0]), 4.0).round(2)
    array([1.  , 1.85, 1.  , 0.15])
    """
    n = len(changes)
    around = (changes + np.append(changes[1:], 0.0)) / 2
    total = around.sum()
    share = around / total if total > 0 else np.full(n, 1 / n)
    result: Array = seconds * ((1 - EVEN) * share + EVEN / n)
    return result


def chosen(wanted: Array) -> tuple[Array, Array]:
    """Return the snapshots that are shown, and for how many seconds each.

    Parameters
    ----------
    wanted : ndarray of shape (n_snapshots,)
        How long each is to be shown, as `durations` returns it. Some are too short to be seen: only one of
        several such snapshots is shown, for the time of all of them.

    Returns
    -------
    shown : int ndarray of shape (n_frames,)
        Always with the first and the last.
    seconds : ndarray of shape (n_frames,)

    Examples
    --------
    >>> shown, seconds = chosen(np.array([0.4, 0.04, 0.02, 0.02, 0.3, 0.1]))
    >>> shown, seconds.round(2)
    (array([0, 1, 4, 5]), array([0.8 , 0.08, 0.3 , 1.5 ]))
    """
    last = len(wanted) - 1
    shown, seconds = [0], [0.0]
    for number, time in enumerate(wanted.tolist()):
        # A small tolerance, so that sums which are equal except for rounding give the same frames.
        if (0 < number < last and seconds[-1] >= SHORTEST - 1e-9) or (number == last and last > 0):
            shown.append(number)
            seconds.append(0.0)
        seconds[-1] += time
    return np.array(shown), limited(np.array(seconds))


def limited(seconds: Array) -> Array:
    """Return seconds in which each frame can be seen, the first and the last longer than the others."""
    result = np.clip(seconds, SHORTEST, LONGEST)
    result[0], result[-1] = max(result[0], FIRST), LAST
    return result
