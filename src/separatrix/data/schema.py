"""Schema: what every column of a table is, decided from all rows, and how it is read at prediction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

from numpy.typing import ArrayLike

from separatrix.data import kinds
from separatrix.data.dates import ORDERS, Order
from separatrix.data.kinds import ColumnSchema, decide
from separatrix.data.profile import NumberProfile, Profile, TextProfile, new_profile
from separatrix.data.readers import NO, YES, CategoryReader, NumberReader, folded
from separatrix.data.statistics import LEVELS
from separatrix.data.streams import Piece, Stream, TableStream
from separatrix.data.table import Column, Kind, Table, as_column, require_column
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.text import plural

TargetMissing = Literal["error", "drop"]

Names = Sequence[str]


@dataclass(frozen=True)
class ColumnOptions:
    """What a user says about columns: it goes before every decision.

    Parameters
    ----------
    categorical, numeric : sequence of str
        Columns whose values are categories, or numbers.
    date : sequence of str or mapping of str to str
        Columns of dates; a mapping names the order: 'ymd', 'dmy', 'mdy' or 'time'.
    ordered : sequence of str or mapping of str to sequence of str
        Columns of ordered categories; a mapping names the levels from the lowest to the highest. Without
        them, numbers and common scales (low, medium, high) are known, other levels go by the alphabet.
    drop : sequence of str
        Columns to leave out.
    keep : sequence of str
        Columns to learn from, even if they seem to be identifiers, free text or duplicates.
    target_missing : {"error", "drop"}
        What to do with rows without a target: raise an error, or leave them out.

    Raises
    ------
    ParameterError
        If a column is named twice, or a value is none of these.

    Examples
    --------
    >>> ColumnOptions(categorical=["zip"], drop="customer").drop
    ('customer',)
    """

    categorical: Names = ()
    numeric: Names = ()
    date: Names | Mapping[str, str] = ()
    ordered: Names | Mapping[str, Sequence[str]] = ()
    drop: Names = ()
    keep: Names = ()
    target_missing: TargetMissing = "error"

    @classmethod
    def of(cls, **columns: Any) -> ColumnOptions:
        """Return the options; a `ParameterError` for one that does not exist."""
        known = [*_OPTIONS, "target_missing"]
        for name in columns:
            if name not in known:
                raise ParameterError(
                    name,
                    f"is no parameter; those on columns are {', '.join(known)}.{did_you_mean(name, known)}",
                )
        return cls(**columns)

    def __post_init__(self) -> None:
        """Check the values; one name is a sequence of one."""
        for name in ("categorical", "numeric", "drop", "keep"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        for name in ("date", "ordered"):
            value = getattr(self, name)
            if not isinstance(value, Mapping):
                object.__setattr__(self, name, dict.fromkeys(_names(name, value)))
        for column, order in self.orders.items():
            if order is not None and order not in ORDERS:
                raise ParameterError(
                    "date", f"must name an order of {', '.join(ORDERS)} for '{column}', got {order!r}."
                )
        if self.target_missing not in get_args(TargetMissing):
            raise ParameterError("target_missing", f"must be error or drop, got {self.target_missing!r}.")
        repeated = [name for name, count in Counter(self.all_names).items() if count > 1]
        if repeated:
            raise ParameterError(
                next(option for option in _OPTIONS if repeated[0] in getattr(self, option)),
                f"must not name a column that another option names, too, got '{repeated[0]}'; name it once.",
            )

    @property
    def orders(self) -> Mapping[str, Order | None]:
        """The order of the dates of each column; None if it is to be found."""
        assert isinstance(self.date, Mapping)
        return self.date  # type: ignore[return-value]

    @property
    def scales(self) -> Mapping[str, Sequence[str] | None]:
        """The levels of each ordered column; None if they are to be found."""
        assert isinstance(self.ordered, Mapping)
        return self.ordered

    @property
    def all_names(self) -> list[str]:
        """All columns that are named."""
        return [name for option in _OPTIONS for name in getattr(self, option)]

    def require(self, columns: Iterable[str]) -> None:
        """Raise a `ParameterError` for a column that does not exist."""
        known = list(columns)
        for option in _OPTIONS:
            for name in getattr(self, option):
                if name not in known:
                    raise ParameterError(
                        option, f"must name columns of the table, got '{name}'.{did_you_mean(name, known)}"
                    )


_OPTIONS = ("categorical", "numeric", "date", "ordered", "drop", "keep")


def _names(option: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | int):
        return (str(value),)
    if not isinstance(value, Iterable):
        raise ParameterError(option, f"must be names of columns, got {value!r}.")
    return tuple(map(str, value))


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

    Examples
    --------
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

    def read(self, name: str, column: Column) -> dict[str, Column]:
        """Return the columns that are made of a column; of the target, the target as it is trained on."""
        if self.target is not None and name == self.target.name:
            return {name: self.read_target(column)}
        reader = self._readers.get(name)
        return {} if reader is None else reader.read(column, name)

    def read_target(self, column: Column) -> Column:
        """Return the target as it is trained on."""
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
            If a column is missing, or has cells that cannot be read.
        """
        if isinstance(columns, AppliedTable) and (columns.schema is self or columns.schema == self):
            return columns
        given = columns.columns if isinstance(columns, Table) else columns
        require_columns(given, self.input_names)
        made: dict[str, Column] = {}
        for name, reader in self._readers.items():
            made |= reader.read(as_column(given[name], name), name)
        return AppliedTable(made, schema=self)

    def apply_known(self, columns: Mapping[str, ArrayLike] | Table) -> Table:
        """Return what `apply` makes of those columns that the table has."""
        given = columns.columns if isinstance(columns, Table) else columns
        made: dict[str, Column] = {}
        for name, reader in self._readers.items():
            if name in given:
                made |= reader.read(as_column(given[name], name), name)
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
        return AppliedTable(made, schema=self)

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        return {
            "columns": [decision.to_dict() for decision in self.columns],
            "target": None if self.target is None else self.target.to_dict(),
            "n_rows": self.n_rows,
            "n_without_target": self.n_without_target,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Schema:
        """Return the schema that `to_dict` described; a `KeyError`, `TypeError` or `ValueError` if broken."""
        target = values["target"]
        return cls(
            tuple(ColumnSchema.from_dict(entry) for entry in values["columns"]),
            None if target is None else ColumnSchema.from_dict(target),
            int(values["n_rows"]),
            int(values["n_without_target"]),
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

    def lines(self, limit: int = 12) -> list[tuple[str, str]]:
        """Return at most `limit` lines on what was decided: a heading of one or two words, and a sentence."""
        lines: list[tuple[str, str]] = []
        if self.target is not None:
            lines += [("Target", f"{self.target.name} {note}") for note in self.target.notes]
        if self.n_without_target:
            lines.append(("Target", f"{plural(self.n_without_target, 'row')} without a target left out"))
        noted = [decision for decision in self.used if decision.notes]
        lines += [("Note", f"{each.name} {'; '.join(each.notes)}") for each in noted]
        for kind, heading, words in _HEADINGS:
            of_kind = [each for each in self.used if each.kind == kind]
            if of_kind:
                lines.append((heading, words.format(_some([each.name for each in of_kind]))))
        left_out = [decision for decision in self.columns if not decision.is_used]
        by_kind: dict[str, list[ColumnSchema]] = {}
        for decision in left_out:
            by_kind.setdefault(decision.kind, []).append(decision)
        for group in by_kind.values():
            if len(group) == 1:
                lines.append(("Left out", f"{group[0].name} {group[0].reason}"))
            else:
                names = _some([each.name for each in group])
                lines.append(("Left out", f"{names}: {_PLURAL_REASONS[group[0].kind]}"))
        if len(lines) > limit:
            cut = len(lines) - limit + 1
            lines = [*lines[: limit - 1], ("More", f"{plural(cut, 'line')}: see separatrix look")]
        return lines


_HEADINGS = (
    ("code", "Codes", "whole numbers taken as categories: {}"),
    ("ordered", "Ordered", "categories taken as ranks: {}"),
    ("date", "Dates", "taken as days since the first, year, month, weekday, hour: {}"),
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


@dataclass(frozen=True, eq=False)
class AppliedTable(Table):
    """The columns that a schema has made of a table.

    Attributes
    ----------
    schema : Schema
    """

    schema: Schema = field(kw_only=True)

    def _with(self, columns: dict[str, Column]) -> AppliedTable:
        return AppliedTable(columns, schema=self.schema)


def require_columns(columns: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise a `DataError` if a table lacks one of the columns `names`, which a model was trained on."""
    absent = [name for name in names if name not in columns]
    if absent:
        listed = ", ".join(f"'{name}'" for name in absent)
        others = [name for name in columns if name not in names]
        raise DataError(
            f"the table lacks {'column' if len(absent) == 1 else 'columns'} {listed}, which the model was "
            f"trained on.{did_you_mean(absent[0], others)}"
        )


class SchemaStream(Stream):
    """A stream whose columns are those that a schema makes of another stream's columns, and its target.

    Parameters
    ----------
    stream : Stream
    schema : Schema
    others : sequence of str
        Columns that are read as they are.
    """

    def __init__(self, stream: Stream, schema: Schema, others: Sequence[str] = ()) -> None:
        target = schema.target
        for name in [*([] if target is None else [target.name]), *others]:
            stream.require(name)
        require_columns(stream.kinds, schema.input_names)
        self._others = tuple(others)
        self.stream, self.schema, self.names, self.pieces = stream, schema, stream.names, stream.pieces
        made = schema.outputs(stream.kinds)
        self._sources = {output: name for name, outputs in made.items() for output in outputs}
        self.kinds = {output: kind for outputs in made.values() for output, kind in outputs.items()}
        if target is not None:
            raw = stream.kinds[target.name]
            self._sources[target.name] = target.name
            outputs = {} if target.reader is None else target.reader.outputs(target.name, raw)
            self.kinds[target.name] = outputs.get(target.name, raw)
        self._sources |= {name: name for name in others}
        self.kinds |= {name: stream.kinds[name] for name in others}

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns, which are made as their sources are read."""
        sources = list(dict.fromkeys(self._sources[name] for name in columns))
        wanted = set(columns)
        for name, column in self.stream.read(piece, sources):
            with self.located(piece):
                made = {name: column} if name in self._others else self.schema.read(name, column)
            yield from ((output, made[output]) for output in made if output in wanted)

    def gapped(self, piece: Piece) -> dict[str, Any]:
        """Return those of the stream below."""
        return self.stream.gapped(piece)

    def fingerprint(self) -> dict[str, Any]:
        """Return that of the stream below."""
        return self.stream.fingerprint()

    def cut(self, n_rows: int) -> SchemaStream:
        """Return a stream of smaller pieces."""
        return SchemaStream(self.stream.cut(n_rows), self.schema, self._others)


def learn_schema(
    source: Table | Stream,
    target: str | None = None,
    options: ColumnOptions | None = None,
    ignored: Sequence[str] = (),
) -> Schema:
    """Decide from all rows of a table what its columns are.

    One pass counts what the decisions need, in bounded memory if the table is read in pieces.

    Parameters
    ----------
    source : Table or Stream
    target : str, optional
        The column to predict.
    options : ColumnOptions, optional
        What the user says.
    ignored : sequence of str
        Columns that are no part of the schema, such as that of groups.

    Returns
    -------
    Schema

    Raises
    ------
    ParameterError
        If an option names a column that does not exist, or the target.
    DataError
        If an option asks for what a column cannot be.

    Examples
    --------
    >>> table = Table({"zip": ["01067", "10115"] * 20, "age": [31.5, 28.0] * 20, "y": ["no", "yes"] * 20})
    >>> schema = learn_schema(table, "y", ColumnOptions(drop="age"))
    >>> [(decision.name, decision.kind) for decision in schema.columns]
    [('zip', 'code'), ('age', 'dropped')]
    """
    options = options or ColumnOptions()
    stream = TableStream(source) if isinstance(source, Table) else source
    if target is not None:
        stream.require(target)
        if target in options.drop:
            raise ParameterError("drop", f"must not name the target, got '{target}'.")
    options.require(stream.kinds)
    orders = source.ordered if isinstance(source, Table) else {}
    in_memory = isinstance(stream, TableStream)
    profiles = profile_columns(stream, most=max(LEVELS, stream.n_rows) if in_memory else LEVELS)
    decisions = [
        _decision(name, profile, options, orders.get(name, ()))
        for name, profile in profiles.items()
        if name != target and name not in ignored
    ]
    decisions = _without_duplicates(decisions, profiles, options)
    decisions = _with_one_left(decisions)
    n_rows = stream.n_rows
    of_target = None
    if target is not None:
        of_target = decide_target(target, profiles[target], options)
    return Schema(tuple(decisions), of_target, n_rows)


def profile_columns(stream: Stream, most: int = LEVELS) -> dict[str, Profile]:
    """Return what one pass over a stream counts of every column."""
    profiles = {name: new_profile(kind, most) for name, kind in stream.kinds.items()}
    for piece in stream.pieces:
        for name, column in stream.read(piece, list(stream.kinds)):
            profiles[name].add(column)
    return profiles


def _decision(name: str, profile: Profile, options: ColumnOptions, order: tuple[str, ...]) -> ColumnSchema:
    """Return the decision on a column: the user's, else that of the rules."""
    if name in options.drop:
        return kinds.with_counts(ColumnSchema(name, "dropped", "is left out, as asked"), profile)
    if profile.n == 0:
        return decide(name, profile)
    if name in options.categorical:
        return kinds.as_category(name, profile)
    if name in options.numeric:
        return kinds.as_asked_number(name, profile)
    if name in options.orders:
        return kinds.as_asked_date(name, profile, options.orders[name])
    if name in options.scales:
        return kinds.as_ordered(name, profile, tuple(options.scales[name] or order))
    found = decide(name, profile, order)
    if name in options.keep and not found.is_used:
        return _kept(name, profile)
    return found


def _kept(name: str, profile: Profile) -> ColumnSchema:
    """Return the decision on a column that is kept as asked: numbers, or categories."""
    if isinstance(profile, TextProfile):
        return replace(kinds.as_category(name, profile), reason="is kept, as asked")
    found = ColumnSchema(name, "number", "is kept, as asked", NumberReader())
    return kinds.with_counts(found, profile)


def _without_duplicates(
    decisions: list[ColumnSchema], profiles: Mapping[str, Profile], options: ColumnOptions
) -> list[ColumnSchema]:
    """Return the decisions; columns that are the same as one before them are left out."""
    asked = set(options.all_names)
    first: dict[str, str] = {}
    found = []
    for decision in decisions:
        digest = profiles[decision.name].digest
        if decision.is_used and decision.name not in asked and digest in first:
            reason = f"is the same as '{first[digest]}' in every row"
            decision = replace(decision, kind="duplicate", reason=reason, reader=None, notes=())
        elif decision.is_used:
            first.setdefault(digest, decision.name)
        found.append(decision)
    return found


def _with_one_left(decisions: list[ColumnSchema]) -> list[ColumnSchema]:
    """Return the decisions; if no column is left, those that count rows are numbers after all."""
    if any(decision.is_used for decision in decisions):
        return decisions
    return [
        replace(decision, kind="number", reason="is the only column with values", reader=NumberReader())
        if decision.kind == "id" and decision.low is None and decision.reason.startswith("counts")
        else decision
        for decision in decisions
    ]


def decide_target(name: str, profile: Profile, options: ColumnOptions) -> ColumnSchema:
    """Return how a target column is read: numbers in text as numbers, variants of a label as one label."""
    found = ColumnSchema(
        name, "number" if isinstance(profile, NumberProfile) else "category", "is the target"
    )
    if isinstance(profile, NumberProfile) or name in options.categorical or not profile.n:
        if isinstance(profile, NumberProfile) and name in options.categorical:
            found = replace(found, reader=CategoryReader(whole=profile.are_whole and profile.kind != "truth"))
        return kinds.with_counts(found, profile)
    number = decide(name, profile)
    if number.kind == "number" or name in options.numeric:
        number = number if number.kind == "number" else kinds.as_asked_number(name, profile)
        if number.n_distinct > kinds.MANY_NUMBERS or name in options.numeric:
            return replace(number, reason="is the target")
    counts = profile.levels.counts
    joined = kinds.variants(counts) if profile.levels.is_exact else {}
    words = {folded(level) for level in counts}
    if words <= YES | NO and words & YES and words & NO and len(words) > 2:
        joined = {}
        for meaning in (YES, NO):
            group = sorted(
                (level for level in counts if folded(level) in meaning), key=lambda level: -counts[level]
            )
            joined |= {folded(level): group for level in group}
    if joined:
        spellings = tuple((word, group[0]) for word, group in sorted(joined.items()))
        shown = [
            f"{' and '.join(map(repr, group[1:]))} as {group[0]!r}" for group in _distinct(joined.values())
        ]
        n_rows = sum(counts[level] for group in _distinct(joined.values()) for level in group[1:])
        note = f"has variants of one value, read as one ({plural(n_rows, 'row')}): {'; '.join(shown[:4])}"
        found = replace(found, reader=CategoryReader(spellings=spellings), notes=(note,))
    return kinds.with_counts(found, profile)


def _distinct(groups: Iterable[list[str]]) -> list[list[str]]:
    return list({tuple(group): group for group in groups}.values())
