"""Targets: what `fit` is given as `y`, checked, as the engine's columns and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from separatrix import check
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.settings import ClassWeight, MLPSettings

Array = NDArray[Any]

ClassWeights = Mapping[Any, float] | Sequence[Mapping[Any, float]]

HEAD_OF_LOSS = {"squared_error": "regression", "poisson": "poisson"}
"""The head of a regressor for each loss."""


@dataclass(frozen=True, eq=False)
class ClassTargets:
    """Class labels, or an indicator matrix, as the targets of a network.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted; the column numbers of an indicator matrix.
    head : str
    n_out : int
        Outputs of the network.
    class_weight : mapping, sequence of mappings, 'balanced' or None
    """

    classes: Array
    head: str
    n_out: int
    class_weight: ClassWeight = None

    @classmethod
    def read(
        cls, settings: MLPSettings, y: Any, classes: Array | None = None, all_classes: bool = False
    ) -> Self:
        """Check `y` and learn its classes, unless `classes` are known; `y` must then have no other.

        Raises
        ------
        ValueError
            If `y` has no class labels, other classes, or not all of them with `all_classes`.
        """
        multilabel = is_multilabel(y)
        if classes is None:
            classes = classes_of(y, multilabel)
        else:
            check_known_classes(y, classes, all_of_them=all_classes)
        head, n_out = head_and_outputs(settings.loss, classes, multilabel)
        return cls(classes, head, n_out, settings.class_weight)

    def encode(self, y: Any, dtype: DTypeLike) -> Array:
        """Return labels as the columns of the head, (n_rows, n_targets)."""
        if self.head == "multilabel":
            return np.ascontiguousarray(y.toarray() if hasattr(y, "toarray") else y, dtype=dtype)
        codes: Array = np.searchsorted(self.classes, y)
        if self.head == "quadratic" and self.n_out > 1:
            codes = codes[:, np.newaxis] == np.arange(self.n_out)
        return codes.reshape(len(codes), -1).astype(dtype)

    def decode(self, T: Array) -> Array:
        """Return the labels that `encode` encoded; an indicator matrix as integers."""
        if self.head == "multilabel":
            return T.astype(np.int64)
        codes = T.argmax(axis=1) if T.shape[1] > 1 else T[:, 0].astype(np.intp)
        labels: Array = self.classes[codes]
        return labels

    def weights(self, y: Any, sample_weight: Array | None) -> Array | None:
        """Return the weight of each row, or None if all weigh 1: that of its class, times its own."""
        if self.class_weight is None:
            return sample_weight
        if isinstance(self.class_weight, str):
            check.choice("class_weight", self.class_weight, ("balanced",))
        weight: Array = compute_sample_weight(self.class_weight, y)
        if not isinstance(self.class_weight, str):
            check_class_weight(self.class_weight, self.classes)
        return weight if sample_weight is None else weight * sample_weight


@dataclass(frozen=True, eq=False)
class NumberTargets:
    """Numbers as the targets of a network.

    Attributes
    ----------
    head : str
    n_out : int
        Outputs of the network.
    """

    head: str
    n_out: int

    @classmethod
    def read(cls, settings: MLPSettings, y: Array) -> Self:
        """Check `y`.

        Raises
        ------
        ParameterError
            If there is no such loss.
        DataError
            If `y` is below 0 and the loss is 'poisson'.
        """
        check.choice("loss", settings.loss, HEAD_OF_LOSS)
        if settings.loss == "poisson" and y.min() < 0:
            raise DataError(
                f"y must be 0 or more for loss 'poisson', got {y.min()}; use loss='squared_error'."
            )
        return cls(HEAD_OF_LOSS[settings.loss], 1 if y.ndim == 1 else y.shape[1])

    def encode(self, y: Array, dtype: DTypeLike) -> Array:
        """Return numbers as columns, (n_rows, n_outputs)."""
        columns: Array = y.reshape(len(y), -1).astype(dtype, order="C", copy=False)
        return columns

    def decode(self, T: Array) -> Array:
        """Return columns as numbers, (n_rows,) if there is one."""
        return T[:, 0] if T.shape[1] == 1 else T

    def weights(self, y: Array, sample_weight: Array | None) -> Array | None:
        """Return the weight of each row, or None if all weigh 1."""
        return sample_weight


Targets = ClassTargets | NumberTargets


def head_and_outputs(loss: str, classes: Array, multilabel: bool) -> tuple[str, int]:
    """Return the head of a classifier for some classes, and its number of outputs."""
    check.choice("loss", loss, ("log_loss", "squared_error"))
    if loss == "squared_error" and multilabel:
        raise ParameterError("loss", "must be 'log_loss' for several labels a row, got 'squared_error'.")
    if multilabel:
        return "multilabel", len(classes)
    n_out = 1 if len(classes) <= 2 else len(classes)
    if loss == "squared_error":
        return "quadratic", n_out
    return ("binary" if n_out == 1 else "multiclass"), n_out


def is_multilabel(y: Any) -> bool:
    """Return whether `y` is an indicator matrix; raise an error if it is no class label either."""
    kind = type_of_target(y, input_name="y")
    if kind not in {"binary", "multiclass", "multilabel-indicator"}:
        check_classification_targets(y)  # raises, except for several columns of labels
        raise DataError(
            "y must have one column of labels, or be an indicator matrix of 0 and 1 with one column for each "
            f"label, got {kind} of shape {y.shape}."
        )
    return bool(kind == "multilabel-indicator")


def classes_of(y: Any, multilabel: bool) -> Array:
    """Return the labels in `y`, sorted; the column numbers of an indicator matrix."""
    if multilabel:
        return np.arange(y.shape[1])
    # unique_labels makes an array of str of objects, and takes half a millisecond
    return unique_labels(y) if y.dtype == object else np.unique(y)


def check_known_classes(y: Any, classes: Array, *, all_of_them: bool) -> None:
    """Raise a `DataError` if `y` has other classes than those already known."""
    found = unique_labels(y)
    if all_of_them and set(found) != set(classes):
        raise DataError(
            "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
            f"Previously got {classes}, `y` has {found}."
        )
    if not np.isin(found, classes).all():
        raise DataError(
            f"`y` has classes not in `self.classes_`. `self.classes_` has {classes}. 'y' has {found}."
        )


def check_class_weight(class_weight: ClassWeights, classes: Array) -> None:
    """Raise a `ParameterError` for a weight below 0 or not finite, or if no class has one above 0."""
    for weights in [class_weight] if isinstance(class_weight, Mapping) else class_weight:
        for label, weight in weights.items():
            check.number(f"class_weight of class {label!r}", weight, 0.0)
    if isinstance(class_weight, Mapping) and not any(class_weight.get(c, 1.0) for c in classes.tolist()):
        raise ParameterError(
            "class_weight",
            f"must be above 0 for at least one class, got {dict(class_weight)!r}; raise one.",
        )
