from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from separatrix.recipes import RecipeResult
from separatrix.recipes.bumps import Trial


def held_out_by_network(result: RecipeResult) -> dict[str, tuple[float, float]]:
    """Mean and standard error of each row of the search's table."""
    rows = [line.split() for line in result.notes[2].splitlines()[1:]]
    return {row[0]: (float(row[2]), float(row[4])) for row in rows}


def test_twenty_units_can_fit_every_point(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact.ours for fact in result_of("bumps").facts}
    n_flat, n_deep = (
        int(facts[f"seeds that end with all points right, {name}"].split()[0])
        for name in ("1-20-1", "1-10-10-1")
    )
    assert 20 > n_flat > n_deep


def test_one_wide_hidden_layer_is_best(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("bumps").facts}
    assert facts["hidden layers of the best network"].ours == "1"
    held_out = held_out_by_network(result_of("bumps"))
    assert len(held_out) == 7
    # As many parameters, and more than three standard errors apart.
    wide, deep = held_out["1-160-1"], held_out["1-20-20-1"]
    assert wide[0] - deep[0] > 3 * np.hypot(wide[1], deep[1])
    two, three = held_out["1-10-10-1"], held_out["1-10-10-10-1"]
    assert three[0] - two[0] < np.hypot(two[1], three[1])


def test_a_trials_standard_error() -> None:
    trial = Trial((10, 10), 141, np.ones(4), np.array([0.8, 0.9, 1.0, 0.9]))
    assert str(trial) == "1-10-10-1"
    assert trial.error == pytest.approx(np.sqrt(0.02 / 3) / 2)
