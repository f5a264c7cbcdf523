from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

from separatrix.errors import ParameterError
from separatrix.network import SCHEDULES, Schedule, TrainingLength
from separatrix.network.schedules import Adaptive, Constant, Cosine, InvScaling, OneCycle, StepDecay, WarmUp

REFERENCE = json.loads(
    Path(__file__).parents[1].joinpath("reference", "torch_reference.json").read_text("utf-8")
)


def factors(schedule: Schedule, steps_per_epoch: int, n_epochs: int, n_rows: int = 10) -> np.ndarray:
    progress = TrainingLength(steps_per_epoch, n_epochs, n_rows)
    return schedule.factors(np.arange(progress.n_steps), progress)


@pytest.mark.parametrize(
    ("name", "schedule", "steps_per_epoch", "n_epochs"),
    [
        ("step, 12 epochs", StepDecay(5, 0.3), 1, 12),
        ("cosine, 12 steps", Cosine(0.2), 3, 4),
        ("one_cycle, 20 steps", OneCycle(0.25), 4, 5),
    ],
)
def test_rates_are_pytorch_s(name: str, schedule: Schedule, steps_per_epoch: int, n_epochs: int) -> None:
    rates = 0.1 * factors(schedule, steps_per_epoch, n_epochs)
    np.testing.assert_allclose(rates, REFERENCE["rates"][name], rtol=1e-12, atol=1e-18)


def test_step_changes_only_with_the_epoch() -> None:
    np.testing.assert_allclose(factors(StepDecay(2, 0.5), 3, 4), [1] * 6 + [0.5] * 6)


def test_invscaling_is_scikit_learn_s() -> None:
    optimizer = SGDOptimizer([], learning_rate_init=0.1, lr_schedule="invscaling", power_t=0.7)
    rates = []
    for epoch in range(4):
        rates += [optimizer.learning_rate] * 3
        optimizer.iteration_ends((epoch + 1) * 10)
    np.testing.assert_allclose(0.1 * factors(InvScaling(0.7), 3, 4, n_rows=10), rates, rtol=1e-14)


@pytest.mark.parametrize("schedule", [Constant(), Adaptive()])
def test_constant_and_adaptive_are_one_throughout(schedule: Schedule) -> None:
    assert factors(schedule, 2, 3).tolist() == [1.0] * 6


def test_warm_up_rises_to_the_schedule_that_follows() -> None:
    risen = factors(WarmUp(4, StepDecay(1, 0.5)), 2, 4)
    np.testing.assert_allclose(risen, [0.25, 0.5, 0.375, 0.5, 0.25, 0.25, 0.125, 0.125])


@pytest.mark.parametrize("kind", SCHEDULES.values(), ids=SCHEDULES)
def test_rates_do_not_depend_on_where_they_are_cut(kind: Any) -> None:
    progress, steps = TrainingLength(3, 4, 10), np.arange(12)
    pieces = [kind().factors(steps[i : i + 3], progress) for i in range(0, 12, 3)]
    whole = kind().factors(steps, progress)
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert (whole >= 0).all()
    assert (whole <= 1).all()


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (InvScaling, {"power_t": -1}, "power_t must be a number in [0, infinity), got -1."),
        (StepDecay, {"step_size": 0}, "step_size must be an integer of at least 1, got 0."),
        (StepDecay, {"gamma": 0.0}, "gamma must be a number in (0, infinity), got 0.0."),
        (Cosine, {"final": 2.0}, "final must be a number in [0, 1], got 2.0."),
        (OneCycle, {"pct_start": 0.0}, "pct_start must be a number in (0, 1], got 0.0."),
        (WarmUp, {"steps": 1.5}, "steps must be an integer of at least 1, got 1.5."),
    ],
)
def test_errors_name_parameter_rule_and_value(kind: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        kind(**options)
    assert str(caught.value) == message


def test_each_class_is_registered_under_its_name() -> None:
    assert {name: kind().name for name, kind in SCHEDULES.items()} == {name: name for name in SCHEDULES}
