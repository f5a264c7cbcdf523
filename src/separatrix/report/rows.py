"""Rows: those that a model is most wrong about, and those that it is least sure of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import is_text
from separatrix.data.kinds.dates import DAY, date_text
from separatrix.data.kinds.readers import DateReader
from separatrix.data.row_names import RowNames
from separatrix.data.schema import AppliedTable
from separatrix.report.columns import are_years, number_text, year_text
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
        The smallest lead of the likeliest class first or, where the model keeps a threshold, those nearest to
        it; empty for numbers.
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
    dates = _dates(subject)
    shown = tuple(dict.fromkeys(dates[name][0] if name in dates else name for name in columns))[:N_COLUMNS]
    table = subject.table.columns
    years = {name for name in shown if name in table and not is_text(table[name]) and are_years(table[name])}
    losses = subject.losses(answers)
    order = np.argsort(-losses, kind="stable")
    unsure: Array = np.empty(0, np.intp)
    if subject.classes is not None:
        wrong = subject.model_answer(answers) != subject.y
        order = order[wrong[order]]
        unsure = np.argsort(subject.how.margins(answers), kind="stable")[:n_rows]
    readers = dict(dates.values())

    def cell(name: str, row: int) -> str:
        if name in readers:
            days = float(table[f"{name} (days)"][row])
            return cell_text(None if np.isnan(days) else date_text(round(readers[name].first + days * DAY)))
        if name in subject.table.truths and not np.isnan(table[name][row]):
            return cell_text(bool(table[name][row]))
        return year_text(float(table[name][row])) if name in years else cell_text(table[name][row])

    def shown_row(row: int) -> ShownRow:
        return _row(subject, answers, row, tuple(cell(name, row) for name in shown))

    show = [[shown_row(int(row)) for row in rows] for rows in (order[:n_rows], unsure)]
    names = RowNames.of_rows(subject.table)
    return ShownRows(shown, tuple(show[0]), tuple(show[1]), names.heading, names.sentence)


def _dates(subject: Subject) -> dict[str, tuple[str, DateReader]]:
    """Return the columns that are made of dates, with the dates' column and its reader."""
    # The table knows it, too, where folds judge: the subject's own model is then not fitted.
    schema = subject.table.schema if isinstance(subject.table, AppliedTable) else None
    return {
        f"{each.name} ({part})": (each.name, each.reader)
        for each in (() if schema is None else schema.used)
        if isinstance(each.reader, DateReader) and f"{each.name} (days)" in subject.table.columns
        for part in each.reader.parts
    }


def _row(subject: Subject, answers: Array, row: int, cells: tuple[str, ...]) -> ShownRow:
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
    if isinstance(cell, bool | np.bool):
        return str(cell)
    return number_text(float(cell)) if isinstance(cell, int | float | np.number) else str(cell)
