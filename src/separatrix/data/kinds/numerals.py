"""Numerals: numbers as people write them, with currency, percent, thousands separators or a decimal comma."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Decimal = Literal[".", ","]

MISSING_MARKS = frozenset(
    (
        *("-", "--", "---", "—", "–", "?", "??"),
        *("n/a", "n.a.", "n. a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "#null!"),
        *("#div/0!", "#value!", "#ref!", "#name?", "#num!"),
    )
)
"""What a cell of categories may say instead of a value, in lower case: marks, not words."""

MISSING_WORDS = frozenset(
    (
        *("", "-", "--", "---", "—", "–", ".", "..", "...", "*", "?", "??"),
        *(
            "na",
            "n/a",
            "n.a.",
            "n. a.",
            "nan",
            "-nan",
            "nat",
            "#n/a",
            "#na",
            "<na>",
            "n/d",
            "nd",
            "n.d.",
            "s/d",
        ),
        *(
            "null",
            "none",
            "nil",
            "nul",
            "undefined",
            "#div/0!",
            "#value!",
            "#ref!",
            "#null!",
            "#num!",
            "#name?",
        ),
        *("unknown", "unk", "missing", "blank", "(blank)", "empty", "(empty)", "no data", "not available"),
        *(
            "not applicable",
            "not reported",
            "unspecified",
            "tbd",
            "k.a.",
            "k. a.",
            "keine angabe",
            "unbekannt",
        ),
        *("sin dato", "sin datos", "desconocido", "inconnu", "non disponible", "sem dados", "nicht bekannt"),
    )
)
"""Words that stand for a missing value in a column of numbers or dates; case and spaces do not count."""

MOST_WORDS = 60
"""Different cells that are no number after which a column is not tried as numbers any more."""

_CURRENCY = (
    r"[€$£¥₹₽₩₺₴฿]|US\$|R\$|C\$|A\$|EUR|USD|GBP|CHF|JPY|CNY|INR|BRL|SEK|NOK|DKK|PLN|CZK|Kč|kr\.?|zł|Rs\.?"
)
_SPACES = "' \u00a0\u202f\u2019"  # apostrophes and spaces between thousands
_CELL = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+−]?)\s*(?P<before>{_CURRENCY})?\s*(?P<minus>[-−]?)"
    rf"(?P<body>[.,]?\d[\d.,{_SPACES}]*)(?P<power>[eE][-+]?\d+)?"
    rf"(?P<after>\s*(?:%|‰|°[CF]?|{_CURRENCY}|[^\W\d_]{{2,12}}\.?)|[\s\u00a0][^\W\d_])?\s*(?P<close>\))?"
)
_GROUPS = rf"[1-9]\d{{{{0,2}}}}(?:([{{0}}{_SPACES}])\d{{{{3}}}})(?:\1\d{{{{3}}}})*"
_POINT = re.compile(rf"(?:\d+|{_GROUPS.format(',')}|[1-9]\d?(?:,\d\d)*,\d{{3}})?(?:\.\d*)?")
_COMMA = re.compile(rf"(?:\d+|{_GROUPS.format('.')})?(?:,\d*)?")
_GROUP, _FOUR_DIGITS = re.compile(rf"\d[.,{_SPACES}]\d{{3}}(?!\d)"), re.compile(r"\d{4}")
_SEPARATORS = re.compile(f"[{_SPACES}]")


class Numeral(NamedTuple):
    """What a cell spells: with a decimal point, with a decimal comma (None if it cannot), and its unit."""

    point: float | None
    comma: float | None
    unit: str


def read_numeral(cell: str) -> Numeral | None:
    """Return the number that a cell spells, None if it is none.

    Examples
    --------
    >>> read_numeral("€1,234.50"), read_numeral("4,5 %")
    (Numeral(point=1234.5, comma=None, unit='€'), Numeral(point=None, comma=4.5, unit='%'))
    >>> read_numeral("(1,234)"), read_numeral("12 kg").unit, read_numeral("Z10115")
    (Numeral(point=-1234.0, comma=-1.234, unit=''), 'kg', None)
    """
    match = _CELL.fullmatch(cell.strip())
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    before, after = match["before"] or "", (match["after"] or "").strip()
    if before and after:
        return None
    body, power = match["body"].strip(), match["power"] or ""
    negative = bool(match["open"]) or match["sign"] in ("-", "−") or bool(match["minus"])
    point = _value(body, power, _POINT, ",", negative=negative)
    comma = _value(_SEPARATORS.sub(" ", body), power, _COMMA, ".", negative=negative)
    if point is None and comma is None:
        return None
    return Numeral(point, comma, before or after)


def _value(
    body: str, power: str, pattern: re.Pattern[str], thousands: str, *, negative: bool
) -> float | None:
    if pattern.fullmatch(body) is None:
        return None
    plain = _SEPARATORS.sub("", body).replace(thousands, "").replace(",", ".")
    number = float(plain + power)
    if math.isinf(number):  # as 1e400, which no float holds
        return None
    return -number if negative else number


@dataclass(frozen=True)
class NumberFormat:
    """How the cells of a column spell numbers.

    Parameters
    ----------
    decimal : {".", ","}
    unit : str
        What may stand before or after a number, such as '€', '%' or 'kg'; '' for nothing.

    Examples
    --------
    >>> NumberFormat(",", "€").value("46.748,77 €")
    46748.77
    """

    decimal: Decimal = "."
    unit: str = ""

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        if self.decimal not in (".", ",") or not isinstance(self.unit, str):
            raise ValueError(f"decimal must be '.' or ',' and unit text, got {self.decimal!r}, {self.unit!r}")

    def value(self, cell: str) -> float | None:
        """Return the number of a cell, NaN for a word that says that it is missing, None for other text."""
        if self.decimal == "." and (number := _plain(cell)) is not None:
            return number
        numeral = read_numeral(cell)
        if numeral is not None and numeral.unit in ("", self.unit):
            return numeral.point if self.decimal == "." else numeral.comma
        return math.nan if cell.strip().casefold() in MISSING_WORDS else None


def _plain(cell: str) -> float | None:
    """Return the number that Python reads; no infinity, and no underscores."""
    if not cell or cell[-1] not in "0123456789." or "_" in cell:
        return None
    try:
        number = float(cell)
    except ValueError:
        return None
    return None if math.isinf(number) else number


@dataclass
class NumeralCounts:
    """What the cells of a column spell, counted piece by piece.

    Attributes
    ----------
    n : dict of str to int
        Cells that are numbers with a decimal point ("."), with a decimal comma (","), or with both.
    n_grouped, n_wide : dict of str to int
        By the decimal sign, cells with thousands separators, and cells with four digits in a row without.
    units : Counter of str
    words : Counter of str
        Cells that are no number; None if there are more than `MOST_WORDS` different ones.
    """

    n: Counter[str] = field(default_factory=Counter)
    n_grouped: Counter[str] = field(default_factory=Counter)
    n_wide: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    words: Counter[str] | None = field(default_factory=Counter)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the cells of some rows, each with the number of rows that have it."""
        for cell, n in counts.items():
            if self.words is None:
                return
            if _plain(cell) is not None:
                self._add(cell, n, point=True, comma=_COMMA.fullmatch(cell.lstrip("+-")) is not None)
                self.units[""] += n
                continue
            numeral = read_numeral(cell)
            if numeral is None:
                self.words[cell] += n
                if len(self.words) > MOST_WORDS:
                    self.words = None
                continue
            self._add(cell, n, point=numeral.point is not None, comma=numeral.comma is not None)
            self.units[numeral.unit] += n

    def _add(self, cell: str, n: int, *, point: bool, comma: bool) -> None:
        """Add a cell that is a number with a decimal point, with a decimal comma, or with both."""
        for decimal, can_be in ((".", point), (",", comma)):
            if can_be:
                whole = cell.partition(decimal)[0]
                self.n[decimal] += n
                if _GROUP.search(whole):
                    self.n_grouped[decimal] += n
                elif _FOUR_DIGITS.search(whole):
                    self.n_wide[decimal] += n

    @property
    def number_format(self) -> NumberFormat:
        """The format of most cells; a decimal point if both are possible."""
        decimal: Decimal = "," if self.n[","] > self.n["."] else "."
        units = [unit for unit, _ in self.units.most_common() if unit]
        return NumberFormat(decimal, units[0] if units else "")
