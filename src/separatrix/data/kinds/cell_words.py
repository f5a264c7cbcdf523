"""Words in cells: those that stand for a missing value, and those that are variants of one value."""

from __future__ import annotations

from collections.abc import Mapping

from separatrix.data.kinds.numerals import MISSING_WORDS
from separatrix.data.kinds.readers import folded
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
