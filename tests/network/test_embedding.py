"""The periodic embedding: its values, gradient, checks and description."""

from typing import Any

import numpy as np
import pytest

from separatrix.errors import ParameterError
from separatrix.network import AdamW, Network, PeriodicEmbedding, initial_theta
from separatrix.network.embedding import frequency_gradient, sines_and_cosines


def test_values_are_sines_then_cosines_of_each_input() -> None:
    x = np.random.default_rng(0).normal(size=(4, 2))
    frequencies = np.array([0.1, -2.0, 30.0, 0.0, 1.0, 0.5])
    turns = 2 * np.pi * np.hstack([x[:, :1] * frequencies[:3], x[:, 1:] * frequencies[3:]])
    expected = np.hstack([np.sin(turns), np.cos(turns)])
    np.testing.assert_allclose(sines_and_cosines(frequencies, x), expected, atol=1e-12)


def test_the_gradient_is_that_of_central_differences() -> None:
    rng = np.random.default_rng(1)
    x, frequencies, d = rng.normal(size=(7, 2)), rng.normal(size=6), rng.normal(size=(7, 12))

    def value(shifted: Any) -> float:
        return float((sines_and_cosines(shifted, x) * d).sum())

    steps = 1e-6 * np.eye(6)
    expected = [(value(frequencies + step) - value(frequencies - step)) / 2e-6 for step in steps]
    gradient = frequency_gradient(x, sines_and_cosines(frequencies, x), d)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


def test_frequencies_come_first_in_theta() -> None:
    network = Network.mlp(3, (4,), 1, embedding=PeriodicEmbedding(2, columns=(2, 0)))
    assert network.embedded == (2, 0)
    assert network.n_embedded == 8
    assert network.layout[0].n_in == 8 + 3
    assert network.n_parameters == 4 + 11 * 4 + 4 + 4 + 1
    theta = np.arange(float(network.n_parameters))
    np.testing.assert_array_equal(network.join(*network.split(theta), theta[:4]), theta)
    assert network.sizes == (3, 4, 1)
    with pytest.raises(ParameterError, match="frequencies of the embedding must be 4, got 0"):
        network.join(*network.split(theta))


def test_a_network_names_its_embedding() -> None:
    assert str(Network.mlp(2, (4,), 1, embedding=PeriodicEmbedding(3))) == (
        "2-4-1 (2 inputs with 3 frequencies each)"
    )
    assert str(Network.mlp(3, (4,), 1, embedding=PeriodicEmbedding(1, columns=(2, 0)))) == (
        "3-4-1 (3 inputs, 2 with 1 frequency each)"
    )


def test_first_frequencies_have_the_standard_deviation_asked_for() -> None:
    network = Network.mlp(5, (2,), 1, embedding=PeriodicEmbedding(2000, 0.3))
    theta = initial_theta(network, "he", np.random.RandomState(0))
    assert theta[network.frequencies].std() == pytest.approx(0.3, rel=0.05)
    assert abs(theta[network.frequencies].mean()) < 0.02


def test_rescaled_keeps_the_frequencies() -> None:
    network = Network.mlp(2, (), 1, head="regression", embedding=PeriodicEmbedding(1))
    theta = np.arange(1.0, network.n_parameters + 1)
    scaled = network.rescaled(theta, 10.0, 5.0)
    np.testing.assert_array_equal(scaled[:2], theta[:2])
    np.testing.assert_array_equal(scaled[2:-1], 10 * theta[2:-1])


def test_frequencies_have_their_own_rate_and_never_decay() -> None:
    network = Network.mlp(2, (), 1, embedding=PeriodicEmbedding(1))
    first, *others = AdamW(weight_decay=1.0, embedding_rate=0.5).slices(network)
    assert (first.start, first.stop, first.rate, first.decay) == (0, 2, 0.5, 0.0)
    assert [(part.start, part.stop, part.rate, part.decay) for part in others] == [
        (2, 8, 1.0, 1.0),
        (8, 9, 1.0, 1.0),
    ]


@pytest.mark.parametrize("columns", [None, (1, 0)])
def test_the_description_of_a_network_has_its_embedding(columns: Any) -> None:
    network = Network.mlp(2, (3,), 1, embedding=PeriodicEmbedding(4, 0.5, columns))
    assert Network.from_dict(network.to_dict()) == network
    assert "embedding" not in Network.mlp(2, (3,), 1).to_dict()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_frequencies": 0}, "n_frequencies must be an integer of at least 1, got 0"),
        ({"sigma": 0.0}, r"sigma must be a number in \(0, infinity\), got 0.0"),
        ({"columns": ()}, r"columns must hold one index or more, each once, got \(\)"),
        ({"columns": (1, 1)}, r"columns must hold one index or more, each once, got \(1, 1\)"),
        ({"columns": (-1,)}, "columns must be an integer of at least 0, got -1"),
        ({"columns": "all"}, "columns must be a sequence of indices or None, got 'all'"),
        ({"columns": (2,)}, "columns of the embedding must be indices of the 2 inputs, from 0, got 2"),
    ],
)
def test_errors_name_parameter_rule_and_value(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Network.mlp(2, (), 1, embedding=PeriodicEmbedding(**values))


def test_another_value_is_no_embedding() -> None:
    with pytest.raises(ParameterError, match="embedding must be a PeriodicEmbedding or None, got 'periodic'"):
        Network.mlp(2, (), 1, embedding="periodic")  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"kind": "linear"}, {"n_frequencies": "8"}, {"columns": [5]}])
def test_a_wrong_description_is_an_error(change: dict[str, Any]) -> None:
    described = Network.mlp(2, (), 1, embedding=PeriodicEmbedding()).to_dict()
    described["embedding"] |= change
    with pytest.raises(ParameterError):
        Network.from_dict(described)
