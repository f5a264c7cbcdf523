from __future__ import annotations

import pytest

from separatrix.cli.describe import class_words, column_facts, solver_words, unseen_words
from separatrix.data import TableEncoder

SETTINGS = {
    "solver": "adam",
    "learning_rate_init": 0.01,
    "learning_rate": "constant",
    "batch_size": "auto",
    "early_stopping": False,
    "random_state": 3,
}


def test_every_treatment_of_a_column_is_told():
    encoder = TableEncoder.fit(
        {
            "age": [1.0, None, 3.0],
            "town": ["a", "b", None],
            "nothing": [None, None, None],
        },
        max_categories=1,
    )
    assert dict(column_facts(encoder)) == {
        "Numbers": "1 column, standardised",
        "Filled": "missing replaced by the median and marked: age (2)",
        "Text": "1 column, an input for each value: town (1)",
        "Missing": "an input of its own in text: town",
        "Rare": "values beyond the most frequent share one input: town",
        "Left out": "nothing has no value in any row",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "adam, rate 0.01, batches of 50, seed 3"),
        ({"batch_size": 20}, "adam, rate 0.01, batches of 20, seed 3"),
        ({"learning_rate": "cosine"}, "adam, rate 0.01 (cosine), batches of 50, seed 3"),
        ({"early_stopping": True}, "adam, rate 0.01, batches of 50, early stopping, seed 3"),
        ({"solver": "lbfgs"}, "lbfgs, seed 3"),
    ],
)
def test_how_a_network_was_trained(changes, words):
    assert solver_words({**SETTINGS, **changes}, 50) == words


def test_many_classes_are_cut_short():
    assert class_words("abc", [2, 1, 1], limit=2) == "a: 2 (50.0%), b: 1 (25.0%) and 1 more"


def test_unseen_values():
    assert unseen_words({"a": 1, "b": 2000}) == "1 value of 'a', 2,000 values of 'b'"
