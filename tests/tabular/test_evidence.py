"""What is compared after a fit: on columns that are made of others, and when it fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import separatrix as sx
from separatrix.tabular import evidence

FAST: dict[str, Any] = {"presets": "fast", "cv": 2, "random_state": 0, "compare": True}
N = 240


def table() -> pd.DataFrame:
    """Return a table in which the size decides, beside a date, a padded code and a price."""
    draw = np.random.RandomState(0)
    size = draw.choice(["low", "mid", "high"], N)
    rank = np.select([size == "low", size == "mid"], [-3.0, 0.0], 3.0)
    return pd.DataFrame(
        {
            "a": draw.normal(size=N),
            "size": size,
            "day": pd.date_range("2023-01-01", periods=N).strftime("%d.%m.%Y"),
            "zip": draw.choice(["01067", "10115", "00999"], N),
            "price": [f"{price:.2f} €" for price in draw.uniform(1, 9, N)],
            "y": np.where(rank + draw.normal(size=N) > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def fitted() -> sx.TabularClassifier:
    return sx.TabularClassifier(**FAST).fit_table(table(), "y", ordered={"size": ["low", "mid", "high"]})


def test_the_importance_of_an_ordered_column_that_decides_is_large(fitted: sx.TabularClassifier) -> None:
    importance = dict(fitted.report_.importance)
    assert next(iter(importance)) == "size"
    assert (importance["size"].value or 0.0) > 0.3
    assert (importance["size"].low or 0.0) > 0.1


def test_columns_made_of_a_date_are_shuffled_together(fitted: sx.TabularClassifier) -> None:
    assert sorted(dict(fitted.report_.importance)) == ["a", "day", "price", "size", "zip"]
    assert {"one network", "gradient boosting"} < set(fitted.report_.scores)
    assert fitted.report_.reason == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [("compared_answers", "Other models were not compared"), ("OutOfFold", "The importance of columns")],
)
def test_a_comparison_that_fails_does_not_lose_the_ensemble(
    monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("no rows.")

    monkeypatch.setattr(evidence, name, fail)
    X, y = np.random.RandomState(0).normal(size=(N, 2)), np.tile(["no", "yes"], N // 2)
    with pytest.warns(UserWarning, match=f"{words}.*ZeroDivisionError: no rows. The ensemble is trained"):
        clf = sx.TabularClassifier(**FAST).fit(X, y)
    assert clf.predict(X).shape == (N,)
    assert clf.report_.reason.startswith(words)
    assert clf.report_.importance == ()
    assert ("gradient boosting" in clf.report_.scores) == (name == "OutOfFold")
