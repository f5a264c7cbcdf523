"""Baselines of a table: a guess, a linear model and gradient boosting, each on the same raw columns.

A linear model takes standardised numbers and a feature for each level (`TableEncoder`). Gradient boosting is
scikit-learn's, with its own handling of missing values and of categories.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from separatrix.blas import one_blas_thread
from separatrix.data.column import Column, as_numbers, as_text, is_text
from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import AppliedTable
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import Table
from separatrix.errors import DataError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.baselines import DUMMY, LOGISTIC_REGRESSION, RIDGE_REGRESSION, Baseline
from separatrix.evaluate.classification import RARE, row_log_losses
from separatrix.evaluate.intervals import FloatArray, IntArray

GRADIENT_BOOSTING = "gradient boosting"

MAX_CELLS = 20_000_000
"""Encoded cells that a linear baseline is fitted on; of larger tables it takes a sample of the rows."""

MAX_LEVELS = 254
"""Levels of a column that gradient boosting takes; the rarer ones are missing to it."""

FEW_ROWS = 20_000
"""Gradient boosting is fitted by one thread on fewer rows."""

LEAST_IN_LEAF = 20
"""scikit-learn's fewest rows of a leaf."""

LEAF_FOLDS = 3
"""Folds of the training rows that choose between it and fewer, for a rare class."""

_MAX_ITER = 1000


@dataclass(frozen=True)
class TrainingTable:
    """What baselines are fitted on.

    Attributes
    ----------
    table : Table
        The columns to predict from.
    y : ndarray of shape (n_rows,)
        Codes of classes, or numbers.
    n_classes : int or None
        None for numbers.
    weight : ndarray of shape (n_rows,) or None
    """

    table: Table
    y: npt.NDArray[Any]
    n_classes: int | None = None
    weight: FloatArray | None = None

    def take(self, rows: IntArray) -> TrainingTable:
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return replace(self, table=self.table.take(rows), y=self.y[rows], weight=weight)


def table_baselines(
    training: TrainingTable,
    test: Table,
    *,
    trees: bool = True,
    line: bool = True,
    rule: AnswerRule | None = None,
) -> dict[str, Baseline]:
    """Fit the baselines on a table, and predict the rows of another.

    Parameters
    ----------
    training : TrainingTable
        Its weights count for all baselines.
    test : Table
        With the same columns.
    trees : bool, default=True
        Whether to fit gradient boosting, too.
    line : bool, default=True
        Whether to fit the linear baseline; not beside a model that is one itself.
    rule : AnswerRule, optional
        How the model that is compared is calibrated, and cuts: so are the baselines, on training rows, by
        copies that were not trained on them.

    Returns
    -------
    dict of str to Baseline
        The linear baseline, gradient boosting, and the dummy. Of classes: probabilities of shape (n_rows,
        n_classes); a class without training rows has probability zero.

    Raises
    ------
    DataError
        If the training rows have one class only, or no column can be used.

    Examples
    --------
    >>> training = TrainingTable(Table({"x": [0.0, 1.0, 2.0, 3.0]}), np.array([0, 0, 1, 1]), 2)
    >>> baselines = table_baselines(training, Table({"x": [5.0]}), trees=False)
    >>> list(baselines), baselines["dummy"].predictions.tolist()
    (['logistic regression', 'dummy'], [[0.5, 0.5]])
    """
    is_class = training.n_classes is not None
    if is_class and len(np.unique(training.y)) < 2:
        raise DataError("the training rows must have two or more classes, got one; add rows of another.")
    training, test = _applied(training, test)
    fits: dict[str, Callable[[TrainingTable, Table], Baseline]] = {}
    if line:
        fits[LOGISTIC_REGRESSION if is_class else RIDGE_REGRESSION] = _linear
    if trees:
        fits[GRADIENT_BOOSTING] = _boosting
    fits[DUMMY] = _dummy
    if rule is None or not is_class:
        return {name: fit(training, test) for name, fit in fits.items()}
    return {name: _decided(fit, training, test, rule) for name, fit in fits.items()}


def _decided(
    fit: Callable[[TrainingTable, Table], Baseline], training: TrainingTable, test: Table, rule: AnswerRule
) -> Baseline:
    """Return a baseline that is calibrated, and cuts, by a rule, on training rows."""

    def answers(rows: IntArray, held_out: IntArray) -> FloatArray:
        return fit(training.take(rows), training.table.take(held_out)).predictions

    baseline = fit(training, test)
    own = rule.of_constant() if fit is _dummy else rule
    decision = own.out_of_fold(answers, training.y, training.n_classes or 0)
    proba = decision.probabilities(baseline.predictions)
    return replace(baseline, predictions=proba, threshold=decision.threshold)


def _applied(training: TrainingTable, test: Table) -> tuple[TrainingTable, Table]:
    """Return both tables as a schema makes their columns, which is learned if they have none."""
    table = training.table
    if isinstance(table, AppliedTable):
        return training, table.schema.apply(test)
    schema = learn_schema(table).require_used()
    return replace(training, table=schema.apply(table)), schema.apply(test)


def _dummy(training: TrainingTable, test: Table) -> Baseline:
    model = DummyClassifier(strategy="prior") if training.n_classes else DummyRegressor()
    return _predicted(model, np.zeros((len(training.y), 1)), np.zeros((test.n_rows, 1)), training)


def _linear(training: TrainingTable, test: Table) -> Baseline:
    table = training.table
    schema = table.schema if isinstance(table, AppliedTable) else None
    encoder = TableEncoder.fit(table.columns, schema=schema)
    n_most = max(1000, MAX_CELLS // encoder.n_features_out)
    sample = training
    if len(training.y) > n_most:
        sample = training.take(np.sort(np.random.RandomState(0).permutation(len(training.y))[:n_most]))
    # Ridge's little penalty keeps weights finite where columns depend on each other.
    model = LogisticRegression(max_iter=_MAX_ITER) if training.n_classes else Ridge(alpha=1.0)
    X = encoder.transform(sample.table, np.float64)
    # As below, and another number of threads may round differently.
    with one_blas_thread if len(sample.y) < FEW_ROWS else nullcontext():
        return _predicted(model, X, encoder.transform(test, np.float64), sample)


def _boosting(training: TrainingTable, test: Table) -> Baseline:
    codes = {name: _LevelCodes.of(column) for name, column in training.table.columns.items()}
    model_type = HistGradientBoostingClassifier if training.n_classes else HistGradientBoostingRegressor
    model = model_type(
        random_state=0, categorical_features=[code.levels is not None for code in codes.values()]
    )
    # A second thread gains little on few rows, and waits for the first on a busy machine.
    n_threads = 1 if len(training.y) < FEW_ROWS else None
    X = _cells(training.table, codes)
    with threadpool_limits(n_threads, "openmp"):
        model.set_params(min_samples_leaf=_least_in_leaf(model, X, training))
        return _predicted(model, X, _cells(test, codes), training)


def _least_in_leaf(model: Any, X: FloatArray, training: TrainingTable) -> int:
    """Return the fewest rows of a leaf: half of a rare class, if that is fewer and has the lower log-loss.

    A leaf of 20 rows cannot hold a class of 17 alone, so that even a column that names it says little. Fewer
    rows fit noise, however: folds of the training rows choose.
    """
    counts = np.bincount(training.y)[np.unique(training.y)] if training.n_classes else np.array([])
    rarest = int(counts.min()) if len(counts) else 0
    few = rarest // 2
    if few >= LEAST_IN_LEAF or few < 2 or rarest < LEAF_FOLDS or rarest >= RARE * len(training.y):
        return LEAST_IN_LEAF
    losses = dict.fromkeys((LEAST_IN_LEAF, few), 0.0)
    for rows, held_out in StratifiedKFold(LEAF_FOLDS, shuffle=True, random_state=0).split(X, training.y):
        part, weight = training.take(rows), training.take(held_out).weight
        for least in losses:
            copied = clone(model).set_params(min_samples_leaf=least)
            proba = _predicted(copied, X[rows], X[held_out], part).predictions
            of_row = row_log_losses(training.y[held_out], proba)
            losses[least] += float(of_row.sum() if weight is None else of_row @ weight)
    return min(losses, key=lambda least: losses[least])


def boosting_text() -> str:
    """Return what gradient boosting is, and with which settings, in words.

    Examples
    --------
    >>> print(boosting_text())  # doctest: +ELLIPSIS
    Gradient boosting is scikit-learn's HistGradientBoosting with its defaults: learning_rate 0.1, ...
    """
    settings = HistGradientBoostingClassifier().get_params()
    names = ("learning_rate", "max_iter", "max_leaf_nodes", "min_samples_leaf", "l2_regularization")
    shown = ", ".join(f"{name} {settings[name]:g}" for name in (*names, "max_bins"))
    return (
        f"Gradient boosting is scikit-learn's HistGradientBoosting with its defaults: {shown}, "
        f"early_stopping {settings['early_stopping']}. Of a class with fewer than {2 * LEAST_IN_LEAF} "
        f"training rows, and less than {RARE:.0%} of them, min_samples_leaf is half of its rows where that "
        f"has the lower log-loss over {LEAF_FOLDS} folds of the training rows."
    )


@dataclass(frozen=True)
class _LevelCodes:
    """How gradient boosting takes a column: the code of each level, or None for numbers."""

    levels: Mapping[str, int] | None

    @classmethod
    def of(cls, column: Column) -> _LevelCodes:
        """Return the codes of the most frequent levels of a text column."""
        if not is_text(column):
            return cls(None)
        values, counts = np.unique([cell for cell in column.tolist() if cell is not None], return_counts=True)
        kept = values[np.argsort(-counts, kind="stable")[:MAX_LEVELS]]
        return cls({level: code for code, level in enumerate(kept.tolist())})

    def numbers(self, column: Column, name: str) -> FloatArray:
        """Return a column as numbers, NaN where a value is missing or has no code."""
        if self.levels is None:
            return as_numbers(column, name).astype(np.float64)
        codes = (self.levels.get(cell, np.nan) for cell in as_text(column).tolist())
        return np.fromiter(codes, np.float64, len(column))


def _cells(table: Table, codes: Mapping[str, _LevelCodes]) -> FloatArray:
    return np.column_stack([code.numbers(table.columns[name], name) for name, code in codes.items()])


def _predicted(model: Any, X: FloatArray, X_test: FloatArray, training: TrainingTable) -> Baseline:
    """Return what a model of scikit-learn predicts for the test rows once it is fitted."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, training.y, sample_weight=training.weight)
    converged = not any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    if training.n_classes is None:
        return Baseline(np.asarray(model.predict(X_test), np.float64), converged)
    proba = np.zeros((len(X_test), training.n_classes))
    proba[:, model.classes_.astype(np.intp)] = model.predict_proba(X_test)
    return Baseline(proba, converged)
