"""Kinds: what a column is, decided from the profile of all its rows, with the reason in words.

The rules, first match wins; docs/tables.md has them for users. The user's word goes before all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from separatrix.data.dates import Order, date_text
from separatrix.data.numerals import MISSING_WORDS
from separatrix.data.profile import NumberProfile, Profile, TextProfile
from separatrix.data.readers import (
    NO,
    YES,
    CategoryReader,
    DateReader,
    NumberReader,
    RankReader,
    Reader,
    folded,
    reader_from_dict,
    reader_to_dict,
)
from separatrix.data.statistics import MAX_CATEGORIES
from separatrix.data.table import as_text
from separatrix.errors import DataError, did_you_mean
from separatrix.text import plural

ColumnKind = Literal[
    "number", "yes/no", "category", "code", "ordered", "date",
    "id", "text", "constant", "duplicate", "empty", "dropped",
]  # fmt: skip
"""What a column is; those of the second line are left out."""

LEAST_ROWS = 20
"""Rows from which a column of different values can be an identifier."""

NEARLY = 0.95
"""Fraction of different values from which an identifier is nearly unique."""

FEW_WORDS, RARE_WORDS, MANY_NUMBERS = 3, 0.02, 10
MOST_ODD = 0.2
LEAST_NUMBERS = 0.1

_CODE_NAMES = frozenset(
    (
        *("zip", "zipcode", "plz", "postcode", "postalcode", "postal", "postleitzahl", "pincode", "fips"),
        *("code", "codes", "cod", "codigo", "kode", "id", "ids", "ident", "identifier", "nr", "sku", "isbn"),
        *("ean", "iban", "naics", "sic", "icd", "uuid", "guid", "kennung", "kennziffer", "matricule"),
    )
)
_LAST_CODE_NAMES = frozenset(("no", "num", "number", "nummer", "numero", "#", "key"))
_ID_NAMES = frozenset(("index", "row", "rownames", "rowname", "rownum", "unnamed", "idx", "obs", "serial"))
_MEASURE_NAMES = frozenset(
    (
        *(
            "time",
            "t",
            "x",
            "day",
            "days",
            "week",
            "weeks",
            "month",
            "months",
            "year",
            "years",
            "hour",
            "age",
        ),
        *("minute", "second", "seconds", "date", "dose", "distance", "rank", "position", "step", "epoch"),
        *("cycle", "cycles", "temperature", "temp", "depth", "height", "size", "length", "weight", "score"),
    )
)


@dataclass(frozen=True)
class ColumnSchema:
    """What a column is, and how it is read.

    Attributes
    ----------
    name : str
        The column.
    kind : ColumnKind
    reason : str
        Why, in words that follow the name of the column.
    reader : Reader or None
        None if the column is left out.
    notes : tuple of str
        What a user should know besides, each in words that follow the name.
    is_clear : bool
        Whether the kind is certain enough to be silent about it.
    n_rows, n_missing, n_distinct : int
        Rows, rows without a value (also words such as '-' in a column of numbers), and different values.
    low, high : float or None
        Range of numbers; of dates in seconds since 1970.
    link : float or None
        How well the column alone predicts the target on other rows; see `separatrix.data.links`.
    """

    name: str
    kind: ColumnKind
    reason: str
    reader: Reader | None = None
    notes: tuple[str, ...] = ()
    is_clear: bool = True
    n_rows: int = 0
    n_missing: int = 0
    n_distinct: int = 0
    low: float | None = None
    high: float | None = None
    link: float | None = None

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "notes", tuple(self.notes))
        if not all(isinstance(text, str) for text in (self.name, self.reason, *self.notes)):
            raise ValueError("name, reason and notes must be text")
        if self.kind not in get_args(ColumnKind):
            raise ValueError(f"kind must be one of {get_args(ColumnKind)}, got {self.kind!r}")

    @property
    def is_used(self) -> bool:
        """Whether a model learns from the column."""
        return self.reader is not None

    @property
    def sentence(self) -> str:
        """The column, its kind, its reason and its notes as a line of text."""
        return f"{self.name} {'; '.join([self.reason, *self.notes])}"

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        values = {name: value for name, value in vars(self).items() if name != "reader"}
        return values | {
            "notes": list(self.notes),
            "reader": None if self.reader is None else reader_to_dict(self.reader),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ColumnSchema:
        """Return the decision that `to_dict` described."""
        reader = values["reader"]
        return cls(**{**values, "reader": None if reader is None else reader_from_dict(reader)})


def decide(name: str, profile: Profile, order: tuple[str, ...] = ()) -> ColumnSchema:
    """Return what a column is; `order` has the levels of an ordered category, from low to high."""
    if profile.n == 0:
        found = ColumnSchema(name, "empty", "has no value in any row")
    elif order:
        found = as_ordered(name, profile, order)
    elif isinstance(profile, TextProfile):
        found = _decide_text(name, profile)
    else:
        found = _decide_number(name, profile)
    return with_counts(found, profile)


def with_counts(decision: ColumnSchema, profile: Profile) -> ColumnSchema:
    """Return a decision with the counts of a profile."""
    n_distinct = profile.levels.n_levels if isinstance(profile, TextProfile) else profile.distinct.n
    n_missing = decision.n_missing + profile.n_missing
    low, high = decision.low, decision.high
    if isinstance(profile, NumberProfile) and profile.n and isinstance(decision.reader, NumberReader):
        low, high = profile.low, profile.high
    n_rows = profile.n + profile.n_missing
    return replace(decision, n_rows=n_rows, n_missing=n_missing, n_distinct=n_distinct, low=low, high=high)


# Numbers


def _decide_number(name: str, profile: NumberProfile) -> ColumnSchema:
    n, n_distinct = profile.n, profile.distinct.n
    if profile.low == profile.high and not profile.n_missing:
        value = str(bool(profile.low)) if profile.kind == "truth" else f"{profile.low:.6g}"
        return ColumnSchema(name, "constant", f"is {value} in every row")
    if profile.kind == "truth":
        return ColumnSchema(name, "yes/no", "is true or false", NumberReader())
    if profile.are_whole:
        if profile.are_days and n >= MANY_NUMBERS:
            return _as_days(name, profile)
        if reason := _id_reason(name, profile):
            return ColumnSchema(name, "id", reason)
        if reason := _code_reason(name, profile):
            return ColumnSchema(name, "code", reason, CategoryReader(whole=True), is_clear=False)
        if profile.low == 0 and profile.high == 1:
            return ColumnSchema(name, "yes/no", "is 0 or 1", NumberReader())
    notes = _sentinel_notes(profile)
    what = "whole numbers" if profile.are_whole else "numbers"
    reason = f"has {what} from {profile.low:.6g} to {profile.high:.6g}"
    if n_distinct < n and profile.are_whole and n_distinct <= MAX_CATEGORIES:
        reason = f"has {n_distinct} different {what} from {profile.low:.6g} to {profile.high:.6g}"
    return ColumnSchema(name, "number", reason, NumberReader(), notes=notes, is_clear=not notes)


def _as_days(name: str, profile: NumberProfile) -> ColumnSchema:
    counts = _text_counts(profile)
    text = TextProfile()
    text.add_counts(counts)
    return as_date(name, text, "has whole numbers that are days as in 20241231")


def _text_counts(profile: NumberProfile) -> Counter[str]:
    """Return the distinct numbers as text, ascending, with their counts."""
    values, counts = profile.distinct.values, profile.distinct.counts
    return Counter(dict(zip(as_text(values).tolist(), counts.tolist(), strict=True)))


def _id_reason(name: str, profile: NumberProfile) -> str:
    """Return why whole numbers identify rows, or an empty string."""
    n, n_distinct, words = profile.n, profile.distinct.n, name_words(name)
    if n < LEAST_ROWS:
        return ""
    says_id = bool(words & (_CODE_NAMES | _ID_NAMES)) or not words or _is_last_code_name(name)
    if profile.is_sequence and profile.low in (0, 1) and not words & _MEASURE_NAMES:
        return "counts the rows, from the first to the last"
    if says_id and n_distinct >= NEARLY * n:
        exact = n_distinct == n and profile.distinct.is_exact
        count = (
            f"a different number in each of {n:,} rows" if exact else f"{n_distinct:,} numbers in {n:,} rows"
        )
        return f"has {count}, as an identifier"
    if words & _CODE_NAMES and n_distinct > max(MAX_CATEGORIES, n / 2):
        return f"is named as a code, with {n_distinct:,} numbers in {n:,} rows: too many to learn from"
    return ""


def _code_reason(name: str, profile: NumberProfile) -> str:
    """Return why whole numbers are codes, or an empty string."""
    n_distinct = profile.distinct.n
    if n_distinct <= 2:
        return ""
    if name_words(name) & _CODE_NAMES:
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


# Text


def _decide_text(name: str, profile: TextProfile) -> ColumnSchema:
    levels = profile.levels
    if levels.n_levels == 1 and not profile.n_missing:
        return ColumnSchema(name, "constant", f"is '{next(iter(levels.counts))}' in every row")
    if profile.n_padded and profile.n_digits >= (1 - RARE_WORDS) * profile.n:
        return _as_padded(name, profile)
    for attempt in (_try_date, _try_number, _try_yes_no):
        if (found := attempt(name, profile)) is not None:
            return found
    return _as_words(name, profile)


def _as_padded(name: str, profile: TextProfile) -> ColumnSchema:
    n, n_levels = profile.n, profile.levels.n_levels
    if n_levels > max(MAX_CATEGORIES, n / 2) or (n >= LEAST_ROWS and n_levels >= NEARLY * n):
        return ColumnSchema(
            name, "id", f"has {n_levels:,} different numbers with zeros in front in {n:,} rows"
        )
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
    parts = dates.varying(order)
    if not parts:
        return ColumnSchema(name, "constant", f"is {shown[0]} in every row")
    notes = list(words_notes(words, dates.n[order], profile.n, "dates"))
    is_clear = not _odd(words)
    if dates.is_ambiguous:
        notes.append(
            f"may begin with day or month, and is read as {'day/month' if order == 'dmy' else 'month/day'}"
        )
        is_clear = False
    return ColumnSchema(
        name,
        "date",
        f"{reason} from {shown[0]} to {shown[1]}: becomes {', '.join(parts)}",
        DateReader(order, low, parts, tuple(_odd(words))),
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
    if n_numbers + sum(numerals.words.values()) < n or n_numbers < LEAST_NUMBERS * n:
        return None
    units = {unit for unit in numerals.units if unit and unit != number_format.unit}
    if units:
        return None
    n_levels = profile.levels.n_levels
    if missing_words(numerals.words, n_numbers, n, n_distinct=n_levels) is None:
        return None
    if profile.n_digits == n and n_levels <= max(MAX_CATEGORIES, n / 2):
        reason = f"is text of {n_levels:,} different whole numbers, as codes: each is a category"
        return ColumnSchema(name, "code", reason, CategoryReader(whole=True), is_clear=False)
    return as_number(name, profile)


def as_number(name: str, profile: TextProfile) -> ColumnSchema:
    """Return the decision that a column of text has numbers; other cells are missing."""
    numerals = profile.numerals
    number_format, words = numerals.number_format, numerals.words or Counter()
    n_numbers = numerals.n[number_format.decimal]
    odd = tuple(_odd(words))
    reader = NumberReader(number_format.decimal, number_format.unit, odd)
    reason = "has numbers" + (f" {number_format.words}" if number_format.words else " in text")
    notes = words_notes(words, n_numbers, profile.n, "numbers")
    known = reader.read(np.array(sorted(profile.levels.counts), dtype=object), name)[name]
    known = known[~np.isnan(known)]
    return ColumnSchema(
        name,
        "number",
        reason,
        reader,
        notes=notes,
        is_clear=not odd,
        n_missing=sum(words.values()),
        low=float(known.min()) if known.size else None,
        high=float(known.max()) if known.size else None,
    )


def _odd(words: Mapping[str, int]) -> list[str]:
    """Return the words that do not say that a value is missing."""
    return sorted(word for word in words if word.strip().casefold() not in MISSING_WORDS)


def missing_words(
    words: Mapping[str, int], n_good: int, n: int, *, n_distinct: int
) -> Mapping[str, int] | None:
    """Return the words among numbers or dates if they can be taken as missing, else None.

    Words that say so always can. Others can if they are in few cells, or if they are few words in a column
    of many different numbers.
    """
    odd = _odd(words)
    n_odd = sum(words[word] for word in odd)
    if n_good < LEAST_NUMBERS * n:
        return None
    if not odd:
        return words
    if len(odd) <= 2 * FEW_WORDS and n_odd <= RARE_WORDS * n:
        return words
    if len(odd) <= FEW_WORDS and n_odd <= MOST_ODD * n and n_distinct > MANY_NUMBERS:
        return words
    return None


def words_notes(words: Mapping[str, int], n_good: int, n: int, what: str) -> tuple[str, ...]:
    """Return the note on words that are taken as missing."""
    if not words:
        return ()
    listed = sorted(words, key=lambda word: (-words[word], word))
    shown = [f"{words[word]:,} {'is' if words[word] == 1 else 'are'} '{word}'" for word in listed[:3]]
    more = sum(words[word] for word in listed[3:])
    shown += [f"{more:,} are other words"] if more else []
    return (f"{n_good:,} of {n:,} cells are {what}, {', '.join(shown)}: taken as missing",)


def _try_yes_no(name: str, profile: TextProfile) -> ColumnSchema | None:
    levels = profile.levels
    if levels.n_levels > 8 or not levels.is_exact:
        return None
    found = {level: folded(level) in YES for level in levels.counts if folded(level) in YES | NO}
    if len(found) < len(levels.counts) or len(set(found.values())) < 2:
        return None
    reader = CategoryReader(spellings=_yes_no_spellings(levels.counts))
    notes = variant_notes(levels.counts) if len(levels.counts) > 2 else ()
    return ColumnSchema(name, "yes/no", "is yes or no", reader, notes=notes)


def _yes_no_spellings(counts: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Return the most frequent spelling of yes and of no for every word that means it."""
    spellings = []
    for words in (YES, NO):
        most = max(
            (level for level in counts if folded(level) in words), key=lambda level: (counts[level], level)
        )
        spellings += [(word, most) for word in sorted(words)]
    return tuple(spellings)


def _as_words(name: str, profile: TextProfile) -> ColumnSchema:
    n, levels = profile.n, profile.levels
    n_levels = levels.n_levels
    about = "" if levels.is_exact else "about "
    count = f"{about}{n_levels:,} different values in {n + profile.n_missing:,} rows"
    if n >= LEAST_ROWS and n_levels >= NEARLY * n and not profile.is_prose:
        return ColumnSchema(name, "id", f"is text with {count}, as an identifier")
    if n_levels > max(MAX_CATEGORIES, n / 2) or (n >= LEAST_ROWS and n_levels >= NEARLY * n):
        prose = (
            f"free text of some {profile.n_words // profile.n_spaced} words" if profile.is_prose else "text"
        )
        return ColumnSchema(name, "text", f"is {prose} with {count}")
    reason = f"has {about}{plural(n_levels, 'category')}".replace("categorys", "categories")
    notes = variant_notes(levels.counts)
    return ColumnSchema(name, "category", reason, CategoryReader(), notes=notes, is_clear=not notes)


def variants(counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the levels that differ in case or spaces alone, the most frequent first, by folded word."""
    groups: dict[str, list[str]] = {}
    for level in sorted(counts, key=lambda level: (-counts[level], level)):
        groups.setdefault(folded(level), []).append(level)
    return {word: group for word, group in groups.items() if len(group) > 1}


def variant_notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the note on levels that differ in case or spaces alone."""
    groups = list(variants(counts).values())
    if not groups:
        return ()
    n_rows = sum(counts[level] for group in groups for level in group[1:])
    shown = " and ".join(f"'{level}'" for level in groups[0][:2])
    more = f" (and {plural(len(groups) - 1, 'more such value')})" if len(groups) > 1 else ""
    return (f"has {shown}{more}, which may be one value, in {plural(n_rows, 'row')}",)


# What the user asks for


def as_category(name: str, profile: Profile) -> ColumnSchema:
    """Return the decision that a column has categories, as asked."""
    if isinstance(profile, NumberProfile):
        n = profile.distinct.n
        reader = CategoryReader(whole=profile.are_whole and profile.kind != "truth")
    else:
        n = profile.levels.n_levels
        is_padded = profile.n_padded and profile.n_digits == profile.n
        is_whole = profile.n_digits == profile.n and not is_padded
        reader = CategoryReader(whole=is_whole, width=profile.width or 0 if is_padded else 0)
    reason = f"has {plural(n, 'category')}, as asked".replace("categorys", "categories")
    return with_counts(ColumnSchema(name, "category", reason, reader), profile)


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
        found = _as_days(name, profile)
    else:
        found = as_date(name, profile, order=order)
    if found.reader is None:
        raise DataError(f"column '{name}' cannot be read as dates; leave it out of date.")
    return with_counts(replace(found, is_clear=True), profile)


def as_ordered(name: str, profile: Profile, order: tuple[str, ...] = ()) -> ColumnSchema:
    """Return the decision that a column has ordered categories, from low to high."""
    if isinstance(profile, NumberProfile):
        counts = _text_counts(profile)
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


def name_words(name: str) -> set[str]:
    """Return the words of a column's name.

    Examples
    --------
    >>> sorted(name_words("customerID")), sorted(name_words("zip_code 2"))
    (['customer', 'id'], ['2', 'code', 'zip'])
    """
    return {word.casefold() for word in re.findall(r"[^\W\d_]+|\d+|#", _split(name))}


def _split(name: str) -> str:
    return re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)


def _is_last_code_name(name: str) -> bool:
    """Return whether a name ends in a word for a number that names something, as in house_no."""
    words = re.findall(r"[^\W_]+|#", _split(name))
    return bool(words) and words[-1].casefold() in _LAST_CODE_NAMES
