"""Codes: ways to write one column of a table as features that a small network learns well from.

A code is fitted once on a training column, looks at no target, and is applied to any later table with NumPy
alone. A missing value counts as the training median of a number, and is a level of
its own in text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from separatrix.data.coded_rows import Block, CodedRows
from separatrix.data.column import Column, as_numbers, as_text

Array = NDArray[Any]

LIMIT = 1e6
"""Bound on a standardised number."""

CLIP = 3.0
"""A scaled number is bent towards this bound: z / sqrt(1 + (z / CLIP)²)."""

LEAST_QUANTILE = 0.001
"""Quantiles of the normal distribution are taken between this and 1 minus this."""

KNOTS = 512
"""Most distinct values that a `QuantileCode` keeps."""


def _filled(column: Column, name: str, fill: float) -> Array:
    values = as_numbers(column, name)
    missing = np.isnan(values)
    return np.where(missing, fill, values) if missing.any() else values


def check_numbers(**numbers: Any) -> None:
    """Raise a ValueError for what a file may have that is not a finite number, or not a sequence of them."""
    for name, value in numbers.items():
        listed = value if isinstance(value, tuple) else (value,)
        if not all(isinstance(number, float) and math.isfinite(number) for number in listed):
            raise ValueError(f"{name} must be finite floats, got {value!r}")


@dataclass(frozen=True)
class StandardCode:
    """A number, centred by its mean and scaled by its standard deviation.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        What a missing value counts as.
    mean, scale : float
        The feature is ``(x - mean) * scale``, at most `LIMIT` in size.

    Examples
    --------
    >>> code = StandardCode.fit(np.array([1.0, 3.0]), "age")
    >>> out = np.zeros((2, 1))
    >>> code.encode(np.array([3.0, np.nan]), out)
    >>> out[:, 0]
    array([ 1., -1.])
    """

    kind: ClassVar[str] = "standard"
    reads_text: ClassVar[bool] = False
    name: str
    fill: float
    mean: float
    scale: float

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        check_numbers(fill=self.fill, mean=self.mean, scale=self.scale)

    @classmethod
    def fit(cls, column: Column, name: str, weight: Array | None = None) -> StandardCode:
        """Learn from a column with at least one value; `weight` is that of each row."""
        distinct, weights = _weighted_values(column, name, weight)
        (fill,) = _quantiles(distinct, weights, (0.5,))
        mean = float(np.average(distinct, weights=weights))
        deviation = float(np.sqrt(np.average((distinct - mean) ** 2, weights=weights)))
        return cls(name, fill, mean, 1.0 / deviation if deviation > 0 else 0.0)

    @property
    def feature_names(self) -> list[str]:
        """The column's name."""
        return [self.name]

    def encode(self, column: Column, out: Array) -> None:
        """Write the feature into `out` of shape (n_rows, 1)."""
        z = (_filled(column, self.name, self.fill) - self.mean) * self.scale
        out[:, 0] = np.clip(z, -LIMIT, LIMIT)


@dataclass(frozen=True)
class RobustCode:
    """A number, centred by its median, scaled by its interquartile range, and softly bounded.

    Parameters
    ----------
    name : str
        The column.
    center, scale : float
        ``z = (x - center) * scale`` becomes ``z / sqrt(1 + (z / 3)²)``, which is between -3 and 3.

    Examples
    --------
    >>> code = RobustCode.fit(np.array([1.0, 2.0, 3.0, 4.0, 1000.0]), "age")
    >>> out = np.zeros((2, 1))
    >>> code.encode(np.array([3.0, 1000.0]), out)
    >>> out[:, 0].round(2)
    array([0., 3.])
    """

    kind: ClassVar[str] = "robust"
    reads_text: ClassVar[bool] = False
    name: str
    center: float
    scale: float

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        check_numbers(center=self.center, scale=self.scale)

    @classmethod
    def fit(cls, column: Column, name: str, weight: Array | None = None) -> RobustCode:
        """Learn from a column with at least one value; `weight` is that of each row."""
        distinct, weights = _weighted_values(column, name, weight)
        low, center, high = _quantiles(distinct, weights, (0.25, 0.5, 0.75))
        spread = high - low or (distinct[-1] - distinct[0]) / 2
        return cls(name, float(center), float(1.0 / spread) if spread > 0 else 0.0)

    @property
    def feature_names(self) -> list[str]:
        """The column's name."""
        return [self.name]

    def encode(self, column: Column, out: Array) -> None:
        """Write the feature into `out` of shape (n_rows, 1)."""
        z = (_filled(column, self.name, self.center) - self.center) * self.scale
        out[:, 0] = z / np.sqrt(1.0 + (z / CLIP) ** 2)


@dataclass(frozen=True)
class MissingCode:
    """One feature: 1 where a column has no value, else 0.

    Parameters
    ----------
    name : str
        The column.
    """

    kind: ClassVar[str] = "missing"
    reads_text: ClassVar[bool] = False
    name: str

    @property
    def feature_names(self) -> list[str]:
        """`name (missing)`."""
        return [f"{self.name} (missing)"]

    def encode(self, column: Column, out: Array) -> None:
        """Write the feature into `out` of shape (n_rows, 1)."""
        out[:, 0] = np.isnan(as_numbers(column, self.name))


@dataclass(frozen=True)
class PiecewiseLinearCode:
    """A number as the fraction of each bin that lies below it.

    Component t is ``clip((x - edges[t]) / (edges[t + 1] - edges[t]), 0, 1)`` minus its training mean.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        What a missing value counts as.
    edges : tuple of float
        Ascending, two or more.
    means : tuple of float
        One for each bin.

    References
    ----------
    Y. Gorishniy, I. Rubachev, A. Babenko: On embeddings for numerical features in tabular deep learning,
    NeurIPS 2022, section 3.2.1.

    Examples
    --------
    >>> code = PiecewiseLinearCode.fit(np.arange(5.0), "age", 2)
    >>> code.edges
    (0.0, 2.0, 4.0)
    """

    kind: ClassVar[str] = "piecewise"
    reads_text: ClassVar[bool] = False
    name: str
    fill: float
    edges: tuple[float, ...]
    means: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        object.__setattr__(self, "edges", tuple(self.edges))
        object.__setattr__(self, "means", tuple(self.means))
        check_numbers(fill=self.fill, edges=self.edges, means=self.means)
        if len(self.edges) != len(self.means) + 1 or any(np.diff(self.edges) <= 0):
            raise ValueError("edges must ascend, and be one more than means")

    @classmethod
    def fit(
        cls, column: Column, name: str, n_bins: int, weight: Array | None = None
    ) -> PiecewiseLinearCode | None:
        """Learn from a column with at least one value; None if all its values are equal.

        The edges are quantiles of the distinct values. A value that many rows share counts as the rows of one
        bin at most, so that it does not take the edges of others.
        """
        distinct, weights = _weighted_values(column, name, weight)
        if len(distinct) < 2:
            return None
        (fill,) = _quantiles(distinct, weights, (0.5,))
        weights = np.minimum(weights, weights.sum() / n_bins)
        below = np.cumsum(weights) - weights
        positions = below / below[-1]
        edges = np.unique(np.interp(np.linspace(0.0, 1.0, n_bins + 1), positions, distinct))
        edges = edges[np.concatenate([[True], np.diff(edges) > 1e-12 * np.abs(edges).max()])]
        code = cls(name, fill, tuple(edges.tolist()), (0.0,) * (len(edges) - 1))
        out = np.zeros((len(column), len(edges) - 1))
        code.encode(column, out)
        means = np.average(out, axis=0, weights=weight)
        return cls(name, fill, code.edges, tuple(means.tolist()))

    @cached_property
    def feature_names(self) -> list[str]:
        """`name > edge` for each bin."""
        return [f"{self.name} > {edge:g}" for edge in self.edges[:-1]]

    def encode(self, column: Column, out: Array) -> None:
        """Write the features into `out` of shape (n_rows, n_bins)."""
        edges, numbers, means = self._arrays
        # Which bin a value is in, and how far: all bins below are 1, all above are 0.
        position = np.interp(_filled(column, self.name, self.fill), edges, numbers)
        np.subtract(position.astype(out.dtype)[:, np.newaxis], numbers[:-1].astype(out.dtype), out=out)
        np.clip(out, 0.0, 1.0, out=out)
        out -= means.astype(out.dtype)

    def coded(self, column: Column, dtype: DTypeLike) -> CodedRows:
        """Return the features as one cumulative block: the bin of each value, and how far it is in it."""
        edges, numbers, means = self._arrays
        position = np.interp(_filled(column, self.name, self.fill), edges, numbers).astype(dtype)
        code = np.minimum(position.astype(np.int32), np.int32(len(means) - 1))
        return _one_block(code, position - code.astype(dtype), Block(len(means), True), means)

    @cached_property
    def _arrays(self) -> tuple[Array, Array, Array]:
        return np.array(self.edges), np.arange(len(self.edges), dtype=float), np.array(self.means)


@dataclass(frozen=True)
class QuantileCode:
    """A number as the quantile of the normal distribution that has its rank.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        What a missing value counts as.
    values, quantiles : tuple of float
        Ascending; between two values the quantiles are interpolated.

    Examples
    --------
    >>> code = QuantileCode.fit(np.array([1.0, 10.0, 100.0]), "income")
    >>> out = np.zeros((1, 1))
    >>> code.encode(np.array([10.0]), out)
    >>> out
    array([[0.]])
    """

    kind: ClassVar[str] = "quantile"
    reads_text: ClassVar[bool] = False
    name: str
    fill: float
    values: tuple[float, ...]
    quantiles: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "quantiles", tuple(self.quantiles))
        check_numbers(fill=self.fill, values=self.values, quantiles=self.quantiles)
        if len(self.values) != len(self.quantiles) or not self.values or any(np.diff(self.values) <= 0):
            raise ValueError("values must ascend, and be as many as quantiles")

    @classmethod
    def fit(cls, column: Column, name: str, weight: Array | None = None) -> QuantileCode:
        """Learn from a column with at least one value."""
        distinct, weights = _weighted_values(column, name, weight)
        (fill,) = _quantiles(distinct, weights, (0.5,))
        ranks = (np.cumsum(weights) - weights / 2) / weights.sum()
        if len(distinct) > KNOTS:
            kept = np.unique(np.searchsorted(ranks, np.linspace(0, 1, KNOTS)).clip(0, len(distinct) - 1))
            distinct, ranks = distinct[kept], ranks[kept]
        normal = NormalDist()
        quantiles = [normal.inv_cdf(min(max(r, LEAST_QUANTILE), 1 - LEAST_QUANTILE)) for r in ranks.tolist()]
        return cls(name, fill, tuple(distinct.tolist()), tuple(quantiles))

    @property
    def feature_names(self) -> list[str]:
        """`name (quantile)`."""
        return [f"{self.name} (quantile)"]

    def encode(self, column: Column, out: Array) -> None:
        """Write the feature into `out` of shape (n_rows, 1)."""
        out[:, 0] = np.interp(_filled(column, self.name, self.fill), *self._arrays)

    @cached_property
    def _arrays(self) -> tuple[Array, Array]:
        return np.array(self.values), np.array(self.quantiles)


@dataclass(frozen=True)
class LevelCode:
    """Text as one feature for each level; two levels as one feature of +1 and -1.

    A missing value is a level of its own where training had one. A value that training did not have is 0
    everywhere.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of (str or None)
        None is the level of a missing value, and comes last.

    Examples
    --------
    >>> code = LevelCode("sex", ("f", "m"))
    >>> out = np.zeros((3, 1))
    >>> code.encode(np.array(["f", "m", "x"], object), out)
    >>> out[:, 0]
    array([-1.,  1.,  0.])
    """

    kind: ClassVar[str] = "levels"
    reads_text: ClassVar[bool] = True
    name: str
    levels: tuple[str | None, ...]

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        object.__setattr__(self, "levels", tuple(self.levels))
        if len(set(self.levels)) < len(self.levels) or not self.levels:
            raise ValueError("levels must be there, each once")

    @classmethod
    def fit(cls, column: Column, name: str, max_levels: int, weight: Array | None = None) -> LevelCode:
        """Learn the levels, the `max_levels` most frequent of them."""
        counts: dict[str | None, float] = {}
        weights = [1.0] * len(column) if weight is None else weight.tolist()
        for level, of_row in zip(as_text(column).tolist(), weights, strict=True):
            counts[level] = counts.get(level, 0.0) + of_row

        def alphabet(level: str | None) -> tuple[bool, str]:
            return level is None, level or ""

        frequent = sorted(counts, key=lambda level: (-counts[level], alphabet(level)))
        return cls(name, tuple(sorted(frequent[:max_levels], key=alphabet)))

    @cached_property
    def _indices(self) -> dict[str | None, int]:
        return {level: index for index, level in enumerate(self.levels)}

    @cached_property
    def feature_names(self) -> list[str]:
        """`name=level` for each level; of two levels, that of the second."""
        shown = self.levels[1:] if len(self.levels) == 2 else self.levels
        return [f"{self.name}={'(missing)' if level is None else level}" for level in shown]

    def codes(self, column: Column) -> NDArray[np.intp]:
        """Return the index of each value's level, -1 where it has none."""
        values = as_text(column).tolist()
        return np.fromiter(map(self._indices.get, values, repeat(-1)), dtype=np.intp, count=len(values))

    def encode(self, column: Column, out: Array) -> None:
        """Write the features into `out` of shape (n_rows, n_features), which holds zeros."""
        indices = self.codes(column)
        if len(self.levels) == 2:
            out[:, 0] = np.choose(indices + 1, (0.0, -1.0, 1.0))
            return
        rows = np.flatnonzero(indices >= 0)
        out[rows, indices[rows]] = 1

    def coded(self, column: Column, dtype: DTypeLike) -> CodedRows:
        """Return the features as one block."""
        indices, size = self.codes(column), len(self.feature_names)
        values = np.ones(len(indices), dtype)
        if len(self.levels) == 2:
            values[indices == 0] = -1
            indices = np.minimum(indices, 0)
        return _one_block(indices, values, Block(size), np.zeros(size))


def _one_block(code: Array, value: Array, block: Block, center: Array) -> CodedRows:
    none = np.empty((len(code), 0), value.dtype)
    codes = code.astype(np.int32)[:, np.newaxis]
    return CodedRows(none, codes, value[:, np.newaxis], (block,), center.astype(value.dtype))


def _weighted_values(column: Column, name: str, weight: Array | None) -> tuple[Array, Array]:
    """Return the distinct values of a column, ascending, and the weight of each."""
    values = as_numbers(column, name)
    present = ~np.isnan(values)
    distinct, index = np.unique(values[present], return_inverse=True)
    return distinct, np.bincount(index, None if weight is None else weight[present])


def _quantiles(distinct: Array, weights: Array, fractions: Sequence[float]) -> list[float]:
    """Return quantiles of weighted values: the lowest value with at least that fraction of the weight."""
    ends = np.cumsum(weights)
    at = np.searchsorted(ends, np.array(fractions) * ends[-1] * (1 - 1e-12))
    found: list[float] = distinct[at].tolist()
    return found


Code = StandardCode | RobustCode | MissingCode | PiecewiseLinearCode | QuantileCode | LevelCode
"""Any code of one column that looks at no target."""
