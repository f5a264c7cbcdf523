"""Words and numbers that stand for a missing value, as a user has said, in the cells of a column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column, is_text


def are_na(column: Column, words: Sequence[str]) -> NDArray[np.bool_]:
    """Return which cells are one of the words: text without spaces around it, or a number of that value.

    Examples
    --------
    >>> are_na(np.array([31.0, -999.0]), ["-999", "none"])
    array([False,  True])
    """
    if is_text(column):
        known = set(words)
        cells = [cell is not None and cell.strip() in known for cell in column.tolist()]
        return np.array(cells, dtype=bool)
    if column.dtype == bool:
        return np.zeros(len(column), dtype=bool)
    return np.isin(column, [number for number in map(_number, words) if number is not None])


def without_words(column: Column, words: Sequence[str]) -> Column:
    """Return a column whose cells that are one of the words are missing.

    Examples
    --------
    >>> without_words(np.array([31, -999]), ["-999"])
    array([31., nan])
    """
    if not words or not (found := are_na(column, words)).any():
        return column
    if is_text(column):
        return np.where(found, None, column)  # type: ignore[call-overload, no-any-return]
    return np.where(found, np.nan, column)


def _number(word: str) -> float | None:
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None
