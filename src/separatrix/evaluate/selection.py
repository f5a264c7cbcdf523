"""The standard error of a score over the splits of a cross-validation."""

from __future__ import annotations

import numpy as np

from .inputs import IntArray
from .intervals import FloatArray


def corrected_standard_error(scores: FloatArray, n_train: IntArray, n_test: IntArray) -> float:
    """Return the standard error of a mean score whose splits share training rows.

    Parameters
    ----------
    scores : ndarray of shape (n_splits,)
    n_train, n_test : int ndarray of shape (n_splits,)

    Returns
    -------
    float
        NaN where there are not two scores.

    References
    ----------
    C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52 (2003), section 3.

    Examples
    --------
    >>> splits = np.array([80, 80]), np.array([20, 20])
    >>> round(corrected_standard_error(np.array([0.8, 0.9]), *splits), 4)
    0.0612
    """
    n_splits = len(scores)
    if n_splits < 2:
        return float("nan")
    share = 1 / n_splits + float(np.mean(n_test / n_train))
    return float(np.std(scores, ddof=1) * np.sqrt(share))
