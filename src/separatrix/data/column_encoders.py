"""How one column of a table becomes one or more features: learnt once, applied to any later table."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from separatrix.data.columns import Column, as_numbers, as_text

LIMIT = 1e6
"""Bound on a standardised number; no training value among n rows exceeds sqrt(n), so only absurd ones do."""


@dataclass(frozen=True)
class NumericEncoder:
    """Median for missing values, then zero mean and unit variance; a second feature marks what was missing.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        What a missing value counts as: the training median.
    mean, scale : float
        Mean and standard deviation of the filled training column; `scale` is 1 where all values are equal.
    indicator : bool
        Whether missing values were seen in training, so that there is a feature for them.
    """

    kind: ClassVar[str] = "numeric"
    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        numbers = (self.fill, self.mean, self.scale)
        if (
            not all(isinstance(number, float) and math.isfinite(number) for number in numbers)
            or self.scale <= 0
        ):
            raise ValueError(f"fill, mean and scale must be finite floats, scale above zero; got {numbers}")
        if not isinstance(self.name, str) or not isinstance(self.indicator, bool):
            raise ValueError("name must be text and indicator true or false")

    @classmethod
    def fit(cls, column: Column, name: str) -> NumericEncoder:
        """Learn from a column with at least one value; a `DataError` if one is infinite."""
        values = as_numbers(column, name)
        missing = np.isnan(values)
        # A power of two is exact, and keeps the sums below from overflowing where the values nearly do.
        exponent = int(np.frexp(np.abs(values[~missing]).max())[1])
        shrunk = np.ldexp(values, -exponent)
        fill = np.median(shrunk[~missing])
        shrunk[missing] = fill
        constant = shrunk.min() == shrunk.max()
        mean = fill if constant else shrunk.mean()
        scale = 0.0 if constant else float(np.ldexp(shrunk.std(), exponent))
        return cls(
            name=name,
            fill=float(np.ldexp(fill, exponent)),
            mean=float(np.ldexp(mean, exponent)),
            scale=scale or 1.0,
            indicator=bool(missing.any()),
        )

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
    """One feature per level; a missing value is a level of its own where training had one.

    A value without a level counts as `(other)` if training had rare values set aside there. Otherwise all its
    features are zero: a feature that is always zero in training would carry an untrained weight.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of str
        Sorted, each once.
    missing, other : bool
        Whether there is a feature for missing values, and one for the values left out of `levels`.
    """

    kind: ClassVar[str] = "text"
    name: str
    levels: tuple[str, ...]
    missing: bool
    other: bool

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        object.__setattr__(self, "levels", tuple(self.levels))
        if not all(isinstance(level, str) for level in (self.name, *self.levels)):
            raise ValueError("name and levels must be text")
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError("levels must be sorted and each there once")
        if not isinstance(self.missing, bool) or not isinstance(self.other, bool):
            raise ValueError("missing and other must be true or false")

    @classmethod
    def fit(cls, column: Column, name: str, max_categories: int) -> TextEncoder:
        """Learn the levels, only the most frequent (ties: first in the alphabet) if there are too many."""
        counts = Counter(as_text(column).tolist())
        missing = counts.pop(None, 0) > 0
        frequent = sorted(counts, key=lambda level: (-counts[level], level))[:max_categories]
        return cls(name, tuple(sorted(frequent)), missing, other=len(counts) > max_categories)

    @cached_property
    def _codes(self) -> dict[str | None, int]:
        """Position of each level, and of None if missing is one."""
        levels = (*self.levels, None) if self.missing else self.levels
        return {level: position for position, level in enumerate(levels)}

    @property
    def feature_names(self) -> list[str]:
        """`name=level` for each level, then `name=(missing)` and `name=(other)` as far as they exist."""
        extra = ["(missing)"] * self.missing + ["(other)"] * self.other
        return [f"{self.name}={level}" for level in (*self.levels, *extra)]

    def codes(self, column: Column) -> NDArray[np.intp]:
        """Return the position of each value's level, -1 where it has none."""
        values = as_text(column)
        # A dictionary read at C speed: sorting objects (np.unique) takes ten times as long.
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
