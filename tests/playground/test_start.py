from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import separatrix as sx
from separatrix.data.datasets import load_dataset
from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.network import Network
from separatrix.playground.start import MAX_ROWS, start_from, start_of_model, start_of_table, start_of_toy


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
        start_of_table(Table({"x": [1.0], "y": np.array([np.nan])}), "y")


def test_a_large_table_becomes_a_sample_that_is_named():
    n = MAX_ROWS + 7
    start = start_of_table(Table({"x": np.arange(n), "y": np.arange(n) % 2}), "y")
    cells = start.values["columns"][0]["cells"]
    assert (start.n_rows, len(set(cells)), cells == sorted(cells)) == (MAX_ROWS, MAX_ROWS, True)
    assert start.notes == ("the page holds a sample of 20,000 of 20,007 rows, drawn with seed 0.",)


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


@pytest.mark.parametrize("sizes", [(33,), (2,) * 7])
def test_a_model_that_does_not_fit_on_the_page(sizes):
    network = Network.mlp(1, sizes, 1, head="regression")
    with pytest.raises(ParameterError, match="at most 6 hidden layers of at most 32 units"):
        start_of_model(sx.Model(network, np.zeros(network.n_parameters)), Table({"x": [1.0]}), [1.0])


def test_an_ensemble_is_refused():
    network = Network.mlp(1, (), 1, head="regression")
    one = sx.Model(network, np.zeros(2))
    with pytest.raises(ParameterError, match="must be one network, got an ensemble"):
        start_of_model(sx.Ensemble([one, one]), Table({"x": [1.0]}), [1.0])


def test_too_many_arguments():
    with pytest.raises(ParameterError, match=r"got 4 argument\(s\)"):
        start_from((1, 2, 3, 4), "")
