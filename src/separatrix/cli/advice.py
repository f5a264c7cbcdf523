"""What to try next, where a simpler model is better than the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.baselines import DUMMY
from separatrix.evaluate.comparison import Comparison

if TYPE_CHECKING:
    from separatrix.estimators.table_model import TableFit

FAR_BELOW = 0.5
"""Share of the test loss below which the training loss tells of rows learnt by heart."""


def advice(assessment: Assessment, fitted: TableFit, y: NDArray[Any]) -> str | None:
    """Return a sentence if the network is worse than a baseline, and something can be said of it."""
    worse = {each.names[1]: each for each in assessment.comparisons if each.outcome == "worse"}
    if not worse or fitted.stop.reason == "diverged":  # of which the warning has said what to do
        return None
    test_loss = next(iter(worse.values())).primary.first
    training_loss = _training_loss(fitted, y)
    facts = fitted.model.training or {}
    by_heart = test_loss is not None and training_loss < FAR_BELOW * test_loss
    if fitted.model.classes is None and by_heart:
        return f"The network has learnt the training rows by heart; {_milder(facts)}."
    if by_heart or (DUMMY in worse and _is_too_sure(worse[DUMMY], training_loss)):
        return f"The network's probabilities are too sure of themselves; {_milder(facts)}."
    if DUMMY not in worse:
        return None
    loss = facts["history"]["loss"]
    if fitted.stop.reason == "max_iter" and loss[-1] <= loss[0]:
        return "The network has learnt too little; raise --max-iter."
    return "The network has not learnt; lower --rate."


def _milder(facts: Mapping[str, Any]) -> str:
    stops_early = facts["settings"]["early_stopping"]
    return "try " + "--early-stopping or " * (not stops_early) + "a larger --alpha"


def _is_too_sure(against_dummy: Comparison, training_loss: float) -> bool:
    """Return whether a network that did learn is right more often than the dummy."""
    dummy_loss = against_dummy.primary.second
    return (
        dummy_loss is not None
        and training_loss < dummy_loss
        and any(
            test.metric == "accuracy" and test.advantage.value is not None and test.advantage.value > 0
            for test in against_dummy.others
        )
    )


def _training_loss(fitted: TableFit, y: NDArray[Any]) -> float:
    """Return the mean loss of the training rows, whose targets are `y`, in the unit of the comparisons."""
    model = fitted.model
    if model.classes is None:
        return float(np.mean((model.predict(fitted.X) - y) ** 2))
    from separatrix.evaluate.classification import row_log_losses

    codes = np.searchsorted(model.classes, y)
    return float(row_log_losses(codes, model.predict_proba(fitted.X)).mean())
