from __future__ import annotations

import pytest
import typer

from separatrix.cli import option_values


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (option_values.read_sizes, "16,x"),
        (option_values.read_sizes, "8,0"),
        (option_values.read_numbers, "0.1,"),
        (option_values.read_batch_size, "1.5"),
        (option_values.read_patience, "never"),
        (option_values.read_shuffle, "maybe"),
        (option_values.read_class_weight, "yes=many"),
        (option_values.read_counts, "1,x"),
        (option_values.read_counts, "4-2"),
        (option_values.read_counts, "-1"),
        (option_values.read_space, "0.1,x"),
        (option_values.read_space, "0.1:"),
        (option_values.read_space, "0.1:0.01"),
        (option_values.read_space, "0.1:inf"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(read, text):
    with pytest.raises(typer.BadParameter, match=f"got '{text if '=' not in text else 'many'}'"):
        read(text)


def test_no_units_are_called_none():
    with pytest.raises(typer.BadParameter, match="use none for no hidden layer"):
        option_values.read_sizes("0")


def test_a_class_may_have_a_comma_free_name_with_an_equals_sign():
    assert option_values.read_class_weight("<=50K=2") == {"<=50K": 2.0}


def test_a_word_is_left_to_the_estimator_to_judge():
    assert option_values.read_class_weight("balanced") == "balanced"
    assert option_values.read_batch_size("half") == "half"
