"""Numbers as CSV files have them: with a decimal point or comma, and groups of three digits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from separatrix.data.files.csv_records import Record, columns_of
from separatrix.data.kinds.numerals import read_numeral

GROUPED = r"^[+-]?\d{1,3}(?:[.' \x{a0}\x{202f}]\d{3})+(?:,\d+)?$"
"""A number with a decimal comma and groups of three digits, as Polars spells the pattern."""

_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[.' \u00a0\u202f]\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?")
_ROUND_COMMA_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
_WHOLE_NUMBER = re.compile(r"[+-]?\d+")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED_NUMBER = re.compile(GROUPED.replace(r"\x{a0}", "\u00a0").replace(r"\x{202f}", "\u202f"))
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T]\d.*)?")


LEAST_WITH_SEMICOLON = 0.6
"""Fraction of numbers in a column of numbers; the other cells may be words such as "-"."""


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
    least = 0.95 if sep == "," else LEAST_WITH_SEMICOLON
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


def has_comma_with_units(records: Sequence[Record], sep: str, words: Sequence[str]) -> bool:
    """Return whether numbers with a unit, as in ``4,5 %``, have a decimal comma, and no number has a point.

    Examples
    --------
    >>> from separatrix.data.files.csv_records import first_records
    >>> rows = ["age;income", "31;1.500,50 €", "28;900,00 €"]
    >>> has_comma_with_units(list(first_records(rows, ";")), ";", [])
    True
    """
    if sep == ",":
        return False
    found = False
    for column in columns_of(records[1:], words):
        numerals = [numeral for numeral in map(read_numeral, column) if numeral is not None]
        if len(numerals) < LEAST_WITH_SEMICOLON * len(column):
            continue
        if any(numeral.comma is None for numeral in numerals):
            return False
        found = found or any(numeral.point is None and numeral.unit for numeral in numerals)
    return found


def _fits_comma(cell: str) -> bool:
    """Return whether a cell is a number in a column with decimal commas."""
    patterns = (_WHOLE_NUMBER, _COMMA_NUMBER, _GROUPED_NUMBER)
    return any(pattern.fullmatch(cell) for pattern in patterns)
