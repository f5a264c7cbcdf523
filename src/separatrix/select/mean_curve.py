"""One learning curve out of those of several splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from separatrix.evaluate.inputs import IntArray
from separatrix.evaluate.intervals import FloatArray
from separatrix.select.candidates import LossCurve


@dataclass(frozen=True, eq=False)
class MeanCurve:
    """Mean, lowest and highest loss over the splits.

    Attributes
    ----------
    epochs : int ndarray of shape (n_points,)
        Every epoch of which a split has a loss.
    mean, low, high : float ndarray of shape (n_points,)
    """

    epochs: IntArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray


def mean_curve(curves: Sequence[LossCurve]) -> MeanCurve:
    """Average curves, which may have been thinned to different epochs and end at different ones.

    Between two of its points a curve is a straight line. A training that has stopped keeps its last loss: its
    network is the one that is scored.

    Examples
    --------
    >>> short = LossCurve(np.array([1, 2]), np.array([1.0, 0.5]))
    >>> long = LossCurve(np.array([1, 3]), np.array([0.9, 0.1]))
    >>> mean_curve([short, long]).mean.tolist()
    [0.95, 0.5, 0.3]
    """
    epochs = np.unique(np.concatenate([curve.epochs for curve in curves]))
    losses = np.array([np.interp(epochs, curve.epochs, curve.loss) for curve in curves])
    return MeanCurve(epochs, losses.mean(axis=0), losses.min(axis=0), losses.max(axis=0))
