"""Kinds of columns of text: numbers as people write them, dates, codes, categories, identifiers, prose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from reprlib import repr as shortened

import numpy as np

from separatrix.data.kinds.cell_words import (
    LEAST_NUMBERS,
    RARE_WORDS,
    joined_notes,
    missing_marks,
    missing_words,
    odd_words,
    variant_notes,
    words_notes,
)
from separatrix.data.kinds.column_names import is_code_name
from separatrix.data.kinds.column_schema import ColumnSchema
from separatrix.data.kinds.compound_cells import compound_notes
from separatrix.data.kinds.dates import Order, date_text, read_moments
from separatrix.data.kinds.numerals import read_numeral
from separatrix.data.kinds.profile import TextProfile
from separatrix.data.kinds.readers import NO, YES, CategoryReader, DateReader, NumberReader, folded
from separatrix.data.statistics import MAX_CATEGORIES
from separatrix.text import marks_text, plural

LEAST_ROWS = 20
"""Rows from which a column of different values can be an identifier."""

NEARLY = 0.95
"""Fraction of different values from which an identifier is nearly unique."""


_LIST = re.compile(r"\d+(?:,\s*\d+){2,}")


def decide_text(name: str, profile: TextProfile) -> ColumnSchema:
    """Return what a column of text is; marks such as "-" among categories are missing values."""
    marks = missing_marks(profile.levels.counts) if profile.levels.is_exact else {}
    if not marks:
        return _decided(name, profile)
    if (found := _try_date(name, profile) or _try_number(name, profile)) is not None:
        return found
    found = _decided(name, profile.without(marks))
    if not isinstance(found.reader, CategoryReader):
        return found if found.reader is None else _decided(name, profile)
    return replace(
        found,
        reader=replace(found.reader, marks=True),
        notes=(*words_notes(marks, profile.n - sum(marks.values()), profile.n, "values"), *found.notes),
        n_missing=sum(marks.values()),
    )


def _decided(name: str, profile: TextProfile) -> ColumnSchema:
    levels = profile.levels
    if levels.n_levels == 1:
        only = next(iter(levels.counts))
        if not profile.n_missing:
            return ColumnSchema(name, "constant", f"is {shortened(only)} in every row")
        if read_numeral(only) is None and not read_moments(only):
            return ColumnSchema(name, "yes/no", f"is '{only}' or has no value", CategoryReader())
    if profile.n_padded and profile.n_digits >= (1 - RARE_WORDS) * profile.n:
        return _as_padded(name, profile)
    for attempt in (_try_date, _try_number, _try_yes_no):
        if (found := attempt(name, profile)) is not None:
            return found
    return as_words(name, profile)


def _as_padded(name: str, profile: TextProfile) -> ColumnSchema:
    n, n_levels = profile.n, profile.levels.n_levels
    is_unique = n >= LEAST_ROWS and n_levels >= NEARLY * n
    if is_unique or (n_levels > max(MAX_CATEGORIES, n / 2) and is_code_name(name)):
        return ColumnSchema(
            name, "id", f"has {n_levels:,} different numbers with zeros in front in {n:,} rows"
        )
    if n_levels > max(MAX_CATEGORIES, n / 2):  # too many for codes
        return replace(as_number(name, profile), is_clear=False)
    reason = f"has {n_levels:,} different numbers with zeros in front, as codes: each is a category"
    return ColumnSchema(name, "code", reason, CategoryReader(width=profile.width or 0))


def _try_date(name: str, profile: TextProfile) -> ColumnSchema | None:
    order = profile.dates.order
    if order is None or profile.dates.words is None or profile.dates.n[order] < LEAST_NUMBERS * profile.n:
        return None
    n_dates = profile.dates.n[order]
    if n_dates + sum(profile.dates.words.values()) < profile.n:
        return None  # some are dates in another order only
    if missing_words(profile.dates.words, n_dates, profile.n, n_distinct=profile.levels.n_levels) is None:
        return None
    return as_date(name, profile)


def as_date(name: str, profile: TextProfile, reason: str = "", order: Order | None = None) -> ColumnSchema:
    """Return the decision that a column has dates."""
    dates = profile.dates
    order = order or dates.order
    if order is None or not dates.n[order]:
        return ColumnSchema(name, "empty", "has no date in any row")
    words = dates.words or Counter()
    low, high = dates.low[order, "seconds"], dates.high[order, "seconds"]
    shown = (date_text(low), date_text(high))
    if order == "time":
        shown = (shown[0][11:] or "00:00", shown[1][11:] or "00:00")
    reason = reason or ("has times of the day" if order == "time" else "has dates")
    zone = "" if not dates.zoned else " in UTC" if dates.utc == dates.zoned else " in local time"
    parts = dates.varying(order)
    if not parts:
        return ColumnSchema(name, "constant", f"is {shown[0]} in every row")
    notes = list(words_notes(words, dates.n[order], profile.n, "dates"))
    is_clear = not odd_words(words)
    if dates.is_ambiguous:
        notes.append(
            f"may begin with day or month, and is read as {'day/month' if order == 'dmy' else 'month/day'}"
        )
        is_clear = False
    return ColumnSchema(
        name,
        "date",
        f"{reason} from {shown[0]} to {shown[1]}{zone}: becomes {', '.join(parts)}",
        DateReader(order, low, parts, tuple(odd_words(words))),
        notes=tuple(notes),
        is_clear=is_clear,
        n_missing=sum(words.values()),
        low=low,
        high=high,
    )


def _try_number(name: str, profile: TextProfile) -> ColumnSchema | None:
    numerals, n = profile.numerals, profile.n
    if numerals.words is None:
        return None
    number_format = numerals.number_format
    n_numbers = numerals.n[number_format.decimal]
    if number_format.decimal == "," and any(map(_LIST.fullmatch, numerals.words)):
        return None  # as 3,52,20: then 3,52 is a list, too
    if n_numbers + sum(numerals.words.values()) < n or n_numbers < LEAST_NUMBERS * n:
        return None
    units = {unit for unit in numerals.units if unit and unit != number_format.unit}
    unit = number_format.unit
    if units or (unit[:1].isalpha() and numerals.units[unit] < n_numbers / 2):  # as in 2, 3, 4, 5more
        return None
    n_levels = profile.levels.n_levels
    if missing_words(numerals.words, n_numbers, n, n_distinct=n_levels) is None:
        return None
    if profile.n_digits == n and n_levels <= max(MAX_CATEGORIES, n / 2) and not profile.is_beside_numbers:
        reason = f"is text of {n_levels:,} different whole numbers, as codes: each is a category"
        return ColumnSchema(name, "code", reason, CategoryReader(whole=True), is_clear=False)
    return as_number(name, profile)


def as_number(name: str, profile: TextProfile) -> ColumnSchema:
    """Return the decision that a column of text has numbers; other cells are missing."""
    numerals = profile.numerals
    number_format, words = numerals.number_format, numerals.words or Counter()
    n_numbers = numerals.n[number_format.decimal]
    odd = tuple(odd_words(words))
    reader = NumberReader(number_format.decimal, number_format.unit, odd)
    n_grouped, n_wide = (counts[number_format.decimal] for counts in (numerals.n_grouped, numerals.n_wide))
    written = marks_text(unit=number_format.unit, decimal=number_format.decimal, is_grouped=n_grouped > 0)
    reason = "has numbers" + (f" with {written}" if written else " in text")
    notes = words_notes(words, n_numbers, profile.n, "numbers")
    n_bare = numerals.units[""] if number_format.unit else 0
    if n_bare:
        notes += (f"has {plural(n_bare, 'number')} without '{number_format.unit}', read as if they had it",)
    if n_grouped and n_wide:
        notes += (f"has {plural(n_wide, 'number')} of four digits or more without thousands separators",)
    known = reader.read(np.array(sorted(profile.levels.counts), dtype=object), name)[name]
    known = known[~np.isnan(known)]
    return ColumnSchema(
        name,
        "number",
        reason,
        reader,
        notes=notes,
        is_clear=not odd and not n_bare,
        n_missing=sum(words.values()),
        low=float(known.min()) if known.size else None,
        high=float(known.max()) if known.size else None,
        written=written,
    )


def _try_yes_no(name: str, profile: TextProfile) -> ColumnSchema | None:
    levels = profile.levels
    if levels.n_levels > 8 or not levels.is_exact:
        return None
    found = {level: folded(level) in YES for level in levels.counts if folded(level) in YES | NO}
    if len(found) < len(levels.counts) or len(set(found.values())) < 2:
        return None
    reader = CategoryReader(spellings=_yes_no_spellings(levels.counts))
    notes = joined_notes(by_meaning(levels.counts), levels.counts)
    return ColumnSchema(name, "yes/no", "is yes or no", reader, notes=notes)


def by_meaning(counts: Mapping[str, int]) -> list[list[str]]:
    """Return the levels that mean yes and those that mean no, the most frequent of each first."""
    levels = sorted(counts, key=lambda level: (counts[level], level), reverse=True)
    return [[level for level in levels if folded(level) in words] for words in (YES, NO)]


def _yes_no_spellings(counts: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Return the most frequent spelling of yes and of no for every word that means it."""
    groups = zip((YES, NO), by_meaning(counts), strict=True)
    return tuple((word, group[0]) for words, group in groups for word in sorted(words))


def _numbers_note(profile: TextProfile) -> tuple[str, ...]:
    """Return the note on a column of numbers among which other words are too many to be missing values."""
    numerals = profile.numerals
    words = ", ".join(f"'{word}'" for word in sorted(odd_words(numerals.words or {}))[:2])
    such = f", such as {words}," if words else ""
    return (
        f"{numerals.n['.']:,} of {profile.n:,} cells are numbers, too many others{such} are not; say that "
        "it is numeric to take those as missing",
    )


def as_words(name: str, profile: TextProfile) -> ColumnSchema:
    """Return what a column of words is: categories, an identifier or free text."""
    n, levels = profile.n, profile.levels
    n_levels = levels.n_levels
    about = "" if levels.is_exact else "about "
    count = f"{about}{n_levels:,} different values in {n + profile.n_missing:,} rows"
    if profile.numerals.n["."] >= n / 2 and n_levels > max(MAX_CATEGORIES, n / 2):
        return ColumnSchema(name, "text", f"is text with {count}", notes=_numbers_note(profile))
    compound = compound_notes(levels.counts)
    if n >= LEAST_ROWS and n_levels >= NEARLY * n and not profile.is_prose and not compound:
        return ColumnSchema(name, "id", f"is text with {count}, as an identifier")
    if n_levels > max(MAX_CATEGORIES, n / 2) or (n >= LEAST_ROWS and n_levels >= NEARLY * n):
        prose = (
            f"free text of some {profile.n_words // profile.n_spaced} words" if profile.is_prose else "text"
        )
        return ColumnSchema(name, "text", f"is {prose} with {count}", notes=compound)
    reason = f"has {about}{plural(n_levels, 'category')}"
    notes = (*compound, *variant_notes(levels.counts))
    return ColumnSchema(name, "category", reason, CategoryReader(), notes=notes, is_clear=not notes)
