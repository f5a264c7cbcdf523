from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from separatrix.errors import DataError
from separatrix.evaluate import baseline_predictions, baseline_probabilities


@pytest.fixture
def inputs() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(60, 2))


def test_probabilities_are_sklearns(inputs):
    labels = np.where(inputs[:, 0] > 0.3, "yes", "no")
    baselines = baseline_probabilities(inputs[:40], labels[:40], inputs[40:], ["no", "yes"])
    model = LogisticRegression(max_iter=1000).fit(inputs[:40], labels[:40])
    expected = model.predict_proba(inputs[40:])
    np.testing.assert_allclose(baselines["logistic regression"].predictions, expected)
    fractions = [np.mean(labels[:40] == "no"), np.mean(labels[:40] == "yes")]
    np.testing.assert_allclose(baselines["dummy"].predictions, np.tile(fractions, (20, 1)))
    assert baselines["logistic regression"].converged


def test_there_is_a_column_for_each_class_even_without_rows(inputs):
    labels = np.where(inputs[:, 0] > 0, "b", "a")
    plain = baseline_probabilities(inputs, labels, inputs, ["a", "b"])["logistic regression"].predictions
    turned = baseline_probabilities(inputs, labels, inputs, ["b", "c", "a"])[
        "logistic regression"
    ].predictions
    np.testing.assert_allclose(turned[:, [2, 0]], plain, atol=1e-3)
    assert (turned[:, 1] == 0).all()


def test_no_convergence_is_a_value_not_a_warning(inputs):
    labels = (inputs[:, 0] > 0).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        baselines = baseline_probabilities(inputs, labels, inputs, [0, 1], max_iter=1)
    assert not baselines["logistic regression"].converged


def test_other_warnings_of_the_solver_are_passed_on(inputs, monkeypatch):
    fit = LogisticRegression.fit

    def warn_and_fit(model, *args):
        warnings.warn("mind this", UserWarning, stacklevel=1)
        return fit(model, *args)

    monkeypatch.setattr(LogisticRegression, "fit", warn_and_fit)
    with pytest.warns(UserWarning, match="mind this"):
        baselines = baseline_probabilities(inputs, inputs[:, 0] > 0, inputs, [False, True])
    assert baselines["logistic regression"].converged


def test_one_class_is_not_enough(inputs):
    with pytest.raises(DataError, match="got only 'a'"):
        baseline_probabilities(inputs, ["a"] * 60, inputs, ["a", "b"])


@pytest.mark.parametrize("shape", [(60,), (60, 2)])
def test_predictions_are_the_mean_and_least_squares(inputs, shape):
    targets = np.random.default_rng(1).normal(size=shape)
    baselines = baseline_predictions(inputs[:40], targets[:40], inputs[40:])
    expected = LinearRegression().fit(inputs[:40], targets[:40]).predict(inputs[40:])
    np.testing.assert_allclose(baselines["linear regression"].predictions, expected)
    mean = np.broadcast_to(targets[:40].mean(axis=0), expected.shape)
    np.testing.assert_allclose(baselines["dummy"].predictions, mean)
