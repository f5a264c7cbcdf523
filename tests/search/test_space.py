from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import scipy.stats
from numpy.random import RandomState

from separatrix.errors import ParameterError
from separatrix.search.space import architectures, check_architectures, draw_candidates

LAYERS = "hidden_layer_sizes"


def draw(space, n_candidates, seed=0):
    return draw_candidates(space, n_candidates, RandomState(seed), LAYERS)


def test_a_grid_that_is_small_enough_is_tried_whole():
    space = {LAYERS: [(), (2,), (4,)], "alpha": [0.1, 0.2], "activation": ["tanh", "relu"]}
    assert len(draw(space, 12)) == len(draw(space, None)) == 12


def test_every_architecture_is_drawn_equally_often():
    space = {LAYERS: [(), (2,), (4,)], "alpha": scipy.stats.uniform()}
    counts = Counter(params[LAYERS] for params in draw(space, 100))
    assert sorted(counts.values()) == [33, 33, 34]


def test_a_grid_that_is_too_large_gives_no_candidate_twice():
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


def test_large_arrays_and_functions_are_distinguished():
    arrays = [np.zeros(5000), np.zeros(5000)]
    arrays[1][2500] = 1.0
    space = {LAYERS: [()], "init": [arrays[0], arrays[1], arrays[0].copy()]}
    assert len(draw(space, None)) == 2
    assert len(draw({LAYERS: [()], "f": [lambda x: x, lambda x: -x]}, None)) == 2


def test_every_depth_has_every_width_and_no_hidden_layer_is_there_once():
    assert architectures((2, 0, 1), (4, 2, 4)) == [(), (2,), (4,), (2, 2), (4, 4)]
    assert architectures(range(2), np.array([3])) == [(), (3,)]
    assert architectures((0,), ()) == [()]


@pytest.mark.parametrize(
    ("depths", "widths"), [((), (2,)), ((1,), ()), ((-1,), (2,)), ((1,), (0,)), ((1.5,), (2,)), (2, (2,))]
)
def test_depths_and_widths_are_checked(depths, widths):
    with pytest.raises(ParameterError, match=r"depths|widths"):
        architectures(depths, widths)


def test_numbers_lists_and_arrays_are_architectures():
    assert check_architectures([8, [8], (4, np.int64(2)), np.array([3])]) == [(8,), (4, 2), (3,)]


@pytest.mark.parametrize("given", [[], "8", 8, [(-1,)], [("a",)], [2.5]])
def test_architectures_are_checked(given):
    with pytest.raises(ParameterError, match="hidden_layer_sizes"):
        check_architectures(given)
