"""Numbers and tables as plain text."""

from __future__ import annotations

import math
from collections.abc import Sequence


def plural(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> plural(1, "row"), plural(1200, "row"), plural(2, "class"), plural(3, "category"), plural(2, "day")
    ('1 row', '1,200 rows', '2 classes', '3 categories', '2 days')
    """
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"


def share_text(fraction: float, digits: int = 0) -> str:
    """Return a fraction in percent, such that neither a few rows are none nor nearly all rows all.

    Examples
    --------
    >>> [share_text(fraction) for fraction in (0.0, 0.0001, 0.004, 0.25, 0.997, 0.9999, 1.0)]
    ['0 %', '< 0.1 %', '0.4 %', '25 %', '99.7 %', '> 99.9 %', '100 %']
    """
    if 0 < fraction < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= fraction < 1:
        return "> 99.9 %"
    is_end = 0 < min(fraction, 1 - fraction) < 0.01
    return f"{100 * fraction:.{max(digits, 1) if is_end else digits}f} %"


def percent_text(fraction: float) -> str:
    """Return a fraction as `share_text` does, written as in a sentence: without a space.

    Examples
    --------
    >>> percent_text(0.003), percent_text(0.25)
    ('0.3%', '25%')
    """
    return share_text(fraction).replace(" %", "%")


LARGEST_PLAIN = 1e10
"""Numbers from here on are in powers of ten; prices and populations are below."""


def plain_spec(value: float, digits: int) -> str:
    """Return the format of a number with `digits` digits, in plain notation where it is readable.

    A number with more digits before the point is shown whole.

    Examples
    --------
    >>> [f"{value:{plain_spec(value, 4)}}" for value in (46187.3, 62.125, 0.5, 2e12, 1.5e-7)]
    ['46,187', '62.12', '0.5000', '2.000e+12', '1.500e-07']
    """
    if value == 0:
        return f".{digits - 1}f"
    if not 1e-4 <= abs(value) < LARGEST_PLAIN:
        return f".{digits - 1}e"
    return f",.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f"


def six_digits(value: float) -> str:
    """Return a number with six digits, or a large one as a whole with separators between thousands.

    Examples
    --------
    >>> [six_digits(value) for value in (0.25, 2019.0, 123456.78, 180000000.0, 2e12)]
    ['0.25', '2019', '123457', '180,000,000', '2e+12']
    """
    return f"{value:,.0f}" if 1e6 <= abs(value) < LARGEST_PLAIN else f"{value:.6g}"


def distinct_texts(a: float, b: float, digits: int) -> tuple[str, str]:
    """Return two numbers with `digits` significant digits, and with more if they would look the same.

    Examples
    --------
    >>> distinct_texts(0.5, 0.52, 3), distinct_texts(0.145207, 0.1452, 3), distinct_texts(2.0, 2.0, 3)
    (('0.5', '0.52'), ('0.14521', '0.1452'), ('2', '2'))
    """
    enough = next((n for n in range(digits, 18) if f"{a:.{n}g}" != f"{b:.{n}g}"), digits)
    return f"{a + 0.0:.{enough}g}", f"{b + 0.0:.{enough}g}"


def p_text(p_value: float) -> str:
    """Return a p-value behind its sign of relation.

    Examples
    --------
    >>> p_text(0.0312), p_text(2e-7)
    ('= 0.031', '< 0.001')
    """
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.2g}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return `rows` as lines, each column as wide as its widest cell (the last of a row aside)."""
    n_columns = max(len(row) for row in rows)
    widths = [max((len(row[i]) for row in rows if i < len(row) - 1), default=0) for i in range(n_columns)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )


def marks_text(*, unit: str = "", decimal: str = ".", is_grouped: bool = False) -> str:
    """Return what numbers are written with, in words; empty for plain numbers.

    Examples
    --------
    >>> marks_text(unit="€", decimal=",", is_grouped=True)
    "'€', a decimal comma and thousands separators"
    """
    marks = [f"'{unit}'"] if unit else []
    marks += ["a decimal comma"] if decimal == "," else []
    marks += ["thousands separators"] if is_grouped else []
    return " and ".join(filter(None, [", ".join(marks[:-1]), *marks[-1:]]))


def some_names(names: Sequence[str], limit: int = 5) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
