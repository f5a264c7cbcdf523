"""Row names: where the rows of a table are in the file or the frame that it is from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RowNames:
    """A name for each row of a table, by which it is found where the table is from.

    Attributes
    ----------
    names : ndarray of shape (n_rows,)
        Numbers, or labels of a frame's index.
    what : str
        What they are: a noun such as ``line of 'people.csv'``.
    head : tuple of int
        Lines of the file before each of its first rows, if these are the first rows of this table.

    Examples
    --------
    >>> names = RowNames.of_file("data/people.csv", [0, 1, 2]).take([0, 2])
    >>> names.names, names.sentence
    (array([1, 3]), "The first column is the row of 'people.csv', counted from 1.")
    """

    names: NDArray[Any]
    what: str
    head: tuple[int, ...] = ()

    @classmethod
    def of_file(cls, source: Any, rows: Any, layout: Any = None) -> RowNames:
        """Return the names of rows of a file, with its `CsvLayout`, or of several files that are one table.

        `rows` are their numbers, counted from 0.
        """
        numbers = np.asarray(rows) + 1
        if isinstance(source, Sequence) and not isinstance(source, str):
            return cls(numbers, "row of all files, counted from 1")
        head = layout.head if layout is not None and len(numbers) and numbers[0] == 1 else ()
        name = "standard input" if str(source) == "-" else f"'{Path(os.fspath(source)).name}'"
        if layout is not None and layout.is_line_by_line:
            return cls(numbers + layout.first_row, f"line of {name}", head)
        below = " below the names" if layout is not None and layout.header else ""
        return cls(numbers, f"row of {name}, counted from 1{below}", head)

    @classmethod
    def of_rows(cls, rows: Any) -> RowNames:
        """Return the names of the rows of a table, of a frame with an index, or of anything with rows."""
        known = getattr(rows, "row_names", None)
        if isinstance(known, RowNames):
            return known
        if hasattr(rows, "iloc"):
            return cls(np.asarray(rows.index), "index of the data frame")
        n_rows = rows.n_rows if hasattr(rows, "n_rows") else rows.shape[0] if hasattr(rows, "shape") else None
        return cls(np.arange(len(rows) if n_rows is None else n_rows), "row, counted from 0")

    @property
    def heading(self) -> str:
        """The noun alone: line, row or index."""
        return self.what.split(" ")[0].rstrip(",")

    @property
    def sentence(self) -> str:
        """What the names are, for a table whose first column has them."""
        return f"The first column is the {self.what}."

    def take(self, rows: Any) -> RowNames:
        """Return the names of some rows."""
        return replace(self, names=self.names[rows], head=())
