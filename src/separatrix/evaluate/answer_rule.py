"""Answer rule: how models that are compared are calibrated, and where each of them cuts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.decision import Decision
from separatrix.evaluate.calibration import fitted_decision, out_of_fold_probabilities
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.intervals import FloatArray, IntArray
from separatrix.evaluate.thresholds import threshold_table

Array = NDArray[Any]


@dataclass(frozen=True)
class AnswerRule:
    """A rule that a model and its baselines follow, so that no one is judged at the cut of another.

    Parameters
    ----------
    calibrate : bool, default=False
        Whether probabilities are mended on training rows.
    threshold : float, optional
        Of two classes: a cut that is the same for all.
    cost : Cost, optional
        Each one's own cut: the cheapest on training rows. It takes the place of `threshold`.
    positive : int, default=1
        Of two classes: the index of the positive one.

    Examples
    --------
    >>> codes, p = np.array([0] * 6 + [1] * 2), np.linspace(0.1, 0.8, 8)
    >>> rule = AnswerRule(cost=Cost(fn=10))
    >>> round(rule.decide(codes, np.c_[1 - p, p], np.array(["no", "yes"])).threshold, 3)
    0.65
    """

    calibrate: bool = False
    threshold: float | None = None
    cost: Cost | None = None
    positive: int = 1

    @classmethod
    def of_model(
        cls, decision: Decision, cost: Cost | None = None, *, is_weighted: bool = False
    ) -> AnswerRule:
        """Return the rule that a model follows which keeps a decision.

        Its cut was the cheapest if costs are given, else it is the same for all. Where it keeps none, the
        most probable class is the answer of all. Baselines are calibrated if classes were weighted.
        """
        has_cut = decision.threshold is not None
        return cls(
            calibrate=is_weighted and decision.is_calibrated,
            threshold=decision.threshold,
            cost=cost if has_cut else None,
            positive=decision.positive,
        )

    def of_constant(self) -> AnswerRule:
        """Return the rule for a model that gives one probability to all rows: its cut needs no rows."""
        if self.cost is None:
            return self
        return replace(self, threshold=self.cost.expected_threshold, cost=None)

    @property
    def needs_rows(self) -> bool:
        """Whether probabilities of training rows are needed."""
        return self.calibrate or self.cost is not None

    def decide(self, codes: Array | None, proba: Array | None, classes: Array) -> Decision:
        """Return the decision.

        Parameters
        ----------
        codes : array of shape (n_rows,)
            Class numbers of training rows; None if no rows are needed, or there are none.
        proba : array of shape (n_rows, n_classes)
            Probabilities of these rows by models that were not trained on them.
        classes : array of shape (n_classes,)
        """
        decision = Decision(threshold=self.threshold, positive=self.positive)
        if not self.needs_rows:
            return decision
        if codes is None or proba is None:
            cut = self.threshold if self.cost is None else self.cost.expected_threshold
            return replace(decision, threshold=cut)
        if self.calibrate:
            fitted = fitted_decision(classes[codes], proba, classes)
            decision = replace(fitted, threshold=self.threshold, positive=self.positive)
            proba = decision.probabilities(proba)
        if self.cost is None:
            return decision
        label = classes.tolist()[self.positive]
        table = threshold_table(classes[codes], proba[:, self.positive], label=label, cost=self.cost)
        return replace(decision, threshold=table.cheapest)

    def out_of_fold(
        self, answers: Callable[[IntArray, IntArray], FloatArray], codes: IntArray, n_classes: int
    ) -> Decision:
        """Return the decision of a model from training rows that it was not trained on.

        Parameters
        ----------
        answers, codes, n_classes
            As for `out_of_fold_probabilities`.
        """
        found = out_of_fold_probabilities(answers, codes, n_classes) if self.needs_rows else None
        rows, proba = (None, None) if found is None else found
        return self.decide(None if rows is None else codes[rows], proba, np.arange(n_classes))
