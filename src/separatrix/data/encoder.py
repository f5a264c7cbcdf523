"""Encoders turn columns of a table into features; they are learned in training and saved with the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar, get_args

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from separatrix import check
from separatrix.data.codes import Code, LevelCode
from separatrix.data.schema import Schema, require_columns
from separatrix.data.statistics import (
    MAX_CATEGORIES,
    MEDIAN_ROWS,
    ColumnStatistics,
    NumberStatistics,
    TargetStatistics,
    TextStatistics,
)
from separatrix.data.streams import Stream, row_keys
from separatrix.data.table import Column, Table, as_column, as_numbers, as_text, is_text
from separatrix.data.target_codes import TargetCode
from separatrix.errors import DataError, ModelFileError

Array = NDArray[Any]

LIMIT = 1e6
"""Bound on a standardised number. Among n training rows none exceeds sqrt(n), so only absurd values do."""


@dataclass(frozen=True)
class NumericEncoder:
    """Standardises numbers; the median replaces missing values, and a second feature marks them.

    Parameters
    ----------
    name : str
        The column.
    fill : float
        Value for missing ones: the training median.
    mean, scale : float
        Mean and standard deviation of the filled training column; `scale` is 1 if all values are equal.
    indicator : bool
        Whether training had missing values, so that a feature marks them.
    """

    kind: ClassVar[str] = "numeric"
    reads_text: ClassVar[bool] = False
    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        numbers = (self.fill, self.mean, self.scale)
        if (
            not all(isinstance(number, float) and math.isfinite(number) for number in numbers)
            or self.scale <= 0
        ):
            raise ValueError(f"fill, mean and scale must be finite floats, scale above zero; got {numbers}")
        if not isinstance(self.name, str) or not isinstance(self.indicator, bool):
            raise ValueError("name must be text and indicator true or false")

    @classmethod
    def from_statistics(cls, name: str, numbers: NumberStatistics) -> NumericEncoder:
        """Return the encoder of a column with these numbers."""
        mean, scale = numbers.moments()
        return cls(name, numbers.median, mean, scale or 1.0, indicator=numbers.n_missing > 0)

    @property
    def feature_names(self) -> list[str]:
        """The column's name, and `name (missing)` if there is an indicator."""
        return [self.name, f"{self.name} (missing)"] if self.indicator else [self.name]

    def encode(self, column: Column, out: NDArray[Any]) -> None:
        """Write the features into `out` of shape (n_rows, n_features), which holds zeros."""
        values = as_numbers(column, self.name)
        missing = np.isnan(values)
        with np.errstate(over="ignore"):
            standardised = (np.where(missing, self.fill, values) if missing.any() else values) - self.mean
            standardised /= self.scale
        out[:, 0] = np.clip(standardised, -LIMIT, LIMIT, out=standardised)
        if self.indicator:
            out[:, 1] = missing


@dataclass(frozen=True)
class TextEncoder:
    """Turns text into one feature for each level, and one for missing values if training had any.

    A value without a level counts as `(other)` if training had rare values, which share that feature.
    Otherwise all its features are zero: a feature that is always zero in training has an untrained weight.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of str
        Sorted, without duplicates.
    missing, other : bool
        Whether there is a feature for missing values, and one for values that are not in `levels`.
    """

    kind: ClassVar[str] = "text"
    reads_text: ClassVar[bool] = True
    name: str
    levels: tuple[str, ...]
    missing: bool
    other: bool

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        object.__setattr__(self, "levels", tuple(self.levels))
        if not all(isinstance(level, str) for level in (self.name, *self.levels)):
            raise ValueError("name and levels must be text")
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError("levels must be sorted and without duplicates")
        if not isinstance(self.missing, bool) or not isinstance(self.other, bool):
            raise ValueError("missing and other must be true or false")

    @classmethod
    def from_statistics(cls, name: str, text: TextStatistics, max_categories: int) -> TextEncoder:
        """Return the encoder of a column with this text."""
        levels, has_more = text.frequent(max_categories)
        return cls(name, tuple(levels), missing=text.n_missing > 0, other=has_more)

    @cached_property
    def _codes(self) -> dict[str | None, int]:
        """Index of each level, and of None if there is a feature for missing values."""
        levels = (*self.levels, None) if self.missing else self.levels
        return {level: code for code, level in enumerate(levels)}

    @property
    def feature_names(self) -> list[str]:
        """`name=level` for each level, then `name=(missing)` and `name=(other)` if they exist."""
        extra = [name for name, exists in (("(missing)", self.missing), ("(other)", self.other)) if exists]
        return [f"{self.name}={level}" for level in (*self.levels, *extra)]

    def codes(self, column: Column) -> NDArray[np.intp]:
        """Return the index of each value's level, -1 if it has none."""
        values = as_text(column)
        # Ten times as fast as sorting objects with np.unique.
        return np.fromiter(
            map(self._codes.get, values.tolist(), repeat(-1)), dtype=np.intp, count=len(values)
        )

    def encode(self, column: Column, out: NDArray[Any]) -> None:
        """Write the features into `out` of shape (n_rows, n_features), which holds zeros."""
        codes = self.codes(column)
        if self.other:
            codes[codes < 0] = len(self._codes)
        rows = np.flatnonzero(codes >= 0)
        out[rows, codes[rows]] = 1


ColumnEncoder = NumericEncoder | TextEncoder | Code | TargetCode
"""Anything that turns one column into features."""

_KINDS: dict[str, type[ColumnEncoder]] = {encoder.kind: encoder for encoder in get_args(ColumnEncoder)}


@dataclass(frozen=True)
class TableEncoder:
    """Turns tables into arrays: standardised numbers, one feature per text level.

    Created by `fit`. Columns are found by name: their order does not matter, and columns that training did
    not have are ignored.

    Parameters
    ----------
    columns : tuple of NumericEncoder or TextEncoder
        One for each column used, in order.
    dropped : dict of str to str
        Training columns that are not used, and why.
    schema : Schema, optional
        Makes the columns that are encoded from those of a table; by default they are the table's.

    Examples
    --------
    >>> encoder = TableEncoder.fit({"age": [30, 50], "sex": ["f", "m"]})
    >>> encoder.feature_names_out
    ['age', 'sex=f', 'sex=m']
    >>> encoder.transform({"sex": ["m", "x"], "age": [40, None]})
    array([[0., 0., 1.],
           [0., 0., 0.]])
    >>> encoder.count_unseen({"sex": ["m", "x"]})
    {'sex': 1}
    """

    columns: tuple[ColumnEncoder, ...]
    dropped: dict[str, str] = field(default_factory=dict)
    schema: Schema | None = None

    def __post_init__(self) -> None:
        """Check values that may come from a file."""
        kinds = [(encoder.name, encoder.kind) for encoder in self.columns]
        if not kinds or len(set(kinds)) < len(kinds):
            raise ValueError("there must be columns, and their names must differ")
        if not all(isinstance(text, str) for pair in self.dropped.items() for text in pair):
            raise ValueError("dropped must have a reason in words for each name")

    @classmethod
    def fit(
        cls,
        columns: Mapping[str, ArrayLike],
        *,
        max_categories: int = MAX_CATEGORIES,
        schema: Schema | None = None,
    ) -> TableEncoder:
        """Learn from a training table how to encode its columns.

        Parameters
        ----------
        columns : mapping of str to array-like of shape (n_rows,)
            Numbers and booleans are numeric, also whole numbers that are codes; text is categorical.
        max_categories : int
            Levels of a text column that have a feature each, the most frequent ones; the others share one
            feature, `(other)`.
        schema : Schema, optional
            What made the columns of those of a table.

        Returns
        -------
        TableEncoder
            Without columns that have no value, and without text columns that are nearly all different (more
            levels than 50 and than half the rows); see `dropped`.

        Raises
        ------
        DataError
            If a number is infinite, there are no rows, or no column is left.
        ParameterError
            If `max_categories` is below 1.
        """
        check.integer("max_categories", max_categories, 1)
        statistics: dict[str, ColumnStatistics] = {}
        for name, values in columns.items():
            column = as_column(values, name)
            if len(column) == 0:
                raise DataError("the table has no rows; add some.")
            if is_text(column):
                statistics[name] = TextStatistics(max_levels=len(column))
            else:
                statistics[name] = NumberStatistics(name, len(column))
            statistics[name].add(column, row_keys(0, 0, len(column)))
        return cls.from_statistics(statistics, max_categories, schema)

    @classmethod
    def from_statistics(
        cls,
        statistics: Mapping[str, ColumnStatistics],
        max_categories: int = MAX_CATEGORIES,
        schema: Schema | None = None,
    ) -> TableEncoder:
        """Return the encoder of columns with these statistics, as `fit` does.

        Raises
        ------
        DataError
            If no column is left.
        """
        dropped: dict[str, str] = {}
        encoders: list[NumericEncoder | TextEncoder] = []
        for name, column in statistics.items():
            if reason := column.reason_to_drop(is_decided=schema is not None):
                dropped[name] = reason
            elif isinstance(column, TextStatistics):
                encoders.append(TextEncoder.from_statistics(name, column, max_categories))
            else:
                encoders.append(NumericEncoder.from_statistics(name, column))
        if not encoders:
            reasons = "; ".join(f"'{name}' {reason}" for name, reason in dropped.items())
            raise DataError(
                f"no column is left to learn from{': ' if reasons else ''}{reasons}; add one that is."
            )
        if schema is not None:
            dropped = {**schema.dropped, **dropped}
        return cls(tuple(encoders), dropped, schema)

    @property
    def feature_names_out(self) -> list[str]:
        """Names of the features, such as `age`, `age (missing)`, `sex=f`, `sex=(missing)`, `sex=(other)`."""
        return [name for encoder in self.columns for name in encoder.feature_names]

    @property
    def n_features_out(self) -> int:
        """Number of features."""
        return sum(len(encoder.feature_names) for encoder in self.columns)

    @property
    def numeric_columns(self) -> list[str]:
        """Names of the columns of a table that are read as numbers."""
        if self.schema is not None:
            return [each.name for each in self.schema.used if each.reader and not each.reader.reads_text]
        return list(dict.fromkeys(encoder.name for encoder in self.columns if not encoder.reads_text))

    @property
    def input_columns(self) -> list[str]:
        """Names of the columns of a table that are needed."""
        if self.schema is not None:
            return self.schema.input_names
        return list(dict.fromkeys(encoder.name for encoder in self.columns))

    def source(self, name: str) -> str:
        """Return the column of a table that the column `name` of `columns` is made of."""
        return name if self.schema is None else self.schema.sources.get(name, name)

    @property
    def text_columns(self) -> list[str]:
        """Names of the columns of a table that are read as text."""
        if self.schema is not None:
            return [each.name for each in self.schema.used if each.reader and each.reader.reads_text]
        return list(dict.fromkeys(encoder.name for encoder in self.columns if encoder.reads_text))

    def transform(
        self, columns: Mapping[str, ArrayLike] | Table, dtype: DTypeLike = np.float64
    ) -> NDArray[Any]:
        """Encode a table.

        Parameters
        ----------
        columns : Table, or mapping of str to array-like of shape (n_rows,)
            At least the columns of `numeric_columns` and `text_columns`.
        dtype : dtype
            A floating-point type.

        Returns
        -------
        ndarray of shape (n_rows, n_features_out)
            In C order; its columns are `feature_names_out`.

        Raises
        ------
        DataError
            If a column is missing, lengths differ, or a numeric column holds text or infinity.
        """
        table = self.prepare(columns)
        out = np.zeros((table.n_rows, self.n_features_out), dtype=dtype)
        start = 0
        for encoder in self.columns:
            stop = start + len(encoder.feature_names)
            encoder.encode(table.columns[encoder.name], out[:, start:stop])
            start = stop
        return out

    def prepare(self, columns: Mapping[str, ArrayLike] | Table) -> Table:
        """Return the columns that are encoded, made of those of a table; raises as `transform` does."""
        if self.schema is not None:
            return self.schema.apply(columns)
        given = columns.columns if isinstance(columns, Table) else columns
        require_columns(given, self.input_columns)
        return Table({one.name: as_column(given[one.name], one.name) for one in self.columns})

    def count_unseen(self, columns: Mapping[str, ArrayLike] | Table) -> dict[str, int]:
        """Count the values of each text column that have no level of their own: new, or rare in training.

        Columns without such values are not in the result.
        """
        if self.schema is not None:
            columns = self.schema.apply_known(columns)
        columns = columns.columns if isinstance(columns, Table) else columns
        counts = {
            encoder.name: int((encoder.codes(as_column(columns[encoder.name], encoder.name)) < 0).sum())
            for encoder in self.columns
            if isinstance(encoder, TextEncoder | LevelCode) and encoder.name in columns
        }
        return {name: count for name, count in counts.items() if count}

    def extra_columns(self, columns: Mapping[str, ArrayLike]) -> list[str]:
        """Return the names of columns that are ignored because training did not have them."""
        known = {*self.input_columns, *self.dropped}
        return [name for name in columns if name not in known]

    def to_dict(self) -> dict[str, Any]:
        """Return the encoder as values that JSON can hold; floats survive to the last bit.

        Examples
        --------
        >>> encoder = TableEncoder.fit({"age": [30, 50]})
        >>> encoder.to_dict()["columns"]
        [{'kind': 'numeric', 'name': 'age', 'fill': 40.0, 'mean': 40.0, 'scale': 10.0, 'indicator': False}]
        >>> TableEncoder.from_dict(encoder.to_dict()) == encoder
        True
        """
        return {
            "columns": [{"kind": encoder.kind, **asdict(encoder)} for encoder in self.columns],
            "dropped": dict(self.dropped),
            "schema": None if self.schema is None else self.schema.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TableEncoder:
        """Return the encoder that `to_dict` described.

        Raises
        ------
        ModelFileError
            If an entry is missing, unknown, or of the wrong type.
        """
        try:
            encoders = []
            for entry in values["columns"]:
                settings = dict(entry)
                encoders.append(_KINDS[settings.pop("kind")](**settings))
            schema = values.get("schema")
            known = None if schema is None else Schema.from_dict(schema)
            return cls(tuple(encoders), dict(values["dropped"]), known)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise broken_encoder(error) from error


def encoders_to_dict(encoders: Sequence[TableEncoder | None]) -> dict[str, Any]:
    """Return encoders as values that JSON can hold, each schema once."""
    schemas = list({id(each.schema): each.schema for each in encoders if each and each.schema}.values())
    numbers = {id(schema): number for number, schema in enumerate(schemas)}
    described = [
        None if each is None else {**each.to_dict(), "schema": numbers.get(id(each.schema))}
        for each in encoders
    ]
    return {"encoders": described, "schemas": [schema.to_dict() for schema in schemas]}


def encoders_from_dict(
    described: Sequence[Any], schemas_described: Sequence[Any]
) -> list[TableEncoder | None]:
    """Return the encoders that `encoders_to_dict` described; raises as `TableEncoder.from_dict` does."""
    try:
        schemas = [Schema.from_dict(each) for each in schemas_described]
        encoders: list[TableEncoder | None] = []
        for each in described:
            encoder = None if each is None else TableEncoder.from_dict({**each, "schema": None})
            if encoder is not None and each.get("schema") is not None:
                check.integer("schema", each["schema"], 0)
                encoder = replace(encoder, schema=schemas[each["schema"]])
            encoders.append(encoder)
        return encoders
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise broken_encoder(error) from error


def broken_encoder(error: Exception) -> ModelFileError:
    """Return the error for an encoder in a model file that cannot be used."""
    if isinstance(error, ModelFileError):
        return error
    return ModelFileError(f"the table encoder in the model file is broken ({error!r}); save the model again.")


def learn(
    stream: Stream,
    target: str,
    seed: int,
    is_left_out: Callable[[Array], Array] | None = None,
    median_rows: int = MEDIAN_ROWS,
    schema: Schema | None = None,
) -> tuple[TableEncoder, TargetStatistics]:
    """Read a stream once: learn how to encode its columns, and what its target is.

    Parameters
    ----------
    stream : Stream
    target : str
        The column to predict, one of the stream's; all others are encoded.
    seed : int
        Of the keys of the rows.
    is_left_out : callable, optional
        Takes keys and returns a mask of the rows not to learn from.
    median_rows : int
        Values of a column that are kept to find its median.
    schema : Schema, optional
        What makes the columns of the stream of those of a table.

    Returns
    -------
    encoder : TableEncoder
        As `TableEncoder.fit` makes it of the same rows, except for rounding and, if there are many rows, the
        median and the count of rare levels.
    target_statistics : TargetStatistics

    Raises
    ------
    DataError
        If a number is infinite, a target is missing, or no column is left to learn from.
    """
    names = [name for name in stream.kinds if name != target]
    statistics: dict[str, ColumnStatistics] = {
        name: TextStatistics() if stream.kinds[name] == "text" else NumberStatistics(name, median_rows)
        for name in names
    }
    target_statistics = TargetStatistics(target, stream.kinds[target])
    for piece in stream.pieces:
        keys = piece.keys(seed)
        left_out = None if is_left_out is None else is_left_out(keys)
        kept = slice(None) if left_out is None else ~left_out
        for name, column in stream.read(piece, [target, *names]):
            with stream.located(piece):
                if name == target:
                    target_statistics.add(column, left_out)
                else:
                    statistics[name].add(column[kept], keys[kept])
    return TableEncoder.from_statistics(statistics, schema=schema), target_statistics
