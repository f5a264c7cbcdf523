"""Profiles: what one pass over a column counts, in bounded memory, so that its kind can be decided.

Counts are exact; distinct values are exact up to a limit and estimated beyond it. A column in memory is one
piece and its limit is its rows: then all of this is exact.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column, Kind, are_whole, is_text
from separatrix.data.kinds.dates import DateCounts
from separatrix.data.kinds.numerals import MOST_WORDS, NumeralCounts
from separatrix.data.statistics import LEVELS, MEDIAN_ROWS, TextStatistics

Array = NDArray[Any]

SENTINELS = (-999.0, -9999.0, -99999.0, -99.0, -9.0, -1.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0)
"""Numbers that often stand for a missing value."""

_LEAST_WORDS = 4
"""Words of a cell, on average, from which text is free text."""


class DistinctNumbers:
    """The distinct numbers of a column with their counts; of more than `most`, an estimate of how many.

    The estimate counts those whose hash is small (Flajolet 1990, "On adaptive sampling").
    """

    def __init__(self, most: int = LEVELS) -> None:
        self.values, self.counts, self._most, self._halvings = np.empty(0), np.empty(0, np.int64), most, 0

    def add(self, values: Array) -> None:
        """Add numbers, none of them missing."""
        new, counts = np.unique(values, return_counts=True)
        if self._halvings:
            kept = self._are_drawn(new)
            new, counts = new[kept], counts[kept]
        both, index = np.unique(np.concatenate([self.values, new]), return_inverse=True)
        summed = np.bincount(index, np.concatenate([self.counts, counts]), len(both)).astype(np.int64)
        self.values, self.counts = both, summed
        while len(self.values) > 2 * self._most:
            self._halvings += 1
            kept = self._are_drawn(self.values)
            self.values, self.counts = self.values[kept], self.counts[kept]

    @property
    def is_exact(self) -> bool:
        """Whether `values` are all of them."""
        return not self._halvings

    @property
    def n(self) -> int:
        """How many there are, exact or estimated."""
        return len(self.values) << self._halvings

    def _are_drawn(self, values: Array) -> Array:
        """Return which values have a hash that ends in zeros."""
        bits = (values + 0.0).view(np.uint64)
        with np.errstate(over="ignore"):
            bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        drawn: Array = (bits ^ (bits >> np.uint64(31))) & np.uint64((1 << self._halvings) - 1) == 0
        return drawn


@dataclass
class NumberProfile:
    """What is counted of a column of numbers or of true and false.

    Attributes
    ----------
    n, n_missing : int
        Numbers, and missing values.
    low, high : float
        Smallest and largest number; `inner_low`, `inner_high` without `SENTINELS`.
    are_whole : bool
        Whether no number has a fraction.
    is_sequence : bool
        Whether every number is the one before plus 1, from the first row to the last.
    is_ascending : bool
        Whether every number is larger than the one before.
    are_days : bool
        Whether every number is a day as in 20241231.
    sentinels : Counter of float
    distinct : DistinctNumbers
    """

    kind: Kind
    most: int = LEVELS
    n: int = 0
    n_missing: int = 0
    low: float = math.inf
    high: float = -math.inf
    inner_low: float = math.inf
    inner_high: float = -math.inf
    are_whole: bool = True
    is_sequence: bool = True
    is_ascending: bool = True
    are_days: bool = True
    sentinels: Counter[float] = field(default_factory=Counter)
    distinct: DistinctNumbers = field(init=False)
    _last: float = math.nan
    _digest: Any = field(default_factory=lambda: blake2b(digest_size=12))

    def __post_init__(self) -> None:
        self.distinct = DistinctNumbers(self.most)

    def add(self, column: Column) -> None:
        """Add the cells of some rows."""
        values = column.astype(np.float64, copy=False)
        self._digest.update((values + 0.0).tobytes())
        missing = np.isnan(values)
        if missing.any():
            self.n_missing += int(missing.sum())
            self.is_sequence = self.is_ascending = False
            values = values[~missing]
        if not values.size:
            return
        self.n += values.size
        self._add_order(values)
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        if self.kind == "number" and self.are_whole:
            self.are_whole = are_whole(values)
        self.are_days = self.are_days and self.are_whole and bool(_are_days(values).all())
        self.distinct.add(values)
        self._add_sentinels(values)

    @property
    def digest(self) -> str:
        """A digest of all cells, in order: columns with the same are equal."""
        return str(self._digest.hexdigest())

    def _add_order(self, values: Array) -> None:
        if self.is_ascending:
            follows = math.isnan(self._last) or values[0] > self._last
            self.is_ascending = bool(follows and (np.diff(values) > 0).all())
        if self.is_sequence:
            follows = math.isnan(self._last) or values[0] == self._last + 1
            self.is_sequence = bool(follows and (np.diff(values) == 1).all())
        self._last = float(values[-1])

    def _add_sentinels(self, values: Array) -> None:
        is_any = np.isin(values, SENTINELS)
        if is_any.any():
            found, counts = np.unique(values[is_any], return_counts=True)
            self.sentinels.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
            values = values[~is_any]
        if values.size:
            self.inner_low = min(self.inner_low, float(values.min()))
            self.inner_high = max(self.inner_high, float(values.max()))


def _are_days(values: Array) -> Array:
    """Return which numbers are days as in 20241231."""
    year, month, day = values // 10000, values // 100 % 100, values % 100
    found: Array = (year >= 1800) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return found


@dataclass
class TextProfile:
    """What is counted of a column of text.

    Attributes
    ----------
    levels : TextStatistics
        Levels with their counts, and the missing cells.
    numerals : NumeralCounts
    dates : DateCounts
    n_digits, n_padded : int
        Cells of digits alone, and those of them that begin with 0 (but are not 0).
    width : int or None
        Characters of all cells of digits; None if they differ.
    n_spaced, n_words : int
        Cells with a space in them, and words of all cells.
    is_beside_numbers : bool
        Whether the table has text alone, and numbers with decimals in it, as a frame that was read as text:
        whole numbers in text are then no more codes than they are in a file.
    """

    most: int = LEVELS
    levels: TextStatistics = field(init=False)
    numerals: NumeralCounts = field(default_factory=NumeralCounts)
    dates: DateCounts = field(default_factory=lambda: DateCounts(MOST_WORDS))
    n_digits: int = 0
    n_padded: int = 0
    n_spaced: int = 0
    n_words: int = 0
    is_beside_numbers: bool = False
    _widths: set[int] = field(default_factory=set)
    _digest: Any = field(default_factory=lambda: blake2b(digest_size=12))

    def __post_init__(self) -> None:
        self.levels = TextStatistics(self.most)

    def add(self, column: Column) -> None:
        """Add the cells of some rows."""
        cells = column.tolist()
        joined = "\x1e".join(["\x00" if cell is None else cell for cell in cells])
        self._digest.update(f"{joined}\x1e".encode(errors="surrogatepass"))
        counts: Counter[Any] = Counter(cells)
        self.levels.n_missing += counts.pop(None, 0)
        self.add_counts(counts)

    def add_counts(self, counts: Mapping[str, int]) -> None:
        """Add cells, each with the number of rows that have it."""
        self.levels.add_counts(counts)
        self.numerals.add(counts)
        self.dates.add(counts)
        for cell, n in counts.items():
            if cell.isdecimal():
                self.n_digits += n
                self.n_padded += n * (len(cell) > 1 and cell[0] == "0")
                self._widths.add(len(cell))
            elif " " in cell:
                self.n_spaced += n
                self.n_words += n * len(cell.split())

    def without(self, words: Mapping[str, int]) -> TextProfile:
        """Return what is counted if some levels, with their rows, are missing values."""
        found = TextProfile(self.most)
        found.add_counts({level: n for level, n in self.levels.counts.items() if level not in words})
        found.levels.n_missing = self.n_missing + sum(words.values())
        return found

    @property
    def n(self) -> int:
        """Cells that are not missing."""
        return self.levels.n

    @property
    def n_missing(self) -> int:
        """Missing cells."""
        return self.levels.n_missing

    @property
    def digest(self) -> str:
        """A digest of all cells, in order: columns with the same are equal."""
        return str(self._digest.hexdigest())

    @property
    def width(self) -> int | None:
        """Characters of all cells of digits; None if they differ."""
        return next(iter(self._widths)) if len(self._widths) == 1 else None

    @property
    def is_prose(self) -> bool:
        """Whether most cells are several words."""
        return self.n_words >= _LEAST_WORDS * max(self.n_spaced, 1) and self.n_spaced > self.n / 2


Profile = NumberProfile | TextProfile


def new_profile(kind: Kind, most: int = LEVELS) -> Profile:
    """Return the profile of a column of a kind of cells, of which nothing is counted yet."""
    return TextProfile(most) if kind == "text" else NumberProfile(kind, most)


def profile_of(column: Column, kind: Kind) -> Profile:
    """Return the profile of a column in memory."""
    profile = new_profile("text" if is_text(column) else kind, max(MEDIAN_ROWS, len(column)))
    profile.add(column)
    return profile
