"""Compound cells: several numbers in one, as "1h 40m" and "130/85", and amounts as "€6.5M" beside "€4K".

They are not read as numbers, so that a note says what to do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

MOST_OTHERS = 0.1
"""Fraction of the rows, at most, whose cells are no such ones in a column of them."""

FEW_LEVELS = 10
"""Different values, at most, that are categories rather than numbers, such as seasons and age bands."""

LONGEST = 40
"""Characters of such a cell, at most: longer ones are text."""

CODES = 0.05
"""Fraction of the rows from which cells such as 2019/00049 and 12/2003 are codes and months, no sizes."""

_UNIT = (
    r"(?:d|days?|tage?n?|jours?|d[ií]as?|h|hrs?|hours?|std|stunden?|heures?|horas?"
    r"|m|mins?|minutes?|minuten?|minutos?|s|secs?|seconds?|sek|sekunden?|secondes?|segundos?)\.?"
)
# Possessive quantifiers, as \d++, keep the time of a pattern proportional to the length of a cell.
_DURATION = re.compile(
    rf"(?:\d++(?:[.,]\d++)?+\s*+{_UNIT}[\s,]*+)+(?:\d++(?::\d\d){{1,2}}+)?+|\d++(?::\d\d){{1,2}}+",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\W*+\d++(?:[.,]\d++)?+\s*+(?P<size>[KkMB]?+)\W*+")
_NUMBER = re.compile(r"\d++(?:[.,]\d++)*+")
_SEVERAL = re.compile(r"[^\w#]*+(?:#[^\w#/×'\"]*+)++(?:[/x×'\"]|\b(?:cm|mm|m|kg|lbs?|ft|in)\b)[^#]*+#.*+")
_YEAR = r"(?:19|20)\d\d(?!\d)"
_CODE = re.compile(rf"\+|\W*+(?:{_YEAR}\s*+/|\d++\s*+/\s*+(?:0\d|{_YEAR}))")


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
    least = (1 - MOST_OTHERS) * sum(counts.values())
    cells: Counter[str] = Counter()
    for cell, n in counts.items():
        if len(stripped := cell.strip()) <= LONGEST:
            cells[stripped] += n
    if not cells or cells.total() < least:
        return ()
    if note := _durations_note(cells, least):
        return (note,)
    if len(cells) <= FEW_LEVELS:
        return ()
    note = _amounts_note(cells, least) or _several_note(cells, least)
    return (note,) if note else ()


def _durations_note(cells: Counter[str], least: float) -> str:
    durations = _those(cells, _DURATION.fullmatch)
    if durations.total() < least:
        return ""
    return (
        f"looks like durations, as '{_most(durations)}': write them as numbers, such as minutes, so that "
        "their size counts"
    )


def _amounts_note(cells: Counter[str], least: float) -> str:
    amounts = {cell: match["size"] for cell in cells if (match := _AMOUNT.fullmatch(cell))}
    sizes = set(amounts.values()) - {""}
    if sum(cells[cell] for cell in amounts) < least or not (
        len(sizes) > 1 or (sizes & {"K", "k", "M"} and "" in amounts.values())
    ):
        return ""
    shown = _most(Counter({cell: cells[cell] for cell, size in amounts.items() if size}))
    return (
        f"has amounts as '{shown}', with {' and '.join(sorted(sizes))}: write them out as numbers, so "
        "that their size counts"
    )


def _several_note(cells: Counter[str], least: float) -> str:
    shapes: Counter[str] = Counter()
    for cell, n in cells.items():
        shapes[_NUMBER.sub("#", cell)] += n
    shape, n_of_shape = shapes.most_common(1)[0]
    if n_of_shape < least or not _SEVERAL.fullmatch(shape):
        return ""
    if _those(cells, _CODE.match).total() >= CODES * n_of_shape:
        return ""
    shown = _most(_those(cells, lambda cell: _NUMBER.sub("#", cell) == shape))
    return f"has several numbers in a cell, as '{shown}': make columns of them, so that their size counts"


def _those(cells: Counter[str], is_one: Callable[[str], object]) -> Counter[str]:
    return Counter({cell: n for cell, n in cells.items() if is_one(cell)})


def _most(cells: Counter[str]) -> str:
    """Return the most frequent cell."""
    return max(cells, key=lambda cell: (cells[cell], cell))
