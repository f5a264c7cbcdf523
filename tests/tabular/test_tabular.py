from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

import separatrix as sx
from separatrix.errors import DataError, ParameterError, TableWarning
from separatrix.network import PeriodicEmbedding
from separatrix.tabular import recipe

FAST = {"presets": "fast", "cv": 2}


def people(n_rows: int, seed: int) -> tuple[pl.DataFrame, Any]:
    """Numbers with missing values, text and a target that depends on both."""
    draw = np.random.RandomState(seed)
    age, town = draw.uniform(20, 80, n_rows), draw.choice(["Bonn", "Ulm", "Köln"], n_rows)
    risk = 0.1 * (age - 50) + 2.0 * (town == "Ulm") + draw.logistic(size=n_rows)
    table = pl.DataFrame(
        {
            "age": [None if u < 0.05 else a for a, u in zip(age, draw.rand(n_rows), strict=True)],
            "town": town.tolist(),
            "income": draw.lognormal(10, 1, n_rows),
        }
    )
    return table, risk


@pytest.fixture(scope="module")
def classifier() -> sx.TabularClassifier:
    table, risk = people(300, 0)
    return sx.TabularClassifier(**FAST).fit(table, np.where(risk > 0, "yes", "no"))


@pytest.fixture(scope="module")
def regressor() -> sx.TabularRegressor:
    return sx.TabularRegressor(**FAST).fit(*people(300, 0))


def test_classes_are_predicted_from_a_raw_table(classifier: sx.TabularClassifier) -> None:
    table, risk = people(500, 1)
    y = np.where(risk > 0, "yes", "no")
    assert classifier.classes_.tolist() == ["no", "yes"]
    assert log_loss(y, classifier.predict_proba(table)) < 0.6  # 0.69 is guessing
    assert classifier.score(table, y) > 0.7


def test_out_of_fold_predictions_are_about_as_good_as_those_of_new_rows(
    classifier: sx.TabularClassifier,
) -> None:
    _, risk = people(300, 0)
    new, new_risk = people(500, 1)
    old_loss = log_loss(risk > 0, classifier.oof_[:, 1])
    assert old_loss == pytest.approx(log_loss(new_risk > 0, classifier.predict_proba(new)[:, 1]), abs=0.1)


def test_numbers_are_predicted_from_a_raw_table(regressor: sx.TabularRegressor) -> None:
    assert regressor.score(*people(500, 1)) > 0.3


def test_intervals_cover_as_many_rows_as_asked(regressor: sx.TabularRegressor) -> None:
    table, risk = people(2000, 1)
    for coverage in (0.5, 0.9):
        with pytest.warns(sx.errors.TableWarning, match="far from it: 'income' in 1 of 2,000 rows"):
            low, high = regressor.predict_interval(table, coverage).T
        assert np.mean((low <= risk) & (risk <= high)) == pytest.approx(coverage, abs=0.06)


@pytest.mark.parametrize("name", ["classifier", "regressor"])
def test_a_saved_model_predicts_the_same(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    estimator = request.getfixturevalue(name)
    table, _ = people(1500, 1)
    sx.save(estimator, tmp_path / "model.safetensors")
    model = sx.load(tmp_path / "model.safetensors")
    assert model == estimator.to_model()
    predict = "predict_proba" if name == "classifier" else "predict"
    np.testing.assert_array_equal(getattr(model, predict)(table), getattr(estimator, predict)(table))


def test_a_saved_model_has_the_same_intervals(regressor: sx.TabularRegressor, tmp_path: Path) -> None:
    table, _ = people(1500, 1)
    sx.save(regressor, tmp_path / "model.safetensors")
    model = sx.load(tmp_path / "model.safetensors")
    for coverage in (0.5, 0.9):
        intervals = regressor.predict_interval(table, coverage)
        np.testing.assert_array_equal(model.predict_interval(table, coverage), intervals)


@pytest.mark.slow
@pytest.mark.promise("A target far from zero is fitted as one around zero, also by an ensemble")
@pytest.mark.parametrize("shift", [0.0, -300.0, 1e9])
def test_a_target_far_from_zero_is_fitted_as_one_around_zero(
    shift: float, tmp_path: Path, record_property: Any
) -> None:
    table, risk = people(200, 0)
    scale = risk.std()
    around = sx.TabularRegressor(**FAST).fit(table, risk)
    far = sx.TabularRegressor(**FAST).fit(table, risk + shift)
    np.testing.assert_allclose(far.oof_ - shift, around.oof_, rtol=0, atol=1e-4 * scale)
    assert far.oof_score_ == pytest.approx(around.oof_score_, rel=1e-4)
    predicted = far.predict(table)
    np.testing.assert_allclose(predicted - shift, around.predict(table), rtol=0, atol=1e-4 * scale)
    sx.save(far, tmp_path / "model.safetensors")
    loaded = sx.load(tmp_path / "model.safetensors").predict(table)
    np.testing.assert_allclose(loaded, predicted, rtol=0, atol=1e-6 * scale)
    record_property("figure", f"{shift:g}: out-of-fold RMSE {far.oof_score_ / scale:.4f} deviations")


def test_few_rows_are_predicted_as_among_many(classifier: sx.TabularClassifier) -> None:
    table, _ = people(1500, 1)
    many = classifier.predict_proba(table)
    np.testing.assert_allclose(classifier.predict_proba(table[:3]), many[:3], rtol=1e-4)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits_for_any_number_of_threads() -> None:
    table, risk = people(120, 0)
    one, two = (sx.TabularClassifier(**FAST, n_jobs=n).fit(table, risk > 0) for n in (1, 2))
    assert one.to_model() == two.to_model()
    other = sx.TabularClassifier(**FAST, random_state=1).fit(table, risk > 0)
    assert other.to_model() != one.to_model()


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter_and_weights_count_rows() -> None:
    table, risk = people(80, 0)
    weight = np.random.RandomState(0).randint(0, 3, 80)
    rows = np.random.RandomState(1).permutation(np.repeat(np.arange(80), weight))
    weighted = sx.TabularClassifier(**FAST).fit(table, risk > 0, sample_weight=weight)
    repeated = sx.TabularClassifier(**FAST).fit(table[rows.tolist()], (risk > 0)[rows])
    one, other = weighted.to_model(), repeated.to_model()
    np.testing.assert_array_equal(one.weights, other.weights)
    assert one.temperature == other.temperature
    for mine, theirs in zip(one.models, other.models, strict=True):
        assert mine.network == theirs.network
        np.testing.assert_array_equal(mine.theta, theirs.theta)
        assert mine.encoder.columns == theirs.encoder.columns
        assert mine.training == theirs.training
    assert np.isnan(weighted.oof_[weight == 0]).all()


@pytest.mark.slow
def test_a_class_weight_moves_the_probabilities() -> None:
    table, risk = people(200, 0)
    plain, weighted = (
        sx.TabularClassifier(**FAST, class_weight=w).fit(table, risk > 0) for w in (None, {True: 5.0})
    )
    assert weighted.predict_proba(table)[:, 1].mean() > plain.predict_proba(table)[:, 1].mean() + 0.1


def test_how_many_networks_are_trained_at_most() -> None:
    assert len(sx.TabularClassifier().configurations) == 40
    assert len(sx.TabularClassifier("fast").configurations) == 20
    assert len(sx.TabularClassifier("best").configurations) == 90
    assert len(sx.TabularRegressor().configurations) == 30


@pytest.mark.slow
def test_groups_stay_together() -> None:
    table, risk = people(120, 0)
    groups = np.arange(120) // 4
    clf = sx.TabularClassifier("fast", cv=3).fit(table, risk > 0, groups=groups)
    given = sx.TabularClassifier("fast", cv=GroupKFold(3)).fit(table, risk > 0, groups=groups)
    assert clf.oof_.shape == given.oof_.shape == (120, 2)
    assert not np.isnan(given.oof_).any()


def test_a_time_limit_ends_the_training_with_what_there_is() -> None:
    table, risk = people(200, 0)
    with pytest.warns(UserWarning, match=r"When time_limit=0.001 seconds were over, \d+ of 12 networks"):
        clf = sx.TabularClassifier(time_limit=1e-3, cv=2).fit(table, risk > 0)
    assert 0 < len(clf.counts_) < 6
    assert clf.predict(table).shape == (200,)


def test_unseen_levels_and_other_columns_at_prediction(classifier: sx.TabularClassifier) -> None:
    table, _ = people(3, 1)
    strange = table.with_columns(town=pl.lit("Rome"), extra=pl.lit(1))
    with pytest.warns(TableWarning, match="'town' has values that training did not have, such as 'Rome'"):
        assert np.isfinite(classifier.predict_proba(strange)).all()
    with pytest.raises(DataError, match="the table lacks column 'age'"):
        classifier.predict(table.drop("age"))


def test_a_rare_class_and_many_classes() -> None:
    table, risk = people(120, 0)
    y = np.digitize(risk, np.quantile(risk, np.linspace(0, 1, 13)[1:-1]))
    y[0] = 99  # one row
    with pytest.warns(UserWarning, match="class 99 has 1 row, fewer than the 2 folds: .* merge it with"):
        clf = sx.TabularClassifier(**FAST).fit(table, y)
    assert clf.predict_proba(table).shape == (120, 13)


def test_a_rare_class_leaves_the_folds_of_the_others() -> None:
    y = np.repeat([0, 1, 2], [30, 20, 3])
    clf = sx.TabularClassifier("fast")
    clf.classes_ = np.arange(3)
    held_out = [rows for _, rows in clf._folds(y, 5, 0)]
    counts = np.array([np.bincount(y[rows], minlength=3) for rows in held_out])
    assert counts[:, :2].tolist() == [[6, 4]] * 5
    assert sorted(counts[:, 2].tolist()) == [0, 0, 1, 1, 1]
    table, risk = people(60, 0)
    labels = np.where(risk > 0, "a", "b")
    labels[:2] = "c"
    with pytest.warns(UserWarning, match="class 'c' has 2 rows, fewer than the 3 folds"):
        clf = sx.TabularClassifier("fast", cv=3).fit(table, labels)
    assert "All 12 networks" in clf.stop_.message


def test_classes_with_fewer_rows_than_folds_are_spread_over_them() -> None:
    y = np.repeat(np.arange(5), 4)
    folds = [rows for _, rows in sx.TabularClassifier()._folds(y, 5, 0)]
    assert [len(rows) for rows in folds] == [4] * 5
    assert all(np.bincount(y[rows]).max() == 1 for rows in folds)


def test_one_class_is_certain(tmp_path: Path) -> None:
    X = np.arange(12.0).reshape(6, 2)
    clf = sx.TabularClassifier(**FAST).fit(X, ["x"] * 6)
    assert clf.predict(X).tolist() == ["x"] * 6
    np.testing.assert_array_equal(clf.predict_proba(X), np.ones((6, 1)))
    mlp = sx.MLPClassifier(max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_array_equal(clf.predict_proba(X), mlp.fit(X, ["x"] * 6).predict_proba(X))
    assert clf.oof_score_ == 0.0
    with pytest.raises(DataError, match="y must have at least two classes for a model"):
        sx.save(clf, tmp_path / "model.safetensors")


def test_a_fit_that_fails_leaves_the_fitted_estimator_as_it_was() -> None:
    X, draw = np.arange(80.0).reshape(40, 2), np.random.RandomState(0)
    clf = sx.TabularClassifier(**FAST).fit(X, X[:, 0] > 40)
    before, proba = dict(vars(clf)), clf.predict_proba(X)
    with pytest.raises((DataError, ValueError)):
        clf.fit(draw.normal(size=(30, 5)), list("abc") * 10, sample_weight=np.zeros(30))
    assert vars(clf).keys() == before.keys()
    assert all(vars(clf)[name] is value for name, value in before.items())
    np.testing.assert_array_equal(clf.predict_proba(X), proba)


@pytest.mark.slow
def test_fewer_groups_than_folds() -> None:
    table, risk = people(60, 0)
    for estimator, y in ((sx.TabularClassifier("fast"), risk > 0), (sx.TabularRegressor("fast"), risk)):
        with pytest.warns(UserWarning, match="split into 2 folds, not 5, as groups has 2 values"):
            estimator.fit(table, y, groups=np.arange(60) % 2)
        assert "All 8 networks" in estimator.stop_.message
        with pytest.raises(ParameterError, match="groups must have two different values or more"):
            estimator.fit(table, y, groups=np.ones(60))
        with pytest.raises(DataError, match="y and groups must have the same number of rows"):
            estimator.fit(table, y, groups=np.ones(59))


def test_a_model_of_an_array_predicts_arrays(tmp_path: Path) -> None:
    draw = np.random.RandomState(0)
    X = draw.normal(size=(80, 3))
    X[:, 1] = np.nan  # left out
    X[::7, 2] = np.nan
    reg = sx.TabularRegressor(**FAST).fit(X, X[:, 0])
    sx.save(reg, tmp_path / "model.safetensors")
    model = sx.load(tmp_path / "model.safetensors")
    np.testing.assert_allclose(model.predict(X), reg.predict(X), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), model.predict({f"x{j + 1}": X[:, j] for j in range(3)}))
    with pytest.raises(DataError, match=r"X must have shape \(n_rows, 3\)"):
        model.predict(X[:, :2])


def test_a_warning_names_the_line_that_predicts(classifier: sx.TabularClassifier) -> None:
    table, _ = people(3, 1)
    strange = table.with_columns(town=pl.lit("Rome"))
    for model in (classifier, classifier.to_model()):
        for predict in (model.predict, model.predict_proba):
            with pytest.warns(TableWarning) as caught:
                predict(strange)
            assert [Path(warning.filename) for warning in caught] == [Path(__file__)]


@pytest.mark.parametrize(
    ("columns", "y", "message"),
    [
        (
            {"a": [None, None, None]},
            [0, 1, 0],
            "no column is left to learn from: .a. has no",
        ),
        ({"a": [1.0, 2.0, float("inf")]}, [0, 1, 0], "column 'a' has the infinite value"),
        ({"a": [1.0, 2.0]}, [0, 1, 0], "same number of rows"),
    ],
)
def test_a_table_that_cannot_be_trained_on_is_refused(columns: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        sx.TabularClassifier(**FAST).fit(pl.DataFrame(columns), y)


@pytest.mark.parametrize("columns", [{"a": [1.0, 2.0, 3.0]}, {"a": ["x", "y", None], "b": [5.0, 5.0, 5.0]}])
def test_three_rows_are_enough(columns: Any) -> None:
    with pytest.warns(UserWarning, match="class 0 has 1 row"):
        clf = sx.TabularClassifier(**FAST).fit(pl.DataFrame(columns), [0, 1, 1])
    assert clf.predict_proba(pl.DataFrame(columns)).shape == (3, 2)


def test_a_constant_number_is_predicted_as_it_is() -> None:
    reg = sx.TabularRegressor(**FAST).fit(pl.DataFrame({"a": np.arange(20.0)}), np.full(20, 7.0))
    np.testing.assert_allclose(reg.predict(pl.DataFrame({"a": [3.0]})), 7.0, atol=1e-3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"presets": "huge"}, "presets must be one of 'fast', 'default', 'best'"),
        ({"time_limit": 0}, "time_limit must be a number in"),
        ({"engine": "gpu"}, "engine must be one of"),
        ({"n_jobs": 0}, "n_jobs must be -1, for all cores, or a number of networks, got 0"),
        ({"n_jobs": 1.5}, "n_jobs must be -1, for all cores, or a number of networks, got 1.5"),
        ({"n_jobs": "a"}, "n_jobs must be -1, for all cores, or a number of networks, got 'a'"),
    ],
)
def test_a_parameter_that_breaks_its_rule_is_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        sx.TabularClassifier(**parameters).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.slow
def test_it_is_no_worse_than_logistic_regression_on_a_linear_truth() -> None:
    draw = np.random.RandomState(0)
    X = draw.normal(size=(400, 5))
    y = X @ [1.0, -1.0, 0.5, 0.0, 0.0] + draw.logistic(size=400) > 0
    ours = cross_val_score(sx.TabularClassifier("fast"), X, y, scoring="neg_log_loss", cv=3)
    line = cross_val_score(LogisticRegression(), X, y, scoring="neg_log_loss", cv=3)
    assert (line - ours).mean() < 2 * (line - ours).std(ddof=1) / np.sqrt(3) + 0.02


def test_clones_and_pickles() -> None:
    import pickle

    table, risk = people(60, 0)
    clf = clone(sx.TabularClassifier(**FAST)).fit(table, risk > 0)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(table), clf.predict_proba(table))


@pytest.mark.slow
@parametrize_with_checks([sx.TabularClassifier(**FAST), sx.TabularRegressor(**FAST)])
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.mark.slow
def test_the_best_presets_have_networks_with_an_embedding(monkeypatch, tmp_path):
    best = recipe.configurations("best", 100, of_classes=True)
    assert best == (*recipe.configurations("default", 100, of_classes=True), recipe.PERIODIC)
    monkeypatch.setattr(recipe, "configurations", lambda *_, **__: (recipe.PERIODIC,))
    rng = np.random.default_rng(0)
    X = pl.DataFrame({"t": ["a", "b"] * 20, "u": rng.normal(size=40), "v": rng.normal(size=40)})
    y = (np.floor(2 * X["u"].to_numpy()) % 2).astype(int)
    clf = sx.TabularClassifier(cv=2, engine="numpy", random_state=0).fit(X, y)
    embeddings = {model.network.embedding for model in clf.to_model().models}  # None: that of the line
    assert embeddings - {None} == {PeriodicEmbedding(16, 0.3, (0, 1))}
    sx.save(clf, tmp_path / "m.safetensors")
    loaded = sx.load(tmp_path / "m.safetensors")
    np.testing.assert_allclose(loaded.predict_proba(X), clf.predict_proba(X), atol=1e-6)
    one = loaded.predict_proba(X[:1])
    np.testing.assert_allclose(one, loaded.predict_proba(X)[:1], atol=1e-6)
