"""Targets: `y` checked, encoded as the target columns of the engine, and decoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from separatrix import check
from separatrix.data.labels import Labels
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.estimators.plain_arrays import is_plain_labels
from separatrix.estimators.settings import ClassWeight

Array = NDArray[Any]

ClassWeights = Mapping[Any, float] | Sequence[Mapping[Any, float]]

HEAD_OF_LOSS = {"squared_error": "regression", "poisson": "poisson"}
"""The head of a regressor for each loss."""


@dataclass(frozen=True, eq=False)
class Targets:
    """How `y` becomes the target columns of a network.

    Attributes
    ----------
    head : str
    n_out : int
        Outputs of the network.
    classes : ndarray of shape (n_classes,) or None
        The labels, sorted; the column numbers of an indicator matrix; None for numbers.
    """

    head: str
    n_out: int
    classes: Array | None = None

    def encode(self, y: Any, dtype: DTypeLike) -> Array:
        """Return `y` as target columns of the head, (n_rows, n_targets)."""
        if self.head == "multilabel":
            return np.ascontiguousarray(y.toarray() if hasattr(y, "toarray") else y, dtype=dtype)
        # All labels are classes: `y` has been checked, and `Labels.encode` would check it again.
        columns: Array = y if self.classes is None else np.searchsorted(self.classes, y)
        if self.head == "quadratic" and self.n_out > 1:
            columns = columns[:, np.newaxis] == np.arange(self.n_out)
        return columns.reshape(len(columns), -1).astype(dtype, order="C", copy=False)

    def decode(self, T: Array) -> Array:
        """Return the `y` that `encode` encoded; an indicator matrix as integers."""
        if self.head == "multilabel":
            return T.astype(np.int64)
        if self.classes is None:
            return T[:, 0] if T.shape[1] == 1 else T
        return Labels(self.classes).decode(T.argmax(axis=1) if T.shape[1] > 1 else T[:, 0])


def read_numbers(loss: str, y: Array) -> Targets:
    """Check numbers, and return how they become target columns.

    Raises
    ------
    ParameterError
        If there is no such loss.
    DataError
        If a number is below 0 and the loss is 'poisson'.
    """
    if isinstance(loss, list | tuple):
        # The first parameter of scikit-learn's MLPRegressor is the loss, that of MLPClassifier the layers.
        raise ParameterError(
            "loss", f"must be text, got {loss!r}; write hidden_layer_sizes={loss!r} for hidden layers."
        )
    check.choice("loss", loss, HEAD_OF_LOSS)
    if loss == "poisson" and y.min() < 0:
        raise DataError(f"y must be 0 or more for loss 'poisson', got {y.min()}; use loss='squared_error'.")
    return Targets(HEAD_OF_LOSS[loss], 1 if y.ndim == 1 else y.shape[1])


def read_labels(loss: str, y: Any, classes: Array | None = None, all_classes: bool = False) -> Targets:
    """Check labels or an indicator matrix, and return how they become target columns.

    Parameters
    ----------
    loss : str
    y : ndarray or sparse matrix
    classes : ndarray or None
        The classes, if they are known: `y` must have no other.
    all_classes : bool
        Whether `y` must have all of `classes`.

    Raises
    ------
    ValueError
        If `y` has no class labels, or other classes than it must have.
    """
    multilabel = is_multilabel(y)
    if classes is None:
        classes = classes_of(y, multilabel)
    else:
        check_known_classes(y, classes, all_of_them=all_classes)
    return Targets(*head_and_outputs(loss, classes, multilabel), classes)


def row_weights(
    class_weight: ClassWeight, classes: Array, y: Any, sample_weight: Array | None
) -> Array | None:
    """Return the weight of each row, that of its class times its own; None if all weights are 1."""
    if class_weight is None:
        return sample_weight
    if isinstance(class_weight, str):
        check.choice("class_weight", class_weight, ("balanced",))
    weight: Array = compute_sample_weight(_with_all_classes(class_weight, classes), y)
    if not isinstance(class_weight, str):
        check_class_weight(class_weight, classes)
    return weight if sample_weight is None else weight * sample_weight


def _with_all_classes(class_weight: ClassWeight, classes: Array) -> ClassWeight:
    """Return class weights that name every class: scikit-learn looks only at the classes that `y` has."""
    if isinstance(class_weight, Mapping):
        return dict.fromkeys(classes.tolist(), 1.0) | dict(class_weight)
    if isinstance(class_weight, list | tuple) and all(isinstance(one, Mapping) for one in class_weight):
        return [{0: 1.0, 1: 1.0} | dict(one) for one in class_weight]
    return class_weight


def head_and_outputs(loss: str, classes: Array, multilabel: bool) -> tuple[str, int]:
    """Return head and number of outputs of a classifier for these classes."""
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
    """Return whether `y` is an indicator matrix; raise an error if it has no class labels either."""
    if is_plain_labels(y, len(y) if isinstance(y, np.ndarray) else 0):
        return False
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
    """Raise a `DataError` if `y` has other classes than the known ones."""
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
    """Raise a `ParameterError` for a weight below 0 or not finite, or if no class has one above 0.

    A label that is none of the classes is an error where a class is not named: it may be a misspelled one.
    """
    for weights in [class_weight] if isinstance(class_weight, Mapping) else class_weight:
        for label, weight in weights.items():
            check.number(f"class_weight of class {label!r}", weight, 0.0)
    if not isinstance(class_weight, Mapping):
        return
    known = classes.tolist()
    unknown = [label for label in class_weight if label not in known]
    if unknown and not all(label in class_weight for label in known):
        raise ParameterError(
            "class_weight",
            f"must name classes, which are {', '.join(map(str, known))}, got {unknown[0]!r}."
            f"{did_you_mean(str(unknown[0]), list(map(str, known)))}",
        )
    if not any(class_weight.get(c, 1.0) for c in known):
        raise ParameterError(
            "class_weight",
            f"must be above 0 for at least one class, got {dict(class_weight)!r}; raise one.",
        )
