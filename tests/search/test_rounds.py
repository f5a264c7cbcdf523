from __future__ import annotations

import pytest

from separatrix.search.rounds import epoch_shares, n_going_on


@pytest.mark.parametrize(
    ("n_candidates", "max_iter", "factor", "n_rounds"),
    [(100, 300, 3, 4), (100, 30, 3, 2), (2, 300, 3, 1), (8, 1000, 2, 4), (5, 5, 3, 1), (100, 300, None, 1)],
)
def test_rounds_need_candidates_and_epochs(n_candidates, max_iter, factor, n_rounds):
    shares = epoch_shares(n_candidates, max_iter, factor)
    assert len(shares) == n_rounds
    assert shares[-1] == 1.0
    assert shares[0] * max_iter >= 10 or n_rounds == 1


def test_one_goes_on_always():
    assert [n_going_on(n, 3) for n in (9, 10, 2, 1)] == [3, 4, 1, 1]
    assert n_going_on(7, None) == 7
