"""The parts of a model: parameters, labels, names and metadata, checked and in one form; NumPy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.errors import ParameterError
from separatrix.network import HEADS, Network

Array = NDArray[Any]

MAX_TEXT = 2**22  # characters: in an array, every label takes the memory of the longest
_LABEL_DTYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "str", "object"),
)


def checked_theta(theta: ArrayLike, n_parameters: int) -> Array:
    """Return parameters as a read-only copy; a `ParameterError` if type, shape or a value does not fit."""
    array = np.asarray(theta)
    if array.dtype not in (np.float32, np.float64) or array.shape != (n_parameters,):
        raise ParameterError(
            "theta",
            f"must be float32 or float64 of shape ({n_parameters},), a number for each parameter of "
            f"the network, got {array.dtype} of shape {array.shape}.",
        )
    if not np.isfinite(array).all():
        index = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ParameterError(
            "theta",
            f"must be finite, got {array[index]} at index {index}; train at a smaller learning rate.",
        )
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def checked_classes(classes: ArrayLike | None, network: Network) -> Array | None:
    """Return the labels of a classifier, by default 0, 1, …; raise a `ParameterError` if they do not fit."""
    head = HEADS[network.head]
    if head.task == "regression":
        if classes is not None:
            raise ParameterError(
                "classes", f"must be None for head {network.head!r}, got {shortened(classes)}."
            )
        return None
    n_classes = 2 if network.n_out == 1 and head.is_exclusive else network.n_out
    array = np.arange(n_classes) if classes is None else np.asarray(classes)
    labels: Array = labels_of(array.tolist(), label_dtype(array))
    if labels.shape != (n_classes,) or len(set(labels.tolist())) < n_classes:
        raise ParameterError(
            "classes",
            f"must be {n_classes} different labels, as the head {network.head!r} has "
            f"{network.n_out} output(s), got {shortened(array.tolist())}.",
        )
    labels.flags.writeable = False
    return labels


def label_dtype(labels: Array) -> str:
    """Return the name by which the type of labels stands in a model file."""
    return "str" if labels.dtype.kind == "U" else labels.dtype.name


def labels_of(labels: Any, dtype: str) -> Array:
    """Return labels as an array that holds them unchanged; raise a `ParameterError` if none can."""
    is_text = isinstance(labels, list) and all(isinstance(label, str) for label in labels)
    if is_text and len(labels) * max(map(len, labels), default=0) > MAX_TEXT:
        raise ParameterError("classes", f"are too long as text, got {len(labels)} labels; use shorter ones.")
    try:
        array = np.array(labels, dtype) if dtype in _LABEL_DTYPES else None
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None or array.tolist() != labels or (dtype == "object" and not is_text):
        raise ParameterError(
            "classes",
            f"must be booleans, numbers or text, got {shortened(labels)} of type {dtype!r}; "
            "fit with the labels as text.",
        )
    return array


def predicted_labels(z: Array, classes: Array, network: Network) -> Array:
    """Return the most probable class for the logits of a classifier (of two equal ones, the first).

    Parameters
    ----------
    z : ndarray of shape (n_rows, n_out)
    classes : ndarray of shape (n_classes,)
        A single one, from training rows of one class, is always the answer.
    network : Network

    Returns
    -------
    ndarray of shape (n_rows,) or, for `multilabel`, (n_rows, n_out)
        Labels in the type of `classes`; for `multilabel` 0 or 1.

    Examples
    --------
    >>> network = Network.mlp(1, (), 1, head="binary")
    >>> predicted_labels(np.array([[0.0], [0.1]]), np.array(["no", "yes"]), network)
    array(['no', 'yes'], dtype='<U3')
    """
    head = HEADS[network.head]
    indices = head.predicted_classes(z)
    if not head.is_exclusive:
        return indices
    labels: Array = classes[np.minimum(indices, len(classes) - 1)]
    return labels


def checked_names(names: Sequence[str] | None, n_in: int) -> tuple[str, ...] | None:
    """Return a name for each input; a `ParameterError` if their number or a type is not right."""
    if names is None:
        return None
    if isinstance(names, str) or len(names) != n_in or not all(isinstance(name, str) for name in names):
        raise ParameterError(
            "feature_names", f"must be {n_in} names, one for each input, got {shortened(names)}."
        )
    return tuple(map(str, names))


def json_copy(training: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return metadata as a copy, tuples as lists; a `ParameterError` if JSON cannot hold it."""
    if training is None:
        return None
    try:
        return dict(json.loads(json.dumps(dict(training), allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise ParameterError(
            "training", f"must hold values that JSON can hold, neither NaN nor infinite: {error}."
        ) from error
