"""Schema: what every column of a table is, decided from all rows, and how it is read at prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from numpy.typing import ArrayLike

from separatrix.data.column import Column, Kind
from separatrix.data.column_values import as_column
from separatrix.data.kinds.column_schema import ColumnSchema
from separatrix.data.kinds.readers import DateReader
from separatrix.data.na_words import without_words
from separatrix.data.row_names import RowNames
from separatrix.data.table import Table, require_column
from separatrix.errors import FAULTS_CURE, DataError, did_you_mean
from separatrix.text import plural


@dataclass(frozen=True)
class Schema:
    """What every column of a table is, and how its cells become the columns that an encoder takes.

    Parameters
    ----------
    columns : tuple of ColumnSchema
        One for each column besides the target, in order.
    target : ColumnSchema, optional
        How the target column is read.
    n_rows : int
        Rows that the decisions were made from.
    n_without_target : int
        Rows without a target that were left out.
    na : tuple of str
        Words and numbers that stand for a missing value in every column, as the user has said for the
        training.

    Examples
    --------
    >>> from separatrix.data.schema_learning import learn_schema
    >>> table = Table({"debt": ["1.5", "-", "2", "1.25"] * 9, "country": ["DE"] * 36})
    >>> schema = learn_schema(table)
    >>> print(schema["debt"].sentence)
    debt has numbers in text; 27 of 36 cells are numbers, 9 are '-': taken as missing
    >>> schema.apply({"debt": ["3", "-"]}).columns
    {'debt': array([ 3., nan])}
    """

    columns: tuple[ColumnSchema, ...]
    target: ColumnSchema | None = None
    n_rows: int = 0
    n_without_target: int = 0
    na: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "na", tuple(self.na))
        if not all(isinstance(word, str) for word in self.na):
            raise ValueError("na must be text")

    def __getitem__(self, name: str) -> ColumnSchema:
        """Return the decision on a column."""
        for decision in self.columns:
            if decision.name == name:
                return decision
        raise KeyError(name)

    @cached_property
    def used(self) -> tuple[ColumnSchema, ...]:
        """The decisions on the columns that a model learns from."""
        return tuple(decision for decision in self.columns if decision.is_used)

    @property
    def input_names(self) -> list[str]:
        """Names of the columns that a model learns from."""
        return [decision.name for decision in self.used]

    def require_used(self) -> Schema:
        """Return the schema; raise a `DataError` if no column is left to learn from."""
        if not self.used:
            reasons = "; ".join(f"'{name}' {reason}" for name, reason in self.dropped.items())
            raise DataError(
                f"no column is left to learn from{': ' if reasons else ''}{reasons}; add one that "
                "is, or name columns to keep."
            )
        return self

    @property
    def dropped(self) -> dict[str, str]:
        """Columns that are left out, and why."""
        return {decision.name: decision.reason for decision in self.columns if not decision.is_used}

    def outputs(self, kinds_of_cells: Mapping[str, Kind]) -> dict[str, dict[str, Kind]]:
        """Return, by column, the columns that are made of it and the kinds of their cells."""
        return {
            decision.name: decision.reader.outputs(decision.name, kinds_of_cells[decision.name])
            for decision in self.used
            if decision.reader is not None
        }

    def with_target_read(self, table: Table, name: str) -> Table:
        """Return a table whose target `name`, if it has one, is as it was trained on.

        Those are numbers, or labels whose spellings are joined; the column may have another name than in the
        training.
        """
        if name not in table.columns:
            return table
        return replace(table, columns={**table.columns, name: self.read_target(table.columns[name])})

    @cached_property
    def sources(self) -> dict[str, str]:
        """The column of a table that each column that an encoder takes is made of."""
        return {
            output: each.name
            for each in self.used
            if each.reader is not None
            for output in each.reader.outputs(each.name, "text")
        }

    def read(self, name: str, column: Column) -> dict[str, Column]:
        """Return the columns that are made of a column; of the target, the target as it is trained on."""
        if self.target is not None and name == self.target.name:
            return {name: self.read_target(column)}
        reader = self._readers.get(name)
        return {} if reader is None else reader.read(without_words(column, self.na), name)

    def read_target(self, column: Column) -> Column:
        """Return the target as it is trained on."""
        column = without_words(column, self.na)
        if self.target is None or self.target.reader is None:
            return column
        return self.target.reader.read(column, self.target.name)[self.target.name]

    @cached_property
    def _readers(self) -> dict[str, Any]:
        return {decision.name: decision.reader for decision in self.used}

    def apply(self, columns: Mapping[str, ArrayLike] | Table) -> AppliedTable:
        """Return the columns that an encoder takes, made of those of a table.

        Parameters
        ----------
        columns : Table, or mapping of str to array-like of shape (n_rows,)
            At least the columns that a model learns from, of any type; others are left out.

        Returns
        -------
        AppliedTable
            Without the target. One that this schema has made before is returned as it is.

        Raises
        ------
        DataError
            If columns are missing, or have cells that cannot be read; it names them all.
        """
        if isinstance(columns, AppliedTable) and (columns.schema is self or columns.schema == self):
            return columns
        given = columns.columns if isinstance(columns, Table) else columns
        made: dict[str, Column] = {}
        faults: list[str] = []
        refuse_title_as_header(given, self.input_names, getattr(columns, "row_names", None))
        try:
            require_columns(given, self.input_names)
        except DataError as error:
            faults.append(str(error))
        for name, reader in self._readers.items():
            if name not in given:
                continue
            try:
                made |= reader.read(without_words(as_column(given[name], name), self.na), name)
            except DataError as error:
                faults.append(str(error))
        _refuse(faults)
        row_names = getattr(columns, "row_names", None)
        return AppliedTable(made, row_names=row_names, schema=self)

    def apply_known(self, columns: Mapping[str, ArrayLike] | Table) -> Table:
        """Return what `apply` makes of those columns that the table has."""
        if isinstance(columns, AppliedTable):
            return columns
        given = columns.columns if isinstance(columns, Table) else columns
        made: dict[str, Column] = {}
        for name, reader in self._readers.items():
            if name in given:
                made |= reader.read(without_words(as_column(given[name], name), self.na), name)
        return Table(made)

    def apply_all(self, table: Table, others: Sequence[str] = ()) -> AppliedTable:
        """Return what `apply` makes, with the target and the columns `others` as they are."""
        names = [*([] if self.target is None else [self.target.name]), *others]
        for name in names:
            require_column(name, table.columns)
        made = self.apply(table).columns
        for name in names:
            made = made | (
                self.read(name, table.columns[name]) if name not in others else {name: table[name]}
            )
        return AppliedTable(made, row_names=table.row_names, schema=self)

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        values = {
            "columns": [decision.to_dict() for decision in self.columns],
            "target": None if self.target is None else self.target.to_dict(),
            "n_rows": self.n_rows,
            "n_without_target": self.n_without_target,
        }
        return values | ({"na": list(self.na)} if self.na else {})  # earlier versions do not know it

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Schema:
        """Return the schema that `to_dict` described; a `KeyError`, `TypeError` or `ValueError` if broken."""
        target = values["target"]
        return cls(
            tuple(ColumnSchema.from_dict(entry) for entry in values["columns"]),
            None if target is None else ColumnSchema.from_dict(target),
            int(values["n_rows"]),
            int(values["n_without_target"]),
            tuple(values.get("na", ())),
        )

    # In words.

    def warnings(self) -> list[str]:
        """Return the decisions that a user should look at: left out, unclear, or with a note."""
        shown = [
            decision
            for decision in self.columns
            if decision.kind not in ("constant", "empty", "dropped")
            and (not decision.is_used or not decision.is_clear)
        ]
        return [decision.sentence for decision in shown]

    def lines(self, limit: int | None = 12) -> list[tuple[str, str]]:
        """Return lines on what was decided, at most `limit`: a heading of one or two words and a sentence."""
        lines: list[tuple[str, str]] = []
        if self.target is not None:
            lines += [("Target", f"{self.target.name} {note}") for note in self.target.notes]
        if self.n_without_target:
            lines.append(("Target", f"{plural(self.n_without_target, 'row')} without a target left out"))
        noted = [decision for decision in self.used if decision.notes]
        lines += [("Note", f"{each.name}: {'; '.join(each.notes)}") for each in noted]
        for kind, heading, words in _HEADINGS:
            of_kind = [each for each in self.used if each.kind == kind]
            if of_kind:
                lines.append((heading, words.format(_some([each.name for each in of_kind]))))
        dates: dict[str, list[str]] = {}
        for each in self.used:
            if isinstance(each.reader, DateReader):
                parts = ", ".join(each.reader.parts).replace("days", "days since the first")
                dates.setdefault(parts, []).append(each.name)
        lines += [("Dates", f"taken as {parts}: {_some(names)}") for parts, names in dates.items()]
        written: dict[str, list[str]] = {}
        for each in self.used:
            if each.written:
                written.setdefault(each.written, []).append(each.name)
        if written:
            shown = "; ".join(f"{_some(names)} with {marks}" for marks, names in written.items())
            lines.append(("Written", shown))
        left_out = [decision for decision in self.columns if not decision.is_used]
        by_kind: dict[str, list[ColumnSchema]] = {}
        for decision in left_out:
            if decision.notes:
                lines.append(("Left out", decision.sentence))
                continue
            by_kind.setdefault(decision.kind, []).append(decision)
        for group in by_kind.values():
            if len(group) == 1:
                lines.append(("Left out", f"{group[0].name} {group[0].reason}"))
            else:
                names = _some([each.name for each in group])
                lines.append(("Left out", f"{names}: {_PLURAL_REASONS[group[0].kind]}"))
        if limit is not None and len(lines) > limit:
            cut = len(lines) - limit + 1
            lines = [*lines[: limit - 1], ("More", f"and {cut:,} more: separatrix look")]
        return lines


_HEADINGS = (
    ("code", "Codes", "whole numbers taken as categories: {}"),
    ("ordered", "Ordered", "categories taken as ranks: {}"),
)

_PLURAL_REASONS = {
    "id": "as identifiers",
    "text": "as text with too many different values",
    "constant": "the same in every row",
    "duplicate": "the same as another column",
    "empty": "no value in any row",
    "dropped": "as asked",
}


def _some(names: Sequence[str], limit: int = 8) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


SHOWN_FAULTS = 6
"""Columns at fault that an error names."""


def _refuse(faults: Sequence[str]) -> None:
    """Raise a `DataError` for the faults of a table, if there are any."""
    if not faults:
        return
    first, *others = faults[:SHOWN_FAULTS]
    shown = [first, *(f"{fault[:1].upper()}{fault[1:]}" for fault in others)]
    if more := len(faults) - len(shown):
        shown.append(f"{plural(more, 'more column')} cannot be read.")
    raise DataError(f"{' '.join(shown)} {FAULTS_CURE}")


@dataclass(frozen=True, eq=False)
class AppliedTable(Table):
    """The columns that a schema has made of a table.

    Attributes
    ----------
    schema : Schema
    """

    schema: Schema = field(kw_only=True)

    def __post_init__(self) -> None:
        """Name the columns of true and false, of which those with missing cells are 1 and 0."""
        truths = [each.name for each in self.schema.used if each.is_truth and each.name in self.columns]
        object.__setattr__(self, "truths", (*self.truths, *truths))
        super().__post_init__()


def require_columns(columns: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise a `DataError` if a table lacks one of the columns `names`, which a model was trained on."""
    absent = [name for name in names if name not in columns]
    if absent:
        listed = ", ".join(f"'{name}'" for name in absent)
        if all(name[:1] == name[-1:] == "'" and name[1:-1] in columns for name in absent):
            raise DataError(
                f"the model was trained on names in single quotes, as {absent[0]}, and the table has them "
                f"without, as CSV files are now read; train it again, or rename the columns."
            )
        others = [name for name in columns if name not in names]
        guess = did_you_mean(absent[0], others)
        cure = f"{guess} Then rename that column to '{absent[0]}'." if guess else ""
        raise DataError(
            f"the table lacks {'column' if len(absent) == 1 else 'columns'} {listed}, which the model was "
            f"trained on.{cure}"
        )


def refuse_title_as_header(
    columns: Mapping[str, Any], names: Sequence[str], row_names: RowNames | None = None
) -> None:
    """Raise a `DataError` if most columns `names` are lacking, and one of the first rows has their names.

    `row_names` may know how many lines of the file are before that row, with blank ones.

    Examples
    --------
    >>> refuse_title_as_header({"Sales 2024": ["age", "31"], "column_2": ["town", "Ulm"]}, ["age", "town"])
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: row 1 has the names of the columns that the model was trained on, ...
    """
    absent = {name for name in names if name not in columns}
    if 2 * len(absent) <= len(names):
        return
    for row, cells in enumerate(zip(*(column[:TITLE_LINES] for column in columns.values()), strict=False), 1):
        if 2 * len(absent.intersection(map(str, cells))) > len(absent):
            head = () if row_names is None else row_names.head
            n_lines = head[row - 1] if len(head) >= row else row
            raise DataError(
                f"row {row} has the names of the columns that the model was trained on, so that the lines "
                f"before it are titles; skip them with skip_rows={n_lines}."
            )


TITLE_LINES = 10
"""Rows among which the names of the columns are looked for."""
