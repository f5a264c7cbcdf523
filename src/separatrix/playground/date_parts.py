"""Columns that are parts of a date, so that the page asks for the date itself."""

from __future__ import annotations

from separatrix.data.kinds.readers import DateReader
from separatrix.data.schema import Schema

DateParts = dict[str, tuple[str, str, float]]
"""By the name of a column: the column of dates, its part, and its first moment in seconds since 1970."""


def date_parts(schema: Schema | None) -> DateParts:
    """Return the columns that are made of dates; the part of a time of the day alone is "time".

    Examples
    --------
    >>> from separatrix.data.schema_learning import learn_schema
    >>> from separatrix.data.table import Table
    >>> days = ["2024-01-01", "2024-01-05", "2024-01-02", "2024-01-09"]
    >>> date_parts(learn_schema(Table({"start": days, "y": [0, 1, 0, 1]}), "y"))["start (days)"]
    ('start', 'days', 1704067200.0)
    """
    if schema is None:
        return {}
    return {
        f"{each.name} ({part})": (each.name, "time" if reader.order == "time" else part, reader.first)
        for each in schema.used
        if isinstance(reader := each.reader, DateReader)
        for part in reader.parts
    }
