"""Rows: those that a model is most wrong about, and those that it is least sure of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.row_names import RowNames
from separatrix.report.columns import number_text
from separatrix.report.subject import Subject

Array = NDArray[Any]

N_ROWS = 8
N_COLUMNS = 6


@dataclass(frozen=True)
class ShownRow:
    """One row: its name, the truth, the answer, and the cells of some columns as text."""

    name: str
    truth: str
    answer: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ShownRows:
    """Rows that stand out.

    Attributes
    ----------
    columns : tuple of str
        The most important ones.
    wrong : tuple of ShownRow
        The largest losses first.
    unsure : tuple of ShownRow
        The smallest lead of the likeliest class first; empty for numbers.
    heading, naming : str
        What the names of the rows are, in a word and in a sentence.
    """

    columns: tuple[str, ...]
    wrong: tuple[ShownRow, ...]
    unsure: tuple[ShownRow, ...]
    heading: str
    naming: str


def outstanding_rows(
    subject: Subject, answers: Array, columns: Sequence[str], *, n_rows: int = N_ROWS
) -> ShownRows:
    """Return the rows that a model is most wrong about and least sure of.

    Parameters
    ----------
    subject : Subject
    answers : ndarray of shape (n_rows, n_classes) or (n_rows,)
    columns : sequence of str
        The columns to show.
    n_rows : int, default=8

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> from separatrix.data.table import Table
    >>> model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], feature_names=["x"])
    >>> subject = Subject.of(model, Table({"x": [-3.0, 0.1, 3.0]}), ["yes", "no", "yes"])
    >>> rows = outstanding_rows(subject, subject.answers(), ["x"], n_rows=1)
    >>> rows.wrong[0], rows.unsure[0].name
    (ShownRow(name='0', truth='yes', answer='no (95.3%)', cells=('-3',)), '1')
    """
    shown = tuple(columns[:N_COLUMNS])
    losses = subject.losses(answers)
    order = np.argsort(-losses, kind="stable")
    unsure: Array = np.empty(0, np.intp)
    if subject.classes is not None:
        wrong = subject.model_answer(answers) != subject.y
        order = order[wrong[order]]
        top = np.sort(answers, axis=1)
        unsure = np.argsort(top[:, -1] - top[:, -2], kind="stable")[:n_rows]
    show = [[_row(subject, answers, int(row), shown) for row in rows] for rows in (order[:n_rows], unsure)]
    names = RowNames.of_rows(subject.table)
    return ShownRows(shown, tuple(show[0]), tuple(show[1]), names.heading, names.sentence)


def _row(subject: Subject, answers: Array, row: int, columns: Sequence[str]) -> ShownRow:
    cells = tuple(cell_text(subject.table.columns[name][row]) for name in columns)
    name = str(RowNames.of_rows(subject.table).names[row])
    if subject.classes is None:
        return ShownRow(name, number_text(float(subject.y[row])), number_text(float(answers[row])), cells)
    code = int(subject.model_answer(answers[row : row + 1])[0])
    answer = f"{subject.classes[code]} ({answers[row, code]:.1%})"
    return ShownRow(name, str(subject.classes[subject.y[row]]), answer, cells)


def cell_text(cell: Any) -> str:
    """Return a cell as text; a missing one is a dash."""
    if cell is None or (isinstance(cell, float | np.floating) and np.isnan(cell)):
        return "–"
    return number_text(float(cell)) if isinstance(cell, int | float | np.number) else str(cell)
