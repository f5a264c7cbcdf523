"""Promises on the numbers that estimators give, and on what an error leaves."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_iris, make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor

X = np.random.default_rng(0).normal(size=(120, 3))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
Y3 = Y + (X[:, 2] > 0.5)
# No loss improves by 9: training ends, stalled, after exactly ten epochs.
TEN_EPOCHS: dict[str, Any] = {
    **{"hidden_layer_sizes": (4,), "tol": 9.0, "n_iter_no_change": 8, "random_state": 0},
}


@pytest.mark.promise("lbfgs without hidden layers has the coefficients of LogisticRegression, tol=1e-10")
@pytest.mark.parametrize("name", ["breast cancer", "iris", "made"])
def test_without_hidden_layers_lbfgs_is_logistic_regression(name: str, record_property: Any) -> None:
    data = {
        "breast cancer": lambda: load_breast_cancer(return_X_y=True),
        "iris": lambda: load_iris(return_X_y=True),
        "made": lambda: make_classification(200, 10, random_state=0),
    }
    rows, y = data[name]()
    rows = StandardScaler().fit_transform(rows)
    ours = MLPClassifier((), solver="lbfgs", alpha=1.0, tol=1e-10, max_iter=10_000, random_state=0)
    coefs = ours.fit(rows, y).coefs_[0].T
    theirs = LogisticRegression(C=1.0, tol=1e-10, solver="newton-cg", max_iter=10_000).fit(rows, y).coef_
    if len(coefs) > 1:  # the mean over classes is free
        coefs, theirs = coefs - coefs.mean(axis=0), theirs - theirs.mean(axis=0)
    worst = float(np.abs(coefs - theirs).max())
    assert worst < 1e-6
    record_property("figure", f"{name}: {worst:.0e} apart")


@pytest.mark.slow
@pytest.mark.promise("Predictions do not depend on how rows are cut into chunks")
@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-12), ("float32", 1e-6)])
def test_predictions_do_not_depend_on_chunks(dtype: str, bound: float, record_property: Any) -> None:
    network = MLPClassifier((500, 20), max_iter=5, tol=9.0, n_iter_no_change=3, dtype=dtype, random_state=0)
    network.fit(X, Y3)
    rows = np.random.default_rng(1).normal(size=(5000, 3))
    worst = 0.0
    for predict in (network.predict_proba, network.to_model().predict_proba):
        whole = predict(rows)
        for size in (7, 100, 4097):
            chunks = np.concatenate([predict(rows[i : i + size]) for i in range(0, len(rows), size)])
            worst = max(worst, float(np.abs(chunks - whole).max()))
    assert worst < bound
    record_property("figure", f"{dtype}: {worst:.1e} apart")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_row_weights_of_any_size_train_the_same_network_or_are_refused(dtype: str, solver: str) -> None:
    settings = {**TEN_EPOCHS, "solver": solver, "dtype": dtype, "alpha": 0.0}
    settings |= {"tol": 1e-4, "max_iter": 500} if solver == "lbfgs" else {}
    plain = MLPClassifier(**settings).fit(X, Y)
    for weight in (2.0**-60, 2.0**60):
        weighted = MLPClassifier(**settings).fit(X, Y, np.full(len(X), weight))
        assert weighted.score(X, Y) == plain.score(X, Y)
    largest = np.finfo(dtype).max
    with pytest.raises(DataError, match="the weights of the rows must have a finite sum"):
        MLPClassifier(**settings).fit(X, Y, np.full(len(X), largest / 2))


@pytest.mark.promise("A callback or scorer that raises in epoch 7 leaves the estimator as it was")
@pytest.mark.parametrize("begin", ["fit", "warm start", "unfitted"])
@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_an_error_in_epoch_7_leaves_the_estimator_as_it_was(begin: str, engine: str) -> None:
    calls = []

    def score(estimator: Any, X: Any, y: Any) -> float:
        calls.append(1)
        if len(calls) == 7:
            raise RuntimeError("epoch 7")
        return 0.5

    network = MLPClassifier(**TEN_EPOCHS, engine=engine, warm_start=begin == "warm start")
    if begin != "unfitted":
        network.fit(X, Y)
    network.set_params(early_stopping=True, scoring=score)
    before = copy.deepcopy(vars(network))
    with pytest.raises(RuntimeError, match="epoch 7"):
        network.fit(X[:100], Y[:100] if begin == "warm start" else Y3[:100])
    assert len(calls) == 7
    after = vars(network)
    assert after.keys() == before.keys()
    for name in ("theta_", "classes_", "loss_curve_", "n_iter_", "t_"):
        assert np.array_equal(after.get(name), before.get(name)), name
    if begin != "unfitted":
        assert np.array_equal(network._state.best_theta, before["_state"].best_theta)


def test_an_error_in_partial_fit_leaves_the_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    network, other = (MLPClassifier(**TEN_EPOCHS).partial_fit(X, Y, classes=[0, 1]) for _ in range(2))
    with monkeypatch.context() as context:
        context.setattr(MLPClassifier, "_keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            network.partial_fit(X, Y)
    assert np.array_equal(network.theta_, other.theta_)
    assert np.array_equal(network.partial_fit(X, Y).theta_, other.partial_fit(X, Y).theta_)


@pytest.mark.promise("One known class: every method has the columns of classes_")
@pytest.mark.parametrize(
    "settings", [{}, {"solver": "lbfgs"}, {"early_stopping": True}, {"loss": "squared_error"}]
)
def test_one_class_is_certain(settings: dict[str, Any]) -> None:
    network = MLPClassifier(**{**TEN_EPOCHS, **settings}).fit(X, np.full(len(X), "yes"))
    assert network.classes_.tolist() == ["yes"]
    assert network.predict(X[:2]).tolist() == ["yes", "yes"]
    assert network.predict_proba(X[:2]).tolist() == [[1.0], [1.0]]
    assert network.predict_log_proba(X[:2]).tolist() == [[0.0], [0.0]]
    with pytest.raises(DataError, match="at least two classes for a model"):
        network.to_model()


def test_one_class_in_partial_fit() -> None:
    one = MLPClassifier(**TEN_EPOCHS).partial_fit(X, np.ones(len(X)), classes=[1])
    assert one.predict_proba(X[:2]).tolist() == [[1.0], [1.0]]
    two = MLPClassifier(**TEN_EPOCHS).partial_fit(X, np.ones(len(X)), classes=[0, 1])
    assert two.predict_proba(X[:2]).shape == (2, 2)


@pytest.mark.promise("A fold that lacks a class: probabilities have its column, and it is 0 there")
def test_a_fold_that_lacks_a_class_has_its_column() -> None:
    y = np.repeat([0, 1, 2], 40)
    network, folds = MLPClassifier(**TEN_EPOCHS), KFold(3)  # each tests the class that it lacks
    with pytest.warns(RuntimeWarning, match="Number of classes in training fold"):
        probabilities = cross_val_predict(network, X, y, cv=folds, method="predict_proba")
    assert probabilities.shape == (120, 3)
    np.testing.assert_array_equal(probabilities[np.arange(120), y], 0.0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    calibrated = CalibratedClassifierCV(network, cv=folds).fit(X, y)
    assert calibrated.classes_.tolist() == [0, 1, 2]
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1.0)


def test_probabilities_of_one_class_have_no_score() -> None:
    network = MLPClassifier(**TEN_EPOCHS, early_stopping=True, scoring="neg_log_loss")
    with pytest.raises(ParameterError, match="scoring needs two or more classes, got only 1"):
        network.fit(X, np.ones(len(X), int))


WRONG = [3.5, "nonsense", [1, "a"], {"x": 1}, object()]
_TAKES = {
    "alpha": [3.5],
    "learning_rate_init": [3.5],
    "tol": [3.5],
    "n_iter_no_change": [],
    "weight_decay": [3.5],
    "epsilon": [3.5],
    "power_t": [3.5],
}


@pytest.mark.promise("Every parameter of a wrong type is refused by its name")
@pytest.mark.parametrize("name", sorted(MLPClassifier().get_params()))
def test_a_parameter_of_a_wrong_type_is_refused_by_its_name(name: str) -> None:
    for value in WRONG:
        if any(value is taken or value == taken for taken in _TAKES.get(name, [])):
            continue
        if name == "class_weight" and value == {"x": 1}:
            continue
        with pytest.raises(ParameterError) as caught:
            MLPClassifier(max_iter=2).set_params(**{name: value}).fit(X, Y)
        assert name in str(caught.value)


@pytest.mark.parametrize("metrics", [3, 0.5, object()])
def test_metrics_must_be_a_sequence(metrics: Any) -> None:
    with pytest.raises(ParameterError, match="metrics must be a sequence of scorer names"):
        MLPRegressor(metrics=metrics).fit(X, X[:, 0])


def test_max_iter_still_warns() -> None:
    with pytest.warns(ConvergenceWarning, match="limit of 2 epochs"):
        MLPClassifier((4,), max_iter=2).fit(X, Y)


BIG = [1577134800018164904, 1577134800018164905]
LABELS = {
    "nullable whole": lambda: pd.Series(Y).astype("Int64"),
    "nullable truth": lambda: pd.Series(Y > 0).astype("boolean"),
    "nullable unsigned": lambda: pd.Series(Y).astype("UInt8"),
    "pyarrow": lambda: pd.Series(np.array(BIG)[Y]).astype("int64[pyarrow]"),
    "identifiers": lambda: pd.Series(np.array(BIG)[Y]).astype("Int64"),
    "unsigned": lambda: np.array([2**64 - 3, 2**64 - 1], np.uint64)[Y],
    "categories": lambda: pd.Series(pd.Categorical(np.array([7, 3])[Y])),
    "text": lambda: pd.Series(np.array([" a ", "\u00e9"])[Y], dtype="string"),
    "dates": lambda: np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]")[Y],
}


@pytest.mark.promise("Labels of every kind come back from predict as they are")
@pytest.mark.parametrize("kind", LABELS)
def test_labels_come_back_as_they_are(kind: str) -> None:
    y = LABELS[kind]()
    plain = y.tolist()
    kinds = "M" if kind == "dates" else {bool: "b", int: "iu", str: "U"}[type(plain[0])]
    network = MLPClassifier((8,), solver="lbfgs", max_iter=100, random_state=0).fit(X, y)
    assert network.predict(X).dtype.kind in kinds
    assert np.mean(network.predict(X) == np.array(plain)) > 0.95
    assert set(network.classes_.tolist()) == set(plain)
    further = MLPClassifier((8,), random_state=0).partial_fit(X, y, classes=y[:40])
    assert further.classes_.tolist() == network.classes_.tolist()
    if kind == "dates":
        with pytest.raises(ParameterError, match=r"classes must be booleans, numbers or text, .*as text"):
            network.to_model()
        return
    assert network.to_model().predict(X).tolist() == network.predict(X).tolist()
    if kind != "unsigned":  # a table has no numbers beyond 2**63
        frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=y)
        network.fit_table(frame, target="y")
        assert network.predict(frame[:3]).tolist() == plain[:3]


def test_labels_beyond_a_table_are_refused() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=np.array([2**64 - 3, 2**64 - 1], np.uint64)[Y])
    with pytest.raises(DataError, match="too large to be told from each other exactly"):
        MLPClassifier((2,)).fit_table(frame, target="y")


def test_times_are_no_numbers_to_predict() -> None:
    with pytest.raises(DataError, match=r"y must hold numbers, got timedelta64\[s\]; divide durations by"):
        MLPRegressor((2,)).fit(X, np.arange(len(X)).astype("timedelta64[s]"))
