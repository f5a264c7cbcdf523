"""The layout of a CSV file, found from its beginning: separator, decimal sign, header line and names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from separatrix.data.files.csv_names import are_quoted, checked_names, has_header, without_quotes
from separatrix.data.files.csv_numbers import decimal_sign, has_comma_with_units, is_data
from separatrix.data.files.csv_records import SPACE, Record, first_records
from separatrix.data.files.csv_units import n_unit_lines
from separatrix.data.read_options import MISSING_WORDS, ReadOptions
from separatrix.errors import DataError
from separatrix.text import marks_text

GUESSED_SEPARATORS = (",", ";", "\t", "|")


_ORANGE_KINDS = {"c", "d", "s", "t", "continuous", "discrete", "string", "time"}
_ORANGE_ROLES = {"", "class", "meta", "ignore", "weight", "i", "m"}


HEAD = 10
"""First rows whose lines a layout keeps."""


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
    comma_columns, grouped_columns : tuple of str
        In such a file, the columns with decimal commas, and those of them with groups of three digits.
    writes_comma : bool
        Whether numbers that are added to such a file have a decimal comma: it is the decimal sign, or numbers
        with a unit have it, as in ``4,5 %``, which are read later.
    is_single_quoted : bool
        Whether all names are in single quotes, so that those around a cell are no part of it.
    is_line_by_line : bool
        Whether each row is one line, from the line after the `first_row` first ones on.
    head : tuple of int
        Lines before each of the first rows: blank ones count.
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
    comma_columns: tuple[str, ...] = ()
    grouped_columns: tuple[str, ...] = ()
    writes_comma: bool = False
    is_single_quoted: bool = False
    is_line_by_line: bool = False
    head: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def na(self) -> tuple[str, ...]:
        """The words for a missing value that the user has named."""
        return tuple(word for word in self.missing_words if word not in MISSING_WORDS)

    @property
    def written(self) -> dict[str, str]:
        """How the numbers of columns are written, in words, where it is not with a decimal point."""
        return {
            name: marks_text(decimal=",", is_grouped=name in self.grouped_columns)
            for name in self.comma_columns
        }


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
    words = options.missing_words
    described = None
    if options.header is not False and (n_lines := _n_descriptions(records, options, label, notes)):
        described = records[n_lines]
        records = [records[0], *records[n_lines + 1 :]]
    width = _width(records)
    if width == 1 and options.sep is None and "  " in records[0].cells[0].strip():
        notes.append(
            f"no separator was found in {label}, so that it has one column; name it, as in sep=':', or save "
            "columns of equal width as CSV."
        )
    is_single_quoted = options.header is not False and are_quoted(records[0].cells)
    if is_single_quoted:
        notes.append(f"single quotes around the names and around cells of {label} are left out.")
        records = [records[0], *map(_without_quotes, records[1:])]
    decimal = options.decimal or decimal_sign(records, chosen, words, label, notes)
    header = options.header
    if described is not None:
        header = True
    if header is None:
        header = has_header(records, decimal, words, label, notes)
    first = records[0]
    last = first if described is None else described
    if header:
        cells = _without_quotes(first).cells if is_single_quoted else first.cells
        given = [" ".join(name.split()) for name in cells]
        names, n_cells = checked_names(given, width, records[1:], label, notes)
    else:
        names, n_cells = [f"column_{number + 1}" for number in range(width)], width
    return CsvLayout(
        encoding=encoding,
        sep=chosen,
        decimal=decimal,
        is_single_quoted=is_single_quoted,
        writes_comma=decimal == ","
        or (options.decimal is None and has_comma_with_units(records, chosen, words)),
        header=header,
        first_row=last.end if header else first.start,
        names=tuple(names),
        n_cells=n_cells,
        missing_words=words,
        head=tuple(record.start for record in records[int(bool(header)) :][:HEAD]),
        notes=tuple(notes),
    )


def _without_quotes(record: Record) -> Record:
    return replace(record, cells=tuple(map(without_quotes, record.cells)))


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


def _n_descriptions(records: Sequence[Record], options: ReadOptions, label: str, notes: list[str]) -> int:
    """Return how many lines below the names describe the columns, such as their units."""
    if _is_orange(records):
        notes.append(
            f"two lines of {label} below the names are skipped: Orange's description of the columns."
        )
        return 2
    if options.skip_rows is not None:
        return 0
    n_lines = n_unit_lines(records, options.missing_words)
    if n_lines:
        which, verb = ("the line", "is") if n_lines == 1 else (f"the {n_lines} lines", "are")
        words = next(cell.strip() for cell in records[1].cells if cell.strip())
        notes.append(
            f"{which} of {label} below the names, from '{words}' on, {verb} skipped as "
            "units or types: words stand there in columns of numbers; "
            f"skip_rows={records[0].start} overrules this guess."
        )
    return n_lines


def _is_orange(records: Sequence[Record]) -> bool:
    """Return whether two lines describe the columns, as Orange writes: their types, and the class."""
    if len(records) < 4 or any(len(record.cells) != len(records[0].cells) for record in records[1:3]):
        return False
    kinds, roles = ([cell.strip() for cell in record.cells] for record in records[1:3])
    n_known = sum(kind in _ORANGE_KINDS for kind in kinds)
    is_plain = set(kinds) <= _ORANGE_KINDS | {""}
    return n_known > len(kinds) / 2 and set(roles) <= _ORANGE_ROLES and (any(roles) or is_plain)


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
