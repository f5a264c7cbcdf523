"""Cost: what wrong and right answers of a classifier of two classes cost, and their mean over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from separatrix import check
from separatrix.errors import ParameterError, did_you_mean
from separatrix.evaluate.intervals import LEVEL, FloatArray, Interval

Array = NDArray[Any]


@dataclass(frozen=True)
class Cost:
    """What a wrong answer costs, and what a right one costs or brings.

    Parameters
    ----------
    fn, fp : float, default=1
        A false negative (a positive row that is not flagged) and a false positive (a negative row that is).
    tp, tn : float, default=0
        A true positive and a true negative; below 0 it is a gain.

    Examples
    --------
    >>> Cost(fn=10, fp=1).of(n_fn=2, n_fp=7)
    27.0
    >>> round(Cost(fn=10, fp=1).expected_threshold, 3)
    0.091
    """

    fn: float = 1.0
    fp: float = 1.0
    tp: float = 0.0
    tn: float = 0.0

    def __post_init__(self) -> None:
        """Check the costs."""
        for name, value in asdict(self).items():
            check.number(name, value, -np.inf if name in ("tp", "tn") else 0.0)
        if self.fn <= self.tp or self.fp <= self.tn:
            raise ParameterError("cost", "must be higher for a wrong answer than for a right one.")

    @classmethod
    def from_mapping(cls, values: Mapping[str, float]) -> Cost:
        """Return the cost of `{"fn": 10, "fp": 1}`; a `ParameterError` for another name."""
        for name in values:
            if name not in cls.__dataclass_fields__:
                known = list(cls.__dataclass_fields__)
                raise ParameterError(
                    "cost", f"must name fn, fp, tp or tn, got '{name}'.{did_you_mean(name, known)}"
                )
        return cls(**{name: float(value) for name, value in values.items()})

    @property
    def expected_threshold(self) -> float:
        """The cut with the lowest expected cost if the probabilities are right (Elkan 2001, equation 2)."""
        wrong_positive, wrong_negative = self.fp - self.tn, self.fn - self.tp
        return wrong_positive / (wrong_positive + wrong_negative)

    def of_rows(self, is_positive: Array, is_flagged: Array) -> FloatArray:
        """Return the cost of each row.

        Examples
        --------
        >>> Cost(fn=10).of_rows(np.array([True, True, False]), np.array([False, True, True]))
        array([10.,  0.,  1.])
        """
        of_positive = np.where(is_flagged, self.tp, self.fn)
        return np.where(is_positive, of_positive, np.where(is_flagged, self.fp, self.tn))

    def of_answers(self, codes: Array, answers: Array, classes: Sequence[Any], positive: int) -> FloatArray:
        """Return the cost of each answer, a class number; a `ParameterError` if there are not two classes."""
        if len(classes) != 2:
            raise ParameterError("cost", f"needs two classes, got {len(classes)}; leave it out.")
        return self.of_rows(codes == positive, answers == positive)

    def of(self, n_fn: Any = 0, n_fp: Any = 0, n_tp: Any = 0, n_tn: Any = 0) -> Any:
        """Return the cost of these numbers of rows; they may be arrays."""
        return self.fn * n_fn + self.fp * n_fp + self.tp * n_tp + self.tn * n_tn


def cost_interval(costs: FloatArray) -> Interval:
    """Return the mean cost of a row with Student's interval.

    Examples
    --------
    >>> print(cost_interval(np.array([0.0, 1.0, 0.0, 1.0])))
    0.500 [-0.419, 1.419]
    """
    mean = float(costs.mean())
    if len(costs) < 2:
        return Interval(mean, reason="one row only")
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(costs) - 1)) * float(stats.sem(costs))
    return Interval(mean, mean - half, mean + half)
