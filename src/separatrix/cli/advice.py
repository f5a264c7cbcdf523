"""What to try next, where a simpler model is better than the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from separatrix.estimators.table_fitting import TableFit
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.baselines import DUMMY
from separatrix.evaluate.classification import row_log_losses
from separatrix.evaluate.comparison import Comparison
from separatrix.model import Model

FAR_BELOW = 0.5
"""Fraction of the test loss below which the training loss is that of an overfitted network."""


def advice(assessment: Assessment, model: Model, fitted: TableFit) -> str | None:
    """Return a sentence if the network is worse than a baseline, and there is something to try."""
    worse = {each.names[1]: each for each in assessment.comparisons if each.outcome == "worse"}
    training: Mapping[str, Any] = model.training or {}
    reason = training["stop"]["reason"]
    if not worse or reason == "diverged":  # the warning has said what to do
        return None
    test_loss = next(iter(worse.values())).primary.first
    training_loss = _training_loss(model, fitted)
    overfits = test_loss is not None and training_loss < FAR_BELOW * test_loss
    cure = "a larger --alpha"
    if not training["settings"]["early_stopping"]:
        cure = f"--early-stopping or {cure}"
    if overfits and model.classes is None:
        return f"The network fits the training rows far better than the test rows; try {cure}."
    if overfits or (DUMMY in worse and _is_too_sure(worse[DUMMY], training_loss)):
        return f"The network's probabilities are too sure of themselves; try {cure}."
    if DUMMY not in worse:
        return None
    loss = training["history"]["loss"]
    if reason == "max_iter" and loss[-1] <= loss[0]:
        return "The network has learned too little; raise --max-iter."
    return "The network has not learned; lower --rate."


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


def _training_loss(model: Model, fitted: TableFit) -> float:
    """Return the mean loss of the training rows, in the unit of the comparisons."""
    if fitted.target.labels is None:
        return float(np.mean((model.predict(fitted.X) - fitted.y) ** 2))
    codes = fitted.target.labels.encode(fitted.y)
    return float(row_log_losses(codes, model.predict_proba(fitted.X)).mean())
