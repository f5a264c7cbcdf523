"""The whole way with compiled kernels: what the lowest versions of the dependencies must do, too."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import separatrix as sx

pytestmark = pytest.mark.compiles

ROWS = np.random.default_rng(0).normal(size=(120, 2)).astype(np.float32)  # single precision: one compilation
SUMS = ROWS.sum(axis=1)


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_networks_learn(engine):
    settings = {"learning_rate_init": 0.05, "max_iter": 300, "tol": 1e-3, "random_state": 0, "engine": engine}
    classifier = sx.MLPClassifier((4,), dtype="float32", **settings).fit(ROWS, SUMS > 0)
    assert classifier.score(ROWS, SUMS > 0) > 0.95
    regressor = sx.MLPRegressor(hidden_layer_sizes=(4,), dtype="float32", **settings).fit(ROWS, SUMS)
    assert regressor.score(ROWS, SUMS) > 0.95


def test_an_ensemble_learns_from_a_raw_table():
    table = pl.DataFrame({"a": ROWS[:, 0], "side": np.where(ROWS[:, 1] > 0, "right", "left")})
    y = np.where((ROWS[:, 0] > 0) | (ROWS[:, 1] > 0), "yes", "no")
    classifier = sx.TabularClassifier(presets="fast", cv=2, random_state=0).fit(table, y)
    assert classifier.score(table, y) > 0.9


def test_the_command_line_fits_and_predicts(run):
    names = np.where(SUMS > 0, "plus", "minus")
    pl.DataFrame({"a": ROWS[:, 0], "b": ROWS[:, 1], "sign": names}).write_csv("t.csv")
    network = (
        "--model",
        "network",
        "--hidden",
        "4",
        "--rate",
        "0.05",
        "--epochs",
        "60",
        "--dtype",
        "float32",
    )
    fitted = run("fit", "t.csv", "--target", "sign", *network, "-o", "m.safetensors")
    assert (fitted.exit_code, "accuracy" in fitted.stdout) == (0, True), fitted.output
    predicted = run("predict", "m.safetensors", "t.csv", "-o", "p.csv")
    assert predicted.exit_code == 0, predicted.output
    assert (pl.read_csv("p.csv")["prediction"].to_numpy() == names).mean() > 0.9
