"""Statistics of columns and of the target: what one pass over the pieces learns, in bounded memory.

Moments are merged piece by piece (Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance",
eq. 2.1), in float64. The median is exact up to `MEDIAN_ROWS` values; of more, it is the median of a sample of
that size, drawn by hash: its rank is then within 0.4 % of the middle in 19 of 20 cases. Levels of text are
counted exactly up to `LEVELS`; of more, the frequent ones are kept (Misra & Gries 1982): no level that makes
up more than 1 in `LEVELS` rows is lost. The number of levels is estimated from those whose hash ends in zeros
(Flajolet 1990, "On adaptive sampling"). A column in memory is one piece and its limits are its rows: then all
of this is exact.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.data.column import Column, Kind, are_whole, as_numbers, as_text, kind_of
from separatrix.data.column_values import as_column
from separatrix.data.labels import Labels
from separatrix.data.table import require_values
from separatrix.errors import DataError

Array = NDArray[Any]

MEDIAN_ROWS = 2**16
LEVELS = 5000
MAX_CATEGORIES = 50
"""Number of levels of a text column that have a feature each; the others share one."""

_ALL = np.uint64(2**64 - 1)
_LABEL_TYPES: dict[Kind, type[np.generic]] = {"text": np.str_, "truth": np.bool_}


class NumberStatistics:
    """Count, mean, standard deviation, range and median of numbers that come in pieces.

    Parameters
    ----------
    name : str
        What errors call the column.
    median_rows : int
        Most values that are kept for the median; 0 if it is not needed.

    Attributes
    ----------
    n, n_missing : int
        Numbers, and missing values.
    low, high : float
        Smallest and largest number.
    """

    def __init__(self, name: str = "", median_rows: int = MEDIAN_ROWS) -> None:
        self.name = name
        self.n = self.n_missing = 0
        self.low, self.high = np.inf, -np.inf
        # In units of a power of two above every value so far, so that squares do not overflow.
        self._exponent = -1000
        self._mean = self._squares = 0.0
        self._sample, self._keys = np.empty(0), np.empty(0, np.uint64)
        self._median_rows, self._threshold = median_rows, _ALL

    def add(self, column: Column, keys: Array | None = None) -> None:
        """Add the numbers of some rows; the median also needs the key of each row."""
        values = as_numbers(column, self.name)
        missing = np.isnan(values)
        if missing.any():
            self.n_missing += int(missing.sum())
            values, keys = values[~missing], None if keys is None else keys[~missing]
        if not values.size:
            return
        low, high = float(values.min()), float(values.max())
        if low or high:
            self._shrink(int(np.frexp(max(abs(low), abs(high)))[1]))
        # Exact, and many times faster than ldexp of an array.
        shrunk = values * np.ldexp(1.0, -self._exponent)
        mean = float(shrunk.mean())
        shrunk -= mean
        self._merge(values.size, mean, float(np.square(shrunk, out=shrunk).sum()))
        self.low, self.high = min(self.low, low), max(self.high, high)
        if self._median_rows and keys is not None:
            self._draw(values, keys)

    def moments(self) -> tuple[float, float]:
        """Return mean and standard deviation (0 if constant); the median replaces missing values."""
        if self.low == self.high:
            return self.low, 0.0
        n, mean, squares = self.n, self._mean, self._squares
        if self.n_missing:
            gap = float(np.ldexp(self.median, -self._exponent)) - mean
            n += self.n_missing
            mean += gap * self.n_missing / n
            squares += gap * gap * self.n * self.n_missing / n
        return float(np.ldexp(mean, self._exponent)), float(np.ldexp(math.sqrt(squares / n), self._exponent))

    @property
    def median(self) -> float:
        """The median of the numbers."""
        exponent = max(self._exponent, 0)  # the mean of the two middle values must not overflow
        return float(np.ldexp(np.median(np.ldexp(self._sample, -exponent)), exponent))

    def reason_to_drop(self, *, is_decided: bool = False) -> str | None:
        """Return why a column with these numbers is not used, None if it is."""
        return None if self.n else "has no value in any row"

    def _shrink(self, exponent: int) -> None:
        if exponent > self._exponent:
            self._mean = float(np.ldexp(self._mean, self._exponent - exponent))
            self._squares = float(np.ldexp(self._squares, 2 * (self._exponent - exponent)))
            self._exponent = exponent

    def _merge(self, n: int, mean: float, squares: float) -> None:
        total, gap = self.n + n, mean - self._mean
        self._mean += gap * n / total
        self._squares += squares + gap * gap * self.n * n / total
        self.n = total

    def _draw(self, values: Array, keys: Array) -> None:
        """Keep the values with the smallest keys."""
        if self._threshold != _ALL:
            kept = keys <= self._threshold
            values, keys = values[kept], keys[kept]
        self._sample = np.concatenate([self._sample, values])
        self._keys = np.concatenate([self._keys, keys])
        if self._sample.size > self._median_rows:
            order = np.argpartition(self._keys, self._median_rows - 1)[: self._median_rows]
            self._sample, self._keys = self._sample[order], self._keys[order]
            self._threshold = self._keys.max()


class TextStatistics:
    """Counts of the levels of text that comes in pieces.

    Parameters
    ----------
    max_levels : int
        Number of levels up to which all are counted exactly.

    Attributes
    ----------
    n, n_missing : int
        Values, and missing values.
    counts : Counter of str
        Number of rows of each level that is kept.
    """

    def __init__(self, max_levels: int = LEVELS) -> None:
        self.n = self.n_missing = 0
        self.counts: Counter[str] = Counter()
        self._has_more, self._max_levels = False, max_levels
        self._drawn, self._halvings = set[str](), 0

    def add(self, column: Column, keys: Array | None = None) -> None:
        """Add the text of some rows; their keys are not needed."""
        counts: Counter[Any] = Counter(as_text(column).tolist())
        self.n_missing += counts.pop(None, 0)
        self.add_counts(counts)

    def add_counts(self, counts: Mapping[str, int]) -> None:
        """Add levels, each with the number of rows that have it."""
        self.n += sum(counts.values())
        self._draw(counts)
        self.counts.update(counts)
        if len(self.counts) > 2 * self._max_levels:
            self._thin_out()

    @property
    def n_levels(self) -> int:
        """Number of levels, exact or estimated."""
        return len(self._drawn) << self._halvings

    @property
    def is_exact(self) -> bool:
        """Whether all levels were counted."""
        return not self._halvings and not self._has_more

    def reason_to_drop(self, *, is_decided: bool = False) -> str | None:
        """Return why a column with this text is not used, None if it is.

        If a schema has decided that it is, only a column without a value is not.
        """
        if not self.n:
            return "has no value in any row"
        n_levels, n_rows = self.n_levels, self.n + self.n_missing
        if is_decided or n_levels <= max(MAX_CATEGORIES, n_rows / 2):
            return None
        about = "about " if self._halvings else ""
        return f"is text with {about}{n_levels} different values in {n_rows} rows"

    def frequent(self, most: int = MAX_CATEGORIES) -> tuple[list[str], bool]:
        """Return the most frequent levels (ties: first in the alphabet) sorted, and if there are others."""
        levels = sorted(self.counts, key=lambda level: (-self.counts[level], level))
        return sorted(levels[:most]), self._has_more or len(levels) > most

    def _draw(self, levels: Iterable[str]) -> None:
        """Add the levels whose hash ends in zeros; more zeros are needed when the sample is too large."""
        self._drawn.update(level for level in levels if not self._hash(level))
        while len(self._drawn) > 2 * self._max_levels:
            self._halvings += 1
            self._drawn = {level for level in self._drawn if not self._hash(level)}

    def _hash(self, level: str) -> int:
        """Return the bits of a level's hash that must be zero."""
        return crc32(level.encode(errors="surrogatepass")) & ((1 << self._halvings) - 1)

    def _thin_out(self) -> None:
        """Lower every count by the same number, so that `max_levels` levels or fewer are left."""
        self._has_more = True
        off = sorted(self.counts.values(), reverse=True)[self._max_levels]
        self.counts = Counter({level: count - off for level, count in self.counts.items() if count > off})


ColumnStatistics = NumberStatistics | TextStatistics


class TargetStatistics:
    """Statistics of a target column: rows of each label, if there are few labels, and moments of numbers.

    A column in memory is one piece.

    Parameters
    ----------
    name : str
        Name of the column.
    kind : {"empty", "whole", "number", "truth", "text"}
        What its cells are in the whole table.
    max_labels : int
        Labels are counted while there are at most this number.

    Attributes
    ----------
    n_rows : int
        Number of rows added.

    Examples
    --------
    >>> target = TargetStatistics.of(["no", "yes", "no"], "member")
    >>> target.labels().classes.tolist(), target.counts()
    (['no', 'yes'], [2, 1])
    """

    def __init__(self, name: str, kind: Kind, max_labels: int = LEVELS) -> None:
        self.name, self.kind, self.n_rows = name, kind, 0
        self._max_labels, self._are_whole, self._have_fractions = max_labels, True, False
        self._counts: Counter[Any] | None = Counter()
        self._numbers = NumberStatistics(name, median_rows=0)

    @classmethod
    def of(cls, values: ArrayLike, name: str) -> TargetStatistics:
        """Return the statistics of a column in memory."""
        column = as_column(values, name)
        target = cls(name, kind_of(column), max_labels=max(LEVELS, len(column)))
        target.add(column)
        return target

    def add(self, column: Column, left_out: Array | None = None) -> None:
        """Add the cells of some rows; a `DataError` if one is empty or infinite.

        Of the rows that the mask `left_out` marks, the labels alone are added, and they are not counted.
        """
        require_values(column, self.name)  # counts all rows, also those left out
        kept = column if left_out is None else column[~left_out]
        self.add_labels(kept, weight=1)
        self.n_rows += len(kept)
        if self.kind != "text":
            self._numbers.add(kept)
        if left_out is not None:
            self.add_labels(column[left_out])

    def add_labels(self, column: Column, weight: int = 0) -> None:
        """Add the labels of some rows, but not their numbers; with weight 0 the rows are not counted."""
        require_values(column, self.name)
        if self.kind == "number" and self._are_whole:
            self._are_whole = are_whole(column)
            self._have_fractions = bool((column != np.floor(column)).any())
        if self._counts is None or not self._are_whole:
            self._counts = None
            return
        if self.kind == "text":
            counts = Counter(as_text(column).tolist())
        else:
            values, rows = np.unique(column, return_counts=True)
            counts = Counter(dict(zip(values.tolist(), rows.tolist(), strict=True)))
        for label, count in counts.items():
            self._counts[label] += weight * count
        if len(self._counts) > self._max_labels:
            self._counts = None

    @property
    def n_labels(self) -> int | None:
        """Number of different labels; None for fractions, and for more than `max_labels`."""
        return None if self._counts is None else len(self._counts)

    @property
    def are_whole(self) -> bool:
        """Whether no number has a fraction."""
        return self._are_whole

    def labels(self) -> Labels:
        """Return the classes, sorted: text, truth values or whole numbers.

        Raises
        ------
        DataError
            If there is only one class, every row has a class of its own, or numbers have fractions.
        """
        what = f"the target column '{self.name}'"
        if not self._are_whole:
            if not self._have_fractions:
                raise DataError(
                    f"{what} has numbers that are too large to be told from each other exactly, beyond 2**53 "
                    "beside missing cells or beyond 2**63; give the labels as text."
                )
            raise DataError(
                f"{what} has numbers with fractions, which are no classes; use MLPRegressor, or another "
                "target."
            )
        if self._counts is None or (len(self._counts) == self.n_rows and self.n_rows > 2):
            number = f"more than {self._max_labels:,} different values in {self.n_rows:,}"
            if self._counts is not None:
                number = f"a different value in each of the {self.n_rows}"
            raise DataError(
                f"{what} has {number} rows: it is an identifier, not a class; choose another target."
            )
        if len(self._counts) == 1:
            raise DataError(
                f"{what} is {next(iter(self._counts))} in every row; a classifier needs rows of two or more "
                "classes."
            )
        return Labels(np.array(sorted(self._counts)).astype(_LABEL_TYPES.get(self.kind, np.int64)))

    def counts(self) -> list[int]:
        """Return the number of rows of each class in `labels`, without those added with weight 0."""
        counts = self._counts or Counter()
        return [counts[label] for label in sorted(counts)]

    def numbers(self) -> NumberStatistics:
        """Return the statistics of the numbers.

        Raises
        ------
        DataError
            If the column is text, or all its numbers are equal.
        """
        what = f"the target column '{self.name}'"
        if self.kind == "text":
            raise DataError(
                f"{what} has text where numbers are needed; use MLPClassifier, or another target."
            )
        if self._numbers.low == self._numbers.high:
            raise DataError(f"{what} is {self._numbers.low:g} in every row; there is nothing to predict.")
        return self._numbers
