"""Labels: the classes of a target, their codes and their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix import check
from separatrix.data.column import Column, as_text, is_text
from separatrix.data.column_values import as_column
from separatrix.data.table import require_values
from separatrix.errors import DataError, ParameterError, did_you_mean

Array = NDArray[Any]
Codes = NDArray[np.intp]

_NUMBERS = (int, float, np.integer, np.floating)


def plain_labels(y: Any, name: str = "y") -> Any:
    """Return labels of another library's types as an array of the same labels; others as they are.

    scikit-learn reads nullable integers and truth values as floats, which changes the labels, and identifiers
    beyond 2**53 to others. Categories become their values.

    Parameters
    ----------
    y : array-like
        Labels, a frame of one column, or an indicator matrix.
    name : str
        What errors call the labels.

    Raises
    ------
    DataError
        If a label is missing or masked, or the labels are objects of several types, or of one that has no
        order or no exact text, such as decimal numbers.

    Examples
    --------
    >>> plain_labels(np.array([True, False], dtype=object))
    array([ True, False])
    >>> plain_labels(np.array([1, "a"], dtype=object))
    Traceback (most recent call last):
    ...
    separatrix.errors.DataError: y has labels of several types, such as 1 (int) and 'a' (str), which have no \
common order; convert all of them to text.
    """
    if np.ma.isMaskedArray(y) and np.ma.is_masked(y):
        raise DataError(f"{name} has masked cells; fill them, or leave their rows out.")
    dtype: Any = getattr(y, "dtype", None)
    if str(dtype) == "category":
        return plain_labels(np.asarray(y), name)
    if hasattr(dtype, "numpy_dtype") and getattr(dtype, "kind", "") in "biu":  # nullable types of pandas
        _require_labels(np.asarray(y.isna()), name)
        return y.to_numpy(dtype=dtype.numpy_dtype)
    if hasattr(y, "columns") and hasattr(y, "iloc"):
        plain = {column: kind.numpy_dtype for column, kind in y.dtypes.items() if _is_nullable(kind)}
        return y.astype(plain) if plain and not y.isna().any(axis=None) else y
    if isinstance(y, list | tuple):
        items = [] if any(isinstance(item, list | tuple | np.ndarray) for item in y) else list(y)
        return (
            y if len({type(item) for item in items}) < 2 and not _are_odd(items) else _of_objects(items, name)
        )
    if not hasattr(y, "__array__") or getattr(y, "ndim", 1) != 1:
        return y
    values = np.asarray(y)
    if values.dtype.kind in "mM" and np.isnat(values).any():
        raise DataError(f"{name} has a time that is not given (NaT); leave its rows out.")
    return _of_objects(values.tolist(), name) if values.dtype == object else y


def _is_nullable(dtype: Any) -> bool:
    return hasattr(dtype, "numpy_dtype") and dtype.kind in "biu"


def _require_labels(missing: NDArray[np.bool_], name: str) -> None:
    if missing.any():
        row = int(missing.argmax()) + 1
        raise DataError(f"{name} has no label in row {row}; give it one, or leave such rows out.")


def _are_odd(items: list[Any]) -> bool:
    """Return whether labels of one type are neither text nor numbers that NumPy has."""
    return bool(items) and not isinstance(items[0], str | bytes | bool | int | float | np.generic)


def _of_objects(items: list[Any], name: str) -> Any:
    """Return objects as an array of their common type."""
    _require_labels(np.array([item is None or _is_nan(item) for item in items], bool), name)
    firsts = {type(item): item for item in reversed(items)}
    if len(firsts) > 1 and not all(issubclass(kind, _NUMBERS) and kind is not bool for kind in firsts):
        one, other = sorted(firsts, key=lambda kind: kind.__name__)[:2]
        raise DataError(
            f"{name} has labels of several types, such as {firsts[one]!r} ({one.__name__}) and "
            f"{firsts[other]!r} ({other.__name__}), which have no common order; convert all of them to text."
        )
    array = np.array(items)
    if array.dtype == object and items:
        kind = type(items[0]).__name__
        raise DataError(
            f"{name} has labels of type {kind}, which are not text, truth values or numbers of up to 64 "
            "bits; convert them to text."
        )
    return np.array(items, dtype=object) if array.dtype.kind == "U" else array


def _is_nan(item: Any) -> bool:
    """Return whether an object is NaN, NaT or the missing value of pandas, which differ from themselves."""
    return type(item).__name__ == "NAType" or bool(item != item)


class Labels:
    """The classes of a target; the code of a class is its index.

    Use `encode` for labels that a caller passes, such as `y_true`: they must equal a class. Use
    `encode_column` for a column of a table: a file may give a class another type, so that its text counts.
    Both raise the same sentence for a label that is none of the classes.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        Without duplicates; the order is kept. The classes of a trained model are sorted.

    Examples
    --------
    >>> labels = Labels(["no", "yes"])
    >>> labels.encode(["yes", "no", "yes"])
    array([1, 0, 1])
    >>> labels.decode([1, 0])
    array(['yes', 'no'], dtype='<U3')
    >>> labels.weights({"yes": 5.0}, counts=[90, 10])
    array([1., 5.])
    """

    def __init__(self, classes: ArrayLike) -> None:
        self.classes: Array = np.asarray(classes)

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.classes)

    @cached_property
    def texts(self) -> list[str]:
        """The classes as text."""
        return [str(label) for label in self.classes.tolist()]

    def encode(self, y: ArrayLike, name: str = "y") -> Codes:
        """Return the code of each label.

        Parameters
        ----------
        y : array-like of shape (n_rows,)
        name : str
            What errors call the labels.

        Returns
        -------
        ndarray of intp of shape (n_rows,)

        Raises
        ------
        DataError
            If a label equals none of the classes, or `y` is not one-dimensional.
        """
        values = np.asarray(y)
        if values.ndim != 1:
            raise DataError(f"{name} must have one label for each row, got shape {values.shape}; reshape it.")
        codes = self._codes_of_values(values)
        self._require_known(codes, values, name)
        return codes

    def encode_column(self, column: Column, name: str) -> Codes:
        """Return the code of each cell of a target column, whatever type a file gave the column.

        Parameters
        ----------
        column : ndarray of shape (n_rows,)
            As `separatrix.data.column_values.as_column` returns it.
        name : str
            Name of the column.

        Returns
        -------
        ndarray of intp of shape (n_rows,)

        Raises
        ------
        DataError
            If a cell is empty, or is none of the classes.

        Examples
        --------
        >>> Labels([1, 2]).encode_column(np.array(["2", "1"], dtype=object), "code")
        array([1, 0])
        >>> Labels([1, 2]).encode_column(np.array(["2", "3"], dtype=object), "c")
        Traceback (most recent call last):
        ...
        separatrix.errors.DataError: the target column 'c' has '3' in row 2, which is none of the classes: \
1, 2; correct or remove such rows, or train with them.
        """
        require_values(column, name)
        if not is_text(column) and self._are_numbers:
            codes = self._codes_of_values(column)
        else:
            codes = self._codes_of_text(as_text(column).tolist())
        self._require_known(codes, column, f"the target column '{name}'")
        return codes

    def match(self, y: ArrayLike, name: str) -> Array:
        """Return a target column as classes, whatever type a file gave it; raises as `encode_column` does.

        Examples
        --------
        >>> Labels(["1", "2", "x"]).match([1, 2], "code")
        array(['1', '2'], dtype='<U1')
        """
        return self.decode(self.encode_column(as_column(y, name), name))

    def decode(self, codes: ArrayLike) -> Array:
        """Return the class of each code, in an array of the shape of `codes`."""
        labels: Array = self.classes[np.asarray(codes, dtype=np.intp)]
        return labels

    def weights(
        self, class_weight: str | Mapping[Any, float] | None, counts: ArrayLike
    ) -> NDArray[np.float64] | None:
        """Return the weight of the rows of each class.

        Parameters
        ----------
        class_weight : 'balanced', mapping of label to float, or None
            Labels, or their text; a class that is not named has weight 1.
        counts : array-like of shape (n_classes,)
            Number of rows of each class; with 'balanced' all classes have the same total weight.

        Returns
        -------
        ndarray of float64 of shape (n_classes,) or None
            None if `class_weight` is None.

        Raises
        ------
        ParameterError
            If `class_weight` is not one of these, names an unknown class, or has a weight below 0 or none
            above 0.
        """
        if class_weight is None:
            return None
        if isinstance(class_weight, str):
            check.choice("class_weight", class_weight, ("balanced",))
            rows = np.asarray(counts, dtype=np.float64)
            balanced: NDArray[np.float64] = rows.sum() / (len(rows) * np.maximum(rows, 1.0))
            return balanced
        if not isinstance(class_weight, Mapping):
            raise ParameterError("class_weight", f"must be 'balanced' or a dict, got {class_weight!r}.")
        weights = np.ones(len(self))
        for label, weight in class_weight.items():
            check.number(f"class_weight of class {label!r}", weight, 0.0)
            weights[self._code_of(label)] = weight
        if not weights.any():
            problem = f"must be above 0 for at least one class, got {dict(class_weight)!r}; raise one."
            raise ParameterError("class_weight", problem)
        return weights

    @cached_property
    def _by_value(self) -> dict[Any, int]:
        return {label: code for code, label in enumerate(self.classes.tolist())}

    @cached_property
    def _by_text(self) -> dict[str, int]:
        return {text: code for code, text in enumerate(self.texts)}

    @cached_property
    def _are_numbers(self) -> bool:
        return self.classes.dtype.kind in "biuf"

    @cached_property
    def _are_sorted_numbers(self) -> bool:
        return self._are_numbers and bool((self.classes[:-1] < self.classes[1:]).all())

    def _codes_of_values(self, values: Array) -> Codes:
        """Return the codes of labels that equal a class, -1 for others."""
        if values.dtype.kind in "biuf" and self._are_sorted_numbers and len(self):
            codes = np.minimum(np.searchsorted(self.classes, values), len(self) - 1)
            codes[self.classes[codes] != values] = -1
            return codes
        return np.fromiter((self._by_value.get(value, -1) for value in values.tolist()), np.intp, len(values))

    def _codes_of_text(self, cells: Sequence[str]) -> Codes:
        """Return the codes of text that spells a class, -1 for other text."""
        codes = np.fromiter((self._by_text.get(cell, -1) for cell in cells), np.intp, len(cells))
        if self.classes.dtype.kind in "iuf":  # "2.0" spells 2
            for row in np.flatnonzero(codes < 0).tolist():
                codes[row] = self._code_of_number(cells[row])
        return codes

    def _code_of_number(self, cell: str) -> int:
        try:
            return self._by_value.get(float(cell), -1)
        except ValueError:
            return -1

    def _code_of(self, label: Any) -> int:
        code = self._by_value.get(label, self._by_text.get(str(label)))
        if code is None:
            known = ", ".join(self.texts)
            raise ParameterError(
                "class_weight",
                f"must name classes, which are {known}, got '{label}'.{did_you_mean(label, self.texts)}",
            )
        return code

    def _require_known(self, codes: Codes, values: Array, what: str) -> None:
        """Raise a `DataError` for the first label that is none of the classes."""
        unknown = np.flatnonzero(codes < 0)
        if unknown.size:
            row = int(unknown[0])
            (label,) = values[[row]].tolist()
            raise DataError(
                f"{what} has {label!r} in row {row + 1}, which is none of the classes: "
                f"{', '.join(self.texts)}; correct or remove such rows, or train with them."
            )
