from __future__ import annotations

import copy
import pickle
import shlex
import warnings

import numpy as np
import pytest
from sklearn.datasets import make_circles, make_moons
from sklearn.exceptions import ConvergenceWarning

from separatrix import DivergenceWarning
from separatrix.cli.options import OPTIONS, in_option_names
from separatrix.data.table import Table
from separatrix.engine.base import Data
from separatrix.errors import TableWarning
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.evaluate.classification import row_log_losses
from separatrix.evaluate.diagnosis import CHECKS
from separatrix.evaluate.trained import sample
from separatrix.train.guess import guess_loss

RNG = np.random.default_rng(0)
X, Y = make_circles(200, noise=0.05, factor=0.4, random_state=0)


def diagnosed(estimator, rows=X, y=Y):
    with warnings.catch_warnings(action="ignore"):
        estimator.fit(rows, y)
    for finding in estimator.diagnosis_.findings:
        check_cure(finding)
    return {finding.name: finding for finding in estimator.diagnosis_.findings}


def check_cure(finding):
    """A cure names parameters, and options on the command line, which standardises the inputs itself."""
    in_options = in_option_names(finding.cure)
    if finding.name not in ("uneven inputs", "leak"):
        assert in_options != finding.cure
    assert not [name for name in OPTIONS if f" {name}" in in_options and "_" in name]


def classifier(hidden=(4,), activation="tanh", **settings):
    settings = {"random_state": 0, "engine": "numpy", "max_iter": 30} | settings
    return MLPClassifier(hidden, activation, **settings)


def test_a_network_that_has_learned_nothing():
    network = classifier(activation="logistic")
    with pytest.warns(
        ConvergenceWarning, match=r"limit of 30 epochs .* the network has learned nothing\. Try"
    ):
        network.fit(X, Y)
    finding = network.diagnosis_.findings[0]
    assert (finding.name, finding.is_grave) == ("nothing learned", True)
    assert finding.number > 0.95
    assert "learning_rate_init=0.01" in finding.cure


def test_a_stop_on_a_flat_start_is_named():
    found = diagnosed(classifier(activation="logistic", n_iter_no_change=3, tol=1e-2))
    assert "Training stopped after 5 epochs without having learned." in found["nothing learned"].sentence
    assert "n_iter_no_change" in found["nothing learned"].cure
    assert "never predicted" not in found  # each class has half of the rows: that one is missing says no more


def test_a_good_training_has_no_grave_finding():
    network = classifier((8,), solver="lbfgs", max_iter=200)
    found = diagnosed(network)
    assert not network.diagnosis_.is_grave
    assert not {"nothing learned", "more to learn", "line as good", "never predicted"} & set(found)
    assert not [w for w in warnings_of(network) if issubclass(w.category, ConvergenceWarning)]


def warnings_of(network):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network.fit(X, Y)
    return caught


def test_a_loss_that_still_falls():
    found = diagnosed(classifier(learning_rate_init=0.01))
    assert found["still improving"].number > 0.02
    assert "max_iter to 150" in found["still improving"].cure


@pytest.mark.slow
def test_a_rate_that_is_too_large_oscillates():
    found = diagnosed(classifier(learning_rate_init=3.0, batch_size=10, max_iter=100, n_iter_no_change=100))
    assert "oscillating" in found
    assert "learning_rate_init=1" in found["oscillating"].cure


def test_inputs_of_different_scale_are_named():
    rows = np.column_stack([X[:, 0], 1000 * X[:, 1]])
    found = diagnosed(classifier(), rows)
    assert "the standard deviation of x2 is" in found["uneven inputs"].sentence
    assert found["uneven inputs"].number == pytest.approx(1000, rel=0.2)
    far = diagnosed(classifier(), X + np.array([1e4, 0]))
    assert "The values of x1 are far from 0" in far["uneven inputs"].sentence


def test_dead_and_saturated_units():
    coefs = [np.zeros((2, 4)), np.ones((4, 1))]
    dead = classifier(activation="relu", init=(coefs, [np.full(4, -1.0), np.zeros(1)]), max_iter=1)
    found = diagnosed(dead)
    assert found["dead units"].number == 1
    assert "In hidden layer 1, 100% of the units are 0" in found["dead units"].sentence
    saturated = classifier(init=(coefs, [np.full(4, 9.0), np.zeros(1)]), max_iter=1)
    assert diagnosed(saturated)["saturated units"].number == 1


def test_overfitting_and_few_rows():
    rows = RNG.normal(size=(60, 30))
    y = RNG.integers(0, 2, 60)
    network = classifier(
        (50,), early_stopping=True, restore_best=False, learning_rate_init=0.01, max_iter=200
    )
    network.set_params(n_iter_no_change=np.inf, validation_fraction=0.3)
    found = diagnosed(network, rows, y)
    assert found["overfitted"].number > 2
    assert found["few rows"].number == pytest.approx(network.network_.n_parameters / 42)


def test_a_rare_class_that_is_never_predicted():
    rows = RNG.normal(size=(300, 2))
    y = np.where(np.arange(300) < 10, "ill", "well")
    found = diagnosed(classifier(solver="lbfgs", alpha=100.0), rows, y)
    assert "The class ill is never predicted, though 10 of 300" in found["never predicted"].sentence
    assert found["never predicted"].cure.endswith(
        "(to_model().with_threshold(0.7), as well is the positive one)."
    )
    assert in_option_names(found["never predicted"].cure) == (
        "If it matters, set --class-weight=balanced, or lower the threshold of its probability "
        "(--threshold=0.3)."
    )
    network = classifier(solver="lbfgs", alpha=100.0)
    cure = diagnosed(network, rows, np.where(y == "ill", "x", "a"))["never predicted"].cure
    assert cure.endswith("probability (to_model().with_threshold(0.3)).")
    assert in_option_names(cure).endswith("probability (--threshold=0.3).")
    of_rare = network.to_model().predict_proba(rows)[:, 1].max()
    assert network.to_model().with_threshold(of_rare).predict(rows).tolist().count("x") >= 1


def test_an_input_that_gives_the_target_away():
    rows = RNG.normal(size=(200, 3))
    y = (rows[:, 1] > 0.3).astype(int)
    assert (
        "The input x2 alone gives the target away (AUC 1.0000)"
        in diagnosed(classifier(), rows, y)["leak"].sentence
    )
    cure = diagnosed(classifier(), rows, y)["leak"].cure
    assert cure == "If it is not known when predictions are made, leave it out of the inputs."
    regressor = MLPRegressor(hidden_layer_sizes=(3,), engine="numpy", max_iter=2, random_state=0)
    assert "x3" in diagnosed(regressor, rows, 2 * rows[:, 2] + 1)["leak"].sentence
    assert "leak" not in diagnosed(classifier(), rows, RNG.integers(0, 2, 200))


@pytest.mark.parametrize(
    ("name", "call", "option"),
    [
        ("town", "fit_table(..., drop='town')", "--drop=town"),
        ("it's", 'fit_table(..., drop="it\'s")', '--drop="it\'s"'),
        ("a 'b' \"c\"", "fit_table(..., drop='a \\'b\\' \"c\"')", "--drop='a '\"'\"'b'\"'\"' \"c\"'"),
    ],
)
def test_the_column_that_gives_the_target_away_is_dropped_by_its_name(name, call, option):
    table = {name: np.where(Y == 1, "Ulm", "Bonn").astype(object), "x": X[:, 0], "z": X[:, 1], "y": Y}
    network = classifier(max_iter=2)
    with warnings.catch_warnings(action="ignore"):
        network.fit_table(Table(table), "y", keep=[name])
    (cure,) = [finding.cure for finding in network.diagnosis_.findings if finding.name == "leak"]
    asked = "If it is not known when predictions are made, leave it out: "
    assert (cure, in_option_names(cure)) == (f"{asked}{call}.", f"{asked}{option}.")
    assert shlex.split(option) == [f"--drop={name}"]


def test_a_straight_line_as_good():
    rows = RNG.normal(size=(200, 2))
    y = (rows.sum(axis=1) + RNG.normal(size=200) > 0).astype(int)
    assert "line as good" in diagnosed(classifier(max_iter=60), rows, y)
    assert "line as good" not in diagnosed(classifier((), solver="lbfgs"), rows, y)


def noisy_line(n_rows=200):
    random = np.random.default_rng(0)
    rows = random.normal(size=(n_rows, 2))
    return rows, (rows.sum(axis=1) + random.normal(size=n_rows) > 0).astype(int)


@pytest.mark.parametrize(
    ("settings", "cure"),
    [
        (
            {"max_iter": 60, "learning_rate_init": 0.01},
            ", or try a larger max_iter or learning_rate_init='auto'.",
        ),
        (
            {"max_iter": 900, "tol": 1e-3, "n_iter_no_change": 3, "learning_rate_init": 0.01},
            ", or try tol=0.0001, a larger n_iter_no_change, or learning_rate_init='auto'.",
        ),
        ({"solver": "lbfgs", "alpha": 3.0, "max_iter": 500}, "."),
    ],
)
def test_the_cure_of_a_straight_line_depends_on_why_training_stopped(settings, cure):
    found = diagnosed(classifier(**settings), *noisy_line())
    assert "more to learn" not in found
    assert found["line as good"].cure == f"Leave out the hidden layers (hidden_layer_sizes=()){cure}"


def test_a_straight_line_that_is_better():
    found = diagnosed(classifier((4,), max_iter=10), *noisy_line())["line as good"]
    assert found.number < 0.95
    assert "A straight line fits the training rows better: its loss is" in found.sentence
    near = diagnosed(classifier(solver="lbfgs", alpha=3.0, max_iter=500), *noisy_line())["line as good"]
    assert near.number >= 0.95
    assert "A straight line fits the training rows as well: its loss is" in near.sentence


@pytest.mark.parametrize("max_iter", [30, 300])  # ended by its limit, and by tol
def test_hidden_layers_are_not_left_out_where_there_is_more_to_learn(max_iter):
    rows, y = make_moons(210, noise=0.1, random_state=0)
    network = MLPClassifier((8,), max_iter=max_iter, tol=1e-2, random_state=0, engine="numpy")
    found = diagnosed(network, rows, y)
    assert {"more to learn", "line as good"} <= set(found)
    assert "larger hidden_layer_sizes" in found["more to learn"].cure
    assert found["line as good"].cure.startswith("Try ")
    assert not any("Leave out" in finding.cure for finding in found.values())


def test_fewer_rows_than_parameters_ask_for_no_larger_network():
    found = diagnosed(classifier((60,), max_iter=20))
    assert {"more to learn", "few rows"} <= set(found)
    assert "larger hidden_layer_sizes" not in found["more to learn"].cure


def test_the_cure_of_more_to_learn_depends_on_why_training_stopped():
    rows, y = make_moons(210, noise=0.1, random_state=0)
    limited = MLPClassifier((8,), max_iter=30, random_state=0, engine="numpy")
    cure = diagnosed(limited, rows, y)["more to learn"].cure
    assert limited.stop_.reason == "max_iter"
    assert cure.startswith("Try a larger max_iter, learning_rate_init='auto', larger hidden_layer_sizes, or")
    stalled = MLPClassifier((8,), max_iter=300, tol=1e-2, random_state=0, engine="numpy")
    cure = diagnosed(stalled, rows, y)["more to learn"].cure
    assert stalled.stop_.reason == "converged"
    assert cure.startswith("Try tol=0.001, a larger n_iter_no_change, learning_rate_init='auto', larger")
    assert in_option_names(cure).startswith("Try --tol=0.001, a larger --n-iter-no-change, --learning-rate-")
    found = diagnosed(stalled.set_params(learning_rate_init="auto", tol=0.1), rows, y)
    assert stalled.stop_.reason == "converged"
    assert all("max_iter" not in finding.cure for finding in found.values())


def test_a_training_that_a_callback_ended_is_not_given_a_larger_limit():
    rows, y = make_moons(210, noise=0.1, random_state=0)
    network = MLPClassifier((8,), random_state=0, engine="numpy").set_callbacks(
        lambda event: event.epoch >= 3
    )
    found = diagnosed(network, rows, y)
    assert network.stop_.reason == "callback"
    assert "a longer training" in found["more to learn"].cure
    assert all("max_iter" not in finding.cure for finding in found.values())


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_a_training_that_diverged_is_said_to_have(name):
    rows, y = make_moons(210, noise=0.1, random_state=0)
    network = MLPClassifier(
        (8,), solver=name, learning_rate_init=50.0, max_iter=300, random_state=0, engine="numpy"
    )
    with pytest.warns(DivergenceWarning, match="divide the learning rate by 10, to 5") as caught:
        network.fit(rows, y)
    assert "learned" not in str(caught[0].message)  # said once
    found = diagnosed(network, rows, y)
    assert list(found) == ["diverged"]
    assert found["diverged"].sentence.startswith("Training diverged: it made the network worse, and the ")
    assert "Divide the learning rate by 10 (learning_rate_init=5), standardise" in found["diverged"].cure
    assert "--learning-rate-init=5" in in_option_names(found["diverged"].cure)


def test_what_is_wrong_with_the_rows_is_found_after_a_divergence_too():
    rows, y = make_moons(210, noise=0.1, random_state=0)
    network = MLPClassifier((8,), solver="sgd", learning_rate_init=50.0, random_state=0, engine="numpy")
    found = diagnosed(network, rows * [1, 1e4], y)
    assert network.stop_.reason == "diverged"
    assert list(found) == ["diverged", "uneven inputs"]


def test_a_table_that_diverged_is_standardised_already():
    rows, y = make_moons(210, noise=0.1, random_state=0)
    network = MLPClassifier((8,), solver="sgd", learning_rate_init=50.0, random_state=0, engine="numpy")
    with pytest.warns(DivergenceWarning):
        network.fit_table(Table({"a": rows[:, 0], "b": rows[:, 1], "y": y}), "y")
    (finding,) = network.diagnosis_.findings
    assert "learning_rate_init=5" in finding.cure
    assert "standardise" not in finding.cure


def test_more_to_learn():
    found = diagnosed(classifier(max_iter=60, learning_rate_init=0.003))
    assert "the 5 nearest rows predict a training row with accuracy 1.00" in found["more to learn"].sentence


def test_a_table_is_diagnosed_before_its_target_is_scaled_back():
    x = RNG.normal(size=200)
    table = Table({"size": x, "y": 1e6 + 1000 * x + RNG.normal(size=200)})
    network = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0, engine="numpy")
    with pytest.warns(TableWarning, match="gives the target away"):
        network.fit_table(table, "y")
    assert not network.diagnosis_.is_grave


def test_pickles_hold_the_diagnosis_and_no_rows():
    network = classifier()
    diagnosed(network)
    fresh = classifier()
    with warnings.catch_warnings(action="ignore"):
        fresh.fit(X, Y)
    again = pickle.loads(pickle.dumps(fresh))
    assert again.diagnosis_.to_list() == network.diagnosis_.to_list()
    assert "_sample" not in {name for name, value in vars(again).items() if value is not None}
    assert copy.deepcopy(network).diagnosis_ == network.diagnosis_


def test_there_is_none_before_a_fit_and_after_partial_fit():
    with pytest.raises(AttributeError, match="has no diagnosis"):
        _ = classifier().diagnosis_
    network = classifier()
    diagnosed(network)
    network.partial_fit(X, Y)
    with pytest.raises(AttributeError, match="only fit and fit_table make one"):
        _ = network.diagnosis_


@pytest.mark.parametrize(
    ("head", "T", "expected"),
    [
        ("binary", [[0], [1], [1], [1]], -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
        ("multiclass", [[0], [1], [2], [2]], 1.5 * np.log(2)),
        ("multilabel", [[0, 1], [1, 1]], np.log(2)),
        ("regression", [[1.0], [3.0]], 0.5),
        ("quadratic", [[0], [1]], 0.125),
        ("poisson", [[1.0], [3.0]], (1 * np.log(1 / 2) + 3 * np.log(3 / 2)) / 2),
    ],
)
def test_loss_of_guessing(head, T, expected):
    T = np.array(T, float)
    assert guess_loss(head, T) == pytest.approx(expected)
    times = np.arange(len(T)) + 1
    assert guess_loss(head, T, 2.0 * times) == pytest.approx(guess_loss(head, np.repeat(T, times, axis=0)))


def test_with_class_weights_the_loss_and_that_of_guessing_are_weighted():
    random = np.random.RandomState(0)
    X = random.normal(size=(1500, 3))
    y = (X[:, 0] + random.normal(size=1500) > 2.4).astype(int)
    network = MLPClassifier(
        (4,), solver="lbfgs", class_weight="balanced", alpha=1.0, random_state=0, engine="numpy"
    )
    found = network.fit(X, y).diagnosis_
    assert [finding.name for finding in found.findings] == []
    assert np.mean(row_log_losses(y, network.predict_proba(X))) > guess_loss("binary", y[:, np.newaxis])


def test_a_rare_class_does_not_count_twice_with_class_weights():
    random = np.random.RandomState(0)
    X, y = random.normal(size=(20_000, 3)), (np.arange(20_000) < 100).astype(int)
    X[y == 1, 0] += 1.5
    network = MLPClassifier(
        (4,), solver="lbfgs", class_weight="balanced", alpha=10.0, random_state=0, engine="numpy"
    )
    found = network.fit(X, y).diagnosis_
    assert "nothing learned" not in [finding.name for finding in found.findings]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_of_weight_0_are_not_sampled():
    X, weight = np.random.RandomState(0).normal(size=(6000, 3)), np.zeros(6000)
    weight[1:5] = 1.0
    y = np.tile([0, 1], 3000)
    network = MLPClassifier((3,), max_iter=2, engine="numpy", random_state=0)
    network.fit(X, y, sample_weight=weight)
    assert np.isfinite(network.loss_)
    assert sample(Data(X, y[:, np.newaxis].astype(float), weight), "binary").n_rows == 4


def test_a_sample_has_rows_of_every_class():
    T = np.zeros((5000, 1))
    T[:30] = 1
    assert 20 <= sample(Data(np.zeros((5000, 1)), T), "binary").T.sum() <= 30
    assert sample(Data(np.zeros((5000, 1)), T), "regression").n_rows == 500


def test_every_check_has_its_own_name():
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS) == 13


def test_a_found_rate_is_not_advised_again():
    found = diagnosed(classifier(learning_rate_init="auto", max_iter=1))
    assert not any("auto" in finding.cure for finding in found.values())
