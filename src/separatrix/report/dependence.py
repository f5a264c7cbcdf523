"""Dependence: how a model's answer changes with one column, the others as they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import is_text
from separatrix.errors import TableWarning
from separatrix.report.importance import by_source, sampled_rows
from separatrix.report.subject import Subject

Array = NDArray[Any]

N_POINTS = 14
MAX_LEVELS = 12
MAX_ROWS = 150
MISSING = "(missing)"


@dataclass(frozen=True, eq=False)
class Dependence:
    """The mean answer at values of one column.

    Attributes
    ----------
    column : str
    values : ndarray of shape (n_values,)
        Numbers between the 2nd and the 98th percentile, or the most frequent levels as text.
    answers : ndarray of shape (n_values, n_outputs)
        Mean probability of each class shown, or the mean number.
    outputs : tuple of str
        The classes shown; one empty name for numbers.
    counts : ndarray of shape (n_values,)
        Rows of each level; for numbers, rows nearer to the value than to its neighbours.
    n_rows : int
        Rows that the mean is over.
    """

    column: str
    values: Array
    answers: Array
    outputs: tuple[str, ...]
    counts: Array
    n_rows: int

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.values.dtype.kind == "f"


def partial_dependence(
    subject: Subject, column: str, *, max_rows: int = MAX_ROWS, max_classes: int = 5, random_state: int = 0
) -> Dependence:
    """Compute the mean answer of a model when one column has the same value in all rows.

    The mean is over combinations of values that may never occur together; where columns depend on each other
    it is therefore less than a fact about the world.

    Parameters
    ----------
    subject : Subject
    column : str
    max_rows : int, default=150
        Rows of the mean; of more, a sample.
    max_classes : int, default=5
        Classes shown if there are more than two: the most frequent. Of two, the positive one.
    random_state : int, default=0
        Seed of the sample.

    References
    ----------
    J. H. Friedman, Greedy function approximation: a gradient boosting machine, Annals of Statistics 29
    (2001), section 8.2.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> from separatrix.data.table import Table
    >>> model = Model(Network.mlp(2, (), 1, head="regression"), [2.0, 1.0, 0.0], feature_names=["a", "b"])
    >>> table = Table({"a": np.arange(50.0), "b": np.ones(50)})
    >>> found = partial_dependence(Subject.of(model, table, np.zeros(50)), "a")
    >>> bool(np.allclose(found.answers[:, 0], 2 * found.values + 1))
    True
    """
    part = subject.take(sampled_rows(subject, max_rows, np.random.RandomState(random_state)))
    whole = subject.table.columns[column]
    if is_text(whole):
        values, counts = _levels(whole)
        cells = np.array([None if value == MISSING else value for value in values.tolist()], dtype=object)
    else:
        values, counts = _grid(whole.astype(np.float64))
        cells = values if whole.dtype.kind != "b" else values.astype(bool)
    n = part.n_rows
    copies = {name: np.tile(cells_of, len(values)) for name, cells_of in part.table.columns.items()}
    copies[column] = np.repeat(cells, n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)  # of rows that are made here
        answers = part.answers(replace(part.table, columns=copies, row_names=None))
    mean = answers.reshape(len(values), n, -1).mean(axis=1)
    shown, names = _outputs(subject, max_classes)
    return Dependence(column, values, mean[:, shown], names, counts, n)


def source_dependence(subject: Subject, column: str, **settings: Any) -> Dependence:
    """Return the dependence on a column as it was given; of a date, on the part with the widest range.

    Parameters
    ----------
    subject : Subject
    column : str
    **settings
        As for `partial_dependence`.
    """
    found = (partial_dependence(subject, name, **settings) for name in by_source(subject.table)[column])
    return max(found, key=lambda each: float(np.ptp(each.answers, axis=0).max()))


def dependence_range(dependences: Sequence[Dependence]) -> tuple[float, float]:
    """Return the lowest and the highest answer, with a margin, so that pictures have one scale."""
    low = min(float(each.answers.min()) for each in dependences)
    high = max(float(each.answers.max()) for each in dependences)
    margin = 0.06 * (high - low) or 0.5
    return low - margin, high + margin


def _levels(column: Array) -> tuple[Array, Array]:
    found, counts = np.unique(
        np.array([MISSING if cell is None else str(cell) for cell in column.tolist()], dtype=object).astype(
            str
        ),
        return_counts=True,
    )
    order = np.argsort(-counts, kind="stable")[:MAX_LEVELS]
    return found[order].astype(object), counts[order]


def _grid(values: Array) -> tuple[Array, Array]:
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros(1), np.zeros(1, np.intp)
    distinct = np.unique(known)
    if len(distinct) > N_POINTS:
        distinct = np.unique(np.quantile(known, np.linspace(0.02, 0.98, N_POINTS)))
    edges = (distinct[1:] + distinct[:-1]) / 2
    return distinct, np.bincount(np.searchsorted(edges, known), minlength=len(distinct))


def _outputs(subject: Subject, max_classes: int) -> tuple[list[int], tuple[str, ...]]:
    """Return the columns of the answers that are shown, and their names."""
    if subject.classes is None:
        return [0], ("",)
    names = [str(label) for label in subject.classes.tolist()]
    if len(names) == 2:
        positive = subject.how.positive
        return [positive], (names[positive],)
    order = np.argsort(-np.bincount(subject.y, minlength=len(names)), kind="stable")[:max_classes]
    shown = sorted(order.tolist())
    return shown, tuple(names[code] for code in shown)
