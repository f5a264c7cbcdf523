from __future__ import annotations

from collections.abc import Callable

import pytest

from separatrix.recipes import RecipeResult

pytestmark = pytest.mark.slow


def test_the_tutorials_facts(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("moons").facts}
    assert facts["test accuracy, untrained, to one decimal"].ours == "0.5"
    assert float(facts["loss after 5000 epochs"].ours) < 0.01
    assert facts["loss after 5000 epochs"].agrees is False  # other seeds than the tutorial's
    assert facts["test accuracy"].ours == "100.0%"
    assert facts["test accuracy"].agrees


def test_logistic_regression_is_worse(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("moons").facts}
    accuracy = facts["test accuracy of logistic regression"].ours
    assert float(accuracy.rstrip("%")) < 95


def test_all_seeds_are_reported(result_of: Callable[[str], RecipeResult]) -> None:
    seeds, report = result_of("moons").notes
    assert "Of the seeds 0 to 19, 19 end with a loss below 0.01 and 19 with a test accuracy" in seeds
    assert "precision" in report
    assert "200 rows" in report
