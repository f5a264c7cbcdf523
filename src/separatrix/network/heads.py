"""Heads: the output activation and the loss together, because only together are they simple and exact.

Every loss is computed from the logits ``z`` of the last layer, so it stays finite and right where
``log(sigmoid(z))`` would overflow. Targets ``t`` have one column per output, except for `multiclass`,
where ``t`` is one column of class numbers 0, 1, ….
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.network.activations import logistic, softplus

Array = NDArray[Any]


@dataclass(frozen=True)
class Head:
    """Output function, loss per row and gradient of that loss by the logits.

    Attributes
    ----------
    name : str
        As in `Network.head`.
    output : callable
        ``output(z) -> a``, both (n_rows, n_out).
    loss : callable
        ``loss(z, t) -> (n_rows,)``, summed over the outputs.
    dz : callable
        ``dz(z, t) -> (n_rows, n_out)``, the derivative of `loss` by ``z``.
    averages_outputs : bool
        Whether the *reported* loss is the mean over outputs instead of the sum. The gradient is always the
        sum's: scikit-learn's convention for squared error with several targets.
    """

    name: str
    output: Callable[[Array], Array]
    loss: Callable[[Array, Array], Array]
    dz: Callable[[Array, Array], Array]
    averages_outputs: bool = False


def _cross_entropy(z: Array, t: Array) -> Array:
    # softplus(z) - t z, with the small term last: a confident right answer keeps its digits.
    loss: Array = (np.maximum(z, 0) - t * z + softplus(-np.abs(z))).sum(axis=1)
    return loss


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    probability: Array = e / e.sum(axis=1, keepdims=True)
    return probability


def _softmax_cross_entropy(z: Array, t: Array) -> Array:
    shifted = z - z.max(axis=1, keepdims=True)
    chosen = np.take_along_axis(shifted, t.astype(np.intp), axis=1)[:, 0]
    loss: Array = np.log(np.exp(shifted).sum(axis=1)) - chosen
    return loss


def _softmax_dz(z: Array, t: Array) -> Array:
    dz: Array = _softmax(z) - (t == np.arange(z.shape[1]))
    return dz


def _half_squares(z: Array, t: Array) -> Array:
    loss: Array = ((z - t) ** 2).sum(axis=1) / 2
    return loss


def _quadratic_dz(z: Array, t: Array) -> Array:
    a = logistic(z)
    dz: Array = (a - t) * a * (1 - a)
    return dz


def _half_poisson_deviance(z: Array, t: Array) -> Array:
    t_log_t = t * np.log(np.where(t > 0, t, 1))
    loss: Array = (t_log_t - t * z - t + np.exp(z)).sum(axis=1)
    return loss


HEADS: dict[str, Head] = {
    head.name: head
    for head in (
        Head("binary", logistic, _cross_entropy, lambda z, t: logistic(z) - t),
        Head("multilabel", logistic, _cross_entropy, lambda z, t: logistic(z) - t),
        Head("multiclass", _softmax, _softmax_cross_entropy, _softmax_dz),
        Head("regression", lambda z: z.copy(), _half_squares, lambda z, t: z - t, averages_outputs=True),
        # Higham & Higham, SIAM Review 61(4), 2019, eq. 3.1: logistic output, half the squared distance.
        Head("quadratic", logistic, lambda z, t: _half_squares(logistic(z), t), _quadratic_dz),
        Head("poisson", np.exp, _half_poisson_deviance, lambda z, t: np.exp(z) - t),
    )
}
