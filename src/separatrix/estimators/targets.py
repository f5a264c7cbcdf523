"""Targets: labels, and their weights, into the engine's columns and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from separatrix import check
from separatrix.errors import DataError, ParameterError
from separatrix.network import Network

Array = NDArray[Any]

ClassWeights = Mapping[Any, float] | Sequence[Mapping[Any, float]]


def head_and_outputs(loss: str, classes: Array, multilabel: bool) -> tuple[str, int]:
    """Return the head for some classes, and its number of outputs."""
    if loss == "squared_error" and multilabel:
        raise ParameterError("loss must be 'log_loss' for several labels a row, got 'squared_error'.")
    if multilabel:
        return "multilabel", len(classes)
    n_out = 1 if len(classes) <= 2 else len(classes)
    if loss == "squared_error":
        return "quadratic", n_out
    return ("binary" if n_out == 1 else "multiclass"), n_out


def is_multilabel(y: Any) -> bool:
    """Return whether `y` is an indicator matrix; anything that is no class label is an error."""
    kind = type_of_target(y, input_name="y")
    if kind not in {"binary", "multiclass", "multilabel-indicator"}:
        check_classification_targets(y)  # raises, but for several columns of labels
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
    """Raise a `ParameterError` for a weight that is no weight, or if no class has one above 0."""
    for weights in [class_weight] if isinstance(class_weight, Mapping) else class_weight:
        for label, weight in weights.items():
            check.number(f"class_weight of class {label!r}", weight, 0.0)
    if isinstance(class_weight, Mapping) and not any(class_weight.get(c, 1.0) for c in classes.tolist()):
        raise ParameterError(
            f"class_weight must be above 0 for at least one class, got {dict(class_weight)!r}; raise one."
        )


def encode_labels(y: Any, classes: Array, network: Network, dtype: DTypeLike) -> Array:
    """Return labels as the columns that the head wants, (n_rows, n_targets)."""
    if network.head == "multilabel":
        return np.ascontiguousarray(_dense(y), dtype=dtype)
    codes: Array = np.searchsorted(classes, y)
    if network.head == "quadratic" and network.n_out > 1:
        codes = codes[:, np.newaxis] == np.arange(network.n_out)
    return codes.reshape(len(codes), -1).astype(dtype)


def _dense(y: Any) -> Any:
    return y.toarray() if hasattr(y, "toarray") else y


def decode_labels(T: Array, classes: Array, network: Network) -> Array:
    """Return the labels that `encode_labels` encoded; indicator matrices as integers."""
    if network.head == "multilabel":
        return T.astype(np.int64)
    codes = T.argmax(axis=1) if T.shape[1] > 1 else T[:, 0].astype(np.intp)
    labels: Array = classes[codes]
    return labels
