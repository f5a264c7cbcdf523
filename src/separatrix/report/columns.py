"""Columns: the data as understood, one line for each column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from separatrix.data.column import Column, is_text
from separatrix.data.kinds.column_schema import ColumnSchema
from separatrix.data.table import Table
from separatrix.explain.tables import schema_of
from separatrix.text import percent_text, plain_spec

SHOWN_LEVELS = 4
LONGEST = 24  # characters of a level


@dataclass(frozen=True)
class ColumnFacts:
    """What is known of a column.

    Attributes
    ----------
    name, kind : str
    reason : str
        Why it has this kind, or why it is left out; empty if that is plain.
    n_missing, n_distinct, n_rows : int
    values : str
        The range and the median of numbers, the range of dates, or the most frequent levels, in words.
    is_used : bool
        Whether the model reads it.
    """

    name: str
    kind: str
    reason: str
    n_missing: int
    n_distinct: int
    n_rows: int
    values: str
    is_used: bool = True


def column_facts(table: Table, model: Any = None) -> tuple[ColumnFacts, ...]:
    """Return what is known of each column of a table.

    Parameters
    ----------
    table : Table
        Without the target: the training rows, if they are known.
    model : Model, Ensemble or fitted estimator, optional
        What it says of kinds and of columns that it leaves out comes first.

    Examples
    --------
    >>> table = Table({"age": [31.0, None, 45.0], "town": ["Ulm", "Bonn", "Ulm"]})
    >>> [(facts.kind, facts.n_missing, facts.values) for facts in column_facts(table)]
    [('number', 1, '31 to 45, median 38'), ('category', 0, 'Ulm (67%), Bonn (33%)')]
    """
    schema = schema_of(model)
    if schema is not None:
        return tuple(_decided(decision, table) for decision in schema.columns)
    encoder = getattr(model, "encoder_", None) or getattr(model, "encoder", None)
    dropped = dict(getattr(encoder, "dropped", None) or {})
    return tuple(_facts(name, column, dropped.get(name)) for name, column in table.columns.items())


def _decided(decision: ColumnSchema, table: Table) -> ColumnFacts:
    """Return what the schema says of a column; its values as a model takes them, if it takes it as one."""
    reason = [] if decision.is_clear and decision.is_used else [decision.reason]
    values = decision.date_range
    if decision.name in table.columns:
        values = _values(
            table.text(decision.name) if decision.name in table.truths else table[decision.name]
        )[0]
    elif decision.low is not None and decision.high is not None and decision.kind == "number":
        text = year_text if are_years(np.array([decision.low, decision.high])) else number_text
        values = f"{text(decision.low)} to {text(decision.high)}"
    counts = decision.n_missing, decision.n_distinct, decision.n_rows
    kind = str(decision.kind)
    return ColumnFacts(
        decision.name, kind, "; ".join([*reason, *decision.notes]), *counts, values, decision.is_used
    )


def _facts(name: str, column: Column, dropped: str | None) -> ColumnFacts:
    kind = "category" if is_text(column) else "yes/no" if column.dtype.kind == "b" else "number"
    values, n_known, n_distinct = _values(column)
    return ColumnFacts(
        name, kind, dropped or "", len(column) - n_known, n_distinct, len(column), values, dropped is None
    )


def _values(column: Column) -> tuple[str, int, int]:
    """Return the values of a column in words, how many there are, and how many different ones."""
    if is_text(column):
        counts = Counter(cell for cell in column.tolist() if cell is not None)
        return _levels(counts, len(column)), sum(counts.values()), len(counts)
    numbers = column.astype(np.float64)
    known = numbers[~np.isnan(numbers)]
    return _range(known), len(known), len(np.unique(known))


def _range(values: Any) -> str:
    if not len(values):
        return "no value"
    text = year_text if are_years(values) else number_text
    low, median, high = (text(float(v)) for v in (values.min(), np.median(values), values.max()))
    return low if low == high else f"{low} to {high}, median {median}"


def _levels(counts: Counter[str], n_rows: int) -> str:
    shown = [
        f"{_short(level)} ({percent_text(n / n_rows)})"
        for level, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN_LEVELS]
    ]
    more = f" and {len(counts) - SHOWN_LEVELS:,} more" if len(counts) > SHOWN_LEVELS else ""
    return (", ".join(shown) or "no value") + more


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def are_years(values: Column) -> bool:
    """Return whether all numbers are whole and from 1000 to 2999, as years are; NaN does not count."""
    numbers = values.astype(np.float64)
    known = numbers[~np.isnan(numbers)]
    return bool(len(known) and np.all((known >= 1000) & (known < 3000) & (known == np.floor(known))))


def year_text(value: float) -> str:
    """Return a year, or a number between two years, without separators between thousands.

    Examples
    --------
    >>> year_text(1999.0), year_text(1999.5)
    ('1999', '1999.5')
    """
    return number_text(value) if abs(value) >= 10_000 else f"{value:.6g}"


def number_text(value: float) -> str:
    """Return a number with four digits, without zeros at the end.

    Examples
    --------
    >>> [number_text(value) for value in (31.0, 0.12345, 1234567.0)]
    ['31', '0.1235', '1,234,567']
    """
    text = f"{value:{plain_spec(value, 4)}}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
