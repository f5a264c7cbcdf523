"""Diagnosed training: what `MLPClassifier` and `MLPRegressor` keep of a training for its diagnosis."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.engine.base import Data
from separatrix.estimators.settings import uses_lbfgs
from separatrix.evaluate.diagnosis import GRAVE_CHECKS, NOTHING_LEARNED, diagnose
from separatrix.evaluate.findings import Diagnosis
from separatrix.evaluate.trained import Trained, sample
from separatrix.explain.subject import numbered_names
from separatrix.network import Network, Optimizer
from separatrix.train.guess import guess_loss
from separatrix.train.history import History
from separatrix.train.stops import Stop

Array = NDArray[Any]


class DiagnosedTraining:
    """Keeps some training rows until the diagnosis is made from them."""

    alpha: float
    solver: str | Optimizer
    encoder_: TableEncoder
    history_: History
    learning_rate_init: float | str
    learning_rate_init_: float
    network_: Network
    stop_: Stop
    theta_: Array

    # Rows and their parameters until the diagnosis is made, then the diagnosis itself.
    _sample: Data | None = None
    _n_rows: int = 0
    _trained_theta: Array = np.empty(0)
    _diagnosis: Diagnosis | None = None

    @property
    def diagnosis_(self) -> Diagnosis:
        """What the last training shows: `Finding` values with a number, a sentence and a cure.

        It looks at a sample of the training rows, which is kept until then, and never pickled.
        """
        if self._diagnosis is not None:
            return self._diagnosis
        if self._sample is None:
            raise AttributeError(
                f"This {type(self).__name__} has no diagnosis: only fit and fit_table make one; call fit."
            )
        self._diagnosis = diagnose(self._trained(self._sample))
        self._sample, self._trained_theta = None, np.empty(0)
        return self._diagnosis

    def _trained(self, rows: Data) -> Trained:
        """Return what a diagnosis looks at."""
        names, columns = vars(self).get("feature_names_in_"), []
        if "encoder_" in vars(self):
            encoder = self.encoder_
            names = encoder.feature_names_out
            columns = [encoder.source(each.name) for each in encoder.columns for _ in each.feature_names]
        classes = vars(self).get("classes_")
        return Trained(
            network=self.network_,
            theta=self._trained_theta,
            data=rows,
            n_rows=self._n_rows,
            names=numbered_names(self.network_.n_in) if names is None else [str(name) for name in names],
            classes=[] if classes is None else [str(label) for label in classes],
            history=self.history_,
            stop=self.stop_,
            learning_rate=None if uses_lbfgs(self.solver) else self.learning_rate_init_,
            alpha=self.alpha,
            has_found_rate=self.learning_rate_init == "auto",
            columns=columns,
        )

    def _keep_sample(self, data: Data) -> None:
        """Keep some training rows for the diagnosis, and the parameters, which a table rescales later."""
        self._sample, self._n_rows = sample(data, self.network_.head), data.n_rows
        self._trained_theta = self.theta_

    def _forget_training_rows(self) -> None:
        """Forget the rows and the diagnosis of an earlier training."""
        self._sample = self._diagnosis = None
        self._trained_theta = np.empty(0)

    def _grave_findings(self) -> str:
        """Return what is grave in the diagnosis, as sentences; empty if there is nothing."""
        if self._sample is None or self._may_have_learned(self._sample):
            return ""
        trained = self._trained(self._sample)  # the other checks wait for `diagnosis_`
        return " ".join(str(finding) for check in GRAVE_CHECKS if (finding := check(trained)) is not None)

    def _may_have_learned(self, rows: Data) -> bool:
        """Return whether the last loss is clearly below that of guessing, which is quick to know."""
        if not self.history_.n_epochs:
            return True
        guess = guess_loss(self.network_.head, rows.T, rows.weight)
        return bool(self.history_.loss[-1] < NOTHING_LEARNED * guess) or guess == 0

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the diagnosis instead of the rows that it is made from."""
        if self._sample is not None:
            _ = self.diagnosis_
        return super().__getstate__()  # type: ignore[return-value]
