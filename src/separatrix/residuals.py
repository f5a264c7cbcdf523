"""Residuals: how far predictions were off on rows that were not trained on, for intervals; NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError

Array = NDArray[Any]

MOST_SIZES = 500
"""Sizes that are kept; of more rows, so many quantiles."""


@dataclass(frozen=True)
class Residuals:
    """The absolute residuals of a regressor on rows that it was not trained on.

    Of many rows, 500 quantiles are kept; an interval then covers at most a five-hundredth too many.

    Parameters
    ----------
    n_rows : int
        Rows that were predicted.
    sizes : sequence of float
        Their absolute residuals in ascending order; of more than 500 rows, 500 of them at equal distances.

    Raises
    ------
    ParameterError
        If a value breaks its rule.

    References
    ----------
    J. Lei, M. G'Sell, A. Rinaldo, R. Tibshirani, L. Wasserman: Distribution-free predictive inference for
    regression, JASA 113(523), 2018, section 2.2.

    Examples
    --------
    >>> residuals = Residuals.of(np.array([0.3, -0.1, 0.2, -0.4]))
    >>> residuals.half_width(0.5), residuals.half_width(0.9)
    (0.3, inf)
    >>> residuals.intervals(np.array([1.0, 2.0]), 0.5)
    array([[0.7, 1.3],
           [1.7, 2.3]])
    """

    n_rows: int
    sizes: Sequence[float]

    def __post_init__(self) -> None:
        """Check the values, which may come from a file, and convert them to one form."""
        check.integer("n_rows", self.n_rows, 1)
        try:
            sizes = np.array(self.sizes, np.float64)
            valid = sizes.shape == (min(self.n_rows, MOST_SIZES),)
            valid = valid and bool(
                np.isfinite(sizes).all() and (sizes >= 0).all() and (sizes[1:] >= sizes[:-1]).all()
            )
        except (TypeError, ValueError, OverflowError):
            valid = False
        if not valid:
            raise ParameterError(
                "sizes",
                f"must be {min(self.n_rows, MOST_SIZES)} finite numbers from 0 on, in ascending order, one "
                f"for each of the rows or {MOST_SIZES} of many.",
            )
        object.__setattr__(self, "sizes", tuple(sizes.tolist()))

    @classmethod
    def of(cls, residuals: Array) -> Self:
        """Return what is kept of residuals, of shape (n_rows,)."""
        sizes = np.sort(np.abs(np.asarray(residuals, np.float64)))
        return cls(len(sizes), sizes[_ranks(len(sizes)) - 1].tolist())

    def half_width(self, coverage: float) -> float:
        """Return half the width of an interval, infinite if there are too few rows for the coverage."""
        check.number("coverage", coverage, 0.0, 1.0, open_low=True, open_high=True)
        rank = ceil(coverage * (self.n_rows + 1) - 1e-9)  # 0.55 * 100 is a little more than 55
        place = int(np.searchsorted(_ranks(self.n_rows), rank))
        return self.sizes[place] if place < len(self.sizes) else float("inf")

    def intervals(self, middle: Array, coverage: float) -> Array:
        """Return lower and upper ends around predictions, of shape (n_rows, 2)."""
        half = self.half_width(coverage)
        return np.stack([middle - half, middle + half], axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Return the values that JSON can hold."""
        return {"n_rows": self.n_rows, "sizes": list(self.sizes)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the residuals that `to_dict` described."""
        return cls(values["n_rows"], values["sizes"])


def _ranks(n_rows: int) -> Array:
    """Return the ranks, from 1, of the residuals that are kept; the last is that of the largest."""
    n_sizes = min(n_rows, MOST_SIZES)
    ranks: Array = -(-np.arange(1, n_sizes + 1) * n_rows // n_sizes)
    return ranks
