"""CSV files: read with the layout found from their beginning and checked on the whole file; written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from separatrix.data.column import TYPES, Column, as_text
from separatrix.data.files.csv_layout import CsvLayout, layout_of
from separatrix.data.files.csv_numbers import GROUPED
from separatrix.data.files.csv_records import SPACE, has_spaced_quotes
from separatrix.data.files.csv_text import CsvText, encoder_of, require_cells
from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions
from separatrix.text import some_names

if TYPE_CHECKING:
    import polars

CHUNK_BYTES = 2**18
"""Bytes of a CSV file that Polars parses at once; by default it takes 200 MB more, and is no faster."""

CHUNK_VARIABLE = "POLARS_CSV_CHUNK_SIZE"

SAMPLE_ROWS = 10_000
"""Rows of a CSV file whose kinds decide which kinds are tried on all rows."""

CSV_OPTIONS = ("sep", "decimal", "encoding", "na", "header", "skip_rows")

_chunks_lock = threading.Lock()
_n_in_small_chunks = 0
_chunk_size_before: str | None = None

# Ways to read the cells of a column, from the narrowest on. In a file with decimal commas, "grouped" is a
# number that may have groups of three digits, and "point" one with a decimal point.
_WAYS: dict[str, tuple[str, ...]] = {
    ".": ("whole", "number", "truth"),
    ",": ("whole", "number", "grouped", "point", "truth"),
}
_WIDER: dict[str, tuple[str, ...]] = {
    "whole": ("number", "grouped", "point"),
    "number": ("grouped",),
    "grouped": (),
    "point": (),
    "truth": (),
    "text": (),
}
_TYPES: dict[str, type] = {
    **{str(kind): each for kind, each in TYPES.items()},
    **dict.fromkeys(("grouped", "point"), float),
}

_NO_WHOLE_NUMBER = r"^[+-]?0\d"
"""A code rather than a whole number: with a zero before other digits."""

_NO_NUMBER = r"^[+-]?(?:0\d+|\d{17,})$"
"""A code rather than a number: the same, or more digits than a float has."""


def scan_csv(source: Source, options: ReadOptions, sep: str | None = None) -> ScannedTable:
    """Return the columns of a CSV file, of the narrowest kinds that hold all their cells.

    The file is read once to find the kinds, and again when the lazy frame is evaluated.
    """
    import polars as pl

    text = CsvText.of(source, options.encoding)
    start = text.start()
    layout = layout_of(start, options, source.label, encoding=text.encoding, sep=sep)
    text = text.without_footnotes(layout, keeps_rows=options.keeps_rows)
    layout = replace(layout, notes=(*text.notes, *layout.notes))
    n_lines = text.n_lines
    skips_spaces = layout.sep != SPACE and has_spaced_quotes(start.split("\n"), layout.sep)
    if layout.sep != SPACE and not text.needs_rewriting and not skips_spaces:
        try:
            return _CsvScan(text, layout, options, layout.sep, layout.first_row, n_lines).table()
        except pl.exceptions.PolarsError:
            pass  # the csv module reads more, or names the line that is wrong
    rewritten = text.rewritten(layout, skips_spaces=skips_spaces)
    return _CsvScan(rewritten, layout, options, ",", 0, n_lines).table()


@dataclass(frozen=True)
class _CsvScan:
    """A text that Polars can read, and how; `n_lines` are the lines of the file."""

    text: CsvText
    layout: CsvLayout
    options: ReadOptions
    sep: str
    first_row: int
    n_lines: int

    def table(self) -> ScannedTable:
        """Return the columns that have a name or values, and without empty rows at the end."""
        import polars as pl

        cells = self._cells()
        counts = self._counts(cells)
        names, notes = self._names(counts)
        is_line_by_line = counts.n_rows == self.n_lines - self.layout.first_row
        if counts.n_empty_at_end:
            cells = cells.head(counts.n_rows - counts.n_empty_at_end)
            notes += _note_on_empty_lines(counts.n_empty_at_end, self.text.source.label)
        # Polars fills short and blank lines with nulls: only a row without its last cell can be one of them.
        if counts.n_without_last > counts.n_empty_at_end and not self._has_all_cells(counts.n_rows):
            blank = require_cells(self.text, self.layout, self.sep, self.first_row)
            if blank:
                n_kept = counts.n_rows - counts.n_empty_at_end
                while n_kept - 1 in blank:
                    n_kept -= 1
                is_line_by_line &= min(blank) >= n_kept  # below the last row they move none to another line
                cells = cells.with_row_index("row").filter(~pl.col("row").is_in(blank))
        as_written = self.options.text_columns == "as written"
        if not as_written:
            cells = cells.select(_words(column, self.layout) for column in counts.ways)
        frame = cells.select(
            (pl.col(column) if as_written else _parsed(column, way, self.layout.decimal)).alias(name)
            for (column, way), name in zip(counts.ways.items(), names, strict=False)
        )
        ways = list(zip(names, counts.ways.values(), strict=False))
        is_comma = self.layout.decimal == ","
        layout = replace(
            self.layout,
            names=tuple(names),
            point_columns=tuple(name for name, way in ways if way == "point"),
            comma_columns=tuple(name for name, way in ways if is_comma and way in ("number", "grouped")),
            grouped_columns=tuple(name for name, way in ways if way == "grouped"),
            is_line_by_line=is_line_by_line,
            notes=(*self.layout.notes, *notes),
        )
        return ScannedTable(frame, layout, layout.notes)

    def _cells(self) -> polars.LazyFrame:
        """Return all cells as text. Columns are numbered: in Polars names such as "*" stand for several."""
        import polars as pl

        content = self.text.source.content
        cells = pl.scan_csv(
            content,
            separator=self.sep,
            has_header=False,
            skip_lines=self.first_row,
            schema={str(number): pl.String() for number in range(self.layout.n_cells)},
            glob=False,
            raise_if_empty=False,  # Polars 1.39 raises where nothing follows the header, later ones do not
        )
        return cells.collect().lazy() if isinstance(content, bytes) else cells

    def _counts(self, cells: polars.LazyFrame) -> _Counts:
        """Return the way in which each column can be read, found on the first rows and checked on all."""
        layout, is_trailing = self.layout, self.text.ends_empty(self.sep)
        columns = [str(number) for number in range(layout.n_cells)]
        kept = [*layout.names, *[""] * (layout.n_cells - len(layout.names))]
        all_ways = _WAYS[layout.decimal]
        keeps_ways = self.options.text_columns == "as written" and layout.decimal == ","
        parsed = {
            column: () if is_text(name, self.options) and not keeps_ways else all_ways
            for column, name in zip(columns, kept, strict=True)
        }
        sampled = _count(cells.head(SAMPLE_ROWS), layout, parsed).ways
        tried = {
            column: tuple(way for way in (sampled[column],) if way in ways) for column, ways in parsed.items()
        }
        found = _count(cells, layout, tried, is_trailing=is_trailing)
        wider = {
            column: tuple(way for way in _WIDER.get(sampled[column], all_ways) if way in ways)
            for column, ways in parsed.items()
            if found.ways[column] == "text"
        }
        wider = {column: ways for column, ways in wider.items() if ways}
        if wider:
            found = replace(found, ways={**found.ways, **_count(cells, layout, wider).ways})
        return found

    def _names(self, counts: _Counts) -> tuple[list[str], tuple[str, ...]]:
        """Return the names of the columns that are kept: those without a name are empty, or get one."""
        names, label = list(self.layout.names), self.text.source.label
        n_named, n_cells = len(names), self.layout.n_cells
        filled = [number for number in range(n_named, n_cells) if counts.ways[str(number)] != "empty"]
        if filled:
            added = [f"column_{number + 1}" for number in range(n_named, filled[-1] + 1)]
            names += added
            verb = "column" if len(added) == 1 else f"{len(added)} columns"
            return names, (f"the last {verb} of {label} without a name: named {some_names(added)}.",)
        n_empty = n_cells - n_named
        if not n_empty:
            return names, ()
        which = "the last column of {0} has" if n_empty == 1 else f"the last {n_empty} columns of {{0}} have"
        verb = "is" if n_empty == 1 else "are"
        return names, (f"{which.format(label)} neither a name nor values, and {verb} left out.",)

    def _has_all_cells(self, n_rows: int) -> bool:
        """Return whether the number of separators shows that no line is short; False where quotes hide it."""
        return self.text.n_after(self.sep, self.first_row) == n_rows * (self.layout.n_cells - 1)


@dataclass(frozen=True)
class _Counts:
    """What one pass over the cells counts.

    Attributes
    ----------
    ways : dict of str to str
        The narrowest way to read each column: one of `_WAYS`, "empty" or "text".
    n_rows, n_without_last, n_empty_at_end : int
        Rows, rows without a last cell, and rows of empty cells at the end.
    """

    ways: dict[str, str]
    n_rows: int
    n_without_last: int
    n_empty_at_end: int


def _count(
    cells: polars.LazyFrame,
    layout: CsvLayout,
    tried: Mapping[str, Sequence[str]],
    *,
    is_trailing: bool = False,
) -> _Counts:
    """Return the narrowest way tried that reads all cells of each column."""
    import polars as pl

    counts = []
    for column, ways in tried.items():
        counts.append(pl.col(column).count().alias(f"{column} present"))
        counts += [
            _parsed(column, way, layout.decimal, strictly=True).count().alias(f"{column} {way}")
            for way in ways
        ]
    last = pl.col(list(tried)[-1])
    kept = [last.is_null().alias("last")]
    if is_trailing:
        is_filled = pl.any_horizontal(pl.col(column).is_not_null() for column in tried)
        cells = cells.with_row_index("row")
        kept.append(pl.when(is_filled).then(pl.col("row")).alias("row"))
        counts.append(pl.col("row").max())
    with small_chunks():
        n = (
            cells.select(*kept, *(_words(column, layout) for column in tried))
            .select(pl.len().alias("rows"), pl.col("last").sum(), *counts)
            .collect(engine="streaming")
            .row(0, named=True)
        )

    def narrowest(column: str) -> str:
        n_present = n[f"{column} present"]
        if n_present == 0:
            return "empty"
        return next((way for way in tried[column] if n[f"{column} {way}"] == n_present), "text")

    last_filled = n.get("row", n["rows"] - 1)

    n_empty = n["rows"] - 1 - (-1 if last_filled is None else last_filled)
    return _Counts({column: narrowest(column) for column in tried}, n["rows"], n["last"], n_empty)


def _note_on_empty_lines(n_lines: int, label: str) -> tuple[str, ...]:
    """Return the sentence on empty lines at the end."""
    which = "the last line" if n_lines == 1 else f"the last {n_lines} lines"
    verbs = ("has", "is") if n_lines == 1 else ("have", "are")
    return (f"{which} of {label} {verbs[0]} no values, and {verbs[1]} left out.",)


def is_text(name: str, options: ReadOptions) -> bool:
    """Return whether a column is text whatever its cells spell."""
    return isinstance(options.text_columns, str) or name in options.text_columns


def _words(column: str, layout: CsvLayout) -> polars.Expr:
    """Return cells without spaces and quotes around them, null where one says that it is missing."""
    import polars as pl

    words = pl.col(column).str.strip_chars()
    if layout.is_single_quoted:
        words = words.str.replace(r"(?s)^'(.*)'$", "$1").str.strip_chars()
    return pl.when(~words.is_in(layout.missing_words)).then(words).alias(column)


def _parsed(column: str, way: str, decimal: str, *, strictly: bool = False) -> polars.Expr:
    """Return cells as values, null where one is no such value; `strictly` also where digits would be lost."""
    import polars as pl

    words = pl.col(column)
    if way == "text":
        return words.str.replace_all("\r\n?", "\n")
    if way == "truth":
        lowered = words.str.to_lowercase()
        return pl.when(lowered.is_in(("true", "false"))).then(lowered == "true")
    if way == "empty":
        return words.cast(pl.Null, strict=False)
    if strictly:
        words = pl.when(~words.str.contains(_NO_WHOLE_NUMBER if way == "whole" else _NO_NUMBER)).then(words)
    if way == "number" and decimal == ",":
        plain = pl.when(~words.str.contains(".", literal=True)).then(words)
        words = plain.str.replace(",", ".", literal=True)
    if way == "grouped":
        words = with_point(words)
    return words.cast(_TYPES[way], strict=False)


def read_cells(name: str, column: Column, layout: CsvLayout, decimal: str | None) -> Column:
    """Return what cells as written stand for, as text: missing values, and numbers in another notation.

    Parameters
    ----------
    name : str
        The column.
    column : ndarray of shape (n_rows,)
        As written; NaN if the file has no value for it in any row.
    layout : CsvLayout
    decimal : {'.', ','} or None
        The decimal sign with which the model reads text of this column; None for a column of text.

    Returns
    -------
    ndarray of object of shape (n_rows,)
        Numbers have this decimal sign. Other cells, such as "€ 1,37", are read later, by what their column
        is.
    """
    import polars as pl

    words = _words("cells", layout)
    written = "." if name in layout.point_columns else layout.decimal
    if decimal is not None and decimal != written:
        number = with_point(words) if decimal == "." else words
        is_number = number.cast(pl.Float64, strict=False).is_not_null()
        if decimal == ",":
            number = number.str.replace(".", ",", literal=True)
        words = pl.when(is_number).then(number).otherwise(words)
    cells = pl.DataFrame({"cells": pl.Series(as_text(column).tolist(), dtype=pl.String)})
    return np.asarray(cells.select(words).to_series().to_numpy())


def with_point(words: polars.Expr) -> polars.Expr:
    """Return numbers with a decimal comma as with a decimal point; null where there is a point already."""
    import polars as pl

    ungrouped = pl.when(words.str.contains(GROUPED)).then(words.str.replace_all(r"[.' \x{a0}\x{202f}]", ""))
    plain = ungrouped.otherwise(words)
    return pl.when(~plain.str.contains(".", literal=True)).then(plain.str.replace(",", ".", literal=True))


@contextmanager
def small_chunks() -> Iterator[None]:
    """Make Polars parse CSV files in chunks of `CHUNK_BYTES`; it reads this variable for each query.

    Threads may be here at the same time: the first sets the variable, the last restores it.
    """
    global _n_in_small_chunks, _chunk_size_before
    with _chunks_lock:
        if _n_in_small_chunks == 0:
            _chunk_size_before = os.environ.get(CHUNK_VARIABLE)
            os.environ[CHUNK_VARIABLE] = str(CHUNK_BYTES)
        _n_in_small_chunks += 1
    try:
        yield
    finally:
        with _chunks_lock:
            _n_in_small_chunks -= 1
            if _n_in_small_chunks == 0:
                os.environ.pop(CHUNK_VARIABLE, None)
                if _chunk_size_before is not None:
                    os.environ[CHUNK_VARIABLE] = _chunk_size_before


def write_csv(
    frames: Iterator[polars.DataFrame],
    file: BinaryIO,
    group_rows: int,
    layout: CsvLayout | None = None,
    sep: str | None = None,
) -> None:
    """Write data frames; with a layout, in its separator (unless there is one), decimal sign and encoding.

    Raises
    ------
    DataError
        If the encoding lacks a character.
    """
    has_comma = layout is not None and layout.writes_comma
    sep = sep or ("," if layout is None or layout.sep == SPACE else layout.sep)
    encode = encoder_of("utf-8" if layout is None else layout.encoding)
    for number, frame in enumerate(frames):
        text = frame.write_csv(separator=sep, decimal_comma=has_comma, include_header=number == 0)
        file.write(encode(text))
