from __future__ import annotations

import numpy as np
import pytest
from sklearn.inspection import permutation_importance as of_scikit_learn
from sklearn.linear_model import LinearRegression, LogisticRegression

from separatrix.data import learn_schema
from separatrix.data.table import Table
from separatrix.estimators import MLPClassifier
from separatrix.report.dependence import partial_dependence, source_dependence
from separatrix.report.importance import by_source, correlated_groups, permutation_importance, sampled_rows
from separatrix.report.subject import Subject


def rows(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.RandomState(0)
    X = random.normal(size=(n, 3))
    return X, (X @ [2.0, 1.0, 0.0] + random.normal(size=n) > 0).astype(int)


@pytest.mark.slow
def test_of_classes_it_is_scikit_learns() -> None:
    X, y = rows()
    model = LogisticRegression().fit(X, y)
    found = permutation_importance(Subject.of(model, X, y), n_repeats=30)
    expected = of_scikit_learn(model, X, y, scoring="neg_log_loss", n_repeats=200, random_state=1)
    assert [group.name for group in found.groups] == ["x1", "x2", "x3"]
    for i, group in enumerate(found.groups):
        assert group.loss.low is not None
        assert group.loss.high is not None
        assert group.loss.low < expected.importances_mean[i] < group.loss.high
        assert group.loss.value == pytest.approx(expected.importances_mean[i], abs=0.03)


@pytest.mark.slow
def test_of_numbers_it_is_the_fall_of_r2() -> None:
    X, _ = rows()
    y = X @ [2.0, 1.0, 0.0]
    model = LinearRegression().fit(X, y)
    found = permutation_importance(Subject.of(model, X, y), n_repeats=30)
    expected = of_scikit_learn(model, X, y, scoring="r2", n_repeats=200, random_state=1).importances_mean
    assert found.metric == "R²"
    np.testing.assert_allclose([group.loss.value for group in found.groups], expected, atol=0.06)


def test_copies_of_a_column_are_shuffled_together() -> None:
    X, y = rows()
    doubled = np.c_[X, X[:, 0] * 5 + 1]
    model = LogisticRegression().fit(doubled, y)
    found = permutation_importance(Subject.of(model, doubled, y))
    assert found.groups[0].columns == ("x1", "x4")
    assert found.groups[0].is_clear


def test_the_same_seed_gives_the_same_numbers() -> None:
    X, y = rows(100)
    subject = Subject.of(LogisticRegression().fit(X, y), X, y)
    assert permutation_importance(subject) == permutation_importance(subject)


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("separatrix.report.importance.BUDGET", 1000)
    X, y = rows(1000)
    answered: list[int] = []

    class Counting(LogisticRegression):
        def predict_proba(self, X):
            answered.append(len(X))
            return super().predict_proba(X)

    found = permutation_importance(Subject.of(Counting().fit(X, y), X, y))
    assert found.n_rows == 333
    assert found.n_repeats == 1
    assert sum(answered) <= 2 * 1000


def test_text_that_says_the_same() -> None:
    random = np.random.RandomState(0)
    town = random.choice(["Ulm", "Bonn", "Köln"], 300).astype(object)
    code = np.array([{"Ulm": 1.0, "Bonn": 2.0, "Köln": 9.0}[name] for name in town])
    table = Table(
        {"town": town, "colour": random.choice(["red", "blue"], 300), "code": code, "x": code * 0 + 3}
    )
    assert correlated_groups(table) == [("town", "code"), ("colour",), ("x",)]


def test_many_levels_are_not_associated_by_chance() -> None:
    random = np.random.RandomState(0)
    names = [f"n{i}" for i in range(40)]
    table = Table({name: random.choice(names, 100).astype(object) for name in ("a", "b", "c")})
    assert len(correlated_groups(table)) == 3


@pytest.mark.parametrize("n_rows", [20, 50])
def test_a_sample_keeps_the_rare_class(n_rows: int) -> None:
    y = np.array([1] * 4 + [0] * 996)
    X = np.arange(1000.0)[:, np.newaxis]
    subject = Subject.of(LogisticRegression().fit(X, y), X, y)
    chosen = sampled_rows(subject, n_rows, np.random.RandomState(0))
    assert n_rows <= len(chosen) <= n_rows + 1
    assert 1 <= y[chosen].sum() <= 2


def test_what_is_made_of_a_date_is_shuffled_together() -> None:
    random = np.random.RandomState(0)
    month = random.randint(1, 13, 400)
    days = np.array([f"2024-{m:02}-{d:02}" for m, d in zip(month, random.randint(1, 29, 400), strict=True)])
    table = Table({"day": days.astype(object), "month": month.astype(float), "x": random.normal(size=400)})
    schema = learn_schema(table)
    applied = schema.apply(table)
    assert by_source(applied) == {
        "day": ["day (days)", "day (month)", "day (weekday)"],
        "month": ["month"],
        "x": ["x"],
    }
    assert correlated_groups(applied) == [("day", "month"), ("x",)]
    y = (month + random.normal(0, 2, 400) > 6).astype(int)
    model = MLPClassifier((), solver="lbfgs", alpha=0.1, random_state=0)
    model.fit_table(Table({**table.columns, "y": y}), "y")
    subject = Subject.of(model, table, y)
    found = permutation_importance(subject)
    assert [group.columns for group in found.groups] == [("day", "month"), ("x",)]
    assert found.groups[0].is_clear
    # Of the three parts, the one that changes the answer most is shown.
    shown = source_dependence(subject, "day")
    ranges = {name: np.ptp(partial_dependence(subject, name).answers) for name in by_source(applied)["day"]}
    assert shown.column == max(ranges, key=lambda name: ranges[name])
