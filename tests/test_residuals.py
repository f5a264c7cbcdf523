"""Residuals: the width of intervals for a coverage."""

from __future__ import annotations

from math import ceil, inf
from pathlib import Path

import numpy as np
import pytest

from separatrix.ensemble import Ensemble
from separatrix.errors import ModelFileError, ParameterError
from separatrix.io import load, save
from separatrix.model import Model
from separatrix.network import Network
from separatrix.residuals import MOST_SIZES, Residuals

DRAW = np.random.RandomState(0)


def numbers(residuals: Residuals | None) -> Ensemble:
    network = Network.mlp(1, (), 1, head="regression")
    return Ensemble([Model(network, [2.0, 0.0])], residuals=residuals)


@pytest.mark.parametrize("n_rows", [1, 9, MOST_SIZES])
@pytest.mark.parametrize("coverage", [0.05, 0.5, 0.9, 0.995])
def test_the_width_of_few_rows_is_the_residual_of_the_rank(n_rows: int, coverage: float) -> None:
    errors = DRAW.normal(size=n_rows)
    rank = ceil(round(coverage * (n_rows + 1), 9))
    expected = np.sort(np.abs(errors))[rank - 1] if rank <= n_rows else inf
    assert Residuals.of(errors).half_width(coverage) == expected


def test_of_many_rows_the_next_larger_size_that_is_kept_is_taken() -> None:
    errors = np.arange(1.0, 10_000 + 1)
    residuals = Residuals.of(DRAW.permutation(errors))
    assert len(residuals.sizes) == MOST_SIZES
    for coverage in (0.001, 0.5, 0.9, 0.9985):
        rank = ceil(coverage * 10_001)
        assert rank <= residuals.half_width(coverage) < rank + 10_000 / MOST_SIZES
    assert residuals.half_width(0.99999) == inf


def test_a_saved_ensemble_has_the_same_intervals(tmp_path: Path) -> None:
    model = numbers(Residuals.of(DRAW.normal(size=1234)))
    save(model, tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    assert loaded == model != numbers(None)
    low, high = loaded.predict_interval([[1.0], [2.0]], 0.8).T
    half = model.residuals.half_width(0.8)
    np.testing.assert_array_equal(low, [2.0 - half, 4.0 - half])
    np.testing.assert_array_equal(high, [2.0 + half, 4.0 + half])


@pytest.mark.parametrize(
    ("n_rows", "sizes"),
    [(3, [0.1, 0.2]), (2, [0.2, 0.1]), (1, [-1.0]), (1, [float("nan")]), (1, ["x"]), (0, [])],
)
def test_sizes_that_are_no_residuals(n_rows: int, sizes: list[float]) -> None:
    with pytest.raises(ParameterError):
        Residuals(n_rows, sizes)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save(numbers(Residuals.of(np.array([0.5, 0.25]))), path)
    path.write_bytes(path.read_bytes().replace(b"[0.25, 0.5]", b"[0.75, 0.5]"))
    with pytest.raises(ModelFileError, match="sizes must be 2 finite numbers"):
        load(path)


def test_an_ensemble_without_residuals_says_what_is_needed() -> None:
    with pytest.raises(ParameterError, match="needs the residuals of a TabularRegressor"):
        numbers(None).predict_interval([[1.0]])


def test_classifiers_have_no_residuals() -> None:
    network = Network.mlp(1, (), 1, head="binary")
    with pytest.raises(ParameterError, match="need models of one number"):
        Ensemble([Model(network, [2.0, 0.0])], residuals=Residuals(1, [0.5]))


def test_the_rank_of_a_coverage_that_binary_numbers_round_up() -> None:
    errors = np.arange(1.0, 100.0)
    assert Residuals.of(errors).half_width(0.55) == 55.0  # 0.55 * 100 is 55.00000000000001
    assert Residuals.of(errors).half_width(0.07) == 7.0
