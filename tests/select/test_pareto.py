from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from separatrix.select.pareto import lower_fence, pareto_front

SCORES = st.one_of(st.integers(-3, 3).map(float), st.just(np.nan))


@given(st.lists(st.tuples(st.integers(1, 5), SCORES), max_size=12))
def test_the_front_is_what_no_smaller_candidate_reaches(pairs: list[tuple[int, float]]) -> None:
    sizes, mean = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    front = pareto_front(sizes.astype(int), mean.astype(float)).tolist()
    finite = [index for index, value in enumerate(mean) if np.isfinite(value)]
    for index in finite:
        is_reached = any(
            mean[other] >= mean[index]
            and sizes[other] <= sizes[index]
            and (mean[other], -sizes[other]) != (mean[index], -sizes[index])
            for other in finite
        )
        twins = [i for i in finite if (mean[i], sizes[i]) == (mean[index], sizes[index])]
        assert (twins[0] in front) is not is_reached
    assert (np.diff(sizes[front]) > 0).all()
    assert (np.diff(mean[front]) > 0).all()


def test_the_fence_is_three_quartile_ranges_below_the_first() -> None:
    mean = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    assert lower_fence(mean) == 2 - 3 * (4 - 2)
