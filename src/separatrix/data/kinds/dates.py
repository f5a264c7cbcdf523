"""Dates: cells that spell a day, a month, a moment or a time of the day, and the numbers made of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Order = Literal["ymd", "dmy", "mdy", "time"]
"""In which order a date names year, month and day; "time" is a time of the day alone."""

ORDERS: tuple[Order, ...] = get_args(Order)
PARTS = ("days", "year", "month", "weekday", "hour")
DAY = 86400.0

_EPOCH = datetime(1970, 1, 1)
_TIME = (
    r"(?:(?:[ T]\s*|,\s*)(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp](?:\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?"
)
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_MONTH_NAME = r"(?P<name>[^\W\d_]{3,10})"
_PATTERNS = [
    re.compile(pattern + _TIME)
    for pattern in (
        r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})(?P<sep>[-/.])(?P<other>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})",
        r"(?P<year>(?:1[89]|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?[\s/-]*{_MONTH_NAME}\.?,?[\s/-]*(?P<year>\d{{4}}|\d{{2}})",
        rf"{_WEEKDAY}{_MONTH_NAME}\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
        r"(?P<year>\d{4})(?P<sep>[-/])(?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})(?P<sep>[-/])(?P<year>\d{4})",
        rf"{_MONTH_NAME}\.?[\s/-]+(?P<year>\d{{4}})",
    )
]
_ISO = re.compile(r"(?!0000)\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?", re.ASCII)
_ZONE = re.compile(r"[:h]\d{2}.*(?:Z|UTC|GMT|[-+]\d{2}:?\d{2})\s*")
_UTC = ("Z", "UTC", "GMT", "+00:00", "+0000")
_TIME_ALONE = re.compile(_TIME)
_DOTS = re.compile(r"\d{1,2}\.\d{2}")  # a number rather than a time
_MONTHS = {
    **{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10},
    **{"nov": 11, "dec": 12},
    **{"jän": 1, "mär": 3, "mae": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12},
    **{"ene": 1, "abr": 4, "ago": 8, "dic": 12, "fév": 2, "fev": 2, "avr": 4, "juin": 6, "juil": 7},
    **{"aoû": 8, "aou": 8, "déc": 12, "mag": 5, "giu": 6, "lug": 7, "set": 9, "ott": 10, "gen": 1},
}

Moments = Mapping[Order, float]
"""Seconds since 1970 that a cell spells, by the order in which it is read; empty if it spells none."""


@lru_cache(maxsize=2**14)
def read_moments(cell: str) -> Moments:
    """Return the moments that a cell spells, in each order in which it can be read.

    Examples
    --------
    >>> sorted(read_moments("31.12.2024")), sorted(read_moments("01/02/2024")), read_moments("Bonn")
    (['dmy'], ['dmy', 'mdy'], {})
    >>> read_moments("6:30 pm")["time"] / 3600
    18.5
    """
    text = cell.strip()
    if not 4 <= len(text) <= 40 or not any(character.isdigit() for character in text):
        return {}
    match = next((match for pattern in _PATTERNS if (match := pattern.fullmatch(text))), None)
    found = {} if match is None else _moments(match)
    if match is None or match.groupdict().get("sep") == ".":  # 12.05.20 may be a day or a time
        match = None if _DOTS.fullmatch(text) else _TIME_ALONE.fullmatch(f" {text}")
        if match and match["hour"] and (seconds := _seconds_of_day(match)) is not None:
            found["time"] = seconds % DAY
    return found


def _moments(match: re.Match[str]) -> dict[Order, float]:
    parts = match.groupdict()
    seconds = _seconds_of_day(match)
    year = _year(parts["year"])
    if seconds is None:
        return {}
    day = int(parts.get("day") or 1)
    if parts.get("first"):
        first, other = int(parts["first"]), int(parts["other"])
        read: dict[Order, tuple[int, int]] = {"dmy": (other, first), "mdy": (first, other)}
    elif parts.get("name"):
        name = parts["name"].casefold()
        month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3], 0)
        read = dict.fromkeys(("ymd", "dmy", "mdy"), (month, day))
    elif parts.get("day") or match.start("year") < match.start("month"):
        read = {"ymd": (int(parts["month"]), day)}
    else:
        read = dict.fromkeys(("ymd", "dmy", "mdy"), (int(parts["month"]), day))
    found: dict[Order, float] = {}
    for order, (month, of_month) in read.items():
        try:
            found[order] = (datetime(year, month, of_month) - _EPOCH).total_seconds() + seconds
        except ValueError:
            continue
    return found


def _year(text: str) -> int:
    """Return a year; two digits are between 1930 and 2029, as in Excel."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 30 else 2000)


def _seconds_of_day(match: re.Match[str]) -> float | None:
    """Return the time of the day, by the clock of the place; None if there is no such time."""
    if not match["hour"]:
        return 0.0
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)
    is_midnight = (hour, minute, second) == (24, 0, 0)  # the end of a day, as ISO 8601 writes it
    if (hour > 23 and not is_midnight) or minute > 59 or second > 60:
        return None
    return hour * 3600.0 + minute * 60.0 + second


def iso_seconds(cells: Sequence[str | None]) -> Array | None:
    """Return seconds since 1970 of ISO dates, NaN for None; None if a cell is no such date.

    Far faster than `read_moments`, cell by cell.
    """
    # NumPy would also read words such as "today".
    if not all(cell is None or _ISO.fullmatch(cell) for cell in cells):
        return None
    try:
        moments = np.array(["NaT" if cell is None else cell for cell in cells], dtype="datetime64[s]")
    except ValueError:
        return None
    return seconds_of(moments)


def seconds_of(moments: Array) -> Array:
    """Return NumPy's dates as seconds since 1970, NaN where there is none."""
    whole = moments.astype("datetime64[s]").astype(np.int64).astype(np.float64)
    return np.where(np.isnat(moments), np.nan, whole)


def parts_of(seconds: Array, first: float = 0.0) -> dict[str, Array]:
    """Return the numbers that are made of moments: floats, NaN where there is none.

    Examples
    --------
    >>> {name: part.tolist() for name, part in parts_of(np.array([1735689600.0 + 3600])).items()}
    {'days': [20089.041666666668], 'year': [2025.0], 'month': [1.0], 'weekday': [2.0], 'hour': [1.0]}
    """
    known = ~np.isnan(seconds)
    whole = np.floor(np.where(known, seconds, 0.0)).astype(np.int64)
    days = np.floor_divide(whole, 86400)
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    parts = {
        "days": (seconds - first) / DAY,
        "year": 1970.0 + np.floor_divide(months, 12),
        "month": 1.0 + months % 12,
        "weekday": (days + 3.0) % 7,  # 1 January 1970 was a Thursday; Monday is 0
        "hour": np.floor_divide(whole % 86400, 3600).astype(np.float64),
    }
    return {name: np.where(known, part, np.nan) for name, part in parts.items()}


@dataclass
class DateCounts:
    """What the cells of a column spell as dates, counted piece by piece.

    Attributes
    ----------
    n : Counter of Order
        Cells that can be read in each order.
    low, high : dict
        Lowest and highest value of "seconds" and of each part, by order.
    words : Counter of str
        Cells that are no date; None if there are more than `most_words` different ones.
    dashes, zoned, utc : int
        Dates without a slash, those with a time zone, and those of them that are in UTC.
    """

    most_words: int
    n: Counter[Order] = field(default_factory=Counter)
    low: dict[tuple[Order, str], float] = field(default_factory=dict)
    high: dict[tuple[Order, str], float] = field(default_factory=dict)
    words: Counter[str] | None = field(default_factory=Counter)
    dashes: int = 0
    zoned: int = 0
    utc: int = 0

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the cells of some rows, each with the number of rows that have it."""
        if self.words is None:
            return
        seconds = iso_seconds(list(counts))
        if seconds is not None:
            self.n["ymd"] += sum(counts.values())
            self._span("ymd", seconds)
            return
        found: dict[Order, list[float]] = {order: [] for order in ORDERS}
        for cell, n in counts.items():
            moments = read_moments(cell)
            if not moments:
                self.words[cell] += n
                if len(self.words) > self.most_words:
                    self.words = None
                    return
            for order, moment in moments.items():
                self.n[order] += n
                found[order].append(moment)
            self.dashes += n * ("/" not in cell)
            if moments and _is_zoned(cell):
                self.zoned += n
                self.utc += n * cell.rstrip().endswith(_UTC)
        for order, moments_of_order in found.items():
            self._span(order, np.array(moments_of_order))

    def _span(self, order: Order, seconds: Array) -> None:
        seconds = seconds[~np.isnan(seconds)]
        if not seconds.size:
            return
        for name, values in {"seconds": seconds, **parts_of(seconds)}.items():
            key = (order, name)
            self.low[key] = min(self.low.get(key, math.inf), float(values.min()))
            self.high[key] = max(self.high.get(key, -math.inf), float(values.max()))

    @property
    def order(self) -> Order | None:
        """The order in which most cells can be read."""
        if not self.n:
            return None
        most = max(self.n.values())
        preferred: tuple[Order, ...] = ("ymd", "dmy", "mdy", "time")
        if self._is_month_first:
            preferred = ("ymd", "mdy", "dmy", "time")
        return next((order for order in preferred if self.n[order] == most), None)

    @property
    def _is_month_first(self) -> bool:
        """Whether the month comes first if both may: the dates are then closer together, or have slashes."""
        spans = {}
        for order in ("dmy", "mdy"):
            key: tuple[Order, str] = (order, "seconds")
            spans[order] = self.high.get(key, math.inf) - self.low.get(key, -math.inf)
        if 3 * min(spans.values()) < max(spans.values()) < math.inf:
            return spans["mdy"] < spans["dmy"]
        return not self.dashes  # 1/2/2024 is mostly American

    @property
    def is_ambiguous(self) -> bool:
        """Whether day and month cannot be distinguished."""
        return self.order in ("dmy", "mdy") and self.n["dmy"] == self.n["mdy"] and not self.n["ymd"]

    def varying(self, order: Order) -> tuple[str, ...]:
        """Return the parts that are not the same in all rows."""
        names = ("hour",) if order == "time" else PARTS
        return tuple(name for name in names if self.low[order, name] < self.high[order, name])


def _is_zoned(cell: str) -> bool:
    time = re.search(r"\d[:h]\d{2}", cell)
    return time is not None and _ZONE.fullmatch(cell, time.start() + 1) is not None


def read_seconds(cells: Sequence[str | None], order: Order) -> tuple[Array, list[str]]:
    """Return seconds since 1970, NaN where there is none, and the cells that are no dates.

    A date that begins with the year is read in any order of day and month.

    Examples
    --------
    >>> read_seconds(["02.01.1970", None, "?"], "dmy")
    (array([86400.,    nan,    nan]), ['?'])
    """
    seconds = iso_seconds(cells) if order != "time" else None
    if seconds is not None:
        return seconds, []
    other_order: Order = "time" if order == "time" else "ymd"
    moments = {cell: read_moments(cell) for cell in set(cells) if cell is not None}
    known = {cell: found.get(order, found.get(other_order, math.nan)) for cell, found in moments.items()}
    other = [cell for cell, moment in known.items() if math.isnan(moment)]
    return np.array([math.nan if cell is None else known[cell] for cell in cells]), sorted(other)


def date_text(seconds: float) -> str:
    """Return a moment as ISO writes it, without the time at midnight.

    Examples
    --------
    >>> date_text(0.0), date_text(3600.0)
    ('1970-01-01', '1970-01-01 01:00')
    """
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%d}" if seconds % DAY == 0 else f"{moment:%Y-%m-%d %H:%M}"
