"""The row groups of a Parquet file, read from its footer: what bounds the memory that reading takes.

The footer is a `FileMetaData` of the Parquet format in Thrift's compact protocol; of its fields only the
sizes of the row groups are kept. Polars reads all else.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAGIC = b"PAR1"
_LONGEST = 63  # bits of a number
_TAIL = 8  # length of the footer (4 bytes) and the magic word
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12
_ROW_GROUPS, _COLUMNS, _GROUP_ROWS, _META_DATA, _UNCOMPRESSED_SIZE = 4, 1, 3, 3, 6  # numbers of fields


@dataclass(frozen=True)
class RowGroup:
    """A row group: its rows, and the bytes of its largest column before compression."""

    n_rows: int
    largest_column: int


def row_groups(path: Path) -> list[RowGroup]:
    """Return the row groups of a Parquet file, in order.

    Raises
    ------
    ValueError
        If the file has no footer that can be read.
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - _TAIL))
        tail = file.read(_TAIL)
        if len(tail) < _TAIL or tail[4:] != _MAGIC:
            raise ValueError("it does not end as a Parquet file does")
        length = struct.unpack("<I", tail[:4])[0]
        if length > size - _TAIL - len(_MAGIC):
            raise ValueError("its footer is damaged")
        file.seek(size - _TAIL - length)
        footer = file.read(length)
    try:
        values = _Reader(footer).struct()
        return [_row_group(group) for group in values.get(_ROW_GROUPS, [])]
    except (IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("its footer is damaged") from error


def _row_group(group: dict[int, Any]) -> RowGroup:
    sizes = [column[_META_DATA][_UNCOMPRESSED_SIZE] for column in group[_COLUMNS]]
    n_rows, largest = group[_GROUP_ROWS], max(sizes, default=0)
    if not (isinstance(n_rows, int) and isinstance(largest, int) and n_rows >= 0 <= largest):
        raise TypeError("numbers of rows and bytes are counts")
    return RowGroup(n_rows, largest)


class _Reader:
    """Thrift's compact protocol, as dictionaries of field numbers."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def struct(self) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._value(head & 15)
        return fields

    def _value(self, kind: int, in_list: bool = False) -> Any:
        if kind in (_TRUE, _FALSE):
            return self._byte() == _TRUE if in_list else kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind < _DOUBLE:
            return self._zigzag()
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _BINARY:
            return self._take(self._varint())
        if kind in (_LIST, _SET):
            return self._list()
        if kind == _MAP:
            return self._map()
        if kind == _STRUCT:
            return self.struct()
        raise KeyError(kind)

    def _list(self) -> list[Any]:
        head = self._byte()
        length = self._varint() if head >> 4 == 15 else head >> 4
        return [self._value(head & 15, in_list=True) for _ in range(length)]

    def _map(self) -> list[tuple[Any, Any]]:
        length = self._varint()
        kinds = self._byte() if length else 0
        return [(self._value(kinds >> 4, True), self._value(kinds & 15, True)) for _ in range(length)]

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _take(self, n: int) -> bytes:
        self._at += n
        if self._at > len(self._content):
            raise IndexError(self._at)
        return self._content[self._at - n : self._at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > _LONGEST:
                raise IndexError(shift)

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
