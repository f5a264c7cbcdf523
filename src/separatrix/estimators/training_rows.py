"""Training rows: the rows that `fit` takes, read, checked and encoded for the engine.

A fit of a small network takes about a millisecond, half of it for reading the rows. Therefore a search reads
the rows of a fold once and fits thousands of networks on them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import DTypeLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data

from separatrix.data.labels import plain_labels
from separatrix.data.sparse_rows import check_sparse
from separatrix.data.spellings import warn_of_spellings
from separatrix.engine.base import Data
from separatrix.errors import DataError, ParameterError, warn
from separatrix.estimators.plain_arrays import (
    fits_fitted,
    is_plain_labels,
    is_plain_matrix,
    is_plain_numbers,
    set_features,
)
from separatrix.estimators.settings import MLPSettings
from separatrix.estimators.targets import Targets, read_labels, read_numbers, row_weights

Array = NDArray[Any]

READING = ("class_weight", "dtype", "loss")
"""Parameters that determine how rows are read."""

_LEARNED = ("classes_", "feature_names_in_", "n_features_in_")


class NetworkShape(NamedTuple):
    """The network that rows need: number of features and outputs, head, and dtype of its parameters."""

    n_in: int
    n_out: int
    head: str
    dtype: DTypeLike


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows to train on, read and checked.

    Attributes
    ----------
    data : Data
    targets : Targets
        How `y` became ``data.T``.
    attributes : mapping of str to object
        The fitted attributes that depend on the rows only.
    validation : Data or None
        Validation rows.
    """

    data: Data
    targets: Targets
    attributes: Mapping[str, Any]
    validation: Data | None = None

    @property
    def shape(self) -> NetworkShape:
        """The network that the rows need."""
        n_in = int(self.attributes["n_features_in_"])
        return NetworkShape(n_in, self.targets.n_out, self.targets.head, self.data.X.dtype)

    def hold_out(self, fraction: float, random_state: RandomState) -> Self:
        """Return the rows with a random fraction of them as validation rows.

        The classes have the same proportion in both (scikit-learn's networks do so for two classes only). A
        row of each class that has two is held out; that none is of a class with one row is a warning.
        """
        is_binary = self.targets.head in {"binary", "quadratic"} and self.targets.n_out == 1
        codes: Array | None = None
        if is_binary or self.targets.head in {"multiclass", "quadratic"}:
            T = self.data.T
            codes = (T.argmax(axis=1) if T.shape[1] > 1 else T[:, 0]).astype(np.intp)
        can_stratify = codes is not None and (is_binary or _can_stratify(codes, fraction))
        train, validation = holdout_split(
            self.data.n_rows, fraction, codes if can_stratify else None, random_state
        )
        if codes is not None:
            counts = np.bincount(codes)
            if (np.bincount(codes[validation], minlength=len(counts)) == 0)[counts > 1].any():
                train, validation = split_with_every_class(codes, fraction, random_state)
            if self.targets.classes is not None:
                warn_of_single_rows(self.targets.classes.tolist(), counts)
        return replace(self, data=self.data.take(train), validation=self.data.take(validation))

    def with_validation(
        self, estimator: BaseEstimator, settings: MLPSettings, X: Any, y: Any, sample_weight: Any
    ) -> Self:
        """Return the rows with validation rows that are given apart.

        Raises
        ------
        ValueError
            If `X` or `y` is None, or they do not match the training rows.
        """
        if X is None or y is None:
            missing = "X_val" if X is None else "y_val"
            raise DataError(f"X_val and y_val must be given together, got no {missing}.")
        dtype, classes = self.data.X.dtype, self.attributes.get("classes_")
        rows = read_rows(estimator, settings, X, y, sample_weight, dtype=dtype, classes=classes)
        return replace(self, validation=rows.data)

    def check_weights(self) -> None:
        """Raise a `DataError` if all training or all validation rows have weight 0."""
        check_weights(self.data, self.validation)


def read_rows(
    estimator: BaseEstimator,
    settings: MLPSettings,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    dtype: DTypeLike | None = None,
    classes: Array | None = None,
    all_classes: bool = False,
) -> TrainingRows:
    """Read and check rows, and set the fitted attributes of the estimator that depend on the rows only.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    settings : MLPSettings
        Only the parameters in `READING` are used.
    X, y, sample_weight :
        As for `fit`.
    dtype : dtype, optional
        Dtype of the network if it is trained further: `X` must then have the features of the last call.
    classes : ndarray or None
        The classes, if they are known: `y` must have no other.
    all_classes : bool
        Whether `y` must have all of `classes`.

    Raises
    ------
    ValueError
        If the rows cannot be trained on.
    """
    has_numbers = isinstance(estimator, RegressorMixin)
    X, y = _checked(estimator, settings, X, y, dtype)
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    weight = sample_weight
    if weight is not None:
        weight = _check_sample_weight(weight, X, dtype=X.dtype, ensure_non_negative=True)
    if has_numbers:
        targets = read_numbers(settings.loss, y)
    else:
        targets = read_labels(settings.loss, y, classes, all_classes)
        estimator.classes_ = targets.classes
        if classes is None:
            warn_of_spellings(estimator.classes_)
        weight = row_weights(settings.class_weight, estimator.classes_, y, weight)
    if weight is not None:
        weight = weight.astype(X.dtype, copy=False)
        _check_sum(weight)
    data = Data(X, targets.encode(y, X.dtype), weight)
    attributes = {name: vars(estimator)[name] for name in _LEARNED if name in vars(estimator)}
    return TrainingRows(data, targets, attributes)


def _checked(
    estimator: BaseEstimator, settings: MLPSettings, X: Any, y: Any, dtype: DTypeLike | None
) -> tuple[Any, Any]:
    """Return `X` and `y` checked and converted by scikit-learn, which plain arrays need not be."""
    has_numbers = isinstance(estimator, RegressorMixin)
    dtypes = settings.accepted_dtypes if dtype is None else dtype
    is_plain_target = is_plain_numbers if has_numbers else is_plain_labels
    is_plain = is_plain_matrix(X, dtypes) and is_plain_target(y, len(X))
    if is_plain and (dtype is None or fits_fitted(estimator, X)):
        set_features(estimator, X)
        return X, y
    check_sparse(X)
    _check_masks(X, "X")
    if has_numbers:
        _check_masks(y, "y")
        _check_times(y)
    else:
        y = plain_labels(y)
    with naming_fit_table():
        checked: tuple[Any, Any] = validate_data(
            estimator,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            y_numeric=has_numbers,
            dtype=dtypes,
            order="C",
            reset=dtype is None,
        )
    return checked


@contextmanager
def naming_fit_table() -> Iterator[None]:
    """Add to scikit-learn's errors for text and missing values that `fit_table` takes them."""
    try:
        yield
    except ValueError as error:
        sentence = str(error).partition("\n")[0].rstrip(".")
        if sentence.startswith("could not convert string to float"):
            raise DataError(f"X must hold numbers: {sentence}; fit_table takes tables with text.") from error
        if sentence == "Input X contains NaN":
            raise DataError(
                f"{sentence}; fill it in, or use fit_table, which takes missing cells."
            ) from error
        if sentence == "Input y contains NaN":
            raise DataError(
                f"{sentence}; give these rows a number or leave them out, as fit_table does with "
                "target_missing='drop'."
            ) from error
        raise


def holdout_split(
    n_rows: int, fraction: float, codes: Array | None, random_state: RandomState
) -> list[Array]:
    """Return the indices of the training rows and of the held-out rows, drawn by scikit-learn.

    If `codes`, the class codes of the rows, are given, both have the classes in the same proportion.
    """
    counts = np.array([n_rows]) if codes is None else np.unique(codes, return_counts=True)[1]
    n_held_out = math.ceil(fraction * n_rows)
    if n_held_out < 2:
        raise ParameterError(
            "validation_fraction",
            f"must hold out at least 2 of the {n_rows} rows, got {fraction}, which is {n_held_out}: The "
            "validation set is too small, raise the fraction or give more rows.",
        )
    if n_rows - n_held_out < len(counts):
        raise ParameterError(
            "validation_fraction",
            f"must leave at least {len(counts)} of the {n_rows} rows to train on, got {fraction}, which "
            f"leaves {n_rows - n_held_out}; lower it, or give more rows.",
        )
    if counts.min() < 2:
        raise DataError(
            "y must have at least 2 rows of each class for early stopping to hold one out, got a class with "
            "1; give more rows of it, or your own validation rows."
        )
    rows: list[Array] = train_test_split(
        np.arange(n_rows), random_state=random_state, test_size=fraction, stratify=codes
    )
    return rows


def _can_stratify(codes: Array, fraction: float) -> bool:
    """Return whether scikit-learn's stratified split can be asked for: every class can be in both parts."""
    counts = np.unique(codes, return_counts=True)[1]
    n_held_out = math.ceil(fraction * len(codes))
    return bool(counts.min() >= 2 and len(counts) <= min(n_held_out, len(codes) - n_held_out))


def split_with_every_class(codes: Array, fraction: float, random_state: RandomState) -> tuple[Array, Array]:
    """Return the indices of training and held-out rows: the fraction of each class, but a row at least.

    A class with one row is in training alone.

    Examples
    --------
    >>> codes = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2])
    >>> train, held_out = split_with_every_class(codes, 0.1, np.random.RandomState(0))
    >>> np.sort(codes[held_out]).tolist(), np.sort(codes[train]).tolist()
    ([0, 1], [0, 0, 0, 0, 0, 1, 2])
    """
    counts = np.bincount(codes)
    n_held_out = np.minimum(np.maximum(np.round(fraction * counts), 1), counts - 1).clip(0)
    order = random_state.permutation(len(codes))
    by_class = order[np.argsort(codes[order], kind="stable")]
    rank = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_held_out = np.empty(len(codes), bool)
    is_held_out[by_class] = rank < n_held_out[codes[by_class]]
    return order[~is_held_out[order]], order[is_held_out[order]]


def warn_of_single_rows(classes: Sequence[Any], counts: Array) -> None:
    """Warn of classes with a single row, which no validation row can have."""
    alone = [str(label) for label, count in zip(classes, counts.tolist(), strict=False) if count == 1]
    if len(alone) == 1:
        warn(f"no validation row has class {alone[0]!r}, of which there is one row; give more rows of it.")
    elif alone:
        warn(
            f"no validation row has one of {len(alone)} classes of which there is one row, such as "
            f"{alone[0]!r}; give more rows of them."
        )


def check_weights(training: Data, validation: Data | None) -> None:
    """Raise a `DataError` if all rows of either have weight 0, so that their loss is not a number."""
    for which, data in (("training", training), ("validation", validation)):
        if data is not None and data.weight is not None and not data.weight.any():
            raise DataError(
                f"the {which} rows must not all have weight 0, got {data.n_rows} that do; give one of them a "
                "positive sample_weight and class_weight."
            )


def _check_masks(values: Any, name: str) -> None:
    """Raise a `DataError` for masked cells, which scikit-learn takes as values."""
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        raise DataError(f"{name} has masked cells; fill them, or leave their rows out.")


def _check_times(y: Any) -> None:
    """Raise a `DataError` for dates and durations, which scikit-learn reads as integers."""
    if getattr(getattr(y, "dtype", None), "kind", "") in {"M", "m"}:
        raise DataError(
            f"y must hold numbers, got {y.dtype}; divide durations by a unit, such as "
            "np.timedelta64(1, 'D'), and subtract a day from dates first."
        )


def _check_sum(weight: Array) -> None:
    """Raise a `DataError` if row weights, in the dtype of the training, have no finite sum."""
    with np.errstate(over="ignore"):
        total = weight.sum()
    if not math.isfinite(total):
        raise DataError(
            f"the weights of the rows must have a finite sum in {weight.dtype}, got weights up to "
            f"{weight.max():g}; divide them by the largest."
        )


_CALLBACKS = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")
"""Where scikit-learn finds the callbacks that it tears down after an error."""


@contextmanager
def unchanged_on_error(estimator: Any) -> Iterator[None]:
    """Restore all attributes of an estimator if an exception is raised; their values are not copied."""
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        context = {name: value for name, value in vars(estimator).items() if name in _CALLBACKS}
        vars(estimator).clear()
        vars(estimator).update(before | context)
        raise
