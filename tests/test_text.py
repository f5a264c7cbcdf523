from __future__ import annotations

import pytest

from separatrix.text import aligned, p_text, plain_spec, plural


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "row", "0 rows"),
        (1, "class", "1 class"),
        (2, "class", "2 classes"),
        (12345, "hidden layer", "12,345 hidden layers"),
    ],
)
def test_plural(number: int, noun: str, text: str) -> None:
    assert plural(number, noun) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (-0.00012, "-0.0001200"),
        (99999.0, "99,999"),
        (1e-4, "0.0001000"),
        (-1e7, "-10,000,000"),
        (-1e10, "-1.000e+10"),
    ],
)
def test_numbers_are_in_plain_notation_if_it_is_readable(value: float, text: str) -> None:
    assert f"{value:{plain_spec(value, 4)}}" == text


def test_p_values_below_the_smallest_that_is_shown() -> None:
    assert [p_text(p) for p in (1.0, 0.001, 0.0009)] == ["= 1", "= 0.001", "< 0.001"]


def test_columns_are_aligned_and_the_last_cells_are_not_padded() -> None:
    assert aligned([["", "a"], ["longer", "b"], ["alone and longest"]]) == (
        "        a\nlonger  b\nalone and longest"
    )
