from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import separatrix as sx
from separatrix.data.codes import LevelCode, PiecewiseLinearCode, RobustCode
from separatrix.data.column_options import ColumnOptions
from separatrix.data.datasets import load_dataset
from separatrix.data.encoder import TableEncoder
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.network import Network
from separatrix.playground import shown_model
from separatrix.playground.shown_model import KNOTS, shown_network
from separatrix.playground.start import MAX_ROWS, start_from, start_of_model, start_of_table, start_of_toy

OPTIONS = Path(__file__).parents[2] / "web" / "src" / "core" / "options.ts"


def test_a_toy_is_named():
    assert start_of_toy("moons").values == {"kind": "toy", "toy": "moons"}
    assert start_from((), "").values == {"kind": "toy", "toy": ""}


def test_an_unknown_toy_gets_a_sentence():
    with pytest.raises(ParameterError, match=r"must be one of .*, got 'spirl'\. Did you mean 'spiral'\?"):
        start_of_toy("spirl")


def test_a_table_keeps_its_cells():
    table = Table(
        {
            "age": [31, None, 40],
            "job": ["nurse", None, "</script>"],
            "member": [True, False, True],
            "target": [1, 2, 1],
        }
    )
    start = start_of_table(table, "target", "people")
    assert start.values["columns"] == [
        {"name": "age", "cells": [31.0, None, 40.0]},
        {"name": "job", "cells": ["nurse", None, "</script>"]},
        {"name": "member", "cells": ["True", "False", "True"]},
        {"name": "target", "cells": [1, 2, 1]},
    ]
    assert (start.values["task"], start.n_rows, start.notes) == ("classification", 3, ())


def test_the_task_of_a_target_of_few_whole_numbers():
    start = start_of_table(load_dataset("digits"), "target")
    assert start.values["task"] == "classification"


def test_rows_without_a_target_are_left_out_and_counted():
    start = start_of_table(Table({"x": [1.0, 2.0, 3.0], "y": ["a", None, "b"]}), "y")
    assert start.values["columns"][0]["cells"] == [1.0, 3.0]
    assert start.notes == ("1 of 3 rows have no value in 'y' and are left out.",)


def test_a_table_without_a_usable_row():
    with pytest.raises(DataError, match="has no row that can be used"):
        start_of_table(Table({"x": [1.0, 2.0], "y": np.array([np.nan, np.nan])}), "y")


def test_a_large_table_becomes_a_sample_that_is_named():
    n = MAX_ROWS + 7
    start = start_of_table(Table({"x": np.arange(n), "y": np.arange(n) % 2}), "y")
    cells = start.values["columns"][0]["cells"]
    assert (start.n_rows, len(set(cells)), cells == sorted(cells)) == (MAX_ROWS, MAX_ROWS, True)
    assert start.notes == ("the page holds a sample of 20,000 of 20,007 rows, drawn with seed 0.",)


def test_categories_that_the_page_leaves_out_are_named():
    towns = np.array([f"town {number % 14}" for number in range(42)], dtype=object)
    table = Table({"town": towns, "x": np.arange(42.0) ** 2, "y": np.arange(42) % 3})
    assert start_of_table(table, "y").notes == (
        "'town': more than 12 different values, so the page leaves this out of the inputs.",
    )


def test_columns_and_classes_are_those_of_a_fit():
    n = 40
    table = Table(
        {
            "id": np.arange(n) + 1,
            "start": [f"2024-01-{1 + i % 20:02d}" for i in range(n)],
            "price": [f"€{i},5" for i in range(n)],
            "zip": [["01067", "10115"][i % 2] for i in range(n)],
            "member": [["Yes", "yes ", "no"][i % 3] for i in range(n)],
        }
    )
    start = start_of_table(table, "member")
    cells = {column["name"]: column["cells"] for column in start.values["columns"]}
    assert list(cells) == ["start (days)", "start (weekday)", "price", "zip", "member"]
    assert cells["price"][:3] == [0.5, 1.5, 2.5]
    dates = [column.get("date") for column in start.values["columns"]]
    first = 1704067200.0  # 1 January 2024
    assert dates == [("start", "days", first), ("start", "weekday", first), None, None, None]
    assert set(cells["member"]) == {"Yes", "no"}
    assert any(note.startswith("Left out: id counts the rows") for note in start.notes)
    assert any("'yes ' as 'Yes'" in note for note in start.notes)
    assert re.fullmatch(r"Run separatrix look for \d more lines about the columns\.", start.notes[-1])


def test_the_page_has_all_notes_on_columns_and_names_no_option_that_it_lacks():
    n = 40
    table = Table(
        {
            "id": np.arange(n) + 1,
            "constant": np.ones(n),
            "x": np.arange(n) % 7,
            "town": [["Bonn", "bonn", "Ulm"][i % 3] for i in range(n)],
            "member": [["yes", "no"][i % 4 // 2] for i in range(n)],
        }
    )
    start = start_of_table(table, "member")
    notes = start.to_json_values()["notes"]
    assert any("join_spellings" in line for _, line in learn_schema(table, "member").lines(None))
    assert any(note.startswith("town: has 'Bonn' and 'bonn', which may be one value, in") for note in notes)
    assert any(note.startswith("Left out: id") for note in notes)
    assert any("constant is 1" in note for note in notes)
    assert not any("join_spellings" in note or "separatrix look" in note for note in notes)


def test_how_numbers_are_written_is_a_sentence(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text("width;species\n" + "0,5;a\n1,25;b\n2,5;a\n3,75;b\n" * 5)
    start = start_of_table(sx.data.read_table(path), "species")
    assert start.notes == ("How numbers are written: width with a decimal comma.",)


def test_what_the_user_says_of_columns_goes_first():
    table = Table({"a": np.arange(40.0), "b": np.arange(40) % 3, "y": np.arange(40) % 2})
    start = start_of_table(table, "y", options=ColumnOptions(drop="a", categorical="b"))
    assert [column["name"] for column in start.values["columns"]] == ["b", "y"]
    assert start.values["columns"][0]["cells"][:3] == ["0", "1", "2"]


def test_rows_of_a_model_without_a_target_are_left_out_and_its_labels_are_read_as_in_the_fit():
    table = Table({"x": np.arange(60.0), "y": ["Yes", "yes ", "no"] * 20})
    classifier = sx.MLPClassifier((2,), max_iter=2, random_state=0).fit_table(table, target="y")
    start = start_from((classifier, {"x": [1.0, 2.0, 3.0]}, ["no", None, "yes "]), "")
    assert start.values["y"] == [classifier.classes_.tolist().index(label) for label in ("no", "Yes")]
    assert start.notes == ("1 of 3 rows have no value in 'y' and are left out.",)


def test_x_and_y():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["u", "v"]})
    start = start_from((frame, pd.Series([0.5, 1.5], name="price")), "")
    assert [column["name"] for column in start.values["columns"]] == ["a", "b", "price"]
    assert (start.values["target"], start.values["task"]) == ("price", "regression")
    start = start_from((np.eye(3), [1, 2, 1]), "eye")
    assert [column["name"] for column in start.values["columns"]] == ["x1", "x2", "x3", "target"]
    assert start.name == "eye"


def test_a_column_with_the_name_of_y():
    with pytest.raises(DataError, match="X has a column 'target'"):
        start_from(({"target": [1, 2]}, [1, 2]), "")


def test_a_model_keeps_its_weights_to_the_last_bit():
    network = Network.mlp(2, (3,), 1, activation="tanh", head="binary")
    theta = np.random.RandomState(0).randn(network.n_parameters)
    model = sx.Model(network, theta, classes=["no", "yes"], feature_names=["a", "b"], target_name="ill")
    table = Table({"b": [1.0, 2.0], "a": [3.0, 4.0]})
    values = start_of_model(model, table, ["yes", "no"]).values
    assert values["theta"] == theta.tolist()
    assert values["columns"] == [{"name": "a", "cells": [3.0, 4.0]}, {"name": "b", "cells": [1.0, 2.0]}]
    assert (values["y"], values["classes"], values["target"]) == ([1, 0], ["no", "yes"], "ill")
    assert values["network"] == network.to_dict()


def test_a_fitted_estimator():
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 2.0, 3.0])
    line = sx.MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0).fit(X, y)
    values = start_from((line, X, y), "").values
    assert (values["kind"], values["classes"], values["y"]) == ("model", None, [0.0, 1.0, 2.0, 3.0])
    assert values["theta"] == np.asarray(line.to_model().theta, dtype=np.float64).tolist()


@pytest.mark.parametrize("sizes", [(257,), (2,) * 7])
def test_a_model_that_does_not_fit_on_the_page(sizes):
    network = Network.mlp(1, sizes, 1, head="regression")
    with pytest.raises(ParameterError, match="6 hidden layers of at most 256 units"):
        start_of_model(sx.Model(network, np.zeros(network.n_parameters)), Table({"x": [1.0]}), [1.0])


def table_model() -> tuple[sx.Model, Table]:
    """Return a network that reads two columns in several ways, and rows with gaps."""
    age, job = np.array([20.0, np.nan, 70.0, 41.0]), np.array(["cook", "nurse", None, "cook"], dtype=object)
    codes = (
        RobustCode.fit(age, "age"),
        LevelCode.fit(job, "job", 9),
        PiecewiseLinearCode.fit(age, "age", 2),
    )
    encoder = TableEncoder(codes)
    network = Network.mlp(encoder.n_features_out, (3,), 1, activation="tanh", head="binary")
    theta = np.random.RandomState(0).randn(network.n_parameters)
    return sx.Model(network, theta, ["no", "yes"], encoder, target_name="ill"), Table(
        {"job": job, "age": age}
    )


def features_of(column: dict[str, object]) -> np.ndarray:
    """Return what the page makes of the cells of a column, (n_rows, n_inputs)."""
    levels = column.get("levels")
    knots = column.get("knots") or range(len(levels))
    places = [cell if cell is None or levels is None else levels.index(cell) for cell in column["cells"]]
    rows = [
        column["missing"] if place is None else [np.interp(place, knots, at) for at in column["features"]]
        for place in places
    ]
    return np.array(rows)


def test_an_activation_that_the_page_does_not_compute_is_refused(monkeypatch):
    model = sx.Model(Network.mlp(2, (2,), 1, activation="mish"), np.zeros(9), classes=["no", "yes"])
    assert shown_network(model)
    monkeypatch.setattr(shown_model, "ACTIVATIONS_SHOWN", ("tanh", "identity"))
    with pytest.raises(ParameterError, match="must have activations of tanh, identity, got 'mish', which"):
        shown_network(model)


@pytest.mark.skipif(not OPTIONS.exists(), reason="needs the folder web of a checkout")
def test_the_activations_are_those_of_the_page():
    listed = re.search(r"ActivationName =\n([^;]*);", OPTIONS.read_text(encoding="utf-8"))
    assert set(re.findall(r'"(\w+)"', listed[1])) == set(shown_model.ACTIVATIONS_SHOWN)


def test_a_model_of_a_table_has_its_columns_and_predicts_the_same():
    model, table = table_model()
    values = start_of_model(model, table, ["no", "yes", "yes", "no"]).values
    age, job = values["columns"]
    assert (age["name"], age["cells"], job["name"]) == ("age", [20.0, None, 70.0, 41.0], "job")
    assert (job["cells"], job["levels"]) == (["cook", "nurse", None, "cook"], ["cook", "nurse"])
    shown, _ = shown_network(model)
    inputs = np.hstack([features_of(age), features_of(job)])
    assert [*age["inputs"], *job["inputs"]] == list(shown.feature_names)
    np.testing.assert_allclose(inputs, shown.inputs(table), rtol=0, atol=1e-15)
    np.testing.assert_allclose(shown.predict_proba(table), model.predict_proba(table), rtol=1e-14)
    assert values["theta"] == shown.theta.tolist()
    exported = json.loads(values["described"]["encoder"])
    assert TableEncoder.from_dict(exported) == shown.encoder


def test_many_values_of_a_column_become_knots():
    x = np.linspace(0.0, 1.0, 5000)
    encoder = TableEncoder((RobustCode.fit(x, "x"),))
    network = Network.mlp(1, (), 1, head="regression")
    model = sx.Model(network, np.array([1.0, 0.0]), encoder=encoder)
    (column,) = start_of_model(model, Table({"x": x}), x).values["columns"]
    assert len(column["knots"]) == KNOTS + 2
    np.testing.assert_allclose(features_of(column), model.inputs(Table({"x": x})), atol=1e-5)


def test_of_an_ensemble_the_network_with_the_largest_weight():
    network = Network.mlp(1, (), 1, head="regression")
    small, large = sx.Model(network, np.array([1.0, 0.0])), sx.Model(network, np.array([2.0, 0.0]))
    start = start_of_model(sx.Ensemble([small, large], [1, 3]), Table({"x": [1.0]}), [1.0])
    assert start.values["theta"] == [2.0, 0.0]
    assert start.notes == (
        "the model is an ensemble: the page shows network 2 of its 2, with the largest weight (75%); what "
        "the ensemble predicts is the mean of all.",
    )


def test_too_many_arguments():
    with pytest.raises(ParameterError, match=r"got 4 argument\(s\)"):
        start_from((1, 2, 3, 4), "")
