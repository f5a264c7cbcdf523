from __future__ import annotations

import dataclasses
import json
import math
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix import DivergenceWarning, network
from separatrix.errors import ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.settings import FIELDS, ContinuedInvScaling, plain_settings
from separatrix.network import schedules

Rows = tuple[np.ndarray, np.ndarray]
TEN_EPOCHS: dict[str, Any] = {
    "tol": 10.0,
    "n_iter_no_change": 8,
    "hidden_layer_sizes": (4,),
    "random_state": 0,
}


def trained(rows: Rows, **values: Any) -> np.ndarray:
    return MLPClassifier(**{**TEN_EPOCHS, **values}).fit(*rows).theta_


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hidden_layer_sizes", 0, "hidden_layer_sizes must be an integer of at least 1, got 0"),
        ("hidden_layer_sizes", (5, -1), "hidden_layer_sizes must be an integer of at least 1, got -1"),
        ("hidden_layer_sizes", (2.5,), "hidden_layer_sizes must be an integer"),
        ("activation", "rellu", r"got 'rellu'\. Did you mean 'relu'\?"),
        ("activation", ["relu", "tanh"], "activation must be one value or one for each of 1 hidden"),
        ("solver", "adm", r"solver must be one of .*got 'adm'\. Did you mean 'adam'\?"),
        ("solver", None, "solver must be one of"),
        ("alpha", -1.0, r"alpha must be a number in \[0, infinity\), got -1\.0"),
        ("l1_ratio", 2.0, r"l1_ratio must be a number in \[0, 1\]"),
        ("batch_size", "fulll", r"Did you mean 'full'\?"),
        ("batch_size", 0, "batch_size must be an integer of at least 1"),
        ("learning_rate", "cosin", r"Did you mean 'cosine'\?"),
        ("learning_rate_init", 0.0, r"learning_rate_init must be a number in \(0, infinity\)"),
        ("power_t", -0.5, "power_t must be a number"),
        ("max_iter", 0, "max_iter must be an integer of at least 1"),
        ("shuffle", "yes", "shuffle must be True or False"),
        ("tol", math.nan, "tol must be a number"),
        ("warm_start", 1, "warm_start must be True or False"),
        ("momentum", 1.5, "momentum must be a number"),
        ("nesterovs_momentum", "no", "nesterovs_momentum must be True or False"),
        ("early_stopping", None, "early_stopping must be True or False"),
        ("validation_fraction", 1.0, "validation_fraction must be a number"),
        ("beta_1", 1.0, "beta_1 must be a number"),
        ("beta_2", -0.1, "beta_2 must be a number"),
        ("epsilon", 0.0, "epsilon must be a number"),
        ("n_iter_no_change", 0, "n_iter_no_change must be an integer of at least 1"),
        ("max_fun", 0, "max_fun must be an integer of at least 1"),
        ("loss", "logloss", r"Did you mean 'log_loss'\?"),
        ("dropout", 1.0, "dropout must be"),
        ("dropout", [0.1, 0.2], "dropout must be one value or one for each of 1 hidden"),
        ("init", "xavier", "init must be one of"),
        ("init", np.zeros(3), r"init must be one of .* or a pair \(coefs, intercepts\)"),
        ("fit_intercept", "yes", "fit_intercept must be True or False"),
        ("embedding", 0, "embedding must be an integer of at least 1, got 0"),
        ("embedding", "periodic", "embedding must be an integer of at least 1, got 'periodic'"),
        ("weight_decay", -1.0, "weight_decay must be a number"),
        ("rho", 1.0, "rho must be a number"),
        ("scoring", "acuracy", r"got 'acuracy'\. Did you mean 'accuracy'\?"),
        ("metrics", "accuracy", r"write \['accuracy'\]"),
        ("metrics", ["roc_au"], r"got 'roc_au'\. Did you mean 'roc_auc'\?"),
        ("metrics", ["accuracy"], "metrics needs validation rows for 'accuracy'"),
        ("restore_best", "yes", "restore_best must be True or False"),
        ("track_training", 2, "track_training must be True or False"),
        ("record", 0, "record must be an integer of at least 1"),
        ("record", "autp", r"Did you mean 'auto'\?"),
        ("engine", "numpi", r"Did you mean 'numpy'\?"),
        ("dtype", "float", r"dtype must be one of 'auto', 'float32', 'float64', got 'float'\. Did you mean"),
    ],
)
def test_the_error_of_a_wrong_value_has_parameter_rule_and_value(
    rows: Rows, name: str, value: Any, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        MLPClassifier(**{**TEN_EPOCHS, name: value}).fit(*rows)


@pytest.mark.parametrize("activation", sorted(network.ACTIVATIONS))
def test_every_activation_trains(rows: Rows, activation: str) -> None:
    clf = MLPClassifier(**{**TEN_EPOCHS, "hidden_layer_sizes": (4, 3)}, activation=(activation, "tanh")).fit(
        *rows
    )
    assert [layer.activation for layer in clf.network_.layers] == [activation, "tanh", "identity"]
    assert clf.loss_curve_[-1] < clf.loss_curve_[0]


@pytest.mark.parametrize(
    ("solver", "settings", "optimizer"),
    [
        ("sgd", {"momentum": 0.5, "nesterovs_momentum": False}, network.SGD(0.5, False)),
        ("adam", {"beta_1": 0.5, "epsilon": 1e-4}, network.Adam(0.5, 0.999, 1e-4)),
        ("adamw", {"weight_decay": 0.3}, network.AdamW(weight_decay=0.3)),
        ("rmsprop", {"rho": 0.5}, network.RMSprop(0.5)),
        ("adagrad", {"epsilon": 1e-6}, network.Adagrad(1e-6)),
        ("lbfgs", {"max_fun": 7}, network.LBFGS(7)),
    ],
)
def test_a_solver_by_name_is_the_optimizer(
    rows: Rows, solver: str, settings: dict[str, Any], optimizer: network.Optimizer
) -> None:
    p = MLPClassifier(solver=solver, **settings)
    assert p.settings().optimizer == optimizer
    assert MLPClassifier(solver=optimizer).settings().optimizer == optimizer
    assert np.array_equal(trained(rows, solver=solver, **settings), trained(rows, solver=optimizer))


def test_an_optimizer_object_has_its_own_parameters(rows: Rows) -> None:
    theta = trained(rows, solver=network.Adam(epsilon=0.1, epsilon_hat=False))
    assert not np.array_equal(theta, trained(rows, epsilon=0.1))


@pytest.mark.parametrize("learning_rate", sorted(network.SCHEDULES))
def test_every_schedule_trains(rows: Rows, learning_rate: str) -> None:
    schedule = network.SCHEDULES[learning_rate]()
    by_name = trained(rows, solver="rmsprop", learning_rate=learning_rate, batch_size=30)
    assert np.array_equal(by_name, trained(rows, solver="rmsprop", learning_rate=schedule, batch_size=30))


def test_adam_ignores_scikit_learns_schedules_by_name(rows: Rows) -> None:
    plain = trained(rows)
    assert np.array_equal(plain, trained(rows, learning_rate="invscaling"))
    assert not np.array_equal(plain, trained(rows, learning_rate=schedules.InvScaling()))


def test_alpha_is_split_by_l1_ratio() -> None:
    assert MLPClassifier(alpha=2.0, l1_ratio=0.25).settings().penalty == network.Penalty(l2=1.5, l1=0.5)


@pytest.mark.slow
def test_an_l1_penalty_sets_weights_to_0(engine: str, rows: Rows) -> None:
    X, y = rows
    settings: dict[str, Any] = {
        "hidden_layer_sizes": (),
        "learning_rate": "cosine",
        "learning_rate_init": 0.01,
    }
    settings |= {
        "alpha": 30.0,
        "random_state": 0,
        "max_iter": 2000,
        "n_iter_no_change": 1000,
        "engine": engine,
    }
    l1, l2 = (MLPRegressor(**settings, l1_ratio=ratio) for ratio in (1.0, 0.0))
    silent = [int((np.abs(model.fit(X, y).coefs_[0]) < 1e-3).sum()) for model in (l1, l2)]
    assert silent[0] > silent[1] == 0


@pytest.mark.parametrize("init", sorted(network.INITIALIZERS))
def test_every_initialiser_has_a_name(rows: Rows, init: str) -> None:
    X, y = rows
    clf = MLPClassifier(**TEN_EPOCHS, init=init, record=1)
    # No gradient reaches hidden layers of zeros, and half of the labels are 1: nothing is learned.
    with pytest.warns(DivergenceWarning) if init == "zeros" else nullcontext():
        clf.fit(X, y)
    first = network.initial_theta(clf.network_, init, np.random.RandomState(0))
    assert np.array_equal(clf.recording_.thetas[0], first)


def test_your_own_arrays_are_the_initial_weights(rows: Rows) -> None:
    X, y = rows
    other = MLPClassifier(**TEN_EPOCHS).fit(X, y)
    clf = MLPClassifier(**TEN_EPOCHS, init=(other.coefs_, other.intercepts_), record=1).fit(X, y)
    assert np.array_equal(clf.recording_.thetas[0], other.theta_)
    with pytest.raises(ParameterError, match="layer 0 needs weights of shape"):
        clf.set_params(hidden_layer_sizes=(3,)).fit(X, y)


def test_your_own_arrays_leave_the_frequencies_drawn(rows: Rows) -> None:
    X, y = rows
    other = MLPClassifier(**TEN_EPOCHS, embedding=2).fit(X, y)
    init = (other.coefs_, other.intercepts_)
    clf = MLPClassifier(**TEN_EPOCHS, embedding=2, init=init, record=1).fit(X, y)
    first, frequencies = clf.recording_.thetas[0], clf.network_.frequencies
    assert np.array_equal(first[frequencies.stop :], other.theta_[frequencies.stop :])
    assert 0 < np.abs(first[frequencies]).max() < 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("embedding", [8, network.PeriodicEmbedding(8, 0.3, columns=(0,))])
def test_an_embedding_learns_steps_along_a_feature(embedding: Any) -> None:
    X = np.random.default_rng(0).uniform(-2, 2, (300, 2))
    y = np.floor(2 * X[:, 0]).astype(int) % 2
    settings: dict[str, Any] = {"solver": "lbfgs", "max_iter": 1000, "random_state": 0}
    plain = MLPClassifier((8,), **settings).fit(X, y)
    clf = MLPClassifier((8,), embedding=embedding, **settings).fit(X, y)
    assert clf.score(X, y) > 0.9
    assert plain.score(X, y) < 0.75
    theta, coefs = clf.theta_.copy(), [2 * w for w in clf.coefs_]
    clf.coefs_ = coefs
    frequencies = clf.network_.frequencies
    assert np.array_equal(clf.theta_[frequencies], theta[frequencies])


def test_batch_sizes_by_name(rows: Rows) -> None:
    full, auto = MLPClassifier(batch_size="full").settings(), MLPClassifier().settings()
    assert (full.rows_per_step(1000), auto.rows_per_step(1000)) == (1000, 200)
    assert auto.rows_per_step(50) == 50
    with pytest.warns(
        UserWarning, match="batch_size=64 is more than the 50 training rows: it is clipped to 50"
    ):
        assert MLPClassifier(batch_size=64).settings().rows_per_step(50) == 50


@pytest.mark.slow
def test_rows_may_be_drawn_with_replacement(engine: str, rows: Rows) -> None:
    drawn = trained(rows, shuffle="replacement", batch_size=1, engine=engine)
    assert np.array_equal(drawn, trained(rows, shuffle="replacement", batch_size=1, engine=engine))
    assert not np.array_equal(drawn, trained(rows, batch_size=1, engine=engine))


def test_a_continued_invscaling_counts_earlier_rows() -> None:
    progress = network.TrainingLength(steps_per_epoch=2, n_epochs=3, n_rows=10)
    schedule = ContinuedInvScaling(0.5, rows_before=20, first_step=4, first_factor=1.0)
    expected = [1.0, 1.0, 31**-0.5, 31**-0.5, 41**-0.5]
    assert_allclose(schedule.factors(4 + np.arange(5), progress), expected)
    fresh = ContinuedInvScaling(0.5)
    steps = np.arange(6)
    assert_allclose(fresh.factors(steps, progress), schedules.InvScaling(0.5).factors(steps, progress))


def test_the_fields_are_the_parameters_of_both_estimators() -> None:
    parameters = {**MLPClassifier().get_params(), **MLPRegressor().get_params()}
    assert parameters.keys() == FIELDS
    settings = MLPClassifier(alpha=0.5, early_stopping=True).settings()
    assert (settings.alpha, settings.loss, settings.restores_best) == (0.5, "log_loss", True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.alpha = 0.1  # type: ignore[misc]


@pytest.mark.parametrize("solver", sorted(network.OPTIMIZERS))
def test_every_solver_has_a_name(solver: str) -> None:
    settings = MLPClassifier(solver=solver, epsilon=1e-3).settings()
    assert type(settings.optimizer) is network.OPTIMIZERS[solver]
    assert getattr(settings.optimizer, "epsilon", 1e-3) == 1e-3
    assert settings.holds_out is False
    assert settings.uses_lbfgs == (solver == "lbfgs")


def test_parameters_become_values_that_json_can_hold():
    settings = {
        "hidden_layer_sizes": (4, 2),
        "n_iter_no_change": float("inf"),
        "class_weight": {1: 2.0},
        "random_state": None,
        "scoring": np.mean,
        "init": ([np.zeros(2)], [np.zeros(1)]),
        "solver": network.SGD(0.5),
    }
    plain = plain_settings(settings)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["hidden_layer_sizes"] == [4, 2]
    assert plain["n_iter_no_change"] == "inf"
    assert plain["class_weight"] == {"1": 2.0}
    assert plain["random_state"] is None
    assert plain["scoring"] == "numpy.mean"
    assert plain["init"][0][0].startswith("array of float64, shape (2,), digest ")
    assert "momentum=0.5" in plain["solver"]


def test_equal_arrays_have_equal_digests_and_others_do_not():
    a, b, c = (plain_settings({"init": np.array(values)})["init"] for values in ([1.0], [1.0], [2.0]))
    assert a == b != c


def test_an_object_without_a_name_has_the_same_text_in_every_process():
    class Scorer:
        pass

    assert "0x" not in plain_settings({"scoring": Scorer()})["scoring"]


@pytest.mark.filterwarnings("ignore:Training reached")
@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_a_layer_of_rate_zero_keeps_its_first_weights(engine: str) -> None:
    """The slices of an optimiser reach the engine through an estimator."""
    solver = network.AdamW(weight_decay=1.0, decays_biases=False, layer_rates=(0.0, 1.0))
    X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    one, more = (
        MLPClassifier((3,), solver=solver, engine=engine, random_state=0, max_iter=n).fit(X, y)
        for n in (1, 5)
    )
    np.testing.assert_array_equal(one.coefs_[0], more.coefs_[0])
    assert (one.coefs_[1] != more.coefs_[1]).all()
    with pytest.raises(ParameterError, match=r"layer_rates must have one factor for each of 3 layers"):
        MLPClassifier((3, 3), solver=solver, engine=engine).fit(X, y)
