from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from separatrix.errors import DataError
from separatrix.select import corrected_standard_error, corrected_t_test

SIZES = [80] * 5, [20] * 5


def test_standard_error_by_hand():
    # Deviations from 3: -2 -1 0 1 2, so S² = 10 / 4; 1/5 + 20/80 = 0.45.
    error = corrected_standard_error([1, 2, 3, 4, 5], *SIZES)
    assert float(error) == pytest.approx(math.sqrt(2.5 * 0.45))


def test_splits_of_different_sizes_count_by_their_mean_ratio():
    error = corrected_standard_error([1, 2, 3], [90, 80, 50], [10, 20, 50])
    assert float(error) == pytest.approx(math.sqrt(1 / 3 + (1 / 9 + 1 / 4 + 1) / 3))


def test_repeats_do_not_shrink_the_standard_error_to_zero():
    scores = np.tile([0.7, 0.8, 0.9], 1000)
    error = float(corrected_standard_error(scores, [60] * 3000, [30] * 3000))
    assert error > math.sqrt(0.5) * scores.std()


def test_a_missing_score_affects_only_its_own_candidate():
    scores = np.array(
        [[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, np.nan, 0.3, 0.4, 0.5], [-np.inf, 0, 0, 0, 0], [2] * 5]
    )
    errors = corrected_standard_error(scores, *SIZES)
    np.testing.assert_array_equal(np.isnan(errors), [False, True, True, False])
    assert errors[0] == pytest.approx(float(corrected_standard_error(scores[0], *SIZES)))
    assert errors[3] == 0


def test_one_split_has_no_standard_error():
    assert np.isnan(corrected_standard_error([[0.5], [0.6]], [8], [2])).all()


def test_t_test_by_hand():
    # Gains 1 2 3 4 5: t = 3 / sqrt(2.5 * 0.45) with 4 degrees of freedom.
    test = corrected_t_test([2, 4, 6, 8, 10], [1, 2, 3, 4, 5], *SIZES)
    error = math.sqrt(2.5 * 0.45)
    assert test.p_value == pytest.approx(2 * stats.t.sf(3 / error, 4))
    assert test.difference.value == pytest.approx(3)
    assert test.difference.low == pytest.approx(3 - stats.t.ppf(0.975, 4) * error)
    assert test.difference.high == pytest.approx(3 + stats.t.ppf(0.975, 4) * error)


@given(seed=st.integers(0, 10_000))
def test_the_interval_excludes_zero_if_significant_and_swapping_turns_the_sign(seed):
    first, second = np.random.default_rng(seed).normal([[0.6], [0.5]], 0.05, (2, 5))
    test, swapped = corrected_t_test(first, second, *SIZES), corrected_t_test(second, first, *SIZES)
    assert test.is_significant == (not test.difference.low <= 0 <= test.difference.high)
    assert swapped.p_value == pytest.approx(test.p_value)
    assert (-swapped.difference).low == pytest.approx(test.difference.low)


@pytest.mark.parametrize(("shift", "p_value"), [(0.0, 1.0), (0.1, 0.0), (-0.1, 0.0)])
def test_a_difference_without_spread(shift, p_value):
    scores = np.array([0.61, 0.72, 0.83, 0.9, 0.3])
    test = corrected_t_test(scores + shift, scores, *SIZES)
    assert test.p_value == p_value
    assert test.difference.value == pytest.approx(shift)
    assert test.difference.low == test.difference.value == test.difference.high


def test_splits_that_define_no_test():
    test = corrected_t_test([0.8], [0.7], [8], [2])
    assert test.p_value is None
    assert not test.is_significant
    assert str(test.difference) == "0.100 (no interval: one split only)"
    test = corrected_t_test([0.8, np.nan], [0.7, 0.7], [8, 8], [2, 2])
    assert test.p_value is None
    assert str(test.difference) == "undefined (a split without score)"


def test_the_level_holds_for_correlated_splits_unlike_that_of_the_plain_test():
    # The paper's assumption: any two splits' differences have the correlation n_test / (n_train + n_test).
    rng = np.random.default_rng(3)
    shared, own = rng.normal(0, math.sqrt(0.2), (1000, 1)), rng.normal(0, math.sqrt(0.8), (1000, 15))
    gains, sizes = shared + own, ([80] * 15, [20] * 15)
    corrected = np.mean([corrected_t_test(gain, np.zeros(15), *sizes).is_significant for gain in gains])
    assert corrected == pytest.approx(0.05, abs=0.02)
    assert (stats.ttest_1samp(gains, 0, axis=1).pvalue < 0.05).mean() > 0.25


def test_shapes_that_do_not_fit_are_errors():
    with pytest.raises(DataError, match="scores, n_train and n_test must have one value for every split"):
        corrected_standard_error([[1, 2, 3]], [1, 2], [1, 2])
    with pytest.raises(DataError, match="first and second must each have one score for every split"):
        corrected_t_test([1, 2], [1, 2, 3], [8, 8], [2, 2])
