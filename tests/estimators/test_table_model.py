from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from separatrix import MLPRegressor
from separatrix.data import Table, load_dataset, split_target
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.table_model import fit_in_memory

TABLE = Table({"size": [1.0, 2.0, None, 4.0] * 5, "kind": ["a", "b", "a", None] * 5})
LABELS = np.array(["no", "yes", "no", "yes"] * 5)
NUMBERS = np.array([1000.0, 1020.0, 1005.0, 1040.0] * 5)
FAST = {"hidden_layer_sizes": (3,), "max_iter": 5, "random_state": 0, "engine": "numpy", "dtype": "float64"}


@pytest.fixture(autouse=True)
def _few_epochs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def fit(y, task="classification", listeners=(), **settings):
    return fit_in_memory(
        TABLE, y, task=task, target_name="y", settings={**FAST, **settings}, listeners=listeners
    )


def test_the_model_takes_tables_and_knows_its_training():
    fitted = fit(LABELS)
    model = fitted.model
    assert model.predict(TABLE).shape == (20,)
    assert model.target_name == "y"
    assert model.feature_names == ("size", "size (missing)", "kind=a", "kind=b", "kind=(missing)")
    np.testing.assert_array_equal(fitted.X, model.encoder.transform(TABLE.columns))
    training = model.training
    assert training["settings"]["hidden_layer_sizes"] == [3]
    assert training["target"] == {"class_counts": [10, 10]}
    assert training["target_scaling"] is None
    assert training["n_rows"] == 20
    assert training["stop"]["message"] == fitted.stop.message
    assert len(training["history"]["loss"]) == training["n_iter"] == 5
    json.dumps(training, allow_nan=False)


def test_numbers_are_standardised_for_the_training_alone():
    model = fit(NUMBERS, "regression").model
    reference = MLPRegressor(**FAST)
    shift, scale = NUMBERS.mean(), NUMBERS.std()
    X = model.encoder.transform(TABLE.columns)
    reference.fit(X, (NUMBERS - shift) / scale)
    np.testing.assert_allclose(model.predict(TABLE), reference.predict(X) * scale + shift, rtol=1e-12)
    assert model.training["target_scaling"] == {"mean": shift, "scale": scale}


def test_without_biases_the_mean_stays():
    model = fit(NUMBERS, "regression", fit_intercept=False).model
    assert model.training["target_scaling"]["mean"] == 0.0
    assert np.isfinite(model.predict(TABLE)).all()


def test_counts_are_not_standardised():
    model = fit(np.array([0.0, 3.0, 1.0, 7.0] * 5), "regression", loss="poisson").model
    assert model.training["target_scaling"] is None
    assert (model.predict(TABLE) > 0).all()


def test_listeners_are_told():
    epochs = []

    def listen(event):
        epochs.append(event.epoch)

    listen.every_epoch = True
    fit(LABELS, listeners=[listen])
    assert epochs == [1, 2, 3, 4, 5]


def test_settings_that_json_cannot_hold_are_spelt_out():
    training = fit(LABELS, n_iter_no_change=float("inf"), class_weight={"no": 1.0, "yes": 2.0}).model.training
    assert training["settings"]["n_iter_no_change"] == "inf"
    assert training["settings"]["class_weight"] == {"no": 1.0, "yes": 2.0}


def test_a_broken_rule_is_a_parameter_error():
    with pytest.raises(ParameterError, match="alpha must be"):
        fit(LABELS, alpha=-1.0)


def test_rows_that_cannot_be_trained_on_are_a_data_error():
    counts = np.array([np.inf] + [1.0] * 19)
    with pytest.raises(DataError, match="these rows cannot be trained on: Input y contains infinity"):
        fit(counts, task="regression", loss="poisson")


def test_a_line_through_real_data_is_least_squares():
    features, y = split_target(load_dataset("diabetes"), "target")
    settings = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 0.0, "tol": 1e-8, "random_state": 0}
    settings["engine"] = "numpy"
    fitted = fit_in_memory(features, y, task="regression", target_name="target", settings=settings)
    design = np.column_stack([fitted.X, np.ones(len(y))])
    expected = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    np.testing.assert_allclose(fitted.model.predict(features), expected, rtol=1e-3)
