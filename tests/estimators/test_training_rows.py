from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import train_test_split

from separatrix import MLPClassifier, MLPRegressor
from separatrix.engine.base import Data
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.mlp import BaseMLP
from separatrix.estimators.training_rows import (
    TrainingRows,
    check_weights,
    holdout_split,
    read_rows,
    unchanged_on_error,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = [
    {},
    {"solver": "sgd", "learning_rate": "invscaling"},
    {"solver": "sgd", "learning_rate": "adaptive", "tol": 1e-2, "n_iter_no_change": 2},
    {"learning_rate": "cosine"},
    {"early_stopping": True, "n_iter_no_change": 5},
    {"early_stopping": True, "scoring": "loss", "restore_best": False},
    {"dropout": 0.3, "batch_size": 16},
    {"shuffle": "replacement", "dtype": "float32"},
    {"class_weight": "balanced", "hidden_layer_sizes": ()},
    {"solver": "lbfgs"},
]


def rows_of(network: BaseMLP, X: Any, y: Any) -> TrainingRows:
    return read_rows(copy.copy(network), network.settings(), X, y)


def names(settings):
    return "-".join(f"{name}={value}" for name, value in settings.items()) or "defaults"


def same(first, second):
    assert first.theta_.dtype == second.theta_.dtype
    np.testing.assert_array_equal(first.theta_, second.theta_)
    assert first.loss_curve_ == second.loss_curve_
    assert first.stop_.reason == second.stop_.reason


@pytest.mark.parametrize("settings", SETTINGS, ids=names)
def test_a_fit_on_read_rows_equals_fit(settings):
    X, y = load_iris(return_X_y=True, as_frame=True)
    network = MLPClassifier(**({"hidden_layer_sizes": (5,), "max_iter": 40, "random_state": 3} | settings))
    rows = rows_of(network, X, y)
    checked = copy.copy(network).fit_rows(rows)
    alone = network.fit(X, y)
    same(checked, alone)
    np.testing.assert_array_equal(checked.predict_proba(X), alone.predict_proba(X))
    assert checked.feature_names_in_.tolist() == X.columns.tolist()


@pytest.mark.parametrize("pauses", [[13], [1, 2, 39], [7, 20]])
@pytest.mark.parametrize("settings", SETTINGS, ids=names)
def test_a_paused_training_continues_with_the_same_bits(settings, pauses):
    X, y = load_iris(return_X_y=True)
    network = MLPClassifier(**({"hidden_layer_sizes": (5,), "max_iter": 40, "random_state": 3} | settings))
    rows = rows_of(network, X, y)
    paused = None
    for epoch in [*pauses, None]:
        part = copy.copy(network).fit_rows(rows, paused=paused, pause_at=epoch)
        paused = pickle.loads(pickle.dumps(part.paused(paused)))
        if paused is None:
            break
        assert part.stop_.message == f"Training was paused after epoch {epoch}."
        assert len(paused.loss) == epoch
    same(part, copy.copy(network).fit_rows(rows))


def test_continuing_leaves_the_paused_training_unchanged():
    X, y = load_diabetes(return_X_y=True)
    network = MLPRegressor(hidden_layer_sizes=(3,), max_iter=20, random_state=0)
    rows = rows_of(network, X, y)
    paused = copy.copy(network).fit_rows(rows, pause_at=5).paused()
    first = copy.copy(network).fit_rows(rows, paused=paused)
    same(copy.copy(network).fit_rows(rows, paused=paused), first)


def test_reading_rows_draws_no_random_numbers():
    X, y = load_iris(return_X_y=True)
    random_state = np.random.RandomState(0)
    network = MLPClassifier((4,), random_state=random_state)
    before = random_state.get_state()[1].copy()
    rows_of(network, X, y)
    assert not hasattr(network, "theta_")
    assert network.hidden_layer_sizes == (4,)
    np.testing.assert_array_equal(random_state.get_state()[1], before)


@pytest.mark.parametrize("codes", [None, np.arange(50) % 2])
def test_the_split_is_that_of_scikit_learn(codes: np.ndarray | None) -> None:
    train, held_out = holdout_split(50, 0.3, codes, np.random.RandomState(3))
    expected = train_test_split(np.arange(50), test_size=0.3, stratify=codes, random_state=3)
    assert np.array_equal(train, expected[0])
    assert np.array_equal(held_out, expected[1])


@pytest.mark.parametrize("codes", [None, np.arange(12) % 2])
def test_the_error_of_too_few_rows_names_the_fraction(codes: np.ndarray | None) -> None:
    for fraction, count in ((0.0, 0), (0.01, 1)):
        message = (
            f"validation_fraction must hold out at least 2 of the 12 rows, got {fraction}, which is {count}"
        )
        with pytest.raises(ParameterError, match=message):
            holdout_split(12, fraction, codes, np.random.RandomState(0))
    needed = 1 if codes is None else 2
    message = f"must leave at least {needed} of the 12 rows to train on, got 0.99, which leaves 0; lower it"
    with pytest.raises(ParameterError, match=message):
        holdout_split(12, 0.99, codes, np.random.RandomState(0))


def number_held_out(split: Callable[[], Any]) -> int:
    """Return how many rows a split holds out, 0 if it is refused."""
    try:
        return len(split()[1])
    except ValueError:
        return 0


@pytest.mark.parametrize("n_rows", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("fraction", [0.1, 0.34, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("is_stratified", [False, True])
def test_the_errors_are_those_of_scikit_learn_and_of_a_single_row(
    n_rows: int, fraction: float, is_stratified: bool
) -> None:
    codes = np.arange(n_rows) % 2 if is_stratified else None
    found = number_held_out(lambda: holdout_split(n_rows, fraction, codes, np.random.RandomState(0)))
    expected = number_held_out(
        lambda: train_test_split(np.arange(n_rows), test_size=fraction, stratify=codes, random_state=0)
    )
    assert found == (0 if expected == 1 else expected)


def test_a_class_with_a_single_row_cannot_be_split() -> None:
    with pytest.raises(DataError, match="y must have at least 2 rows of each class for early stopping"):
        holdout_split(12, 0.5, np.arange(12) == 3, np.random.RandomState(0))


@pytest.mark.promise("Validation rows hold each class in proportion, and a row of each class that has two")
@pytest.mark.parametrize(("loss", "n_classes"), [("log_loss", 2), ("log_loss", 40), ("squared_error", 40)])
def test_every_class_with_two_rows_has_a_validation_row(loss: str, n_classes: int) -> None:
    counts = np.full(n_classes, 2)
    counts[0] = 1000
    if n_classes > 2:
        counts[1:3] = 100, 1
    y = np.repeat(np.arange(n_classes), counts)
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    network = MLPClassifier((4,), loss=loss, early_stopping=True, random_state=0)
    for seed in range(5):
        random_state = np.random.RandomState(seed)
        if n_classes > 2:
            with pytest.warns(UserWarning, match="no validation row has class '2', of which"):
                rows = rows_of(network, X, y).hold_out(0.1, random_state)
        else:
            rows = rows_of(network, X, y).hold_out(0.1, random_state)
        assert rows.validation is not None
        T, T_train = rows.validation.T, rows.data.T
        held_out = np.bincount((T.argmax(axis=1) if T.shape[1] > 1 else T[:, 0]).astype(int))
        trained = np.bincount((T_train.argmax(axis=1) if T_train.shape[1] > 1 else T_train[:, 0]).astype(int))
        assert (held_out + trained == counts).all()
        assert held_out[0] == 100
        assert (held_out[counts > 1] >= 1).all()
        assert (trained >= 1).all()


def test_rows_without_weight_are_an_error() -> None:
    X, T = np.zeros((3, 1)), np.zeros((3, 1))
    plain, some, none = Data(X, T), Data(X, T, np.array([0.0, 0.5, 0.0])), Data(X, T, np.zeros(3))
    message = "the {} rows must not all have weight 0, got 3 that do"
    with pytest.raises(DataError, match=message.format("training")):
        check_weights(none, some)
    with pytest.raises(DataError, match=message.format("validation")):
        check_weights(some, none)
    check_weights(plain, None)
    check_weights(some, plain)


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_attributes_are_restored_after_an_exception(kind: type[BaseException]) -> None:
    thing = SimpleNamespace(kept=1, changed=1, deleted=1)

    def change() -> None:
        thing.changed, thing.new = 2, 2
        del thing.deleted
        raise kind

    with pytest.raises(kind), unchanged_on_error(thing):
        change()
    assert vars(thing) == {"kept": 1, "changed": 1, "deleted": 1}


def test_attributes_stay_without_an_exception() -> None:
    thing = SimpleNamespace()
    with unchanged_on_error(thing):
        thing.new = 2
    assert thing.new == 2


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ma.array(np.ones((4, 2)), mask=[[1, 0]] * 4), [0, 1, 0, 1], "X has masked cells"),
        (np.ones((4, 2)), np.ma.array([0, 1, 0, 1], mask=[1, 0, 0, 0]), "y has masked cells"),
        (
            np.ones((4, 2)),
            np.array(["2020-01-01", "NaT"] * 2, "datetime64[D]"),
            "y has a time that is not given",
        ),
    ],
)
def test_masked_cells_and_times_that_are_not_given_are_refused(X: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        MLPClassifier((2,)).fit(X, y)


def test_missing_values_in_an_array_name_the_cure() -> None:
    X, y = np.arange(8.0)[:, np.newaxis], np.arange(8.0)
    with pytest.raises(DataError, match=r"Input y contains NaN; give these rows a number or leave them out"):
        MLPRegressor().fit(X, np.where(y == 3, np.nan, y))
    with pytest.raises(DataError, match=r"Input X contains NaN; fill it in, or use fit_table"):
        MLPRegressor().fit(np.where(X == 3, np.nan, X), y)
