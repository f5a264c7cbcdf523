"""Evidence: the out-of-fold predictions of a fit, from which its report is made."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.schema import Schema
from separatrix.evaluate.baseline_models import TrainingTable
from separatrix.evaluate.baselines import DUMMY, LOGISTIC_REGRESSION, RIDGE_REGRESSION
from separatrix.evaluate.intervals import Interval
from separatrix.tabular.candidates import Part
from separatrix.tabular.comparison import IMPORTANCE_ROWS, MOST_COLUMNS, OutOfFold, compared_answers
from separatrix.tabular.progress import Ending
from separatrix.tabular.report import ENSEMBLE, Kept, TabularReport, Unsure, calibration_of
from separatrix.tabular.training import Answer, Split

Array = NDArray[Any]


@dataclass(frozen=True)
class Evidence:
    """What is known when the ensemble is chosen.

    Attributes
    ----------
    rows : TrainingTable
        The training rows, each once.
    numbers : int ndarray of shape (n_rows,)
        Their numbers in the table of `fit`.
    folds : sequence of (training rows, held-out rows)
        For other models.
    oof : ndarray of shape (n_rows, n_outputs)
        What the ensemble predicts for rows by networks that were not trained on them; NaN for none.
    parts : sequence of Part
        Its networks.
    line : ndarray of shape (n_rows, n_outputs) or None
        What a straight line predicts out of fold.
    answer : callable
        From a network's outputs to probabilities or numbers.
    losses : callable
        Takes answers and targets, returns the loss of each row.
    schema : Schema or None
    """

    rows: TrainingTable
    numbers: Array
    folds: Sequence[Split]
    oof: Array
    parts: Sequence[Part]
    line: Array | None
    answer: Answer
    losses: Callable[[Array, Array], Array]
    schema: Schema | None

    def report(self, ending: Ending, *, compare: bool) -> TabularReport:
        """Return the report; other models are trained if `compare`, and if the fit was not cut short."""
        y, is_class = self.rows.y, self.rows.n_classes is not None
        covered = np.flatnonzero(~np.isnan(self.oof[:, 0]))
        others: dict[str, Array] = {}
        importance: tuple[tuple[str, Interval], ...] = ()
        reason = ending.message if compare and ending.reason != "finished" else ""
        if compare and not reason:
            try:
                others, compared = compared_answers(self.rows, self.folds)
                covered = np.intersect1d(compared, covered) if others else covered
                importance = self._importance(covered)
            except KeyboardInterrupt:
                others, reason = {}, "Interrupted while other models were compared."
            except Exception as error:  # the ensemble is trained: whatever fails here must not lose it
                what = (
                    "The importance of columns is not known" if others else "Other models were not compared"
                )
                reason = f"{what}: {type(error).__name__}: {error}"
                warnings.warn(f"{reason} The ensemble is trained and can be used.", UserWarning, stacklevel=4)
        answers = {ENSEMBLE: self.oof, **self._simple_answers(), **others}
        unsure = Unsure.of(self.oof[covered], y[covered], is_class=is_class)
        return TabularReport(
            {} if self.schema is None else {each.name: each.reason for each in self.schema.columns},
            Kept.of(self.parts),
            "log-loss" if is_class else "RMSE",
            {name: self._score(found, covered) for name, found in answers.items()},
            len(covered),
            calibration_of(self.oof[covered], y[covered]) if is_class else (),
            replace(unsure, rows=tuple(self.numbers[covered[list(unsure.rows)]].tolist())),
            importance,
            reason,
        )

    def _simple_answers(self) -> dict[str, Array]:
        """Return what a straight line and a guess predict."""
        n_classes, y = self.rows.n_classes, self.rows.y
        truth = y[:, np.newaxis] if n_classes is None else np.eye(n_classes)[y]
        guess = np.average(truth, axis=0, weights=self.rows.weight)
        answers = {DUMMY: np.tile(guess, (len(y), 1))}
        if self.line is not None:
            answers[RIDGE_REGRESSION if n_classes is None else LOGISTIC_REGRESSION] = self.line
        return answers

    def _score(self, answers: Array, rows: Array) -> float:
        weight = None if self.rows.weight is None else self.rows.weight[rows]
        loss = float(np.average(self.losses(answers[rows], self.rows.y[rows]), weights=weight))
        return loss if self.rows.n_classes is not None else loss**0.5

    def _importance(self, covered: Array) -> tuple[tuple[str, Interval], ...]:
        """Return by how much the loss rises when a column is shuffled; nothing for very many columns."""
        table = self.rows.table
        if len(table.columns) > MOST_COLUMNS:
            return ()
        drawn = np.sort(RandomState(0).permutation(covered)[:IMPORTANCE_ROWS])
        out_of_fold = OutOfFold(self.parts, self.answer, self.losses)
        return out_of_fold.importance(table, self.rows.y, drawn, RandomState(0))
