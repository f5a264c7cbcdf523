"""Footnotes: lines of words below the rows of a CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.csv_numbers import is_data
from separatrix.data.files.csv_records import SPACE

_FOOTNOTE = re.compile(
    r"\W*(?:sources?|(?:foot)?notes?|quellen?|anmerkung(?:en)?|hinweise?|fu(?:ß|ss)noten?|fuentes?|notas?"
    r"|fontes?|remarques?|stand|as of|copyright|legende?)\s*:",
    re.IGNORECASE,
)
"""How a footnote begins, also one that is filled up with empty cells: with a word for it and a colon."""

_LOOSE_FOOTNOTE = re.compile(
    r"\W*(?:copyright\b|©|\(c\)|(?:as of|stand)\s+(?:\w+\.?\s+)?\d|([_=*-])\1{4})", re.IGNORECASE
)
"""How a line without a separator begins that is no row: with a copyright, a day, or a rule of dashes."""


def first_footnote(lines: Sequence[bytes], layout: CsvLayout, *, keeps_rows: bool) -> int:
    """Return the index of the first of the footnotes at the end, or the number of lines if there are none.

    A row that was cut off has few cells, too: footnotes begin with a line that says what it is, that stands
    in quotes as a whole below rows that do not begin with quotes, or that a blank line sets off from rows
    of which the last two have none between them. The lines below that one are footnotes, too.
    """
    start = len(lines)
    if layout.n_cells < 3 or layout.sep == SPACE:
        return start
    while start > 1 and _may_be_footnote(lines[start - 1], layout, keeps_rows=keeps_rows):
        start -= 1
    rows = [line.strip() for line in lines[:start]]
    is_quoted, has_blank = rows[-1].startswith(b'"'), not all(rows[-2:])
    is_below_blank = False
    for number in range(start, len(lines)):
        words = lines[number].strip()
        if not words:
            is_below_blank = True
        elif (is_below_blank and not has_blank) or _begins_footnotes(words, layout.sep, is_quoted=is_quoted):
            return number
    return len(lines)


def _may_be_footnote(line: bytes, layout: CsvLayout, *, keeps_rows: bool) -> bool:
    """Return whether a line is blank, or has words, but not the cells of a row."""
    words = line.strip()
    if not words:
        return True
    if words.count(b'"') % 2:  # the end of a cell of several lines
        return False
    cells = _cells(words, layout.sep)
    filled = [cell for cell in cells if cell]
    if len(cells) <= layout.n_cells // 2:
        has_words = bool(filled) and (" " in filled[0] or _LOOSE_FOOTNOTE.match(filled[0]) is not None)
        return has_words and not any(map(is_data, filled))
    # Excel fills the line up with empty cells; a row may have its first cell alone, too.
    is_filled_up = len(filled) == 1 and _FOOTNOTE.match(cells[0]) is not None
    return is_filled_up and not (keeps_rows and len(cells) >= layout.n_cells)


def _begins_footnotes(words: bytes, sep: str, *, is_quoted: bool) -> bool:
    """Return whether a line that may be a footnote says so; with `is_quoted`, rows begin with quotes."""
    cells = _cells(words, sep)
    if _FOOTNOTE.match(cells[0]):
        return True
    is_alone = len(cells) == 1
    is_in_quotes = is_alone and words.startswith(b'"') and not is_quoted
    return is_in_quotes or (is_alone and _LOOSE_FOOTNOTE.match(cells[0]) is not None)


def _cells(words: bytes, sep: str) -> list[str]:
    """Return the cells of a line that is not blank, without spaces around them."""
    cells = next(csv.reader([words.decode(errors="replace")], delimiter=sep))
    return [cell.strip() for cell in cells]
