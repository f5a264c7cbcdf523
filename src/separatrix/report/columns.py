"""Columns: the data as understood, one line for each column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from separatrix.data.table import Column, Table, is_text
from separatrix.text import plain_spec

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
        The range and the median of numbers, or the most frequent levels, in words.
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
    decisions = {decision.name: decision for decision in getattr(_schema(model), "columns", ())}
    dropped = _dropped(model)
    return tuple(
        _facts(name, column, decisions.get(name), dropped.get(name)) for name, column in table.columns.items()
    )


def _facts(name: str, column: Column, decision: Any, dropped: str | None) -> ColumnFacts:
    text = is_text(column)
    cells = column.tolist()
    known = [cell for cell in cells if cell is not None] if text else column[~np.isnan(column.astype(float))]
    counts = Counter(known) if text else None
    n_distinct = len(counts) if counts is not None else len(np.unique(known))
    kind, reason, is_used = "category" if text else "number", dropped or "", dropped is None
    if column.dtype.kind == "b":
        kind = "yes/no"
    n_missing = len(column) - len(known)
    if decision is not None:
        kind, is_used = decision.kind, decision.is_used
        reason = "; ".join(
            part
            for part in ("" if decision.is_clear and is_used else decision.reason, *decision.notes)
            if part
        )
    values = _levels(counts, len(column)) if counts is not None else _range(np.asarray(known, np.float64))
    return ColumnFacts(name, kind, reason, n_missing, n_distinct, len(column), values, is_used)


def _range(values: Any) -> str:
    if not len(values):
        return "no value"
    low, median, high = (number_text(float(v)) for v in (values.min(), np.median(values), values.max()))
    return low if low == high else f"{low} to {high}, median {median}"


def _levels(counts: Counter[str], n_rows: int) -> str:
    shown = [
        f"{_short(level)} ({n / n_rows:.0%})"
        for level, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN_LEVELS]
    ]
    more = f" and {len(counts) - SHOWN_LEVELS:,} more" if len(counts) > SHOWN_LEVELS else ""
    return (", ".join(shown) or "no value") + more


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def number_text(value: float) -> str:
    """Return a number with four digits, without zeros at the end.

    Examples
    --------
    >>> [number_text(value) for value in (31.0, 0.12345, 1234567.0)]
    ['31', '0.1235', '1,234,567']
    """
    text = f"{value:{plain_spec(value, 4)}}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _schema(model: Any) -> Any:
    found = getattr(model, "table_", None)
    return getattr(_encoder(model), "schema", None) if found is None else found


def _encoder(model: Any) -> Any:
    return getattr(model, "encoder_", None) or getattr(model, "encoder", None)


def _dropped(model: Any) -> dict[str, str]:
    return dict(getattr(_encoder(model), "dropped", None) or {})
