"""Fitted curve: predictions of a model with one input along it, now and at recorded epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.data.column import as_numbers, is_text
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError
from separatrix.explain.plane import span
from separatrix.explain.subject import as_model, as_recording, class_labels, last_step
from separatrix.explain.tables import as_table, encoded_rows, in_container_of

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class FittedCurve:
    """The predictions of a model along its one input.

    Attributes
    ----------
    x : ndarray of shape (n,)
        Ascending, over the range of the rows and a little beyond.
    values : ndarray of shape (n_curves, n)
        Numbers, or with two classes the probability of the second, one row for each epoch. With more classes
        one row for the probability of each.
    epochs : tuple of int
        Epochs of the curves; empty if only the fitted model is shown.
    classes : ndarray of shape (n_classes,) or None
        None for numbers.
    points : ndarray of shape (n_rows,)
        Values of the input in the rows.
    x_label : str
        Name of the input.
    asked : tuple of int
        The epochs that were asked for, of which `epochs` are the nearest that were recorded.
    """

    x: Array
    values: Array
    epochs: tuple[int, ...]
    classes: Array | None
    points: Array
    x_label: str
    asked: tuple[int, ...] = ()


def fitted_curve(
    estimator: Any, X: Any, *, epochs: int | Sequence[int] | None = None, grid_resolution: int = 500
) -> FittedCurve:
    """Compute the predictions of a model along its one input.

    Parameters
    ----------
    estimator : Model or fitted estimator
        Any estimator with ``predict_proba`` or ``predict``.
    X : array-like or table of shape (n_rows, 1)
    epochs : int or sequence of int, optional
        Number of recorded epochs to show, evenly spaced from the first to the last; or a sequence, for the
        recorded epochs nearest to these. By default, only the fitted model.
    grid_resolution : int
        Points along the input.

    Returns
    -------
    FittedCurve

    Raises
    ------
    ParameterError
        If there is more than one input, or `epochs` is given with more than two classes.
    DataError
        If `epochs` is given and nothing was recorded.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> model = Model(Network.mlp(1, (), 1, head="regression"), [2.0, 1.0], feature_names=["dose"])
    >>> curve = fitted_curve(model, [[0.0], [10.0]], grid_resolution=3)
    >>> curve.x, curve.values, curve.x_label
    (array([-1.,  5., 11.]), array([[-1., 11., 23.]]), 'dose')
    """
    check.integer("grid_resolution", grid_resolution, 2)
    table = as_table(estimator, X)
    names = table.column_names
    if len(names) != 1 or is_text(table.columns[names[0]]):
        raise ParameterError(
            "X",
            f"must have one numeric column for a fitted curve, got {len(names)}: {', '.join(names[:5])}; fit "
            "one column, or draw a classifier of two or more with DecisionBoundaryDisplay.",
        )
    points = as_numbers(table.columns[names[0]], names[0])
    if not np.isfinite(points).any():
        raise DataError("X has no rows with a value; pass the rows to look at.")
    x = span(points[np.isfinite(points)], grid_resolution)
    rows = in_container_of(X, {names[0]: x})
    classes = class_labels(estimator) if _is_classifier(last_step(estimator)) else None
    shown: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    if epochs is None:
        curves = [_curves(estimator, rows, classes)]
    else:
        if classes is not None and len(classes) > 2:
            raise ParameterError(
                "epochs",
                f"must be None for more than two classes, got {epochs!r} and {len(classes)} classes.",
            )
        recording = as_recording(estimator)
        indices = nearest_recorded(recording.epochs, epochs)
        shown = tuple(recording.epochs[indices].tolist())
        asked = shown if isinstance(epochs, int | np.integer) else _nearest(shown, epochs)
        model, inputs = replace(as_model(estimator), encoder=None), encoded_rows(estimator, rows)
        curves = [
            _curves(replace(model, theta=theta), inputs, classes) for theta in recording.thetas[indices]
        ]
    return FittedCurve(x, np.concatenate(curves), shown, classes, points, names[0], asked)


def _is_classifier(last: Any) -> bool:
    return last.is_classifier if isinstance(last, AnyModel) else hasattr(last, "predict_proba")


def _curves(estimator: Any, rows: Any, classes: Array | None) -> Array:
    """Return the curves, (n_curves, n_rows)."""
    if classes is None:
        return np.asarray(estimator.predict(rows)).reshape(1, -1)
    probability = np.asarray(estimator.predict_proba(rows))
    return probability[:, 1:].T if len(classes) == 2 else probability.T


def _nearest(shown: Sequence[int], wanted: Sequence[int]) -> tuple[int, ...]:
    """Return for each epoch that is shown the wanted one that is nearest to it."""
    return tuple(min(map(int, wanted), key=lambda epoch: abs(epoch - near)) for near in shown)


def nearest_recorded(recorded: Array, epochs: int | Sequence[int]) -> Array:
    """Return the indices of the wanted epochs in a recording, ascending: a number of them, or the nearest."""
    if isinstance(epochs, int | np.integer):
        check.integer("epochs", epochs, 1)
        wanted = np.linspace(recorded[0], recorded[-1], epochs) if epochs > 1 else recorded[-1:]
    else:
        wanted = np.asarray(epochs)
    if wanted.size == 0:
        raise ParameterError("epochs", "must name one or more epochs, got none.")
    return np.unique(np.abs(recorded[:, np.newaxis] - wanted).argmin(axis=0))
