from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from separatrix.data.table import Table
from separatrix.errors import DataError
from separatrix.evaluate import Cost, table_baselines, threshold_table
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.baseline_models import TrainingTable


def people(n: int, seed: int = 0) -> tuple[Table, np.ndarray]:
    random = np.random.RandomState(seed)
    age = random.uniform(18, 80, n)
    age[::7] = np.nan
    town = random.choice(["Ulm", "Bonn", "Köln"], n).astype(object)
    y = (np.nan_to_num(age, nan=40) + 20 * (town == "Ulm") > 55).astype(int)
    return Table({"age": age, "town": town}), y


@pytest.mark.slow
def test_gradient_boosting_is_scikit_learns_with_native_categories() -> None:
    train, y = people(300)
    test, _ = people(50, 1)
    found = table_baselines(TrainingTable(train, y, 2), test)["gradient boosting"].predictions
    frames = [pd.DataFrame(table.columns).astype({"town": "category"}) for table in (train, test)]
    model = HistGradientBoostingClassifier(random_state=0, categorical_features="from_dtype").fit(
        frames[0], y
    )
    np.testing.assert_allclose(found, model.predict_proba(frames[1]), atol=1e-12)


@pytest.mark.slow
def test_weights_count_for_all_baselines() -> None:
    train, y = people(300)
    test, _ = people(50, 1)
    weight = np.where(y == 1, 5.0, 1.0)
    plain = table_baselines(TrainingTable(train, y, 2), test)
    weighted = table_baselines(TrainingTable(train, y, 2, weight), test)
    assert list(plain) == ["logistic regression", "gradient boosting", "dummy"]
    for name, baseline in weighted.items():
        assert baseline.predictions[:, 1].mean() > plain[name].predictions[:, 1].mean()
    fraction = weight[y == 1].sum() / weight.sum()
    np.testing.assert_allclose(weighted["dummy"].predictions[0], [1 - fraction, fraction])


def test_trees_can_be_left_out() -> None:
    train, y = people(60)
    assert "gradient boosting" not in table_baselines(TrainingTable(train, y, 2), train, trees=False)


def test_numbers() -> None:
    train, _ = people(300)
    y = np.nan_to_num(train.columns["age"], nan=40.0) * 2
    found = table_baselines(TrainingTable(train, y), train)
    assert list(found) == ["ridge regression", "gradient boosting", "dummy"]
    np.testing.assert_allclose(found["dummy"].predictions, y.mean())
    assert np.corrcoef(found["gradient boosting"].predictions, y)[0, 1] > 0.99


def test_a_class_without_training_rows_has_probability_zero() -> None:
    train, y = people(100)
    found = table_baselines(TrainingTable(train, y * 2, 3), train)
    for baseline in found.values():
        assert baseline.predictions.shape == (100, 3)
        assert not baseline.predictions[:, 1].any()


def test_one_class_cannot_be_learned() -> None:
    train, _ = people(20)
    with pytest.raises(DataError, match="two or more classes"):
        table_baselines(TrainingTable(train, np.zeros(20, int), 2), train)


def test_a_linear_model_of_many_rows_takes_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("separatrix.evaluate.baseline_models.MAX_CELLS", 10)
    seen: list[int] = []

    class Counting(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            seen.append(len(y))
            return super().fit(X, y, sample_weight)

    monkeypatch.setattr("separatrix.evaluate.baseline_models.LogisticRegression", Counting)
    train, y = people(1500)
    table_baselines(TrainingTable(train, y, 2), train, trees=False)
    assert seen == [1000]


def test_levels_beyond_those_of_trees_are_missing_to_them() -> None:
    town = np.array([f"t{i % 300}" for i in range(900)], dtype=object)
    y = np.arange(900) % 2
    found = table_baselines(
        TrainingTable(Table({"town": town, "x": y.astype(float)}), y, 2),
        Table({"town": town[:4], "x": y[:4].astype(float)}),
    )
    assert np.isfinite(found["gradient boosting"].predictions).all()


@pytest.mark.slow
def test_each_baseline_cuts_where_it_is_cheapest_on_training_rows() -> None:
    train, y = people(300)
    test, _ = people(50, 1)
    cost = Cost(fn=10, fp=1)
    training = TrainingTable(train, y, 2)
    found = table_baselines(training, test, rule=AnswerRule(cost=cost))
    assert found["dummy"].threshold == cost.expected_threshold
    oof = np.empty(len(y))
    for rows, held_out in StratifiedKFold(3, shuffle=True, random_state=0).split(y, y):
        answers = table_baselines(training.take(rows), train.take(held_out), trees=False)
        oof[held_out] = answers["logistic regression"].predictions[:, 1]
    expected = threshold_table(y, oof, label=1, cost=cost).cheapest
    assert found["logistic regression"].threshold == pytest.approx(expected)
    assert found["gradient boosting"].threshold not in (None, 0.5, found["logistic regression"].threshold)
    given = table_baselines(training, test, trees=False, rule=AnswerRule(threshold=0.3))
    assert {each.threshold for each in given.values()} == {0.3}
    plain = table_baselines(training, test, trees=False, line=False)
    assert {name: each.threshold for name, each in plain.items()} == {"dummy": None}


@pytest.mark.slow
def test_boosting_can_hold_a_rare_class_in_a_leaf() -> None:
    """Seventeen rows that a column names: leaves of 20 rows cannot hold them alone."""
    random = np.random.RandomState(0)
    x, noise = np.r_[np.ones(17), np.zeros(283)], random.normal(size=300)
    training = TrainingTable(Table({"x": x, "noise": noise}), x.astype(int), 2)
    found = table_baselines(training, Table({"x": [1.0, 0.0], "noise": [0.0, 0.0]}), line=False)
    assert found["gradient boosting"].predictions[:, 1] == pytest.approx([1, 0], abs=0.01)


@pytest.mark.slow
def test_boosting_keeps_the_defaults_where_they_are_better() -> None:
    random = np.random.RandomState(0)
    X, y = random.normal(size=(300, 3)), np.r_[np.ones(20, int), np.zeros(280, int)]
    training = TrainingTable(Table(dict(zip("abc", X.T, strict=True))), y, 2)
    found = table_baselines(training, Table(dict(zip("abc", X[:9].T, strict=True))), line=False)
    plain = HistGradientBoostingClassifier(random_state=0).fit(X, y)
    np.testing.assert_array_equal(found["gradient boosting"].predictions, plain.predict_proba(X[:9]))
