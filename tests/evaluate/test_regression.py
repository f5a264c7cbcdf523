from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from separatrix.errors import DataError
from separatrix.evaluate import regression_report


def rows(n_rows: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Predictions x of y = x + noise: R² is 0.8, MSE 0.25."""
    predicted = rng.normal(size=n_rows)
    return predicted + 0.5 * rng.normal(size=n_rows), predicted


def test_values_are_sklearns_for_each_target():
    rng = np.random.default_rng(0)
    truth, noise = rng.normal(size=(40, 2)), rng.normal(size=(40, 2))
    predicted = truth + [0.1, 3.0] * noise
    report = regression_report(truth, predicted, names=["near", "far"])
    assert [row.name for row in report.per_target] == ["near", "far"]
    for metric, function in (
        ("r2", metrics.r2_score),
        ("rmse", metrics.root_mean_squared_error),
        ("mae", metrics.mean_absolute_error),
    ):
        values = [getattr(row, metric).value for row in report.per_target]
        np.testing.assert_allclose(values, function(truth, predicted, multioutput="raw_values"))


@pytest.mark.slow
def test_intervals_cover_the_true_value_as_often_as_they_should():
    rng = np.random.default_rng(1)
    truths = {"r2": 0.8, "rmse": 0.5, "mae": 0.5 * np.sqrt(2 / np.pi)}
    reports = [regression_report(*rows(100, rng=rng)).per_target[0] for _ in range(1000)]
    for metric, truth in truths.items():
        intervals = [getattr(report, metric) for report in reports]
        coverage = np.mean([interval.low <= truth <= interval.high for interval in intervals])
        assert 0.92 <= coverage <= 0.97, metric


def test_r2_interval_agrees_with_the_bootstrap():
    rng = np.random.default_rng(2)
    truth, predicted = rows(300, rng=rng)

    def r2(y: np.ndarray, p: np.ndarray, axis: int) -> np.ndarray:
        return 1 - ((y - p) ** 2).mean(axis=axis) / y.var(axis=axis)

    bootstrap = stats.bootstrap(
        (truth, predicted), r2, paired=True, vectorized=True, n_resamples=2000, rng=rng
    )
    interval = regression_report(truth, predicted).per_target[0].r2
    width = interval.high - interval.low
    np.testing.assert_allclose(
        (interval.low, interval.high), bootstrap.confidence_interval, atol=0.15 * width
    )


def test_a_constant_target_has_no_r2():
    row = regression_report([2.0, 2.0, 2.0], [1.0, 2.0, 4.0]).per_target[0]
    assert row.r2.value is None
    assert row.r2.reason == "the target is the same on every row"
    assert row.mae.value == 1


def test_a_perfect_fit_is_a_value_without_interval():
    row = regression_report([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]).per_target[0]
    assert (row.r2.value, row.r2.low) == (1, None)
    assert (row.rmse.value, row.rmse.low) == (0, None)


def test_the_dictionary_can_be_written_as_json_and_text_is_aligned():
    report = regression_report(np.arange(12.0).reshape(6, 2), np.arange(12.0).reshape(6, 2) ** 1.1)
    read = json.loads(json.dumps(report.to_dict()))
    assert read["per_target"][1]["mae"]["value"] == report.per_target[1].mae.value
    lines = report.to_text().splitlines()
    assert lines[0].split() == ["R²", "RMSE", "MAE"]
    assert [line.split()[0] for line in lines[1:3]] == ["y0", "y1"]


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([1.0, 2.0], [1.0], r"y_true's shape \(2, 1\)"),
        ([1.0, np.nan], [1.0, 2.0], "y_true must be finite, got nan"),
        ([1.0, 2.0], [1.0, np.inf], "y_pred must be finite, got inf"),
        ([], [], "y_true must have shape"),
    ],
)
def test_wrong_data_are_named(y_true, y_pred, message):
    with pytest.raises(DataError, match=message):
        regression_report(y_true, y_pred)


def test_names_must_fit_the_targets():
    with pytest.raises(DataError, match="names must have 1 entries, one for each target, got 2"):
        regression_report([1.0, 2.0], [1.0, 2.0], names=["a", "b"])
