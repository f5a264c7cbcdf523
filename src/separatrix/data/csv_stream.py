"""CSV and TSV files in pieces: ranges of bytes that end where a record does.

Every cell counts for the kind of its column, as it does in memory: the files are read once to learn it, and
to find the pieces and their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.streams import Piece, Stream, file_fingerprint, refuse_other_columns
from separatrix.data.table import Column, joined_kind, table_from_frame
from separatrix.data.table_files import (
    MISSING_WORDS,
    TextColumns,
    is_read_as_text,
    narrowest_kind,
    read_words,
    sniffed_separator,
    typed,
    words,
)
from separatrix.errors import DataError

Array = NDArray[Any]

TEXT_FACTOR = 8
"""How many times its bytes a piece takes while it is read, about."""

LONGEST = 16
"""A record may be so many pieces long."""

SMALLEST, LARGEST = 2**17, 2**22  # bytes of a piece


@dataclass(frozen=True)
class _File:
    path: Path
    label: str
    separator: str
    header: bytes
    columns: tuple[str, ...]
    start: int


class CsvStream(Stream):
    """One table in CSV or TSV files."""

    def __init__(self, paths: Sequence[Path], piece_bytes: int, text_columns: TextColumns = ()) -> None:
        self.names = tuple(f"'{path}'" for path in paths)
        self._size = min(max(piece_bytes // TEXT_FACTOR, SMALLEST), LARGEST)
        self._files = [_open(path, self._size) for path in paths]
        pieces: list[Piece] = []
        kinds = []
        for number, file in enumerate(self._files):
            self.kinds = {
                name: "text" if is_read_as_text(name, text_columns) else "empty" for name in file.columns
            }
            for piece in self._pieces(number):
                first = pieces[-1].first_row + pieces[-1].n_rows if pieces else 0
                n_rows = self._learn(piece)
                pieces.append(
                    Piece(number, piece.start, piece.stop, first, n_rows, lines_before=piece.lines_before)
                )
            kinds.append(self.kinds)
        refuse_other_columns(self.names, kinds)
        self.pieces = tuple(pieces)
        self.kinds = kinds[0]
        for other in kinds[1:]:
            self.kinds = {name: joined_kind(kind, other[name]) for name, kind in self.kinds.items()}

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns of the cells, which are all parsed at once."""
        yield from (self._parsed(piece, columns) or self._typed_words(piece, columns)).items()

    def fingerprint(self) -> dict[str, Any]:
        """Return the files' fingerprints."""
        return {"files": [file_fingerprint(file.path) for file in self._files]}

    def _pieces(self, number: int) -> Iterator[Piece]:
        """Yield the pieces of a file, their rows not counted yet."""
        file = self._files[number]
        start, lines, rest = file.start, 0, b""
        with file.path.open("rb") as content:
            content.seek(start)
            while True:
                chunk = content.read(self._size)
                rest += chunk
                end = _last_end(rest) if chunk else len(rest)
                if end:
                    yield Piece(number, start, start + end, 0, 0, lines_before=lines)
                    start, lines, rest = start + end, lines + rest.count(b"\n", 0, end), rest[end:]
                if not chunk:
                    return
                if len(rest) > LONGEST * self._size:
                    raise DataError(
                        f"{file.label} has a record of more than {len(rest) / 1e6:.0f} MB from line "
                        f"{lines + 2:,} on; close its quotes, or give more memory."
                    )

    def _learn(self, piece: Piece) -> int:
        """Widen the kinds by what is in a piece; return its number of rows."""
        columns = list(self.kinds)
        if "empty" not in self.kinds.values():
            parsed = self._parsed(piece, columns)
            if parsed is not None:
                return len(next(iter(parsed.values())))
        found = self._words(piece)
        for name, kind in self.kinds.items():
            if kind != "text":
                self.kinds[name] = joined_kind(kind, narrowest_kind(found[name]))
        return len(next(iter(found.values())))

    def _parsed(self, piece: Piece, columns: Sequence[str]) -> dict[str, Column] | None:
        """Return cells read by their kinds at once; None if that fails, as with spaces or blank lines."""
        import polars as pl

        file = self._files[piece.file]
        dtypes = {"whole": pl.Int64, "number": pl.Float64, "truth": pl.Boolean}
        schema = {name: dtypes.get(self.kinds[name], pl.String) for name in file.columns}
        try:
            frame = pl.read_csv(
                self._content(piece),
                separator=file.separator,
                has_header=False,
                schema=schema,
                null_values=list(MISSING_WORDS),
            )
        except pl.exceptions.PolarsError:
            return None
        if frame[:, -1].null_count():
            return None
        return {
            name: np.asarray(words(frame[name]).to_numpy())
            if schema[name] == pl.String
            else table_from_frame(frame.select(name)).columns[name]
            for name in columns
        }

    def _typed_words(self, piece: Piece, columns: Sequence[str]) -> dict[str, Column]:
        found = self._words(piece)
        return {name: typed(found[name], self.kinds[name]) for name in columns}

    def _words(self, piece: Piece) -> dict[str, Any]:
        file = self._files[piece.file]
        return read_words(
            file.header + self._content(piece), file.separator, file.label, lines_before=piece.lines_before
        )

    def _content(self, piece: Piece) -> bytes:
        with self._files[piece.file].path.open("rb") as file:
            file.seek(piece.start)
            content = file.read(piece.stop - piece.start)
        return content.replace(b"\r\n", b"\n") if b"\r" in content else content


def _open(path: Path, size: int) -> _File:
    """Read a file's header."""
    label = f"'{path}'"
    try:
        with path.open("rb") as file:
            content = file.read(size)
    except OSError as error:
        raise DataError(f"{label} cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise DataError(f"{label} is empty; a table needs a header line and rows.")
    start = _first_end(content)
    header = content[:start].rstrip(b"\r\n") + b"\n"
    if b"\r" in header:
        raise DataError(
            f"{label} ends its lines with a carriage return alone; save it with the line ends of today."
        )
    separator = "\t" if path.suffix.lower() == ".tsv" else sniffed_separator(header)
    if not header.strip():
        raise DataError(f"{label} begins with a blank line; begin with the header line.")
    return _File(path, label, separator, header, tuple(read_words(header, separator, label)), start)


def _record_ends(content: bytes) -> Array:
    """Return where records end, in bytes after their line end; a line end between quotes ends none."""
    values = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(values == ord("\n"))
    quotes_before = np.searchsorted(np.flatnonzero(values == ord('"')), ends)
    record_ends: Array = ends[quotes_before % 2 == 0] + 1
    return record_ends


def _last_end(content: bytes) -> int:
    """Return where the last whole record ends, 0 if there is none."""
    if b'"' not in content:
        return content.rfind(b"\n") + 1
    ends = _record_ends(content)
    return int(ends[-1]) if ends.size else 0


def _first_end(content: bytes) -> int:
    """Return where the first record ends."""
    ends = _record_ends(content)
    return int(ends[0]) if ends.size else len(content)
