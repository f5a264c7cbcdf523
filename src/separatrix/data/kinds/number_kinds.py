"""Kinds of columns of numbers: measurements, codes, identifiers, days, true and false."""

from __future__ import annotations

from collections import Counter

import numpy as np

from separatrix.data.column import as_text
from separatrix.data.kinds.cell_words import MANY_NUMBERS
from separatrix.data.kinds.column_names import CODE_NAMES, ID_NAMES, MEASURE_NAMES, ends_as_id, name_words
from separatrix.data.kinds.column_schema import ColumnSchema
from separatrix.data.kinds.profile import NumberProfile, TextProfile
from separatrix.data.kinds.readers import CategoryReader, NumberReader
from separatrix.data.kinds.text_kinds import LEAST_ROWS, NEARLY, as_date
from separatrix.data.statistics import MAX_CATEGORIES
from separatrix.text import plural


def decide_number(name: str, profile: NumberProfile) -> ColumnSchema:
    """Return what a column of numbers is."""
    n, n_distinct = profile.n, profile.distinct.n
    if profile.low == profile.high and not profile.n_missing:
        value = str(bool(profile.low)) if profile.kind == "truth" else f"{profile.low:.6g}"
        return ColumnSchema(name, "constant", f"is {value} in every row")
    if profile.kind == "truth":
        return ColumnSchema(name, "yes/no", "is true or false", NumberReader())
    if profile.are_whole:
        if profile.are_days and n >= MANY_NUMBERS:
            return as_days(name, profile)
        if reason := _id_reason(name, profile):
            return ColumnSchema(name, "id", reason)
        if reason := _code_reason(name, profile):
            return ColumnSchema(name, "code", reason, CategoryReader(whole=True), is_clear=False)
        if profile.low == 0 and profile.high == 1:
            # In memory, true and false with missing cells have become numbers.
            reason = "is 0 or 1, or false or true" if profile.n_missing else "is 0 or 1"
            return ColumnSchema(name, "yes/no", reason, NumberReader())
    notes = _sentinel_notes(profile)
    what = "whole numbers" if profile.are_whole else "numbers"
    reason = f"has {what} from {profile.low:.6g} to {profile.high:.6g}"
    if n_distinct < n and profile.are_whole and n_distinct <= MAX_CATEGORIES:
        reason = f"has {n_distinct} different {what} from {profile.low:.6g} to {profile.high:.6g}"
    return ColumnSchema(name, "number", reason, NumberReader(), notes=notes, is_clear=not notes)


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
    says_id = bool(words & (CODE_NAMES | ID_NAMES)) or not words or ends_as_id(name)
    if profile.is_sequence and profile.low in (0, 1) and not words & MEASURE_NAMES:
        return "counts the rows, from the first to the last"
    if says_id and n_distinct >= NEARLY * n:
        exact = n_distinct == n and profile.distinct.is_exact
        count = (
            f"a different number in each of {n:,} rows" if exact else f"{n_distinct:,} numbers in {n:,} rows"
        )
        return f"has {count}, as an identifier"
    if words & CODE_NAMES and n_distinct > max(MAX_CATEGORIES, n / 2):
        return f"is named as a code, with {n_distinct:,} numbers in {n:,} rows: too many to learn from"
    return ""


def _code_reason(name: str, profile: NumberProfile) -> str:
    """Return why whole numbers are codes, or an empty string."""
    n_distinct = profile.distinct.n
    if n_distinct <= 2:
        return ""
    if name_words(name) & CODE_NAMES:
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
    steps = np.diff(values).astype(np.int64)
    step = int(np.gcd.reduce(steps))
    return bool(len(values) / ((values[-1] - values[0]) / step + 1) < 0.01)


def _sentinel_notes(profile: NumberProfile) -> tuple[str, ...]:
    """Return notes on numbers that seem to stand for a missing value."""
    span = profile.inner_high - profile.inner_low
    notes = []
    for value, count in sorted(profile.sentinels.items()):
        if count < 2 or not np.isfinite(span):
            continue
        alone_below = value < 0 <= profile.inner_low and (value != -1 or profile.inner_high >= MANY_NUMBERS)
        far_above = value >= 999 and value > profile.inner_high + span
        if alone_below or far_above:
            notes.append(
                f"has {value:g} in {plural(count, 'row')}, far from {profile.inner_low:.6g} to "
                f"{profile.inner_high:.6g}: it may stand for a missing value"
            )
    return tuple(notes)
