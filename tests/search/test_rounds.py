from __future__ import annotations

import pytest

from separatrix.search.rounds import epoch_fractions, n_kept


@pytest.mark.parametrize(
    ("n_candidates", "max_iter", "factor", "n_rounds"),
    [(100, 300, 3, 4), (100, 30, 3, 2), (2, 300, 3, 1), (8, 1000, 2, 4), (5, 5, 3, 1), (100, 300, None, 1)],
)
def test_rounds_need_candidates_and_epochs(n_candidates, max_iter, factor, n_rounds):
    fractions = epoch_fractions(n_candidates, max_iter, factor)
    assert len(fractions) == n_rounds
    assert fractions[-1] == 1.0
    assert fractions[0] * max_iter >= 10 or n_rounds == 1


def test_at_least_one_is_kept():
    assert [n_kept(n, 3) for n in (9, 10, 2, 1)] == [3, 4, 1, 1]
    assert n_kept(7, None) == 7
