"""The text of a CSV file: its encoding, what its bytes show of its rows, the same text written plainly."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from separatrix.data.files.csv_footnotes import first_footnote
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.csv_records import SPACE, split_at_spaces
from separatrix.data.files.sources import Source
from separatrix.errors import DataError

BLOCK_BYTES = 2**20
START_BYTES = 2**18
"""Bytes at the beginning of a file from which its layout is found."""

MOST_START_BYTES = 2**24
"""Bytes that may be read for the first lines."""

END_BYTES = 2**14

LATIN = "cp1252"
"""What a text is taken for that is not UTF-8: the encoding of Windows in Western Europe and America."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_UTF_8 = ("utf-8", "utf-8-sig")


@dataclass(frozen=True)
class CsvText:
    """A text in UTF-8, and what a pass over its bytes counts.

    Attributes
    ----------
    source : Source
        The text, in UTF-8.
    encoding : str
        That of the file.
    counts : Counter of bytes
        How often the file has quotes, line ends, and backslashes before quotes.
    notes : tuple of str
        What was guessed.
    """

    source: Source
    encoding: str
    counts: Counter[bytes]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: Source, encoding: str | None) -> CsvText:
        """Return the text of a file; a `DataError` if it is none, or not in this encoding."""
        with source.opened() as file:
            beginning = file.read(START_BYTES)
        if not beginning.strip():
            raise DataError(f"{source.label} is empty; a table needs a header line and rows.")
        marked = next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), None)
        encoding = encoding if encoding not in (None, *_UTF_8) else marked or encoding
        if encoding is None or encoding in _UTF_8:
            counts, wrong_line = _count(source)
            if wrong_line is None:
                return cls(source, marked or "utf-8", counts)._with_plain_line_ends()
            if encoding is not None or marked or _is_mostly_utf_8(source):
                raise DataError(
                    f"{source.label} is not UTF-8 text (first in line {wrong_line}); correct the line, or "
                    "name the encoding, as in encoding='cp1252'."
                )
            note = (
                f"{source.label} is not UTF-8 (first in line {wrong_line}), and is read as Windows-1252; "
                "encoding='latin2' or another name overrules this guess."
            )
            text = _recoded(source, LATIN, guessed=True)
            return cls(text, LATIN, _count(text)[0], (note,))._with_plain_line_ends()
        text = _recoded(source, encoding)
        return cls(text, encoding, _count(text)[0])._with_plain_line_ends()

    def _with_plain_line_ends(self) -> CsvText:
        """Return a text in memory without carriage returns alone, which Polars does not know as line ends."""
        if not self.n_carriage_returns or isinstance(self.source.content, Path):
            return self
        content = re.sub(rb"\r\n?", b"\n", self.source.content)
        source = replace(self.source, content=content)
        return replace(self, source=source, counts=_count(source)[0])

    @property
    def n_carriage_returns(self) -> int:
        """Number of carriage returns that no newline follows."""
        return self.counts[b"\r"] - self.counts[b"\r\n"]

    @property
    def n_lines(self) -> int:
        """Number of lines; the last one may have no end."""
        with self.source.opened() as file:
            n_bytes = file.seek(0, io.SEEK_END)
            file.seek(max(0, n_bytes - 1))
            return self.counts[b"\n"] + (file.read() != b"\n")

    @property
    def needs_rewriting(self) -> bool:
        """Whether Polars would read the text otherwise than the csv module does."""
        return self.counts[b'"'] % 2 == 1 or self.n_carriage_returns > 0

    def start(self) -> str:
        """Return the first lines, at least two if there are as many."""
        size = START_BYTES
        with self.source.opened() as file:
            content = file.read(size)
            while content.count(b"\n") < 2 and len(content) == size < MOST_START_BYTES:
                content += file.read(size)
                size *= 2
            is_whole = not file.read(1)
        if not is_whole and b"\n" in content:
            content = content[: content.rindex(b"\n") + 1]
        return content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")

    def ends_empty(self, sep: str) -> bool:
        """Return whether the last line that is not blank has no cell with a value."""
        with self.source.opened() as file:
            n_bytes = file.seek(0, io.SEEK_END)
            file.seek(max(0, n_bytes - END_BYTES))
            content = file.read()
        lines = [line for line in content.split(b"\n") if line.strip(b" \r")]
        return bool(lines) and not lines[-1].strip(sep.encode() + b' \r"')

    def without_footnotes(self, layout: CsvLayout, *, keeps_rows: bool = False) -> CsvText:
        """Return the text without sentences below the table: lines at the end of words, without cells.

        With `keeps_rows`, every line with as many cells as a row is one.
        """
        with self.source.opened() as file:
            n_bytes = file.seek(0, io.SEEK_END)
            file.seek(max(0, n_bytes - END_BYTES))
            lines = file.read().split(b"\n")
        first = first_footnote(lines, layout, keeps_rows=keeps_rows)
        notes = [line for line in lines[first:] if line.strip()]
        if not notes:
            return self
        shown = notes[0].decode(errors="replace").strip(' \t\r"')[:40]
        which = "the last line" if len(notes) == 1 else f"the last {len(notes)} lines"
        verb = "is" if len(notes) == 1 else "are"
        note = f"{which} of {self.source.label} ('{shown}') {verb} left out: no row, but a footnote."
        source = _shortened(self.source, n_bytes - len(b"\n".join(lines[first:])))
        return replace(self, source=source, counts=_count(source)[0], notes=(*self.notes, note))

    def n_after(self, sep: str, n_lines: int) -> int | None:
        """Return the number of separators after the first lines; None if some may be within quotes."""
        if self.counts[b'"'] or sep == SPACE:
            return None
        sign = sep.encode()
        with self.source.opened() as file:
            for _ in range(n_lines):
                file.readline()
            return sum(block.count(sign) for block in iter(partial(file.read, BLOCK_BYTES), b""))

    def lines(self) -> Iterator[str]:
        """Yield the lines, with their ends."""
        with io.TextIOWrapper(self.source.opened(), encoding="utf-8-sig", newline="") as file:
            yield from file

    def rewritten(self, layout: CsvLayout, *, skips_spaces: bool = False) -> CsvText:
        """Return the rows, written as Polars reads them: with commas, and quotes where they are needed.

        With `skips_spaces`, a quote after a separator and spaces begins a cell. Where the quotes do not fit,
        a backslash before a quote makes it a part of the cell.

        Raises
        ------
        DataError
            If a row has too many or too few cells, or a quote has no end; it names the line.
        """
        try:
            return self._written(layout, skips_spaces=skips_spaces)
        except DataError:
            if not self.counts[b'\\"']:
                raise
            try:
                return self._written(layout, skips_spaces=skips_spaces, escape="\\")
            except DataError:
                pass  # the first error is about the text as it is
            raise

    def _written(self, layout: CsvLayout, *, skips_spaces: bool, escape: str | None = None) -> CsvText:
        records = records_of(
            self, layout.sep, layout.first_row, layout, skips_spaces=skips_spaces, escape=escape
        )
        if self.source.folder is None:
            file: TextIO = io.StringIO(newline="")
            _write_rows(records, file)
            content: bytes | Path = file.getvalue().encode()  # type: ignore[attr-defined]
        else:
            content = self.source.folder / f"{_free_number(self.source.folder)}.csv"
            with content.open("w", encoding="utf-8", newline="") as file:
                _write_rows(records, file)
        source = replace(self.source, content=content)
        return CsvText(source, self.encoding, _count(source)[0], self.notes)


def _shortened(source: Source, size: int) -> Source:
    """Return the first bytes of a text."""
    if isinstance(source.content, bytes):
        return replace(source, content=source.content[:size])
    if source.folder is None:
        return replace(source, content=source.read()[:size])
    path = source.folder / f"{_free_number(source.folder)}.txt"
    with source.opened() as file, path.open("wb") as output:
        for start in range(0, size, BLOCK_BYTES):
            output.write(file.read(min(BLOCK_BYTES, size - start)))
    return replace(source, content=path)


def _write_rows(records: Iterator[tuple[int, list[str]]], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    for _, record in records:
        if record:
            writer.writerow(record)


def require_cells(text: CsvText, layout: CsvLayout, sep: str, first_row: int) -> list[int]:
    """Return the indices of blank lines; a `DataError` for the first line with too many or too few cells."""
    records = records_of(text, sep, first_row, layout)
    return [row for row, (_, record) in enumerate(records) if not record]


def records_of(
    text: CsvText,
    sep: str,
    first_row: int,
    layout: CsvLayout,
    *,
    skips_spaces: bool = False,
    escape: str | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row, none for a blank line.

    Raises
    ------
    DataError
        For the first row with too many or too few cells.
    """
    label = text.source.label
    lines = islice(text.lines(), first_row, None)
    if sep == SPACE:
        rows = _rows_at_spaces(lines)
    else:
        reader = csv.reader(
            lines, delimiter=sep, strict=True, skipinitialspace=skips_spaces, escapechar=escape
        )
        rows = _csv_rows(reader, first_row, label)
    for number, record in rows:
        if record and len(record) != layout.n_cells:
            against = "the header has" if layout.header else "the first rows have"
            raise DataError(
                f"line {first_row + number} of {label} has {len(record)} cells where {against} "
                f"{layout.n_cells}; correct it (a cell with a separator in it needs quotes)."
            )
        yield first_row + number, record


def _rows_at_spaces(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, start=1):
        yield number, split_at_spaces(line)


def _csv_rows(reader: Any, first_row: int, label: str) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{label} cannot be read as CSV from line {first_row + line} on: {_csv_problem(str(error))}."
        ) from error


def _csv_problem(error: str) -> str:
    """Return what the csv module complains about, and the cure."""
    if "field limit" in error:
        limit = f"{csv.field_size_limit():,} characters"
        return f"a cell has more than {limit} (shorten it), or a quote has no end; close its quotes"
    return f"{error}; close its quotes"


_FIRST_BYTES = {
    b"PK\x03\x04": "a workbook (.xlsx, .ods) or an archive (.zip)",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls)",
    b"\x1f\x8b": "a compressed file (.csv.gz)",
    b"(\xb5/\xfd": "a compressed file (.csv.zst)",
    b"BZh": "a compressed file (.csv.bz2)",
    b"\xfd7zXZ": "a compressed file (.csv.xz)",
    b"PAR1": "a Parquet file (.parquet)",
    b"ARROW1": "an Arrow file (.arrow)",
    b"SQLite format 3": "a SQLite file (.sqlite)",
}
"""What the first bytes of a file say that it is, with its extension."""


def _kind_of_file(first: bytes) -> str:
    """Return what a file is that is no text, if its first bytes say so."""
    return next((kind for begin, kind in _FIRST_BYTES.items() if first.startswith(begin)), "")


def _count(source: Source) -> tuple[Counter[bytes], int | None]:
    """Return the counts of a pass over the bytes, and the first line that is not UTF-8.

    Raises
    ------
    DataError
        If there is a zero byte, so that it is no text.
    """
    counts: Counter[bytes] = Counter()
    decoder = codecs.getincrementaldecoder("utf-8")()
    wrong_line = None
    before = b""
    with source.opened() as file:
        for block in iter(partial(file.read, BLOCK_BYTES), b""):
            if b"\0" in block:
                if not before and (kind := _kind_of_file(block)):
                    raise DataError(f"{source.label} is no text table but {kind}; rename it so.")
                raise DataError(
                    f"{source.label} is binary or UTF-16 without a byte order mark, not a text table; save "
                    "it as CSV in UTF-8, or name its encoding, as in encoding='utf-16-le'."
                )
            is_plain = block.isascii() and not decoder.getstate()[0]
            if wrong_line is None and not is_plain:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    wrong_line = counts[b"\n"] + error.object[: error.start].count(b"\n") + 1
            for each in (b'"', b"\n", b"\r", b'\\"'):
                counts[each] += block.count(each)
            if counts[b"\r"]:
                counts[b"\r\n"] += block.count(b"\r\n")
                counts[b"\r\n"] += before.endswith(b"\r") and block.startswith(b"\n")
            before = block
    if wrong_line is None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            wrong_line = counts[b"\n"] + 1
    return counts, wrong_line


def _is_mostly_utf_8(source: Source) -> bool:
    """Return whether most characters beyond ASCII are UTF-8, so that some bytes are damaged."""
    n_good = n_all = 0
    with source.opened() as file:
        for block in iter(partial(file.read, BLOCK_BYTES), b""):
            n_good += len(
                re.findall(
                    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", block
                )
            )
            n_all += len(re.findall(rb"[\x80-\xff]+", block))
    return n_good > n_all / 2


def _recoded(source: Source, encoding: str, *, guessed: bool = False) -> Source:
    """Return the text in UTF-8.

    Raises
    ------
    DataError
        If it is not in this encoding.
    """
    try:
        if source.folder is None:
            return replace(source, content=source.read().decode(encoding).removeprefix("\ufeff").encode())
        path = source.folder / f"{_free_number(source.folder)}.txt"
        with (
            io.TextIOWrapper(source.opened(), encoding=encoding, newline="") as file,
            path.open("w", encoding="utf-8", newline="") as output,
        ):
            for block in iter(partial(file.read, BLOCK_BYTES), ""):
                output.write(block)
        return replace(source, content=path)
    except UnicodeError as error:
        if guessed:
            raise DataError(
                f"{source.label} is neither UTF-8 nor Windows-1252 text; save it as CSV in UTF-8, or name "
                "its encoding, as in encoding='cp1250'."
            ) from error
        raise DataError(
            f"{source.label} is not in the encoding {encoding} ({_reason(error)}); name another."
        ) from error


def _reason(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return f"{error.reason}, first in line {line}"
    return str(error)


def _free_number(folder: Path) -> int:
    """Return a number that no file of the folder has for a name."""
    return sum(1 for _ in folder.iterdir())


def encoder_of(encoding: str) -> Callable[[str], bytes]:
    """Return a function that encodes consecutive pieces of a text.

    Its errors are a `DataError` that names the character.
    """
    encode = codecs.getincrementalencoder(encoding)().encode

    def encoded(text: str) -> bytes:
        try:
            return encode(text)
        except UnicodeEncodeError as error:
            raise DataError(
                f"the character '{error.object[error.start]}' cannot be written in {encoding}, the encoding "
                "of the table; write to a .parquet file, or convert the table to UTF-8."
            ) from error

    return encoded
