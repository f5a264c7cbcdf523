"""Thresholds: what a classifier of two classes does at each cut, and which cut is the cheapest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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

ROUND = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Round cuts of a table; those that flag the same rows as another are not listed, but 0.5 is."""

SHARES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01)
"""Fractions of the rows that other cuts flag: of a rare class, most round cuts flag none."""

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
    least : Cut
        The cut with the lowest cost on these rows, `cheapest`; if no cut `pays`, one that flags none. Of
        equally cheap ones, the nearest to `Cost.expected_threshold`.
    n_rows, n_positive : int
    """

    label: Any
    cost: Cost
    cuts: tuple[Cut, ...]
    least: Cut
    n_rows: int
    n_positive: int

    def __repr__(self) -> str:
        """Return the table of `to_text`."""
        return self.to_text()

    @property
    def cheapest(self) -> float:
        """The threshold of the cheapest cut."""
        return self.least.threshold

    @property
    def pays(self) -> bool:
        """Whether flagging some rows is cheaper than flagging none."""
        return self.least.n_flagged > 0

    @property
    def costs_text(self) -> str:
        """The costs of wrong answers, in words."""
        return f"a missed row costs {self.cost.fn:g}, a false alarm {self.cost.fp:g}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return asdict(self) | {"cheapest": self.cheapest, "pays": self.pays}

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
        if not self.pays:
            return f"{aligned(rows)}\n\nNo cut pays: flagging no row is cheapest ({self.costs_text})."
        return f"{aligned(rows)}\n\nCheapest cut: {self.cheapest:.3g} ({self.costs_text})."


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
        Cuts to list; by default round ones, those that flag some fractions of the rows, and the cheapest.
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
    always = [*([] if kept is None else [kept]), *([0.5, cheapest] if cuts is None else [])]
    chosen = _cuts(p, always) if cuts is None else np.asarray(cuts, np.float64).tolist()
    values = np.unique([*chosen, *always])
    for value in values.tolist():
        check.number("cuts", value, 0.0, 1.0)
    listed = tuple(_cut(positive, p, float(value), cost) for value in values)
    return Thresholds(label, cost, listed, _cut(positive, p, cheapest, cost), len(p), n_positive)


def _cuts(p: FloatArray, listed: Sequence[float]) -> list[float]:
    """Return round cuts, and cuts by fractions of the rows; each flags rows, and others than those listed."""
    cuts: list[float] = []
    seen = {0, *(int((p >= cut).sum()) for cut in listed)}
    for cut in [*ROUND, *_share_cuts(p)]:
        n_flagged = int((p >= cut).sum())
        if n_flagged not in seen:
            cuts.append(cut)
            seen.add(n_flagged)
    return cuts


def _share_cuts(p: FloatArray) -> list[float]:
    """Return cuts that flag about these fractions of the rows, with as few digits as flag the same rows."""
    values = np.sort(p)[::-1]
    cuts = []
    for share in SHARES:
        cut = float(values[max(1, round(share * len(p))) - 1])
        below = values[values < cut]
        least = float(below[0]) if len(below) else 0.0
        shorter = (math.floor(cut * 10**digits) / 10**digits for digits in range(2, 8))
        cuts.append(next((short for short in shorter if short > least), cut))
    return cuts


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
