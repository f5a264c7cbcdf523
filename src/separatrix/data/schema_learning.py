"""Schema learning: one pass over all rows of a table decides what its columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from separatrix.data.column import Column
from separatrix.data.column_options import ColumnOptions
from separatrix.data.kinds import asked_kinds
from separatrix.data.kinds.cell_words import MANY_NUMBERS, joined_notes, variants
from separatrix.data.kinds.column_schema import ColumnSchema, with_counts
from separatrix.data.kinds.number_kinds import target_id_note
from separatrix.data.kinds.profile import NumberProfile, Profile, TextProfile, new_profile
from separatrix.data.kinds.readers import NO, YES, CategoryReader, NumberReader, folded
from separatrix.data.kinds.rules import decide
from separatrix.data.kinds.text_kinds import as_words, by_meaning, decide_text
from separatrix.data.links import GIVES_AWAY, LinkTarget
from separatrix.data.row_sample import RowSample
from separatrix.data.schema import Schema
from separatrix.data.statistics import LEVELS
from separatrix.data.streams import Stream, TableStream
from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.text import plural


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
    return examine(source, target, options, ignored).schema


@dataclass(frozen=True, eq=False)
class Examination:
    """What one pass over a table found.

    Attributes
    ----------
    schema : Schema
    profiles : dict of str to Profile
        What was counted of each column.
    sample : Table
        Some of its rows.
    link_target : LinkTarget or None
        The target of the sample, if there is one.
    """

    schema: Schema
    profiles: Mapping[str, Profile]
    sample: Table
    link_target: LinkTarget | None


def examine(
    source: Table | Stream,
    target: str | None = None,
    options: ColumnOptions | None = None,
    ignored: Sequence[str] = (),
) -> Examination:
    """Return what one pass over a table found; see `learn_schema`."""
    options = options or ColumnOptions()
    stream = TableStream(source) if isinstance(source, Table) else source
    if target is not None:
        stream.require(target)
        if stream.n_rows == 0:
            raise DataError("the table has no rows; add some.")
        if target in options.drop:
            raise ParameterError("drop", f"must not name the target, got '{target}'.")
    options.require(stream.kinds)
    orders, categories = (source.ordered, source.categories) if isinstance(source, Table) else ({}, ())
    in_memory = isinstance(stream, TableStream)
    profiles, sample = profile_columns(stream, most=max(LEVELS, stream.n_rows) if in_memory else LEVELS)
    _mark_text_beside_numbers(profiles)
    decisions = [
        _decision(name, profile, options, orders.get(name, ()), is_category=name in categories)
        for name, profile in profiles.items()
        if name != target and name not in ignored
    ]
    decisions = [_with_written(decision, stream.written) for decision in decisions]
    decisions = _without_duplicates(decisions, profiles, options)
    decisions = _with_one_left(decisions)
    n_rows = stream.n_rows
    of_target, link_target = None, None
    if target is not None:
        of_target = decide_target(target, profiles[target], options)
        if marks := of_target.written or stream.written.get(target, ""):
            note = f"has numbers written with {marks}"
            is_bare = of_target.reader is None and of_target.kind == "number"
            reader = NumberReader(decimal=",") if is_bare else of_target.reader
            of_target = replace(of_target, reader=reader, written=marks, notes=(note, *of_target.notes))
        decisions, link_target = with_links(decisions, of_target, sample, options.all_names)
    return Examination(
        Schema(tuple(decisions), of_target, n_rows, na=stream.na), profiles, sample, link_target
    )


def profile_columns(stream: Stream, most: int = LEVELS) -> tuple[dict[str, Profile], Table]:
    """Return what one pass over a stream counts of every column, and a sample of its rows."""
    names = list(stream.kinds)
    profiles = {name: new_profile(kind, most) for name, kind in stream.kinds.items()}
    sample = RowSample(names)
    for piece in stream.pieces:
        keys = piece.keys(0)
        chosen = sample.chosen(keys)
        columns: dict[str, Column] = {}
        for name, column in stream.read(piece, names):
            profiles[name].add(column)
            columns[name] = column[chosen]
        sample.add(keys[chosen], columns)
    return profiles, sample.table()


def _mark_text_beside_numbers(profiles: Mapping[str, Profile]) -> None:
    """Mark the columns of a table that was read as text, numbers with decimals among it."""
    texts = [profile for profile in profiles.values() if isinstance(profile, TextProfile)]
    if len(texts) == len(profiles) and any(map(_has_decimals, texts)):
        for profile in texts:
            profile.is_beside_numbers = True


def _has_decimals(profile: TextProfile) -> bool:
    """Return whether most cells are numbers, and not all of them digits alone."""
    numerals = profile.numerals
    n_numbers = numerals.n[numerals.number_format.decimal]
    return n_numbers > profile.n / 2 and profile.n_digits < n_numbers / 2


def with_links(
    decisions: list[ColumnSchema], target: ColumnSchema, sample: Table, asked: Sequence[str] = ()
) -> tuple[list[ColumnSchema], LinkTarget | None]:
    """Return the decisions with their links, and a note on columns that give the target away."""
    column = sample[target.name]
    if target.reader is not None:
        column = target.reader.read(column, target.name)[target.name]
    link_target = LinkTarget(column)
    if not link_target.is_usable:
        return decisions, None
    linked = [_with_link(decision, link_target, sample, asked) for decision in decisions]
    return linked, link_target


def _with_link(
    decision: ColumnSchema, target: LinkTarget, sample: Table, asked: Sequence[str]
) -> ColumnSchema:
    if decision.reader is None:
        return decision
    made = decision.reader.read(sample[decision.name], decision.name)
    link = max(target.link(column) for column in made.values())
    if link < GIVES_AWAY:
        return replace(decision, link=link)
    note = (
        f"gives the target away ({target.measure} {link:.3f} of this column alone, on other rows): leave it "
        "out if it is not known before the target is"
    )
    is_clear = decision.name in asked
    return replace(decision, link=link, notes=(*decision.notes, note), is_clear=is_clear)


def _decision(
    name: str, profile: Profile, options: ColumnOptions, order: tuple[str, ...], *, is_category: bool
) -> ColumnSchema:
    """Return the decision on a column: the user's, else that of the rules, with spellings joined if asked."""
    found = _kind_decision(name, profile, options, order, is_category=is_category)
    if name in options.join_spellings:
        return asked_kinds.with_joined_spellings(found, profile)
    return found


def _kind_decision(
    name: str, profile: Profile, options: ColumnOptions, order: tuple[str, ...], *, is_category: bool
) -> ColumnSchema:
    if name in options.drop:
        return with_counts(ColumnSchema(name, "dropped", "is left out, as asked"), profile)
    if profile.n == 0:
        return decide(name, profile)
    if name in options.categorical:
        return asked_kinds.as_category(name, profile)
    if name in options.numeric:
        return asked_kinds.as_asked_number(name, profile)
    if name in options.orders:
        return asked_kinds.as_asked_date(name, profile, options.orders[name])
    if name in options.scales:
        return asked_kinds.as_ordered(name, profile, tuple(options.scales[name] or order))
    found = decide(name, profile, order)
    if is_category and found.kind in ("number", "date", "code") and isinstance(profile, TextProfile):
        found = with_counts(as_words(name, profile), profile)
    if name in options.keep and not found.is_used:
        return _kept(name, profile)
    return found


def _with_written(decision: ColumnSchema, written: Mapping[str, str]) -> ColumnSchema:
    """Return the decision with what its numbers are written with in the file, if that has been read.

    That is a decimal comma, with which text of other tables is read, too.
    """
    marks = written.get(decision.name, "")
    if not marks or decision.written or not isinstance(decision.reader, NumberReader):
        return decision
    reader = replace(decision.reader, decimal=",")
    return replace(decision, reader=reader, written=marks, reason=f"{decision.reason}, written with {marks}")


def _kept(name: str, profile: Profile) -> ColumnSchema:
    """Return the decision on a column that is kept as asked: numbers, or categories."""
    if isinstance(profile, TextProfile):
        found = with_counts(decide_text(name, profile), profile)
        found = found if found.kind == "number" else asked_kinds.as_category(name, profile)
        return replace(found, reason="is kept, as asked")
    found = ColumnSchema(name, "number", "is kept, as asked", NumberReader())
    return with_counts(found, profile)


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


MISSING_CLASS = "(missing)"
"""The class of rows without a target, if they are one."""


def decide_target(name: str, profile: Profile, options: ColumnOptions) -> ColumnSchema:
    """Return how a target column is read: numbers in text as numbers, variants of a label as one label.

    Raises
    ------
    ParameterError
        If rows without a target are to be a class, and the others have numbers or the name of that class.
    """
    found = _decided_target(name, profile, options)
    if options.target_missing != "class" or not found.n_missing:
        return found
    has_fractions = isinstance(profile, NumberProfile) and not profile.are_whole
    if isinstance(found.reader, NumberReader) or has_fractions:
        raise ParameterError(
            "target_missing", f"must not be class for '{name}', which has numbers; drop leaves the rows out."
        )
    if isinstance(profile, TextProfile) and MISSING_CLASS in profile.levels.counts:
        raise ParameterError(
            "target_missing",
            f"must not be class for '{name}', which has the value '{MISSING_CLASS}' besides empty cells; "
            "rename it, or fill the cells in with it.",
        )
    of_numbers = asked_kinds.level_reader(profile) if isinstance(profile, NumberProfile) else None
    reader = found.reader or of_numbers or CategoryReader()
    assert isinstance(reader, CategoryReader)
    note = f"has no value in {plural(found.n_missing, 'row')}, which are the class '{MISSING_CLASS}'"
    return replace(found, reader=replace(reader, missing=MISSING_CLASS), notes=(*found.notes, note))


def _decided_target(name: str, profile: Profile, options: ColumnOptions) -> ColumnSchema:
    found = ColumnSchema(
        name, "number" if isinstance(profile, NumberProfile) else "category", "is the target"
    )
    if isinstance(profile, NumberProfile) or name in options.categorical or not profile.n:
        if isinstance(profile, NumberProfile) and name in options.categorical:
            found = replace(found, reader=asked_kinds.level_reader(profile))
        elif isinstance(profile, NumberProfile) and name not in options.numeric:
            note = target_id_note(name, profile)
            found = replace(found, notes=(note,) if note else (), is_clear=not note)
        return with_counts(found, profile)
    number = with_counts(decide_text(name, profile), profile)
    if number.kind == "number" or name in options.numeric:
        number = number if number.kind == "number" else asked_kinds.as_asked_number(name, profile)
        if number.n_distinct > MANY_NUMBERS or name in options.numeric:
            return replace(number, reason="is the target")
    counts = profile.levels.counts
    groups = list(variants(counts).values()) if profile.levels.is_exact else []
    words = {folded(level) for level in counts}
    if words <= YES | NO and words & YES and words & NO and len(words) > 2:
        groups = by_meaning(counts)
    if groups:
        spellings = sorted({(folded(level), group[0]) for group in groups for level in group})
        reader = CategoryReader(spellings=tuple(spellings))
        found = replace(found, reader=reader, notes=joined_notes(groups, counts))
    return with_counts(found, profile)
