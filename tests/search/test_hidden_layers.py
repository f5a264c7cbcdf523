from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import ParameterError
from separatrix.search.hidden_layers import architectures, check_architectures


def test_every_depth_has_every_width_and_a_straight_line_is_there_once():
    assert architectures((2, 0, 1), (4, 2, 4)) == [(), (2,), (4,), (2, 2), (4, 4)]
    assert architectures(range(2), np.array([3])) == [(), (3,)]
    assert architectures((0,), ()) == [()]


@pytest.mark.parametrize(
    ("depths", "widths"), [((), (2,)), ((1,), ()), ((-1,), (2,)), ((1,), (0,)), ((1.5,), (2,)), (2, (2,))]
)
def test_what_is_no_architecture_is_refused(depths, widths):
    with pytest.raises(ParameterError, match=r"depths|widths"):
        architectures(depths, widths)


def test_numbers_lists_and_arrays_are_architectures():
    assert check_architectures([8, [8], (4, np.int64(2)), np.array([3])]) == [(8,), (4, 2), (3,)]


@pytest.mark.parametrize("given", [[], "8", 8, [(-1,)], [("a",)], [2.5]])
def test_what_cannot_be_searched_is_refused(given):
    with pytest.raises(ParameterError, match="hidden_layer_sizes"):
        check_architectures(given)
