from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.datasets import load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.tree import DecisionTreeClassifier

from separatrix.data.table import Table
from separatrix.decision import Decision
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import DataError
from separatrix.estimators import MLPClassifier
from separatrix.evaluate import Cost, classification_report, regression_report, threshold_table
from separatrix.evaluate.calibration import fitted_decision
from separatrix.report import cross_assess
from separatrix.report.cross_validation import CrossAssessment, Folding, repeats_for
from separatrix.report.fold_scores import over_folds
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


@pytest.mark.slow
def test_folds_judge_by_the_corrected_test() -> None:
    table, y = people(120)
    found = cross_assess(network().set_params(max_iter=30), table, y, trees=False, folding=Folding(3, 2))
    assessment = found.assessment
    assert assessment.rows == "3 folds, drawn 2 times: each of 120 rows is predicted without training on it"
    line = assessment.comparisons[0]
    assert line.primary.test == "corrected t, folds"
    assert line.n_rows == 120
    assert found.answers.shape == (120, 2)
    np.testing.assert_allclose(found.answers.sum(axis=1), 1, atol=1e-6)
    # The answers are those of the first repeat, the score is the mean over both.
    assert assessment.model.log_loss.value == pytest.approx(log_loss(y, found.answers), rel=0.1)
    assert line.primary.first == pytest.approx(assessment.model.log_loss.value)
    assert {test.test for test in line.others} == {"corrected t, folds"}
    assert line.primary.advantage.low < line.primary.advantage.value < line.primary.advantage.high


@pytest.mark.slow
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
    found = cross_assess(Memory().fit(X, y), X, y, trees=False, folding=Folding(5, 1))
    assert (found.answers == 0.5).all()
    assert table.n_rows == 40


@pytest.mark.slow
def test_the_difference_is_that_of_the_folds() -> None:
    table, y = people(90)
    scores: list[tuple[float, float]] = []
    X = np.c_[table.columns["age"], table.columns["town"] == "Ulm"].astype(float)
    strong, weak = LogisticRegression(C=1.0), LogisticRegression(C=1e-4)
    found = cross_assess(weak.fit(X, y), X, y, trees=False, folding=Folding(3, 1))
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


@pytest.mark.slow
def test_weighted_folds_are_judged_by_the_auc() -> None:
    table, y = people(120)
    found = cross_assess(
        network(
            class_weight="balanced",
        ).set_params(max_iter=20),
        table,
        y,
        trees=False,
        folding=Folding(3, 1),
    )
    primary = found.assessment.comparisons[0].primary
    assert primary.metric == "ROC AUC"
    assert 0 < primary.first <= 1
    folds = [roc_auc_score(y[rows] == "yes", found.answers[rows, 1]) for rows in fold_rows(found)]
    assert found.assessment.model.roc_auc.value == pytest.approx(np.mean(folds))


@pytest.mark.slow
def test_a_tabular_ensemble_is_judged_by_folds() -> None:
    table, y = people(60)
    frame = pl.DataFrame({name: column.tolist() for name, column in table.columns.items()})
    clf = TabularClassifier(presets="fast").fit(frame, y)
    counts: list[tuple[int, int]] = []
    found = cross_assess(clf, frame, y, folding=Folding(2, 1), on_fit=lambda *done: counts.append(done))
    assert list(found.assessment.reports) == ["ensemble", "logistic regression", "gradient boosting", "dummy"]
    assert counts == [(1, 2), (2, 2)]


@pytest.mark.slow
def test_no_group_is_in_training_and_test_rows() -> None:
    """The class depends on the group alone, and each group has its own number."""
    random = np.random.RandomState(0)
    group = np.repeat(np.arange(30), 5)
    y = random.randint(0, 2, 30)[group]
    X = random.normal(size=30)[group][:, np.newaxis]
    trees = DecisionTreeClassifier(random_state=0)
    apart = cross_assess(trees, X, y, trees=False, groups=group).assessment
    mixed = cross_assess(trees, X, y, trees=False).assessment
    assert mixed.model.accuracy.value == 1
    assert apart.model.accuracy.value < 0.8
    assert "5 folds, drawn 2 times" in apart.rows
    assert apart.rows.endswith("without training on a row of its group")
    numbers = cross_assess(LinearRegression(), X, y * 1.0, trees=False, folding=Folding(5, 1), groups=group)
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
    cross_assess(Remembers(), X, y, trees=False, folding=Folding(5, 1), groups=np.arange(40) // 4)
    assert seen == [8] * 5


def test_groups_that_cannot_be_folded_are_refused() -> None:
    X, y = np.arange(40.0)[:, np.newaxis], np.arange(40) % 2
    with pytest.raises(DataError, match="2 groups cannot be split into 5 folds"):
        cross_assess(LogisticRegression(), X, y, groups=np.arange(40) // 20)
    with pytest.raises(DataError, match="one value for each of 40 rows"):
        cross_assess(LogisticRegression(), X, y, groups=[1, 2])


@pytest.mark.slow
def test_intervals_allow_for_rows_that_folds_share() -> None:
    X, y = load_wine(return_X_y=True)
    X = scale(X[:, :3])  # so that the line converges soon
    found = cross_assess(LogisticRegression(), X, y, trees=False)
    accuracy = found.assessment.model.accuracy
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0)
    scores = cross_val_score(LogisticRegression(), X, y, cv=folds)
    sizes = np.array([(len(train), len(test)) for train, test in folds.split(X, y)])
    # Nadeau and Bengio's standard error, and Student's t of ten scores.
    error = scores.std(ddof=1) * np.sqrt(1 / 10 + (sizes[:, 1] / sizes[:, 0]).mean())
    reach = stats.t.ppf(0.975, 9) * error
    n_hits = round(len(y) * np.mean(found.answers.argmax(axis=1) == y))
    wilson = stats.binomtest(n_hits, len(y)).proportion_ci(0.95, method="wilson")
    assert accuracy.value == pytest.approx(scores.mean())
    assert accuracy.low == pytest.approx(scores.mean() - max(reach, n_hits / len(y) - wilson.low))
    assert accuracy.high == pytest.approx(scores.mean() + max(reach, wilson.high - n_hits / len(y)))


def test_folds_that_score_alike_by_chance_have_the_interval_of_the_pooled_rows() -> None:
    random = np.random.RandomState(0)
    y = np.array([0, 0, 0, 1] * 30)
    p = random.uniform(size=120) * 0.5 + 0.2 * y
    parts = np.arange(120).reshape(3, 40)
    pooled = classification_report(y, np.c_[1 - p, p], [0, 1])
    one = classification_report(y[parts[0]], np.c_[1 - p, p][parts[0]], [0, 1])
    found = over_folds(pooled, [one, one, one], [80] * 3, [40] * 3)
    for name in ("log_loss", "accuracy", "roc_auc", "balanced_accuracy", "average_precision", "brier"):
        of_folds, of_rows = getattr(found, name), getattr(pooled, name)
        assert of_folds.value == pytest.approx(getattr(one, name).value)
        below = min(of_rows.value - of_rows.low, of_folds.value)  # no score is below 0
        assert of_folds.value - of_folds.low == pytest.approx(below), name
    numbers = regression_report(np.arange(40.0), np.arange(40.0) + random.normal(size=40))
    alike = over_folds(numbers, [numbers] * 3, [80] * 3, [40] * 3)
    assert alike.per_target[0].rmse.low == pytest.approx(numbers.per_target[0].rmse.low)


@pytest.mark.slow
def test_weighted_models_that_are_calibrated_meet_calibrated_baselines() -> None:
    """The log-loss then decides, and guessing the fractions is the loss of the dummy, not log 2."""
    table, y = people(300)
    weighted = LogisticRegression(class_weight="balanced")
    X = np.c_[table.columns["age"], table.columns["town"] == "Ulm"].astype(float) / [80, 1]
    proba = weighted.fit(X, y).predict_proba(X)
    decision = fitted_decision(y, proba, weighted.classes_)
    found = cross_assess(weighted, X, y, decision=decision, trees=False, folding=Folding(5, 1)).assessment
    p = (y == "yes").mean()
    entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p))
    assert found.decided_by == "log-loss"
    assert found.reports["dummy"].log_loss.value == pytest.approx(entropy, abs=0.01)
    assert "the probabilities of all were calibrated" in found.weight_note
    plain = cross_assess(weighted, X, y, trees=False, folding=Folding(5, 1)).assessment
    assert plain.reports["dummy"].log_loss.value == pytest.approx(np.log(2), abs=1e-3)
    assert plain.decided_by == "ROC AUC"


@pytest.mark.slow
def test_the_rarer_class_is_positive() -> None:
    table, y = people(120)
    X = np.c_[table.columns["age"], table.columns["town"] == "Ulm"].astype(float)
    turned = np.where(y == "yes", "a yes", "no")  # the rarer class is now the first
    found = cross_assess(LogisticRegression(), X, turned, trees=False, folding=Folding(5, 1))
    same = cross_assess(LogisticRegression(), X, y, trees=False, folding=Folding(5, 1))
    assert found.assessment.model.positive == 0
    one, other = (each.assessment.model.average_precision.value for each in (found, same))
    assert one == pytest.approx(other)


@pytest.mark.slow
def test_one_metric_judges_all_folds() -> None:
    """Three rows of the rare class cannot be in each of five folds, so that the AUC is not defined there."""
    X = np.arange(60.0)[:, np.newaxis]
    y = np.where(np.arange(60) < 3, "rare", "common")
    found = cross_assess(
        LogisticRegression(class_weight="balanced"), X, y, trees=False, folding=Folding(5, 1)
    )
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


@pytest.mark.slow
def test_trainings_that_failed_are_counted() -> None:
    table, y = people(60)
    short = cross_assess(
        MLPClassifier((4,), random_state=0, max_iter=20, n_iter_no_change=1000), table, y, trees=False
    )
    notes = short.assessment.notes
    assert any(note.startswith("Of 10 trainings of the network on folds, ") for note in notes)
    wild = MLPClassifier((4,), random_state=0, solver="sgd", learning_rate_init=1e6, max_iter=20)
    noisy = np.random.RandomState(0).choice(["no", "yes"], 60).astype(object)
    found = cross_assess(wild, table, noisy, trees=False, folding=Folding(5, 1))
    assert "diverged" in found.assessment.notes[0]
    assert cross_assess(LogisticRegression(), *rows_of(table, y), trees=False).assessment.notes == ()


def rows_of(table: Table, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.c_[table.columns["age"]].astype(float) / 80, y


def test_fewer_rows_have_more_repeats() -> None:
    assert [repeats_for(n) for n in (150, 151, 500, 501)] == [4, 2, 2, 1]


def test_a_class_of_one_row_cannot_be_folded() -> None:
    table, _ = people(60)
    one = np.array(["no"] * 59 + ["yes"], dtype=object)
    with pytest.raises(DataError, match="class 'yes' has 1 row"):
        cross_assess(network(), table, one)


def test_costs_choose_the_cut_of_the_baselines_on_the_rows_that_chose_the_models() -> None:
    table, y = people(150)
    cost = Cost(fn=10, fp=1)
    model = MLPClassifier((), solver="lbfgs", random_state=0)
    decision = Decision(threshold=0.1)
    found = cross_assess(model, table, y, trees=False, cost=cost, decision=decision, folding=Folding(3, 1))
    line = found.baselines["logistic regression"]
    expected = threshold_table(y, line.predictions[:, 1], label="yes", cost=cost)
    assert line.threshold == expected.cheapest
    report = found.assessment.reports["logistic regression"]
    assert report.threshold == line.threshold
    at_cut = next(cut for cut in expected.cuts if cut.threshold == expected.cheapest)
    assert report.cost.value == pytest.approx(at_cut.cost, abs=1e-12)
    assert at_cut.cost < next(cut for cut in expected.cuts if cut.threshold == 0.5).cost
    (tested,) = (each for each in found.assessment.comparisons[0].others if each.metric == "cost of a row")
    assert tested.first == pytest.approx(found.assessment.model.cost.value)
    assert tested.second == pytest.approx(report.cost.value)


def test_the_linear_baseline_is_not_beside_itself() -> None:
    table, y = people(120)
    model = MLPClassifier((), solver="lbfgs", alpha=1.0, random_state=0)
    found = cross_assess(model, table, y, trees=False, folding=Folding(3, 1)).assessment
    assert list(found.reports) == ["linear model", "dummy"]
    assert found.notes == ("The model is a straight line itself, so that no other one is beside it.",)


class Pressed(NumpyEngine):
    """An engine in whose third span Ctrl-C is pressed."""

    def __init__(self) -> None:
        self.n_spans = 0

    def advance(self, tasks: Any, n_threads: int = 1) -> Any:
        self.n_spans += 1
        if self.n_spans == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)  # in another thread than the main one, which handles it meanwhile
        return super().advance(tasks, n_threads)


@pytest.mark.slow
@pytest.mark.promise("Ctrl-C while folds judge a model raises: half a training is not scored")
@pytest.mark.parametrize("kind", ["ensemble", "network", "pipeline"])
def test_ctrl_c_in_a_fold_ends_the_judging(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    engine, done = Pressed(), []
    monkeypatch.setattr("separatrix.tabular.parallel.get_engine", lambda _: engine)
    monkeypatch.setattr("separatrix.estimators.training.get_engine", lambda _: engine)
    one = MLPClassifier((4,), random_state=0, solver="adam", max_iter=5000, n_iter_no_change=5000)
    judged = {
        "ensemble": TabularClassifier("fast", cv=2, random_state=0),
        "network": one,
        "pipeline": make_pipeline(StandardScaler(), one),
    }
    X = np.random.RandomState(0).normal(size=(60, 2))
    with pytest.raises(KeyboardInterrupt):
        cross_assess(
            judged[kind],
            X,
            (X[:, 0] > 0).astype(int),
            trees=False,
            folding=Folding(2, 1),
            on_fit=lambda *numbers: done.append(numbers),
        )
    assert engine.n_spans >= 3
    assert done == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_callback_that_interrupts_a_fold_ends_the_judging() -> None:
    def press(progress: Any) -> None:
        raise KeyboardInterrupt

    table, y = people(60)
    with pytest.raises(KeyboardInterrupt):
        cross_assess(
            network(engine="numpy").set_callbacks(press), table, y, trees=False, folding=Folding(2, 1)
        )
