"""Tables that do not fit into memory: the networks are trained on a sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import separatrix as sx
from separatrix.data.memory import Budget
from separatrix.data.table import Table
from separatrix.errors import ParameterError
from separatrix.tabular.ensemble_fitting import fit_table
from separatrix.tabular.recipe import CONFIGURATIONS, HIDDEN, N_SNAPSHOTS, PERIODIC
from separatrix.tabular.sampling import LIBRARIES, bytes_of_networks, bytes_of_row

N = 20_000
FAST: dict[str, Any] = {"presets": "fast", "cv": 2, "engine": "numpy"}


def give_room(n_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a budget of 1 GB hold about this number of rows."""
    size = (Budget(10**9).rows - LIBRARIES) * 3 // 5 // n_rows
    monkeypatch.setattr("separatrix.tabular.sampling.bytes_of_row", lambda *_: size)
    monkeypatch.setattr("separatrix.tabular.sampling.bytes_of_networks", lambda *_: 0)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty thousand rows, two hundred of them of class 1; a budget with room for about a thousand."""
    give_room(1000, monkeypatch)
    draw = np.random.RandomState(0)
    x = draw.normal(size=N)
    pl.DataFrame({"x": x, "rare": (np.arange(N) % 100 == 0) + 0, "y": x + draw.normal(size=N)}).write_csv(
        tmp_path / "t.csv"
    )
    return tmp_path / "t.csv"


@pytest.mark.slow
def test_a_sample_has_rare_classes_and_their_weight(file: Path) -> None:
    clf = sx.TabularClassifier(**FAST)
    with pytest.warns(
        UserWarning, match=r"a sample of [\d,]+ of 15,0\d\d rows, which is what memory='1GB' holds"
    ):
        fit = fit_table(clf, file, "rare", test_size=0.25, memory="1GB")
    assert 900 < fit.n_rows < 1300
    n_rare = int((fit.y == 1).sum())
    assert 80 < n_rare < 120
    training = clf.to_model().training
    assert training is not None
    assert training["target"]["class_counts"] == fit.target.statistics["class_counts"]
    assert sum(training["target"]["class_counts"]) == fit.n_rows_read
    assert clf.predict_proba(fit.test_rows)[:, 1].mean() == pytest.approx(0.01, abs=0.01)
    assert 200 <= len(fit.y_test) <= 5100


@pytest.mark.slow
def test_the_same_seed_draws_the_same_rows(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_room(500, monkeypatch)
    predictions = []
    for _ in range(2):
        reg = sx.TabularRegressor(**FAST)
        with pytest.warns(UserWarning, match="sample"):
            fit = fit_table(reg, file, "y", memory="1GB")
        predictions.append(reg.predict(fit.features))
    np.testing.assert_array_equal(*predictions)


@pytest.mark.slow
def test_rows_that_fit_are_all_taken(tmp_path: Path) -> None:
    pl.DataFrame({"x": range(60), "y": range(60)}).write_csv(tmp_path / "t.csv")
    fit = fit_table(sx.TabularRegressor(**FAST), tmp_path / "t.csv", "y", memory="1GB")
    assert fit.n_rows == fit.n_rows_read == 60


def test_groups_need_the_whole_table(file: Path) -> None:
    with pytest.raises(ParameterError, match="groups needs a table that is read whole"):
        fit_table(sx.TabularClassifier(**FAST), file, "rare", groups="x", memory="1GB")


def test_the_memory_of_sines_is_counted() -> None:
    draw = np.random.RandomState(0)
    table = Table({f"x{j}": draw.normal(size=50) for j in range(4)})
    plain, periodic = [replace(PERIODIC, sigma=0.0)], [PERIODIC]
    n_sines = 2 * 16 * 4
    added = bytes_of_networks(table, 1, periodic) - bytes_of_networks(table, 1, plain)
    assert added == 4 * N_SNAPSHOTS * HIDDEN[0] * n_sines
    assert bytes_of_row(table, 1, periodic) - bytes_of_row(table, 1, plain) == 4 * 6 * n_sines
    assert bytes_of_row(table, 1, plain) == bytes_of_row(table, 1, list(CONFIGURATIONS[:1]))
