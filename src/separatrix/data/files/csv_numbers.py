"""Numbers as CSV files have them: with a decimal point or comma, and groups of three digits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from separatrix.data.files.csv_records import Record, columns_of

GROUPED = r"^[+-]?\d{1,3}(?:[.' \x{a0}\x{202f}]\d{3})+(?:,\d+)?$"
"""A number with a decimal comma and groups of three digits, as Polars spells the pattern."""

_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[.' \u00a0\u202f]\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?")
_ROUND_COMMA_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
_WHOLE_NUMBER = re.compile(r"[+-]?\d+")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED_NUMBER = re.compile(GROUPED.replace(r"\x{a0}", "\u00a0").replace(r"\x{202f}", "\u202f"))
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T]\d.*)?")


def is_data(cell: str) -> bool:
    """Return whether a cell looks like a value rather than a name: a number or a date.

    Examples
    --------
    >>> [is_data(cell) for cell in ("14.23", "1.234,5", "2022-02-13", "age", "x1")]
    [True, True, True, False, False]
    """
    patterns = (_PLAIN_NUMBER, _COMMA_NUMBER, _GROUPED_NUMBER, _DATE)
    return any(pattern.fullmatch(cell) for pattern in patterns)


def decimal_sign(
    records: Sequence[Record], sep: str, words: Sequence[str], label: str, notes: list[str]
) -> str:
    """Return the decimal sign: a comma if most cells of some column are numbers, and some have a comma."""
    least = 0.95 if sep == "," else 0.6  # the other cells may be words such as "-"
    for column in columns_of(records[1:] or records, words):
        with_comma = [cell for cell in column if _COMMA_NUMBER.fullmatch(cell)]
        if not with_comma or sum(map(_fits_comma, column)) < least * len(column):
            continue
        if not all(_ROUND_COMMA_NUMBER.fullmatch(cell) for cell in with_comma):
            return ","
        if sep == ";":
            notes.append(
                f"the comma in '{with_comma[0]}' of {label} is taken for a decimal sign; decimal='.' "
                "overrules this guess."
            )
            return ","
    return "."


def _fits_comma(cell: str) -> bool:
    """Return whether a cell is a number in a column with decimal commas."""
    patterns = (_WHOLE_NUMBER, _COMMA_NUMBER, _GROUPED_NUMBER)
    return any(pattern.fullmatch(cell) for pattern in patterns)
