"""Table check: what a model was not trained on in a table that it is to predict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from separatrix.data.codes import LevelCode
from separatrix.data.column import Column, as_text, missing_rows
from separatrix.data.column_encoders import TextEncoder
from separatrix.data.column_values import as_column
from separatrix.data.encoder import TableEncoder
from separatrix.data.frames import columns_of
from separatrix.data.kinds.dates import DAY, date_text
from separatrix.data.kinds.readers import DateReader, NumberReader, folded
from separatrix.data.na_words import are_na, without_words
from separatrix.data.schema import AppliedTable, Schema, refuse_title_as_header
from separatrix.data.table import Table
from separatrix.errors import ParameterError, TableWarning, warn
from separatrix.text import plural

MANY, SEVERAL = 0.02, 5.0

MORE_MISSING, ONE_OF_TABLES = 0.1, 1000
"""Fraction of the rows, besides that of the training, from which missing values are said, if chance alone
gives so many in fewer than one of so many tables."""

SHOWN = 6
"""Columns that the warning names."""


@dataclass(frozen=True)
class Unseen:
    """Values of a category that training did not have.

    Attributes
    ----------
    n_rows : int
        Rows with such a value.
    example : str
        The most frequent one.
    known : str or None
        A value of the training that differs from it in case or spaces alone.
    """

    n_rows: int
    example: str
    known: str | None = None


@dataclass(frozen=True)
class TableCheck:
    """What a model was not trained on in a table.

    Attributes
    ----------
    n_rows : int
    lacking : tuple of str
        Columns that the model needs and the table has not.
    unseen : dict of str to Unseen
        Values of categories that training did not have.
    outside : dict of str to tuple of int
        Rows with a number, or a date, farther outside the range of the training than this range is wide, and
        rows that are five times as far.
    ranges : dict of str to tuple of float
        The ranges of these columns; of dates in seconds since 1970.
    dates : tuple of str
        Those of these columns that have dates.
    missing : dict of str to int
        Rows without a value in columns that had one in every training row.
    unreadable : dict of str to Unseen
        Text in columns of numbers or dates; `predict` refuses it.
    gaps : dict of str to tuple
        Rows without a value in columns that had some such rows in training, and their fraction there.
    na : dict of str to Unseen
        Words and numbers that are missing values as the user has said for the training (`na`).
    """

    n_rows: int
    lacking: tuple[str, ...] = ()
    unseen: Mapping[str, Unseen] = field(default_factory=dict)
    outside: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    unreadable: Mapping[str, Unseen] = field(default_factory=dict)
    gaps: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    na: Mapping[str, Unseen] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether there is something to report."""
        return bool(self.sentences)

    @property
    def far(self) -> dict[str, int]:
        """Rows far outside the range of the training: by its width if they are 2 %, else by five times it."""
        counts = {
            name: beyond if beyond >= MANY * self.n_rows else far
            for name, (beyond, far) in self.outside.items()
        }
        return {name: n for name, n in counts.items() if n}

    @property
    def emptier(self) -> dict[str, int]:
        """Rows without a value in columns where these are far more than in training.

        Those are 10 % of the rows more than the fraction in training, and so many that, at that fraction,
        chance alone gives them in fewer than one of a thousand tables (Chernoff's bound).
        """
        return {name: n for name, (n, usual) in self.gaps.items() if _are_far_more(n, self.n_rows, usual)}

    @property
    def sentences(self) -> list[str]:
        """What there is to report, a sentence for each column."""
        found = [f"'{name}' is lacking" for name in self.lacking]
        found += [
            f"'{name}' has text that cannot be read, such as '{text.example}', in {self._of(text.n_rows)}"
            for name, text in self.unreadable.items()
        ]
        for name, unseen in self.unseen.items():
            hint = "" if unseen.known is None else f" (training had '{unseen.known}')"
            found.append(
                f"'{name}' has values that training did not have, such as '{unseen.example}'{hint}, in "
                f"{self._of(unseen.n_rows)}"
            )
        for name, n in self.far.items():
            low, high = (
                date_text(bound) if name in self.dates else f"{bound:.6g}" for bound in self.ranges[name]
            )
            found.append(f"'{name}' is far from {low} to {high} of the training in {self._of(n)}")
        found += [
            f"'{name}' has no value in {self._of(n)}, and had one in every training row"
            for name, n in self.missing.items()
        ]
        found += [
            f"'{name}' has no value in {self._of(n)}, and had none in {100 * self.gaps[name][1]:.3g} % of "
            "the training rows"
            for name, n in self.emptier.items()
        ]
        found += [
            f"'{name}' has '{word.example}' in {self._of(word.n_rows)}, taken as missing as in training"
            for name, word in self.na.items()
        ]
        return found

    @property
    def interval_warning(self) -> str:
        """Why intervals of some rows are not to be relied on, as a sentence; empty if there are no such rows.

        These are rows farther outside the range of the training than this range is wide, however few.
        """
        counts = {name: beyond for name, (beyond, _) in self.outside.items() if beyond}
        if not counts:
            return ""
        shown = [f"'{name}' in {self._of(n)}" for name, n in list(counts.items())[:SHOWN]]
        more = f" and {plural(len(counts) - SHOWN, 'more column')}" if len(counts) > SHOWN else ""
        return (
            f"intervals hold for rows like those of the training, and are too narrow far from it: "
            f"{', '.join(shown)}{more}"
        )

    def _of(self, n: int) -> str:
        return f"{n:,} of {plural(self.n_rows, 'row')}"

    def __str__(self) -> str:
        """Return the sentences, one on each line."""
        return "\n".join(f"{sentence}." for sentence in self.sentences) or "As in training."


def check_table(encoder: TableEncoder, columns: Mapping[str, ArrayLike] | Table) -> TableCheck:
    """Return what a model with this encoder was not trained on in a table.

    Examples
    --------
    >>> from separatrix.data.schema_learning import learn_schema
    >>> table = Table({"sex": ["male", "female"] * 20, "age": [20.0, 60.0] * 20})
    >>> schema = learn_schema(table)
    >>> encoder = TableEncoder.fit(schema.apply(table).columns, schema=schema)
    >>> print(check_table(encoder, {"sex": ["Male", "male"], "age": [25.0, 31000.0]}))
    'sex' has values that training did not have, such as 'Male' (training had 'male'), in 1 of 2 rows.
    'age' is far from 20 to 60 of the training in 1 of 2 rows.
    """
    given = columns.columns if isinstance(columns, Table) else columns
    if isinstance(columns, AppliedTable) or encoder.schema is None:
        lacking: list[str] = []
    else:
        lacking = [name for name in encoder.input_columns if name not in given]
    unreadable: dict[str, Unseen] = {}
    if encoder.schema is not None and not isinstance(columns, AppliedTable):
        given, unreadable = _readable(encoder.schema, given)
        columns = given
    na = {} if encoder.schema is None or isinstance(columns, AppliedTable) else _na(encoder.schema, given)
    known = given if encoder.schema is None else encoder.schema.apply_known(columns)
    applied = known if isinstance(known, Table) else Table(dict(known))  # type: ignore[arg-type]
    outside, ranges, missing = _outside(encoder.schema, applied)
    n_rows = len(next(iter(given.values()), ()))  # type: ignore[arg-type]
    used = () if encoder.schema is None else encoder.schema.used
    dates = tuple(each.name for each in used if each.name in outside and isinstance(each.reader, DateReader))
    unseen, empty = _unseen(encoder, applied)
    n_unread = {name: text.n_rows for name, text in unreadable.items()}
    missing = {name: left for name, n in missing.items() if (left := n - n_unread.get(name, 0))} | empty
    gaps = {
        name: (left, usual)
        for name, (n, usual) in _gaps(encoder.schema, applied).items()
        if (left := n - n_unread.get(name, 0))
    }
    return TableCheck(n_rows, tuple(lacking), unseen, outside, ranges, missing, dates, unreadable, gaps, na)


def together(checks: Sequence[TableCheck]) -> TableCheck:
    """Return what was found in the pieces of a table; of several examples, the first.

    Examples
    --------
    >>> pieces = [TableCheck(2, outside={"age": (1, 1)}, ranges={"age": (20, 60)}), TableCheck(3)]
    >>> print(together(pieces))
    'age' is far from 20 to 60 of the training in 1 of 5 rows.
    """

    def examples(found: Sequence[Mapping[str, Unseen]]) -> dict[str, Unseen]:
        firsts = {name: one for each in reversed(found) for name, one in each.items()}
        counts = sum((Counter({name: one.n_rows for name, one in each.items()}) for each in found), Counter())
        return {name: replace(one, n_rows=counts[name]) for name, one in firsts.items()}

    outside = [name for check in checks for name in check.outside]
    return TableCheck(
        sum(check.n_rows for check in checks),
        tuple(dict.fromkeys(name for check in checks for name in check.lacking)),
        examples([check.unseen for check in checks]),
        {name: _sums([check.outside.get(name, (0, 0)) for check in checks]) for name in outside},
        {name: ends for check in checks for name, ends in check.ranges.items()},
        sum((Counter(check.missing) for check in checks), Counter()),
        tuple(dict.fromkeys(name for check in checks for name in check.dates)),
        examples([check.unreadable for check in checks]),
        {
            name: (sum(check.gaps.get(name, (0, 0.0))[0] for check in checks), usual)
            for each in checks
            for name, (_, usual) in each.gaps.items()
        },
        examples([check.na for check in checks]),
    )


def _sums(pairs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(beyond for beyond, _ in pairs), sum(far for _, far in pairs)


def _readable(
    schema: Schema, columns: Mapping[str, ArrayLike]
) -> tuple[dict[str, ArrayLike], dict[str, Unseen]]:
    """Return the columns without the text that cannot be read, and what that is."""
    readable, found = dict(columns), {}
    for each in schema.used:
        if not isinstance(each.reader, NumberReader | DateReader) or each.name not in columns:
            continue
        column = as_column(columns[each.name], each.name)
        if bad := each.reader.unreadable(without_words(column, schema.na)):
            cells = as_text(column)  # numbers are no dates, but 20241231
            are_bad = np.array([cell in bad for cell in cells.tolist()])
            found[each.name] = _unseen_of((), cells[are_bad])
            readable[each.name] = np.where(are_bad, None, cells)  # type: ignore[call-overload]
    return readable, found


def _na(schema: Schema, columns: Mapping[str, ArrayLike]) -> dict[str, Unseen]:
    """Return the cells that stand for a missing value as the user has said for the training."""
    found = {}
    for name in schema.input_names if schema.na else ():
        if name in columns:
            column = as_column(columns[name], name)
            if (are_words := are_na(column, schema.na)).any():
                found[name] = _unseen_of((), as_text(column[are_words]))
    return found


def _gaps(schema: Schema | None, table: Table) -> dict[str, tuple[int, float]]:
    """Return the rows without a value of columns that had such rows in training, and their fraction there."""
    found = {}
    for each in () if schema is None else schema.used:
        if not 0 < each.n_missing < each.n_rows or each.reader is None:
            continue
        made = next(name for name in each.reader.outputs(each.name, "text"))
        if made in table.columns and (n := int(missing_rows(table.columns[made]).sum())):
            found[each.name] = (n, each.n_missing / each.n_rows)
    return found


def _are_far_more(n: int, n_rows: int, usual: float) -> bool:
    """Return whether far more of some rows have no value than usually; see `TableCheck.emptier`."""
    fraction = n / n_rows
    if fraction < usual + MORE_MISSING:
        return False
    divergence = fraction * math.log(fraction / usual)
    if fraction < 1:
        divergence += (1 - fraction) * math.log((1 - fraction) / (1 - usual))
    return n_rows * divergence > math.log(ONE_OF_TABLES)


def readable_table(encoder: TableEncoder | None, X: Any) -> tuple[Table, TableCheck]:
    """Return a table that a model with this encoder can read, and what of it has been taken as missing.

    Cells that cannot be read become missing, and columns that the table lacks are added without values.

    Raises
    ------
    ParameterError
        If the model takes no tables, or is of an earlier version, which did not keep how columns are read.

    Examples
    --------
    >>> from separatrix.data.schema_learning import learn_schema
    >>> table = Table({"sex": ["male", "female"] * 20, "age": [20.0, 60.0] * 20})
    >>> schema = learn_schema(table)
    >>> encoder = TableEncoder.fit(schema.apply(table).columns, schema=schema)
    >>> rows, faults = readable_table(encoder, {"age": ["31", "old"]})
    >>> schema.apply(rows)["age"]
    array([31., nan])
    >>> print(faults)
    'sex' is lacking.
    'age' has text that cannot be read, such as 'old', in 1 of 2 rows.
    """
    columns = columns_of(X)
    if encoder is None or columns is None:
        raise ParameterError("X", "must be a table, for a model that was fitted with fit_table.")
    table = X if isinstance(X, Table) else Table({name: as_column(columns[name], name) for name in columns})
    if isinstance(table, AppliedTable):
        return table, TableCheck(table.n_rows)
    if encoder.schema is None:
        raise ParameterError(
            "X",
            "cannot be made readable: the model, of an earlier version, does not keep how columns are "
            "read; fit again, or correct the table.",
        )
    refuse_title_as_header(table.columns, encoder.input_columns, table.row_names)
    readable, unreadable = _readable(encoder.schema, table.columns)
    lacking = [name for name in encoder.input_columns if name not in table.columns]
    added = {name: np.full(table.n_rows, None, dtype=object) for name in lacking}
    columns = {name: as_column(cells, name) for name, cells in {**readable, **added}.items()}
    rows = replace(table, columns=columns)
    return rows, TableCheck(table.n_rows, tuple(lacking), unreadable=unreadable)


def warned_readable_table(encoder: TableEncoder | None, X: Any) -> Table:
    """Return the table of `readable_table`; warn of what has been taken as missing."""
    table, faults = readable_table(encoder, X)
    if faults:
        warn(f"{'; '.join(faults.sentences)}: taken as missing.", TableWarning)
    return table


def checked_table(encoder: TableEncoder | None, X: Any) -> TableCheck:
    """Return what a model with this encoder was not trained on; a `ParameterError` if it takes no tables."""
    columns = columns_of(X)
    if encoder is None or columns is None:
        raise ParameterError("X", "must be a table, for a model that was fitted with fit_table.")
    return check_table(encoder, X if isinstance(X, Table) else columns)


def warn_of_table(encoder: TableEncoder, table: Table) -> None:
    """Warn if a table whose columns are made has what training did not have."""
    if encoder.schema is None:
        return
    found = check_table(encoder, table).sentences
    if found:
        more = f"; and {plural(len(found) - SHOWN, 'more column')}" if len(found) > SHOWN else ""
        message = f"{'; '.join(found[:SHOWN])}{more}."
        warn(message, TableWarning)


def warn_of_intervals(encoder: TableEncoder | None, X: Any) -> None:
    """Warn if rows of a table are so far from the training that intervals do not hold for them."""
    columns = columns_of(X)
    if encoder is None or encoder.schema is None or columns is None:
        return
    if sentence := check_table(encoder, X if isinstance(X, Table) else columns).interval_warning:
        warn(f"{sentence}.", TableWarning)


def _unseen(encoder: TableEncoder, table: Table) -> tuple[dict[str, Unseen], dict[str, int]]:
    """Return the new values of columns of text, and their missing values where the training had none."""
    found: dict[str, Unseen] = {}
    missing: dict[str, int] = {}
    for one in encoder.columns:
        is_category = isinstance(one, TextEncoder | LevelCode)
        if not is_category or one.name in found or one.name not in table.columns:
            continue
        assert isinstance(one, TextEncoder | LevelCode)
        column = table.columns[one.name]
        cells = as_text(column)[np.flatnonzero(one.codes(column) < 0)]
        is_empty = np.array([cell is None for cell in cells.tolist()], bool)
        if is_empty.any() and not (isinstance(one, TextEncoder) and one.other):
            missing[one.name] = int(is_empty.sum())
        if not is_empty.all():
            found[one.name] = _unseen_of(one.levels, cells[~is_empty])
    return found, missing


def _unseen_of(levels: tuple[str | None, ...], cells: Column) -> Unseen:
    (example, _), *_ = Counter(map(str, cells.tolist())).most_common(1)
    known = next((level for level in levels if level and folded(level) == folded(example)), None)
    return Unseen(len(cells), example, known)


def _outside(
    schema: Schema | None, table: Table
) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[float, float]], dict[str, int]]:
    """Return how many rows are outside the range of the training, these ranges, and missing values."""
    outside: dict[str, tuple[int, int]] = {}
    ranges: dict[str, tuple[float, float]] = {}
    missing: dict[str, int] = {}
    for each in () if schema is None else schema.used:
        numbers = _numbers(each.reader, each.name, table)
        if numbers is None or each.low is None or each.high is None:
            continue
        low, high = each.low, each.high
        if isinstance(each.reader, DateReader):
            low, high = 0.0, (high - each.reader.first) / DAY
        n_missing = int(np.isnan(numbers).sum())
        if n_missing and not each.n_missing:
            missing[each.name] = n_missing
        beyond, far = _n_outside(numbers, low, high)
        if beyond:
            outside[each.name], ranges[each.name] = (beyond, far), (each.low, each.high)
    return outside, ranges, missing


def _n_outside(numbers: Column, low: float, high: float) -> tuple[int, int]:
    """Return the rows outside a range by more than its width, and by more than several times its width."""
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.maximum(low - numbers, numbers - high) / max(high - low, np.finfo(float).tiny)
    return int((distance > 1).sum()), int((distance > SEVERAL).sum())


def _numbers(reader: Any, name: str, table: Table) -> Column | None:
    """Return the numbers that were made of a column of numbers, or the days of dates."""
    if isinstance(reader, DateReader):
        name = f"{name} (days)"
    elif not isinstance(reader, NumberReader):
        return None
    column = table.columns.get(name)
    return None if column is None or column.dtype == object else column.astype(np.float64)
