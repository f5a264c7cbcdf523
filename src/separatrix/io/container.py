"""The container of model files and checkpoints: a safetensors file, checked before anything is allocated.

A safetensors file is the length of its header (8 bytes, little-endian), the header as JSON, and the tensors.
The header has an entry for each tensor, with type, shape and place, and text entries in ``__metadata__``.
Files are written by the library; they are read here, because the library's reader accepts what a file from a
stranger should not have: a key twice, NaN, unknown fields, any number of entries.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAX_HEADER = 100_000_000
"""Bytes of a header: the bound of the format."""

LARGE_HEADER = 2**23
"""Bytes of a header above which a file is read only if it begins as a file of ours, with any history."""

MAX_VALUES = 2**19
"""Commas in the header of a file that does not begin as a file of ours."""

_DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1"},
    **{"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1"},
}
_METADATA = "__metadata__"


class ContainerError(ValueError):
    """A file is not a safetensors file, or damaged; the message says why."""


class Tensor(NamedTuple):
    """Type, shape and place of a tensor, counted from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True)
class Container:
    """The header of a file.

    Attributes
    ----------
    path : Path
    begin : int
        Where the tensors begin.
    metadata : mapping of str to str
    tensors : mapping of str to Tensor
    """

    path: Path
    begin: int
    metadata: Mapping[str, str]
    tensors: Mapping[str, Tensor]

    def array(self, name: str) -> Array:
        """Return a tensor, read from the file."""
        tensor = self.tensors[name]
        if tensor.dtype not in _DTYPES:
            raise ContainerError(f"the type {tensor.dtype} of tensor '{name}' is not known")
        dtype = np.dtype(_DTYPES[tensor.dtype])
        array = np.fromfile(self.path, dtype, count=math.prod(tensor.shape), offset=self.begin + tensor.start)
        if array.nbytes != tensor.stop - tensor.start:
            raise ContainerError(f"tensor '{name}' ends early")
        return array.reshape(tensor.shape)


def read_container(path: Path, key: str) -> Container:
    """Return the header of a file, checked whole.

    Parameters
    ----------
    path : Path
    key : str
        The metadata entry of the file's kind, with which our writer begins.

    Raises
    ------
    ContainerError
        If the file is not such a container.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        header = _read_header(file, size, key)
    try:
        entries = strict_json(_decoded(header))
    except RecursionError as error:
        raise ContainerError("its header is nested too deeply") from error
    except ValueError as error:
        raise ContainerError(f"its header is not strict JSON: {error}") from error
    if not isinstance(entries, dict):
        raise ContainerError("its header is not an object")
    metadata = entries.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ContainerError("its metadata are not text")
    tensors = {name: _tensor(name, entry) for name, entry in entries.items()}
    end = 0
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.stop)):
        if tensor.start != end:
            raise ContainerError("its tensors overlap or leave gaps")
        end = tensor.stop
    begin = 8 + len(header)
    if begin + end != size:
        raise ContainerError(f"its tensors end at byte {begin + end}, and the file at byte {size}")
    return Container(path, begin, metadata, tensors)


def strict_json(text: str) -> Any:
    """Return what JSON text describes; a `ValueError` for NaN, infinities, or a key that comes twice.

    Examples
    --------
    >>> strict_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ...
    ValueError: the key 'a' comes twice
    """
    return json.loads(
        text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite_number
    )


def _read_header(file: BinaryIO, size: int, key: str) -> bytes:
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, MAX_HEADER):
        raise ContainerError("the length of its header is not that of one")
    start = json.dumps({_METADATA: {key: ""}}, separators=(",", ":")).encode()[:-3]
    is_ours = file.read(len(start)) == start
    if length > LARGE_HEADER and not is_ours:
        raise ContainerError("its header is too long")
    file.seek(8)
    header = file.read(length)
    if not is_ours and header.count(b",") > MAX_VALUES:
        raise ContainerError("its header has too many values")
    return header


def _decoded(header: bytes) -> str:
    if not header.startswith(b"{"):
        raise ContainerError("its header is not an object")
    try:
        return header.decode()
    except UnicodeDecodeError as error:
        raise ContainerError("its header is not UTF-8") from error


def _tensor(name: str, entry: Any) -> Tensor:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ContainerError(f"the entry of tensor '{name[:60]}' is not one")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    lists_numbers = all(
        isinstance(numbers, list) and all(type(n) is int and 0 <= n < 2**63 for n in numbers)
        for numbers in (shape, offsets)
    )
    if not isinstance(dtype, str) or not lists_numbers or len(offsets) != 2 or len(shape) > 8:
        raise ContainerError(f"the entry of tensor '{name[:60]}' is not one")
    start, stop = offsets
    if stop < start or (
        dtype in _DTYPES and stop - start != math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize
    ):
        raise ContainerError(f"tensor '{name[:60]}' has another size than its shape")
    return Tensor(dtype, tuple(shape), start, stop)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} comes twice")
    return values


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON has")


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:60]} is too large")
    return number
