from __future__ import annotations

from collections import Counter

import numpy as np
import scipy.stats
from numpy.random import RandomState

from separatrix.search.space import draw_candidates

LAYERS = "hidden_layer_sizes"


def draw(space, n_candidates, seed=0):
    return draw_candidates(space, n_candidates, RandomState(seed), LAYERS)


def test_a_grid_that_is_small_enough_is_tried_whole():
    space = {LAYERS: [(), (2,), (4,)], "alpha": [0.1, 0.2], "activation": ["tanh", "relu"]}
    assert len(draw(space, 12)) == len(draw(space, None)) == 12


def test_every_architecture_has_its_share():
    space = {LAYERS: [(), (2,), (4,)], "alpha": scipy.stats.uniform()}
    counts = Counter(params[LAYERS] for params in draw(space, 100))
    assert sorted(counts.values()) == [33, 33, 34]


def test_a_part_of_a_grid_has_no_candidate_twice():
    space = {LAYERS: [(), (2,)], "alpha": [0.1, 0.2, 0.3]}
    drawn = draw(space, 5)
    assert len({str(params) for params in drawn}) == len(drawn) == 5


def test_equal_draws_count_once():
    space = {LAYERS: [()], "alpha": scipy.stats.randint(0, 3)}
    assert len(draw(space, 50)) == 3


def test_the_seed_decides():
    space = {LAYERS: [(), (2,)], "alpha": scipy.stats.uniform()}
    assert draw(space, 10) == draw(space, 10)
    assert draw(space, 10) != draw(space, 10, seed=1)


def test_there_may_be_fewer_candidates_than_architectures():
    space = {LAYERS: [(i,) for i in range(1, 20)], "alpha": scipy.stats.uniform()}
    assert len(draw(space, 5)) == 5


def test_large_arrays_and_functions_are_told_apart():
    arrays = [np.zeros(5000), np.zeros(5000)]
    arrays[1][2500] = 1.0
    space = {LAYERS: [()], "init": [arrays[0], arrays[1], arrays[0].copy()]}
    assert len(draw(space, None)) == 2
    assert len(draw({LAYERS: [()], "f": [lambda x: x, lambda x: -x]}, None)) == 2
