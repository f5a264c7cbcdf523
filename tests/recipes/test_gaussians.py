from __future__ import annotations

from collections.abc import Callable

import pytest

from separatrix.recipes import RecipeResult

pytestmark = pytest.mark.slow


def test_the_tutorials_facts(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("gaussians").facts}
    assert {name: fact.ours for name, fact in facts.items()} == {
        "weights at the start": "(-4.0000, -2.0000)",
        "weights after 1 step": "(-2.0698, -1.2533)",
        "weights after 10 steps": "(1.8313, 0.8100)",
        "blue points (class 1) misclassified": "2",
        "red points (class 0) misclassified": "4",
        "P(1) at the origin": "0.5",
    }
    assert all(fact.agrees for name, fact in facts.items() if name != "P(1) at the origin")


def test_the_rate_is_converted(result_of: Callable[[str], RecipeResult]) -> None:
    assert "summed over all 40 points" in result_of("gaussians").notes[0]
    assert "40 * 0.05 = 2.0" in result_of("gaussians").notes[0]
