"""Thresholds: what a classifier of two classes does at each cut, and which cut is the cheapest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from separatrix import check
from separatrix.errors import DataError
from separatrix.evaluate.classification import probability_matrix
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.intervals import FloatArray
from separatrix.text import aligned

SHOWN = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Cuts of a table."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Cut:
    """What a classifier does if a row is flagged from a probability of `threshold` on.

    Attributes
    ----------
    threshold : float
    n_flagged : int
    flagged : float
        Fraction of the rows that are flagged.
    precision : float or None
        Fraction of the flagged rows that are positive; None if none is flagged.
    recall : float
        Fraction of the positive rows that are flagged.
    cost : float
        Mean cost of a row.
    """

    threshold: float
    n_flagged: int
    flagged: float
    precision: float | None
    recall: float
    cost: float


@dataclass(frozen=True, repr=False)
class Thresholds:
    """What a classifier of two classes does at many cuts.

    Attributes
    ----------
    label : label
        The positive class: rows are flagged as it.
    cost : Cost
    cuts : tuple of Cut
        By rising threshold.
    cheapest : float
        The cut with the lowest cost on these rows. Of equally cheap ones, the nearest to
        `Cost.expected_threshold`.
    n_rows, n_positive : int
    """

    label: Any
    cost: Cost
    cuts: tuple[Cut, ...]
    cheapest: float
    n_rows: int
    n_positive: int

    def __repr__(self) -> str:
        """Return the table of `to_text`."""
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return asdict(self)

    def to_text(self) -> str:
        """Return an aligned table as plain text."""
        rows = [("cut", "precision", "recall", "flagged", "cost of a row")]
        rows += [
            (
                f"{cut.threshold:.3g}",
                "-" if cut.precision is None else f"{cut.precision:.3f}",
                f"{cut.recall:.3f}",
                f"{cut.flagged:.1%}",
                f"{cut.cost:.4g}",
            )
            for cut in self.cuts
        ]
        costs = f"a missed row costs {self.cost.fn:g}, a false alarm {self.cost.fp:g}"
        return f"{aligned(rows)}\n\nCheapest cut: {self.cheapest:.3g} ({costs})."


def threshold_table(
    y_true: npt.ArrayLike,
    proba: npt.ArrayLike,
    *,
    label: Any = True,
    cost: Cost | Mapping[str, float] | None = None,
    cuts: npt.ArrayLike | None = None,
    kept: float | None = None,
) -> Thresholds:
    """Compute precision, recall, flagged rows and cost at many cuts.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
        Labels, of which `label` is positive.
    proba : array-like of shape (n_rows,)
        Probability of the positive class.
    label : label, default=True
        The positive class.
    cost : Cost or mapping, optional
        Such as ``{"fn": 10, "fp": 1}``; by default both wrong answers cost 1.
    cuts : array-like of float, optional
        Cuts to list; by default those in `SHOWN`, and the cheapest.
    kept : float, optional
        The cut of a model: it is listed, too.

    Raises
    ------
    DataError
        If there are no rows, one of the classes has none, the shapes differ, or a value of `proba` is not a
        probability.
    ParameterError
        If a cost breaks its rule, or a cut is not between 0 and 1.

    References
    ----------
    C. Elkan, The foundations of cost-sensitive learning, IJCAI (2001).

    Examples
    --------
    >>> y, proba = ["no", "no", "yes", "yes"], [0.1, 0.3, 0.2, 0.9]
    >>> table = threshold_table(y, proba, label="yes", cost={"fn": 10})
    >>> round(table.cheapest, 3), [cut.recall for cut in table.cuts if cut.threshold == 0.5]
    (0.15, [0.5])
    """
    positive, p = np.asarray(y_true) == label, np.asarray(proba, np.float64)
    if positive.ndim != 1 or p.shape != positive.shape or not len(p):
        raise DataError(
            f"y_true and proba must have one value for each row, got shapes {positive.shape} and {p.shape}."
        )
    probability_matrix(p[:, np.newaxis], len(p), 1)
    n_positive = int(positive.sum())
    if n_positive in (0, len(p)):
        raise DataError(
            f"a threshold needs rows of both classes, got {n_positive} of {len(p)} rows of {label!r}."
        )
    if not isinstance(cost, Cost):
        cost = Cost.from_mapping(cost or {})
    cheapest = _cheapest(positive, p, cost)
    chosen = [*SHOWN, cheapest] if cuts is None else np.asarray(cuts, np.float64).tolist()
    values = np.unique([*chosen, *([] if kept is None else [kept])])
    for value in values.tolist():
        check.number("cuts", value, 0.0, 1.0)
    listed = tuple(_cut(positive, p, float(value), cost) for value in values)
    return Thresholds(label, cost, listed, cheapest, len(p), n_positive)


def _cut(positive: npt.NDArray[np.bool_], p: FloatArray, threshold: float, cost: Cost) -> Cut:
    flagged = p >= threshold
    n_flagged, n_hits = int(flagged.sum()), int((flagged & positive).sum())
    n_rows, n_positive = len(p), int(positive.sum())
    n_fp, n_fn = n_flagged - n_hits, n_positive - n_hits
    total = cost.of(n_fn, n_fp, n_hits, n_rows - n_positive - n_fp)
    return Cut(
        threshold=threshold,
        n_flagged=n_flagged,
        flagged=n_flagged / n_rows,
        precision=n_hits / n_flagged if n_flagged else None,
        recall=n_hits / n_positive,
        cost=float(total) / n_rows,
    )


def _cheapest(positive: npt.NDArray[np.bool_], p: FloatArray, cost: Cost) -> float:
    """Return the cheapest cut; candidates lie in the middle between two probabilities that follow."""
    values, index = np.unique(p, return_inverse=True)
    of_value = np.bincount(index, positive), np.bincount(index, ~positive)
    # Entry i: the rows at the i-th value and above are flagged; the last: none is.
    n_tp, n_fp = (np.append(np.cumsum(counts[::-1])[::-1], 0.0) for counts in of_value)
    totals = cost.of(n_tp[0] - n_tp, n_fp, n_tp, n_fp[0] - n_fp)
    low, high = np.append(0.0, values), np.append(values, 1.0)
    expected = cost.expected_threshold
    near = np.clip(expected, low, high)  # within a gap between two probabilities, each cut costs the same
    middle = (low + high) / 2
    is_least = totals <= totals.min() + _ROUNDING * max(1.0, float(np.abs(totals).max()))
    best = np.flatnonzero(is_least)
    chosen = int(best[np.abs(near[best] - expected).argmin()])
    return float(np.clip(middle[chosen], 1e-6, 1 - 1e-6))
