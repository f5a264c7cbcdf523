"""The text of a CSV or TSV file, made into typed columns or one sentence about the line that is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from separatrix.data.columns import Column
from separatrix.data.tables import Table, refuse_duplicates, table_from_frame
from separatrix.errors import DataError

if TYPE_CHECKING:
    import polars

MISSING_WORDS = ("", "NA", "NaN", "nan", "null", "NULL", "N/A", "?")
"""What a cell of a CSV or TSV file may say instead of a value (spaces around it do not count)."""


Kind = Literal["empty", "whole", "number", "truth", "text"]
"""What the cells of a column are, from the narrowest on; "empty" where all are missing."""

_PARSED_KINDS: tuple[Kind, ...] = ("whole", "number", "truth")


def sniffed_separator(content: bytes) -> str:
    """Return the commonest of comma, semicolon and tab in the first line, outside quotes.

    Examples
    --------
    >>> sniffed_separator(b'"a,b";c;d')
    ';'
    """
    first_line = re.sub(rb'"[^"]*"', b"", content.partition(b"\n")[0])
    return max(",;\t", key=lambda separator: first_line.count(separator.encode()))


def read_csv(content: bytes, separator: str, label: str, text_columns: Collection[str] = ()) -> Table:
    r"""Read the bytes of a CSV file whose every cell counts for the type of its column.

    Parameters
    ----------
    content : bytes
        UTF-8 text with a header line.
    separator : str
        One character.
    label : str
        What errors call the file.
    text_columns : collection of str
        Columns to keep as text whatever their cells spell.

    Returns
    -------
    Table
        Possibly without rows.

    Raises
    ------
    DataError
        If the text is not UTF-8, a line has too many or too few cells, or names are missing or repeated.

    Examples
    --------
    >>> read_csv(b"age;sex\n31;f\nNA;m\n", ";", "people").columns
    {'age': array([31., nan]), 'sex': array(['f', 'm'], dtype=object)}
    """
    columns = {}
    for name, cells in read_words(content, separator, label).items():
        kind: Kind = "text" if name in text_columns else narrowest_kind(cells)
        columns[name] = typed(cells, kind)
    return Table(columns)


def read_words(content: bytes, separator: str, label: str, lines_before: int = 0) -> dict[str, polars.Series]:
    """Return each column's cells as text without spaces around them, null where a cell says it is missing.

    `lines_before` are those of the file that `content` leaves out after the header: errors count them.
    """
    import polars as pl

    if b"\0" in content:
        raise DataError(f"{label} is binary or not UTF-8, not a text table; save it as CSV in UTF-8.")
    # A carriage return alone ends a line for the csv module but not for Polars.
    content = re.sub(rb"\r\n?", b"\n", content) if b"\r" in content else content
    try:
        cells = pl.read_csv(content, separator=separator, has_header=False, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        _checked_lines(content, separator, label, lines_before)
        raise DataError(
            f"{label} cannot be read as CSV: {str(error).splitlines()[0].rstrip('.')}."
        ) from error
    # Polars pads short and blank lines with nulls: only a gap in the last column can be one of them.
    if cells[:, -1].null_count():
        cells = cells.filter(_checked_lines(content, separator, label, lines_before))
    names = [(name or "").strip() for name in cells.row(0)]
    for position, name in enumerate(names, start=1):
        if not name:
            raise DataError(f"column {position} of {label} has no name; name it in the header line.")
    refuse_duplicates(names, label)
    return {name: words(column) for name, column in zip(names, cells[1:].get_columns(), strict=True)}


def words(cells: polars.Series) -> polars.Series:
    """Return raw cells without spaces around them, null where one says that it is missing."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped.is_in(MISSING_WORDS), None)


def narrowest_kind(cells: polars.Series) -> Kind:
    """Return the narrowest kind that holds all cells of a column."""
    if cells.null_count() == len(cells):
        return "empty"
    for kind in _PARSED_KINDS:
        if _parsed(cells, kind).null_count() == cells.null_count():
            return kind
    return "text"


def joined_kind(one: Kind, other: Kind) -> Kind:
    """Return the narrowest kind that holds the cells of two parts of a column.

    Examples
    --------
    >>> joined_kind("whole", "number"), joined_kind("empty", "truth"), joined_kind("truth", "whole")
    ('number', 'truth', 'text')
    """
    if one == other or other == "empty":
        return one
    if one == "empty":
        return other
    return "number" if {one, other} == {"whole", "number"} else "text"


def typed(cells: polars.Series, kind: Kind) -> Column:
    """Return cells as a column of a kind that holds all of them."""
    if kind == "text":
        return np.asarray(cells.to_numpy())
    return table_from_frame(_parsed(cells, "whole" if kind == "empty" else kind).to_frame("")).columns[""]


def _parsed(cells: polars.Series, kind: Kind) -> polars.Series:
    """Return cells as values of a kind other than text, null where one is no such value."""
    import polars as pl

    if kind == "truth":
        lowered = cells.str.to_lowercase()
        return lowered.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return cells.cast(pl.Int64 if kind == "whole" else pl.Float64, strict=False)


def _checked_lines(content: bytes, separator: str, label: str, lines_before: int) -> list[bool]:
    """Mark the lines that are not blank; raise for the first with too many or too few cells."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        line += lines_before * (line > 1)
        raise DataError(
            f"{label} is not UTF-8 text (first in line {line}); save it as CSV in UTF-8."
        ) from error
    widths: list[int] = []
    for line, width in _record_widths(text, separator, label):
        if width not in (0, widths[0] if widths else width):
            raise DataError(
                f"line {line + lines_before} of {label} has {width} cells where the header has {widths[0]}; "
                "correct it (a cell with a separator in it needs quotes)."
            )
        if not widths and width == 0:
            raise DataError(f"{label} begins with a blank line; begin with the header line.")
        widths.append(width)
    return [width > 0 for width in widths]


def _record_widths(text: str, separator: str, label: str) -> Iterator[tuple[int, int]]:
    """Yield, for each record, the line on which it begins and its number of cells (0: blank line)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, len(record)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{label} cannot be read as CSV from line {line} on: {error}.") from error
