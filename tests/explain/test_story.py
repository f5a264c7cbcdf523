from __future__ import annotations

import re

import numpy as np
import pytest

from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.explain import trace
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, Network

X = np.array([0.5, -1.0])


def random_model(n_out=1, head="binary", activation="tanh", hidden=(4, 3), **parts):
    network = Network.mlp(2, hidden, n_out, activation=activation, head=head)
    theta = np.random.default_rng(0).normal(size=network.n_parameters)
    return Model(network, theta, **parts)


def by_hand():
    """2-2-1 relu: z1 = (0.5, -1), so the second unit is off; z2 = 1.5, of which the target is class 1."""
    network = Network.mlp(2, (2,), 1, activation="relu")
    return Model(
        network,
        [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 3.0, 0.5],
        classes=["blue", "red"],
        feature_names=["age", "dose"],
    )


def test_the_numbers_of_a_small_network():
    text = trace(by_hand(), X, "red", learning_rate=0.1).to_text()
    probability = 1 / (1 + np.exp(-1.5))
    assert "age = 0.5, dose = -1. The right answer is red." in text
    assert "z = 1 * age + 0 * dose + 0\n      = 1 * 0.5 + 0 * (-1) + 0 = 0.5" in text
    assert "z = 2 * h1 + 3 * h2 + 0.5\n      = 2 * 0.5 + 3 * 0 + 0.5 = 1.5" in text
    assert f"P(red) = logistic(1.5) = {probability:.3g}" in text
    assert f"loss = -log(P(red)) = -log({probability:.3g}) = {-np.log(probability):.3g}" in text
    assert f"P(red): blame dz = {probability - 1:.3g}" in text
    assert (
        f"unit 1: blame {2 * (probability - 1):.3g} = {2 * (probability - 1):.3g} that arrives * slope 1"
        in text
    )
    assert f"unit 2: blame 0 = {3 * (probability - 1):.3g} that arrives * slope 0" in text
    assert "Unit 1 gets most of the blame of layer 1, 100%" in text
    assert "among the\nunits whose slope is not 0" in text  # more arrives at unit 2, but its slope is 0


def test_numbers_that_would_look_the_same_have_the_digits_that_tell_them_apart():
    """A unit that is nearly 1, and a step that is small."""
    model = Model(Network.mlp(1, (1,), 1, activation="logistic"), [20.0, 0.0, 1.0, 6.0])
    text = trace(model, [1.0], 1, learning_rate=0.1).to_text()
    assert "slope of logistic at z = 20: 0.999999998 * (1 - 0.999999998) = 2.06e-09" in text
    old, new = re.search(r"the bias of the output: (\S+) - .* = (\S+)$", text, re.M).groups()
    assert float(old) < float(new)
    before, after = re.search(r"goes from (\S+) to (\S+)\. The step helped", text).groups()
    assert float(before) > float(after)


def test_the_nudge_is_the_gradient():
    text = " ".join(trace(random_model(), X, 1, learning_rate=0.1).to_text(digits=8).split())
    change = float(re.search(r"a change of (-?[\d.e-]+)\.", text)[1])
    predicted = float(re.search(r"\* 0\.01 = (-?[\d.e-]+)\.", text)[1])
    assert change == pytest.approx(predicted, rel=0.02)
    assert change != predicted


@pytest.mark.parametrize(
    ("head", "n_out", "y"),
    [
        ("binary", 1, 1),
        ("multiclass", 3, 2),
        ("multilabel", 2, [[0, 1]]),
        ("regression", 1, 0.5),
        ("regression", 2, [[1.0, 2.0]]),
        ("quadratic", 1, 1),
        ("quadratic", 3, 2),
        ("poisson", 1, 3),
    ],
)
def test_every_head_has_a_story(head, n_out, y):
    traced = trace(random_model(n_out, head), X, y, learning_rate=0.1)
    text = traced.to_text()
    assert max(map(len, text.splitlines())) <= 80
    assert f"{float(traced['new loss']):.3g}" in text
    assert "nan" not in text


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_has_a_story(activation):
    text = trace(random_model(activation=activation), X, 1, learning_rate=0.1).to_text()
    assert f"slope of {activation} at z" in text


def test_wide_layers_are_shortened():
    model = random_model(hidden=(30,))
    story = trace(model, X, 1, learning_rate=0.1).story()
    text = story.to_text()
    assert "... and 22 more units" in text
    assert "24 smaller terms" in text
    hidden = story.chapters[1]
    assert len(hidden.passages) == 30
    assert sum(passage.is_expanded for passage in hidden.passages) == 1


def test_a_network_without_blame_says_so():
    network = Network.mlp(2, (2,), 1, activation="relu")
    dead = Model(network, [0.0, 0.0, 0.0, 0.0, -1.0, -1.0, 1.0, 1.0, 0.0])
    text = " ".join(trace(dead, X, 1, learning_rate=0.1).to_text().split())
    assert "No unit of layer 1 gets any blame: all slopes are 0 here." in text


def test_a_rate_that_is_too_large_is_named():
    network = Network.mlp(2, (), 1, head="regression")
    text = trace(Model(network, [1.0, 1.0, 0.0]), X, 3.0, learning_rate=5.0).to_text()
    assert "the learning rate is too large for this row" in " ".join(text.split())


def test_html_opens_each_unit_and_escapes_names():
    model = Model(Network.mlp(2, (3,), 1), np.ones(13), feature_names=["<b>", "dose"])
    markup = trace(model, X, 1, learning_rate=0.1)._repr_html_()
    assert markup.count("<details>") == 3 + 1 + 1 + 3
    assert "<b>" not in markup.replace("<p><b>", "")
    assert "&lt;b&gt;" in markup


def test_an_epoch_of_a_training():
    rows = np.random.default_rng(0).normal(size=(50, 2))
    y = (rows[:, 0] > 0).astype(int)
    network = MLPClassifier((3,), "tanh", max_iter=5, record=1, random_state=0, engine="numpy")
    with pytest.warns(match="limit"):
        network.fit(rows, y)
    first = trace(network, rows[0], y[0], epoch=0)
    np.testing.assert_array_equal(first.model.theta, network.recording_.thetas[0])
    np.testing.assert_array_equal(network.at_epoch(5).theta, network.theta_)
    with pytest.raises(DataError, match="epoch 7 was not recorded; the nearest that were: 3, 4, 5"):
        network.at_epoch(7)


def test_only_one_row_has_a_story():
    traced = trace(random_model(), np.stack([X, X]), [0, 1], learning_rate=0.1)
    with pytest.raises(DataError, match="a story is of one row, and this trace has 2"):
        traced.story()
    assert str(traced) == traced.to_text("full")
    with pytest.raises(ParameterError, match="level must be one of 'story', 'full'"):
        traced.to_text("short")
