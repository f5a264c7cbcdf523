from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import loguniform

import separatrix as sx
from separatrix.data import Table
from separatrix.errors import DataError, ParameterError
from separatrix.search.table_search import search_table
from separatrix.search.table_setup import SearchSetup, make_space

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SMALL: dict[str, Any] = {"engine": "numpy", "max_iter": 15, "cv": 3, "n_jobs": 1, "random_state": 0}
TWO: dict[str, Any] = {"depths": [0, 1], "widths": [2], "learning_rate_init": 0.05}
X = np.linspace(-2, 2, 60)
PEOPLE = Table(
    {
        "age": [None if i == 7 else 20.5 + i for i in range(40)],
        "town": ["Bonn" if i % 3 else "Ulm" for i in range(40)],
        "member": ["yes" if i > 19 else "no" for i in range(40)],
        "code": [int(i > 19) + 1 for i in range(40)],
    }
)
PRICES = Table({"x": X, "kind": ["a", "b"] * 30, "price": 5000 + 1000 * X**2})


def test_a_table_gives_a_verdict_and_a_model_that_predicts_tables() -> None:
    found = search_table(PEOPLE, "member", **SMALL, **TWO)
    assert found.setup.task == "classification"
    assert found.n_tried == found.setup.n_drawn == 2
    assert found.verdict is found.search.verdict_
    assert found.summary().startswith("The best of 2 candidates")
    assert found.verdict.smallest_as_good in found.stops
    assert set(found.model.predict(PEOPLE)) <= {"yes", "no"}
    assert found.models[0].training["settings"]["random_state"] == 0
    assert repr(found).startswith("TableSearch('member', 2 networks, <Model 5-")


@pytest.mark.slow
def test_files_frames_and_tables_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    frame = pl.DataFrame({name: column.tolist() for name, column in PEOPLE.columns.items()}, strict=False)
    sx.data.write_table(PEOPLE, path)
    thetas = [search_table(source, "member", **SMALL, **TWO).model.theta for source in (PEOPLE, path)]
    np.testing.assert_array_equal(*thetas)
    features = frame.drop("age")
    by_frame = search_table(features, "member", **SMALL, **TWO).model
    by_pandas = search_table(features.to_pandas(), "member", **SMALL, **TWO).model
    np.testing.assert_array_equal(by_frame.theta, by_pandas.theta)


def test_what_is_said_of_columns_goes_before_the_decisions() -> None:
    found = search_table(PEOPLE, "member", categorical=["code"], drop="town", **SMALL, **TWO)
    assert [(each.name, each.kind) for each in found.setup.schema.columns] == [
        ("age", "number"),
        ("town", "dropped"),
        ("code", "category"),
    ]
    assert found.model.encoder is not None
    assert found.model.encoder.feature_names_out == ["age", "age (missing)", "code=1", "code=2"]


@pytest.mark.slow
def test_numbers_are_predicted_and_scored_in_their_own_unit() -> None:
    settings = {**SMALL, "solver": "lbfgs", "max_iter": 200, "depths": [1], "widths": [4]}
    found = search_table(PRICES, "price", scoring="neg_mean_absolute_error", **settings)
    assert found.setup.task == "regression"
    assert -500 < found.verdict.mean[0] < -1
    assert np.abs(found.model.predict(PRICES) - PRICES.columns["price"]).mean() < 300
    thousands = Table({**PRICES.columns, "price": PRICES.columns["price"] / 1000})
    other = search_table(thousands, "price", scoring="neg_mean_absolute_error", **settings)
    assert other.verdict.mean[0] == pytest.approx(found.verdict.mean[0] / 1000, rel=1e-3)


def test_a_poisson_loss_needs_counts_as_they_are() -> None:
    table = Table({"x": X, "n": np.round(np.exp(X) * 3)})
    found = search_table(table, "n", task="regression", loss="poisson", **SMALL, **TWO)
    assert (found.model.predict(table) > 0).all()
    assert (found.models[0].training or {})["target_scaling"] is None


@pytest.mark.slow
def test_an_ensemble_has_the_weights_that_the_search_selected() -> None:
    found = search_table(PRICES, "price", ensemble=True, **SMALL, depths=[1], widths=[2, 4, 8])
    assert isinstance(found.model, sx.Ensemble)
    assert len(found.models) == len(found.stops) == len(found.search.ensemble_weights_)
    weights = np.array(list(found.search.ensemble_weights_.values()), dtype=float)
    np.testing.assert_allclose(found.model.fractions, weights / weights.sum())
    assert found.model.predict(PRICES).shape == (60,)


def test_the_best_may_be_trained_instead_of_the_smallest() -> None:
    found = search_table(PRICES, "price", refit="best", **SMALL, **TWO)
    assert list(found.stops) == [found.verdict.best]


@pytest.mark.slow
def test_without_a_seed_one_is_drawn_and_kept() -> None:
    first = search_table(PEOPLE, "member", **{**SMALL, "random_state": None}, **TWO)
    again = search_table(PEOPLE, "member", **{**SMALL, "random_state": first.search.random_state}, **TWO)
    np.testing.assert_array_equal(first.model.theta, again.model.theta)


@pytest.mark.slow
def test_weights_of_classes_may_be_named_by_their_text() -> None:
    by_text, by_label = (
        search_table(PEOPLE, "code", class_weight=weight, **SMALL, **TWO).model.theta
        for weight in ({"2": 5.0}, {2: 5.0, 1: 1.0})
    )
    np.testing.assert_array_equal(by_text, by_label)
    with pytest.raises(ParameterError, match="class_weight must name classes, which are no, yes, got 'yse'"):
        search_table(PEOPLE, "member", class_weight={"yse": 2.0}, **SMALL)
    with pytest.raises(ParameterError, match="class_weight needs classes"):
        search_table(PRICES, "price", class_weight="balanced", **SMALL)


@pytest.mark.slow
def test_the_setup_is_passed_on_before_the_first_training_and_callbacks_are_called_in_the_last() -> None:
    setups: list[SearchSetup] = []
    epochs: list[int] = []
    found = search_table(
        PRICES,
        "price",
        on_start=setups.append,
        callbacks=[lambda progress: epochs.append(progress.epoch)],
        **SMALL,
        **TWO,
    )
    assert setups == [found.setup]
    assert epochs[-1] == 15


@pytest.mark.slow
def test_a_store_continues_a_search_and_counts_what_is_done(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    first = search_table(PRICES, "price", store=store, scoring="neg_max_error", **SMALL, **TWO)
    counts: list[int] = []
    again = search_table(
        PRICES,
        "price",
        store=store,
        scoring="neg_max_error",
        on_start=lambda setup: counts.append(setup.n_finished()),
        **SMALL,
        **TWO,
    )
    assert counts == [2]
    np.testing.assert_array_equal(first.search.candidates_.scores, again.search.candidates_.scores)


def test_a_space_separates_what_differs_from_what_is_the_same() -> None:
    differing = {"alpha": [0.1], "activation": ["tanh", "relu"]}
    space = make_space([1], None, [(8, 4)], differing, {"tol": 0.0}, n_rows=40)
    assert space.architectures == [(8, 4), (2,), (4,), (8,), (16,), (32,)]
    assert space.params == {"activation": ["tanh", "relu"], "learning_rate_init": [0.003, 0.03]}
    assert space.settings == {
        **{"max_iter": 1000, "n_iter_no_change": 20, "early_stopping": False},
        **{"tol": 0.0, "alpha": 0.1},
    }
    assert space.n_points == 24
    assert space.n_drawn(100, 0) == 24
    assert space.n_drawn(10, 0) == 10
    alone = make_space(None, None, [(8, 4)], {}, {"solver": "lbfgs"}, n_rows=40)
    assert (alone.architectures, alone.params) == ([(8, 4)], {})
    assert np.isinf(make_space(None, None, None, {"alpha": loguniform(1e-4, 1)}, {}, n_rows=40).n_points)


def test_a_parameter_to_try_replaces_its_default() -> None:
    space = make_space(None, None, None, {"max_iter": [10, 20], "early_stopping": [True, False]}, {}, 40)
    assert set(space.params) == {"max_iter", "early_stopping", "learning_rate_init"}
    assert space.settings == {"n_iter_no_change": 20, "scoring": "loss"}


@pytest.mark.parametrize(
    ("n_rows", "settings", "stops_early"),
    [
        (499, {}, False),
        (500, {}, True),
        (500, {"solver": "lbfgs"}, False),
        (500, {"early_stopping": False}, False),
        (40, {"early_stopping": True}, True),
    ],
)
def test_long_tables_have_early_stopping_by_the_loss(
    n_rows: int, settings: dict[str, Any], stops_early: bool
) -> None:
    found = make_space(None, None, None, {}, settings, n_rows).settings
    assert found["early_stopping"] is stops_early
    assert found.get("scoring") == ("loss" if stops_early else None)


@pytest.mark.parametrize(
    ("parameter", "settings", "message"),
    [
        ("refit", {"refit": "bets"}, "Did you mean 'best'"),
        ("cv", {"cv": 1}, "must be an integer of at least 2"),
        ("cv", {"cv": 30}, "must be at most 20, the number of rows of the rarest class, 'no', got 30; lower"),
        ("n_jobs", {"n_jobs": 0}, "must be -1, for all cores"),
        ("n_candidates", {"n_candidates": 0}, "must be an integer of at least 1"),
        ("scoring", {"scoring": "r2"}, "r2 cannot judge the classes no, yes; name "),
        ("scoring", {"scoring": "loss"}, "must be accuracy, "),
        ("task", {"task": "clasification"}, "Did you mean 'classification'"),
        ("widths", {"widths": [0]}, "must be an integer of at least 1"),
        ("alpha", {"param_space": {"alpha": [0.1, -1.0]}}, "must be a number in"),
        ("alpha", {"param_space": {"alpha": loguniform(1e-3, 1)}, "alpha": 1.0}, "must be given once"),
        (
            "alhpa",
            {"alhpa": 0.1},
            "is not a parameter of MLPClassifier or of search_table. Did you mean 'alpha'",
        ),
        ("activation", {"activation": "rellu"}, "must be one of"),
        ("learning_rate_init", {"solver": "lbfgs", "learning_rate_init": 0.1}, "has no effect with solver"),
    ],
)
def test_parameters_are_checked_before_any_training(
    parameter: str, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        search_table(
            PEOPLE, "member", **{**SMALL, **settings}, on_start=lambda setup: pytest.fail("it began")
        )
    assert caught.value.parameter == parameter
    assert message in str(caught.value)


def test_tables_that_cannot_be_searched() -> None:
    with pytest.raises(DataError, match="no column 'mmeber'"):
        search_table(PEOPLE, "mmeber", **SMALL)
    with pytest.raises(DataError, match="no column besides the target"):
        search_table(Table({"price": X}), "price", **SMALL)
    with pytest.raises(ParameterError, match="as r2 needs two of them in every fold"):
        search_table(PRICES, "price", **{**SMALL, "cv": 40})


@pytest.mark.slow
def test_it_judges_as_fit_does():
    """The straight line of the search and that of reports are one: the differences are the same numbers."""
    random = np.random.RandomState(0)
    x, town = random.normal(size=120), random.choice(["Ulm", "Bonn"], 120)
    y = np.where(x + (town == "Ulm") + random.normal(size=120) > 0.5, "yes", "no")
    table = Table({"x": x, "town": town.astype(object), "y": y.astype(object)})
    settings = {"max_iter": 30, "solver": "lbfgs", "dtype": "float64", "random_state": 0, "n_jobs": 1}
    found = search_table(table, "y", depths=[1], widths=[2], cv=3, n_repeats=2, **settings)
    judged = found.judge(trees=False).assessment
    assert list(judged.reports) == ["network", "logistic regression", "dummy"]
    of_search, of_reports = found.verdict.smallest_vs_baseline, judged.comparisons[0].primary
    assert of_search is not None
    assert of_reports.metric == "log-loss"
    assert of_reports.advantage.value == pytest.approx(of_search.difference.value, rel=1e-3)
    assert of_reports.p_value == pytest.approx(of_search.p_value, rel=1e-2)
    assert "Its size was chosen on the same rows" in judged.notes[-1]
