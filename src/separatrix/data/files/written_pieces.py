"""Written pieces: frames that come one after the other, as one lazy frame of temporary Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from separatrix.data.column import TYPES, Kind, cell_text, joined_kind
from separatrix.data.frames import kind_of_type

if TYPE_CHECKING:
    import polars


def written_pieces(frames: Iterable[polars.DataFrame], folder: Path) -> polars.LazyFrame:
    """Return frames as one, without keeping them in memory.

    A column that some lack has no values there; one of different kinds has the narrowest that holds all.
    Numbers become text as `separatrix.data.column.as_text` writes them.

    Examples
    --------
    >>> import polars, tempfile
    >>> frames = [polars.DataFrame({"a": [1]}), polars.DataFrame({"a": [0.5], "b": ["x"]})]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written_pieces(frames, Path(folder)).collect().to_dict(as_series=False)
    {'a': [1.0, 0.5], 'b': [None, 'x']}
    >>> frames = [polars.DataFrame({"a": [1.0, 2.5]}), polars.DataFrame({"a": ["x"]})]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written_pieces(frames, Path(folder)).collect().to_dict(as_series=False)
    {'a': ['1', '2.5', 'x']}
    """
    import polars as pl

    paths, schemas = [], []
    for number, frame in enumerate(frames):
        paths.append(folder / f"piece-{number}.parquet")
        schemas.append(frame.schema)
        frame.write_parquet(paths[-1], compression="lz4", statistics=False)
    kinds: dict[str, Kind] = {}
    for name in dict.fromkeys(name for schema in schemas for name in schema):
        kinds[name] = reduce(joined_kind, (kind_of_type(each[name]) for each in schemas if name in each))
    return pl.concat(_converted(path, schema, kinds) for path, schema in zip(paths, schemas, strict=True))


def _converted(path: Path, schema: polars.Schema, kinds: Mapping[str, Kind]) -> polars.LazyFrame:
    """Return the frame of a file with the columns of all files, of these kinds."""
    import polars as pl

    order = {name: index for index, name in enumerate(schema)}  # some names stand for several columns
    columns = []
    for name, kind in kinds.items():
        column = pl.nth(order[name]) if name in order else pl.lit(None)
        is_same = name in order and kind_of_type(schema[name]) == kind
        if is_same or kind == "empty":
            columns.append(column)
        elif kind == "text" and name in order and schema[name].is_float():
            columns.append(column.map_elements(cell_text, return_dtype=pl.String))
        else:
            columns.append(column.cast(TYPES[kind]))
    return pl.scan_parquet(path, glob=False).select(
        each.alias(name) for name, each in zip(kinds, columns, strict=True)
    )
