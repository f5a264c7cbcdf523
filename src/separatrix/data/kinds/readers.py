"""Readers: how the cells of a column become what an encoder takes, whatever type a file gives them.

They need NumPy alone, and travel in the model file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, get_args

import numpy as np

from separatrix.data.column import Column, Kind, as_numbers, as_text, is_text
from separatrix.data.kinds.dates import DAY, ORDERS, PARTS, Order, parts_of, read_seconds
from separatrix.data.kinds.numerals import MISSING_MARKS, MISSING_WORDS, NumberFormat
from separatrix.errors import DataError

YES = frozenset(
    ("yes", "y", "true", "t", "1", "on", "ja", "j", "si", "sí", "oui", "sim", "wahr", "vrai", "da")
)
NO = frozenset(("no", "n", "false", "f", "0", "off", "nein", "non", "não", "nao", "falsch", "faux", "ne"))


def folded(cell: str) -> str:
    """Return a word without what variants of it differ in: case, and spaces around or between.

    Examples
    --------
    >>> folded(" New  York")
    'new york'
    """
    return " ".join(cell.split()).casefold()


def is_mark(cell: str) -> bool:
    """Return whether a cell of categories is a mark for a missing value, such as "-"."""
    return folded(cell) in MISSING_MARKS


@dataclass(frozen=True)
class NumberReader:
    """Reads numbers.

    Parameters
    ----------
    decimal, unit : str
        Of the `NumberFormat` of the text in training. A column is read with the other decimal sign if more of
        its different cells are numbers with that one alone than have another value, or none, with it.
    words : tuple of str
        Text that is taken as missing, besides `MISSING_WORDS`.

    Examples
    --------
    >>> NumberReader(words=("abc",)).read(np.array(["12", "-", "abc", None], dtype=object), "age")
    {'age': array([12., nan, nan, nan])}
    """

    kind: ClassVar[str] = "number"
    reads_text: ClassVar[bool] = False
    decimal: str = "."
    unit: str = ""
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "words", tuple(self.words))
        _ = self._format

    @cached_property
    def _format(self) -> NumberFormat:
        return NumberFormat(self.decimal, self.unit)  # type: ignore[arg-type]

    def outputs(self, name: str, kind: Kind) -> dict[str, Kind]:
        """Return the columns that are made of a column of a kind of cells, and the kinds of their cells."""
        return {name: "number" if kind == "text" else kind}

    def read(self, column: Column, name: str) -> dict[str, Column]:
        """Return the columns; a `DataError` for text that is no number."""
        if not is_text(column):
            return {name: column}
        cells = column.tolist()
        values = self._values(cells, self._format)
        if None in values:
            values = self._values(cells, self._format_of(cells))
        if None in values:
            return {name: as_numbers(_spelled(column, values), name)}
        return {name: np.array(values, dtype=np.float64)}

    def _values(self, cells: Sequence[str | None], number_format: NumberFormat) -> list[float | None]:
        """Return numbers, NaN for missing values, None for other text."""
        missing = {None, *self.words}
        return [math.nan if cell in missing else number_format.value(cell) for cell in cells]  # type: ignore[arg-type]

    def _format_of(self, cells: Iterable[str | None]) -> NumberFormat:
        """Return the format of the training, or that with the other decimal sign if the cells have it."""
        other = NumberFormat("." if self.decimal == "," else ",", self.unit)
        n_other = n_own = 0
        for cell in set(cells) - {None, *self.words}:
            value, other_value = self._format.value(cell), other.value(cell)  # type: ignore[arg-type]
            if value is None:
                n_other += other_value is not None
            else:
                n_own += other_value != value and not math.isnan(value)
        return other if n_other > n_own else self._format

    def unreadable(self, column: Column) -> set[str]:
        """Return the cells that `read` refuses."""
        if not is_text(column):
            return set()
        cells = set(column.tolist()) - {None, *self.words}
        number_format = self._format_of(cells)
        found = {cell for cell in cells if number_format.value(cell) is None}
        return set() if {cell.lower() for cell in cells} <= {"true", "false"} else found


def _spelled(column: Column, values: list[float | None]) -> Column:
    """Return text whose numbers are plain, so that only the other cells are at fault."""
    cells = zip(column.tolist(), values, strict=True)
    spelled = [cell if value is None else None if math.isnan(value) else repr(value) for cell, value in cells]
    return np.array(spelled, dtype=object)


@dataclass(frozen=True)
class CategoryReader:
    """Reads levels, as text.

    Parameters
    ----------
    whole : bool
        Whether the levels are whole numbers, so that "7.0" and "007" are 7.
    width : int
        Digits to which a number is filled with zeros in front, so that 1067 is "01067"; 0 for none.
    spellings : dict of str to str
        The level that stands for a word, `folded`: variants of one value.
    missing : str
        The level of cells without a value; empty if they have none.
    marks : bool
        Whether marks such as "-" are missing values.

    Examples
    --------
    >>> CategoryReader(width=5).read(np.array([1067, 10115]), "zip")
    {'zip': array(['01067', '10115'], dtype=object)}
    """

    kind: ClassVar[str] = "category"
    reads_text: ClassVar[bool] = True
    whole: bool = False
    width: int = 0
    spellings: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    marks: bool = False

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        pairs = tuple((word, level) for word, level in self.spellings)
        object.__setattr__(self, "spellings", pairs)
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise ValueError("spellings must be pairs of text")
        if not all(isinstance(given, bool) for given in (self.whole, self.marks)):
            raise ValueError("whole and marks must be true or false")
        if not isinstance(self.width, int):
            raise ValueError("width must be a number")
        if not isinstance(self.missing, str):
            raise ValueError("missing must be text")

    def outputs(self, name: str, kind: Kind) -> dict[str, Kind]:
        """Return the columns that are made of a column of a kind of cells, and the kinds of their cells."""
        return {name: "text"}

    @cached_property
    def _levels(self) -> dict[str, str]:
        return dict(self.spellings)

    def read(self, column: Column, name: str) -> dict[str, Column]:
        """Return the columns."""
        if self.whole and column.dtype == bool:  # with gaps, a file gives true and false as 1 and 0
            column = column.astype(np.int64)
        text = as_text(column)
        if not (self.whole or self.width or self.spellings or self.missing or self.marks):
            return {name: text}
        cells = text.tolist()
        known = {cell: self.level(cell) for cell in set(cells)}
        levels = np.empty(len(cells), dtype=object)
        levels[:] = [known[cell] for cell in cells]
        return {name: levels}

    def level(self, cell: str | None) -> str | None:
        """Return the level of a cell."""
        if cell is None or (self.marks and is_mark(cell)):
            return self.missing or None
        if self.whole or self.width:
            try:
                number = float(cell)
            except ValueError:
                return cell
            if number.is_integer() and not (self.width and cell[0] == "0"):
                return str(int(number)).zfill(self.width)
            return cell
        return self._levels.get(folded(cell), cell)


@dataclass(frozen=True)
class RankReader:
    """Reads ordered levels as numbers: 0 for the lowest.

    Parameters
    ----------
    levels : tuple of str
        From the lowest to the highest; other values count as missing.

    Examples
    --------
    >>> RankReader(("low", "high")).read(np.array(["high", "?", "low"], dtype=object), "risk")
    {'risk': array([ 1., nan,  0.])}
    """

    kind: ClassVar[str] = "rank"
    reads_text: ClassVar[bool] = True
    levels: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "levels", tuple(self.levels))
        if not self.levels or not all(isinstance(level, str) for level in self.levels):
            raise ValueError("levels must be text")

    def outputs(self, name: str, kind: Kind) -> dict[str, Kind]:
        """Return the columns that are made of a column of a kind of cells, and the kinds of their cells."""
        return {name: "number"}

    @cached_property
    def _ranks(self) -> dict[str | None, float]:
        return {level: float(rank) for rank, level in enumerate(self.levels)}

    def read(self, column: Column, name: str) -> dict[str, Column]:
        """Return the columns."""
        return {name: np.array([self._ranks.get(cell, math.nan) for cell in as_text(column).tolist()])}


@dataclass(frozen=True)
class DateReader:
    """Reads dates as numbers: days since the first, year, month, weekday (Monday is 0), hour.

    Moments with a time zone are read by the clock of the place: 18:30+02:00 is half past six.

    Parameters
    ----------
    order : {"ymd", "dmy", "mdy", "time"}
    first : float
        The first moment of the training rows, in seconds since 1970.
    parts : tuple of str
        Those that vary.
    words : tuple of str
        Text that is taken as missing, besides `MISSING_WORDS`.

    Examples
    --------
    >>> reader = DateReader("dmy", 0.0, ("days", "month"))
    >>> reader.read(np.array(["03.02.1970"], dtype=object), "start")
    {'start (days)': array([33.]), 'start (month)': array([2.])}
    """

    kind: ClassVar[str] = "date"
    reads_text: ClassVar[bool] = True
    order: Order
    first: float
    parts: tuple[str, ...]
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(self, "words", tuple(self.words))
        if self.order not in ORDERS or not set(self.parts) <= set(PARTS) or not self.parts:
            raise ValueError(f"order must be one of {ORDERS}, and parts of {PARTS}")
        if not isinstance(self.first, float) or not math.isfinite(self.first):
            raise ValueError("first must be a finite float")

    def outputs(self, name: str, kind: Kind) -> dict[str, Kind]:
        """Return the columns that are made of a column of a kind of cells, and the kinds of their cells."""
        return {f"{name} ({part})": "number" for part in self.parts}

    def read(self, column: Column, name: str) -> dict[str, Column]:
        """Return the columns; a `DataError` for text that is no date."""
        cells = as_text(column).tolist()
        seconds, other = read_seconds(cells, self.order)
        if unknown := self._unknown(other):
            rows = [row for row, cell in enumerate(cells, start=1) if cell in set(unknown)]
            which = f"row {rows[0]}" + (f" (first of {len(rows)})" if len(rows) > 1 else "")
            raise DataError(
                f"column '{name}' has text '{cells[rows[0] - 1]}' in {which} where dates are needed; correct "
                "it or leave the cell empty."
            )
        parts = parts_of(seconds, self.first)
        if self.order == "time":
            parts["hour"] = seconds / DAY * 24
        return {f"{name} ({part})": parts[part] for part in self.parts}

    def unreadable(self, column: Column) -> set[str]:
        """Return the cells that `read` refuses."""
        return self._unknown(read_seconds(as_text(column).tolist(), self.order)[1])

    def _unknown(self, cells: Iterable[str]) -> set[str]:
        return {cell for cell in cells if cell not in self.words and folded(cell) not in MISSING_WORDS}


Reader = NumberReader | CategoryReader | RankReader | DateReader
"""Anything that reads one column."""

_READERS: dict[str, type[Reader]] = {reader.kind: reader for reader in get_args(Reader)}


def reader_to_dict(reader: Reader) -> dict[str, Any]:
    """Return a reader as values that JSON can hold."""
    values = {"kind": reader.kind, **asdict(reader)}
    if isinstance(reader, CategoryReader):  # earlier versions do not know these
        for name in ("missing", "marks"):
            if not values[name]:
                del values[name]
    return values


def reader_from_dict(values: Mapping[str, Any]) -> Reader:
    """Return the reader that `reader_to_dict` described."""
    settings = dict(values)
    return _READERS[settings.pop("kind")](**settings)
