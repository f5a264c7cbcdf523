"""Guesses of names are close, or there is none."""

from __future__ import annotations

import pytest

from separatrix.errors import did_you_mean


@pytest.mark.parametrize(
    ("name", "options", "guess"),
    [
        ("outcom", ["age", "outcome"], "outcome"),
        ("Churn", ["churn"], "churn"),
        ("chrun", ["age", "churn"], "churn"),
        ("aeg", ["age"], "age"),
        ("patient.csv", ["patients.csv", "t.csv"], "patients.csv"),
        ("a.cvs", ["a.csv", "b.csv"], "a.csv"),
        ("sepal", ["sepal length (cm)", "petal length (cm)"], "sepal length (cm)"),
        ("relu6", ["relu", "tanh"], "relu"),
        ("target", ["age", "sex"], None),
        ("nope.csv", ["splice.csv"], None),
        ("x.csv", ["y.csv"], None),
        ("8", ["0", "1"], None),
        ("sepal", ["petal", "sepal length", "sepal width"], "sepal length"),
        ("zzz", [], None),
        ("buying", ["dropout"], None),
    ],
)
def test_guesses(name, options, guess):
    assert did_you_mean(name, options) == (f" Did you mean '{guess}'?" if guess else "")


def test_a_name_that_is_there_is_no_guess():
    assert did_you_mean(8, ["8"]) == ""
