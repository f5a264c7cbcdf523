"""Kinds: what a column is, decided from the profile of all its rows, with the reason in words.

The first rule that fits decides; docs/tables.md has the rules for users.
"""

from __future__ import annotations

from separatrix.data.kinds.asked_kinds import as_ordered
from separatrix.data.kinds.column_schema import ColumnSchema, with_counts
from separatrix.data.kinds.number_kinds import decide_number, with_number_checks
from separatrix.data.kinds.profile import Profile, TextProfile
from separatrix.data.kinds.text_kinds import decide_text


def decide(name: str, profile: Profile, order: tuple[str, ...] = ()) -> ColumnSchema:
    """Return what a column is; `order` has the levels of an ordered category, from low to high."""
    if profile.n == 0:
        found = ColumnSchema(name, "empty", "has no value in any row")
    elif order:
        found = as_ordered(name, profile, order)
    elif isinstance(profile, TextProfile):
        found = with_number_checks(decide_text(name, profile), profile)
    else:
        found = decide_number(name, profile)
    return with_counts(found, profile)
