"""Words in cells: those that stand for a missing value, and those that are variants of one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from separatrix.data.kinds.numerals import MISSING_WORDS
from separatrix.data.kinds.readers import folded, is_mark
from separatrix.text import plural

FEW_WORDS, RARE_WORDS, MANY_NUMBERS = 3, 0.02, 10

MOST_ODD = 0.2

LEAST_NUMBERS = 0.1


def odd_words(words: Mapping[str, int]) -> list[str]:
    """Return the words that do not say that a value is missing."""
    return sorted(word for word in words if word.strip().casefold() not in MISSING_WORDS)


def missing_words(
    words: Mapping[str, int], n_good: int, n: int, *, n_distinct: int
) -> Mapping[str, int] | None:
    """Return the words among numbers or dates if they can be taken as missing, else None.

    Words that say so always can. Others can if they are in few cells, or if they are few words in a column
    of many different numbers.
    """
    odd = odd_words(words)
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


def missing_marks(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the levels that are a mark for a missing value, with their rows; none if nothing else is there.

    Beside "+", the marks "-" and "--" are values, and so are all others where such a one is there.

    Examples
    --------
    >>> missing_marks({"yes": 3, "-": 2}), missing_marks({"+": 3, "-": 2}), missing_marks({"-": 2})
    ({'-': 2}, {}, {})
    >>> missing_marks({"+": 3, "-": 2, "n/a": 1}), missing_marks({"+": 3, "n/a": 1})
    ({}, {'n/a': 1})
    """
    found = {level: n for level, n in counts.items() if is_mark(level)}
    has_plus = any(level.strip() and not level.strip().strip("+") for level in counts)
    if has_plus and not all(level.strip().strip("-—–") for level in found):
        return {}  # a reader takes all marks for missing values, or none
    return found if len(found) < len(counts) else {}


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
    return (
        f"has {shown}{more}, which may be one value, in {plural(n_rows, 'row')} (join_spellings reads them "
        "as one)",
    )


def joined_notes(groups: Iterable[Sequence[str]], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the note on spellings that are read as the first of each group."""
    several = [group for group in groups if len(group) > 1]
    if not several:
        return ()
    shown = [f"{' and '.join(map(repr, group[1:]))} as {group[0]!r}" for group in several]
    n_rows = sum(counts[level] for group in several for level in group[1:])
    return (f"has variants of one value, read as one ({plural(n_rows, 'row')}): {'; '.join(shown[:4])}",)
