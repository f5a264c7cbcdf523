"""`report_`: what a fit of a tabular estimator did, and how good it is out of fold."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss, root_mean_squared_error

import separatrix as sx
from separatrix.decision import Decision
from separatrix.tabular.report import Unsure

FAST: dict[str, Any] = {"presets": "fast", "cv": 3}
N = 300


def people(seed: int = 0) -> tuple[pl.DataFrame, Any]:
    """Return a table in which age decides most, town a little and noise nothing."""
    draw = np.random.RandomState(seed)
    age, town = draw.uniform(20, 80, N), draw.choice(["Bonn", "Ulm"], N)
    risk = 0.15 * (age - 50) + 1.5 * (town == "Ulm") + draw.logistic(size=N)
    return pl.DataFrame({"age": age, "town": town, "noise": draw.normal(size=N), "same": [1.0] * N}), risk


@pytest.fixture(scope="module")
def classifier() -> sx.TabularClassifier:
    table, risk = people()
    return sx.TabularClassifier(**FAST, compare=True).fit(table, np.where(risk > 0, "yes", "no"))


@pytest.mark.slow
def test_scores_are_out_of_fold_and_beside_other_models(classifier: sx.TabularClassifier) -> None:
    report, (_, risk) = classifier.report_, people()
    names = {"ensemble", "logistic regression", "one network", "gradient boosting", "dummy"}
    assert set(report.scores) == names
    assert report.scores["ensemble"] == pytest.approx(log_loss(risk > 0, classifier.oof_[:, 1]), rel=1e-5)
    assert report.scores["dummy"] == pytest.approx(log_loss(risk > 0, [np.mean(risk > 0)] * N))
    assert report.scores["ensemble"] < report.scores["dummy"]
    assert report.n_rows == N
    assert report.reason == ""


def test_members_and_columns(classifier: sx.TabularClassifier) -> None:
    report = classifier.report_
    assert sum(kept.weight for kept in report.members) == pytest.approx(1)
    assert sum(kept.n_networks for kept in report.members) == len(classifier.to_model().models)
    assert list(report.columns) == ["age", "town", "noise", "same"]
    assert "categories" in report.columns["town"] or "yes or no" in report.columns["town"]


def test_importance_finds_what_matters(classifier: sx.TabularClassifier) -> None:
    importance = dict(classifier.report_.importance)
    assert list(importance)[:2] == ["age", "town"]
    assert importance["age"].low is not None
    assert importance["age"].low > 0
    assert importance["noise"].value is not None
    assert abs(importance["noise"].value) < 0.1 * (importance["age"].value or 0)


def test_with_a_kept_cut_it_is_unsure_near_it() -> None:
    p, y = np.linspace(0.01, 0.99, 99), np.arange(99) >= 30
    decision = Decision(threshold=0.2)
    unsure = Unsure.of_cut(decision, np.c_[1 - p, p], y.astype(int), "yes")
    assert unsure.rows[0] == 19
    assert set(unsure.rows) <= set(range(12, 28))
    assert unsure.sentence == (
        "13 of 99 rows (13%) have a probability of 'yes' between 0.143 and 0.273, near the kept cut of 0.2; "
        "the answer is right in 38% of them, and in 97% of the others."
    )


def test_a_few_unsure_rows_are_not_none() -> None:
    proba = np.array([[0.55, 0.45]] * 3 + [[0.9, 0.1]] * 997)
    y = np.array([0] * 998 + [1] * 2)
    assert Unsure.of_classes(proba, y).sentence == (
        "3 of 1,000 rows (0.3%) have a likeliest class below 60%; it is right in 100% of them, "
        "and in 99.8% of the others."
    )


def test_where_it_is_unsure(classifier: sx.TabularClassifier) -> None:
    unsure = classifier.report_.unsure
    top = classifier.oof_.max(axis=1)
    assert list(unsure.rows) == np.argsort(top, kind="stable")[:10].tolist()
    assert unsure.sentence.startswith(f"{(top < 0.6).sum()} of {N} rows")
    bins = classifier.report_.calibration
    assert sum(each.n_rows for each in bins) == N
    assert all(0.5 <= each.predicted <= 1 for each in bins)


def test_it_is_shown_and_written(classifier: sx.TabularClassifier) -> None:
    text = repr(classifier.report_)
    for words in ("log-loss out of fold, 300 rows", "Members", "Rise of the loss without a column", "Unsure"):
        assert words in text
    assert "<table>" in classifier.report_._repr_html_()
    assert json.loads(json.dumps(classifier.report_.to_dict()))["metric"] == "log-loss"


@pytest.mark.slow
def test_without_the_comparison_it_is_quick_and_has_the_simple_scores() -> None:
    table, risk = people()
    report = sx.TabularRegressor(**FAST).fit(table, risk).report_
    assert set(report.scores) == {"ensemble", "ridge regression", "dummy"}
    assert report.scores["dummy"] == pytest.approx(root_mean_squared_error(risk, [risk.mean()] * N))
    assert report.importance == report.calibration == ()
    assert report.unsure.sentence.startswith("Half of the errors are below ")


def test_a_fit_that_was_cut_short_is_not_compared() -> None:
    table, risk = people()
    with pytest.warns(UserWarning, match="time_limit"):
        clf = sx.TabularClassifier(**FAST, time_limit=1e-3, compare=True).fit(table, risk > 0)
    assert "gradient boosting" not in clf.report_.scores
    assert clf.report_.reason.startswith("When time_limit=0.001 seconds were over")
    assert "Not compared" in repr(clf.report_)


@pytest.mark.slow
def test_rows_that_are_equal_or_weigh_nothing_keep_their_numbers() -> None:
    table, risk = people()
    twice = pl.concat([table[:0], table, table])
    weight = np.r_[np.zeros(N), np.ones(N)]
    clf = sx.TabularClassifier(**FAST).fit(twice, np.tile(risk > 0, 2), sample_weight=weight)
    assert min(clf.report_.unsure.rows) >= N
    assert clf.report_.n_rows == N
