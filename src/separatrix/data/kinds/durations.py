"""Durations: text such as "1h 40m", which is not read as numbers, so that a note says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping

MOST_OTHERS = 0.1
"""Fraction of the rows, at most, whose cells are no durations in a column of durations."""

_UNIT = (
    r"(?:d|days?|tage?n?|jours?|d[ií]as?|h|hrs?|hours?|std|stunden?|heures?|horas?"
    r"|m|mins?|minutes?|minuten?|minutos?|s|secs?|seconds?|sek|sekunden?|secondes?|segundos?)\.?"
)
_DURATION = re.compile(
    rf"(?:\d+(?:[.,]\d+)?\s*{_UNIT}[\s,]*)+(?:\d+(?::\d\d){{1,2}})?|\d+(?::\d\d){{1,2}}", re.IGNORECASE
)


def duration_notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the note on a column of durations; none for other text.

    Examples
    --------
    >>> duration_notes({"1h 40m": 3, "55m": 2})
    ("looks like durations, as '1h 40m': write them as numbers, such as minutes, so that their size counts",)
    >>> duration_notes({"Ulm": 3, "Bonn": 2})
    ()
    """
    n_others = sum(n for cell, n in counts.items() if not _DURATION.fullmatch(cell.strip()))
    if not counts or n_others > MOST_OTHERS * sum(counts.values()):
        return ()
    shown = max(counts, key=lambda cell: (counts[cell], cell))
    return (
        f"looks like durations, as '{shown}': write them as numbers, such as minutes, so that their size "
        "counts",
    )
