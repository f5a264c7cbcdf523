"""Lines of units or types below the names of a CSV file, which are no rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from separatrix.data.files.csv_names import is_sequence
from separatrix.data.files.csv_numbers import is_data
from separatrix.data.files.csv_records import Record, columns_of
from separatrix.data.kinds.numerals import MISSING_WORDS

MOST_UNIT_LINES, LEAST_UNITS, LEAST_BELOW = 2, 2, 3
"""Lines of units below the names, the words that such a line has in columns of numbers, and the rows after
them from which they are looked for."""

LONGEST_UNIT = 20
"""Characters of a unit, or of what stands in a line of units."""

LINE_NAMES = frozenset(
    (
        *("unit", "units", "einheit", "einheiten", "unité", "unités", "unidad", "unidades"),
        *("type", "types", "dtype"),
    )
)
"""What the first cell of a line of units or types may say, in lower case."""

UNITS = frozenset(
    (
        *("mm", "cm", "dm", "km", "µm", "μm", "um", "nm", "in", "inch", "inches", "ft", "feet", "yd"),
        *("mi", "mile", "miles", "mg", "kg", "µg", "μg", "tons", "tonnes", "lb", "lbs", "oz", "ml"),
        *("cl", "dl", "hl", "gal", "cc", "ccm", "qm", "sqm", "ha", "acres", "sec", "seconds", "ms"),
        *("µs", "ns", "min", "minutes", "hr", "hrs", "hours", "days", "weeks", "months", "yr", "yrs"),
        *("year", "years", "jahre", "tage", "°c", "°f", "°", "deg", "degc", "degrees", "celsius"),
        *("rad", "kj", "cal", "kcal", "kw", "mw", "gw", "wh", "kwh", "mwh", "gwh", "mv", "kv", "ma"),
        *("ohm", "hz", "khz", "mhz", "ghz", "db", "pa", "hpa", "kpa", "mpa", "bar", "mbar", "psi"),
        *("mmhg", "kn", "hp", "ps", "rpm", "mph", "kmh", "mpg", "knots", "mol", "mmol", "ppm", "ppb"),
        *("iu", "bpm", "lux", "lx", "%", "‰", "#", "percent", "prozent", "count", "counts", "number"),
        *("pieces", "pcs", "€", "$", "£", "¥", "eur", "euro", "usd", "gbp", "chf", "jpy", "cny", "inr"),
        *("sek", "nok", "dkk", "pln", "czk", "aud", "cad", "dollars", "k€", "k$", "teur", "mio"),
        *("thousand", "thousands", "million", "millions", "byte", "bytes", "kb", "mb", "gb", "tb"),
        *("bit", "bits", "px", "pixels", "str", "string", "text", "char", "varchar", "object", "int"),
        *("integer", "uint", "bigint", "long", "float", "double", "real", "decimal", "numeric", "bool"),
        *("boolean", "date", "datetime", "timestamp", "category", "categorical", "nominal", "ordinal"),
        *("continuous", "discrete", "factor"),
    )
)
"""Units and types of several characters, in lower case."""

LETTERS = frozenset("mgslhtVWJKNΩ")
"""Units of one letter: in the other case it is rather a grade, a size or a sex."""

_NUMBERS = re.compile(r"^\d+|(?:\^?[-+−⁻]?[\d²³¹])+$")
"""A number before a unit, and the exponent after it."""


def n_unit_lines(records: Sequence[Record], words: Sequence[str]) -> int:
    """Return how many records below the names, two at most, have units or types instead of values.

    Such a record has no number where all later records have numbers, but several units, or a first cell
    that says so or is empty there alone. A row of other words, such as "pending", is a row; and below a first
    record with numbers, which are no names, there are no units.
    """
    below = records[1 + MOST_UNIT_LINES :]
    if len(below) < LEAST_BELOW:
        return 0
    columns = columns_of(below, words)
    numeric = [index for index, column in enumerate(columns) if column and all(map(is_data, column))]
    names = [cell for cell in _cells_at(records[0], numeric) if is_data(cell)]
    if names and not is_sequence(names):
        return 0
    has_first = len(columns[0]) == len(below)
    n_lines = 0
    for record in records[1 : 1 + MOST_UNIT_LINES]:
        cells = _cells_at(record, numeric)
        filled = [cell for cell in cells if cell not in words and cell.casefold() not in MISSING_WORDS]
        if len(filled) < LEAST_UNITS or any(map(is_data, filled)):
            break
        if not (all(map(is_unit, filled)) or _is_headed(record, has_first=has_first)):
            break
        n_lines += 1
    return n_lines


def is_unit(cell: str) -> bool:
    """Return whether a cell is a unit or a type, or stands in brackets as one.

    Examples
    --------
    >>> [is_unit(cell) for cell in ("kg", "m/s", "W/m^2", "[lib]", "float64", "pending", "(closed", "")]
    [True, True, True, True, True, False, False, False]
    """
    if not cell or len(cell) > LONGEST_UNIT:
        return False
    if (cell[0], cell[-1]) in (("(", ")"), ("[", "]")):
        return True
    parts = [_NUMBERS.sub("", part) for part in re.split(r"\s*(?:[/*·]|\bper\b)\s*|\s+", cell)]
    return all(part in LETTERS or part.casefold() in UNITS for part in parts)


def _is_headed(record: Record, *, has_first: bool) -> bool:
    """Return whether the first cell says that short cells are units: by a word, brackets, or being empty.

    With `has_first`, all rows have a first cell.
    """
    first, *others = [cell.strip() for cell in record.cells]
    if any(len(cell) > LONGEST_UNIT for cell in others):
        return False
    is_bracketed = (first[:1], first[-1:]) in (("(", ")"), ("[", "]"))
    return is_bracketed or first.casefold().rstrip(":") in LINE_NAMES or (not first and has_first)


def _cells_at(record: Record, indices: Sequence[int]) -> list[str]:
    return [record.cells[index].strip() for index in indices if index < len(record.cells)]
