from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from separatrix.recipes import RecipeResult
from separatrix.recipes.bumps import ArchitectureScores, _comparison

pytestmark = pytest.mark.slow

NETWORK = r"1-[\d-]+-1"
COMPARISON = re.compile(
    rf"({NETWORK}) (is better than|is worse than|and) ({NETWORK})( do not differ significantly)?, "
    r"(\S+) \[(\S+), (\S+)\]"
)


def held_out_by_network(result: RecipeResult) -> dict[str, float]:
    """Return the mean accuracy in each row of the table of the search."""
    rows = [line.split() for line in result.notes[2].splitlines()[1:]]
    return {row[0]: float(row[2]) for row in rows}


def test_twenty_units_can_fit_all_points(result_of: Callable[[str], RecipeResult]) -> None:
    facts = {fact.name: fact.ours for fact in result_of("bumps").facts}
    n_flat, n_deep = (
        int(facts[f"seeds that end with all points right, {name}"].split()[0])
        for name in ("1-20-1", "1-10-10-1")
    )
    assert 20 > n_flat > n_deep


def test_one_layer_is_significantly_better_than_three(
    result_of: Callable[[str], RecipeResult],
) -> None:
    facts = {fact.name: fact for fact in result_of("bumps").facts}
    assert facts["hidden layers of the best network"].ours == "1"
    assert re.search(rf"{NETWORK} is better than 1-10-10-10-1, ", result_of("bumps").notes[3])


def test_the_answer_follows_the_table(result_of: Callable[[str], RecipeResult]) -> None:
    held_out, answer = held_out_by_network(result_of("bumps")), result_of("bumps").notes[3]
    assert len(held_out) == 7
    comparisons = COMPARISON.findall(answer)
    assert [(a.count("-"), b.count("-")) for a, _, b, *_ in comparisons] == [(2, 3), (2, 4)]
    for first, relation, second, _, *figures in comparisons:
        lead, low, high = map(float, figures)
        assert lead == pytest.approx(held_out[first] - held_out[second], abs=0.0016)  # three rounded numbers
        assert relation == ("is better than" if low > 0 else "is worse than" if high < 0 else "and")
    assert answer.startswith("One hidden layer is enough.") == ("is worse than" not in answer)


@pytest.mark.parametrize(
    ("lead", "answer"),
    [
        ([0.1, 0.2, 0.1, 0.2], "1-2-1 is better than 1-1-1-1, +0.150 [+0.058, +0.242]"),
        ([-0.1, -0.2, -0.1, -0.2], "1-2-1 is worse than 1-1-1-1, -0.150 [-0.242, -0.058]"),
        ([0.1, -0.1, 0.3, -0.1], "1-2-1 and 1-1-1-1 do not differ significantly, +0.050 [-0.255, +0.355]"),
    ],
)
def test_networks_are_compared_seed_by_seed(lead: list[float], answer: str) -> None:
    fractions = np.array([0.2, 0.8, 0.5, 0.4])
    first = ArchitectureScores((2,), 7, np.ones(4), fractions + lead)
    assert _comparison(first, ArchitectureScores((1, 1), 6, np.ones(4), fractions)) == answer


def test_the_standard_error_of_an_architecture() -> None:
    scores = ArchitectureScores((10, 10), 141, np.ones(4), np.array([0.8, 0.9, 1.0, 0.9]))
    assert str(scores) == "1-10-10-1"
    assert scores.error == pytest.approx(np.sqrt(0.02 / 3) / 2)
