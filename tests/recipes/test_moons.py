from __future__ import annotations

from collections.abc import Callable

import pytest

from separatrix.recipes import RecipeResult

pytestmark = pytest.mark.slow


def test_the_tutorials_facts(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("moons").facts}
    untrained, loss = facts["test accuracy, untrained"], facts["loss at iteration 4900"]
    assert (untrained.ours, untrained.printed) == ("0.505", "0.545")
    assert float(loss.ours) < 0.01
    assert untrained.agrees is loss.agrees is False  # other seeds than the tutorial's
    assert facts["test accuracy"].ours == "100.0%"
    assert facts["test accuracy"].agrees


def test_logistic_regression_is_worse(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact for fact in result_of("moons").facts}
    accuracy = facts["test accuracy of logistic regression"].ours
    assert float(accuracy.rstrip("%")) < 95


def test_all_seeds_are_reported(result_of: Callable[[str], RecipeResult]) -> None:
    seeds, *_, report = result_of("moons").notes
    assert "Of the seeds 0 to 19, 19 end with a loss below 0.01 and 19 with a test accuracy" in seeds
    assert "precision" in report
    assert "200 rows" in report


def test_what_the_tutorial_prints_is_there(result_of: Callable[[str], RecipeResult]) -> None:
    _, rows, weights, losses, untrained, _ = result_of("moons").notes
    assert "shape (800, 2)" in rows
    assert len(rows.splitlines()) == 13
    assert [line.split()[:4] for line in weights.splitlines()[-3:]] == [
        ["W1", "2", "x", "5"],
        ["W2", "5", "x", "3"],
        ["W3", "3", "x", "1"],
    ]
    loss = next(fact.ours for fact in result_of("moons").facts if fact.name == "loss at iteration 4900")
    assert losses.split()[-2:] == ["4900", loss]
    assert "0.505" in untrained
