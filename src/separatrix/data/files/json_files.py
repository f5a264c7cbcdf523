"""JSON files: records or columns in one value, as pandas and the web write them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from separatrix.data.files.json_lines import scan_json_lines
from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError

_RULE = 'it must be a list of objects, as in [{"age": 31}], or an object of columns, as in {"age": [31]}'


def scan_json(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a JSON file, which may also have one object in each line."""
    content = source.read()
    try:
        values = json.loads(content, parse_constant=_constant)
    except RecursionError as error:
        raise DataError(f"{source.label} is nested too deeply for a table; {_RULE}.") from error
    except ValueError as error:
        if _has_lines(content):
            return scan_json_lines(source, options)
        raise DataError(f"{source.label} is not valid JSON ({error}); it may be cut off.") from error
    records = _records(values, source.label)
    if not records:
        raise DataError(f"{source.label} has no rows; add some.")
    try:
        lines = "\n".join(json.dumps(record, allow_nan=False) for record in records)
    except ValueError as error:
        raise DataError(f"{source.label} has infinite numbers; replace them, or write null.") from error
    return scan_json_lines(replace(source, content=lines.encode(), folder=None), options)


def _constant(word: str) -> float | None:
    """Return what a word that is no JSON stands for: NaN, as Python's json writes it, is a missing value."""
    return None if word == "NaN" else float(word)


def _has_lines(content: bytes) -> bool:
    """Return whether the first line is a JSON object of itself."""
    first, *_ = content.strip().split(b"\n", 1)
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _records(values: Any, label: str) -> list[dict[str, Any]]:
    """Return the rows of a JSON value, each with its cells by the names of the columns.

    Raises
    ------
    DataError
        If it is no table.
    """
    if isinstance(values, dict) and _is_split(values):
        values = [dict(zip(values["columns"], row, strict=True)) for row in values["data"]]
    elif isinstance(values, dict):
        values = _rows_of_columns(values)
    if not isinstance(values, list) or not all(isinstance(row, dict) for row in values):
        raise DataError(f"{label} is no table; {_RULE}.")
    return values


def _is_split(values: dict[str, Any]) -> bool:
    """Return whether these are names of columns and rows, as pandas writes with orient="split"."""
    names, rows = values.get("columns"), values.get("data")
    if not isinstance(names, list) or not isinstance(rows, list):
        return False
    are_names = not any(isinstance(name, list | dict) for name in names)
    return are_names and all(isinstance(row, list) and len(row) == len(names) for row in rows)


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
