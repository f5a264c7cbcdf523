from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from separatrix import MLPClassifier
from separatrix.data.encoder import TableEncoder
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.table_encoding import TableEncoding

COLUMNS = {
    "age": [31.0, None, 52.0, 60.0],
    "town": ["Bonn", None, "Bonn", "Ulm"],
    "member": [True, False] * 2,
}


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame])
def test_the_encoding_is_that_of_the_table_encoder(make):
    frame = make(COLUMNS)
    step = TableEncoding(dtype="float32").fit(frame)
    encoder = TableEncoder.fit(COLUMNS)
    encoded = step.transform(frame)
    assert step.encoder_.columns == encoder.columns
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, encoder.transform(COLUMNS, np.float32))
    assert step.get_feature_names_out().tolist() == encoder.feature_names_out
    assert (step.n_features_in_, step.feature_names_in_.tolist()) == (3, list(COLUMNS))


def test_columns_are_matched_by_name():
    frame = pl.DataFrame(COLUMNS)
    step = TableEncoding().fit(frame)
    np.testing.assert_array_equal(step.transform(frame[:, ::-1]), step.transform(frame))
    with pytest.raises(DataError, match="the table lacks column 'town'"):
        step.transform(frame.drop("town"))


def test_parameters():
    frame = pl.DataFrame({"town": ["a", "b", "c", "a"]})
    step = clone(TableEncoding(max_categories=1))
    assert step.fit_transform(frame).shape == (4, 2)
    with pytest.raises(ParameterError, match="max_categories must be an integer of at least 1, got 0"):
        TableEncoding(max_categories=0).fit(frame)


def test_wrong_input_is_an_error():
    with pytest.raises(
        DataError, match="must be a Polars or pandas DataFrame or a pyarrow Table, got ndarray"
    ):
        TableEncoding().fit(np.zeros((2, 2)))
    with pytest.raises(NotFittedError):
        TableEncoding().transform(pl.DataFrame(COLUMNS))


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame])
def test_cross_validation_encodes_on_the_training_rows_only(make, monkeypatch):
    seen = []

    def fit(columns, **settings):
        seen.append(sorted(columns["row"].tolist()))
        return original(columns, **settings)

    original = TableEncoder.fit
    monkeypatch.setattr(TableEncoder, "fit", fit)
    frame = make({"row": list(range(12)), "town": ["Bonn", "Ulm", "Trier"] * 4})
    network = MLPClassifier(hidden_layer_sizes=(), solver="lbfgs", engine="numpy", random_state=0)
    scores = cross_val_score(make_pipeline(TableEncoding(), network), frame, ["a", "b"] * 6, cv=3)
    assert np.isfinite(scores).all()
    assert [len(rows) for rows in seen] == [8, 8, 8]
    assert sorted(row for rows in seen for row in rows) == sorted([*range(12)] * 2)


def test_output_as_a_frame():
    step = TableEncoding().set_output(transform="polars").fit(pl.DataFrame(COLUMNS))
    assert step.transform(pl.DataFrame(COLUMNS)).columns == step.encoder_.feature_names_out


def test_numbers_that_are_categories_of_pandas_get_a_feature_each():
    codes = [2, 1, 10, 1]
    for categories in (codes, list(map(str, codes))):
        step = TableEncoding().fit(pd.DataFrame({"plan": pd.Categorical(categories)}))
        assert step.get_feature_names_out().tolist() == ["plan=1", "plan=10", "plan=2"]
        assert step.transform(pd.DataFrame({"plan": codes})).argmax(axis=1).tolist() == [2, 0, 1, 0]


def test_numbers_and_text_may_be_coded_in_several_ways():
    frame = pl.DataFrame({"age": [1.0, None, 3.0, 4.0, 5.0], "town": ["b", "a", "b", None, "c"]})
    y = ["no", "yes", "no", "yes", "yes"]
    step = TableEncoding(numbers=["robust", "piecewise", "quantile"], text=["levels", "target"], n_bins=2)
    step.fit(frame, y)
    assert step.get_feature_names_out().tolist() == [
        "age",
        "age > 1",
        "age > 3.5",
        "age (quantile)",
        "age (missing)",
        "town=a",
        "town=b",
        "town=c",
        "town=(missing)",
        "town (target)",
    ]
    rows = step.transform(frame)
    assert rows.shape == (5, 10)
    assert rows[1, 4] == 1
    assert rows[0, 9] < 0 < rows[4, 9]  # b says no, c says yes
    assert clone(step).fit(frame, y).transform(frame).tolist() == rows.tolist()


def test_training_rows_are_coded_by_the_targets_of_other_rows():
    frame = pl.DataFrame({"town": [f"t{i % 12}" for i in range(24)]})
    y = [i % 12 % 2 for i in range(24)]
    step = TableEncoding(text=["target"], random_state=1)
    seen = step.fit_transform(frame, y)[:, 0]
    new = step.transform(frame)[:, 0]
    assert (np.sign(new) == np.where(y, 1, -1)).all()
    assert (np.abs(seen) < np.abs(new)).all()  # one row of each town, or none, not both
    numbers = TableEncoding(text=["target"]).fit(frame, np.array(y) + 0.5)
    assert np.sign(numbers.transform(frame)[:2, 0]).tolist() == [-1, 1]
    assert clone(step).set_output(transform="polars").fit_transform(frame, y).columns == ["town (target)"]


def test_codes_that_are_unknown_or_lack_the_target():
    frame = pl.DataFrame({"age": [1.0, 2.0], "town": ["a", "b"]})
    with pytest.raises(ParameterError, match="numbers must be one of 'standard', 'robust'"):
        TableEncoding(numbers=["bins"]).fit(frame)
    with pytest.raises(ParameterError, match="text must be one of 'levels', 'target'"):
        TableEncoding(text=["hash"]).fit(frame)
    with pytest.raises(ParameterError, match='text includes "target", which needs y; give it to fit'):
        TableEncoding(text=["target"]).fit(frame)
    with pytest.raises(ParameterError, match="n_bins must be"):
        TableEncoding(numbers=["piecewise"], n_bins=0).fit(frame)


def test_codes_are_learned_within_the_folds_of_a_cross_validation():
    draw = np.random.RandomState(0)
    frame = pl.DataFrame({"x": draw.rand(90), "town": draw.choice(["a", "b", "c"], 90).tolist()})
    y = (np.sin(12 * frame["x"].to_numpy()) > 0).astype(int)
    encoding = TableEncoding(numbers=["piecewise"], text=["target"])
    scores = cross_val_score(make_pipeline(encoding, LogisticRegression(C=100)), frame, y, cv=3)
    straight = cross_val_score(make_pipeline(TableEncoding(), LogisticRegression()), frame, y, cv=3)
    assert scores.mean() > straight.mean() + 0.2
