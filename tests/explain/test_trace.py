from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix.engine import get_engine
from separatrix.engine.base import Data, Plan
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.explain.trace import trace
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, SGD, Network

ENGINES = ["numpy", "numba"]


def random_model(n_out=1, head="binary", activation="tanh", hidden=(4, 3), classes=None, bias=True):
    network = Network.mlp(2, hidden, n_out, activation=activation, head=head, fit_intercept=bias)
    theta = np.random.default_rng(0).normal(size=network.n_parameters)
    return Model(network, theta, classes=classes)


def check_against_engine(engine, model, traced, T):
    plan, data = Plan(model.network, SGD()), Data(traced["x"], np.asarray(T, np.float64))
    loss, gradient = get_engine(engine).loss_and_gradient(plan, model.theta, data)
    assert_allclose(traced["loss"], loss, rtol=1e-14)
    assert_allclose(traced.gradient, gradient, rtol=1e-12, atol=1e-15)
    assert_array_equal(traced.theta, model.theta - traced.learning_rate * traced.gradient)
    new_loss, _ = get_engine(engine).loss_and_gradient(plan, traced.theta, data)
    assert_allclose(traced["new loss"], new_loss, rtol=1e-14)


X = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("head", "n_out", "y", "T"),
    [
        ("binary", 1, [0, 1, 1], [[0], [1], [1]]),
        ("multiclass", 3, [2, 0, 1], [[2], [0], [1]]),
        ("multilabel", 2, [[0, 1], [1, 1], [0, 0]], [[0, 1], [1, 1], [0, 0]]),
        ("regression", 1, [0.5, -2.0, 3.0], [[0.5], [-2.0], [3.0]]),
        ("regression", 2, [[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]),
        ("quadratic", 1, [1, 0, 1], [[1], [0], [1]]),
        ("quadratic", 3, [0, 2, 1], [[1, 0, 0], [0, 0, 1], [0, 1, 0]]),
        ("poisson", 1, [0, 3, 1], [[0], [3], [1]]),
    ],
)
def test_agrees_with_the_engine_for_every_head(engine, head, n_out, y, T):
    model = random_model(n_out, head)
    check_against_engine(engine, model, trace(model, X, y, learning_rate=0.3), T)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_agrees_with_the_engine_for_every_activation(engine, activation):
    model = random_model(activation=activation)
    check_against_engine(engine, model, trace(model, X[1], 1, learning_rate=0.1), [[1]])


@pytest.mark.parametrize("engine", ENGINES)
def test_agrees_with_the_engine_without_bias_and_without_hidden_layer(engine):
    model = random_model(hidden=(), bias=False)
    traced = trace(model, X, [1, 0, 1], learning_rate=0.1)
    check_against_engine(engine, model, traced, [[1], [0], [1]])
    assert not {"b1", "db1", "new b1"} & {step.name for step in traced.steps}


def test_it_is_a_step_of_gradient_descent():
    y = np.array(["no", "yes", "yes"])
    settings = {"solver": SGD(), "learning_rate_init": 0.2, "alpha": 0.0, "random_state": 0}
    first = MLPClassifier((3,), "tanh", max_iter=1, **settings)
    second = MLPClassifier((3,), "tanh", max_iter=2, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        first.fit(X, y)
        second.fit(X, y)
    traced = trace(first, X, y)
    assert traced.learning_rate == 0.2
    assert_allclose(traced.theta, second.theta_, rtol=1e-12)


def test_reads_frames_by_column_name():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"height": X[:, 0], "width": X[:, 1]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        regressor = MLPRegressor(hidden_layer_sizes=(2,), max_iter=1).fit(frame, [1.0, 2.0, 3.0])
    traced = trace(regressor, frame[["width", "height"]][:2], [1.0, 2.0])
    assert_array_equal(traced["x"], X[:2])


def test_the_network_of_a_pipeline_gets_transformed_rows():
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((2,), max_iter=1, learning_rate_init=0.3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        pipeline.fit(X, [0, 1, 1])
    traced = trace(pipeline, X, [0, 1, 1])
    assert_array_equal(traced["x"], pipeline[:-1].transform(X))
    assert traced.learning_rate == 0.3


def test_formulas_name_their_inputs():
    traced = trace(random_model(hidden=(4,), activation="logistic"), X[0], 1, learning_rate=0.1)
    formulas = {step.name: step.formula for step in traced.steps}
    assert formulas["z1"] == "x W1 + b1"
    assert formulas["a1"] == "logistic(z1)"
    assert formulas["z2"] == "a1 W2 + b2"
    assert formulas["dz2"] == "a2 - t"
    assert formulas["dW2"] == "a1^T dz2"
    assert formulas["dz1"] == "da1 * a1 * (1 - a1)"
    assert formulas["new W1"] == "W1 - 0.1 dW1"
    assert traced.steps[0].shape == (1, 2)


def test_an_activation_without_a_short_derivative_is_named():
    traced = trace(random_model(hidden=(4,), activation="gelu"), X[0], 1, learning_rate=0.1)
    (formula,) = [step.formula for step in traced.steps if step.name == "dz1"]
    assert formula == "da1 * gelu'(z1)"


def test_text_has_every_step_in_order():
    traced = trace(random_model(), X, [0, 1, 1], learning_rate=0.1)
    text = str(traced)
    starts = [text.index(f"\n{step.name}") for step in traced.steps]
    assert starts == sorted(starts)
    assert text.startswith("One step of gradient descent: 2-4-3-1 on 3 rows, learning rate 0.1\n")
    assert "dW1 = x^T dz1 / n_rows    2 x 4\n" in text


def test_html_is_escaped():
    markup = trace(random_model(activation="relu"), X[0], 1, learning_rate=0.1).to_html("full")
    assert "da1 * (a1 &gt; 0)" in markup
    assert "(a1 > 0)" not in markup


def test_the_dictionary_can_be_written_as_json():
    traced = trace(random_model(), X, [0, 1, 1], learning_rate=0.1)
    values = json.loads(json.dumps(traced.to_dict()))
    assert values["steps"][0] == {
        "stage": "given",
        "name": "x",
        "formula": "",
        "chain_rule": "",
        "shape": [3, 2],
        "value": X.tolist(),
    }
    assert Network.from_dict(values["network"]) == traced.network


def test_an_unknown_step_is_named():
    traced = trace(random_model(), X[0], 1, learning_rate=0.1)
    with pytest.raises(KeyError, match="Did you mean"):
        traced["dWW1"]


def test_bad_input_is_named():
    model = random_model(classes=["no", "yes"])
    with pytest.raises(ParameterError, match="learning_rate must be given for a Model"):
        trace(model, X[0], "yes")
    with pytest.raises(ParameterError, match="learning_rate"):
        trace(model, X[0], "yes", learning_rate=-1.0)
    with pytest.raises(DataError, match="'maybe' in row 1, which is none of the classes: no, yes"):
        trace(model, X[0], "maybe", learning_rate=0.1)
    with pytest.raises(DataError, match="same rows"):
        trace(model, X, ["yes", "no"], learning_rate=0.1)
    with pytest.raises(DataError, match="finite"):
        trace(model, [np.nan, 1.0], "yes", learning_rate=0.1)
    with pytest.raises(DataError, match="shape"):
        trace(model, [1.0, 2.0, 3.0], "yes", learning_rate=0.1)
    with pytest.raises(DataError, match="at most 100 rows"):
        trace(model, np.zeros((101, 2)), ["yes"] * 101, learning_rate=0.1)


def test_each_derivative_has_its_chain_rule():
    network = Network.mlp(2, (3,), 1, activation="tanh")
    traced = trace(Model(network, np.ones(network.n_parameters)), [1.0, 2.0], 1, learning_rate=0.1)
    rules = {step.name: step.chain_rule for step in traced.steps if step.chain_rule}
    assert rules == {
        "dz2": "dL/dz2 = dL/da2 * da2/dz2",
        "dW2": "dL/dW2 = dL/dz2 * dz2/dW2",
        "db2": "dL/db2 = dL/dz2 * dz2/db2",
        "da1": "dL/da1 = dL/dz2 * dz2/da1",
        "dz1": "dL/dz1 = dL/da1 * da1/dz1",
        "dW1": "dL/dW1 = dL/dz1 * dz1/dW1",
        "db1": "dL/db1 = dL/dz1 * dz1/db1",
    }
    assert "dW1 = x^T dz1    2 x 3\n    chain rule: dL/dW1 = dL/dz1 * dz1/dW1\n" in traced.to_text("full")
    assert "x^T dz1 (dL/dW1 = dL/dz1 * dz1/dW1)" in traced.to_html("full")
