"""Targets that are given to judge a fitted model are read as `fit_table` has read its target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from separatrix import MLPClassifier, MLPRegressor, TabularClassifier
from separatrix.data.table import Table
from separatrix.errors import DataError
from separatrix.evaluate.assessment import assess

X = np.linspace(-2, 2, 48)
LABELS = np.where(X > 0, "ja", "Nein").astype(object)
LABELS[::5] = np.char.upper(LABELS[::5].astype(str))
LABELS[1::7] = [f" {label}".lower() for label in LABELS[1::7]]
FRAME = pd.DataFrame({"x": X, "z": X**2, "answer": LABELS})


@pytest.fixture(scope="module", params=["network", pytest.param("tabular", marks=pytest.mark.slow)])
def classifier(request: Any) -> Any:
    network = MLPClassifier((), solver="lbfgs", random_state=0, engine="numpy")
    tabular = TabularClassifier("fast", cv=2, engine="numpy")
    return (network if request.param == "network" else tabular).fit_table(FRAME, "answer")


@pytest.mark.slow
def test_score_reads_spellings_as_the_training_has(classifier: Any) -> None:
    assert len(set(LABELS)) > len(classifier.classes_) == 2
    truth, answers = X > 0, classifier.predict(FRAME) == "ja"
    assert classifier.score(FRAME, FRAME["answer"]) == np.mean(truth == answers) > 0.9
    weight = np.r_[np.ones(24), np.zeros(24)]
    assert classifier.score(FRAME, LABELS.tolist(), weight) == np.mean((truth == answers)[:24])


@pytest.mark.slow
def test_score_refuses_a_label_that_is_no_class(classifier: Any) -> None:
    labels = np.array(["ja"] * 47 + ["vielleicht"], dtype=object)
    with pytest.raises(DataError, match="'answer' has 'vielleicht' in row 48, which is none of the classes"):
        classifier.score(FRAME, labels)


def test_the_report_reads_them_too_and_takes_the_name_of_the_target(classifier: Any) -> None:
    features, y = FRAME.drop(columns="answer"), FRAME["answer"]
    accuracy = classifier.score(features, y)
    named = classifier.report(FRAME, "answer", train=(FRAME, "answer"), trees=False)
    assert named.target == "answer"
    assert named.assessment.model.accuracy.value == accuracy
    assert classifier.report(features, y).assessment.model.accuracy.value == accuracy
    with pytest.raises(DataError, match="there is no column 'answr'"):
        classifier.report(FRAME, "answr")


def test_a_target_of_another_name_is_read_alike(classifier: Any) -> None:
    table = Table({"x": X, "z": X**2, "truth": LABELS})
    found = assess(classifier.to_model(), table, "truth")
    assert found.model.accuracy.value == classifier.score(FRAME, FRAME["answer"])  # type: ignore[union-attr]


@pytest.mark.filterwarnings("ignore::separatrix.errors.TableWarning")
def test_numbers_in_text_are_scored_as_numbers() -> None:
    prices = [f"{1000 + 100 * x:.2f} €" for x in X]
    frame = pd.DataFrame({"x": X, "z": X**2, "price": prices})
    regressor = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0, engine="numpy")
    regressor.fit_table(frame, "price")
    assert regressor.score(frame, frame["price"]) == pytest.approx(1.0, abs=1e-3)
