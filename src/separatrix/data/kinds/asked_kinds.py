"""Kinds of columns that the user asks for."""

from __future__ import annotations

import re
from dataclasses import replace

from separatrix.data.kinds.cell_words import joined_notes, variant_notes
from separatrix.data.kinds.column_schema import ColumnSchema, with_counts
from separatrix.data.kinds.dates import Order
from separatrix.data.kinds.number_kinds import as_days, text_counts
from separatrix.data.kinds.profile import NumberProfile, Profile, TextProfile
from separatrix.data.kinds.readers import CategoryReader, NumberReader, RankReader, folded, is_mark
from separatrix.data.kinds.text_kinds import as_date, as_number
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.text import plural

TRUTH = (("0", "False"), ("1", "True"))
"""The levels of true and false, which pieces of a file with empty cells have as 0 and 1."""


def level_reader(profile: NumberProfile) -> CategoryReader:
    """Return how the levels of a column of numbers, or of true and false, are read."""
    if profile.kind == "truth":
        return CategoryReader(spellings=TRUTH)
    return CategoryReader(whole=profile.are_whole)


def as_category(name: str, profile: Profile) -> ColumnSchema:
    """Return the decision that a column has categories, as asked."""
    if isinstance(profile, NumberProfile):
        n = profile.distinct.n
        reader = level_reader(profile)
    else:
        n = profile.levels.n_levels
        is_padded = profile.n_padded and profile.n_digits == profile.n
        is_whole = profile.n_digits == profile.n and not is_padded
        reader = CategoryReader(whole=is_whole, width=profile.width or 0 if is_padded else 0)
    reason = f"has {plural(n, 'category')}, as asked"
    return with_counts(ColumnSchema(name, "category", reason, reader), profile)


def with_joined_spellings(found: ColumnSchema, profile: Profile) -> ColumnSchema:
    """Return the decision with spellings that differ in case or spaces alone read as one, as asked.

    Of each value, the most frequent spelling stands for all of them, also for those of new rows.
    """
    is_other = found.kind in ("number", "date", "ordered", "constant", "empty", "dropped")
    if not isinstance(profile, TextProfile) or is_other:
        raise ParameterError(
            "join_spellings",
            f"must name columns of categories in text, and '{found.name}' {found.reason}; leave it out.",
        )
    if not isinstance(found.reader, CategoryReader):
        found = as_category(found.name, profile)
    assert isinstance(found.reader, CategoryReader)
    if found.reader.spellings:  # yes and no
        return found
    has_marks, all_counts = found.reader.marks, profile.levels.counts
    counts = {level: n for level, n in all_counts.items() if not (has_marks and is_mark(level))}
    groups: dict[str, list[str]] = {}
    for level in sorted(counts, key=lambda level: (-counts[level], level)):
        groups.setdefault(folded(level), []).append(level)
    spellings = tuple((word, group[0]) for word, group in sorted(groups.items()))
    notes = [note for note in found.notes if note not in variant_notes(counts)]
    return replace(
        found,
        reason=f"has {plural(len(groups), 'category')}",
        reader=replace(found.reader, spellings=spellings),
        notes=(*notes, *joined_notes(groups.values(), counts)),
        is_clear=True,
        n_distinct=len(groups),
    )


def as_asked_number(name: str, profile: Profile) -> ColumnSchema:
    """Return the decision that a column has numbers, as asked; other cells are missing."""
    if isinstance(profile, NumberProfile):
        return with_counts(ColumnSchema(name, "number", "has numbers, as asked", NumberReader()), profile)
    if profile.numerals.words is None:
        raise DataError(
            f"column '{name}' cannot be read as numbers: more than 60 different cells are no numbers; leave "
            "it out of numeric."
        )
    found = as_number(name, profile)
    if found.n_missing == profile.n:
        raise DataError(f"column '{name}' has no number in any row; leave it out of numeric.")
    return with_counts(replace(found, reason=f"{found.reason}, as asked", is_clear=True), profile)


def as_asked_date(name: str, profile: Profile, order: Order | None) -> ColumnSchema:
    """Return the decision that a column has dates, as asked; other cells are missing."""
    if isinstance(profile, NumberProfile):
        found = as_days(name, profile)
    else:
        found = as_date(name, profile, order=order)
    if found.reader is None:
        raise DataError(f"column '{name}' cannot be read as dates; leave it out of date.")
    return with_counts(replace(found, is_clear=True), profile)


def as_ordered(name: str, profile: Profile, order: tuple[str, ...] = ()) -> ColumnSchema:
    """Return the decision that a column has ordered categories, from low to high."""
    if isinstance(profile, NumberProfile):
        counts = text_counts(profile)
        levels = tuple(counts)
    else:
        counts, levels = profile.levels.counts, tuple(sorted(profile.levels.counts, key=_scale_key))
    levels = order or levels
    other = [level for level in counts if level not in levels]
    if other:
        raise DataError(
            f"ordered names the levels of '{name}' without '{other[0]}', which is in "
            f"{plural(counts[other[0]], 'row')}; name all of its levels.{did_you_mean(other[0], levels)}"
        )
    shown = " < ".join(levels[:6]) + (f" < … ({len(levels)} levels)" if len(levels) > 6 else "")
    reason = f"has ordered categories: {shown}"
    return with_counts(ColumnSchema(name, "ordered", reason, RankReader(levels)), profile)


_SCALES = (
    *(
        "none",
        "lowest",
        "very-low",
        "very-poor",
        "low",
        "poor",
        "fair",
        "below-average",
        "medium-low",
        "medium",
    ),
    *(
        "moderate",
        "average",
        "normal",
        "medium-high",
        "above-average",
        "good",
        "high",
        "very-good",
        "very-high",
    ),
    *("excellent", "highest"),
)

_SIZES = ("xxs", "xs", "s", "small", "m", "medium", "l", "large", "xl", "xxl")


def _scale_key(level: str) -> tuple[float, str]:
    """Return what sorts levels: their number, their index in a common scale, else the alphabet."""
    word = folded(level).replace(" ", "-").replace("_", "-")
    number = re.match(r"[-+]?\d+(\.\d+)?", level.strip())
    if number:
        return float(number[0]), level
    for scale in (_SIZES, _SCALES):
        if word in scale:
            return float(scale.index(word)), level
    return float("inf"), level
