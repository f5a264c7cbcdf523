"""Heads: the output function and the loss together, because only together are they simple and exact.

Every loss is computed from the logits ``z`` of the last layer, so that it stays finite and exact where
``log(sigmoid(z))`` would overflow. Targets ``t`` have one column per output, except for `multiclass`, where
``t`` is one column of class indices 0, 1, ….
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix.network.activations import logistic, softplus

Array = NDArray[Any]


@dataclass(frozen=True)
class HeadFormulas:
    """The formulas of a head as text, with ``{z}`` and ``{a}`` for the names of logit and output.

    Attributes
    ----------
    output, loss, dz : str
        The target is called ``t``; the loss is that of one row, summed over the outputs.
    loss_terms : pair of str
        What one output adds to the loss, with ``{a}`` and ``{t}`` for names or numbers: if its target is 0,
        and otherwise. Of exclusive classes the target is 1 for the row's class and 0 for the others.
    chain_rule : tuple of str
        Why `dz` is the derivative, line by line.
    meaning : str
        What the output function makes of the sum, as a sentence.
    """

    output: str
    loss: str
    dz: str
    loss_terms: tuple[str, str]
    chain_rule: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Head:
    """Output function, loss per row and gradient of that loss with respect to the logits.

    Attributes
    ----------
    name : str
        As in `Network.head`.
    task : {"classification", "regression"}
        Whether the network predicts classes or numbers.
    output_name : {"logistic", "softmax", "identity", "exp"}
        Name of the output function: scikit-learn's ``out_activation_``.
    output : callable
        ``output(z) -> a``, both (n_rows, n_out).
    loss : callable
        ``loss(z, t) -> (n_rows,)``, summed over the outputs.
    dz : callable
        ``dz(z, t) -> (n_rows, n_out)``, the derivative of `loss` with respect to ``z``.
    formulas : HeadFormulas
        The same three as text.
    averages_outputs : bool
        Whether the *reported* loss is the mean over outputs instead of the sum. The gradient is always the
        sum's: scikit-learn's convention for squared error with several targets.
    is_exclusive : bool
        Whether each row has exactly one class; False if it has any number of labels.
    """

    name: str
    task: Literal["classification", "regression"]
    output_name: Literal["logistic", "softmax", "identity", "exp"]
    output: Callable[[Array], Array]
    loss: Callable[[Array, Array], Array]
    dz: Callable[[Array, Array], Array]
    formulas: HeadFormulas
    averages_outputs: bool = False
    is_exclusive: bool = True

    def probabilities(self, z: Array) -> Array:
        """Return the probability of each class for the logits of a classifier.

        Parameters
        ----------
        z : ndarray of shape (n_rows, n_out)

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            With one output the probability of either class; for labels that do not exclude each other, of
            each by itself. Several outputs of `quadratic` are divided by their sum. Small probabilities keep
            their digits: that of the first of two classes is not computed as 1 minus the other's.

        Examples
        --------
        >>> HEADS["binary"].probabilities(np.array([[40.0]]))
        array([[4.24835426e-18, 1.00000000e+00]])
        """
        scores, normalize = self._class_scores(z)
        return _softmax(scores) if normalize else logistic(scores)

    def log_probabilities(self, z: Array) -> Array:
        """Return the logarithm of `probabilities`, exact where those round to 0.

        Examples
        --------
        >>> HEADS["binary"].log_probabilities(np.array([[1000.0]]))
        array([[-1000.,    -0.]])
        """
        scores, normalize = self._class_scores(z)
        return _log_softmax(scores) if normalize else -softplus(-scores)

    def predicted_classes(self, z: Array) -> Array:
        """Return the index of the most probable class, or 0 or 1 for each label.

        Parameters
        ----------
        z : ndarray of shape (n_rows, n_out)

        Returns
        -------
        int64 ndarray of shape (n_rows,), or (n_rows, n_out) if labels do not exclude each other
            Of two equally probable classes, the first.

        Examples
        --------
        >>> HEADS["binary"].predicted_classes(np.array([[0.0], [0.1]]))
        array([0, 1])
        """
        if not self.is_exclusive:
            return (z > 0).astype(np.int64)
        return z.argmax(axis=1) if z.shape[1] > 1 else (z[:, 0] > 0).astype(np.int64)

    def score(self, z: Array, t: Array, weight: Array | None = None) -> float:
        """Return the accuracy of a classifier (all labels of a row must be right), or R² of a regressor.

        Parameters
        ----------
        z : ndarray of shape (n_rows, n_out)
        t : ndarray of shape (n_rows, n_targets)
        weight : ndarray of shape (n_rows,), optional

        Examples
        --------
        >>> HEADS["binary"].score(np.array([[-1.0], [2.0]]), np.array([[0.0], [0.0]]))
        0.5
        """
        if self.task == "regression":
            return r2(self.output(z), t, weight)
        predicted = self.predicted_classes(z)
        if not self.is_exclusive:
            is_right = (predicted == (t > 0.5)).all(axis=1)
        elif z.shape[1] == 1:
            is_right = predicted == (t[:, 0] > 0.5)
        else:
            is_right = predicted == (t.argmax(axis=1) if t.shape[1] > 1 else t[:, 0])
        return weighted_mean(is_right, weight)

    def _class_scores(self, z: Array) -> tuple[Array, bool]:
        """Return one score for each class, and whether their softmax is taken instead of their logistic."""
        if self.task != "classification":
            raise ValueError(f"The head {self.name!r} has no classes.")
        if not self.is_exclusive:
            return z, False
        if z.shape[1] == 1:
            return np.hstack([-z, z]), False
        # sigmoid(z) / sum(sigmoid(z)) is the softmax of log(sigmoid(z)), which cannot divide 0 by 0.
        return (z if self.output_name == "softmax" else -softplus(-z)), True


def weighted_mean(values: Array, weight: Array | None) -> float:
    """Return the mean of one value per row; NaN if the weights sum to 0."""
    if weight is None:
        return float(values.sum(dtype=np.float64) / values.size)  # as `mean`, in half its time
    with np.errstate(invalid="ignore"):
        return float((values * weight).sum(dtype=np.float64) / weight.sum(dtype=np.float64))


def r2(a: Array, t: Array, weight: Array | None = None) -> float:
    """Return the coefficient of determination R², averaged over the outputs.

    Parameters
    ----------
    a, t : ndarray of shape (n_rows, n_out)
        Predictions and targets.
    weight : ndarray of shape (n_rows,), optional

    Returns
    -------
    float
        As scikit-learn's ``r2_score``: a constant target counts 1 if it is predicted exactly, else 0; fewer
        than two rows have no R² (NaN).

    Examples
    --------
    >>> r2(np.array([[1.0], [2.0]]), np.array([[1.0], [3.0]]))
    0.5
    """
    if len(t) < 2:
        return math.nan
    w = np.ones((len(t), 1)) if weight is None else weight[:, np.newaxis]
    residual = (w * (t - a) ** 2).sum(axis=0, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        mean = (w * t).sum(axis=0, dtype=np.float64) / w.sum(dtype=np.float64)
        spread = (w * (t - mean) ** 2).sum(axis=0, dtype=np.float64)
    constant = np.where(residual == 0, 1.0, 0.0)
    return float(np.where(spread == 0, constant, 1 - residual / spread).mean())


def _cross_entropy(z: Array, t: Array) -> Array:
    # softplus(z) - t z, with the small term last: a confident right answer keeps its digits.
    loss: Array = (np.maximum(z, 0) - t * z + softplus(-np.abs(z))).sum(axis=1)
    return loss


def _logistic_dz(z: Array, t: Array) -> Array:
    return logistic(z) - t


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    probability: Array = e / e.sum(axis=1, keepdims=True)
    return probability


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=1, keepdims=True)
    log_probability: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probability


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


def _quadratic(z: Array, t: Array) -> Array:
    return _half_squares(logistic(z), t)


def _quadratic_dz(z: Array, t: Array) -> Array:
    a = logistic(z)
    dz: Array = (a - t) * a * (1 - a)
    return dz


def _half_poisson_deviance(z: Array, t: Array) -> Array:
    t_log_t = t * np.log(np.where(t > 0, t, 1))
    loss: Array = (t_log_t - t * z - t + np.exp(z)).sum(axis=1)
    return loss


def _identity(z: Array) -> Array:
    return z.copy()


_CHAIN = "dL/dz = dL/da * da/dz"
_PROBABILITY = (
    "The output adds up in the same way. The logistic function turns the sum z into a probability: 0 gives "
    "one half."
)
_LOG_LOSS = HeadFormulas(
    "logistic({z})",
    "-t log({a}) - (1 - t) log(1 - {a})",
    "{a} - t",
    loss_terms=("-log(1 - {a})", "-log({a})"),
    chain_rule=(_CHAIN, "= (a - t) / (a * (1 - a)) * a * (1 - a) = a - t"),
    meaning=_PROBABILITY,
)
_SQUARE = "({a} - {t})^2 / 2"
_DEVIANCE = "{t} log({t} / {a}) - {t} + {a}"

HEADS: dict[str, Head] = {
    head.name: head
    for head in (
        Head("binary", "classification", "logistic", logistic, _cross_entropy, _logistic_dz, _LOG_LOSS),
        Head(
            "multilabel",
            "classification",
            "logistic",
            logistic,
            _cross_entropy,
            _logistic_dz,
            _LOG_LOSS,
            is_exclusive=False,
        ),
        Head(
            "multiclass",
            "classification",
            "softmax",
            _softmax,
            _softmax_cross_entropy,
            _softmax_dz,
            HeadFormulas(
                "softmax({z})",
                "-log({a} of class t)",
                "{a} - onehot(t)",
                loss_terms=("", "-log({a})"),
                chain_rule=(
                    "dL/dz = sum over classes of dL/da * da/dz",
                    "which comes to a - t, with t = 1 for the right class and 0 for the others",
                ),
                meaning="Each class has a sum z. Softmax turns the sums into probabilities that add up to 1.",
            ),
        ),
        Head(
            "regression",
            "regression",
            "identity",
            _identity,
            _half_squares,
            np.subtract,
            HeadFormulas(
                "{z}",
                "({a} - t)^2 / 2",
                "{a} - t",
                loss_terms=(_SQUARE, _SQUARE),
                chain_rule=(f"{_CHAIN} = (a - t) * 1",),
                meaning="The output adds up in the same way; the sum is the prediction.",
            ),
            averages_outputs=True,
        ),
        # Higham & Higham, SIAM Review 61(4), 2019, eq. 3.1: logistic output, half the squared distance.
        Head(
            "quadratic",
            "classification",
            "logistic",
            logistic,
            _quadratic,
            _quadratic_dz,
            HeadFormulas(
                "logistic({z})",
                "({a} - t)^2 / 2",
                "({a} - t) * {a} * (1 - {a})",
                loss_terms=(_SQUARE, _SQUARE),
                chain_rule=(f"{_CHAIN} = (a - t) * a * (1 - a)",),
                meaning=_PROBABILITY,
            ),
        ),
        Head(
            "poisson",
            "regression",
            "exp",
            np.exp,
            _half_poisson_deviance,
            lambda z, t: np.exp(z) - t,
            HeadFormulas(
                "exp({z})",
                "t log(t / {a}) - t + {a}",
                "{a} - t",
                loss_terms=("{a}", _DEVIANCE),
                chain_rule=(f"{_CHAIN} = (1 - t / a) * a = a - t",),
                meaning="The output adds up in the same way; exp(z) is the prediction, never negative.",
            ),
        ),
    )
}
