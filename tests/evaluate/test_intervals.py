from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from separatrix.evaluate import Interval, f1_interval, mean_interval, proportion_interval


def covers(interval: Interval, truth: float) -> bool:
    assert interval.low is not None
    assert interval.high is not None
    return interval.low <= truth <= interval.high


def test_wilson_is_its_formula():
    n_hits, n, z = 43, 57, 1.959963984540054
    fraction = n_hits / n
    centre = (fraction + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(fraction * (1 - fraction) / n + z**2 / (4 * n**2))
    interval = proportion_interval(n_hits, n)
    np.testing.assert_allclose((interval.low, interval.high), (centre - reach, centre + reach), rtol=1e-12)


def test_wilson_covers_the_true_value_as_often_as_it_should():
    rng = np.random.default_rng(3)
    interval = functools.cache(lambda hits: proportion_interval(hits, 100))
    coverage = np.mean([covers(interval(int(hits)), 0.9) for hits in rng.binomial(100, 0.9, 2000)])
    assert 0.93 <= coverage <= 0.97


@pytest.mark.parametrize(("n_hits", "end"), [(20, "low"), (0, "high")])
def test_a_perfect_score_has_an_interval(n_hits, end):
    interval = proportion_interval(n_hits, 20)
    assert 0 < getattr(interval, end) < 1


def test_no_trials_give_a_reason():
    assert proportion_interval(0, 0, reason="never predicted") == Interval(None, reason="never predicted")


@pytest.mark.slow
@given(hits=st.integers(1, 50), misses=st.integers(0, 50), false_alarms=st.integers(0, 50))
def test_f1_is_sklearns_and_in_its_interval(hits, misses, false_alarms):
    truth = [1] * (hits + misses) + [0] * false_alarms
    predicted = [1] * hits + [0] * misses + [1] * false_alarms
    interval = f1_interval(hits, misses, false_alarms)
    assert interval.value == pytest.approx(f1_score(truth, predicted))
    assert 0 <= interval.low < interval.high <= 1
    assert covers(interval, interval.value)


@pytest.mark.slow
def test_f1_interval_covers_the_true_value_as_often_as_it_should():
    rng = np.random.default_rng(4)
    fractions = [0.3, 0.05, 0.1, 0.55]  # hits, misses, false alarms, the rest
    truth = 2 * 0.3 / (2 * 0.3 + 0.05 + 0.1)
    drawn = rng.multinomial(150, fractions, 1000).tolist()
    assert 0.93 <= np.mean([covers(f1_interval(*counts[:3]), truth) for counts in drawn]) <= 0.97


@pytest.mark.slow
def test_mean_interval_covers_skewed_losses():
    rng = np.random.default_rng(5)
    coverage = np.mean([covers(mean_interval(rng.exponential(2.0, 100)), 2.0) for _ in range(2000)])
    assert 0.93 <= coverage <= 0.97


def test_mean_interval_is_students_on_a_log_scale():
    losses = np.array([0.5, 1.0, 0.2, 0.9, 0.4])
    interval = mean_interval(losses)
    mean, error = losses.mean(), losses.std(ddof=1) / np.sqrt(5)
    assert interval.value == pytest.approx(0.6)
    assert np.log(interval.high / mean) == pytest.approx(2.7764451 * error / mean)
    assert interval.low * interval.high == pytest.approx(mean**2)


@pytest.mark.parametrize(
    ("losses", "value", "reason"),
    [([], None, "no rows"), ([0.5], 0.5, "one row only"), ([0.0, 0.0], 0.0, "the same loss on every row")],
)
def test_the_reason_why_there_is_no_mean_interval(losses, value, reason):
    assert mean_interval(np.array(losses, dtype=float)) == Interval(value, reason=reason)


@pytest.mark.slow
@given(
    losses=st.lists(st.floats(0, 1e6), min_size=2, max_size=30), shuffler=st.randoms(use_true_random=False)
)
def test_the_order_of_rows_does_not_matter(losses, shuffler):
    shuffled = losses.copy()
    shuffler.shuffle(shuffled)
    one, other = mean_interval(np.array(losses)), mean_interval(np.array(shuffled))
    assert one.value == other.value
    assert (one.low is None) == (other.low is None)
    if one.low is not None:
        np.testing.assert_allclose((one.low, one.high), (other.low, other.high), rtol=1e-9)


def test_text():
    assert str(Interval(0.9564, 0.902, 0.981)) == "0.956 [0.902, 0.981]"
    assert f"{Interval(12.5, 11, 14):.0f}" == "12 [11, 14]"
    assert str(Interval(0.5, reason="one row only")) == "0.500 (no interval: one row only)"
    assert str(Interval(None, reason="no rows")) == "undefined (no rows)"
