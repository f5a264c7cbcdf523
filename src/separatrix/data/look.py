"""Look: what is in a table, column by column, before anything is learned from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column, as_text, is_text
from separatrix.data.column_options import ColumnOptions
from separatrix.data.given_tables import given_table, with_target_column
from separatrix.data.kinds.column_schema import ColumnSchema
from separatrix.data.kinds.profile import NumberProfile, Profile, TextProfile
from separatrix.data.kinds.readers import CategoryReader
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import Examination, examine
from separatrix.data.table import Table
from separatrix.data.table_look import ColumnLook, TableLook
from separatrix.text import plural, share_text, six_digits

Array = NDArray[Any]

BINS, TOP = 12, 3
FEW_IN_CLASS, FEW_SHARE = 20, 0.6
RARE_CLASS, RARE_SHARE, MOST_RARE = 0.05, 0.3, 3
"""A class is rare if it has few rows, or a small fraction of them, and also of an equal share of the rows."""

SKEWED = 4.0
"""Distance of the largest number from the median, in ranges of the middle 90 %, from which it is skewed."""


def look(source: Any, target: Any = None, *, test: Any = None, **columns: Any) -> TableLook:
    """Look at a table: what each column is and why, what is missing, and what catches the eye.

    Parameters
    ----------
    source : path-like, TableFile, data frame, array or Table
        A table file, or a table in memory.
    target : str, int or array-like of shape (n_rows,), optional
        The column to predict, or its values, as in ``look(X, y)``. Each column then has its link: how well
        it alone predicts the target on other rows, as AUC (0.5 says nothing, 1 everything) or correlation.
    test : as `source`, optional
        Another table, to find rows that are in both.
    **columns :
        What you say about columns, as of `separatrix.data.ColumnOptions`.

    Returns
    -------
    TableLook
        Print it, or show it in a notebook.

    Raises
    ------
    ParameterError
        If an option names a column that does not exist.
    DataError
        If the table cannot be read, or has no such target.

    Examples
    --------
    >>> table = Table({"age": [31.5, 28.0, 44.25, 60.5] * 10, "town": ["Bonn", "Ulm", "Ulm", None] * 10})
    >>> print(look(table))
    40 rows, 2 columns
    <BLANKLINE>
    column  kind      missing    distinct  values
    age     number               4         28 to 60.5 ██▁▁▁▁█▁▁▁▁█
    town    category  10 (25 %)  2         Ulm 67 %, Bonn 33 %
    <BLANKLINE>
    36 rows repeat an earlier row.
    """
    table, name = given_table(source), None
    if target is not None:
        table, name = with_target_column(table, target)
    found = examine(table, name, ColumnOptions.of(**columns))
    return look_of(found, table, None if test is None else given_table(test))


def look_of(found: Examination, table: Table | None = None, test: Table | None = None) -> TableLook:
    """Return the look at what an examination found; duplicate rows are counted if the table is given."""
    looks = [_column_look(decision, found) for decision in found.schema.columns]
    of_target = None
    notes: list[str] = []
    if found.schema.target is not None:
        of_target = _column_look(found.schema.target, found)
        if found.link_target is not None and found.link_target.measure == "AUC":
            profile = found.profiles[found.schema.target.name]
            of_target = replace(of_target, values=_top(found.schema.target, profile), histogram=())
            notes += _class_notes(_level_counts(found.schema.target, profile))
    if table is not None:
        notes += _row_notes(table, test, found.schema)
    measure = "" if found.link_target is None else found.link_target.measure
    return TableLook(found.schema, tuple(looks), of_target, measure, tuple(notes))


def look_of_schema(schema: Schema) -> TableLook:
    """Return what a schema alone says of the columns it was made of."""
    looks = tuple(ColumnLook(decision, _range(decision)) for decision in schema.columns)
    target = None if schema.target is None else ColumnLook(schema.target, _range(schema.target))
    measure = "link" if any(decision.link is not None for decision in schema.columns) else ""
    return TableLook(schema, looks, target, measure)


def _column_look(decision: ColumnSchema, found: Examination) -> ColumnLook:
    profile, column = found.profiles[decision.name], found.sample[decision.name]
    numbers = _numbers(decision, column)
    if numbers is None:
        return ColumnLook(decision, _top(decision, profile))
    histogram: tuple[int, ...] = ()
    present = numbers[np.isfinite(numbers)]
    if len(present) and np.ptp(present) > 0:
        ends = (float(present.min()), float(present.max()))
        histogram = tuple(np.histogram(present / 2, BINS, (ends[0] / 2, ends[1] / 2))[0].tolist())
    is_date = decision.kind == "date"
    notes = () if is_date else _skew_notes(present)
    return ColumnLook(decision, _range(decision), histogram, notes)


def _numbers(decision: ColumnSchema, column: Column) -> Array | None:
    """Return the numbers of a column of numbers or dates; None for others."""
    if decision.kind == "date" and decision.reader is not None:
        return next(iter(decision.reader.read(column, decision.name).values()))
    if decision.kind == "number":
        if decision.reader is not None:
            column = decision.reader.read(column, decision.name)[decision.name]
        return None if is_text(column) else column.astype(np.float64)
    return None


def _range(decision: ColumnSchema) -> str:
    if decision.low is None or decision.high is None:
        return ""
    if decision.kind == "date":
        return decision.date_range
    return f"{six_digits(decision.low)} to {six_digits(decision.high)}"


def _top(decision: ColumnSchema, profile: Profile) -> str:
    """Return the most frequent values with their fractions."""
    top = sorted(_level_counts(decision, profile).items(), key=lambda item: (-item[1], item[0]))[:TOP]
    if not top or top[0][1] == 1:
        return f"such as {_short(top[0][0])}" if top else ""
    return ", ".join(f"{_short(level)} {share_text(n / max(profile.n, 1))}" for level, n in top)


def _level_counts(decision: ColumnSchema, profile: Profile) -> Mapping[str, int]:
    """Return the rows of each value, as it is read: variants of one value are one."""
    if not isinstance(profile, TextProfile):
        return _number_counts(profile)
    if not isinstance(decision.reader, CategoryReader):
        return profile.levels.counts
    joined: Counter[str] = Counter()
    for level, n in profile.levels.counts.items():
        if (read := decision.reader.level(level)) is not None:
            joined[read] += n
    return joined


def _number_counts(profile: NumberProfile) -> dict[str, int]:
    values = profile.distinct.values
    text = as_text(values.astype(bool) if profile.kind == "truth" else values)
    return dict(zip(text.tolist(), profile.distinct.counts.tolist(), strict=True))


def _short(level: str, most: int = 18) -> str:
    level = " ".join(level.split())  # a cell may have several lines
    return level if len(level) <= most else level[: most - 1] + "…"


def _skew_notes(present: Array) -> tuple[str, ...]:
    """Return the note on numbers of which few are far larger, or far smaller, than the others."""
    if len(present) < 100:
        return ()
    low, middle, high = np.quantile(present, (0.05, 0.5, 0.95))
    largest = max(present.max() - middle, middle - present.min())
    if high <= low or largest < SKEWED * (high - low):
        return ()
    end = present.max() if present.max() - middle >= middle - present.min() else present.min()
    return (f"is skewed: 90 % of the numbers are from {low:.4g} to {high:.4g}, but one is {six_digits(end)}",)


def _class_notes(counts: Mapping[str, int]) -> list[str]:
    """Return notes on the classes that have few rows, beside an equal share."""
    n_rows, notes = sum(counts.values()), []
    for level, n in sorted(counts.items(), key=lambda item: item[1]):
        share = n * len(counts) / n_rows
        if (n < FEW_IN_CLASS and share < FEW_SHARE) or (n < RARE_CLASS * n_rows and share < RARE_SHARE):
            notes.append(
                f"The class '{_short(level)}' is rare: {plural(n, 'row')} ({share_text(n / n_rows, 1)})."
            )
    more = len(notes) - MOST_RARE
    return [
        *notes[:MOST_RARE],
        *([f"{plural(more, 'more class')} are rare, too."] if more > 1 else notes[MOST_RARE:]),
    ]


def _row_notes(table: Table, test: Table | None, schema: Schema) -> list[str]:
    """Return notes on rows that are there more than once, or in another table, too."""
    hashes = row_hashes(table, table.column_names)
    n_repeated = len(hashes) - len(np.unique(hashes))
    notes = []
    if n_repeated:
        verb = "repeats" if n_repeated == 1 else "repeat"
        notes.append(f"{plural(n_repeated, 'row')} {verb} an earlier row.")
    if test is not None:
        n_both = int(rows_in_both(test, table, schema).sum())
        verb = "is" if n_both == 1 else "are"
        notes.append(f"{n_both:,} of {plural(test.n_rows, 'row')} of the test table {verb} in this one, too.")
    return notes


def rows_in_both(test: Table, table: Table, schema: Schema | None = None) -> Array:
    """Return for each row of a table whether another one has a row with the same cells.

    The columns that both have are compared: as a schema reads them, if there is one.

    Examples
    --------
    >>> rows_in_both(Table({"x": [1, 2], "y": ["a", "b"]}), Table({"y": ["b", "b"], "x": [2, 1]}))
    array([False,  True])
    """
    shared = [name for name in table.column_names if name in test.columns]
    one, other = (_as_read(each.select(shared), schema) for each in (test, table))
    found: Array = np.isin(row_hashes(one, one.column_names), row_hashes(other, other.column_names))
    return found


def _as_read(table: Table, schema: Schema | None) -> Table:
    """Return the cells as a schema reads them, whatever types a file gave them; those left out as text."""
    if schema is None:
        return table
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        columns |= schema.read(name, column) or {name: as_text(column)}
    return Table(columns)


def row_hashes(table: Table, names: Sequence[str]) -> Array:
    """Return a number for each row: the same for rows with the same cells."""
    total = np.zeros(table.n_rows, np.uint64)
    with np.errstate(over="ignore"):
        for name in names:
            column = table.columns[name]
            if is_text(column):
                bits = np.fromiter(map(hash, column.tolist()), np.int64, len(column)).view(np.uint64)
            else:
                bits = (column.astype(np.float64) + 0.0).view(np.uint64)
            total = (total ^ bits) * np.uint64(0xBF58476D1CE4E5B9)
            total ^= total >> np.uint64(29)
    return total
