"""Tables into numbers: what a network sees of each column, learnt in training and saved with the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from separatrix.data.column_encoders import NumericEncoder, TextEncoder
from separatrix.data.columns import Column, as_column, as_text, is_text, missing_rows
from separatrix.errors import DataError, ModelFileError, ParameterError, did_you_mean

_KINDS: dict[str, type[NumericEncoder] | type[TextEncoder]] = {
    encoder.kind: encoder for encoder in (NumericEncoder, TextEncoder)
}


@dataclass(frozen=True)
class TableEncoder:
    """Turns tables into arrays: standardised numbers, one feature per text level.

    Made by :meth:`fit`. Columns are found by name: their order does not matter, and those that were not
    there in training are ignored.

    Parameters
    ----------
    columns : tuple of NumericEncoder or TextEncoder
        One for each column that is used, in order.
    dropped : dict of str to str
        Training columns left out, and why.

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

    columns: tuple[NumericEncoder | TextEncoder, ...]
    dropped: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what may have come from a file."""
        names = [encoder.name for encoder in self.columns]
        if not names or len(set(names)) < len(names):
            raise ValueError("there must be columns, and each name once")
        if not all(isinstance(text, str) for pair in self.dropped.items() for text in pair):
            raise ValueError("dropped must give a reason in words for each name")

    @classmethod
    def fit(cls, columns: Mapping[str, ArrayLike], *, max_categories: int = 50) -> TableEncoder:
        """Learn from a training table how to encode its columns.

        Parameters
        ----------
        columns : mapping of str to array-like of shape (n_rows,)
            Numbers and booleans are numeric, whole-number codes too; text is categorical.
        max_categories : int
            Levels of a text column beyond the most frequent `max_categories` share one feature, `(other)`.

        Returns
        -------
        TableEncoder
            It leaves out columns without any value, and text columns in which nearly every row differs (more
            levels than 50 and than half the rows): see `dropped`.

        Raises
        ------
        DataError
            If a number is infinite, there are no rows, or no column is left.
        ParameterError
            If `max_categories` is below 1.
        """
        if max_categories < 1:
            raise ParameterError(f"max_categories must be at least 1, got {max_categories}.")
        encoders: list[NumericEncoder | TextEncoder] = []
        dropped: dict[str, str] = {}
        for name, values in columns.items():
            column = as_column(values, name)
            if len(column) == 0:
                raise DataError("the table has no rows; add some.")
            if reason := _reason_to_drop(column):
                dropped[name] = reason
            elif is_text(column):
                encoders.append(TextEncoder.fit(column, name, max_categories))
            else:
                encoders.append(NumericEncoder.fit(column, name))
        if not encoders:
            reasons = "; ".join(f"'{name}' {reason}" for name, reason in dropped.items())
            raise DataError(
                f"no column is left to learn from{': ' * bool(reasons)}{reasons}; add one that is."
            )
        return cls(tuple(encoders), dropped)

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
        """Names of the columns that are read as numbers."""
        return [encoder.name for encoder in self.columns if isinstance(encoder, NumericEncoder)]

    @property
    def text_columns(self) -> list[str]:
        """Names of the columns that are read as text."""
        return [encoder.name for encoder in self.columns if isinstance(encoder, TextEncoder)]

    def transform(self, columns: Mapping[str, ArrayLike], dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """Encode a table.

        Parameters
        ----------
        columns : mapping of str to array-like of shape (n_rows,)
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
        absent = [encoder.name for encoder in self.columns if encoder.name not in columns]
        if absent:
            names = ", ".join(f"'{name}'" for name in absent)
            others = [name for name in columns if name not in self.numeric_columns + self.text_columns]
            raise DataError(
                f"the table lacks {'column' if len(absent) == 1 else 'columns'} {names}, which the model was "
                f"trained on.{did_you_mean(absent[0], others)}"
            )
        arrays = [as_column(columns[encoder.name], encoder.name) for encoder in self.columns]
        for encoder, array in zip(self.columns, arrays, strict=True):
            if len(array) != len(arrays[0]):
                raise DataError(
                    f"all columns must be of one length: '{self.columns[0].name}' has {len(arrays[0])} rows, "
                    f"'{encoder.name}' has {len(array)}."
                )
        out = np.zeros((len(arrays[0]), self.n_features_out), dtype=dtype)
        start = 0
        for encoder, array in zip(self.columns, arrays, strict=True):
            stop = start + len(encoder.feature_names)
            encoder.encode(array, out[:, start:stop])
            start = stop
        return out

    def count_unseen(self, columns: Mapping[str, ArrayLike]) -> dict[str, int]:
        """Count, per text column, the values without a feature of their own (new, or too rare in training).

        Columns with none are left out of the answer.
        """
        counts = {
            encoder.name: int((encoder.codes(as_column(columns[encoder.name], encoder.name)) < 0).sum())
            for encoder in self.columns
            if isinstance(encoder, TextEncoder) and encoder.name in columns
        }
        return {name: count for name, count in counts.items() if count}

    def extra_columns(self, columns: Mapping[str, ArrayLike]) -> list[str]:
        """Return the names of columns that training did not have, and that are therefore ignored."""
        known = {encoder.name for encoder in self.columns} | self.dropped.keys()
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
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TableEncoder:
        """Rebuild an encoder from what :meth:`to_dict` returned.

        Raises
        ------
        ModelFileError
            If a part is absent, unknown, or of the wrong type.
        """
        try:
            encoders = []
            for entry in values["columns"]:
                settings = dict(entry)
                encoders.append(_KINDS[settings.pop("kind")](**settings))
            return cls(tuple(encoders), dict(values["dropped"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelFileError(
                f"the table encoder in the model file is broken ({error!r}); save the model again."
            ) from error


def _reason_to_drop(column: Column) -> str | None:
    missing = missing_rows(column)
    if missing.all():
        return "has no value in any row"
    if is_text(column):
        n_levels = len(set(as_text(column)[~missing].tolist()))
        if n_levels > max(50, len(column) / 2):
            return f"is text with {n_levels} different values in {len(column)} rows"
    return None
