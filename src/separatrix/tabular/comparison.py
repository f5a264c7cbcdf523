"""Comparison: what other models predict for rows that they were not trained on, and which columns matter."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import AppliedTable
from separatrix.data.table import Table
from separatrix.engine.numpy_engine import forward
from separatrix.errors import DataError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.evaluate.baseline_models import GRADIENT_BOOSTING, TrainingTable, table_baselines
from separatrix.evaluate.intervals import Interval
from separatrix.report.importance import by_source, rise_interval, shuffled_rises
from separatrix.tabular.candidates import Part
from separatrix.tabular.training import Answer, Split
from separatrix.train.interrupt import complete_or_interrupted

Array = NDArray[Any]

NETWORK = "one network"

COMPARED_ROWS = 10_000
"""Rows that other models predict: of a large table, not all folds."""

IMPORTANCE_ROWS, MOST_COLUMNS = 2000, 100
"""Rows whose columns are shuffled, and columns up to which that is done."""

REPEATS, REPEATED_CELLS = 5, 30_000
"""Shuffles of each column, and rows times columns times shuffles, at most, unless there is one alone."""

LEAST_FOR_EARLY_STOPPING = 100


def compared_answers(training: TrainingTable, folds: Sequence[Split]) -> tuple[dict[str, Array], Array]:
    """Return what one network and gradient boosting predict out of fold, and for which rows.

    Parameters
    ----------
    training : TrainingTable
    folds : sequence of (training rows, held-out rows)

    Returns
    -------
    answers : dict of str to ndarray of shape (n_rows, n_outputs)
        NaN for rows that are not compared; empty if a fold cannot be trained on.
    rows : int ndarray of shape (n_compared,)
    """
    shape = (len(training.y), training.n_classes or 1)
    answers = {name: np.full(shape, np.nan) for name in (NETWORK, GRADIENT_BOOSTING)}
    compared: list[Array] = []
    for rows, held_out in folds:
        part, others = training.take(rows), training.table.take(held_out)
        try:
            found = table_baselines(part, others)[GRADIENT_BOOSTING].predictions
            answers[GRADIENT_BOOSTING][held_out] = found.reshape(len(held_out), -1)
            answers[NETWORK][held_out] = _network_answers(part, others)
        except DataError:  # a fold with one class only, or without a value
            return {}, np.empty(0, np.intp)
        compared.append(held_out)
        if sum(map(len, compared)) >= COMPARED_ROWS:
            break
    return answers, np.unique(np.concatenate(compared))


def _network_answers(training: TrainingTable, test: Table) -> Array:
    """Return what one network with the defaults of `separatrix fit --model network` predicts."""
    schema = training.table.schema if isinstance(training.table, AppliedTable) else None
    encoder = TableEncoder.fit(training.table.columns, schema=schema)
    X, X_test = (encoder.transform(table, np.float32) for table in (training.table, test))
    stops = len(X) >= LEAST_FOR_EARLY_STOPPING
    kind = MLPRegressor if training.n_classes is None else MLPClassifier
    network = kind(random_state=0, dtype="float32", early_stopping=stops, scoring="loss" if stops else None)
    y, mean, scale = training.y, 0.0, 1.0
    if training.n_classes is None:
        mean, scale = y.mean(), y.std() or 1.0
        y = (y - mean) / scale
    with warnings.catch_warnings(), complete_or_interrupted():  # the settings are not the user's
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings(
            "ignore", "no validation row has", UserWarning
        )  # said of the ensemble, by name
        network.fit(X, y, training.weight)
    if training.n_classes is None:
        return np.asarray(network.predict(X_test) * scale + mean)[:, np.newaxis]
    proba = np.zeros((len(X_test), training.n_classes))
    proba[:, network.classes_.astype(np.intp)] = network.predict_proba(X_test)
    return proba


@dataclass(frozen=True)
class OutOfFold:
    """The ensemble's networks, each on the rows that it was not trained on.

    Attributes
    ----------
    parts : sequence of Part
    answer : callable
        From a network's outputs to probabilities or numbers.
    losses : callable
        Takes answers and targets, returns the loss of each row.
    """

    parts: Sequence[Part]
    answer: Answer
    losses: Callable[[Array, Array], Array]

    def answers(self, table: Table, rows: Array) -> Array:
        """Return the mean of the networks' answers for some rows of the training table, changed or not."""
        total: Any = 0.0
        weight = np.zeros((len(rows), 1))
        encoded: dict[int, Array] = {}
        for part in self.parts:
            if id(part.encoder) not in encoded:
                encoded[id(part.encoder)] = part.encoder.transform(table, np.float32)
            at = np.arange(len(rows))
            if part.held_out is not None:
                at = np.flatnonzero(np.isin(rows, part.held_out))
            outputs = forward(part.network, part.theta, encoded[id(part.encoder)][at])
            found, share = self.answer(outputs, part.network), part.share * part.n_folds
            mine = np.zeros((len(rows), found.shape[1]))
            mine[at] = share * found
            total, weight[at] = total + mine, weight[at] + share
        return np.asarray(total / weight)

    def importance(
        self, table: Table, y: Array, rows: Array, random_state: RandomState
    ) -> tuple[tuple[str, Interval], ...]:
        """Return by how much the loss of some rows rises when one column after the other is shuffled.

        The columns that are made of one column, as the year and the month of a date, are shuffled together.

        References
        ----------
        L. Breiman, Random forests, Machine Learning 45 (2001), section 10.
        """
        part = table.take(rows)
        made = by_source(part)
        # One shuffle may raise the loss by chance, as on the page of a report, where they are repeated, too.
        repeats = max(1, min(REPEATS, REPEATED_CELLS // max(1, len(rows) * len(made))))
        rises = shuffled_rises(
            part,
            list(made.values()),
            [random_state.permutation(len(rows)) for _ in range(repeats)],
            lambda changed: self.losses(self.answers(changed, rows), y[rows]),
            max_cells=1,
        )
        found = [(name, rise_interval(rise)) for name, rise in zip(made, rises, strict=True)]
        return tuple(sorted(found, key=lambda each: -(each[1].value or 0.0)))
