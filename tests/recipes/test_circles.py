from __future__ import annotations

from collections.abc import Callable

import pytest

from separatrix.recipes import RecipeResult

pytestmark = pytest.mark.slow


def test_the_tutorials_facts(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("circles").facts}
    assert {name: fact.ours for name, fact in facts.items()} == {
        "P(red) at (-0.5, -0.4)": "0.6090",
        "class of that point (1, red, if P >= 0.5)": "1",
        "loss in the 130th forward pass": "0.0540",
        "training accuracy": "0.988",
    }
    assert all(fact.agrees for fact in facts.values())


def test_the_other_form_of_adam_gives_another_probability(result_of: Callable[[str], RecipeResult]) -> None:
    assert "P(red) would be 0.6076" in result_of("circles").notes[1]
