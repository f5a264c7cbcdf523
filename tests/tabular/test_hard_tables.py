"""Tables that are hard to learn from: each is coped with, or refused in one sentence that says why."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import separatrix as sx
from separatrix.errors import DataError, TableWarning
from separatrix.tabular import recipe
from separatrix.tabular.features import Features

DRAW = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def short_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "STEPS", 100)
    monkeypatch.setattr(recipe, "MOST_EPOCHS", 40)


def classifier() -> sx.TabularClassifier:
    return sx.TabularClassifier("fast", cv=2)


def test_a_column_without_a_value_is_left_out() -> None:
    x = DRAW.rand(40)
    frame = pl.DataFrame({"x": x, "empty": [None] * 40, "blank": pl.Series([None] * 40, dtype=pl.String)})
    clf = classifier().fit(frame, x > 0.5)
    used = {one.name for model in clf.to_model().models if model.encoder for one in model.encoder.columns}
    assert used == {"x"}
    np.testing.assert_array_equal(
        clf.predict_proba(frame.with_columns(empty=pl.lit(3.0))), clf.predict_proba(frame)
    )


def test_more_columns_than_bins_allow_have_none() -> None:
    """The work grows with the columns, not with columns times bins."""
    n_columns = recipe.BIN_FEATURES // recipe.BINS[-1] + 1
    columns = {f"x{i}": DRAW.rand(100) for i in range(n_columns)}
    assert Features.fit(columns).coded["fine"].shape == (100, 0)
    del columns["x0"]
    assert Features.fit(columns).coded["fine"].shape[1] == recipe.BINS[-1] * len(columns)


@pytest.mark.slow
def test_many_classes() -> None:
    x = np.arange(900.0)
    clf = classifier().fit(x[:, np.newaxis], x // 3)
    p = clf.predict_proba(x[:5, np.newaxis])
    assert p.shape == (5, 300)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


@pytest.mark.slow
def test_a_thousand_categories() -> None:
    """The most frequent have a feature each; the others, and new ones, are as unknown."""
    code = np.concatenate([np.repeat(np.arange(50), 40), np.arange(50, 1000)])
    frame = pl.DataFrame({"code": [f"c{c}" for c in code], "x": DRAW.rand(len(code))})
    clf = classifier().fit(frame, np.where(code < 50, code % 2, DRAW.randint(2, size=len(code))))
    new = pl.DataFrame({"code": ["c0", "c1", "c2", "c999", "other"], "x": [0.5] * 5})
    with pytest.warns(TableWarning, match="'code' has values that training did not have"):
        p = clf.predict_proba(new)[:, 1]
    assert p[0] < p[1] > p[2]
    assert len(clf.to_model().models[0].encoder.columns[-1].levels) == 100


@pytest.mark.parametrize(
    ("last", "message"),
    [(0.0, "at least one non-zero"), (2.0, "2 different rows or more of a weight")],
)
def test_weights_that_leave_no_two_rows(last: float, message: str) -> None:
    weight = [0.0, 0.0, 0.0, 0.0, 0.0, last]
    with pytest.raises(ValueError, match=message):
        classifier().fit(np.arange(6.0)[:, np.newaxis], [0, 1, 0, 1, 0, 1], sample_weight=weight)


def test_an_infinite_number_is_named_with_its_column_and_row() -> None:
    X = DRAW.rand(10, 2)
    clf = classifier().fit(X, np.arange(10) % 2)
    X[3, 1] = np.inf
    with pytest.raises(ValueError, match="column 'x2' has the infinite value inf in row 4"):
        classifier().fit(X, np.arange(10) % 2)
    with pytest.raises(ValueError, match="column 'x2' has the infinite value inf in row 4"):
        clf.predict(X)


def test_other_types_at_prediction_are_named() -> None:
    frame = pl.DataFrame({"age": DRAW.rand(20), "town": ["a", "b"] * 10})
    clf = classifier().fit(frame, ["no", "yes"] * 10)
    with pytest.raises(DataError, match="column 'age' has text 'old'"):
        clf.predict(pl.DataFrame({"age": ["old"], "town": ["a"]}))
    with pytest.warns(TableWarning, match="'town' has values that training did not have, such as '7'"):
        assert clf.predict(pl.DataFrame({"age": ["0.5"], "town": [7]})).shape == (1,)


def test_one_class_is_held_in_one_row() -> None:
    x = np.arange(30.0)
    y = np.where(x == 29, "rare", np.where(x < 15, "low", "high"))
    with pytest.warns(UserWarning, match="class 'rare' has 1 row, fewer than the 2 folds"):
        clf = classifier().fit(x[:, np.newaxis], y)
    assert clf.predict_proba([[29.0]]).shape == (1, 3)


def test_a_constant_target_is_predicted() -> None:
    reg = sx.TabularRegressor("fast", cv=2).fit(DRAW.rand(20, 3), np.full(20, -5.0))
    np.testing.assert_allclose(reg.predict(DRAW.rand(4, 3)), -5.0, atol=1e-3)
    assert np.isfinite(reg.predict_interval(DRAW.rand(4, 3), 0.5)).all()


def test_columns_of_arrays_have_the_names_that_reports_and_explanations_give_them() -> None:
    x = DRAW.rand(60, 2)
    y = x[:, 0] > 0.5
    clf = classifier().fit(x, y)
    assert {name for model in clf.to_model().models for name in model.encoder.input_columns} <= {"x1", "x2"}
    assert {group.name for group in clf.report(x, y).importance.groups} == {"x1", "x2"}


@pytest.mark.parametrize("y_type", [pl.String, pl.Float64])
def test_a_table_without_rows_is_named(y_type: type[pl.DataType]) -> None:
    frame = pl.DataFrame({"x": pl.Series([], dtype=pl.Float64), "y": pl.Series([], dtype=y_type)})
    for estimator in (classifier(), sx.TabularRegressor("fast")):
        with pytest.raises(DataError, match=r"^the table has no rows; add some\.$"):
            estimator.fit_table(frame, "y")
