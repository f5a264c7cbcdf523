from __future__ import annotations

import numpy as np
import pytest

from separatrix.data.links import LinkTarget


@pytest.mark.parametrize("n_alone", [0, 1, 4])
def test_classes_with_few_rows_do_not_hide_the_link_of_the_others(n_alone: int) -> None:
    random = np.random.RandomState(0)
    colour = random.choice(["blue", "brown"], 300).astype(object)
    town = np.where((colour == "blue") ^ (random.rand(300) < 0.2), "Ulm", "Bonn").astype(object)
    town[[10, 50, 111, 222][:n_alone]] = [f"village {i}" for i in range(n_alone)]
    recalls = [
        np.mean((town == place)[colour == each]) for place, each in (("Ulm", "blue"), ("Bonn", "brown"))
    ]
    assert LinkTarget(town).link(colour) == pytest.approx(np.mean(recalls), abs=0.03)
    assert LinkTarget(town).link(random.choice(["a", "b"], 300).astype(object)) < 0.55


def test_a_class_with_rows_in_one_fold_does_not_hide_the_link_of_the_others() -> None:
    colour = np.array(["blue", "brown"] * 150, dtype=object)
    town = np.where(colour == "blue", "Ulm", "Bonn").astype(object)
    town[[0, 5, 10, 15, 20]] = "village"
    assert LinkTarget(town).link(colour) == pytest.approx(1.0, abs=0.02)
    alone = np.array(["no"] * 100, dtype=object)
    alone[[0, 5, 10, 15, 20]] = "yes"
    assert LinkTarget(alone).link(np.arange(100.0)) >= 0.5


def test_a_rare_class_of_two_is_still_linked() -> None:
    rare = np.array(["yes"] * 3 + ["no"] * 97, dtype=object)
    target = LinkTarget(rare)
    assert target.is_usable
    assert target.link(np.arange(100.0)) >= 0.5
    assert not LinkTarget(np.array(["no"] * 100, dtype=object)).is_usable
