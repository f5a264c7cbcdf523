from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from separatrix.recipes import RecipeResult
from separatrix.recipes.ten_points import HIGHAM_NETWORK, _normal_theta

pytestmark = pytest.mark.slow


def test_the_tutorial_learns_nothing(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("ten-points").facts}
    assert facts["parameters of 2-2-4-1"].ours == "23"
    assert facts["P(red) at (0.7, 0.2) stays within 0.01 of one half"].ours == "yes"
    assert facts["points right at rate 0.001"].ours == "6 of 10"
    answer = facts["P(red) at (0.7, 0.2) after 10 000 epochs"]
    assert (answer.ours, answer.printed, answer.agrees) == ("0.4991", "0.5017", False)
    notes = result_of("ten-points").notes[0]
    assert "The tutorial has an error here" in notes
    assert "between 0.499 and 0.502" in notes
    assert "loss is 0.693; that of guessing is 0.693" in notes


def test_a_larger_rate_is_a_cure(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("ten-points").facts}
    assert facts["points right at rate 1"].ours == "10 of 10"
    assert facts["seeds that end with all ten right at rate 1"].ours == "20 of 20"


def test_the_original_gets_all_ten_right(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("ten-points").facts}
    assert facts["parameters of 2-2-3-2 (Higham & Higham)"].ours == "23"
    assert facts["points right, 2-2-3-2"].ours == "10 of 10"
    assert facts["seeds that end with all ten right, 2-2-3-2"].ours == "10 of 10"


def test_the_original_draws_weights_before_biases() -> None:
    weights, biases = HIGHAM_NETWORK.split(_normal_theta(np.random.RandomState(0)))
    drawn = 0.5 * np.random.RandomState(0).randn(23)
    np.testing.assert_array_equal(np.concatenate([w.ravel() for w in weights]), drawn[:16])
    np.testing.assert_array_equal(np.concatenate(biases), drawn[16:])
