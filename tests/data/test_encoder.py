"""What the encoder learns, how it encodes new values, and that it is the same after it was saved."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from separatrix.data import TableEncoder, read_table, split_target
from separatrix.data.column_encoders import LIMIT
from separatrix.errors import DataError, ModelFileError, ParameterError

TRAINING = {
    "age": [30, 50, None, 40],
    "code": [1, 2, 3, 4],
    "sex": ["m", "f", None, "f"],
    "flag": [True, False, True, True],
    "constant": [7.0, 7.0, 7.0, 7.0],
}
ENCODER = TableEncoder.fit(TRAINING)

ordinary = st.floats(-1e9, 1e9) | st.integers(-1000, 1000).map(float)
cells = st.one_of(ordinary, st.none())
words = st.one_of(st.sampled_from("abc"), st.none())


@st.composite
def tables(draw):
    n_rows = draw(st.integers(1, 30))
    return {
        "x": np.array(draw(st.lists(cells, min_size=n_rows, max_size=n_rows)), dtype=float),
        "word": np.array(draw(st.lists(words, min_size=n_rows, max_size=n_rows)), dtype=object),
        "id": np.arange(n_rows),
    }


def test_features_are_named_and_placed_column_by_column():
    assert ENCODER.feature_names_out == [
        "age", "age (missing)", "code", "sex=f", "sex=m", "sex=(missing)", "flag", "constant",
    ]  # fmt: skip
    assert ENCODER.numeric_columns == ["age", "code", "flag", "constant"]
    assert ENCODER.text_columns == ["sex"]
    X = ENCODER.transform(TRAINING)
    assert X.flags.c_contiguous
    spread = np.std([30, 50, 40, 40])
    np.testing.assert_allclose(X[:, 0], [-10 / spread, 10 / spread, 0, 0])
    np.testing.assert_array_equal(X[:, 1], [0, 0, 1, 0])
    np.testing.assert_array_equal(X[:, 3:6], [[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(X[:, 7], 0)


@pytest.mark.slow
@given(table=tables())
def test_numeric_features_of_the_training_table_are_standardised(table):
    encoder = TableEncoder.fit(table)
    X = encoder.transform(table)
    filled = np.where(
        np.isnan(table["x"]), np.nanmedian(table["x"]) if "x" in encoder.numeric_columns else 0, table["x"]
    )
    for name, values in (("x", filled), ("id", table["id"])):
        if name in encoder.numeric_columns:
            feature = X[:, encoder.feature_names_out.index(name)]
            # Rounding of the mean shows where the spread is small beside it.
            accuracy = 1e-9 + 1e-13 * np.abs(values).max() / (values.std() or 1)
            assert abs(feature.mean()) < accuracy
            constant = values.min() == values.max()
            assert abs(feature.std() - (not constant)) < accuracy


@pytest.mark.slow
@given(table=tables(), seed=st.integers(0, 99))
def test_permuting_rows_permutes_the_features(table, seed):
    order = np.random.default_rng(seed).permutation(len(table["id"]))
    encoder = TableEncoder.fit(table)
    shuffled = {name: column[order] for name, column in reversed(table.items())}
    np.testing.assert_array_equal(encoder.transform(table)[order], encoder.transform(shuffled))


@pytest.mark.slow
@given(table=tables())
def test_a_round_trip_through_json_keeps_every_bit(table):
    encoder = TableEncoder.fit(table)
    again = TableEncoder.from_dict(json.loads(json.dumps(encoder.to_dict(), allow_nan=False)))
    assert again == encoder
    assert again.transform(table).tobytes() == encoder.transform(table).tobytes()


@pytest.mark.slow
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_finite_numbers_give_bounded_features(values):
    encoder = TableEncoder.fit({"x": values})
    for dtype in (np.float32, np.float64):
        X = encoder.transform({"x": [*values, 1.7e308, -1.7e308, None]}, dtype=dtype)
        assert X.dtype == dtype
        assert (np.abs(X) <= LIMIT).all()


def test_new_values_missing_values_and_extra_columns():
    table = {"sex": ["x", None, "m", "y"], "age": [None, 1e300, 40, 40], "code": [1.5, None, 2, 3]}
    table |= {"flag": [0, 1, None, 1], "constant": [8, 7, 6, None], "height": [1, 2, 3, 4]}
    X = ENCODER.transform(table)
    np.testing.assert_array_equal(X[:, 3:6], [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(X[:, 1], [1, 0, 0, 0])
    np.testing.assert_array_equal(X[:, 7], [1, 0, -1, 0])
    assert X[1, 0] == LIMIT
    assert ENCODER.count_unseen(table) == {"sex": 2}
    assert ENCODER.count_unseen(TRAINING) == {}
    assert ENCODER.extra_columns(table) == ["height"]
    assert ENCODER.transform({name: column[:0] for name, column in table.items()}).shape == (0, 8)


def test_rare_levels_share_a_feature_with_new_ones():
    encoder = TableEncoder.fit({"c": ["a"] * 3 + ["d"] * 2 + ["c", "b"]}, max_categories=3)
    assert encoder.feature_names_out == ["c=a", "c=b", "c=d", "c=(other)"]
    X = encoder.transform({"c": ["d", "c", "new", None]})
    np.testing.assert_array_equal(X, [[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1]])
    assert encoder.count_unseen({"c": ["d", "c", "new", None]}) == {"c": 3}


def test_levels_of_a_text_column_may_come_as_numbers():
    encoder = TableEncoder.fit({"ward": ["1", "2", "x", None]})
    as_words = encoder.transform({"ward": ["2", "1", None]})
    np.testing.assert_array_equal(encoder.transform({"ward": [2.0, 1.0, np.nan]}), as_words)
    np.testing.assert_array_equal(encoder.transform({"ward": [2, 1]}), as_words[:2])


def test_columns_without_information_are_dropped_with_a_reason():
    names = [f"person {i}" for i in range(60)]
    encoder = TableEncoder.fit({"name": names, "empty": [None] * 60, "x": np.arange(60)})
    assert encoder.dropped == {
        "name": "is text with 60 different values in 60 rows",
        "empty": "has no value in any row",
    }
    assert encoder.transform({"x": np.arange(60)}).shape == (60, 1)
    assert encoder.extra_columns({"name": names, "x": [1], "new": [2]}) == ["new"]
    assert TableEncoder.fit({"name": names[:50], "x": np.arange(50)}).dropped == {}


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    [
        (
            lambda: ENCODER.transform({"Age": [1], "code": [1], "sex": ["f"], "flag": [1]}),
            DataError,
            "the table lacks columns 'age', 'constant', which the model was trained on. Did you mean 'Age'? "
            "Then rename that column to 'age'.",
        ),
        (
            lambda: TableEncoder.fit({"a": [1, 2]}).transform({"b": [1]}),
            DataError,
            "the table lacks column 'a', which the model was trained on.",
        ),
        (
            lambda: ENCODER.transform({**TRAINING, "code": [1, "2", "abc", "z"]}),
            DataError,
            "column 'code' has text 'abc' in row 3 (first of 2) where numbers are needed; correct them or",
        ),
        (
            lambda: ENCODER.transform({**TRAINING, "code": [1, 2, np.inf, 3]}),
            DataError,
            "column 'code' has the infinite value inf in row 3 where numbers are needed; correct it or leave",
        ),
        (
            lambda: TableEncoder.fit({"x": [1.0, -np.inf]}),
            DataError,
            "column 'x' has the infinite value -inf in row 2 where numbers are needed; correct it or leave",
        ),
        (
            lambda: ENCODER.transform({**TRAINING, "code": [1, 2]}),
            DataError,
            "all columns must be of one length: 'age' has 4 rows, 'code' has 2.",
        ),
        (lambda: TableEncoder.fit({"x": []}), DataError, "the table has no rows; add some."),
        (lambda: TableEncoder.fit({}), DataError, "no column is left to learn from; add one that is."),
        (
            lambda: TableEncoder.fit({"x": [None]}),
            DataError,
            "no column is left to learn from: 'x' has no value in any row; add one that is.",
        ),
        (
            lambda: TableEncoder.fit({"x": [1]}, max_categories=0),
            ParameterError,
            "max_categories must be an integer of at least 1, got 0.",
        ),
    ],
)
def test_errors(act, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        act()


def changed(position, **settings):
    """The saved encoder with some settings of one column replaced (None removes one)."""
    saved = ENCODER.to_dict()
    column = {**saved["columns"][position], **settings}
    saved["columns"][position] = {key: value for key, value in column.items() if value is not None}
    return saved


AGE, CODE, SEX = 0, 1, 2


@pytest.mark.parametrize(
    "garbage",
    [
        {},
        [],
        None,
        {"columns": [], "dropped": {}},
        {"columns": 3, "dropped": {}},
        {"columns": ["age"], "dropped": {}},
        {**ENCODER.to_dict(), "dropped": {"x": 3}},
        changed(AGE, kind="magic"),
        changed(AGE, kind=["numeric"]),
        changed(AGE, kind=None),
        changed(AGE, fill=None),
        changed(AGE, extra=1),
        changed(AGE, fill="30"),
        changed(AGE, mean=float("nan")),
        changed(AGE, scale=0.0),
        changed(AGE, scale=float("inf")),
        changed(AGE, indicator=1),
        changed(AGE, name=3),
        changed(CODE, name="age"),
        changed(SEX, levels=["m", "f"]),
        changed(SEX, levels=["f", "f"]),
        changed(SEX, levels=[1, 2]),
        changed(SEX, levels=7),
        changed(SEX, missing="yes"),
    ],
)
def test_a_broken_saved_encoder_raises(garbage):
    with pytest.raises(ModelFileError, match="the table encoder in the model file is broken"):
        TableEncoder.from_dict(garbage)


@pytest.mark.slow
def test_every_real_table_is_encoded(real_tables):
    for path in sorted(real_tables.glob("*.csv")):
        features, _ = split_target(read_table(path), "target")
        encoder = TableEncoder.fit(features.columns)
        X = encoder.transform(features.columns, dtype=np.float32)
        assert np.isfinite(X).all()
        assert encoder.dropped == {}
        assert encoder.count_unseen(features.columns) == {}
        assert X.shape == (features.n_rows, len(encoder.feature_names_out))
        for name in encoder.text_columns:
            block = [
                j for j, feature in enumerate(encoder.feature_names_out) if feature.startswith(f"{name}=")
            ]
            np.testing.assert_array_equal(X[:, block].sum(axis=1), 1)


def test_categories_in_a_mapping_are_text():
    columns = {"plan": pd.Categorical([2, 1, 2])}
    encoder = TableEncoder.fit(columns)
    assert encoder.feature_names_out == ["plan=1", "plan=2"]
    np.testing.assert_array_equal(encoder.transform(columns), [[0, 1], [1, 0], [0, 1]])
