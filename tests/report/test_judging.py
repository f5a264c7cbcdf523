from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.report import assess_estimator, cross_assess
from separatrix.report.judging import CrossAssessment, repeats_for
from separatrix.select import corrected_t_test
from separatrix.tabular import TabularClassifier


def people(n: int = 300, seed: int = 0) -> tuple[Table, np.ndarray]:
    """Rows of which a fifth is positive, by age and town together."""
    random = np.random.RandomState(seed)
    age, town = random.uniform(18, 80, n), random.choice(["Ulm", "Bonn"], n).astype(object)
    p = 1 / (1 + np.exp(-(0.1 * (age - 70) + 2 * (town == "Ulm"))))
    y = np.where(random.uniform(size=n) < p, "yes", "no").astype(object)
    return Table({"age": age, "town": town}), y


def network(**settings: Any) -> MLPClassifier:
    return MLPClassifier((4,), random_state=0, max_iter=60, n_iter_no_change=1000, **settings)


def fitted(table: Table, y: np.ndarray, **settings: Any) -> MLPClassifier:
    with pytest.warns(UserWarning, match="limit"):
        return network(**settings).fit_table(Table({**table.columns, "y": y}), "y")


@pytest.mark.parametrize("kind", ["estimator", "model"])
def test_all_are_judged_on_the_same_rows(kind: str) -> None:
    train, test = people(), people(200, 1)
    clf = fitted(*train)
    found = assess_estimator(clf if kind == "estimator" else clf.to_model(), *train, *test)
    assert list(found.reports) == ["network", "logistic regression", "gradient boosting", "dummy"]
    assert {report.n_rows for report in found.reports.values()} == {200}
    assert found.model.log_loss.value == pytest.approx(log_loss(test[1], clf.predict_proba(test[0])))
    assert [each.names for each in found.comparisons] == [
        ("the network", name) for name in [*found.reports][1:]
    ]
    assert found.comparisons[0].primary.metric == "log-loss"


def test_class_weights_weigh_the_baselines_and_let_the_auc_decide() -> None:
    train, test = people(), people(200, 1)
    plain = assess_estimator(fitted(*train), *train, *test, trees=False)
    weighted = assess_estimator(fitted(*train, class_weight="balanced"), *train, *test, trees=False)
    assert not plain.is_weighted
    assert weighted.is_weighted
    assert weighted.comparisons[0].primary.metric == "ROC AUC"
    line = weighted.reports["logistic regression"]
    assert line.per_class[1].recall.value > plain.reports["logistic regression"].per_class[1].recall.value
    assert weighted.reports["dummy"].log_loss.value == pytest.approx(np.log(2))


def test_a_model_file_knows_its_class_weights() -> None:
    train, test = people(), people(200, 1)
    model = fitted(*train, class_weight={"yes": 5.0}).to_model()
    assert assess_estimator(model, *train, *test, trees=False).is_weighted


def test_frames_and_arrays_and_other_libraries() -> None:
    X, y = load_wine(return_X_y=True, as_frame=True)
    model = LogisticRegression(max_iter=10_000).fit(X, y)
    frame = assess_estimator(model, X, y, X, y, trees=False)
    array = assess_estimator(
        LogisticRegression(max_iter=10_000).fit(X.to_numpy(), y),
        X.to_numpy(),
        y,
        X.to_numpy(),
        y,
        trees=False,
    )
    assert frame.model.log_loss == array.model.log_loss
    assert frame.name == "model"


def test_numbers() -> None:
    X, y = load_diabetes(return_X_y=True)
    table = Table({f"c{i}": column for i, column in enumerate(X.T)})
    with pytest.warns(UserWarning, match="limit"):
        reg = MLPRegressor(
            hidden_layer_sizes=(4,), random_state=0, max_iter=60, n_iter_no_change=1000
        ).fit_table(Table({**table.columns, "y": y}), "y")
    found = assess_estimator(reg, table, y, table, y, target="progression")
    assert list(found.reports) == ["network", "ridge regression", "gradient boosting", "dummy"]
    assert found.model.per_target[0].name == "progression"


def test_folds_judge_by_the_corrected_test() -> None:
    table, y = people(120)
    found = cross_assess(network().set_params(max_iter=30), table, y, trees=False, n_splits=3, n_repeats=2)
    assessment = found.assessment
    assert assessment.rows == "3 folds, drawn 2 times: each of 120 rows is predicted without training on it"
    line = assessment.comparisons[0]
    assert line.primary.test == "corrected t, folds"
    assert line.n_rows == 120
    assert found.answers.shape == (120, 2)
    np.testing.assert_allclose(found.answers.sum(axis=1), 1, atol=1e-6)
    assert assessment.model.log_loss.value == pytest.approx(log_loss(y, found.answers))
    # The mean over both repeats is not that of the first.
    assert line.primary.first == pytest.approx(assessment.model.log_loss.value, rel=0.1)
    assert line.primary.advantage.low < line.primary.advantage.value < line.primary.advantage.high


def test_no_row_is_judged_by_a_model_trained_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table({"row": np.arange(40.0)})
    y = np.arange(40) % 2

    class Memory(LogisticRegression):
        """Knows the rows of its training and guesses for others."""

        def fit(self, X, y, sample_weight=None):
            self.known_ = dict(zip(np.asarray(X)[:, 0].tolist(), y, strict=True))
            return super().fit(X, y)

        def predict_proba(self, X):
            p = np.array([float(self.known_.get(row, 0.5)) for row in np.asarray(X)[:, 0].tolist()])
            return np.c_[1 - p, p]

    X = np.arange(40.0)[:, np.newaxis]
    found = cross_assess(Memory().fit(X, y), X, y, trees=False, n_repeats=1)
    assert (found.answers == 0.5).all()
    assert table.n_rows == 40


def test_the_difference_is_that_of_the_folds() -> None:
    table, y = people(90)
    scores: list[tuple[float, float]] = []
    X = np.c_[table.columns["age"], table.columns["town"] == "Ulm"].astype(float)
    strong, weak = LogisticRegression(C=1.0), LogisticRegression(C=1e-4)
    found = cross_assess(weak.fit(X, y), X, y, trees=False, n_splits=3, n_repeats=1)
    from sklearn.model_selection import RepeatedStratifiedKFold
    from sklearn.preprocessing import StandardScaler

    sizes = []
    for train, test in RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=0).split(X, y):
        scaler = StandardScaler().fit(X[train])
        line = strong.fit(scaler.transform(X[train]), y[train]).predict_proba(scaler.transform(X[test]))
        own = weak.fit(X[train], y[train]).predict_proba(X[test])
        scores.append((-log_loss(y[test], own), -log_loss(y[test], line)))
        sizes.append((len(train), len(test)))
    expected = corrected_t_test(*np.array(scores).T, *np.array(sizes).T)
    assert found.assessment.comparisons[0].primary.advantage.value == pytest.approx(expected.difference.value)
    assert found.assessment.comparisons[0].primary.p_value == pytest.approx(expected.p_value)


def test_weighted_folds_are_judged_by_the_auc() -> None:
    table, y = people(120)
    found = cross_assess(
        network(
            class_weight="balanced",
        ).set_params(max_iter=20),
        table,
        y,
        trees=False,
        n_splits=3,
        n_repeats=1,
    )
    primary = found.assessment.comparisons[0].primary
    assert primary.metric == "ROC AUC"
    assert 0 < primary.first <= 1
    pooled = roc_auc_score(y == "yes", found.answers[:, 1])
    assert found.assessment.model.roc_auc.value == pytest.approx(pooled)


@pytest.mark.slow
def test_a_tabular_ensemble_is_judged_by_folds() -> None:
    table, y = people(60)
    frame = pl.DataFrame({name: column.tolist() for name, column in table.columns.items()})
    clf = TabularClassifier(presets="fast").fit(frame, y)
    counts: list[tuple[int, int]] = []
    found = cross_assess(clf, frame, y, n_splits=2, n_repeats=1, on_fit=lambda *done: counts.append(done))
    assert list(found.assessment.reports) == ["ensemble", "logistic regression", "gradient boosting", "dummy"]
    assert counts == [(1, 2), (2, 2)]


def test_errors_name_the_cure() -> None:
    table, y = people(60)
    one = np.array(["no"] * 59 + ["yes"], dtype=object)
    single = fitted(table, one)
    with pytest.raises(DataError, match="class 'yes' has 1 row"):
        cross_assess(single, table, one)
    with pytest.raises(DataError, match="same rows"):
        assess_estimator(fitted(table, y), table, y, table, y[:3])
    with pytest.raises(ParameterError, match="fitted model, got str"):
        assess_estimator("model", table, y, table, y)


def test_no_group_is_in_training_and_test_rows() -> None:
    """The class depends on the group alone, and each group has its own number."""
    random = np.random.RandomState(0)
    group = np.repeat(np.arange(30), 5)
    y = random.randint(0, 2, 30)[group]
    X = random.normal(size=30)[group][:, np.newaxis]
    trees = DecisionTreeClassifier(random_state=0)
    apart = cross_assess(trees, X, y, trees=False, n_repeats=2, groups=group).assessment
    mixed = cross_assess(trees, X, y, trees=False, n_repeats=2).assessment
    assert mixed.model.accuracy.value == 1
    assert apart.model.accuracy.value < 0.8
    assert "5 folds, drawn 2 times" in apart.rows
    assert apart.rows.endswith("without training on a row of its group")
    numbers = cross_assess(LinearRegression(), X, y * 1.0, trees=False, n_repeats=1, groups=group)
    assert (np.bincount(group, minlength=30) == 5).all()
    assert all(len(set(numbers.subject.fold[group == each])) == 1 for each in range(30))


def test_groups_go_to_an_estimator_that_draws_folds_of_its_own() -> None:
    seen: list[int] = []

    class Remembers(LogisticRegression):
        """Keeps the number of groups of each training."""

        def fit(self, X, y, sample_weight=None, groups=None):
            seen.append(len(np.unique(groups)))
            return super().fit(X, y)

    X, y = np.arange(40.0)[:, np.newaxis], np.arange(40) % 2
    cross_assess(Remembers(), X, y, trees=False, n_repeats=1, groups=np.arange(40) // 4)
    assert seen == [8] * 5


def test_groups_that_cannot_be_folded_are_refused() -> None:
    X, y = np.arange(40.0)[:, np.newaxis], np.arange(40) % 2
    with pytest.raises(DataError, match="2 groups cannot be split into 5 folds"):
        cross_assess(LogisticRegression(), X, y, groups=np.arange(40) // 20)
    with pytest.raises(DataError, match="one value for each of 40 rows"):
        cross_assess(LogisticRegression(), X, y, groups=[1, 2])


def test_one_metric_judges_all_folds() -> None:
    """Three rows of the rare class cannot be in each of five folds, so that the AUC is not defined there."""
    X = np.arange(60.0)[:, np.newaxis]
    y = np.where(np.arange(60) < 3, "rare", "common")
    found = cross_assess(LogisticRegression(class_weight="balanced"), X, y, trees=False, n_repeats=1)
    assessment = found.assessment
    assert assessment.is_weighted
    primary = assessment.comparisons[0].primary
    assert primary.metric == assessment.decided_by == "log-loss"
    folds = [-log_loss(y[r], found.answers[r], labels=["common", "rare"]) for r in fold_rows(found)]
    assert primary.first == pytest.approx(-np.mean(folds))
    assert "The log-loss decides, as the ROC AUC is not defined on every fold" in assessment.weight_note


def fold_rows(found: CrossAssessment) -> list[np.ndarray]:
    assert found.subject.fold is not None
    return [np.flatnonzero(found.subject.fold == number) for number in range(len(found.subject.folds))]


def test_trainings_that_failed_are_counted() -> None:
    table, y = people(60)
    short = cross_assess(
        MLPClassifier((4,), random_state=0, max_iter=20, n_iter_no_change=1000), table, y, trees=False
    )
    notes = short.assessment.notes
    assert any(note.startswith("Of 10 trainings of the network on folds, ") for note in notes)
    wild = MLPClassifier((4,), random_state=0, solver="sgd", learning_rate_init=1e6, max_iter=20)
    noisy = np.random.RandomState(0).choice(["no", "yes"], 60).astype(object)
    found = cross_assess(wild, table, noisy, trees=False, n_repeats=1)
    assert "diverged" in found.assessment.notes[0]
    assert cross_assess(LogisticRegression(), *rows_of(table, y), trees=False).assessment.notes == ()


def rows_of(table: Table, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.c_[table.columns["age"]].astype(float) / 80, y


def test_fewer_rows_have_more_repeats() -> None:
    assert [repeats_for(n) for n in (150, 151, 500, 501)] == [4, 2, 2, 1]
