from __future__ import annotations

import numpy as np
import pytest

from separatrix.engine.numpy_engine import forward
from separatrix.network import Network
from separatrix.tabular import TabularClassifier
from separatrix.tabular.features import Features
from separatrix.tabular.recipe import CONFIGURATIONS, PERIODIC

DRAW = np.random.RandomState(0)
TOWN = DRAW.choice(np.array(["Bonn", "Ulm", "Köln", None], object), 60)
COLUMNS = {"sex": DRAW.choice(np.array(["f", "m"], object), 60), "age": DRAW.rand(60), "town": TOWN}


@pytest.mark.parametrize("n_classes", [2, 3])
def test_codes_of_the_target_can_be_left_out_of_a_trained_network(n_classes: int) -> None:
    features, y = Features.fit(COLUMNS), DRAW.randint(n_classes, size=60)
    rows, held_out = np.arange(40), np.arange(40, 60)
    targets = np.eye(n_classes)[y]
    tables, seen, unseen = features.target_codes(rows, held_out, targets, None, np.random.RandomState(1))
    k = 1 if n_classes == 2 else 3
    assert [table.shape for table in tables] == [(4, k)]  # of two levels, one feature says all
    assert seen.shape == (40, k)
    assert unseen.shape == (20, k)

    configuration = CONFIGURATIONS[1]
    X = features.inputs(configuration, held_out)
    network = Network.mlp(X.shape[1] + k, (5,), 1, activation="tanh", head="binary")
    theta = DRAW.randn(network.n_parameters).astype(np.float32)
    narrow = Network.mlp(X.shape[1], (5,), 1, activation="tanh", head="binary")
    without = features.without_target_codes(network, theta, tables)
    assert without.dtype == np.float32
    expected = forward(network, theta, np.hstack([unseen, X]))
    np.testing.assert_allclose(forward(narrow, without, X), expected, rtol=1e-4, atol=1e-5)


def test_a_row_is_not_coded_by_its_own_target() -> None:
    """Where every level has one row, the others say nothing of it."""
    features = Features.fit({"name": np.array([f"n{i}" for i in range(20)], object)})
    targets, rows = np.eye(2)[np.arange(20) % 2], np.arange(20)
    _, seen, unseen = features.target_codes(rows, rows, targets, None, np.random.RandomState(0))
    assert not seen.any()
    assert (np.sign(unseen[:, 0]) == np.where(np.arange(20) % 2, 1, -1)).all()


def test_configurations_with_the_same_blocks_share_an_encoder() -> None:
    features = Features.fit(COLUMNS)
    encoders = [features.encoder(one) for one in CONFIGURATIONS]
    assert encoders[1] is encoders[4]
    assert len({id(one) for one in encoders}) == 4
    np.testing.assert_array_equal(
        encoders[1].transform(COLUMNS, np.float32), features.inputs(CONFIGURATIONS[1], np.arange(60))
    )


def test_without_numbers_there_are_no_networks_of_sines() -> None:
    assert Features.fit(COLUMNS).has_inputs_of(PERIODIC)
    features = Features.fit({"town": TOWN})
    assert not features.has_inputs_of(PERIODIC)
    assert all(features.has_inputs_of(one) for one in CONFIGURATIONS)
    clf = TabularClassifier("best", cv=2)
    jobs = clf._jobs(features, np.arange(60) % 2, None, np.random.RandomState(0))
    assert {job.settings for job in jobs} == set(CONFIGURATIONS)
