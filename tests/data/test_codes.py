from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from separatrix.data.codes import (
    LevelCode,
    MissingCode,
    PiecewiseLinearCode,
    QuantileCode,
    RobustCode,
)
from separatrix.data.column_values import as_column
from separatrix.data.encoder import TableEncoder
from separatrix.data.target_codes import TargetCode, cross_fitted, target_values
from separatrix.errors import DataError

NUMBERS = as_column([1.0, 2.0, None, 4.0, 100.0, 4.0], "n")
TEXT = as_column(["b", "a", None, "b", "c", "b"], "t")
N_ROWS = 6


def encoded(code: Any, column: Any) -> Any:
    out = np.zeros((len(column), len(code.feature_names)))
    code.encode(column, out)
    return out


def fitted_codes() -> list[Any]:
    return [
        RobustCode.fit(NUMBERS, "n"),
        MissingCode("n"),
        PiecewiseLinearCode.fit(NUMBERS, "n", 3),
        QuantileCode.fit(NUMBERS, "n"),
        LevelCode.fit(TEXT, "t", 10),
        TargetCode("t", ("a", "b"), ((0.5,), (-0.25,))),
    ]


def test_a_robust_code_is_zero_at_the_median_and_bounded() -> None:
    out = encoded(RobustCode.fit(NUMBERS, "n"), as_column([4.0, None, 1e9, -1e9], "n"))[:, 0]
    assert out[0] == out[1] == 0.0
    assert np.abs(out).max() <= 3.0
    assert out[2] == pytest.approx(3.0)


def test_a_robust_code_of_equal_values_is_zero() -> None:
    assert not encoded(RobustCode.fit(as_column([5.0, 5.0], "n"), "n"), as_column([5.0, 7.0], "n")).any()


def test_missing_values_are_marked() -> None:
    assert encoded(MissingCode("n"), NUMBERS)[:, 0].tolist() == [0, 0, 1, 0, 0, 0]


def test_a_piecewise_code_is_linear_between_its_edges() -> None:
    code = PiecewiseLinearCode.fit(as_column(np.arange(9.0), "n"), "n", 2)
    assert code is not None
    assert code.edges == (0.0, 4.0, 8.0)
    out = encoded(code, as_column([-5.0, 2.0, 6.0, 99.0], "n")) + np.array(code.means)
    assert out.tolist() == [[0, 0], [0.5, 0], [1, 0.5], [1, 1]]


def test_a_piecewise_code_has_mean_zero_in_training() -> None:
    code = PiecewiseLinearCode.fit(NUMBERS, "n", 3)
    assert code is not None
    assert np.abs(encoded(code, NUMBERS).mean(axis=0)).max() < 1e-12


def test_one_frequent_value_does_not_take_the_edges_of_the_others() -> None:
    values = np.concatenate([np.zeros(1000), np.arange(1.0, 101.0)])
    code = PiecewiseLinearCode.fit(as_column(values, "n"), "n", 4)
    assert code is not None
    assert len(code.edges) >= 4


def test_equal_values_have_no_piecewise_code() -> None:
    assert PiecewiseLinearCode.fit(as_column([2.0, 2.0], "n"), "n", 3) is None


def test_a_quantile_code_is_symmetric_and_monotone() -> None:
    code = QuantileCode.fit(as_column([1.0, 10.0, 100.0, 1000.0, 10000.0], "n"), "n")
    out = encoded(code, as_column([1.0, 10.0, 100.0, 1000.0, 10000.0, 1e9], "n"))[:, 0]
    assert (np.diff(out[:5]) > 0).all()
    np.testing.assert_allclose(out[:5], -out[4::-1], atol=1e-12)
    assert out[5] == out[4]


def test_levels_are_sorted_and_a_missing_value_is_the_last() -> None:
    code = LevelCode.fit(TEXT, "t", 10)
    assert code.levels == ("a", "b", "c", None)
    assert encoded(code, TEXT).argmax(axis=1).tolist() == [1, 0, 3, 1, 2, 1]
    assert not encoded(code, as_column(["x"], "t")).any()


def test_only_the_most_frequent_levels_are_kept() -> None:
    assert LevelCode.fit(TEXT, "t", 1).levels == ("b",)


def test_target_values_are_shrunk_towards_the_prior() -> None:
    indices = np.array([0] * 90 + [1])
    targets = np.eye(2)[[0] * 45 + [1] * 45 + [1]]
    often, once = target_values(indices, 2, targets)[:, 0]
    assert abs(often) < 0.05
    assert 0 < once < 0.3  # one row of class 1 says little beside the ten rows of the prior


def test_target_values_of_numbers_are_means() -> None:
    values = target_values(np.array([0] * 990 + [1] * 10), 2, np.array([[1.0]] * 990 + [[-1.0]] * 10))
    np.testing.assert_allclose(values[:, 0], [0.99, -0.5])


def test_a_row_of_weight_two_counts_twice() -> None:
    weight = np.array([1.0, 2.0, 1.0, 0.0, 1.0, 3.0])
    rows = np.repeat(np.arange(N_ROWS), weight.astype(int))
    assert RobustCode.fit(NUMBERS, "n", weight) == RobustCode.fit(NUMBERS[rows], "n")
    assert QuantileCode.fit(NUMBERS, "n", weight).fill == QuantileCode.fit(NUMBERS[rows], "n").fill
    assert LevelCode.fit(TEXT, "t", 2, weight) == LevelCode.fit(TEXT[rows], "t", 2)
    indices, targets = np.array([0, 1, 0, 1, 1, 0]), np.eye(2)[[0, 1, 1, 0, 1, 0]]
    weighted = target_values(indices, 2, targets, weight)
    np.testing.assert_allclose(weighted, target_values(indices[rows], 2, targets[rows]))


@pytest.mark.parametrize("code", fitted_codes(), ids=lambda code: code.kind)
def test_codes_survive_a_file(code: Any) -> None:
    encoder = TableEncoder((code,))
    again = TableEncoder.from_dict(encoder.to_dict())
    assert again == encoder
    column = TEXT if code.reads_text else NUMBERS
    np.testing.assert_array_equal(again.transform({code.name: column}), encoded(code, column))


@pytest.mark.parametrize("code", fitted_codes(), ids=lambda code: code.kind)
def test_a_broken_number_in_a_file_is_refused(code: Any) -> None:
    values = asdict(code)
    numbers = [name for name, value in values.items() if isinstance(value, float)]
    if not numbers:
        assert code.kind in {"missing", "levels", "target"}
        return
    with pytest.raises(ValueError, match="finite"):
        type(code)(**{**values, numbers[0]: float("nan")})


def test_a_table_encoder_may_encode_a_column_several_times() -> None:
    encoder = TableEncoder((RobustCode.fit(NUMBERS, "n"), MissingCode("n")))
    assert encoder.numeric_columns == ["n"]
    assert encoder.transform({"n": NUMBERS}).shape == (N_ROWS, 2)


def test_infinite_numbers_are_refused_by_column() -> None:
    with pytest.raises(DataError, match="column 'n' has the infinite value"):
        RobustCode.fit(as_column([1.0, np.inf], "n"), "n")


def test_cross_fitted_features_are_those_of_the_other_parts() -> None:
    draw = np.random.RandomState(0)
    indices, part = draw.randint(-1, 4, 50), draw.randint(3, size=50)
    targets, weight = np.eye(3)[draw.randint(3, size=50)], draw.rand(50)
    features = cross_fitted(indices, 4, targets, part, weight)
    assert features.shape == (50, 3)
    assert not features[indices < 0].any()
    others = part != part[7]
    expected = target_values(indices[others], 4, targets[others], weight[others])
    assert indices[7] >= 0
    np.testing.assert_array_equal(features[7], expected[indices[7]])
