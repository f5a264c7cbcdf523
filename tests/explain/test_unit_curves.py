from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import MLPRegressor, Model, Network
from separatrix.errors import ParameterError
from separatrix.explain import unit_curves

X = np.linspace(-2, 3, 30)[:, np.newaxis]


def model_of(*sizes: int, head: str = "binary", **parts: object) -> Model:
    network = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation="tanh")
    return Model(network, np.random.RandomState(1).randn(network.n_parameters), **parts)


def test_contributions_and_bias_add_up_to_the_sum_and_the_answer_is_its_output() -> None:
    model = model_of(1, 5, 1, classes=["no", "yes"])
    curves = unit_curves(model, X)
    inputs = curves.x[:, np.newaxis]
    assert_allclose(curves.contributions.sum(axis=0) + curves.bias, curves.sum)
    assert_allclose(curves.sum, np.ravel(model.decision_function(inputs)))
    assert_allclose(curves.output, model.predict_proba(inputs)[:, 1])
    assert (curves.output_name, curves.output_function) == ("P(yes)", "logistic")


def test_each_unit_is_the_activation_of_its_own_line() -> None:
    model = model_of(1, 4, 1)
    curves = unit_curves(model, X)
    w, b = model.coefs[0][0], model.intercepts[0]
    assert_allclose(curves.values, np.tanh(np.outer(w, curves.x) + b[:, np.newaxis]))


def test_of_two_hidden_layers_the_last_is_shown() -> None:
    model = model_of(1, 3, 4, 1, head="regression")
    curves = unit_curves(model, X)
    assert curves.values.shape == (4, 500)
    assert_allclose(curves.output, model.predict(curves.x[:, np.newaxis]))


def test_one_of_several_outputs() -> None:
    model = model_of(1, 4, 3, head="multiclass", classes=["a", "b", "c"])
    curves = unit_curves(model, X, output=1)
    assert curves.output_name == "P(b)"
    assert_allclose(curves.output, model.predict_proba(curves.x[:, np.newaxis])[:, 1])
    with pytest.raises(ParameterError, match="output must be below 3"):
        unit_curves(model, X, output=3)


def test_a_pipeline_is_drawn_over_its_own_input() -> None:
    network = MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", solver="lbfgs", random_state=0)
    pipeline = make_pipeline(StandardScaler(), network).fit(X, np.sin(X[:, 0]))
    curves = unit_curves(pipeline, X)
    assert_allclose(curves.output, pipeline.predict(curves.x[:, np.newaxis]), rtol=1e-6)


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ParameterError, match="must have a hidden layer"):
        unit_curves(model_of(1, 1), X)
    with pytest.raises(ParameterError, match="one numeric column"):
        unit_curves(model_of(2, 3, 1), np.zeros((3, 2)))
