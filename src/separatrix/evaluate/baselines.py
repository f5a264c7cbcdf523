"""Baselines: a guess (the class fractions or the mean), and a linear model."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression

from separatrix.errors import DataError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.classification import encoded_labels
from separatrix.evaluate.intervals import FloatArray, IntArray

DUMMY = "dummy"
LOGISTIC_REGRESSION = "logistic regression"
LINEAR_REGRESSION = "linear regression"
RIDGE_REGRESSION = "ridge regression"

LINE_SETTINGS: dict[str, Any] = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 1.0}
"""The network that is the linear baseline: scikit-learn's `C` of 1."""

LINES = (LOGISTIC_REGRESSION, LINEAR_REGRESSION, RIDGE_REGRESSION)
"""The baselines that are straight lines."""


@dataclass(frozen=True)
class Baseline:
    """A simple model's predictions on the test rows.

    Attributes
    ----------
    predictions : array
        Probabilities of shape (n_rows, n_classes), or numbers in the shape of the targets.
    converged : bool
        False if the solver stopped at its limit, so that the baseline could be better.
    threshold : float or None
        Of two classes: the probability of the positive one from which on it is the answer; None is the most
        probable class.
    """

    predictions: FloatArray
    converged: bool = True
    threshold: float | None = None


def baseline_probabilities(
    X_train: npt.ArrayLike,
    y_train: npt.ArrayLike,
    X_test: npt.ArrayLike,
    classes: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    max_iter: int = 1000,
    rule: AnswerRule | None = None,
) -> dict[str, Baseline]:
    """Fit the baselines of a classifier.

    Parameters
    ----------
    X_train : array-like of shape (n_train_rows, n_in)
        Standardised inputs, because of the penalty of logistic regression (C = 1).
    y_train : array-like of shape (n_train_rows,)
        Labels.
    X_test : array-like of shape (n_rows, n_in)
    classes : array-like of shape (n_classes,)
        The label of each column of the result. A class without training rows has probability zero.
    sample_weight : array-like of shape (n_train_rows,), optional
        Weights of the training rows.
    max_iter : int
        Maximum number of iterations of the solver.
    rule : AnswerRule, optional
        How the model that is compared is calibrated, and cuts: so are the baselines, on training rows, by
        copies that were not trained on them.

    Returns
    -------
    dict of str to Baseline
        ``"dummy"`` (the class fractions of the training rows, for every row) and ``"logistic regression"``.

    Raises
    ------
    DataError
        If `y_train` has labels that are not in `classes`, or only one label.

    Examples
    --------
    >>> X_train, y_train, X_test = [[-1.0], [0.0], [1.0]], ["a", "b", "b"], [[-1.0], [1.0]]
    >>> baselines = baseline_probabilities(X_train, y_train, X_test, ["a", "b"])
    >>> baselines["dummy"].predictions.round(3).tolist()
    [[0.333, 0.667], [0.333, 0.667]]
    >>> baselines["logistic regression"].converged
    True
    """
    labels, codes = encoded_labels(y_train, classes, name="y_train")
    present = np.unique(codes)
    if len(present) < 2:
        raise DataError(
            f"y_train must have two or more classes, got only {labels[present[0]]!r}; add rows of another."
        )
    inputs, queries = np.asarray(X_train), np.asarray(X_test)
    rule = rule or AnswerRule()
    weight = None if sample_weight is None else np.asarray(sample_weight)
    fits: dict[str, Any] = {
        DUMMY: DummyClassifier(strategy="prior"),
        LOGISTIC_REGRESSION: LogisticRegression(max_iter=max_iter),
    }

    def answers(model: Any, rows: IntArray, held_out: FloatArray) -> FloatArray:
        model.fit(inputs[rows], codes[rows], None if weight is None else weight[rows])
        full = np.zeros((len(held_out), len(labels)))
        full[:, model.classes_] = model.predict_proba(held_out)
        return full

    found: dict[str, Baseline] = {}
    for name, model in fits.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            proba = answers(model, np.arange(len(codes)), queries)
            copied = clone(model)
            own = rule.of_constant() if name == DUMMY else rule
            decision = own.out_of_fold(
                lambda rows, held_out, copied=copied: answers(copied, rows, inputs[held_out]),  # type: ignore[misc]
                codes,
                len(labels),
            )
            proba = decision.probabilities(proba)
        converged = True
        for warning in caught:
            if issubclass(warning.category, ConvergenceWarning):
                converged = False
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        found[name] = Baseline(proba, converged, decision.threshold)
    return found


def baseline_predictions(
    X_train: npt.ArrayLike, y_train: npt.ArrayLike, X_test: npt.ArrayLike
) -> dict[str, Baseline]:
    """Fit the baselines of a regressor.

    Parameters
    ----------
    X_train : array-like of shape (n_train_rows, n_in)
    y_train : array-like of shape (n_train_rows,) or (n_train_rows, n_targets)
    X_test : array-like of shape (n_rows, n_in)

    Returns
    -------
    dict of str to Baseline
        ``"dummy"`` (the training mean, for every row) and ``"linear regression"`` (least squares).

    Examples
    --------
    >>> baselines = baseline_predictions([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], [[3.0]])
    >>> {name: baseline.predictions.round(3).tolist() for name, baseline in baselines.items()}
    {'dummy': [3.0], 'linear regression': [7.0]}
    """
    models = {DUMMY: DummyRegressor(), LINEAR_REGRESSION: LinearRegression()}
    # In float32, scikit-learn would round targets that lie far from zero to a few values.
    inputs, targets, queries = (np.asarray(array, np.float64) for array in (X_train, y_train, X_test))
    return {name: Baseline(model.fit(inputs, targets).predict(queries)) for name, model in models.items()}
