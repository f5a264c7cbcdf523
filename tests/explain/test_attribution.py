from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from separatrix.data.table import Table
from separatrix.ensemble import Ensemble
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.explain import attribute
from separatrix.model import Model
from separatrix.network import Network, PeriodicEmbedding
from separatrix.tabular import TabularClassifier

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(40, 3))


def random_model(n_out=1, head="binary", hidden=(5, 4), activation="tanh", **parts):
    network = Network.mlp(3, hidden, n_out, activation=activation, head=head)
    return Model(network, RNG.normal(size=network.n_parameters), **parts)


def test_a_line_is_exact():
    model = Model(Network.mlp(3, (), 1), [2.0, -1.0, 0.5, 0.25])
    answer = attribute(model, ROWS[0], ROWS)
    assert answer.method == "exact"
    assert_allclose(answer.contributions, [2.0, -1.0, 0.5] * (ROWS[0] - ROWS.mean(axis=0)), rtol=1e-12)
    assert_allclose(answer.prediction, model.decision_function(ROWS[:1])[0], rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
@pytest.mark.parametrize(
    ("head", "n_out"), [("binary", 1), ("multiclass", 3), ("regression", 1), ("quadratic", 3), ("poisson", 1)]
)
def test_the_sum_of_integrated_gradients_is_the_difference(head, n_out, activation):
    model = random_model(n_out, head, activation=activation)
    answer = attribute(model, ROWS[1], ROWS)
    assert answer.method == "integrated gradients"
    assert_allclose(
        answer.contributions.sum(),
        answer.prediction - answer.base,
        atol=2e-4 * np.abs(answer.contributions).max(),
    )
    if head in ("binary", "multiclass"):
        p = model.predict_proba(ROWS[1:2])[0].max() if n_out > 1 else model.predict_proba(ROWS[1:2])[0, 1]
        assert_allclose(answer.prediction, np.log(p / (1 - p)), rtol=1e-9)
    if n_out == 1 and head != "binary":
        assert_allclose(answer.prediction, model.predict(ROWS[1:2])[0], rtol=1e-12)


def test_contributions_through_an_embedding_add_up():
    network = Network.mlp(3, (5,), 1, activation="tanh", embedding=PeriodicEmbedding(2, 0.3, (2, 0)))
    answer = attribute(Model(network, RNG.normal(size=network.n_parameters)), ROWS[1], ROWS)
    assert_allclose(answer.contributions.sum(), answer.prediction - answer.base, atol=2e-3)
    assert np.abs(answer.contributions).min() > 1e-3


def test_the_classes_of_two_are_opposite():
    model = random_model(classes=["no", "yes"])
    yes, no = (attribute(model, ROWS[0], ROWS, label=label) for label in ("yes", "no"))
    assert_allclose(yes.contributions, -no.contributions, rtol=1e-12)
    assert yes.quantity == "log-odds of yes"


@pytest.mark.filterwarnings("ignore:town has 3 categories")  # it gives the target away
def test_columns_of_a_table_are_whole():
    table = {"age": RNG.normal(size=60), "town": RNG.choice(["Bonn", "Ulm", "Jena"], 60)}
    y = np.where(table["town"] == "Bonn", "yes", "no")
    network = MLPClassifier((4,), solver="lbfgs", random_state=0, engine="numpy")
    network.fit_table(Table(table | {"y": y}), target="y")
    row = Table({name: np.asarray(column)[:1] for name, column in table.items()})
    model = network.to_model()
    answer = attribute(model, row, Table(table))
    plain = replace(model, encoder=None)
    by_input = attribute(plain, model.inputs(row), model.inputs(Table(table))).contributions
    assert_allclose(answer.contributions, [by_input[0], by_input[1:].sum()], rtol=1e-12)
    assert answer.names == ("age", "town")
    assert abs(answer.contributions[1]) > abs(answer.contributions[0])
    assert answer.values[1] == table["town"][0]
    assert json.loads(json.dumps(answer.to_dict()))["columns"][1]["name"] == "town"


def test_shapley_values_of_an_ensemble_add_up():
    models = [random_model(head="regression"), random_model(head="regression")]
    ensemble = Ensemble(models, [1, 3])
    answer = attribute(ensemble, ROWS[2], ROWS, random_state=1)
    assert answer.method == "Shapley values"
    assert answer.error == pytest.approx(0, abs=1e-12)
    again = attribute(ensemble, ROWS[2], ROWS, random_state=1)
    np.testing.assert_array_equal(answer.contributions, again.contributions)


def test_shapley_values_of_a_sum_are_its_terms():
    network = Network.mlp(3, (), 1, head="regression")
    ensemble = Ensemble([Model(network, [1.0, 2.0, 3.0, 0.0]), Model(network, [3.0, 2.0, 1.0, 0.0])])
    answer = attribute(ensemble, ROWS[0], ROWS, n_samples=4000)
    expected = 2.0 * (ROWS[0] - ROWS.mean(axis=0))
    assert (np.abs(answer.contributions - expected) < 4 * answer.standard_errors).all()


def test_text_shows_the_largest_first():
    model = Model(Network.mlp(3, (), 1, head="regression"), [0.0, 5.0, 0.1, 0.0])
    text = str(attribute(model, [1.0, 1.0, 1.0], np.zeros((2, 3))))
    lines = text.splitlines()
    assert lines[2].split() == ["x2", "1", "+5", "############"]
    assert lines[5].split() == ["sum", "+5.1"]
    assert " ".join(lines[6:]) == (
        "Exact: weight times the difference from the typical row. Checked: the sum differs from prediction "
        "minus base by 0."
    )
    assert "… 2 other" not in text
    shortened = attribute(model, [1.0, 1.0, 1.0], np.zeros((2, 3))).to_text(1)
    assert "2 other columns" in shortened


def test_html_escapes_names():
    model = Model(Network.mlp(1, (), 1, head="regression"), [1.0, 0.0], feature_names=["<script>"])
    markup = attribute(model, {"<script>": [1.0]}, {"<script>": [0.0]})._repr_html_()
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup


def test_bad_input_is_named():
    model = random_model(classes=["no", "yes"])
    with pytest.raises(DataError, match="x must be one row, and background at least one, got 2 and 40"):
        attribute(model, ROWS[:2], ROWS)
    with pytest.raises(ParameterError, match="label must be one of 'no', 'yes', got 'maybe'"):
        attribute(model, ROWS[0], ROWS, label="maybe")
    two = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", engine="numpy").fit(ROWS, ROWS[:, :2])
    with pytest.raises(ParameterError, match="must have one target"):
        attribute(two, ROWS[0], ROWS)


def test_a_line_behind_an_exponential_is_not_exact():
    model = Model(Network.mlp(3, (), 1, head="poisson"), [0.2, -0.1, 0.05, 0.25])
    answer = attribute(model, ROWS[0], ROWS)
    assert answer.method == "integrated gradients"
    assert answer.error == pytest.approx(0, abs=1e-4)


@pytest.mark.slow
def test_a_tabular_estimator_is_explained_as_its_ensemble():
    table = Table({"a": ROWS[:, 0], "b": ROWS[:, 1]})
    y = np.where(ROWS[:, 0] + 0.5 * RNG.normal(size=40) > 0, "yes", "no")
    estimator = TabularClassifier("fast", cv=2, random_state=0, engine="numpy").fit(table, y)
    answer = attribute(estimator, table.take([0]), table, n_samples=20)
    assert answer.method == "Shapley values"
    assert answer.names == ("a", "b")
