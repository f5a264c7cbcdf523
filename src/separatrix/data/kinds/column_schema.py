"""What a column of a table is: its kind with the reason, and how its cells are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from separatrix.data.kinds.dates import date_text
from separatrix.data.kinds.profile import NumberProfile, Profile, TextProfile
from separatrix.data.kinds.readers import (
    CategoryReader,
    DateReader,
    NumberReader,
    Reader,
    is_mark,
    reader_from_dict,
    reader_to_dict,
)

ColumnKind = Literal[
    "number", "yes/no", "category", "code", "ordered", "date",
    "id", "text", "constant", "duplicate", "empty", "dropped",
]  # fmt: skip
"""What a column is; those of the second line are left out."""


TRUTH_REASON = "is true or false"


@dataclass(frozen=True)
class ColumnSchema:
    """What a column is, and how it is read.

    Attributes
    ----------
    name : str
        The column.
    kind : ColumnKind
    reason : str
        Why, in words that follow the name of the column.
    reader : Reader or None
        None if the column is left out.
    notes : tuple of str
        What a user should know besides, each in words that follow the name.
    is_clear : bool
        Whether the kind is certain enough to be silent about it.
    n_rows, n_missing, n_distinct : int
        Rows, rows without a value (also words such as '-' in a column of numbers), and different values.
    low, high : float or None
        Range of numbers; of dates in seconds since 1970.
    written : str
        What numbers are written with, besides digits and a point: a unit, a decimal comma, …; see
        `separatrix.text.marks_text`.
    link : float or None
        How well the column alone predicts the target on other rows; see `separatrix.data.links`.
    """

    name: str
    kind: ColumnKind
    reason: str
    reader: Reader | None = None
    notes: tuple[str, ...] = ()
    is_clear: bool = True
    n_rows: int = 0
    n_missing: int = 0
    n_distinct: int = 0
    low: float | None = None
    high: float | None = None
    link: float | None = None
    written: str = ""

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "notes", tuple(self.notes))
        if not all(isinstance(text, str) for text in (self.name, self.reason, self.written, *self.notes)):
            raise ValueError("name, reason and notes must be text")
        if self.kind not in get_args(ColumnKind):
            raise ValueError(f"kind must be one of {get_args(ColumnKind)}, got {self.kind!r}")

    @property
    def is_used(self) -> bool:
        """Whether a model learns from the column."""
        return self.reader is not None

    @property
    def is_truth(self) -> bool:
        """Whether the cells are true and false, which are 1 and 0 where some are missing."""
        return self.kind == "yes/no" and self.reason == TRUTH_REASON and isinstance(self.reader, NumberReader)

    @property
    def date_range(self) -> str:
        """The range of dates, or of times of the day, in words; empty for other kinds."""
        if not isinstance(self.reader, DateReader) or self.low is None or self.high is None:
            return ""
        ends = [date_text(seconds) for seconds in (self.low, self.high)]
        if self.reader.order == "time":
            ends = [end[11:] or "00:00" for end in ends]
        return " to ".join(ends)

    @property
    def sentence(self) -> str:
        """The column, its kind, its reason and its notes as a line of text."""
        return f"{self.name} {'; '.join([self.reason, *self.notes])}"

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        values = {name: value for name, value in vars(self).items() if name != "reader"}
        if not self.written:  # earlier versions do not know it
            del values["written"]
        return values | {
            "notes": list(self.notes),
            "reader": None if self.reader is None else reader_to_dict(self.reader),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ColumnSchema:
        """Return the decision that `to_dict` described."""
        reader = values["reader"]
        return cls(**{**values, "reader": None if reader is None else reader_from_dict(reader)})


def with_counts(decision: ColumnSchema, profile: Profile) -> ColumnSchema:
    """Return a decision with the counts of a profile."""
    if isinstance(profile, TextProfile):
        n_distinct = profile.levels.n_levels - _n_missing_words(decision.reader, profile)
    else:
        n_distinct = profile.distinct.n
    n_missing = decision.n_missing + profile.n_missing
    low, high = decision.low, decision.high
    if (
        isinstance(profile, NumberProfile)
        and profile.n
        and (
            isinstance(decision.reader, NumberReader)
            or (decision.reader is None and decision.kind == "number")
        )
    ):
        low, high = profile.low, profile.high
    n_rows = profile.n + profile.n_missing
    return replace(decision, n_rows=n_rows, n_missing=n_missing, n_distinct=n_distinct, low=low, high=high)


def _n_missing_words(reader: Reader | None, profile: TextProfile) -> int:
    """Return how many different texts are missing values to a reader."""
    if isinstance(reader, NumberReader):
        return len(profile.numerals.words or ())
    if isinstance(reader, DateReader):
        return len(profile.dates.words or ())
    if isinstance(reader, CategoryReader) and reader.marks:
        return sum(map(is_mark, profile.levels.counts))
    return 0
