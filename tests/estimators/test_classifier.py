from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import unique_labels

from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier

Rows = tuple[np.ndarray, np.ndarray]
TEN_EPOCHS: dict[str, Any] = {
    "tol": 10.0,
    "n_iter_no_change": 8,
    "hidden_layer_sizes": (4,),
    "random_state": 0,
}


def small(**parameters: Any) -> MLPClassifier:
    return MLPClassifier(**{**TEN_EPOCHS, **parameters})


def unbalanced() -> Rows:
    random_state = np.random.RandomState(0)
    y = (random_state.rand(400) < 0.1).astype(int)
    return random_state.randn(400, 2) + y[:, np.newaxis], y


def test_no_hidden_layer_is_logistic_regression(engine: str, rows: Rows) -> None:
    X, y = rows
    clf = MLPClassifier(
        (), solver="lbfgs", alpha=1.0, tol=1e-8, max_iter=1000, warm_start=True, engine=engine
    )
    for _ in range(3):  # SciPy's ftol ends a search early; starting again from there reaches the minimum
        clf.fit(X, y)
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(X, y)
    assert clf.n_layers_ == 2
    assert_allclose(clf.coefs_[0][:, 0], reference.coef_[0], atol=1e-4)
    assert_allclose(clf.predict_proba(X), reference.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize(
    "labels", [["no", "yes"], [False, True], [3, 7], np.array(["a", "b"], dtype=object), [0.0, 1.0]]
)
def test_predictions_have_the_type_of_the_labels(rows: Rows, labels: Any) -> None:
    X, y = rows
    clf = small(max_iter=200).fit(X, np.asarray(labels)[y])
    assert clf.classes_.tolist() == list(labels)
    predicted = clf.predict(X)
    assert predicted.dtype == unique_labels(labels).dtype
    assert set(predicted.tolist()) <= set(labels)
    assert clf.score(X, np.asarray(labels)[y]) == small().fit(X, y).score(X, y)


def test_a_single_class_is_always_predicted(rows: Rows) -> None:
    X, _ = rows
    clf = small().fit(X, np.full(len(X), "only"))
    assert set(clf.predict(X)) == {"only"}
    with pytest.raises(DataError, match=r"at least two classes for a model, .* fitted on \['only'\] only"):
        clf.to_model()


@pytest.mark.parametrize("as_matrix", [np.asarray, scipy.sparse.csr_array])
def test_multilabel_targets(engine: str, as_matrix: Any) -> None:
    X, y = make_multilabel_classification(100, 5, n_classes=3, random_state=0)
    clf = small(engine=engine).fit(X, as_matrix(y))
    assert clf.out_activation_ == "logistic"
    probability = clf.predict_proba(X)
    assert probability.shape == (100, 3)
    assert np.array_equal(clf.predict(X), probability > 0.5)
    assert_allclose(np.exp(clf.predict_log_proba(X)), probability)
    assert clf.to_model().predict(X).tolist() == clf.predict(X).tolist()


def test_log_probabilities_stay_finite_where_probabilities_round_to_0(rows: Rows) -> None:
    X, y = rows
    for target in (y, y + (X[:, 0] > 1)):
        clf = small().fit(X, target)
        clf.coefs_[1] *= 1e5
        assert clf.predict_proba(X).min() == 0.0
        assert np.isfinite(clf.predict_log_proba(X)).all()
        assert_allclose(np.exp(clf.predict_log_proba(X)), clf.predict_proba(X), atol=1e-12)


def test_class_weight_is_the_weight_of_rows(engine: str) -> None:
    X, y = unbalanced()
    for class_weight in ("balanced", {0: 1.0, 1: 5.0}):
        weighted = small(class_weight=class_weight, engine=engine).fit(X, y)
        by_row = small(engine=engine).fit(X, y, sample_weight=compute_sample_weight(class_weight, y))
        assert np.array_equal(weighted.theta_, by_row.theta_)
    both = small(class_weight="balanced", engine=engine).fit(X, y, sample_weight=1.0 + y)
    weight = compute_sample_weight("balanced", y) * (1.0 + y)
    assert np.array_equal(both.theta_, small(engine=engine).fit(X, y, sample_weight=weight).theta_)


def test_balanced_class_weights_favour_the_rare_class() -> None:
    X, y = unbalanced()
    settings: dict[str, Any] = {"solver": "lbfgs", "hidden_layer_sizes": (), "tol": 1e-4}
    plain, balanced = (small(**settings, class_weight=w).fit(X, y) for w in (None, "balanced"))
    assert balanced.predict(X)[y == 1].mean() > 2 * plain.predict(X)[y == 1].mean()


def test_class_weight_also_applies_to_validation_rows(engine: str) -> None:
    X, y = unbalanced()
    clf = small(class_weight="balanced", early_stopping=True, engine=engine)
    clf.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    weight = compute_sample_weight("balanced", y[300:])
    assert_allclose(clf.best_validation_score_, clf.score(X[300:], y[300:], sample_weight=weight))


def test_a_class_that_class_weight_leaves_out_weighs_1(engine: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.8)
    two = y < 2
    named, left_out = ({0: 1.0, 1: 5.0, 2: 3.0}, {1: 5.0, 2: 3.0})

    def trained(weights: Any, how: str) -> np.ndarray:
        clf = small(class_weight=weights, engine=engine)
        if how == "partial_fit":
            return clf.partial_fit(X[two], y[two], classes=[0, 1, 2]).theta_
        if how == "X_val":
            return clf.fit(X, y, X_val=X[two], y_val=y[two]).history_.validation_loss
        return clf.fit(X, y).theta_

    for how in ("fit", "X_val", "partial_fit"):
        assert np.array_equal(trained(left_out, how), trained(named, how)), how
    columns = np.column_stack([X[:, 0] > 0, X[:, 1] > 0]).astype(int)
    none = columns[:, 1] == 0  # rows without the second label
    weights: Any = [{1: 2.0}, {1: 4.0}]
    several = small(class_weight=weights, engine=engine).fit(X, columns, X_val=X[none], y_val=columns[none])
    assert np.isfinite(several.history_.validation_loss).all()


def test_a_misspelled_class_of_class_weight_is_an_error(rows: Rows) -> None:
    X, y = rows
    names = np.array(["no", "yes"])[y]
    with pytest.raises(
        ParameterError, match=r"class_weight must name classes, which are no, yes, got 'yse'\. Did you mean"
    ):
        small(class_weight={"yse": 2.0}).fit(X, names)
    small(class_weight={"no": 1.0, "yes": 2.0, "perhaps": 3.0}).fit(X, names)  # every class is named


def test_wrong_class_weights_are_errors(rows: Rows) -> None:
    X, y = rows
    with pytest.raises(
        ParameterError, match=r"class_weight must be one of 'balanced', got 'balanse'\. Did you"
    ):
        small(class_weight="balanse").fit(X, y)
    for weight in (np.nan, -1):
        with pytest.raises(ParameterError, match=rf"class_weight of class 0 must .* got {weight}\."):
            small(class_weight={0: weight, 1: 1}).fit(X, y)
    with pytest.raises(ParameterError, match=r"class_weight must be above 0 for at least one class"):
        small(class_weight={0: 0, 1: 0}).fit(X, y)
    with pytest.raises(DataError, match="the training rows must not all have weight 0, got 120 that do"):
        small(class_weight={0: 0}).fit(X, y, sample_weight=1.0 - y)
    with pytest.raises(ValueError, match="class_weight"):
        small(class_weight=5).fit(X, y)
    with pytest.raises(ParameterError, match="class_weight must be None or a dict for partial_fit"):
        small(class_weight="balanced").partial_fit(X, y, classes=[0, 1])


def test_the_quadratic_cost_has_logistic_outputs(engine: str) -> None:
    X, y = load_iris(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    settings: dict[str, Any] = {"loss": "squared_error", "solver": "lbfgs", "engine": engine, "tol": 1e-4}
    clf = small(**settings).fit(X, y)
    assert (clf.out_activation_, clf.network_.head, clf.n_outputs_) == ("logistic", "quadratic", 3)
    assert clf.score(X, y) > 0.95
    assert_allclose(clf.predict_proba(X).sum(axis=1), 1.0)
    assert_allclose(np.exp(clf.predict_log_proba(X)), clf.predict_proba(X), atol=1e-15)
    binary = small(**settings).fit(X, y == 1)
    assert binary.n_outputs_ == 1
    error = binary.predict_proba(X)[:, 1] - (y == 1)
    penalty = 1e-4 / 2 * sum((w**2).sum() for w in binary.coefs_) / len(X)
    assert_allclose(binary.loss_, (error**2).mean() / 2 + penalty)


def test_the_quadratic_cost_needs_one_label_a_row() -> None:
    X, y = make_multilabel_classification(50, 5, random_state=0)
    with pytest.raises(ParameterError, match="loss must be 'log_loss' for several labels"):
        small(loss="squared_error").fit(X, y)


def test_classes_must_match_those_of_earlier_calls(rows: Rows) -> None:
    X, y = rows
    with pytest.raises(DataError, match="warm_start can only be used where `y` has the same classes"):
        small(warm_start=True).fit(X, y).fit(X, y + 1)
    with pytest.raises(DataError, match=r"`y` has classes not in `self\.classes_`"):
        small().partial_fit(X, y, classes=[0, 1]).partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        small().partial_fit(X, y)
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        small().partial_fit(X, y, classes=[0, 1]).partial_fit(X, y, classes=[0, 2])


def test_a_batch_of_partial_fit_may_lack_classes(rows: Rows) -> None:
    X, y = rows
    clf = small(warm_start=True)
    clf.partial_fit(X[y == 1], y[y == 1], classes=[0, 1, 2]).partial_fit(X[y == 0], y[y == 0])
    assert clf.predict_proba(X).shape == (len(X), 3)


def test_fit_after_partial_fit_learns_the_classes_again(rows: Rows) -> None:
    X, y = rows
    clf = small().partial_fit(X, y, classes=[0, 1, 2]).fit(X, y)
    assert clf.classes_.tolist() == [0, 1]
    assert len(clf.loss_curve_) == 10


def test_targets_that_are_no_labels_are_errors(rows: Rows) -> None:
    X, y = rows
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        small().fit(X, X[:, 0])
    with pytest.raises(DataError, match="y must have one column of labels"):
        small().fit(X, np.column_stack([y, y + 1]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_model_has_the_same_probabilities_bit_by_bit(dtype: Any, loss: str, n_classes: int) -> None:
    z = np.array([[-40.0], [-20.0], [0.0], [20.0], [40.0]], dtype)
    clf = small(hidden_layer_sizes=(), loss=loss).fit(z, np.arange(5) % n_classes)
    clf.theta_[:] = 0.0
    clf.coefs_[0][:, 0] = 1.0  # the logit is the feature
    model = clf.to_model()
    assert clf.predict_proba(z).dtype == dtype
    assert model.predict_proba(z).tobytes() == clf.predict_proba(z).tobytes()
    assert np.array_equal(model.predict(z), clf.predict(z))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_model_has_the_labels(rows: Rows, n_classes: int) -> None:
    X, y = rows
    labels = np.array(["low", "mid", "top"])[(y + (X[:, 0] > 1)) % n_classes]
    clf = small().fit(X, labels)
    again = MLPClassifier.from_model(clf.to_model())
    assert again.predict(X).tolist() == clf.predict(X).tolist()
    assert_allclose(again.to_model().predict_proba(X), clf.predict_proba(X))


SCORERS_OF_PROBABILITIES = ("neg_log_loss", "roc_auc_ovr", "neg_brier_score", "d2_log_loss_score")


def rare_class() -> Rows:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = np.where(X[:, 0] > 0, 1, 0)
    y[:8] = 2
    return X, y


@pytest.mark.slow
@pytest.mark.parametrize("scoring", SCORERS_OF_PROBABILITIES)
def test_early_stopping_by_probabilities_holds_out_every_class(scoring: str) -> None:
    X, y = rare_class()
    for seed in range(10):
        settings: dict[str, Any] = {"early_stopping": True, "max_iter": 3, "random_state": seed}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            followed = small(**settings, scoring=scoring).fit(X, y)
            reported = small(**settings, metrics=[scoring], scoring="loss").fit(X, y)
        assert np.isfinite(followed.validation_scores_).all()
        assert np.isfinite(reported.history_.metrics[f"validation_{scoring}"]).all()


def test_a_scorer_of_probabilities_knows_classes_that_the_validation_rows_lack() -> None:
    X, y = rare_class()
    own, own_y = X[20:80], y[20:80]
    assert set(own_y) == {0, 1}
    for scoring, expected in (
        ("neg_log_loss", lambda clf: -log_loss(own_y, clf.predict_proba(own), labels=clf.classes_)),
        (
            "neg_brier_score",
            lambda clf: -brier_score_loss(own_y, clf.predict_proba(own), labels=clf.classes_),
        ),
    ):
        clf = small(early_stopping=True, scoring=scoring).fit(X, y, X_val=own, y_val=own_y)
        assert_allclose(clf.best_validation_score_, expected(clf))
