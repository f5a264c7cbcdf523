"""Records: the cells of the first rows of a CSV file, from which its layout is found."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

SAMPLE_RECORDS = 1000
"""Records at the beginning of a file from which its layout is found."""

SPACE = " "
"""The separator that stands for one or more spaces or tabs."""


@dataclass(frozen=True)
class Record:
    """Cells of one row, and the number of lines before it and up to its end."""

    cells: tuple[str, ...]
    start: int
    end: int

    @cached_property
    def n_filled(self) -> int:
        """Number of cells that are not empty."""
        return sum(bool(cell.strip()) for cell in self.cells)


def first_records(lines: Sequence[str], sep: str, n_before: int = 0) -> Iterator[Record]:
    """Yield the first records of a file; one without an end is left out."""
    if sep == SPACE:
        for number, line in enumerate(lines[:SAMPLE_RECORDS], start=n_before):
            yield Record(tuple(split_at_spaces(line)), number, number + 1)
        return
    reader = csv.reader(lines, delimiter=sep, skipinitialspace=True)
    start = 0
    try:
        for _ in range(SAMPLE_RECORDS):
            cells = next(reader, None)
            if cells is None:
                return
            yield Record(tuple(cells), n_before + start, n_before + reader.line_num)
            start = reader.line_num
    except csv.Error:
        return


def has_spaced_quotes(lines: Sequence[str], sep: str) -> bool:
    """Return whether spaces stand between a separator and a quote, which the csv module then takes for text.

    Examples
    --------
    >>> has_spaced_quotes(['"Bolt",  "JAM"'], ","), has_spaced_quotes(['"Bolt", "JAM"', 'x,y'], ";")
    (True, False)
    """
    try:
        records = islice(csv.reader(lines, delimiter=sep), SAMPLE_RECORDS)
        return any(cell[:1] == " " and cell.lstrip()[:1] == '"' for cells in records for cell in cells)
    except csv.Error:
        return False


def split_at_spaces(line: str) -> list[str]:
    r"""Return the cells of a line that are separated by spaces or tabs; a cell in quotes may have some.

    Examples
    --------
    >>> split_at_spaces('18.0   8\t"chevrolet chevelle"')
    ['18.0', '8', 'chevrolet chevelle']
    """
    found = re.findall(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)', line)
    return [word or quoted.replace('""', '"') for quoted, word in found]


def columns_of(records: Sequence[Record], words: Sequence[str]) -> list[list[str]]:
    """Return the cells of each column that have a value."""
    width = max(len(record.cells) for record in records)
    columns: list[list[str]] = [[] for _ in range(width)]
    for record in records:
        for column, cell in zip(columns, record.cells, strict=False):
            if (stripped := cell.strip()) not in words:
                column.append(stripped)
    return columns
