"""Guess: the loss of the best prediction that is the same for all rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

Array = NDArray[Any]


def guess_loss(head: str, T: Array, weight: Array | None = None) -> float:
    """Return the mean loss of the best constant prediction.

    Parameters
    ----------
    head : str
    T : ndarray of shape (n_rows, n_targets)
    weight : ndarray of shape (n_rows,), optional

    Examples
    --------
    >>> round(guess_loss("binary", np.array([[0.0], [1.0]])), 4)
    0.6931
    """
    T = T.astype(np.float64)
    match head:
        case "multiclass":
            counts = np.bincount(T[:, 0].astype(np.intp), weight)
            return float(entr(counts / counts.sum()).sum())
        case "binary" | "multilabel":
            p = np.average(T, axis=0, weights=weight)
            return float((entr(p) + entr(1 - p)).sum())
        case "regression" | "quadratic":
            squares = (T - np.average(T, axis=0, weights=weight)) ** 2
            return float(np.average(squares, axis=0, weights=weight).sum() / 2)
        case "poisson":
            mean = np.average(T, axis=0, weights=weight)
            ratio = np.where(T > 0, T, 1) / np.where(mean > 0, mean, 1)
            return float(np.average(T * np.log(ratio), axis=0, weights=weight).sum())
        case other:
            raise AssertionError(f"The head {other!r} has no constant prediction.")
