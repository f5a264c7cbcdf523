"""Candidates: the networks that a search has tried, and how each scored on every test fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from separatrix.evaluate.inputs import IntArray
from separatrix.evaluate.intervals import FloatArray
from separatrix.select.corrected_ttest import corrected_standard_error
from separatrix.select.shown_metric import ShownMetric, shown_metric


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The training loss of one network on one fold, thinned to some dozens of epochs.

    Attributes
    ----------
    epochs : ndarray of shape (n_points,)
        Counted from 1.
    loss : ndarray of shape (n_points,)
    """

    epochs: IntArray
    loss: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Candidates:
    """What a search knows of the networks that it has tried on all folds.

    Attributes
    ----------
    metric : str
        scikit-learn's name of the score; higher is better.
    params : sequence of mapping
        What makes each candidate.
    hidden_layer_sizes : sequence of tuple of int
        Units of each hidden layer; empty for a straight line.
    n_parameters : int ndarray of shape (n_candidates,)
        Weights and biases, by which networks are called smaller.
    scores : float ndarray of shape (n_candidates, n_splits)
        One column for every test fold, repeat after repeat; NaN where a training diverged or failed.
    n_train, n_test : int ndarray of shape (n_splits,)
        Rows.
    n_diverged, n_limited : int ndarray of shape (n_candidates,)
        Trainings that diverged, and that reached `max_iter` before they had converged.
    curves : sequence of sequence of LossCurve
        One for every split of every candidate; empty where none were kept.
    """

    metric: str
    params: Sequence[Mapping[str, Any]]
    hidden_layer_sizes: Sequence[tuple[int, ...]]
    n_parameters: IntArray
    scores: FloatArray
    n_train: IntArray
    n_test: IntArray
    n_diverged: IntArray
    n_limited: IntArray
    curves: Sequence[Sequence[LossCurve]] = field(default=())

    @property
    def mean(self) -> FloatArray:
        """Mean score of each candidate; NaN if any of its trainings has none."""
        return np.asarray(self.scores.mean(axis=1))

    @property
    def standard_error(self) -> FloatArray:
        """Nadeau and Bengio's standard error of each mean; NaN where the mean is, or with one split."""
        return corrected_standard_error(self.scores, self.n_train, self.n_test)

    @property
    def shown_metric(self) -> ShownMetric:
        """The metric in words, and its sign."""
        return shown_metric(self.metric)

    def __repr__(self) -> str:
        """Count them; their arrays are too long to show."""
        return f"Candidates({len(self)} by {self.metric}, {self.scores.shape[1]} splits)"

    def __len__(self) -> int:
        """Count the candidates."""
        return len(self.params)
