from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_circles
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import MLPClassifier, MLPRegressor, RunComparisonDisplay
from separatrix.data.table import Table
from separatrix.errors import ParameterError

X, Y = make_circles(60, noise=0.1, factor=0.4, random_state=0)
NETWORK = MLPClassifier((3,), "tanh", max_iter=15, random_state=0, engine="numpy")


def test_each_run_has_its_rate_and_the_losses_are_those_of_a_fit() -> None:
    display = RunComparisonDisplay.from_rates(NETWORK, X, Y, rates=(0.001, 0.1))
    assert [run.learning_rate_init for run in display.runs.values()] == [0.001, 0.1]
    with warnings.catch_warnings(action="ignore"):
        alone = MLPClassifier(**NETWORK.get_params() | {"learning_rate_init": 0.1}).fit(X, Y)
    assert_allclose(display.lines_[1].get_ydata(), alone.history_.loss)
    assert_array_equal(display.runs["rate 0.1"].theta_, alone.theta_)
    titles = [shown.ax_.get_title() for shown in display.displays_]
    assert titles == [f"{name}\n{run.score(X, Y):.1%} right" for name, run in display.runs.items()]
    assert not hasattr(NETWORK, "theta_")


def test_seeds_give_other_initial_weights() -> None:
    display = RunComparisonDisplay.from_seeds(NETWORK, X, Y, seeds=(0, 5, 9))
    assert list(display.runs) == ["seed 0", "seed 5", "seed 9"]
    assert len({run.theta_.tobytes() for run in display.runs.values()}) == 3


def test_any_setting_can_be_compared() -> None:
    settings = {"narrow": {"hidden_layer_sizes": (1,)}, "wide": {"hidden_layer_sizes": (9,)}}
    display = RunComparisonDisplay.from_settings(NETWORK, X, Y, settings)
    assert [run.network_.sizes for run in display.runs.values()] == [(2, 1, 1), (2, 9, 1)]


def test_one_input_is_drawn_as_curves() -> None:
    x = np.linspace(-1, 1, 30)[:, np.newaxis]
    network = MLPRegressor(hidden_layer_sizes=(3,), activation="tanh", max_iter=10, engine="numpy")
    display = RunComparisonDisplay.from_seeds(network, x, np.sin(x[:, 0]), seeds=(0, 1))
    for shown, run in zip(display.displays_, display.runs.values(), strict=True):
        (line,) = shown.lines_
        assert_allclose(line.get_ydata(), run.predict(line.get_xdata()[:, np.newaxis]))


def test_many_inputs_have_losses_alone() -> None:
    rows = np.random.RandomState(0).randn(40, 4)
    display = RunComparisonDisplay.from_seeds(NETWORK, rows, rows[:, 0] > 0, seeds=(0, 1))
    assert display.displays_ == []
    assert len(display.lines_) == 2


def test_a_pipeline_keeps_its_steps() -> None:
    pipeline = make_pipeline(StandardScaler(), NETWORK)
    display = RunComparisonDisplay.from_rates(pipeline, 100 * X, Y, rates=(0.1,))
    (run,) = display.runs.values()
    assert run[-1].learning_rate_init == 0.1
    with warnings.catch_warnings(action="ignore"):
        alone = pipeline.set_params(mlpclassifier__learning_rate_init=0.1).fit(100 * X, Y)
    assert_array_equal(run[-1].theta_, alone[-1].theta_)


def test_rows_of_a_table_are_trained_on_by_fit_table() -> None:
    table = Table({"a": X[:, 0], "b": 50 + X[:, 1]})
    display = RunComparisonDisplay.from_rates(NETWORK, table, Y, rates=(0.1,))
    (run,) = display.runs.values()
    with warnings.catch_warnings(action="ignore"):
        alone = MLPClassifier(**NETWORK.get_params() | {"learning_rate_init": 0.1}).fit_table(table, Y)
    assert_array_equal(run.theta_, alone.theta_)
    assert len(display.displays_) == 1


def test_no_runs() -> None:
    with pytest.raises(ParameterError, match="runs must hold one fitted estimator or more"):
        RunComparisonDisplay({}, X, Y)
