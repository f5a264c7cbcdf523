"""The names of the columns of a CSV file: whether it has them, and each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from separatrix.data.files.csv_numbers import is_data
from separatrix.data.files.csv_records import Record, columns_of
from separatrix.text import some_names


def has_header(
    records: Sequence[Record], decimal: str, words: Sequence[str], label: str, notes: list[str]
) -> bool:
    """Return whether the first record has names: not if all columns of numbers or dates begin with one.

    A column with other words, too, counts if most of its cells are numbers and it begins with one.
    """
    first = [cell.strip() for cell in records[0].cells]
    columns = columns_of(records[1:], words) if len(records) > 1 else []
    compared = [
        (cell, is_data(cell))
        for cell, column in zip(first, columns, strict=False)
        if cell not in words and column and _has_data(column, is_begun=is_data(cell))
    ]
    data = [cell for cell, is_like_data in compared if is_like_data]
    if not data or is_sequence(data):
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


def _has_data(column: Sequence[str], *, is_begun: bool) -> bool:
    """Return whether the cells of a column are numbers or dates; most of them, if it begins with one."""
    n_data = sum(map(is_data, column))
    return n_data == len(column) or (is_begun and n_data > len(column) / 2)


def is_sequence(cells: Sequence[str]) -> bool:
    """Return whether numbers may be names: years, or numbers of columns."""
    if not all(cell.isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    steps = {other - one for one, other in pairwise(numbers)}
    return all(1900 <= number <= 2100 for number in numbers) or (numbers[0] <= 1 and steps <= {1})


def checked_names(
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


def are_quoted(names: Sequence[str]) -> bool:
    """Return whether all names that are not empty are in single quotes.

    Examples
    --------
    >>> are_quoted(["'age'", "", "'town'"]), are_quoted(["'age'", "n'"])
    (True, False)
    """
    filled = [name.strip() for name in names if name.strip()]
    return bool(filled) and all(len(name) > 2 and without_quotes(name) != name for name in filled)


def without_quotes(cell: str) -> str:
    """Return a cell without the single quotes around it."""
    stripped = cell.strip()
    return stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == "'" else cell


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
