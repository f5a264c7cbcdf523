"""The layout of a CSV file, found from its beginning: separator, decimal sign, header line and names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError

SAMPLE_RECORDS = 1000
"""Records at the beginning of a file from which its layout is found."""

GUESSED_SEPARATORS = (",", ";", "\t", "|")
SPACE = " "
"""The separator that stands for one or more spaces or tabs."""

GROUPED = r"^[+-]?\d{1,3}(?:[.' \x{a0}\x{202f}]\d{3})+(?:,\d+)?$"
"""A number with a decimal comma and groups of three digits, as Polars spells the pattern."""

_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[.' \u00a0\u202f]\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?")
_ROUND_COMMA_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
_WHOLE_NUMBER = re.compile(r"[+-]?\d+")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED_NUMBER = re.compile(GROUPED.replace(r"\x{a0}", "\u00a0").replace(r"\x{202f}", "\u202f"))
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T]\d.*)?")


@dataclass(frozen=True)
class CsvLayout:
    r"""How the cells of a CSV file are written.

    Attributes
    ----------
    encoding : str
        As Python spells it.
    sep : str
        The separator; a space stands for one or more spaces or tabs.
    decimal : {'.', ','}
        The decimal sign. With a comma, numbers may have points, apostrophes or spaces between groups of
        three digits.
    header : bool
        Whether a line has the names of the columns.
    first_row : int
        Lines before the first row: title lines and the header line.
    names : tuple of str
        The names of the columns.
    n_cells : int
        Cells of a row; those after the named columns are empty in all rows.
    missing_words : tuple of str
        What a cell may say instead of a value.
    point_columns : tuple of str
        Columns of numbers with a decimal point in a file with decimal commas.
    notes : tuple of str
        What was guessed, and what overrules it, as sentences.

    Examples
    --------
    >>> layout = layout_of("Sales\n\nname;price\nA;1,5\n", ReadOptions(), "t.csv")
    >>> layout.sep, layout.decimal, layout.names, layout.first_row
    (';', ',', ('name', 'price'), 3)
    >>> layout.notes
    ("the first line of t.csv, 'Sales', is skipped as a title; skip_rows=0 overrules this guess.",)
    """

    encoding: str
    sep: str
    decimal: str
    header: bool
    first_row: int
    names: tuple[str, ...]
    n_cells: int
    missing_words: tuple[str, ...] = field(repr=False)
    point_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


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


def layout_of(
    text: str, options: ReadOptions, label: str, *, encoding: str = "utf-8", sep: str | None = None
) -> CsvLayout:
    """Return the layout of a file that begins with a text.

    Parameters
    ----------
    text : str
        Whole lines.
    options : ReadOptions
    label : str
        What sentences call the file.
    encoding : str
        That of the file.
    sep : str, optional
        The separator that the file's name stands for.

    Raises
    ------
    DataError
        If there are no cells.
    """
    notes: list[str] = []
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    n_skipped = options.skip_rows or 0
    rest = lines[n_skipped:]
    chosen = options.sep or sep or _separator(rest)
    if chosen == SPACE and options.sep is None:
        notes.append(
            f"the cells of {label} are separated by spaces; sep=',' or another overrules this guess."
        )
    records = [record for record in first_records(rest, chosen, n_skipped) if record.cells]
    if not any(record.n_filled for record in records):
        raise DataError(f"{label} is empty; a table needs a header line and rows.")
    n_titles = 0 if options.skip_rows is not None else _n_titles(records)
    if n_titles:
        notes.append(_title_note(records[:n_titles], label))
    records = records[n_titles:]
    while len(records) > 1 and not records[0].n_filled:
        records = records[1:]
    width = _width(records)
    words = options.missing_words
    decimal = options.decimal or _decimal(records, chosen, words, label, notes)
    header = options.header
    if header is None:
        header = _has_header(records, decimal, words, label, notes)
    first = records[0]
    if header:
        given = [" ".join(name.split()) for name in first.cells]
        names, n_cells = _checked_names(given, width, records[1:], label, notes)
    else:
        names, n_cells = [f"column_{number + 1}" for number in range(width)], width
    return CsvLayout(
        encoding=encoding,
        sep=chosen,
        decimal=decimal,
        header=header,
        first_row=first.end if header else first.start,
        names=tuple(names),
        n_cells=n_cells,
        missing_words=words,
        notes=tuple(notes),
    )


def first_records(lines: Sequence[str], sep: str, n_before: int = 0) -> Iterator[Record]:
    """Yield the first records of a file; one without an end is left out."""
    if sep == SPACE:
        for number, line in enumerate(lines[:SAMPLE_RECORDS], start=n_before):
            yield Record(tuple(split_at_spaces(line)), number, number + 1)
        return
    reader = csv.reader(lines, delimiter=sep)
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


def split_at_spaces(line: str) -> list[str]:
    r"""Return the cells of a line that are separated by spaces or tabs; a cell in quotes may have some.

    Examples
    --------
    >>> split_at_spaces('18.0   8\t"chevrolet chevelle"')
    ['18.0', '8', 'chevrolet chevelle']
    """
    found = re.findall(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)', line)
    return [word or quoted.replace('""', '"') for quoted, word in found]


def _separator(lines: Sequence[str]) -> str:
    """Return the separator that splits most lines into the same number of cells, more than one."""
    best, best_score = ",", 0.0
    for sep in GUESSED_SEPARATORS:
        score = _score(list(first_records(lines[:200], sep)))
        if score > best_score:
            best, best_score = sep, score
    if best_score >= 0.5 and best != "\t":
        return best
    spaced = [record for record in first_records(lines[:200], SPACE) if record.cells]
    widths = Counter(len(record.cells) for record in spaced)
    width, n_equal = widths.most_common(1)[0] if widths else (0, 0)
    is_table = width > 1 and len(spaced) > 1 and n_equal >= len(spaced) - 1
    # Tabs and spaces may be mixed; but text between tabs has spaces, too.
    is_finer = best_score < 0.5 or (n_equal == len(spaced) and width > 2 * (best_score + 1))
    return SPACE if is_table and is_finer else best


def _score(records: Sequence[Record]) -> float:
    """Return how well a separator splits lines: into how many cells, and how many of them equally."""
    widths = Counter(len(record.cells) for record in records if record.cells)
    n_records = widths.total()
    widths.pop(1, None)
    if not widths:
        return 0.0
    width, n_equal = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return (n_equal / n_records) ** 2 * (width - 1)


def _width(records: Sequence[Record]) -> int:
    """Return the most frequent number of cells."""
    widths = Counter(len(record.cells) for record in records)
    return max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0]


def _n_titles(records: Sequence[Record]) -> int:
    """Return how many records stand before the header, because they have fewer cells than the others."""
    width = _width(records)
    most_filled = max(record.n_filled for record in records)
    for number, record in enumerate(records[:-1]):
        rest = records[number + 1 :]
        following = next((other for other in rest if other.n_filled > 1), rest[0])
        if record.n_filled == 0:
            continue
        if len(record.cells) < width - 1 or (len(record.cells) < width and _is_words(following, width)):
            continue
        is_alone = record.n_filled == 1 and width > 2 and len(record.cells) == width
        if is_alone and _is_words(following, width) and following.n_filled > most_filled / 2:
            continue
        return 0 if not any(each.n_filled for each in records[:number]) else number
    return 0


def _is_words(record: Record, width: int) -> bool:
    """Return whether a record of full width has words only, as a header has."""
    cells = [cell.strip() for cell in record.cells if cell.strip()]
    return len(record.cells) == width and bool(cells) and not any(map(is_data, cells))


def _title_note(titles: Sequence[Record], label: str) -> str:
    """Return the sentence on title lines."""
    words = ", ".join(next(title.cells for title in titles if title.n_filled)).strip(", ")
    words = words if len(words) <= 40 else f"{words[:39]}…"
    n_lines = titles[-1].end
    if n_lines == 1:
        return (
            f"the first line of {label}, '{words}', is skipped as a title; skip_rows=0 overrules this guess."
        )
    return (
        f"the first {n_lines} lines of {label}, from '{words}' on, are skipped as a title; skip_rows=0 "
        "overrules this guess."
    )


def is_data(cell: str) -> bool:
    """Return whether a cell looks like a value rather than a name: a number or a date.

    Examples
    --------
    >>> [is_data(cell) for cell in ("14.23", "1.234,5", "2022-02-13", "age", "x1")]
    [True, True, True, False, False]
    """
    patterns = (_PLAIN_NUMBER, _COMMA_NUMBER, _GROUPED_NUMBER, _DATE)
    return any(pattern.fullmatch(cell) for pattern in patterns)


def _columns(records: Sequence[Record], words: Sequence[str]) -> list[list[str]]:
    """Return the cells of each column that have a value."""
    width = max(len(record.cells) for record in records)
    columns: list[list[str]] = [[] for _ in range(width)]
    for record in records:
        for column, cell in zip(columns, record.cells, strict=False):
            if (stripped := cell.strip()) not in words:
                column.append(stripped)
    return columns


def _decimal(records: Sequence[Record], sep: str, words: Sequence[str], label: str, notes: list[str]) -> str:
    """Return the decimal sign: a comma if most cells of some column are numbers, and some have a comma."""
    least = 0.95 if sep == "," else 0.6  # the other cells may be words such as "-"
    for column in _columns(records[1:] or records, words):
        with_comma = [cell for cell in column if _COMMA_NUMBER.fullmatch(cell)]
        if not with_comma or sum(map(_fits_comma, column)) < least * len(column):
            continue
        if not all(_ROUND_COMMA_NUMBER.fullmatch(cell) for cell in with_comma):
            return ","
        if sep == ";":
            notes.append(
                f"the comma in '{with_comma[0]}' of {label} is taken for a decimal sign; decimal='.' "
                "overrules this guess."
            )
            return ","
    return "."


def _fits_comma(cell: str) -> bool:
    """Return whether a cell is a number in a column with decimal commas."""
    patterns = (_WHOLE_NUMBER, _COMMA_NUMBER, _GROUPED_NUMBER)
    return any(pattern.fullmatch(cell) for pattern in patterns)


def _has_header(
    records: Sequence[Record], decimal: str, words: Sequence[str], label: str, notes: list[str]
) -> bool:
    """Return whether the first record has names: not if all columns of numbers or dates begin with one."""
    first = [cell.strip() for cell in records[0].cells]
    columns = _columns(records[1:], words) if len(records) > 1 else []
    compared = [
        (cell, is_data(cell))
        for cell, column in zip(first, columns, strict=False)
        if cell not in words and column and all(map(is_data, column))
    ]
    data = [cell for cell, is_like_data in compared if is_like_data]
    if not data or _is_sequence(data):
        return True
    shown = ", ".join(f"'{cell}'" for cell in first[:3]) + ", …" * (len(first) > 3)
    if len(data) < len(compared):
        notes.append(
            f"some names of {label} look like data ('{data[0]}'); if it has no header line, say header=False."
        )
        return True
    notes.append(
        f"{label} seems to have no header line, as its first line looks like data ({shown}): the "
        f"columns are named column_1 to column_{len(first)}; if it has one, say header=True."
    )
    return False


def _is_sequence(cells: Sequence[str]) -> bool:
    """Return whether numbers may be names: years, or numbers of columns."""
    if not all(cell.isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    steps = {other - one for one, other in pairwise(numbers)}
    return all(1900 <= number <= 2100 for number in numbers) or (numbers[0] <= 1 and steps <= {1})


def _checked_names(
    given: list[str], width: int, rows: Sequence[Record], label: str, notes: list[str]
) -> tuple[list[str], int]:
    """Return names of all columns, each once, and the number of cells of a row."""
    if len(given) > width:
        while len(given) > width and not given[-1]:
            given.pop()
    elif len(given) < width and all(not row.cells[-1].strip() for row in rows if len(row.cells) == width):
        given += [""] * (width - len(given))
    elif len(given) == width - 1:
        notes.append(
            f"the header line of {label} has one name less than the rows have cells: the first column is "
            "named column_1."
        )
        given.insert(0, "column_1")
    n_cells = len(given)
    while (
        len(given) > 1
        and not given[-1]
        and not any(row.cells[len(given) - 1].strip() for row in rows if len(row.cells) >= len(given))
    ):
        given.pop()
    names = _named(given, label, notes)
    return _numbered(names, label, notes), n_cells


def _named(given: Sequence[str], label: str, notes: list[str]) -> list[str]:
    """Return names with column_N for each that is empty."""
    names, unnamed = list(given), []
    for index, name in enumerate(given):
        if not name:
            names[index] = f"column_{index + 1}"
            unnamed.append(names[index])
    if unnamed:
        is_one = len(unnamed) == 1
        notes.append(
            f"{'a column' if is_one else f'{len(unnamed)} columns'} of {label} without a name "
            f"{'is' if is_one else 'are'} named {some_names(unnamed)}."
        )
    return names


def _numbered(names: Sequence[str], label: str, notes: list[str]) -> list[str]:
    """Return names in which a name that was used before has a number at its end."""
    taken, unique, renamed = set(names), [], []
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        new = name
        if seen[name] > 1:
            number = seen[name]
            while (new := f"{name}_{number}") in taken:
                number += 1
            taken.add(new)
            renamed.append(f"'{name}' to '{new}'")
        unique.append(new)
    if renamed:
        notes.append(f"names that {label} has more than once are numbered: {some_names(renamed)}.")
    return unique


def some_names(names: Sequence[str], limit: int = 5) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
