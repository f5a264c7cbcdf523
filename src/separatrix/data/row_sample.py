"""Row sample: rows of a stream that are drawn by their keys while it is read once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.column import Column
from separatrix.data.column_values import as_column
from separatrix.data.table import Table

Array = NDArray[Any]

MOST_ROWS, MOST_CELLS = 20_000, 2**21


class RowSample:
    """The rows with the smallest keys, of all that were added: at most `most`.

    Parameters
    ----------
    names : list of str
        The columns.

    Examples
    --------
    >>> sample = RowSample(["x"])
    >>> sample.add(np.array([5, 3], dtype=np.uint64), {"x": np.array([1.0, 2.0])})
    >>> sample.table()["x"]
    array([1., 2.])
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.most = max(100, min(MOST_ROWS, MOST_CELLS // max(len(names), 1)))
        self._parts: dict[str, list[Column]] = {name: [] for name in names}
        self._keys: list[Array] = []
        self._n = 0

    def chosen(self, keys: Array) -> Array:
        """Return the indices of the rows of a piece that may be in the sample."""
        if len(keys) <= self.most:
            return np.arange(len(keys))
        return np.sort(np.argpartition(keys, self.most - 1)[: self.most])

    def add(self, keys: Array, columns: dict[str, Column]) -> None:
        """Add rows of a piece, those that were chosen."""
        self._keys.append(keys)
        for name, column in columns.items():
            self._parts[name].append(column)
        self._n += len(keys)
        if self._n > 4 * self.most:
            self._shrink()

    def table(self) -> Table:
        """Return the sample, in the order of the rows."""
        self._shrink()
        return Table({name: as_column(parts[0], name) for name, parts in self._parts.items() if parts})

    def _shrink(self) -> None:
        keys = np.concatenate([np.empty(0, np.uint64), *self._keys])
        kept = self.chosen(keys)
        self._keys, self._n = [keys[kept]], len(kept)
        for name, parts in self._parts.items():
            if parts:
                joined = np.concatenate(parts) if len(parts) > 1 else parts[0]
                self._parts[name] = [joined[kept]]
