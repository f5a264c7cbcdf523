"""The line: a linear model of standardised columns, which enters the ensemble as far as it is as good."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from separatrix.blas import one_blas_thread
from separatrix.data.coded_rows import dense_rows
from separatrix.engine.numpy_engine import forward
from separatrix.network import Network
from separatrix.tabular.candidates import Part
from separatrix.tabular.features import Features
from separatrix.tabular.recipe import LINE, LINE_CELLS, LINE_PENALTIES, WIDE_LINE_CELLS
from separatrix.tabular.training import Answer, Split, Target

Array = NDArray[Any]

LINE_ALONE = float(norm.cdf(1.0))
"""Share from which on the line is taken alone, given its losses and those of its mean with the ensemble.

The line is then the better one by two standard errors.
"""


@dataclass(frozen=True)
class Line:
    """A linear model.

    Attributes
    ----------
    network : Network
        Without hidden layer.
    theta : float32 ndarray
        Trained on all rows.
    penalty : float
        Weight of half the squared weights in the sum of the losses; the best out of fold. Infinite if all
        weights are 0.
    answers : ndarray of shape (n_rows, n_outputs)
        What lines that were trained on the other folds predict.
    """

    network: Network
    theta: Array
    penalty: float
    answers: Array

    def part(self, features: Features, share: float) -> Part:
        """Return it as a network of the ensemble."""
        return Part(self.network, self.theta, features.encoder(LINE), share, {"configuration": str(self)})

    def __str__(self) -> str:
        """Return what it is, in a few words."""
        if np.isfinite(self.penalty):
            return f"linear, penalty {self.penalty:g}"
        return "the same answer for every row"


def fit_line(
    features: Features,
    target: Target,
    splits: Sequence[Split],
    answer: Answer,
    losses: Callable[[Array, Array], Array],
) -> Line | None:
    """Train lines with several penalties on all folds, and the best on all rows.

    Parameters
    ----------
    features : Features
    target : Target
    splits : sequence of (training rows, held-out rows)
    answer : callable
    losses : callable
        Takes answers for some rows and the rows, returns the loss of each.

    Returns
    -------
    Line or None
        None if the table is too large (`LINE_CELLS`, `WIDE_LINE_CELLS`), or a fold has only one class.
    """
    n_rows, n_features = len(target.T), features.n_features(LINE)
    most = LINE_CELLS if n_rows >= n_features else WIDE_LINE_CELLS
    if n_rows * n_features * target.n_out > most:
        return None
    if target.is_classifier and any((target.T[rows] == target.T[rows[:1]]).all() for rows, _ in splits):
        return None
    X = dense_rows(features.inputs(LINE, np.arange(len(target.T)))).astype(np.float64)
    network = Network.mlp(X.shape[1], (), target.n_out, head=target.head)
    held_out = np.unique(np.concatenate([rows for _, rows in splits]))
    answers = np.zeros((len(LINE_PENALTIES), len(X), max(2, target.n_out) if target.is_classifier else 1))
    with one_blas_thread:
        for rows, others in splits:
            for number, theta in enumerate(_path(X, target, rows)):
                answers[number, others] = answer(forward(network, theta, X[others]), network)
        weight = None if target.weight is None else target.weight[held_out]
        means = [np.average(losses(one[held_out], held_out), weights=weight) for one in answers]
        best = int(np.argmin(means))
        *_, theta = _path(X, target, np.arange(len(X)), best + 1)
    return Line(network, theta.astype(np.float32), LINE_PENALTIES[best], answers[best])


def constant_line(features: Features, target: Target, answer: Answer) -> Line:
    """Return a line whose weights are 0: it gives every row the class frequencies, or the mean."""
    network = Network.mlp(features.n_features(LINE), (), target.n_out, head=target.head)
    bias = target.output_bias(np.arange(len(target.T)))
    theta = np.concatenate([np.zeros(network.n_parameters - len(bias)), bias])
    answers = answer(np.tile(bias, (len(target.T), 1)), network)
    return Line(network, theta.astype(np.float32), np.inf, answers)


def share_of_line(line: Array, ensemble: Array, weight: Array | None = None) -> float:
    """Return the weight of the line in its mean with the ensemble.

    It is the probability that the line is the better one, given the losses of both out of fold: 1/2 if they
    are equal, near 0 if the ensemble is better by much more than noise. The difference counts half, since
    the ensemble, not the line, was chosen on these rows out of many.

    Parameters
    ----------
    line, ensemble : ndarray of shape (n_rows,)
        Losses of each row.
    weight : ndarray of shape (n_rows,), optional

    Returns
    -------
    float
        Between 0 and 1; 0 in place of less than 0.01.

    Examples
    --------
    >>> same = np.array([0.1, 0.2, 0.3, 0.4])
    >>> share_of_line(same, same[::-1])
    0.5
    >>> share_of_line(same + 1, same)
    0.0
    """
    w = np.ones(len(line)) if weight is None else weight
    difference = line - ensemble
    mean = np.average(difference, weights=w)
    n_rows = w.sum() ** 2 / (w**2).sum()
    error = np.sqrt(np.average((difference - mean) ** 2, weights=w) / n_rows)
    share = float(norm.cdf(-mean / (2 * error))) if error > 0 else (0.5 if mean == 0 else float(mean < 0))
    return share if share >= 0.01 else 0.0


def _path(X: Array, target: Target, rows: Array, n: int | None = None) -> list[Array]:
    """Return the parameters for one penalty after the other, each trained on from the last."""
    weight = None if target.weight is None else target.weight[rows].astype(np.float64)
    thetas = []
    if target.is_classifier:
        y = target.T[rows, 0].astype(np.intp)
        model: Any = LogisticRegression(max_iter=1000, warm_start=True)
    else:
        y = target.T[rows, 0].astype(np.float64)
        model = Ridge()
    for penalty in LINE_PENALTIES[:n]:
        model.set_params(**({"C": 1 / penalty} if target.is_classifier else {"alpha": penalty}))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a line short of its best is still a line
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
            model.fit(X[rows], y, weight)
        thetas.append(_theta(model, target))
    return thetas


def _theta(model: Any, target: Target) -> Array:
    """Return the parameters of a network that predicts as a linear model does."""
    weights, biases = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
    if target.is_classifier and target.n_out > 1:  # classes that the rows lack are left as unlikely as can be
        known = model.classes_.astype(np.intp)
        if len(known) == 2:
            weights, biases = np.vstack([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
        all_weights, all_biases = np.zeros((target.n_out, weights.shape[1])), np.full(target.n_out, -12.0)
        all_weights[known], all_biases[known] = weights, biases
        weights, biases = all_weights, all_biases
    return np.concatenate([weights.T.ravel(), biases])
