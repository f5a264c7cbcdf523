"""Small files: many Parquet files of a few rows each, joined so that a table of them is read at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from separatrix.data.parquet_stream import ParquetFile, joined_kinds
from separatrix.data.streams import MOST_ROWS, Piece

MANY = 16
"""Files from which on small ones are joined."""

FEW_ROWS = 2**12
"""Most rows of a small file."""


def with_small_files_joined(
    files: Sequence[ParquetFile], folder: Path, piece_bytes: int
) -> list[ParquetFile]:
    """Return the files of a table in their order, where small ones of the same types are one temporary file.

    Parameters
    ----------
    files : sequence of ParquetFile
    folder : Path
        Where the temporary files are written.
    piece_bytes : int
        Memory that a piece may take.

    Raises
    ------
    DataError
        If the files do not have the same columns; they may be in another order.
    """
    if len(files) < MANY:
        return list(files)
    joined_kinds([file.name for file in files], [file.kinds for file in files])
    joined: list[ParquetFile] = []
    for is_small, run in groupby(files, _types_if_small):
        if is_small is None:
            joined += run
            continue
        for names, frames in _batches(run, piece_bytes):
            import polars as pl

            path, name = folder / f"joined-{len(joined)}.parquet", f"{names[0]} to {names[-1]}"
            joined.append(ParquetFile.write(pl.concat(frames).lazy(), path, name, piece_bytes))
    return joined


def _types_if_small(file: ParquetFile) -> dict[str, Any] | None:
    return file.types if sum(file.group_rows) <= FEW_ROWS else None


def _batches(files: Iterator[ParquetFile], piece_bytes: int) -> Iterator[tuple[list[str], list[Any]]]:
    """Yield the names and the data frames of files that fit into a piece together."""
    names: list[str] = []
    frames: list[Any] = []
    columns: list[str] = []
    n_rows = n_bytes = 0
    for file in files:
        columns = columns or list(file.types)  # other files may have them in another order
        frame = file.frame(columns, Piece(0, 0, sum(file.group_rows), 0))
        if frames and (n_rows + frame.height > MOST_ROWS or n_bytes + frame.estimated_size() > piece_bytes):
            yield names, frames
            names, frames, n_rows, n_bytes = [], [], 0, 0
        names.append(file.name)
        frames.append(frame)
        n_rows, n_bytes = n_rows + frame.height, n_bytes + frame.estimated_size()
    yield names, frames
