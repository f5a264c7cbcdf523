from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from separatrix.network import Network
from separatrix.tabular.candidates import Candidates
from separatrix.tabular.features import Features
from separatrix.tabular.recipe import CONFIGURATIONS
from separatrix.tabular.training import Member

FEATURES = Features.fit({"a": np.arange(6.0)})
LINE = Network.mlp(1, (), 1, head="regression")


def identity(z: Any, network: Network) -> Any:
    return z


def member(job: int, held_out: list[int], *slopes: float) -> Member:
    thetas = [np.array([slope, 1.0], np.float32) for slope in slopes]
    x = FEATURES.inputs(CONFIGURATIONS[3], np.array(held_out))
    answers = np.stack([x * slope + 1 for slope in slopes])
    return Member(job, 0, job % 2, CONFIGURATIONS[3], LINE, thetas, np.array(held_out), answers, 9)


def test_only_configurations_that_were_trained_on_all_folds_are_candidates() -> None:
    members = [member(0, [0, 1], 1.0), member(1, [2, 4], 1.0), member(2, [0, 2], 1.0)]
    candidates = Candidates.of(members, 2)
    assert len(candidates.groups) == 1
    assert candidates.covered.tolist() == [0, 1, 2, 4]
    assert candidates.made_of(2) == ""


def test_without_a_whole_configuration_the_members_of_the_first_are_candidates() -> None:
    first, other = member(0, [0, 1], 1.0), member(2, [0, 2], 1.0)
    candidates = Candidates.of([replace(first, is_whole=False), other], 2)
    assert candidates.groups[0][0].job == 0
    assert candidates.covered.tolist() == [0, 1]
    assert candidates.made_of(2) == "made of 1 network for 2 folds, 1 of which Ctrl-C ended early"
    assert Candidates.of([], 2).groups == []


def test_the_snapshots_of_one_training_become_one_network() -> None:
    members = [member(0, [0, 1, 2], 0.0, 2.0), member(1, [3, 4, 5], 0.0, 4.0)]
    members += [member(2, [0, 2, 4], 5.0, 6.0), member(3, [1, 3, 5], 5.0, 6.0)]
    candidates = Candidates.of(members, 2)
    assert candidates.answers().shape == (2, 2, 6, 1)
    parts, oof = candidates.mixed(np.array([[1, 3], [0, 0]]), FEATURES, identity)
    assert [part.theta.tolist() for part in parts] == [[1.5, 1.0], [3.0, 1.0]]
    assert [part.share for part in parts] == [0.5, 0.5]
    assert [part.training["fold"] for part in parts] == [0, 1]
    x = FEATURES.arrays["robust"][:, 0]
    np.testing.assert_allclose(oof[:, 0], x * np.repeat([1.5, 3.0], 3) + 1, rtol=1e-5)


def test_the_snapshots_of_one_training_become_two_networks() -> None:
    """Neighbours are averaged, so that both have about the same share."""
    members = [member(0, [0, 1, 2], 0.0, 2.0, 9.0, 8.0), member(1, [3, 4, 5], 0.0, 4.0, 9.0, 8.0)]
    candidates = Candidates.of(members, 2)
    parts, oof = candidates.mixed(np.array([[1, 3, 0, 4]]), FEATURES, identity, 2)
    assert [part.theta.tolist() for part in parts] == [[1.5, 1.0], [3.0, 1.0], [8.0, 1.0], [8.0, 1.0]]
    assert [part.share for part in parts] == [0.25] * 4
    x = FEATURES.arrays["robust"][:, 0]
    np.testing.assert_allclose(oof[:, 0], x * (np.repeat([1.5, 3.0], 3) + 8.0) / 2 + 1, rtol=1e-5)
    alone, _ = candidates.mixed(np.array([[0, 0, 5, 0]]), FEATURES, identity, 2)
    assert [part.theta.tolist() for part in alone] == [[9.0, 1.0], [9.0, 1.0]]
