"""What the readers of formats take and return: a file or its content, and a table not yet evaluated."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from separatrix.errors import DataError, SeparatrixError

if TYPE_CHECKING:
    import polars

    from separatrix.data.files.csv_layout import CsvLayout


@dataclass(frozen=True)
class Source:
    """A file or its content.

    Attributes
    ----------
    content : Path or bytes
    label : str
        What sentences call it.
    folder : Path or None
        A folder for temporary files, for a file that is too large for memory.
    """

    content: Path | bytes
    label: str
    folder: Path | None = None

    def opened(self) -> BinaryIO:
        """Return a binary file of the content; a `DataError` if it cannot be read."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        try:
            return self.content.open("rb")
        except OSError as error:
            raise DataError(f"{self.label} cannot be read: {error.strerror}.") from error

    def read(self) -> bytes:
        """Return the content."""
        if isinstance(self.content, bytes):
            return self.content
        try:
            return self.content.read_bytes()
        except OSError as error:
            raise DataError(f"{self.label} cannot be read: {error.strerror}.") from error


@dataclass(frozen=True, eq=False)
class ScannedTable:
    """A table of a file, not yet evaluated.

    Attributes
    ----------
    frame : polars.LazyFrame
    layout : CsvLayout or None
        That of a text file.
    notes : tuple of str
        What was guessed or left out, as sentences.
    """

    frame: polars.LazyFrame
    layout: CsvLayout | None = None
    notes: tuple[str, ...] = ()


@contextmanager
def polars_errors(problem: str) -> Iterator[None]:
    """Turn an error of Polars into a `DataError`: the problem, and the reason that Polars gives."""
    import polars as pl

    try:
        yield
    except SeparatrixError:
        raise
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{problem}: {str(error).splitlines()[0].rstrip('.')}.") from error
