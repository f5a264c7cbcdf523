from __future__ import annotations

import copy
import pickle
import signal
import threading
import tracemalloc
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import joblib
import numba
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
import sklearn
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_info

from separatrix.data.encoder import TableEncoder
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.mlp import BaseMLP
from separatrix.io import load, save
from separatrix.model import Model
from separatrix.network import Dense, Network, PeriodicEmbedding
from separatrix.train import TrainingProgress

Rows = tuple[np.ndarray, np.ndarray]


# No loss improves by 10: training ends, stalled, after exactly ten epochs.
TEN_EPOCHS: dict[str, Any] = {
    "tol": 10.0,
    "n_iter_no_change": 8,
    "hidden_layer_sizes": (4,),
    "random_state": 0,
}


def small(**parameters: Any) -> MLPClassifier:
    return MLPClassifier(**{**TEN_EPOCHS, **parameters})


def test_coefs_are_views_of_theta_that_predictions_follow(rows: Rows) -> None:
    X, y = rows
    clf = small().fit(X, y)
    assert all(np.shares_memory(array, clf.theta_) for array in clf.coefs_ + clf.intercepts_)
    clf.coefs_[1][:] = 0.0
    clf.intercepts_[1][:] = 3.0
    assert_allclose(clf.predict_proba(X)[:, 1], 1 / (1 + np.exp(-3.0)))


def test_coefs_can_be_assigned_as_lists_and_as_items(rows: Rows) -> None:
    X, y = rows
    clf, other = small().fit(X, y), small(random_state=1).fit(X, y)
    clf.coefs_ = other.coefs_
    clf.intercepts_[0], clf.intercepts_[1] = other.intercepts_
    assert np.array_equal(clf.theta_, other.theta_)
    clf.intercepts_ = [np.zeros(4), np.ones(1)]
    assert_allclose(clf.intercepts_[1], 1.0)
    assert_allclose(clf.theta_[-5:-1], other.coefs_[1][:, 0])
    with pytest.raises(ParameterError, match="layer 0 needs weights of shape"):
        clf.coefs_ = [np.zeros((3, 3)), np.zeros((4, 1))]


def test_an_unfitted_estimator_has_no_fitted_attribute() -> None:
    assert not hasattr(small(), "coefs_")
    with pytest.raises(NotFittedError):
        small().predict([[1.0]])
    with pytest.raises(NotFittedError):
        small().to_model()


@pytest.mark.parametrize("copy_of", [copy.deepcopy, lambda clf: pickle.loads(pickle.dumps(clf))])
def test_copies_predict_and_train_equally(engine: str, rows: Rows, copy_of: Any) -> None:
    X, y = rows
    clf = small(engine=engine, batch_size=16).fit(X, y)
    other = copy_of(clf)
    assert np.array_equal(other.predict_proba(X), clf.predict_proba(X))
    assert np.array_equal(other.partial_fit(X, y).theta_, clf.partial_fit(X, y).theta_)
    assert not np.shares_memory(other.theta_, clf.theta_)
    assert np.shares_memory(other.coefs_[0], other.theta_)


@pytest.mark.parametrize("sparse", [scipy.sparse.csr_array, scipy.sparse.csc_matrix])
def test_sparse_rows_train_and_predict_as_dense_ones(engine: str, rows: Rows, sparse: Any) -> None:
    X, y = rows
    X = np.where(np.abs(X) > 0.7, X, 0.0)
    for parameters in ({}, {"early_stopping": True}):
        dense = small(engine=engine, **parameters).fit(X, y)
        clf = small(engine=engine, **parameters).fit(sparse(X), y)
        assert_allclose(clf.theta_, dense.theta_, atol=1e-10)
        assert_allclose(clf.predict_proba(sparse(X)), dense.predict_proba(X), atol=1e-10)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_data_frames_have_feature_names(rows: Rows, frame: Any) -> None:
    X, y = rows
    names = ["age", "dose", "a", "b", "c"]
    table = frame(dict(zip(names, X.T, strict=True)))
    clf = small(metrics=["roc_auc"], early_stopping=True).fit(table, frame({"y": y})["y"])
    assert clf.feature_names_in_.tolist() == names
    assert np.array_equal(clf.predict(table), small(early_stopping=True).fit(X, y).predict(X))
    assert clf.to_model().feature_names == tuple(names)
    with pytest.raises(ValueError, match="feature names should match"):
        clf.predict(pd.DataFrame(X, columns=list("vwxyz")))


def test_early_stopping_uses_given_validation_rows(engine: str, rows: Rows) -> None:
    X, y = rows
    clf = small(engine=engine, tol=0.0, learning_rate_init=0.05, early_stopping=True)
    clf.fit(X[:80], y[:80], X_val=X[80:], y_val=y[80:])
    assert clf.stop_.reason == "early_stopped"
    assert clf.validation_scores_ == clf.history_.validation_score.tolist()
    assert clf.best_validation_score_ == max(clf.validation_scores_)
    assert_allclose(clf.best_validation_score_, clf.score(X[80:], y[80:]))
    assert clf.t_ == 80 * clf.n_iter_
    follower = small(engine=engine).fit(
        X[:80], y[:80], X_val=X[80:], y_val=y[80:], sample_weight_val=np.ones(40)
    )
    assert follower.validation_scores_ is None
    assert_allclose(follower.history_.validation_score[-1], follower.score(X[80:], y[80:]))
    log_p = follower.predict_log_proba(X[80:])
    assert_allclose(follower.history_.validation_loss[-1], -log_p[np.arange(40), y[80:]].mean())


def test_validation_rows_must_be_given_with_targets_and_match(rows: Rows) -> None:
    X, y = rows
    with pytest.raises(DataError, match="X_val and y_val must be given together, got no y_val"):
        small().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="expecting 5 features"):
        small().fit(X, y, X_val=X[:, :3], y_val=y)
    with pytest.raises(DataError, match="classes not in"):
        small().fit(X, y, X_val=X, y_val=y + 1)


def test_too_few_validation_rows_are_an_error(rows: Rows) -> None:
    X, y = rows
    message = "at least 2 of the 12 rows, got 0.05, which is 1: The validation set is too small"
    with pytest.raises(ParameterError, match=message):
        MLPRegressor(early_stopping=True, validation_fraction=0.05).fit(X[:12], y[:12])


def test_validation_rows_without_weight_are_an_error(rows: Rows) -> None:
    X, y = rows
    message = "the validation rows must not all have weight 0, got {} that do"
    with pytest.raises(DataError, match=message.format(10)):
        small(class_weight={0: 0.0}).fit(X, y, X_val=X[y == 0][:10], y_val=y[y == 0][:10])
    weight = np.zeros(120)
    weight[:2] = 1.0
    with pytest.raises(DataError, match=message.format(12)):
        small(early_stopping=True).fit(X, y, sample_weight=weight)


def test_a_random_state_of_another_generator_is_an_error(engine: str, rows: Rows) -> None:
    with pytest.raises(ParameterError, match="random_state must use MT19937, got a RandomState of PCG64"):
        small(random_state=np.random.RandomState(np.random.PCG64(1)), engine=engine).fit(*rows)


@pytest.mark.parametrize(
    ("parameters", "data"),
    [
        ({"hidden_layer_sizes": (0,)}, {}),
        ({"early_stopping": True, "validation_fraction": 0.001}, {}),
        ({"metrics": ["roc_auc"]}, {}),
        ({}, {"X_val": [[1.0]], "y_val": [0]}),
        ({}, {"sample_weight": [-1.0] * 60}),
    ],
)
def test_a_fit_with_an_error_leaves_the_estimator_unchanged(
    rows: Rows, parameters: dict[str, Any], data: dict[str, Any]
) -> None:
    X, y = rows
    clf = small().fit(X, y)
    before, theta = clf.predict_proba(X), clf.theta_.copy()
    clf.set_params(**parameters)
    with pytest.raises(ValueError, match=r"."):
        clf.fit(X[:60, :3], y[:60] + 5, **data)
    assert clf.n_features_in_ == 5
    assert clf.classes_.tolist() == [0, 1]
    assert np.array_equal(clf.theta_, theta)
    assert np.array_equal(clf.predict_proba(X), before)
    fresh = small(**parameters)
    with pytest.raises(ValueError, match=r"."):
        fresh.fit(X[:60, :3], y[:60] + 5, **data)
    assert not hasattr(fresh, "theta_")
    assert not hasattr(fresh, "n_features_in_")


def test_restore_best_follows_early_stopping_unless_set(engine: str, rows: Rows) -> None:
    X, y = rows
    train, validation = (X[:80], y[:80]), {"X_val": X[80:], "y_val": y[80:]}
    settings = {
        "engine": engine,
        "max_iter": 300,
        "tol": 0.0,
        "learning_rate_init": 0.05,
        "n_iter_no_change": 20,
    }
    settings |= {"early_stopping": True, "scoring": "loss"}
    best = small(**settings).fit(*train, **validation)
    last = small(**settings, restore_best=False).fit(*train, **validation)
    assert best.stop_.best_epoch < best.stop_.epoch
    assert last.stop_.best_epoch is None
    assert not np.array_equal(best.theta_, last.theta_)
    losses = [-clf.predict_log_proba(X[80:])[np.arange(40), y[80:]].mean() for clf in (best, last)]
    assert_allclose(losses, [-best.best_validation_score_, -last.validation_scores_[-1]])
    assert losses[0] < losses[1]


def test_history_has_the_curves_that_were_asked_for(engine: str, rows: Rows) -> None:
    X, y = rows
    clf = small(engine=engine).fit(X, y)
    assert clf.history_.loss.tolist() == clf.loss_curve_
    assert clf.history_.train_loss.size == clf.history_.validation_loss.size == 0
    clf = small(engine=engine, track_training=True, alpha=0.0).fit(X, y)
    assert_allclose(clf.history_.train_score[-1], clf.score(X, y))
    assert_allclose(clf.history_.train_loss[-1], -clf.predict_log_proba(X)[np.arange(120), y].mean())


def test_recording_starts_untrained_and_ends_trained(engine: str, rows: Rows) -> None:
    X, y = rows
    assert small(engine=engine).fit(X, y).recording_ is None
    clf = small(engine=engine, record=4).fit(X, y)
    assert clf.recording_.epochs.tolist() == [0, 4, 8, 10]
    assert np.array_equal(clf.recording_.thetas[-1], clf.theta_)


def test_divergence_keeps_the_best_and_advises(engine: str, rows: Rows) -> None:
    X, y = rows
    reg = MLPRegressor(solver="sgd", learning_rate_init=1e3, random_state=0, engine=engine)
    with pytest.warns(ConvergenceWarning, match="diverged.*divide the learning rate"):
        reg.fit(X * 100, y)
    assert reg.stop_.reason == "diverged"
    assert np.isfinite(reg.theta_).all()
    assert np.isfinite(reg.predict(X)).all()


def test_a_diverging_batch_gives_a_warning(engine: str) -> None:
    reg = MLPRegressor(**TEN_EPOCHS, engine=engine).partial_fit([[0.0], [1.0]], [0.0, 1.0])
    theta = reg.theta_.copy()
    with pytest.warns(ConvergenceWarning, match="diverged"):
        reg.partial_fit([[1e200], [1e200]], [0.0, 1.0])
    assert np.isfinite(reg.theta_).all()
    assert np.abs(reg.theta_ - theta).max() < 1.0


def test_ctrl_c_keeps_the_network_so_far(rows: Rows) -> None:
    X, y = rows

    def interrupt(event: TrainingProgress) -> None:
        if event.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    interrupt.every_epoch = True  # type: ignore[attr-defined]
    clf = small().set_callbacks(interrupt)
    with pytest.warns(UserWarning, match=r"Training interrupted by user\."):
        clf.fit(X, y)
    assert clf.stop_.reason == "interrupted"
    assert clf.n_iter_ == 3
    assert clf.predict(X).shape == (120,)


def test_reaching_max_iter_warns_with_advice(rows: Rows) -> None:
    X, y = rows
    with pytest.warns(ConvergenceWarning, match="reached its limit of 3 epochs.*raise max_iter") as caught:
        small(max_iter=3).fit(X, y)
    assert caught[0].filename == __file__


def test_partial_fit_needs_a_stochastic_solver_and_no_early_stopping(rows: Rows) -> None:
    X, y = rows
    assert not hasattr(MLPRegressor(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit"):
        _ = small(solver="lbfgs").partial_fit
    with pytest.raises(ValueError, match="early_stopping must be False for partial_fit"):
        small(early_stopping=True).partial_fit(X, y, classes=[0, 1])


def test_continuing_with_another_network_is_an_error(rows: Rows) -> None:
    X, y = rows
    clf = small(warm_start=True).fit(X, y)
    with pytest.raises(ParameterError, match=r"it is 5-4-1 .* ask for 5-6-1"):
        clf.set_params(hidden_layer_sizes=(6,)).fit(X, y)
    with pytest.raises(ValueError, match="expecting 5 features"):
        clf.set_params(hidden_layer_sizes=(4,)).fit(X[:, :4], y)


def test_partial_fit_with_another_solver_resets_the_moments(rows: Rows) -> None:
    X, y = rows
    clf = small().fit(X, y).set_params(solver="sgd").partial_fit(X, y)
    assert clf.n_iter_ == 1
    assert clf._state is not None
    assert clf._state.slots.shape == (1, clf.theta_.size)


@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_array])
def test_a_recording_knows_the_range_of_its_rows(container: Any, rows: Rows) -> None:
    X, y = rows
    assert not hasattr(small().fit(container(X), y), "feature_range_")
    clf = small(record=4).fit(container(X), y)
    assert np.array_equal(clf.feature_range_, [X.min(axis=0), X.max(axis=0)])


@pytest.mark.parametrize("learning_rate", ["cosine", "one_cycle", "step", "warmup"])
def test_partial_fit_follows_a_schedule_over_max_iter_epochs(rows: Rows, learning_rate: str) -> None:
    X, y = rows
    whole = small(learning_rate=learning_rate, shuffle=False, batch_size=30, tol=0.0, max_iter=6)
    with pytest.warns(ConvergenceWarning):
        whole.fit(X, y)
    parts = small(learning_rate=learning_rate, shuffle=False, batch_size=30, tol=0.0, max_iter=6)
    for _ in range(6):
        parts.partial_fit(X, y, classes=[0, 1])
    assert_allclose(parts.theta_, whole.theta_, rtol=1e-12)


def test_dropout_follows_the_seed(engine: str, rows: Rows) -> None:
    X, y = rows
    one, again, other = (
        small(dropout=0.5, random_state=s, engine=engine).fit(X, y).theta_ for s in (0, 0, 1)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, small(engine=engine).fit(X, y).theta_)


@pytest.mark.parametrize(
    ("settings", "copies"), [({}, 0), ({"dtype": "float32"}, 0.5), ({"early_stopping": True}, 1)]
)
def test_rows_are_copied_at_most_once(settings: dict[str, Any], copies: float) -> None:
    X = np.random.RandomState(0).rand(100_000, 50)
    reg = MLPRegressor(**{**TEN_EPOCHS, "n_iter_no_change": 1, **settings})
    reg.fit(X[:1000], X[:1000, 0])  # whatever is loaded or compiled once
    tracemalloc.start()
    reg.fit(X, X[:, 0])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (copies + 0.25) * X.nbytes


def test_converted_rows_are_dropped_after_the_split() -> None:
    X = np.random.RandomState(0).rand(100_000, 50)
    held = []
    reg = MLPRegressor(**{**TEN_EPOCHS, "n_iter_no_change": 1, "dtype": "float32", "early_stopping": True})
    reg.fit(X[:1000], X[:1000, 0])  # whatever is loaded or compiled once
    reg.set_callbacks(lambda event: held.append(tracemalloc.get_traced_memory()[0]))
    tracemalloc.start()
    reg.fit(X, X[:, 0])
    tracemalloc.stop()
    assert max(held) < 1.25 * X.nbytes / 2


@pytest.mark.usefixtures("two_blas_threads")
def test_fits_in_two_threads_do_not_affect_each_other(rows: Rows) -> None:
    X, y = rows

    def fit(seed: int, wait: Callable[[], Any]) -> np.ndarray:
        clf = small(hidden_layer_sizes=(64, 64), random_state=seed, n_iter_no_change=50, engine="numba")
        wait()
        return clf.fit(X[: 120 - 20 * seed], y[: 120 - 20 * seed]).theta_

    alone = [fit(seed, wait=lambda: None) for seed in (0, 1)]
    pools, folder = threadpool_info(), numba.config.CACHE_DIR
    both = threading.Barrier(2, timeout=60)
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda seed: fit(seed, wait=both.wait), (0, 1)))
    assert [theta.tobytes() for theta in together] == [theta.tobytes() for theta in alone]
    assert threadpool_info() == pools
    assert folder == numba.config.CACHE_DIR


@pytest.mark.parametrize("estimator", [small(), MLPRegressor(**TEN_EPOCHS)])
def test_a_model_can_become_an_estimator_again(rows: Rows, estimator: BaseMLP) -> None:
    X, y = rows
    estimator.fit(X, y)
    model = estimator.to_model()
    assert np.array_equal(model.predict(X), estimator.predict(X))
    assert model.training["n_iter"] == estimator.n_iter_
    assert model.training["history"]["loss"] == estimator.loss_curve_
    again = type(estimator).from_model(model)
    assert again.network_ == estimator.network_
    assert np.array_equal(again.predict(X), estimator.predict(X))
    assert again.n_features_in_ == 5
    assert again.to_model().predict(X).tolist() == model.predict(X).tolist()
    trained = again.theta_.copy()
    assert not np.array_equal(again.partial_fit(X, y).theta_, trained)
    assert np.array_equal(model.theta, trained)


def test_an_estimator_of_a_model_with_an_embedding_trains_further(rows: Rows) -> None:
    X, y = rows
    clf = small(embedding=PeriodicEmbedding(2, 0.2, (0, 3)), engine="numpy").fit(X, y)
    again = MLPClassifier.from_model(clf.to_model()).set_params(engine="numpy")
    assert again.embedding == PeriodicEmbedding(2, 0.2, (0, 3))
    assert np.array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert not np.array_equal(again.partial_fit(X, y).theta_, clf.theta_)
    assert again.network_ == clf.network_
    html = clf._repr_mimebundle_()["text/html"]
    assert "sk-top-container" in html
    assert "separatrix-network" not in html


def test_an_estimator_can_be_saved_as_a_model_file(engine: str, rows: Rows, tmp_path: Path) -> None:
    X, y = rows
    clf = small(early_stopping=True, engine=engine).fit(X, y)
    save(clf, tmp_path / "model.safetensors")
    model = load(tmp_path / "model.safetensors")
    assert model == clf.to_model()
    assert model.training["stop"]["best_epoch"] == clf.stop_.best_epoch
    assert np.array_equal(MLPClassifier.from_model(model).predict_proba(X), clf.predict_proba(X))


def test_a_model_of_the_other_task_or_with_an_encoder_is_an_error(rows: Rows) -> None:
    X, y = rows
    model = small().fit(X, y).to_model()
    with pytest.raises(ParameterError, match="model must be a regressor"):
        MLPRegressor.from_model(model)
    number = Model(Network(1, (Dense(1),), "regression"), [1.0, 0.0])
    with pytest.raises(ParameterError, match="model must be a classifier"):
        MLPClassifier.from_model(number)
    table = Model(number.network, number.theta, encoder=TableEncoder.fit({"dose": np.array([1.0, 2.0])}))
    with pytest.raises(ParameterError, match="model must have no encoder"):
        MLPRegressor.from_model(table)


def test_a_warm_start_continues_from_a_model(rows: Rows) -> None:
    X, y = rows
    model = small().fit(X, y).to_model()
    clf = MLPClassifier.from_model(model).set_params(warm_start=True, tol=10.0, n_iter_no_change=8)
    before = clf.theta_.copy()
    assert clf.fit(X, y).n_iter_ == 10
    assert 0 < np.abs(clf.theta_ - before).max() < 0.1


def test_notebooks_show_the_network_beside_scikit_learns_html(rows: tuple[np.ndarray, np.ndarray]) -> None:
    names = ["<script>", "b", "c", "d", "e"]
    classifier = MLPClassifier((3,), max_iter=5)
    unfitted = classifier._repr_html_()
    assert "separatrix-network" not in unfitted
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(pd.DataFrame(rows[0], columns=names), rows[1])
    bundle = classifier._repr_mimebundle_()
    assert bundle["text/plain"] == repr(classifier)
    for part in ("sk-top-container", "separatrix-network", "&lt;script&gt;</text>", "5-3-1"):
        assert part in bundle["text/html"]
    assert escape(classifier.diagnosis_.findings[0].cure) in bundle["text/html"]
    with sklearn.config_context(display="text"):
        assert "text/html" not in classifier._repr_mimebundle_()


def wide_sums() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).uniform(-6, 6, size=(500, 2))
    return X, X.sum(axis=1) / 10


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_a_training_that_diverges_keeps_the_initial_parameters_if_they_are_best(engine: str) -> None:
    X, y = wide_sums()
    settings: dict[str, Any] = {
        **{"hidden_layer_sizes": (8,), "activation": "tanh", "solver": "sgd", "momentum": 0, "batch_size": 1},
        **{"shuffle": False, "random_state": 0, "engine": engine},
    }
    diverged = MLPRegressor(**settings, learning_rate_init=0.3, max_iter=20)
    with pytest.warns(ConvergenceWarning, match="diverged in epoch .*; the initial parameters are kept"):
        diverged.fit(X, y)
    initial = MLPRegressor(**settings, learning_rate_init=1e-300, max_iter=1)
    with pytest.warns(ConvergenceWarning):
        initial.fit(X, y)
    assert diverged.stop_.best_epoch == 0
    assert np.array_equal(diverged.theta_, initial.theta_)


def test_a_training_that_stalls_at_an_enormous_loss_has_diverged() -> None:
    X, y = wide_sums()
    lost = MLPClassifier(
        (8, 8),
        "tanh",
        solver="sgd",
        momentum=0,
        learning_rate_init=0.3,
        alpha=300.0,
        batch_size=30,
        random_state=0,
    )
    with pytest.warns(ConvergenceWarning, match="Training diverged"):
        lost.fit(X, (y > 0).astype(int))
    assert lost.stop_.reason == "diverged"
    assert log_loss(y > 0, lost.predict_proba(X)) < 2.0


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_training_goes_on_from_an_estimator_mapped_from_a_file(tmp_path: Path, engine: str) -> None:
    X, y = wide_sums()
    labels = (y > 0).astype(int)
    fitted = MLPClassifier((4,), tol=9.0, n_iter_no_change=2, warm_start=True, random_state=0, engine=engine)
    joblib.dump(fitted.fit(X, labels), tmp_path / "network.joblib")
    before = (tmp_path / "network.joblib").read_bytes()
    for train in (MLPClassifier.partial_fit, MLPClassifier.fit):
        mapped, loaded = (joblib.load(tmp_path / "network.joblib", mmap_mode=mode) for mode in ("r", None))
        assert isinstance(mapped.theta_, np.memmap)
        assert np.array_equal(train(mapped, X, labels).theta_, train(loaded, X, labels).theta_)
        assert mapped.theta_.flags.writeable
    writable = joblib.load(tmp_path / "network.joblib", mmap_mode="r+")
    writable.partial_fit(X, labels)
    assert (tmp_path / "network.joblib").read_bytes() == before  # the file is not trained
