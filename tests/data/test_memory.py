from __future__ import annotations

import pytest

from separatrix.data.memory import ALLOWANCE, Budget, parse_memory
from separatrix.errors import ParameterError


@pytest.mark.parametrize(
    ("words", "n_bytes"),
    [
        (1000, 1000),
        ("512MB", 512_000_000),
        ("2gb", 2 * 10**9),
        (" 1.5 GiB ", 3 * 2**29),
        ("7000", 7000),
    ],
)
def test_sizes_as_text(words, n_bytes):
    assert parse_memory(words) == n_bytes


@pytest.mark.parametrize("words", ["", "much", "5 apples", "-1GB", 0, -5, True, "0MB", None, 1.5])
def test_invalid_sizes(words):
    with pytest.raises(ParameterError, match=r"memory must be a size such as '512MB'"):
        parse_memory(words)


def test_the_sum_is_within_the_limit():
    budget = Budget(10**9)
    total = 2 * budget.buffer + 2 * budget.held_out + budget.sample + 2 * budget.piece
    assert 0.8 * budget.rows < total <= budget.rows == 10**9 - ALLOWANCE


def test_the_error_for_a_small_limit_names_the_smallest():
    with pytest.raises(ParameterError, match=r"memory must be at least 440MB, got 100MB; raise it\."):
        Budget(100_000_000)
    with pytest.raises(ParameterError, match=r"at least 930MB for so wide a table, got 512MB"):
        Budget(512_000_000).require(100_000_000, " for so wide a table")
