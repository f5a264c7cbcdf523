"""JSON files: records or columns in one value, as pandas and the web write them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from separatrix.data.files.json_lines import scan_json_lines
from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError


def scan_json(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a JSON file, which may also have one object in each line."""
    try:
        values = json.loads(source.read())
    except ValueError:
        return scan_json_lines(source, options)
    lines = "\n".join(json.dumps(record) for record in _records(values, source.label))
    return scan_json_lines(replace(source, content=lines.encode(), folder=None), options)


def _records(values: Any, label: str) -> list[dict[str, Any]]:
    """Return the rows of a JSON value, each with its cells by the names of the columns.

    Raises
    ------
    DataError
        If it is no table.
    """
    if isinstance(values, dict) and {"columns", "data"} <= set(values):  # pandas' orient="split"
        values = [dict(zip(values["columns"], row, strict=False)) for row in values["data"]]
    elif isinstance(values, dict):
        values = _rows_of_columns(values)
    if not isinstance(values, list) or not all(isinstance(row, dict) for row in values):
        raise DataError(
            f'{label} is no table; it must be a list of objects, as in [{{"age": 31}}], or an object of '
            'columns, as in {"age": [31]}.'
        )
    return values


def _rows_of_columns(columns: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of columns that are lists, or objects by row as pandas writes; None for others."""
    if not any(isinstance(column, dict | list) for column in columns.values()):
        return [columns]
    if all(isinstance(column, dict) for column in columns.values()):
        keys = dict.fromkeys(key for column in columns.values() for key in column)
        return [{name: column.get(key) for name, column in columns.items()} for key in keys]
    lists = list(columns.values())
    if not all(isinstance(column, list) and len(column) == len(lists[0]) for column in lists):
        return None
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]
