"""The encoder of a table makes features of its columns; learned in training, saved with the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from separatrix import check
from separatrix.data.codes import LevelCode
from separatrix.data.column import is_text
from separatrix.data.column_encoders import ENCODERS, ColumnEncoder, NumericEncoder, TextEncoder
from separatrix.data.column_values import as_column
from separatrix.data.kinds.readers import NumberReader
from separatrix.data.schema import Schema, require_columns
from separatrix.data.statistics import MAX_CATEGORIES, ColumnStatistics, NumberStatistics, TextStatistics
from separatrix.data.streams import row_keys
from separatrix.data.table import Table
from separatrix.errors import DataError, ModelFileError


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
    def decimals(self) -> dict[str, str]:
        """The decimal sign with which text is read, by name of `numeric_columns`."""
        found = dict.fromkeys(self.numeric_columns, ".")
        for each in () if self.schema is None else self.schema.used:
            if isinstance(each.reader, NumberReader):
                found[each.name] = each.reader.decimal
        return found

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
                encoders.append(ENCODERS[settings.pop("kind")](**settings))
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
    """Return the encoders that `encoders_to_dict` described; raises as `TableEncoder.from_dict` does.

    Equal columns are one object, so that each is encoded once for all encoders.
    """
    try:
        schemas = [Schema.from_dict(each) for each in schemas_described]
        encoders: list[TableEncoder | None] = []
        for each in described:
            encoder = None if each is None else TableEncoder.from_dict({**each, "schema": None})
            if encoder is not None and each.get("schema") is not None:
                check.integer("schema", each["schema"], 0)
                encoder = replace(encoder, schema=schemas[each["schema"]])
            encoders.append(encoder)
        return _sharing_columns(encoders)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise broken_encoder(error) from error


def _sharing_columns(encoders: Sequence[TableEncoder | None]) -> list[TableEncoder | None]:
    """Return encoders in which equal columns are one object, so that each is encoded once."""
    known: dict[ColumnEncoder, ColumnEncoder] = {}
    return [
        None if one is None else replace(one, columns=tuple(known.setdefault(c, c) for c in one.columns))
        for one in encoders
    ]


def broken_encoder(error: Exception) -> ModelFileError:
    """Return the error for an encoder in a model file that cannot be used."""
    if isinstance(error, ModelFileError):
        return error
    return ModelFileError(f"the table encoder in the model file is broken ({error!r}); save the model again.")
