"""Kinds of columns of numbers: measurements, codes, identifiers, days, true and false."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from separatrix.data.column import as_text
from separatrix.data.kinds.cell_words import MANY_NUMBERS
from separatrix.data.kinds.column_names import (
    GROUP_NAMES,
    ID_NAMES,
    MEASURE_NAMES,
    ends_as_id,
    is_code_name,
    is_row_name,
    name_words,
)
from separatrix.data.kinds.column_schema import TRUTH_REASON, ColumnSchema
from separatrix.data.kinds.profile import NumberProfile, TextProfile
from separatrix.data.kinds.readers import CategoryReader, NumberReader
from separatrix.data.kinds.sentinels import sentinel_notes
from separatrix.data.kinds.text_kinds import LEAST_ROWS, NEARLY, as_date
from separatrix.data.statistics import MAX_CATEGORIES

SHUFFLED = 4
"""Row numbers of a shuffled table are below this many times its rows, also where it is a quarter of it."""

FEW_ROWS, SHUFFLED_FEW = 100, 2
"""Of fewer rows they are below this many times the rows, as ages and sizes may all differ there, too."""


def decide_number(name: str, profile: NumberProfile) -> ColumnSchema:
    """Return what a column of numbers is."""
    n, n_distinct = profile.n, profile.distinct.n
    if profile.low == profile.high and not profile.n_missing:
        value = str(bool(profile.low)) if profile.kind == "truth" else f"{profile.low:.6g}"
        return ColumnSchema(name, "constant", f"is {value} in every row")
    if profile.low == profile.high:
        shown = f"{profile.low:.6g}" if profile.kind != "truth" else str(bool(profile.low))
        return ColumnSchema(name, "yes/no", f"is {shown} or has no value", NumberReader())
    if profile.kind == "truth":
        return ColumnSchema(name, "yes/no", TRUTH_REASON, NumberReader())
    if profile.are_whole:
        if profile.are_days and n >= MANY_NUMBERS:
            return as_days(name, profile)
        if reason := _id_reason(name, profile):
            return ColumnSchema(name, "id", reason)
        if reason := _code_reason(name, profile):
            return ColumnSchema(name, "code", reason, CategoryReader(whole=True), is_clear=False)
        if profile.low == 0 and profile.high == 1:
            return ColumnSchema(name, "yes/no", "is 0 or 1", NumberReader())
    notes = sentinel_notes(profile)
    what = "whole numbers" if profile.are_whole else "numbers"
    reason = f"has {what} from {profile.low:.6g} to {profile.high:.6g}"
    if n_distinct < n and profile.are_whole and n_distinct <= MAX_CATEGORIES:
        reason = f"has {n_distinct} different {what} from {profile.low:.6g} to {profile.high:.6g}"
    return ColumnSchema(name, "number", reason, NumberReader(), notes=notes, is_clear=not notes)


def with_number_checks(found: ColumnSchema, profile: TextProfile) -> ColumnSchema:
    """Return the decision on a column of text; its numbers, if it has some, are looked at as numbers are.

    Those without a unit can identify the rows, and any can stand for a missing value.
    """
    if found.kind != "number" or not isinstance(found.reader, NumberReader) or not profile.levels.is_exact:
        return found
    numbers = _numbers_of(found.name, found.reader, profile)
    if profile.is_beside_numbers and profile.n_digits == profile.n:
        decided = decide_number(found.name, numbers)
        where = ", in text: no codes, as the table has text alone, some of it with decimals"
        return replace(decided, reason=f"{decided.reason}{where}") if decided.kind == "number" else decided
    if numbers.are_whole and not found.reader.unit and (reason := _id_reason(found.name, numbers)):
        return ColumnSchema(found.name, "id", reason)
    if not (notes := sentinel_notes(numbers)):
        return found
    return replace(found, notes=(*found.notes, *notes), is_clear=False)


def _numbers_of(name: str, reader: NumberReader, profile: TextProfile) -> NumberProfile:
    """Return what is counted of the numbers in text; they are in order if each is in one row."""
    levels, counts = list(profile.levels.counts), list(profile.levels.counts.values())
    numbers = NumberProfile("number", profile.most)
    numbers.add(np.repeat(reader.read(np.array(levels, dtype=object), name)[name], counts))
    if profile.n_missing:
        numbers.add(np.full(profile.n_missing, np.nan))
    return numbers


def as_days(name: str, profile: NumberProfile) -> ColumnSchema:
    """Return the decision that a column has days as in 20241231."""
    counts = text_counts(profile)
    text = TextProfile()
    text.add_counts(counts)
    return as_date(name, text, "has whole numbers that are days as in 20241231")


def text_counts(profile: NumberProfile) -> Counter[str]:
    """Return the distinct numbers as text, ascending, with their counts."""
    values, counts = profile.distinct.values, profile.distinct.counts
    return Counter(dict(zip(as_text(values).tolist(), counts.tolist(), strict=True)))


def _id_reason(name: str, profile: NumberProfile) -> str:
    """Return why whole numbers identify rows, or an empty string."""
    n, n_distinct, words = profile.n, profile.distinct.n, name_words(name)
    if n < LEAST_ROWS:
        return ""
    says_id = is_code_name(name) or bool(words & ID_NAMES) or not words or ends_as_id(name)
    if profile.is_sequence and profile.low in (0, 1) and not words & MEASURE_NAMES:
        return "counts the rows, from the first to the last"
    if is_row_name(name) and profile.is_ascending and 0 <= profile.low < n:
        return "counts rows, of which some are left out"
    below = n * (SHUFFLED if n >= FEW_ROWS else SHUFFLED_FEW)
    if is_row_name(name) and n_distinct == n and profile.low >= 0 and profile.high < below:
        return f"has {n:,} different whole numbers below {below:,}, as an index"
    if says_id and n_distinct >= NEARLY * n:
        exact = n_distinct == n and profile.distinct.is_exact
        count = (
            f"a different number in each of {n:,} rows" if exact else f"{n_distinct:,} numbers in {n:,} rows"
        )
        return f"has {count}, as an identifier"
    if is_code_name(name) and n_distinct > max(MAX_CATEGORIES, n / 2):
        return f"is named as a code, with {n_distinct:,} numbers in {n:,} rows: too many to learn from"
    return ""


ANOTHER_TARGET = "choose another target"
"""The cure in the note on a target that may be an identifier; a command names its option."""


def target_id_note(name: str, profile: NumberProfile) -> str:
    """Return the note on a target of whole numbers that may identify the rows, or an empty string.

    Amounts can all differ, too: the numbers must also have no gap, or a name as codes have.
    """
    n, distinct = profile.n, profile.distinct
    all_differ = profile.is_ascending or (distinct.is_exact and distinct.n == n)
    if not profile.are_whole or not all_differ or n < LEAST_ROWS:
        return ""
    has_no_gap = profile.high - profile.low == n - 1 and not name_words(name) & MEASURE_NAMES
    if not has_no_gap and not is_code_name(name):
        return ""
    where = f", from {profile.low:.0f} to {profile.high:.0f} without a gap" if has_no_gap else ""
    return (
        f"has a different whole number in each of {n:,} rows{where}, as an identifier has: {ANOTHER_TARGET}, "
        "unless these are amounts"
    )


def _code_reason(name: str, profile: NumberProfile) -> str:
    """Return why whole numbers are codes, or an empty string."""
    n_distinct = profile.distinct.n
    if n_distinct <= 2:
        return ""
    if is_code_name(name) or (name_words(name) & GROUP_NAMES and n_distinct <= MAX_CATEGORIES):
        return f"is named as a code, with {n_distinct:,} different whole numbers: each is a category"
    if n_distinct <= MAX_CATEGORIES and profile.n >= LEAST_ROWS * n_distinct and _is_arbitrary(profile):
        return (
            f"has {n_distinct} different whole numbers from {profile.low:.6g} to {profile.high:.6g} without "
            "a pattern, as codes: each is a category"
        )
    return ""


def _is_arbitrary(profile: NumberProfile) -> bool:
    """Return whether few whole numbers of four digits or more are spread without a common step."""
    values = profile.distinct.values
    if not profile.distinct.is_exact or len(values) < 4 or np.abs(values).min() < 1000:
        return False
    if (np.sqrt(np.abs(values)) % 1 == 0).all():  # squares of ages and the like
        return False
    if len(values) >= 8:  # one number may be a slip, as 16000 for 1600
        values = values[1:-1]
    steps = np.diff(values).astype(np.int64)
    step = int(np.gcd.reduce(steps))
    return bool(len(values) / ((values[-1] - values[0]) / step + 1) < 0.01)
