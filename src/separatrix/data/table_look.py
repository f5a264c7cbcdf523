"""Table look: what a look at a table found, as a value, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from separatrix.data.kinds.column_schema import ColumnSchema
from separatrix.data.schema import Schema
from separatrix.text import aligned, plural, share_text

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_COLUMNS = 60
"""Columns that are shown, at most."""


@dataclass(frozen=True, eq=False)
class ColumnLook:
    """What a look says of a column.

    Attributes
    ----------
    decision : ColumnSchema
        Its kind, why, and its counts.
    values : str
        Its range, or its most frequent values.
    histogram : tuple of int
        Rows of each of equal parts of the range of numbers; empty for others.
    notes : tuple of str
        What catches the eye, besides the notes of the decision.
    """

    decision: ColumnSchema
    values: str
    histogram: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def remarks(self) -> str:
        """Why the column is of its kind, and what catches the eye, in words."""
        found = self.decision
        shows_reason = not found.is_used or found.kind in ("code", "date", "ordered")
        first = found.reason if shows_reason else f"written with {found.written}" if found.written else ""
        parts = [*([first] if first else []), *found.notes, *self.notes]
        prefix = "left out: " if not found.is_used else ""
        return prefix + "; ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        return {
            **self.decision.to_dict(),
            "values": self.values,
            "histogram": list(self.histogram),
            "notes": [*self.decision.notes, *self.notes],
        }


LINKS = {
    "AUC": "AUC: how well the column alone predicts the target on other rows (out of fold); 0.5 says "
    "nothing, 1 everything.",
    "correlation": "correlation: of the target with what the column alone says of it on other rows (out of "
    "fold); 0 says nothing, 1 everything.",
}
"""What the links are, by their measure."""


@dataclass(frozen=True, eq=False, repr=False)
class TableLook:
    """What is in a table; `repr` and notebooks show it as a table.

    Attributes
    ----------
    schema : Schema
    columns : tuple of ColumnLook
        In order, without the target.
    target : ColumnLook or None
    measure : str
        What the links are: "AUC" or "correlation"; empty without a target.
    notes : tuple of str
        What catches the eye of the rows.
    """

    schema: Schema
    columns: tuple[ColumnLook, ...]
    target: ColumnLook | None
    measure: str
    notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.schema.n_rows

    def __getitem__(self, name: str) -> ColumnLook:
        """Return the look at a column."""
        found = [*self.columns, *([self.target] if self.target else [])]
        return next(each for each in found if each.decision.name == name)

    def __repr__(self) -> str:
        """Return the look as text."""
        return look_text(self)

    def _repr_html_(self) -> str:
        return look_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        return {
            "n_rows": self.n_rows,
            "target": None if self.target is None else self.target.to_dict(),
            "link": self.measure,
            "columns": [column.to_dict() for column in self.columns],
            "notes": list(self.notes),
        }


def look_header(look: TableLook) -> str:
    """Return the size of the table and its target as a line."""
    target = ""
    if look.target is not None:
        found = look.target
        missing = f", {missing_text(found)} missing" if found.decision.n_missing else ""
        values = f": {found.values}" if found.values else ""
        target = f"; target {found.decision.name}{values}{missing}"
    return f"{plural(look.n_rows, 'row')}, {plural(len(look.columns), 'column')}{target}"


def look_rows(look: TableLook) -> tuple[list[str], list[list[str]]]:
    """Return the header and a row for each column; columns of the table that are empty are left out."""
    columns = shown_columns(look)
    header = ["column", "kind", "missing", "distinct", "values", look.measure or "link", ""]
    rows = [
        [
            column.decision.name,
            column.decision.kind,
            missing_text(column),
            f"{column.decision.n_distinct:,}",
            f"{column.values} {histogram_text(column.histogram)}".strip(),
            "" if column.decision.link is None else f"{column.decision.link:.2f}",
            column.remarks,
        ]
        for column in columns
    ]
    kept = [j for j in range(len(header)) if j < 2 or any(row[j] for row in rows)]
    return [header[j] for j in kept], [[row[j] for j in kept] for row in rows]


def shown_columns(look: TableLook) -> Sequence[ColumnLook]:
    """Return the columns to show; of many, those with remarks and those with the largest links."""
    if len(look.columns) <= MOST_COLUMNS:
        return look.columns
    ranked = sorted(look.columns, key=lambda each: (not each.remarks, -(each.decision.link or 0.0)))
    chosen = {id(each) for each in ranked[:MOST_COLUMNS]}
    return [each for each in look.columns if id(each) in chosen]


def look_notes(look: TableLook) -> list[str]:
    """Return the sentences below the columns."""
    more = len(look.columns) - len(shown_columns(look))
    notes = [f"{plural(more, 'more column')} without remarks."] if more else []
    if look.measure in LINKS and any(each.decision.link is not None for each in look.columns):
        notes.append(LINKS[look.measure])
    target = [] if look.target is None else [f"{look.target.decision.name} {n}." for n in target_notes(look)]
    return [*notes, *target, *look.notes]


def target_notes(look: TableLook) -> tuple[str, ...]:
    """Return the notes on the target."""
    return () if look.target is None else (*look.target.decision.notes, *look.target.notes)


def look_text(look: TableLook) -> str:
    """Return the look as lines of text, each column on one."""
    header, rows = look_rows(look)
    parts = [look_header(look), aligned([header, *rows])]
    if notes := look_notes(look):
        parts.append("\n".join(notes))
    return "\n\n".join(parts)


def look_html(look: TableLook) -> str:
    """Return the look as a table of HTML, without scripts and styles of others."""
    header, rows = look_rows(look)
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    notes = "".join(f"<li>{escape(note)}</li>" for note in look_notes(look))
    return (
        f"<div><p>{escape(look_header(look))}</p><table><thead><tr>{head}</tr></thead>"
        f'<tbody style="text-align:left">{body}</tbody></table>{f"<ul>{notes}</ul>" if notes else ""}</div>'
    )


def missing_text(column: ColumnLook) -> str:
    """Return how many rows have no value, and their fraction."""
    n, n_rows = column.decision.n_missing, max(column.decision.n_rows, 1)
    if not n:
        return ""
    return f"{n:,} ({share_text(n / n_rows)})"


def histogram_text(counts: Sequence[int]) -> str:
    """Return counts as a line of blocks; a count that is not 0 is at least the second block.

    Examples
    --------
    >>> histogram_text([0, 1, 50, 100])
    '▁▂▅█'
    """
    most = max(counts, default=0)
    return "".join(BLOCKS[0] if n == 0 else BLOCKS[max(1, round(7 * n / most))] for n in counts)
