"""Compound cells: several numbers in one, as "1h 40m" and "130/85", and amounts as "€6.5M" beside "€4K".

They are not read as numbers, so that a note says what to do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

MOST_OTHERS = 0.1
"""Fraction of the rows, at most, whose cells are no such ones in a column of them."""

FEW_LEVELS = 10
"""Different values, at most, that are categories rather than numbers, such as seasons and age bands."""

_UNIT = (
    r"(?:d|days?|tage?n?|jours?|d[ií]as?|h|hrs?|hours?|std|stunden?|heures?|horas?"
    r"|m|mins?|minutes?|minuten?|minutos?|s|secs?|seconds?|sek|sekunden?|secondes?|segundos?)\.?"
)
_DURATION = re.compile(
    rf"(?:\d+(?:[.,]\d+)?\s*{_UNIT}[\s,]*)+(?:\d+(?::\d\d){{1,2}})?|\d+(?::\d\d){{1,2}}", re.IGNORECASE
)
_AMOUNT = re.compile(r"[^\w\d]*\d+(?:[.,]\d+)?\s*(?P<size>[KkMB]?)[^\w\d]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SEVERAL = re.compile(r"[^\w\d]*#[^\w#]*(?:[/x×'\"]|\b(?:cm|mm|m|kg|lbs?|ft|in)\b)[^#]*#.*")


def compound_notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the note on durations, on several numbers in a cell, or on amounts; none for other text.

    Examples
    --------
    >>> compound_notes({"1h 40m": 3, "55m": 2})
    ("looks like durations, as '1h 40m': write them as numbers, such as minutes, so that their size counts",)
    >>> compound_notes({f"{100 + n}/{70 + n}": 5 for n in range(20)})
    ("has several numbers in a cell, as '119/89': make columns of them, so that their size counts",)
    >>> compound_notes({f"€{n}.5{size}": 2 for n in range(9) for size in "KM"})
    ("has amounts as '€8.5M', with K and M: write them out as numbers, so that their size counts",)
    >>> compound_notes({"Ulm": 3, "Bonn": 2}), compound_notes({"2012/2013": 3, "2013/2014": 2})
    ((), ())
    """
    n_rows = sum(counts.values())
    most = max(counts, key=lambda cell: (counts[cell], cell), default="")
    n_durations = sum(n for cell, n in counts.items() if _DURATION.fullmatch(cell.strip()))
    if n_rows and n_durations >= (1 - MOST_OTHERS) * n_rows:
        return (
            f"looks like durations, as '{most}': write them as numbers, such as minutes, so that their size "
            "counts",
        )
    if len(counts) <= FEW_LEVELS:
        return ()
    amounts = {cell: match["size"] for cell in counts if (match := _AMOUNT.fullmatch(cell.strip()))}
    n_amounts, sizes = sum(counts[cell] for cell in amounts), set(amounts.values()) - {""}
    if n_amounts >= (1 - MOST_OTHERS) * n_rows and (
        len(sizes) > 1 or (sizes & {"K", "k", "M"} and "" in amounts.values())
    ):
        shown = max((cell for cell in amounts if amounts[cell]), key=lambda cell: (counts[cell], cell))
        return (
            f"has amounts as '{shown}', with {' and '.join(sorted(sizes))}: write them out as numbers, so "
            "that their size counts",
        )
    shapes: Counter[str] = Counter()
    for cell, n in counts.items():
        shapes[_NUMBER.sub("#", cell.strip())] += n
    shape, n_alike = shapes.most_common(1)[0]
    if n_alike < (1 - MOST_OTHERS) * n_rows or not _SEVERAL.fullmatch(shape):
        return ()
    return (f"has several numbers in a cell, as '{most}': make columns of them, so that their size counts",)
