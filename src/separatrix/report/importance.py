"""Importance: how much worse a model answers when a column, or a group of columns, is shuffled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from separatrix.data.column import Column, as_text, is_text
from separatrix.data.schema import AppliedTable
from separatrix.data.table import Table
from separatrix.evaluate.intervals import LEVEL, Interval
from separatrix.evaluate.splits import every_kth
from separatrix.report.subject import Subject

Array = NDArray[Any]

CORRELATED = 0.8
"""Columns whose association is this strong on average are shuffled together."""

MAX_ROWS = 2000
BUDGET = 400_000  # answers that may be computed, one for each row, repeat and group
_LEAST_ROWS = 200
_REPEATS = 5
MAX_CELLS = 5_000_000  # of a table with several shuffled copies
_MOST_TEXT_COLUMNS = 60  # whose associations are computed pair by pair
_MAX_LEVELS = 30


@dataclass(frozen=True)
class ColumnImportance:
    """What a model loses without a group of columns.

    Attributes
    ----------
    columns : tuple of str
        Shuffled together; a date stands for the year, the month, … that are made of it.
    loss : Interval
        Rise of the log-loss, or of the squared error as a fraction of the target's variance (the fall of R²).
    """

    columns: tuple[str, ...]
    loss: Interval

    @property
    def name(self) -> str:
        """The columns' names; of more than two, the first and how many more."""
        if len(self.columns) <= 2:
            return " + ".join(self.columns)
        return f"{self.columns[0]} + {len(self.columns) - 1} correlated"

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.loss.low is not None and self.loss.low > 0


@dataclass(frozen=True)
class Importance:
    """Permutation importance of all columns.

    Attributes
    ----------
    metric : {"log-loss", "R²"}
    groups : tuple of ColumnImportance
        The most important first.
    n_rows, n_repeats : int
        Rows that were used, and how often each group was shuffled.
    n_rows_given : int
    """

    metric: str
    groups: tuple[ColumnImportance, ...]
    n_rows: int
    n_repeats: int
    n_rows_given: int

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        return {
            "metric": self.metric,
            "n_rows": self.n_rows,
            "n_repeats": self.n_repeats,
            "groups": [
                {"columns": list(g.columns), "loss": g.loss.value, "low": g.loss.low, "high": g.loss.high}
                for g in self.groups
            ],
        }


def permutation_importance(
    subject: Subject, *, n_repeats: int | None = None, max_rows: int = MAX_ROWS, random_state: int = 0
) -> Importance:
    """Compute by how much the loss rises when the values of columns are shuffled among the rows.

    Columns that say nearly the same are shuffled together: shuffled one by one, each would look unimportant,
    as the others still say it. So are those that are made of one column, as the year and the month of a date.
    The work is bounded: of many rows a sample is used that keeps the fractions of
    the classes, and many columns are shuffled less often.

    Parameters
    ----------
    subject : Subject
        A model, and rows that it was not trained on.
    n_repeats : int, optional
        How often each group is shuffled; by default 5, fewer if there are many columns.
    max_rows : int, default=2000
    random_state : int, default=0
        Seed of sample and shuffles.

    Returns
    -------
    Importance
        Each with the interval of the mean rise over the rows; each row's rise is its mean over the repeats.

    References
    ----------
    L. Breiman, Random forests, Machine Learning 45 (2001), section 10; as scikit-learn's
    `permutation_importance`.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(2, (), 1), [3.0, 0.0, 0.0], classes=["no", "yes"], feature_names=["a", "b"])
    >>> random = np.random.RandomState(0)
    >>> X = Table({"a": random.normal(size=100), "b": random.normal(size=100)})
    >>> found = permutation_importance(Subject.of(model, X, np.where(X.columns["a"] > 0, "yes", "no")))
    >>> [(group.name, group.is_clear) for group in found.groups]
    [('a', True), ('b', False)]
    """
    random = np.random.RandomState(random_state)
    groups, made = correlated_groups(subject.table), by_source(subject.table)
    n_rows = min(subject.n_rows, max_rows, max(_LEAST_ROWS, BUDGET // len(groups)))
    rows = sampled_rows(subject, n_rows, random)
    part = subject.take(rows)
    repeats = n_repeats or max(1, min(_REPEATS, BUDGET // (n_rows * len(groups))))
    orders = [random.permutation(part.n_rows) for _ in range(repeats)]
    shuffled = [[column for name in group for column in made[name]] for group in groups]
    rises = shuffled_rises(part.table, shuffled, orders, lambda table: part.losses(part.answers(table)))
    scale, metric = 1.0, "log-loss"
    if subject.classes is None:
        scale, metric = float(np.var(part.y)) or 1.0, "R²"
    found = [
        ColumnImportance(group, rise_interval(rise / scale))
        for group, rise in zip(groups, rises, strict=True)
    ]
    found.sort(key=lambda each: -(each.loss.value or 0.0))
    return Importance(metric, tuple(found), n_rows, repeats, subject.n_rows)


def by_source(table: Table) -> dict[str, list[str]]:
    """Return, by column as it was given, the columns of a table that are made of it, as those of a date."""
    sources = table.schema.sources if isinstance(table, AppliedTable) else {}
    made: dict[str, list[str]] = {}
    for name in table.columns:
        made.setdefault(sources.get(name, name), []).append(name)
    return made


def sampled_rows(subject: Subject, n_rows: int, random: np.random.RandomState) -> Array:
    """Return row numbers of a sample with the classes' fractions, each class at least once; sorted."""
    if n_rows >= subject.n_rows:
        return np.arange(subject.n_rows)
    order = random.permutation(subject.n_rows)
    if subject.classes is None:
        return np.sort(order[:n_rows])
    return every_kth(subject.y, n_rows, order)


def shuffled_rises(
    table: Table,
    groups: Sequence[Sequence[str]],
    orders: Sequence[Array],
    losses: Callable[[Table], Array],
    *,
    max_cells: int = MAX_CELLS,
) -> list[Array]:
    """Return the mean rise of each row's loss when the columns of a group are shuffled together.

    Parameters
    ----------
    table : Table
    groups : sequence of sequences of str
        Names of columns.
    orders : sequence of int ndarrays of shape (n_rows,)
        One for each repeat.
    losses : callable
        From copies of the rows, one after the other, to the loss of each row.
    max_cells : int, default=5_000_000
        Of a table with several copies; at least one copy.

    Returns
    -------
    list of ndarray of shape (n_rows,)
        One for each group.

    Examples
    --------
    >>> table = Table({"a": [0.0, 1.0], "b": [5.0, 5.0]})
    >>> rises = shuffled_rises(table, [["a"], ["b"]], [np.array([1, 0])], lambda rows: rows.columns["a"] ** 2)
    >>> [rise.tolist() for rise in rises]
    [[1.0, -1.0], [0.0, 0.0]]
    """
    copies = [(group, order) for group in groups for order in orders]
    step = max(1, max_cells // (table.n_rows * len(table.columns)))
    found: list[Array] = []
    for start in range(0, len(copies), step):
        block = copies[start : start + step]
        columns = {
            name: np.concatenate([column[order] if name in group else column for group, order in block])
            for name, column in table.columns.items()
        }
        found.append(
            losses(replace(table, columns=columns, row_names=None)).reshape(len(block), table.n_rows)
        )
    each = np.vstack(found).reshape(len(groups), len(orders), table.n_rows)
    return list(each.mean(axis=1) - losses(table))


def rise_interval(rise: Array) -> Interval:
    """Return Student's interval of the mean rise over the rows.

    Examples
    --------
    >>> print(rise_interval(np.array([0.1, 0.2, 0.3, 0.2])))
    0.200 [0.070, 0.330]
    """
    mean = float(rise.mean())
    if len(rise) < 2:
        return Interval(mean, reason="one row only")
    reach = (
        float(stats.t.ppf(0.5 + LEVEL / 2, len(rise) - 1)) * float(rise.std(ddof=1)) / math.sqrt(len(rise))
    )
    return Interval(mean, mean - reach, mean + reach)


def correlated_groups(
    table: Table, *, limit: float = CORRELATED, max_rows: int = 2000
) -> list[tuple[str, ...]]:
    """Return the columns in groups that say nearly the same; most groups are single columns.

    The association is Spearman's correlation of two columns of numbers, Cramér's V of two of text, and the
    correlation ratio of numbers and text; of a date, the largest of the columns that are made of it. Groups
    are those of average linkage.

    Parameters
    ----------
    table : Table
    limit : float, default=0.8
        Mean association within a group, at least.
    max_rows : int, default=2000
        Rows to look at.

    Examples
    --------
    >>> size = np.arange(20.0)
    >>> table = Table({"cm": size, "town": ["Ulm", "Bonn"] * 10, "inch": size / 2.54})
    >>> correlated_groups(table)
    [('cm', 'inch'), ('town',)]
    """
    made = by_source(table)
    names = list(made)
    if len(names) == 1 or table.n_rows < 3:
        return [(name,) for name in names]
    if table.n_rows > max_rows:
        table = table.take(np.linspace(0, table.n_rows - 1, max_rows).astype(np.intp))
    strength = _of_sources(_associations(table), list(table.columns), list(made.values()))
    distance = squareform(1 - strength, checks=False)
    cluster = fcluster(linkage(distance, "average"), 1 - limit, criterion="distance")
    groups: dict[int, list[str]] = {}
    for name, number in zip(names, cluster.tolist(), strict=True):
        groups.setdefault(number, []).append(name)
    return [tuple(group) for group in groups.values()]


def _of_sources(strength: Array, names: Sequence[str], made: Sequence[Sequence[str]]) -> Array:
    """Return the largest association of each two columns as they were given, (n_sources, n_sources)."""
    if len(made) == len(names):
        return strength
    order = [names.index(name) for group in made for name in group]
    starts = np.cumsum([0, *(len(group) for group in made[:-1])])
    strength = strength[np.ix_(order, order)]
    found: Array = np.maximum.reduceat(np.maximum.reduceat(strength, starts, axis=0), starts, axis=1)
    return found


def _associations(table: Table) -> Array:
    """Return the association of every pair of columns, (n_columns, n_columns), from 0 to 1."""
    columns = list(table.columns.values())
    texts = [i for i, column in enumerate(columns) if is_text(column)]
    numbers = [i for i, column in enumerate(columns) if not is_text(column)]
    strength = np.eye(len(columns))
    if numbers:
        ranks = np.column_stack([_ranks(columns[i]) for i in numbers])
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = np.nan_to_num(np.abs(np.corrcoef(ranks, rowvar=False)))
        strength[np.ix_(numbers, numbers)] = np.atleast_2d(correlation)
    if len(texts) <= _MOST_TEXT_COLUMNS:
        codes = {i: _level_codes(columns[i]) for i in texts}
        for place, i in enumerate(texts):
            for j in texts[:place]:
                strength[i, j] = strength[j, i] = _cramers_v(codes[i], codes[j])
            for number, j in enumerate(numbers):
                strength[i, j] = strength[j, i] = _correlation_ratio(codes[i], ranks[:, number])
    np.fill_diagonal(strength, 1.0)
    return np.clip(strength, 0.0, 1.0)


def _ranks(column: Column) -> Array:
    values = column.astype(np.float64)
    missing = np.isnan(values)
    if missing.all():
        return np.zeros(len(values))
    return stats.rankdata(np.where(missing, np.nanmedian(values), values))


def _level_codes(column: Column) -> Array:
    """Return the codes of the most frequent levels; all others share one."""
    values, codes, counts = np.unique(
        np.array([cell or "" for cell in as_text(column).tolist()]), return_inverse=True, return_counts=True
    )
    rank = np.empty(len(values), np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(values))
    return np.minimum(rank, _MAX_LEVELS)[codes]


def _cramers_v(first: Array, second: Array) -> float:
    shape = first.max() + 1, second.max() + 1
    if min(shape) < 2:
        return 0.0
    counts = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1]).reshape(shape)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / len(first)
    chi2 = float((((counts - expected) ** 2)[expected > 0] / expected[expected > 0]).sum())
    # Without Bergsma's correction many rare levels would look associated with anything.
    phi2 = max(0.0, chi2 / len(first) - (shape[0] - 1) * (shape[1] - 1) / (len(first) - 1))
    sides = [side - (side - 1) ** 2 / (len(first) - 1) for side in shape]
    return math.sqrt(min(1.0, phi2 / max(min(sides) - 1, 1e-9)))


def _correlation_ratio(codes: Array, values: Array) -> float:
    total = float(((values - values.mean()) ** 2).sum())
    counts = np.bincount(codes)
    if total == 0 or len(counts) < 2:
        return 0.0
    sums = np.bincount(codes, values)
    between = float((counts * (sums / np.maximum(counts, 1) - values.mean()) ** 2).sum())
    # Less what levels explain by chance.
    n_levels = int((counts > 0).sum())
    ratio = (between - (n_levels - 1) * (total - between) / max(len(values) - n_levels, 1)) / total
    return math.sqrt(min(1.0, max(0.0, ratio)))
