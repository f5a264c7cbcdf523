"""Encoders of one column: each turns it into features."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from separatrix.data.codes import Code
from separatrix.data.column import Column, as_numbers, as_text
from separatrix.data.statistics import NumberStatistics, TextStatistics
from separatrix.data.target_codes import TargetCode

Array = NDArray[Any]


LIMIT = 1e6
"""Bound on a standardised number. Among n training rows none exceeds sqrt(n), so only absurd values do."""


@dataclass(frozen=True)
class NumericEncoder:
    """Standardises numbers; the median replaces missing values, and a second feature marks them.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        Value for missing ones: the training median.
    mean, scale : float
        Mean and standard deviation of the filled training column; `scale` is 1 if all values are equal.
    indicator : bool
        Whether training had missing values, so that a feature marks them.
    """

    kind: ClassVar[str] = "numeric"
    reads_text: ClassVar[bool] = False
    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        numbers = (self.fill, self.mean, self.scale)
        if (
            not all(isinstance(number, float) and math.isfinite(number) for number in numbers)
            or self.scale <= 0
        ):
            raise ValueError(f"fill, mean and scale must be finite floats, scale above zero; got {numbers}")
        if not isinstance(self.name, str) or not isinstance(self.indicator, bool):
            raise ValueError("name must be text and indicator true or false")

    @classmethod
    def from_statistics(cls, name: str, numbers: NumberStatistics) -> NumericEncoder:
        """Return the encoder of a column with these numbers."""
        mean, scale = numbers.moments()
        return cls(name, numbers.median, mean, scale or 1.0, indicator=numbers.n_missing > 0)

    @property
    def feature_names(self) -> list[str]:
        """The column's name, and `name (missing)` if there is an indicator."""
        return [self.name, f"{self.name} (missing)"] if self.indicator else [self.name]

    def encode(self, column: Column, out: NDArray[Any]) -> None:
        """Write the features into `out` of shape (n_rows, n_features), which holds zeros."""
        values = as_numbers(column, self.name)
        missing = np.isnan(values)
        with np.errstate(over="ignore"):
            standardised = (np.where(missing, self.fill, values) if missing.any() else values) - self.mean
            standardised /= self.scale
        out[:, 0] = np.clip(standardised, -LIMIT, LIMIT, out=standardised)
        if self.indicator:
            out[:, 1] = missing


@dataclass(frozen=True)
class TextEncoder:
    """Turns text into one feature for each level, and one for missing values if training had any.

    A value without a level counts as `(other)` if training had rare values, which share that feature.
    Otherwise all its features are zero: a feature that is always zero in training has an untrained weight.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of str
        Sorted, without duplicates.
    missing, other : bool
        Whether there is a feature for missing values, and one for values that are not in `levels`.
    """

    kind: ClassVar[str] = "text"
    reads_text: ClassVar[bool] = True
    name: str
    levels: tuple[str, ...]
    missing: bool
    other: bool

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "levels", tuple(self.levels))
        if not all(isinstance(level, str) for level in (self.name, *self.levels)):
            raise ValueError("name and levels must be text")
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError("levels must be sorted and without duplicates")
        if not isinstance(self.missing, bool) or not isinstance(self.other, bool):
            raise ValueError("missing and other must be true or false")

    @classmethod
    def from_statistics(cls, name: str, text: TextStatistics, max_categories: int) -> TextEncoder:
        """Return the encoder of a column with this text."""
        levels, has_more = text.frequent(max_categories)
        return cls(name, tuple(levels), missing=text.n_missing > 0, other=has_more)

    @cached_property
    def _codes(self) -> dict[str | None, int]:
        """Index of each level, and of None if there is a feature for missing values."""
        levels = (*self.levels, None) if self.missing else self.levels
        return {level: code for code, level in enumerate(levels)}

    @property
    def feature_names(self) -> list[str]:
        """`name=level` for each level, then `name=(missing)` and `name=(other)` if they exist."""
        extra = [name for name, exists in (("(missing)", self.missing), ("(other)", self.other)) if exists]
        return [f"{self.name}={level}" for level in (*self.levels, *extra)]

    def codes(self, column: Column) -> NDArray[np.intp]:
        """Return the index of each value's level, -1 if it has none."""
        values = as_text(column)
        # Ten times as fast as sorting objects with np.unique.
        return np.fromiter(
            map(self._codes.get, values.tolist(), repeat(-1)), dtype=np.intp, count=len(values)
        )

    def encode(self, column: Column, out: NDArray[Any]) -> None:
        """Write the features into `out` of shape (n_rows, n_features), which holds zeros."""
        codes = self.codes(column)
        if self.other:
            codes[codes < 0] = len(self._codes)
        rows = np.flatnonzero(codes >= 0)
        out[rows, codes[rows]] = 1


ColumnEncoder = NumericEncoder | TextEncoder | Code | TargetCode
"""Anything that turns one column into features."""


ENCODERS: dict[str, type[ColumnEncoder]] = {encoder.kind: encoder for encoder in get_args(ColumnEncoder)}
