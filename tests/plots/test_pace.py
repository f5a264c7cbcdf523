from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from separatrix.plots.pace import EVEN, FIRST, LAST, LONGEST, SECONDS, SHORTEST, chosen, durations


def test_time_goes_to_the_change():
    changes = np.zeros(100)
    changes[10:20] = 1.0
    wanted = durations(changes)
    assert wanted.sum() == pytest.approx(SECONDS)
    assert wanted[9:20].sum() > (1 - EVEN) * SECONDS
    assert_allclose(wanted[50], EVEN * SECONDS / 100)


def test_without_a_change_all_stay_equally_long():
    assert_allclose(durations(np.zeros(4), 2.0), 0.5)


def test_snapshots_that_are_too_short_are_shown_as_one():
    shown, seconds = chosen(np.full(1000, SECONDS / 1000))
    assert len(shown) <= SECONDS / SHORTEST + 1
    assert set(np.diff(shown).tolist()) <= set(range(1, 12))
    assert_allclose(seconds[1:-1], SHORTEST)


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=300))
def test_the_first_and_the_last_are_always_shown(changes):
    shown, seconds = chosen(durations(np.array([0.0, *changes])))
    assert (shown[0], shown[-1]) == (0, len(changes))
    assert (np.diff(shown) > 0).all()
    assert seconds[0] >= FIRST
    assert seconds[-1] == LAST
    assert (seconds >= SHORTEST).all()
    assert (seconds[1:-1] <= LONGEST).all()
    assert len(shown) == len(seconds)


def test_one_snapshot_is_a_film_of_one_frame():
    shown, seconds = chosen(durations(np.zeros(1)))
    assert_array_equal(shown, [0])
    assert_array_equal(seconds, [LAST])
