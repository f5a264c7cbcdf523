from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.random import RandomState

from separatrix.engine.base import thread_generator


def test_a_seeded_generator_of_a_thread_draws_as_a_new_one() -> None:
    thread_generator(1).normal(size=3)  # leaves half a pair of normal numbers behind
    for seed in (0, 7):
        ours, new = thread_generator(seed), RandomState(seed)
        np.testing.assert_array_equal(ours.permutation(20), new.permutation(20))
        np.testing.assert_array_equal(ours.normal(size=5), new.normal(size=5))


def test_every_thread_has_a_generator_of_its_own() -> None:
    assert thread_generator(0) is thread_generator(1)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(thread_generator, 0).result() is not thread_generator(0)
